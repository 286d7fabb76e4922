//! Rejects guessable passwords when an account is created or a password is chosen.
//!
//! Promise: rejects what zxcvbn finds within a million guesses, and what it does not know: listed passwords in pinyin,
//! numbers that could be a birthday or a telephone number, and passwords made of local words (county, system, the
//! account's own names) with a few digits. Not here: a strength measure; an accepted password may still be weak.

use zxcvbn::{Score, zxcvbn};

/// The highest refused score: zxcvbn finds the password within a million guesses. The next score is accepted, because
/// zxcvbn treats each Chinese character as one of ten, so a good sentence of seven characters has that score.
const TOO_WEAK: Score = Score::One;
/// Listed passwords in lower case, letters and digits, from the overlap of published breaches: those that zxcvbn, which is
/// made for English, rates too high.
const LIST: &str = include_str!("guessable.txt");
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
    let text: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    LIST.lines().any(|listed| listed == text) || is_found(password, text, about)
}

/// Whether the password is guessable by a rule other than the list. `text`: its letters and digits.
fn is_found(password: &str, text: String, about: &[&str]) -> bool {
    let known: Vec<&str> = about.iter().copied().chain(LOCAL).collect();
    zxcvbn(password, &known).score() <= TOO_WEAK
        || text.chars().all(|c| c.is_ascii_digit()) && text.len() <= LONGEST_NUMBER
        || is_local(text, about)
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
    fn the_list_is_what_zxcvbn_does_not_know_in_lower_case_letters_and_digits_once_each() {
        let mut seen = std::collections::BTreeSet::new();
        for line in LIST.lines() {
            assert!(line.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()), "{line}");
            assert!((8..=20).contains(&line.len()) && seen.insert(line), "{line}");
            assert!(!is_found(line, line.to_owned(), &[]), "{line} is refused without the list");
        }
        assert!(seen.len() > 20);
    }

    #[test]
    fn the_first_score_that_passes_is_the_one_above_a_million_guesses() {
        for (password, score, refused) in [("Eif4kdwq", Score::Two, false), ("zxcvbn12", Score::One, true)] {
            assert_eq!(zxcvbn(password, &[]).score(), score, "{password}");
            assert_eq!(is_common(password, &[]), refused, "{password}");
        }
    }

    #[test]
    fn a_number_passes_from_twelve_digits_on() {
        assert!(is_common("38475610293", &[]), "eleven: as long as the number of a mobile");
        assert!(!is_common("384756102938", &[]));
    }
}
