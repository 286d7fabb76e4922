//! Verifies every stored change of a copy against its leaf.
//!
//! Promise: [`Changes::hold`] reads each change from its bytes as the server does when it serves it, and checks:
//!
//! - the bytes hash to the id, and the operations are those that the signed header names;
//! - each value matches its commitment; an absent value was sealed by the server in the same case;
//! - the signature is by a key that the copy names;
//! - leaf and columns say the same; each leaf has one change and each change one leaf.
//!
//! At most [`AT_ONCE`] changes are in memory. Not here: derived columns that are in no leaf (flags, reason, time bounds,
//! size of the case); receipts; the projection.

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::lease::Lease;
use sync_core::log::{Frontier, Leaf, LeafClass, leaf_hash};
use sync_core::op::{Act, OpId};
use sync_core::sign::{PublicKey, Verifier};
use sync_core::time::Instant;

use crate::store::schema::{change, change_value, leaf};
use crate::store::{Error, TenantRow, Tx};

/// Rows of a page: a change has at most a megabyte.
pub(super) const AT_ONCE: i64 = 64;
/// Limit of the cached keys of leases and phones, and of the absent values whose sealing change has not been read yet.
const REMEMBERED: usize = 100_000;

/// The first damage, as a sentence for an operator.
pub(super) type Damage = String;

/// The result of verification: the log's frontier, or the damage.
pub(super) type Outcome = Result<Frontier, Damage>;

#[derive(Queryable)]
struct Row {
    id: Vec<u8>,
    case: Vec<u8>,
    case_leaf: i64,
    device: Vec<u8>,
    epoch: Vec<u8>,
    seq: i64,
    officer: Vec<u8>,
    lease: Option<Vec<u8>>,
    leaf: i64,
    counter: i64,
    class: String,
    received_ms: i64,
    sign1: Vec<u8>,
    op_bytes: Vec<u8>,
    values: Option<Vec<u8>>,
}

/// The preceding change of the same case.
#[derive(Queryable)]
struct Before {
    leaf: i64,
    counter: i64,
    case: Vec<u8>,
}

/// Verifies the changes in the order of their leaves.
pub(super) struct Changes<'a> {
    tenant: TenantId,
    epoch: Epoch,
    verifier: &'a dyn Verifier,
    server: Vec<PublicKey>,
    leases: BTreeMap<Digest, PublicKey>,
    phones: BTreeMap<DeviceId, PublicKey>,
    /// Operations whose value is absent and was not sealed so far, with case and leaf.
    wanting: BTreeMap<OpId, (CaseId, i64)>,
}

fn named(id: &ChangeId, leaf: i64, what: &str) -> Damage {
    format!("change {id}, leaf {leaf}: {what}")
}

impl<'a> Changes<'a> {
    /// A verifier with the keys of this server.
    pub(super) fn new(tx: &mut Tx<'_>, tenant: &TenantRow, verifier: &'a dyn Verifier) -> Result<Self, Error> {
        let keys = tx.server_keys(&tenant.id)?;
        Ok(Self {
            tenant: tenant.id,
            epoch: tenant.log_epoch,
            verifier,
            server: keys.iter().filter_map(|key| PublicKey::from_slice(&key.public_key)).collect(),
            leases: BTreeMap::new(),
            phones: BTreeMap::new(),
            wanting: BTreeMap::new(),
        })
    }

    /// Compares every change with its leaf.
    pub(super) fn hold(mut self, tx: &mut Tx<'_>) -> Result<Outcome, Error> {
        let (mut frontier, mut size) = (Frontier::default(), 0);
        loop {
            let leaves = tx.leaves(&self.tenant, &self.epoch, size, AT_ONCE)?;
            if leaves.is_empty() {
                break;
            }
            let mut rows = tx.rows_from(&self.tenant, size)?.into_iter().peekable();
            for leaf in leaves {
                let Some(row) = rows.next_if(|row| row.leaf == size) else {
                    return Ok(Err(format!("leaf {size}: its change is not there")));
                };
                if let Err(damage) = self.one(tx, &row, &leaf)? {
                    return Ok(Err(damage));
                }
                frontier.push(leaf_hash(&leaf));
                size += 1;
            }
        }
        if let Some((op, (_, leaf))) = self.wanting.iter().min_by_key(|(_, (_, leaf))| *leaf) {
            return Ok(Err(wants(op, *leaf)));
        }
        Ok(match tx.change_outside(size)? {
            Some((id, leaf)) => Err(format!("{}: there is no leaf {leaf}", shown(&id))),
            None => Ok(frontier),
        })
    }

