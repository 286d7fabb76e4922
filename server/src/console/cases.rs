//! The list of cases in reach, with filters and search.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use api_spec::case::{CaseCard, CaseQuery};
use askama::Template;
use serde::Deserialize;

use super::page::{self, Page, Part};
use super::visit::SignedIn;
use super::words;
use crate::flow::access;
use crate::flow::case::{CaseList, list as cases_in_reach};
use crate::flow::officer;
use crate::flow::refusal::Refusal;
use crate::view;
use crate::web::State;
use crate::web::case_query::search;
use crate::web::paging::{limit, next};
use crate::web::problem::Problem;

/// Where people land.
const START: &str = "/console/work";

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    page: Page,
    supervises: bool,
    asked: Filters,
    agencies: Vec<(String, String)>,
    cards: Vec<CaseCard>,
    next: Option<String>,
    not_searched: i64,
}

/// What the form above the list says; everything may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    text: String,
    status: String,
    kind: String,
    agency: String,
    from: String,
    to: String,
    mine: String,
    purpose: String,
    cursor: String,
}

impl Filters {
    /// As the API takes it: what is empty is not there.
    pub fn query(&self, me: &str) -> CaseQuery {
        let said = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        CaseQuery {
            status: said(&self.status),
            kind: said(&self.kind),
            agency: said(&self.agency),
            officer: (!self.mine.is_empty()).then(|| me.to_owned()),
            from: said(&self.from),
            to: said(&self.to),
            text: said(&self.text),
            limit: None,
            cursor: said(&self.cursor),
            purpose: said(&self.purpose),
        }
    }

    /// The query of the next page.
    fn with_cursor(&self, cursor: &str) -> String {
        format!("{}cursor={}", self.said(), page::encoded(cursor))
    }

    /// What is said, without the place in the list; ends so that more can follow.
    fn said(&self) -> String {
        let parts = [
            ("text", &self.text),
            ("status", &self.status),
            ("kind", &self.kind),
            ("agency", &self.agency),
            ("from", &self.from),
            ("to", &self.to),
            ("mine", &self.mine),
            ("purpose", &self.purpose),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty());
        said.flat_map(|(name, value)| [(*name).to_owned(), "=".to_owned(), page::encoded(value), "&".to_owned()])
            .collect()
    }
}

impl Cases {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::word(self.page.language, code)
    }

    /// The address of a case; whoever supervises takes the purpose along.
    fn address(&self, card: &CaseCard) -> String {
        let purpose = self.asked.purpose.trim();
        if purpose.is_empty() {
            format!("/console/cases/{}", card.id)
        } else {
            format!("/console/cases/{}?purpose={}", card.id, page::encoded(purpose))
        }
    }

    fn agency_name(&self, id: &str) -> &str {
        self.agencies.iter().find(|(known, _)| known == id).map_or("", |(_, name)| name)
    }
}

/// The start: what waits for whoever comes.
#[get("")]
pub async fn home(_signed: SignedIn) -> HttpResponse {
    page::see(START)
}

/// The start.
#[get("/")]
pub async fn home_with_slash(_signed: SignedIn) -> HttpResponse {
    page::see(START)
}

/// A page of the list.
#[get("/cases")]
pub async fn list(app: State, signed: SignedIn, query: Query<Filters>) -> Result<HttpResponse, Problem> {
    let asked = query.into_inner();
    let page = Page::within(&signed, Part::Cases, ("案件", "Cases"));
    let agencies = officer::agencies(&app, signed.caller.clone()).await?;
    let agencies = agencies.into_iter().map(|agency| (agency.id.to_string(), agency.name)).collect();
    let supervises = access::supervises(&signed.caller);
    let found = match search(asked.query(&signed.caller.officer.to_string())) {
        Ok(search) => page::outcome(cases_in_reach(&app, signed.caller.clone(), search, limit(None)).await)?,
        Err(refused) => Err(refused),
    };
    match found {
        Ok(CaseList { rows, more, not_searched }) => {
            let cursor = rows.last().filter(|_| more).map(|last| next(last.updated, last.id));
            let next = cursor.map(|cursor| asked.with_cursor(&cursor));
            let cards = rows.into_iter().map(view::case::card).collect();
            page::show(&signed.visit, &Cases { page, supervises, asked, agencies, cards, next, not_searched })
        }
        Err(refused) if refused.refusal == Refusal::Forbidden => Err(refused.into()),
        Err(refused) => {
            let page = page.refused(&refused);
            let none = Cases { page, supervises, asked, agencies, cards: Vec::new(), next: None, not_searched: 0 };
            page::again(&signed.visit, &refused, &none)
        }
    }
}
