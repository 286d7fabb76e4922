//! The fields of a form about a person: what they show, and how what was typed is read.
//!
//! Promise: a field shows what was typed, otherwise what the register says. Times are of Asia/Shanghai.

use sync_core::time::{Date, Instant};

use crate::console::posted::Posted;
use crate::flow::refusal::{Refusal, Refused};

/// Of an act: the name in the address, the title in both languages, and what happens.
pub type Said = (&'static str, (&'static str, &'static str), (&'static str, &'static str));

/// How a field is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line of at most so many characters.
    Line(usize),
    /// A day.
    Day,
    /// A day and a time.
    Time,
    /// One of these values, each with its label.
    Choice(Vec<(String, String)>),
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its label in Chinese and English.
    pub label: (&'static str, &'static str),
    /// How it is filled.
    pub kind: Kind,
    /// What it shows.
    pub value: String,
    /// Whether it may stay empty.
    pub optional: bool,
}

impl Field {
    /// A field that shows `value` until something is typed.
    pub fn new(name: &'static str, label: (&'static str, &'static str), kind: Kind, value: impl Into<String>) -> Self {
        Self { name, label, kind, value: value.into(), optional: false }
    }

    /// The same, which may stay empty.
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The `type` of the input; empty for a choice.
    pub fn input(&self) -> &'static str {
        match self.kind {
            Kind::Line(_) => "text",
            Kind::Day => "date",
            Kind::Time => "datetime-local",
            Kind::Choice(_) => "",
        }
    }

    /// Most characters.
    pub fn most(&self) -> usize {
        match self.kind {
            Kind::Line(most) => most,
            Kind::Day => 10,
            Kind::Time => 16,
            Kind::Choice(_) => 0,
        }
    }

    /// The choices: value, label, and whether it is the one.
    pub fn choices(&self) -> Vec<(&str, &str, bool)> {
        let Kind::Choice(choices) = &self.kind else { return Vec::new() };
        choices.iter().map(|(value, label)| (value.as_str(), label.as_str(), *value == self.value)).collect()
    }
}

/// A time as a field of [`Kind::Time`] has it.
pub fn local(at: Instant) -> String {
    at.to_string().replace(' ', "T")
}

fn wrong((zh, en): (&str, &str)) -> Refused {
    Refusal::Malformed.because(format!("请填写“{zh}”。"), format!("Fill in “{en}”."))
}

/// Something that was chosen from a list.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn chosen<T: std::str::FromStr>(text: &str) -> Result<T, Refused> {
    let wrong = || Refusal::Malformed.because("请在列表中选择。", "Choose from the list.");
    text.parse().map_err(|_not_chosen| wrong())
}

/// A day of a form.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn day(posted: &Posted, name: &str, label: (&str, &str)) -> Result<Date, Refused> {
    posted.raw(name).trim().parse().map_err(|_not_a_day| wrong(label))
}

/// A time of a form.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn time(posted: &Posted, name: &str, label: (&str, &str)) -> Result<Instant, Refused> {
    parsed(posted.raw(name)).ok_or_else(|| wrong(label))
}

/// A time of a form that may be empty.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn optional_time(posted: &Posted, name: &str, label: (&str, &str)) -> Result<Option<Instant>, Refused> {
    if posted.raw(name).trim().is_empty() { Ok(None) } else { time(posted, name, label).map(Some) }
}

fn parsed(text: &str) -> Option<Instant> {
    let (day, time) = text.trim().split_once(['T', ' '])?;
    let (hours, minutes) = time.split_once(':')?;
    let part = |text: &str, most: i64| {
        let is_two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|part| is_two && *part < most)
    };
    let (hours, minutes) = (part(hours, 24)?, part(minutes.get(..2)?, 60)?);
    Some(Instant::start_of(day.parse().ok()?).plus_ms((hours * 60 + minutes) * 60_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_shown() {
        let at = Instant::start_of(Date::constant(2026, 11, 30)).plus_ms((23 * 60 + 59) * 60_000);
        assert_eq!(local(at), "2026-11-30T23:59");
        assert_eq!(parsed(&local(at)), Some(at));
        assert_eq!(parsed("2026-11-30T00:00"), Some(Instant::start_of(Date::constant(2026, 11, 30))));
        for wrong in ["", "2026-11-30", "2026-11-30T24:00", "2026-11-30T23:60", "2026-11-31T00:00", "2026-11-30T1:00"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
