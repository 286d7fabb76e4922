//! Officers, their certificates and what ends soon; the code by which a phone is enrolled.

use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;
use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::id::OfficerId;
use sync_core::time::Instant;

use super::csrf::Posted;
use super::page::{self, Page, Part};
use super::visit::SignedIn;
use super::words;
use crate::flow::caller::{Caller, Role};
use crate::flow::certificate::{ends, status_at};
use crate::flow::device;
use crate::flow::officer::{self, Listed};
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{CertificateRow, DeviceRow, IntervalRow, OfficerRow};
use crate::web::State;
use crate::web::paging::limit;
use crate::web::problem::Problem;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days before the end from which a certificate is marked, the nearest first.
const NOTICES: [(i64, &str); 3] = [(30, "urgent"), (60, "soon"), (90, "later")];

/// A certificate as people read it.
#[derive(Debug)]
pub struct Card {
    /// Number.
    pub number: String,
    /// Of which kind.
    pub category: String,
    /// First day.
    pub issued_on: String,
    /// Last day.
    pub valid_until: String,
    /// What it is now.
    pub status: CertificateState,
    /// Days left, where they are few.
    pub days: Option<i64>,
    /// How urgent.
    pub notice: &'static str,
    /// Status, from, until, why.
    pub history: Vec<(CertificateStatus, String, String, String)>,
}

fn card((row, history): &(CertificateRow, Vec<IntervalRow>), now: Instant) -> Card {
    let left = (ends(row).ms().saturating_sub(1).saturating_sub(now.ms())).div_euclid(DAY_MS);
    let notice = NOTICES.iter().find(|(days, _)| (0..=*days).contains(&left)).map_or("", |(_, notice)| *notice);
    // The last day that counts, as it is printed on the certificate.
    let end = |until: Option<Instant>| until.map(|until| until.plus_ms(-1).date().to_string()).unwrap_or_default();
    Card {
        number: row.number.clone(),
        category: row.category.clone(),
        issued_on: row.issued_on.clone(),
        valid_until: row.valid_until.clone(),
        status: status_at(row, history, now),
        days: (!notice.is_empty()).then_some(left),
        notice,
        history: history
            .iter()
            .map(|part| (part.status, part.from.date().to_string(), end(part.until), part.reason.clone()))
            .collect(),
    }
}

/// An officer of the list.
pub struct Entry {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name of the agency.
    pub agency: String,
    /// Auxiliary (辅助人员).
    pub helper: bool,
    /// Still there.
    pub active: bool,
    /// Certificates.
    pub cards: Vec<Card>,
}

impl Entry {
    /// Days until a certificate ends, where they are few; those without such a certificate come last.
    fn ends(&self) -> (bool, Option<i64>) {
        let soonest = self.cards.iter().filter_map(|card| card.days).min();
        (soonest.is_none(), soonest)
    }
}

/// An officer for a list.
pub fn entry(Listed { officer, agency_name, certificates }: Listed, now: Instant) -> Entry {
    let OfficerRow { id, agency: _, name, helper, active, created: _ } = officer;
    let cards = certificates.iter().map(|one| card(one, now)).collect();
    Entry { id: id.to_string(), name, agency: agency_name, helper, active, cards }
}

#[derive(Template)]
#[template(path = "officers.html")]
struct Officers {
    page: Page,
    everybody: Vec<Entry>,
    ending: Vec<Entry>,
    next: Option<String>,
    first_page: bool,
}

#[derive(Template)]
#[template(path = "officer.html")]
struct Officer {
    page: Page,
    id: String,
    person: OfficerRow,
    roles: Vec<Role>,
    cards: Vec<Card>,
    /// None where the caller may not see them.
    phones: Option<Vec<DeviceRow>>,
    enrols: bool,
}

#[derive(Template)]
#[template(path = "enrolment_code.html")]
struct EnrolmentCode {
    page: Page,
    id: String,
    name: String,
    code: String,
    expires: String,
    server: String,
    /// Side of the drawing in modules, with its margin.
    side: usize,
    path: String,
}

impl Officers {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

impl Officer {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    cursor: String,
}

/// The list, with what ends soon above its first page.
#[get("/officers")]
pub async fn list(app: State, signed: SignedIn, query: Query<Place>) -> Result<HttpResponse, Problem> {
    let first_page = query.cursor.is_empty();
    let after: Option<OfficerId> = match query.cursor.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_not_an_id| Refusal::WrongCursor)?),
    };
    let now = app.clock.now();
    let roster = officer::roster(&app, signed.caller.clone(), after, limit(None)).await?;
    let next = roster.listed.last().filter(|_| roster.more).map(|last| last.officer.id.to_string());
    let mut everybody: Vec<Entry> = roster.listed.into_iter().map(|listed| entry(listed, now)).collect();
    everybody.sort_by_key(Entry::ends);
    let ending = roster.ending.into_iter().map(|listed| entry(listed, now)).collect();
    let page = Page::within(&signed, Part::Officers, ("执法人员与证件", "Officers and certificates"));
    page::show(&signed.visit, &Officers { page, everybody, ending, next, first_page })
}

