//! Parsing of JSON, query strings and paths, with a precise refusal if they do not fit.

use std::io::ErrorKind;

use actix_web::HttpRequest;
use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::web::{JsonConfig, PathConfig, PayloadConfig, QueryConfig};

use sync_core::id::unhex_array;
use sync_core::time::{Date, Instant};

use crate::flow::refusal::{Refusal, Refused};
use crate::unseen::{is_seen, is_unseen, without};
use crate::web::problem::Problem;

/// The longest JSON body, in bytes. Routes with other bodies set their own limit.
pub const JSON_LIMIT: usize = 256 * 1024;
/// The longest login, in characters.
const LONGEST_LOGIN: usize = 64;

/// How JSON bodies are read.
pub fn json() -> JsonConfig {
    JsonConfig::default().limit(JSON_LIMIT).error_handler(|error, _request| Problem::from(of_json(&error)).into())
}

/// How query strings are read.
pub fn query() -> QueryConfig {
    QueryConfig::default().error_handler(|error, _request| {
        let refused = match &error {
            QueryPayloadError::Deserialize(inner) => of_text(&inner.to_string()),
            _ => Refusal::Malformed.into(),
        };
        Problem::from(refused).into()
    })
}

/// Path parameters; an invalid id is reported as not found.
pub fn path() -> PathConfig {
    PathConfig::default().error_handler(|_error: PathError, _request| Problem::from(Refusal::NotFound).into())
}

/// Raw bodies, unless a route sets something else.
pub fn payload() -> PayloadConfig {
    PayloadConfig::new(JSON_LIMIT)
}

/// An id in hex.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn id<T: std::str::FromStr>(text: &str, field: &str) -> Result<T, Refused> {
    text.parse().map_err(|_not_an_id| wrong(field))
}

/// `N` bytes in lowercase hex.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn bytes<const N: usize>(text: &str, field: &str) -> Result<[u8; N], Refused> {
    unhex_array(text).ok_or_else(|| wrong(field))
}

/// A range of civil days, both included, as a half-open range of instants.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn days(from: Option<&str>, to: Option<&str>) -> Result<(Option<Instant>, Option<Instant>), Refused> {
    let day = |text: Option<&str>, field: &str| {
        text.map(|text| text.parse::<Date>().map_err(|_not_a_date| wrong(field))).transpose()
    };
    let next = |day: Date| day.tomorrow().map_err(|_no_tomorrow| wrong("to"));
    let (from, until) = (day(from, "from")?, day(to, "to")?.map(next).transpose()?);
    Ok((from.map(Instant::start_of), until.map(Instant::start_of)))
}

/// How many lines a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: a line break becomes a space.
    One,
    /// Several.
    Several,
}

/// A typed or pasted text in its stored form: every kind of blank and tab is a space, every kind of line break a line
/// feed, invisible characters are removed (`unseen`). In one line, a run of blanks is one space. The only entry for
/// typed text, in the API and the console.
pub fn pasted(text: &str, lines: Lines) -> String {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let text = without(text).replace("\r\n", "\n");
    match lines {
        // The standard library knows every blank and line break of Unicode.
        Lines::One => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Lines::Several => {
            let line = |line: &str| {
                let line: String = line.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
                line.trim_end().to_owned()
            };
            text.split(breaks).map(line).collect::<Vec<_>>().join("\n").trim().to_owned()
        }
    }
}

/// A text of 1 to `most` characters in one line, as [`pasted`]; at least one character is visible.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn text(text: &str, most: usize, field: &str) -> Result<String, Refused> {
    fit(pasted(text, Lines::One), most, field)
}

/// Prose of 1 to `most` characters: as [`text`], in several lines.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn prose(text: &str, most: usize, field: &str) -> Result<String, Refused> {
    fit(pasted(text, Lines::Several), most, field)
}

