//! The history of a field.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::WriteAct;
use crate::text::{OperationId, RecordedValue};

use super::{Author, Label};

/// One write to a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldWrite {
    /// The operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// `put`, or `resolve` where it settled a conflict.
    #[schema(value_type = WriteAct)]
    pub act: String,
    /// The value.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Why, where it settled a conflict.
    #[schema(example = "门牌为准")]
    pub reason: Option<String>,
    /// Who wrote it, when and where.
    pub by: Author,
    /// The operations whose values the author saw and replaced.
    #[schema(value_type = Vec<OperationId>)]
    pub replaces: Vec<String>,
    /// Whether it stands.
    pub live: bool,
    /// Whether a verdict excludes its change, or the change breaks a rule of form.
    pub without_effect: bool,
    /// When the server stored it.
    pub received_ms: i64,
}

/// Every write to a field, causes before effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldHistory {
    /// The entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Name.
    #[schema(example = "title")]
    pub name: String,
    /// What people read.
    pub label: Label,
    /// Whether values that stand differ.
    pub conflict: bool,
    /// Part of the values is hidden from this caller.
    pub masked: bool,
    /// The writes.
    pub writes: Vec<FieldWrite>,
    /// Writes that had no room in this answer, which is bounded.
    #[schema(example = 0)]
    pub left_out: u32,
}
