//! Password resets that need two people, and the officer's choice of a new password.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sync_core::id::{OfficerId, hex};

use super::page::{self, Page, Part};
use super::posted::Posted;
use super::visit::{Newcomer, SignedIn, Visit};
use crate::flow::caller::{Caller, Role};
use crate::flow::officer;
use crate::flow::password_reset::{self, Choice, Given, ends};
use crate::flow::refusal::{Refusal, Refused};
use crate::web::problem::Problem;
use crate::web::{State, address};

const LONGEST_LOGIN: usize = 64;

/// Actions of an administrator on an officer's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resetting {
    /// Nothing: not this caller, or not their own.
    No,
    /// Request a reset; none is open.
    Ask,
    /// Request again; the caller's own request waits for a second person, or is confirmed.
    Requested {
        /// Whether a second person has confirmed it.
        confirmed: bool,
    },
    /// Confirm the reset that another person requested.
    Confirm(String),
}

/// The caller's possible actions on the password of an officer in reach.
///
/// # Errors
/// An internal error.
pub async fn resetting(app: &State, caller: &Caller, officer: OfficerId) -> Result<Resetting, Problem> {
    let administers = caller.must_be(&[Role::AgencyAdmin, Role::SecurityAdmin]).is_ok();
    if !administers || caller.officer == officer {
        return Ok(Resetting::No);
    }
    let open = page::outcome(password_reset::open_of(app, caller.clone(), Some(officer)).await)?;
    Ok(match open {
        Err(_out_of_reach) => Resetting::No,
        Ok(None) => Resetting::Ask,
        Ok(Some(row)) if row.asked_by == Some(caller.officer) => {
            Resetting::Requested { confirmed: row.confirmed.is_some() }
        }
        Ok(Some(row)) => match row.confirmed {
            Some(confirmed) if confirmed.by != caller.officer => Resetting::Requested { confirmed: true },
            Some(_) | None => Resetting::Confirm(hex(&row.id)),
        },
    })
}

#[derive(Template)]
#[template(path = "reset_code.html")]
struct ResetCode {
    page: Page,
    id: String,
    name: String,
    code: String,
    expires: String,
    /// Whether it is the requester's code.
    first: bool,
}

fn officer_id(text: &str) -> Result<OfficerId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

async fn shown(app: &State, signed: &SignedIn, given: Given, first: bool) -> Result<HttpResponse, Problem> {
    let Given { row, code } = given;
    let name = officer::detail(app, signed.caller.clone(), row.officer).await?.officer.name;
    let page = Page::within(signed, Part::Officers, ("密码重设码", "Code of a password reset"));
    let (id, expires) = (row.officer.to_string(), ends(&row).to_string());
    page::show(&signed.visit, &ResetCode { page, id, name, code, expires, first })
}

/// Asks for a reset; the page shows the requester's code.
#[post("/officers/{id}/password-reset")]
pub async fn ask(app: State, signed: SignedIn, path: Path<String>, _posted: Posted) -> Result<HttpResponse, Problem> {
    let given = password_reset::ask(&app, signed.caller.clone(), officer_id(&path)?, None).await?;
    shown(&app, &signed, given, true).await
}

/// Confirms the reset that another person requested; the page shows the confirmer's code.
#[post("/password-resets/{id}/confirm")]
pub async fn confirm(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    _posted: Posted,
) -> Result<HttpResponse, Problem> {
    let id = crate::web::input::bytes(&path, "id").map_err(|_not_an_id| Refusal::NotFound)?;
    let given = password_reset::confirm(&app, signed.caller.clone(), id).await?;
    shown(&app, &signed, given, false).await
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPassword {
    page: Page,
    login: String,
    done: bool,
}

fn form(visit: &Visit, login: &str) -> NewPassword {
    let page = Page::of(visit, None, ("设置新密码", "Choose a new password"));
    NewPassword { page, login: login.to_owned(), done: false }
}

/// The form in which an officer chooses a new password with both codes.
#[get("/new-password")]
pub async fn new_password_page(visit: Visit) -> Result<HttpResponse, Problem> {
    page::show(&visit, &form(&visit, ""))
}

fn choice(posted: &Posted) -> Result<Choice, Refused> {
    if posted.raw("password") != posted.raw("repeated") {
        return Err(Refusal::Malformed.because("两次输入的密码不一致。", "The two passwords differ."));
    }
    Ok(Choice {
        login: posted.text("login", LONGEST_LOGIN)?,
        first: posted.raw("first").to_owned(),
        second: posted.raw("second").to_owned(),
        password: posted.raw("password").to_owned(),
    })
}

/// Sets the chosen password.
#[post("/new-password")]
pub async fn choose(app: State, visit: Visit, request: HttpRequest, posted: Posted) -> Result<HttpResponse, Problem> {
    let form = form(&visit, &posted.typed("login"));
    let done = match choice(&posted) {
        Ok(choice) => page::outcome(password_reset::choose(&app, choice, address::client(&request)).await)?,
        Err(refused) => Err(refused),
    };
    match done {
        Ok(()) => page::show(&visit, &NewPassword { done: true, ..form }),
        Err(refused) => page::again(&visit, &refused, &NewPassword { page: form.page.refused(&refused), ..form }),
    }
}

#[derive(Template)]
#[template(path = "own_password.html")]
struct OwnPassword {
    page: Page,
    /// Whether the present password is a one-time password.
    must_change: bool,
}

fn own(signed: &SignedIn) -> OwnPassword {
    let page = Page::within(signed, Part::Nowhere, ("修改密码", "Change the password"));
    OwnPassword { page, must_change: signed.caller.must_change }
}

/// The form in which somebody changes their own password. With a one-time password every other page leads here.
#[get("/password")]
pub async fn own_password_page(newcomer: Newcomer) -> Result<HttpResponse, Problem> {
    page::show(&newcomer.0.visit, &own(&newcomer.0))
}

/// Changes the password; the sessions end, so the next page asks for the new one.
#[post("/password")]
pub async fn change_own(
    app: State,
    newcomer: Newcomer,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let Newcomer(signed) = newcomer;
    let done = if posted.raw("password") == posted.raw("repeated") {
        let (present, new) = (posted.raw("present").to_owned(), posted.raw("password").to_owned());
        let from = address::client(&request);
        page::outcome(password_reset::change(&app, signed.caller.clone(), present, new, from).await)?
    } else {
        Err(Refusal::Malformed.because("两次输入的密码不一致。", "The two passwords differ."))
    };
    match done {
        Ok(()) => Ok(page::see("/console/sign-in")),
        Err(refused) => {
            let form = own(&signed);
            page::again(&signed.visit, &refused, &OwnPassword { page: form.page.refused(&refused), ..form })
        }
    }
}
