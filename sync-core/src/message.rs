//! Messages of synchronisation: bodies of `/v1/sync/push`, `/v1/sync/pull` and `/v1/sync/reconcile`, in deterministic
//! CBOR.
//!
//! Promise: reading is total: any bytes give a message or a [`CodecError`], within the limits. Not here: the content of
//! a change (`change`), the decision about it (`plan`).

use crate::code::codes;
use crate::codec::{CodecError, Reader, Writer};
use crate::id::{CaseId, ChangeId, Digest};
use crate::log::LeafClass;

const VERSION: u64 = 1;
/// Most changes in one push; the server may advertise fewer.
pub const MAX_BATCH: usize = 256;

/// A batch of changes with the leases that they name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Push {
    /// Leases named by the changes, as signed.
    pub leases: Vec<Vec<u8>>,
    /// Envelopes of changes. An unreadable envelope does not affect the others.
    pub changes: Vec<Vec<u8>>,
}

codes! {
    /// The result for one change of a push.
    pub enum Class {
        /// The server keeps it until everything in [`PushOutcome::missing`] has arrived. There is no receipt yet.
        Parked = "parked",
        /// Stored, with effect.
        Accepted = "accepted",
        /// Stored; a verdict excludes it until a person admits or dismisses it.
        Quarantined = "quarantined",
        /// Stored; its operations break a rule of form.
        WithoutEffect = "without_effect",
        /// Not stored.
        Refused = "refused",
    }
}

impl Class {
    /// The code in the encoding.
    const fn number(self) -> u64 {
        match self {
            Self::Parked => 0,
            Self::Accepted => 1,
            Self::Quarantined => 2,
            Self::WithoutEffect => 3,
            Self::Refused => 4,
        }
    }

    fn of_number(number: u64) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.number() == number)
    }
}

impl From<LeafClass> for Class {
    fn from(class: LeafClass) -> Self {
        match class {
            LeafClass::Accepted => Self::Accepted,
            LeafClass::Quarantined => Self::Quarantined,
            LeafClass::WithoutEffect => Self::WithoutEffect,
        }
    }
}

/// What a parked change needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A change of the same case.
    Change(ChangeId),
    /// Its own values.
    Values,
    /// The lease (and with it the key) that it names.
    Lease(Digest),
}

/// The answer for one change, in the order of the push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushOutcome {
    /// Its id. `None` if its header was unreadable.
    pub change: Option<ChangeId>,
    /// The class.
    pub class: Class,
    /// Stable code of the reason; may be empty.
    pub code: String,
    /// Stable codes of the flags, such as `time_not_proved`, `chain_gap`, `fork`, `outside_lease`.
    pub flags: Vec<String>,
    /// What a parked change needs.
    pub missing: Vec<Missing>,
}

/// The answer to a push.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pushed {
    /// One for each change, in order.
    pub outcomes: Vec<PushOutcome>,
    /// Signed receipts: first the earlier ones, for changes that were stored before, then the new one.
    pub receipts: Vec<Vec<u8>>,
}

/// A case and its heads: the changes that no other change of the case depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseHeads {
    /// The case.
    pub case: CaseId,
    /// Its heads, strictly ascending.
    pub heads: Vec<ChangeId>,
}

/// One page of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pulled {
    /// Start of the next pull; opaque.
    pub cursor: Vec<u8>,
    /// Whether the device should pull the next page immediately.
    pub more: bool,
    /// The cases in reach with their heads, if the reach has changed.
    pub cases: Option<Vec<CaseHeads>>,
    /// Cases that were in reach and are no longer.
    pub removed: Vec<CaseId>,
    /// Leases that the changes name.
    pub leases: Vec<Vec<u8>>,
    /// Envelopes of changes, parents before children.
    pub changes: Vec<Vec<u8>>,
}

/// The heads that the device holds, by case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconcile {
    /// Cases and their heads on the device.
    pub cases: Vec<CaseHeads>,
}

/// What each side lacks, as the server found by comparing heads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Heads that the server lacks: the device offers them and their ancestors again.
    pub wanted: Vec<ChangeId>,
    /// Leases named by the changes that the device lacks.
    pub leases: Vec<Vec<u8>>,
    /// Envelopes of changes, parents before children.
    pub changes: Vec<Vec<u8>>,
}

fn write_blobs(out: &mut Writer, blobs: &[Vec<u8>]) {
    out.array(blobs.len());
    blobs.iter().for_each(|blob| {
        out.bytes(blob);
    });
}

const MANY: CodecError = CodecError::Expected("at most 256 changes and leases");

