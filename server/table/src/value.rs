//! Values as people write them.
//!
//! Promise: width, spaces and the several middle dots do not matter; what was lost is never filled in.

use sync_core::time::{Date, Instant};

use crate::book::Cell;
use crate::fault::Fault;

/// The day from which days are counted.
const FIRST_DAY: Date = Date::constant(1899, 12, 30);
/// Days that a number without a date's format may mean: 1940-01-01 to 2099-12-31. 20250301 is not among them.
const DAYS: std::ops::RangeInclusive<i64> = 14_611..=73_050;
/// Days that a cell with a date's format may mean: 1900-03-01 to 9999-12-31.
const CALENDAR: std::ops::RangeInclusive<i64> = 61..=2_958_465;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Digits that a spreadsheet keeps of a number.
const EXACT_DIGITS: usize = 15;

/// The text of a cell: half-width letters and digits, without spaces at its ends; a day as `2025-03-01`. An apostrophe
/// before it is no part of it: it marks a text for spreadsheet programs, and our own exports put it before formulas.
///
/// # Errors
/// [`Fault`] for an empty cell, an error of a formula, a rounded number and lost characters.
pub fn text(cell: Option<&Cell>) -> Result<String, Fault> {
    let text = match cell {
        None => return Err(Fault::Empty),
        Some(Cell::Error(error)) => return Err(Fault::Formula(error.to_string())),
        Some(Cell::Day(day)) => return Ok(day_of(*day)?.to_string()),
        Some(Cell::Number(number)) if is_rounded(number) => return Err(Fault::Rounded(number.to_string())),
        Some(Cell::Number(text) | Cell::Text(text)) => narrow(text).trim().to_owned(),
    };
    let text = text.strip_prefix('\'').map_or_else(|| text.clone(), |marked| marked.trim().to_owned());
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.contains('\u{fffd}') {
        return Err(Fault::LostCharacter(text));
    }
    if let Some(character) = text.chars().find(|c| is_private(*c)) {
        return Err(Fault::PrivateCharacter { character: u32::from(character), text });
    }
    Ok(text)
}

/// A text as it is written, such as the wording of a law: its width and punctuation stay; a line break is a space.
///
/// # Errors
/// As [`text`].
pub fn prose(cell: Option<&Cell>) -> Result<String, Fault> {
    match cell {
        Some(Cell::Text(written)) => {
            // What `text` refuses is no prose either.
            text(cell)?;
            let is_seen =
                |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
            let plain: String = written.chars().filter(is_seen).map(|c| if c.is_control() { ' ' } else { c }).collect();
            Ok(plain.trim().to_owned())
        }
        _ => text(cell),
    }
}

/// A name of a person: no spaces between Chinese characters, one kind of middle dot (`·`).
///
/// # Errors
/// As [`text`]; [`Fault::LostCharacter`] for a question mark, which stands where an encoding had no character.
pub fn name(cell: Option<&Cell>) -> Result<String, Fault> {
    let text = text(cell)?;
    if text.contains('?') {
        return Err(Fault::LostCharacter(text));
    }
    let dotted: String = text.chars().map(|c| if is_middle_dot(c) { '·' } else { c }).collect();
    let words: Vec<&str> = dotted.split_whitespace().collect();
    // Latin names keep a space between words.
    let is_latin = dotted.is_ascii();
    Ok(words.join(if is_latin { " " } else { "" }))
}

/// A code of letters and digits, such as the number of a certificate: without any spaces; `-` is one character however
/// it was typed. A number that a spreadsheet rounded, or wrote as a power of ten, is refused.
///
/// # Errors
/// As [`text`].
pub fn code(cell: Option<&Cell>) -> Result<String, Fault> {
    let text = text(cell)?;
    let code: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| if is_dash(c) { '-' } else { c }).collect();
    if is_power_of_ten(&code) {
        return Err(Fault::Rounded(code));
    }
    Ok(code.trim_start_matches('\'').to_ascii_uppercase())
}

/// Digits alone.
///
/// # Errors
/// As [`code`], and [`Fault::Digits`].
pub fn digits(cell: Option<&Cell>) -> Result<String, Fault> {
    let code = code(cell)?;
    if code.bytes().all(|b| b.is_ascii_digit()) { Ok(code) } else { Err(Fault::Digits(code)) }
}

