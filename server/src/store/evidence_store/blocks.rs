//! Block digests of a file, and verified reading.
//!
//! Promise: the block digests are computed in the same pass as the digest of the whole file, so a block with its digest
//! is part of the signed file. A block is verified in memory and returned from there, so a concurrent change on disk
//! has no effect. Not here: handling of damage.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use sync_core::id::Digest;

/// Bytes of a block: 1 MiB. The last one of a file may be shorter.
pub const BLOCK: u64 = 1 << 20;

/// The digests of a file's blocks, in their order. Cloning shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks(Arc<[Digest]>);

impl Blocks {
    /// Reads the output of [`Self::to_bytes`] for a file of this size; none for anything else.
    pub fn from_bytes(bytes: &[u8], size: u64) -> Option<Self> {
        let digests: Option<Arc<[Digest]>> = bytes.chunks(Digest::LEN).map(Digest::from_slice).collect();
        let count = digests.as_ref().and_then(|digests| u64::try_from(digests.len()).ok());
        digests.filter(|_| count == Some(size.div_ceil(BLOCK))).map(Self)
    }

    /// The digests, one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(Digest::bytes).copied().collect()
    }
}

/// Hashes a file from its present position to the end, as a whole and in blocks.
///
/// # Errors
/// Where it cannot be read.
pub fn hash(file: &mut File) -> io::Result<(Digest, Blocks)> {
    let (mut whole, mut blocks) = (Sha256::new(), Vec::new());
    loop {
        let block = read_block(file)?;
        if block.is_empty() {
            return Ok((Digest::new(whole.finalize().into()), Blocks(blocks.into())));
        }
        whole.update(&block);
        blocks.push(Digest::new(Sha256::digest(&block).into()));
    }
}

fn read_block(file: &mut File) -> io::Result<Vec<u8>> {
    let mut block = Vec::new();
    file.by_ref().take(BLOCK).read_to_end(&mut block)?;
    Ok(block)
}

/// A stored file that is read by block.
#[derive(Debug)]
pub struct Whole {
    file: File,
    size: u64,
    blocks: Blocks,
}

impl Whole {
    /// The file of this size with these blocks; none if its length differs.
    pub(super) fn new(file: File, size: u64, blocks: Blocks) -> io::Result<Option<Self>> {
        Ok((file.metadata()?.len() == size).then_some(Self { file, size, blocks }))
    }

    /// Its size in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The bytes of `wanted` from its start to the end of the block of its start; none if that block is damaged.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&mut self, wanted: &Range<u64>) -> io::Result<Option<Vec<u8>>> {
        let index = wanted.start / BLOCK;
        let begins = index * BLOCK;
        self.file.seek(SeekFrom::Start(begins))?;
        let mut block = read_block(&mut self.file)?;
        let digest = usize::try_from(index).ok().and_then(|index| self.blocks.0.get(index));
        if digest.map(|digest| &digest.bytes()[..]) != Some(&Sha256::digest(&block)[..]) {
            return Ok(None);
        }
        let inside = |place: u64| usize::try_from(place - begins).map_err(io::Error::other);
        block.truncate(inside(wanted.end.max(begins))?);
        Ok(Some(block.split_off(inside(wanted.start)?.min(block.len()))))
    }

    /// Whether all blocks of `wanted` are intact.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn is_sound(&mut self, wanted: &Range<u64>) -> io::Result<bool> {
        let mut next = wanted.start / BLOCK * BLOCK;
        while next < wanted.end {
            if self.read(&(next..next + 1))?.is_none() {
                return Ok(false);
            }
            next += BLOCK;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn whole(bytes: &[u8]) -> (tempfile::TempDir, Whole, Digest) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let (digest, blocks) = hash(&mut File::open(&path).unwrap()).unwrap();
        let size = u64::try_from(bytes.len()).unwrap();
        assert_eq!(Blocks::from_bytes(&blocks.to_bytes(), size), Some(blocks.clone()));
        let whole = Whole::new(File::open(&path).unwrap(), size, blocks).unwrap().unwrap();
        (directory, whole, digest)
    }

    fn flip(directory: &tempfile::TempDir, place: u64) {
        let path = directory.path().join("file");
        let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(place)).unwrap();
        let mut byte = [0];
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&[byte[0] ^ 1]).unwrap();
    }

    #[test]
    fn a_flipped_bit_is_found_in_its_own_block_and_in_no_other() {
        let block = usize::try_from(BLOCK).unwrap();
        let bytes: Vec<u8> = (0..2 * block + 5).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let size = 2 * BLOCK + 5;
        let (directory, mut whole, digest) = whole(&bytes);
        assert_eq!(digest.bytes()[..], Sha256::digest(&bytes)[..]);
        assert!(whole.is_sound(&(0..size)).unwrap());
        assert_eq!(whole.read(&(3..10)).unwrap().unwrap(), bytes[3..10]);
        assert_eq!(whole.read(&(BLOCK - 1..size)).unwrap().unwrap(), bytes[block - 1..block]);
        assert_eq!(whole.read(&(2 * BLOCK..size)).unwrap().unwrap(), bytes[2 * block..]);
        flip(&directory, BLOCK);
        assert!(whole.is_sound(&(0..BLOCK)).unwrap());
        assert!(!whole.is_sound(&(0..BLOCK + 1)).unwrap());
        assert!(!whole.is_sound(&(BLOCK..2 * BLOCK)).unwrap());
        assert!(whole.is_sound(&(2 * BLOCK..size)).unwrap());
        assert_eq!(whole.read(&(2 * BLOCK - 1..size)).unwrap(), None);
    }

    #[test]
    fn a_file_of_no_byte_of_a_block_and_of_one_byte_more_has_as_many_blocks() {
        for (size, blocks) in [(0, 0), (1, 1), (BLOCK, 1), (BLOCK + 1, 2)] {
            let bytes = vec![7; usize::try_from(size).unwrap()];
            let (_directory, mut whole, _digest) = whole(&bytes);
            assert_eq!(whole.blocks.0.len(), blocks);
            assert!(whole.is_sound(&(0..size)).unwrap());
            let bytes = whole.blocks.to_bytes();
            assert_eq!(Blocks::from_bytes(&bytes, size + BLOCK), None);
            assert_eq!(Blocks::from_bytes(bytes.get(1..).unwrap_or(&[0]), size), None);
        }
    }
}
