//! Leases (终端离线使用许可) with the numbers that travel with them.
//!
//! Promise: no lease without a certificate that is valid now, and none beyond its end; a number is granted once.
//! A phone that asks again in the same epoch gets the blocks it holds, a further one where it says that few numbers
//! are left, and a new one for a new epoch; no phone uses up a series, for each day has its bounds.
//! Not here: whether what the phone says is true; the bounds are the same.

use std::collections::BTreeSet;

use sync_core::id::{AgencyId, DeviceId, Digest, Epoch, TenantId};
use sync_core::lease::{Block, Lease, SignedLease};
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::caller::Caller;
use super::certificate;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{self, AgencyRow, BlockRow, LeaseRow, PaperRow, Tx};

/// The longest a phone works without the server: the figure of EUDI and ETSI.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;
/// Numbers in a block: a day's work of one phone, with room.
const BLOCK: i64 = 20;
/// Below so many numbers left a further block is granted.
const FEW: u32 = 10;
/// Most blocks of a year that one phone is granted in a day, where it asks for more numbers.
const BLOCKS_A_DAY: usize = 10;
/// Most epochs of one phone that are granted blocks in a day; after that leases come without.
const EPOCHS_A_DAY: usize = 20;
/// Most blocks of a year that a lease carries: the newest.
const CARRIED: i64 = 10;
/// The one form numbered on the phone.
const SPOT_DECISION: &str = "spot_decision";

/// A lease and the paper its officer carries.
#[derive(Debug)]
pub struct Granted {
    /// Signed.
    pub lease: SignedLease,
    /// Numbered paper registered to the officer.
    pub papers: Vec<PaperRow>,
}

/// Grants a lease for the phone the caller speaks from, which says how many numbers of this year it has left.
///
/// # Errors
/// [`Refusal::DeviceRequired`], the certificate refusals, or an accident.
pub async fn grant(app: &App, caller: Caller, epoch: Epoch, left: Option<u32>) -> Result<Granted, Failure> {
    let device = caller.must_have_device()?;
    let (tenant, now, signer) = (app.tenant, app.clock.now(), app.keys.server.clone());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let all = tx.certificates(&tenant, &caller.officer)?;
            let certificate = certificate::valid_now(&all, now)?;
            let ends = certificate::ends(certificate);
            let row = tx.device(&tenant, &device)?.ok_or(Refusal::DeviceRequired)?;
            let key = PublicKey::from_slice(&row.public_key)
                .ok_or(store::Error::Inconsistent { what: "device.public_key" })?;
            let agency = numbering_agency(tx, &tenant, &caller.agency)?;
            let asker = Asker { tenant, agency, device, epoch, few: left.is_some_and(|left| left < FEW) };
            let (blocks, fresh) = asker.blocks(tx, now)?;
            let lease = Lease {
                tenant,
                device,
                key,
                epoch,
                officer: caller.officer,
                agency: caller.agency,
                certificate: certificate.number.clone(),
                certificate_ends: ends,
                issued: now,
                not_after: now.plus_ms(LONGEST_MS).min(ends),
                blocks,
            };
            let lease = lease.sign(&signer).map_err(Failure::broken)?;
            keep(tx, &tenant, &lease, fresh)?;
            Ok(Granted { lease, papers: tx.paper_of(&tenant, &caller.officer)? })
        })
        .await
}

fn keep(tx: &mut Tx<'_>, tenant: &TenantId, signed: &SignedLease, fresh: Vec<BlockRow>) -> Result<(), Failure> {
    // Asked twice within a millisecond the lease is the same, byte for byte but for its signature.
    if tx.lease(tenant, &signed.hash)?.is_none() {
        tx.add_lease(tenant, &LeaseRow::of(signed))?;
    }
    for block in fresh {
        tx.add_block(tenant, &BlockRow { lease: signed.hash, ..block })?;
    }
    Ok(())
}

/// A station decides in the name of its organ: the organ's numbers.
fn numbering_agency(tx: &mut Tx<'_>, tenant: &TenantId, id: &AgencyId) -> Result<AgencyRow, Failure> {
    let own = tx.agency(tenant, id)?.ok_or(store::Error::Inconsistent { what: "officer.agency" })?;
    match own.acts_for {
        None => Ok(own),
        Some(organ) => Ok(tx.agency(tenant, &organ)?.ok_or(store::Error::Inconsistent { what: "agency.acts_for" })?),
    }
}

/// The phone for which numbers are wanted.
struct Asker {
    tenant: TenantId,
    /// Whose numbers.
    agency: AgencyRow,
    device: DeviceId,
    epoch: Epoch,
    /// Whether few numbers of this year are left.
    few: bool,
}

impl Asker {
    /// The blocks of this epoch, those granted now included; second, those granted now.
    fn blocks(&self, tx: &mut Tx<'_>, now: Instant) -> Result<(Vec<Block>, Vec<BlockRow>), Failure> {
        let Self { tenant, agency, device, epoch, few } = self;
        let today = tx.blocks_since(tenant, device, Instant::start_of(now.date()))?;
        let epochs: BTreeSet<&Epoch> = today.iter().map(|(_, epoch)| epoch).collect();
        let may_begin = epochs.len() < EPOCHS_A_DAY || epochs.contains(epoch);
        let (mut carried, mut fresh) = (Vec::new(), Vec::new());
        for year in years(now) {
            let mut held = tx.blocks_of(tenant, device, epoch, SPOT_DECISION, &agency.id, year, CARRIED)?;
            let few = *few && year == i64::from(now.date().year());
            let granted = today.iter().filter(|(of, _)| *of == year).count();
            if may_begin && (held.is_empty() || few && granted < BLOCKS_A_DAY) {
                let row = self.take(tx, year)?;
                fresh.push(row.clone());
                held.push(row);
            }
            for row in held {
                carried.push(Block {
                    form: row.form,
                    agency: row.agency,
                    year: number(row.year)?,
                    prefix: format!("（{}）当罚〔{year}〕", agency.short_name),
                    first: number(row.first)?,
                    last: number(row.last)?,
                });
            }
        }
        Ok((carried, fresh))
    }

    fn take(&self, tx: &mut Tx<'_>, year: i64) -> Result<BlockRow, Failure> {
        let first = tx.take_numbers(&self.tenant, SPOT_DECISION, &self.agency.id, year, BLOCK)?;
        Ok(BlockRow {
            form: SPOT_DECISION.to_owned(),
            agency: self.agency.id,
            year,
            first,
            last: first + BLOCK - 1,
            device: self.device,
            epoch: self.epoch,
            lease: Digest::new([0; 32]),
        })
    }
}

fn number(stored: i64) -> Result<u32, Failure> {
    Ok(u32::try_from(stored).map_err(|_out_of_range| store::Error::Inconsistent { what: "number_block" })?)
}

/// The year of documents made today; from 1 December the next one too.
fn years(now: Instant) -> Vec<i64> {
    let today = now.date();
    let year = i64::from(today.year());
    if today.month() == 12 { vec![year, year + 1] } else { vec![year] }
}

#[cfg(test)]
mod tests;
