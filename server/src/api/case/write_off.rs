//! Writing off a file that will never arrive.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::case::{CommandOutcome, WritingOff};
use api_spec::text;

use super::{CommandRefused, run};
use crate::flow::command::CommandKind;
use crate::flow::reason;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::prose;
use crate::web::problem::Problem;

/// Writes off an evidence file that will never arrive, with a reason (登记证据灭失). A signed change must name the file.
/// Closing the case no longer waits for it. The write-off stays in the case and in its record. If the bytes arrive later,
/// they are stored and shown. The head of the handling unit or of the organ does it, if that person is not an officer of
/// the case.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("digest" = text::Digest, Path, description = "SHA-256 of the bytes, hex"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = WritingOff,
    responses(
        (status = 200, description = "Written off", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`evidence_arrived`, `already_written_off`, `case_closed`",
            body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_target`, `idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/evidence/{digest}/write-off")]
pub async fn write_off_evidence(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<WritingOff>,
) -> Result<HttpResponse, Problem> {
    let (case, digest) = path.into_inner();
    let digest = digest.parse().map_err(|_not_a_digest| Refusal::NoSuchTarget)?;
    let reason = prose(&body.into_inner().reason, reason::LONGEST, "reason")?;
    run(app, caller, &case, &request, CommandKind::WriteOff { digest, reason }).await
}
