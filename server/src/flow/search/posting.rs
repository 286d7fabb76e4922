//! Posting lists: which cases contain a gram.
//!
//! Promise: a block holds [`BLOCK`] positions: a few as a list of two bytes each, many as a bitmap of 512 bytes, so a
//! block never takes more. Bytes that this program never wrote are refused.

use std::collections::BTreeMap;

/// Positions in a block.
pub const BLOCK: i64 = 4096;
const BITMAP: usize = 512;

/// The block of a position, and its index in the block.
pub fn locate(place: i64) -> (i64, u16) {
    let within = u16::try_from(place.rem_euclid(BLOCK)).unwrap_or_default();
    (place.div_euclid(BLOCK), within)
}

/// Positions within one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block([u64; 64]);

impl Default for Block {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Block {
    /// Reads the output of [`Block::to_bytes`]; none for anything else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut block = Self::default();
        if bytes.len() == BITMAP {
            for (word, eight) in block.0.iter_mut().zip(bytes.as_chunks::<8>().0) {
                *word = u64::from_be_bytes(*eight);
            }
            return Some(block);
        }
        let (places, []) = bytes.as_chunks::<2>() else { return None };
        for place in places {
            let place = u16::from_be_bytes(*place);
            if i64::from(place) >= BLOCK {
                return None;
            }
            block.put(place, true);
        }
        Some(block)
    }

    /// The shorter of the two forms.
    pub fn to_bytes(&self) -> Vec<u8> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        if usize::try_from(count).is_ok_and(|count| count * 2 < BITMAP) {
            self.places().flat_map(u16::to_be_bytes).collect()
        } else {
            self.0.iter().flat_map(|word| word.to_be_bytes()).collect()
        }
    }

    /// Adds or removes a position.
    pub fn put(&mut self, place: u16, there: bool) {
        if let Some(word) = self.0.get_mut(usize::from(place >> 6)) {
            let bit = 1 << (place & 63);
            if there { *word |= bit } else { *word &= !bit }
        }
    }

    /// Whether it has no position.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The positions, in order.
    pub fn places(&self) -> impl Iterator<Item = u16> {
        (0_u16..).step_by(64).zip(self.0).flat_map(|(first, mut word)| {
            std::iter::from_fn(move || {
                let bit = u16::try_from(word.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
                word &= word - 1;
                Some(first + bit)
            })
        })
    }
}

/// Posting list: positions in all blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings(BTreeMap<i64, Block>);

impl Postings {
    /// The positions that all `sets` have; a set is the blocks of a gram. None for no sets.
    pub fn in_all(sets: impl IntoIterator<Item = BTreeMap<i64, Block>>) -> Self {
        let mut sets = sets.into_iter();
        let mut common = sets.next().unwrap_or_default();
        for set in sets {
            common.retain(|number, block| {
                let Some(other) = set.get(number) else { return false };
                for (word, other) in block.0.iter_mut().zip(other.0) {
                    *word &= other;
                }
                !block.is_empty()
            });
        }
        Self(common)
    }

    /// Number of positions.
    pub fn count(&self) -> usize {
        let ones = |block: &Block| block.0.iter().map(|word| word.count_ones()).sum::<u32>();
        self.0.values().map(ones).sum::<u32>().try_into().unwrap_or(usize::MAX)
    }

    /// All positions in batches of blocks, last block first, because it has most new cases.
    pub fn parts(&self, blocks: usize) -> impl Iterator<Item = Vec<i64>> {
        let of_block = |(number, block): (&i64, &Block)| {
            let first = number * BLOCK;
            block.places().map(move |within| first + i64::from(within)).collect::<Vec<_>>()
        };
        let mut left = self.0.iter().rev().map(of_block);
        std::iter::from_fn(move || left.next().map(|first| left.by_ref().take(blocks - 1).fold(first, join)))
    }
}

fn join(mut one: Vec<i64>, other: Vec<i64>) -> Vec<i64> {
    one.extend(other);
    one
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(places: impl IntoIterator<Item = u16>) -> Block {
        let mut block = Block::default();
        places.into_iter().for_each(|place| block.put(place, true));
        block
    }

    #[test]
    fn many_places_take_no_more_than_a_bitmap() {
        for (count, length) in [(0, 0), (1, 2), (255, 510), (256, 512), (4096, 512)] {
            let full = block(0..count);
            assert_eq!(full.to_bytes().len(), length, "{count}");
            assert_eq!(Block::read(&full.to_bytes()), Some(full));
        }
        assert!(Block::read(&[0]).is_none() && Block::read(&[0x10, 0]).is_none() && Block::read(&[0; 511]).is_none());
    }

    #[test]
    fn places_are_common_across_blocks() {
        let set = |places: &[i64]| {
            let mut blocks: BTreeMap<i64, Block> = BTreeMap::new();
            places.iter().map(|place| locate(*place)).for_each(|(n, p)| blocks.entry(n).or_default().put(p, true));
            blocks
        };
        let parts = |places: &Postings, blocks| places.parts(blocks).collect::<Vec<_>>();
        let common = Postings::in_all([set(&[1, 4095, 4096, 9000]), set(&[4095, 4096, 8999])]);
        assert_eq!((parts(&common, 2), common.count()), (vec![vec![4096, 4095]], 2));
        assert_eq!(parts(&common, 1), [[4096], [4095]]);
        let none = [Postings::in_all([]), Postings::in_all([set(&[1]), set(&[])])];
        assert!(none.iter().all(|none| none.count() == 0 && parts(none, 1).is_empty()));
    }

    proptest! {
        #[test]
        fn a_block_is_read_as_it_was_written(places in proptest::collection::btree_set(0_u16..4096, 0..600)) {
            let written = block(places.iter().copied());
            let read = Block::read(&written.to_bytes()).unwrap();
            prop_assert_eq!(read.places().collect::<Vec<_>>(), places.into_iter().collect::<Vec<_>>());
        }
    }
}
