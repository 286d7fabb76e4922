//! Inspection tasks, copied from the municipal platform.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Id;

/// An approved inspection. The municipal platform creates it; this product only reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "CQZF-2026-500237-000131", "agency": "ffeeddccbbaa99887766554433221100", "item": "SJ-J-001",
    "party_name": "巫山县神女味道餐饮有限公司", "party_uscc": "91500237MA5U000000", "address": "高唐街道广东中路 1 号",
    "code": "ZFM500237…", "notice": "行政检查通知书…", "approved_by": "王秀兰", "approved_ms": 1_795_276_800_000_i64,
    "officers": ["00112233445566778899aabbccddeeff"]
}))]
pub struct Task {
    /// Id of the task on the municipal platform.
    pub id: String,
    /// Id of the agency that inspects.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Code of the inspection item.
    pub item: String,
    /// Name of the inspected party.
    pub party_name: String,
    /// Unified social credit code of the party.
    pub party_uscc: String,
    /// Address of the inspection.
    pub address: String,
    /// Enforcement code (执法码).
    pub code: String,
    /// Text of the inspection notice.
    pub notice: String,
    /// The head who approved the plan.
    pub approved_by: String,
    /// When the plan was approved.
    pub approved_ms: i64,
    /// Ids of the officers named in the plan.
    #[schema(value_type = Vec<Id>)]
    pub officers: Vec<String>,
}

/// The caller's tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskList {
    /// In the order of their ids.
    pub items: Vec<Task>,
}
