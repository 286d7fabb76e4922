//! JSON, query strings and paths in; a precise refusal where they do not fit.

use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::web::{JsonConfig, PathConfig, PayloadConfig, QueryConfig};

use super::problem::Problem;
use crate::refusal::{Refusal, Refused};

/// The longest JSON body, in bytes. Routes with other bodies say so themselves.
pub const JSON_LIMIT: usize = 256 * 1024;

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

fn of_json(error: &JsonPayloadError) -> Refused {
    match error {
        JsonPayloadError::OverflowKnownLength { .. } | JsonPayloadError::Overflow { .. } => Refusal::TooLarge.into(),
        JsonPayloadError::ContentType => Refusal::WrongContentType.into(),
        JsonPayloadError::Deserialize(inner) => of_text(&inner.to_string()),
        _ => Refusal::Malformed.into(),
    }
}

/// What the parser said, without the values it saw: they may be personal data.
fn of_text(message: &str) -> Refused {
    if let Some(field) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        let field: String = field.chars().take(64).collect();
        return Refusal::UnknownField
            .because(format!("请求含有未定义的字段“{field}”。"), format!("The request carries an undocumented field `{field}`."));
    }
    let place = message.rsplit_once(" at line ").map(|(_, place)| format!(" (line {place})")).unwrap_or_default();
    let expected = message.split_once("expected ").map(|(_, rest)| rest.split(" at line ").next().unwrap_or(rest));
    let what = match (message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()), expected) {
        (Some(field), _) => format!("missing field `{field}`"),
        (None, Some(expected)) => format!("expected {}", expected.chars().take(120).collect::<String>()),
        (None, None) => "not JSON".to_owned(),
    };
    Refusal::Malformed
        .because(format!("请求内容不符合接口文档：{what}{place}。"), format!("The request does not have the documented shape: {what}{place}."))
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