/// A date: a day of the spreadsheet, `2025-03-01`, `2025.3.1`, `2025/3/1`, `2025年3月1日` or `20250301`. A time after it
/// is left out.
///
/// # Errors
/// As [`text`]; [`Fault::Date`]; [`Fault::AmbiguousDate`] where the year does not stand first.
pub fn date(cell: Option<&Cell>) -> Result<Date, Fault> {
    if let Some(Cell::Number(number)) = cell
        && let Ok(day) = number.parse::<i64>()
        && DAYS.contains(&day)
    {
        return day_of(day);
    }
    let text = text(cell)?;
    let wrong = || Fault::Date(text.clone());
    let plain = text.replace(['年', '月'], "-").replace(['日', '号'], " ").replace(['.', '/', '。', '、'], "-");
    let plain = plain.split('-').map(str::trim).collect::<Vec<_>>().join("-");
    let (day, time) = plain.split_once([' ', 'T']).unwrap_or((&plain, ""));
    if !is_time(time.trim()) {
        return Err(wrong());
    }
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range| day.get(range).unwrap_or_default();
        return civil([part(0..4), part(4..6), part(6..8)]).ok_or_else(wrong);
    }
    let mut parts = day.split('-');
    let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    if first.len() <= 2 && third.len() >= 2 && [first, second, third].iter().all(|p| p.parse::<u16>().is_ok()) {
        return Err(Fault::AmbiguousDate(text.clone()));
    }
    if first.len() != 4 {
        return Err(wrong());
    }
    civil([first, second, third]).ok_or_else(wrong)
}

/// Nothing, or hours, minutes and seconds. What else stands behind a day is not left out silently.
fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    text.is_empty()
        || (2..=4).contains(&parts.len())
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn civil([year, month, day]: [&str; 3]) -> Option<Date> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn day_of(day: i64) -> Result<Date, Fault> {
    // Day 60 of the calendar of 1900 is a 29 February that there never was.
    if CALENDAR.contains(&day) {
        Ok(Instant::start_of(FIRST_DAY).plus_ms(day * DAY_MS).date())
    } else {
        Err(Fault::Date(day.to_string()))
    }
}

/// Full-width letters, digits and signs as half-width ones; an ideographic or no-break space as a space.
fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'))
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// A number with more digits than a spreadsheet keeps.
fn is_rounded(number: &str) -> bool {
    is_power_of_ten(number) || number.bytes().filter(u8::is_ascii_digit).count() > EXACT_DIGITS && !number.contains('.')
}

/// `5.00237E+17`.
fn is_power_of_ten(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let power = power.trim_start_matches('+');
    let is_number =
        |text: &str| text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_number(number) && number.contains('.') && !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit())
}

const fn is_middle_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '・' | '･' | '∙' | '⋅' | '●' | '.' | '．' | '。' | '᛫')
}

const fn is_dash(c: char) -> bool {
    matches!(c, '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－')
}

