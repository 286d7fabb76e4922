//! When a change was made, as far as anybody can show.
//!
//! Promise: the interval contains the true time if the server's clock and the phone's monotonic
//! clock are right; the wall clock is never believed, only compared.

use crate::change::Clock;
use crate::code::codes;
use crate::time::Instant;

/// How much a phone's monotonic clock may drift: one part in a thousand, and two seconds.
const DRIFT_DIVISOR: i64 = 1000;
const SLACK_MS: i64 = 2000;
/// How far a wall clock may lie outside the interval before the clocks are said to contradict.
const WALL_SLACK_MS: i64 = 5 * 60 * 1000;

codes! {
    /// How good the proof of time is.
    pub enum Grade {
        /// Same boot as an anchor: known to the drift of the monotonic clock.
        A = "A",
        /// Wall clock only.
        B = "B",
        /// The clocks contradict each other or the server.
        C = "C",
    }
}

/// Between when and when a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Not before.
    pub lower: Instant,
    /// Not after.
    pub upper: Instant,
    /// How good the proof is.
    pub grade: Grade,
}

/// `anchor` is the server's time in the lease that the clock names, `deps_lower` the latest lower
/// bound of what the change builds on, `received` the server's time of receipt.
pub fn interval(clock: &Clock, anchor: Option<Instant>, deps_lower: Option<Instant>, received: Instant) -> Interval {
    // Before the epoch there was no server: without anchor and deps the interval is open below.
    let floor = anchor.into_iter().chain(deps_lower).max().unwrap_or(Instant::from_ms(0)).min(received);
    let open = |grade| Interval { lower: floor, upper: received, grade };
    let since_anchor = anchor.zip(clock.anchor.and_then(|anchor| anchor.reading));
    let Some((anchor, reading)) = since_anchor else {
        let plausible = clock.wall >= floor.plus_ms(-WALL_SLACK_MS) && clock.wall <= received.plus_ms(WALL_SLACK_MS);
        return open(if plausible { Grade::B } else { Grade::C });
    };
    // The server read its clock somewhere between asking and answer, however long the link took.
    let since = |then| clock.monotonic_ms.checked_sub(then).and_then(|ms| i64::try_from(ms).ok());
    let (Some(most), Some(least)) = (since(reading.asked_ms), since(reading.came_ms)) else {
        return open(Grade::C);
    };
    if least > most {
        return open(Grade::C);
    }
    let drift = SLACK_MS.saturating_add(most / DRIFT_DIVISOR);
    let (earliest, latest) = (anchor.plus_ms(least).plus_ms(-drift), anchor.plus_ms(most).plus_ms(drift));
    if latest < floor || earliest > received {
        return open(Grade::C);
    }
    Interval { lower: floor.max(earliest), upper: received.min(latest), grade: Grade::A }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Anchor, Reading};
    use crate::id::{BootId, Digest};

    const HOUR: i64 = 3_600_000;

    fn at(hour: i64) -> Instant {
        Instant::from_ms(1_795_363_200_000 + hour * HOUR)
    }

    fn clock(wall: Instant, monotonic_ms: u64, anchored: Option<u64>) -> Clock {
        let reading = anchored.map(|ms| Reading { asked_ms: ms, came_ms: ms });
        let anchor = Some(Anchor { lease: Digest::new([0; 32]), reading });
        Clock { wall, monotonic_ms, boot: BootId::new([0; 16]), anchor }
    }

    #[test]
    fn within_one_boot_the_monotonic_clock_narrows_the_interval_whatever_the_wall_says() {
        let ten_years = 10 * 365 * 24;
        let two_hours = 2 * 3_600_000;
        let found = interval(&clock(at(-ten_years), two_hours + 5, Some(5)), Some(at(0)), None, at(9));
        assert_eq!(found.grade, Grade::A);
        assert!(found.lower > at(1) && found.lower < at(2) && found.upper > at(2) && found.upper < at(3));
    }

    #[test]
    fn after_a_reboot_only_anchor_deps_and_receipt_bound_it() {
        let found = interval(&clock(at(3), 7, None), Some(at(0)), Some(at(1)), at(9));
        assert_eq!(found, Interval { lower: at(1), upper: at(9), grade: Grade::B });
    }

    #[test]
    fn a_lease_that_was_long_on_its_way_widens_the_interval_and_moves_nothing() {
        let mut slow = clock(at(2), 7_200_000, Some(0));
        slow.anchor = slow.anchor.map(|anchor| {
            let reading = Some(Reading { asked_ms: 0, came_ms: 3_600_000 });
            Anchor { reading, ..anchor }
        });
        let found = interval(&slow, Some(at(0)), None, at(9));
        assert_eq!(found.grade, Grade::A);
        assert!(found.lower < at(1) && found.lower > at(0) && found.upper > at(2) && found.upper < at(3));
    }

    #[test]
    fn contradicting_clocks_lose_nothing_but_the_grade() {
        let ahead = interval(&clock(at(99), 7, None), Some(at(0)), None, at(9));
        assert_eq!(ahead, Interval { lower: at(0), upper: at(9), grade: Grade::C });
        let backwards = interval(&clock(at(3), 4, Some(5)), Some(at(0)), None, at(9));
        assert_eq!(backwards.grade, Grade::C);
        let late = interval(&clock(at(3), 20 * 3_600_000, Some(0)), Some(at(0)), None, at(9));
        assert_eq!(late.grade, Grade::C);
    }

    #[test]
    fn a_receipt_before_the_anchor_still_gives_an_interval() {
        let found = interval(&clock(at(3), 4, None), Some(at(10)), None, at(9));
        assert_eq!((found.lower, found.upper), (at(9), at(9)));
    }
}
