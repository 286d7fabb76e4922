//! The bytes of evidence, on local disk.
//!
//! Promise: a file is named by the SHA-256 of its bytes; the bytes are hashed and synced to disk before the file gets
//! that name, and it is never written again. Files are read by block, and a block that differs from what was stored is
//! not returned. A damaged file is moved aside, never deleted. The received length of an upload is the length of its
//! file, also after a crash. Not here: access control, the claims of cases.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, hex};

mod blocks;

pub use blocks::{BLOCK, Blocks, Whole, hash};

/// The directory of evidence. Clones share it.
#[derive(Debug, Clone)]
pub struct EvidenceStore {
    root: PathBuf,
}

/// Result of finishing an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// Its bytes are stored under their digest, and these are the digests of their blocks.
    Stored(Blocks),
    /// Its bytes hash to something else: they were dropped, and it begins again.
    Wrong,
    /// Its file is gone: a concurrent call finished it.
    Gone,
}

/// Result of reading all bytes of a stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The bytes hash to the name of the file.
    Sound,
    /// The bytes do not hash to the name of the file.
    Spoilt,
    /// There is no such file.
    Absent,
}

/// Result of setting a damaged file aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// Its bytes hash to something else: it was moved aside.
    Moved,
    /// There is no such file.
    Absent,
    /// A second read gave the right digest: it stays.
    Sound,
}

/// Result of reading a stored file that should be short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Short {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// It is longer.
    TooLong,
    /// The file is missing, or its bytes do not hash to its name.
    Damaged,
}

/// Result of appending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The file is this long now.
    To(u64),
    /// The file is not as long as the writer thinks: another writer was there.
    Elsewhere,
}

impl EvidenceStore {
    /// Opens `evidence/` under the data directory, and creates it if it is missing.
    ///
    /// # Errors
    /// Where the directories cannot be made.
    pub fn open(directory: &Path) -> io::Result<Self> {
        let store = Self::at(directory);
        make_directory(&store.root.join("uploads"))?;
        make_directory(&store.root.join("files"))?;
        make_directory(&store.root.join("damaged"))?;
        Ok(store)
    }

    /// Opens `evidence/` under the directory for reading. Nothing is created.
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

