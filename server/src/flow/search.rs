//! Full-text search over cases.
//!
//! Promise: finds exactly the cases that contain every word ([`words`]) and match the filter, in the order of the list.
//! A changed case that is not yet indexed is compared directly, so results are never stale. If more than
//! `Bounds::lagging` cases are not indexed (after an upgrade), the newest of them are compared and the answer states
//! how many were not.
//!
//! Cost: per 4,096 cases at most 512 bytes of each gram, plus 64 KiB of moments for frequent words. Memory: twice the
//! former (4 MiB for a million cases), 2 MiB of the latter at a time, and the page.
//!
//! Must run in one snapshot: a case must not leave the outbox between two statements.

pub mod bound;
pub mod facet;
pub mod index;
pub mod moment;
mod newest;
mod past;
pub mod posting;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use newest::newest;
use posting::{Block, Postings};
use sync_core::id::{CaseId, TenantId};
use sync_core::time::Instant;
use words::{Wanted, Words};

use super::as_of::{self, ListedCase, Past};
use crate::flow::refusal::Failure;
use crate::store::{COUNTED, CaseFileRow, CaseFilter, CaseOrder, OutboxKind, PastCase, Total, Tx};

/// Most grams of the words that are looked up; for a long text a part is sufficient.
const GRAMS: usize = 12;

/// Candidates that are compared for the count.
const COMPARED: usize = 4096;

/// Batch sizes. The result does not depend on them, except for `lagging`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    /// Limit of cases with outdated index entries that are compared directly.
    lagging: i64,
    /// Candidates in the first batch of comparisons, the newest first; each batch is twice as large, up to `most`. Up to
    /// this number of candidates are not sorted before.
    first: usize,
    most: usize,
    /// Positions that are sorted at a time.
    ordered: usize,
    /// Blocks whose moments are read with one statement: 64 KiB of each.
    blocks: usize,
}

const BOUNDS: Bounds = Bounds { lagging: 1000, first: 64, most: 1024, ordered: 4096, blocks: 16 };

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The latest change first, at most as many as were asked for.
    pub rows: Vec<ListedCase>,
    /// Matching cases that were not compared because the index is being filled.
    pub not_searched: i64,
}

/// The index's result.
struct Candidates {
    places: Postings,
    /// Whether having all grams proves the match, so that the texts need not be compared.
    proof: bool,
}

/// Cases that are compared without the index.
struct Lagging {
    /// All of them that match the filter.
    open: BTreeSet<CaseId>,
    /// Those that contain the words.
    hits: Vec<(Instant, CaseId)>,
    not_searched: i64,
}

/// The first `limit` cases that match the filter and contain the words, as of `past`.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn find(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    past: &Past,
    words: &Words,
    limit: usize,
) -> Result<Found, Failure> {
    find_within(BOUNDS, tx, tenant, (filter, past), words, limit)
}

fn find_within(
    bounds: Bounds,
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (filter, past): (&CaseFilter, &Past),
    words: &Words,
    limit: usize,
) -> Result<Found, Failure> {
    let Lagging { open, mut hits, not_searched } = lagging(bounds.lagging, tx, tenant, filter, words)?;
    let candidates = candidates(tx, tenant, filter, words)?;
    let mut rows = Search { bounds, tenant, filter, words, open: &open, past, limit }.among(tx, &candidates)?;
    hits.retain(|hit| is_after(filter, *hit) && !past.has(&hit.1));
    hits.sort_unstable_by(|a, b| b.cmp(a));
    let last = rows.get(limit.saturating_sub(1)).map(order);
    for hit in hits.into_iter().take(limit).filter(|hit| last.is_none_or(|last| last < *hit)) {
        rows.extend(tx.case_file(tenant, &hit.1)?);
    }
    first(&mut rows, limit);
    let rows = rows.into_iter().map(|row| ListedCase::now(CaseOrder::Newest, row)).collect();
    let said = |tx: &mut Tx<'_>, some: &[&PastCase]| past::saying(tx, tenant, past, some, words);
    let replaced = as_of::replaced(tx, tenant, filter, past, limit, said)?;
    Ok(Found { rows: as_of::merged(CaseOrder::Newest, rows, replaced, limit), not_searched })
}

/// How many cases match the filter and contain the words, independent of the start. Of more than 4,096 candidates
/// only as many are compared, and the number is a lower bound; also while cases are not searched.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn count(tx: &mut Tx<'_>, tenant: &TenantId, filter: &CaseFilter, words: &Words) -> Result<Total, Failure> {
    let Lagging { open, hits, not_searched } = lagging(BOUNDS.lagging, tx, tenant, filter, words)?;
    let Candidates { places, proof } = candidates(tx, tenant, filter, words)?;
    let (mut counted, mut compared) = (hits.len(), 0);
    for part in places.parts(1) {
        for some in part.chunks(BOUNDS.most) {
            if compared < COMPARED {
                compared += some.len();
                let said = if proof { some.to_vec() } else { tx.places_saying(tenant, some, words.all())? };
                let found = tx.case_ids_at(tenant, filter, &said)?;
                counted += found.iter().filter(|case| !open.contains(*case)).count();
            }
        }
    }
    let counted = i64::try_from(counted).map_err(Failure::broken)?;
    let all = compared == places.count() && not_searched == 0;
    Ok(if all { Total::of(counted) } else { Total::AtLeast(counted.min(COUNTED)) })
}

