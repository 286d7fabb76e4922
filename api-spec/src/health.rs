//! Liveness and readiness.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::code::{DegradedCode, HealthStatus};

/// The state of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "ok", "version": "0.1.0"}))]
pub struct Health {
    /// `ok`, or `degraded` if the server works and an operator should act.
    #[schema(value_type = HealthStatus)]
    pub status: String,
    /// Version of the program.
    pub version: String,
    /// Stable code of what is wrong, if it is degraded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DegradedCode>)]
    pub code: Option<String>,
    /// What is wrong and what to do, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
