//! Validates every answer of every test against the OpenAPI document: status, headers and body.
//!
//! Promise: a JSON answer of a documented route has the documented shape, member by member: no undocumented member, no
//! text that violates its pattern, no unlisted code. Not here: requests, and bodies that are not JSON.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use regex_lite::Regex;
use serde_json::Value;
use ureq::http::HeaderMap;

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::from_str(include_str!("../../api-spec/openapi.json")).unwrap())
}

/// An answer.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

impl Received<'_> {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Checks an answer against the document.
pub fn hold(method: &str, url: &str, answer: Received<'_>) {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let Some(operation) = operation(method, path) else { return };
    let responses = &operation["responses"];
    let status = answer.status.to_string();
    let said = resolved(responses.get(&status).unwrap_or(&responses["default"]));
    let what = format!("{method} /{path} {status}");
    assert!(answer.status >= 400 || responses.get(&status).is_some(), "{what}: the document does not know this status");
    for name in ["WWW-Authenticate", "Retry-After", "Palm-Limits", "ETag", "X-Request-Id", "Deprecation", "Sunset"] {
        let documented = said["headers"].get(name).is_some();
        // A request whose head came too late is answered without a body, before the middleware has given it an id.
        let early = answer.status == 408 && answer.body.is_empty() && name == "X-Request-Id";
        let optional = early || answer.status >= 400 && ["ETag", "Palm-Limits"].contains(&name);
        assert!(!documented || optional || !answer.header(name).is_empty(), "{what}: no {name}");
    }
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    if method == "HEAD" || !media_type.ends_with("json") {
        return;
    }
    let schema = &said["content"][media_type]["schema"];
    assert!(!schema.is_null(), "{what}: the document does not know {media_type}");
    let text = String::from_utf8_lossy(answer.body);
    let body = serde_json::from_slice(answer.body).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
    if let Err(wrong) = matches(&body, schema, "answer") {
        panic!("{what}: {wrong}\n{text}");
    }
}

/// The operation of a path; patterns without parameters come first.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let method = method.to_lowercase();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
        pattern.len() == parts.len()
            && pattern.iter().zip(&parts).all(|(pattern, part)| pattern.starts_with('{') || pattern == part)
    };
    let mut found: Vec<_> = document()["paths"].as_object()?.iter().filter(|(pattern, _)| fits(pattern)).collect();
    found.sort_by_key(|(pattern, _)| pattern.matches('{').count());
    let item = found.first()?.1;
    item.get(&method).or_else(|| item.get("get").filter(|_| method == "head"))
}

/// Resolves a reference. Returns any other value unchanged.
pub fn resolved(value: &'static Value) -> &'static Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    document().pointer(reference.trim_start_matches('#')).unwrap()
}

/// Checks whether a value matches a schema of the document.
///
/// # Errors
/// The violation and its place.
pub fn matches(value: &Value, schema: &'static Value, place: &str) -> Result<(), String> {
    let schema = resolved(schema);
    for choice in ["oneOf", "anyOf"] {
        if let Some(all) = schema[choice].as_array() {
            let tried: Vec<_> = all.iter().map(|one| matches(value, one, place)).collect();
            let some = tried.iter().any(Result::is_ok);
            return if some { Ok(()) } else { tried.into_iter().next().unwrap_or(Ok(())) };
        }
    }
    let several = schema["type"].as_array().into_iter().flatten();
    let kinds: Vec<&str> = several.chain([&schema["type"]]).filter_map(Value::as_str).collect();
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.is_empty() && !kinds.contains(&kind) {
        return Err(format!("{place} is {kind}, documented is {kinds:?}"));
    }
    match value {
        Value::String(text) => text_matches(text, schema, place),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| matches(item, &schema["items"], &format!("{place}[{at}]"))),
        Value::Object(members) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(missing) = required.into_iter().find(|name| !members.contains_key(*name)) {
                return Err(format!("{place} has no {missing}"));
            }
            members.iter().try_for_each(|(name, member)| match schema["properties"].get(name) {
                Some(schema) => matches(member, schema, &format!("{place}.{name}")),
                None if schema["additionalProperties"] == true => Ok(()),
                None => Err(format!("{place}.{name} is not documented")),
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn text_matches(text: &str, schema: &Value, place: &str) -> Result<(), String> {
    let codes = schema["enum"].as_array();
    if codes.is_some_and(|codes| !codes.iter().any(|code| code == text)) {
        return Err(format!("{place}: the document does not list {text:?}"));
    }
    let length = u64::try_from(text.chars().count()).unwrap();
    let within = length >= schema["minLength"].as_u64().unwrap_or(0)
        && length <= schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    if !within {
        return Err(format!("{place} has {length} characters"));
    }
    match schema["pattern"].as_str() {
        Some(pattern) if !is_of(pattern, text) => Err(format!("{place}: {text:?} is not {pattern}")),
        _ => Ok(()),
    }
}

fn is_of(pattern: &str, text: &str) -> bool {
    static MADE: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    made.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).unwrap()).is_match(text)
}