    fn one(&mut self, tx: &mut Tx<'_>, row: &Row, leaf: &[u8]) -> Result<Result<(), Damage>, Error> {
        let damaged = |what: &str| Ok(Err(format!("{}, leaf {}: {what}", shown(&row.id), row.leaf)));
        let received = match Received::from_parts(&row.sign1, &row.op_bytes, row.values.as_deref()) {
            Ok(received) => received,
            Err(error) => return damaged(&error.to_string()),
        };
        if received.id().bytes().as_slice() != row.id {
            return damaged("its bytes do not hash to its id");
        }
        let Some(change) = self.signed(tx, received)? else { return damaged("its signature holds for no known key") };
        if !row.says_as(&change) {
            return damaged("its columns say something else than its header");
        }
        let previous = tx.before_in_case(&self.tenant, row)?;
        // Checked in order from the first change on, so each change has its case's number, and no other case has it.
        let numbered = previous.as_ref().map_or(row.case_leaf == row.leaf, |previous| previous.case == row.case);
        if !numbered {
            return damaged("it stands in another case");
        }
        if self.leaf_of(row, &change, previous.as_ref()).is_none_or(|wanted| wanted != leaf) {
            return damaged("its leaf is of something else");
        }
        Ok(self.account_for_values(&change, row.leaf))
    }

    /// The leaf that this change must have; none if its row cannot have one.
    fn leaf_of(&self, row: &Row, change: &Change, previous: Option<&Before>) -> Option<Vec<u8>> {
        let class = LeafClass::parse(&row.class).ok()?;
        if row.counter != previous.map_or(0, |before| before.counter).checked_add(1)? {
            return None;
        }
        let leaf = Leaf {
            log_epoch: self.epoch,
            index: row.leaf.cast_unsigned(),
            change: change.id(),
            case: change.case(),
            counter: row.counter.cast_unsigned(),
            previous: previous.map(|before| before.leaf.cast_unsigned()),
            received: Instant::from_ms(row.received_ms),
            class,
        };
        Some(leaf.to_bytes())
    }

    /// Only the server seals values, in a later change of the same case.
    fn account_for_values(&mut self, change: &Change, leaf: i64) -> Result<(), Damage> {
        for index in change.missing_values() {
            self.wanting.insert(OpId { change: change.id(), index }, (change.case(), leaf));
        }
        if change.header().device == DeviceId::SERVER {
            for op in change.ops() {
                let Act::Seal(sealed) = &op.act else { continue };
                for named in sealed {
                    let op = named.resolve(change.id());
                    if self.wanting.get(&op).is_some_and(|(case, _)| *case == change.case()) {
                        self.wanting.remove(&op);
                    }
                }
            }
        }
        match self.wanting.first_key_value().filter(|_| self.wanting.len() > REMEMBERED) {
            Some((op, (_, leaf))) => Err(wants(op, *leaf)),
            None => Ok(()),
        }
    }

    fn signed(&mut self, tx: &mut Tx<'_>, received: Received) -> Result<Option<Change>, Error> {
        let (device, lease) = (received.header().device, received.header().lease);
        let key = match lease {
            Some(hash) => self.key_of_lease(tx, &hash)?,
            None if device == DeviceId::SERVER => {
                let signer = |key: &PublicKey| received.clone().verify(key, self.verifier).ok();
                return Ok(self.server.iter().rev().find_map(signer));
            }
            None => self.key_of_phone(tx, &device)?,
        };
        Ok(key.and_then(|key| received.verify(&key, self.verifier).ok()))
    }

