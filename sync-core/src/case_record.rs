//! The case record (案卷记录): the server's statement about a closed case, signed by the tenant's key. Anybody with the
//! published key can verify it and compare the changes of the case with it.
//!
//! Promise: a [`CaseRecord`] returned by [`CaseRecord::open`] was issued by the tenant's server, byte for byte. Folding
//! its heads and all their ancestors gives the state whose hash it names. Not here: whether the case may be closed
//! (`decision`), changes that arrive afterwards (the fold marks them as unseen).

use crate::codec::{CodecError, Reader, Writer};
use crate::id::{AgencyId, CaseId, ChangeId, Digest, OfficerId, TenantId};
use crate::op::CaseKind;
use crate::sign::{PublicKey, SignedError, Signer, SignerError, Tag, Verifier, open, seal};
use crate::time::Instant;

const RECORD: Tag = Tag("palm/v1/case-record");
const VERSION: u64 = 1;

/// An officer of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOfficer {
    /// The person.
    pub officer: OfficerId,
    /// Name at closing.
    pub name: String,
    /// Numbers of the certificates held, ascending.
    pub certificates: Vec<String>,
}

/// A piece of evidence of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordEvidence {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes. Zero if the file was written off and its bytes never arrived. An empty file also has the size
    /// zero, but its digest is the digest of no bytes.
    pub size: u64,
}

impl RecordEvidence {
    /// SHA-256 of no bytes.
    const EMPTY: [u8; 32] = [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae,
        0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// A file that was written off: the record states its digest, and that the server did not hold its bytes.
    pub const fn written_off(digest: Digest) -> Self {
        Self { digest, size: 0 }
    }

    /// Whether it states a file whose bytes the server did not hold.
    pub fn is_written_off(&self) -> bool {
        self.size == 0 && *self.digest.bytes() != Self::EMPTY
    }
}

/// The server's statement about a closed case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The installation.
    pub tenant: TenantId,
    /// The case.
    pub case: CaseId,
    /// Its number, such as `（巫市监）案〔2026〕1号`.
    pub number: String,
    /// `inspection`, `simple`, `ordinary`.
    pub kind: CaseKind,
    /// The agency in whose name the case was handled.
    pub agency: AgencyId,
    /// Name of that agency at closing.
    pub agency_name: String,
    /// Code of the enforcement item.
    pub item: String,
    /// Its officers, by id.
    pub officers: Vec<RecordOfficer>,
    /// Its evidence, by digest.
    pub evidence: Vec<RecordEvidence>,
    /// Hash of the heads that the decision to close was based on.
    pub basis: Digest,
    /// Heads of the case with the closing change, ascending.
    pub heads: Vec<ChangeId>,
    /// Version of the fold that gave `state`.
    pub fold: u32,
    /// Hash of the state folded from everything up to `heads`.
    pub state: Digest,
    /// The person who closed it.
    pub closed_by: OfficerId,
    /// When it was closed, by the server's clock.
    pub closed_at: Instant,
}

/// A record with its signed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    /// The statement.
    pub record: CaseRecord,
    /// Its hash.
    pub hash: Digest,
    /// The COSE_Sign1.
    pub bytes: Vec<u8>,
}

impl CaseRecord {
    /// Signs with the tenant's key.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(self, signer: &dyn Signer) -> Result<SignedRecord, SignerError> {
        let payload = self.to_bytes();
        let bytes = seal(RECORD, &payload, signer)?;
        Ok(SignedRecord { hash: RECORD.hash(&[&payload]), record: self, bytes })
    }

    /// Reads a record and checks it with the tenant's key.
    ///
    /// # Errors
    /// [`SignedError`] unless the tenant's server signed exactly this.
    pub fn open(bytes: &[u8], tenant_key: &PublicKey, verifier: &dyn Verifier) -> Result<SignedRecord, SignedError> {
        let (payload, hash) = open(RECORD, bytes, tenant_key, verifier)?;
        Ok(SignedRecord { record: Self::read(payload)?, hash, bytes: bytes.to_vec() })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Self {
            tenant,
            case,
            number,
            kind,
            agency,
            agency_name,
            item,
            officers,
            evidence,
            basis,
            heads,
            fold,
            state,
            closed_by,
            closed_at,
        } = self;
        let mut out = Writer::new();
        out.array(16).uint(VERSION).bytes(tenant.bytes()).bytes(case.bytes()).text(number).text(kind.code());
        out.bytes(agency.bytes()).text(agency_name).text(item);
        out.array(officers.len());
        for RecordOfficer { officer, name, certificates } in officers {
            out.array(3).bytes(officer.bytes()).text(name).array(certificates.len());
            certificates.iter().for_each(|number| {
                out.text(number);
            });
        }
        out.array(evidence.len());
        for RecordEvidence { digest, size } in evidence {
            out.array(2).bytes(digest.bytes()).uint(*size);
        }
        out.bytes(basis.bytes()).array(heads.len());
        heads.iter().for_each(|head| {
            out.bytes(head.bytes());
        });
        out.uint((*fold).into()).bytes(state.bytes()).bytes(closed_by.bytes()).int(closed_at.ms());
        out.finish()
    }

    fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        Reader::whole(bytes, |reader| {
            reader.tuple(16, |reader| {
                if reader.uint()? != VERSION {
                    return Err(CodecError::Expected("case record version 1"));
                }
                Ok(Self {
                    tenant: TenantId::new(reader.bytes_exact()?),
                    case: CaseId::new(reader.bytes_exact()?),
                    number: reader.text()?.to_owned(),
                    kind: CaseKind::parse(reader.text()?).map_err(|_unknown| CodecError::Expected("a kind of case"))?,
                    agency: AgencyId::new(reader.bytes_exact()?),
                    agency_name: reader.text()?.to_owned(),
                    item: reader.text()?.to_owned(),
                    officers: reader.list(read_officer)?,
                    evidence: reader.list(read_evidence)?,
                    basis: Digest::new(reader.bytes_exact()?),
                    heads: reader.ascending(|reader| Ok::<_, CodecError>(ChangeId::new(reader.bytes_exact()?)))?,
                    fold: reader.uint32()?,
                    state: Digest::new(reader.bytes_exact()?),
                    closed_by: OfficerId::new(reader.bytes_exact()?),
                    closed_at: Instant::from_ms(reader.int()?),
                })
            })
        })
    }
}

