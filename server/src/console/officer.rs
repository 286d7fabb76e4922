//! Officers, their certificates and which of them expire soon; the code that enrols a phone.

mod act;
mod field;
pub mod form;
mod managed;
mod qualification;
mod verified;

use std::borrow::Borrow;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use qrcode::{Color, EcLevel, QrCode};
use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::id::OfficerId;
use sync_core::role::Duty;
use sync_core::time::Instant;

use managed::Managed;
use verified::{Verified, verified};

use super::account::{Resetting, resetting};
use super::device::{Happened, happened};
use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::posted::Posted;
use super::query::PageQuery;
use super::training;
use super::visit::SignedIn;
use super::words;
use crate::flow::caller::{Caller, Role};
use crate::flow::certificate::status_at;
use crate::flow::device;
use crate::flow::officer::ending::{SOON_DAYS, days_left, most_urgent};
use crate::flow::officer::{self, Listed};
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register::clerk;
use crate::flow::register_event;
use crate::flow::seed;
use crate::store::{CertificateRow, DeviceRow, IntervalRow, OfficerRow, Total};
use crate::web::State;
use crate::web::language::Language;
use crate::web::problem::Problem;
use crate::web::url::encoded;

/// How a certificate is marked by the days that are left of it.
const NOTICES: [(i64, &str); 3] = [(SOON_DAYS[0], "urgent"), (SOON_DAYS[1], "soon"), (SOON_DAYS[2], "later")];

/// A certificate for a page.
#[derive(Debug, Clone)]
pub struct Card {
    /// Number.
    pub number: String,
    /// The category.
    pub category: String,
    /// First day.
    pub issued_on: String,
    /// Last day.
    pub valid_until: String,
    /// The current status.
    pub status: CertificateState,
    /// Days left, if they are few; negative if it has expired.
    pub days: Option<i64>,
    /// How urgent.
    pub notice: &'static str,
    /// Status, from, until, why.
    pub history: Vec<(CertificateStatus, String, String, String)>,
}

fn card((row, history): &(CertificateRow, Vec<IntervalRow>), now: Instant) -> Card {
    let (days, status) = (days_left(row, history, now), status_at(row, history, now));
    let notice = match days {
        None => "",
        Some(_) if status == CertificateState::Expired => "expired",
        Some(left) => NOTICES.iter().find(|(most, _)| left <= *most).map_or("", |(_, notice)| *notice),
    };
    // The last day that counts, as it is printed on the certificate.
    let end = |until: Option<Instant>| until.map(|until| until.plus_ms(-1).date().to_string()).unwrap_or_default();
    Card {
        number: row.number.clone(),
        category: row.category.clone(),
        issued_on: row.issued_on.clone(),
        valid_until: row.valid_until.clone(),
        status,
        days,
        notice,
        history: history
            .iter()
            .map(|part| (part.status, part.from.date().to_string(), end(part.until), part.reason.clone()))
            .collect(),
    }
}

impl Card {
    /// How long it is still valid, or since when it is not, if that needs attention.
    pub fn says(&self, language: impl Borrow<Language>) -> String {
        match (*language.borrow(), self.days) {
            (_, None) => String::new(),
            (Language::Chinese, Some(days)) if days < 0 => format!("已过期 {} 天", -days),
            (Language::English, Some(days)) if days < 0 => format!("expired {} days ago", -days),
            (Language::Chinese, Some(days)) => format!("还剩 {days} 天"),
            (Language::English, Some(days)) => format!("{days} days left"),
        }
    }
}

/// An officer of the list.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name of the agency.
    pub agency: String,
    /// Auxiliary (执法辅助人员).
    pub helper: bool,
    /// Still there.
    pub active: bool,
    /// Invented, for a trial.
    pub made_up: bool,
    /// Certificates.
    pub cards: Vec<Card>,
    attention: Option<i64>,
}

impl Entry {
    /// Days until the end of the most urgent certificate, negative after it; none if no certificate needs attention. A
    /// certificate that the officer has a later one for needs none.
    pub const fn attention(&self) -> Option<i64> {
        self.attention
    }

    fn until(&self) -> &str {
        self.cards.iter().map(|card| card.valid_until.as_str()).max().unwrap_or_default()
    }
}

