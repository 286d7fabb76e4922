//! Commands on a case, and their results.

use serde::{Deserialize, Serialize};
use sync_core::decision::CaseStatus;
use utoipa::ToSchema;

use crate::code::VerdictCode;
use crate::text::{CaseId, Digest, OperationId};

/// An on-the-spot decision to be registered (备案). The registration is no approval.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"target": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4", "note": "已收到当场处罚决定书"}))]
pub struct Registration {
    /// The decision document: `<change>.<index>`.
    #[schema(value_type = OperationId)]
    pub target: String,
    /// A note, up to 500 characters.
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// A record to be returned for a supplement (退回补充).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"target": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.9", "reason": "未询问标价签的制作时间，请补充询问"}))]
pub struct Return {
    /// The record: `<change>.<index>`.
    #[schema(value_type = OperationId)]
    pub target: String,
    /// What is missing, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A decision about a quarantined change (认可、不予认可).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"verdict": "admit", "reason": "经核对现场录像，该变更系吊销前所作"}))]
pub struct ChangeVerdict {
    /// `admit`: the change has effect from now on. `dismiss`: it never has effect.
    #[schema(value_type = VerdictCode)]
    pub verdict: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// The receipt for the filing of an inspection without code (备案回执).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "已收到备案材料"}))]
pub struct FilingReceipt {
    /// A note, up to 500 characters.
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// Closing a case.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "处罚已执行完毕"}))]
pub struct Closing {
    /// A note, up to 500 characters.
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// The outcome of a command. The `ETag` of the answer is the new one of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandOutcome {
    /// Id of the case.
    #[schema(value_type = CaseId)]
    pub case: String,
    /// Id of the server's change that carries the decision.
    #[schema(value_type = CaseId)]
    pub change: String,
    /// Hash of the heads after that change.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Status of the case after that change.
    pub status: CaseStatus,
    /// Case number; empty until the case is closed.
    #[schema(example = "")]
    pub number: String,
}
