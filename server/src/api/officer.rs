//! Agencies, officers and tasks; the files below have the acts of administrators on a person.

pub mod account;
pub mod assessment;
pub mod certificate;
pub mod deputy;
pub mod entry;
pub mod exit;
mod problems;
pub mod role;
pub mod training;

use actix_web::http::header::ETAG;
use actix_web::web::{Json, Path, Query};
use actix_web::{HttpResponse, HttpResponseBuilder, get};
use api_spec::agency::AgencyList;
use api_spec::officer::{OfficerDetail, OfficerPage, PageQuery};
use api_spec::task::{Task, TaskList};
use api_spec::text;
use sync_core::id::OfficerId;
use sync_core::time::Instant;

use crate::api::wire;
use crate::flow;
use crate::flow::refusal::Refusal;
use crate::store::TaskRow;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::paging;
use crate::web::problem::{OK, Problem};

/// Lists the agencies in reach, each before the agencies below it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses((status = 200, description = "Agencies", body = AgencyList))
)]
#[get("/agencies")]
pub async fn list_agencies(app: State, caller: Caller) -> Result<Json<AgencyList>, Problem> {
    let found = flow::officer::agencies(&app, caller).await?;
    Ok(Json(AgencyList { items: found.into_iter().map(wire::agency).collect() }))
}

/// Lists the officers in reach, in the order of their ids.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page", body = OfficerPage))
)]
#[get("/officers")]
pub async fn list_officers(app: State, caller: Caller, query: Query<PageQuery>) -> Result<Json<OfficerPage>, Problem> {
    let PageQuery { limit, cursor } = query.into_inner();
    let after = cursor.map(|cursor| cursor.parse::<OfficerId>()).transpose();
    let after = after.map_err(|_not_an_id| Refusal::WrongCursor)?;
    let limit = paging::limit(limit, paging::ROWS)?;
    let (found, more) = flow::officer::page(&app, caller, after, limit).await?;
    let next_cursor = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Json(OfficerPage { items: found.into_iter().map(wire::officer).collect(), next_cursor }))
}

/// Reads an officer in reach, with roles, certificates and deputies. An act on the officer sends the `ETag`.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the officer")),
    responses((status = 200, description = "The officer", body = OfficerDetail, headers(("ETag" = text::EntityTag))))
)]
#[get("/officers/{id}")]
pub async fn read_officer(app: State, caller: Caller, path: Path<String>) -> Result<HttpResponse, Problem> {
    let found = flow::officer::detail(&app, caller, officer_id(&path)?).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

fn officer_id(text: &str) -> Result<OfficerId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

/// A person as the answer of an act, with the entity tag for the next one.
fn tagged(mut response: HttpResponseBuilder, found: flow::officer::Detail, now: Instant) -> HttpResponse {
    let version = found.version;
    response.insert_header((ETAG, format!("\"{version}\""))).json(wire::detail(found, now))
}

/// Lists the caller's inspection tasks, which are copied from the municipal platform.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses((status = 200, description = "Tasks", body = TaskList))
)]
#[get("/tasks")]
pub async fn list_tasks(app: State, caller: Caller) -> Result<Json<TaskList>, Problem> {
    let found = flow::officer::tasks(&app, caller).await?;
    Ok(Json(TaskList { items: found.into_iter().map(task).collect() }))
}

fn task(row: TaskRow) -> Task {
    let TaskRow { id, agency, item, party_name, party_uscc, address, code, notice, approved_by, approved, officers } =
        row;
    Task {
        id,
        agency: agency.to_string(),
        item,
        party_name,
        party_uscc,
        address,
        code,
        notice,
        approved_by,
        approved_ms: approved.ms(),
        officers: officers.iter().map(ToString::to_string).collect(),
    }
}
