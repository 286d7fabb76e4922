//! Cache of folded cases.
//!
//! Promise: all readers share one byte budget, and each has a share of it. A reader without room waits briefly and is
//! then told to retry. A folded case stays cached until the case grows, within a bound of its own.
//! `sync_core::plan::ceiling` bounds the size of a case. A writer that holds the tenant's lock loads outside of the
//! budget, one case at a time. Loading blocks no writer.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sync_core::case::{CaseState, fold};
use sync_core::change::Size;
use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::plan::ceiling;
use tokio::sync::Semaphore;

use super::recorder::SYSTEM;
use super::refusal::{Failure, Refusal};
use crate::budget::{Budget, Over, Reservation};
use crate::store::{Store, StoredChange, Tx, size_of};

/// Bytes of cases that are being read and shown, all together.
const ALL: usize = 112 << 20;
/// The share of one person; two of the largest cases do not fit.
const PERSON: usize = 64 << 20;
/// Bytes of cases that stay cached without a reader.
const KEPT: usize = 62 << 20;
/// How long a reader waits for room.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A case, read and folded.
#[derive(Debug)]
pub struct Folded {
    /// The case.
    pub case: CaseId,
    /// The stored changes, by leaf.
    pub held: Vec<StoredChange>,
    /// The folded state.
    pub state: CaseState,
    bytes: usize,
}

/// A case in use. Its bytes are reserved until this is dropped.
#[derive(Debug)]
pub struct Loaded {
    folded: Arc<Folded>,
    _room: Option<Room>,
}

impl Deref for Loaded {
    type Target = Folded;

    fn deref(&self) -> &Folded {
        &self.folded
    }
}

/// A reader's reservation of bytes.
pub type Room = Reservation<OfficerId>;

/// The cases of this process.
pub struct Cases {
    budget: Budget<OfficerId>,
    /// Threads that may fold: one for each core.
    turns: Semaphore,
    /// Least recently used first.
    kept: Mutex<VecDeque<Arc<Folded>>>,
}

impl Default for Cases {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { budget: Budget::new(ALL), turns: Semaphore::new(cores), kept: Mutex::default() }
    }
}

/// Approximate memory of a case of this size, loaded and folded: the state duplicates live values.
pub const fn memory(size: Size) -> usize {
    size.memory().saturating_add(size.memory() / 2)
}

/// Bytes of memory that the largest case takes, read and folded.
pub const LARGEST: usize = memory(ceiling::CASE.plus(ceiling::OUTSIDE));

impl Cases {
    /// Reserves bytes; waits for them, blocking this thread.
    ///
    /// # Errors
    /// [`Refusal::TooMuchAtOnce`] for a person who has their share; [`Refusal::Busy`].
    pub fn room(&self, person: OfficerId, bytes: usize) -> Result<Room, Refusal> {
        let most = if person == SYSTEM { ALL } else { PERSON };
        let mut room = self.budget.begin(vec![(person, most)]);
        // Changes of the server are not limited by the ceiling. The share of a person always suffices for one case.
        let bytes = bytes.min(PERSON);
        match room.grow_within(bytes, TIMEOUT) {
            Ok(()) => Ok(room),
            Err(Over::Share) => Err(Refusal::TooMuchAtOnce),
            Err(Over::Whole) => Err(Refusal::Busy),
        }
    }

