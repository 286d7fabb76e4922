//! Liveness and readiness.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::{DegradedCode, HealthStatus};

/// The process answers, or the database does too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "ok", "version": "0.1.0"}))]
pub struct Health {
    /// `ok`, or `degraded` where the server works and somebody should look.
    #[schema(value_type = HealthStatus)]
    pub status: String,
    /// Version of the program.
    pub version: String,
    /// What is wrong where it is degraded: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DegradedCode>)]
    pub code: Option<String>,
    /// The same in words, with what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
