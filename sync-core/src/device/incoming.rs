//! Changes and leases that arrive from the server or from another phone.
//!
//! Promise: each is verified by its own signature, independent of its sender, and stored once. A change whose dep,
//! value, lease or author's key is missing is parked and processed when that arrives. A forged change is refused and
//! not remembered, so a genuine copy is accepted later. One call, including the feed's cursor, is one transaction.

mod intake;

use crate::case::fold;
use crate::device::{Device, Moment, StoreError, index, rows};
use crate::id::{CaseId, ChangeId, DeviceId, Digest};
use crate::lease::Lease;
use crate::message::{CaseHeads, Pulled, Reconciled};
use intake::Intake;
use rusqlite::{Transaction, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The source of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The server's feed, so the server has the change.
    Server,
    /// Another phone, or a file.
    Peer,
}

/// What a parked change needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A change of the same case.
    Change(ChangeId),
    /// Its own values.
    Values(ChangeId),
    /// The lease it names.
    Lease(Digest),
    /// Any lease of its device, which carries the device's key.
    Key(DeviceId),
}

impl Need {
    fn parts(&self) -> (i64, &[u8]) {
        match self {
            Self::Change(id) => (0, id.bytes()),
            Self::Values(id) => (1, id.bytes()),
            Self::Lease(hash) => (2, hash.bytes()),
            Self::Key(device) => (3, device.bytes()),
        }
    }

    pub(in crate::device) fn read(kind: i64, what: &[u8]) -> rusqlite::Result<Self> {
        let need = match kind {
            0 => ChangeId::from_slice(what).map(Self::Change),
            1 => ChangeId::from_slice(what).map(Self::Values),
            2 => Digest::from_slice(what).map(Self::Lease),
            _ => DeviceId::from_slice(what).map(Self::Key),
        };
        need.ok_or(rusqlite::Error::InvalidQuery)
    }
}

/// A parked change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedChange {
    /// Its id.
    pub change: ChangeId,
    /// The claimed case.
    pub case: CaseId,
    /// What it needs.
    pub needs: BTreeSet<Need>,
}

/// The result of an arrival.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrived {
    /// Stored now, including formerly parked ones; parents first.
    pub stored: Vec<ChangeId>,
    /// Held before.
    pub known: Vec<ChangeId>,
    /// Waiting for something.
    pub parked: Vec<ChangeId>,
    /// Not parked, because the limit of parked changes is reached. They must be offered again.
    pub not_kept: Vec<ChangeId>,
    /// The reason of each refusal. A refused change is not stored.
    pub refused: Vec<String>,
    /// Changes that share device, epoch and sequence number with another change: a fork. Both are stored, and an alarm is due.
    pub forks: Vec<ChangeId>,
    /// Cases whose state changed.
    pub cases: BTreeSet<CaseId>,
}

impl Device {
    /// Takes changes, with the leases they name, from another phone or a file.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was stored.
    pub fn receive(&mut self, leases: &[Vec<u8>], changes: &[Vec<u8>], source: Source) -> Result<Arrived, StoreError> {
        self.take_in(leases, changes, source, |_, _| Ok(()))
    }

    /// Takes a page of the server's feed. The cursor moves in the same transaction, and not at all
    /// if something could not be kept. Listed heads that are not held yet are kept with it
    /// ([`Device::lacks_listed`]).
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was stored.
    pub fn receive_page(&mut self, page: &Pulled) -> Result<Arrived, StoreError> {
        self.take_in(&page.leases, &page.changes, Source::Server, |tx, arrived| {
            if page.cases.is_some() {
                tx.execute("DELETE FROM listed_head", [])?;
            }
            for case in page.cases.iter().flatten() {
                list(tx, case)?;
                tx.prepare_cached("DELETE FROM out_of_reach WHERE case_id = ?1")?.execute([case.case])?;
            }
            for case in &page.removed {
                tx.prepare_cached("INSERT OR IGNORE INTO out_of_reach (case_id) VALUES (?1)")?.execute([case])?;
                tx.prepare_cached("DELETE FROM listed_head WHERE case_id = ?1")?.execute([case])?;
            }
            if arrived.not_kept.is_empty() {
                tx.prepare_cached("UPDATE feed SET cursor = ?1")?.execute([&page.cursor])?;
            }
            Ok(())
        })
    }

