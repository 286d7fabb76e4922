//! Masking of personal data for readers who do not need it.
//!
//! Promise: a citizen number keeps its first three and last two characters, a telephone number its first three and last
//! four. Two records can still be compared, but the person cannot be called. Numbers inside a text are masked as well
//! ([`text`]).

pub mod text;

use std::borrow::Cow;

use serde_json::Value as Json;
use sync_core::schema::{self, EntityKind, FieldName};
use sync_core::value::Value;

/// Whether a field of such entities identifies a person.
pub fn is_personal(entity: Option<&EntityKind>, field: &FieldName) -> bool {
    entity == Some(&schema::PARTY) && [schema::CITIZEN_NUMBER, schema::PHONE].contains(field)
        || entity == Some(&schema::RECORD) && [schema::ASKED_CITIZEN_NUMBER, schema::ASKED_PHONE].contains(field)
}

/// The value with its middle hidden.
pub fn mask(field: &FieldName, value: &Value) -> Value {
    let kept = if [schema::PHONE, schema::ASKED_PHONE].contains(field) { (3, 4) } else { (3, 2) };
    match value {
        Value::Text(text) => Value::Text(middle(text, kept)),
        Value::Null => Value::Null,
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Bytes(_) | Value::List(_) => Value::text("***"),
    }
}

/// Masks the numbers in all texts of a JSON value; an integer is masked where people typed it (`value`).
pub fn everywhere(shown: &mut Json) {
    match shown {
        Json::String(said) => hide(said),
        Json::Array(items) => items.iter_mut().for_each(everywhere),
        Json::Object(fields) => {
            if let Some(value @ Json::Number(_)) = fields.get_mut("value")
                && let Cow::Owned(hidden) = text::masked(&value.to_string())
            {
                *value = Json::String(hidden);
            }
            fields.values_mut().for_each(everywhere);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Hides the numbers in a text.
pub fn hide(said: &mut String) {
    if let Cow::Owned(hidden) = text::masked(said) {
        *said = hidden;
    }
}

/// The text with everything hidden but its first and last characters; a short text wholly.
pub(super) fn middle(text: &str, (head, tail): (usize, usize)) -> String {
    let length = text.chars().count();
    if length <= head + tail {
        return "*".repeat(length);
    }
    let hidden = |(place, c): (usize, char)| if place < head || place >= length - tail { c } else { '*' };
    text.chars().enumerate().map(hidden).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_parties_and_of_those_who_are_asked_are_personal() {
        for (entity, field) in [
            (schema::PARTY, schema::CITIZEN_NUMBER),
            (schema::PARTY, schema::PHONE),
            (schema::RECORD, schema::ASKED_CITIZEN_NUMBER),
            (schema::RECORD, schema::ASKED_PHONE),
        ] {
            assert!(is_personal(Some(&entity), &field), "{entity} {field}");
        }
        for (entity, field) in [
            (Some(schema::PARTY), schema::NAME),
            (Some(schema::PARTY), schema::ASKED_PHONE),
            (Some(schema::RECORD), FieldName::from("asked_person")),
            (None, schema::PHONE),
        ] {
            assert!(!is_personal(entity.as_ref(), &field), "{entity:?} {field}");
        }
        assert_eq!(mask(&schema::ASKED_PHONE, &Value::text("13900000001")), Value::text("139****0001"));
        let number = Value::text("500237199001011234");
        assert_eq!(mask(&schema::ASKED_CITIZEN_NUMBER, &number), Value::text("500*************34"));
    }

    #[test]
    fn the_middle_is_hidden_and_a_short_text_wholly() {
        assert_eq!(
            mask(&schema::CITIZEN_NUMBER, &Value::text("500237199001011234")),
            Value::text("500*************34")
        );
        assert_eq!(mask(&schema::PHONE, &Value::text("13800138000")), Value::text("138****8000"));
        assert_eq!(mask(&schema::PHONE, &Value::text("110")), Value::text("***"));
        assert_eq!(mask(&schema::CITIZEN_NUMBER, &Value::Int(5)), Value::text("***"));
    }
}
