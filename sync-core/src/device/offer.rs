//! The queue of changes to push, and the receipts that remove them from it.
//!
//! Promise: a change is offered until a receipt by the tenant's key, for this device and naming the change, is stored;
//! the queue entry and the receipt change in one transaction. A receipt for another device or with another signature
//! has no effect.

use crate::device::sql::{count, int};
use crate::device::{Device, StoreError, rows};
use crate::id::{CaseId, ChangeId, Digest};
use crate::receipt::Receipt;
use rusqlite::{Connection, TransactionBehavior};

/// A change to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its id.
    pub change: ChangeId,
    /// Its envelope.
    pub bytes: Vec<u8>,
    /// The lease it names.
    pub lease: Option<Digest>,
}

/// Figures for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Changes without receipt.
    pub changes: u64,
    /// Files that the server does not have.
    pub files: u64,
    /// Bytes of those files that the server does not have.
    pub bytes: u64,
    /// Parked changes.
    pub parked: u64,
}

/// Offers a held change, unless there is a receipt for it.
pub(super) fn add(db: &Connection, change: ChangeId) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO offer (change, case_id, held) SELECT id, case_id, held FROM change
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM acknowledged WHERE change = ?1)",
    )?
    .execute([change])?;
    Ok(())
}

impl Device {
    /// Cases with changes to push, the longest waiting first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lanes(&self) -> Result<Vec<CaseId>, StoreError> {
        let mut statement = self.db.prepare_cached("SELECT case_id FROM offer GROUP BY case_id ORDER BY min(held)")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The first `limit` changes of a case to push, parents first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn offered(&self, case: CaseId, limit: usize) -> Result<Vec<Offered>, StoreError> {
        let mut statement =
            self.db.prepare_cached("SELECT change FROM offer WHERE case_id = ?1 ORDER BY held LIMIT ?2")?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((case, limit), |row| row.get(0))?;
        let mut offered = Vec::new();
        for id in rows {
            if let Some(change) = rows::change(&self.db, id?)? {
                let lease = change.header().lease;
                offered.push(Offered { change: change.id(), bytes: change.to_bytes(), lease });
            }
        }
        Ok(offered)
    }

    /// The bytes of a held lease.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lease_bytes(&self, hash: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        rows::lease_bytes(&self.db, hash)
    }

    /// The newest lease of this device, which saves name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lease(&self) -> Result<Option<crate::lease::SignedLease>, StoreError> {
        let Some(hash) = rows::newest_lease(&self.db, self.identity.device)? else { return Ok(None) };
        rows::lease(&self.db, hash, &self.identity.tenant_key, self.verifier.as_ref())
    }

    /// Offers held changes again that the server lacks. Returns how many were not offered already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn offer_again(&mut self, changes: &[ChangeId]) -> Result<usize, StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut new = 0;
        for change in changes {
            new += tx.prepare_cached(
                "INSERT OR IGNORE INTO offer (change, case_id, held) SELECT id, case_id, held FROM change WHERE id = ?1",
            )?
            .execute([change])?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// Stores receipts and ends the offers of their changes. Returns the held changes that they acknowledge; receipts
    /// of another key, tenant or device are ignored.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was stored.
    pub fn accept_receipts(&mut self, receipts: &[Vec<u8>]) -> Result<Vec<ChangeId>, StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut acknowledged = Vec::new();
        for bytes in receipts {
            let Ok(signed) = Receipt::open(bytes, &self.identity.tenant_key, self.verifier.as_ref()) else { continue };
            let receipt = signed.receipt;
            if receipt.tenant != self.identity.tenant || receipt.device != self.identity.device {
                continue;
            }
            tx.prepare_cached("INSERT OR IGNORE INTO receipt (hash, issued_ms, bytes) VALUES (?1, ?2, ?3)")?
                .execute((signed.hash, receipt.issued, bytes))?;
            for entry in &receipt.entries {
                if rows::holds(&tx, entry.change, None)? {
                    tx.prepare_cached(
                        "INSERT OR IGNORE INTO acknowledged (change, receipt, leaf, counter, received_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute((
                        entry.change,
                        signed.hash,
                        int(entry.leaf),
                        int(entry.counter),
                        entry.received,
                    ))?;
                    tx.prepare_cached("DELETE FROM offer WHERE change = ?1")?.execute([entry.change])?;
                    acknowledged.push(entry.change);
                }
            }
        }
        tx.commit()?;
        Ok(acknowledged)
    }

    /// Open work of synchronisation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tally(&self) -> Result<Tally, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM offer), (SELECT count(*) FROM evidence WHERE complete = 0),
                   (SELECT coalesce(sum(size - sent), 0) FROM evidence WHERE complete = 0), (SELECT count(*) FROM parked)";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Tally {
                changes: count(row.get(0)?),
                files: count(row.get(1)?),
                bytes: count(row.get(2)?),
                parked: count(row.get(3)?),
            })
        };
        Ok(self.db.prepare_cached(sql)?.query_row([], read)?)
    }
}
