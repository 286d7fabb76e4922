//! Document numbers (文号): notation and equality.
//!
//! Promise: pure text. A number is `机关代字 文种 〔年份〕 序号 号`, such as `（巫市监）当罚〔2026〕12号`: the numbering organ and form, the
//! year in brackets, the serial, 号. Width, kind of bracket, spaces and leading zeros are ignored in comparison, so
//! typed numbers are recognised. Not here: which numbers a phone may use (`lease`), on how many documents a number
//! stands (`facts`).

/// Most characters of the agency and the form.
const LONGEST_WORD: usize = 40;
/// Most characters between the year and the digits, such as 第 or 纸.
const LONGEST_MARK: usize = 4;
/// Most digits of a serial.
const LONGEST_SERIAL: usize = 9;
/// Digits of a year.
const YEAR_DIGITS: usize = 4;

/// A number in the standard notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormNumber {
    /// The numbering agency and the form, such as `（巫市监）当罚`.
    pub word: String,
    /// The year in brackets.
    pub year: i32,
    /// The text between the year and the digits, such as 第; usually empty.
    pub mark: String,
    /// The serial, from 1 on.
    pub serial: u32,
}

/// Numbers that were granted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRange {
    /// The printed prefix of the serial; empty if it is unknown.
    pub prefix: String,
    /// The year.
    pub year: u32,
    /// First serial.
    pub first: u32,
    /// Last serial, inclusive.
    pub last: u32,
}

impl FormNumber {
    /// Parses a number. `None` if the text does not have the notation of one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = plain(text);
        let (word, rest) = text.rsplit_once('〔')?;
        let (year, rest) = rest.split_once('〕')?;
        let written = rest.strip_suffix('号')?;
        let digits = written.find(|character: char| character.is_ascii_digit())?;
        let (mark, serial) = written.split_at_checked(digits)?;
        let is_word = (1..=LONGEST_WORD).contains(&word.chars().count())
            && word.chars().any(char::is_alphabetic)
            && !word.chars().any(|character| character.is_ascii_digit());
        let is_serial = serial.len() <= LONGEST_SERIAL && serial.chars().all(|character| character.is_ascii_digit());
        let is_year = year.len() == YEAR_DIGITS && year.chars().all(|character| character.is_ascii_digit());
        if !is_word || !is_serial || !is_year || mark.chars().count() > LONGEST_MARK {
            return None;
        }
        let serial = serial.parse().ok().filter(|serial| *serial > 0)?;
        Some(Self { word: word.to_owned(), year: year.parse().ok()?, mark: mark.to_owned(), serial })
    }

    /// Whether it is one of the numbers of a range.
    pub fn is_of(&self, range: &NumberRange) -> bool {
        let Self { word, year, mark, serial } = self;
        let NumberRange { prefix, year: granted, first, last } = range;
        let within = first <= serial && serial <= last && i64::from(*granted) == i64::from(*year);
        within && (prefix.is_empty() || plain(prefix) == format!("{word}〔{year}〕{mark}"))
    }
}

/// A normal form, which is equal for all ways to type the same number.
pub fn same(text: &str) -> String {
    match FormNumber::parse(text) {
        Some(FormNumber { word, year, mark, serial }) => format!("{word}〔{year}〕{mark}{serial}号"),
        None => plain(text),
    }
}

/// The text without spaces, in half width, with one kind of bracket around a year.
fn plain(text: &str) -> String {
    let narrow: String = text.chars().filter(|character| !is_space(*character)).map(narrow).collect();
    let characters: Vec<char> = narrow.chars().collect();
    let mut plain = String::with_capacity(narrow.len());
    let mut place = 0;
    while let Some(character) = characters.get(place) {
        let year = characters.get(place + 1..=place + YEAR_DIGITS).filter(|year| year.iter().all(char::is_ascii_digit));
        let closes = characters.get(place + YEAR_DIGITS + 1).is_some_and(|closing| is_closing(*closing));
        if let Some(year) = year.filter(|_| is_opening(*character) && closes) {
            plain.push('〔');
            plain.extend(year);
            plain.push('〕');
            place += YEAR_DIGITS + 2;
        } else {
            plain.push(*character);
            place += 1;
        }
    }
    plain
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// Full-width letters, digits and signs have half-width forms, at the same distance.
fn narrow(character: char) -> char {
    const DISTANCE: u32 = 0xff01 - 0x21;
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - DISTANCE).map_or(character, |narrow| narrow.to_ascii_uppercase())
        }
        '號' => '号',
        _ => character.to_ascii_uppercase(),
    }
}