/// Characters of private use: the three areas of Unicode.
const fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    fn number(text: &str) -> Cell {
        Cell::Number(text.into())
    }

    #[test]
    fn dates_are_read_as_offices_write_them() {
        let day = Date::constant(2025, 3, 1);
        for text in [
            "2025-03-01",
            "2025-3-1",
            "2025.3.1",
            "2025.03.01",
            "2025/3/1",
            "2025年3月1日",
            "2025年03月01号",
            "２０２５．３．１",
            "20250301",
            "2025-03-01 00:00:00",
            "2025-03-01T08:30:00",
            " 2025 - 3 - 1 ",
            "2025年 3月 1日",
            "2025、3、1",
        ] {
            assert_eq!(date(Some(&typed(text))), Ok(day), "{text}");
        }
        assert_eq!(date(Some(&Cell::Day(45_717))), Ok(day));
        assert_eq!(date(Some(&number("45717"))), Ok(day));
        assert_eq!(date(Some(&number("20250301"))), Ok(day));
        assert_eq!(date(Some(&number("14611"))), Ok(Date::constant(1940, 1, 1)));
        assert_eq!(date(Some(&number("73050"))), Ok(Date::constant(2099, 12, 31)));
        assert_eq!(date(Some(&Cell::Day(61))), Ok(Date::constant(1900, 3, 1)));
    }

    #[test]
    fn what_is_no_date_or_two_dates_is_refused() {
        for text in [
            "2025-02-29",
            "2025-13-01",
            "长期",
            "2025年3月",
            "2025",
            "二〇二五年三月一日",
            "2025--3-1",
            "+2025-3-1",
            "2025-3-1-1",
            "2025年3月1日至2027年2月28日",
            "2025-3-1 起",
        ] {
            assert!(matches!(date(Some(&typed(text))), Err(Fault::Date(_))), "{text}: {:?}", date(Some(&typed(text))));
        }
        for text in ["3/1/2025", "03-01-25", "1.3.25"] {
            assert!(matches!(date(Some(&typed(text))), Err(Fault::AmbiguousDate(_))), "{text}");
        }
        for wrong in [number("14610"), number("73051"), number("45717.5"), Cell::Day(60), Cell::Day(i64::MAX)] {
            assert!(matches!(date(Some(&wrong)), Err(Fault::Date(_))), "{wrong:?}");
        }
        assert_eq!(date(None), Err(Fault::Empty));
    }

    #[test]
    fn a_number_that_a_spreadsheet_damaged_is_refused_and_an_exact_one_is_not() {
        assert_eq!(code(Some(&number("22370001001"))), Ok("22370001001".into()));
        assert_eq!(code(Some(&number("123456789012345"))), Ok("123456789012345".into()));
        for damaged in [
            number("5.00237E+17"),
            typed("5.00237E+17"),
            typed("5.00237e17"),
            typed("５．００２３７Ｅ＋１７"),
            number("1234567890123456"),
        ] {
            assert!(matches!(code(Some(&damaged)), Err(Fault::Rounded(_))), "{damaged:?}");
        }
        assert_eq!(code(Some(&typed("50023719900101123X"))), Ok("50023719900101123X".into()));
        assert_eq!(code(Some(&typed(" 5002 3719 9001 0112 3x "))), Ok("50023719900101123X".into()));
        assert_eq!(code(Some(&typed("'22370001001"))), Ok("22370001001".into()));
        assert_eq!(code(Some(&typed("渝Ｅ—０１"))), Ok("渝E-01".into()));
        assert_eq!(digits(Some(&typed("２２３"))), Ok("223".into()));
        assert_eq!(digits(Some(&typed("22a"))), Err(Fault::Digits("22A".into())));
    }

    #[test]
    fn names_are_the_same_however_they_are_spaced_and_dotted() {
        for text in [
            "阿依努尔·买买提",
            "阿依努尔•买买提",
            "阿依努尔・买买提",
            "阿依努尔‧买买提",
            "阿依努尔．买买提",
            "阿依努尔.买买提",
            " 阿依努尔 · 买买提 ",
        ] {
            assert_eq!(name(Some(&typed(text))), Ok("阿依努尔·买买提".into()), "{text}");
        }
        assert_eq!(name(Some(&typed("张　三"))), Ok("张三".into()));
        assert_eq!(name(Some(&typed("李 \u{200b}四"))), Ok("李四".into()));
        assert_eq!(name(Some(&typed("㐂𠮷喆"))), Ok("㐂𠮷喆".into()), "rare characters stay");
        assert_eq!(name(Some(&typed("Anna  Maria"))), Ok("Anna Maria".into()));
    }

    #[test]
    fn a_lost_character_is_never_taken_for_a_name() {
        assert!(matches!(name(Some(&typed("李?"))), Err(Fault::LostCharacter(_))));
        assert!(matches!(name(Some(&typed("李？"))), Err(Fault::LostCharacter(_))));
        assert!(matches!(text(Some(&typed("李\u{fffd}"))), Err(Fault::LostCharacter(_))));
        let private = name(Some(&typed("李\u{e863}"))).unwrap_err();
        assert_eq!(private, Fault::PrivateCharacter { text: "李\u{e863}".into(), character: 0xe863 });
        assert!(private.to_string().contains("U+E863"));
        assert_eq!(text(Some(&Cell::Error("#N/A".into()))), Err(Fault::Formula("#N/A".into())));
        assert_eq!(text(Some(&typed(" \u{3000} "))), Err(Fault::Empty));
    }
}
