//! Recovers a damaged store into a new one.
//!
//! Promise: every readable row with a valid signature is copied; nothing is copied without verification. The old file
//! is only read. The new store has its own epoch, so its signatures cannot collide with anything that the damaged store
//! signed last.

use crate::change::Received;
use crate::device::{Device, Moment, StoreError, offer, rows};
use crate::id::{CaseId, ChangeId, DeviceId, Digest};
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};

/// After this many consecutive missing rows, the end of a table is assumed.
const GIVE_UP_AFTER: i64 = 10_000;

/// The result of a salvage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Salvaged {
    /// Copied changes.
    pub changes: u64,
    /// Readable changes with a missing ancestor. They are parked.
    pub parked: u64,
    /// Rows that could not be read, or whose signature is not valid.
    pub lost: u64,
    /// Copied rows about files.
    pub files: u64,
}

/// Copies everything readable and verified from a damaged store into `into`, which should be new. Receipts are copied
/// too; changes without one are offered to the server again.
///
/// # Errors
/// [`StoreError`] of the new store. Errors of the old one count as lost rows.
pub fn salvage(from: &Connection, into: &mut Device, now: &Moment) -> Result<Salvaged, StoreError> {
    let mut salvaged = Salvaged::default();
    let leases = each(from, "lease", "bytes", &mut salvaged.lost, |row| row.get::<_, Vec<u8>>(0));
    for lease in &leases {
        into.accept_lease(lease, None, now)?;
    }
    take_changes(from, into, &mut salvaged)?;
    let receipts = each(from, "receipt", "bytes", &mut salvaged.lost, |row| row.get::<_, Vec<u8>>(0));
    into.accept_receipts(&receipts)?;
    take_bookkeeping(from, into, &mut salvaged)?;
    Ok(salvaged)
}

/// Reads a table row by row, so that a broken page costs only its own rows.
fn each<T>(
    from: &Connection,
    table: &str,
    columns: &str,
    lost: &mut u64,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let end = format!("SELECT max(rowid) FROM {table}");
    let end: Option<i64> = from.query_row(&end, [], |row| row.get(0)).unwrap_or(None);
    let mut found = Vec::new();
    let Ok(mut statement) = from.prepare(&format!("SELECT {columns} FROM {table} WHERE rowid = ?1")) else {
        *lost += 1;
        return found;
    };
    let mut misses = 0;
    // If the end cannot be read, continue until many consecutive rows are missing.
    for rowid in 1..=end.unwrap_or(i64::MAX) {
        match statement.query_row([rowid], &read).optional() {
            Ok(Some(row)) => {
                found.push(row);
                misses = 0;
            }
            Ok(None) => misses += 1,
            Err(_broken_page) => {
                *lost += 1;
                misses += 1;
            }
        }
        if end.is_none() && misses > GIVE_UP_AFTER {
            break;
        }
    }
    found
}

type Raw = (ChangeId, Vec<u8>, Vec<u8>);

fn take_changes(from: &Connection, into: &mut Device, salvaged: &mut Salvaged) -> Result<(), StoreError> {
    let raw = each(from, "change", "id, sign1, ops", &mut salvaged.lost, |row| -> rusqlite::Result<Raw> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    });
    let mut values: BTreeMap<ChangeId, Vec<u8>> =
        each(from, "value_set", "change, bytes", &mut salvaged.lost, |row| Ok((row.get(0)?, row.get(1)?)))
            .into_iter()
            .collect();
    // In the order of the damaged store, which never stored a change before its deps.
    let mut bytes: Vec<Vec<u8>> = Vec::new();
    for (id, sign1, ops) in raw {
        let held = values.remove(&id);
        // A change with damaged values is copied without them. It is parked until a peer sends the values.
        let received = Received::from_parts(&sign1, &ops, held.as_deref())
            .or_else(|_damaged_values| Received::from_parts(&sign1, &ops, None));
        match received {
            Ok(received) => bytes.push(received.trust_own_store().to_bytes()),
            Err(_damaged) => salvaged.lost += 1,
        }
    }
    // Processed like any arrival: its signature is verified, and with a missing dep it is parked, within bounds.
    let arrived = into.receive(&[], &bytes, super::Source::Peer)?;
    salvaged.changes = u64::try_from(arrived.stored.len()).unwrap_or(u64::MAX);
    salvaged.parked = u64::try_from(arrived.parked.len()).unwrap_or(u64::MAX);
    salvaged.lost += u64::try_from(arrived.refused.len() + arrived.not_kept.len()).unwrap_or(u64::MAX);
    Ok(())
}

type File = (Digest, CaseId, i64, String, String, Option<String>, i64, bool);
type Use = (String, crate::id::AgencyId, u32, u32, String, ChangeId, Option<String>);

/// Copies the paths of photographs, used numbers, shared cases and confirmed uploads.
fn take_bookkeeping(from: &Connection, into: &mut Device, salvaged: &mut Salvaged) -> Result<(), StoreError> {
    let columns = "digest, case_id, size, media_type, location, upload, sent, complete";
    let files = each(from, "evidence", columns, &mut salvaged.lost, |row| -> rusqlite::Result<File> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?))
    });
    let columns = "form, agency, year, serial, text, change, void";
    let uses = each(from, "number_use", columns, &mut salvaged.lost, |row| -> rusqlite::Result<Use> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
    });
    let tx = into.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for file in &files {
        let sql = "INSERT OR IGNORE INTO evidence (digest, case_id, size, media_type, location, upload, sent, complete)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        tx.prepare_cached(sql)?.execute((file.0, file.1, file.2, &file.3, &file.4, &file.5, file.6, file.7))?;
    }
    for used in &uses {
        let sql = "INSERT OR IGNORE INTO number_use (form, agency, year, serial, text, change, void)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        tx.prepare_cached(sql)?.execute((&used.0, used.1, used.2, used.3, &used.4, used.5, &used.6))?;
    }
    for shared in without_rowid(from, "SELECT case_id FROM shared") {
        tx.prepare_cached("INSERT OR IGNORE INTO shared (case_id) VALUES (?1)")?.execute([shared])?;
    }
    let seen: BTreeSet<ChangeId> = without_rowid(from, "SELECT change FROM seen_on_server").into_iter().collect();
    for id in seen {
        if let Some(change) = rows::change(&tx, id)?
            && change.header().device != DeviceId::SERVER
        {
            tx.prepare_cached("INSERT OR IGNORE INTO seen_on_server (change) VALUES (?1)")?.execute([id])?;
            offer::add(&tx, id)?;
        }
    }
    salvaged.files = u64::try_from(files.len()).unwrap_or(u64::MAX);
    Ok(tx.commit()?)
}

/// The readable rows from the beginning of a table without row numbers.
fn without_rowid(from: &Connection, sql: &str) -> Vec<ChangeId> {
    let mut found = Vec::new();
    if let Ok(mut statement) = from.prepare(sql)
        && let Ok(rows) = statement.query_map([], |row| row.get::<_, ChangeId>(0))
    {
        found.extend(rows.map_while(Result::ok));
    }
    found
}
