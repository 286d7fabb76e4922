//! The signed header of a change.

use super::{CHANGE, ReadError};
use crate::codec::{CodecError, Reader, Writer};
use crate::id::{BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::sign::Signed;
use crate::time::Instant;

/// Version of the header's encoding.
const VERSION: u64 = 1;
/// Most heads that one change may name.
pub const MAX_DEPS: usize = 1024;

/// When a change was made, as far as the phone knows. Never decides a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The wall clock, which people can set.
    pub wall: Instant,
    /// Milliseconds of a clock that only runs forward, since `boot`.
    pub monotonic_ms: u64,
    /// Which boot of the phone; in a browser, which worker.
    pub boot: BootId,
    /// Whether the monotonic clock went on while the phone slept. A browser's does not: then it is a lower bound only.
    pub counts_sleep: bool,
    /// The newest lease of this device: the server's time, signed.
    pub anchor: Option<Anchor>,
}

/// A signed statement of the server's time: a lease, which the server issues afresh on every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Hash of the lease.
    pub lease: Digest,
    /// The phone's monotonic clock around its making; `None` if the phone was booted since.
    pub reading: Option<Reading>,
}

/// Between these two the server read its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Monotonic milliseconds when the phone asked.
    pub asked_ms: u64,
    /// Monotonic milliseconds when the answer came.
    pub came_ms: u64,
}

/// Who saved, where in the device's chain, on what it builds, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The installation.
    pub tenant: TenantId,
    /// The device that signs.
    pub device: DeviceId,
    /// Which life of its store.
    pub epoch: Epoch,
    /// Place in the device's chain, from 1, without gaps.
    pub seq: u64,
    /// The device's previous change; `None` at seq 1.
    pub prev: Option<ChangeId>,
    /// The person.
    pub officer: OfficerId,
    /// Hash of the lease under which it was made; `None` for the server and for a phone that has none.
    pub lease: Option<Digest>,
    /// The case; `None` in the change that opens it.
    pub case: Option<CaseId>,
    /// Heads of the case that the device had seen; strictly ascending.
    pub deps: Vec<ChangeId>,
    /// When.
    pub clock: Clock,
    /// Hash of the rule set by which the device checked it.
    pub rules: Digest,
    /// Hash of the operations.
    pub ops: Digest,
}

impl Header {
    /// The bytes that are signed and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { tenant, device, epoch, seq, prev, officer, lease, case, deps, clock, rules, ops } = self;
        let present = [prev.is_some(), lease.is_some(), case.is_some()].into_iter().filter(|is| *is).count();
        let mut out = Writer::new();
        out.map(10 + present).uint(1).uint(VERSION);
        out.uint(2).bytes(tenant.bytes()).uint(3).bytes(device.bytes());
        out.uint(4).bytes(epoch.bytes()).uint(5).uint(*seq);
        if let Some(prev) = prev {
            out.uint(6).bytes(prev.bytes());
        }
        out.uint(7).bytes(officer.bytes());
        if let Some(lease) = lease {
            out.uint(8).bytes(lease.bytes());
        }
        if let Some(case) = case {
            out.uint(9).bytes(case.bytes());
        }
        out.uint(10).array(deps.len());
        deps.iter().for_each(|dep| {
            out.bytes(dep.bytes());
        });
        clock.write(out.uint(11));
        out.uint(12).bytes(rules.bytes()).uint(13).bytes(ops.bytes());
        out.finish()
    }

    /// Reads the header inside a COSE_Sign1 whose signature was checked when it came in.
    ///
    /// # Errors
    /// [`ReadError`] for anything else.
    pub fn of_signed(sign1: &[u8]) -> Result<Self, ReadError> {
        Ok(Self::read(Signed::read(CHANGE, sign1)?.payload)?)
    }

    /// Reads what [`Header::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`CodecError`] for anything else, further keys included.
    pub fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut parts = Parts::default();
        Reader::whole(bytes, |reader| reader.uint_map(|key, reader| parts.read(key, reader)))?;
        parts.finish()
    }
}