/// The officers of a list whose certificate expired or expires soon, most urgent first.
pub fn needing_attention(everybody: Vec<Listed>, now: Instant) -> Vec<Entry> {
    let entries = everybody.into_iter().map(|listed| entry(listed, now));
    let mut ending: Vec<(i64, Entry)> =
        entries.filter_map(|entry| entry.attention().map(|days| (days, entry))).collect();
    ending.sort_by_key(|(days, _)| *days);
    ending.into_iter().map(|(_, entry)| entry).collect()
}

/// An officer for a list.
pub fn entry(Listed { officer, agency_name, certificates }: Listed, now: Instant) -> Entry {
    let OfficerRow { id, agency: _, name, helper, active, created: _ } = officer;
    let cards = certificates.iter().map(|one| card(one, now)).collect();
    let attention = most_urgent(&certificates, active, now).map(|(days, _)| days);
    let made_up = seed::is_made_up(&id);
    Entry { id: id.to_string(), name, agency: agency_name, helper, active, made_up, cards, attention }
}

#[derive(Template)]
#[template(path = "officers.html")]
struct Officers {
    page: Page,
    /// Where the reader goes from here: address and label.
    links: Vec<(&'static str, &'static str)>,
    everybody: Vec<Entry>,
    ending: Vec<Entry>,
    sort: String,
    pager: Pager,
    first_page: bool,
}

#[derive(Template)]
#[template(path = "officer.html")]
struct Officer {
    page: Page,
    id: String,
    person: OfficerRow,
    agency_name: String,
    managed: Managed,
    /// None if the reader may not see it.
    qualified: Option<qualification::Shown>,
    roles: Vec<Role>,
    cards: Vec<Card>,
    verifications: Vec<Verified>,
    /// None if the caller may not see them.
    phones: Option<Vec<DeviceRow>>,
    enrols: bool,
    resetting: Resetting,
    events: Option<Vec<Happened>>,
}

#[derive(Template)]
#[template(path = "enrolment_code.html")]
struct EnrolmentCode {
    page: Page,
    id: String,
    name: String,
    /// To be typed where the picture cannot be scanned.
    typed: String,
    expires: String,
    server: String,
    /// Side of the drawing in modules, with its margin.
    side: usize,
    path: String,
}

impl Officers {
    /// The value of `aria-sort`, the sign that shows the order, and the address of the list in this order.
    fn column(&self, name: &str) -> (&'static str, &'static str, String) {
        let (sorted, arrow) = if self.sort == name { ("ascending", "↑") } else { ("none", "") };
        let query = if name == AGENCY { String::new() } else { format!("?sort={name}") };
        (sorted, arrow, format!("/console/officers{query}"))
    }

    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

impl Officer {
    #[expect(clippy::unused_self, reason = "the template calls it on the page")]
    fn part(&self, text: &str) -> String {
        encoded(text)
    }

    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }
}

/// Orders of the list: by agency and name, by name, by the end of the certificate.
const AGENCY: &str = "agency";
const SORTS: [&str; 3] = [AGENCY, "name", "until"];