/// The index's candidates for the words and the filter.
fn candidates(tx: &mut Tx<'_>, tenant: &TenantId, filter: &CaseFilter, words: &Words) -> Result<Candidates, Failure> {
    let Wanted { mut grams, proof } = words.grams(GRAMS);
    grams.extend(facet::of_filter(filter));
    let mut sets: BTreeMap<i64, BTreeMap<i64, Block>> = grams.into_iter().map(|gram| (gram, BTreeMap::new())).collect();
    let wanted: Vec<i64> = sets.keys().copied().collect();
    for row in tx.case_grams(tenant, &wanted, None)? {
        let block = index::read_block(&row)?;
        sets.entry(row.gram).or_default().insert(row.block, block);
    }
    Ok(Candidates { places: Postings::in_all(sets.into_values()), proof })
}

/// Position of a case in the list, greatest first.
fn order(row: &CaseFileRow) -> (Instant, CaseId) {
    (row.updated, row.id)
}

/// Whether a case comes after where the filter starts.
fn is_after(filter: &CaseFilter, case: (Instant, CaseId)) -> bool {
    filter.after.is_none_or(|start| case < start)
}

/// Keeps the first `limit` rows of the list.
fn first(rows: &mut Vec<CaseFileRow>, limit: usize) {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(order(row)));
    rows.truncate(limit);
}

/// The query against the index.
struct Search<'a> {
    bounds: Bounds,
    tenant: &'a TenantId,
    filter: &'a CaseFilter,
    words: &'a Words,
    /// Cases with outdated index entries.
    open: &'a BTreeSet<CaseId>,
    /// Cases that keep their previous positions.
    past: &'a Past,
    limit: usize,
}

impl Search<'_> {
    /// The first matching candidates: all of a few, otherwise from the newest on until no older one can be among the
    /// first.
    fn among(&self, tx: &mut Tx<'_>, candidates: &Candidates) -> Result<Vec<CaseFileRow>, Failure> {
        let Candidates { places, proof } = candidates;
        let Bounds { lagging: _, first, most, ordered: at_once, blocks } = self.bounds;
        let mut rows = Vec::new();
        if places.count() <= first {
            for some in places.parts(first) {
                self.take(tx, &some, *proof, &mut rows)?;
            }
            return Ok(rows);
        }
        let (mut below, mut step) = (None, first.max(self.limit).min(most));
        loop {
            let ordered = newest(tx, self.tenant, self.filter, places, below, (at_once, blocks))?;
            let mut left = ordered.as_slice();
            while let Some(next) = left.first() {
                if rows.get(self.limit.saturating_sub(1)).is_some_and(|last| next.updated < last.updated) {
                    return Ok(rows);
                }
                let (some, rest) = left.split_at(step.min(left.len()));
                let some: Vec<i64> = some.iter().map(|place| place.place).collect();
                self.take(tx, &some, *proof, &mut rows)?;
                (left, step) = (rest, (step * 2).min(most));
            }
            match ordered.last() {
                Some(last) if ordered.len() == at_once => below = Some(*last),
                Some(_) | None => return Ok(rows),
            }
        }
    }

    /// The matching cases among these positions, merged with those found before.
    fn take(&self, tx: &mut Tx<'_>, places: &[i64], proof: bool, rows: &mut Vec<CaseFileRow>) -> Result<(), Failure> {
        let said = if proof { places.to_vec() } else { tx.places_saying(self.tenant, places, self.words.all())? };
        let found = tx.cases_at(self.tenant, self.filter, &said)?;
        let stands = |row: &CaseFileRow| !self.open.contains(&row.id) && !self.past.has(&row.id);
        rows.extend(found.into_iter().filter(|row| stands(row) && is_after(self.filter, order(row))));
        first(rows, self.limit);
        Ok(())
    }
}

fn lagging(
    most: i64,
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    words: &Words,
) -> Result<Lagging, Failure> {
    // Usually few cases are open; then the cases in reach need not be counted.
    let mut in_reach = 0;
    if tx.outbox_more_than(tenant, OutboxKind::IndexCase, most)? {
        in_reach = tx.cases_open(tenant, filter, OutboxKind::IndexCase)?;
    }
    let many = in_reach > most;
    let mut not_searched = if many { in_reach - most } else { 0 };
    if tx.outbox_more_than(tenant, OutboxKind::TextOfCase, 0)? {
        not_searched += tx.cases_open(tenant, filter, OutboxKind::TextOfCase)?;
    }
    let (mut open, mut hits) = (BTreeSet::new(), Vec::new());
    for (updated, case, said) in tx.cases_to_index(tenant, filter, many.then_some(most))? {
        open.insert(case);
        if words.occur_in(&bound::compared(&said)) {
            hits.push((updated, case));
        }
    }
    Ok(Lagging { open, hits, not_searched })
}

#[cfg(test)]
mod tests;
