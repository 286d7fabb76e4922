//! The methods that each route answers, derived from the routes.
//!
//! Promise: `HEAD` is answered wherever `GET` is, with the same headers and no body (RFC 9110 section 9.3.2); another
//! method on an existing path is 405 and lists the allowed ones (section 15.5.6).

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::RANGE;
use actix_web::web::{Bytes, Data};
use utoipa::openapi::OpenApi;

/// The methods of each path pattern.
#[derive(Debug, Clone, Default)]
pub struct Methods(BTreeMap<String, BTreeSet<&'static str>>);

const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

impl Methods {
    /// Collects the methods of the OpenAPI document and of further routes (method and pattern).
    pub fn of(document: &OpenApi, further: &[(&str, &str)]) -> Self {
        let mut methods = Self::default();
        for (pattern, item) in &document.paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("HEAD", &item.head),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
                ("OPTIONS", &item.options),
            ] {
                if operation.is_some() {
                    methods.add(method, pattern);
                }
            }
        }
        further.iter().for_each(|(method, pattern)| methods.add(method, pattern));
        methods
    }

    fn add(&mut self, method: &str, pattern: &str) {
        if let Some(known) = KNOWN.into_iter().find(|known| *known == method) {
            self.0.entry(pattern.to_owned()).or_default().insert(known);
        }
    }

    /// The header `Allow` of a pattern, with `HEAD` if it has `GET`; none for an unknown pattern.
    pub fn allow(&self, pattern: &str) -> Option<String> {
        let methods = self.0.get(pattern)?;
        let both = |method: &'static str| if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] };
        let named: BTreeSet<&str> = methods.iter().copied().flat_map(both).collect();
        Some(named.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn has(&self, pattern: &str, method: &str) -> bool {
        self.0.get(pattern).is_some_and(|methods| methods.contains(method))
    }
}

/// Marks a `HEAD` that was turned into a `GET`.
#[derive(Debug, Clone, Copy)]
pub struct AskedByHead;

/// Turns a `HEAD` into a `GET` if no route answers `HEAD` itself. Returns whether it did.
pub fn head_as_get(request: &mut ServiceRequest) -> bool {
    if request.method() != Method::HEAD {
        return false;
    }
    let pattern = request.match_pattern().unwrap_or_default();
    if request.app_data::<Data<Methods>>().is_some_and(|methods| methods.has(&pattern, "HEAD")) {
        return false;
    }
    request.extensions_mut().insert(AskedByHead);
    request.head_mut().method = Method::GET;
    // Ranges are defined for GET only (section 14.2).
    request.headers_mut().remove(RANGE);
    true
}

/// A body for `HEAD`: it has the length of the original, and no bytes.
pub fn without_body(body: &BoxBody) -> BoxBody {
    BoxBody::new(Unsent(body.size()))
}

struct Unsent(BodySize);

impl MessageBody for Unsent {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_methods_that_work() {
        let routes = [("GET", "/a"), ("POST", "/a"), ("DELETE", "/b/{id}"), ("BREW", "/b/{id}")];
        let methods = Methods::of(&OpenApi::default(), &routes);
        assert_eq!(methods.allow("/a").as_deref(), Some("GET, HEAD, POST"));
        assert_eq!(methods.allow("/b/{id}").as_deref(), Some("DELETE"));
        assert_eq!(methods.allow("/c"), None);
    }
}
