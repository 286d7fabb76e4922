//! One case as a readable file, and the history of its fields.

use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use api_spec::case::CaseDetail;
use askama::Template;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::id::CaseId;
use sync_core::law::rule::Outcome;
use sync_core::lead::LeadStatus;
use sync_core::schema::{DOCUMENT, EVIDENCE, EntityKind, FieldName, LINE, PARTY, RECORD, SUPPLEMENTARY_RECORD};

use super::case_list::purpose;
use super::file::{Block, Check, Dispute, Drawings, Event, Group, Piece, Reader, Shared, Shown};
use super::noted::Noted;
use super::page::{self, Page, Part};
use super::query::PageQuery;
use super::visit::SignedIn;
use super::words;
use crate::flow::case::{self, Detail, History};
use crate::flow::command::{Powers, Targets, powers, targets};
use crate::flow::handwriting::{self, Handwriting};
use crate::flow::lead::{self, Lead, Search};
use crate::flow::reference;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::view;
use crate::web::State;
use crate::web::input;
use crate::web::problem::Problem;
use crate::web::url::encoded;

/// Settled fields that a page shows with all their writes; the history of each has its own page.
const SETTLED: usize = 100;

/// The purpose, as the address or a form states it.
#[derive(Debug, Clone, Default)]
pub struct Purpose {
    purpose: String,
}

impl Purpose {
    /// Reads the purpose from the query; an invalid one is ignored, and a supervisor is then asked for it.
    pub fn read(params: &mut PageQuery) -> Self {
        Self { purpose: purpose(params) }
    }

    /// The purpose for the flows.
    pub fn said(&self) -> Option<String> {
        Some(self.purpose.clone()).filter(|said| !said.is_empty())
    }

    /// The query that links within a case carry: `?purpose=…` or nothing.
    pub fn query(&self) -> String {
        let said = &self.purpose;
        if said.is_empty() { String::new() } else { format!("?purpose={}", encoded(said)) }
    }
}

/// The purpose from a hidden field of a form.
impl From<&str> for Purpose {
    fn from(said: &str) -> Self {
        Self { purpose: input::purpose(Some(said.to_owned())).ok().flatten().unwrap_or_default() }
    }
}

/// An id in a path; an invalid one is not found.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn case_id(text: &str) -> Result<CaseId, Refusal> {
    text.parse().map_err(|_not_an_id| Refusal::NotFound)
}

/// A signature with its author, phone, time and handwriting.
struct Signature {
    signed: api_spec::case::Signature,
    by: String,
    hand: Option<Shown>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CaseFile {
    page: Page,
    case: CaseDetail,
    /// `?purpose=…` or nothing.
    query: String,
    groups: Vec<Group>,
    parties: Vec<Block>,
    records: Vec<Block>,
    documents: Vec<Block>,
    exhibits: Vec<Block>,
    others: Vec<Block>,
    conflicts: Vec<Dispute>,
    settled: Vec<Dispute>,
    events: Vec<Event>,
    checks: Vec<Check>,
    /// Numbers and fines shared with other cases.
    shared: Vec<Shared>,
    pieces: Vec<Piece>,
    numbers: Vec<(String, String)>,
    noted: Vec<Noted>,
    signatures: Vec<Signature>,
    opened_by: String,
    /// Name of the enforcement item.
    item: String,
    powers: Powers,
    /// Documents that can be registered and records that can be returned.
    possible: Targets,
    raises: bool,
    leads: Vec<Lead>,
}

impl CaseFile {
    fn word<'a>(&self, code: &'a str) -> &'a str {
        words::of_case(self.page.language, self.case.card.kind, code)
    }

    fn step(&self, status: LeadStatus) -> &'static str {
        words::lead_status(self.page.language, status)
    }

    fn address(&self, part: &str) -> String {
        format!("/console/cases/{}/{part}{}", self.case.card.id, self.query)
    }

    /// Address of the form of an action on this case, with the state that the reader saw.
    fn act(&self, act: &str) -> String {
        let mark = if self.query.is_empty() { '?' } else { '&' };
        format!("/console/cases/{}/act/{act}{}{mark}seen={}", self.case.card.id, self.query, self.case.basis)
    }

    /// Address of the form of a decision about a change.
    fn judge(&self, act: &str, change: &str) -> String {
        format!("{}&target={change}", self.act(act))
    }

    /// Whether a filing waits for the caller's receipt.
    fn receives(&self) -> bool {
        self.powers.receives && self.case.card.filing == Some(Filing::Filed)
    }

    /// How many rules have this outcome.
    fn count(&self, outcome: Outcome) -> usize {
        self.checks.iter().filter(|check| check.outcome == outcome).count()
    }

    fn opened(&self) -> &'static str {
        let (zh, en) = words::opened(self.case.card.kind);
        words::either(self.page.language, zh, en)
    }

    fn registers(&self) -> bool {
        self.powers.registers && !self.possible.to_register.is_empty()
    }

    fn returns(&self) -> bool {
        self.powers.heads && !self.possible.to_return.is_empty()
    }

    fn closes(&self) -> bool {
        self.powers.heads && self.case.card.status != CaseStatus::Closed
    }

    fn acts(&self) -> bool {
        self.raises || self.receives() || self.registers() || self.returns() || self.closes()
    }
}

