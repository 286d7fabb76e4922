//! The lease (终端离线使用许可): a device's signed permission to work offline. It contains the device's key, so a holder of the
//! tenant's key can verify the device's changes.
//!
//! Promise: a [`Lease`] returned by [`Lease::open`] was issued by the tenant's server, byte for byte. Not here: whether
//! it is valid at a given moment (`plan`).

use crate::codec::{CodecError, Reader, Writer};
use crate::id::{AgencyId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::schema::FormName;
use crate::sign::{PublicKey, Signed, SignedError, Signer, SignerError, Tag, Verifier, open, seal};
use crate::time::Instant;

const LEASE: Tag = Tag("palm/v1/lease");
const VERSION: u64 = 1;

/// Form numbers that a device may use offline, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The form, such as `spot_decision`.
    pub form: FormName,
    /// The agency in whose name the documents are issued.
    pub agency: AgencyId,
    /// Year of the document's date in Asia/Shanghai.
    pub year: u32,
    /// The printed prefix of the serial, such as `（巫市监）当罚〔2026〕`.
    pub prefix: String,
    /// First serial.
    pub first: u32,
    /// Last serial, inclusive.
    pub last: u32,
}

/// The permission of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The installation.
    pub tenant: TenantId,
    /// The device.
    pub device: DeviceId,
    /// The device's key.
    pub key: PublicKey,
    /// The epoch of the device's store for which the blocks are meant.
    pub epoch: Epoch,
    /// The officer.
    pub officer: OfficerId,
    /// The officer's agency.
    pub agency: AgencyId,
    /// Number of the certificate that was verified.
    pub certificate: String,
    /// When that certificate ends.
    pub certificate_ends: Instant,
    /// The server's time when it was issued: a time anchor.
    pub issued: Instant,
    /// End of the permission to work offline: min(issued + 24 h, end of the certificate).
    pub not_after: Instant,
    /// Number blocks.
    pub blocks: Vec<Block>,
}

/// A lease with its signed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLease {
    /// The permission.
    pub lease: Lease,
    /// Hash by which changes refer to it.
    pub hash: Digest,
    /// The COSE_Sign1.
    pub bytes: Vec<u8>,
}

impl Lease {
    /// The longest time that a phone may work without the server, in milliseconds: 24 hours, as in EUDI and ETSI.
    pub const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;

    /// Signs with the tenant's key.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(self, signer: &dyn Signer) -> Result<SignedLease, SignerError> {
        let payload = self.to_bytes();
        let bytes = seal(LEASE, &payload, signer)?;
        Ok(SignedLease { hash: LEASE.hash(&[&payload]), lease: self, bytes })
    }

    /// Reads a lease and checks it with the tenant's key.
    ///
    /// # Errors
    /// [`SignedError`] unless the tenant's server signed exactly this.
    pub fn open(bytes: &[u8], tenant_key: &PublicKey, verifier: &dyn Verifier) -> Result<SignedLease, SignedError> {
        let (payload, hash) = open(LEASE, bytes, tenant_key, verifier)?;
        Ok(SignedLease { lease: Self::read(payload)?, hash, bytes: bytes.to_vec() })
    }

    /// The hash of a signed lease without verifying its signature.
    pub fn claimed_hash(bytes: &[u8]) -> Option<Digest> {
        Signed::read(LEASE, bytes).ok().map(|signed| LEASE.hash(&[signed.payload]))
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(12).uint(VERSION).bytes(self.tenant.bytes()).bytes(self.device.bytes()).bytes(self.key.bytes());
        out.bytes(self.epoch.bytes()).bytes(self.officer.bytes()).bytes(self.agency.bytes());
        out.text(&self.certificate).int(self.certificate_ends.ms()).int(self.issued.ms()).int(self.not_after.ms());
        out.array(self.blocks.len());
        for Block { form, agency, year, prefix, first, last } in &self.blocks {
            out.array(6).text(form.as_str()).bytes(agency.bytes()).uint((*year).into());
            out.text(prefix).uint((*first).into()).uint((*last).into());
        }
        out.finish()
    }

    fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(12, |reader| {
                if reader.uint()? != VERSION {
                    return Err(CodecError::Expected("lease version 1"));
                }
                Ok(Self {
                    tenant: TenantId::new(reader.bytes_exact()?),
                    device: DeviceId::new(reader.bytes_exact()?),
                    key: PublicKey::from_slice(reader.bytes()?).ok_or(CodecError::Expected("a public key"))?,
                    epoch: Epoch::new(reader.bytes_exact()?),
                    officer: OfficerId::new(reader.bytes_exact()?),
                    agency: AgencyId::new(reader.bytes_exact()?),
                    certificate: reader.text()?.to_owned(),
                    certificate_ends: Instant::from_ms(reader.int()?),
                    issued: Instant::from_ms(reader.int()?),
                    not_after: Instant::from_ms(reader.int()?),
                    blocks: reader.list(read_block)?,
                })
            })
        })
    }
}

fn read_block(reader: &mut Reader<'_>) -> Result<Block, CodecError> {
    reader.tuple(6, |reader| {
        Ok(Block {
            form: reader.text()?.into(),
            agency: AgencyId::new(reader.bytes_exact()?),
            year: reader.uint32()?,
            prefix: reader.text()?.to_owned(),
            first: reader.uint32()?,
            last: reader.uint32()?,
        })
    })
}
