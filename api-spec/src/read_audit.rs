//! The read audit: who read what, when and why.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::code::LookKind;
use crate::text::{CaseId, Cursor, Day, Id};

/// The audit record of a read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "at_ms": 1_795_370_400_000_i64,
    "officer": "a1a2a3a4a5a6a7a8a9aaabacadaeafb0", "officer_name": "周敏",
    "agency_name": "巫山县司法局", "case_agency_name": "巫山县市场监督管理局", "what": "case", "case": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe",
    "part": "", "purpose": "专项监督"
}))]
pub struct Look {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// Id of the officer who read.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name of the officer.
    pub officer_name: String,
    /// Name of the officer's present agency.
    pub agency_name: String,
    /// What was read: `case`, `history`, `evidence`, `record`, `list`, `export`, `lead`, `leads`, `audit`.
    #[schema(value_type = LookKind)]
    pub what: sync_core::read_audit::LookKind,
    /// Id of the case; absent if the read was not of a single case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CaseId>)]
    pub case: Option<String>,
    /// Name of the agency of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_agency_name: Option<String>,
    /// Field, digest or lead that was read, or the text of the search; empty if the whole was read.
    pub part: String,
    /// Purpose of the read; empty for people who handle the case.
    pub purpose: String,
}

/// Filters of the audit records, and which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LookQuery {
    /// Only reads by this officer.
    #[param(value_type = Option<Id>)]
    pub officer: Option<String>,
    /// Only reads of this case.
    #[param(value_type = Option<CaseId>)]
    pub case: Option<String>,
    /// First day, `YYYY-MM-DD` (Asia/Shanghai).
    #[param(value_type = Option<Day>)]
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`, included.
    #[param(value_type = Option<Day>)]
    pub to: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// One page of audit records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookPage {
    /// The newest first.
    pub items: Vec<Look>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
