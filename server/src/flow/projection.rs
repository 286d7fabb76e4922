//! From the changes of a case to what lists and pages show.
//!
//! Promise: depends on the stored changes and on the register as it is now, so it can be made
//! again at any time. Not here: anything that only the projection knows.

use std::collections::BTreeSet;

use sync_core::case::{CaseState, Graph, fold};
use sync_core::decision;
use sync_core::id::{CaseId, DeviceId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;
use sync_core::value::Value;

use crate::flow::judge;
use crate::refusal::Failure;
use crate::store::{self, CaseFileRow, StoredChange, Tx};

/// Fields that hold the SHA-256 of a piece of evidence.
const DIGEST_FIELDS: [&str; 3] = ["digest", "paper_photo", "strokes"];
/// Longest text that is searched, in bytes.
const SEARCH_TEXT_MAX: usize = 64 << 10;

/// Folds the stored changes of a case and puts the projection in place. `extra` takes part beside
/// those that the fold names: officers whose part in the case was excluded but is not forgotten.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn project(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    case: CaseId,
    held: &[StoredChange],
    extra: &BTreeSet<OfficerId>,
) -> Result<CaseState, Failure> {
    let state = fold(case, held.iter().map(|stored| &stored.change));
    let (Some(first), Some(last)) = (held.first(), held.last()) else { return Ok(state) };
    let Some(opening) = &state.opening else { return Ok(state) };
    let agency = tx.agency(tenant, &opening.agency)?;
    let officers: Vec<OfficerId> = state.participants.keys().chain(extra).copied().collect();
    let evidence = claimed(&state);
    let checks = judge::open(judge::judge(tx, tenant, &state, newest_act(held))?);
    let mut file = CaseFileRow {
        id: case,
        agency: opening.agency,
        agency_path: agency.map(|agency| agency.path).unwrap_or_default(),
        item: opening.item.clone(),
        kind: opening.kind.code().to_owned(),
        status: status(&state, held).to_owned(),
        title: text(&state, "title"),
        number: state.numbers.iter().rfind(|number| number.target.is_none()).map(|n| n.text.clone()).unwrap_or_default(),
        opened: first.received,
        updated: last.received,
        counter: last.counter,
        last_leaf: last.leaf,
        basis: state.basis(),
        heads: state.heads.iter().copied().collect(),
        conflicts: count(state.conflicts().count()),
        breaches: count(checks.iter().filter(|check| check.outcome == "breached").count()),
        missing_evidence: 0,
        search_text: search_text(&state),
        fold: state.fold.into(),
        state: serde_json::to_vec(&state).map_err(Failure::broken)?,
        checks: serde_json::to_vec(&checks).map_err(Failure::broken)?,
    };
    tx.put_case_file(tenant, &file, &officers, &evidence)?;
    let missing = count(tx.missing_evidence(tenant, &case)?.len());
    if missing > 0 {
        file.missing_evidence = missing;
        tx.put_case_file(tenant, &file, &[], &[])?;
    }
    Ok(state)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn text(state: &CaseState, field: &str) -> String {
    state.value(None, field).and_then(Value::as_text).unwrap_or_default().to_owned()
}

/// When the newest change by a phone was made, at the earliest: as of then the case is judged, and not
/// as of its arrival, for a certificate may have ended on the way.
pub fn newest_act(held: &[StoredChange]) -> Instant {
    let by_phones = held.iter().filter(|stored| stored.change.header().device != DeviceId::SERVER);
    by_phones.map(|stored| stored.lower).max().unwrap_or(Instant::from_ms(0))
}

/// Digests of the evidence that the case claims, withdrawn pieces included: they were recorded.
pub fn claimed(state: &CaseState) -> Vec<Digest> {
    let digests: BTreeSet<Digest> = state
        .fields
        .iter()
        .filter(|field| DIGEST_FIELDS.contains(&field.name.as_str()))
        .flat_map(|field| &field.live)
        .filter_map(|live| live.value.as_ref().and_then(Value::as_digest))
        .collect();
    digests.into_iter().collect()
}

/// `closed` once closed; `returned` while a returned record has not been supplemented; else `open`.
fn status(state: &CaseState, held: &[StoredChange]) -> &'static str {
    if decision::is_closed(state) {
        return "closed";
    }
    let graph = Graph::new(held.iter().map(|stored| &stored.change));
    if decision::returned(state, &graph).is_empty() { "open" } else { "returned" }
}

fn search_text(state: &CaseState) -> String {
    let mut text = String::new();
    let numbers = state.numbers.iter().map(|number| number.text.as_str());
    let values = state.fields.iter().flat_map(|field| &field.live).filter_map(|live| live.value.as_ref()?.as_text());
    for part in numbers.chain(values) {
        if text.len() + part.len() > SEARCH_TEXT_MAX {
            break;
        }
        text.push_str(&part.to_lowercase());
        text.push('\n');
    }
    text
}

/// Projects a stored case again.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn again(tx: &mut Tx<'_>, tenant: &TenantId, case: CaseId) -> Result<CaseState, Failure> {
    let held = tx.case_changes(tenant, &case)?;
    if held.is_empty() {
        return Err(Failure::from(store::Error::Corrupt { what: "case without changes" }));
    }
    project(tx, tenant, case, &held, &BTreeSet::new())
}
