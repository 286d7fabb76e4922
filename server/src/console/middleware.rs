//! Middleware around every route of the console.
//!
//! Promise: a request that changes something comes from this origin and goes through [`super::sending`]. A refusal or
//! an error is a page in the visitor's language, with navigation for a signed-in person. A visitor who is not signed in
//! is sent to the sign-in page. Every page forbids scripts, frames and foreign sources.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use tracing_actix_web::RequestId;

use super::left::Left;
use super::page;
use super::visit::{Jar, Visit, person};
use super::{form_page, sending};
use crate::flow::caller::Caller;
use crate::flow::first_run;
use crate::flow::refusal::{Refusal, Refused};
use crate::flow::unsent_form;
use crate::web::State;
use crate::web::language::Language;
use crate::web::middleware;
use crate::web::origin;
use crate::web::problem::{Problem, SEE_OTHER};
use crate::web::transport::Transport;
use crate::web::url::encoded;

/// Permits only this server's style sheet, pictures, recordings and forms, and no script.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Wraps every route of the console.
///
/// # Errors
/// A refusal that cannot be rendered as a page; the middleware of all routes answers it.
pub async fn handle(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
    let visit = Visit::of(request.request()).map_err(Problem::from)?;
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    if let Some(switched) = switched(&request, &visit) {
        return Ok(with_security_headers(request.into_response(switched)));
    }
    if !is_open_before_set_up(request.path())
        && !first_run::is_still_set_up(app(&request)?.get_ref()).await.map_err(Problem::from)?
    {
        let answer = if request.method().is_safe() {
            page::see("/console/first-run")
        } else {
            page::explained(&visit, None, &Refusal::NotSetUp.into(), &id, Left::default())?
        };
        return Ok(with_security_headers(request.into_response(answer)));
    }
    // A path without a form is refused by its route, whatever the origin.
    if request.method().is_safe() || !form_page::takes(request.method().as_str(), request.path()) {
        return reading(request, next, &visit, &id).await.map(with_security_headers);
    }
    if !origin::is_same(request.headers(), visit.secure, is_proxied(&request)) {
        let answer = page::explained(&visit, None, &Refusal::CrossSite.into(), &id, Left::default())?;
        return Ok(with_security_headers(request.into_response(answer)));
    }
    sending::send(request, next, visit, &id).await.map(with_security_headers)
}

/// What is shown before the county is chosen.
fn is_open_before_set_up(path: &str) -> bool {
    path.starts_with("/console/first-run") || path.starts_with("/console/static/")
}

fn app(request: &ServiceRequest) -> Result<State, Problem> {
    request.app_data::<State>().cloned().ok_or_else(|| Refusal::Internal.into())
}

async fn reading(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    visit: &Visit,
    id: &str,
) -> Result<ServiceResponse, Error> {
    let instead = form_page::instead_of(request.path()).filter(|_| request.method().is_safe());
    if let Some(page) = instead {
        let mark = if request.query_string().is_empty() { "" } else { "?" };
        let there = page::see(&format!("{page}{mark}{}", request.query_string()));
        return Ok(request.into_response(there));
    }
    let response = next.call(request).await?;
    let refused = response.response().error().map(|error| middleware::known(error, id));
    Ok(match refused {
        Some(Refused { refusal: Refusal::Unauthenticated, .. }) => {
            response.into_response(page::see(&format!("/console/sign-in?next={}", encoded(&visit.here))))
        }
        Some(Refused { refusal: Refusal::PasswordMustChange, .. }) => {
            response.into_response(page::see("/console/password"))
        }
        Some(refused) => {
            let (who, left) = reader(response.request(), visit).await;
            let answer = page::explained(visit, who.as_ref(), &refused, id, left)?;
            response.into_response(answer)
        }
        None => response.map_into_boxed_body(),
    })
}

/// The reader of a refusal page, and their unaccepted form of that page. The page omits what cannot be determined.
async fn reader(request: &HttpRequest, visit: &Visit) -> (Option<Caller>, Left) {
    let Some(app) = request.app_data::<State>() else { return (None, Left::default()) };
    let Ok(Some(caller)) = person(app, visit).await else { return (None, Left::default()) };
    let unsent = unsent_form::of(app, caller.officer, visit.page().to_owned()).await.ok().flatten();
    let left = unsent.map(|unsent| Left::to_copy(&unsent.fields, visit.language)).unwrap_or_default();
    (Some(caller), left)
}

fn is_proxied(request: &ServiceRequest) -> bool {
    let transport = request.app_data::<Data<Transport>>();
    transport.is_some_and(|transport| transport.is_proxy(request.peer_addr()))
}

/// Handles `?lang=en` on any page: stores the choice and redirects to the page without the parameter.
fn switched(request: &ServiceRequest, visit: &Visit) -> Option<HttpResponse> {
    if !request.method().is_safe() {
        return None;
    }
    let parts: Vec<&str> = request.query_string().split('&').filter(|part| !part.is_empty()).collect();
    let language = match parts.iter().find_map(|part| part.strip_prefix("lang=")) {
        Some("en") => Language::English,
        Some("zh") => Language::Chinese,
        Some(_) | None => return None,
    };
    let rest: Vec<&str> = parts.into_iter().filter(|part| !part.starts_with("lang=")).collect();
    let mark = if rest.is_empty() { "" } else { "?" };
    let there = format!("{}{mark}{}", request.path(), rest.join("&"));
    let cookie = visit.cookie(Jar::Language, language.tag().to_owned());
    Some(HttpResponse::build(SEE_OTHER).insert_header((header::LOCATION, there)).cookie(cookie).finish())
}

fn with_security_headers(mut response: ServiceResponse<BoxBody>) -> ServiceResponse {
    add_security_headers(response.headers_mut());
    response
}

/// Adds the security headers of pages.
pub fn add_security_headers(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    // Not `no-referrer`: browsers then send forms with `Origin: null`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .insert(header::HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
}
