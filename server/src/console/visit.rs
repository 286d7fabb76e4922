//! Who comes, in which language, with which cookies.
//!
//! Promise: over TLS the cookies are `__Host-`, `Secure`, `HttpOnly` and `SameSite=Strict`; over plain HTTP on
//! loopback, which is for development, they have other names and no `Secure`, so that neither is taken for the other.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use sha2::{Digest as _, Sha256};
use sync_core::id::hex;

use crate::flow;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::web::State;
use crate::web::language::Language;
use crate::web::problem::Problem;
use crate::web::transport::Transport;

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// The secret of a session.
    Session,
    /// A secret of a browser in which nobody is signed in: forms are bound to it.
    Visitor,
    /// The language.
    Language,
}

impl Jar {
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-palm-session",
            (Self::Session, false) => "palm-session",
            (Self::Visitor, true) => "__Host-palm-visitor",
            (Self::Visitor, false) => "palm-visitor",
            (Self::Language, true) => "__Host-palm-language",
            (Self::Language, false) => "palm-language",
        }
    }
}

/// The token of a browser: tells nothing of the secret, and is not the hash by which the database knows it.
pub fn form_token(secret: &str) -> String {
    hex(&Sha256::new_with_prefix(b"palm/v1/console-form\0").chain_update(secret.as_bytes()).finalize())
}

/// A request of a browser.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Chinese unless the visitor chose English here.
    pub language: Language,
    /// Whether the visitor came over TLS.
    pub secure: bool,
    /// Path and query.
    pub here: String,
    session: Option<String>,
    visitor: String,
    fresh: bool,
}

impl Visit {
    /// Reads the request.
    ///
    /// # Errors
    /// No randomness for the secret of a new visitor.
    pub fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let secure = request
            .app_data::<Data<Transport>>()
            .is_some_and(|transport| transport.is_secure(request.peer_addr(), request.headers()));
        let cookie = |jar: Jar| request.cookie(jar.name(secure)).map(|cookie| cookie.value().to_owned());
        let english = cookie(Jar::Language).as_deref() == Some(Language::English.tag());
        let known = cookie(Jar::Visitor).filter(|secret| secret.len() == 64);
        let fresh = known.is_none();
        Ok(Self {
            language: if english { Language::English } else { Language::Chinese },
            secure,
            here: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            session: cookie(Jar::Session).filter(|secret| secret.len() == 64),
            visitor: match known {
                Some(secret) => secret,
                None => hex(&random::bytes::<32>()?),
            },
            fresh,
        })
    }

    /// The secret of the session, if the browser keeps one.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// What every form of this browser carries.
    pub fn csrf(&self) -> String {
        form_token(self.session().unwrap_or(&self.visitor))
    }

    /// The cookie that a new visitor is to keep.
    pub fn first_cookie(&self) -> Option<Cookie<'static>> {
        self.fresh.then(|| self.cookie(Jar::Visitor, self.visitor.clone()))
    }

    /// A cookie that ends with the browser.
    pub fn cookie(&self, jar: Jar, value: String) -> Cookie<'static> {
        Cookie::build(jar.name(self.secure), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Strict)
            .finish()
    }

    /// Makes the browser forget a cookie.
    pub fn forget(&self, jar: Jar) -> Cookie<'static> {
        let mut cookie = self.cookie(jar, String::new());
        cookie.make_removal();
        cookie
    }
}

impl FromRequest for Visit {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(Problem::from))
    }
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The request.
    pub visit: Visit,
    /// The person.
    pub caller: Caller,
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let (app, visit) = (request.app_data::<State>().cloned(), Visit::of(request));
        Box::pin(async move {
            let visit = visit?;
            let (Some(app), Some(secret)) = (app, visit.session()) else {
                return Err(Refusal::Unauthenticated.into());
            };
            let caller = flow::console_session::identify(&app, secret).await?;
            Ok(Self { visit, caller })
        })
    }
}
