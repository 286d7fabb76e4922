//! The values that fields, steps and details hold.
//!
//! Promise: a value has one encoding, and values are equal exactly when their bytes are.
//! No floats: money is fen, places are 10⁻⁷ degree, lengths are metres, all integers.
//! Not here: which values a field may hold (the case schema).

use crate::codec::{CodecError, Kind, Reader, Writer};
use crate::id::Digest;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing: the field was cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, an amount in fen, an instant in milliseconds.
    Int(i64),
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
    /// As the folded state has it: bytes are `{"bytes": "lowercase hex"}`, so that no text is taken for bytes.
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Int(value) => to.serialize_i64(*value),
            Self::Bytes(bytes) => to.collect_map([("bytes", crate::id::hex(bytes))]),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
        }
    }
}
