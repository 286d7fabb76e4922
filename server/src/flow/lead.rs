//! Supervision leads (监督事项): the supervisor raises and closes, the agency answers. A lead changes no case.
//!
//! Promise: each action is taken once, by the role that it belongs to, on the version that the person saw. An officer
//! who takes part in the case cannot answer. The agency, the agency above it and the supervisors see the lead; other
//! agencies do not. The title of the case is shown to those who may read the case, and a supervisor's view of it is
//! audited.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{CaseId, OfficerId, TenantId, hex};
use sync_core::lead::{LeadKind, LeadStatus};
use sync_core::read_audit::LookKind;
use sync_core::time::Instant;

use super::as_of::{RowId, Start};
use super::caller::{Caller, Role};
use super::idempotency::IdempotentRequest;
use super::seen::Seen;
use super::{access, mask};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{self, CaseFileRow, LeadFilter, LeadRow, ReadAuditRow, Said, TimeOrder, TimePage, Total, Tx};

/// The longest text on a lead, in characters.
pub const LONGEST_TEXT: usize = 2000;

/// How many leads of a case a new one is compared with, the newest first.
const COMPARED: u32 = 100;
/// Roles that raise and close leads.
const RAISERS: [Role; 2] = [Role::CountySupervisor, Role::DepartmentSupervisor];
/// Roles that answer for the agency.
const ANSWERERS: [Role; 3] = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead];

/// A lead with the names of its authors, for one reader.
#[derive(Debug, Clone)]
pub struct Lead {
    /// The lead.
    pub row: LeadRow,
    /// Its case as lists show it; none for a reader who may not read it.
    pub file: Option<CaseFileRow>,
    /// Names.
    pub names: BTreeMap<OfficerId, String>,
    /// Whether the reader takes or took part in the case; then they may not answer for the agency.
    pub own_case: bool,
}

/// A new lead.
#[derive(Debug, Clone)]
pub struct NewLead {
    /// In which case.
    pub case: CaseId,
    /// The kind of problem.
    pub kind: LeadKind,
    /// The supervisor's finding.
    pub text: String,
    /// The idempotency key. Without one, the content identifies a repetition: the same supervisor, case, kind and
    /// text are the same lead, until it is closed.
    pub key: Option<String>,
}

/// The next step of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadAction {
    /// The agency answers.
    Answer,
    /// The supervisor closes.
    Close,
}

/// Filter of leads.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Only this status.
    pub status: Option<LeadStatus>,
    /// Only about this case.
    pub case: Option<CaseId>,
    /// The order.
    pub order: TimeOrder,
    /// Start of the page; none for the first page.
    pub start: Option<Start<RowId>>,
}

/// A page of leads.
#[derive(Debug, Clone)]
pub struct LeadList {
    /// The leads in their present state.
    pub leads: Vec<Lead>,
    /// The step of all leads after which the list was begun.
    pub as_of: i64,
    /// Start of the next page, if there is one.
    pub next: Option<Start<RowId>>,
}

fn named(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, mut row: LeadRow) -> Result<Lead, Failure> {
    let said = [Some(&row.raised), row.answer.as_ref(), row.conclusion.as_ref()];
    let people: BTreeSet<OfficerId> = said.into_iter().flatten().map(|said| said.by).collect();
    let names = super::case::names(tx, tenant, people)?;
    let (file, own_case, sees) = match access::reach(tx, tenant, caller, &row.case) {
        Ok(access) => {
            let own = access.reads_own(tx, tenant, &caller.officer)?;
            let sees = access.sees_personal_data();
            (Some(access::listed(caller, access.file)), own, sees)
        }
        Err(Failure::Refused(_out_of_reach)) => (None, false, false),
        Err(broken @ Failure::Broken(_)) => return Err(broken),
    };
    if !sees {
        let said = [Some(&mut row.raised), row.answer.as_mut(), row.conclusion.as_mut()];
        said.into_iter().flatten().for_each(|said| mask::hide(&mut said.text));
    }
    Ok(Lead { row, file, names, own_case })
}

/// Records a supervisor's read of one lead (`part`) or of a list.
fn note(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    (what, case, part): (LookKind, Option<CaseId>, String),
    now: Instant,
) -> Result<(), Failure> {
    if !access::supervises(caller) {
        return Ok(());
    }
    let (id, officer, purpose) = (random::bytes()?, caller.officer, String::new());
    Ok(tx.add_read_audit(tenant, &ReadAuditRow { id, at: now, officer, what, case, part, purpose })?)
}