#[derive(Template)]
#[template(path = "purpose.html")]
struct AskPurpose {
    page: Page,
}

#[derive(Template)]
#[template(path = "history.html")]
struct FieldHistory {
    page: Page,
    back: String,
    dispute: Dispute,
    masked: bool,
}

/// Asks a supervisor for the purpose if it is missing; otherwise returns the refusal.
///
/// # Errors
/// The refusal.
pub fn ask_purpose(signed: &SignedIn, refused: Refused) -> Result<HttpResponse, Problem> {
    if refused.refusal != Refusal::PurposeRequired {
        return Err(refused.into());
    }
    let page = Page::within(signed, Part::Cases, ("查阅目的", "Purpose of reading"));
    page::again(&signed.visit, &refused, &AskPurpose { page })
}

/// The case.
#[get("/cases/{id}")]
pub async fn read(
    app: State,
    signed: SignedIn,
    path: Path<String>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = Purpose::read(&mut params);
    let (id, purpose) = (case_id(&path)?, query.said());
    let found = match page::outcome(case::detail(&app, signed.caller.clone(), id, purpose.clone()).await)? {
        Ok(found) => found,
        Err(refused) => return ask_purpose(&signed, refused),
    };
    let hands = handwriting::of_case(&app, signed.caller.clone(), &found, None, purpose).await?;
    let leads = if lead::may_see(&signed.caller) {
        let search = Search { case: Some(id), ..Search::default() };
        lead::list(&app, signed.caller.clone(), search, 100).await?.leads
    } else {
        Vec::new()
    };
    let item = reference::item_name(&app, &found.access.file.item).await?;
    let file = file(&signed, found, &hands, query.query())?;
    let page = file.page.clone().ignoring(&params);
    page::show(&signed.visit, &CaseFile { page, item, leads, ..file })
}