fn read_officer(reader: &mut Reader<'_>) -> Result<RecordOfficer, CodecError> {
    reader.tuple(3, |reader| {
        Ok(RecordOfficer {
            officer: OfficerId::new(reader.bytes_exact()?),
            name: reader.text()?.to_owned(),
            certificates: reader.list(|reader| reader.text().map(str::to_owned))?,
        })
    })
}

fn read_evidence(reader: &mut Reader<'_>) -> Result<RecordEvidence, CodecError> {
    reader.tuple(2, |reader| Ok(RecordEvidence { digest: Digest::new(reader.bytes_exact()?), size: reader.uint()? }))
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests {
    use super::*;
    use crate::sign::{SoftwareKey, SoftwareVerifier};

    fn record() -> CaseRecord {
        CaseRecord {
            tenant: TenantId::new([1; 16]),
            case: CaseId::new([2; 32]),
            number: "（巫市监）案〔2026〕1号".to_owned(),
            kind: CaseKind::Inspection,
            agency: AgencyId::new([3; 16]),
            agency_name: "巫山县市场监督管理局".to_owned(),
            item: "SJ-J-001".to_owned(),
            officers: vec![RecordOfficer {
                officer: OfficerId::new([4; 16]),
                name: "李建国".to_owned(),
                certificates: vec!["22370001001".to_owned()],
            }],
            evidence: vec![RecordEvidence { digest: Digest::new([5; 32]), size: 1234 }],
            basis: Digest::new([6; 32]),
            heads: vec![ChangeId::new([7; 32])],
            fold: 1,
            state: Digest::new([8; 32]),
            closed_by: OfficerId::new([9; 16]),
            closed_at: Instant::from_ms(1_795_363_200_000),
        }
    }

    #[test]
    fn a_record_is_checked_with_the_published_key_and_no_other() {
        let (ours, theirs) = (SoftwareKey::from_secret(&[1; 32]).unwrap(), SoftwareKey::from_secret(&[2; 32]).unwrap());
        let signed = record().sign(&ours).unwrap();
        let opened = CaseRecord::open(&signed.bytes, &ours.public_key(), &SoftwareVerifier).unwrap();
        assert_eq!(opened, signed);
        assert_eq!(opened.record, record());
        let refused = CaseRecord::open(&signed.bytes, &theirs.public_key(), &SoftwareVerifier);
        assert_eq!(refused, Err(SignedError::Signature));
    }

    #[test]
    fn a_file_of_no_bytes_is_an_empty_one_only_if_its_digest_is_that_of_no_bytes() {
        use sha2::Digest as _;
        let (nothing, other) = (Digest::new(sha2::Sha256::digest([]).into()), Digest::new([5; 32]));
        let piece = |digest, size| RecordEvidence { digest, size };
        assert!(RecordEvidence::written_off(other).is_written_off());
        assert!(!piece(nothing, 0).is_written_off(), "an empty file is there");
        assert!(!piece(other, 1).is_written_off() && !piece(nothing, 1).is_written_off());
    }

    #[test]
    fn a_record_with_any_byte_changed_is_refused() {
        let key = SoftwareKey::from_secret(&[1; 32]).unwrap();
        let signed = record().sign(&key).unwrap();
        for place in 0..signed.bytes.len() {
            let mut changed = signed.bytes.clone();
            changed[place] ^= 1;
            assert!(CaseRecord::open(&changed, &key.public_key(), &SoftwareVerifier).is_err(), "byte {place}");
        }
    }
}
