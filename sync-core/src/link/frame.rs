//! Frames of a link: four bytes of length, big-endian, then one item of deterministic CBOR.
//!
//! Promise: reading is total and bounded: a frame is at most [`MAX_FRAME`] bytes, and no memory is reserved for a
//! length before its bytes arrive.

use crate::change::MAX_BYTES;
use crate::codec::{CodecError, Reader, Writer};
use crate::id::{CaseId, ChangeId};
use crate::message::CaseHeads;

const VERSION: u64 = 1;
/// Largest frame: a change of the largest size, its lease and its wrapping.
pub(super) const MAX_FRAME: usize = MAX_BYTES + (512 << 10);

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// 0: the sender's identity.
    Hello {
        /// Fresh random bytes for the other side to sign.
        nonce: [u8; 32],
        /// The lease, with the key.
        lease: Vec<u8>,
    },
    /// 1: that I hold the key.
    Proof(Vec<u8>),
    /// 2: the heads that the sender holds of the exchanged cases.
    Heads(Vec<CaseHeads>),
    /// 3: changes that the receiver lacks, parents first.
    Changes {
        /// Leases that the changes name.
        leases: Vec<Vec<u8>>,
        /// Envelopes.
        changes: Vec<Vec<u8>>,
    },
    /// 4: that was all.
    Done,
    /// 5: of these cases I do not know your heads: tell all that you hold.
    Ask(Vec<CaseId>),
    /// 6: all that I hold of the cases you asked about.
    Held(Vec<CaseHeads>),
}

impl Frame {
    /// As it travels, length included.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Hello { nonce, lease } => out.array(4).uint(VERSION).uint(0).bytes(nonce).bytes(lease),
            Self::Proof(proof) => out.array(3).uint(VERSION).uint(1).bytes(proof),
            Self::Heads(cases) => write_cases(out.array(3).uint(VERSION).uint(2), cases),
            Self::Held(cases) => write_cases(out.array(3).uint(VERSION).uint(6), cases),
            Self::Ask(cases) => {
                out.array(3).uint(VERSION).uint(5).array(cases.len());
                cases.iter().for_each(|case| {
                    out.bytes(case.bytes());
                });
                &mut out
            }
            Self::Changes { leases, changes } => {
                out.array(4).uint(VERSION).uint(3);
                for blobs in [leases, changes] {
                    out.array(blobs.len());
                    blobs.iter().for_each(|blob| {
                        out.bytes(blob);
                    });
                }
                &mut out
            }
            Self::Done => out.array(2).uint(VERSION).uint(4),
        };
        let body = out.finish();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        [length.to_be_bytes().as_slice(), &body].concat()
    }

    fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        // The array's length depends on the kind inside it.
        let read = |length| Reader::whole(bytes, |reader| reader.tuple(length, |reader| Self::of(length, reader)));
        read(2).or_else(|_other| read(3)).or_else(|_other| read(4))
    }

    fn of(length: usize, reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        if reader.uint()? != VERSION {
            return Err(CodecError::Expected("link version 1"));
        }
        let blobs = |reader: &mut Reader<'_>| reader.list(|reader| reader.bytes().map(<[u8]>::to_vec));
        Ok(match (length, reader.uint()?) {
            (4, 0) => Self::Hello { nonce: reader.bytes_exact()?, lease: reader.bytes()?.to_vec() },
            (3, 1) => Self::Proof(reader.bytes()?.to_vec()),
            (3, 2) => Self::Heads(reader.list(read_heads)?),
            (3, 5) => Self::Ask(reader.list(|reader| reader.bytes_exact().map(ChangeId::new))?),
            (3, 6) => Self::Held(reader.list(read_heads)?),
            (4, 3) => Self::Changes { leases: blobs(reader)?, changes: blobs(reader)? },
            (2, 4) => Self::Done,
            _ => return Err(CodecError::Expected("a frame of a known kind")),
        })
    }
}

fn write_cases<'a>(out: &'a mut Writer, cases: &[CaseHeads]) -> &'a mut Writer {
    out.array(cases.len());
    for CaseHeads { case, heads } in cases {
        out.array(2).bytes(case.bytes()).array(heads.len());
        heads.iter().for_each(|head| {
            out.bytes(head.bytes());
        });
    }
    out
}

fn read_heads(reader: &mut Reader<'_>) -> Result<CaseHeads, CodecError> {
    let id = |reader: &mut Reader<'_>| reader.bytes_exact().map(ChangeId::new);
    reader.tuple(2, |reader| Ok::<_, CodecError>(CaseHeads { case: id(reader)?, heads: reader.ascending(id)? }))
}

/// Frames out of a stream that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Frames(Vec<u8>);

impl Frames {
    /// Appends received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// The next whole frame.
    pub fn next(&mut self) -> Result<Option<Frame>, CodecError> {
        let Some(length) = self.0.first_chunk::<4>().map(|length| u32::from_be_bytes(*length)) else { return Ok(None) };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(CodecError::Expected("a frame within the limit"));
        }
        let Some(body) = self.0.get(4..4 + length) else { return Ok(None) };
        let frame = Frame::read(body)?;
        self.0.drain(..4 + length);
        Ok(Some(frame))
    }
}
