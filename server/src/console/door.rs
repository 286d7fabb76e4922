//! What happens to every request of the console.
//!
//! Promise: what changes something comes from this origin; a refusal or an accident is a page in the visitor's
//! language; whoever is not signed in is asked to; every page forbids scripts, frames and foreign sources.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use tracing_actix_web::RequestId;

use super::page::{self, Page};
use super::visit::{Jar, Visit};
use crate::flow::refusal::{Refusal, Refused};
use crate::web::language::Language;
use crate::web::middleware;
use crate::web::origin;
use crate::web::problem::{Problem, SEE_OTHER};
use crate::web::transport::Transport;

/// Nothing but this server's own style sheet, pictures, recordings and forms. No script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Wraps every route of the console.
///
/// # Errors
/// What cannot be told as a page: the edge tells it.
pub async fn door(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
    let visit = Visit::of(request.request()).map_err(Problem::from)?;
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    if let Some(switched) = switched(&request, &visit) {
        return Ok(dressed(request.into_response(switched)));
    }
    if !request.method().is_safe() && !origin::is_same(request.headers(), visit.secure, is_proxied(&request)) {
        let answer = explained(&visit, &Refusal::CrossSite.into(), &id)?;
        return Ok(dressed(request.into_response(answer)));
    }
    let reads = request.method().is_safe();
    let response = next.call(request).await?;
    let refused = response.response().error().map(|error| middleware::known(error, &id));
    let response = match refused {
        Some(Refused { refusal: Refusal::Unauthenticated, .. }) if reads => {
            response.into_response(page::see(&format!("/console/sign-in?next={}", page::encoded(&visit.here))))
        }
        Some(refused) => {
            let answer = explained(&visit, &refused, &id)?;
            response.into_response(answer)
        }
        None => response.map_into_boxed_body(),
    };
    Ok(dressed(response))
}

fn is_proxied(request: &ServiceRequest) -> bool {
    let transport = request.app_data::<Data<Transport>>();
    transport.is_some_and(|transport| transport.is_proxy(request.peer_addr()))
}

/// `?lang=en` on any page: the choice is kept, the page is shown again without it.
fn switched(request: &ServiceRequest, visit: &Visit) -> Option<HttpResponse> {
    let parts: Vec<&str> = request.query_string().split('&').filter(|part| !part.is_empty()).collect();
    let language = match parts.iter().find_map(|part| part.strip_prefix("lang=")) {
        Some("en") => Language::English,
        Some(_) => Language::Chinese,
        None => return None,
    };
    let rest: Vec<&str> = parts.into_iter().filter(|part| !part.starts_with("lang=")).collect();
    let mark = if rest.is_empty() { "" } else { "?" };
    let there = format!("{}{mark}{}", request.path(), rest.join("&"));
    let cookie = visit.cookie(Jar::Language, language.tag().to_owned());
    Some(HttpResponse::build(SEE_OTHER).insert_header((header::LOCATION, there)).cookie(cookie).finish())
}

fn explained(visit: &Visit, refused: &Refused, id: &str) -> Result<HttpResponse, Problem> {
    let page = Page::of(visit, None, ("未能完成", "Not done"));
    page::explanation(visit, page, refused, id)
}

fn dressed(mut response: ServiceResponse<BoxBody>) -> ServiceResponse {
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    // Not `no-referrer`: browsers then send forms with `Origin: null`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .insert(header::HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    response
}
