//! Signing in, and the caller's own account.

use actix_web::web::Json;
use actix_web::{HttpRequest, get, post};
use api_spec::session::{AccessToken, Me, NewSession, Renewal};

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

/// Renews an access token that is bound to a key. The request carries the refresh token that was given last and a proof of
/// the key (`DPoP`). The refresh token is used up, and the answer brings its successor. After a lost answer the client sends
/// the same refresh token again within a minute and gets the same successor. A refresh token that is used a second time in
/// any other way ends the session, because somebody has a copy of it.
#[utoipa::path(
    tag = "identity",
    request_body = Renewal,
    responses(
        (status = 201, description = "Renewed", body = AccessToken),
        (status = 401, description = "`unauthenticated`: sign in again; `invalid_dpop_proof`, `use_dpop_nonce`", body = api_spec::problem::Problem),
        (status = 403, description = "`device_revoked`: the phone hands in its records with a token of `/v1/hand-in-tokens`",
            body = api_spec::problem::Problem)
    )
)]
#[post("/sessions/refresh")]
pub async fn renew_session(
    app: State,
    request: HttpRequest,
    body: Json<Renewal>,
) -> Result<(Json<AccessToken>, actix_web::http::StatusCode), Problem> {
    let issued = flow::refresh::renew(&app, body.into_inner().refresh_token, &proof::asked(&request)).await?;
    Ok((Json(wire::token(issued)), crate::web::problem::CREATED))
}

/// Signs out: ends the session of a token that is bound to a key, with its refresh tokens, from the next request on. Other
/// tokens have no session of their own: they end by themselves after ten minutes.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    responses(
        (status = 204, description = "Signed out"),
        (status = 404, description = "`not_found`: the token is not bound to a key", body = api_spec::problem::Problem)
    )
)]
#[post("/sessions/end")]
pub async fn end_session(app: State, caller: Caller) -> Result<actix_web::HttpResponse, Problem> {
    flow::refresh::end(&app, caller.session).await?;
    Ok(actix_web::HttpResponse::new(crate::web::problem::NO_CONTENT))
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
