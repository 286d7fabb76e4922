//! Evidence of a case.

use api_spec::case as wire;

use super::{Drawings, Reader, Shown};
use crate::flow::handwriting::Handwriting;

/// Pictures up to this size, in bytes, are shown in the file itself; larger ones in the viewer only.
const THUMBNAIL_BYTES: i64 = 1 << 20;

/// A piece of evidence.
#[derive(Debug)]
pub struct Piece {
    /// SHA-256.
    pub digest: String,
    /// What it is called.
    pub title: String,
    /// Its bytes have arrived.
    pub stored: bool,
    /// Size in words.
    pub size: String,
    /// `image`, `video`, `audio`, `file`.
    pub kind: &'static str,
    /// Small enough to be shown in the file itself.
    pub thumbnail: bool,
    /// The handwriting, where the case says that it is some.
    pub hand: Option<Shown>,
}

impl Reader<'_> {
    /// Evidence, the stored pieces first.
    pub fn pieces(&self, hands: &Handwriting, drawings: &Drawings) -> Vec<Piece> {
        let mut pieces: Vec<Piece> =
            self.case.evidence.iter().map(|piece| self.piece(piece, hands, drawings)).collect();
        pieces.sort_by_key(|piece| !piece.stored);
        pieces
    }

    /// One piece of evidence.
    pub fn piece(&self, piece: &wire::EvidenceItem, hands: &Handwriting, drawings: &Drawings) -> Piece {
        let title = piece.entities.iter().map(|id| self.entity_title(id)).find(|title| !title.is_empty());
        let media = piece.media_type.as_deref().unwrap_or_default();
        let kind = match media {
            "image/jpeg" | "image/png" | "image/webp" => "image",
            "video/mp4" => "video",
            "audio/mp4" => "audio",
            _ => "file",
        };
        let size = piece.size.unwrap_or_default();
        Piece {
            digest: piece.digest.clone(),
            title: title.unwrap_or_else(|| piece.digest.chars().take(12).collect()),
            stored: piece.stored,
            size: kib(size),
            kind,
            hand: piece.digest.parse().ok().and_then(|digest| hands.file(&digest)).map(|hand| drawings.show(hand)),
            thumbnail: piece.stored && kind == "image" && size <= THUMBNAIL_BYTES,
        }
    }
}

fn kib(size: i64) -> String {
    if size < 1024 { format!("{size} B") } else { format!("{} KiB", size.div_euclid(1024)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_in_whole_units() {
        assert_eq!([kib(1023), kib(2048)], ["1023 B", "2 KiB"]);
    }
}
