//! Which cases say these words.
//!
//! Promise: exactly those in which each word occurs ([`words`]), in the order of the list, among those that the filter
//! lets through. A case that changed and is not yet indexed anew is compared itself, so nobody waits for the index;
//! where more than `LAGGING` cases are not indexed (after an upgrade), the newest of them are compared, and the
//! answer says how many are not.
//! Must run in one snapshot: a case must not be taken out of the outbox between two statements.

pub mod index;
pub mod posting;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use posting::{Block, Places};
use sync_core::id::{CaseId, TenantId};
use sync_core::time::Instant;
use words::{Wanted, Words};

use crate::refusal::Failure;
use crate::store::{CaseFileRow, CaseFilter, OutboxKind, Tx};

/// Cases that are compared themselves because they are not indexed as they are.
const LAGGING: i64 = if cfg!(test) { 4 } else { 1000 };
/// Grams that are looked up; of a long text some say enough.
const GRAMS: usize = 12;
/// Up to so many candidates are compared all; of more, the list is walked until the page is full.
const CANDIDATES: usize = if cfg!(test) { 4 } else { 256 };
/// Cases in one step of the walk, at first and at most.
const FIRST_STEP: i64 = if cfg!(test) { 3 } else { 256 };
const LARGEST_STEP: i64 = 4096;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The latest change first, at most as many as were asked for.
    pub rows: Vec<CaseFileRow>,
    /// Cases that the filter lets through and that were not looked at, because the index is being filled.
    pub not_searched: i64,
}

/// What the index says.
struct Candidates {
    places: Places,
    /// Whether they need not be compared.
    proof: bool,
}

/// What is compared without the index.
struct Lagging {
    /// All of them that the filter lets through.
    open: BTreeSet<CaseId>,
    /// Those that say the words.
    hits: Vec<(Instant, CaseId)>,
    not_searched: i64,
}

/// The first `limit` cases that the filter lets through and that say the words.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn find(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    words: &Words,
    limit: usize,
) -> Result<Found, Failure> {
    let lagging = lagging(tx, tenant, filter, words)?;
    let Wanted { grams, proof } = words.grams(GRAMS);
    let mut sets: BTreeMap<i64, BTreeMap<i64, Block>> = grams.into_iter().map(|gram| (gram, BTreeMap::new())).collect();
    let wanted: Vec<i64> = sets.keys().copied().collect();
    for row in tx.case_grams(tenant, &wanted, None)? {
        let block = index::read_block(&row)?;
        sets.entry(row.gram).or_default().insert(row.block, block);
    }
    let candidates = Candidates { places: Places::in_all(sets.into_values()), proof };
    let not_searched = lagging.not_searched;
    let order = if candidates.places.len() <= CANDIDATES {
        compare_all(tx, tenant, filter, words, &candidates, lagging, limit)?
    } else {
        walk(tx, tenant, filter, words, &candidates, &lagging, limit)?
    };
    let mut rows = Vec::new();
    for (_, case) in order {
        rows.extend(tx.case_file(tenant, &case)?);
    }
    Ok(Found { rows, not_searched })
}

fn lagging(tx: &mut Tx<'_>, tenant: &TenantId, filter: &CaseFilter, words: &Words) -> Result<Lagging, Failure> {
    // Mostly few are open: then nobody has to count those in reach.
    let mut in_reach = 0;
    if tx.outbox_more_than(tenant, OutboxKind::IndexCase, LAGGING)? {
        in_reach = tx.cases_open(tenant, filter, OutboxKind::IndexCase)?;
    }
    let many = in_reach > LAGGING;
    let mut not_searched = if many { in_reach - LAGGING } else { 0 };
    if tx.outbox_more_than(tenant, OutboxKind::TextOfCase, 0)? {
        not_searched += tx.cases_open(tenant, filter, OutboxKind::TextOfCase)?;
    }
    let (mut open, mut hits) = (BTreeSet::new(), Vec::new());
    for (updated, case, said) in tx.cases_to_index(tenant, filter, many.then_some(LAGGING))? {
        open.insert(case);
        if words.occur_in(&words::normal(&said)) {
            hits.push((updated, case));
        }
    }
    Ok(Lagging { open, hits, not_searched })
}

/// Few candidates: they are compared all, then put in order.
fn compare_all(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    words: &Words,
    candidates: &Candidates,
    lagging: Lagging,
    limit: usize,
) -> Result<Vec<(Instant, CaseId)>, Failure> {
    let mut places = candidates.places.all();
    if !candidates.proof {
        places = tx.places_saying(tenant, &places, words.all())?;
    }
    let mut order = tx.cases_at(tenant, filter, &places)?;
    order.retain(|(_, case)| !lagging.open.contains(case));
    order.extend(lagging.hits);
    if let Some(start) = &filter.after {
        order.retain(|place| place < start);
    }
    order.sort_unstable_by(|a, b| b.cmp(a));
    order.truncate(limit);
    Ok(order)
}

/// Many candidates: the first cases of the list are likely among them.
fn walk(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    words: &Words,
    candidates: &Candidates,
    lagging: &Lagging,
    limit: usize,
) -> Result<Vec<(Instant, CaseId)>, Failure> {
    let hits: BTreeSet<CaseId> = lagging.hits.iter().map(|(_, case)| *case).collect();
    let (mut from, mut step, mut order) = (filter.clone(), FIRST_STEP, Vec::new());
    loop {
        let some = tx.case_order(tenant, &from, step)?;
        let ids: Vec<CaseId> = some.iter().map(|(_, case)| *case).collect();
        let mut said = tx.index_places(tenant, &ids)?;
        said.retain(|(case, place)| candidates.places.has(*place) && !lagging.open.contains(case));
        if !candidates.proof {
            let places: Vec<i64> = said.iter().map(|(_, place)| *place).collect();
            let places: BTreeSet<i64> = tx.places_saying(tenant, &places, words.all())?.into_iter().collect();
            said.retain(|(_, place)| places.contains(place));
        }
        let said: BTreeSet<CaseId> = said.into_iter().map(|(case, _)| case).collect();
        order.extend(some.iter().filter(|(_, case)| hits.contains(case) || said.contains(case)));
        from.after = some.last().copied();
        let ended = i64::try_from(some.len()).is_ok_and(|count| count < step);
        if ended || order.len() >= limit {
            order.truncate(limit);
            return Ok(order);
        }
        step = (step * 4).min(LARGEST_STEP);
    }
}

#[cfg(test)]
mod tests;
