//! Reading cases: lists, one case, the history of a field.
//!
//! Promise: a case out of reach is reported as not found. Every read is recorded in the audit first. The state is
//! folded from the stored changes, not taken from a projection.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::case::{CaseState, Graph};
use sync_core::change::Change;
use sync_core::id::{AgencyId, CaseId, ChangeId, DeviceId, OfficerId, TenantId};
use sync_core::law::rule::CheckResult;
use sync_core::op::{Act, OpId};
use sync_core::plan::{Flag, has_gap};
use sync_core::read_audit::LookKind;
use sync_core::schema::{EntityKind, FieldName};

use super::access::{self, Access, Look};
use super::as_of::{self, Past, Start};
use super::caller::Caller;
use super::double::{self, Shared};
use super::loaded::Loaded;
use super::search::words::Words;
use super::search::{self, Found};
use super::{judge, mask, projection};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{CaseFileRow, CaseFilter, ClaimedFile, ReadAuditRow, StoredChange, Total, Tx};

/// Filter for cases in reach.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The parts that narrow the list; reach is added here.
    pub filter: CaseFilter,
    /// Only cases that contain these words.
    pub text: Option<Words>,
    /// The words as they were typed, for the audit.
    pub typed: String,
    /// Only cases of this agency and the agencies below it.
    pub agency: Option<AgencyId>,
    /// The purpose of a supervisor.
    pub purpose: Option<String>,
}

/// One case in its current state.
#[derive(Debug)]
pub struct Detail {
    /// The case and the caller's relation to it.
    pub access: Access,
    /// Name of the agency.
    pub agency_name: String,
    /// Whether it is the caller's own case, about which they may not decide.
    pub own: bool,
    /// The folded state.
    pub case: Loaded,
    /// The stored changes, by leaf, with the gaps in chains as they are now.
    pub held: Vec<StoredChange>,
    /// Names of all officers that appear.
    pub names: BTreeMap<OfficerId, String>,
    /// Names of the phones that appear.
    pub phones: BTreeMap<DeviceId, String>,
    /// The evidence it claims.
    pub evidence: Vec<ClaimedFile>,
    /// Check results, as of the newest act.
    pub checks: Vec<CheckResult>,
    /// Numbers and fines that its documents share with other cases.
    pub shared: Vec<Shared>,
}

/// One write to a field.
#[derive(Debug)]
pub struct Write {
    /// The operation.
    pub op: OpId,
    /// Its change, as stored.
    pub stored: StoredChange,
    /// Whether it settled a conflict.
    pub resolves: bool,
    /// The operations it replaces.
    pub replaces: Vec<OpId>,
    /// Whether it is live.
    pub live: bool,
    /// Whether it has no effect.
    pub without_effect: bool,
}

/// Every write to a field.
#[derive(Debug)]
pub struct History {
    /// The caller's relation to the case.
    pub access: Access,
    /// Kind of the entity; empty for the case itself.
    pub entity: Option<EntityKind>,
    /// Whether live values differ.
    pub conflict: bool,
    /// The writes, causes before effects.
    pub writes: Vec<Write>,
    /// Names of the authors.
    pub names: BTreeMap<OfficerId, String>,
}

/// A page of cases.
#[derive(Debug)]
pub struct CaseList {
    /// The cases with their present values, the latest change first.
    pub rows: Vec<CaseFileRow>,
    /// The version of the list to which the page belongs.
    pub as_of: i64,
    /// Start of the next page, if there is one.
    pub next: Option<Start<CaseId>>,
    /// Cases that were not searched, because the index is being filled.
    pub not_searched: i64,
}

/// A page of the cases in reach, the latest change first, of the list as it was at its first page ([`super::as_of`]). The
/// read of a supervisor is recorded before anything is read.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who read no cases; [`Refusal::WrongCursor`], [`Refusal::CursorExpired`]; or an
/// internal error.
pub async fn list(app: &App, caller: Caller, search: Search, limit: u32) -> Result<CaseList, Failure> {
    let reach = access::filter(&caller)?;
    let wanted = usize::try_from(limit).map_err(Failure::broken)?;
    if access::supervises(&caller) {
        note_list(app, &caller, &search, LookKind::List).await?;
    }
    let tenant = app.tenant;
    // One snapshot: a case that is indexed meanwhile is neither missed nor shown twice.
    let (Found { mut rows, not_searched }, as_of) = app
        .store
        .read(move |tx| {
            let past = as_of::since(tx, &tenant, &search.filter)?;
            Ok::<_, Failure>((in_reach(tx, &tenant, reach, search, &past, wanted + 1)?, past.as_of))
        })
        .await?;
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|last| Start { as_of, after: Some(last.place()) });
    let rows = rows.into_iter().map(|placed| access::listed(&caller, placed.file)).collect();
    Ok(CaseList { rows, as_of, next, not_searched })
}

