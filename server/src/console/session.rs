//! Signing in and out.
//!
//! Promise: after signing in, the browser is at the page that was requested. A person who is already signed in is
//! redirected to that page instead of seeing the form: after going back, in a second window, and after a link from
//! another site. In the last case the browser does not send the `SameSite=Strict` session cookie with the first
//! request, so a page of this site reloads and the cookie is sent with the second.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::page::{self, Page};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::{Jar, Visit, person};
use crate::flow::refusal::Failure;
use crate::flow::{console_session, first_run};
use crate::web::input::{self, Lines};
use crate::web::problem::Problem;
use crate::web::url::encoded;
use crate::web::{State, address};

/// The start page, which redirects to the person's work.
const HOME: &str = "/console";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    page: Page,
    next: String,
    login: String,
    /// Whether the session ended while the person was typing. The text is stored.
    kept: bool,
    /// Whether the browser did not return the cookie of the form.
    once_more: bool,
}

/// A page that continues to another page of this site.
#[derive(Template)]
#[template(path = "onward.html")]
struct Onward {
    page: Page,
    next: String,
}

/// A page of this console; anything else leads to the start.
fn within(next: &str) -> &str {
    // Other characters are not valid in a header, and browsers drop some characters before they parse a URL.
    let address = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let plain = address && next.starts_with("/console/") && !next.contains("//");
    // The page would lead to itself.
    let leads_here = next.starts_with("/console/sign-in") || next.starts_with("/console/sign-out");
    if plain && !leads_here { next } else { HOME }
}

/// Address of the sign-in page that continues at `page`; `kept` reports that typed text is stored.
pub fn to_go_on(page: &str, kept: bool) -> String {
    let kept = if kept { "&kept=1" } else { "" };
    format!("/console/sign-in?next={}{kept}", encoded(page))
}

/// Address of the sign-in page after the browser did not return the cookie of the form.
pub fn once_more(next: &str) -> String {
    format!("/console/sign-in?next={}&again=1", encoded(within(next)))
}

/// Whether another site linked here, according to the browser.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// The form. While no account exists, redirects to the first run.
#[get("/sign-in")]
pub async fn sign_in_page(
    app: State,
    visit: Visit,
    request: HttpRequest,
    params: PageQuery,
) -> Result<HttpResponse, Problem> {
    if first_run::is_due(&app).await? {
        return Ok(page::see("/console/first-run"));
    }
    let next = params.plain("next");
    let next = within(&next);
    if visit.session().is_none() && comes_from_elsewhere(request.headers()) {
        let page = Page::of(&visit, None, ("正在打开", "Opening"));
        return page::show(&visit, &Onward { page, next: next.to_owned() });
    }
    if person(&app, &visit).await?.is_some() {
        return Ok(page::see(next));
    }
    let (kept, once_more) = (!params.plain("kept").is_empty(), !params.plain("again").is_empty());
    let form = SignIn { kept, once_more, ..form(&visit, next, "") };
    page::show(&visit, &form)
}

fn form(visit: &Visit, next: &str, login: &str) -> SignIn {
    let page = Page::of(visit, None, ("登录", "Sign in"));
    SignIn { page, next: within(next).to_owned(), login: login.to_owned(), kept: false, once_more: false }
}

/// Signs in with a fresh session secret, whatever cookie was sent.
#[post("/sign-in")]
pub async fn sign_in(app: State, visit: Visit, request: HttpRequest, posted: Posted) -> Result<HttpResponse, Problem> {
    let (next, login) = (within(posted.raw("next")), input::pasted(posted.raw("login"), Lines::One));
    let begun = {
        let password = posted.raw("password").to_owned();
        match input::login(posted.raw("login")) {
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
            let form = form(&visit, next, &login);
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
            "/console/sign-in?next=%2Fconsole%2Fsign-in",
            "/console/sign-out",
        ] {
            assert_eq!(within(foreign), HOME, "{foreign}");
        }
    }
}
