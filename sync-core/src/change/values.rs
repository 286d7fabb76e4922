//! The values of a change with the salts of their commitments.
//!
//! Promise: a value is stored only with the salt that proves it. [`Values::remove`] removes the value and everything
//! that could confirm a guess of it.

use crate::change::NewOp;
use crate::codec::{CodecError, Reader, Writer};
use crate::id::Digest;
use crate::op::Op;
use crate::sign::Tag;
use crate::value::Value;

const SALT: Tag = Tag("palm/v1/salt");
const VALUE: Tag = Tag("palm/v1/value");
/// Largest value in bytes, as it is encoded. What is larger is evidence and travels apart.
pub const MAX_VALUE_BYTES: usize = 256 << 10;

/// Why values do not fit their operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// Not the encoding of values.
    #[error("not the encoding of values: {0}")]
    Unreadable(#[from] CodecError),
    /// A value, or its salt, is not the one that its operation committed to.
    #[error("the value of operation {0} is not the one it committed to")]
    Commitment(u32),
    /// A value is larger than [`MAX_VALUE_BYTES`].
    #[error("the value of operation {0} is larger than {MAX_VALUE_BYTES} bytes")]
    TooLarge(u32),
}

/// Values by the index of their operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    secret: Option<[u8; 32]>,
    /// Ascending by index.
    held: Vec<(u32, (Digest, Value))>,
}

fn salt(secret: &[u8; 32], index: u32) -> Digest {
    SALT.hash(&[secret, &index.to_be_bytes()])
}

/// `value` as it is encoded.
fn commitment(salt: &Digest, value: &[u8]) -> Digest {
    VALUE.hash(&[salt.bytes(), value])
}

impl Values {
    pub(super) const fn fresh(secret: [u8; 32]) -> Self {
        Self { secret: Some(secret), held: Vec::new() }
    }

    /// Takes the value out of `op` and leaves the commitment to it. In the order of the operations.
    pub(super) fn commit(&mut self, index: u32, op: NewOp) -> Op {
        let NewOp { act, target, field, mut replaces, value } = op;
        replaces.sort_unstable();
        replaces.dedup();
        let commit = value.map(|value| {
            let salt = salt(&self.secret.unwrap_or_default(), index);
            let commit = commitment(&salt, &value.to_bytes());
            self.held.push((index, (salt, value)));
            commit
        });
        Op { act, target, field, replaces, commit }
    }

    /// Leaves no secret where it proves nothing: nothing would notice if it were changed.
    pub(super) fn settle(&mut self) {
        self.secret = self.secret.filter(|_| !self.held.is_empty());
    }

    pub(super) fn get(&self, index: u32) -> Option<&Value> {
        let place = self.held.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        self.held.get(place).map(|(_, (_, value))| value)
    }

    /// Every value that is held.
    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.held.iter().map(|(_, (_, value))| value)
    }

    pub(super) fn remove(&mut self, indexes: &[u32]) {
        self.secret = None;
        self.held.retain(|(index, _)| !indexes.contains(index));
    }

    pub(super) fn check(&self, ops: &[Op]) -> Result<(), ValuesError> {
        let mut written = Writer::new();
        for (index, (salt, value)) in &self.held {
            let op = usize::try_from(*index).ok().and_then(|index| ops.get(index));
            value.write(&mut written);
            if op.and_then(|op| op.commit) != Some(written.take(|bytes| commitment(salt, bytes))) {
                return Err(ValuesError::Commitment(*index));
            }
        }
        Ok(())
    }

    /// No value is larger than [`MAX_VALUE_BYTES`]. `bytes` is the length of all of them: as long as that fits, each does.
    pub(super) fn fit(&self, bytes: usize) -> Result<(), ValuesError> {
        if bytes <= MAX_VALUE_BYTES {
            return Ok(());
        }
        let larger = |(_, (_, value)): &&(u32, (Digest, Value))| value.to_bytes().len() > MAX_VALUE_BYTES;
        let found = self.held.iter().find(larger);
        found.map_or(Ok(()), |(index, _)| Err(ValuesError::TooLarge(*index)))
    }

    /// `[secret or null, [[index, salt or null, value], …]]`: salts only where the secret is gone.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(2).optional_bytes(self.secret.as_ref().map(<[u8; 32]>::as_slice)).array(self.held.len());
        for (index, (salt, value)) in &self.held {
            let written = self.secret.is_none().then_some(salt.bytes().as_slice());
            value.write(out.array(3).uint((*index).into()).optional_bytes(written));
        }
        out.finish()
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(2, |reader| {
                let secret: Option<[u8; 32]> = reader.optional(Reader::bytes_exact)?;
                let entries = reader.list(|reader| reader.tuple(3, |reader| read_entry(secret.as_ref(), reader)))?;
                if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
                    return Err(CodecError::KeyOrder);
                }
                if secret.is_some() && entries.is_empty() {
                    return Err(CodecError::Expected("no secret where there is no value"));
                }
                Ok(Self { secret, held: entries })
            })
        })
    }
}

fn read_entry(secret: Option<&[u8; 32]>, reader: &mut Reader<'_>) -> Result<(u32, (Digest, Value)), CodecError> {
    let index = reader.uint32()?;
    let written = reader.optional(|reader| reader.bytes_exact().map(Digest::new))?;
    let salt = match (secret, written) {
        (Some(secret), None) => salt(secret, index),
        (None, Some(salt)) => salt,
        (Some(_), Some(_)) | (None, None) => return Err(CodecError::Expected("either a secret or salts")),
    };
    Ok((index, (salt, Value::read(reader)?)))
}
