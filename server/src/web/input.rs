//! JSON, query strings and paths in; a precise refusal where they do not fit.

use std::io::ErrorKind;

use actix_web::HttpRequest;
use actix_web::error::{JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::web::{JsonConfig, PathConfig, PayloadConfig, QueryConfig};

use crate::flow::refusal::{Refusal, Refused};
use crate::unseen::{is_seen, is_unseen};
use crate::web::problem::Problem;

/// The longest JSON body, in bytes. Routes with other bodies say so themselves.
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

/// How path parameters are read: what is not an id names nothing.
pub fn path() -> PathConfig {
    PathConfig::default().error_handler(|_error: PathError, _request| Problem::from(Refusal::NotFound).into())
}

/// How raw bodies are read where a route does not say otherwise.
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

/// So many bytes in lowercase hex.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn bytes<const N: usize>(text: &str, field: &str) -> Result<[u8; N], Refused> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let lower = !text.bytes().any(|c| c.is_ascii_uppercase());
    let mut bytes = [0; N];
    if text.len() != N * 2 || !lower {
        return Err(wrong(field));
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return Err(wrong(field)) };
        let (high, low) = digit(*high).zip(digit(*low)).ok_or_else(|| wrong(field))?;
        *byte = high << 4 | low;
    }
    Ok(bytes)
}

/// A text of 1 to `most` characters without control characters, one of which at least is seen.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn text(text: String, most: usize, field: &str) -> Result<String, Refused> {
    let fits = text.trim().chars().count() <= most && !text.chars().any(char::is_control) && is_seen(&text);
    if fits { Ok(text) } else { Err(wrong(field)) }
}

/// Prose of 1 to `most` characters: as [`text`], in several lines.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn prose(text: String, most: usize, field: &str) -> Result<String, Refused> {
    let unprintable = |c: char| c.is_control() && c != '\n';
    let fits = text.trim().chars().count() <= most && !text.chars().any(unprintable) && is_seen(&text);
    if fits { Ok(text) } else { Err(wrong(field)) }
}

/// A login as people type it: without the blanks around it that a keyboard adds.
///
/// # Errors
/// [`Refusal::Malformed`] where none is left, or where it holds what no login holds: it was not a guess.
pub fn login(text: &str) -> Result<String, Refused> {
    let login = text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_unseen(c));
    let plain = !login.is_empty() && !login.chars().any(|c| c.is_whitespace() || c.is_control() || is_unseen(c));
    if plain && login.chars().count() <= LONGEST_LOGIN {
        return Ok(login.to_owned());
    }
    Err(Refusal::Malformed.because("请填写登录名：其中没有空格。", "Fill in the login: it has no blanks in it."))
}

/// For what purpose somebody looks, if they say so: 1 to 200 characters.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn purpose(text: Option<String>) -> Result<Option<String>, Refused> {
    text.map(|said| self::text(said, 200, "purpose")).transpose()
}

/// The key by which a repeated request is known, if one came.
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

/// Why a body ended early: the client fell silent, or the link was cut.
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

/// What the parser said, without the values it saw: they may be personal data.
fn of_text(message: &str) -> Refused {
    if let Some(field) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let field: String = field.chars().take(64).collect();
        return Refusal::UnknownField.because(
            format!("请求含有未定义的字段“{field}”。"),
            format!("The request carries an undocumented field `{field}`."),
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
        for unseen in [" ", "\u{200b}", "\u{feff}", "\u{3164}", "\u{202e} \u{2060}", "\u{ad}\u{3000}"] {
            assert!(text(unseen.to_owned(), 9, "reason").is_err(), "{unseen:?}");
            assert!(prose(format!("{unseen}\n"), 9, "reason").is_err(), "{unseen:?}");
            assert!(purpose(Some(unseen.to_owned())).is_err(), "{unseen:?}");
        }
        assert!(text("甲\u{200b}".to_owned(), 2, "reason").is_ok() && prose("甲\n乙".to_owned(), 3, "reason").is_ok());
        assert!(text("甲乙丙".to_owned(), 2, "reason").is_err() && text("甲\n乙".to_owned(), 9, "reason").is_err());
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
