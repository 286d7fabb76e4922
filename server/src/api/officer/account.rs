//! Accounts, given with a one-time password and closed by the agency's administrator.

use actix_web::http::header::ETAG;
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use api_spec::officer::OfficerDetail;
use api_spec::officer::act::{NewAccount, OneTimePassword, Reason};
use api_spec::text;

use super::entry::{act, making};
use super::problems::{ActProblems, MakingProblems};
use super::tagged;
use crate::flow::officer::account::{self, Given};
use crate::web::State;
use crate::web::caller::Caller;
use crate::web::input;
use crate::web::problem::{CREATED, OK, Problem};

fn given(given: Given) -> HttpResponse {
    let Given { login, password, expires, version } = given;
    let mut response = HttpResponse::build(CREATED);
    response.insert_header((ETAG, format!("\"{version}\"")));
    response.json(OneTimePassword { login, password, expires_ms: expires.ms() })
}

/// Gives a person an account with a one-time password, to be handed over. It is shown only here.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = NewAccount,
    responses(
        (status = 201, description = "The one-time password", body = OneTimePassword, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/account")]
pub async fn open_account(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<NewAccount>,
) -> Result<HttpResponse, Problem> {
    let NewAccount { login, reason } = body.into_inner();
    let ((act, key), login) = (making(&path, &request, &reason)?, input::login(&login)?);
    Ok(given(account::open(&app, caller, act, login, key).await?))
}

/// Gives another one-time password: for an account that is closed, which opens it, or whose last one was never used. A password
/// that its owner chose is reset by two people.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("Idempotency-Key" = text::IdempotencyKey, Header, description = "The same request with the same key is done once")
    ),
    request_body = Reason,
    responses(
        (status = 201, description = "The one-time password", body = OneTimePassword, headers(("ETag" = text::EntityTag))),
        MakingProblems
    )
)]
#[post("/officers/{id}/account/one-time-password")]
pub async fn give_one_time_password(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (act, key) = making(&path, &request, &body.reason)?;
    Ok(given(account::another(&app, caller, act, key).await?))
}

/// Closes the account of a person. Sessions end, and the phones are revoked. The login stays taken.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(
        ("id" = text::Id, Path, description = "Id of the officer"),
        ("If-Match" = text::EntityTags, Header, description = "The `ETag` with which the caller read the officer")
    ),
    request_body = Reason,
    responses(
        (status = 200, description = "Closed", body = OfficerDetail, headers(("ETag" = text::EntityTag))),
        ActProblems
    )
)]
#[post("/officers/{id}/account/close")]
pub async fn close_account(
    app: State,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let act = act(&path, &request, &body.reason)?;
    let found = account::close(&app, caller, act).await?;
    Ok(tagged(HttpResponse::build(OK), found, app.clock.now()))
}
