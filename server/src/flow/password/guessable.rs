//! Rejects guessable passwords when an account is created or a password is chosen.
//!
//! Promise: rejects listed passwords, keyboard runs, repetitions, numbers that could be a birthday or a telephone
//! number, and passwords made of local words (county, system, the account's own names) with a few digits. Not here: a
//! strength measure; an accepted password may still be weak.

/// Lower case, letters and digits; compiled for this program from the overlap of published breaches.
const LIST: &str = include_str!("guessable.txt");
/// Rows in which neighbours follow each other.
const ROWS: [&str; 5] = ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Local words. The longest first, if one contains another.
const LOCAL: [&str; 34] = [
    "administrator",
    "chongqing",
    "zhangshang",
    "xingzheng",
    "password",
    "zhifaju",
    "welcome",
    "wushanxian",
    "wushan",
    "county",
    "passwd",
    "sifaju",
    "police",
    "officer",
    "qwerty",
    "zhifa",
    "admin",
    "wuxia",
    "palm",
    "root",
    "mima",
    "gov",
    "掌上执法",
    "行政执法",
    "市场监督",
    "综合执法",
    "巫山县",
    "司法局",
    "管理员",
    "巫山",
    "重庆",
    "执法",
    "密码",
    "城管",
];
const FEW_DIGITS: usize = 8;
const LONGEST_NUMBER: usize = 11;

/// Whether a password is one of these. `about`: the account's own names.
pub fn is_common(password: &str, about: &[&str]) -> bool {
    let lower = password.to_lowercase();
    let plain: Vec<char> = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let text: String = plain.iter().collect();
    let spelled: String = lower.chars().map(spelled).filter(|c| c.is_alphanumeric()).collect();
    LIST.lines().any(|listed| listed == text || listed == spelled)
        || text.chars().all(|c| c.is_ascii_digit()) && text.len() <= LONGEST_NUMBER
        || repeats(&plain)
        || runs(&plain)
        || is_local(text, about)
}

/// Letters for look-alike characters.
fn spelled(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        other => other,
    }
}

/// One to four characters over and over.
fn repeats(plain: &[char]) -> bool {
    (1..=4).any(|unit| plain.iter().zip(plain.iter().skip(unit)).all(|(a, b)| a == b) && plain.len() >= 2 * unit)
}

/// Two runs along a row at most: `abcd1234`, `87654321`.
fn runs(plain: &[char]) -> bool {
    let follows = |a: char, b: char| {
        ROWS.iter().any(|row| {
            row.chars().zip(row.chars().skip(1)).any(|(left, right)| (left, right) == (a, b) || (right, left) == (a, b))
        })
    };
    let breaks = plain.iter().zip(plain.iter().skip(1)).filter(|(a, b)| !follows(**a, **b)).count();
    breaks <= 1
}

fn is_local(mut text: String, about: &[&str]) -> bool {
    let own = about.iter().map(|word| word.to_lowercase());
    let own = own.map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    let whole = text.chars().count();
    for word in own.filter(|word| word.chars().count() > 1).chain(LOCAL.map(str::to_owned)) {
        text = text.replace(&word, "");
    }
    let rest = text.chars().count();
    rest < whole && rest <= FEW_DIGITS && text.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for password in [
            "Password1",
            "passw0rd",
            "P@ssw0rd",
            "P@$$w0rd",
            "iloveyou",
            "woaini1314",
            "5201314520",
            "12345678",
            "87654321",
            "abcd1234",
            "qwer1234",
            "qwertyuiop",
            "1qaz2wsx",
            "aaaaaaaa",
            "abcabcabc",
            "12121212",
            "19900101",
            "13800138000",
            "Wushan2026",
            "wushanxian@500237",
            "Palm-2026!",
            "admin888",
            "巫山县司法局2026",
            "zhangsan123",
        ] {
            assert!(is_common(password, &["zhangsan", "张三"]), "{password}");
        }
    }

    #[test]
    fn what_is_not_in_everybodys_mouth_passes() {
        for password in [
            "acceptance-password",
            "correct horse",
            "巫峡红叶十一月",
            "b6Vd-9fQq",
            "zhangsan likes tea",
            "wushan blue river",
            "384756102938",
            "wushan83920174629",
        ] {
            assert!(!is_common(password, &["zhangsan", "张三"]), "{password}");
        }
    }

    #[test]
    fn the_list_is_lower_case_letters_and_digits_once_each() {
        let mut seen = std::collections::BTreeSet::new();
        for line in LIST.lines() {
            assert!(line.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()), "{line}");
            assert!((8..=20).contains(&line.len()) && seen.insert(line), "{line}");
        }
        assert!(seen.len() > 200);
    }
}
