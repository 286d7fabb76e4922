//! Ceilings: how large a case may become, and how much may be parked in it.
//!
//! Promise: the cost of folding a case is bounded by the number of changes, decoded items and bytes. Changes of officers who
//! take no part in the case have a separate, lower ceiling. A change above a ceiling is neither stored nor refused: its
//! phone keeps it. Changes of the server are not limited, so a full case can still be decided about and closed.

use super::{Arrival, StoredCase, builds_on};
use crate::change::{Change, Size};
use crate::id::{ChangeId, DeviceId};
use std::collections::BTreeSet;

/// Ceiling of one case: about fifty times the largest file of a county's year.
pub const CASE: Size = Size { changes: 8_192, items: 200_000, bytes: 8 << 20 };
/// The share of officers who take no part in one case: the largest change fits, with a drawn signature.
pub const OUTSIDE: Size = Size { changes: 256, items: 60_000, bytes: 2 << 20 };
/// Ceiling of the parked changes of one case.
pub const WAITING: Size = Size { changes: 1_024, items: 100_000, bytes: 4 << 20 };

/// The changes of `ready`, parents first, for which a case has no room, with all changes that build on them. `outside` are
/// the changes outside the case. They have a separate ceiling, so that an officer who takes no part cannot fill a case.
pub(super) fn over(held: StoredCase<'_>, outside: &BTreeSet<ChangeId>, ready: &[Arrival]) -> BTreeSet<ChangeId> {
    let strange = |change: &Change| !outside.is_empty() && outside.contains(&change.id());
    let held_outside = held.changes.iter().filter(|change| strange(change));
    let mut strangers = held_outside.fold(Size::default(), |size, change| size.plus(change.size()));
    let (mut size, mut over) = (held.size.less(strangers), BTreeSet::<ChangeId>::new());
    for change in ready.iter().map(|arrival| &*arrival.change) {
        let own = change.header().device == DeviceId::SERVER;
        let (size, ceiling) = if strange(change) { (&mut strangers, OUTSIDE) } else { (&mut size, CASE) };
        let grown = size.plus(change.size());
        let on_what_is_over = !over.is_empty() && builds_on(change).iter().any(|dep| over.contains(dep));
        if on_what_is_over || !(own || grown.fits(ceiling)) {
            over.insert(change.id());
        } else {
            *size = grown;
        }
    }
    over
}
