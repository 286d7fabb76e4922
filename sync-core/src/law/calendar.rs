//! Working days, calendar days and hours.
//!
//! Promise: the day or hour on which a period begins is not counted. Holidays and make-up working days come from the
//! published notices; where a relevant notice is missing, weekends alone are used and the result is marked provisional
//! (暂定). Not here: which period a provision sets (`table`), paused time.

use crate::time::{Date, Instant};
use jiff::civil::Weekday;
use std::collections::BTreeSet;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// From this day of December on, the notice for the next year may still change a day: by the notice for 2019, Saturday
/// 2018-12-29 was a working day.
const TURN_OF_YEAR: i8 = 25;

/// The holiday data cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadCalendar {
    /// Not the JSON of a year of holidays.
    #[error("holiday data is not the expected JSON")]
    Json(#[source] serde_json::Error),
    /// A day that is not a date `YYYY-MM-DD`.
    #[error("holiday data names a day that does not exist: {0}")]
    Day(String),
}

#[derive(serde::Deserialize)]
struct YearFile {
    year: i16,
    days: Vec<DayEntry>,
}

#[derive(serde::Deserialize)]
struct DayEntry {
    date: String,
    #[serde(rename = "isOffDay")]
    is_off_day: bool,
}

/// Holidays and make-up working days of the years whose notice is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeSet<i16>,
    off: BTreeSet<Date>,
    on: BTreeSet<Date>,
}

/// The result of counting days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The last day of the period.
    pub on: Date,
    /// The notice of a year that could change the result is missing (暂定). Never refuse an action because of such a day.
    pub provisional: bool,
}

/// A length of time with the unit the law gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Working days (工作日).
    WorkingDays(u16),
    /// Calendar days. If the last day is a rest day, the period ends on the next working day.
    Days(u16),
    /// Hours, never rolled.
    Hours(u16),
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueAt {
    /// By the end of this day.
    Day(Date),
    /// By this instant.
    Moment(Instant),
}

/// A deadline and how it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The limit.
    pub at: DueAt,
    /// For calendar days: the last day before rolling, on which to raise the alarm.
    pub alarm_on: Option<Date>,
    /// See [`Counted::provisional`].
    pub provisional: bool,
    /// How it was computed, in Chinese.
    pub zh: String,
    /// How it was computed, in English.
    pub en: String,
}

impl Due {
    /// Whether something done at `when` was done in time. The whole of the last day counts.
    pub fn met_by(&self, when: Instant) -> bool {
        match self.at {
            DueAt::Day(day) => when.date() <= day,
            DueAt::Moment(limit) => when <= limit,
        }
    }
}

