//! The history of a field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::WriteAct;
use crate::text::{OperationId, RecordedValue};

use super::{Author, Label};

/// One write to a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldWrite {
    /// Id of the operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// `put`, or `resolve` if it settled a conflict.
    #[schema(value_type = WriteAct)]
    pub act: String,
    /// The value.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Reason, if it settled a conflict.
    #[schema(example = "门牌为准")]
    pub reason: Option<String>,
    /// Who wrote it, when and where.
    pub by: Author,
    /// Ids of the operations whose values the author saw and replaced.
    #[schema(value_type = Vec<OperationId>)]
    pub replaces: Vec<String>,
    /// Whether it is in force.
    pub live: bool,
    /// Whether its change is excluded or breaks a rule of form.
    pub without_effect: bool,
    /// When the server stored it.
    pub received_ms: i64,
}

/// Every write to a field. A write comes after the writes that it builds on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldHistory {
    /// The entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Name.
    #[schema(example = "title")]
    pub name: String,
    /// Text for people.
    pub label: Label,
    /// Whether the values in force differ.
    pub conflict: bool,
    /// Whether part of the values is hidden from this caller.
    pub masked: bool,
    /// The writes.
    pub writes: Vec<FieldWrite>,
    /// Number of writes that were left out because the size of this answer is bounded.
    #[schema(example = 0)]
    pub left_out: u32,
}
