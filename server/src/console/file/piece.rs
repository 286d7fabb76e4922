//! Evidence of a case.

use api_spec::case as wire;
use sync_core::evidence::{self, Damage, known};

use super::{Drawings, Reader, Shown};
use crate::flow::handwriting::Handwriting;

/// Pictures up to this size, in bytes, are shown in the file itself; larger ones in the viewer only.
const THUMBNAIL_BYTES: i64 = 1 << 20;

/// A piece of evidence.
#[derive(Debug)]
pub struct Piece {
    /// SHA-256.
    pub digest: String,
    /// The title.
    pub title: String,
    /// Whether its bytes have arrived and no damage is known.
    pub stored: bool,
    /// The damage of bytes that had arrived, in short; empty if there is none.
    pub damage: String,
    /// The same as a sentence.
    pub damage_told: String,
    /// Who wrote it off, when and why.
    pub written_off: Vec<String>,
    /// Size in words.
    pub size: String,
    /// `image`, `video`, `audio`, `file`.
    pub kind: &'static str,
    /// Some browsers cannot show it.
    pub not_everywhere: bool,
    /// Small enough to be shown in the file itself.
    pub thumbnail: bool,
    /// The handwriting, if the case declares it as such.
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
        let known = known(media);
        let kind = match known.shown {
            evidence::Shown::Picture => "image",
            evidence::Shown::Film => "video",
            evidence::Shown::Sound => "audio",
            evidence::Shown::Download => "file",
        };
        let written_off = |off: &wire::WriteOff| {
            let reason = off.reason.clone().unwrap_or_else(|| self.either("（依法封存）", "(sealed)"));
            format!("{}：{reason}", self.by(&off.by))
        };
        let (damage, damage_told) = self.damage(piece.damage);
        let size = piece.size.unwrap_or_default();
        Piece {
            digest: piece.digest.clone(),
            title: title.unwrap_or_else(|| piece.digest.chars().take(12).collect()),
            stored: piece.stored,
            damage,
            damage_told,
            written_off: piece.written_off.iter().map(written_off).collect(),
            size: kib(size),
            kind,
            not_everywhere: known.not_everywhere,
            hand: piece.digest.parse().ok().and_then(|digest| hands.file(&digest)).map(|hand| drawings.show(hand)),
            thumbnail: piece.stored && kind == "image" && !known.not_everywhere && size <= THUMBNAIL_BYTES,
        }
    }
}

impl Reader<'_> {
    /// The damage of a file, in short and as a sentence.
    fn damage(&self, damage: Option<Damage>) -> (String, String) {
        match damage {
            None => (String::new(), String::new()),
            Some(Damage::Removed) => (
                self.either("原始文件缺失", "the stored file is gone"),
                self.either("服务器上已找不到当初收到的文件。", "The file that was received is no longer on the server."),
            ),
            Some(Damage::Altered) => (
                self.either("原始文件校验不一致", "not what was stored"),
                self.either(
                    "服务器上的文件已不是当初收到并签名的内容，已另行封存，不予显示。",
                    "The file on the server differs from the one that was received and signed; it was moved aside and is not shown.",
                ),
            ),
        }
    }
}

impl Piece {
    /// Whether it is missing and not written off.
    pub const fn missing(&self) -> bool {
        !self.stored && self.written_off.is_empty()
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
