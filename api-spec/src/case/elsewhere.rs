//! Numbers and fines that documents of a case share with other cases.

use serde::{Deserialize, Serialize};
use sync_core::facts::index::Indexed;
use utoipa::ToSchema;

use crate::text::{CaseId, OperationId};

/// A link to another case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseLink {
    /// Id.
    #[schema(value_type = CaseId)]
    pub id: String,
    /// Title.
    #[schema(example = "餐饮明码标价检查")]
    pub title: String,
    /// Case number; empty until it is closed.
    #[schema(example = "")]
    pub number: String,
}

/// The same number on documents of several cases, or fines for the same act in several cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "what": "number", "number": "（巫市监）当罚〔2026〕12号", "documents": ["a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.1"],
    "cases": [{"id": "5c1f0e8d7b6a594837261504f3e2d1c0bfae9d8c7b6a594837261504f3e2d1c0", "title": "餐饮明码标价检查", "number": ""}], "out_of_reach": 0
}))]
pub struct SharedEntry {
    /// What they share. `fine`: the same party, item and day. `fine_by_name` and `fine_without_code`: the parties have the
    /// same name, and nothing else shows that they are the same.
    pub what: Indexed,
    /// The number, if they share one.
    pub number: Option<String>,
    /// Ids of the documents of this case.
    #[schema(value_type = Vec<OperationId>)]
    pub documents: Vec<String>,
    /// The other cases in reach.
    pub cases: Vec<CaseLink>,
    /// Number of other cases out of reach.
    pub out_of_reach: u32,
}
