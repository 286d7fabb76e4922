//! Appends to the log: leaf, change, values and the server's own chain, in one transaction.
//!
//! Promise: no change is stored without its leaf, leaf indexes have no gap, and the tenant's row is locked first and
//! updated with the new head last. Not here: whether a change may be stored (`sync_core::plan`).

use std::collections::BTreeSet;
use std::sync::Arc;

use sync_core::change::{Change, Clock, Header, NewOp, Size};
use sync_core::id::{BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::log::{Frontier, Leaf, leaf_hash};
use sync_core::plan::{Grade, Interval, Stored, Taken};
use sync_core::receipt::ReceiptEntry;
use sync_core::time::Instant;

use crate::flow::judge;
use crate::flow::keys::Keys;
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{self, Additions, StoredChange, TenantRow, Tx, size_of};

/// Heads that one change of the server names; a change may name 1024.
const HEADS_AT_ONCE: usize = 512;
/// The log's head is stored at every such number of leaves inside a commit, so that a page of the feed may end there.
const MARK_EVERY: u64 = 64;

/// The deciding officer of automatic decisions: the server itself.
pub const SYSTEM: OfficerId = OfficerId::new([0; 16]);

/// The record while its tenant's row is locked.
pub struct Recorder<'a, 't> {
    /// The transaction.
    pub tx: &'a mut Tx<'t>,
    /// The installation's keys.
    pub keys: &'a Keys,
    /// Now.
    pub now: Instant,
    tenant: TenantRow,
    frontier: Frontier,
    /// The changes for the next [`Recorder::take_unwritten`], and their leaves; the last leaf is the frontier's.
    changes: Vec<StoredChange>,
    leaves: Vec<Vec<u8>>,
    /// Sizes and roots inside this commit.
    marks: Vec<(u64, Digest)>,
    grown: bool,
}

/// Changes and leaves that are not written to the database yet.
pub struct Unwritten {
    tenant: TenantId,
    epoch: Epoch,
    /// Index of the first leaf.
    first: i64,
    changes: Vec<StoredChange>,
    leaves: Vec<Vec<u8>>,
}

impl Unwritten {
    /// Each once.
    pub fn add_to<'a>(&'a mut self, new: &mut Additions<'a>) {
        new.changes(&self.tenant, &self.changes);
        new.leaves(&self.tenant, &self.epoch, self.first, std::mem::take(&mut self.leaves));
    }
}

/// The end of a case in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaseTail {
    /// Leaf of the change that opened it.
    first_leaf: Option<i64>,
    counter: i64,
    last_leaf: Option<i64>,
    size: Size,
}

impl CaseTail {
    /// After these stored changes, in the order of their leaves.
    pub fn after(held: &[StoredChange]) -> Self {
        held.last().map_or_else(Self::default, |last| Self {
            first_leaf: Some(last.case_leaf),
            counter: last.counter,
            last_leaf: Some(last.leaf),
            size: size_of(held),
        })
    }
}

impl<'a, 't> Recorder<'a, 't> {
    /// Locks the tenant's row: must be the transaction's first statement, or follow only writes.
    ///
    /// # Errors
    /// [`Failure`] where the statement fails or the stored head of the log is not one.
    pub fn begin(tx: &'a mut Tx<'t>, keys: &'a Keys, tenant: &TenantId, now: Instant) -> Result<Self, Failure> {
        let tenant = tx.lock_tenant(tenant, now)?;
        let size = tenant.log_size.cast_unsigned();
        let frontier = Frontier::restore(size, &tenant.log_frontier)
            .filter(|frontier| frontier.root() == tenant.log_root)
            .ok_or(store::Error::Inconsistent { what: "tenant.log_frontier" })?;
        Ok(Self {
            tx,
            keys,
            now,
            tenant,
            frontier,
            changes: Vec::new(),
            leaves: Vec::new(),
            marks: Vec::new(),
            grown: false,
        })
    }

    /// The tenant's row as it was when it was locked, without the changes stored since.
    pub const fn row(&self) -> &TenantRow {
        &self.tenant
    }

    /// The installation.
    pub const fn tenant(&self) -> TenantId {
        self.tenant.id
    }

    /// Epoch of the log.
    pub const fn log_epoch(&self) -> Epoch {
        self.tenant.log_epoch
    }

    /// Present number of leaves and root.
    pub fn head(&self) -> (u64, Digest) {
        (self.frontier.size(), self.frontier.root())
    }

