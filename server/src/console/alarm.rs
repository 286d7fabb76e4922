//! The list of alarms, each with its case and its phone.

use actix_web::{HttpResponse, get};
use askama::Template;
use sync_core::alarm::AlarmKind;

use super::by_time::{self, Column};
use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::alarm::{self, Named};
use crate::flow::caller::Caller;
use crate::flow::refusal::Refusal;
use crate::flow::{access, account_event};
use crate::store::{AlarmRow, TimePage};
use crate::web::State;
use crate::web::language::Language;
use crate::web::paging::{cursor, next};
use crate::web::problem::Problem;

/// Address of this list.
const ADDRESS: &str = "/console/alarms";

/// An alarm as people read it.
#[derive(Debug)]
pub struct Row {
    /// When it was raised.
    pub when: String,
    /// The event.
    pub what: String,
    /// The reason, in words if the code has any.
    pub why: String,
    /// Stable code of the reason.
    pub code: String,
    /// Title of the case, and its address for readers of cases.
    pub case: Option<(Option<String>, String)>,
    /// Address of the officer, and name of the phone.
    pub phone: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct Alarms {
    page: Page,
    rows: Vec<Row>,
    pager: Pager,
    column: Column,
}

/// The reason of an alarm, or the account that it is about.
fn why(language: Language, row: &AlarmRow) -> String {
    if account_event::is_of_the_machine(row.kind) {
        // A login may look like a code.
        return match language {
            Language::Chinese => format!("账号 {}", row.detail),
            Language::English => format!("account {}", row.detail),
        };
    }
    if row.kind == AlarmKind::ServerKeyReplaced {
        return row.detail.clone();
    }
    let known = Refusal::ALL.iter().map(|refusal| refusal.explain()).find(|known| known.code == row.detail);
    let known = known.map(|known| match language {
        Language::Chinese => known.zh,
        Language::English => known.en,
    });
    known.unwrap_or_else(|| words::word(language, &row.detail)).to_owned()
}

/// An alarm for a page.
pub fn row(language: Language, caller: &Caller, named: Named) -> Row {
    let Named { row, case: title, phone } = named;
    let why = why(language, &row);
    let case = row.case.map(|id| {
        let id = id.to_string();
        let short: String = id.chars().take(8).collect();
        let address = access::filter(caller).is_ok().then(|| format!("/console/cases/{id}"));
        (address, title.filter(|title| !title.is_empty()).unwrap_or(short))
    });
    Row {
        when: row.at.to_string(),
        what: words::alarm(language, row.kind).to_owned(),
        why,
        code: row.detail,
        case,
        phone: phone.map(|(label, whose, name)| (format!("/console/officers/{whose}"), format!("{name} · {label}"))),
    }
}

/// A page of the list.
#[get("/alarms")]
pub async fn list(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let (order, place) = (by_time::order(&mut params), PagePosition::read(&mut params, |text| cursor(text).ok()));
    let total = alarm::count(&app, signed.caller.clone()).await?;
    let wanted = TimePage { order, after: place.cursor, limit: place.size };
    let (found, more) = alarm::list(&app, signed.caller.clone(), wanted).await?;
    let next = found.last().filter(|_| more).map(|last| next(last.at, &last.id));
    let pager = place.pager(ADDRESS, &by_time::said(order), found.len(), next.as_deref(), total);
    let named = alarm::named(&app, signed.caller.clone(), found).await?;
    let rows = named.into_iter().map(|named| row(signed.visit.language, &signed.caller, named)).collect();
    let page = Page::within(&signed, Part::Alarms, ("告警", "Alarms")).ignoring(&params);
    page::show(&signed.visit, &Alarms { page, rows, pager, column: Column::new(order, ADDRESS, "") })
}
