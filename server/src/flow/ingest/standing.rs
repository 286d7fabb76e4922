//! Standing of the authors of changes, according to the register.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sync_core::certificate::History;
use sync_core::change::Change;
use sync_core::id::{AgencyId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::lease::{Lease, SignedLease};
use sync_core::plan::{Anchored, Before, Previous, Standing, has_gap, interval};
use sync_core::time::Instant;

use super::recent::Recent;
use crate::flow::certificate;
use crate::flow::judge::Bench;
use crate::flow::refusal::Failure;
use crate::store::{CertificateRow, ChainLink, DeviceTerm, IntervalRow, TenantRow, Tx};

/// A device's chain.
type ChainName = (DeviceId, Epoch);

/// A position in a device's chain.
type ChainPosition = (DeviceId, Epoch, u64);

/// Size of the cache of officers, agencies, phones and chains.
const REMEMBERED: usize = 10_000;

/// The register, read once for each person and phone.
///
/// The cache of one group is valid for the next ([`Register::resume`]) as far as the locked tenant's row confirms it:
/// officers, agencies and phones by the version of the register, chains and cases by the log's size and root.
#[derive(Default)]
pub(super) struct Register {
    /// Officers and agencies, shared with judging.
    pub(super) bench: Bench,
    /// The cache of cases that got a further change lately.
    pub(super) recent: Recent,
    terms: BTreeMap<DeviceId, Option<DeviceTerm>>,
    version: i64,
    /// The greatest place of a chain before this group, zero where it was empty.
    ends: BTreeMap<ChainName, u64>,
    /// Epoch, size and root of the log in which that is so.
    log: Option<(Epoch, i64, Digest)>,
    /// Chain positions that were looked up, with the stored changes there.
    stored: BTreeMap<ChainPosition, Vec<ChainLink>>,
    /// Chain positions of the changes of this group.
    taken: BTreeMap<ChainPosition, Vec<ChainLink>>,
    /// The last change before chain positions that have no predecessor.
    last: BTreeMap<ChainPosition, Option<Previous>>,
}

impl Register {
    /// The cache of the last group, as far as it is valid.
    pub(super) fn resume(mut self, row: &TenantRow) -> Self {
        if self.version != row.register_version || self.bench.known() + self.terms.len() > REMEMBERED {
            (self.bench, self.terms) = (Bench::default(), BTreeMap::new());
        }
        self.version = row.register_version;
        self.bench.know(row);
        let log = Some((row.log_epoch, row.log_size, row.log_root));
        if self.log != log || self.ends.len() > REMEMBERED {
            (self.ends, self.stored) = (BTreeMap::new(), BTreeMap::new());
        }
        if self.log != log {
            self.recent = Recent::default();
        }
        self.log = log;
        self
    }

    /// The cache for the next group, after this one is committed with this log size, root and changes.
    pub(super) fn leave(mut self, (size, root): (u64, Digest), changes: impl Iterator<Item = Made>) -> Self {
        // The end of each chain, where the next group most likely continues.
        let mut newest: BTreeMap<ChainName, (u64, Vec<ChainLink>)> = BTreeMap::new();
        for ((device, epoch, seq), links) in std::mem::take(&mut self.stored) {
            if self.ends.get(&(device, epoch)) == Some(&seq) {
                newest.insert((device, epoch), (seq, links));
            }
        }
        for Made { change, lower } in changes.filter(|made| made.change.header().device != DeviceId::SERVER) {
            let (header, link) = (change.header(), link(&change, lower));
            let chain = (header.device, header.epoch);
            let end = self.ends.get(&chain).copied().unwrap_or_default();
            let (seq, links) = newest.entry(chain).or_insert((end, Vec::new()));
            match header.seq.cmp(seq) {
                Ordering::Less => {}
                Ordering::Equal => links.push(link),
                Ordering::Greater => (*seq, *links) = (header.seq, vec![link]),
            }
        }
        for ((device, epoch), (seq, links)) in newest.into_iter().filter(|(_, (_, links))| !links.is_empty()) {
            self.ends.insert((device, epoch), seq);
            self.stored.insert((device, epoch, seq), links);
        }
        (self.taken, self.last) = (BTreeMap::new(), BTreeMap::new());
        self.log = self.log.zip(i64::try_from(size).ok()).map(|((epoch, ..), size)| (epoch, size, root));
        self
    }

    /// Leaves in the log when the last group was committed.
    pub(super) fn log_size(&self) -> i64 {
        self.log.map_or(0, |(_, size, _)| size)
    }

    /// Takes the chain positions of arriving changes, each with its lease. Earlier changes of a chain come first, so
    /// each is bounded by its predecessors, in whatever case they are.
    pub(super) fn take<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        changes: impl Iterator<Item = (&'a Change, Option<&'a SignedLease>)>,
        now: Instant,
    ) -> Result<(), Failure> {
        let mut changes: Vec<_> = changes.filter(|(change, _)| change.header().device != DeviceId::SERVER).collect();
        changes.sort_by_key(|(change, _)| place(change));
        for (change, lease) in changes {
            let taken = self.taken.get(&place(change)).into_iter().flatten();
            if taken.clone().any(|link| link.id == change.id()) {
                continue;
            }
            let before = self.before(tx, tenant, change, lease, now)?;
            let lower = interval(&change.header().clock, &before, now).lower;
            self.taken.entry(place(change)).or_default().push(link(change, lower));
        }
        Ok(())
    }

    /// Notes the time bounds of a change that is stored now.
    pub(super) fn made(&mut self, change: &Change, lower: Instant) {
        let links = self.taken.get_mut(&place(change)).into_iter().flatten();
        for known in links.filter(|known| known.id == change.id()) {
            known.made.lower = lower;
        }
    }

    /// Looks up unknown devices, authors and chain positions of these changes together.
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
        let devices: Vec<DeviceId> = devices.into_iter().filter(|id| !self.terms.contains_key(id)).collect();
        if !devices.is_empty() {
            self.terms.extend(devices.iter().map(|device| (*device, None)));
            self.terms.extend(tx.terms(tenant, &devices)?.into_iter().map(|(device, term)| (device, Some(term))));
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
            for (seq, link) in tx.chain_places(tenant, chain, &asked)? {
                self.stored.entry((device, epoch, seq.cast_unsigned())).or_default().push(link);
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

    /// The standing of the author of `change`; `None` for the server and for a person who is not in the register.
    pub(super) fn standing(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        change: &Change,
        lease: Option<&SignedLease>,
        now: Instant,
    ) -> Result<Option<Standing>, Failure> {
        let header = change.header();
        if header.device == DeviceId::SERVER {
            return Ok(None);
        }
        let Some(author) = self.bench.officer(tx, tenant, &header.officer)? else { return Ok(None) };
        let term = self.term(tx, tenant, &header.device)?;
        // A recorded event happened by now; a later time was written by a wrong clock.
        let revoked = term.and_then(|term| term.revoked).map_or(Instant::from_ms(i64::MAX), |at| at.min(now));
        let valid = valid(&author.certificates).into_iter();
        let authority = valid.map(|(from, until)| (from, until.min(revoked))).filter(|(from, until)| from < until);
        let (agency, authority) = (author.row.agency, authority.collect());
        let Before { anchor, known, previous } = self.before(tx, tenant, change, lease, now)?;
        let lease_ends = lease.map(|lease| lease.lease.not_after.min(now.plus_ms(Lease::LONGEST_MS)));
        // The first of two changes that arrive together is not the fork, so one fork raises one alarm.
        let taken = self.taken.get(&place(change)).into_iter().flatten();
        let earlier = taken.take_while(|other| other.id != change.id());
        let stored = self.stored.get(&place(change)).into_iter().flatten();
        let forks = stored.chain(earlier).any(|other| other.id != change.id());
        Ok(Some(Standing { agency, lease_ends, anchor, known, previous, authority, forks }))
    }

    /// What is known to precede a change, apart from its deps.
    fn before(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        change: &Change,
        lease: Option<&SignedLease>,
        now: Instant,
    ) -> Result<Before, Failure> {
        let enrolled = self.term(tx, tenant, &change.header().device)?.map(|term| term.enrolled);
        let known = lease.map(|lease| lease.lease.issued).into_iter().chain(enrolled).max().map(|at| at.min(now));
        let previous = self.previous(tx, tenant, change)?;
        Ok(Before { anchor: anchor(tx, tenant, change, lease)?, known, previous })
    }

    fn term(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, device: &DeviceId) -> Result<Option<DeviceTerm>, Failure> {
        if !self.terms.contains_key(device) {
            let found = tx.terms(tenant, &[*device])?.into_iter().next().map(|(_, term)| term);
            self.terms.insert(*device, found);
        }
        Ok(self.terms.get(device).copied().flatten())
    }

    /// The known changes at a chain position.
    fn links(&self, place: &ChainPosition) -> impl Iterator<Item = &ChainLink> {
        self.stored.get(place).into_iter().chain(self.taken.get(place)).flatten()
    }

    /// The phone's own change before this one: that at the place before it, else the last before that, so that a gap
    /// hides nothing.
    fn previous(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, change: &Change) -> Result<Option<Previous>, Failure> {
        let (device, epoch, seq) = place(change);
        let before = (device, epoch, seq.saturating_sub(1));
        if !self.stored.contains_key(&before) {
            self.look_up(tx, tenant, std::iter::once(change))?;
        }
        let at_place: Vec<&ChainLink> = self.links(&before).collect();
        let named = at_place.iter().find(|link| Some(link.id) == change.header().prev);
        // If a fork is not named, the change that was made first; the other may be later.
        if let Some(link) = named.or_else(|| at_place.iter().min_by_key(|link| link.made.lower)) {
            return Ok(Some(link.made));
        }
        let taken = self.taken.range((device, epoch, 0)..(device, epoch, seq)).next_back();
        let taken = taken.and_then(|((_, _, at), links)| Some((*at, links.iter().min_by_key(|link| link.made.lower)?)));
        let known = self.last.get(&(device, epoch, seq)).copied();
        let stored = match known {
            Some(known) => known,
            None => tx.last_before(tenant, (device, epoch), seq.cast_signed())?.map(|link| link.made),
        };
        self.last.insert((device, epoch, seq), stored);
        let taken = taken.map(|(_, link)| link.made);
        Ok([taken, stored].into_iter().flatten().max_by_key(|made| made.lower))
    }

    /// Whether a chain has a gap before a stored change. `is_new` tells which changes this group stored.
    pub(super) fn has_gap(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        change: &Change,
        is_new: impl Fn(&ChangeId) -> bool,
    ) -> Result<bool, Failure> {
        let (device, epoch, seq) = place(change);
        if device == DeviceId::SERVER {
            return Ok(false);
        }
        let before = (device, epoch, seq.saturating_sub(1));
        if !self.stored.contains_key(&before) {
            self.look_up(tx, tenant, std::iter::once(change))?;
        }
        let held = |prev: &ChangeId| {
            let stored = self.stored.get(&before).into_iter().flatten().any(|link| link.id == *prev);
            stored || self.taken.get(&before).into_iter().flatten().any(|link| link.id == *prev && is_new(prev))
        };
        Ok(has_gap(change, held))
    }
}

/// A change that was stored, with the lower bound of its time.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub change: Arc<Change>,
    pub lower: Instant,
}

fn place(change: &Change) -> ChainPosition {
    let header = change.header();
    (header.device, header.epoch, header.seq)
}

fn link(change: &Change, lower: Instant) -> ChainLink {
    let clock = &change.header().clock;
    let made = Previous { lower, boot: clock.boot, monotonic_ms: clock.monotonic_ms };
    ChainLink { id: change.id(), made }
}

/// The anchor of the change.
fn anchor(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    change: &Change,
    lease: Option<&SignedLease>,
) -> Result<Anchored, Failure> {
    let header = change.header();
    let Some(anchor) = header.clock.anchor else { return Ok(Anchored::Nowhere) };
    if let Some(lease) = lease.filter(|lease| lease.hash == anchor.lease) {
        return Ok(Anchored::At(lease.lease.issued));
    }
    Ok(match tx.lease(tenant, &anchor.lease)? {
        Some(lease) if lease.device == header.device => Anchored::At(lease.issued),
        other => Anchored::Elsewhere(other.map(|lease| lease.issued)),
    })
}

/// The spans in which a certificate was valid.
fn valid(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Vec<(Instant, Instant)> {
    let histories = certificate::histories(certificates);
    let mut spans: Vec<_> = histories.iter().flat_map(History::valid).collect();
    spans.sort_unstable();
    spans
}
