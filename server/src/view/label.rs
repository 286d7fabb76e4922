//! Labels of fields, entities, steps and decisions, and values as JSON.
//!
//! Promise: a name that the schema does not contain is shown as it is.

use api_spec::case::Label;
use sync_core::id::hex;
use sync_core::schema::{EntityKind, FieldName};
use sync_core::value::Value;
use sync_core::{decision, schema};

/// The label of a name.
pub fn label<N>(found: Option<&schema::Label<N>>, name: &str) -> Label {
    let (zh, en) = found.map_or((name, name), |label| (label.zh, label.en));
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

/// The label of a field.
pub fn field_label(entity: Option<&EntityKind>, name: &FieldName) -> Label {
    let as_written = (name.as_str(), name.as_str());
    let (zh, en) = schema::field(entity, name).map_or(as_written, |field| (field.zh, field.en));
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

/// The label of a decision.
pub fn decision_label(name: &str) -> Label {
    let (zh, en) = match name {
        decision::REGISTERED => ("备案登记", "Registered for the record"),
        decision::FILING_RECEIVED => ("备案回执", "Filing received"),
        decision::RETURNED => ("退回补充", "Returned for a supplement"),
        decision::WRITTEN_OFF => ("登记证据灭失", "File of evidence written off"),
        decision::CLOSED => ("结案", "Closed"),
        other => (other, other),
    };
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

/// A value as JSON; null where there is none. A decimal is a text, since JSON has no exact fractions.
pub fn json(value: Option<&Value>) -> serde_json::Value {
    match value {
        None | Some(Value::Null) => serde_json::Value::Null,
        Some(Value::Bool(value)) => (*value).into(),
        Some(Value::Int(value)) => (*value).into(),
        Some(Value::Decimal(value)) => value.to_string().into(),
        Some(Value::Bytes(bytes)) => hex(bytes).into(),
        Some(Value::Text(text)) => text.as_str().into(),
        Some(Value::List(items)) => items.iter().map(|item| json(Some(item))).collect(),
    }
}

/// A value as text, if it is one.
pub fn said(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_text).map(str::to_owned)
}

/// A resolve carries `[value, reason]`.
pub fn resolution(value: Option<&Value>) -> (Option<&Value>, Option<&Value>) {
    match value.and_then(Value::as_list) {
        Some([settled, reason]) => (Some(settled), Some(reason)),
        Some(_) | None => (value, None),
    }
}
