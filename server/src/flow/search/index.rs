//! Writes cases into the index.
//!
//! Promise: a block is written only by the holder of the outbox turn in which it was read, so two writers never mix.
//! Indexing a case twice has no further effect. If the text of a case is unchanged, only the time of its last change is
//! written.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::TenantId;

use super::bound::compared;
use super::facet;
use super::moment::{self, Moment, Moments};
use super::posting::{Block, locate};
use super::words::grams;
use crate::flow::refusal::Failure;
use crate::store::{CaseGramRow, CaseMomentRow, CaseTextRow, Error, Tx};

/// Grams whose blocks are open at once.
const GRAMS_AT_ONCE: usize = 1024;

/// Rows to be written. They are computed outside the transaction that writes them.
#[derive(Debug, Default)]
pub struct Prepared {
    texts: Vec<CaseTextRow>,
    grams: Vec<CaseGramRow>,
    moments: Vec<CaseMomentRow>,
}

/// A gram that the case at a position gains or loses, in the order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    block: i64,
    gram: i64,
    within: u16,
    has: bool,
}

/// Reads these cases and their index rows, and computes the changes.
///
/// # Errors
/// [`Failure`] where a statement fails, or a row holds what this program never wrote.
pub fn prepare(tx: &mut Tx<'_>, tenant: &TenantId, subjects: &BTreeSet<i64>) -> Result<Prepared, Failure> {
    let said = tx.cases_said(tenant, &subjects.iter().copied().collect::<Vec<_>>())?;
    let cases: Vec<i64> = said.iter().map(|said| said.case_leaf).collect();
    let mut indexed: BTreeMap<i64, CaseTextRow> =
        tx.case_texts(tenant, &cases)?.into_iter().map(|row| (row.case_leaf, row)).collect();
    let mut next = tx.next_index_place(tenant)?;
    let (mut texts, mut edits, mut changed) = (Vec::new(), Vec::new(), BTreeMap::new());
    for said in said {
        let before = indexed.remove(&said.case_leaf);
        let facets = facet::of_case(&said);
        let now = CaseTextRow {
            place: before.as_ref().map_or(next, |row| row.place),
            case_leaf: said.case_leaf,
            text: compared(&said.text),
            facets: facet::to_bytes(&facets),
        };
        changed.insert(now.place, Moment { updated: said.updated, opened: said.opened });
        let has = match &before {
            Some(row) if *row == now => continue,
            Some(row) => in_index(row)?,
            None => Vec::new(),
        };
        next = next.max(now.place + 1);
        let (gets, (block, within)) = (in_order(&now.text, facets), locate(now.place));
        let edit = |gram: &i64, has| Edit { block, gram: *gram, within, has };
        edits.extend(gets.iter().filter(|gram| has.binary_search(gram).is_err()).map(|gram| edit(gram, true)));
        edits.extend(has.iter().filter(|gram| gets.binary_search(gram).is_err()).map(|gram| edit(gram, false)));
        texts.push(now);
    }
    edits.sort_unstable();
    let mut written = Vec::new();
    for of_block in edits.chunk_by(|one, next| one.block == next.block) {
        written.extend(edit(tx, tenant, of_block)?);
    }
    Ok(Prepared { texts, grams: written, moments: moments(tx, tenant, &changed)? })
}

/// All grams and facets of a case in the index, in order.
fn in_index(row: &CaseTextRow) -> Result<Vec<i64>, Error> {
    let facets = facet::read(&row.facets).ok_or(Error::Inconsistent { what: "case_text.facets" })?;
    Ok(in_order(&row.text, facets))
}

/// Grams and facets, each once.
fn in_order(normal: &str, facets: BTreeSet<i64>) -> Vec<i64> {
    let mut all = grams(normal);
    all.extend(facets);
    all.sort_unstable();
    all.dedup();
    all
}

/// The rows with these times at these positions.
fn moments(tx: &mut Tx<'_>, tenant: &TenantId, changed: &BTreeMap<i64, Moment>) -> Result<Vec<CaseMomentRow>, Failure> {
    let spans: BTreeSet<i64> = changed.keys().map(|place| moment::locate(*place).0).collect();
    let mut there: BTreeMap<i64, Moments> = spans.iter().map(|span| (*span, Moments::default())).collect();
    for row in tx.case_moments(tenant, &spans.into_iter().collect::<Vec<_>>())? {
        there.insert(row.span, read_moments(&row)?);
    }
    for (place, moment) in changed {
        let (span, within) = moment::locate(*place);
        there.entry(span).or_default().put(within, *moment);
    }
    Ok(there.into_iter().map(|(span, moments)| CaseMomentRow { span, moments: moments.to_bytes() }).collect())
}

/// When the cases of a row were changed and opened.
///
/// # Errors
/// [`Error::Inconsistent`].
pub fn read_moments(row: &CaseMomentRow) -> Result<Moments, Error> {
    Moments::read(&row.moments).ok_or(Error::Inconsistent { what: "case_moment.moments" })
}

/// The new rows of one block, for all grams that change in it.
fn edit(tx: &mut Tx<'_>, tenant: &TenantId, of_block: &[Edit]) -> Result<Vec<CaseGramRow>, Failure> {
    let by_gram: Vec<&[Edit]> = of_block.chunk_by(|one, next| one.gram == next.gram).collect();
    let mut written = Vec::with_capacity(by_gram.len());
    // In batches, because a decoded block is usually larger than its bytes.
    for some in by_gram.chunks(GRAMS_AT_ONCE) {
        let firsts: Vec<&Edit> = some.iter().filter_map(|edits| edits.first()).collect();
        let Some(block) = firsts.first().map(|edit| edit.block) else { continue };
        let wanted: Vec<i64> = firsts.iter().map(|edit| edit.gram).collect();
        let mut there = BTreeMap::new();
        for row in tx.case_grams(tenant, &wanted, Some(block))? {
            there.insert(row.gram, read_block(&row)?);
        }
        for (gram, edits) in wanted.iter().zip(some) {
            let mut places = there.remove(gram).unwrap_or_default();
            edits.iter().for_each(|edit| places.put(edit.within, edit.has));
            // A gram without cases keeps an empty row, because most grams occur again.
            written.push(CaseGramRow { gram: *gram, block, places: places.to_bytes() });
        }
    }
    Ok(written)
}

/// The positions of a gram in a block.
///
/// # Errors
/// [`Error::Inconsistent`].
pub fn read_block(row: &CaseGramRow) -> Result<Block, Error> {
    Block::read(&row.places).ok_or(Error::Inconsistent { what: "case_gram.places" })
}

/// Writes the computed changes.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn apply(tx: &mut Tx<'_>, tenant: &TenantId, prepared: Prepared) -> Result<(), Failure> {
    let Prepared { texts, grams, moments } = prepared;
    Ok(tx.put_index(tenant, texts, grams, moments)?)
}
