//! Cases that got a further change lately, with their changes as they are stored.
//!
//! Promise: what it gives is what the database holds, for it is dropped as soon as the log has other leaves than the last
//! group left (`Register::resume`). Bounded by the changes that it holds.
//! Why: to read a change back and to hold its values against their commitments costs several times what folding it does.

use std::collections::VecDeque;

use sync_core::id::CaseId;

use crate::store::StoredChange;

/// Changes that are kept, of all cases: some five megabytes of records of 40 fields.
const CHANGES: usize = 256;

/// The cases, the one that was put last at the end.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<(CaseId, Vec<StoredChange>)>);

impl Recent {
    /// The changes of a case, in the order of their leaves; it is not kept any more.
    pub(super) fn take(&mut self, case: &CaseId) -> Option<Vec<StoredChange>> {
        let place = self.0.iter().position(|(kept, _)| kept == case)?;
        self.0.remove(place).map(|(_, held)| held)
    }

    /// Keeps a case, and no longer those that were put first and for which there is no room beside it.
    pub(super) fn put(&mut self, case: CaseId, held: Vec<StoredChange>) {
        self.0.push_back((case, held));
        while self.0.iter().map(|(_, held)| held.len()).sum::<usize>() > CHANGES {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::stored;

    fn case(id: u8) -> CaseId {
        CaseId::new([id; 32])
    }

    /// So many changes.
    fn held(count: usize) -> Vec<StoredChange> {
        (1..).map(stored).take(count).collect()
    }

    fn kept(recent: &Recent) -> Vec<CaseId> {
        recent.0.iter().map(|(case, _)| *case).collect()
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
}
