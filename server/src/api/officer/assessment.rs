//! Yearly assessments of a person: entering one, and annulling a wrong entry.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::Reason;
use api_spec::qualification::NewAssessment;
use api_spec::text;

use super::entry::{act, making};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::assessment;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, text as line};
use crate::web::problem::{CREATED, OK, Problem};

/// Enters the yearly assessment (年度考核) of a person; one counts for a year. The agency's administrator does it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = NewAssessment,
    responses(
        (status = 201, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/assessments")]
pub async fn add_assessment(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<NewAssessment>,
) -> Result<HttpResponse, Problem> {
    let NewAssessment { year, result, organ, document_number, reason } = body.into_inner();
    let (act, key) = making(&path, &request, &reason)?;
    let new = assessment::NewAssessment {
        year,
        result,
        organ: line(&organ, assessment::LONGEST, "organ")?,
        document: line(&document_number, assessment::LONGEST, "document_number")?,
    };
    let found = assessment::add(&app, caller, act, new, key).await?;
    Ok(tagged(HttpResponse::build(CREATED), found, app.clock.now()))
}

/// Annuls an entry of an assessment that was wrong. It stays, and does not count.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer"),
        ("assessment" = text::Id, Path, description = "Id of the assessment")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Annulled", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/assessments/{assessment}/annulment")]
pub async fn annul_assessment(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (officer, assessment) = path.into_inner();
    let act = act(&officer, &request, &body.reason)?;
    let assessment = bytes(&assessment, "assessment").map_err(|_not_an_id| Refusal::NotFound)?;
    let found = assessment::annul(&app, caller, act, assessment).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
