//! What the register says of the authors of changes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::certificate::History;
use sync_core::change::Change;
use sync_core::id::{AgencyId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::lease::SignedLease;
use sync_core::plan::{Chain, Standing};
use sync_core::time::Instant;

use super::recent::Recent;
use crate::flow::certificate;
use crate::flow::judge::Bench;
use crate::flow::refusal::Failure;
use crate::store::{CertificateRow, IntervalRow, TenantRow, Tx};

/// A device's chain.
type ChainName = (DeviceId, Epoch);

/// A place in a device's chain.
type Place = (DeviceId, Epoch, u64);

/// Officers, agencies, phones and chains that are remembered from one group to the next.
const REMEMBERED: usize = 10_000;

/// The register, read once for each person and phone.
///
/// What one group learnt serves the next ([`Register::resume`]) as far as the tenant's row, which each group holds, says
/// that it is true still: officers, agencies and phones by the version of the register, chains and cases by the log's
/// size and root.
#[derive(Default)]
pub(super) struct Register {
    /// Officers and agencies, as judging them looks them up too.
    pub(super) bench: Bench,
    /// Cases that got a further change lately.
    pub(super) recent: Recent,
    revoked: BTreeMap<DeviceId, Option<Instant>>,
    version: i64,
    /// The greatest place of a chain before this group, zero where it was empty.
    ends: BTreeMap<ChainName, u64>,
    /// Epoch, size and root of the log in which that is so.
    log: Option<(Epoch, i64, Digest)>,
    /// Places in devices' chains that were looked up, with what the database holds there.
    stored: BTreeMap<Place, Vec<ChangeId>>,
    /// Places in devices' chains that this group fills.
    taken: BTreeMap<Place, Vec<ChangeId>>,
}

impl Register {
    /// What the last group left, as far as it holds.
    pub(super) fn resume(mut self, row: &TenantRow) -> Self {
        if self.version != row.register_version || self.bench.known() + self.revoked.len() > REMEMBERED {
            (self.bench, self.revoked) = (Bench::default(), BTreeMap::new());
        }
        self.version = row.register_version;
        self.bench.know(row);
        let log = Some((Epoch::new(row.log_epoch), row.log_size, Digest::new(row.log_root)));
        if self.log != log || self.ends.len() > REMEMBERED {
            (self.ends, self.stored) = (BTreeMap::new(), BTreeMap::new());
        }
        if self.log != log {
            self.recent = Recent::default();
        }
        self.log = log;
        self
    }

    /// What the next group may know, once this one is committed with so many leaves in the log, this root, and these
    /// changes in it.
    pub(super) fn leave(mut self, (size, root): (u64, Digest), changes: impl Iterator<Item = Arc<Change>>) -> Self {
        // Of each chain its end: the next group most likely goes on there.
        let mut newest: BTreeMap<ChainName, (u64, Vec<ChangeId>)> = BTreeMap::new();
        for ((device, epoch, seq), ids) in std::mem::take(&mut self.stored) {
            if self.ends.get(&(device, epoch)) == Some(&seq) {
                newest.insert((device, epoch), (seq, ids));
            }
        }
        for change in changes.filter(|change| change.header().device != DeviceId::SERVER) {
            let (header, id) = (change.header(), change.id());
            let chain = (header.device, header.epoch);
            let end = self.ends.get(&chain).copied().unwrap_or_default();
            let (seq, ids) = newest.entry(chain).or_insert((end, Vec::new()));
            match header.seq.cmp(seq) {
                Ordering::Less => {}
                Ordering::Equal => ids.push(id),
                Ordering::Greater => (*seq, *ids) = (header.seq, vec![id]),
            }
        }
        for ((device, epoch), (seq, ids)) in newest.into_iter().filter(|(_, (_, ids))| !ids.is_empty()) {
            self.ends.insert((device, epoch), seq);
            self.stored.insert((device, epoch, seq), ids);
        }
        self.taken = BTreeMap::new();
        self.log = self.log.zip(i64::try_from(size).ok()).map(|((epoch, ..), size)| (epoch, size, root));
        self
    }

    /// Leaves in the log when the last group was committed.
    pub(super) fn log_size(&self) -> i64 {
        self.log.map_or(0, |(_, size, _)| size)
    }

    /// Says that a change of this group has its place.
    pub(super) fn take(&mut self, change: &Change) {
        let header = change.header();
        self.taken.entry((header.device, header.epoch, header.seq)).or_default().push(change.id());
    }

    /// Looks up what is not known of these changes' devices, authors and places in their chains, together.
    pub(super) fn look_up<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<(), Failure> {
        let mut chains: BTreeMap<ChainName, BTreeSet<u64>> = BTreeMap::new();
        let mut officers = BTreeSet::new();
        for header in changes.map(Change::header).filter(|header| header.device != DeviceId::SERVER) {
            let places = [header.seq, header.seq.saturating_sub(1)];
            chains.entry((header.device, header.epoch)).or_default().extend(places);
            officers.insert(header.officer);
        }
        let devices: BTreeSet<DeviceId> = chains.keys().map(|(device, _)| *device).collect();
        let devices: Vec<DeviceId> = devices.into_iter().filter(|id| !self.revoked.contains_key(id)).collect();
        if !devices.is_empty() {
            self.revoked.extend(devices.iter().map(|device| (*device, None)));
            self.revoked.extend(tx.revocations(tenant, &devices)?.into_iter().map(|(device, at)| (device, Some(at))));
        }
        self.bench.look_up(tx, tenant, &officers)?;
        chains.into_iter().try_for_each(|(chain, places)| self.look_up_chain(tx, tenant, chain, places))
    }

    /// Beyond the end of a chain nothing is stored: that needs no question.
    fn look_up_chain(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        chain: ChainName,
        places: BTreeSet<u64>,
    ) -> Result<(), Failure> {
        let end = match self.ends.get(&chain) {
            Some(end) => *end,
            None => tx.chain_head(tenant, chain)?.unwrap_or(0).cast_unsigned(),
        };
        self.ends.insert(chain, end);
        let (device, epoch) = chain;
        let mut asked = Vec::new();
        for seq in places {
            let known = self.stored.contains_key(&(device, epoch, seq));
            if !known && seq <= end && seq > 0 {
                asked.push(seq.cast_signed());
            }
            self.stored.entry((device, epoch, seq)).or_default();
        }
        if !asked.is_empty() {
            for (seq, id) in tx.chain_places(tenant, chain, &asked)? {
                self.stored.entry((device, epoch, seq.cast_unsigned())).or_default().push(id);
            }
        }
        Ok(())
    }

    /// An officer's agency, if there is such an officer.
    pub(super) fn agency(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        officer: &OfficerId,
    ) -> Result<Option<AgencyId>, Failure> {
        Ok(self.bench.officer(tx, tenant, officer)?.map(|found| found.row.agency))
    }

    /// What is known of the author of `change`; `None` for the server and for who is not in the register.
    pub(super) fn standing(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        change: &Change,
        lease: Option<&SignedLease>,
    ) -> Result<Option<Standing>, Failure> {
        let header = change.header();
        if header.device == DeviceId::SERVER {
            return Ok(None);
        }
        let Some(author) = self.bench.officer(tx, tenant, &header.officer)? else { return Ok(None) };
        let revoked = self.revoked(tx, tenant, &header.device)?.unwrap_or(Instant::from_ms(i64::MAX));
        let valid = valid(&author.certificates).into_iter();
        let authority = valid.map(|(from, until)| (from, until.min(revoked))).filter(|(from, until)| from < until);
        Ok(Some(Standing {
            agency: author.row.agency,
            lease_ends: lease.map(|lease| lease.lease.not_after),
            anchor: anchor(tx, tenant, change, lease)?,
            authority: authority.collect(),
            chain: self.chain(tx, tenant, change)?,
        }))
    }

    fn revoked(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, device: &DeviceId) -> Result<Option<Instant>, Failure> {
        if let Some(known) = self.revoked.get(device) {
            return Ok(*known);
        }
        let revoked = tx.device(tenant, device)?.and_then(|row| row.revoked);
        self.revoked.insert(*device, revoked);
        Ok(revoked)
    }

    fn chain(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, change: &Change) -> Result<Chain, Failure> {
        let header = change.header();
        let places = [header.seq, header.seq.saturating_sub(1)].map(|seq| (header.device, header.epoch, seq));
        if !places.iter().all(|place| self.stored.contains_key(place)) {
            self.look_up(tx, tenant, std::iter::once(change))?;
        }
        let at = |seq: u64| {
            let place = (header.device, header.epoch, seq);
            self.stored.get(&place).into_iter().chain(self.taken.get(&place)).flatten()
        };
        if at(header.seq).any(|other| *other != change.id()) {
            return Ok(Chain::Fork);
        }
        match header.prev {
            None if header.seq == 1 => Ok(Chain::Continues),
            Some(prev) if at(header.seq.saturating_sub(1)).any(|before| *before == prev) => Ok(Chain::Continues),
            None | Some(_) => Ok(Chain::Gap),
        }
    }
}

/// The server's time in the lease that the change names as its anchor.
fn anchor(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    change: &Change,
    lease: Option<&SignedLease>,
) -> Result<Option<Instant>, Failure> {
    let header = change.header();
    let Some(anchor) = header.clock.anchor else { return Ok(None) };
    if let Some(lease) = lease.filter(|lease| lease.hash == anchor.lease) {
        return Ok(Some(lease.lease.issued));
    }
    let other = tx.lease(tenant, &anchor.lease)?;
    Ok(other.filter(|lease| lease.device == header.device).map(|lease| lease.issued))
}

/// The spans in which a certificate was valid.
fn valid(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Vec<(Instant, Instant)> {
    let histories = certificate::histories(certificates);
    let mut spans: Vec<_> = histories.iter().flat_map(History::valid).collect();
    spans.sort_unstable();
    spans
}
