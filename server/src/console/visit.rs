//! The visitor of a page: person, language and cookies.
//!
//! Promise: over TLS the cookies are `__Host-`, `Secure` and `HttpOnly`. Over plain HTTP on loopback, which is for
//! development, they have other names and no `Secure`, so the two sets are never confused. The session cookie is
//! `SameSite=Strict`: a request that another site starts does not carry it, and the sign-in page then reloads from this
//! site (`session`). The form cookie and the language cookie are `SameSite=Lax` and are sent with such a request.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::atomic::Ordering;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use sync_core::id::hex;

use super::form_page;
use super::posted::forget_typed;
use crate::flow;
use crate::flow::caller::Caller;
use crate::flow::form_token::{FormKey, MadeFor};
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::unsent_form::{self, Unsent};
use crate::random;
use crate::web::State;
use crate::web::language::Language;
use crate::web::problem::Problem;
use crate::web::transport::Transport;

/// The purpose of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// The secret of a session.
    Session,
    /// A secret of a browser, to which forms are bound. It survives signing in and out.
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

    const fn same_site(self) -> SameSite {
        match self {
            Self::Session => SameSite::Strict,
            Self::Visitor | Self::Language => SameSite::Lax,
        }
    }
}

/// A request of a browser.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Chinese unless the visitor chose English here.
    pub language: Language,
    /// Whether the visitor came over TLS.
    pub secure: bool,
    /// Path and query of the page; for a form that was sent, those of the page with the form.
    pub here: String,
    /// Whether the people of this installation are invented.
    pub trial: bool,
    session: Option<String>,
    visitor: String,
    fresh: bool,
    forms: FormKey,
}

impl Visit {
    /// Reads the request.
    ///
    /// # Errors
    /// No randomness for the secret of a new visitor.
    pub fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let app = request.app_data::<State>().ok_or(Refusal::Internal)?;
        let secure = request
            .app_data::<Data<Transport>>()
            .is_some_and(|transport| transport.is_secure(request.peer_addr(), request.headers()));
        let cookie = |jar: Jar| request.cookie(jar.name(secure)).map(|cookie| cookie.value().to_owned());
        let english = cookie(Jar::Language).as_deref() == Some(Language::English.tag());
        let known = cookie(Jar::Visitor).filter(|secret| secret.len() == 64);
        let fresh = known.is_none();
        let here = if request.method().is_safe() {
            request.uri().path_and_query().map(ToString::to_string).unwrap_or_default()
        } else {
            form_page::of(request.path()).to_owned()
        };
        Ok(Self {
            language: if english { Language::English } else { Language::Chinese },
            secure,
            here,
            trial: request.app_data::<State>().is_some_and(|app| app.trial.load(Ordering::Relaxed)),
            session: cookie(Jar::Session).filter(|secret| secret.len() == 64),
            visitor: match known {
                Some(secret) => secret,
                None => hex(&random::bytes::<32>()?),
            },
            fresh,
            forms: FormKey::of(&app.keys),
        })
    }

    /// The path of the page.
    pub fn page(&self) -> &str {
        self.here.split('?').next().unwrap_or_default()
    }

    /// The secret of the session, if the browser keeps one.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The token of this person's forms in this browser.
    pub fn token(&self, whom: MadeFor) -> String {
        self.forms.token(&self.visitor, whom)
    }

    /// The person for whom the page with this token was made; none if it was not made for this browser.
    pub fn made_for(&self, token: &str) -> Option<MadeFor> {
        self.forms.read(&self.visitor, token)
    }

    /// The cookie for a new visitor.
    pub fn first_cookie(&self) -> Option<Cookie<'static>> {
        self.fresh.then(|| self.cookie(Jar::Visitor, self.visitor.clone()))
    }

    /// A cookie that ends with the browser.
    pub fn cookie(&self, jar: Jar, value: String) -> Cookie<'static> {
        Cookie::build(jar.name(self.secure), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(jar.same_site())
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

/// The signed-in person, if there is one.
///
/// # Errors
/// An internal error.
pub async fn person(app: &State, visit: &Visit) -> Result<Option<Caller>, Failure> {
    let Some(secret) = visit.session() else { return Ok(None) };
    match flow::console_session::identify(app, secret).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Failure::Refused(refused)) if refused.refusal == Refusal::Unauthenticated => Ok(None),
        Err(other) => Err(other),
    }
}

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The request.
    pub visit: Visit,
    /// The person.
    pub caller: Caller,
}

impl SignedIn {
    /// This person's unaccepted form of this page. `fresh=1` in the query requests an empty form.
    ///
    /// # Errors
    /// An internal error.
    pub async fn unsent(&self, app: &State) -> Result<Option<Unsent>, Failure> {
        let mut unsent = unsent_form::of(app, self.caller.officer, self.visit.page().to_owned()).await?;
        if self.visit.here.ends_with("fresh=1") {
            unsent.iter_mut().for_each(|unsent| forget_typed(&mut unsent.fields));
        }
        Ok(unsent)
    }
}

/// A signed-in person, also one with a one-time password. Only for the page that replaces it.
pub struct Newcomer(pub SignedIn);

impl FromRequest for Newcomer {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let signed = signed_in(request);
        Box::pin(async move { signed.await.map(Self) })
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let signed = signed_in(request);
        Box::pin(async move {
            let signed = signed.await?;
            if signed.caller.must_change { Err(Refusal::PasswordMustChange.into()) } else { Ok(signed) }
        })
    }
}

fn signed_in(request: &HttpRequest) -> impl Future<Output = Result<SignedIn, Problem>> + use<> {
    let (app, visit) = (request.app_data::<State>().cloned(), Visit::of(request));
    // For a form, the middleware has already identified the sender.
    let known = request.extensions().get::<Caller>().cloned();
    async move {
        let (visit, app) = (visit?, app.ok_or(Refusal::Internal)?);
        let caller = match known {
            Some(caller) => caller,
            None => person(&app, &visit).await?.ok_or(Refusal::Unauthenticated)?,
        };
        Ok(SignedIn { visit, caller })
    }
}
