//! Signing in, and the caller's own account.

use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use api_spec::session::{AccessToken, Me, NewSession};

use crate::api::wire;
use crate::flow;
use crate::web::State;
use crate::web::address;
use crate::web::caller::Caller;
use crate::web::input;
use crate::web::problem::Problem;
use crate::web::proof;

/// Signs in with login and password. The access token is valid for ten minutes. If the request has a proof of a key
/// (`DPoP`), the token works only with proofs of that key.
#[utoipa::path(
    tag = "identity",
    request_body = NewSession,
    responses(
        (status = 201, description = "Signed in", body = AccessToken),
        (status = 401, description = "`wrong_password`, `invalid_dpop_proof`, `use_dpop_nonce`", body = api_spec::problem::Problem),
        (status = 429, description = "`too_many_attempts`: `Retry-After` says how long to wait",
            body = api_spec::problem::Problem)
    )
)]
#[post("/sessions")]
pub async fn create_session(
    app: State,
    request: HttpRequest,
    body: Json<NewSession>,
) -> Result<(Json<AccessToken>, actix_web::http::StatusCode), Problem> {
    let NewSession { login, password } = body.into_inner();
    let (who, from) = ((input::login(&login)?, password), address::client(&request));
    let issued = flow::session::sign_in(&app, who, &proof::asked(&request), from).await?;
    Ok((Json(wire::token(issued)), crate::web::problem::CREATED))
}

/// Reads the caller's name, agency, roles and phone from the database.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses((status = 200, description = "The caller", body = Me))
)]
#[get("/me")]
pub async fn me(app: State, caller: Caller) -> Json<Me> {
    let Caller { officer, name, agency, agency_name, path: _, roles, device, session: _, must_change: _ } = caller;
    Json(Me {
        officer: officer.to_string(),
        name,
        agency: agency.to_string(),
        agency_name,
        roles,
        device: device.map(|id| id.to_string()),
        tenant: app.tenant.to_string(),
    })
}