const fn is_opening(character: char) -> bool {
    matches!(character, '〔' | '[' | '【' | '(' | '﹝' | '〖' | '<' | '〈')
}

const fn is_closing(character: char) -> bool {
    matches!(character, '〕' | ']' | '】' | ')' | '﹞' | '〗' | '>' | '〉')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(prefix: &str, year: u32) -> NumberRange {
        NumberRange { year, prefix: prefix.to_owned(), first: 21, last: 40 }
    }

    #[test]
    fn a_number_has_agency_form_year_serial_and_the_closing_word() {
        let read = |text| FormNumber::parse(text).map(|number| (number.word, number.year, number.mark, number.serial));
        let wanted = |word: &str, mark: &str, serial| Some((word.to_owned(), 2026, mark.to_owned(), serial));
        assert_eq!(read("（巫市监）当罚〔2026〕12号"), wanted("(巫市监)当罚", "", 12));
        assert_eq!(read("巫山市监当罚〔2026〕第 012 号"), wanted("巫山市监当罚", "第", 12));
        assert_eq!(read("（巫市监）当罚〔２０２６〕纸101号"), wanted("(巫市监)当罚", "纸", 101));
        assert_eq!(read("渝巫市监当罚字[2026]999999999号"), wanted("渝巫市监当罚字", "", 999_999_999));
        for wrong in [
            "",
            "101",
            "101号",
            "b",
            "当罚12号",
            "〔2026〕12号",
            "()〔2026〕12号",
            "巫市监当罚〔2026〕12",
            "巫市监当罚〔2026〕号",
            "巫市监当罚〔2026〕0号",
            "巫市监当罚〔26〕12号",
            "巫市监当罚〔20266〕12号",
            "巫市监当罚2026第12号",
            "巫市监当罚〔2026〕12号之一",
            "巫市监1当罚〔2026〕12号",
            "巫市监当罚〔2026〕一二三四五12号",
            "巫市监当罚〔2026〕1000000000号",
        ] {
            assert_eq!(FormNumber::parse(wrong), None, "{wrong}");
        }
        assert_eq!(read("巫山市监当罚〔2026〕一二三四12号"), wanted("巫山市监当罚", "一二三四", 12));
        let word = |length| format!("{}〔2026〕1号", "字".repeat(length));
        assert!(FormNumber::parse(&word(40)).is_some() && FormNumber::parse(&word(41)).is_none());
    }

    #[test]
    fn the_same_number_is_recognised_however_it_was_typed() {
        let wanted = same("（巫市监）当罚〔2026〕12号");
        for text in [
            "(巫市监)当罚[2026]12号",
            "（巫市监） 当罚【2026】 １２ 号",
            "（巫市监）当罚（2026）012號",
            "\u{feff}（巫市监）当罚〔2026〕\u{200b}12号\n",
        ] {
            assert_eq!(same(text), wanted, "{text}");
        }
        for other in [
            "（巫市监）当罚〔2026〕13号",
            "（巫市监）当罚〔2027〕12号",
            "（巫农）当罚〔2026〕12号",
            "（巫市监）当罚〔2026〕纸12号",
        ] {
            assert_ne!(same(other), wanted, "{other}");
        }
        assert_eq!(same(" no. ０１ "), same("NO.01"), "what is no number is compared as it stands");
    }

    #[test]
    fn a_number_is_of_a_range_from_its_first_to_its_last_serial() {
        let of = |serial: u32| FormNumber::parse(&format!("(巫市监)当罚〔2026〕{serial}号")).unwrap();
        let granted = range("（巫市监）当罚〔2026〕", 2026);
        for (serial, is_of) in [(20, false), (21, true), (40, true), (41, false)] {
            assert_eq!(of(serial).is_of(&granted), is_of, "{serial}");
        }
        assert!(!of(21).is_of(&range("（巫农）当罚〔2026〕", 2026)), "of another agency");
        assert!(!of(21).is_of(&range("（巫市监）当罚〔2027〕", 2027)), "of another year");
        assert!(of(21).is_of(&range("", 2026)), "of one whose prefix is not known");
    }
}