impl Clock {
    fn write(&self, out: &mut Writer) {
        let Self { wall, monotonic_ms, boot, counts_sleep, anchor } = self;
        out.array(5).int(wall.ms()).uint(*monotonic_ms).bytes(boot.bytes()).bool(*counts_sleep);
        let Some(Anchor { lease, reading }) = anchor else {
            out.null();
            return;
        };
        out.array(2).bytes(lease.bytes());
        match reading {
            Some(Reading { asked_ms, came_ms }) => out.array(2).uint(*asked_ms).uint(*came_ms),
            None => out.null(),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        reader.tuple(5, |reader| {
            let wall = Instant::from_ms(reader.int()?);
            let monotonic_ms = reader.uint()?;
            let boot = BootId::new(reader.bytes_exact()?);
            let counts_sleep = reader.bool()?;
            let anchor = reader.optional(|reader| {
                reader.tuple(2, |reader| {
                    let lease = Digest::new(reader.bytes_exact()?);
                    Ok::<_, CodecError>(Anchor { lease, reading: reader.optional(Reading::read)? })
                })
            })?;
            Ok(Self { wall, monotonic_ms, boot, counts_sleep, anchor })
        })
    }
}

impl Reading {
    fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        reader.tuple(2, |reader| Ok(Self { asked_ms: reader.uint()?, came_ms: reader.uint()? }))
    }
}

#[derive(Default)]
struct Parts {
    version: Option<u64>,
    tenant: Option<TenantId>,
    device: Option<DeviceId>,
    epoch: Option<Epoch>,
    seq: Option<u64>,
    prev: Option<ChangeId>,
    officer: Option<OfficerId>,
    lease: Option<Digest>,
    case: Option<CaseId>,
    deps: Option<Vec<ChangeId>>,
    clock: Option<Clock>,
    rules: Option<Digest>,
    ops: Option<Digest>,
}

impl Parts {
    fn read(&mut self, key: u64, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        match key {
            1 => self.version = Some(reader.uint()?),
            2 => self.tenant = Some(TenantId::new(reader.bytes_exact()?)),
            3 => self.device = Some(DeviceId::new(reader.bytes_exact()?)),
            4 => self.epoch = Some(Epoch::new(reader.bytes_exact()?)),
            5 => self.seq = Some(reader.uint()?),
            6 => self.prev = Some(ChangeId::new(reader.bytes_exact()?)),
            7 => self.officer = Some(OfficerId::new(reader.bytes_exact()?)),
            8 => self.lease = Some(Digest::new(reader.bytes_exact()?)),
            9 => self.case = Some(ChangeId::new(reader.bytes_exact()?)),
            10 => self.deps = Some(reader.ascending(|r| Ok::<_, CodecError>(ChangeId::new(r.bytes_exact()?)))?),
            11 => self.clock = Some(Clock::read(reader)?),
            12 => self.rules = Some(Digest::new(reader.bytes_exact()?)),
            13 => self.ops = Some(Digest::new(reader.bytes_exact()?)),
            _ => return Err(CodecError::Expected("a header key from 1 to 13")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Header, CodecError> {
        const MISSING: CodecError = CodecError::Expected("a header with all its keys");
        if self.version != Some(VERSION) {
            return Err(CodecError::Expected("header version 1"));
        }
        let header = Header {
            tenant: self.tenant.ok_or(MISSING)?,
            device: self.device.ok_or(MISSING)?,
            epoch: self.epoch.ok_or(MISSING)?,
            seq: self.seq.ok_or(MISSING)?,
            prev: self.prev,
            officer: self.officer.ok_or(MISSING)?,
            lease: self.lease,
            case: self.case,
            deps: self.deps.ok_or(MISSING)?,
            clock: self.clock.ok_or(MISSING)?,
            rules: self.rules.ok_or(MISSING)?,
            ops: self.ops.ok_or(MISSING)?,
        };
        // The server's database counts in 63 bits.
        if header.seq == 0 || header.seq > i64::MAX.cast_unsigned() || header.deps.len() > MAX_DEPS {
            return Err(CodecError::Expected("a seq from 1 and at most 1024 deps"));
        }
        Ok(header)
    }
}
