//! The bytes of evidence, on local disk.
//!
//! Promise: a file is named by the SHA-256 of its bytes and nothing else, its bytes were hashed and written through
//! to the disk before it got that name, and it is never written again. What an upload has received is the length of
//! its file: one truth, also after a crash. Not here: who may read or write, what cases claim.
//! The seam for an object store is these six verbs.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, hex};

const READ_AT_ONCE: usize = 64 * 1024;

/// Where evidence lies. Cloning shares it.
#[derive(Debug, Clone)]
pub struct EvidenceStore {
    root: PathBuf,
}

/// What became of an attempt to finish an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Its bytes are stored under their digest.
    Stored,
    /// Its bytes hash to something else: they were dropped, and it begins again.
    Wrong,
    /// Its file is gone: somebody else finished it meanwhile.
    Gone,
}

/// What a stored file turned out to be when all of its bytes were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// They hash to its name.
    Sound,
    /// They do not.
    Spoilt,
    /// There is no such file.
    Absent,
}

/// What became of an attempt to append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The file is this long now.
    To(u64),
    /// The file is not as long as the writer thinks: another writer was there.
    Elsewhere,
}

impl EvidenceStore {
    /// Opens `evidence/` under the data directory, making it where it is missing.
    ///
    /// # Errors
    /// Where the directories cannot be made.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let store = Self::at(directory);
        make_directory(&store.root.join("uploads"))?;
        make_directory(&store.root.join("files"))?;
        Ok(store)
    }

    /// `evidence/` under the directory as it is, for reading: nothing is made.
    pub fn at(directory: &Path) -> Self {
        Self { root: directory.join("evidence") }
    }

    fn upload(&self, id: &[u8; 16]) -> PathBuf {
        self.root.join("uploads").join(hex(id))
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        let shard: String = name.chars().take(2).collect();
        self.root.join("files").join(shard).join(name)
    }

    /// Makes an empty upload; one that is there already stays as it is.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn put_temp(&self, id: &[u8; 16]) -> io::Result<()> {
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.upload(id))?.sync_all()?;
        sync_directory(&self.root.join("uploads"))
    }

    /// How much of an upload is safe on disk; none where its file is gone.
    ///
    /// # Errors
    /// Where the file cannot be written through: then what it held is dropped, and it begins again.
    pub fn received(&self, id: &[u8; 16]) -> io::Result<Option<u64>> {
        let file = match OpenOptions::new().write(true).open(self.upload(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.sync_data().or_else(|error| distrust(&file, error))?;
        Ok(Some(file.metadata()?.len()))
    }

    /// Appends at `offset`. A hanging writer holds up nobody: who comes first at an offset writes there.
    ///
    /// # Errors
    /// Where the bytes cannot be written; what was there before stays.
    pub fn append(&self, id: &[u8; 16], offset: u64, bytes: &[u8]) -> io::Result<Appended> {
        let mut file = match OpenOptions::new().write(true).open(self.upload(id)) {
            Ok(file) => file,
            // Complete meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Appended::Elsewhere),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Appended::Elsewhere),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if file.metadata()?.len() != offset {
            return Ok(Appended::Elsewhere);
        }
        file.seek(SeekFrom::Start(offset))?;
        if let Err(error) = file.write_all(bytes) {
            file.set_len(offset)?;
            return Err(error);
        }
        let grown = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(Appended::To(offset + grown))
    }

    /// Gives the bytes of a complete upload their name, if they hash to `digest`. The upload stays until
    /// [`Self::drop_temp`], which comes after the database knows: what ends between the two is finished again.
    ///
    /// # Errors
    /// Where reading, linking or writing through fails.
    pub fn finish(&self, id: &[u8; 16], digest: &Digest) -> io::Result<Finished> {
        let path = self.upload(id);
        let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Finished::Gone),
            Err(error) => return Err(error),
        };
        file.lock()?;
        if hash(&mut file)? != *digest {
            file.set_len(0)?;
            return Ok(Finished::Wrong);
        }
        file.sync_all().or_else(|error| distrust(&file, error))?;
        let name = self.file(digest);
        let shard = name.parent().unwrap_or(&self.root);
        make_directory(shard)?;
        match std::fs::hard_link(&path, &name) {
            // Already there: somebody else brought the same bytes, or finished this upload. They stay as they are.
            Err(error) if name.exists() => drop(error),
            // Dropped while this one read it, and so stored by whoever dropped it; the name is looked for above.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Finished::Gone),
            other => other?,
        }
        sync_directory(shard)?;
        sync_directory(&self.root.join("files"))?;
        Ok(Finished::Stored)
    }

    /// Drops what an upload received. From here on the bytes have one name only, which nobody opens for writing.
    ///
    /// # Errors
    /// Where the disk does not let go.
    pub fn drop_temp(&self, id: &[u8; 16]) -> io::Result<()> {
        match std::fs::remove_file(self.upload(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Reads all of a stored file and says whether it is what its name says. What is no regular file is not opened.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn look_at(&self, digest: &Digest) -> io::Result<Found> {
        match regular(&self.file(digest)) {
            Ok(mut file) => Ok(if hash(&mut file)? == *digest { Found::Sound } else { Found::Spoilt }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Absent),
            Err(error) => Err(error),
        }
    }

    /// Copies a stored file into another store, under the same name, and reads the copy: only bytes that hash to the
    /// name stay there.
    ///
    /// # Errors
    /// Where it cannot be read or written through.
    pub fn copy_into(&self, digest: &Digest, other: &Self) -> io::Result<Found> {
        let name = other.file(digest);
        let shard = name.parent().unwrap_or(&other.root);
        make_directory(shard)?;
        let mut from = match regular(&self.file(digest)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Absent),
            other => other?,
        };
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&name)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        sync_directory(shard)?;
        let found = other.look_at(digest)?;
        if found == Found::Spoilt {
            std::fs::remove_file(&name)?;
        }
        Ok(found)
    }

    /// Opens a stored file for reading.
    ///
    /// # Errors
    /// Where it is not there or cannot be read.
    pub fn read(&self, digest: &Digest) -> io::Result<File> {
        File::open(self.file(digest))
    }
}

