//! Officers and their certificates.

use serde::{Deserialize, Serialize};
use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::role::Role;
use sync_core::verification::SourceKind;
use utoipa::{IntoParams, ToSchema};

use crate::text::{Cursor, Day, Digest, Id};

pub mod act;

/// A person who works for an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "name": "李建国", "agency": "ffeeddccbbaa99887766554433221100",
    "helper": false, "active": true, "made_up": false
}))]
pub struct Officer {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Name.
    pub name: String,
    /// Id of the agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Whether the person is an auxiliary, who helps and may not enforce.
    pub helper: bool,
    /// Whether the person still works there.
    pub active: bool,
    /// Whether the person is invented, for a trial: not for real cases.
    pub made_up: bool,
}

/// One page of officers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficerPage {
    /// In the order of their ids.
    pub items: Vec<Officer>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// An officer with certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficerDetail {
    /// The person.
    pub officer: Officer,
    /// Roles, sorted.
    pub roles: Vec<Role>,
    /// Certificates, in the order of their numbers.
    pub certificates: Vec<Certificate>,
    /// What is known about the data of each certificate, in the same order.
    #[serde(default)]
    pub verifications: Vec<CertificateVerification>,
    /// The account; null where there is none, or for a caller who administers no accounts and is another person.
    #[serde(default)]
    pub account: Option<Account>,
    /// Where the person is absent or deputises, the last to end first; at most 20.
    #[serde(default)]
    pub deputies: Vec<Deputy>,
}

/// Certificates that need attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndingCertificateList {
    /// The most urgent first.
    pub items: Vec<EndingCertificate>,
}

/// A certificate that has expired or ends within 90 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "officer": "00112233445566778899aabbccddeeff", "name": "周志强", "agency": "ffeeddccbbaa99887766554433221100",
    "agency_name": "高唐市场监督管理所", "number": "22370001003", "valid_until": "2026-11-23", "days_left": -8
}))]
pub struct EndingCertificate {
    /// Id of the holder.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name of the holder.
    pub name: String,
    /// Id of the holder's agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name of the agency.
    pub agency_name: String,
    /// Number of the certificate.
    pub number: String,
    /// Last day of validity.
    #[schema(value_type = Day)]
    pub valid_until: String,
    /// Whole days left; 0 on the last day, negative after it.
    pub days_left: i64,
}

/// Where the data of a certificate came from, and who confirmed them. Only a certificate that is verified and valid gets a
/// credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "number": "22370001001", "issued_by": null,
    "sources": [{"kind": "card_seen", "at_ms": 1_795_370_400_000_i64, "by": "00112233445566778899aabbccddeeff", "by_name": "王秀兰",
                 "grounds": "当面查验原件", "sha256": null, "present": true}],
    "confirmations": [
        {"at_ms": 1_795_370_400_000_i64, "by": "00112233445566778899aabbccddeeff", "by_name": "王秀兰", "issued_by": "巫山县人民政府",
         "reason": "与原件一致", "present": true}
    ]
}))]
pub struct CertificateVerification {
    /// Number of the certificate.
    pub number: String,
    /// The organ that issued it, as two persons confirmed; null where the data are not verified.
    pub issued_by: Option<String>,
    /// Where the data came from, the oldest first.
    pub sources: Vec<CertificateSource>,
    /// Who confirmed them, the oldest first.
    pub confirmations: Vec<CertificateConfirmation>,
}

/// Where the data of a certificate came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "kind": "card_seen", "at_ms": 1_795_370_400_000_i64, "by": "00112233445566778899aabbccddeeff", "by_name": "王秀兰",
    "grounds": "当面查验原件", "sha256": null, "present": true
}))]
pub struct CertificateSource {
    /// A roster, the provincial register, or the card.
    pub kind: SourceKind,
    /// When it was stated.
    pub at_ms: i64,
    /// Id of who stated it; null for the operator on the machine.
    #[schema(value_type = Option<Id>)]
    pub by: Option<String>,
    /// Name of who stated it.
    pub by_name: Option<String>,
    /// What proves it.
    pub grounds: String,
    /// SHA-256 of the file that proves it.
    #[schema(value_type = Option<Digest>)]
    pub sha256: Option<String>,
    /// Whether it is about the data as they are now; false after a correction.
    pub present: bool,
}

