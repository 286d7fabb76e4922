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
    /// Kind of the problem.
    #[schema(value_type = LeadKind)]
    pub kind: String,
    /// What was found, 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// An answer to a lead, or its conclusion.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "已补正，见补充笔录"}))]
pub struct LeadText {
    /// 1 to 2000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// A text with its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// The text.
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

/// A supervision lead. The next step sends its `ETag` in `If-Match`.
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
    /// Id of the case that it is about.
    #[schema(value_type = CaseId)]
    pub case: String,
    /// Title of the case; null if the caller may not read the case.
    pub case_title: Option<String>,
    /// Number of the case, empty until it is closed; null if the caller may not read the case.
    pub case_number: Option<String>,
    /// Id of the agency concerned.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Kind of the problem.
    pub kind: LeadKind,
    /// Its step.
    pub status: LeadStatus,
    /// Grows by one with every step.
    pub version: i64,
    /// The supervisor's finding.
    pub raised: Said,
    /// The agency's answer.
    pub answer: Option<Said>,
    /// The supervisor's conclusion.
    pub conclusion: Option<Said>,
}

/// Which leads.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadQuery {
    /// Step of the leads.
    #[param(value_type = Option<LeadStatus>)]
    pub status: Option<String>,
    /// Id of a case.
    #[param(value_type = Option<CaseId>)]
    pub case: Option<String>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// One page of leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadPage {
    /// The newest first.
    pub items: Vec<Lead>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
