//! What the register says of the authors of changes.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::change::Change;
use sync_core::id::{AgencyId, ChangeId, DeviceId, Epoch, OfficerId, TenantId};
use sync_core::lease::SignedLease;
use sync_core::plan::{Chain, Standing};
use sync_core::time::Instant;

use crate::flow::certificate;
use crate::flow::judge::Bench;
use crate::refusal::Failure;
use crate::store::{CertificateRow, IntervalRow, Tx};

/// A place in a device's chain.
type Place = (DeviceId, Epoch, u64);

/// Chains of which no more places are asked for are asked for together.
const PLACES_TOGETHER: usize = 8;

/// The register, read once for each person and phone of a group.
#[derive(Default)]
pub(super) struct Register {
    /// Officers and agencies, as judging them looks them up too.
    pub(super) bench: Bench,
    revoked: BTreeMap<DeviceId, Option<Instant>>,
    /// Places in devices' chains that were looked up, with what the database holds there.
    stored: BTreeMap<Place, Vec<ChangeId>>,
    /// Places in devices' chains that this group fills.
    taken: BTreeMap<Place, Vec<ChangeId>>,
}

impl Register {
    /// Says that a change of this group has its place.
    pub(super) fn take(&mut self, change: &Change) {
        let header = change.header();
        self.taken.entry((header.device, header.epoch, header.seq)).or_default().push(change.id());
    }

    /// Looks up what is known of these changes' devices, authors and places in their chains, together.
    pub(super) fn look_up<'a>(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        changes: impl Iterator<Item = &'a Change>,
    ) -> Result<(), Failure> {
        let mut chains: BTreeMap<(DeviceId, Epoch), BTreeSet<u64>> = BTreeMap::new();
        let mut officers = BTreeSet::new();
        for header in changes.map(Change::header).filter(|header| header.device != DeviceId::SERVER) {
            let places = [header.seq, header.seq.saturating_sub(1)];
            chains.entry((header.device, header.epoch)).or_default().extend(places);
            officers.insert(header.officer);
        }
        let devices: Vec<DeviceId> = chains.keys().map(|(device, _)| *device).collect();
        if devices.is_empty() {
            return Ok(());
        }
        self.revoked.extend(devices.iter().map(|device| (*device, None)));
        self.revoked.extend(tx.revocations(tenant, &devices)?.into_iter().map(|(device, at)| (device, Some(at))));
        self.bench.look_up(tx, tenant, &officers.into_iter().collect::<Vec<_>>())?;
        self.look_up_chains(tx, tenant, &chains)
    }

    fn look_up_chains(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        chains: &BTreeMap<(DeviceId, Epoch), BTreeSet<u64>>,
    ) -> Result<(), Failure> {
        let few = chains.values().all(|places| places.len() <= PLACES_TOGETHER);
        // Asked together, each place is looked for in each chain.
        let asked: Vec<Vec<_>> =
            if few { vec![chains.iter().collect()] } else { chains.iter().map(|one| vec![one]).collect() };
        for some in asked {
            let names: Vec<(DeviceId, Epoch)> = some.iter().map(|(name, _)| **name).collect();
            let places: BTreeSet<i64> =
                some.iter().flat_map(|(_, places)| *places).map(|seq| seq.cast_signed()).collect();
            let places: Vec<i64> = places.into_iter().collect();
            for ((device, epoch), seqs) in some {
                self.stored.extend(seqs.iter().map(|seq| ((*device, *epoch, *seq), Vec::new())));
            }
            for (device, epoch, seq, id) in tx.chain_places(tenant, &names, &places)? {
                // Of another chain's places only this one's are asked for: the others stay unknown.
                if let Some(there) = self.stored.get_mut(&(device, epoch, seq.cast_unsigned())) {
                    there.push(id);
                }
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
    let spans = certificate::spans(certificates).into_iter().filter(|span| span.status == "valid");
    let mut spans: Vec<_> = spans.map(|span| (span.from, span.until.unwrap_or(Instant::from_ms(i64::MAX)))).collect();
    spans.sort_unstable();
    spans
}
