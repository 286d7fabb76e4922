//! The list of cases in reach, with filters and search.

use actix_web::{HttpResponse, get};
use api_spec::case::{CaseCard, CaseQuery};
use askama::Template;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::id::{AgencyId, CaseId};
use sync_core::op::CaseKind;

use super::list::{PagePosition, Pager};
use super::page::{self, Page, Part};
use super::query::{PageQuery, day};
use super::visit::SignedIn;
use super::words;
use crate::flow::access;
use crate::flow::as_of::Start;
use crate::flow::case::{CaseList, Search, list as cases_in_reach, total};
use crate::flow::officer;
use crate::flow::refusal::{Refusal, Refused};
use crate::flow::search::words::Words;
use crate::store::CaseOrder;
use crate::view;
use crate::web::State;
use crate::web::case_query::{LONGEST_SEARCH, search};
use crate::web::input;
use crate::web::problem::Problem;
use crate::web::url::encoded;

/// The page after signing in.
const START: &str = "/console/work";
const HERE: &str = "/console/cases";
/// The order parameters of the list.
const ORDERS: [(&str, CaseOrder); 5] = [
    ("", CaseOrder::Newest),
    ("oldest", CaseOrder::Oldest),
    ("opened", CaseOrder::OpenedLast),
    ("opened_first", CaseOrder::OpenedFirst),
    ("attention", CaseOrder::MostToSee),
];

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    page: Page,
    supervises: bool,
    filters: Filters,
    agencies: Vec<(String, String)>,
    cards: Vec<CaseCard>,
    pager: Pager,
    not_searched: i64,
}

/// The filters of the list; all may be empty.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    text: String,
    status: String,
    kind: String,
    filing: String,
    agency: String,
    from: String,
    to: String,
    mine: bool,
    purpose: String,
    order: CaseOrder,
}

impl Filters {
    /// Reads the filters from the query, ignoring unreadable ones.
    pub fn read(params: &mut PageQuery) -> Self {
        let kinds: Vec<&str> = CaseKind::ALL.iter().map(|kind| kind.code()).collect();
        let statuses: Vec<&str> = CaseStatus::ALL.iter().map(|status| status.code()).collect();
        let filings: Vec<&str> = Filing::ALL.iter().map(|filing| filing.code()).collect();
        let searched = |text: &str| {
            (text.chars().count() <= LONGEST_SEARCH && Words::parse(text).is_some()).then(|| text.to_owned())
        };
        let order = |text: &str| ORDERS.iter().find(|(known, _)| *known == text).map(|(_, order)| *order);
        Self {
            text: params.read("text", ("搜索内容", "what to search for"), searched).unwrap_or_default(),
            status: params.one_of("status", ("状态", "status"), &statuses),
            kind: params.one_of("kind", ("类型", "kind"), &kinds),
            filing: params.one_of("filing", ("无码检查备案", "filing without code"), &filings),
            agency: params
                .read("agency", ("单位", "agency"), |text| text.parse::<AgencyId>().ok())
                .map(|agency| agency.to_string())
                .unwrap_or_default(),
            from: day(params, "from", ("登记（立案）自", "opened from")),
            to: day(params, "to", ("登记（立案）至", "opened to")),
            mine: !params.plain("mine").is_empty(),
            purpose: purpose(params),
            order: params.read("sort", ("排序", "order"), order).unwrap_or_default(),
        }
    }

    /// The search for the flow.
    ///
    /// # Errors
    /// None for filters from [`Self::read`].
    pub fn search(&self, me: &str, start: Option<Start<CaseId>>) -> Result<Search, Refused> {
        let said = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut search = search(CaseQuery {
            status: said(&self.status),
            kind: said(&self.kind),
            filing: said(&self.filing),
            agency: said(&self.agency),
            officer: self.mine.then(|| me.to_owned()),
            from: said(&self.from),
            to: said(&self.to),
            text: said(&self.text),
            limit: None,
            cursor: None,
            purpose: said(&self.purpose),
        })?;
        search.filter.as_of = start.map(|start| start.as_of);
        search.filter.after = start.and_then(|start| start.after);
        search.filter.order = if self.text.is_empty() { self.order } else { CaseOrder::Newest };
        Ok(search)
    }

    /// The query without the position, with a trailing separator.
    fn said(&self) -> String {
        self.said_with(self.order)
    }

