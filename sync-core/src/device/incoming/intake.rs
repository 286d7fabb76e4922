//! The arrivals of one transaction.

use super::{Arrived, Need, Source};
use crate::change::{Change, Received};
use crate::device::sql::int;
use crate::device::{Identity, StoreError, number, offer, rows};
use crate::id::{CaseId, ChangeId, DeviceId, Digest};
use crate::lease::{Lease, SignedLease};
use crate::op::Act;
use crate::sign::{PublicKey, Tag, Verifier};
use rusqlite::Transaction;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Largest number of parked changes.
const MAX_PARKED: i64 = 4096;
/// Largest total of parked bytes.
const MAX_PARKED_BYTES: i64 = 64 << 20;
const PARKED: Tag = Tag("palm/v1/parked");

/// The arrivals of one call.
pub(super) struct Intake<'a> {
    pub tx: &'a Transaction<'a>,
    pub identity: &'a Identity,
    pub verifier: &'a dyn Verifier,
    pub arrived: Arrived,
    /// Changes to process.
    pub queue: VecDeque<(Vec<u8>, Source)>,
    /// Leases opened so far.
    pub opened: BTreeMap<Digest, SignedLease>,
    /// Number and bytes of parked changes, once queried.
    pub parked: Option<(i64, i64)>,
}

/// The key that verifies a change.
enum Key {
    Known(PublicKey),
    Missing(Need),
    Forged,
}

