//! What administrators do to a person. Every act says why.

use serde::{Deserialize, Serialize};
use sync_core::certificate::CertificateAct;
use sync_core::role::Role;
use utoipa::ToSchema;

use crate::text::{Day, Digest, Id};

/// A person to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "agency": "ffeeddccbbaa99887766554433221100", "name": "杨帆", "helper": false, "citizen_number": null,
    "certificate": null, "reason": "新录用"
}))]
pub struct NewOfficer {
    /// Id of the agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name, 1 to 50 characters.
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// Whether the person is an auxiliary, who helps and may not enforce.
    #[serde(default)]
    pub helper: bool,
    /// Citizen number (GB 11643) with its check character. It is shown to nobody.
    #[serde(default)]
    pub citizen_number: Option<String>,
    /// The certificate, if there is one.
    #[serde(default)]
    pub certificate: Option<WrittenCertificate>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What is written on a certificate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "number": "22370009001", "category": "市场监管", "region": "500237", "issued_on": "2026-03-01", "valid_until": "2031-02-28"
}))]
pub struct WrittenCertificate {
    /// Number (证号).
    #[schema(min_length = 1, max_length = 100)]
    pub number: String,
    /// Category of enforcement (执法类别).
    #[schema(min_length = 1, max_length = 100)]
    pub category: String,
    /// Area of enforcement (执法区域), a code of GB/T 2260; that of the county where absent.
    #[serde(default)]
    pub region: Option<String>,
    /// Day of issue.
    #[schema(value_type = Day)]
    pub issued_on: String,
    /// Last day of validity.
    #[schema(value_type = Day)]
    pub valid_until: String,
}

/// What is corrected of a person. An absent member stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "李建国", "helper": true, "reason": "转为辅助岗位"}))]
pub struct OfficerCorrection {
    /// Name, 1 to 50 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether the person is an auxiliary.
    #[serde(default)]
    pub helper: Option<bool>,
    /// Citizen number (GB 11643).
    #[serde(default)]
    pub citizen_number: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Why something is done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "调离执法岗位"}))]
pub struct Reason {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A transfer to another agency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"agency": "ffeeddccbbaa99887766554433221100", "colleague": null, "reason": "轮岗"}))]
pub struct OfficerTransfer {
    /// Id of the new agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Id of a colleague of the old agency who takes part in the open cases from then on. Where absent, the person goes on
    /// with them.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub colleague: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A deputy to be appointed for an absent head.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "officer": "00112233445566778899aabbccddeeff", "role": "unit_head", "from_ms": 1_795_370_400_000_i64,
    "until_ms": 1_795_968_000_000_i64, "reason": "外出培训一周"
}))]
pub struct NewDeputy {
    /// Id of the one who deputises, of the same agency.
    #[schema(value_type = Id)]
    pub officer: String,
    /// The role of the head: `unit_head`, `principal_head` or `other_head`.
    pub role: Role,
    /// From then on.
    pub from_ms: i64,
    /// The first instant after it, at most 366 days later.
    pub until_ms: i64,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A certificate to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "certificate": {"number": "22370009001", "category": "市场监管", "region": "500237", "issued_on": "2026-03-01",
                    "valid_until": "2031-02-28"},
    "reason": "新领证件"
}))]
pub struct CertificateEntry {
    /// What is written on it.
    pub certificate: WrittenCertificate,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What should have been entered of a certificate. Its number says which one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "certificate": {"number": "22370001004", "category": "市场监管", "region": "500237", "issued_on": "2022-03-01",
                    "valid_until": "2099-12-31"},
    "reason": "录入有误"
}))]
pub struct CertificateCorrection {
    /// What is written on it.
    pub certificate: WrittenCertificate,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A decision of the organ that issued the certificate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "number": "22370001005", "act": "renew", "from_ms": 1_795_370_400_000_i64, "until_ms": null, "valid_until": "2099-12-31",
    "reason": "有效期延续", "basis": "延续决定", "decided_by": "县司法局"
}))]
pub struct CertificateDecision {
    /// Number of the certificate.
    pub number: String,
    /// What was decided.
    pub act: CertificateAct,
    /// From when it is in force. Not before the day of issue, and at most a year ahead.
    pub from_ms: i64,
    /// Of a suspension that ends by itself: the first instant after it.
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Of a renewal: the new last day.
    #[serde(default)]
    #[schema(value_type = Option<Day>)]
    pub valid_until: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// The provision or document that is its basis.
    #[schema(min_length = 1, max_length = 500)]
    pub basis: String,
    /// The organ that decided.
    #[schema(min_length = 1, max_length = 100)]
    pub decided_by: String,
}

/// The card of a certificate was seen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "number": "22370001001", "grounds": "当面查验原件，证号、姓名、有效期一致", "grounds_sha256": null, "reason": "核验证件"
}))]
pub struct CardSeen {
    /// Number of the certificate.
    pub number: String,
    /// When and where it was seen and what was compared, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub grounds: String,
    /// SHA-256 of a copy that is kept elsewhere.
    #[serde(default)]
    #[schema(value_type = Option<Digest>)]
    pub grounds_sha256: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A confirmation of a certificate's data, by one of two persons.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "22370001001", "issued_by": "巫山县人民政府", "reason": "与原件一致"}))]
pub struct CertificateConfirming {
    /// Number of the certificate.
    pub number: String,
    /// The organ that issued it, 1 to 100 characters. Both persons name the same.
    #[schema(min_length = 1, max_length = 100)]
    pub issued_by: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// An account to be given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"login": "li-jianguo", "reason": "新入职"}))]
pub struct NewAccount {
    /// Login, 1 to 64 characters without spaces.
    #[schema(min_length = 1, max_length = 64)]
    pub login: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A one-time password, to be handed over in person. It permits nothing but choosing another.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"login": "li-jianguo", "password": "7KQ2M9XW4C", "expires_ms": 1_795_968_000_000_i64}))]
pub struct OneTimePassword {
    /// The login.
    pub login: String,
    /// Ten characters. Case, spaces and hyphens do not matter.
    pub password: String,
    /// End of its validity, a week after it was given.
    pub expires_ms: i64,
}

impl std::fmt::Debug for OneTimePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimePassword").field("login", &self.login).finish_non_exhaustive()
    }
}

/// A role to be given or taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "case_reviewer", "reason": "岗位调整"}))]
pub struct RoleChange {
    /// The role.
    pub role: Role,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