    fn said_with(&self, order: CaseOrder) -> String {
        let order = ORDERS.iter().find(|(_, known)| *known == order).map_or("", |(name, _)| *name);
        let parts = [
            ("text", self.text.as_str()),
            ("status", &self.status),
            ("kind", &self.kind),
            ("filing", &self.filing),
            ("agency", &self.agency),
            ("from", &self.from),
            ("to", &self.to),
            ("mine", if self.mine { "1" } else { "" }),
            ("purpose", &self.purpose),
            ("sort", order),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty());
        said.flat_map(|(name, value)| [(*name).to_owned(), "=".to_owned(), encoded(value), "&".to_owned()]).collect()
    }
}

/// The purpose in the address; an invalid one is ignored.
pub fn purpose(params: &mut PageQuery) -> String {
    let said = |text: &str| input::purpose(Some(text.to_owned())).ok().flatten();
    params.read("purpose", ("查阅目的", "purpose of reading"), said).unwrap_or_default()
}

/// A sortable column.
struct Column {
    /// For `aria-sort`.
    sorted: &'static str,
    /// The sign that shows the order.
    arrow: &'static str,
    /// Address of the list in the other order.
    address: String,
}

impl Cases {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    /// The address of a case; for a supervisor it carries the purpose.
    fn address(&self, card: &CaseCard) -> String {
        let purpose = &self.filters.purpose;
        if purpose.is_empty() {
            format!("{HERE}/{}", card.id)
        } else {
            format!("{HERE}/{}?purpose={}", card.id, encoded(purpose))
        }
    }

    fn agency_name(&self, id: &str) -> &str {
        self.agencies.iter().find(|(known, _)| known == id).map_or("", |(_, name)| name)
    }

    /// A search result has a fixed order.
    fn sorts(&self) -> bool {
        self.filters.text.is_empty()
    }

    fn column(&self, name: &str) -> Column {
        let now = self.filters.order;
        let (down, up) = match name {
            "opened" => (CaseOrder::OpenedLast, CaseOrder::OpenedFirst),
            "attention" => (CaseOrder::MostToSee, CaseOrder::MostToSee),
            _ => (CaseOrder::Newest, CaseOrder::Oldest),
        };
        let (sorted, arrow, other) = if now == down {
            ("descending", "↓", up)
        } else if now == up {
            ("ascending", "↑", down)
        } else {
            ("none", "", down)
        };
        let address = format!("{HERE}?{}", self.filters.said_with(other)).trim_end_matches(['?', '&']).to_owned();
        Column { sorted, arrow, address }
    }
}

/// The start page: redirects to the open work.
#[get("")]
pub async fn home(_signed: SignedIn) -> HttpResponse {
    page::see(START)
}

/// The start.
#[get("/")]
pub async fn home_with_slash(_signed: SignedIn) -> HttpResponse {
    page::see(START)
}

/// A page of the list, as it was when its first page was read.
#[get("/cases")]
pub async fn list(app: State, signed: SignedIn, mut query: PageQuery) -> Result<HttpResponse, Problem> {
    let filters = Filters::read(&mut query);
    let mut place = PagePosition::read(&mut query, |text| text.parse::<Start<CaseId>>().ok());
    let caller = &signed.caller;
    let agencies = officer::agencies(&app, caller.clone()).await?;
    let agencies = agencies.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect();
    let search = |start| filters.search(&caller.officer.to_string(), start);
    let mut found = cases_in_reach(&app, caller.clone(), search(place.cursor)?, place.size).await;
    if page::is_refused(&found, &[Refusal::CursorExpired, Refusal::WrongCursor]) {
        place = place.begun_again(&mut query);
        found = cases_in_reach(&app, caller.clone(), search(None)?, place.size).await;
    }
    let CaseList { rows, as_of, next, not_searched } = found?;
    let total = total(&app, caller.clone(), search(None)?).await?;
    let (place, next) = (place.of_list(as_of.to_string()), next.map(|start| start.to_string()));
    let pager = place.pager(HERE, &filters.said(), rows.len(), next.as_deref(), total);
    let cards = rows.into_iter().map(view::case::card).collect();
    let supervises = access::supervises(caller);
    let page = Page::within(&signed, Part::Cases, ("案件", "Cases")).ignoring(&query);
    page::show(&signed.visit, &Cases { page, supervises, filters, agencies, cards, pager, not_searched })
}
