//! Hook that lets the console render refusals as pages.
//!
//! Promise: code that refuses outside of the console's own middleware (`middleware`, `connection_guard`) calls this
//! hook first and sends a problem only if no page is shown. Not here: the pages (`crate::console`).

use std::pin::Pin;

use actix_web::error::InternalError;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use super::authorization::token;
use super::language::Language;
use super::problem::{INVALID_BOUND_TOKEN, INVALID_TOKEN, Problem};
use super::security_headers::{Kind, set};
use crate::flow::proof::Scheme;
use crate::flow::refusal::{Refusal, Refused};

/// A page that is being made; none if it cannot be made.
pub type Making = Pin<Box<dyn Future<Output = Option<HttpResponse>>>>;
/// Makes the page of a refusal for one request, whose id is given.
pub type Teller = Box<dyn FnOnce(Refused, String) -> Making>;

/// Renders refusals as pages; none for requests that show no pages.
#[derive(Clone, Copy)]
pub struct RefusalPages(pub fn(&actix_web::HttpRequest) -> Option<Teller>);

/// Renders a refusal when only the head of a request was read: target, language of pages, refusal, request id.
pub type OfHead = fn(&str, Language, &Refused, &str) -> Option<HttpResponse>;

/// Renders the refusal of one request.
pub struct Telling {
    page: Option<Teller>,
    language: Language,
    id: String,
    kind: Kind,
    /// The challenge for an invalid token, if the request has a token.
    invalid_token: Option<&'static str>,
}

impl Telling {
    /// Captures what is needed of this request. It keeps no reference, because the handler modifies the request.
    pub fn of(request: &actix_web::dev::ServiceRequest, id: &str, kind: Kind) -> Self {
        let pages = request.app_data::<Data<RefusalPages>>();
        let page = pages.and_then(|pages| (pages.0)(request.request()));
        let scheme = request.headers().get(AUTHORIZATION).map(|_token| token(request.headers()));
        let invalid_token = scheme
            .map(|scheme| if matches!(scheme, Some((Scheme::Dpop, _))) { INVALID_BOUND_TOKEN } else { INVALID_TOKEN });
        Self { page, language: Language::of(request.headers()), id: id.to_owned(), kind, invalid_token }
    }

    /// The answer.
    pub async fn tell(self, refused: &Refused) -> HttpResponse {
        let page = match self.page {
            Some(page) => page(refused.clone(), self.id.clone()).await,
            None => None,
        };
        let mut response = page.unwrap_or_else(|| Problem::respond(refused, self.language, &self.id));
        if refused.refusal == Refusal::Unauthenticated
            && let Some(challenge) = self.invalid_token
        {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        set(response.headers_mut(), &self.id, &self.kind);
        response
    }

    /// The answer if the request no longer exists.
    pub async fn error(self, refused: &Refused) -> Error {
        InternalError::from_response(refused.refusal.explain().code, self.tell(refused).await).into()
    }
}

/// The complete answer to a request of which only the head was read: target, language of pages, `Accept-Language`.
pub fn of_head(
    pages: OfHead,
    (target, chosen): (&str, Language),
    languages: &HeaderMap,
    refused: &Refused,
    id: &str,
) -> HttpResponse {
    let page = pages(target, chosen, refused, id);
    let mut response = page.unwrap_or_else(|| Problem::respond(refused, Language::of(languages), id));
    set(response.headers_mut(), id, &Kind::default());
    response
}