/// A directory and those above it; what is made is for its owner alone.
fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Opens a regular file for reading: a pipe would hold up whoever opens it, a link leads elsewhere.
fn regular(path: &Path) -> io::Result<File> {
    if std::fs::symlink_metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other(format!("{} is no regular file", path.display())))
    }
}

/// After a write-through that failed the system may have let go of the bytes, and would say of the next one that it
/// went well: none of them is believed any more.
fn distrust(file: &File, error: io::Error) -> io::Result<()> {
    file.set_len(0)?;
    Err(error)
}

/// SHA-256 of what is still to be read of a file.
///
/// # Errors
/// Where it cannot be read.
pub fn hash(file: &mut File) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; READ_AT_ONCE];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(Digest::new(hash.finalize().into()));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: [u8; 16] = [7; 16];

    fn store() -> (tempfile::TempDir, EvidenceStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(directory.path()).unwrap();
        store.put_temp(&ID).unwrap();
        (directory, store)
    }

    fn digest(bytes: &[u8]) -> Digest {
        Digest::new(Sha256::digest(bytes).into())
    }

    #[test]
    fn bytes_get_their_name_only_when_they_hash_to_it() {
        let (_directory, store) = store();
        assert_eq!(store.append(&ID, 0, b"photo").unwrap(), Appended::To(5));
        assert_eq!(store.finish(&ID, &digest(b"another")).unwrap(), Finished::Wrong);
        assert!(store.read(&digest(b"another")).is_err());
        assert_eq!(store.received(&ID).unwrap(), Some(0), "the wrong bytes are dropped");
        assert_eq!(store.append(&ID, 0, b"another").unwrap(), Appended::To(7));
        assert_eq!(store.finish(&ID, &digest(b"another")).unwrap(), Finished::Stored);
        let mut text = String::new();
        store.read(&digest(b"another")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "another");
    }

    #[test]
    fn of_two_writers_at_one_offset_the_first_writes_and_the_other_is_told() {
        let (_directory, store) = store();
        assert_eq!(store.append(&ID, 0, b"ab").unwrap(), Appended::To(2));
        assert_eq!(store.append(&ID, 0, b"xy").unwrap(), Appended::Elsewhere);
        assert_eq!(store.append(&ID, 3, b"xy").unwrap(), Appended::Elsewhere);
        assert_eq!(store.received(&ID).unwrap(), Some(2));
    }

    #[test]
    fn a_copy_is_made_of_sound_files_only() {
        let (directory, store) = store();
        store.append(&ID, 0, b"photo").unwrap();
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Stored);
        let other = EvidenceStore::open(&directory.path().join("copy")).unwrap();
        assert_eq!(store.copy_into(&digest(b"none"), &other).unwrap(), Found::Absent);
        assert_eq!(store.copy_into(&digest(b"photo"), &other).unwrap(), Found::Sound);
        assert_eq!(other.look_at(&digest(b"photo")).unwrap(), Found::Sound);
        std::fs::write(store.file(&digest(b"photo")), b"phony").unwrap();
        let third = EvidenceStore::open(&directory.path().join("third")).unwrap();
        assert_eq!(store.copy_into(&digest(b"photo"), &third).unwrap(), Found::Spoilt);
        assert_eq!(third.look_at(&digest(b"photo")).unwrap(), Found::Absent, "nothing spoilt stays");
    }

    #[test]
    fn a_stored_file_is_never_written_again() {
        let (_directory, store) = store();
        store.append(&ID, 0, b"photo").unwrap();
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Stored);
        store.drop_temp(&ID).unwrap();
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Gone);
        let again = [8; 16];
        store.put_temp(&again).unwrap();
        store.append(&again, 0, b"photo").unwrap();
        for _ in 0..2 {
            assert_eq!(store.finish(&again, &digest(b"photo")).unwrap(), Finished::Stored, "as if it were the first");
        }
        store.drop_temp(&again).unwrap();
        assert_eq!(store.received(&again).unwrap(), None);
        assert!(store.read(&digest(b"photo")).is_ok());
    }
}
