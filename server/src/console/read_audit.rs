//! The page of the audit: who looked at what, when and why.

use actix_web::{HttpResponse, get};
use askama::Template;
use sync_core::id::{TenantId, hex};

use super::asked::Asked;
use super::list::{Pager, Place};
use super::page::{self, Page, Part, encoded};
use super::visit::SignedIn;
use super::words;
use crate::flow::access;
use crate::flow::caller::Caller;
use crate::flow::read_audit::{self, Named, Wanted};
use crate::web::State;
use crate::web::language::Language;
use crate::web::paging::{cursor, next};
use crate::web::problem::Problem;

/// Where this list is.
const ADDRESS: &str = "/console/audit";

/// A look as the page shows it.
struct Row {
    when: String,
    /// The person, and the address of the list of their looks.
    officer: (String, String),
    what: String,
    /// What of it: a field, a digest, what was searched for.
    part: String,
    purpose: String,
    /// The case, the address of the list of looks at it, and its own address for those who read it.
    case: Option<(String, String, Option<String>)>,
}

#[derive(Template)]
#[template(path = "read_audit.html")]
struct ReadAudit {
    page: Page,
    officer: String,
    case: String,
    rows: Vec<Row>,
    pager: Pager,
}

fn row(language: Language, caller: &Caller, named: Named) -> Row {
    let Named { row, officer, case: title } = named;
    let case = row.case.map(|id| {
        let (id, reads) = (id.to_string(), title.is_some() && access::filter(caller).is_ok());
        let short: String = id.chars().take(8).collect();
        let shown = title.filter(|title| !title.is_empty()).unwrap_or(short);
        (shown, format!("{ADDRESS}?case={id}"), reads.then(|| format!("/console/cases/{id}")))
    });
    Row {
        when: row.at.to_string(),
        officer: (officer, format!("{ADDRESS}?officer={}", row.officer)),
        what: words::look(language, &row.what).to_owned(),
        part: row.part,
        purpose: row.purpose,
        case,
    }
}

/// A page of the list, the newest first.
#[get("/audit")]
pub async fn list(app: State, signed: SignedIn, mut asked: Asked) -> Result<HttpResponse, Problem> {
    // A look's id is as long as a tenant's.
    let after = |text: &str| cursor::<TenantId>(text).ok().map(|(at, id)| (at, *id.bytes()));
    let place = Place::read(&mut asked, after);
    let (officer, case) = (asked.plain("officer"), asked.plain("case"));
    let said =
        |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("{name}={}&", encoded(value)) };
    let filter = format!("{}{}", said("officer", &officer), said("case", &case));
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let wanted = Wanted { officer: some(&officer), case: some(&case) };
    let found = read_audit::list(&app, signed.caller.clone(), wanted, place.cursor, place.size).await?;
    let next = found.rows.last().filter(|_| found.more).map(|last| next(last.row.at, hex(&last.row.id)));
    let pager = place.pager(ADDRESS, &filter, found.rows.len(), next.as_deref(), Some(found.total));
    let rows = found.rows.into_iter().map(|named| row(signed.visit.language, &signed.caller, named)).collect();
    let page = Page::within(&signed, Part::Audit, ("查阅审计", "Audit of looks")).ignoring(&asked);
    page::show(&signed.visit, &ReadAudit { page, officer, case, rows, pager })
}