/// One lead, shown to the caller.
fn shown(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, row: LeadRow, now: Instant) -> Result<Lead, Failure> {
    note(tx, tenant, caller, (LookKind::Lead, Some(row.case), id_text(&row.id)), now)?;
    named(tx, tenant, caller, row)
}

/// The path below which the caller sees leads: supervisors their reach; heads and legal reviewers their agency.
fn reach(caller: &Caller) -> Result<&str, Refusal> {
    let heads = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead, Role::LegalReviewer];
    if access::supervises(caller) {
        return Ok(caller.reach());
    }
    caller.must_be(&heads)?;
    Ok(&caller.path)
}

/// A lead that the caller sees.
fn seen(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, id: &[u8; 16]) -> Result<LeadRow, Failure> {
    let path = reach(caller).map_err(|_sees_none| Refusal::NotFound)?;
    let found = tx.lead(tenant, id)?.filter(|lead| lead.agency_path.starts_with(path));
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Raises a lead about a case in reach. A repeated request with the same key finds the lead of the first one.
///
/// # Errors
/// [`Refusal::NotFound`] where the case is out of reach; [`Refusal::Forbidden`] for others than supervisors;
/// [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn raise(app: &App, caller: Caller, new: NewLead) -> Result<Lead, Failure> {
    let (tenant, now, id) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let NewLead { case, kind, text, key } = new;
            let file = access::reach(tx, &tenant, &caller, &case)?.file;
            caller.must_be(&RAISERS)?;
            if key.is_none() {
                let same =
                    |lead: &LeadRow| lead.raised.by == caller.officer && lead.kind == kind && lead.raised.text == text;
                let filter = LeadFilter { case: Some(case), ..LeadFilter::default() };
                let raised = tx.leads(&tenant, &filter, &TimePage::newest(COMPARED))?;
                if let Some(row) = raised.into_iter().find(|lead| lead.status != LeadStatus::Closed && same(lead)) {
                    return shown(tx, &tenant, &caller, row, now);
                }
            }
            let request =
                IdempotentRequest::new(caller.officer, "lead.raise", key, &[&case.to_string(), kind.code(), &text]);
            if let Some(made) = request.made_before(tx, &tenant)? {
                let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
                let id: [u8; 16] =
                    made.try_into().map_err(|_length| store::Error::Inconsistent { what: "idempotency.made" })?;
                let row = tx.lead(&tenant, &id)?.ok_or(corrupt)?;
                return shown(tx, &tenant, &caller, row, now);
            }
            let row = LeadRow {
                id,
                case,
                agency: file.agency,
                agency_path: file.agency_path,
                kind,
                raised: Said { text, by: caller.officer, at: now },
                status: LeadStatus::Raised,
                version: 1,
                answer: None,
                conclusion: None,
            };
            tx.add_lead(&tenant, &row)?;
            request.has_made(tx, &tenant, &id, now)?;
            shown(tx, &tenant, &caller, row, now)
        })
        .await
}

/// A page of the leads in reach, of those that had the status when the list was begun.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who see no leads, [`Refusal::WrongCursor`], or an internal error.
pub async fn list(app: &App, caller: Caller, search: Search, limit: u32) -> Result<LeadList, Failure> {
    let agency_path = reach(&caller)?.to_owned();
    let (tenant, now) = (app.tenant, app.clock.now());
    let supervises = access::supervises(&caller);
    let look = move |tx: &mut Tx<'_>| {
        let Search { status, case, order, start } = search;
        let steps = tx.lead_steps(&tenant)?;
        let as_of = start.map_or(steps, |start| start.as_of);
        if as_of > steps {
            return Err(Refusal::WrongCursor.into());
        }
        note(tx, &tenant, &caller, (LookKind::Leads, case, String::new()), now)?;
        let filter = LeadFilter { agency_path, status, case, as_of: Some(as_of) };
        let after = start.and_then(|start| start.after).map(|(at, id)| (at, id.0));
        let page = TimePage { order, after, limit };
        let (found, more) = page.cut(tx.leads(&tenant, &filter, &page)?);
        let last = found.last().filter(|_| more);
        let next = last.map(|last| Start { as_of, after: Some((last.raised.at, RowId(last.id))) });
        let leads = found.into_iter().map(|row| named(tx, &tenant, &caller, row));
        Ok::<_, Failure>(LeadList { leads: leads.collect::<Result<_, _>>()?, as_of, next })
    };
    if supervises { app.store.write(look).await } else { app.store.read(look).await }
}