    /// Adds a planned change as the next of its case. The rows are written later, together.
    ///
    /// # Errors
    /// [`Failure`] where the log has outgrown its counter.
    pub fn store(&mut self, place: &mut CaseTail, planned: Stored) -> Result<StoredChange, Failure> {
        let Stored { change, taken, flags, interval } = planned;
        let leaf = i64::try_from(self.frontier.size()).map_err(Failure::broken)?;
        let (counter, case_leaf) = (place.counter + 1, place.first_leaf.unwrap_or(leaf));
        let size = place.size.plus(change.size());
        let bytes = Leaf {
            log_epoch: self.log_epoch(),
            index: self.frontier.size(),
            change: change.id(),
            case: change.case(),
            counter: counter.cast_unsigned(),
            previous: place.last_leaf.map(i64::cast_unsigned),
            received: self.now,
            class: taken.class(),
        }
        .to_bytes();
        let stored = StoredChange {
            change,
            leaf,
            case_leaf,
            counter,
            case_size: size,
            taken,
            flags: flags.into_iter().collect(),
            lower: interval.lower,
            upper: interval.upper,
            grade: interval.grade,
            received: self.now,
        };
        self.changes.push(stored.clone());
        self.frontier.push(leaf_hash(&bytes));
        self.leaves.push(bytes);
        if self.frontier.size().is_multiple_of(MARK_EVERY) {
            self.marks.push((self.frontier.size(), self.frontier.root()));
        }
        self.grown = true;
        *place = CaseTail { first_leaf: Some(case_leaf), counter, last_leaf: Some(leaf), size };
        Ok(stored)
    }

    /// Signs and adds a change of the server that names `person`, on `heads`; it is the last one returned. If the case has
    /// more heads than a change may name, changes without operations precede it and merge the heads.
    ///
    /// # Errors
    /// [`Failure`] where signing or a statement fails.
    pub fn decide(
        &mut self,
        place: &mut CaseTail,
        case: CaseId,
        heads: &BTreeSet<ChangeId>,
        person: OfficerId,
        ops: Vec<NewOp>,
    ) -> Result<Vec<StoredChange>, Failure> {
        let (mut stored, mut heads) = (Vec::new(), heads.clone());
        while heads.len() > HEADS_AT_ONCE {
            let gathered: BTreeSet<ChangeId> = heads.iter().take(HEADS_AT_ONCE).copied().collect();
            heads.retain(|head| !gathered.contains(head));
            let gathering = self.sign(place, case, &gathered, SYSTEM, Vec::new())?;
            heads.insert(gathering.change.id());
            stored.push(gathering);
        }
        stored.push(self.sign(place, case, &heads, person, ops)?);
        Ok(stored)
    }

    fn sign(
        &mut self,
        place: &mut CaseTail,
        case: CaseId,
        heads: &BTreeSet<ChangeId>,
        person: OfficerId,
        ops: Vec<NewOp>,
    ) -> Result<StoredChange, Failure> {
        let seq = self.tenant.server_seq + 1;
        let header = Header {
            tenant: self.tenant.id,
            device: DeviceId::SERVER,
            epoch: self.tenant.server_epoch,
            seq: seq.cast_unsigned(),
            prev: self.tenant.server_prev,
            officer: person,
            lease: None,
            case: Some(case),
            deps: heads.iter().copied().collect(),
            clock: Clock {
                wall: self.now,
                monotonic_ms: 0,
                boot: BootId::new([0; 16]),
                counts_sleep: true,
                anchor: None,
            },
            rules: judge::rule_set(),
            ops: Digest::new([0; 32]),
        };
        let change = Change::seal(header, ops, random::bytes()?, &self.keys.server).map_err(Failure::broken)?;
        let id = change.id();
        let interval = Interval { lower: self.now, upper: self.now, grade: Grade::A };
        let planned = Stored { change: Arc::new(change), taken: Taken::Accepted, flags: BTreeSet::new(), interval };
        let stored = self.store(place, planned)?;
        self.tx.set_server_chain(&self.tenant.id, seq, &id)?;
        self.tenant.server_seq = seq;
        self.tenant.server_prev = Some(id);
        Ok(stored)
    }

    /// Takes the changes that were added since the last call. The caller must write them.
    ///
    /// # Errors
    /// [`Failure`] where the log has outgrown its counter.
    pub fn take_unwritten(&mut self) -> Result<Unwritten, Failure> {
        let leaves = std::mem::take(&mut self.leaves);
        let new = u64::try_from(leaves.len()).map_err(Failure::broken)?;
        let first = i64::try_from(self.frontier.size() - new).map_err(Failure::broken)?;
        let changes = std::mem::take(&mut self.changes);
        Ok(Unwritten { tenant: self.tenant.id, epoch: self.log_epoch(), first, changes, leaves })
    }

    /// Writes the remaining changes together with the rows in `with`, and stores the new head of the log in the tenant's
    /// row. Returns the head: number of leaves and root.
    ///
    /// # Errors
    /// [`Failure`] where a statement fails.
    pub fn finish(mut self, with: Additions<'_>) -> Result<(u64, Digest), Failure> {
        let (mut unwritten, tenant, epoch) = (self.take_unwritten()?, self.tenant.id, self.log_epoch());
        let mut new = with;
        unwritten.add_to(&mut new);
        let head = self.head();
        if self.grown {
            self.marks.retain(|(size, _)| *size != head.0);
            self.marks.push(head);
            new.log_heads(&tenant, &epoch, &self.marks, self.now)?;
            self.tx.set_log_head(&tenant, &self.frontier)?;
        }
        self.tx.add(new)?;
        Ok(head)
    }
}

/// The entry of a stored change in a receipt.
pub fn receipt_entry(change: ChangeId, leaf: i64, counter: i64, received: Instant) -> ReceiptEntry {
    ReceiptEntry { change, leaf: leaf.cast_unsigned(), counter: counter.cast_unsigned(), received }
}
