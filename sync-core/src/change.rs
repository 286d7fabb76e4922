//! A change (变更): one save by one person on one device; signed, chained, immutable.
//!
//! Promise: a [`Change`] is consistent: its id is the hash of its header bytes, its operations are those that the header
//! names, and each value matches the commitment of its operation. The signature of a [`Received`] is not verified yet; the
//! rest holds for it, too. Not here: who may make a change (`plan`), its effect (`case`).

mod header;
mod limits;
mod size;
mod values;

pub use header::{Anchor, Clock, Header, MAX_DEPS, Reading};
pub use limits::{MAX_ITEMS, MAX_ITEMS_OF_VALUES, MAX_VALUE_ITEMS, TooMany};
pub use size::Size;
pub use values::{MAX_VALUE_BYTES, Values, ValuesError};

use crate::codec::{CodecError, Reader, Writer};
use crate::id::{CaseId, ChangeId, Digest};
use crate::op::{Act, Op, OpId, OpRef, read_ops, write_ops};
use crate::schema::{EntityKind, FieldName};
use crate::sign::{PublicKey, Signed, SignedError, Signer, SignerError, Tag, Verifier, seal};
use crate::value::Value;

/// Hash and signature tag of a header; the hash is the change's id.
pub const CHANGE: Tag = Tag("palm/v1/change");
const OPS: Tag = Tag("palm/v1/ops");
const SHOWN: Tag = Tag("palm/v1/shown");
/// Largest change in bytes. Photographs are sent separately.
pub const MAX_BYTES: usize = 1 << 20;

/// Why bytes are refused as a change. They are not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than [`MAX_BYTES`].
    #[error("larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// More items than the limit.
    #[error("{0}")]
    TooMany(#[from] TooMany),
    /// Not the encoding of a change.
    #[error("not the encoding of a change: {0}")]
    Unreadable(#[from] CodecError),
    /// The signature is missing, not ES256, or not the author's.
    #[error("{0}")]
    Signed(#[from] SignedError),
    /// The operations are not the ones that the header names.
    #[error("the operations are not the ones that the header names")]
    Ops,
    /// The values do not fit the operations.
    #[error("{0}")]
    Values(#[from] ValuesError),
}

/// Why a save was not sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The keystore refuses.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// Other programs would refuse it: it exceeds a limit, or its encoding is not the deterministic one.
    #[error("this change would be refused everywhere: {0}")]
    Limits(ReadError),
}

/// An operation to be sealed, with its value in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOp {
    /// The kind of operation, with its detail.
    pub act: Act,
    /// The entity that it is applied to; `None` is the case itself.
    pub target: Option<OpRef>,
    /// The field that is written.
    pub field: Option<FieldName>,
    /// The operations whose values are replaced; sorted and made unique when sealed.
    pub replaces: Vec<OpRef>,
    /// The value.
    pub value: Option<Value>,
}

impl NewOp {
    /// An operation on the case itself, with neither field nor value.
    pub const fn new(act: Act) -> Self {
        Self { act, target: None, field: None, replaces: Vec::new(), value: None }
    }

    /// Sets the target.
    #[must_use]
    pub const fn on(mut self, target: OpRef) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets the value.
    #[must_use]
    pub fn with(mut self, value: Value) -> Self {
        self.value = Some(value);
        self
    }

    /// Adds an entity directly below the case; it is part of no form.
    pub fn add(entity: impl Into<EntityKind>, order: impl Into<String>) -> Self {
        Self::new(Act::add(entity, order))
    }

    /// Writes `field`, and replaces the values that the author saw.
    pub fn put(target: Option<OpRef>, field: impl Into<FieldName>, replaces: Vec<OpRef>, value: Value) -> Self {
        Self { act: Act::Put, target, field: Some(field.into()), replaces, value: Some(value) }
    }
}

/// A verified change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    id: ChangeId,
    header: Header,
    ops: Vec<Op>,
    values: Values,
    sign1: Vec<u8>,
    ops_bytes: Vec<u8>,
}

