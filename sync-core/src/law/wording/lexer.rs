//! Lexer for legal texts: longest match over a list of phrases.
//!
//! Promise: the longest phrase at a position wins, so `应急管理局` is never read as 应, nor `行政复议法` as an application. A date
//! is not a period. Unlisted text is skipped. Not here: the meaning of the words together (`remedy`, `payment`,
//! `correction`).

use super::numeral;
use std::collections::BTreeMap;

/// Longer texts are not read: they count as saying nothing.
const LONGEST: usize = 10_000;

/// A length of time as a text states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
}

/// Unit of a [`Length`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Calendar days (日, 天).
    Days,
    /// Working days (工作日).
    WorkingDays,
    /// Months.
    Months,
    /// Years.
    Years,
    /// Weeks, or two numbers that contradict each other, such as `六十（30）日`.
    Contradicting,
}

impl Length {
    /// Calendar days.
    pub const fn days(count: u64) -> Self {
        Self { count, unit: Unit::Days }
    }

    /// In Chinese.
    pub fn zh(self) -> String {
        let unit = match self.unit {
            Unit::Days => "日",
            Unit::WorkingDays => "个工作日",
            Unit::Months => "个月",
            Unit::Years => "年",
            Unit::Contradicting => return format!("{}（前后矛盾）", self.count),
        };
        format!("{}{unit}", self.count)
    }

    /// In English.
    pub fn en(self) -> String {
        let unit = match self.unit {
            Unit::Days => "days",
            Unit::WorkingDays => "working days",
            Unit::Months => "months",
            Unit::Years => "years",
            Unit::Contradicting => return format!("{} and something else", self.count),
        };
        format!("{} {unit}", self.count)
    }
}

/// What stands at a place of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What<W> {
    /// A phrase of the list.
    Word(W),
    /// A period.
    Length(Length),
    /// A day of the calendar.
    Date,
    /// `。` `；` `！` `？`
    Stop,
    /// `，`
    Comma,
    /// `（`
    Open,
    /// `）`
    Close,
}

/// A word with its place, in bytes of the plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme<W> {
    pub what: What<W>,
    pub from: usize,
    pub to: usize,
}

impl<W: Copy + PartialEq> Lexeme<W> {
    pub fn is(&self, word: W) -> bool {
        self.what == What::Word(word)
    }
}

/// The text without spaces and line breaks, its digits and letters half-width, its punctuation Chinese.
pub(super) fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    let invisible = |c: &char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let chars: Vec<char> = text.chars().map(narrow).filter(|c| !invisible(c)).collect();
    let ascii = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_alphanumeric);
    let mark = |(at, c): (usize, &char)| match c {
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '(' | '[' | '【' | '〔' => '（',
        ')' | ']' | '】' | '〕' => '）',
        '!' | '?' | '｡' => '。',
        '.' if !(ascii(at.checked_sub(1)) && ascii(at.checked_add(1))) => '。',
        other => *other,
    };
    chars.iter().enumerate().map(mark).collect()
}

