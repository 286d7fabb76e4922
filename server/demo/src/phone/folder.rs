//! The phone's directory: `phone.db`, `key`, `request-key`, `media/<sha256>`, and downloaded reference data.
//!
//! Promise: one process at a time uses a directory; a file gets its name only after its bytes are synced to disk.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use sync_core::id::Digest;

/// An open directory, locked.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens `root`, creating what is missing.
    ///
    /// # Errors
    /// It is not writable, or another process uses it.
    pub fn open(root: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(root.join("media"))?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(root.join("lock"))?;
        lock.try_lock().map_err(|error| io::Error::other(format!("another phone process uses it ({error})")))?;
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    /// The store.
    pub fn database(&self) -> PathBuf {
        self.root.join("phone.db")
    }

    /// The key.
    pub fn key(&self) -> PathBuf {
        self.root.join("key")
    }

    /// The key that proves requests.
    pub fn request_key(&self) -> PathBuf {
        self.root.join("request-key")
    }

    /// Stores bytes under their digest. Returns the digest and the name for [`Folder::read_media`].
    ///
    /// # Errors
    /// They cannot be synced to the disk.
    pub fn keep_media(&self, bytes: &[u8]) -> io::Result<(Digest, String)> {
        let digest = Digest::new(Sha256::digest(bytes).into());
        let name = format!("media/{digest}");
        if !self.root.join(&name).exists() {
            self.write(&name, bytes)?;
        }
        Ok((digest, name))
    }

    /// Up to `length` bytes of a kept file from `offset`; none where it cannot be read.
    pub fn read_media(&self, name: &str, offset: u64, length: usize) -> Option<Vec<u8>> {
        let mut file = File::open(self.root.join(name)).ok()?;
        file.seek(SeekFrom::Start(offset)).ok()?;
        let mut bytes = Vec::new();
        file.take(u64::try_from(length).ok()?).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Stores downloaded data.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&self, name: &str, what: &Json) -> io::Result<()> {
        self.write(name, what.to_string().as_bytes())
    }

    /// Reads data of [`Folder::keep`]; none if there is none.
    pub fn kept(&self, name: &str) -> Option<Json> {
        serde_json::from_slice(&std::fs::read(self.root.join(name)).ok()?).ok()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.root.join(name);
        let fresh = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &path)?;
        File::open(path.parent().unwrap_or(&self.root))?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_used_by_one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = Folder::open(directory.path()).unwrap();
        assert!(Folder::open(directory.path()).is_err());
        drop(first);
        assert!(Folder::open(directory.path()).is_ok());
    }

    #[test]
    fn media_lies_under_its_digest_and_is_read_in_pieces() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::open(directory.path()).unwrap();
        let (digest, name) = folder.keep_media(b"abc").unwrap();
        assert_eq!(name, format!("media/{digest}"));
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(folder.read_media(&name, 1, 10), Some(b"bc".to_vec()));
        assert_eq!(folder.read_media("media/none", 0, 1), None);
    }
}