impl Calendar {
    /// Reads one file per year, in the shape of `holiday-cn`: `{year, days: [{date, isOffDay}]}`.
    /// A file without days is a notice that has not been published: its year stays unknown.
    ///
    /// # Errors
    /// [`BadCalendar`] when a file is not of that shape or names a day that does not exist.
    pub fn from_json<'a>(files: impl IntoIterator<Item = &'a str>) -> Result<Self, BadCalendar> {
        let mut calendar = Self::default();
        for file in files {
            let year: YearFile = serde_json::from_str(file).map_err(BadCalendar::Json)?;
            if !year.days.is_empty() {
                calendar.years.insert(year.year);
            }
            for day in year.days {
                let date: Date =
                    day.date.parse().map_err(|_not_a_date: jiff::Error| BadCalendar::Day(day.date.clone()))?;
                if day.is_off_day {
                    calendar.off.insert(date)
                } else {
                    calendar.on.insert(date)
                };
            }
        }
        Ok(calendar)
    }

    /// Whether every notice that can affect `date` is known.
    pub fn knows(&self, date: Date) -> bool {
        let turn = date.month() == 12 && date.day() >= TURN_OF_YEAR;
        self.years.contains(&date.year()) && (!turn || self.years.contains(&date.year().saturating_add(1)))
    }

    /// Whether `date` is a working day: by the notice or, where the notice does not mention it, by the day of the week.
    pub fn is_working_day(&self, date: Date) -> bool {
        if self.on.contains(&date) {
            return true;
        }
        !self.off.contains(&date) && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// The working days from 1 January to 31 December.
    pub fn working_days_in(&self, year: i16) -> usize {
        let Ok(first) = Date::new(year, 1, 1) else { return 0 };
        days_from(first).take_while(|day| day.year() == year).filter(|day| self.is_working_day(*day)).count()
    }

    /// The `days`-th working day after `start`. The start day is not counted; 0 days is `start`.
    pub fn add_working_days(&self, start: Date, days: u16) -> Counted {
        let mut counted = Counted { on: start, provisional: false };
        let mut left = days;
        for day in days_from(start).skip(1) {
            if left == 0 {
                break;
            }
            counted = Counted { on: day, provisional: counted.provisional || !self.knows(day) };
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        counted
    }

    /// The `days`-th day after `start`, including rest days.
    pub fn add_calendar_days(&self, start: Date, days: u16) -> Counted {
        let on = start.saturating_add(jiff::Span::new().days(i32::from(days)));
        Counted { on, provisional: false }
    }

    /// The `days`-th day after `start`; if that is a rest day, the next working day
    /// (期间届满的最后一日为节假日的，以节假日后的第一日为期间届满的日期).
    pub fn add_calendar_days_rolled(&self, start: Date, days: u16) -> Counted {
        let last = self.add_calendar_days(start, days).on;
        let mut counted = Counted { on: last, provisional: false };
        for day in days_from(last) {
            counted = Counted { on: day, provisional: counted.provisional || !self.knows(day) };
            if self.is_working_day(day) {
                break;
            }
        }
        counted
    }

    /// `hours` after `start` to the millisecond; rest days and nights count.
    pub fn add_hours(&self, start: Instant, hours: u16) -> Instant {
        start.plus_ms(i64::from(hours) * HOUR_MS)
    }

    /// When a period that starts at `start` ends, with the computation in words.
    pub fn due(&self, start: Instant, within: Period) -> Due {
        let from = start.date();
        let (at, alarm_on, provisional) = match within {
            Period::WorkingDays(days) => {
                let last = self.add_working_days(from, days);
                (DueAt::Day(last.on), None, last.provisional)
            }
            Period::Days(days) => {
                let last = self.add_calendar_days_rolled(from, days);
                (DueAt::Day(last.on), Some(self.add_calendar_days(from, days).on), last.provisional)
            }
            Period::Hours(hours) => (DueAt::Moment(self.add_hours(start, hours)), None, false),
        };
        let (zh, en) = computation(start, within, at, provisional);
        Due { at, alarm_on, provisional, zh, en }
    }
}

fn days_from(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
}

fn computation(start: Instant, within: Period, at: DueAt, provisional: bool) -> (String, String) {
    let from = start.date();
    let (mut zh, mut en) = match (within, at) {
        (Period::WorkingDays(n), DueAt::Day(last)) => (
            format!("自{from}起{n}个工作日（当日不计），至{last}"),
            format!("{n} working days from {from} (that day not counted): {last}"),
        ),
        (Period::Days(n), DueAt::Day(last)) => (
            format!("自{from}起{n}日（当日不计，遇节假日顺延），至{last}"),
            format!("{n} days from {from} (that day not counted, rolled off a rest day): {last}"),
        ),
        (Period::Hours(n), DueAt::Moment(limit)) => {
            (format!("自{start}起{n}小时，至{limit}"), format!("{n} hours from {start}: {limit}"))
        }
        (Period::WorkingDays(_) | Period::Days(_), DueAt::Moment(_)) | (Period::Hours(_), DueAt::Day(_)) => {
            (String::new(), String::new())
        }
    };
    if provisional {
        zh.push_str("（暂定：放假安排尚未公布）");
        en.push_str(" (provisional: the holiday notice is not published)");
    }
    (zh, en)
}
