//! A budget of bytes in memory, for all callers together and for each caller.
//!
//! Promise: the sum of reservations never exceeds the total, nor does one caller's sum exceed their share. A
//! reservation is released when it is dropped, also during a panic. The error says whether the share or the total is
//! exhausted. Not here: what the bytes are used for.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The budget is exhausted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// All callers together have reserved the total.
    Whole,
    /// One caller has reserved their share.
    Share,
}

/// A budget. Clones share it.
#[derive(Debug)]
pub struct Budget<K>(Arc<Shared<K>>);

#[derive(Debug)]
struct Shared<K> {
    whole: usize,
    taken: Mutex<Taken<K>>,
    freed: Condvar,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    each: HashMap<K, usize>,
}

impl<K> Clone for Budget<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Reserved bytes of a budget. They are released when this is dropped.
#[derive(Debug)]
pub struct Reservation<K: Eq + Hash + Clone> {
    of: Budget<K>,
    /// The owners, each with their share.
    owners: Vec<(K, usize)>,
    bytes: usize,
}

impl<K: Eq + Hash + Clone> Budget<K> {
    /// A budget of this many bytes.
    pub fn new(whole: usize) -> Self {
        let taken = Mutex::new(Taken { all: 0, each: HashMap::new() });
        Self(Arc::new(Shared { whole, taken, freed: Condvar::new() }))
    }

    /// Begins an empty reservation for these owners, each with their share.
    pub fn begin(&self, owners: Vec<(K, usize)>) -> Reservation<K> {
        Reservation { of: self.clone(), owners, bytes: 0 }
    }

    fn taken(&self) -> MutexGuard<'_, Taken<K>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Reservation<K> {
    /// Reserves this many more bytes.
    ///
    /// # Errors
    /// [`Over`]; then nothing is reserved in addition.
    pub fn grow(&mut self, bytes: usize) -> Result<(), Over> {
        let of = self.of.clone();
        let mut taken = of.taken();
        self.take(&mut taken, bytes)
    }

    /// As [`Self::grow`]; if there is no room, blocks this thread for up to `timeout` until there is.
    ///
    /// # Errors
    /// [`Over`].
    pub fn grow_within(&mut self, bytes: usize, timeout: Duration) -> Result<(), Over> {
        let (of, until) = (self.of.clone(), Instant::now() + timeout);
        let mut taken = of.taken();
        loop {
            let over = match self.take(&mut taken, bytes) {
                Ok(()) => return Ok(()),
                Err(over) => over,
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(over);
            }
            taken = of.0.freed.wait_timeout(taken, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take(&mut self, taken: &mut Taken<K>, bytes: usize) -> Result<(), Over> {
        if taken.all.saturating_add(bytes) > self.of.0.whole {
            return Err(Over::Whole);
        }
        let has = |owner: &K| taken.each.get(owner).copied().unwrap_or_default();
        if self.owners.iter().any(|(owner, most)| has(owner).saturating_add(bytes) > *most) {
            return Err(Over::Share);
        }
        taken.all += bytes;
        for (owner, _) in &self.owners {
            *taken.each.entry(owner.clone()).or_default() += bytes;
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl<K: Eq + Hash + Clone> Drop for Reservation<K> {
    fn drop(&mut self) {
        let of = self.of.clone();
        let mut taken = of.taken();
        taken.all -= self.bytes;
        for (owner, _) in &self.owners {
            if let Some(theirs) = taken.each.get_mut(owner) {
                *theirs -= self.bytes;
                if *theirs == 0 {
                    taken.each.remove(owner);
                }
            }
        }
        of.0.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(budget: &Budget<u8>, owner: u8) -> Reservation<u8> {
        budget.begin(vec![(owner, 60)])
    }

    #[test]
    fn one_takes_their_share_and_not_a_byte_more_and_nothing_is_left_of_who_is_done() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (of(&budget, 1), of(&budget, 1));
        first.grow(30).unwrap();
        second.grow(30).unwrap();
        assert_eq!(second.grow(1), Err(Over::Share));
        of(&budget, 2).grow(40).unwrap();
        drop(first);
        second.grow(30).unwrap();
        assert_eq!(second.grow(1), Err(Over::Share));
        drop(second);
        assert!(budget.taken().each.is_empty() && budget.taken().all == 0);
    }

    #[test]
    fn all_take_the_whole_and_not_a_byte_more() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (of(&budget, 1), of(&budget, 2));
        first.grow(60).unwrap();
        second.grow(40).unwrap();
        assert_eq!(second.grow(1), Err(Over::Whole));
        assert_eq!(of(&budget, 3).grow(1), Err(Over::Whole));
    }

    #[test]
    fn each_of_two_owners_is_held_to_their_own_share() {
        let budget = Budget::new(100);
        let mut both = budget.begin(vec![(1, 60), (2, 10)]);
        both.grow(10).unwrap();
        assert_eq!(both.grow(1), Err(Over::Share), "the second has no more");
        of(&budget, 1).grow(50).unwrap();
        assert_eq!(budget.begin(vec![(1, 10)]).grow(1), Err(Over::Share), "the first has what it took with the second");
    }

    #[test]
    fn who_waits_gets_what_another_lets_go() {
        let budget = Budget::new(100);
        let mut first = of(&budget, 1);
        first.grow(60).unwrap();
        let mut late = of(&budget, 2);
        assert_eq!(late.grow_within(60, Duration::from_millis(10)), Err(Over::Whole), "in vain");
        let other = std::thread::spawn(move || late.grow_within(60, Duration::from_mins(1)));
        std::thread::sleep(Duration::from_millis(20));
        drop(first);
        other.join().unwrap().unwrap();
    }
}
