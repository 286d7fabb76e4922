//! Operations: the typed parts of a change.
//!
//! Promise: an operation of an unknown kind is kept whole and relayed ([`Act::Unknown`]); one of a known kind with an
//! unreadable detail is kept as [`Act::Malformed`] and has no effect. Nothing is dropped. Not here: whether an
//! operation is allowed at its position (`case::form`), its effect (`case`).

mod act;

pub use act::{
    Act, Answers, Assignment, BUILT_KINDS, CaseKind, Correction, FormVersion, MANNERS, Number, Open, Outcome,
    Signature, SignerRole, VerdictAct,
};

use crate::codec::{CodecError, Kind, Reader, Writer};
use crate::id::{ChangeId, Digest};
use crate::schema::FieldName;
use crate::value::Value;
use std::fmt;

/// Most operations in one change.
pub const MAX_OPS: usize = 4096;

/// Permanent id of an operation: its change, and its index in that change. An entity has the id of the operation that added
/// it.
///
/// ```
/// use sync_core::id::ChangeId;
/// use sync_core::op::OpId;
///
/// let op = OpId { change: ChangeId::new([0xab; 32]), index: 3 };
/// assert_eq!(op.to_string(), format!("{}.3", "ab".repeat(32)));
/// assert_eq!(op.to_string().parse(), Ok(op));
/// assert!(format!("{}.03", "ab".repeat(32)).parse::<OpId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// The change.
    pub change: ChangeId,
    /// Index in the change, from 0.
    pub index: u32,
}

impl fmt::Display for OpId {
    /// `<64 hex>.<index>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.change, self.index)
    }
}

impl std::str::FromStr for OpId {
    type Err = NotAnOpId;
    fn from_str(text: &str) -> Result<Self, NotAnOpId> {
        let (change, index) = text.split_once('.').ok_or(NotAnOpId)?;
        let canonical = index == "0" || !index.starts_with('0') && index.bytes().all(|b| b.is_ascii_digit());
        match (change.parse(), index.parse()) {
            (Ok(change), Ok(index)) if canonical => Ok(Self { change, index }),
            _ => Err(NotAnOpId),
        }
    }
}

/// The text is not the id of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an operation: expected 64 hex digits, a dot and a number")]
pub struct NotAnOpId;

impl serde::Serialize for OpId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for OpId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A reference to an operation from inside a change: by index to its own operations, by id to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpRef {
    /// An operation of another change.
    Of(OpId),
    /// An earlier operation of the same change.
    Own(u32),
}

impl OpRef {
    /// The full id, for a reference inside the change `own`.
    pub const fn resolve(self, own: ChangeId) -> OpId {
        match self {
            Self::Of(id) => id,
            Self::Own(index) => OpId { change: own, index },
        }
    }

    /// As a value: an integer, or `[change, integer]`.
    pub fn to_value(self) -> Value {
        match self {
            Self::Own(index) => Value::Int(index.into()),
            Self::Of(id) => Value::List(vec![Value::Bytes(id.change.bytes().to_vec()), Value::Int(id.index.into())]),
        }
    }

    /// Reads what [`OpRef::to_value`] wrote.
    pub fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(index) => u32::try_from(*index).ok().map(Self::Own),
            Value::List(pair) => {
                let [Value::Bytes(change), Value::Int(index)] = pair.as_slice() else { return None };
                Some(Self::Of(OpId { change: ChangeId::from_slice(change)?, index: u32::try_from(*index).ok()? }))
            }
            Value::Null | Value::Bool(_) | Value::Decimal(_) | Value::Bytes(_) | Value::Text(_) => None,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        // A valid reference is read directly. An invalid one is read again as a value, to find the error.
        let mut right = reader.clone();
        if let Ok(found) = Self::read_right(&mut right) {
            *reader = right;
            return Ok(found);
        }
        Self::from_value(&Value::read(reader)?).ok_or(CodecError::Expected("the name of an operation"))
    }

    fn read_right(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        if reader.peek()? == Kind::Int {
            return reader.uint32().map(Self::Own);
        }
        reader.tuple(2, |reader| {
            Ok(Self::Of(OpId { change: ChangeId::new(reader.bytes_exact()?), index: reader.uint32()? }))
        })
    }
}

/// One operation. Its value, if it has one, is stored beside the operations (`change::Values`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// The kind of operation, with its detail.
    pub act: Act,
    /// The entity that it is applied to; `None` is the case itself.
    pub target: Option<OpRef>,
    /// The field that is written.
    pub field: Option<FieldName>,
    /// The operations whose values the author saw and replaces; strictly ascending.
    pub replaces: Vec<OpRef>,
    /// Commitment to the value: SHA-256 over tag, salt and the value's bytes.
    pub commit: Option<Digest>,
}

impl Op {
    fn write(&self, out: &mut Writer) {
        let (kind, detail) = self.act.to_detail();
        out.array(6).uint(kind);
        match self.target {
            Some(target) => target.to_value().write(out),
            None => {
                out.null();
            }
        }
        match &self.field {
            Some(field) => out.text(field.as_str()),
            None => out.null(),
        };
        out.array(self.replaces.len());
        self.replaces.iter().for_each(|replaced| replaced.to_value().write(out));
        out.optional_bytes(self.commit.as_ref().map(|commit| commit.bytes().as_slice()));
        detail.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        reader.tuple(6, |reader| {
            let kind = reader.uint()?;
            let target = reader.optional(OpRef::read)?;
            let field = reader.optional(|reader| reader.text().map(FieldName::from))?;
            let replaces = reader.ascending(OpRef::read)?;
            let commit = reader.optional(|reader| reader.bytes_exact().map(Digest::new))?;
            let act = Act::from_detail(kind, Value::read(reader)?);
            Ok(Self { act, target, field, replaces, commit })
        })
    }
}

/// The encoded operations, which the header's digest hashes.
pub fn write_ops(ops: &[Op]) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(ops.len());
    ops.iter().for_each(|op| op.write(&mut out));
    out.finish()
}

/// Reads the operations of one change.
///
/// # Errors
/// [`CodecError`] unless the bytes are a list of operations in their one encoding.
pub fn read_ops(bytes: &[u8]) -> Result<Vec<Op>, CodecError> {
    let ops = Reader::whole(bytes, |reader| reader.list(Op::read))?;
    if ops.len() > MAX_OPS { Err(CodecError::Expected("at most 4096 operations")) } else { Ok(ops) }
}

#[cfg(test)]
mod tests;
