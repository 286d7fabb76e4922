//! Records of the register.

use actix_web::web::{Json, Query, block};
use actix_web::{HttpResponse, get};
use api_spec::register_event::{RegisterEvent, RegisterEventExportQuery, RegisterEventPage, RegisterEventQuery};
use sync_core::id::{OfficerId, hex};

use crate::flow::refusal::{Failure, Refused};
use crate::flow::register_event::{self, Named};
use crate::store::RegisterEventRow;
use crate::view::register_event::file;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::download::attachment;
use crate::web::input::id;
use crate::web::paging::{next, time_page};
use crate::web::problem::Problem;

fn officer_of(text: Option<&str>) -> Result<Option<OfficerId>, Refused> {
    text.map(|text| id(text, "officer")).transpose()
}

/// Lists what was done to the register, the newest first: by whom, to whom and why. An agency's administrator reads the own
/// subtree, the security and the audit administrator read everything.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(RegisterEventQuery),
    responses(
        (status = 200, description = "A page", body = RegisterEventPage),
        (status = 400, description = "`malformed`, `wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that reads no records", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: nobody in reach", body = api_spec::problem::Problem)
    )
)]
#[get("/register/events")]
pub async fn list_register_events(
    app: State,
    caller: Caller,
    query: Query<RegisterEventQuery>,
) -> Result<Json<RegisterEventPage>, Problem> {
    let RegisterEventQuery { officer, limit: requested, cursor: after } = query.into_inner();
    let (page, officer) = (time_page(requested, after.as_deref())?, officer_of(officer.as_deref())?);
    let (found, more) = register_event::list(&app, caller, officer, page).await?;
    let next_cursor = found.last().filter(|_| more).map(|last| next(last.row.at, &last.row.id));
    Ok(Json(RegisterEventPage { items: found.into_iter().map(event).collect(), next_cursor }))
}

fn event(named: Named) -> RegisterEvent {
    let Named { row, actor: actor_name, officer: officer_name, agency: agency_name } = named;
    let RegisterEventRow { id, at, actor, kind, officer, agency, detail, reason } = row;
    RegisterEvent {
        id: hex(&id),
        at_ms: at.ms(),
        kind,
        actor: actor.map(|id| id.to_string()),
        actor_name,
        officer: officer.map(|id| id.to_string()),
        officer_name,
        agency: agency.map(|id| id.to_string()),
        agency_name,
        detail,
        reason,
    }
}

/// Exports the records that the list has as CSV, for an audit; at most 100,000. An apostrophe is put before texts that a
/// spreadsheet would run as a formula.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(RegisterEventExportQuery),
    responses(
        (status = 200, description = "The file, UTF-8 with a byte order mark", content((String = "text/csv")),
            headers(("Content-Disposition" = String))),
        (status = 400, description = "`malformed`, or `export_too_large`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that reads no records", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`: nobody in reach", body = api_spec::problem::Problem)
    )
)]
#[get("/register/events/export")]
pub async fn export_register_events(
    app: State,
    caller: Caller,
    query: Query<RegisterEventExportQuery>,
) -> Result<HttpResponse, Problem> {
    let officer = officer_of(query.officer.as_deref())?;
    let (found, day) = (register_event::all(&app, caller, officer).await?, app.clock.now().date());
    let made = block(move || file(&found, day)).await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(attachment(made.media_type, made.disposition, made.bytes))
}