fn fit(text: String, most: usize, field: &str) -> Result<String, Refused> {
    let fits = (1..=most).contains(&text.chars().count()) && !text.contains('\0') && is_seen(&text);
    if fits { Ok(text) } else { Err(wrong(field)) }
}

/// A typed login, without the spaces around it that a keyboard adds.
///
/// # Errors
/// [`Refusal::Malformed`] if it is empty or has a character that no login has. Such an attempt is not counted as a guess.
pub fn login(text: &str) -> Result<String, Refused> {
    let login = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_unseen(c));
    let plain = !login.is_empty() && !login.chars().any(|c| c.is_whitespace() || c.is_control() || is_unseen(c));
    if plain && login.chars().count() <= LONGEST_LOGIN {
        return Ok(login.to_owned());
    }
    Err(Refusal::Malformed.because("请填写登录名：其中没有空格。", "Enter the login. It has no spaces."))
}

/// The purpose of a read, if given: 1 to 200 characters.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn purpose(text: Option<String>) -> Result<Option<String>, Refused> {
    text.map(|said| self::text(&said, 200, "purpose")).transpose()
}

/// The idempotency key, if given.
///
/// # Errors
/// [`Refusal::IdempotencyKeyRequired`] where it is not 1 to 64 printable characters.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=64).contains(&text.len()));
    text.map(|text| Some(text.to_owned())).ok_or(Refusal::IdempotencyKeyRequired)
}

/// A field that does not have the documented form.
pub fn wrong(field: &str) -> Refused {
    Refusal::Malformed.because(
        format!("字段“{field}”不符合接口文档。"),
        format!("The field `{field}` does not have the documented form."),
    )
}

fn of_json(error: &JsonPayloadError) -> Refused {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => Refusal::TooLarge.into(),
        JsonPayloadError::ContentType => Refusal::WrongContentType.into(),
        JsonPayloadError::Deserialize(inner) => of_text(&inner.to_string()),
        JsonPayloadError::Payload(error) => of_payload(error).into(),
        JsonPayloadError::Serialize(_) | _ => Refusal::Malformed.into(),
    }
}

/// Why a body ended early: the client was silent, or the connection broke.
pub fn of_payload(error: &PayloadError) -> Refusal {
    match error {
        PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => Refusal::TooSlow,
        // `bodies` had no room for it.
        PayloadError::Io(error) if error.kind() == ErrorKind::ResourceBusy => Refusal::Busy,
        PayloadError::Io(error) if error.kind() == ErrorKind::QuotaExceeded => Refusal::TooMuchAtOnce,
        PayloadError::Io(error) if error.kind() == ErrorKind::InvalidData => Refusal::UnstorableText,
        PayloadError::Overflow => Refusal::TooLarge,
        PayloadError::Incomplete(_)
        | PayloadError::EncodingCorrupted
        | PayloadError::UnknownLength
        | PayloadError::Io(_)
        | _ => Refusal::Malformed,
    }
}

