//! What the register says of the authors of changes.

use std::collections::BTreeMap;

use sync_core::change::Change;
use sync_core::id::{AgencyId, ChangeId, DeviceId, Epoch, OfficerId, TenantId};
use sync_core::lease::SignedLease;
use sync_core::plan::{Chain, Standing};
use sync_core::time::{Date, Instant};

use crate::refusal::Failure;
use crate::store::{CertificateRow, IntervalRow, Tx};

type Spans = Vec<(Instant, Instant)>;

/// The register, read once for each person and phone of a group.
#[derive(Default)]
pub(super) struct Register {
    officers: BTreeMap<OfficerId, Option<(AgencyId, Spans)>>,
    revoked: BTreeMap<DeviceId, Option<Instant>>,
    /// Places in devices' chains that this group fills.
    taken: BTreeMap<(DeviceId, Epoch, u64), ChangeId>,
}

impl Register {
    /// Says that a change of this group has its place.
    pub(super) fn take(&mut self, change: &Change) {
        let header = change.header();
        self.taken.entry((header.device, header.epoch, header.seq)).or_insert(change.id());
    }

    /// An officer's agency, if there is such an officer.
    pub(super) fn agency(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        officer: &OfficerId,
    ) -> Result<Option<AgencyId>, Failure> {
        Ok(self.officer(tx, tenant, officer)?.map(|(agency, _)| agency))
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
        let Some((agency, spans)) = self.officer(tx, tenant, &header.officer)? else { return Ok(None) };
        let revoked = self.revoked(tx, tenant, &header.device)?.unwrap_or(Instant::from_ms(i64::MAX));
        let authority =
            spans.into_iter().map(|(from, until)| (from, until.min(revoked))).filter(|(from, until)| from < until);
        Ok(Some(Standing {
            agency,
            lease_ends: lease.map(|lease| lease.lease.not_after),
            anchor: anchor(tx, tenant, change, lease)?,
            authority: authority.collect(),
            chain: self.chain(tx, tenant, change)?,
        }))
    }

    fn officer(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        officer: &OfficerId,
    ) -> Result<Option<(AgencyId, Spans)>, Failure> {
        if let Some(known) = self.officers.get(officer) {
            return Ok(known.clone());
        }
        let found = match tx.officer(tenant, officer)? {
            Some(row) => Some((row.agency, spans(&tx.certificates(tenant, officer)?))),
            None => None,
        };
        self.officers.insert(*officer, found.clone());
        Ok(found)
    }

    fn revoked(
        &mut self,
        tx: &mut Tx<'_>,
        tenant: &TenantId,
        device: &DeviceId,
    ) -> Result<Option<Instant>, Failure> {
        if let Some(known) = self.revoked.get(device) {
            return Ok(*known);
        }
        let revoked = tx.device(tenant, device)?.and_then(|row| row.revoked);
        self.revoked.insert(*device, revoked);
        Ok(revoked)
    }

    fn chain(&self, tx: &mut Tx<'_>, tenant: &TenantId, change: &Change) -> Result<Chain, Failure> {
        let header = change.header();
        let mut at = |seq: u64| -> Result<Vec<ChangeId>, Failure> {
            let mut ids = tx.chain_place(tenant, &header.device, &header.epoch, seq.cast_signed())?;
            ids.extend(self.taken.get(&(header.device, header.epoch, seq)));
            Ok(ids)
        };
        if at(header.seq)?.iter().any(|other| *other != change.id()) {
            return Ok(Chain::Fork);
        }
        match header.prev {
            None if header.seq == 1 => Ok(Chain::Continues),
            Some(prev) if at(header.seq.saturating_sub(1))?.contains(&prev) => Ok(Chain::Continues),
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

/// The spans in which a certificate was valid, none beyond the last day printed on it.
fn spans(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Spans {
    let mut spans = Vec::new();
    for (certificate, intervals) in certificates {
        let last_day = certificate.valid_until.parse::<Date>().ok();
        let printed_end = last_day
            .and_then(|day| day.tomorrow().ok())
            .map_or(Instant::from_ms(i64::MAX), Instant::start_of);
        for interval in intervals.iter().filter(|interval| interval.status == "valid") {
            spans.push((interval.from, interval.until.unwrap_or(printed_end).min(printed_end)));
        }
    }
    spans.sort_unstable();
    spans
}