/// A change whose signature is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received(Change);

impl Received {
    /// Reads the envelope `[COSE_Sign1, operations, values or null]`.
    ///
    /// # Errors
    /// [`ReadError`]; such bytes must not be stored.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        let (sign1, ops_bytes, values) = Reader::whole(bytes, |reader| {
            reader.tuple(3, |reader| {
                Ok::<_, CodecError>((reader.bytes()?, reader.bytes()?, reader.optional(Reader::bytes)?))
            })
        })?;
        limits::within(Signed::read(CHANGE, sign1)?.payload, ops_bytes, values)?;
        let received = Self::from_parts(sign1, ops_bytes, values)?;
        received.0.values.fit(values.map_or(0, <[u8]>::len))?;
        Ok(received)
    }

    /// As [`Received::read`], from the three parts as stores have them.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_parts(sign1: &[u8], ops_bytes: &[u8], values: Option<&[u8]>) -> Result<Self, ReadError> {
        let signed = Signed::read(CHANGE, sign1)?;
        let header = Header::read(signed.payload)?;
        if OPS.hash(&[ops_bytes]) != header.ops {
            return Err(ReadError::Ops);
        }
        let ops = read_ops(ops_bytes)?;
        let values = values.map_or(Ok(Values::default()), Values::read)?;
        values.check(&ops)?;
        let id = ChangeId::new(*CHANGE.hash(&[signed.payload]).bytes());
        Ok(Self(Change { id, header, ops, values, sign1: sign1.to_vec(), ops_bytes: ops_bytes.to_vec() }))
    }

    /// Its id.
    pub const fn id(&self) -> ChangeId {
        self.0.id
    }

    /// Its header, which is not verified.
    pub const fn header(&self) -> &Header {
        &self.0.header
    }

    /// Checks the author's signature.
    ///
    /// # Errors
    /// [`ReadError::Signed`] if the signature is not by `key`.
    pub fn verify(self, key: &PublicKey, verifier: &dyn Verifier) -> Result<Change, ReadError> {
        Signed::read(CHANGE, &self.0.sign1)?.verify(key, verifier)?;
        Ok(self.0)
    }

    /// Accepts bytes from the caller's own store without verification, because they were verified before they were stored.
    pub fn trust_own_store(self) -> Change {
        self.0
    }
}

impl Change {
    /// Signs a save. `header.ops` is filled in here; `secret` must be fresh random bytes, from
    /// which the salt of each value is derived. [`Received::read`] can read every sealed change.
    ///
    /// # Errors
    /// [`SealError::Signer`] if the keystore refuses; [`SealError::Limits`] above a limit, such as
    /// [`MAX_DEPS`], [`MAX_OPS`](crate::op::MAX_OPS), [`MAX_ITEMS`], [`MAX_VALUE_BYTES`] or [`MAX_BYTES`].
    pub fn seal(
        mut header: Header,
        new_ops: Vec<NewOp>,
        secret: [u8; 32],
        signer: &dyn Signer,
    ) -> Result<Self, SealError> {
        let mut values = Values::fresh(secret);
        let new_ops: Vec<Op> = new_ops.into_iter().zip(0..).map(|(op, index)| values.commit(index, op)).collect();
        values.settle();
        let ops_bytes = write_ops(&new_ops);
        header.ops = OPS.hash(&[&ops_bytes]);
        header.deps.sort_unstable();
        header.deps.dedup();
        let payload = header.to_bytes();
        // Read back as other programs will read it, so that an invalid detail is found before it is saved.
        let ops = read_back(&payload, &ops_bytes, &values).map_err(SealError::Limits)?;
        let sign1 = seal(CHANGE, &payload, signer)?;
        let id = ChangeId::new(*CHANGE.hash(&[&payload]).bytes());
        let change = Self { id, header, ops, values, sign1, ops_bytes };
        if change.to_bytes().len() > MAX_BYTES {
            return Err(SealError::Limits(ReadError::TooLarge));
        }
        Ok(change)
    }