/// How many leads [`list`] has in all, as they are now.
///
/// # Errors
/// As [`list`].
pub async fn count(app: &App, caller: Caller, search: Search) -> Result<Total, Failure> {
    let (agency_path, tenant) = (reach(&caller)?.to_owned(), app.tenant);
    let Search { status, case, order: _, start: _ } = search;
    let filter = LeadFilter { agency_path, status, case, as_of: None };
    app.store.read(move |tx| tx.count_leads(&tenant, &filter).map_err(Failure::from)).await
}

/// One lead within reach.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn read(app: &App, caller: Caller, id: [u8; 16]) -> Result<Lead, Failure> {
    let (tenant, now, supervises) = (app.tenant, app.clock.now(), access::supervises(&caller));
    let look = move |tx: &mut Tx<'_>| {
        let row = seen(tx, &tenant, &caller, &id)?;
        shown(tx, &tenant, &caller, row, now)
    };
    if supervises { app.store.write(look).await } else { app.store.read(look).await }
}

/// Takes the next step: the agency answers, or the supervisor closes. The version that the caller saw is `version`.
///
/// # Errors
/// [`Refusal::NotFound`] out of reach; [`Refusal::Forbidden`] if the caller may not take the step; [`Refusal::OwnCase`]
/// for an answer of a head who takes part in the case; [`Refusal::Stale`];
/// [`Refusal::LeadNotOpen`] where the lead is not at this step; or an internal error.
pub async fn step(
    app: &App,
    caller: Caller,
    id: [u8; 16],
    version: Seen<i64>,
    step: LeadAction,
    text: String,
) -> Result<Lead, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let mut row = seen(tx, &tenant, &caller, &id)?;
            if !may_take(&caller, &row, step) {
                return Err(Failure::from(Refusal::Forbidden));
            }
            if step == LeadAction::Answer
                && tx.takes_part(&tenant, &row.case, &caller.officer)?
                && access::is_own(tx, &tenant, &row.case, &caller.officer)?
            {
                return Err(Refusal::OwnCase.into());
            }
            if !version.holds_for(&row.version) {
                return Err(Refusal::Stale.into());
            }
            let words = Some(Said { text, by: caller.officer, at: now });
            let (before, after) = match step {
                LeadAction::Answer => (LeadStatus::Raised, LeadStatus::Answered),
                LeadAction::Close => (LeadStatus::Answered, LeadStatus::Closed),
            };
            if row.status != before {
                return Err(Refusal::LeadNotOpen.into());
            }
            match step {
                LeadAction::Answer => row.answer = words,
                LeadAction::Close => row.conclusion = words,
            }
            row.status = after;
            row.version += 1;
            let done = tx.update_lead(&tenant, &row)?;
            if done { shown(tx, &tenant, &caller, row, now) } else { Err(Refusal::Stale.into()) }
        })
        .await
}

/// Whether the caller raises leads.
pub fn may_raise(caller: &Caller) -> bool {
    caller.must_be(&RAISERS).is_ok()
}

/// Whether the caller sees leads at all.
pub fn may_see(caller: &Caller) -> bool {
    reach(caller).is_ok()
}

/// The status in which a lead waits for the caller; none for roles without an action.
pub fn waits_in(caller: &Caller) -> Option<LeadStatus> {
    if may_raise(caller) {
        return Some(LeadStatus::Answered);
    }
    let answers = caller.must_be(&ANSWERERS).is_ok() && !access::supervises(caller);
    answers.then_some(LeadStatus::Raised)
}

/// The step that the lead waits for, if it is the caller's.
pub fn next_step(caller: &Caller, lead: &Lead) -> Option<LeadAction> {
    let step = match lead.row.status {
        LeadStatus::Raised if !lead.own_case => LeadAction::Answer,
        LeadStatus::Answered => LeadAction::Close,
        LeadStatus::Raised | LeadStatus::Closed => return None,
    };
    may_take(caller, &lead.row, step).then_some(step)
}

fn may_take(caller: &Caller, lead: &LeadRow, step: LeadAction) -> bool {
    match step {
        LeadAction::Answer => {
            let heads = caller.must_be(&ANSWERERS).is_ok() && lead.agency_path.starts_with(&caller.path);
            heads && !access::supervises(caller)
        }
        LeadAction::Close => caller.must_be(&RAISERS).is_ok(),
    }
}

/// A lead's id as people write it.
pub fn id_text(id: &[u8; 16]) -> String {
    hex(id)
}
