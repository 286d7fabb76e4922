//! Supervision leads: the list, one lead, its answer and its conclusion.

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use sync_core::lead::LeadStatus;

use super::csrf::Posted;
use super::page::{self, Page, Part};
use super::visit::SignedIn;
use super::words;
use crate::flow::lead::{self, LONGEST_TEXT, Lead, Search, Step};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::store::Said;
use crate::web::State;
use crate::web::input::bytes;
use crate::web::paging::{lead_cursor, limit, next};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "leads.html")]
struct LeadList {
    page: Page,
    status: String,
    leads: Vec<Lead>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "lead.html")]
struct OneLead {
    page: Page,
    lead: Lead,
    step: Option<Step>,
    typed: String,
}

impl LeadList {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the template lends it")]
    fn step(&self, status: &LeadStatus) -> &'static str {
        words::lead_status(self.page.language, *status)
    }

    fn status(&self, lead: &Lead) -> &'static str {
        words::lead_status(self.page.language, lead.row.status)
    }

    #[expect(clippy::unused_self, reason = "the template calls it on the page")]
    fn address(&self, lead: &Lead) -> String {
        format!("/console/leads/{}", lead::id_text(&lead.row.id))
    }
}

impl OneLead {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    fn status(&self, lead: &Lead) -> &'static str {
        words::lead_status(self.page.language, lead.row.status)
    }

    fn id(&self) -> String {
        lead::id_text(&self.lead.row.id)
    }

    fn name(&self, said: &Said) -> &str {
        self.lead.names.get(&said.by).map_or("", String::as_str)
    }

    fn answers(&self) -> bool {
        self.step == Some(Step::Answer)
    }

    fn concludes(&self) -> bool {
        self.step == Some(Step::Close)
    }
}

/// Which leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    status: String,
    cursor: String,
}

fn lead_id(text: &str) -> Result<[u8; 16], Refusal> {
    bytes(text, "id").map_err(|_not_an_id| Refusal::NotFound)
}

/// A page of the list.
#[get("/leads")]
pub async fn list(app: State, signed: SignedIn, query: Query<Filters>) -> Result<HttpResponse, Problem> {
    let Filters { status, cursor } = query.into_inner();
    // What is no status narrows nothing.
    let wanted = LeadStatus::parse(&status).ok();
    let after = if cursor.is_empty() { None } else { Some(lead_cursor(&cursor)?) };
    let search = Search { status: wanted, case: None, after };
    let (leads, more) = lead::list(&app, signed.caller.clone(), search, limit(None)).await?;
    let last = leads.last().filter(|_| more);
    let next = last.map(|last| next(last.row.raised.at, lead::id_text(&last.row.id)));
    let page = Page::within(&signed, Part::Leads, ("监督线索", "Supervision leads"));
    page::show(&signed.visit, &LeadList { page, status, leads, next })
}

fn shown(signed: &SignedIn, lead: Lead, typed: &str) -> OneLead {
    let page = Page::within(signed, Part::Leads, ("监督线索", "Supervision lead"));
    let step = lead::next_step(&signed.caller, &lead);
    OneLead { page, step, lead, typed: typed.to_owned() }
}

/// One lead.
#[get("/leads/{id}")]
pub async fn read(app: State, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let found = lead::read(&app, signed.caller.clone(), lead_id(&path)?).await?;
    page::show(&signed.visit, &shown(&signed, found, ""))
}

/// The agency answers.
#[post("/leads/{id}/answer")]
pub async fn answer(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    take(app, signed, &path, &posted, Step::Answer).await
}

/// The supervisor closes.
#[post("/leads/{id}/close")]
pub async fn close(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    take(app, signed, &path, &posted, Step::Close).await
}

fn said(posted: &Posted) -> Result<(Seen<i64>, String), Refused> {
    let version = posted.raw("version").parse().map_err(|_no_version| Refused::from(Refusal::Stale))?;
    Ok((Seen::one(version), posted.prose("text", LONGEST_TEXT)?))
}

async fn take(app: State, signed: SignedIn, path: &str, posted: &Posted, step: Step) -> Result<HttpResponse, Problem> {
    let id = lead_id(path)?;
    let done = match said(posted) {
        Ok((version, text)) => lead::step(&app, signed.caller.clone(), id, version, step, text).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    match page::outcome(done)? {
        Ok(lead) => Ok(page::see(&format!("/console/leads/{}", lead::id_text(&lead.row.id)))),
        Err(refused) => {
            let found = lead::read(&app, signed.caller.clone(), id).await?;
            let form = shown(&signed, found, posted.raw("text"));
            page::again(&signed.visit, &refused, &OneLead { page: form.page.refused(&refused), ..form })
        }
    }
}
