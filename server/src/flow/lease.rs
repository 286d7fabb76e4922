//! Leases (终端离线使用许可) with the number blocks that they carry.
//!
//! Promise:
//!
//! - A lease is issued only with a certificate that is valid now, and does not outlast it.
//! - A number is granted once. In the same epoch a phone gets the blocks that it holds, and another one if it reports
//!   that few numbers are left; a new epoch gets a new block. Daily bounds prevent a phone from exhausting a series.
//! - A lost answer wastes no number: a phone that has not seen its newest block gets that block again.
//!
//! Not here: whether the phone's statements are true; the bounds hold in any case.

use std::collections::BTreeSet;

use sync_core::id::{AgencyId, DeviceId, Digest, Epoch, TenantId};
use sync_core::lease::{Block, Lease, SignedLease};
use sync_core::schema::SPOT_DECISION;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::caller::Caller;
use super::certificate;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{self, AgencyRow, BlockRow, LeaseRow, PaperRow, Tx};

/// Numbers in a block: a day's work of one phone, with room.
const BLOCK: i64 = 20;
/// Another block is granted if fewer numbers are left.
const FEW: u32 = 10;
/// Largest number of blocks of a year that one phone is granted per day when it asks for more numbers.
const BLOCKS_A_DAY: usize = 10;
/// Most epochs of one phone that get blocks in a day; later leases carry none.
const EPOCHS_A_DAY: usize = 20;
/// Most blocks of a year that a lease carries: the newest.
const CARRIED: i64 = 10;
/// A lease and the paper its officer carries.
#[derive(Debug)]
pub struct Granted {
    /// Signed.
    pub lease: SignedLease,
    /// Numbered paper registered to the officer.
    pub papers: Vec<PaperRow>,
}

/// The phone's report on its numbers of this year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// How many are left.
    pub left: Option<u32>,
    /// The last number of its newest block; zero where it holds none.
    pub newest: Option<u32>,
}

/// Grants a lease for the caller's phone.
///
/// # Errors
/// [`Refusal::DeviceRequired`], the certificate refusals, or an internal error.
pub async fn grant(app: &App, caller: Caller, epoch: Epoch, numbers: Numbers) -> Result<Granted, Failure> {
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
            let asker = Asker { tenant, agency, device, epoch, numbers };
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
                not_after: now.plus_ms(Lease::LONGEST_MS).min(ends),
                blocks,
            };
            let lease = lease.sign(&signer).map_err(Failure::broken)?;
            keep(tx, &tenant, &lease, fresh)?;
            Ok(Granted { lease, papers: tx.paper_of(&tenant, &caller.officer)? })
        })
        .await
}

fn keep(tx: &mut Tx<'_>, tenant: &TenantId, signed: &SignedLease, fresh: Vec<BlockRow>) -> Result<(), Failure> {
    // Two requests within a millisecond get the same lease; only the signature differs.
    if tx.lease(tenant, &signed.hash)?.is_none() {
        tx.add_lease(tenant, &LeaseRow::of(signed))?;
    }
    for block in fresh {
        tx.add_block(tenant, &BlockRow { lease: signed.hash, ..block })?;
    }
    Ok(())
}

/// The agency whose numbers are used: a station decides in the name of its organ and uses the organ's numbers.
fn numbering_agency(tx: &mut Tx<'_>, tenant: &TenantId, id: &AgencyId) -> Result<AgencyRow, Failure> {
    let own = tx.agency(tenant, id)?.ok_or(store::Error::Inconsistent { what: "officer.agency" })?;
    match own.acts_for {
        None => Ok(own),
        Some(organ) => Ok(tx.agency(tenant, &organ)?.ok_or(store::Error::Inconsistent { what: "agency.acts_for" })?),
    }
}

/// The phone that asks for numbers.
struct Asker {
    tenant: TenantId,
    /// The agency whose numbers are used.
    agency: AgencyRow,
    device: DeviceId,
    epoch: Epoch,
    numbers: Numbers,
}

impl Asker {
    /// All blocks of this epoch, and those of them that are granted now.
    fn blocks(&self, tx: &mut Tx<'_>, now: Instant) -> Result<(Vec<Block>, Vec<BlockRow>), Failure> {
        let Self { tenant, agency, device, epoch, numbers } = self;
        let midnight = Instant::start_of(now.date());
        let today = tx.blocks_between(tenant, device, (midnight, midnight.plus_ms(Lease::LONGEST_MS)))?;
        let epochs: BTreeSet<&Epoch> = today.iter().map(|(_, epoch)| epoch).collect();
        let may_begin = epochs.len() < EPOCHS_A_DAY || epochs.contains(epoch);
        let (mut carried, mut fresh) = (Vec::new(), Vec::new());
        for year in years(now) {
            let mut held = tx.blocks_of(tenant, device, epoch, &SPOT_DECISION, &agency.id, year, CARRIED)?;
            let few = numbers.left.is_some_and(|left| left < FEW) && year == i64::from(now.date().year());
            let granted = today.iter().filter(|(of, _)| *of == year).count();
            let further = match held.last() {
                None => true,
                Some(newest) => few && granted < BLOCKS_A_DAY && !self.lacks(tx, newest)?,
            };
            if may_begin && further {
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

    /// Whether the phone lacks its newest block because the answer was lost. The phone reports the last number that
    /// it holds. A phone that reports nothing lacks it if it asks with as many numbers left as before and has signed
    /// nothing under the lease that carried the block, or a later one.
    fn lacks(&self, tx: &mut Tx<'_>, newest: &BlockRow) -> Result<bool, Failure> {
        if let Some(last) = self.numbers.newest {
            return Ok(i64::from(last) < newest.last);
        }
        if newest.numbers_left != self.numbers.left.map(i64::from) {
            return Ok(false);
        }
        let carried =
            tx.lease(&self.tenant, &newest.lease)?.ok_or(store::Error::Inconsistent { what: "number_block.lease" })?;
        Ok(!tx.is_lease_named(&self.tenant, &self.device, &self.epoch, carried.issued)?)
    }

    fn take(&self, tx: &mut Tx<'_>, year: i64) -> Result<BlockRow, Failure> {
        let first = tx.take_numbers(&self.tenant, &SPOT_DECISION, &self.agency.id, year, BLOCK)?;
        Ok(BlockRow {
            form: SPOT_DECISION,
            agency: self.agency.id,
            year,
            first,
            last: first + BLOCK - 1,
            device: self.device,
            epoch: self.epoch,
            lease: Digest::new([0; 32]),
            numbers_left: self.numbers.left.map(i64::from),
            prefix: format!("（{}）当罚〔{year}〕", self.agency.short_name),
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
