//! Statuses of places that no credential has.
//!
//! Promise: about one place in twenty says "invalid" and one in forty "suspended" at any time, and these change as time
//! goes on, so that neither a list nor the difference of two lists says how many credentials there are or how many were
//! revoked. All processes of an installation say the same, because the statuses follow from its key and the time.

use sha2::{Digest as _, Sha256};
use sync_core::credential::LONGEST_MS;
use sync_core::credential::status_list::{Status, StatusList};
use sync_core::time::Instant;

use crate::flow::keys::ServerKey;

/// Statuses change at these times only, in milliseconds.
pub(super) const STEP_MS: i64 = 15 * 60 * 1000;

/// Makes the statuses.
#[derive(Debug, Clone)]
pub(super) struct Decoys(Sha256);

impl Decoys {
    /// Those of an installation.
    pub fn of(key: &ServerKey) -> Self {
        Self(Sha256::new_with_prefix(b"palm/v1/decoys\0").chain_update(key.pkcs8()))
    }

    fn number(&self, place: u64, turn: i64) -> u64 {
        let hash = self.0.clone().chain_update(place.to_be_bytes()).chain_update(turn.to_be_bytes()).finalize();
        hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// The status of a place: drawn again for each week, which begins for each place at another time, and in force from some
    /// time of that week on.
    fn status(&self, place: u64, now: Instant) -> Status {
        let week = LONGEST_MS.unsigned_abs();
        let time = now.ms().max(0).unsigned_abs() / STEP_MS.unsigned_abs() * STEP_MS.unsigned_abs();
        let moved = time + self.number(place, -1) % week;
        let drawn = self.number(place, i64::try_from(moved / week).unwrap_or(0));
        let began = moved % week >= (drawn >> 8) % week;
        match drawn % 40 {
            0..4 if began => Status::Invalid,
            4..6 if began => Status::Suspended,
            _ => Status::Valid,
        }
    }

    /// A list of decoys.
    pub fn list(&self, entries: usize, now: Instant) -> StatusList {
        let mut list = StatusList::new(entries);
        for (place, index) in (0_u64..).zip(0..entries) {
            let status = self.status(place, now);
            if status != Status::Valid {
                list.set(index, status);
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_ms(1_795_363_200_000);

    /// How many of a list have each status.
    fn counted(list: &StatusList) -> [usize; 3] {
        let mut counts = [0; 3];
        for index in 0..list.entries() {
            let place = match list.get(u64::try_from(index).unwrap()) {
                Some(Status::Valid) => 0,
                Some(Status::Invalid) => 1,
                Some(Status::Suspended) | None => 2,
            };
            counts[place] += 1;
        }
        counts
    }

    #[test]
    fn decoys_follow_from_the_key_and_the_time_and_change_as_time_goes_on() {
        let key = ServerKey::ephemeral().unwrap();
        let decoys = Decoys::of(&key);
        let list = decoys.list(20_000, NOW);
        let [valid, invalid, suspended] = counted(&list);
        assert!((800..1_200).contains(&invalid) && (380..620).contains(&suspended), "{valid} {invalid} {suspended}");
        assert_eq!(list, Decoys::of(&key).list(20_000, NOW.plus_ms(STEP_MS - 1)), "another process, the same step");
        let later = decoys.list(20_000, NOW.plus_ms(STEP_MS));
        let differ = (0..20_000).filter(|index| list.get(*index) != later.get(*index)).count();
        assert!((1..60).contains(&differ), "{differ}");
        let [_, next_invalid, _] = counted(&decoys.list(20_000, NOW.plus_ms(LONGEST_MS)));
        assert!((800..1_200).contains(&next_invalid));
        assert_ne!(list, Decoys::of(&ServerKey::ephemeral().unwrap()).list(20_000, NOW));
    }
}
