//! The values that fields, steps and details hold.
//!
//! Promise: a value has one encoding, and values are equal exactly when their bytes are.
//! No floats: money is fen, places are 10⁻⁷ degree, lengths are metres, all integers; what was measured in fractions of a unit is
//! a decimal.
//! Not here: which values a field may hold (the case schema).

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
    /// Nothing: the field was cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, an amount in fen, an instant in milliseconds.
    Int(i64),
    /// A number that may have digits after the point, such as a temperature.
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

    /// The bytes over which a commitment runs.
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
                // Another form of a number that has one would be a second encoding of it.
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
    /// As the folded state has it: bytes are `{"bytes": "lowercase hex"}` and a decimal is `{"decimal": "3.25"}`, so that no text
    /// is taken for either.
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
