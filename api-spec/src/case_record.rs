//! The signed record of a closed case.

use serde::{Deserialize, Serialize};
use sync_core::op::CaseKind;
use utoipa::ToSchema;

use crate::text::{Base64Bytes, CaseId, Digest, Id, PublicKey};

/// An officer of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordOfficer {
    /// Id.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name at closing.
    #[schema(example = "李建国")]
    pub name: String,
    /// Certificate numbers.
    #[schema(example = json!(["22370001001"]))]
    pub certificates: Vec<String>,
}

/// A piece of evidence of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordEvidence {
    /// SHA-256 of its bytes.
    #[schema(value_type = Digest)]
    pub digest: String,
    /// Size in bytes.
    #[schema(example = 48213)]
    pub size: u64,
    /// Whether the bytes had not arrived and a head wrote the file off.
    pub written_off: bool,
}

/// The record of a closed case. `signed` is authoritative; the other fields repeat its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseRecord {
    /// COSE_Sign1 (ES256) over deterministic CBOR, base64; checked with the published server key
    /// (`docs/encoding.md`, case record).
    #[schema(value_type = Base64Bytes)]
    pub signed: String,
    /// Hash of the signed content.
    #[schema(value_type = Digest)]
    pub hash: String,
    /// The server's public key that verifies it, hex. Compare it with the published one.
    #[schema(value_type = PublicKey)]
    pub key: String,
    /// Id of the installation.
    #[schema(value_type = Id)]
    pub tenant: String,
    /// Id of the case.
    #[schema(value_type = CaseId)]
    pub case: String,
    /// Case number.
    #[schema(example = "（巫市监）案〔2026〕1号")]
    pub number: String,
    /// Kind of the case.
    pub kind: CaseKind,
    /// Id of the agency in whose name the case was handled.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name of that agency at closing.
    #[schema(example = "巫山县市场监督管理局")]
    pub agency_name: String,
    /// Code of the enforcement item.
    #[schema(example = "SJ-J-001")]
    pub item: String,
    /// Officers.
    pub officers: Vec<RecordOfficer>,
    /// Evidence.
    pub evidence: Vec<RecordEvidence>,
    /// Hash of the heads on which the case was closed.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Ids of the heads, the closing change included.
    #[schema(value_type = Vec<CaseId>)]
    pub heads: Vec<String>,
    /// Version of the fold.
    #[schema(example = 1)]
    pub fold: u32,
    /// Hash of the state folded up to `heads`.
    #[schema(value_type = Digest)]
    pub state: String,
    /// Who closed it.
    #[schema(value_type = Id)]
    pub closed_by: String,
    /// When.
    pub closed_at_ms: i64,
}