fn administers(caller: &Caller) -> bool {
    caller.must_be(&[Role::AgencyAdmin]).is_ok()
}

fn officer_id(text: &str) -> Result<OfficerId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

/// One officer.
#[get("/officers/{id}")]
pub async fn read(app: State, signed: SignedIn, path: Path<String>) -> Result<HttpResponse, Problem> {
    let (id, now) = (officer_id(&path)?, app.clock.now());
    let officer::Detail { officer: person, roles, certificates } =
        officer::detail(&app, signed.caller.clone(), id).await?;
    // Whoever may not see the phones of others sees the officer all the same.
    let phones = page::outcome(device::list(&app, signed.caller.clone(), Some(id)).await)?.ok();
    let shown = Officer {
        page: Page::within(&signed, Part::Officers, (&person.name, &person.name)),
        id: id.to_string(),
        person,
        roles,
        cards: certificates.iter().map(|one| card(one, now)).collect(),
        phones,
        enrols: administers(&signed.caller),
    };
    page::show(&signed.visit, &shown)
}

/// A one-time code for a phone, as a picture to scan. It is shown here and nowhere else.
#[post("/officers/{id}/enrolment-code")]
pub async fn give_code(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    request: HttpRequest,
    _posted: Posted,
) -> Result<HttpResponse, Problem> {
    let id = officer_id(&path)?;
    let person = officer::detail(&app, signed.caller.clone(), id).await?.officer;
    let (code, expires) = device::issue_code(&app, signed.caller.clone(), id).await?;
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let server = format!("{}://{host}", if signed.visit.secure { "https" } else { "http" });
    let (side, path) = drawn(&enrolment_text(&server, &code))?;
    let page = Page::within(&signed, Part::Officers, ("终端登记码", "Enrolment code"));
    let (name, expires) = (person.name, expires.to_string());
    page::show(&signed.visit, &EnrolmentCode { page, id: id.to_string(), name, code, expires, server, side, path })
}

/// What the picture says: where to enrol and the code. `docs/console.md` tells apps.
fn enrolment_text(server: &str, code: &str) -> String {
    format!("palm-enrol:1?server={}&code={code}", page::encoded(server))
}

/// Modules around the picture that readers need.
const MARGIN: usize = 4;

/// The dark modules as one SVG path, a row of them as one rectangle; and the side with margins.
fn drawn(text: &str) -> Result<(usize, String), Failure> {
    use std::fmt::Write as _;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Failure::broken)?;
    let (width, colours) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colours.chunks(width).enumerate() {
        for (x, colour) in row.iter().enumerate() {
            if *colour == Color::Dark {
                write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN).map_err(Failure::broken)?;
            }
        }
    }
    Ok((width + 2 * MARGIN, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::time::Date;

    #[test]
    fn the_picture_holds_server_and_code_and_has_a_margin() {
        assert_eq!(
            enrolment_text("https://palm.example", "0f1e"),
            "palm-enrol:1?server=https%3a%2f%2fpalm.example&code=0f1e"
        );
        let (side, path) = drawn("palm").unwrap();
        assert_eq!(side, 21 + 8);
        assert!(path.starts_with("M4 4h1v1h-1z"), "the corner of the finder");
    }

    #[test]
    fn a_certificate_is_announced_90_60_and_30_days_before_its_end() {
        let ending = |valid_until: &str| {
            let row = CertificateRow {
                number: "1".into(),
                officer: OfficerId::new([1; 16]),
                category: String::new(),
                region: String::new(),
                issued_on: String::new(),
                valid_until: valid_until.into(),
            };
            let shown = card(&(row, Vec::new()), Instant::start_of(Date::constant(2026, 1, 1)));
            (shown.days, shown.notice)
        };
        assert_eq!(ending("2026-01-01"), (Some(0), "urgent"), "its last day");
        assert_eq!(ending("2026-01-31"), (Some(30), "urgent"));
        assert_eq!(ending("2026-02-01"), (Some(31), "soon"));
        assert_eq!(ending("2026-04-01"), (Some(90), "later"));
        assert_eq!(ending("2026-04-02"), (None, ""));
        assert_eq!(ending("2025-12-31"), (None, ""), "it ended this midnight");
    }
}
