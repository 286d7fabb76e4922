//! What every page has: title, language, navigation, the signed-in person, the token of its forms.

use actix_web::http::header::{CONTENT_LANGUAGE, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use sync_core::key_level::KeyLevel;
use sync_core::time::Instant;

use super::assets;
use super::key_level;
use super::left::Left;
use super::posted::says_something;
use super::query::PageQuery;
use super::visit::{SignedIn, Visit};
use super::words;
use crate::flow::caller::Caller;
use crate::flow::form_token::MadeFor;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::unsent_form::Unsent;
use crate::flow::{access, alarm, lead, read_audit, trial};
use crate::unseen::marked;
use crate::web::language::Language;
use crate::web::problem::{self, OK, Problem, SEE_OTHER, status};

/// Which part of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The caller's open work.
    Work,
    /// Cases.
    Cases,
    /// Supervision leads.
    Leads,
    /// Alarms.
    Alarms,
    /// The read audit.
    Audit,
    /// Officers and their certificates.
    Officers,
    /// The caller's phones.
    Devices,
    /// None of them.
    Nowhere,
}

/// The signed-in person, in the header of a page.
#[derive(Debug, Clone)]
pub struct Who {
    /// Name.
    pub name: String,
    /// Name of the agency.
    pub agency: String,
    /// The parts of the navigation that not everybody has, as [`Page::at`] names them.
    parts: Vec<&'static str>,
}

impl Who {
    fn of(caller: &Caller) -> Self {
        let parts = [
            ("cases", access::filter(caller).is_ok()),
            ("leads", lead::may_see(caller)),
            ("alarms", alarm::may_see(caller)),
            ("audit", read_audit::may_see(caller)),
            ("trial", trial::may_remove(caller)),
        ];
        let parts = parts.into_iter().filter_map(|(part, theirs)| theirs.then_some(part)).collect();
        Self { name: caller.name.clone(), agency: caller.agency_name.clone(), parts }
    }

    /// Whether this person has a part of the navigation.
    pub fn has(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }
}

/// A refusal in words.
#[derive(Debug, Clone)]
pub struct Told {
    /// The sentence.
    pub text: String,
    /// The provision.
    pub article: Option<String>,
    /// Stable code.
    pub code: &'static str,
}

impl Told {
    /// The refusal in a language.
    pub fn of(refused: &Refused, language: Language) -> Self {
        let row = refused.refusal.explain();
        let (zh, en) = words::refusal(refused.refusal);
        let (general, particular) = match language {
            Language::Chinese => (zh, &refused.zh),
            Language::English => (en, &refused.en),
        };
        Self {
            text: particular.clone().unwrap_or_else(|| general.to_owned()),
            article: refused.article.clone().or_else(|| row.article.map(str::to_owned)),
            code: row.code,
        }
    }
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language.
    pub language: Language,
    /// Title.
    pub title: String,
    /// The signed-in person.
    pub who: Option<Who>,
    /// Which part of the navigation.
    pub part: Part,
    /// The token of forms.
    pub csrf: String,
    /// Why the form was refused.
    pub told: Option<Told>,
    /// Ignored parts of the query.
    pub ignored: Vec<&'static str>,
    /// When the form in the page was sent without being accepted.
    pub unsent: Option<String>,
    /// Whether the people of this installation are invented.
    pub trial: bool,
    here: String,
}

impl Page {
    /// The frame of a page with a title in both languages.
    pub fn of(visit: &Visit, caller: Option<&Caller>, (zh, en): (&str, &str)) -> Self {
        let csrf = visit.token(caller.map_or(MadeFor::Nobody, |caller| MadeFor::Officer(caller.officer)));
        let frame = Self::framed(visit.language, (zh, en), visit.here.clone());
        Self { who: caller.map(Who::of), csrf, trial: visit.trial, ..frame }
    }

    /// The frame of a page without forms, for an unknown visitor.
    fn framed(language: Language, (zh, en): (&str, &str), here: String) -> Self {
        let title = match language {
            Language::Chinese => zh,
            Language::English => en,
        };
        Self {
            language,
            title: title.to_owned(),
            who: None,
            part: Part::Nowhere,
            csrf: String::new(),
            told: None,
            ignored: Vec::new(),
            unsent: None,
            trial: false,
            here,
        }
    }

    /// The frame of a page for a signed-in person.
    pub fn within(signed: &SignedIn, part: Part, title: (&str, &str)) -> Self {
        Self { part, ..Self::of(&signed.visit, Some(&signed.caller), title) }
    }

    /// The same page with a refusal above its form.
    #[must_use]
    pub fn refused(self, refused: &Refused) -> Self {
        Self { told: Some(Told::of(refused, self.language)), ..self }
    }

    /// The same page with the ignored parts of its query.
    #[must_use]
    pub fn ignoring(self, params: &PageQuery) -> Self {
        Self { ignored: params.ignored(self.language), ..self }
    }

    /// The same page with the reader's unaccepted form.
    #[must_use]
    pub fn unsent(self, unsent: Option<&Unsent>) -> Self {
        let shown = unsent.filter(|unsent| says_something(&unsent.fields));
        Self { unsent: shown.map(|unsent| unsent.at.to_string()), ..self }
    }

