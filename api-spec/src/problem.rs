//! How a refusal looks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 9457 problem, `application/problem+json`. `Accept-Language: en` gives English, anything else Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:palm:problem:certificate_expired", "title": "行政执法证已过有效期，不得从事行政执法活动。",
    "status": 403, "detail": "行政执法证已过有效期，不得从事行政执法活动。", "code": "certificate_expired",
    "article": "行政处罚法 第四十二条、第七十六条", "retryable": false,
    "request_id": "4f9c2b1e-8d4e-4a37-9d0e-2a5b6c7d8e9f"
}))]
pub struct Problem {
    /// `urn:palm:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, the same for every problem of this code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened to this request.
    pub detail: String,
    /// Stable code; see `docs/refusals.md`.
    pub code: String,
    /// The provision that refuses, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Quote it to the operator: the log knows it.
    pub request_id: String,
}
