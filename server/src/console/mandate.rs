//! Delegations and powers of townships on the pages of both agencies, and the form that ends one.

use std::collections::BTreeSet;

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sync_core::id::{AgencyId, hex};
use sync_core::mandate::{MandateKind, Term};
use sync_core::time::Date;

use super::page::{self, Page, Part};
use super::posted::{Posted, label};
use super::visit::SignedIn;
use crate::flow::mandate::{self, LONGEST_TEXT, MOST_ITEMS, NewMandate, Told};
use crate::flow::reason::LONGEST as LONGEST_REASON;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::seen::Seen;
use crate::store::MandateRow;
use crate::web::State as App;
use crate::web::problem::Problem;

/// Where a day stands in the days of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Among them.
    InForce,
    /// Before them.
    ToCome,
    /// After its early end.
    Ended,
    /// After its term.
    Over,
}

fn state(term: &Term, today: Date) -> State {
    match (term.is_in_force(today), term.ended) {
        (true, _) => State::InForce,
        (false, Some(_)) => State::Ended,
        (false, None) if today < term.first => State::ToCome,
        (false, None) => State::Over,
    }
}

/// A mandate, as a page shows it.
pub struct Deed {
    /// Id.
    pub id: String,
    /// Id of the agency that enforces by it.
    pub agency_id: String,
    /// Its name.
    pub agency: String,
    /// Name of the organ that entrusts; empty of a township's powers.
    pub organ: String,
    /// Whether it is a delegation.
    pub is_delegation: bool,
    /// Code and name of each item.
    pub items: Vec<(String, String)>,
    /// 权限.
    pub powers: String,
    /// The deed or the decision.
    pub document: String,
    /// Where it is published.
    pub published: String,
    /// First day.
    pub first: String,
    /// Last day in force; empty without one.
    pub end: String,
    /// Where today stands in its days.
    pub state: State,
    /// Whether the reader may end it.
    pub can_end: bool,
}

/// A mandate for a page of this day.
pub fn deed(told: Told, today: Date) -> Deed {
    let Told { row, agency, organ, items, tag: _, is_in_care } = told;
    let MandateRow { mandate, powers, document, published } = row;
    let term: Term = mandate.term;
    Deed {
        id: hex(&mandate.id),
        agency_id: mandate.agency.to_string(),
        agency,
        organ,
        is_delegation: mandate.kind == MandateKind::Delegation,
        items,
        powers,
        document,
        published,
        first: term.first.to_string(),
        end: term.end().map(|day| day.to_string()).unwrap_or_default(),
        state: state(&term, today),
        can_end: is_in_care && term.ended.is_none() && term.last.is_none_or(|last| today <= last),
    }
}

#[derive(Template)]
#[template(path = "mandate_end.html")]
struct End {
    page: Page,
    deed: Deed,
    seen: String,
    last_day: String,
    reason: String,
}

fn mandate_id(text: &str) -> Result<[u8; 16], Refusal> {
    crate::web::input::bytes(text, "id").map_err(|_not_an_id| Refusal::NotFound)
}

async fn form(app: &App, signed: &SignedIn, id: [u8; 16]) -> Result<End, Problem> {
    let told = mandate::read(app, signed.caller.clone(), id).await?;
    if !told.is_in_care {
        return Err(Refusal::Forbidden.into());
    }
    let (seen, today) = (told.tag.clone(), app.clock.now().date());
    let page = Page::within(signed, Part::Officers, ("终止委托或者赋权", "End a delegation or powers"));
    Ok(End { page, deed: deed(told, today), seen, last_day: today.to_string(), reason: String::new() })
}

/// The form.
#[get("/mandates/{id}/end")]
pub async fn end_form(app: App, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let mut form = form(&app, &signed, mandate_id(&path)?).await?;
    let unsent = signed.unsent(&app).await?;
    form.page = form.page.unsent(unsent.as_ref());
    let mut kept = unsent.map(|unsent| unsent.fields).unwrap_or_default();
    form.reason = kept.remove("reason").unwrap_or_default();
    form.last_day = kept.remove("last_day").unwrap_or(form.last_day);
    page::show(&signed.visit, &form)
}

/// Ends it.
#[post("/mandates/{id}/end")]
pub async fn end(app: App, signed: SignedIn, path: Path<String>, posted: Posted) -> Result<HttpResponse, Problem> {
    let id = mandate_id(&path)?;
    let seen = Seen::one(posted.raw("seen").to_owned());
    let said = day(&posted, "last_day").and_then(|day| Ok((day, posted.text("reason", LONGEST_REASON)?)));
    let done = match said {
        Ok(said) => mandate::end(&app, signed.caller.clone(), id, seen, said).await,
        Err(refused) => Err(Failure::Refused(refused)),
    };
    match page::outcome(done)? {
        Ok(told) => Ok(page::see(&format!("/console/agencies/{}", told.row.mandate.agency))),
        Err(refused) if matches!(refused.refusal, Refusal::NotFound | Refusal::Forbidden) => Err(refused.into()),
        Err(refused) => {
            let mut form = form(&app, &signed, id).await?;
            form.page = form.page.refused(&refused);
            (form.last_day, form.reason) = (posted.typed("last_day"), posted.typed("reason"));
            page::again(&signed.visit, &refused, &form)
        }
    }
}

fn day(posted: &Posted, name: &str) -> Result<Date, Refused> {
    let text = posted.text(name, 10)?;
    text.parse::<Date>().map_err(|_not_a_day| {
        let (zh, en) = label(name);
        Refusal::Malformed.because(
            format!("“{zh}”中的“{text}”不是日期：请写成 2026-01-05 这样。"),
            format!("“{text}” in “{en}” is not a day: write it like 2026-01-05."),
        )
    })
}

/// The agency that was chosen, if one was.
///
/// # Errors
/// [`Refusal::NoSuchAgency`] for what is no id.
pub fn chosen(posted: &Posted, name: &str) -> Result<Option<AgencyId>, Refusal> {
    let chosen = Some(posted.raw(name)).filter(|text| !text.is_empty());
    chosen.map(|text| text.parse().map_err(|_not_an_id| Refusal::NoSuchAgency)).transpose()
}

/// The mandate of a form.
///
/// # Errors
/// [`Refusal::Malformed`] that names the field.
pub fn new_mandate(posted: &Posted, is_delegation: bool) -> Result<NewMandate, Refused> {
    let codes = posted.prose("items", MOST_ITEMS * 40)?;
    let separators = |c: char| c.is_whitespace() || [',', '，', '、', ';', '；'].contains(&c);
    let items: BTreeSet<String> =
        codes.split(separators).filter(|code| !code.is_empty()).map(str::to_owned).take(MOST_ITEMS + 1).collect();
    if items.len() > MOST_ITEMS {
        return Err(Refusal::Malformed.because(
            format!("一次最多填写 {MOST_ITEMS} 个执法事项。"),
            format!("At most {MOST_ITEMS} items at a time."),
        ));
    }
    let last = if posted.typed("last_day").is_empty() { None } else { Some(day(posted, "last_day")?) };
    Ok(NewMandate {
        kind: if is_delegation { MandateKind::Delegation } else { MandateKind::Township },
        organ: if is_delegation { chosen(posted, "organ")? } else { None },
        items,
        powers: posted.text("powers", LONGEST_TEXT)?,
        document: posted.text("document", LONGEST_TEXT)?,
        published: posted.text("published", LONGEST_TEXT)?,
        first: day(posted, "first_day")?,
        last,
    })
}