    /// One of two texts.
    pub fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => zh,
            Language::English => en,
        }
    }

    /// For `lang`.
    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// Whether the page is in English.
    pub fn is_english(&self) -> bool {
        self.language == Language::English
    }

    /// This page in the other language.
    pub fn switch(&self) -> String {
        let other = if self.is_english() { "zh" } else { "en" };
        let mark = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{mark}lang={other}", self.here)
    }

    /// `page` if this is the current part, for `aria-current`.
    pub fn at(&self, part: &str) -> &'static str {
        let here = match self.part {
            Part::Work => "work",
            Part::Cases => "cases",
            Part::Leads => "leads",
            Part::Alarms => "alarms",
            Part::Audit => "audit",
            Part::Officers => "officers",
            Part::Devices => "devices",
            Part::Nowhere => "",
        };
        if here == part { "page" } else { "false" }
    }

    /// What a phone says about the protection of a key.
    pub fn key_level(&self, level: impl std::borrow::Borrow<KeyLevel>) -> &'static str {
        let (zh, en) = key_level::words(*level.borrow());
        self.t(zh, en)
    }

    /// Version of the static files.
    #[expect(clippy::unused_self, reason = "templates call it on the page")]
    pub fn version(&self) -> &'static str {
        assets::version()
    }

    /// A time as people read it, Asia/Shanghai.
    #[expect(clippy::unused_self, reason = "templates call it on the page")]
    pub fn time(&self, ms: impl std::borrow::Borrow<i64>) -> String {
        Instant::from_ms(*ms.borrow()).to_string()
    }
}

/// The page of a refusal or an internal error.
#[derive(Template)]
#[template(path = "explanation.html")]
struct Explanation {
    page: Page,
    told: Told,
    request_id: String,
    left: Left,
}

/// The refusal page for the signed-in person, with the typed text.
///
/// # Errors
/// An internal error.
pub fn explained(
    visit: &Visit,
    who: Option<&Caller>,
    refused: &Refused,
    request_id: &str,
    left: Left,
) -> Result<HttpResponse, Problem> {
    let page = Page::of(visit, who, ("未能完成", "Not done"));
    let (told, request_id) = (Told::of(refused, visit.language), request_id.to_owned());
    html(visit, Err(refused), &Explanation { page, told, request_id, left })
}

/// As [`explained`], for an unknown visitor.
///
/// # Errors
/// An internal error.
pub fn explained_to_nobody(language: Language, refused: &Refused, request_id: &str) -> Result<HttpResponse, Problem> {
    let page = Page::framed(language, ("未能完成", "Not done"), "/console/".to_owned());
    let (told, request_id) = (Told::of(refused, language), request_id.to_owned());
    made(language, Err(refused), &Explanation { page, told, request_id, left: Left::default() }).map(finished)
}

/// A page.
///
/// # Errors
/// An internal error.
pub fn show(visit: &Visit, page: &impl Template) -> Result<HttpResponse, Problem> {
    html(visit, Ok(()), page)
}

/// A refused form, shown again with the typed text.
///
/// # Errors
/// An internal error.
pub fn again(visit: &Visit, refused: &Refused, page: &impl Template) -> Result<HttpResponse, Problem> {
    html(visit, Err(refused), page)
}

fn html(visit: &Visit, done: Result<(), &Refused>, page: &impl Template) -> Result<HttpResponse, Problem> {
    let (mut response, body) = made(visit.language, done, page)?;
    if let Some(cookie) = visit.first_cookie() {
        response.cookie(cookie);
    }
    Ok(finished((response, body)))
}

/// An answer with cookies and the page.
fn made(
    language: Language,
    done: Result<(), &Refused>,
    page: &impl Template,
) -> Result<(HttpResponseBuilder, String), Problem> {
    // Templates contain no such character, so every marked one comes from data.
    let body = marked(&page.render().map_err(Failure::broken)?).into_owned();
    let mut response = HttpResponse::build(done.map_or_else(|refused| status(refused.refusal), |()| OK));
    if let Err(refused) = done {
        problem::tell(&mut response, refused);
    }
    response.content_type("text/html; charset=utf-8").insert_header((CONTENT_LANGUAGE, language.tag()));
    Ok((response, body))
}

fn finished((mut response, body): (HttpResponseBuilder, String)) -> HttpResponse {
    response.body(body)
}

/// Redirects after success.
pub fn see(there: &str) -> HttpResponse {
    HttpResponse::build(SEE_OTHER).insert_header((LOCATION, there)).finish()
}

/// The result of a form: the answer, or the refusal to show above the form. An internal error is passed on.
///
/// # Errors
/// An internal error.
pub fn outcome<T>(done: Result<T, Failure>) -> Result<Result<T, Refused>, Problem> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Failure::Refused(refused)) => Ok(Err(refused)),
        Err(broken @ Failure::Broken(_)) => Err(broken.into()),
    }
}

/// Whether it was refused for one of these reasons.
pub fn is_refused<T>(done: &Result<T, Failure>, reasons: &[Refusal]) -> bool {
    matches!(done, Err(Failure::Refused(refused)) if reasons.contains(&refused.refusal))
}
