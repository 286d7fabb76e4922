//! The tenant's log: an RFC 6962 Merkle tree of leaves, and the cursor into it.
//!
//! Promise: leaf bytes and root are final; a frontier computes the same root as the whole tree. A leaf contains no
//! personal data: the case appears only as a hash of its id. Not here: inclusion and consistency proofs, tree heads,
//! witnesses; `docs/encoding.md` reserves fields for them.

use crate::code::codes;
use crate::codec::{CodecError, Reader, Writer};
use crate::id::{CaseId, ChangeId, Digest, Epoch};
use crate::sign::Tag;
use crate::time::Instant;
use sha2::{Digest as _, Sha256};

const CASE_TAG: Tag = Tag("palm/v1/case-tag");
const VERSION: u64 = 1;

codes! {
    /// The class in which a change was stored. Its leaf and its database row contain the same class.
    pub enum LeafClass {
        /// It has effect.
        Accepted = "accepted",
        /// A verdict excludes it until a person decides.
        Quarantined = "quarantined",
        /// Its operations break a rule of form.
        WithoutEffect = "without_effect",
    }
}

impl LeafClass {
    const fn number(self) -> u64 {
        match self {
            Self::Accepted => 0,
            Self::Quarantined => 1,
            Self::WithoutEffect => 2,
        }
    }
}

/// One entry of the log: a stored change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The epoch of the log.
    pub log_epoch: Epoch,
    /// Its index in the log, from 0.
    pub index: u64,
    /// The change.
    pub change: ChangeId,
    /// The case. The encoded leaf contains only a hash of its id.
    pub case: CaseId,
    /// Number of stored changes of the case, this one included.
    pub counter: u64,
    /// Index of the case's previous leaf.
    pub previous: Option<u64>,
    /// When it was stored.
    pub received: Instant,
    /// The class.
    pub class: LeafClass,
}

/// The hash that stands for the case in leaves. A holder of the case id can compute it; it tells others nothing.
pub fn case_tag(case: &CaseId) -> Digest {
    CASE_TAG.hash(&[case.bytes()])
}

impl Leaf {
    /// The bytes of the leaf: `[version, 1, epoch, index, change, case tag, counter, previous, received, class]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { log_epoch, index, change, case, counter, previous, received, class } = self;
        let mut out = Writer::new();
        // 1 is a change. Custody events, register acts and the start of an epoch get 2, 3 and 4.
        out.array(10).uint(VERSION).uint(1).bytes(log_epoch.bytes()).uint(*index).bytes(change.bytes());
        out.bytes(case_tag(case).bytes()).uint(*counter);
        match previous {
            Some(previous) => out.uint(*previous),
            None => out.null(),
        };
        out.int(received.ms()).uint(class.number()).finish()
    }
}

/// SHA-256(0x00 ‖ leaf), RFC 6962 §2.1.
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    Digest::new(Sha256::new_with_prefix([0]).chain_update(leaf).finalize().into())
}

fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new_with_prefix([1]).chain_update(left.bytes()).chain_update(right.bytes());
    Digest::new(hash.finalize().into())
}

/// The right edge of the tree: one root for each power of two in its size, largest first.
/// It is enough to append leaves and to compute the root.
///
/// ```
/// use sync_core::log::{Frontier, leaf_hash};
///
/// let mut log = Frontier::default();
/// for leaf in [b"one", b"two", b"six"] {
///     log.push(leaf_hash(leaf));
/// }
/// // A restored frontier continues at the same size.
/// let mut restored = Frontier::restore(log.size(), &log.peaks()).unwrap();
/// restored.push(leaf_hash(b"ten"));
/// log.push(leaf_hash(b"ten"));
/// assert_eq!((log.size(), log.root()), (4, restored.root()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Restores a frontier from its size and its peaks, 32 bytes each. `None` if their number does not fit the size.
    pub fn restore(size: u64, peaks: &[u8]) -> Option<Self> {
        let (chunks, []) = peaks.as_chunks::<32>() else { return None };
        let fits = usize::try_from(size.count_ones()).ok()? == chunks.len();
        fits.then(|| Self { size, peaks: chunks.iter().map(|peak| Digest::new(*peak)).collect() })
    }

    /// The concatenated peaks, as they are stored.
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| *peak.bytes()).collect()
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends the leaf with this hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Each trailing 1 bit of the size is a full subtree, which the new leaf merges into a larger one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// Root of the tree (RFC 6962 §2.1). The root of the empty tree is SHA-256 of no bytes.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return Digest::new(Sha256::digest([]).into());
        };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// How far a device has read the log. Opaque to apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which life of the log.
    pub log_epoch: Epoch,
    /// Number of leaves read.
    pub size: u64,
    /// Root at that size.
    pub root: Digest,
    /// Hash of the reader's reach.
    pub reach: Digest,
}

impl Cursor {
    /// The encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { log_epoch, size, root, reach } = self;
        let mut out = Writer::new();
        out.array(4).bytes(log_epoch.bytes()).uint(*size).bytes(root.bytes()).bytes(reach.bytes()).finish()
    }

    /// Parses the output of [`Cursor::to_bytes`].
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(4, |reader| {
                Ok(Self {
                    log_epoch: Epoch::new(reader.bytes_exact()?),
                    size: reader.uint()?,
                    root: Digest::new(reader.bytes_exact()?),
                    reach: Digest::new(reader.bytes_exact()?),
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 §2.1 word for word, over all leaves.
    fn root_of(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::new(Sha256::digest([]).into()),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                node_hash(&root_of(left), &root_of(right))
            }
        }
    }

    #[test]
    fn the_frontier_has_the_root_of_the_whole_tree_at_every_size() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        for number in 0..70_u8 {
            assert_eq!(frontier.root(), root_of(&leaves), "size {number}");
            let again = Frontier::restore(frontier.size(), &frontier.peaks()).unwrap();
            assert_eq!(again, frontier);
            let leaf = leaf_hash(&[number]);
            leaves.push(leaf);
            frontier.push(leaf);
        }
    }

    #[test]
    fn the_root_is_that_of_the_certificate_transparency_test_vectors() {
        let mut frontier = Frontier::default();
        for leaf in [vec![], vec![0x00], vec![0x10], vec![0x20, 0x21], vec![0x30, 0x31], vec![0x40, 0x41, 0x42, 0x43]] {
            frontier.push(leaf_hash(&leaf));
        }
        assert_eq!(frontier.root().to_string(), "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
    }

    #[test]
    fn a_frontier_of_another_size_is_refused() {
        assert!(Frontier::restore(3, &[0; 64]).is_some());
        assert!(Frontier::restore(2, &[0; 64]).is_none());
        assert!(Frontier::restore(1, &[0; 31]).is_none());
    }
}
