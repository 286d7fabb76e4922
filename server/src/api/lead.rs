//! Supervision leads.

use crate::flow::lead::{self, LONGEST_TEXT, Lead, LeadAction, LeadList, Search};
use crate::flow::refusal::Refusal;
use crate::store::{LeadRow, Said};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id, idempotency_key, prose, wrong};
use crate::web::paging::{ROWS, limit};
use crate::web::preconditions::if_match;
use crate::web::problem::{CREATED, OK, Problem};
use actix_web::http::header::ETAG;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::lead::{self as wire, LeadPage, LeadQuery, LeadText, NewLead};
use api_spec::text;
use sync_core::lead::{LeadKind, LeadStatus};

fn shown(lead: Lead) -> wire::Lead {
    let Lead { row, file, names, own_case: _ } = lead;
    let (case_title, case_number) = file.map(|file| (file.title, file.number)).unzip();
    let LeadRow { id, case, agency, agency_path: _, kind, raised, status, version, answer, conclusion } = row;
    let said = |Said { text, by, at }: Said| wire::Said {
        text,
        officer: by.to_string(),
        name: names.get(&by).cloned().unwrap_or_default(),
        at_ms: at.ms(),
    };
    wire::Lead {
        id: lead::id_text(&id),
        case: case.to_string(),
        case_title,
        case_number,
        agency: agency.to_string(),
        kind,
        status,
        version,
        raised: said(raised),
        answer: answer.map(said),
        conclusion: conclusion.map(said),
    }
}

fn tagged(mut response: actix_web::HttpResponseBuilder, lead: Lead) -> HttpResponse {
    let version = lead.row.version;
    response.insert_header((ETAG, format!("\"{version}\""))).json(shown(lead))
}

fn lead_id(text: &str) -> Result<[u8; 16], Refusal> {
    bytes(text, "id").map_err(|_not_an_id| Refusal::NotFound)
}

/// Raises a supervision lead about a case in reach. A county or department supervisor does it. The case does not change.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key gets the lead that the first one raised")),
    request_body = NewLead,
    responses(
        (status = 201, description = "Raised", body = wire::Lead, headers(("ETag" = text::EntityTag), ("Location" = text::Location))),
        (status = 400, description = "`malformed`, `idempotency_key_required`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: not a supervisor", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: no such case in reach", body = api_spec::problem::Problem),
        (status = 422, description = "`idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/leads")]
pub async fn raise_lead(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<NewLead>,
) -> Result<HttpResponse, Problem> {
    let NewLead { case, kind, text: words } = body.into_inner();
    let new = lead::NewLead {
        case: id(&case, "case")?,
        kind: LeadKind::parse(&kind).map_err(|_unknown| wrong("kind"))?,
        text: prose(&words, LONGEST_TEXT, "text")?,
        key: Some(idempotency_key(&request)?.ok_or(Refusal::IdempotencyKeyRequired)?),
    };
    let lead = lead::raise(&app, caller, new).await?;
    let location = format!("/v1/leads/{}", lead::id_text(&lead.row.id));
    let mut response = HttpResponse::build(CREATED);
    response.insert_header((actix_web::http::header::LOCATION, location));
    Ok(tagged(response, lead))
}

/// Lists the leads in reach, the newest first. Supervisors and leadership see those of the agencies that they supervise.
/// Heads and legal reviewers see those of their agency and the agencies below it.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(LeadQuery),
    responses(
        (status = 200, description = "A page", body = LeadPage),
        (status = 400, description = "`malformed`, `wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that sees no leads", body = api_spec::problem::Problem)
    )
)]
#[get("/leads")]
pub async fn list_leads(app: State, caller: Caller, query: Query<LeadQuery>) -> Result<Json<LeadPage>, Problem> {
    let LeadQuery { status, case, limit: requested, cursor: after } = query.into_inner();
    let wanted = limit(requested, ROWS)?;
    let status = status.map(|code| LeadStatus::parse(&code).map_err(|_unknown| wrong("status"))).transpose()?;
    let start = after.as_deref().map(str::parse).transpose()?;
    let case = case.as_deref().map(|text| id(text, "case")).transpose()?;
    let search = Search { status, case, start, ..Search::default() };
    let LeadList { leads, as_of: _, next } = lead::list(&app, caller, search, wanted).await?;
    let next_cursor = next.map(|start| start.to_string());
    Ok(Json(LeadPage { items: leads.into_iter().map(shown).collect(), next_cursor }))
}

/// Reads a lead in reach.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the lead")),
    responses(
        (status = 200, description = "The lead", body = wire::Lead, headers(("ETag" = text::EntityTag))),
        (status = 404, description = "`not_found`: no such lead in reach", body = api_spec::problem::Problem)
    )
)]
#[get("/leads/{id}")]
pub async fn read_lead(app: State, caller: Caller, path: Path<String>) -> Result<HttpResponse, Problem> {
    Ok(tagged(HttpResponse::build(OK), lead::read(&app, caller, lead_id(&path)?).await?))
}

/// Answers a lead for the agency. A head of the agency does it: of the unit, the principal head or another head.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the lead"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the lead")
    ),
    request_body = LeadText,
    responses(
        (status = 200, description = "Answered", body = wire::Lead, headers(("ETag" = text::EntityTag))),
        (status = 403, description = "`forbidden`: not a head of the agency concerned", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 409, description = "`lead_not_open`", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/leads/{id}/answer")]
pub async fn answer_lead(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<LeadText>,
) -> Result<HttpResponse, Problem> {
    take(app, caller, &path, &request, LeadAction::Answer, body.into_inner()).await
}

/// Closes an answered lead with a conclusion. A county or department supervisor does it.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the lead"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the lead")
    ),
    request_body = LeadText,
    responses(
        (status = 200, description = "Closed", body = wire::Lead, headers(("ETag" = text::EntityTag))),
        (status = 403, description = "`forbidden`: not a supervisor", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 409, description = "`lead_not_open`: not answered, or closed", body = api_spec::problem::Problem),
        (status = 412, description = "`stale`", body = api_spec::problem::Problem),
        (status = 428, description = "`precondition_required`", body = api_spec::problem::Problem)
    )
)]
#[post("/leads/{id}/close")]
pub async fn close_lead(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<LeadText>,
) -> Result<HttpResponse, Problem> {
    take(app, caller, &path, &request, LeadAction::Close, body.into_inner()).await
}

async fn take(
    app: State,
    caller: Caller,
    path: &str,
    request: &HttpRequest,
    step: LeadAction,
    said: LeadText,
) -> Result<HttpResponse, Problem> {
    let (lead, version) = (lead_id(path)?, if_match::<i64>(request)?);
    let words = prose(&said.text, LONGEST_TEXT, "text")?;
    Ok(tagged(HttpResponse::build(OK), lead::step(&app, caller, lead, version, step, words).await?))
}
