//! The current time, and the times of held changes, as far as this phone can prove them.
//!
//! Promise: the same bounds as on the server (`plan::interval`), from what the phone holds: leases, receipts and its
//! own chain. The wall clock is compared with them and a deviation is reported; it determines no bound.

use crate::case::Timeline;
use crate::change::{Change, Clock};
use crate::device::{Device, Identity, Moment, StoreError, rows};
use crate::id::{ChangeId, DeviceId, Digest};
use crate::plan::{Anchored, Before, Previous, interval};
use crate::time::Instant;
use crate::when::Interval;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The phone's wall clock contradicts proven bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockFault {
    /// Smallest possible deviation in milliseconds: positive if the clock is ahead, negative if it is behind.
    pub off_by_ms: i64,
    /// The interval that contains the true time.
    pub proved: Interval,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

/// The present time, as far as the phone can prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    /// The interval that contains the present time.
    pub proved: Interval,
    /// The wall clock's time.
    pub wall: Instant,
}

impl Now {
    /// The fault of the wall clock, if there is one.
    pub fn fault(&self) -> Option<ClockFault> {
        let Self { proved, wall } = *self;
        let off_by_ms = proved.off_by_ms(wall);
        if !proved.contradicts(wall) {
            return None;
        }
        let (ahead, ahead_en) = if off_by_ms > 0 { ("快", "ahead") } else { ("慢", "behind") };
        let (long, long_en) = span(off_by_ms);
        Some(ClockFault {
            off_by_ms,
            proved,
            zh: format!("手机时钟不准：显示 {wall}，可证明的时间是 {proved}，至少{ahead}{long}。请校准手机时钟。"),
            en: format!(
                "The phone's clock is wrong: it shows {wall}, the proved time is {proved}; it is at least {long_en} {ahead_en}. Set the clock right."
            ),
        })
    }
}

/// A length of time in its largest unit, in Chinese and English.
fn span(ms: i64) -> (String, String) {
    let minutes = ms.unsigned_abs() / 60_000;
    match (minutes / 1440, minutes / 60) {
        (0, 0) => (format!("{minutes}分钟"), format!("{minutes} min")),
        (days, hours) if days < 2 => (format!("{hours}小时"), format!("{hours} h")),
        (days, _) => (format!("{days}天"), format!("{days} days")),
    }
}

/// Now.
pub(super) fn now(db: &Connection, identity: &Identity, moment: &Moment) -> Result<Now, StoreError> {
    let mut times = Times { db, issued: BTreeMap::new() };
    let clock = clock(db, moment)?;
    let previous = match rows::Chain::load(db)?.prev {
        Some(id) => rows::change(db, id)?.map(|change| times.previous(&change)).transpose()?,
        None => None,
    };
    let before = Before { anchor: times.anchored(&clock, identity.device)?, known: newest_proof(db)?, previous };
    Ok(Now { proved: interval(&clock, &before, Interval::OPEN), wall: moment.wall })
}

/// The clock of a change made now.
pub(super) fn clock(db: &Connection, moment: &Moment) -> Result<Clock, StoreError> {
    let Moment { wall, monotonic_ms, boot, counts_sleep, place: _ } = *moment;
    Ok(Clock { wall, monotonic_ms, boot, counts_sleep, anchor: rows::anchor(db, moment)? })
}

/// The latest time that the server signed in any stored statement. The present is later.
fn newest_proof(db: &Connection) -> Result<Option<Instant>, StoreError> {
    let sql =
        "SELECT max(at) FROM (SELECT max(issued_ms) AS at FROM lease UNION ALL SELECT max(issued_ms) FROM receipt)";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The times of the changes of one case, parents before children. A change without other bounds was made before its
/// receipt, and before `now`.
pub(super) fn timeline(db: &Connection, changes: &[Change], now: &Now) -> Result<Timeline, StoreError> {
    let mut times = Times { db, issued: BTreeMap::new() };
    let received = match changes.first() {
        Some(change) => rows::received(db, change.case())?,
        None => BTreeMap::new(),
    };
    let mut found: BTreeMap<ChangeId, (Interval, Previous)> = BTreeMap::new();
    let mut dated = Vec::with_capacity(changes.len());
    for change in changes {
        let header = change.header();
        let deps = header.deps.iter().filter_map(|dep| found.get(dep)).map(|(interval, _)| interval.lower).max();
        let previous = header.prev.and_then(|prev| found.get(&prev)).map(|(_, previous)| *previous);
        let received = received.get(&change.id()).copied().unwrap_or(Interval::OPEN);
        let interval = times.interval(change, deps, previous, received.min(now.proved.upper))?;
        found.insert(change.id(), (interval, as_previous(change, interval)));
        dated.push((change, interval));
    }
    Ok(Timeline::new(dated))
}

const fn as_previous(change: &Change, interval: Interval) -> Previous {
    let clock = &change.header().clock;
    Previous { lower: interval.lower, boot: clock.boot, monotonic_ms: clock.monotonic_ms }
}

/// Time bounds from the leases on this phone.
struct Times<'a> {
    db: &'a Connection,
    /// Cache of the leases that were looked up: when each was issued, and to which phone.
    issued: BTreeMap<Digest, Option<(Instant, DeviceId)>>,
}

impl Times<'_> {
    fn issued(&mut self, lease: Digest) -> Result<Option<(Instant, DeviceId)>, StoreError> {
        if let Some(known) = self.issued.get(&lease) {
            return Ok(*known);
        }
        let issued = rows::lease_issued(self.db, lease)?;
        self.issued.insert(lease, issued);
        Ok(issued)
    }

    fn anchored(&mut self, clock: &Clock, device: DeviceId) -> Result<Anchored, StoreError> {
        let Some(anchor) = clock.anchor else { return Ok(Anchored::Nowhere) };
        Ok(match self.issued(anchor.lease)? {
            Some((issued, of)) if of == device => Anchored::At(issued),
            // Perhaps only the server has the lease, so this is not a contradiction on the phone.
            None => Anchored::Nowhere,
            Some((issued, _)) => Anchored::Elsewhere(Some(issued)),
        })
    }

    fn interval(
        &mut self,
        change: &Change,
        deps: Option<Instant>,
        previous: Option<Previous>,
        received: Instant,
    ) -> Result<Interval, StoreError> {
        let header = change.header();
        if header.device == DeviceId::SERVER {
            return Ok(Interval::exactly(header.clock.wall));
        }
        let named = match header.lease {
            Some(lease) => self.issued(lease)?.map(|(issued, _)| issued),
            None => None,
        };
        let anchor = self.anchored(&header.clock, header.device)?;
        let known = named.into_iter().chain(deps).max();
        Ok(interval(&header.clock, &Before { anchor, known, previous }, received))
    }

    /// The bounds that an own change implies for the next one.
    fn previous(&mut self, change: &Change) -> Result<Previous, StoreError> {
        let interval = self.interval(change, None, None, Interval::OPEN)?;
        Ok(as_previous(change, interval))
    }
}

impl Device {
    /// The interval that contains the present time, as far as this phone can prove it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn proved_time(&self, moment: &Moment) -> Result<Interval, StoreError> {
        Ok(now(&self.db, &self.identity, moment)?.proved)
    }

    /// The fault of the phone's wall clock, if one is proven.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn clock_fault(&self, moment: &Moment) -> Result<Option<ClockFault>, StoreError> {
        Ok(now(&self.db, &self.identity, moment)?.fault())
    }
}
