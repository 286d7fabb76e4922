//! Export of the list of cases.
//!
//! Promise: exports the cases that the list shows to the caller, in the same order, at most [`CASES`]. The export is
//! recorded in the audit first, for every caller; supervisors state a purpose. The export is complete or refused: while
//! the search index is incomplete, nothing is exported. Not here: file formats (`crate::view::spreadsheet`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sync_core::case::{CaseState, fold};
use sync_core::id::{AgencyId, TenantId};
use sync_core::money::Fen;
use sync_core::read_audit::LookKind;
use sync_core::schema;
use sync_core::value::Value;

use super::as_of::Past;
use super::caller::Caller;
use super::case::{Search, in_reach, note_list};
use super::{access, loaded};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{CaseFileRow, Tx};

/// Cases in one file.
pub const CASES: usize = 10_000;
/// Cases that are folded in one transaction.
const AT_ONCE: usize = 250;

/// A case of an export.
#[derive(Debug)]
pub struct TakenCase {
    /// As the list shows it.
    pub file: CaseFileRow,
    /// Name of its agency.
    pub agency: String,
    /// Names of the parties.
    pub parties: Vec<String>,
    /// The fine of its last decision.
    pub fine: Option<Fen>,
}

/// The cases in reach that match the search.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who read no cases, [`Refusal::PurposeRequired`] for those who supervise,
/// [`Refusal::ExportTooLarge`], [`Refusal::Busy`] while the search is being filled, or an internal error.
pub async fn export(app: &App, caller: Caller, search: Search) -> Result<Vec<TakenCase>, Failure> {
    let reach = access::filter(&caller)?;
    if access::supervises(&caller) && search.purpose.is_none() {
        return Err(Refusal::PurposeRequired.into());
    }
    note_list(app, &caller, &search, LookKind::Export).await?;
    let (tenant, room) = (app.tenant, (caller.officer, loaded::LARGEST));
    // One snapshot without pages, so no case moves between two pages.
    let found = app.store.read(move |tx| in_reach(tx, &tenant, reach, search, &Past::default(), CASES + 1)).await?;
    if found.rows.len() > CASES {
        return Err(Refusal::ExportTooLarge.into());
    }
    if found.not_searched > 0 {
        let (zh, en) = ("搜索索引正在建立，请稍后再导出。", "The search index is being built; export again later.");
        return Err(Refusal::Busy.because(zh, en).into());
    }
    let mut names = BTreeMap::new();
    let mut taken = Vec::with_capacity(found.rows.len());
    let mut rows = found.rows.into_iter().map(|placed| placed.file);
    loop {
        let some: Vec<CaseFileRow> = rows.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(taken);
        }
        let known = std::mem::take(&mut names);
        let (known, more) =
            app.cases.read_within(&app.store, room, move |tx| fold_some(tx, &tenant, known, some)).await?;
        names = known;
        taken.extend(more.into_iter().map(|case| listed(&caller, case)));
    }
}

/// A case of an export, as the caller may see it.
fn listed(caller: &Caller, taken: TakenCase) -> TakenCase {
    let parties = access::listed_parties(caller, &taken.file, taken.parties);
    TakenCase { parties, file: access::listed(caller, taken.file), ..taken }
}

type Names = BTreeMap<AgencyId, String>;

/// Names and amounts are not in the projection: they are folded from the record.
fn fold_some(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    mut names: Names,
    some: Vec<CaseFileRow>,
) -> Result<(Names, Vec<TakenCase>), Failure> {
    let mut taken = Vec::with_capacity(some.len());
    for file in some {
        let agency = match names.entry(file.agency) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => {
                let name = tx.agency(tenant, &file.agency)?.map(|agency| agency.name);
                unknown.insert(name.unwrap_or_default()).clone()
            }
        };
        let held = tx.case_changes(tenant, &file.id)?;
        let state = fold(file.id, held.iter().map(|stored| &stored.change));
        taken.push(TakenCase { parties: parties(&state), fine: fine(&state), file, agency });
    }
    Ok((names, taken))
}

/// Names of the parties of a case.
pub(super) fn parties(state: &CaseState) -> Vec<String> {
    let name = |entity| state.value(Some(entity), &schema::NAME).and_then(Value::as_text).map(str::to_owned);
    state.entities_of(&schema::PARTY).into_iter().filter_map(|(entity, _)| name(entity)).collect()
}

fn fine(state: &CaseState) -> Option<Fen> {
    let fen = |entity| state.value(Some(entity), &schema::FINE_FEN).and_then(Value::as_int);
    let mut stated = state.entities_of(&schema::DOCUMENT).into_iter().filter_map(|(entity, _)| fen(entity));
    stated.next_back().and_then(|fen| Fen::new(fen).ok())
}
