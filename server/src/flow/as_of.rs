//! Lists of cases as of the moment when a reader loaded the first page.
//!
//! Promise: reading all pages returns every case that was in the list at the first page exactly once, whatever changes
//! meanwhile.
//!
//! - A case that was replaced since keeps its position and its match with the filter, but is shown with its current
//!   content.
//! - A case that the caller may no longer see is left out.
//! - A case that was added since may or may not appear; it displaces no other case.
//! - The cost of a page is bounded: after more than [`MOST`] replacements, or after the needed versions were deleted,
//!   the reader is told to start again.
//!
//! Not here: how old versions are stored (`store::case_past`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use sync_core::id::{CaseId, TenantId, hex};
use sync_core::time::Instant;

use crate::flow::refusal::{Failure, Refusal};
use crate::store::{CaseFileRow, CaseFilter, CaseOrder, PastCase, PastSize, Tx};

/// The most replacements that a page looks back over.
pub const MOST: i64 = 10_000;
/// Bytes of previous versions that are kept.
const BYTES: i64 = 32 << 20;
/// How long previous versions are kept.
const KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Cases that are read in one statement.
const AT_ONCE: usize = 1024;

/// Start of a page, in a version of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start<I> {
    /// The version of the list when its first page was read.
    pub as_of: i64,
    /// Key and id of the last row of the page before; none for the first page.
    pub after: Option<(Instant, I)>,
}

impl<I: fmt::Display> fmt::Display for Start<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.after {
            Some((key, id)) => write!(f, "{}-{}-{id}", self.as_of, key.ms()),
            None => write!(f, "{}", self.as_of),
        }
    }
}

impl<I: FromStr> FromStr for Start<I> {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        fn number(text: &str) -> Result<i64, Refusal> {
            text.parse().ok().filter(|number| *number >= 0).ok_or(Refusal::WrongCursor)
        }
        let Some((as_of, after)) = text.split_once('-') else {
            return Ok(Self { as_of: number(text)?, after: None });
        };
        let (key, id) = after.split_once('-').ok_or(Refusal::WrongCursor)?;
        let id = id.parse().map_err(|_not_an_id| Refusal::WrongCursor)?;
        Ok(Self { as_of: number(as_of)?, after: Some((Instant::from_ms(number(key)?), id)) })
    }
}

/// Id of a row for which there is no separate id type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowId(pub [u8; 16]);

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for RowId {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        // It is as long as a tenant's.
        text.parse::<TenantId>().map(|id| Self(*id.bytes())).map_err(|_not_an_id| Refusal::WrongCursor)
    }
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCase {
    /// The sort key as of the first page.
    pub key: Instant,
    /// As it is now.
    pub file: CaseFileRow,
}

impl ListedCase {
    /// A case at its current position.
    pub fn now(order: CaseOrder, file: CaseFileRow) -> Self {
        Self { key: order.key(&file), file }
    }

    /// Its position in the order.
    pub const fn place(&self) -> (Instant, CaseId) {
        (self.key, self.file.id)
    }
}

/// Changes of the list since its first page.
#[derive(Debug, Default)]
pub struct Past {
    /// The version of the list.
    pub as_of: i64,
    /// The version of each changed case as of the first page.
    were: BTreeMap<i64, PastCase>,
    /// The version up to which each of them kept its text of that time. Other cases still have it.
    said: BTreeMap<i64, i64>,
    ids: BTreeSet<CaseId>,
}

impl Past {
    /// Whether the case was replaced since.
    pub fn has(&self, case: &CaseId) -> bool {
        self.ids.contains(case)
    }

    /// The version until which the text of the case differed from the current one; none if it is the same.
    pub fn said_until(&self, was: &PastCase) -> Option<i64> {
        self.said.get(&was.case_leaf).copied()
    }

