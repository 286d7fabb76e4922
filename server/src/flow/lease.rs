//! Leases (终端离线使用许可) with the numbers that travel with them.
//!
//! Promise: no lease without a certificate that is valid now, and none beyond its end; a number is granted once.
//! A phone that asks again in the same epoch gets the block it holds, and a new one for a new epoch.

use sync_core::id::{AgencyId, DeviceId, Digest, Epoch, TenantId};
use sync_core::lease::{Block, Lease, SignedLease};
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::caller::Caller;
use super::certificate;
use crate::app::App;
use crate::refusal::{Failure, Refusal};
use crate::store::{self, AgencyRow, BlockRow, LeaseRow, PaperRow, Tx};

/// The longest a phone works without the server: the figure of EUDI and ETSI.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;
/// Numbers in a block: a day's work of one phone, with room.
const BLOCK: i64 = 20;
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

/// Grants a lease for the phone the caller speaks from.
///
/// # Errors
/// [`Refusal::DeviceRequired`], the certificate refusals, or an accident.
pub async fn grant(app: &App, caller: Caller, epoch: Epoch) -> Result<Granted, Failure> {
    let device = caller.must_have_device()?;
    let (tenant, now, signer) = (app.tenant, app.clock.now(), app.keys.server.clone());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let all = tx.certificates(&tenant, &caller.officer)?;
            let certificate = certificate::valid_now(&all, now)?;
            let ends = certificate::ends(certificate);
            let row = tx.device(&tenant, &device)?.ok_or(Refusal::DeviceRequired)?;
            let key =
                PublicKey::from_slice(&row.public_key).ok_or(store::Error::Corrupt { what: "device.public_key" })?;
            let agency = numbering_agency(tx, &tenant, &caller.agency)?;
            let (blocks, fresh) = blocks(tx, &tenant, &agency, &device, epoch, now)?;
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

/// A lease as it is stored.
pub fn row(signed: &SignedLease) -> LeaseRow {
    let SignedLease { lease, hash, bytes } = signed;
    LeaseRow {
        hash: *hash,
        device: lease.device,
        officer: lease.officer,
        issued: lease.issued,
        not_after: lease.not_after,
        bytes: bytes.clone(),
    }
}

fn keep(tx: &mut Tx<'_>, tenant: &TenantId, signed: &SignedLease, fresh: Vec<BlockRow>) -> Result<(), Failure> {
    // Asked twice within a millisecond the lease is the same, byte for byte but for its signature.
    if tx.lease(tenant, &signed.hash)?.is_none() {
        tx.add_lease(tenant, &row(signed))?;
    }
    for block in fresh {
        tx.add_block(tenant, &BlockRow { lease: signed.hash, ..block })?;
    }
    Ok(())
}

/// A station decides in the name of its organ: the organ's numbers.
fn numbering_agency(tx: &mut Tx<'_>, tenant: &TenantId, id: &AgencyId) -> Result<AgencyRow, Failure> {
    let own = tx.agency(tenant, id)?.ok_or(store::Error::Corrupt { what: "officer.agency" })?;
    match own.acts_for {
        None => Ok(own),
        Some(organ) => Ok(tx.agency(tenant, &organ)?.ok_or(store::Error::Corrupt { what: "agency.acts_for" })?),
    }
}

/// One block a year, granted where this epoch holds none; second, those that are new.
fn blocks(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    agency: &AgencyRow,
    device: &DeviceId,
    epoch: Epoch,
    now: Instant,
) -> Result<(Vec<Block>, Vec<BlockRow>), Failure> {
    let (mut held, mut fresh) = (Vec::new(), Vec::new());
    for year in years(now) {
        let old = tx.block_of(tenant, device, epoch.bytes(), SPOT_DECISION, &agency.id, year)?;
        let row = if let Some(row) = old {
            row
        } else {
            let first = tx.take_numbers(tenant, SPOT_DECISION, &agency.id, year, BLOCK)?;
            let row = BlockRow {
                form: SPOT_DECISION.to_owned(),
                agency: agency.id,
                year,
                first,
                last: first + BLOCK - 1,
                device: *device,
                epoch: *epoch.bytes(),
                lease: Digest::new([0; 32]),
            };
            fresh.push(row.clone());
            row
        };
        held.push(Block {
            form: row.form,
            agency: row.agency,
            year: number(row.year)?,
            prefix: format!("（{}）当罚〔{year}〕", agency.short_name),
            first: number(row.first)?,
            last: number(row.last)?,
        });
    }
    Ok((held, fresh))
}

fn number(stored: i64) -> Result<u32, Failure> {
    Ok(u32::try_from(stored).map_err(|_out_of_range| store::Error::Corrupt { what: "number_block" })?)
}

/// The year of documents made today; from 1 December the next one too.
fn years(now: Instant) -> Vec<i64> {
    let today = now.date();
    let year = i64::from(today.year());
    if today.month() == 12 { vec![year, year + 1] } else { vec![year] }
}

#[cfg(test)]
mod tests;
