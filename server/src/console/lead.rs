//! Supervision leads: the list, one lead, its answer and its conclusion.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::lead::LeadStatus;

use super::by_time::{self, Column};
use super::left::Left;
use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::posted::Posted;
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::as_of::{RowId, Start};
use crate::flow::caller::Caller;
use crate::flow::lead::{self, LONGEST_TEXT, Lead, LeadAction, Search};
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::store::Said;
use crate::web::State;
use crate::web::input::bytes;
use crate::web::problem::Problem;

/// Address of this list.
const ADDRESS: &str = "/console/leads";

#[derive(Template)]
#[template(path = "leads.html")]
struct LeadList {
    page: Page,
    status: String,
    sort: &'static str,
    leads: Vec<Lead>,
    pager: Pager,
    column: Column,
}

#[derive(Template)]
#[template(path = "lead.html")]
struct OneLead {
    page: Page,
    lead: Lead,
    step: Option<LeadAction>,
    typed: String,
    /// The typed text, if the form is no longer available.
    left: Left,
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
        self.step == Some(LeadAction::Answer)
    }

    fn concludes(&self) -> bool {
        self.step == Some(LeadAction::Close)
    }
}

fn lead_id(text: &str) -> Result<[u8; 16], Refusal> {
    bytes(text, "id").map_err(|_not_an_id| Refusal::NotFound)
}

/// A page of the list.
#[get("/leads")]
pub async fn list(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let wanted = params.read("status", ("状态", "status"), |text| LeadStatus::parse(text).ok());
    let status = wanted.map(|status| status.code().to_owned()).unwrap_or_default();
    let order = by_time::order(&mut params);
    let mut place = PagePosition::read(&mut params, |text| text.parse::<Start<RowId>>().ok());
    let search = |start| Search { status: wanted, case: None, order, start };
    let total = lead::count(&app, signed.caller.clone(), search(None)).await?;
    let mut found = lead::list(&app, signed.caller.clone(), search(place.cursor), place.size).await;
    if page::is_refused(&found, &[Refusal::WrongCursor]) {
        place = place.begun_again(&mut params);
        found = lead::list(&app, signed.caller.clone(), search(None), place.size).await;
    }
    let lead::LeadList { leads, as_of, next } = found?;
    let (place, next) = (place.of_list(as_of.to_string()), next.map(|start| start.to_string()));
    let filters = if status.is_empty() { String::new() } else { format!("status={status}&") };
    let said = format!("{filters}{}", by_time::said(order));
    let pager = place.pager(ADDRESS, &said, leads.len(), next.as_deref(), total);
    let page = Page::within(&signed, Part::Leads, ("监督事项", "Supervision leads")).ignoring(&params);
    let column = Column::new(order, ADDRESS, &filters);
    page::show(&signed.visit, &LeadList { page, status, sort: by_time::code(order), leads, pager, column })
}

fn shown(signed: &SignedIn, lead: Lead, typed: String) -> OneLead {
    let page = Page::within(signed, Part::Leads, ("监督事项", "Supervision lead"));
    let step = lead::next_step(&signed.caller, &lead);
    let fields = [("text".to_owned(), typed.clone())].into();
    let left = if step.is_none() { Left::to_copy(&fields, signed.visit.language) } else { Left::default() };
    OneLead { page, lead, step, typed, left }
}

/// One lead.
#[get("/leads/{id}")]
pub async fn read(app: State, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let found = lead::read(&app, signed.caller.clone(), lead_id(&path)?).await?;
    let unsent = signed.unsent(&app).await?;
    let typed = unsent.as_ref().and_then(|unsent| unsent.fields.get("text").cloned()).unwrap_or_default();
    let shown = shown(&signed, found, typed);
    let page = shown.page.clone().unsent(unsent.filter(|_| shown.step.is_some()).as_ref());
    page::show(&signed.visit, &OneLead { page, ..shown })
}

/// The agency answers.
#[post("/leads/{id}/answer")]
pub async fn answer(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    take(app, signed, &path, &posted, LeadAction::Answer).await
}

/// The supervisor closes.
#[post("/leads/{id}/close")]
pub async fn close(app: State, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    take(app, signed, &path, &posted, LeadAction::Close).await
}

fn said(posted: &Posted) -> Result<(Seen<i64>, String), Refused> {
    let version = posted.raw("version").parse().map_err(|_no_version| Refused::from(Refusal::Stale))?;
    Ok((Seen::one(version), posted.prose("text", LONGEST_TEXT)?))
}

/// Whether this person has already taken the step with this text, so that the form was sent twice.
fn is_done(caller: &Caller, lead: &Lead, step: LeadAction, text: &str) -> bool {
    let said = match step {
        LeadAction::Answer => &lead.row.answer,
        LeadAction::Close => &lead.row.conclusion,
    };
    said.as_ref().is_some_and(|said| said.by == caller.officer && said.text == text)
}

async fn take(
    app: State,
    signed: SignedIn,
    path: &str,
    posted: &Posted,
    step: LeadAction,
) -> Result<HttpResponse, Problem> {
    let id = lead_id(path)?;
    let done = match said(posted) {
        Ok((version, text)) => lead::step(&app, signed.caller.clone(), id, version, step, text).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    let there = page::see(&format!("/console/leads/{}", lead::id_text(&id)));
    match page::outcome(done)? {
        Ok(_taken) => Ok(there),
        Err(refused) => {
            let (found, typed) = (lead::read(&app, signed.caller.clone(), id).await?, posted.typed("text"));
            if is_done(&signed.caller, &found, step, &typed) {
                return Ok(there);
            }
            let form = shown(&signed, found, typed);
            page::again(&signed.visit, &refused, &OneLead { page: form.page.refused(&refused), ..form })
        }
    }
}