impl Intake<'_> {
    pub fn lease(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let opened = match Lease::open(bytes, &self.identity.tenant_key, self.verifier) {
            Ok(signed) if signed.lease.tenant == self.identity.tenant => Ok(signed),
            Ok(_) => Err("lease: of another tenant".to_owned()),
            Err(error) => Err(format!("lease: {error}")),
        };
        let SignedLease { lease, hash, bytes } = match opened {
            Ok(signed) => signed,
            Err(why) => {
                self.arrived.refused.push(why);
                return Ok(());
            }
        };
        let new = self
            .tx
            .prepare_cached("INSERT OR IGNORE INTO lease (hash, device, issued_ms, bytes) VALUES (?1, ?2, ?3, ?4)")?
            .execute((hash, lease.device, lease.issued, bytes))?;
        if new == 0 {
            return Ok(());
        }
        if lease.device == self.identity.device {
            number::add_blocks(self.tx, hash, &lease)?;
        }
        self.open_parked(Need::Lease(hash))?;
        self.open_parked(Need::Key(lease.device))
    }

    pub fn drain(&mut self) -> Result<(), StoreError> {
        while let Some((bytes, source)) = self.queue.pop_front() {
            self.change(&bytes, source)?;
        }
        Ok(())
    }

    fn change(&mut self, bytes: &[u8], source: Source) -> Result<(), StoreError> {
        let received = match Received::read(bytes) {
            Ok(received) => received,
            Err(error) => {
                self.arrived.refused.push(error.to_string());
                return Ok(());
            }
        };
        let id = received.id();
        if received.header().tenant != self.identity.tenant {
            self.arrived.refused.push(format!("{id}: of another tenant"));
            return Ok(());
        }
        if rows::holds(self.tx, id, None)? {
            self.arrived.known.push(id);
            return self.seen(id, source);
        }
        let case = received.header().case.unwrap_or(id);
        match self.key(&received)? {
            Key::Forged => self.arrived.refused.push(format!("{id}: the lease belongs to another device or officer")),
            Key::Missing(need) => self.park((id, case), bytes, source, &BTreeSet::from([need]), false)?,
            Key::Known(key) => match received.verify(&key, self.verifier) {
                Ok(change) => self.genuine(change, bytes, source)?,
                Err(error) => self.arrived.refused.push(format!("{id}: {error}")),
            },
        }
        Ok(())
    }

    fn key(&mut self, received: &Received) -> Result<Key, StoreError> {
        let header = received.header();
        if header.device == DeviceId::SERVER {
            return Ok(Key::Known(self.identity.tenant_key));
        }
        if header.device == self.identity.device {
            return Ok(Key::Known(self.identity.device_key));
        }
        let named = header.lease;
        let hash = match named {
            Some(hash) => hash,
            None => match rows::newest_lease(self.tx, header.device)? {
                Some(hash) => hash,
                None => return Ok(Key::Missing(Need::Key(header.device))),
            },
        };
        if !self.opened.contains_key(&hash) {
            let Some(lease) = rows::lease(self.tx, hash, &self.identity.tenant_key, self.verifier)? else {
                return Ok(Key::Missing(Need::Lease(hash)));
            };
            self.opened.insert(hash, lease);
        }
        let Some(SignedLease { lease, .. }) = self.opened.get(&hash) else { return Ok(Key::Forged) };
        let fits = lease.device == header.device && (named.is_none() || lease.officer == header.officer);
        Ok(if fits { Key::Known(lease.key) } else { Key::Forged })
    }

    /// Processes a change with a valid signature. Its seals take effect at once, the rest when nothing is missing.
    fn genuine(&mut self, mut change: Change, bytes: &[u8], source: Source) -> Result<(), StoreError> {
        if change.header().device == DeviceId::SERVER {
            self.apply_seals(&change)?;
        }
        let sealed = sealed(self.tx, change.id())?;
        if !sealed.is_empty() {
            change.seal_values(&sealed);
        }
        let mut needs = BTreeSet::new();
        for dep in &change.header().deps {
            if !rows::holds(self.tx, *dep, Some(change.case()))? {
                needs.insert(Need::Change(*dep));
            }
        }
        if change.missing_values().iter().any(|op| !sealed.contains(op)) {
            needs.insert(Need::Values(change.id()));
        }
        if !needs.is_empty() {
            let rest = if sealed.is_empty() { bytes.to_vec() } else { change.to_bytes() };
            let own = change.header().device == self.identity.device;
            return self.park((change.id(), change.case()), &rest, source, &needs, own);
        }
        self.store(&change, source)
    }

    fn store(&mut self, change: &Change, source: Source) -> Result<(), StoreError> {
        let (id, header) = (change.id(), change.header());
        let chain = (header.device, header.epoch, int(header.seq));
        if self
            .tx
            .prepare_cached("SELECT 1 FROM change WHERE device = ?1 AND epoch = ?2 AND seq = ?3")?
            .exists(chain)?
        {
            self.arrived.forks.push(id);
        }
        let own = header.device == self.identity.device;
        rows::insert(self.tx, change, own)?;
        if own {
            // This store wrote every change of its epoch itself, so an unknown one was written by another copy of it.
            // The next save begins a new epoch.
            self.tx.prepare_cached("UPDATE identity SET behind = 1 WHERE epoch = ?1")?.execute([header.epoch])?;
        }
        // The server holds what it sends; own changes are offered until there is a receipt.
        if header.device != DeviceId::SERVER && (own || source == Source::Peer) {
            offer::add(self.tx, id)?;
        }
        self.seen(id, source)?;
        self.arrived.stored.push(id);
        self.arrived.cases.insert(change.case());
        self.open_parked(Need::Change(id))
    }

    fn seen(&self, id: ChangeId, source: Source) -> Result<(), StoreError> {
        if source == Source::Server {
            self.tx.prepare_cached("INSERT OR IGNORE INTO seen_on_server (change) VALUES (?1)")?.execute([id])?;
            // Own changes are offered until there is a receipt. The condition is on this row only: `IN (SELECT …)` would read
            // every stored change for each arriving one.
            self.tx
                .prepare_cached(
                    "DELETE FROM offer WHERE change = ?1
                     AND EXISTS (SELECT 1 FROM change c WHERE c.id = offer.change AND c.own = 0)",
                )?
                .execute([id])?;
        }
        Ok(())
    }

    fn apply_seals(&mut self, change: &Change) -> Result<(), StoreError> {
        for op in change.ops() {
            let Act::Seal(named) = &op.act else { continue };
            for target in named.iter().map(|named| named.resolve(change.id())) {
                self.tx
                    .prepare_cached("INSERT OR IGNORE INTO sealed (change, op) VALUES (?1, ?2)")?
                    .execute((target.change, target.index))?;
                if let Some(mut held) = rows::change(self.tx, target.change)? {
                    held.seal_values(&[target.index]);
                    rows::write_values(self.tx, &held)?;
                    self.arrived.cases.insert(held.case());
                }
                self.open_parked_copies(target.change)?;
            }
        }
        Ok(())
    }

    /// Parks a change with something missing, within bounds. Changes signed by this phone, as in a salvage, are
    /// parked beyond the bounds, because nobody else may have them.
    fn park(
        &mut self,
        (id, case): (ChangeId, CaseId),
        bytes: &[u8],
        source: Source,
        needs: &BTreeSet<Need>,
        own: bool,
    ) -> Result<(), StoreError> {
        let size = length(bytes);
        let (held, used) = match self.parked {
            Some(counted) => counted,
            None => self
                .tx
                .prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM parked")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?,
        };
        self.parked = Some((held, used));
        if !own && (held >= MAX_PARKED || used.saturating_add(size) > MAX_PARKED_BYTES) {
            self.arrived.not_kept.push(id);
            return Ok(());
        }
        self.arrived.parked.push(id);
        let server = source == Source::Server;
        let new = self
            .tx
            .prepare_cached(
                "INSERT OR IGNORE INTO parked (id, case_id, digest, size, source, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((id, case, PARKED.hash(&[bytes]), size, server, bytes))?;
        if new == 0 {
            return Ok(());
        }
        self.parked = Some((held + 1, used.saturating_add(size)));
        let place = self.tx.last_insert_rowid();
        let mut statement =
            self.tx.prepare_cached("INSERT INTO parked_need (place, kind, what) VALUES (?1, ?2, ?3)")?;
        for need in needs {
            let (kind, what) = need.parts();
            statement.execute((place, kind, what))?;
        }
        Ok(())
    }

    /// Processes every parked copy of a change again, so that none keeps a sealed value.
    fn open_parked_copies(&mut self, id: ChangeId) -> Result<(), StoreError> {
        let rows = parked_rows(self.tx, "SELECT place, bytes, source FROM parked WHERE id = ?1", [id])?;
        self.reopen(rows)
    }

    /// Processes the parked changes again that needed this.
    fn open_parked(&mut self, need: Need) -> Result<(), StoreError> {
        let (kind, what) = need.parts();
        let sql = "SELECT p.place, p.bytes, p.source FROM parked_need n JOIN parked p ON p.place = n.place
             WHERE n.kind = ?1 AND n.what = ?2 ORDER BY p.place";
        let rows = parked_rows(self.tx, sql, (kind, what))?;
        self.reopen(rows)
    }

    fn reopen(&mut self, rows: Vec<Parked>) -> Result<(), StoreError> {
        for (place, bytes, server) in rows {
            self.tx.prepare_cached("DELETE FROM parked WHERE place = ?1")?.execute([place])?;
            self.parked = self.parked.map(|(held, used)| (held - 1, used - length(&bytes)));
            self.queue.push_back((bytes, if server { Source::Server } else { Source::Peer }));
        }
        Ok(())
    }
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// Rowid, bytes, and whether it came from the server.
type Parked = (i64, Vec<u8>, bool);

fn parked_rows(tx: &Transaction<'_>, sql: &str, of: impl rusqlite::Params) -> Result<Vec<Parked>, StoreError> {
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(of, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Operations of a change whose values a lawful order removed.
fn sealed(tx: &Transaction<'_>, id: ChangeId) -> Result<Vec<u32>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT op FROM sealed WHERE change = ?1")?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
