//! The audit of looks at cases.

use actix_web::get;
use actix_web::web::{Json, Query};
use api_spec::read_audit::{Look, LookPage, LookQuery};
use sync_core::id::{CaseId, OfficerId, TenantId, hex};

use crate::flow::read_audit::{self, Named, Wanted};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input::id;
use crate::web::paging::{cursor, limit, next};
use crate::web::problem::Problem;

/// A page of the looks in reach, the newest first: all of them for audit administrators; for heads those at cases of
/// their subtree and those of their own people. The look at this list is one of them.
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
    let LookQuery { officer, case, limit: asked, cursor: after } = query.into_inner();
    // A look's id is as long as a tenant's.
    let after = after.as_deref().map(cursor::<TenantId>).transpose()?.map(|(at, id)| (at, *id.bytes()));
    let officer = officer.map(|text| id::<OfficerId>(&text, "officer")).transpose()?.map(|id| id.to_string());
    let case = case.map(|text| id::<CaseId>(&text, "case")).transpose()?.map(|id| id.to_string());
    let page = read_audit::list(&app, caller, Wanted { officer, case }, after, limit(asked)).await?;
    let next_cursor = page.rows.last().filter(|_| page.more).map(|last| next(last.row.at, hex(&last.row.id)));
    Ok(Json(LookPage { items: page.rows.into_iter().map(shown).collect(), next_cursor }))
}

fn shown(named: Named) -> Look {
    let Named { row, officer: officer_name, case: _ } = named;
    Look {
        id: hex(&row.id),
        at_ms: row.at.ms(),
        officer: row.officer.to_string(),
        officer_name,
        what: row.what,
        case: row.case.map(|id| id.to_string()),
        part: row.part,
        purpose: row.purpose,
    }
}