    fn key_of_lease(&mut self, tx: &mut Tx<'_>, hash: &Digest) -> Result<Option<PublicKey>, Error> {
        if let Some(key) = self.leases.get(hash) {
            return Ok(Some(*key));
        }
        let Some(row) = tx.lease(&self.tenant, hash)? else { return Ok(None) };
        let open = |key| Lease::open(&row.bytes, key, self.verifier).ok();
        let Some(lease) = self.server.iter().rev().find_map(open).filter(|lease| lease.hash == *hash) else {
            return Ok(None);
        };
        if self.leases.len() >= REMEMBERED {
            self.leases.clear();
        }
        self.leases.insert(*hash, lease.lease.key);
        Ok(Some(lease.lease.key))
    }

    fn key_of_phone(&mut self, tx: &mut Tx<'_>, device: &DeviceId) -> Result<Option<PublicKey>, Error> {
        if let Some(key) = self.phones.get(device) {
            return Ok(Some(*key));
        }
        let found = tx.device(&self.tenant, device)?;
        let Some(key) = found.and_then(|row| PublicKey::from_slice(&row.public_key)) else { return Ok(None) };
        if self.phones.len() >= REMEMBERED {
            self.phones.clear();
        }
        self.phones.insert(*device, key);
        Ok(Some(key))
    }
}

fn wants(op: &OpId, leaf: i64) -> Damage {
    named(&op.change, leaf, &format!("the value of operation {} is absent, and nobody sealed it", op.index))
}

fn shown(id: &[u8]) -> String {
    ChangeId::from_slice(id).map_or_else(|| "a change without an id".to_owned(), |id| format!("change {id}"))
}

impl Row {
    /// Whether the indexed columns equal the header.
    fn says_as(&self, change: &Change) -> bool {
        let header = change.header();
        self.case == change.case().bytes()
            && self.device == header.device.bytes()
            && self.epoch == header.epoch.bytes()
            && self.seq == header.seq.cast_signed()
            && self.officer == header.officer.bytes()
            && self.lease.as_deref() == header.lease.as_ref().map(|lease| &lease.bytes()[..])
    }
}

impl Tx<'_> {
    /// A page of rows from this leaf on. The leaf is the key, so no two rows have the same.
    fn rows_from(&mut self, tenant: &TenantId, from: i64) -> Result<Vec<Row>, Error> {
        Ok(change::table
            .left_join(
                change_value::table
                    .on(change_value::tenant.eq(change::tenant).and(change_value::leaf.eq(change::leaf))),
            )
            .filter(change::tenant.eq(tenant))
            .filter(change::leaf.ge(from))
            .order(change::leaf)
            .limit(AT_ONCE)
            .select((
                change::id,
                change::case_id,
                change::case_leaf,
                change::device,
                change::epoch,
                change::seq,
                change::officer,
                change::lease,
                change::leaf,
                change::counter,
                change::class,
                change::received_ms,
                change::sign1,
                change::op_bytes,
                change_value::bytes.nullable(),
            ))
            .load(self.db())?)
    }

    /// The preceding change of the same case, by its counter.
    fn before_in_case(&mut self, tenant: &TenantId, row: &Row) -> Result<Option<Before>, Error> {
        Ok(change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::case_leaf.eq(row.case_leaf))
            .filter(change::leaf.lt(row.leaf))
            .order(change::leaf.desc())
            .select((change::leaf, change::counter, change::case_id))
            .first(self.db())
            .optional()?)
    }

    /// A change of any tenant whose leaf is not among the first `size`.
    fn change_outside(&mut self, size: i64) -> Result<Option<(Vec<u8>, i64)>, Error> {
        let leaves: i64 = leaf::table.count().get_result(self.db())?;
        let changes: i64 = change::table.count().get_result(self.db())?;
        if leaves == changes && changes == size {
            return Ok(None);
        }
        let outside = change::table.filter(change::leaf.lt(0).or(change::leaf.ge(size)));
        let found = outside.select((change::id, change::leaf)).first(self.db()).optional()?;
        Ok(Some(found.unwrap_or((Vec::new(), size))))
    }
}
