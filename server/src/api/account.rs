//! The event log of accounts and phones, and passwords.

use actix_web::web::{Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use api_spec::account::{
    AccountEvent, AccountEventPage, AccountEventQuery, ChangedPassword, ChosenPassword, NewPasswordReset,
    PasswordReset, PasswordResetList, PasswordResetQuery,
};
use api_spec::text;
use sync_core::id::{OfficerId, hex};

use crate::flow::account_event;
use crate::flow::password_reset::{self, Choice, Given, ends};
use crate::flow::refusal::{Refusal, Refused};
use crate::store::{AccountEventRow, PasswordResetRow};
use crate::web::State;
use crate::web::address;
use crate::web::caller::Caller;
use crate::web::input::{bytes, id, idempotency_key};
use crate::web::paging::{next, time_page};
use crate::web::problem::{CREATED, NO_CONTENT, Problem};

fn officer_of(text: Option<&str>) -> Result<Option<OfficerId>, Refused> {
    text.map(|text| id(text, "officer")).transpose()
}

/// Lists the events of the caller's account and phones, the newest first. An administrator may name an officer in reach.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(AccountEventQuery),
    responses(
        (status = 200, description = "A page", body = AccountEventPage),
        (status = 400, description = "`wrong_cursor`", body = api_spec::problem::Problem),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem)
    )
)]
#[get("/account-events")]
pub async fn list_account_events(
    app: State,
    caller: Caller,
    query: Query<AccountEventQuery>,
) -> Result<Json<AccountEventPage>, Problem> {
    let AccountEventQuery { officer, limit: requested, cursor: after } = query.into_inner();
    let (page, officer) = (time_page(requested, after.as_deref())?, officer_of(officer.as_deref())?);
    let (found, more) = account_event::list(&app, caller, officer, page).await?;
    let next_cursor = found.last().filter(|_| more).map(|last| next(last.at, &last.id));
    Ok(Json(AccountEventPage { items: found.into_iter().map(event).collect(), next_cursor }))
}

fn event(row: AccountEventRow) -> AccountEvent {
    let AccountEventRow { id, at, officer, actor, kind, device, detail } = row;
    AccountEvent {
        id: hex(&id),
        at_ms: at.ms(),
        officer: officer.to_string(),
        actor: actor.map(|id| id.to_string()),
        kind,
        device: device.map(|id| id.to_string()),
        detail,
    }
}

fn reset(row: PasswordResetRow, code: Option<String>) -> PasswordReset {
    let expires_ms = ends(&row).ms();
    let PasswordResetRow { id, officer, asked_by, requested, first_hash: _, confirmed, tries: _, ended: _ } = row;
    PasswordReset {
        id: hex(&id),
        officer: officer.to_string(),
        asked_by: asked_by.map(|id| id.to_string()),
        asked_ms: requested.ms(),
        expires_ms,
        confirmed: confirmed.is_some(),
        code,
    }
}

/// Asks for a reset of an officer's password (重设密码). The officer is informed. The reset is open for a day. It has no
/// effect until the officer confirms it on their own phone, or a second administrator confirms it.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("Idempotency-Key" = Option<text::IdempotencyKey>, Header, description = "The same request with the same key gets the code of the first one")),
    request_body = NewPasswordReset,
    responses(
        (status = 201, description = "The reset, with the first code", body = PasswordReset),
        (status = 403, description = "`forbidden`, `same_hand`, `not_from_a_phone`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 422, description = "`idempotency_key_reused`", body = api_spec::problem::Problem)
    )
)]
#[post("/password-resets")]
pub async fn ask_password_reset(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<NewPasswordReset>,
) -> Result<HttpResponse, Problem> {
    let officer = id(&body.officer, "officer")?;
    let Given { row, code } = password_reset::ask(&app, caller, officer, idempotency_key(&request)?).await?;
    Ok(HttpResponse::build(CREATED).json(reset(row, Some(code))))
}

/// Lists the open reset of the caller's password, if there is one. An administrator may name an officer in reach.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(PasswordResetQuery),
    responses(
        (status = 200, description = "At most one reset, without its codes", body = PasswordResetList),
        (status = 403, description = "`forbidden`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem)
    )
)]
#[get("/password-resets")]
pub async fn list_password_resets(
    app: State,
    caller: Caller,
    query: Query<PasswordResetQuery>,
) -> Result<Json<PasswordResetList>, Problem> {
    let found = password_reset::open_of(&app, caller, officer_of(query.officer.as_deref())?).await?;
    Ok(Json(PasswordResetList { items: found.into_iter().map(|row| reset(row, None)).collect() }))
}

/// Confirms a password reset. The officer does it on their own phone, or an administrator does it who is neither the
/// officer nor the one who asked. The same person gets the same code when they repeat the request.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    params(("id" = text::Id, Path, description = "Id of the reset")),
    responses(
        (status = 201, description = "The reset, with the second code", body = PasswordReset),
        (status = 403, description = "`forbidden`, `same_hand`", body = api_spec::problem::Problem),
        (status = 404, description = "`not_found`", body = api_spec::problem::Problem),
        (status = 409, description = "`reset_not_open`", body = api_spec::problem::Problem)
    )
)]
#[post("/password-resets/{id}/confirm")]
pub async fn confirm_password_reset(app: State, caller: Caller, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = bytes(&path, "id").map_err(|_not_an_id| Refusal::NotFound)?;
    let Given { row, code } = password_reset::confirm(&app, caller, id).await?;
    Ok(HttpResponse::build(CREATED).json(reset(row, Some(code))))
}

/// Sets the password that the officer chose, with the codes of the two people. Sessions of the old password end.
#[utoipa::path(
    tag = "identity",
    request_body = ChosenPassword,
    responses(
        (status = 204, description = "The new password is set"),
        (status = 400, description = "`password_length`, `password_common`", body = api_spec::problem::Problem),
        (status = 422, description = "`wrong_reset_code`", body = api_spec::problem::Problem),
        (status = 429, description = "`too_many_attempts`: `Retry-After` says how long to wait",
            body = api_spec::problem::Problem)
    )
)]
#[post("/passwords")]
pub async fn choose_password(
    app: State,
    request: HttpRequest,
    body: Json<ChosenPassword>,
) -> Result<HttpResponse, Problem> {
    let ChosenPassword { login, first_code, second_code, password } = body.into_inner();
    let choice = Choice { login, first: first_code, second: second_code, password };
    password_reset::choose(&app, choice, address::client(&request)).await?;
    Ok(HttpResponse::build(NO_CONTENT).finish())
}

/// Changes the caller's password. All sessions of the present password end, including the one that sends this request.
#[utoipa::path(
    tag = "identity",
    security(("access_token" = [])),
    request_body = ChangedPassword,
    responses(
        (status = 204, description = "The new password is set"),
        (status = 400, description = "`password_length`, `password_common`", body = api_spec::problem::Problem),
        (status = 401, description = "`wrong_password`", body = api_spec::problem::Problem),
        (status = 403, description = "`not_from_a_phone`", body = api_spec::problem::Problem),
        (status = 429, description = "`too_many_attempts`: `Retry-After` says how long to wait",
            body = api_spec::problem::Problem)
    )
)]
#[post("/me/password")]
pub async fn change_password(
    app: State,
    caller: Caller,
    request: HttpRequest,
    body: Json<ChangedPassword>,
) -> Result<HttpResponse, Problem> {
    let ChangedPassword { present, new } = body.into_inner();
    password_reset::change(&app, caller, present, new, address::client(&request)).await?;
    Ok(HttpResponse::build(NO_CONTENT).finish())
}