    /// Processes the answer to a reconciliation: changes that the server lacks are offered again, with everything
    /// that they build on, with or without a receipt.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was stored.
    pub fn receive_reconciled(&mut self, answer: &Reconciled) -> Result<Arrived, StoreError> {
        self.take_in(&answer.leases, &answer.changes, Source::Server, |tx, _| {
            let mut statement = tx.prepare_cached(
                "WITH RECURSIVE below (id) AS (SELECT ?1 UNION SELECT d.dep FROM dep d JOIN below b ON d.change = b.id)
                 INSERT OR IGNORE INTO offer (change, case_id, held)
                 SELECT c.id, c.case_id, c.held FROM change c JOIN below b ON c.id = b.id",
            )?;
            answer.wanted.iter().try_for_each(|wanted| statement.execute([wanted]).map(|_| ()))?;
            Ok(())
        })
    }

    /// Whether the server listed heads of a case that are not held: older changes of a case the
    /// officer joined after the feed had passed them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn lacks_listed(&self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM listed_head l WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.id = l.change)";
        Ok(self.db.prepare_cached(sql)?.exists([])?)
    }

    /// Deletes the listed heads, after the server did not send them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_listed(&mut self) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM listed_head", [])?;
        Ok(())
    }

    /// Stores a lease of this device, or of another whose changes are to be verified. It must be signed by the tenant. Saves
    /// name the newest lease of this device, and it is the anchor of their time. `asked_ms` is the monotonic clock when this
    /// phone asked the server for it; `None` if it came in another way.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accept_lease(&mut self, bytes: &[u8], asked_ms: Option<u64>, now: &Moment) -> Result<Arrived, StoreError> {
        let own = self.identity.device;
        let opened = Lease::open(bytes, &self.identity.tenant_key, self.verifier.as_ref());
        self.take_in(&[bytes.to_vec()], &[], Source::Peer, |tx, arrived| match &opened {
            Ok(lease) if arrived.refused.is_empty() && lease.lease.device == own => {
                rows::set_anchor(tx, lease.hash, lease.lease.issued, asked_ms, now)
            }
            Ok(_) | Err(_) => Ok(()),
        })
    }

    fn take_in(
        &mut self,
        leases: &[Vec<u8>],
        changes: &[Vec<u8>],
        source: Source,
        then: impl FnOnce(&Transaction<'_>, &Arrived) -> Result<(), StoreError>,
    ) -> Result<Arrived, StoreError> {
        self.recent.take();
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut intake = Intake {
            tx: &tx,
            identity: &self.identity,
            verifier: self.verifier.as_ref(),
            arrived: Arrived::default(),
            queue: VecDeque::new(),
            opened: BTreeMap::new(),
            parked: None,
        };
        for lease in leases {
            intake.lease(lease)?;
            intake.drain()?;
        }
        for change in changes {
            intake.queue.push_back((change.clone(), source));
            intake.drain()?;
        }
        let mut arrived = intake.arrived;
        // A change that was parked and then processed in the same call is no longer parked.
        let stored: BTreeSet<ChangeId> = arrived.stored.iter().copied().collect();
        arrived.parked.retain(|id| !stored.contains(id));
        for case in &arrived.cases {
            let state = fold(*case, &rows::changes(&tx, *case)?);
            rows::write_card(&tx, &state)?;
            index::write(&tx, &state)?;
        }
        then(&tx, &arrived)?;
        tx.commit()?;
        Ok(arrived)
    }
}

/// Stores the heads of a case that are not held.
fn list(tx: &Transaction<'_>, case: &CaseHeads) -> Result<(), StoreError> {
    for head in &case.heads {
        if !rows::holds(tx, *head, None)? {
            tx.prepare_cached("INSERT OR IGNORE INTO listed_head (change, case_id) VALUES (?1, ?2)")?
                .execute((head, case.case))?;
        }
    }
    Ok(())
}
