//! Instants and legal dates.
//!
//! Promise: an [`Instant`] is milliseconds UTC since 1970; a [`Date`] is a civil date in
//! Asia/Shanghai, which has been UTC+8 without daylight saving since 1992.
//! Not here: reading a clock. Every time is an argument.
//!
//! ```
//! use sync_core::time::{Date, Instant};
//!
//! // The last millisecond of a day in Asia/Shanghai, and the first of the next.
//! let last = Instant::from_ms(1_795_363_199_999);
//! assert_eq!(last.date(), Date::constant(2026, 11, 22));
//! assert_eq!(last.plus_ms(1), Instant::start_of(Date::constant(2026, 11, 23)));
//! ```

pub use jiff::civil::Date;
use std::fmt;

const SHANGHAI_OFFSET_MS: i64 = 8 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "diesel", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::BigInt))]
pub struct Instant(i64);

#[cfg(feature = "diesel")]
impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for Instant
where
    i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        <i64 as diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>>::to_sql(&self.0, out)
    }
}

#[cfg(feature = "diesel")]
impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for Instant
where
    i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
{
    fn from_sql(ms: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        <i64 as diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>>::from_sql(ms).map(Self)
    }
}

impl Instant {
    /// Takes milliseconds UTC as they are; any value is an instant, lawful or not.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds UTC.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// This instant moved by `ms` milliseconds; saturates at the ends.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The civil date in Asia/Shanghai, clamped to the years that [`Date`] can hold.
    pub fn date(self) -> Date {
        let days = self.0.saturating_add(SHANGHAI_OFFSET_MS).div_euclid(DAY_MS);
        let clamped = i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX });
        EPOCH.saturating_add(jiff::Span::new().days(clamped.clamp(-4_371_000, 2_932_000)))
    }

    /// Midnight in Asia/Shanghai at which `date` begins.
    pub fn start_of(date: Date) -> Self {
        let days = date.since(EPOCH).map_or(0, |span| i64::from(span.get_days()));
        Self(days * DAY_MS - SHANGHAI_OFFSET_MS)
    }

    /// Minutes after midnight in Asia/Shanghai, `0 .. 1440`.
    pub fn minute_of_day(self) -> i64 {
        self.0.saturating_add(SHANGHAI_OFFSET_MS).rem_euclid(DAY_MS) / 60_000
    }
}

impl fmt::Display for Instant {
    /// Local time as officers read it: `2026-11-23 14:05` (Asia/Shanghai).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.minute_of_day();
        write!(f, "{} {:02}:{:02}", self.date(), minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_day_turns_at_midnight_in_shanghai() {
        let midnight = Instant::start_of(Date::constant(2026, 11, 23));
        assert_eq!(midnight.ms(), 1_795_363_200_000);
        assert_eq!(midnight.date(), Date::constant(2026, 11, 23));
        assert_eq!(midnight.plus_ms(-1).date(), Date::constant(2026, 11, 22));
        assert_eq!(midnight.plus_ms(61_000).to_string(), "2026-11-23 00:01");
    }

    #[test]
    #[cfg(all(feature = "diesel", feature = "device"))]
    fn an_instant_comes_out_of_a_column_as_it_was_put_in() {
        use diesel::{Connection as _, IntoSql as _, RunQueryDsl as _, sql_types::BigInt};
        let mut db = diesel::SqliteConnection::establish(":memory:").unwrap();
        for ms in [i64::MIN, -1, 0, 1_795_363_200_000, i64::MAX] {
            let stored = diesel::select(Instant::from_ms(ms).into_sql::<BigInt>());
            assert_eq!(stored.get_result(&mut db), Ok(Instant::from_ms(ms)));
        }
    }

    #[test]
    fn an_absurd_clock_still_has_a_date() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            let _ = Instant::from_ms(ms).to_string();
        }
        let year = |ms| Instant::from_ms(ms).date().year();
        assert!(year(i64::MIN) < -9_990 && year(i64::MAX) > 9_990);
        assert_eq!((year(0), year(-1)), (1970, 1970), "it is eight in the morning in Shanghai");
    }
}
