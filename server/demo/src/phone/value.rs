//! Values and names in the parent's JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use sync_core::decimal::NotDecimal;
use sync_core::id::unhex;
use sync_core::op::{OpId, OpRef};
use sync_core::value::Value;

/// A value: a string, an integer, true or false, null, a list of these, `{"hex": "…"}` for bytes, or `{"decimal": "3.25"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Json")]
pub(super) struct Given(pub Value);

impl TryFrom<Json> for Given {
    type Error = String;
    fn try_from(json: Json) -> Result<Self, String> {
        value(json).map(Self)
    }
}

fn value(json: Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Int(
            number
                .as_i64()
                .ok_or_else(|| format!("{number} is no 64-bit integer; a fraction is {{\"decimal\": \"3.25\"}}"))?,
        ),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(value).collect::<Result<_, _>>()?),
        Json::Object(map) => match map.iter().collect::<Vec<_>>().as_slice() {
            [(name, Json::String(text))] if *name == "hex" => {
                Value::Bytes(unhex(text).ok_or("hex wants an even number of lowercase hex digits")?)
            }
            [(name, Json::String(text))] if *name == "decimal" => {
                Value::Decimal(text.parse().map_err(|error: NotDecimal| error.to_string())?)
            }
            _ => return Err("an object as a value can only be {\"hex\": \"…\"} or {\"decimal\": \"…\"}".to_owned()),
        },
    })
}

/// An entity: `<64 hex>.<n>`, or the alias of an earlier `add` of the same save.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Ref(pub String);

/// Aliases of one save.
pub(super) type Aliases = BTreeMap<String, OpRef>;

impl Ref {
    /// The named entity.
    ///
    /// # Errors
    /// What to write instead.
    pub fn find(&self, aliases: &Aliases) -> Result<OpRef, String> {
        let Self(text) = self;
        let known = aliases.get(text).copied();
        known.or_else(|| text.parse().ok().map(OpRef::Of)).ok_or_else(|| {
            format!("{text} names nothing: write <64 hex>.<n>, or the alias (\"as\") of an add earlier in this save")
        })
    }

    /// An operation that is stored already.
    ///
    /// # Errors
    /// What to write instead.
    pub fn stored(&self) -> Result<OpId, String> {
        self.0.parse().map_err(|error| format!("{}: {error}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Value, String> {
        serde_json::from_str::<Given>(json).map(|given| given.0).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_read_without_guessing() {
        assert_eq!(read("null"), Ok(Value::Null));
        assert_eq!(read("300001"), Ok(Value::Int(300_001)));
        assert_eq!(read("[true,\"a\"]"), Ok(Value::List(vec![Value::Bool(true), Value::text("a")])));
        assert_eq!(read("{\"hex\":\"00ff\"}"), Ok(Value::Bytes(vec![0, 255])));
        assert_eq!(read("{\"decimal\":\"-18.50\"}"), Ok(Value::Decimal("-18.5".parse().unwrap())));
        for wrong in [
            "{\"decimal\":\"1e3\"}",
            "{\"decimal\":1}",
            "3000.01",
            "1e3",
            "{\"hex\":\"0\"}",
            "{\"hex\":\"FF\"}",
            "{\"a\":1}",
            "18446744073709551615",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_an_alias_or_an_operation() {
        let aliases = Aliases::from([("p".to_owned(), OpRef::Own(3))]);
        assert_eq!(Ref("p".to_owned()).find(&aliases), Ok(OpRef::Own(3)));
        let full = format!("{}.7", "ab".repeat(32));
        assert!(matches!(Ref(full).find(&aliases), Ok(OpRef::Of(OpId { index: 7, .. }))));
        assert!(Ref("q".to_owned()).find(&aliases).unwrap_err().contains("names nothing"));
    }
}
