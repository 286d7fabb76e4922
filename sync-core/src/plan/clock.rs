//! Time bounds of a change, as far as they can be proven.
//!
//! Promise: the interval contains the true time if the server's clock and the phone's monotonic clock are right; the
//! wall clock is only compared. A change whose times contradict each other or known bounds never gets grade A.

use crate::change::Clock;
use crate::id::BootId;
use crate::time::Instant;
use crate::when::{Grade, Interval};

/// Permitted drift of a phone's monotonic clock: one part in a thousand plus two seconds.
const DRIFT_DIVISOR: i64 = 1000;
const SLACK_MS: i64 = 2000;

/// The lease that a clock names as its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchored {
    /// It names no anchor.
    #[default]
    Nowhere,
    /// The server's time in a lease of this phone.
    At(Instant),
    /// The lease belongs to another phone, then its time is given, or it is unknown. The phone cannot have asked for it.
    Elsewhere(Option<Instant>),
}

/// The previous change in its phone's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous {
    /// Lower bound of the time at which it was made.
    pub lower: Instant,
    /// The boot in which it was made.
    pub boot: BootId,
    /// Time by the monotonic clock of that boot.
    pub monotonic_ms: u64,
}

/// What is known about the time of a change besides its own clock. All of it precedes the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Before {
    /// Its anchor.
    pub anchor: Anchored,
    /// The latest of all other bounds: those of its deps, the issue of its lease, the enrolment of its phone.
    pub known: Option<Instant>,
    /// The phone's previous change.
    pub previous: Option<Previous>,
}

impl Before {
    /// The latest of all bounds. Without any it is 1970, before there was a server.
    fn floor(&self) -> Instant {
        let anchor = match self.anchor {
            Anchored::Nowhere => None,
            Anchored::At(issued) => Some(issued),
            Anchored::Elsewhere(issued) => issued,
        };
        let previous = self.previous.map(|previous| previous.lower);
        anchor.into_iter().chain(self.known).chain(previous).max().unwrap_or(Instant::from_ms(0))
    }
}

/// The clocks contradict each other or known bounds.
struct Contradiction;

/// The interval in which a change was made. `received` is the time of its receipt, or [`Interval::OPEN`] if it was not
/// received yet.
pub fn interval(clock: &Clock, before: &Before, received: Instant) -> Interval {
    let open = |grade| Interval { lower: before.floor().min(received), upper: received, grade };
    let Ok(found) = narrowed(clock, before, open(Grade::B)) else { return open(Grade::C) };
    // A monotonic clock that does not count sleep is behind, so a wall clock ahead of it is not a contradiction.
    Interval { grade: if found.contradicts(clock.wall) { Grade::C } else { found.grade }, ..found }
}

/// `open`, narrowed by the monotonic clock since the anchor.
fn narrowed(clock: &Clock, before: &Before, open: Interval) -> Result<Interval, Contradiction> {
    let previous = before.previous;
    if previous.is_some_and(|last| last.boot == clock.boot && clock.monotonic_ms < last.monotonic_ms) {
        return Err(Contradiction);
    }
    let issued = match before.anchor {
        Anchored::Elsewhere(_) => return Err(Contradiction),
        Anchored::Nowhere => return Ok(open),
        Anchored::At(issued) => issued,
    };
    let Some(reading) = clock.anchor.and_then(|anchor| anchor.reading) else { return Ok(open) };
    // A boot that began after the last change was anchored after it. A browser's workers may run beside each other.
    if clock.counts_sleep && previous.is_some_and(|last| last.boot != clock.boot && issued < last.lower) {
        return Err(Contradiction);
    }
    // The server read its clock between request and answer, however long the transmission took.
    let since = |then| clock.monotonic_ms.checked_sub(then).and_then(|ms| i64::try_from(ms).ok());
    let (most, least) = since(reading.asked_ms).zip(since(reading.came_ms)).ok_or(Contradiction)?;
    if least > most {
        return Err(Contradiction);
    }
    let drift = SLACK_MS.saturating_add(most / DRIFT_DIVISOR);
    let (earliest, latest) = (issued.plus_ms(least).plus_ms(-drift), issued.plus_ms(most).plus_ms(drift));
    if earliest > open.upper {
        return Err(Contradiction);
    }
    let lower = open.lower.max(earliest);
    if !clock.counts_sleep {
        return Ok(Interval { lower, ..open });
    }
    if latest < open.lower {
        return Err(Contradiction);
    }
    Ok(Interval { lower, upper: open.upper.min(latest), grade: Grade::A })
}

#[cfg(test)]
mod tests;
