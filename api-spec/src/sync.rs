//! Query of the feed. The bodies of synchronisation are CBOR; `sync_core::message` makes and reads them.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::text::Cursor;

/// Which page of the feed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PullQuery {
    /// Where the last page ended, as it was given; none for the beginning. Base64url without padding.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
    /// Most changes wanted, 1 to 500; 200 where absent.
    #[param(minimum = 1, maximum = 500, default = 200)]
    pub limit: Option<i64>,
}
