//! Alarms.

use actix_web::get;
use actix_web::web::{Json, Query};
use api_spec::alarm::{Alarm, AlarmPage, AlarmQuery};
use sync_core::id::hex;

use crate::flow;
use crate::store::AlarmRow;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::paging::{next, time_page};
use crate::web::problem::Problem;

/// Lists the alarms in reach, the newest first. Examples: a fork, a change that was refused, quarantined or has no
/// effect, a password that the operator replaced on the server's machine.
#[utoipa::path(
    tag = "supervision",
    security(("access_token" = [])),
    params(AlarmQuery),
    responses(
        (status = 200, description = "A page", body = AlarmPage),
        (status = 400, description = "`wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`: a role that sees no alarms", body = api_spec::problem::Problem)
    )
)]
#[get("/alarms")]
pub async fn list_alarms(app: State, caller: Caller, query: Query<AlarmQuery>) -> Result<Json<AlarmPage>, Problem> {
    let AlarmQuery { limit: requested, cursor: after } = query.into_inner();
    let (found, more) = flow::alarm::list(&app, caller, time_page(requested, after.as_deref())?).await?;
    let next_cursor = found.last().filter(|_| more).map(|last| next(last.at, &last.id));
    Ok(Json(AlarmPage { items: found.into_iter().map(shown).collect(), next_cursor }))
}

fn shown(row: AlarmRow) -> Alarm {
    let AlarmRow { id, at, kind, device, case, change, detail } = row;
    Alarm {
        id: hex(&id),
        at_ms: at.ms(),
        kind,
        device: device.map(|id| id.to_string()),
        case: case.map(|id| id.to_string()),
        change: change.map(|id| id.to_string()),
        detail,
    }
}
