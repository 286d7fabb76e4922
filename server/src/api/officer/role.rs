//! Giving and taking roles.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::RoleChange;
use api_spec::text;

use super::entry::act;
use super::problems::ActProblems;
use super::tagged;
use crate::flow::officer::role;
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::problem::{OK, Problem};

/// Gives a person a role, with effect from their next request. The agency's administrator gives the ordinary roles; the security
/// administrator gives those of administrators, of the county's supervisor and of its leadership.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = RoleChange,
    responses(
        (status = 200, description = "Done", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/roles")]
pub async fn give_role(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<RoleChange>,
) -> Result<HttpResponse, Problem> {
    let RoleChange { role: which, reason } = body.into_inner();
    let found = role::give(&app, caller, act(&path, &request, &reason)?, which).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}

/// Takes a role from a person, with effect from their next request. Who gives a role takes it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = RoleChange,
    responses(
        (status = 200, description = "Done", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/roles/take")]
pub async fn take_role(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<RoleChange>,
) -> Result<HttpResponse, Problem> {
    let RoleChange { role: which, reason } = body.into_inner();
    let found = role::take(&app, caller, act(&path, &request, &reason)?, which).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
