//! Cases into the index.
//!
//! Promise: what was read is written only by whoever has the turn of the outbox still, so blocks are never half of
//! one and half of another. A case that is indexed twice is as if it had been once.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{CaseId, TenantId};

use super::posting::{Block, locate};
use super::words::{grams, normal};
use crate::refusal::Failure;
use crate::store::{CaseGramRow, CaseTextRow, Error, Tx};

/// Grams whose blocks are open at once.
const GRAMS_AT_ONCE: usize = 1024;

/// Rows to be written, made outside of the transaction that writes them.
#[derive(Debug, Default)]
pub struct Prepared {
    texts: Vec<CaseTextRow>,
    grams: Vec<CaseGramRow>,
}

/// By block and gram, the places that get it or lose it.
type Edits = BTreeMap<i64, BTreeMap<i64, Vec<(u16, bool)>>>;

/// Reads these cases and what the index has of them, and says what is to be written.
///
/// # Errors
/// [`Failure`] where a statement fails, or a row holds what this program never wrote.
pub fn prepare(tx: &mut Tx<'_>, tenant: &TenantId, subjects: &BTreeSet<i64>) -> Result<Prepared, Failure> {
    let said = tx.search_texts(tenant, &subjects.iter().copied().collect::<Vec<_>>())?;
    let cases: Vec<CaseId> = said.iter().map(|(case, _)| *case).collect();
    let indexed: BTreeMap<CaseId, CaseTextRow> =
        tx.case_texts(tenant, &cases)?.into_iter().map(|row| (row.case, row)).collect();
    let mut next = tx.next_index_place(tenant)?;
    let (mut texts, mut edits) = (Vec::new(), Edits::new());
    for (case, said) in said {
        let text = normal(&said);
        let (place, before) = match indexed.get(&case) {
            Some(row) if row.text == text => continue,
            Some(row) => (row.place, grams(&row.text)),
            None => {
                next += 1;
                (next - 1, BTreeSet::new())
            }
        };
        let (now, (block, within)) = (grams(&text), locate(place));
        let edited = edits.entry(block).or_default();
        for gram in now.symmetric_difference(&before) {
            edited.entry(*gram).or_default().push((within, now.contains(gram)));
        }
        texts.push(CaseTextRow { place, case, text });
    }
    let mut written = Vec::new();
    for (number, edits) in edits {
        written.extend(edit(tx, tenant, number, edits)?);
    }
    Ok(Prepared { texts, grams: written })
}

/// One block of all grams that change in it.
fn edit(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    number: i64,
    edits: BTreeMap<i64, Vec<(u16, bool)>>,
) -> Result<Vec<CaseGramRow>, Failure> {
    let edits: Vec<(i64, Vec<(u16, bool)>)> = edits.into_iter().collect();
    let mut written = Vec::with_capacity(edits.len());
    // Some at a time: an opened block is larger than its bytes mostly are.
    for some in edits.chunks(GRAMS_AT_ONCE) {
        let wanted: Vec<i64> = some.iter().map(|(gram, _)| *gram).collect();
        let mut there = BTreeMap::new();
        for row in tx.case_grams(tenant, &wanted, Some(number))? {
            there.insert(row.gram, read_block(&row)?);
        }
        for (gram, places) in some {
            let mut block = there.remove(gram).unwrap_or_default();
            places.iter().for_each(|(place, has)| block.put(*place, *has));
            // A gram that nobody has any more keeps an empty row: most come back.
            written.push(CaseGramRow { gram: *gram, block: number, places: block.to_bytes() });
        }
    }
    Ok(written)
}

/// The places of a gram in a block.
///
/// # Errors
/// [`Error::Corrupt`].
pub fn read_block(row: &CaseGramRow) -> Result<Block, Error> {
    Block::read(&row.places).ok_or(Error::Corrupt { what: "case_gram.places" })
}

/// Writes what was prepared.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn apply(tx: &mut Tx<'_>, tenant: &TenantId, prepared: Prepared) -> Result<(), Failure> {
    let Prepared { texts, grams } = prepared;
    Ok(tx.put_index(tenant, texts, grams)?)
}
