//! Finds citizen numbers and telephone numbers inside a text.
//!
//! Promise: numbers are recognised by their form, not by the field: a citizen number of 18 or 15 digits by its birth
//! date, with a right or wrong check digit; a mobile number with or without country code; a landline number with area
//! code. Digits may be full-width and may be grouped with spaces or hyphens. A number inside a longer number or inside
//! a token of letters and digits (a digest, a credit code) does not count. Not here: names, addresses, numbers in
//! words; access control (`access`).

use std::borrow::Cow;
use std::ops::Range;

use sync_core::time::Date;

/// Replaces a masked digit.
const HIDDEN: char = '*';
/// Digits of the shortest number.
const SHORTEST: usize = 11;
/// Largest number of groups in which one number is written.
const GROUPS: usize = 6;

/// A digit of the text: its position and its value (10 for a final X).
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    digit: u32,
}

/// Adjacent digits.
struct Group {
    marks: Vec<Mark>,
    /// Whether another group may follow as part of the same number.
    goes_on: bool,
}

/// The value of an ASCII or full-width digit.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => None,
    }
}

const fn is_x(c: char) -> bool {
    matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ')
}

const fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'ａ'..='ｚ' | 'Ａ'..='Ｚ')
}

/// Separators between the groups of one number.
const fn separates(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '\u{a0}' | '\u{2002}'..='\u{200d}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{3000}' | '\u{feff}' | '－'
    )
}

/// The groups of digits of a text. A group inside a token with other digits is left out.
fn groups(text: &str) -> Vec<Group> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut groups: Vec<Group> = Vec::new();
    let mut rest = chars.as_slice();
    while let Some((&(_, c), after)) = rest.split_first() {
        if digit(c).is_none() && !is_letter(c) {
            // One or two separators continue the number; anything else ends it.
            let between = rest.iter().take_while(|(_, c)| separates(*c)).count();
            if let Some(last) = groups.last_mut().filter(|_| !(1..=2).contains(&between)) {
                last.goes_on = false;
            }
            rest = rest.get(between.max(1)..).unwrap_or(after);
            continue;
        }
        let length = rest.iter().take_while(|(_, c)| digit(*c).is_some() || is_letter(*c)).count();
        let (token, after) = rest.split_at(length);
        rest = after;
        if let Some(group) = only_group(token) {
            groups.push(group);
        } else if let Some(last) = groups.last_mut() {
            last.goes_on = false;
        }
    }
    groups
}

/// The digits of a token with adjacent digits, including a final X of a citizen number.
fn only_group(token: &[(usize, char)]) -> Option<Group> {
    let begins = token.iter().position(|(_, c)| digit(*c).is_some())?;
    let digits = token.get(begins..)?;
    let length = digits.iter().take_while(|(_, c)| digit(*c).is_some()).count();
    let (digits, after) = digits.split_at(length);
    let mut marks: Vec<Mark> = digits.iter().filter_map(|(at, c)| Some(Mark { at: *at, digit: digit(*c)? })).collect();
    let (mut letters, mut goes_on) = (after, after.is_empty());
    if let Some(((at, _), more)) = after.split_first().filter(|((_, c), _)| is_x(*c)) {
        marks.push(Mark { at: *at, digit: 10 });
        (letters, goes_on) = (more, false);
    }
    letters.iter().all(|(_, c)| digit(*c).is_none()).then_some(Group { marks, goes_on })
}

/// How many digits at the beginning and the end of a number stay visible; none if it is not a number of a person.
fn kept(digits: &[u32]) -> Option<(usize, usize)> {
    let (body, last) = digits.split_last().map(|(last, body)| (body, *last))?;
    if body.contains(&10) {
        return None;
    }
    match digits {
        // 18 digits with a birth date of eight digits: GB 11643.
        [_, _, _, _, _, _, century @ .., _, _, _, _] if digits.len() == 18 && is_date(century) => Some((3, 2)),
        _ if last == 10 => None,
        // 15 digits, as issued until 1999, with two digits for the year.
        [_, _, _, _, _, _, year @ .., _, _, _] if digits.len() == 15 && is_date(&[&[1, 9], year].concat()) => {
            Some((3, 2))
        }
        [8, 6, 1, 3..=9, ..] if digits.len() == 13 => Some((5, 4)),
        [0, 0, 8, 6, 1, 3..=9, ..] if digits.len() == 15 => Some((7, 4)),
        // A mobile; or an area code (010, 02x, 0xxx) and seven or eight digits, which begin with neither 0 nor 1.
        [1, 3..=9, ..] | [0, 1, 0, 2..=9, ..] | [0, 2, _, 2..=9, ..] if digits.len() == 11 => Some((3, 4)),
        [0, 3..=9, _, _, 2..=9, ..] if digits.len() == 11 || digits.len() == 12 => Some((4, 4)),
        _ => None,
    }
}

