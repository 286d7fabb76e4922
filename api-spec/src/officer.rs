//! Officers and their certificates.

use serde::{Deserialize, Serialize};
use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::role::Role;
use utoipa::{IntoParams, ToSchema};

use crate::text::{Cursor, Day, Id};

/// A person who works for an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "name": "李建国", "agency": "ffeeddccbbaa99887766554433221100",
    "helper": false, "active": true
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
    /// An auxiliary person: helps, never enforces.
    pub helper: bool,
    /// Whether the person still works there.
    pub active: bool,
}

/// One page of officers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficerPage {
    /// By id.
    pub items: Vec<Officer>,
    /// For the next page; absent on the last.
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
    /// What the page before gave as `next_cursor`.
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
    /// Certificates by number.
    pub certificates: Vec<Certificate>,
}

/// An enforcement certificate (行政执法证), mirrored: this product never issues it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "number": "22370001001", "category": "市场监管", "region": "500237", "issued_on": "2024-01-15",
    "valid_until": "2029-01-14", "status": "valid",
    "intervals": [{"status": "valid", "from_ms": 1_705_248_000_000_i64, "until_ms": null, "reason": "发证", "basis": ""}]
}))]
pub struct Certificate {
    /// 证号, opaque.
    pub number: String,
    /// 执法类别.
    pub category: String,
    /// 执法区域.
    pub region: String,
    /// `YYYY-MM-DD`.
    #[schema(value_type = Day)]
    pub issued_on: String,
    /// `YYYY-MM-DD`, included.
    #[schema(value_type = Day)]
    pub valid_until: String,
    /// Now: 有效, 暂扣, 注销, 吊销, 挂失, 过期; `none` before it is in force.
    pub status: CertificateState,
    /// The history, in order of time.
    pub intervals: Vec<CertificateInterval>,
}

/// A span in which a certificate had one status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateInterval {
    /// 有效, 暂扣, 注销, 吊销, 挂失, 过期.
    pub status: CertificateStatus,
    /// From then on.
    pub from_ms: i64,
    /// Until then, not included.
    pub until_ms: Option<i64>,
    /// Why.
    #[schema(example = "发证")]
    pub reason: String,
    /// The provision or document it rests on.
    #[schema(example = "")]
    pub basis: String,
}
