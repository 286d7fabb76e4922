//! Cache of recently extended cases with their stored changes.
//!
//! Promise: an entry equals what the database holds: the cache is dropped as soon as the log has leaves that the last
//! group did not write (`Register::resume`). Bounded by number of changes and by bytes.
//!
//! Why: reading a change and verifying its values against their commitments costs several times as much as folding it.

use std::collections::VecDeque;

use sync_core::id::CaseId;

use crate::store::StoredChange;

/// Limit of the cached changes of all cases.
const CHANGES: usize = 256;
/// Limit of their encoded bytes; in memory they take five times as much.
const BYTES: usize = 2 << 20;

/// A cached case.
#[derive(Debug)]
struct Kept {
    case: CaseId,
    held: Vec<StoredChange>,
    bytes: usize,
}

/// The cached cases, the latest at the end.
#[derive(Debug, Default)]
pub(super) struct Recent {
    cases: VecDeque<Kept>,
    /// Number and bytes of the changes of the case that was taken last, so they are not computed again.
    weighed: Option<(CaseId, usize, usize)>,
}

impl Recent {
    /// Removes a case and returns its changes, in the order of their leaves.
    pub(super) fn take(&mut self, case: &CaseId) -> Option<Vec<StoredChange>> {
        let place = self.cases.iter().position(|kept| kept.case == *case)?;
        let Kept { case, held, bytes } = self.cases.remove(place)?;
        self.weighed = Some((case, held.len(), bytes));
        Some(held)
    }

    /// Caches all stored changes of a case, and evicts the oldest cases for which there is no room.
    pub(super) fn put(&mut self, case: CaseId, held: Vec<StoredChange>) {
        let weighed = self.weighed.take().filter(|(of, ..)| *of == case);
        let (known, before) = weighed.map_or((0, 0), |(_, changes, bytes)| (changes, bytes));
        let new: usize = held.iter().skip(known).map(|stored| stored.change.to_bytes().len()).sum();
        self.cases.retain(|kept| kept.case != case);
        self.cases.push_back(Kept { case, held, bytes: before + new });
        while self.is_full() {
            self.cases.pop_front();
        }
    }

    fn is_full(&self) -> bool {
        let changes: usize = self.cases.iter().map(|kept| kept.held.len()).sum();
        let bytes: usize = self.cases.iter().map(|kept| kept.bytes).sum();
        changes > CHANGES || bytes > BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{stored, stored_saying};

    fn case(id: u8) -> CaseId {
        CaseId::new([id; 32])
    }

    /// So many changes.
    fn held(count: usize) -> Vec<StoredChange> {
        (1..).map(stored).take(count).collect()
    }

    fn kept(recent: &Recent) -> Vec<CaseId> {
        recent.cases.iter().map(|kept| kept.case).collect()
    }

    #[test]
    fn a_case_comes_out_once_as_it_was_put() {
        let (mut recent, one, other) = (Recent::default(), held(2), held(3));
        recent.put(case(1), one.clone());
        recent.put(case(2), other.clone());
        assert_eq!(recent.take(&case(1)), Some(one));
        assert_eq!(recent.take(&case(1)), None);
        assert_eq!(recent.take(&case(3)), None);
        assert_eq!(recent.take(&case(2)), Some(other));
    }

    #[test]
    fn there_is_room_for_so_many_changes_and_those_put_first_make_it() {
        let mut recent = Recent::default();
        recent.put(case(1), held(1));
        recent.put(case(2), held(CHANGES - 2));
        recent.put(case(3), held(1));
        assert_eq!(kept(&recent), [case(1), case(2), case(3)], "full");
        recent.put(case(4), held(1));
        assert_eq!(kept(&recent), [case(2), case(3), case(4)], "one past it");
        recent.put(case(5), held(2));
        assert_eq!(kept(&recent), [case(3), case(4), case(5)], "a large one goes whole");
        recent.put(case(6), held(CHANGES));
        assert_eq!(kept(&recent), [case(6)]);
        recent.put(case(7), held(CHANGES + 1));
        assert_eq!(kept(&recent), [], "too large to be kept");
    }

    #[test]
    fn there_is_room_for_so_many_bytes_and_none_is_weighed_twice() {
        let long = |leaf| vec![stored_saying(leaf, &"x".repeat(BYTES / 10))];
        let weight = long(1)[0].change.to_bytes().len();
        assert!(9 * weight <= BYTES && 10 * weight > BYTES);
        let mut recent = Recent::default();
        (1..=9).for_each(|number| recent.put(case(number), long(number.into())));
        assert_eq!(recent.cases.len(), 9, "full");
        recent.put(case(10), long(10));
        assert_eq!(kept(&recent).first(), Some(&case(2)), "one past it");
        let mut held = recent.take(&case(10)).unwrap();
        held.extend(long(11));
        recent.put(case(10), held);
        assert_eq!(recent.cases.back().map(|kept| kept.bytes), Some(2 * weight));
        assert_eq!(kept(&recent).first(), Some(&case(3)));
    }

    #[test]
    fn a_case_is_kept_once() {
        let (mut recent, newer) = (Recent::default(), held(2));
        recent.put(case(1), held(1));
        recent.put(case(1), newer.clone());
        assert_eq!(kept(&recent), [case(1)]);
        assert_eq!(recent.take(&case(1)), Some(newer));
    }
}
