//! How large a case may become, and how much may wait in one.
//!
//! Promise: what folding a case takes is bounded whatever its authors wrote: its changes, what is decoded of them and
//! their bytes.
//! What is over the ceiling is not stored and not refused either: its phone keeps it. What the server itself decides always
//! has room, so that a full case can be decided on and closed.

use super::{Arrival, builds_on};
use crate::change::{Change, Size};
use crate::id::{ChangeId, DeviceId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most of one case: some fifty times the largest file of a county's year.
pub const CASE: Size = Size { changes: 8_192, items: 200_000, bytes: 8 << 20 };
/// Most that waits in one case.
pub const WAITING: Size = Size { changes: 1_024, items: 100_000, bytes: 4 << 20 };

/// What of `ready`, parents first, a case of the size `held` has room for; second, the rest, with what builds on it.
pub(super) fn within(held: Size, ready: Vec<Arrival>) -> (Vec<Arrival>, Vec<Arc<Change>>) {
    let (mut size, mut over) = (held, BTreeSet::<ChangeId>::new());
    let mut has_room = |change: &Change| {
        let own = change.header().device == DeviceId::SERVER;
        let grown = size.plus(change.size());
        let on_what_is_over = !over.is_empty() && builds_on(change).iter().any(|dep| over.contains(dep));
        if on_what_is_over || !(own || grown.fits(CASE)) {
            over.insert(change.id());
            return false;
        }
        size = grown;
        true
    };
    let (fits, full): (Vec<_>, Vec<_>) = ready.into_iter().partition(|arrival| has_room(&arrival.change));
    (fits, full.into_iter().map(|arrival| arrival.change).collect())
}
