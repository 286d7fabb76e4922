//! Index of document numbers and fines in the held cases, and what other cases say about one case.
//!
//! Promise: the rows of a case follow from its folded state and are written whenever its card is written. Not here: the
//! definition of an entry (`facts::index`); cases that this phone does not hold.

use crate::case::CaseState;
use crate::device::sql::count;
use crate::device::{Device, Identity, StoreError, rows};
use crate::facts::Beyond;
use crate::facts::index::{Key, entries, lookup_keys, numbering_phones};
use crate::id::{ChangeId, DeviceId, Digest};
use crate::law::number::NumberRange;
use crate::lease::Block;
use crate::sign::Verifier;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;

/// The data that a phone needs to verify leases.
#[derive(Clone, Copy)]
pub(super) struct Opener<'a> {
    pub identity: &'a Identity,
    pub verifier: &'a dyn Verifier,
}

impl Device {
    pub(super) fn opener(&self) -> Opener<'_> {
        Opener { identity: &self.identity, verifier: self.verifier.as_ref() }
    }
}

/// Rewrites the rows of a case.
pub(super) fn write(db: &Connection, state: &CaseState) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM document_index WHERE case_id = ?1")?.execute([state.id])?;
    let mut insert =
        db.prepare_cached("INSERT INTO document_index (case_id, what, key, document) VALUES (?1, ?2, ?3, ?4)")?;
    for entry in entries(state) {
        insert.execute((state.id, entry.what.code(), entry.key, entry.document.to_string()))?;
    }
    Ok(())
}

/// Data from outside a case.
pub(super) fn beyond(db: &Connection, opener: Opener<'_>, state: &CaseState) -> Result<Beyond, StoreError> {
    let mut others = BTreeMap::new();
    let mut find =
        db.prepare_cached("SELECT count(*) FROM document_index WHERE what = ?1 AND key = ?2 AND case_id <> ?3")?;
    for (what, key) in lookup_keys(state) {
        let found: i64 = find.query_row((what.code(), key, state.id), |row| row.get(0))?;
        if found > 0 {
            let found = usize::try_from(count(found)).unwrap_or(usize::MAX);
            others.insert((what, key), found);
        }
    }
    let mut ranges: BTreeMap<DeviceId, Vec<NumberRange>> = BTreeMap::new();
    for (device, change) in numbering_phones(state) {
        if let Some(granted) = granted(db, opener, device, change)? {
            ranges.entry(device).or_default().extend(granted);
        }
    }
    Ok(Beyond { ranges, others })
}

/// Whether a document of another stored case has this entry.
pub(super) fn stands_elsewhere(db: &Connection, state: &CaseState, (what, key): Key) -> Result<bool, StoreError> {
    let mut find =
        db.prepare_cached("SELECT 1 FROM document_index WHERE what = ?1 AND key = ?2 AND case_id <> ?3 LIMIT 1")?;
    Ok(find.exists((what.code(), key, state.id))?)
}

/// The ranges of this phone, of all epochs.
pub(super) fn own_ranges(db: &Connection) -> Result<Vec<NumberRange>, StoreError> {
    let mut statement = db.prepare_cached("SELECT prefix, year, first, last FROM number_block")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(NumberRange { prefix: row.get(0)?, year: row.get(1)?, first: row.get(2)?, last: row.get(3)? })
    };
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The ranges granted to the phone that made a change: those of this phone, or those of the lease that the change names.
fn granted(
    db: &Connection,
    opener: Opener<'_>,
    device: DeviceId,
    change: ChangeId,
) -> Result<Option<Vec<NumberRange>>, StoreError> {
    if device == opener.identity.device {
        return own_ranges(db).map(Some);
    }
    let mut statement = db.prepare_cached("SELECT lease FROM change WHERE id = ?1")?;
    let named: Option<Digest> = statement.query_row([change], |row| row.get(0)).optional()?.flatten();
    let Some(named) = named else { return Ok(None) };
    let lease = rows::lease(db, named, &opener.identity.tenant_key, opener.verifier)?;
    let range = |block: Block| {
        let Block { form: _, agency: _, year, prefix, first, last } = block;
        NumberRange { prefix, year, first, last }
    };
    Ok(lease.map(|signed| signed.lease.blocks.into_iter().map(range).collect()))
}
