//! The form of a refusal (RFC 9457).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::text::{ProblemType, RequestId};

/// Stable codes of refusals. The server's table has them, so the server completes this schema.
#[derive(Debug, Clone, Copy)]
pub enum RefusalCode {}

impl RefusalCode {
    /// The schema of these codes.
    pub fn of(codes: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let about = "Why a request was refused; `docs/refusals.md` says what the user and the operator do.";
        text.description(Some(about)).enum_values(Some(codes)).into()
    }
}

impl utoipa::PartialSchema for RefusalCode {
    fn schema() -> RefOr<Schema> {
        Self::of(["internal"])
    }
}

impl utoipa::ToSchema for RefusalCode {}

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
    #[schema(value_type = ProblemType)]
    pub kind: String,
    /// What happened: the sentence of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened to this request, with details.
    pub detail: String,
    /// Stable code; see `docs/refusals.md`.
    #[schema(value_type = RefusalCode)]
    pub code: String,
    /// The provision, if the law refuses the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Id of the request. Give it to the operator, who finds it in the log.
    #[schema(value_type = RequestId)]
    pub request_id: String,
}
