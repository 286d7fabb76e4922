//! Whether the server lives and works.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The process answers, or the database does too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"status": "ok", "version": "0.1.0"}))]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Version of the program.
    pub version: String,
}