fn read_blobs(reader: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, CodecError> {
    reader.list(|reader| reader.bytes().map(<[u8]>::to_vec))
}

fn read_id(reader: &mut Reader<'_>) -> Result<ChangeId, CodecError> {
    reader.bytes_exact().map(ChangeId::new)
}

fn version(reader: &mut Reader<'_>) -> Result<(), CodecError> {
    if reader.uint()? == VERSION { Ok(()) } else { Err(CodecError::Expected("message version 1")) }
}

fn write_cases(out: &mut Writer, cases: &[CaseHeads]) {
    out.array(cases.len());
    for CaseHeads { case, heads } in cases {
        out.array(2).bytes(case.bytes()).array(heads.len());
        heads.iter().for_each(|head| {
            out.bytes(head.bytes());
        });
    }
}

fn read_cases(reader: &mut Reader<'_>) -> Result<Vec<CaseHeads>, CodecError> {
    reader.list(|reader| {
        reader.tuple(2, |reader| Ok(CaseHeads { case: read_id(reader)?, heads: reader.ascending(read_id)? }))
    })
}

impl Push {
    /// `[1, leases, changes]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(3).uint(VERSION);
        write_blobs(&mut out, &self.leases);
        write_blobs(&mut out, &self.changes);
        out.finish()
    }

    /// Reads a push.
    ///
    /// # Errors
    /// [`CodecError`] for anything else, or for more than [`MAX_BATCH`] changes.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        // Check the count before reading: 4 MiB of empty strings would take about 100 MiB in memory.
        let batch = |reader: &mut Reader<'_>| {
            let many = |error| if error == CodecError::TooMany { MANY } else { error };
            reader.clone().pass(&mut (1 + MAX_BATCH)).map_err(many)?;
            read_blobs(reader)
        };
        Reader::whole(bytes, |reader| {
            reader.tuple(3, |reader| {
                version(reader)?;
                Ok::<_, CodecError>(Self { leases: batch(reader)?, changes: batch(reader)? })
            })
        })
    }
}

impl Missing {
    fn write(&self, out: &mut Writer) {
        match self {
            Self::Change(id) => out.array(2).uint(0).bytes(id.bytes()),
            Self::Values => out.array(2).uint(1).null(),
            Self::Lease(hash) => out.array(2).uint(2).bytes(hash.bytes()),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        reader.tuple(2, |reader| match reader.uint()? {
            0 => read_id(reader).map(Self::Change),
            1 => reader.null().map(|()| Self::Values),
            2 => reader.bytes_exact().map(Digest::new).map(Self::Lease),
            _ => Err(CodecError::Expected("what is missing")),
        })
    }
}

impl PushOutcome {
    fn write(&self, out: &mut Writer) {
        let Self { change, class, code, flags, missing } = self;
        out.array(5).optional_bytes(change.as_ref().map(|id| id.bytes().as_slice())).uint(class.number()).text(code);
        out.array(flags.len());
        flags.iter().for_each(|flag| {
            out.text(flag);
        });
        out.array(missing.len());
        missing.iter().for_each(|missing| missing.write(out));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        reader.tuple(5, |reader| {
            let change = reader.optional(read_id)?;
            let class = Class::of_number(reader.uint()?).ok_or(CodecError::Expected("a class"))?;
            let code = reader.text()?.to_owned();
            let flags = reader.list(|reader| reader.text().map(str::to_owned))?;
            Ok(Self { change, class, code, flags, missing: reader.list(Missing::read)? })
        })
    }
}

impl Pushed {
    /// `[1, outcomes, receipts]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(3).uint(VERSION).array(self.outcomes.len());
        self.outcomes.iter().for_each(|outcome| outcome.write(&mut out));
        write_blobs(&mut out, &self.receipts);
        out.finish()
    }

    /// Reads the answer to a push.
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(3, |reader| {
                version(reader)?;
                Ok(Self { outcomes: reader.list(PushOutcome::read)?, receipts: read_blobs(reader)? })
            })
        })
    }
}

impl Pulled {
    /// `[1, cursor, more, cases or null, removed, leases, changes, null]`; the last place is for
    /// the proofs.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { cursor, more, cases, removed, leases, changes } = self;
        let mut out = Writer::new();
        out.array(8).uint(VERSION).bytes(cursor).bool(*more);
        match cases {
            Some(cases) => write_cases(&mut out, cases),
            None => {
                out.null();
            }
        }
        out.array(removed.len());
        removed.iter().for_each(|case| {
            out.bytes(case.bytes());
        });
        write_blobs(&mut out, leases);
        write_blobs(&mut out, changes);
        out.null().finish()
    }

    /// Reads a page of the feed.
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(8, |reader| {
                version(reader)?;
                let page = Self {
                    cursor: reader.bytes()?.to_vec(),
                    more: reader.bool()?,
                    cases: reader.optional(read_cases)?,
                    removed: reader.list(read_id)?,
                    leases: read_blobs(reader)?,
                    changes: read_blobs(reader)?,
                };
                reader.null()?;
                Ok(page)
            })
        })
    }
}

impl Reconcile {
    /// `[1, cases]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(2).uint(VERSION);
        write_cases(&mut out, &self.cases);
        out.finish()
    }

    /// Parses a device's heads.
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(2, |reader| {
                version(reader)?;
                Ok(Self { cases: read_cases(reader)? })
            })
        })
    }
}

impl Reconciled {
    /// `[1, wanted, leases, changes]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(4).uint(VERSION).array(self.wanted.len());
        self.wanted.iter().for_each(|id| {
            out.bytes(id.bytes());
        });
        write_blobs(&mut out, &self.leases);
        write_blobs(&mut out, &self.changes);
        out.finish()
    }

    /// Parses a reconciliation.
    ///
    /// # Errors
    /// [`CodecError`] for anything else.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(4, |reader| {
                version(reader)?;
                Ok(Self { wanted: reader.list(read_id)?, leases: read_blobs(reader)?, changes: read_blobs(reader)? })
            })
        })
    }
}

#[cfg(test)]
mod tests;