fn file(signed: &SignedIn, found: Detail, hands: &Handwriting, query: String) -> Result<CaseFile, Failure> {
    let (powers, raises) = (powers(&signed.caller, &found.access, found.own), lead::may_raise(&signed.caller));
    let settled: Vec<_> = settled(&found)?;
    let phones = found.phones.clone();
    let possible = targets(&found);
    let case = view::case::detail(found)?;
    let title = if case.card.title.is_empty() { case.card.item.clone() } else { case.card.title.clone() };
    let reader = Reader::new(signed.visit.language, &case, &phones);
    let drawings = Drawings::default();
    let signature = |signed: &api_spec::case::Signature| Signature {
        by: reader.by(&signed.by),
        hand: signed.op.parse().ok().and_then(|op| hands.of(&op)).map(|hand| drawings.show(hand)),
        signed: signed.clone(),
    };
    let signatures = case.signatures.iter().map(signature).collect();
    Ok(CaseFile {
        page: Page::within(signed, Part::Cases, (&title, &title)),
        query,
        groups: reader.groups(),
        parties: reader.blocks(&[PARTY]),
        records: reader.blocks(&[RECORD, SUPPLEMENTARY_RECORD]),
        documents: reader.blocks(&[DOCUMENT]),
        exhibits: reader.blocks(&[EVIDENCE]),
        others: others(&reader, &case),
        conflicts: reader.conflicts(),
        settled: settled.iter().map(|history| reader.history(history)).collect(),
        events: reader.events(),
        checks: reader.checks(),
        shared: reader.shared(),
        pieces: reader.pieces(hands, &drawings),
        numbers: reader.numbers(),
        noted: reader.noted(),
        signatures,
        opened_by: case.opened_by.as_ref().map(|by| reader.by(by)).unwrap_or_default(),
        item: String::new(),
        powers,
        possible,
        raises,
        leads: Vec::new(),
        case,
    })
}

/// Entities of kinds that this version has no section for.
fn others(reader: &Reader<'_>, case: &CaseDetail) -> Vec<Block> {
    let known = [PARTY, RECORD, SUPPLEMENTARY_RECORD, DOCUMENT, EVIDENCE, LINE];
    let kinds = case.entities.iter().map(|entity| EntityKind::from(entity.kind.as_str()));
    let new: Vec<EntityKind> = kinds.filter(|kind| !known.contains(kind)).collect();
    reader.blocks(&new)
}

/// The histories of all fields whose live value resolved a conflict.
fn settled(found: &Detail) -> Result<Vec<api_spec::case::FieldHistory>, Failure> {
    let by_reason = found.case.state.fields.iter().filter(|field| field.live.iter().any(|live| live.reason.is_some()));
    let histories = by_reason.take(SETTLED).map(|field| {
        let entity = field.target.and_then(|target| found.case.state.entities.get(&target));
        let history = History {
            access: found.access.clone(),
            entity: entity.map(|entity| entity.kind.clone()),
            conflict: field.conflict,
            writes: case::writes(&found.case.state, &found.case.held, field.target, &field.name),
            names: found.names.clone(),
        };
        view::case::history(field.target, &field.name, history)
    });
    histories.collect()
}

/// Every write to a field.
#[get("/cases/{id}/fields/{target}/{name}")]
pub async fn read_history(
    app: State,
    signed: SignedIn,
    path: Path<(String, String, String)>,
    mut params: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = Purpose::read(&mut params);
    let (id, target, name) = path.into_inner();
    let name = FieldName::from(name);
    let (case, purpose) = (case_id(&id)?, query.said());
    let target = match target.as_str() {
        "case" => None,
        text => Some(text.parse().map_err(|_not_an_id| Refusal::NotFound)?),
    };
    let found = case::history(&app, signed.caller.clone(), case, target, name.clone(), purpose.clone()).await;
    let found = match page::outcome(found)? {
        Ok(found) => found,
        Err(refused) => return ask_purpose(&signed, refused),
    };
    // Labels of phones and entities come from the case as a whole.
    let whole = case::detail(&app, signed.caller.clone(), case, purpose).await?;
    let (phones, written) = (whole.phones.clone(), view::case::history(target, &name, found)?);
    let whole = view::case::detail(whole)?;
    let dispute = Reader::new(signed.visit.language, &whole, &phones).history(&written);
    let page = Page::within(&signed, Part::Cases, ("修改历史", "History of a field")).ignoring(&params);
    let back = format!("/console/cases/{id}{}", query.query());
    page::show(&signed.visit, &FieldHistory { page, back, dispute, masked: written.masked })
}