    /// Creates an empty upload; an existing one is unchanged.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn put_temp(&self, id: &[u8; 16]) -> io::Result<()> {
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.upload(id))?.sync_all()?;
        sync_directory(&self.root.join("uploads"))
    }

    /// Number of bytes of an upload that are durable on disk; none if its file is missing.
    ///
    /// # Errors
    /// If the file cannot be synced to disk. Then its bytes are dropped, and the upload begins again.
    pub fn received(&self, id: &[u8; 16]) -> io::Result<Option<u64>> {
        let file = match OpenOptions::new().write(true).open(self.upload(id)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        file.sync_data().or_else(|error| distrust(&file, error))?;
        Ok(Some(file.metadata()?.len()))
    }

    /// Appends at `offset`. A stalled writer blocks nobody: the first writer at an offset wins.
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

    /// Names the bytes of a complete upload if they hash to `digest`. The upload stays until [`Self::drop_temp`],
    /// which follows the commit; after a crash in between it is finished again.
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
        let (found, blocks) = hash(&mut file)?;
        if found != *digest {
            file.set_len(0)?;
            return Ok(Finished::Wrong);
        }
        file.sync_all().or_else(|error| distrust(&file, error))?;
        let name = self.file(digest);
        let shard = name.parent().unwrap_or(&self.root);
        make_directory(shard)?;
        match std::fs::hard_link(&path, &name) {
            // The file exists: another upload had the same bytes, or this one was finished before. It stays unless it
            // is damaged; then the bytes that were just hashed replace it.
            Err(error) if name.exists() => {
                if self.set_aside(digest)? == Aside::Sound {
                    drop(error);
                } else {
                    std::fs::hard_link(&path, &name)?;
                }
            }
            // Dropped while this one read it, and so stored by the request that dropped it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Finished::Gone),
            other => other?,
        }
        sync_directory(shard)?;
        sync_directory(&self.root.join("files"))?;
        Ok(Finished::Stored(blocks))
    }

    /// Moves a stored file aside if a second full read does not give its name. Nothing is deleted or overwritten.
    ///
    /// # Errors
    /// Where it cannot be read or moved.
    pub fn set_aside(&self, digest: &Digest) -> io::Result<Aside> {
        match self.look_at(digest)? {
            Found::Sound => return Ok(Aside::Sound),
            Found::Absent => return Ok(Aside::Absent),
            Found::Spoilt => {}
        }
        let (name, kept) = (self.file(digest), self.root.join("damaged"));
        make_directory(&kept)?;
        let places = (1_u32..).map(|number| kept.join(format!("{digest}.{number}")));
        for place in places {
            match std::fs::hard_link(&name, &place) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                // Moved by another request meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Aside::Moved),
                other => {
                    other?;
                    break;
                }
            }
        }
        sync_directory(&kept)?;
        std::fs::remove_file(&name)?;
        sync_directory(name.parent().unwrap_or(&self.root))?;
        Ok(Aside::Moved)
    }

    /// Deletes the upload's own name; from here on the bytes have one name, which is never opened for writing.
    ///
    /// # Errors
    /// Where the disk does not let go.
    pub fn drop_temp(&self, id: &[u8; 16]) -> io::Result<()> {
        match std::fs::remove_file(self.upload(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Reads a stored file and compares its digest with its name. Only regular files are opened.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn look_at(&self, digest: &Digest) -> io::Result<Found> {
        match regular(&self.file(digest)) {
            Ok(mut file) => Ok(if hash(&mut file)?.0 == *digest { Found::Sound } else { Found::Spoilt }),
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

    /// Deletes an unclaimed file. The tenant's row must be locked.
    ///
    /// # Errors
    /// Where the disk does not let go.
    pub fn remove(&self, digest: &Digest) -> io::Result<()> {
        match std::fs::remove_file(self.file(digest)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Opens a stored file of this size for reading by block; none if there is no regular file of that length.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open_whole(&self, digest: &Digest, size: u64, blocks: Blocks) -> io::Result<Option<Whole>> {
        match regular(&self.file(digest)) {
            Ok(file) => Whole::new(file, size, blocks),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All bytes of a stored file of limited size, verified against its name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read_short(&self, digest: &Digest, longest: u64) -> io::Result<Short> {
        let file = match regular(&self.file(digest)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Short::Damaged),
            other => other?,
        };
        if file.metadata()?.len() > longest {
            return Ok(Short::TooLong);
        }
        let mut bytes = Vec::new();
        file.take(longest).read_to_end(&mut bytes)?;
        let same = Sha256::digest(&bytes)[..] == digest.bytes()[..];
        Ok(if same { Short::Bytes(bytes) } else { Short::Damaged })
    }

    /// Whether a stored file is there with its length; its bytes are not read.
    ///
    /// # Errors
    /// Where the directory cannot be read.
    pub fn is_there(&self, digest: &Digest, size: u64) -> io::Result<bool> {
        match std::fs::symlink_metadata(self.file(digest)) {
            Ok(found) => Ok(found.is_file() && found.len() == size),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The digests of a stored file's blocks, where all of its bytes hash to its name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn blocks_of(&self, digest: &Digest) -> io::Result<Option<Blocks>> {
        match regular(&self.file(digest)) {
            Ok(mut file) => Ok(Some(hash(&mut file)?).filter(|(found, _)| found == digest).map(|(_, blocks)| blocks)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Creates a directory and its parents with access for the owner only.
fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Opens a regular file for reading; opening a pipe would block, and a link leads elsewhere.
fn regular(path: &Path) -> io::Result<File> {
    if std::fs::symlink_metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other(format!("{} is no regular file", path.display())))
    }
}

/// After a failed fsync the kernel may have dropped the dirty pages and would report success for the next one, so the
/// upload is no longer trusted.
fn distrust(file: &File, error: io::Error) -> io::Result<()> {
    file.set_len(0)?;
    Err(error)
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
        assert!(!store.is_there(&digest(b"another"), 7).unwrap());
        assert_eq!(store.received(&ID).unwrap(), Some(0), "the wrong bytes are dropped");
        assert_eq!(store.append(&ID, 0, b"another").unwrap(), Appended::To(7));
        assert_eq!(store.finish(&ID, &digest(b"another")).unwrap(), Finished::Stored(blocks(b"another")));
        let mut stored = store.open_whole(&digest(b"another"), 7, blocks(b"another")).unwrap().unwrap();
        assert_eq!(stored.read(&(0..7)).unwrap().unwrap(), b"another");
        assert!(store.open_whole(&digest(b"another"), 6, blocks(b"another")).unwrap().is_none(), "another length");
    }

    fn blocks(bytes: &[u8]) -> Blocks {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        hash(&mut file).unwrap().1
    }

    #[test]
    fn what_is_not_what_its_name_says_is_moved_aside_and_the_same_bytes_can_come_again() {
        let (directory, store) = store();
        let photo = digest(b"photo");
        store.append(&ID, 0, b"photo").unwrap();
        assert_eq!(store.finish(&ID, &photo).unwrap(), Finished::Stored(blocks(b"photo")));
        assert_eq!(store.set_aside(&photo).unwrap(), Aside::Sound);
        store.drop_temp(&ID).unwrap();
        for (again, round) in [(8, 1), (9, 2)] {
            std::fs::write(store.file(&photo), b"phony").unwrap();
            let again = [again; 16];
            store.put_temp(&again).unwrap();
            store.append(&again, 0, b"photo").unwrap();
            assert_eq!(store.finish(&again, &photo).unwrap(), Finished::Stored(blocks(b"photo")));
            store.drop_temp(&again).unwrap();
            assert_eq!(store.look_at(&photo).unwrap(), Found::Sound);
            let kept = directory.path().join(format!("evidence/damaged/{photo}.{round}"));
            assert_eq!(std::fs::read(kept).unwrap(), b"phony");
        }
        std::fs::remove_file(store.file(&photo)).unwrap();
        assert_eq!(store.set_aside(&photo).unwrap(), Aside::Absent);
        assert!(!store.is_there(&photo, 5).unwrap());
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
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Stored(blocks(b"photo")));
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
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Stored(blocks(b"photo")));
        store.drop_temp(&ID).unwrap();
        assert_eq!(store.finish(&ID, &digest(b"photo")).unwrap(), Finished::Gone);
        let again = [8; 16];
        store.put_temp(&again).unwrap();
        store.append(&again, 0, b"photo").unwrap();
        for _ in 0..2 {
            assert_eq!(
                store.finish(&again, &digest(b"photo")).unwrap(),
                Finished::Stored(blocks(b"photo")),
                "as if it were the first"
            );
        }
        store.drop_temp(&again).unwrap();
        assert_eq!(store.received(&again).unwrap(), None);
        assert!(store.is_there(&digest(b"photo"), 5).unwrap());
    }
}
