//! Photographs and strokes: first the bytes on disk, then the signed save that names their digest.

use serde_json::json;
use sync_core::device::{Editor, NewEvidence, Saved};
use sync_core::id::Digest;
use sync_core::op::OpRef;
use sync_core::schema::{self as names, FieldName};
use sync_core::value::Value;

use super::Phone;
use super::answer::{CommandError, Done};
use super::command::Photo;
use super::edit::order_after;
use super::picture;

/// The largest photograph that is drawn.
const LARGEST: usize = 16 << 20;

/// Metadata of a file beside its digest and size.
pub(super) struct About<'a> {
    pub title: &'a str,
    pub kind: &'a str,
    pub proves: &'a str,
    pub media_type: &'a str,
}

impl Phone {
    /// Takes a photograph: a drawn scene, the same for the same number.
    pub(super) fn photo(&mut self, photo: Photo) -> Done {
        let Photo { case, title, proves, kind, scene, bytes } = photo;
        if bytes > LARGEST {
            return Err(CommandError::broken(format!("a photograph has at most {LARGEST} bytes")));
        }
        let mut editor = self.editor(case)?;
        let drawn = picture::draw(scene, bytes).map_err(CommandError::broken)?;
        let about = About { title: &title, kind: &kind, proves: &proves, media_type: "image/png" };
        let (entity, file) = self.keep_evidence(&mut editor, &drawn, &about)?;
        let (digest, size) = (file.digest, file.size);
        let mut save = editor.into_save();
        save.evidence.push(file);
        let Saved { change, .. } = self.commit(save, None)?;
        Ok(json!({"digest": digest, "entity": entity.resolve(change), "change": change, "size": size}))
    }

    /// Stores bytes and writes the evidence that names them. The same save contains the file's metadata.
    ///
    /// # Errors
    /// They cannot be written to the disk.
    pub(super) fn keep_evidence(
        &self,
        editor: &mut Editor,
        bytes: &[u8],
        about: &About<'_>,
    ) -> Result<(OpRef, NewEvidence), CommandError> {
        let (digest, location) = self.folder.keep_media(bytes)?;
        let size = u64::try_from(bytes.len()).map_err(CommandError::broken)?;
        let order = order_after(editor, &names::EVIDENCE);
        let entity = editor.add(None, names::EVIDENCE, &order);
        for (field, value) in self.described(digest, size, about)? {
            editor.put(Some(entity), field, value);
        }
        Ok((entity, NewEvidence { digest, size, media_type: about.media_type.to_owned(), location }))
    }

    fn described(&self, digest: Digest, size: u64, about: &About<'_>) -> Result<[(FieldName, Value); 9], CommandError> {
        let owner = self.owner()?;
        let taken_by =
            self.folder.kept("owner.json").and_then(|kept| Some(kept.get("officer_name")?.as_str()?.to_owned()));
        Ok([
            (names::KIND, Value::text(about.kind)),
            (names::DIGEST, digest.into()),
            (names::SIZE, Value::Int(i64::try_from(size).map_err(CommandError::broken)?)),
            (names::MEDIA_TYPE, Value::text(about.media_type)),
            (names::TITLE, Value::text(about.title)),
            (names::TAKEN_AT_MS, Value::Int(self.now().wall.ms())),
            (names::TAKEN_BY, Value::text(taken_by.unwrap_or_else(|| owner.device.identity().officer.to_string()))),
            (names::PROVES, Value::text(about.proves)),
            (names::SOURCE, Value::text("captured")),
        ])
    }
}
