//! Changes, leases and the chain head as rows, inside the caller's transaction.
//!
//! Promise: a change that is read back has the id, operations and values that were verified when it was stored; a
//! flipped bit is an error that names the change.

use crate::case::CaseState;
use crate::change::{Anchor, Change, Reading, Received};
use crate::device::sql::{count, int};
use crate::device::{Moment, StoreError};
use crate::id::{BootId, CaseId, ChangeId, DeviceId, Digest, Epoch};
use crate::lease::{Lease, SignedLease};
use crate::sign::{PublicKey, Verifier};
use crate::time::Instant;
use crate::value::Value;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;

/// The head of this device's own chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chain {
    pub epoch: Epoch,
    pub seq: u64,
    pub prev: Option<ChangeId>,
    /// Whether others have changes of this epoch that this store lacks, because it was restored or cloned.
    pub behind: bool,
}

impl Chain {
    pub fn load(db: &Connection) -> Result<Self, StoreError> {
        Ok(db.query_row("SELECT epoch, seq, prev, behind FROM identity", [], |row| {
            Ok(Self { epoch: row.get(0)?, seq: count(row.get(1)?), prev: row.get(2)?, behind: row.get(3)? })
        })?)
    }

    pub fn store(&self, db: &Connection) -> Result<(), StoreError> {
        let Self { epoch, seq, prev, behind } = self;
        db.prepare_cached("UPDATE identity SET epoch = ?1, seq = ?2, prev = ?3, behind = ?4")?.execute((
            epoch,
            int(*seq),
            prev,
            behind,
        ))?;
        Ok(())
    }
}

/// Stores a verified change with its values. Its deps must be stored.
pub(super) fn insert(db: &Connection, change: &Change, own: bool) -> Result<(), StoreError> {
    let header = change.header();
    db.prepare_cached(
        "INSERT INTO change (id, case_id, device, epoch, seq, lease, own, wall_ms, sign1, ops)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        change.id(),
        change.case(),
        header.device,
        header.epoch,
        int(header.seq),
        header.lease,
        own,
        header.clock.wall,
        change.sign1(),
        change.ops_bytes(),
    ))?;
    let mut dep = db.prepare_cached("INSERT INTO dep (change, dep) VALUES (?1, ?2)")?;
    for id in &header.deps {
        dep.execute((change.id(), id))?;
    }
    write_values(db, change)
}

/// Rewrites the values of a change after a seal removed some.
pub(super) fn write_values(db: &Connection, change: &Change) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO value_set (change, bytes) VALUES (?1, ?2)")?
        .execute((change.id(), change.values_bytes()))?;
    Ok(())
}

const SELECT: &str = "SELECT c.id, c.sign1, c.ops, v.bytes FROM change c LEFT JOIN value_set v ON v.change = c.id";

type Parts = (ChangeId, Vec<u8>, Vec<u8>, Option<Vec<u8>>);

fn parts(row: &rusqlite::Row<'_>) -> rusqlite::Result<Parts> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn assemble((id, sign1, ops, values): Parts) -> Result<Change, StoreError> {
    let received = Received::from_parts(&sign1, &ops, values.as_deref())
        .map_err(|source| StoreError::Damaged { change: id, source })?;
    Ok(received.trust_own_store())
}

/// The held changes of a case, parents before children.
pub(super) fn changes(db: &Connection, case: CaseId) -> Result<Vec<Change>, StoreError> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE c.case_id = ?1 ORDER BY c.held"))?;
    let rows = statement.query_map([case], parts)?;
    rows.map(|row| assemble(row?)).collect()
}

/// One held change.
pub(super) fn change(db: &Connection, id: ChangeId) -> Result<Option<Change>, StoreError> {
    let found = db.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?.query_row([id], parts).optional()?;
    found.map(assemble).transpose()
}

/// Whether a change is held; with a case, whether it is held as one of that case.
pub(super) fn holds(db: &Connection, id: ChangeId, case: Option<CaseId>) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT 1 FROM change WHERE id = ?1 AND case_id = coalesce(?2, case_id)")?;
    Ok(statement.exists((id, case))?)
}