    /// Runs a read in one transaction, with a reservation of bytes.
    ///
    /// # Errors
    /// As [`Self::room`]; what `look` answers; or an internal error.
    pub async fn read_within<T: Send + 'static>(
        self: &Arc<Self>,
        store: &Store,
        (person, bytes): (OfficerId, usize),
        look: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (cases, store) = (Arc::clone(self), store.clone());
        let read = move || {
            let _room = cases.room(person, bytes)?;
            store.read_sync(look)
        };
        tokio::task::spawn_blocking(read).await.map_err(Failure::broken)?
    }

    /// The case in its current state; none if nothing of it is stored. The read sees one snapshot.
    ///
    /// # Errors
    /// As [`Self::room`], or an internal error.
    pub async fn load(
        self: &Arc<Self>,
        store: &Store,
        tenant: TenantId,
        person: OfficerId,
        case: CaseId,
    ) -> Result<Option<Loaded>, Failure> {
        let found = store.read(move |tx| tx.case_extent(&tenant, &case).map_err(Failure::from)).await?;
        let Some(extent) = found else { return Ok(None) };
        if let Some(folded) = self.find(case, extent.last_leaf) {
            return Ok(Some(Loaded { folded, _room: None }));
        }
        // The room is reserved before the turn, so no holder of a turn waits for room.
        let cases = Arc::clone(self);
        let room = tokio::task::spawn_blocking(move || cases.room(person, memory(extent.size)));
        let room = room.await.map_err(Failure::broken)??;
        let _turn = self.turns.acquire().await.map_err(Failure::broken)?;
        let (store, cases) = (store.clone(), Arc::clone(self));
        let read = move || {
            // The previous holder of the turn may have loaded it.
            if let Some(folded) = cases.find(case, extent.last_leaf) {
                return Ok(Loaded { folded, _room: None });
            }
            let held = store.read_sync(|tx| tx.case_changes(&tenant, &case))?;
            let folded = Arc::new(Folded::of(case, held));
            cases.keep(&folded);
            Ok::<_, Failure>(Loaded { folded, _room: Some(room) })
        };
        tokio::task::spawn_blocking(read).await.map_err(Failure::broken)?.map(Some)
    }

    /// The cached case that was folded at this leaf, if there is one.
    fn find(&self, case: CaseId, last_leaf: i64) -> Option<Arc<Folded>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|folded| folded.case == case)?;
        let folded = kept.remove(place)?;
        if folded.held.last().is_none_or(|last| last.leaf != last_leaf) {
            return None;
        }
        kept.push_back(Arc::clone(&folded));
        Some(folded)
    }

    /// Caches a case and evicts the least recently used unused ones; a case that does not fit is not cached.
    fn keep(&self, folded: &Arc<Folded>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.case != folded.case);
        let mut bytes: usize = kept.iter().map(|folded| folded.bytes).sum();
        kept.retain(|other| {
            let goes = bytes.saturating_add(folded.bytes) > KEPT && Arc::strong_count(other) == 1;
            bytes -= if goes { other.bytes } else { 0 };
            !goes
        });
        if bytes.saturating_add(folded.bytes) <= KEPT {
            kept.push_back(Arc::clone(folded));
        }
    }
}

impl Folded {
    /// Folds the stored changes of a case.
    pub fn of(case: CaseId, held: Vec<StoredChange>) -> Self {
        let state = fold(case, held.iter().map(|stored| &*stored.change));
        let bytes = memory(size_of(&held));
        Self { case, held, state, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{stored, stored_saying};

    fn case(id: u8) -> CaseId {
        CaseId::new([id; 32])
    }

    fn folded(id: u8, held: Vec<StoredChange>) -> Arc<Folded> {
        Arc::new(Folded::of(case(id), held))
    }

    #[test]
    fn what_was_folded_is_found_until_the_case_grows() {
        let cases = Cases::default();
        let one = folded(1, vec![stored(1), stored(2)]);
        cases.keep(&one);
        assert!(cases.find(case(1), 2).is_some_and(|found| Arc::ptr_eq(&found, &one)));
        assert!(cases.find(case(2), 2).is_none());
        assert!(cases.find(case(1), 3).is_none(), "it grew");
        assert!(cases.find(case(1), 2).is_none(), "what is old is dropped");
    }

    #[test]
    fn what_nobody_looks_at_makes_room_and_what_somebody_looks_at_stays() {
        let (cases, text) = (Cases::default(), "x".repeat(200_000));
        let long = |id: u8| folded(id, vec![stored_saying(id.into(), &text); 40]);
        let bytes = long(1).bytes;
        assert!(bytes * 2 <= KEPT && bytes * 3 > KEPT, "two have room: {bytes}");
        let looked_at = long(1);
        cases.keep(&looked_at);
        cases.keep(&long(2));
        cases.keep(&long(3));
        assert!(cases.find(case(1), 1).is_some() && cases.find(case(2), 2).is_none());
        assert!(cases.find(case(3), 3).is_some());
        let also = cases.find(case(3), 3);
        cases.keep(&long(4));
        assert!(cases.find(case(4), 4).is_none(), "both that are kept are looked at");
        drop(also);
    }

    #[test]
    fn a_person_has_room_for_their_share_and_others_for_the_rest() {
        let (cases, [one, other, third]) = (Cases::default(), [1, 2, 3].map(|id| OfficerId::new([id; 16])));
        const { assert!(LARGEST <= PERSON && LARGEST <= KEPT && PERSON <= ALL) };
        let whole = cases.room(one, PERSON).unwrap();
        assert!(cases.budget.begin(vec![(one, PERSON)]).grow(1).is_err());
        let mut of_other = cases.budget.begin(vec![(other, PERSON)]);
        of_other.grow(ALL - PERSON).unwrap();
        assert!(cases.budget.begin(vec![(third, PERSON)]).grow(1).is_err(), "they have all there is");
        drop((whole, of_other));
        cases.room(third, PERSON).unwrap();
    }
}
