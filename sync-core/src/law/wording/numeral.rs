//! Numbers as legal texts write them: `60`, `六十`, `六〇`, `陆拾`, `3,000`.

const DIGITS: &str = "〇一二三四五六七八九";
const FORMAL_DIGITS: &str = "零壹贰叁肆伍陆柒捌玖";

fn digit(c: char) -> Option<u64> {
    let place = |row: &str| row.chars().zip(0..).find(|(one, _)| *one == c).map(|(_, n)| n);
    place(DIGITS).or_else(|| place(FORMAL_DIGITS)).or(match c {
        '两' | '贰' => Some(2),
        _ => None,
    })
}

fn unit(c: char) -> Option<u64> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1_000),
        '万' | '萬' => Some(10_000),
        _ => None,
    }
}

/// The number at the start of `text`, and how many bytes it takes.
pub(super) fn leading(text: &str) -> Option<(u64, usize)> {
    if text.starts_with(|c: char| c.is_ascii_digit()) { leading_ascii(text) } else { leading_chinese(text) }
}

/// Digits with thousands separated or not; a decimal part is left standing.
fn leading_ascii(text: &str) -> Option<(u64, usize)> {
    let mut value: u64 = 0;
    let mut length = 0;
    for (at, c) in text.char_indices() {
        let grouped = || {
            let next: String = text.get(at + c.len_utf8()..).unwrap_or_default().chars().take(4).collect();
            next.chars().take(3).filter(char::is_ascii_digit).count() == 3
                && !next.chars().nth(3).is_some_and(|c| c.is_ascii_digit())
        };
        match c.to_digit(10) {
            Some(digit) => value = value.checked_mul(10)?.checked_add(u64::from(digit))?,
            None if (c == ',' || c == '，') && grouped() => continue,
            None => break,
        }
        length = at + c.len_utf8();
    }
    let digits = value.checked_mul(1)?;
    let scaled = text.get(length..).and_then(|rest| rest.chars().next()).and_then(unit).filter(|n| *n >= 1_000);
    match (scaled, text.get(length..).and_then(|rest| rest.chars().next())) {
        (Some(times), Some(c)) => Some((digits.checked_mul(times)?, length + c.len_utf8())),
        _ => Some((digits, length)),
    }
}

fn leading_chinese(text: &str) -> Option<(u64, usize)> {
    let run: Vec<(usize, char)> =
        text.char_indices().take_while(|(_, c)| digit(*c).is_some() || unit(*c).is_some()).collect();
    let (last, c) = *run.last()?;
    let length = last + c.len_utf8();
    let chars = || run.iter().map(|(_, c)| *c);
    let value = if chars().any(|c| unit(c).is_some()) {
        by_units(chars())?
    } else {
        chars().try_fold(0u64, |sum, c| sum.checked_mul(10)?.checked_add(digit(c)?))?
    };
    Some((value, length))
}

/// `三千零二十`: each digit before its unit; a unit alone counts once.
fn by_units(chars: impl Iterator<Item = char>) -> Option<u64> {
    let (mut total, mut section, mut pending): (u64, u64, Option<u64>) = (0, 0, None);
    for c in chars {
        match (digit(c), unit(c)) {
            (Some(n), _) => pending = Some(n),
            (None, Some(10_000)) => {
                total = section.checked_add(pending.take().unwrap_or(0))?.checked_mul(10_000)?.checked_add(total)?;
                section = 0;
            }
            (None, Some(times)) => {
                section = pending.take().unwrap_or(1).checked_mul(times)?.checked_add(section)?;
            }
            (None, None) => return None,
        }
    }
    total.checked_add(section)?.checked_add(pending.unwrap_or(0))
}

/// The Chinese numeral below one hundred; larger numbers stay in digits.
pub(super) fn written(n: u16) -> String {
    let digit = |n: u16| DIGITS.chars().nth(usize::from(n)).filter(|_| n > 0);
    if n == 0 || n >= 100 {
        return n.to_string();
    }
    let mut text = String::new();
    if n >= 10 {
        text.extend(digit(n / 10).filter(|_| n >= 20));
        text.push('十');
    }
    text.extend(digit(n % 10));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read_as_they_are_written() {
        for n in 1..200 {
            let text = written(n);
            assert_eq!(leading(&text), Some((u64::from(n), text.len())));
        }
        assert_eq!([written(60), written(15), written(10), written(7)], ["六十", "十五", "十", "七"]);
    }

    #[test]
    fn every_customary_writing_of_a_number_is_read() {
        for (text, n) in [
            ("60日", 60),
            ("六十日", 60),
            ("六〇日", 60),
            ("陆拾日", 60),
            ("一百八十日", 180),
            ("3,000元", 3_000),
            ("3，000元", 3_000),
            ("3千元", 3_000),
            ("叁仟元", 3_000),
            ("三千零五十元", 3_050),
            ("一万二千元", 12_000),
            ("2万元", 20_000),
            ("两个月", 2),
        ] {
            assert_eq!(leading(text).map(|(value, _)| value), Some(n), "{text}");
        }
        assert_eq!(leading("日"), None);
        assert_eq!(leading("3，某银行"), Some((3, 1)));
        assert_eq!(leading("99999999999999999999"), None);
    }

    #[test]
    fn a_number_ends_where_no_group_of_three_digits_follows() {
        for (text, found) in [
            ("3,000元", (3_000, 5)),
            ("3，000，000元", (3_000_000, 13)),
            ("3,00元", (3, 1)),
            ("3,0000元", (3, 1)),
            ("5元100号", (5, 1)),
            ("3千元", (3_000, 4)),
            ("20万元", (200_000, 5)),
        ] {
            assert_eq!(leading(text), Some(found), "{text}");
        }
    }
}
