//! The read audit: who read what, when and why.

use actix_web::{HttpResponse, get};
use askama::Template;

use super::by_time::{self, Column};
use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::query::{PageQuery, day};
use super::visit::SignedIn;
use super::words;
use crate::flow::access;
use crate::flow::caller::Caller;
use crate::flow::read_audit::{self, Named, Wanted};
use crate::flow::refusal::Refused;
use crate::store::TimePage;
use crate::web::State;
use crate::web::input::days;
use crate::web::language::Language;
use crate::web::paging::{cursor, next};
use crate::web::problem::Problem;
use crate::web::url::encoded;

/// Address of this list.
const ADDRESS: &str = "/console/audit";

/// An audit record as the page shows it.
struct Row {
    when: String,
    /// The person, and the address of the list of their records.
    officer: (String, String),
    /// Their agency.
    agency: String,
    what: String,
    /// The part: a field, a digest, a search text.
    part: String,
    purpose: String,
    /// The case, the address of the list of its records, and its own address for readers of cases.
    case: Option<(String, String, Option<String>)>,
    /// The agency of the case.
    case_agency: Option<String>,
}

#[derive(Template)]
#[template(path = "read_audit.html")]
struct ReadAudit {
    page: Page,
    asks: Filters,
    sort: &'static str,
    rows: Vec<Row>,
    pager: Pager,
    column: Column,
}

/// The filters of the list; all may be empty.
struct Filters {
    officer: String,
    case: String,
    from: String,
    to: String,
}

impl Filters {
    /// The query, with a trailing separator.
    fn said(&self) -> String {
        let Self { officer, case, from, to } = self;
        let all = [("officer", officer), ("case", case), ("from", from), ("to", to)];
        let said = all.iter().filter(|(_, value)| !value.is_empty());
        said.flat_map(|(name, value)| [(*name).to_owned(), "=".to_owned(), encoded(value), "&".to_owned()]).collect()
    }

    /// The filter for the flow.
    fn wanted(&self) -> Result<Wanted, Refused> {
        fn some(text: &str) -> Option<&str> {
            Some(text).filter(|text| !text.is_empty())
        }
        let (from, until) = days(some(&self.from), some(&self.to))?;
        let [officer, case] = [&self.officer, &self.case].map(|text| some(text).map(str::to_owned));
        Ok(Wanted { officer, case, from, until })
    }
}

fn row(language: Language, caller: &Caller, named: Named) -> Row {
    let Named { row, officer, agency, case: title, case_agency } = named;
    let case = row.case.map(|id| {
        let (id, reads) = (id.to_string(), title.is_some() && access::filter(caller).is_ok());
        let short: String = id.chars().take(8).collect();
        let shown = title.filter(|title| !title.is_empty()).unwrap_or(short);
        (shown, format!("{ADDRESS}?case={id}"), reads.then(|| format!("/console/cases/{id}")))
    });
    Row {
        when: row.at.to_string(),
        officer: (officer, format!("{ADDRESS}?officer={}", row.officer)),
        agency,
        what: words::look(language, row.what).to_owned(),
        part: row.part,
        purpose: row.purpose,
        case,
        case_agency,
    }
}

/// A page of the list.
#[get("/audit")]
pub async fn list(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let (order, place) = (by_time::order(&mut params), PagePosition::read(&mut params, |text| cursor(text).ok()));
    let asks = Filters {
        officer: params.plain("officer"),
        case: params.plain("case"),
        from: day(&mut params, "from", ("日期自", "from day")),
        to: day(&mut params, "to", ("日期至", "to day")),
    };
    let filters = asks.said();
    let wanted = asks.wanted()?;
    let total = read_audit::count(&app, signed.caller.clone(), wanted.clone()).await?;
    let wanted_page = TimePage { order, after: place.cursor, limit: place.size };
    let (found, more) = read_audit::list(&app, signed.caller.clone(), wanted, wanted_page).await?;
    let next = found.last().filter(|_| more).map(|last| next(last.row.at, &last.row.id));
    let said = format!("{filters}{}", by_time::said(order));
    let pager = place.pager(ADDRESS, &said, found.len(), next.as_deref(), total);
    let rows = found.into_iter().map(|named| row(signed.visit.language, &signed.caller, named)).collect();
    let page = Page::within(&signed, Part::Audit, ("查阅审计", "Audit of reads")).ignoring(&params);
    let (column, sort) = (Column::new(order, ADDRESS, &filters), by_time::code(order));
    page::show(&signed.visit, &ReadAudit { page, asks, sort, rows, pager, column })
}