/// Whether eight digits are a day between 1800 and 2099.
fn is_date(digits: &[u32]) -> bool {
    let number =
        |digits: &[u32]| digits.iter().try_fold(0_i16, |number, digit| Some(number * 10 + i16::try_from(*digit).ok()?));
    let parts =
        (digits.get(..4).and_then(number), digits.get(4..6).and_then(number), digits.get(6..8).and_then(number));
    let (Some(year @ 1800..=2099), Some(month), Some(day)) = parts else { return false };
    let (month, day) = (i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0));
    Date::new(year, month, day).is_ok()
}

/// The positions of numbers: the digits of each, and how many of them stay visible.
fn found(text: &str) -> Vec<(Vec<Mark>, (usize, usize))> {
    // Fast path: most texts have few digits, and every stored text is scanned.
    if text.chars().filter(|c| digit(*c).is_some()).take(SHORTEST).count() < SHORTEST {
        return Vec::new();
    }
    let groups = groups(text);
    let (mut found, mut rest) = (Vec::new(), groups.as_slice());
    while let Some((first, after)) = rest.split_first() {
        let (mut marks, mut taken, mut last) = (first.marks.clone(), None, first);
        for length in 1..=GROUPS {
            let digits: Vec<u32> = marks.iter().map(|mark| mark.digit).collect();
            if let Some(kept) = kept(&digits) {
                taken = Some((marks.clone(), kept, length));
            }
            match rest.get(length) {
                Some(next) if last.goes_on && marks.len() < 18 => {
                    marks.extend(&next.marks);
                    last = next;
                }
                Some(_) | None => break,
            }
        }
        rest = match taken {
            Some((marks, kept, length)) => {
                found.push((marks, kept));
                rest.get(length..).unwrap_or_default()
            }
            None => after,
        };
    }
    found
}

/// The text with the middle of each number hidden.
pub fn masked(text: &str) -> Cow<'_, str> {
    let hidden: Vec<usize> = found(text)
        .into_iter()
        .flat_map(|(marks, (head, tail))| {
            let length = marks.len().saturating_sub(head + tail);
            marks.into_iter().skip(head).take(length).map(|mark| mark.at)
        })
        .collect();
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let hide = |(at, c)| if hidden.binary_search(&at).is_ok() { HIDDEN } else { c };
    Cow::Owned(text.char_indices().map(hide).collect())
}

/// The text with each number replaced by a line break, so that the rest is not read as one word.
pub fn without(text: &str) -> Cow<'_, str> {
    let numbers: Vec<Range<usize>> = found(text)
        .iter()
        .filter_map(|(marks, _)| {
            let (first, last) = (marks.first()?.at, marks.last()?.at);
            let length = text.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            Some(first..last + length)
        })
        .collect();
    if numbers.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut left, mut from) = (String::with_capacity(text.len()), 0);
    for Range { start, end } in numbers {
        left.push_str(text.get(from..start).unwrap_or_default());
        left.push('\n');
        from = end;
    }
    left.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_a_person_is_hidden_wherever_it_stands() {
        for (text, wanted) in [
            (
                "当事人身份证号500237199001011234，电话13800138000。",
                "当事人身份证号500*************34，电话138****8000。",
            ),
            ("５００２３７１９９００１０１１２３４", "５００*************３４"),
            ("50023719900101123x", "500*************3x"),
            ("500237 19900101 1234", "500*** ******** **34"),
            ("500237-1990-01-01-1234", "500***-****-**-**-**34"),
            ("500237900101123", "500**********23"),
            ("138 0013 8000", "138 **** 8000"),
            ("138-0013-8000", "138-****-8000"),
            ("１３８　００１３　８０００", "１３８　****　８０００"),
            ("+8613800138000", "+86138****8000"),
            ("+86 138 0013 8000", "+86 138 **** 8000"),
            ("0086-13800138000", "0086-138****8000"),
            ("tel13800138000", "tel138****8000"),
            ("座机023-57681234转8", "座机023-****1234转8"),
            ("010 62345678", "010 ****5678"),
            ("0718-6234567", "0718-***4567"),
            ("13800138000 13900139000", "138****8000 139****9000"),
            ("500237199001011234 13800138000", "500*************34 138****8000"),
            ("13800138000/13900139000", "138****8000/139****9000"),
        ] {
            assert_eq!(masked(text), wanted, "{text}");
            let left = without(text);
            assert!(left.contains('\n') && found(&left).is_empty(), "{text}: {left}");
        }
    }

    #[test]
    fn what_identifies_nobody_is_left() {
        for text in [
            "",
            "2026年11月30日 10时20分",
            "2026-11-30 10:20",
            "巫市监罚〔2026〕12号",
            "罚款12345678901元",
            "1380013800",
            "138001380000",
            "12800138000",
            "500237199013011234",
            "500237170001011234",
            "5002371990010112345",
            "50023719900101123",
            "92500237MA5UXXXX1X",
            "JY15002370012345",
            "a13800138000b7c",
            "条形码6901234567892",
            "金额1380.0138元",
            "138，0013，8000",
            "138   00138000",
            "023-12345678",
            "x",
            "1x",
        ] {
            assert_eq!((masked(text), without(text)), (Cow::Borrowed(text), Cow::Borrowed(text)), "{text}");
        }
    }
}
