//! Index of document numbers and fines over all cases, which some rules need.
//!
//! Promise: a projection of the cases; a repeated push changes nothing here. Rules get the data of other cases as
//! arguments, on the server and on the phone. A changed entry is queued in the outbox and compared with other cases
//! there (`double`). Not here: the legal meaning (`sync_core::law`), the definition of an entry
//! (`sync_core::facts::index`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::case::CaseState;
use sync_core::facts::Beyond;
use sync_core::facts::index::{Entry, Key, lookup_keys, numbering_phones};
use sync_core::id::{DeviceId, TenantId};
use sync_core::law::number::NumberRange;
use sync_core::schema;
use sync_core::time::Instant;

use crate::flow::refusal::Failure;
use crate::store::{self, BlockRow, IndexedDocument, OutboxKind, Tx};

/// Whether the case ever had a document or a voided number; otherwise the index is not queried.
pub fn has_documents(state: &CaseState) -> bool {
    state.entities.values().any(|entity| entity.kind == schema::DOCUMENT)
        || state.steps.iter().any(|step| step.kind == schema::NUMBER_VOIDED)
        || state.signatures.iter().any(|signed| signed.document.is_some())
}

/// Data from outside of a case: other cases, and the numbers granted to its phones.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn beyond(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    case_leaf: Option<i64>,
    state: &CaseState,
) -> Result<Beyond, Failure> {
    let keys: Vec<Key> = lookup_keys(state).into_iter().collect();
    let others = match case_leaf {
        Some(case_leaf) if !keys.is_empty() => tx.documents_beyond(tenant, case_leaf, &keys)?,
        Some(_) | None => BTreeMap::new(),
    };
    let mut ranges = BTreeMap::new();
    let phones: BTreeSet<DeviceId> = numbering_phones(state).into_iter().map(|(phone, _)| phone).collect();
    for phone in phones {
        let granted = tx.blocks_of_phone(tenant, &phone)?.into_iter().map(range).collect::<Result<_, _>>()?;
        ranges.insert(phone, granted);
    }
    Ok(Beyond { ranges, others })
}

fn range(row: BlockRow) -> Result<NumberRange, Failure> {
    let BlockRow { form: _, agency: _, year, first, last, device: _, epoch: _, lease: _, numbers_left: _, prefix } =
        row;
    let number = |stored: i64| {
        u32::try_from(stored).map_err(|_out_of_range| store::Error::Inconsistent { what: "number_block" })
    };
    Ok(NumberRange { prefix, year: number(year)?, first: number(first)?, last: number(last)? })
}

/// Replaces the index entries of a case, and queues changed entries for comparison with other cases.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn put(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (case_leaf, now): (i64, Instant),
    documents: &BTreeSet<Entry>,
) -> Result<(), Failure> {
    let there = tx.documents_of(tenant, case_leaf)?;
    if change(tx, tenant, case_leaf, &there, documents)? {
        tx.add_outbox(tenant, OutboxKind::DocumentsOfCase, [(case_leaf, now)])?;
        let alone = left_alone(tx, tenant, case_leaf, &there, documents)?;
        tx.add_outbox(tenant, OutboxKind::DocumentsOfCase, alone.into_iter().map(|case_leaf| (case_leaf, now)))?;
    }
    Ok(())
}

/// Writes the difference; returns whether there was one.
///
/// # Errors
/// [`Failure`] where a statement fails.
pub fn change(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    case_leaf: i64,
    there: &[IndexedDocument],
    documents: &BTreeSet<Entry>,
) -> Result<bool, Failure> {
    let held: BTreeSet<Entry> = there.iter().map(|row| row.entry).collect();
    let new: Vec<Entry> = documents.difference(&held).copied().collect();
    let gone: Vec<Entry> = held.difference(documents).copied().collect();
    if !new.is_empty() || !gone.is_empty() {
        tx.change_documents(tenant, case_leaf, &new, &gone)?;
    }
    Ok(!new.is_empty() || !gone.is_empty())
}

/// Other cases that shared a removed entry only with this case.
fn left_alone(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    case_leaf: i64,
    there: &[IndexedDocument],
    documents: &BTreeSet<Entry>,
) -> Result<BTreeSet<i64>, Failure> {
    let mut alone = BTreeSet::new();
    let gone = there.iter().filter(|row| row.doubled && !documents.contains(&row.entry));
    for IndexedDocument { entry: Entry { what, key, .. }, .. } in gone {
        // If two cases remain, each of them still shares it with the other.
        if let [other] = tx.documents_like(tenant, case_leaf, &[(*what, *key)], 2)?.as_slice() {
            alone.insert(other.case_leaf);
        }
    }
    Ok(alone)
}
