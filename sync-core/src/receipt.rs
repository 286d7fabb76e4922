//! The receipt: the server's signed statement that it stores changes, with their log positions.
//!
//! Promise: the server issues a receipt once, in the transaction that stores its changes, and sends the same bytes when
//! a change is sent again. A phone deletes nothing before it has the receipt. A receipt is not a time anchor; only a
//! lease is (ADR 4). Not here: inclusion proofs, which a later tree head will give.

use crate::codec::{CodecError, Reader, Writer};
use crate::id::{ChangeId, DeviceId, Digest, Epoch, TenantId};
use crate::sign::{PublicKey, SignedError, Signer, SignerError, Tag, Verifier, open, seal};
use crate::time::Instant;

const RECEIPT: Tag = Tag("palm/v1/receipt");
const VERSION: u64 = 1;

/// One change that the server holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptEntry {
    /// The change.
    pub change: ChangeId,
    /// Index of its leaf in the log.
    pub leaf: u64,
    /// Number of stored changes of its case, this one included.
    pub counter: u64,
    /// When the server first stored it.
    pub received: Instant,
}

/// The server's statement to one device that it stores these changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The installation.
    pub tenant: TenantId,
    /// The device that it is issued to.
    pub device: DeviceId,
    /// The epoch of the log.
    pub log_epoch: Epoch,
    /// When it was issued, by the server's clock.
    pub issued: Instant,
    /// Number of leaves in the log after this commit.
    pub size: u64,
    /// Root of the log at that size.
    pub root: Digest,
    /// The changes.
    pub entries: Vec<ReceiptEntry>,
}

/// A receipt with its signed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReceipt {
    /// The statement.
    pub receipt: Receipt,
    /// Hash of the signed payload.
    pub hash: Digest,
    /// The COSE_Sign1.
    pub bytes: Vec<u8>,
}

impl Receipt {
    /// Signs with the tenant's key.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(self, signer: &dyn Signer) -> Result<SignedReceipt, SignerError> {
        let payload = self.to_bytes();
        let bytes = seal(RECEIPT, &payload, signer)?;
        Ok(SignedReceipt { hash: RECEIPT.hash(&[&payload]), receipt: self, bytes })
    }

    /// Reads a receipt and checks it with the tenant's key.
    ///
    /// # Errors
    /// [`SignedError`] unless the tenant's server signed exactly this.
    pub fn open(bytes: &[u8], tenant_key: &PublicKey, verifier: &dyn Verifier) -> Result<SignedReceipt, SignedError> {
        let (payload, hash) = open(RECEIPT, bytes, tenant_key, verifier)?;
        Ok(SignedReceipt { receipt: Self::read(payload)?, hash, bytes: bytes.to_vec() })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Self { tenant, device, log_epoch, issued, size, root, entries } = self;
        let mut out = Writer::new();
        out.array(8).uint(VERSION).bytes(tenant.bytes()).bytes(device.bytes()).bytes(log_epoch.bytes());
        out.int(issued.ms()).uint(*size).bytes(root.bytes()).array(entries.len());
        for ReceiptEntry { change, leaf, counter, received } in entries {
            out.array(4).bytes(change.bytes()).uint(*leaf).uint(*counter).int(received.ms());
        }
        out.finish()
    }

    fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(8, |reader| {
                if reader.uint()? != VERSION {
                    return Err(CodecError::Expected("receipt version 1"));
                }
                Ok(Self {
                    tenant: TenantId::new(reader.bytes_exact()?),
                    device: DeviceId::new(reader.bytes_exact()?),
                    log_epoch: Epoch::new(reader.bytes_exact()?),
                    issued: Instant::from_ms(reader.int()?),
                    size: reader.uint()?,
                    root: Digest::new(reader.bytes_exact()?),
                    entries: reader.list(read_entry)?,
                })
            })
        })
    }
}

fn read_entry(reader: &mut Reader<'_>) -> Result<ReceiptEntry, CodecError> {
    reader.tuple(4, |reader| {
        Ok(ReceiptEntry {
            change: ChangeId::new(reader.bytes_exact()?),
            leaf: reader.uint()?,
            counter: reader.uint()?,
            received: Instant::from_ms(reader.int()?),
        })
    })
}