/// Heads of the case among the held changes, for comparison with another holder.
pub(super) fn tips(db: &Connection, case: CaseId) -> Result<Vec<ChangeId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT c.id FROM change c WHERE c.case_id = ?1
         AND NOT EXISTS (SELECT 1 FROM dep d WHERE d.dep = c.id) ORDER BY c.id",
    )?;
    let rows = statement.query_map([case], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The bytes of a held lease.
pub(super) fn lease_bytes(db: &Connection, hash: Digest) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM lease WHERE hash = ?1")?;
    Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
}

/// Opens a stored lease.
pub(super) fn lease(
    db: &Connection,
    hash: Digest,
    tenant_key: &PublicKey,
    verifier: &dyn Verifier,
) -> Result<Option<SignedLease>, StoreError> {
    let Some(bytes) = lease_bytes(db, hash)? else { return Ok(None) };
    Lease::open(&bytes, tenant_key, verifier).map(Some).map_err(|error| StoreError::Corrupt(format!("lease: {error}")))
}

/// When the server first stored the changes of a case, for those with a receipt.
pub(super) fn received(db: &Connection, case: CaseId) -> Result<BTreeMap<ChangeId, Instant>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT a.change, min(a.received_ms) FROM change c JOIN acknowledged a ON a.change = c.id
         WHERE c.case_id = ?1 GROUP BY a.change",
    )?;
    let rows = statement.query_map([case], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// When a lease was issued, and to which device.
pub(super) fn lease_issued(db: &Connection, hash: Digest) -> Result<Option<(Instant, DeviceId)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT issued_ms, device FROM lease WHERE hash = ?1")?;
    Ok(statement.query_row([hash], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The newest lease of a device.
pub(super) fn newest_lease(db: &Connection, device: DeviceId) -> Result<Option<Digest>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT hash FROM lease WHERE device = ?1 ORDER BY issued_ms DESC LIMIT 1")?;
    Ok(statement.query_row([device], |row| row.get(0)).optional()?)
}

/// The newest lease as an anchor, as a change made now may cite it.
pub(super) fn anchor(db: &Connection, now: &Moment) -> Result<Option<Anchor>, StoreError> {
    let sql = "SELECT anchor, anchor_boot, anchor_asked_ms, anchor_came_ms FROM feed WHERE anchor IS NOT NULL";
    let read = |row: &rusqlite::Row<'_>| {
        let (lease, boot): (Digest, Option<BootId>) = (row.get(0)?, row.get(1)?);
        let (asked, came): (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
        let reading = asked.zip(came).filter(|_| boot == Some(now.boot));
        let reading = reading.map(|(asked, came)| Reading { asked_ms: count(asked), came_ms: count(came) });
        Ok(Anchor { lease, reading })
    };
    Ok(db.prepare_cached(sql)?.query_row([], read).optional()?)
}

/// Stores a lease as the anchor, if it is the newest. `asked_ms` is the monotonic clock at the request; `None` for a
/// lease that was not just requested, which says nothing about the current time.
pub(super) fn set_anchor(
    db: &Connection,
    lease: Digest,
    issued: Instant,
    asked_ms: Option<u64>,
    now: &Moment,
) -> Result<(), StoreError> {
    let (boot, came) = (asked_ms.map(|_| now.boot), asked_ms.map(|_| int(now.monotonic_ms)));
    db.prepare_cached(
        "UPDATE feed SET anchor = ?1, anchor_ms = ?2, anchor_boot = ?3, anchor_asked_ms = ?4, anchor_came_ms = ?5
         WHERE anchor_ms IS NULL OR anchor_ms < ?2",
    )?
    .execute((lease, issued, boot, asked_ms.map(int), came))?;
    Ok(())
}

/// Rewrites the list row of a case.
pub(super) fn write_card(db: &Connection, state: &CaseState) -> Result<(), StoreError> {
    let title = match state.value(None, &crate::schema::TITLE) {
        Some(Value::Text(title)) => title.as_str(),
        _ => "",
    };
    let kind = state.opening.as_ref().map_or("", |opening| opening.kind.code());
    let agency = state.opening.as_ref().map(|opening| opening.agency);
    let conflicts = i64::try_from(state.conflicts().count()).unwrap_or(i64::MAX);
    db.prepare_cached(
        "INSERT OR REPLACE INTO card (case_id, kind, agency, title, conflicts, newest_ms, touched)
         SELECT ?1, ?2, ?3, ?4, ?5, max(wall_ms), max(held) FROM change WHERE case_id = ?1",
    )?
    .execute((state.id, kind, agency, title, conflicts))?;
    Ok(())
}