/// The list, with expiring certificates above its first page.
#[get("/officers")]
pub async fn list(app: State, signed: SignedIn, mut params: PageQuery) -> Result<HttpResponse, Problem> {
    let sort = params.one_of("sort", ("排序", "order"), &SORTS);
    let sort = if sort.is_empty() { AGENCY.to_owned() } else { sort };
    let place = PagePosition::read(&mut params, |text| text.parse().ok().map(|id: OfficerId| id.to_string()));
    let now = app.clock.now();
    let mut roster = officer::roster(&app, signed.caller.clone()).await?;
    let total = roster.len();
    if sort == "name" {
        roster.sort_by(|one, other| one.officer.name.cmp(&other.officer.name));
    }
    let mut everybody: Vec<Entry> = roster.into_iter().map(|listed| entry(listed, now)).collect();
    let first_page = place.cursor.is_none();
    let mut ending = Vec::new();
    if first_page {
        ending.extend(everybody.iter().filter(|entry| entry.attention().is_some()).cloned());
        ending.sort_by_key(Entry::attention);
    }
    if sort == "until" {
        // Officers without one come last.
        everybody
            .sort_by(|one, other| (one.cards.is_empty(), one.until()).cmp(&(other.cards.is_empty(), other.until())));
    }
    // The cursor names the last officer of the previous page, not a count, so an added officer shifts no page.
    let ended = place.cursor.as_ref().and_then(|last| everybody.iter().position(|entry| entry.id == *last));
    let (first, size) = (ended.map_or(0, |ended| ended + 1), usize::try_from(place.size).unwrap_or(usize::MAX));
    let everybody: Vec<Entry> = everybody.into_iter().skip(first).take(size).collect();
    let is_last = first.saturating_add(everybody.len()) >= total;
    let next = everybody.last().filter(|_| !is_last).map(|last| last.id.clone());
    let said = if sort == AGENCY { String::new() } else { format!("sort={sort}&") };
    let counted = Total::Exactly(i64::try_from(total).unwrap_or(i64::MAX));
    let pager = place.pager("/console/officers", &said, everybody.len(), next.as_deref(), counted);
    let page = Page::within(&signed, Part::Officers, ("执法人员与证件", "Officers and certificates")).ignoring(&params);
    let links = [
        (true, "/console/agencies", ("单位", "Agencies")),
        (signed.caller.must_have(Duty::People).is_ok(), "/console/officers/new", ("登记人员", "Enter a person")),
        (clerk::may_import(&signed.caller), "/console/register", ("导入或者导出花名册", "Import or export the roster")),
        (training::may_see(&signed.caller), "/console/training", ("培训与资格", "Training and qualification")),
        (register_event::may_see(&signed.caller), "/console/register/events", ("登记记录", "Records of the register")),
    ];
    let links = links.into_iter().filter(|(theirs, ..)| *theirs);
    let links = links.map(|(_, address, (zh, en))| (address, page.t(zh, en))).collect();
    page::show(&signed.visit, &Officers { page, links, everybody, ending, sort, pager, first_page })
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
    let found = officer::detail(&app, signed.caller.clone(), id).await?;
    let (managed, verifications) = (Managed::of(&signed, &found, now), verified(&found));
    let qualified = qualification::shown(&app, &signed, &found).await?;
    let officer::Detail { officer: person, agency_name, roles, certificates, .. } = found;
    // A caller who may not see the phones of others still sees the officer.
    let phones = page::outcome(device::list(&app, signed.caller.clone(), Some(id)).await)?.ok();
    let shown = Officer {
        page: Page::within(&signed, Part::Officers, (&person.name, &person.name)),
        id: id.to_string(),
        person,
        agency_name,
        managed,
        qualified,
        roles,
        cards: certificates.iter().map(|one| card(one, now)).collect(),
        verifications,
        phones,
        enrols: administers(&signed.caller),
        resetting: resetting(&app, &signed.caller, id).await?,
        events: happened(&app, &signed, Some(id)).await?,
    };
    page::show(&signed.visit, &shown)
}

/// Creates a one-time code for a phone and shows it as a picture to scan. It is shown only once.
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
    let device::IssuedCode { code, expires } = device::issue_code(&app, signed.caller.clone(), id, None).await?;
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let server = format!("{}://{host}", if signed.visit.secure { "https" } else { "http" });
    let (side, path) = drawn(&enrolment_text(&server, &code.scanned))?;
    let page = Page::within(&signed, Part::Officers, ("终端登记码", "Enrolment code"));
    let (id, name, typed, expires) = (id.to_string(), person.name, code.typed, expires.to_string());
    page::show(&signed.visit, &EnrolmentCode { page, id, name, typed, expires, server, side, path })
}

/// The content of the QR code: the server's address and the code (`docs/console.md`).
fn enrolment_text(server: &str, code: &str) -> String {
    format!("palm-enrol:1?server={}&code={code}", encoded(server))
}

/// Width of the quiet zone around the picture that scanners need, in modules.
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
            "palm-enrol:1?server=https%3A%2F%2Fpalm.example&code=0f1e"
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
        assert_eq!(ending("2025-12-31"), (Some(-1), "expired"), "it ended this midnight");
    }
}
