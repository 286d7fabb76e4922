//! Query of the feed. The bodies of synchronisation are CBOR; `sync_core::message` writes and reads them.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::text::Cursor;

/// Which page of the feed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PullQuery {
    /// The cursor of the last page, unchanged; absent for the beginning of the log. Base64url without padding.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
    /// Largest number of changes, 1 to 500; 200 if absent.
    #[param(minimum = 1, maximum = 500, default = 200)]
    pub limit: Option<i64>,
}
