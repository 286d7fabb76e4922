//! Entering, correcting, transferring, deactivating and bringing back a person.

use actix_web::http::header::LOCATION;
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::{NewOfficer, OfficerCorrection, OfficerTransfer, Reason, WrittenCertificate};
use api_spec::text;
use sync_core::time::Date;

use super::problems::{ActProblems, MakingProblems};
use super::{officer_id, tagged};
use crate::flow::officer::certificate::Written;
use crate::flow::officer::entry::{self, Correction};
use crate::flow::officer::transfer::{self, OpenCases};
use crate::flow::officer::{Act, presence};
use crate::flow::reason;
use crate::flow::refusal::{Refusal, Refused};
use crate::flow::seen::Seen;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{id, idempotency_key, text as line, wrong};
use crate::web::preconditions::if_match;
use crate::web::problem::{CREATED, OK, Problem};

/// An act on the officer of the path, as the caller saw them.
pub(super) fn act(path: &str, request: &HttpRequest, why: &str) -> Result<Act, Refused> {
    let (officer, seen) = (officer_id(path)?, if_match::<i64>(request)?);
    Ok(Act { officer, seen, reason: line(why, reason::LONGEST, "reason")? })
}

/// An act that makes something, with its key.
pub(super) fn making(path: &str, request: &HttpRequest, why: &str) -> Result<(Act, Option<String>), Refused> {
    let key = idempotency_key(request)?.ok_or(Refusal::IdempotencyKeyRequired)?;
    let (officer, reason) = (officer_id(path)?, line(why, reason::LONGEST, "reason")?);
    Ok((Act { officer, seen: Seen::Any, reason }, Some(key)))
}

pub(super) fn day(text: &str, field: &str) -> Result<Date, Refused> {
    text.parse().map_err(|_not_a_date| wrong(field))
}

pub(super) fn written(said: WrittenCertificate) -> Result<Written, Refused> {
    let WrittenCertificate { number, category, region, issued_on, valid_until } = said;
    let (issued, until) = (day(&issued_on, "issued_on")?, day(&valid_until, "valid_until")?);
    Ok(Written { number, category, region, issued, until })
}

/// Enters a person, of an agency in the own subtree, with a certificate where there is one. The agency's administrator does
/// it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")),
    request_body = NewOfficer,
    responses(
        (status = 201, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag), ("Location" = text::Location))),
        MakingProblems
    )
)]
#[post("/officers")]
pub async fn enter_officer(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<NewOfficer>,
) -> Result<HttpResponse, Problem> {
    let NewOfficer { agency, name, helper, citizen_number, certificate, reason } = body.into_inner();
    let new = entry::NewOfficer {
        agency: id(&agency, "agency")?,
        name,
        helper,
        citizen_number,
        certificate: certificate.map(written).transpose()?,
        reason: line(&reason, reason::LONGEST, "reason")?,
        key: Some(idempotency_key(&request)?.ok_or(Refusal::IdempotencyKeyRequired)?),
    };
    let found = entry::enter(&app, caller, new).await?;
    let mut response = HttpResponse::build(CREATED);
    response.insert_header((LOCATION, format!("/v1/officers/{}", found.officer.id)));
    Ok(tagged(response, found, app.clock.now()))
}

/// Corrects name, kind or citizen number of a person.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = OfficerCorrection,
    responses(
        (status = 200, description = "Corrected", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/correction")]
pub async fn correct_officer(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<OfficerCorrection>,
) -> Result<HttpResponse, Problem> {
    let OfficerCorrection { name, helper, citizen_number, reason } = body.into_inner();
    let act = act(&path, &request, &reason)?;
    let found = entry::correct(&app, caller, act, Correction { name, helper, citizen_number }).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Transfers a person to another agency of the own subtree. The functions in the old agency end; open cases go on with the
/// person, or a colleague takes part in them.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = OfficerTransfer,
    responses(
        (status = 200, description = "Transferred", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/transfer")]
pub async fn transfer_officer(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<OfficerTransfer>,
) -> Result<HttpResponse, Problem> {
    let OfficerTransfer { agency, colleague, reason } = body.into_inner();
    let (act, to) = (act(&path, &request, &reason)?, id(&agency, "agency")?);
    let cases = match colleague {
        None => OpenCases::GoOn,
        Some(colleague) => OpenCases::HandOver(id(&colleague, "colleague")?),
    };
    let found = transfer::transfer(&app, caller, act, to, cases).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Deactivates a person: sessions end, and the phones are revoked and only hand in what they hold. Nothing is deleted.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Deactivated", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/deactivation")]
pub async fn deactivate_officer(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let act = act(&path, &request, &body.reason)?;
    let found = presence::deactivate(&app, caller, act).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Brings a person back, with the account and the roles of before. A phone is enrolled again.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Brought back", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/reactivation")]
pub async fn reactivate_officer(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let act = act(&path, &request, &body.reason)?;
    let found = presence::reactivate(&app, caller, act).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