/// Records the read of a list of cases.
pub(super) async fn note_list(app: &App, caller: &Caller, search: &Search, what: LookKind) -> Result<(), Failure> {
    let (id, at, officer, tenant) = (random::bytes()?, app.clock.now(), caller.officer, app.tenant);
    let (part, purpose) = (mask::text::masked(&search.typed).into_owned(), search.purpose.clone().unwrap_or_default());
    let look = ReadAuditRow { id, at, officer, what, case: None, part, purpose };
    app.store.write(move |tx| Ok(tx.add_read_audit(&tenant, &look)?)).await
}

/// The first cases of a search in reach, with the cases of `past` at their previous positions.
///
/// # Errors
/// An internal error.
pub(super) fn in_reach(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    reach: CaseFilter,
    search: Search,
    past: &Past,
    limit: usize,
) -> Result<Found, Failure> {
    let Some((filter, text)) = narrowed(tx, tenant, reach, search)? else {
        return Ok(Found { rows: Vec::new(), not_searched: 0 });
    };
    if let Some(words) = text {
        return search::find(tx, tenant, &filter, past, &words, limit);
    }
    Ok(Found { rows: as_of::page(tx, tenant, &filter, past, limit)?, not_searched: 0 })
}

/// The current total of [`list`], independent of the page.
///
/// # Errors
/// As [`list`].
pub async fn total(app: &App, caller: Caller, search: Search) -> Result<Total, Failure> {
    let (reach, tenant) = (access::filter(&caller)?, app.tenant);
    app.store
        .read(move |tx| match narrowed(tx, &tenant, reach, search)? {
            Some((filter, Some(words))) => search::count(tx, &tenant, &filter, &words),
            Some((filter, None)) => Ok(tx.count_case_files(&tenant, &filter)?),
            None => Ok(Total::Exactly(0)),
        })
        .await
}

/// The filter and words of a search within reach; none if nothing can match.
fn narrowed(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    reach: CaseFilter,
    search: Search,
) -> Result<Option<(CaseFilter, Option<Words>)>, Failure> {
    let Search { filter, text, typed: _, agency, purpose: _ } = search;
    let chosen = match agency {
        Some(agency) => match tx.agency(tenant, &agency)? {
            Some(agency) => Some(agency.path),
            None => return Ok(None),
        },
        None => None,
    };
    let agency_path = match (reach.agency_path, chosen) {
        (None, other) | (other, None) => other,
        (Some(reach), Some(chosen)) => match narrower(reach, chosen) {
            Some(path) => Some(path),
            None => return Ok(None),
        },
    };
    Ok(Some((CaseFilter { agency_path, officer: reach.officer, ..filter }, text)))
}

/// The narrower of two subtrees; none if they are disjoint.
fn narrower(reach: String, chosen: String) -> Option<String> {
    if chosen.starts_with(&reach) {
        return Some(chosen);
    }
    reach.starts_with(&chosen).then_some(reach)
}

/// One case within reach.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PurposeRequired`], or an internal error.
pub async fn detail(app: &App, caller: Caller, case: CaseId, purpose: Option<String>) -> Result<Detail, Failure> {
    let seen = Look { what: LookKind::Case, part: String::new(), purpose };
    let (access, case) = look_and_load(app, &caller, case, seen).await?;
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let (state, mut held) = (&case.state, case.held.clone());
            let graph = Graph::new(held.iter().map(|stored| &*stored.change));
            let own = access.is_own(&caller.officer, state, &graph);
            flag_gaps(tx, &tenant, &mut held)?;
            let agency_name = tx.agency(&tenant, &access.file.agency)?.map(|agency| agency.name).unwrap_or_default();
            let everybody = state.participants.keys().copied();
            let everybody = everybody.chain(held.iter().map(|stored| stored.change.header().officer)).collect();
            let names = names(tx, &tenant, everybody)?;
            let phones = phones(tx, &tenant, &held)?;
            let evidence = tx.evidence_of(&tenant, access.file.case_leaf)?;
            let checks = judge::judge(tx, &tenant, (state, &held), projection::newest_act(&held))?;
            let shared = double::shared(tx, &tenant, &caller, (access.file.case_leaf, state))?;
            Ok(Detail { access, agency_name, own, case, held, names, phones, evidence, checks, shared })
        })
        .await
}

