//! JSON in which every name occurs once.
//!
//! Promise: an object in which a name occurs twice is refused at every depth (`serde_json` alone keeps the last one, other
//! readers the first); so are numbers that are no integers, and a depth beyond [`DEEPEST`].

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::CredentialError;

/// Deepest nesting. `cnf.jwk` and `status.status_list` have three levels.
const DEEPEST: usize = 5;

/// A JSON object and nothing after it.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, CredentialError> {
    match value(bytes)? {
        Value::Object(map) => Ok(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(CredentialError::Unreadable)
        }
    }
}

/// A JSON value and nothing after it.
pub(super) fn value(bytes: &[u8]) -> Result<Value, CredentialError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Once(DEEPEST).deserialize(&mut reader).map_err(|_error| CredentialError::Unreadable)?;
    reader.end().map_err(|_trailing| CredentialError::Unreadable)?;
    Ok(value)
}

/// A value at this remaining depth.
struct Once(usize);

impl Once {
    fn below<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON in which every name occurs once")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self.below()?)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.below()?)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_occurs_twice_is_refused_at_every_depth() {
        for good in ["{}", r#"{"a":1,"b":[{"a":null},{"a":true}]}"#, r#"{"a":{"b":{"c":{"d":{"e":1}}}}}"#] {
            assert!(object(good.as_bytes()).is_ok(), "{good}");
        }
        let bad = [
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"a":2}}"#,
            r#"{"b":[{"a":1,"\u0061":2}]}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e3}"#,
            r#"{"a":1} {}"#,
            r#"{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}"#,
            "[]",
            "",
        ];
        for bad in bad {
            assert_eq!(object(bad.as_bytes()), Err(CredentialError::Unreadable), "{bad}");
        }
    }
}