    /// The previous versions after the filter's start that match its mutable conditions, in its order.
    fn standing(&self, filter: &CaseFilter) -> Vec<&PastCase> {
        let order = filter.order;
        let place = |was: &PastCase| (was.key(order), was.id);
        let comes_after = |was: &&PastCase| {
            filter.after.is_none_or(|start| order.compare(start, place(was)).is_lt()) && was.fits(filter)
        };
        let mut standing: Vec<&PastCase> = self.were.values().filter(comes_after).collect();
        standing.sort_unstable_by(|one, other| order.compare(place(one), place(other)));
        standing
    }
}

/// The changes since the filter's version; empty if the filter starts now.
///
/// # Errors
/// [`Refusal::WrongCursor`] for a version that does not exist yet, [`Refusal::CursorExpired`] if too much has changed, or
/// an internal error.
pub fn since(tx: &mut Tx<'_>, tenant: &TenantId, filter: &CaseFilter) -> Result<Past, Failure> {
    let versions = tx.case_versions(tenant)?;
    let newest = versions.map_or(0, |(_, newest)| newest);
    let as_of = filter.as_of.unwrap_or(newest);
    let mut past = Past { as_of, ..Past::default() };
    if as_of > newest {
        return Err(Refusal::WrongCursor.into());
    }
    if as_of == newest {
        return Ok(past);
    }
    if versions.is_none_or(|(oldest, _)| oldest > as_of + 1) || newest - as_of > MOST {
        return Err(Refusal::CursorExpired.into());
    }
    for was in tx.cases_replaced_after(tenant, as_of)? {
        if was.said_otherwise {
            past.said.entry(was.case_leaf).or_insert(was.version);
        }
        past.ids.insert(was.id);
        past.were.entry(was.case_leaf).or_insert(was);
    }
    Ok(past)
}

/// The first `limit` cases of the filter's list as it was.
///
/// # Errors
/// An internal error.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    past: &Past,
    limit: usize,
) -> Result<Vec<ListedCase>, Failure> {
    let mut found: Vec<ListedCase> = Vec::new();
    let (mut from, mut step) = (filter.clone(), limit);
    loop {
        let some = tx.case_files(tenant, &from, i64::try_from(step).map_err(Failure::broken)?)?;
        let last = some.last().map(|row| (filter.order.key(row), row.id));
        let is_full = some.len() == step;
        found.extend(some.into_iter().filter(|row| !past.has(&row.id)).map(|row| ListedCase::now(filter.order, row)));
        if found.len() >= limit || !is_full {
            break;
        }
        (from.after, step) = (last, (step * 2).clamp(1, AT_ONCE.max(limit)));
    }
    found.truncate(limit);
    let all = |_: &mut Tx<'_>, some: &[&PastCase]| Ok(some.iter().map(|was| was.case_leaf).collect());
    let replaced = replaced(tx, tenant, filter, past, limit, all)?;
    Ok(merged(filter.order, found, replaced, limit))
}

/// Merges two parts of a list.
pub fn merged(order: CaseOrder, mut found: Vec<ListedCase>, other: Vec<ListedCase>, limit: usize) -> Vec<ListedCase> {
    found.extend(other);
    found.sort_unstable_by(|one, other| order.compare(one.place(), other.place()));
    found.truncate(limit);
    found
}

