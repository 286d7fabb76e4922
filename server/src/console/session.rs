//! Signing in and out.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;

use super::csrf::Posted;
use super::page::{self, Page};
use super::visit::{Jar, Visit};
use crate::flow::refusal::Failure;
use crate::flow::{console_session, first_run};
use crate::web::problem::Problem;
use crate::web::{State, address, input};

/// Where people land; it leads on to what they have.
const HOME: &str = "/console";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Page,
    next: String,
    login: String,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

/// A page of this console; anything else leads to the start.
fn within(next: &str) -> &str {
    // A header takes nothing else, and a browser drops some characters before it reads an address.
    let address = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let plain = address && next.starts_with("/console/") && !next.contains("//");
    if plain { next } else { HOME }
}

fn form(visit: &Visit, next: &str, login: &str) -> SignIn {
    let page = Page::of(visit, None, ("登录", "Sign in"));
    SignIn { page, next: within(next).to_owned(), login: login.to_owned() }
}

/// The form. While nobody can sign in at all, the first run comes instead.
#[get("/sign-in")]
pub async fn sign_in_page(app: State, visit: Visit, query: Query<Next>) -> Result<HttpResponse, Problem> {
    if first_run::is_due(&app).await? {
        return Ok(page::see("/console/first-run"));
    }
    page::show(&visit, &form(&visit, query.next.as_deref().unwrap_or(HOME), ""))
}

/// Signs in: a fresh secret in the session cookie, whatever cookie came.
#[post("/sign-in")]
pub async fn sign_in(app: State, visit: Visit, request: HttpRequest, posted: Posted) -> Result<HttpResponse, Problem> {
    let (next, login) = (within(posted.raw("next")), posted.raw("login").trim());
    let begun = {
        let password = posted.raw("password").to_owned();
        match input::login(login) {
            Ok(login) => console_session::begin(&app, login, password, address::client(&request)).await,
            Err(refused) => Err(refused.into()),
        }
    };
    match page::outcome(begun)? {
        Ok(secret) => {
            if let Some(old) = visit.session() {
                console_session::end(&app, old).await?;
            }
            let mut response = page::see(next);
            let kept = response.add_cookie(&visit.cookie(Jar::Session, secret));
            kept.map_err(|error| Problem::from(Failure::broken(std::io::Error::other(error.to_string()))))?;
            Ok(response)
        }
        Err(refused) => {
            let form = form(&visit, next, login);
            page::again(&visit, &refused, &SignIn { page: form.page.refused(&refused), ..form })
        }
    }
}

/// Signs out.
#[post("/sign-out")]
pub async fn sign_out(app: State, visit: Visit, _posted: Posted) -> Result<HttpResponse, Problem> {
    if let Some(secret) = visit.session() {
        console_session::end(&app, secret).await?;
    }
    let mut response = page::see("/console/sign-in");
    let gone = response.add_cookie(&visit.forget(Jar::Session));
    gone.map_err(|error| Problem::from(Failure::broken(std::io::Error::other(error.to_string()))))?;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_a_page_of_this_console_only() {
        assert_eq!(within("/console/cases/ab?purpose=x"), "/console/cases/ab?purpose=x");
        for foreign in [
            "",
            "https://evil.example",
            "//evil.example",
            "/v1/me",
            "/console//evil.example",
            "/console/\\x",
            "/console/\u{1}x",
            "/console/\tx",
            "/console/\r\nx",
            "/console/\u{7f}",
            "/console/面",
        ] {
            assert_eq!(within(foreign), HOME, "{foreign}");
        }
    }
}
