//! The values of fields, steps and details.
//!
//! Promise: a value has exactly one encoding, so two values are equal if and only if their bytes are equal. There are no
//! floats: money is in fen, places in 10⁻⁷ degree, lengths in metres, all as integers; a measured fraction is a decimal. Not
//! here: which values a field may have (the case schema).

use crate::codec::{CodecError, Kind, Reader, Writer};
use crate::decimal::Decimal;
use crate::id::Digest;

/// One value.
///
/// ```
/// use sync_core::codec::Reader;
/// use sync_core::value::Value;
///
/// let measured = Value::List(vec![Value::text("冷冻室"), Value::Decimal("-18.50".parse().unwrap())]);
/// let bytes = measured.to_bytes();
/// assert_eq!(Reader::whole(&bytes, Value::read), Ok(measured));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No value: the field was cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// An integer: a number, an amount in fen, or an instant in milliseconds.
    Int(i64),
    /// A number with decimal places, such as a temperature.
    Decimal(Decimal),
    /// Bytes, such as a digest or the strokes of a signature.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Appends this value to `out`.
    pub fn write(&self, out: &mut Writer) {
        match self {
            Self::Null => out.null(),
            Self::Bool(value) => out.bool(*value),
            Self::Int(value) => out.int(*value),
            Self::Decimal(value) => out.decimal(value.coefficient(), value.places()),
            Self::Bytes(bytes) => out.bytes(bytes),
            Self::Text(text) => out.text(text),
            Self::List(items) => {
                out.array(items.len());
                items.iter().for_each(|item| item.write(out));
                out
            }
        };
    }

    /// The encoded bytes, which the commitment hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    /// Reads one value.
    ///
    /// # Errors
    /// [`CodecError`] for anything that is not a value in its one encoding.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(match reader.peek()? {
            Kind::Null => {
                reader.null()?;
                Self::Null
            }
            Kind::Bool => Self::Bool(reader.bool()?),
            Kind::Int => Self::Int(reader.int()?),
            Kind::Decimal => {
                let (coefficient, places) = reader.decimal()?;
                // A form of the number that is not normalised would be a second encoding.
                let value = Decimal::new(coefficient, places).filter(|value| value.places() == places);
                Self::Decimal(value.ok_or(CodecError::NotMinimal)?)
            }
            Kind::Bytes => Self::Bytes(reader.bytes()?.to_vec()),
            Kind::Text => Self::Text(reader.text()?.to_owned()),
            Kind::Array => Self::List(reader.list(Self::read)?),
            Kind::Map => return Err(CodecError::Expected("a value")),
        })
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if this is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The digest, if this is 32 bytes.
    pub fn as_digest(&self) -> Option<Digest> {
        if let Self::Bytes(bytes) = self { Digest::from_slice(bytes) } else { None }
    }
}

impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Self::Bytes(digest.bytes().to_vec())
    }
}

impl serde::Serialize for Value {
    /// The JSON of the folded state. Bytes are `{"bytes": "lowercase hex"}` and a decimal is `{"decimal": "3.25"}`, so that
    /// neither can be confused with a text.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Int(value) => to.serialize_i64(*value),
            Self::Decimal(value) => to.collect_map([("decimal", value.to_string())]),
            Self::Bytes(bytes) => to.collect_map([("bytes", crate::id::hex(bytes))]),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Value, CodecError> {
        Reader::whole(bytes, Value::read)
    }

    #[test]
    fn a_decimal_is_read_in_its_one_form_only() {
        for (text, bytes) in [
            ("0", vec![0xc4, 0x82, 0x00, 0x00]),
            ("30", vec![0xc4, 0x82, 0x00, 0x18, 30]),
            ("3.25", vec![0xc4, 0x82, 0x21, 0x19, 0x01, 0x45]),
            ("-18.5", vec![0xc4, 0x82, 0x20, 0x38, 0xb8]),
            ("0.000000000000000001", vec![0xc4, 0x82, 0x31, 0x01]),
        ] {
            let value = Value::Decimal(text.parse().unwrap());
            assert_eq!(value.to_bytes(), bytes, "{text}");
            assert_eq!(read(&bytes), Ok(value), "{text}");
        }
        // 3.250, 0.0, 1.0, 19 digits after the point, and the same in two forms.
        for bytes in [
            &[0xc4, 0x82, 0x22, 0x19, 0x0c, 0xb2][..],
            &[0xc4, 0x82, 0x20, 0x00],
            &[0xc4, 0x82, 0x20, 0x0a],
            &[0xc4, 0x82, 0x32, 0x01],
            &[0xc4, 0x82, 0x32, 0x0a],
        ] {
            assert_eq!(read(bytes), Err(CodecError::NotMinimal), "{bytes:02x?}");
        }
        assert_ne!(Value::Int(30), Value::Decimal(Decimal::from(30)), "what was counted is not what was measured");
    }

    #[test]
    fn a_value_is_read_as_what_it_is_and_as_nothing_else() {
        let values = [Value::Bool(true), Value::Bool(false), Value::Int(1), Value::text("true"), Value::Null];
        assert_eq!(values.each_ref().map(Value::as_bool), [Some(true), Some(false), None, None, None]);
        assert_eq!(values.each_ref().map(Value::as_int), [None, None, Some(1), None, None]);
        assert_eq!(values.each_ref().map(Value::as_text), [None, None, None, Some("true"), None]);
    }

    #[test]
    fn json_tells_a_decimal_and_bytes_from_text() {
        let value = Value::List(vec![
            Value::Decimal("3.250".parse().unwrap()),
            Value::text("3.25"),
            Value::Bytes(vec![0x32]),
            Value::Int(3),
        ]);
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"[{"decimal":"3.25"},"3.25",{"bytes":"32"},3]"#);
    }
}