/// One person's confirmation of a certificate's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "at_ms": 1_795_370_400_000_i64, "by": "00112233445566778899aabbccddeeff", "by_name": "王秀兰", "issued_by": "巫山县人民政府",
    "reason": "与原件一致", "present": true
}))]
pub struct CertificateConfirmation {
    /// When.
    pub at_ms: i64,
    /// Id of who confirmed it.
    #[schema(value_type = Id)]
    pub by: String,
    /// Name of who confirmed it.
    pub by_name: String,
    /// The organ that issued the certificate.
    pub issued_by: String,
    /// Why.
    pub reason: String,
    /// Whether it is about the data as they are now; false after a correction.
    pub present: bool,
}

/// The account of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"login": "li-jianguo", "one_time_until_ms": 1_795_968_000_000_i64, "closed_ms": null}))]
pub struct Account {
    /// The login.
    pub login: String,
    /// End of the one-time password; null where the owner has chosen a password.
    pub one_time_until_ms: Option<i64>,
    /// Since when the account is closed; null where it is open.
    pub closed_ms: Option<i64>,
}

/// Somebody who has the role of an absent head (代理).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "head": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "head_name": "王秀兰",
    "officer": "b1b2b3b4b5b6b7b8b9babbbcbdbebfc0", "name": "陈晓梅", "role": "unit_head",
    "from_ms": 1_795_370_400_000_i64, "until_ms": 1_795_968_000_000_i64, "ended_ms": null
}))]
pub struct Deputy {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Id of the absent head.
    #[schema(value_type = Id)]
    pub head: String,
    /// Name of the absent head.
    pub head_name: String,
    /// Id of the one who deputises.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name of the one who deputises.
    pub name: String,
    /// The role of the head.
    pub role: Role,
    /// From then on.
    pub from_ms: i64,
    /// The first instant after it.
    pub until_ms: i64,
    /// When it ended before its time; null where it did not.
    pub ended_ms: Option<i64>,
}

/// An enforcement certificate (行政执法证). It is copied from the register; this product does not issue it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "number": "22370001001", "category": "市场监管", "region": "500237", "issued_on": "2024-01-15",
    "valid_until": "2029-01-14", "status": "valid",
    "intervals": [{"status": "valid", "from_ms": 1_705_248_000_000_i64, "until_ms": null, "reason": "发证", "basis": "", "decided_by": ""}]
}))]
pub struct Certificate {
    /// Number (证号), an opaque text.
    pub number: String,
    /// Category of enforcement (执法类别).
    pub category: String,
    /// Area of enforcement (执法区域).
    pub region: String,
    /// Day of issue, `YYYY-MM-DD`.
    #[schema(value_type = Day)]
    pub issued_on: String,
    /// Last day of validity, `YYYY-MM-DD`.
    #[schema(value_type = Day)]
    pub valid_until: String,
    /// Status now: 有效, 暂扣, 注销, 吊销, 挂失 or 过期; `none` before it is in force.
    pub status: CertificateState,
    /// Its history, the oldest first.
    pub intervals: Vec<CertificateInterval>,
}

/// A span in which a certificate had one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateInterval {
    /// Status: 有效, 暂扣, 注销, 吊销, 挂失 or 过期.
    pub status: CertificateStatus,
    /// Beginning of the interval.
    pub from_ms: i64,
    /// End of the interval, which is not part of it; null if it has no end.
    pub until_ms: Option<i64>,
    /// Why.
    #[schema(example = "发证")]
    pub reason: String,
    /// The provision or document that is its basis.
    #[schema(example = "")]
    pub basis: String,
    /// The organ that decided; empty where it is not known.
    #[schema(example = "")]
    #[serde(default)]
    pub decided_by: String,
}
