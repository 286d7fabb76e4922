//! Supervision leads (监督事项): raised by the supervisor, answered by the agency, closed by the supervisor.

use serde::{Deserialize, Serialize};
use sync_core::lead::{LeadKind, LeadStatus};
use utoipa::{IntoParams, ToSchema};

use crate::text::{CaseId, Cursor, Id};

/// A lead to be raised.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"case": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe", "kind": "procedure", "text": "询问笔录未逐页签名"}))]
pub struct NewLead {
    /// The case.
    #[schema(value_type = CaseId)]
    pub case: String,
    /// What kind of problem.
    #[schema(value_type = LeadKind)]
    pub kind: String,
    /// What was found, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// Words on a lead.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "已补正，见补充笔录"}))]
pub struct LeadText {
    /// 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// The words.
    #[schema(example = "询问笔录未逐页签名")]
    pub text: String,
    /// Id of the officer.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name.
    #[schema(example = "孙立新")]
    pub name: String,
    /// When.
    pub at_ms: i64,
}

/// A supervision lead. Its `ETag` is what the next step names in `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "case": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe", "case_title": "餐饮明码标价检查", "case_number": "",
    "agency": "ffeeddccbbaa99887766554433221100", "kind": "procedure", "status": "raised", "version": 1,
    "raised": {"text": "询问笔录未逐页签名", "officer": "00112233445566778899aabbccddeeff", "name": "周敏", "at_ms": 1_795_370_400_000_i64},
    "answer": null, "conclusion": null
}))]
pub struct Lead {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// About which case.
    #[schema(value_type = CaseId)]
    pub case: String,
    /// Title of the case; null where the caller may not read it.
    pub case_title: Option<String>,
    /// Number of the case, empty until it is closed; null where the caller may not read it.
    pub case_number: Option<String>,
    /// The agency concerned.
    #[schema(value_type = Id)]
    pub agency: String,
    /// What kind of problem.
    pub kind: LeadKind,
    /// Which step it is at.
    pub status: LeadStatus,
    /// Grows with every step.
    pub version: i64,
    /// What the supervisor found.
    pub raised: Said,
    /// What the agency answered.
    pub answer: Option<Said>,
    /// How the supervisor concluded.
    pub conclusion: Option<Said>,
}

/// Which leads.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadQuery {
    /// Which step they are at.
    #[param(value_type = Option<LeadStatus>)]
    pub status: Option<String>,
    /// Id of a case.
    #[param(value_type = Option<CaseId>)]
    pub case: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// What the page before gave as `next_cursor`.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// One page of leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadPage {
    /// The newest first.
    pub items: Vec<Lead>,
    /// For the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
