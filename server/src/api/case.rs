//! Cases: lists, one case, the history of a field, commands, the record.

pub mod export;
pub mod write_off;

use std::collections::BTreeMap;
use std::str::FromStr as _;

use actix_web::http::header::ETAG;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::case::{
    CaseDetail, CasePage, CaseQuery, ChangeVerdict, Closing, CommandOutcome, FieldHistory, FilingReceipt, PurposeQuery,
    Registration, Return,
};
use api_spec::case_record::CaseRecord;
use api_spec::text;
use sync_core::id::CaseId;
use sync_core::op::OpId;
use sync_core::schema::FieldName;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

use crate::flow::case;
use crate::flow::case_record;
use crate::flow::command::{self, Command, CommandKind};
use crate::flow::reason;
use crate::flow::refusal::Refusal;
use crate::view;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::case_query::search;
use crate::web::input::{id, idempotency_key, prose, purpose, wrong};
use crate::web::paging::{ROWS, limit};
use crate::web::preconditions::if_match;
use crate::web::problem::{OK, Problem};

/// Lists the cases in reach, the latest change first. All pages belong to the list as it was when its first page was
/// read: a client that reads every page gets each case of that list exactly once, with its present values. Officers see
/// the cases that they take part in. Heads, reviewers and the department's supervisor see the cases of their agency and
/// the agencies below it. County supervisors and leadership see all cases.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(CaseQuery),
    responses(
        (status = 200, description = "A page", body = CasePage),
        (status = 400, description = "`malformed`, `wrong_cursor` or `nothing_to_search`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that reads no cases", body = api_spec::problem::Problem),
        (status = 410, description = "`cursor_expired`", body = api_spec::problem::Problem)
    )
)]
#[get("/cases")]
pub async fn list_cases(app: State, caller: Caller, query: Query<CaseQuery>) -> Result<Json<CasePage>, Problem> {
    let query = query.into_inner();
    let wanted = limit(query.limit, ROWS)?;
    let case::CaseList { rows, as_of: _, next, not_searched } =
        case::list(&app, caller, search(query)?, wanted).await?;
    let (items, next_cursor) = (rows.into_iter().map(view::case::card).collect(), next.map(|start| start.to_string()));
    Ok(Json(CasePage { items, next_cursor, not_searched }))
}

/// Reads a case in its present state. The answer holds the fields with all competing values, the steps, signatures,
/// decisions and evidence (missing files too), the results of the rules, and the changes that a person should look at.
/// The read is recorded in the audit. Supervisors must state a purpose.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(("id" = text::CaseId, Path, description = "Id of the case"), PurposeQuery),
    responses(
        (status = 200, description = "The case. Commands send its `ETag` in `If-Match`", body = CaseDetail, headers(("ETag" = text::EntityTag))),
        (status = 400, description = "`purpose_required`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: no such case in reach", body = api_spec::problem::Problem)
    )
)]
#[get("/cases/{id}")]
pub async fn read_case(
    app: State,
    caller: Caller,
    path: Path<String>,
    query: Query<PurposeQuery>,
) -> Result<HttpResponse, Problem> {
    let purpose = purpose(query.into_inner().purpose)?;
    let detail = view::case::detail(case::detail(&app, caller, case_id(&path)?, purpose).await?)?;
    Ok(HttpResponse::build(OK).insert_header((ETAG, format!("\"{}\"", detail.basis))).json(detail))
}

fn case_id(text: &str) -> Result<CaseId, Refusal> {
    CaseId::from_str(text).map_err(|_not_an_id| Refusal::NotFound)
}

/// Lists every write to a field. A write comes after the writes that it builds on. Each says who wrote, when and where,
/// which values it replaced, and whether it is still in force.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("target" = text::FieldOwner, Path, description = "The entity, `<change>.<index>`, or `case` for the case itself"),
        ("name" = String, Path, example = "title", description = "Name of the field"),
        PurposeQuery
    ),
    responses(
        (status = 200, description = "The writes", body = FieldHistory),
        (status = 400, description = "`purpose_required`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: no such case in reach, or no write to that field",
            body = api_spec::problem::Problem)
    )
)]
#[get("/cases/{id}/fields/{target}/{name}/history")]
pub async fn read_history(
    app: State,
    caller: Caller,
    path: Path<(String, String, String)>,
    query: Query<PurposeQuery>,
) -> Result<Json<FieldHistory>, Problem> {
    let (case, target, name) = path.into_inner();
    let name = FieldName::from(name);
    let purpose = purpose(query.into_inner().purpose)?;
    let target = match target.as_str() {
        "case" => None,
        entity => Some(entity.parse::<OpId>().map_err(|_not_an_id| Refusal::NotFound)?),
    };
    let found = case::history(&app, caller, case_id(&case)?, target, name.clone(), purpose).await?;
    Ok(Json(view::case::history(target, &name, found)?))
}

/// The documented refusals that all commands on a case have in common. A command adds its own; a command with more
/// reasons for 422 replaces that entry.
struct CommandRefused;

impl IntoResponses for CommandRefused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let refusals = [
            ("403", "`forbidden` or `own_case`"),
            ("404", "`not_found`"),
            ("412", "`stale`"),
            ("422", "`idempotency_key_reused`"),
            ("428", "`precondition_required`"),
        ];
        let problem = || {
            let schema = Ref::from_schema_name(api_spec::problem::Problem::name());
            ContentBuilder::new().schema(Some(schema)).build()
        };
        let told = refusals.map(|(status, why)| {
            let response = ResponseBuilder::new().description(why).content("application/json", problem()).build();
            (status.to_owned(), RefOr::T(response))
        });
        told.into()
    }
}