/// The parser's message without the values, which may be personal data.
fn of_text(message: &str) -> Refused {
    if let Some(field) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let field: String = field.chars().take(64).collect();
        return Refusal::UnknownField.because(
            format!("请求含有未定义的字段“{field}”。"),
            format!("The request has an undocumented field `{field}`."),
        );
    }
    let place = message.rsplit_once(" at line ").map(|(_, place)| format!(" (line {place})")).unwrap_or_default();
    let expected = message.split_once("expected ").map(|(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    let what = match (message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()), expected) {
        (Some(field), _) => format!("missing field `{field}`"),
        (None, Some(expected)) => format!("expected {}", expected.chars().take(120).collect::<String>()),
        (None, None) => "not JSON".to_owned(),
    };
    Refusal::Malformed.because(
        format!("请求内容不符合接口文档：{what}{place}。"),
        format!("The request does not have the documented shape: {what}{place}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_spec::session::NewSession;

    fn said(text: &str) -> (Refusal, String) {
        let error = serde_json::from_str::<NewSession>(text).unwrap_err();
        let refused = of_text(&error.to_string());
        (refused.refusal, refused.en.unwrap())
    }

    #[test]
    fn what_nobody_sees_is_no_reason() {
        for unseen in
            ["", " ", "\u{200b}", "\u{feff}", "\u{3164}", "\u{202e} \u{2060}", "\u{ad}\u{3000}", "\t", "\u{7}"]
        {
            assert!(text(unseen, 9, "reason").is_err(), "{unseen:?}");
            assert!(prose(&format!("{unseen}\n"), 9, "reason").is_err(), "{unseen:?}");
            assert!(purpose(Some(unseen.to_owned())).is_err(), "{unseen:?}");
        }
        assert!(text("甲乙", 2, "reason").is_ok() && text("甲乙丙", 2, "reason").is_err());
        assert!(text("甲\0", 9, "reason").is_err() && prose("甲\0", 9, "reason").is_err());
    }

    #[test]
    fn what_people_paste_is_read_as_spaces_and_line_breaks() {
        for blank in [
            "\t",
            "\u{b}",
            "\u{a0}",
            "\u{3000}",
            "\u{2003}",
            "\u{202f}",
            "\r\n",
            "\r",
            "\n",
            "\u{85}",
            "\u{2028}",
            " \t\u{3000} ",
        ] {
            assert_eq!(text(&format!("甲{blank}乙"), 3, "reason").unwrap(), "甲 乙", "{blank:?}");
        }
        for blank in ["\t", "\u{a0}", "\u{3000}", "\u{2003}", "\u{202f}"] {
            assert_eq!(prose(&format!("甲{blank}乙"), 3, "reason").unwrap(), "甲 乙", "{blank:?}");
        }
        for end in ["\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}", " \u{3000}\n"] {
            assert_eq!(prose(&format!("甲{end}乙"), 3, "reason").unwrap(), "甲\n乙", "{end:?}");
        }
        for nothing in
            ["\u{200b}", "\u{feff}", "\u{2060}", "\u{ad}", "\u{202e}", "\u{2066}", "\u{200f}", "\u{61c}", "\u{1b}"]
        {
            assert_eq!(text(&format!("甲{nothing}乙"), 2, "reason").unwrap(), "甲乙", "{nothing:?}");
            assert_eq!(prose(&format!("甲{nothing}乙\n"), 2, "reason").unwrap(), "甲乙", "{nothing:?}");
        }
        assert_eq!(
            prose("\u{3000}\u{3000}一、\n\n\u{3000}\u{3000}二、", 99, "reason").unwrap(),
            "一、\n\n  二、",
            "paragraphs stay"
        );
    }

    #[test]
    fn blanks_around_a_login_are_no_part_of_it() {
        for typed in [" unit-head", "unit-head\t", "\u{3000}unit-head\u{200b}", "\u{feff}unit-head\r\n"] {
            assert_eq!(login(typed).unwrap(), "unit-head", "{typed:?}");
        }
        for wrong in ["", " ", "unit head", "unit\u{200b}head", "unit\0head", &"x".repeat(65)] {
            assert!(login(wrong).is_err(), "{wrong:?}");
        }
        assert!(login(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn an_unknown_field_is_named_and_a_value_never() {
        let (refusal, text) = said(r#"{"login":"a","password":"canary-1","role":"admin"}"#);
        assert_eq!(refusal, Refusal::UnknownField);
        assert!(text.contains("`role`"), "{text}");
        let (refusal, text) = said(r#"{"login":"a","password":["canary-1"]}"#);
        assert_eq!(refusal, Refusal::Malformed);
        assert!(!text.contains("canary") && text.contains("a string"), "{text}");
        assert!(said(r#"{"login":"a"}"#).1.contains("missing field `password`"));
        assert!(said("{").1.contains("line 1"));
    }
}