/// The first `limit` of the cases that were in the list and were replaced since, restricted to the numbers in `chosen`.
///
/// # Errors
/// An internal error.
pub fn replaced(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    filter: &CaseFilter,
    past: &Past,
    limit: usize,
    mut chosen: impl FnMut(&mut Tx<'_>, &[&PastCase]) -> Result<BTreeSet<i64>, Failure>,
) -> Result<Vec<ListedCase>, Failure> {
    // Reach and immutable columns are filtered on the current row.
    let now = CaseFilter { status: None, filing: None, with_duties: false, ..filter.clone() };
    let (mut found, mut step) = (Vec::new(), limit.clamp(1, AT_ONCE));
    let standing = past.standing(filter);
    let mut left = standing.as_slice();
    while found.len() < limit && !left.is_empty() {
        let (some, rest) = left.split_at(step.min(left.len()));
        (left, step) = (rest, (step * 2).min(AT_ONCE));
        let versions: Vec<i64> = some.iter().map(|was| was.version).collect();
        let mut rows: BTreeMap<i64, CaseFileRow> =
            tx.cases_of_versions(tenant, &now, &versions)?.into_iter().map(|row| (row.case_leaf, row)).collect();
        let some: Vec<&PastCase> = some.iter().copied().filter(|was| rows.contains_key(&was.case_leaf)).collect();
        let chosen = chosen(tx, &some)?;
        rows.retain(|case_leaf, _| chosen.contains(case_leaf));
        let placed =
            |was: &&PastCase| Some(ListedCase { key: was.key(filter.order), file: rows.remove(&was.case_leaf)? });
        found.extend(some.iter().filter_map(placed));
    }
    found.truncate(limit);
    Ok(found)
}

/// The first version to keep, given sizes from the newest on: at most [`MOST`] versions, at most 32 MiB, not older
/// than a day; always the newest.
pub fn kept_from(sizes: &[PastSize], now: Instant) -> Option<i64> {
    let (mut kept, mut bytes, since) = (None, 0_i64, now.plus_ms(-KEPT_MS));
    for (PastSize { version, replaced, bytes: length }, number) in sizes.iter().zip(0_i64..) {
        bytes = bytes.saturating_add(*length);
        let is_kept = number < MOST && bytes <= BYTES && *replaced >= since;
        if kept.is_some() && !is_kept {
            break;
        }
        kept = Some(*version);
    }
    kept
}

/// Deletes versions that are no longer kept. Reads first, because usually there is nothing to delete.
///
/// # Errors
/// An internal error.
pub fn forget(store: &crate::store::Store, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
    let (kept, oldest) = store.read_sync::<_, Failure>(|tx| {
        let sizes = tx.case_past_sizes(tenant, MOST + 1)?;
        Ok((kept_from(&sizes, now), tx.case_versions(tenant)?.map(|(oldest, _)| oldest)))
    })?;
    match kept.zip(oldest) {
        Some((kept, oldest)) if oldest < kept => {
            store.write_sync::<_, Failure>(|tx| Ok(tx.forget_case_past(tenant, kept)?))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_page_begins_is_read_as_it_was_written_and_nothing_else_is() {
        let first = Start::<CaseId> { as_of: 7, after: None };
        let later = Start { as_of: 7, after: Some((Instant::from_ms(1_795_363_200_000), CaseId::new([7; 32]))) };
        assert_eq!([first, later].map(|start| start.to_string().parse()), [Ok(first), Ok(later)]);
        for wrong in ["", "x", "-1", "7-", "7-5", "7-5-07", "7-x-07", "5-0707", "7-5-07-09"] {
            assert_eq!(wrong.parse::<Start<CaseId>>(), Err(Refusal::WrongCursor), "{wrong}");
        }
    }

    #[test]
    fn the_past_is_kept_for_a_day_and_for_so_many_replacements_and_so_much_text_and_the_newest_always() {
        let now = Instant::from_ms(10 * KEPT_MS);
        let size = |version, age_ms: i64, bytes| PastSize { version, replaced: now.plus_ms(-age_ms), bytes };
        let from = |sizes: &[PastSize]| kept_from(sizes, now);
        assert_eq!(from(&[]), None);
        assert_eq!(from(&[size(3, 0, 1), size(2, KEPT_MS, 1), size(1, KEPT_MS + 1, 1)]), Some(2), "a day, and no more");
        assert_eq!(from(&[size(3, 0, 1), size(2, 1, BYTES - 1), size(1, 2, 1)]), Some(2), "so much, and no more");
        assert_eq!(from(&[size(3, KEPT_MS + 1, BYTES + 1), size(2, KEPT_MS + 1, 1)]), Some(3), "the newest");
        let many: Vec<PastSize> = (1..=MOST + 1).rev().map(|version| size(version, 0, 0)).collect();
        assert_eq!(from(&many), Some(2), "so many, and no more");
    }
}