/// Phrases with what they mean. One without a meaning is only there to be passed over whole.
pub(super) struct Phrases<W>(BTreeMap<char, Vec<(&'static str, Option<W>)>>);

impl<W: Copy> Phrases<W> {
    /// From groups of phrases that mean the same.
    pub fn new(groups: &[(Option<W>, &[&'static str])]) -> Self {
        let mut phrases: BTreeMap<char, Vec<(&'static str, Option<W>)>> = BTreeMap::new();
        for (word, texts) in groups {
            for text in *texts {
                phrases.entry(text.chars().next().unwrap_or_default()).or_default().push((text, *word));
            }
        }
        phrases.values_mut().for_each(|of_char| of_char.sort_by_key(|(text, _)| std::cmp::Reverse(text.len())));
        Self(phrases)
    }

    fn longest(&self, rest: &str) -> Option<(&'static str, Option<W>)> {
        let of_char = self.0.get(&rest.chars().next()?)?;
        of_char.iter().find(|(text, _)| rest.starts_with(text)).copied()
    }

    /// The words of a [`plain`] text. A text that is too long has none.
    pub fn read(&self, text: &str) -> Vec<Lexeme<W>> {
        if text.chars().count() > LONGEST {
            return Vec::new();
        }
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let (what, length) = self.at_start(rest);
            words.extend(what.map(|what| Lexeme { what, from: at, to: at + length }));
            at += length;
        }
        words
    }

    fn at_start(&self, rest: &str) -> (Option<What<W>>, usize) {
        let one = rest.chars().next().map_or(1, char::len_utf8);
        let mark = match rest.chars().next() {
            Some('。' | '；') => Some(What::Stop),
            Some('，') => Some(What::Comma),
            Some('（') => Some(What::Open),
            Some('）') => Some(What::Close),
            _ => None,
        };
        if mark.is_some() {
            return (mark, one);
        }
        match self.longest(rest) {
            Some((text, word)) => (word.map(What::Word), text.len()),
            None => number(rest).unwrap_or((None, one)),
        }
    }
}

type Found<W> = (Option<What<W>>, usize);

/// A date, a period, or a number that is neither (which is passed over).
fn number<W>(rest: &str) -> Option<Found<W>> {
    if let Some(length) = date(rest) {
        return Some((Some(What::Date), length));
    }
    if rest.starts_with("半年") {
        return Some((Some(What::Length(Length { count: 6, unit: Unit::Months })), "半年".len()));
    }
    let (count, digits) = numeral::leading(rest)?;
    let after = rest.get(digits..).unwrap_or_default();
    let (repeated, bracket) = in_brackets(after);
    let same = repeated.is_none_or(|again| again == count);
    let after = after.get(bracket..).unwrap_or_default();
    let Some((unit, length)) = time_unit(after) else { return Some((None, digits)) };
    let again = repeated_behind(after.get(length..).unwrap_or_default(), count, unit);
    let unit = if same && again { unit } else { Unit::Contradicting };
    Some((Some(What::Length(Length { count, unit })), digits + bracket + length))
}

/// `2026年11月23日`, `11月23日`: a number before 月 without 个, and a number before 日.
fn date(rest: &str) -> Option<usize> {
    let part = |at: usize, marks: &[char]| {
        let (_, digits) = numeral::leading(rest.get(at..)?)?;
        let mark = rest.get(at + digits..)?.chars().next().filter(|c| marks.contains(c))?;
        Some(at + digits + mark.len_utf8())
    };
    let month = part(0, &['年']).unwrap_or(0);
    let day = part(month, &['月'])?;
    part(day, &['日', '号'])
}

/// A number in brackets: `六十（60）日`.
fn in_brackets(after: &str) -> (Option<u64>, usize) {
    let inside = after.strip_prefix('（').and_then(numeral::leading);
    match inside {
        Some((count, digits)) if after.get('（'.len_utf8() + digits..).is_some_and(|rest| rest.starts_with('）')) => {
            (Some(count), '（'.len_utf8() + digits + '）'.len_utf8())
        }
        Some(_) | None => (None, 0),
    }
}

/// `六十日（60日）`: whether what is repeated behind says the same.
fn repeated_behind(after: &str, count: u64, unit: Unit) -> bool {
    let Some(inside) = after.strip_prefix('（') else { return true };
    let Some((again, digits)) = numeral::leading(inside) else { return true };
    match time_unit(inside.get(digits..).unwrap_or_default()) {
        Some((other, length)) if inside.get(digits + length..).is_some_and(|rest| rest.starts_with('）')) => {
            again == count && other == unit
        }
        Some(_) | None => true,
    }
}

fn time_unit(after: &str) -> Option<(Unit, usize)> {
    const UNITS: [(&str, Unit); 14] = [
        ("个工作日", Unit::WorkingDays),
        ("工作日", Unit::WorkingDays),
        ("日（工作日）", Unit::WorkingDays),
        ("个自然日", Unit::Days),
        ("自然日", Unit::Days),
        ("个日历日", Unit::Days),
        ("日", Unit::Days),
        ("天", Unit::Days),
        ("个月", Unit::Months),
        ("月内", Unit::Months),
        ("月之内", Unit::Months),
        ("年内", Unit::Years),
        ("年之内", Unit::Years),
        ("周", Unit::Contradicting),
    ];
    UNITS.iter().find(|(text, _)| after.starts_with(text)).map(|(text, unit)| (*unit, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Vec<Length> {
        let words = Phrases::<()>::new(&[]).read(&plain(text));
        words
            .into_iter()
            .filter_map(|word| match word.what {
                What::Length(length) => Some(length),
                What::Word(()) | What::Date | What::Stop | What::Comma | What::Open | What::Close => None,
            })
            .collect()
    }

    #[test]
    fn sixty_days_are_sixty_days_however_they_are_written() {
        for text in ["60日", "６０日", "六十日", "60 天", "六\n十日", "60（六十）日", "六〇日", "60个自然日"]
        {
            assert_eq!(lengths(text), [Length::days(60)], "{text}");
        }
        assert_eq!(lengths("六十日（60日）"), [Length::days(60), Length::days(60)]);
    }

    #[test]
    fn what_is_not_sixty_days_is_read_as_what_it_says() {
        let other = |count, unit| [Length { count, unit }];
        assert_eq!(lengths("60个工作日"), other(60, Unit::WorkingDays));
        assert_eq!(lengths("两个月"), other(2, Unit::Months));
        assert_eq!(lengths("半年"), other(6, Unit::Months));
        assert_eq!(lengths("一年内"), other(1, Unit::Years));
        assert_eq!(lengths("六十（30）日"), other(60, Unit::Contradicting));
        assert_eq!(lengths("六十日（30日）")[0], Length { count: 60, unit: Unit::Contradicting });
        // Brackets that say more than the number repeat nothing.
        assert_eq!(lengths("十五日（六十日届满后）"), [Length::days(15), Length::days(60)]);
        assert_eq!(lengths("六十（60余日）"), []);
    }

    #[test]
    fn a_date_is_no_period() {
        assert_eq!(lengths("于2026年11月30日前改正，11月3日、第二十三条"), []);
    }

    #[test]
    fn a_text_that_is_too_long_says_nothing() {
        assert_eq!(lengths(&"六十日".repeat(LONGEST / 3)).len(), LONGEST / 3);
        let most = "六十日".repeat(LONGEST / 3) + "。";
        assert_eq!((most.chars().count(), lengths(&most).len()), (LONGEST, LONGEST / 3));
        assert_eq!(lengths(&(most + "。")), []);
    }

    #[test]
    fn a_full_stop_is_one_unless_letters_or_digits_are_on_both_sides() {
        for (text, read) in
            [("见附件1.另行告知.", "见附件1。另行告知。"), (".cn", "。cn"), ("3.5元,a.cn", "3.5元，a.cn")]
        {
            assert_eq!(plain(text), read);
        }
    }

    #[test]
    fn what_is_not_seen_is_not_read() {
        assert_eq!(plain("六\u{0}十\u{200b} \n\u{feff}日"), "六十日");
    }
}
