//! Pages for requests that no handler answered: the body is too large, the client too slow, the server too busy, or the
//! head is not readable.
//!
//! Promise: every refusal of a request below `/console` is a page in the visitor's language. It has the navigation of
//! the signed-in person, unless the database does not identify them within [`LOOKED_FOR`]. Not here: refusals of
//! handlers (`middleware`, `sending`).

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};

use super::left::Left;
use super::middleware::add_security_headers;
use super::page::{explained, explained_to_nobody};
use super::visit::{Visit, person};
use crate::flow::refusal::{Refusal, Refused};
use crate::web::State;
use crate::web::language::Language;
use crate::web::refusal_page::Teller;

const HERE: &str = "/console";
/// Timeout for identifying the signed-in person: the cause of the refusal may also block the database.
const LOOKED_FOR: Duration = Duration::from_secs(2);

/// Whether pages are shown at this target.
fn is_here(target: &str) -> bool {
    target.strip_prefix(HERE).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// Makes the page of a refusal for this request, if it is one for a page.
pub fn teller(request: &HttpRequest) -> Option<Teller> {
    if !is_here(request.path()) {
        return None;
    }
    let (app, visit) = (request.app_data::<State>()?.clone(), Visit::of(request).ok()?);
    Some(Box::new(move |refused, id| {
        Box::pin(async move {
            // Secrets are not read over an untrusted connection.
            let looked_for = refused.refusal != Refusal::UntrustedPeer;
            let who = if looked_for { tokio::time::timeout(LOOKED_FOR, person(&app, &visit)).await.ok() } else { None };
            let who = who.and_then(Result::ok).flatten();
            let mut page = explained(&visit, who.as_ref(), &refused, &id, Left::default()).ok()?;
            add_security_headers(page.headers_mut());
            Some(page)
        })
    }))
}

/// The page of a refusal for a request of which nothing else is known.
pub fn of_head(target: &str, language: Language, refused: &Refused, id: &str) -> Option<HttpResponse> {
    if !is_here(target) {
        return None;
    }
    let mut page = explained_to_nobody(language, refused, id).ok()?;
    add_security_headers(page.headers_mut());
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_shown_below_console_and_nowhere_else() {
        for (target, here) in [
            ("/console", true),
            ("/console/", true),
            ("/console/cases/ab?x=1", true),
            ("/console?lang=en", true),
            ("/consoles", false),
            ("/v1/console", false),
            ("/", false),
        ] {
            assert_eq!(is_here(target), here, "{target}");
        }
    }

    #[test]
    fn of_a_head_that_cannot_be_read_the_page_is_in_the_language_that_its_cookie_says() {
        let refused = Refusal::HeadTooLong.into();
        let chinese = of_head("/console/work", Language::Chinese, &refused, "1").unwrap();
        assert_eq!(chinese.status().as_u16(), 431);
        assert_eq!(chinese.headers().get("content-language").unwrap(), "zh-CN");
        let english = of_head("/console/work", Language::English, &refused, "1").unwrap();
        assert_eq!(english.headers().get("content-language").unwrap(), "en");
        assert!(of_head("/v1/cases", Language::Chinese, &refused, "1").is_none());
    }
}
