//! Agencies by hand.

use actix_web::http::header::{ETAG, LOCATION};
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post};
use api_spec::agency::{Agency, AgencyChange, AgencyDetail, AgencyMove, AgencyReason, NewAgency};
use api_spec::text;
use sync_core::agency::AgencyKind;
use sync_core::id::AgencyId;
use sync_core::law::facts::Sector;
use sync_core::organ::Standing;

use crate::api::wire;
use crate::flow::agency::{self, Act, AgencyData, Detail, LONGEST_NAME, LONGEST_SHORT_NAME};
use crate::flow::reason::LONGEST as LONGEST_REASON;
use crate::flow::refusal::{Refusal, Refused};
use crate::store::AgencyRow;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{id, idempotency_key, text as one_line, wrong};
use crate::web::preconditions::if_match;
use crate::web::problem::{CREATED, OK, Problem};

fn agency_id(text: &str) -> Result<AgencyId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

fn reason_of(text: &str) -> Result<String, Refused> {
    one_line(text, LONGEST_REASON, "reason")
}

fn data(
    (name, short_name): (&str, &str),
    (kind, sector): (&str, &str),
    (acts_for, reconsideration): (Option<&str>, Option<&str>),
) -> Result<AgencyData, Refused> {
    Ok(AgencyData {
        name: one_line(name, LONGEST_NAME, "name")?,
        short_name: one_line(short_name, LONGEST_SHORT_NAME, "short_name")?,
        kind: AgencyKind::parse(kind).map_err(|_unknown| wrong("kind"))?,
        sector: Sector::parse(sector).map_err(|_unknown| wrong("sector"))?,
        acts_for: acts_for.map(|text| id(text, "acts_for")).transpose()?,
        reconsideration: reconsideration.map(|text| id(text, "reconsideration")).transpose()?,
    })
}

fn tagged(mut response: HttpResponseBuilder, row: AgencyRow) -> HttpResponse {
    let tag = format!("\"{}\"", agency::tag(&row));
    response.insert_header((ETAG, tag)).json(wire::agency(row))
}

/// Reads an agency in reach: its data, and how many people, open cases, agencies and mandates belong to it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the agency")),
    responses(
        (status = 200, description = "The agency", body = AgencyDetail, headers(("ETag" = text::EntityTag))),
        (status = 404, description = "`not_found`: no such agency in reach", body = api_spec::problem::Problem)
    )
)]
#[get("/agencies/{id}")]
pub async fn read_agency(app: State, caller: Caller, path: Path<String>) -> Result<HttpResponse, Problem> {
    let Detail { agency, tag, standing, .. } = agency::detail(&app, caller, agency_id(&path)?).await?;
    let Standing { people, cases: open_cases, agencies, mandates } = standing;
    let shown = AgencyDetail { agency: wire::agency(agency), people, open_cases, agencies, mandates };
    Ok(HttpResponse::build(OK).insert_header((ETAG, format!("\"{tag}\""))).json(shown))
}

/// Enters an agency below another. An administrator of an agency does it in the own subtree, the system administrator in the
/// whole tree.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key gets the agency that the first one entered")),
    request_body = NewAgency,
    responses(
        (status = 201, description = "Entered", body = Agency, headers(("ETag" = text::EntityTag), ("Location" = text::Location))),
        (status = 400, description = "`malformed`, `idempotency_key_required`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 409, description = "`agency_closed`: the one above it", body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_agency`, `agency_misfit`, `idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies")]
pub async fn add_agency(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<NewAgency>,
) -> Result<HttpResponse, Problem> {
    let NewAgency { parent, name, short_name, kind, sector, acts_for, reconsideration, reason } = body.into_inner();
    let data = data((&name, &short_name), (&kind, &sector), (acts_for.as_deref(), reconsideration.as_deref()))?;
    let key = idempotency_key(&request)?.ok_or(Refusal::IdempotencyKeyRequired)?;
    let row = agency::add(&app, caller, id(&parent, "parent")?, data, (reason_of(&reason)?, Some(key))).await?;
    let mut response = HttpResponse::build(CREATED);
    response.insert_header((LOCATION, format!("/v1/agencies/{}", row.id)));
    Ok(tagged(response, row))
}

/// Changes an agency: name, short name, kind, field, in whose name it acts, organ of reconsideration.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the agency"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the agency")
    ),
    request_body = AgencyChange,
    responses(
        (status = 200, description = "Changed", body = Agency, headers(("ETag" = text::EntityTag))),
        (status = 400, description = "`malformed`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_agency`, `agency_misfit`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies/{id}/change")]
pub async fn change_agency(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<AgencyChange>,
) -> Result<HttpResponse, Problem> {
    let AgencyChange { name, short_name, kind, sector, acts_for, reconsideration, reason } = body.into_inner();
    let data = data((&name, &short_name), (&kind, &sector), (acts_for.as_deref(), reconsideration.as_deref()))?;
    take(app, caller, &path, &request, (Act::Change(data), reason_of(&reason)?)).await
}

/// Moves an agency, with all agencies below it, below another agency. Its cases go along.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the agency"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the agency")
    ),
    request_body = AgencyMove,
    responses(
        (status = 200, description = "Moved", body = Agency, headers(("ETag" = text::EntityTag))),
        (status = 403, description = "`forbidden`: also for the top of the caller's own subtree", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_agency`, `agency_misfit`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies/{id}/move")]
pub async fn move_agency(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<AgencyMove>,
) -> Result<HttpResponse, Problem> {
    let (parent, reason) = (id(&body.parent, "parent")?, reason_of(&body.reason)?);
    take(app, caller, &path, &request, (Act::Move(parent), reason)).await
}

/// Closes an agency: it enforces no more, and stays with its cases. Refused while people, open cases, agencies or mandates
/// are left; the text says how many.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the agency"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the agency")
    ),
    request_body = AgencyReason,
    responses(
        (status = 200, description = "Closed", body = Agency, headers(("ETag" = text::EntityTag))),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 409, description = "`agency_in_use`, `agency_closed`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies/{id}/close")]
pub async fn close_agency(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<AgencyReason>,
) -> Result<HttpResponse, Problem> {
    take(app, caller, &path, &request, (Act::Close, reason_of(&body.reason)?)).await
}

/// Opens a closed agency again.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the agency"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the agency")
    ),
    request_body = AgencyReason,
    responses(
        (status = 200, description = "Open again", body = Agency, headers(("ETag" = text::EntityTag))),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`: also where it is not closed, or the one above it is", body = api_spec::problem::Problem),
        (status = 422, description = "`agency_misfit`: its names were taken meanwhile", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/agencies/{id}/reopen")]
pub async fn reopen_agency(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<AgencyReason>,
) -> Result<HttpResponse, Problem> {
    take(app, caller, &path, &request, (Act::Reopen, reason_of(&body.reason)?)).await
}

async fn take(
    app: State,
    caller: Caller,
    path: &str,
    request: &HttpRequest,
    act: (Act, String),
) -> Result<HttpResponse, Problem> {
    let (id, seen) = (agency_id(path)?, if_match(request)?);
    Ok(tagged(HttpResponse::build(OK), agency::act(&app, caller, id, seen, act).await?))
}