    /// SHA-256 of the tagged header bytes.
    pub const fn id(&self) -> ChangeId {
        self.id
    }

    /// Its header: author, place in the chain, time, and the changes that it builds on.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The case that it names or opens.
    pub fn case(&self) -> CaseId {
        self.header.case.unwrap_or(self.id)
    }

    /// The operations in order.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The operations with their ids.
    pub fn named_ops(&self) -> impl Iterator<Item = (OpId, &Op)> {
        self.ops.iter().zip(0..).map(|(op, index)| (OpId { change: self.id, index }, op))
    }

    /// The value of the operation at `index`; `None` if it has no value, or the value is missing or sealed.
    pub fn value(&self, index: u32) -> Option<&Value> {
        self.values.get(index)
    }

    /// Indexes of the operations whose value is absent: it is sealed, or has not arrived.
    pub fn missing_values(&self) -> Vec<u32> {
        let held = |index: &u32| self.values.get(*index).is_some();
        self.ops
            .iter()
            .zip(0..)
            .filter(|(op, index)| op.commit.is_some() && !held(index))
            .map(|(_, index)| index)
            .collect()
    }

    /// Whether the value of an operation is absent.
    pub fn lacks_values(&self) -> bool {
        self.ops.iter().zip(0..).any(|(op, index)| op.commit.is_some() && self.values.get(index).is_none())
    }

    /// Removes the values of these operations permanently. It also removes the secret, and keeps the salts of other values.
    pub fn seal_values(&mut self, indexes: &[u32]) {
        self.values.remove(indexes);
    }

    /// Its size, which is bounded ([`MAX_ITEMS`], [`MAX_BYTES`]).
    pub fn size(&self) -> Size {
        Size::of(&self.header, &self.ops_bytes, self.sign1.len(), self.values.all())
    }

    /// The signed header.
    pub fn sign1(&self) -> &[u8] {
        &self.sign1
    }

    /// The operations as they were signed.
    pub fn ops_bytes(&self) -> &[u8] {
        &self.ops_bytes
    }

    /// The encoded values with their salts.
    pub fn values_bytes(&self) -> Vec<u8> {
        self.values.to_bytes()
    }

    /// The envelope `[COSE_Sign1, operations, values]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        Writer::new().array(3).bytes(&self.sign1).bytes(&self.ops_bytes).bytes(&self.values_bytes()).finish()
    }
}

impl From<limits::NotWithin> for ReadError {
    fn from(error: limits::NotWithin) -> Self {
        match error {
            limits::NotWithin::TooMany(error) => Self::TooMany(error),
            limits::NotWithin::Unreadable(error) => Self::Unreadable(error),
        }
    }
}

/// The operations, if all parts can be read back.
fn read_back(payload: &[u8], ops_bytes: &[u8], values: &Values) -> Result<Vec<Op>, ReadError> {
    let bytes = values.to_bytes();
    limits::within(payload, ops_bytes, Some(&bytes))?;
    Header::read(payload)?;
    let ops = read_ops(ops_bytes)?;
    Values::read(&bytes)?;
    values.fit(bytes.len())?;
    Ok(ops)
}

/// The digest in a signature: over the ids and commitments of the shown operations, in order. `shown` gives the commitment
/// of each; an operation without a value counts as 32 zeros.
pub fn shown_digest<'a>(shown: impl IntoIterator<Item = (&'a OpId, Option<Digest>)>) -> Digest {
    let mut bytes = Vec::new();
    for (op, commit) in shown {
        bytes.extend(op.change.bytes());
        bytes.extend(op.index.to_be_bytes());
        bytes.extend(commit.unwrap_or(Digest::new([0; 32])).bytes());
    }
    SHOWN.hash(&[&bytes])
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
