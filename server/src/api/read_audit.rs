//! The audit of reads.

use actix_web::get;
use actix_web::web::{Json, Query};
use api_spec::read_audit::{Look, LookPage, LookQuery};
use sync_core::id::{CaseId, OfficerId, hex};

use crate::flow::read_audit::{self, Named, Wanted};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::{days, id};
use crate::web::paging::{next, time_page};
use crate::web::problem::Problem;

/// Lists the audit records of reads, the newest first. Audit administrators see all. Heads see the reads of cases of their
/// agency and the agencies below it, and the reads by officers of these agencies. Reading this list is recorded, too.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(LookQuery),
    responses(
        (status = 200, description = "A page", body = LookPage),
        (status = 400, description = "`malformed`, `wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that does not read the audit", body = api_spec::problem::Problem)
    )
)]
#[get("/read-audit")]
pub async fn list_looks(app: State, caller: Caller, query: Query<LookQuery>) -> Result<Json<LookPage>, Problem> {
    let LookQuery { officer, case, from, to, limit: requested, cursor: after } = query.into_inner();
    let page = time_page(requested, after.as_deref())?;
    let (from, until) = days(from.as_deref(), to.as_deref())?;
    let officer = officer.map(|text| id::<OfficerId>(&text, "officer")).transpose()?.map(|id| id.to_string());
    let case = case.map(|text| id::<CaseId>(&text, "case")).transpose()?.map(|id| id.to_string());
    let (looks, more) = read_audit::list(&app, caller, Wanted { officer, case, from, until }, page).await?;
    let next_cursor = looks.last().filter(|_| more).map(|last| next(last.row.at, &last.row.id));
    Ok(Json(LookPage { items: looks.into_iter().map(shown).collect(), next_cursor }))
}

fn shown(named: Named) -> Look {
    let Named { row, officer: officer_name, agency: agency_name, case: _, case_agency: case_agency_name } = named;
    Look {
        id: hex(&row.id),
        at_ms: row.at.ms(),
        officer: row.officer.to_string(),
        officer_name,
        agency_name,
        what: row.what,
        case: row.case.map(|id| id.to_string()),
        case_agency_name,
        part: row.part,
        purpose: row.purpose,
    }
}