/// Flags the changes before which a phone's chain currently has a gap. Computed at each read and never stored,
/// because a later change, in any case, can fill it.
fn flag_gaps(tx: &mut Tx<'_>, tenant: &TenantId, held: &mut [StoredChange]) -> Result<(), Failure> {
    let of_phones = |stored: &&StoredChange| stored.change.header().device != DeviceId::SERVER;
    let expected: Vec<ChangeId> =
        held.iter().filter(of_phones).filter_map(|stored| stored.change.header().prev).collect();
    let places: BTreeMap<_, _> = tx.in_chains(tenant, &expected)?.into_iter().collect();
    for stored in held.iter_mut().filter(|stored| of_phones(&&**stored)) {
        let header = stored.change.header();
        let before = (header.device, header.epoch, header.seq.saturating_sub(1));
        if has_gap(&stored.change, |prev| places.get(prev) == Some(&before)) {
            stored.flags.push(Flag::ChainGap);
        }
    }
    Ok(())
}

/// Commits the audit record first, then loads the case: nothing is read before the record is durable, and loading
/// blocks no writer.
async fn look_and_load(app: &App, caller: &Caller, case: CaseId, seen: Look) -> Result<(Access, Loaded), Failure> {
    let (tenant, now, looker) = (app.tenant, app.clock.now(), caller.clone());
    let access = app.store.write(move |tx| access::look(tx, &tenant, &looker, &case, seen, now)).await?;
    let loaded = app.cases.load(&app.store, tenant, caller.officer, case).await?;
    Ok((access, loaded.ok_or(Refusal::NotFound)?))
}

/// Every write to the field `name` of `target` (of the case itself if absent).
///
/// # Errors
/// [`Refusal::NotFound`] if the case is out of reach or the field was never written;
/// [`Refusal::PurposeRequired`]; or an internal error.
pub async fn history(
    app: &App,
    caller: Caller,
    case: CaseId,
    target: Option<OpId>,
    name: FieldName,
    purpose: Option<String>,
) -> Result<History, Failure> {
    let part = target.map_or_else(|| name.to_string(), |target| format!("{target}/{name}"));
    let (access, case) = look_and_load(app, &caller, case, Look { what: LookKind::History, part, purpose }).await?;
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let state = &case.state;
            let writes = writes(state, &case.held, target, &name);
            if writes.is_empty() {
                return Err(Failure::from(Refusal::NotFound));
            }
            let authors = writes.iter().map(|write| write.stored.change.header().officer).collect();
            let names = names(tx, &tenant, authors)?;
            let entity = target.and_then(|target| state.entities.get(&target)).map(|entity| entity.kind.clone());
            let conflict = state.field(target, &name).is_some_and(|field| field.conflict);
            Ok(History { access, entity, conflict, writes, names })
        })
        .await
}

/// Every write to a field of a folded case, causes before effects.
pub fn writes(state: &CaseState, held: &[StoredChange], target: Option<OpId>, name: &FieldName) -> Vec<Write> {
    let by_id: BTreeMap<_, &StoredChange> = held.iter().map(|stored| (stored.change.id(), stored)).collect();
    let graph = Graph::new(held.iter().map(|stored| &*stored.change));
    let live: BTreeSet<OpId> =
        state.field(target, name).into_iter().flat_map(|field| &field.live).map(|value| value.op).collect();
    let of_field = |change: &Change| {
        let own = change.id();
        change
            .named_ops()
            .filter(|(_, op)| matches!(op.act, Act::Put | Act::Resolve) && op.field.as_ref() == Some(name))
            .filter(|(_, op)| op.target.map(|target| target.resolve(own)) == target)
            .map(|(id, op)| {
                let replaces = op.replaces.iter().map(|replaced| replaced.resolve(own)).collect();
                (id, op.act == Act::Resolve, replaces)
            })
            .collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for change in graph.order() {
        let Some(stored) = by_id.get(&change.id()) else { continue };
        let own = change.id();
        let without_effect = !state.has_effect(&own);
        for (op, resolves, replaces) in of_field(change) {
            let live = live.contains(&op);
            found.push(Write { op, stored: (*stored).clone(), resolves, replaces, live, without_effect });
        }
    }
    found
}

/// Names of the phones that recorded these changes.
fn phones(tx: &mut Tx<'_>, tenant: &TenantId, held: &[StoredChange]) -> Result<BTreeMap<DeviceId, String>, Failure> {
    let devices: BTreeSet<DeviceId> = held.iter().map(|stored| stored.change.header().device).collect();
    let devices: Vec<DeviceId> = devices.into_iter().collect();
    Ok(tx.device_labels(tenant, &devices)?.into_iter().collect())
}

/// Names of these people.
///
/// # Errors
/// An internal error.
pub(super) fn names(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    people: BTreeSet<OfficerId>,
) -> Result<BTreeMap<OfficerId, String>, Failure> {
    let people: Vec<OfficerId> = people.into_iter().collect();
    Ok(tx.officers(tenant, &people)?.into_iter().map(|row| (row.id, row.name)).collect())
}

#[cfg(test)]
mod tests;