async fn run(
    app: State,
    caller: Caller,
    case: &str,
    request: &HttpRequest,
    kind: CommandKind,
) -> Result<HttpResponse, Problem> {
    let command = Command { case: case_id(case)?, seen: if_match(request)?, key: idempotency_key(request)?, kind };
    let command::Outcome { case, change, basis, status, number } = command::run(&app, caller, command).await?;
    let (case, change, basis) = (case.to_string(), change.to_string(), basis.to_string());
    Ok(HttpResponse::build(OK).insert_header((ETAG, format!("\"{basis}\""))).json(CommandOutcome {
        case,
        change,
        basis,
        status,
        number,
    }))
}

/// Registers an on-the-spot decision that was reported to the organ (备案). The registration is no approval. A head of
/// the agency does it who is not an officer of the case.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = Registration,
    responses(
        (status = 200, description = "Registered", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`not_a_spot_decision`, `not_reported`, `already_registered`, `not_built`",
            body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_target`, `idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/register")]
pub async fn register_decision(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Registration>,
) -> Result<HttpResponse, Problem> {
    let Registration { target, note } = body.into_inner();
    let note = note.map(|note| prose(&note, reason::LONGEST, "note")).transpose()?;
    let kind = CommandKind::Register { target: id(&target, "target")?, note };
    run(app, caller, &path, &request, kind).await
}

/// Returns a record to the officers, who supplement it (退回补充). The head of the handling unit or of the organ does it,
/// if that person is not an officer of the case.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = Return,
    responses(
        (status = 200, description = "Returned", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`already_returned`, `case_closed`, `not_built`", body = api_spec::problem::Problem),
        (status = 422, description = "`no_such_target`, `idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/return")]
pub async fn return_record(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Return>,
) -> Result<HttpResponse, Problem> {
    let Return { target, reason } = body.into_inner();
    let kind =
        CommandKind::Return { target: id(&target, "target")?, reason: prose(&reason, reason::LONGEST, "reason")? };
    run(app, caller, &path, &request, kind).await
}

/// Admits a quarantined change (认可) or dismisses it permanently (不予认可), with a reason. The head of the handling unit
/// or of the organ does it, if that person is not an officer of the case.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("change" = text::CaseId, Path, description = "Id of the change, from `noted` of the case"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = ChangeVerdict,
    responses(
        (status = 200, description = "Decided", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`not_quarantined`, `case_closed`, `not_built`", body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/changes/{change}/verdict")]
pub async fn judge_change(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<ChangeVerdict>,
) -> Result<HttpResponse, Problem> {
    let (case, change) = path.into_inner();
    let change = change.parse().map_err(|_not_an_id| Refusal::NotQuarantined)?;
    let ChangeVerdict { verdict, reason } = body.into_inner();
    let admit = match verdict.as_str() {
        "admit" => true,
        "dismiss" => false,
        _ => return Err(wrong("verdict").into()),
    };
    let kind = CommandKind::Judge { change, admit, reason: prose(&reason, reason::LONGEST, "reason")? };
    run(app, caller, &case, &request, kind).await
}

/// Records that the county received the filing of an inspection without enforcement code (备案回执). A county supervisor
/// does it. The case may be closed already. Nothing else in the case changes.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = FilingReceipt,
    responses(
        (status = 200, description = "Received", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`not_filed`, `filing_received`, `not_built`", body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/filing-receipt")]
pub async fn receive_filing(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<FilingReceipt>,
) -> Result<HttpResponse, Problem> {
    let note = body.into_inner().note.map(|note| prose(&note, reason::LONGEST, "note")).transpose()?;
    run(app, caller, &path, &request, CommandKind::ReceiveFiling { note }).await
}

/// Closes the case (结案). The server gives it a number and issues its signed record. The head of the handling unit or
/// of the organ does it, if that person is not an officer of the case.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(
        ("id" = text::CaseId, Path, description = "Id of the case"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the case"),
        ("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the outcome of the first one")
    ),
    request_body = Closing,
    responses(
        (status = 200, description = "Closed and numbered", body = CommandOutcome, headers(("ETag" = text::EntityTag))),
        CommandRefused,
        (status = 409, description = "`conflict_open`, `evidence_incomplete`, `record_not_supplemented`, \
            `change_quarantined`, `closing_unlawful` (with the article), `no_result`, `not_built`, `case_closed`",
            body = api_spec::problem::Problem)
    )
)]
#[post("/cases/{id}/close")]
pub async fn close_case(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Closing>,
) -> Result<HttpResponse, Problem> {
    let note = body.into_inner().note.map(|note| prose(&note, reason::LONGEST, "note")).transpose()?;
    run(app, caller, &path, &request, CommandKind::Close { note }).await
}

/// Reads the signed record of a closed case. Its signature can be checked with the published server key.
#[utoipa::path(
    tag = "case",
    security(("access_token" = [])),
    params(("id" = text::CaseId, Path, description = "Id of the case"), PurposeQuery),
    responses(
        (status = 200, description = "The record", body = CaseRecord),
        (status = 400, description = "`purpose_required`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: no such case in reach, or it is not closed",
            body = api_spec::problem::Problem)
    )
)]
#[get("/cases/{id}/record")]
pub async fn read_record(
    app: State,
    caller: Caller,
    path: Path<String>,
    query: Query<PurposeQuery>,
) -> Result<Json<CaseRecord>, Problem> {
    let purpose = purpose(query.into_inner().purpose)?;
    let (signed, key) = case_record::read(&app, caller, case_id(&path)?, purpose).await?;
    Ok(Json(view::case_record::record(signed, &key)))
}
