//! Marked confidential values of the tests, and the places where they must never appear.
//!
//! Promise: every server of every test is searched when it ends ([`crate::Server`]): its log and its standard output
//! contain no value of the list, no token that it issued, and nothing that looks like a citizen number, a telephone
//! number or a token.

/// A name that occurs in no other text.
pub const NAME: &str = "金丝雀人";
/// A citizen's number.
pub const CITIZEN: &str = "500237199912319876";
/// A mobile telephone.
pub const TELEPHONE: &str = "13912345678";
/// Password of every seeded account.
pub const PASSWORD: &str = "acceptance-password";
/// A password of no account.
pub const WRONG_PASSWORD: &str = "canary-pass-4711";
/// A login of no account.
pub const LOGIN: &str = "canary-login-4711";
/// Words of a text, a method, a header.
pub const WORDS: &str = "canary-words-4711";

/// Names, texts and secrets of the tests' actors. Logins that are also words of routes or classes are left out.
const CONFIDENCES: &[&str] = &[
    NAME,
    CITIZEN,
    TELEPHONE,
    WRONG_PASSWORD,
    LOGIN,
    WORDS,
    PASSWORD,
    // Officers of the demonstration county, and one number of their certificates.
    "李建国",
    "陈晓梅",
    "周志强",
    "吴桂芳",
    "郑海涛",
    "何静",
    "王秀兰",
    "赵明远",
    "冯雪",
    "刘芳",
    "蒋涛",
    "孙立新",
    "马晓东",
    "22370001001",
    "officer-a",
    "officer-b",
    "county-supervisor",
    // Parties, places and words of the cases that the tests tell.
    "张三",
    "500237199001011234",
    "巫峡食府",
    "神女食府",
    "神女味道",
    "广东中路",
    "未标价",
    "询问笔录",
    "标价签",
    "外人所写",
    "终端遗失",
    "请说明",
];
/// The beginnings of tokens, hashed passwords and keys.
const SECRETS: [&str; 4] = ["eyJ", "$argon2", "PRIVATE KEY", "Bearer "];

/// The confidential values that occur in a text, besides these tokens.
pub fn found_in<'t>(text: &'t str, tokens: &[String]) -> Vec<&'t str> {
    let told = CONFIDENCES.iter().chain(&SECRETS).copied().chain(tokens.iter().map(String::as_str));
    let mut found: Vec<&str> = told.filter_map(|told| text.find(told).map(|at| &text[at..at + told.len()])).collect();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    found.extend(words.filter(|word| is_citizen(word) || is_telephone(word)));
    found
}

fn is_citizen(word: &str) -> bool {
    let digits = word.strip_suffix(['x', 'X']).unwrap_or(word);
    word.len() == 18 && digits.len() >= 17 && digits.bytes().all(|c| c.is_ascii_digit())
}

fn is_telephone(word: &str) -> bool {
    let begins = word.starts_with('1') && word.as_bytes().get(1).is_some_and(|c| (b'3'..=b'9').contains(c));
    begins && word.len() == 11 && word.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_and_ordinary_lines_are_not() {
        let line = r#"{"timestamp":"2026-11-23T16:24:32.190123Z","request_id":"4f92197e-66cc-4822-b478-191985797022"}"#;
        assert!(found_in(line, &[]).is_empty());
        for told in ["李建国", "x=11010519491231002X", "tel:13800138000;", "eyJhbGciOi", "$argon2id$v=19", PASSWORD]
        {
            assert_eq!(found_in(&format!("{line}\n{told}\n{line}"), &[]).len(), 1, "{told}");
        }
        assert_eq!(found_in("the code is 4K2M", &["4K2M".to_owned()]), ["4K2M"]);
    }
}
