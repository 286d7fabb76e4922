//! Deputies for the absence of a head.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::{NewDeputy, Reason};
use api_spec::text;
use sync_core::time::Instant;

use super::entry::{act, making};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::deputy;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id};
use crate::web::problem::{CREATED, OK, Problem};

/// Appoints a deputy (代理) of the same agency for a head, from an instant to an instant. The role ends by itself.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = NewDeputy,
    responses(
        (status = 201, description = "Appointed", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/deputies")]
pub async fn appoint_deputy(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<NewDeputy>,
) -> Result<HttpResponse, Problem> {
    let NewDeputy { officer, role, from_ms, until_ms, reason } = body.into_inner();
    let (act, key) = making(&path, &request, &reason)?;
    let (from, until) = (Instant::from_ms(from_ms), Instant::from_ms(until_ms));
    let new = deputy::NewDeputy { officer: id(&officer, "officer")?, role, from, until };
    let found = deputy::appoint(&app, caller, act, new, key).await?;
    Ok(tagged(HttpResponse::build(CREATED), found, app.clock.now()))
}

/// Ends a deputising before its time.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer"),
        ("deputy" = text::Id, Path, description = "Id of the deputy")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Ended", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/deputies/{deputy}/end")]
pub async fn end_deputy(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (officer, deputy) = path.into_inner();
    let act = act(&officer, &request, &body.reason)?;
    let deputy = bytes(&deputy, "deputy").map_err(|_not_an_id| Refusal::NotFound)?;
    let found = deputy::end(&app, caller, act, deputy).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
