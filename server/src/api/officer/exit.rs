//! Exits of a person from enforcement: proposed, the officer heard, decided.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::qualification::{ExitDecision, ExitHeard, NewExit};
use api_spec::text;

use super::entry::{act, making};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::exit;
use crate::flow::officer::transfer::OpenCases;
use crate::flow::refusal::Refusal;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id, prose, text as line};
use crate::web::problem::{CREATED, OK, Problem};

fn exit_id(text: &str) -> Result<[u8; 16], Refusal> {
    bytes(text, "exit").map_err(|_not_an_id| Refusal::NotFound)
}

/// Proposes that a person leaves enforcement (退出). The agency's administrator does it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = NewExit,
    responses(
        (status = 201, description = "Proposed", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/exits")]
pub async fn propose_exit(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<NewExit>,
) -> Result<HttpResponse, Problem> {
    let NewExit { ground, facts, basis, reason } = body.into_inner();
    let (act, key) = making(&path, &request, &reason)?;
    let facts = prose(&facts, exit::LONGEST_TEXT, "facts")?;
    let new = exit::NewExit { ground, facts, basis: line(&basis, exit::LONGEST, "basis")? };
    let found = exit::propose(&app, caller, act, new, key).await?;
    Ok(tagged(HttpResponse::build(CREATED), found, app.clock.now()))
}

/// Enters how the officer was heard about an exit, and what they said.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer"),
        ("exit" = text::Id, Path, description = "Id of the exit")
    ),
    request_body = ExitHeard,
    responses(
        (status = 200, description = "Entered", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/exits/{exit}/hearing")]
pub async fn hear_exit(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<ExitHeard>,
) -> Result<HttpResponse, Problem> {
    let (officer, exit) = path.into_inner();
    let ExitHeard { hearing, statement, reason } = body.into_inner();
    let (act, exit) = (act(&officer, &request, &reason)?, exit_id(&exit)?);
    let statement = match statement.trim() {
        "" => String::new(),
        said => prose(said, exit::LONGEST_TEXT, "statement")?,
    };
    let found = exit::hear(&app, caller, act, exit, hearing, statement).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Decides about an exit. The principal head of the organ does it, who neither proposed it nor heard the officer. Who leaves is
/// signed out and loses the phones, which hand in what they hold.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer"),
        ("exit" = text::Id, Path, description = "Id of the exit")
    ),
    request_body = ExitDecision,
    responses(
        (status = 200, description = "Decided", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/exits/{exit}/decision")]
pub async fn decide_exit(
    app: State,
    caller: Caller,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Json<ExitDecision>,
) -> Result<HttpResponse, Problem> {
    let (officer, exit) = path.into_inner();
    let ExitDecision { outcome, document_number, colleague, reason } = body.into_inner();
    let (act, exit) = (act(&officer, &request, &reason)?, exit_id(&exit)?);
    let cases = match colleague {
        None => OpenCases::GoOn,
        Some(colleague) => OpenCases::HandOver(id(&colleague, "colleague")?),
    };
    let decided = exit::Decided { outcome, document: line(&document_number, exit::LONGEST, "document_number")?, cases };
    let found = exit::decide(&app, caller, act, exit, decided).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
