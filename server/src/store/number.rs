//! Numbers of documents: blocks that travel with a lease, and paper numbered beforehand.

use diesel::prelude::*;
use sync_core::id::{AgencyId, DeviceId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{lease, number_block, number_series, paper_block};
use super::tx::Tx;
use super::{Error, row};

/// Numbers one phone may use in one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRow {
    /// Form, such as `spot_decision`.
    pub form: String,
    /// The agency that numbers.
    pub agency: AgencyId,
    /// The year of the documents.
    pub year: i64,
    /// First number.
    pub first: i64,
    /// Last number, included.
    pub last: i64,
    /// The phone.
    pub device: DeviceId,
    /// The phone's epoch.
    pub epoch: [u8; 8],
    /// The lease it first travelled with.
    pub lease: Digest,
}

/// Sealed numbered paper handed to an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// Form, such as `spot_decision`.
    pub form: String,
    /// What is printed before the digits.
    pub prefix: String,
    /// First number.
    pub first: i64,
    /// Last number, included.
    pub last: i64,
    /// Who holds it.
    pub officer: OfficerId,
    /// When it was registered.
    pub registered: Instant,
}

impl Tx<'_> {
    /// Takes the next `count` numbers of a series and answers the first. The tenant's row is locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn take_numbers(
        &mut self,
        tenant: &TenantId,
        form: &str,
        agency: &AgencyId,
        year: i64,
        count: i64,
    ) -> Result<i64, Error> {
        let next = diesel::update(number_series::table.find((&tenant.bytes()[..], form, &agency.bytes()[..], year)))
            .set(number_series::next_number.eq(number_series::next_number + count))
            .returning(number_series::next_number)
            .get_result::<i64>(self.db())
            .optional()?;
        if let Some(next) = next {
            return Ok(next - count);
        }
        diesel::insert_into(number_series::table)
            .values((
                number_series::tenant.eq(&tenant.bytes()[..]),
                number_series::form.eq(form),
                number_series::agency.eq(&agency.bytes()[..]),
                number_series::year.eq(year),
                number_series::next_number.eq(1 + count),
            ))
            .execute(self.db())?;
        Ok(1)
    }

    /// The blocks a phone holds in this epoch for a form, agency and year: the newest `most`, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    #[expect(clippy::too_many_arguments, reason = "the key of a block, and how many")]
    pub fn blocks_of(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        epoch: &[u8; 8],
        form: &str,
        agency: &AgencyId,
        year: i64,
        most: i64,
    ) -> Result<Vec<BlockRow>, Error> {
        let found = number_block::table
            .filter(number_block::tenant.eq(&tenant.bytes()[..]))
            .filter(number_block::device.eq(&device.bytes()[..]))
            .filter(number_block::epoch.eq(&epoch[..]))
            .filter(number_block::form.eq(form))
            .filter(number_block::agency.eq(&agency.bytes()[..]))
            .filter(number_block::year.eq(year))
            .order(number_block::first_number.desc())
            .limit(most)
            .select((number_block::first_number, number_block::last_number, number_block::lease))
            .load::<(i64, i64, Vec<u8>)>(self.db())?;
        found
            .into_iter()
            .rev()
            .map(|(first, last, lease)| {
                Ok(BlockRow {
                    form: form.to_owned(),
                    agency: *agency,
                    year,
                    first,
                    last,
                    device: *device,
                    epoch: *epoch,
                    lease: row::id(&lease, Digest::from_slice, "number_block.lease")?,
                })
            })
            .collect()
    }

    /// Year and epoch of each block granted to a phone since `since`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn blocks_since(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        since: Instant,
    ) -> Result<Vec<(i64, [u8; 8])>, Error> {
        let leases = lease::table
            .filter(lease::tenant.eq(&tenant.bytes()[..]))
            .filter(lease::device.eq(&device.bytes()[..]))
            .filter(lease::issued_ms.ge(since.ms()))
            .select(lease::hash);
        let found = number_block::table
            .filter(number_block::tenant.eq(&tenant.bytes()[..]))
            .filter(number_block::device.eq(&device.bytes()[..]))
            .filter(number_block::lease.eq_any(leases))
            .select((number_block::year, number_block::epoch))
            .load::<(i64, Vec<u8>)>(self.db())?;
        let epoch = |bytes: &[u8]| bytes.try_into().ok();
        found.into_iter().map(|(year, bytes)| Ok((year, row::id(&bytes, epoch, "number_block.epoch")?))).collect()
    }

    /// Keeps a granted block.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_block(&mut self, tenant: &TenantId, new: &BlockRow) -> Result<(), Error> {
        let BlockRow { form, agency, year, first, last, device, epoch, lease } = new;
        diesel::insert_into(number_block::table)
            .values((
                number_block::tenant.eq(&tenant.bytes()[..]),
                number_block::form.eq(form),
                number_block::agency.eq(&agency.bytes()[..]),
                number_block::year.eq(year),
                number_block::first_number.eq(first),
                number_block::last_number.eq(last),
                number_block::device.eq(&device.bytes()[..]),
                number_block::epoch.eq(&epoch[..]),
                number_block::lease.eq(&lease.bytes()[..]),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// The numbered paper an officer holds.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn paper_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<PaperRow>, Error> {
        type Columns = (Vec<u8>, String, String, i64, i64, Vec<u8>, i64);
        paper_block::table
            .filter(paper_block::tenant.eq(&tenant.bytes()[..]))
            .filter(paper_block::officer.eq(&officer.bytes()[..]))
            .order((paper_block::form, paper_block::prefix, paper_block::first_number))
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|(_tenant, form, prefix, first, last, officer, registered_ms)| {
                let officer = row::id(&officer, OfficerId::from_slice, "paper_block.officer")?;
                Ok(PaperRow { form, prefix, first, last, officer, registered: Instant::from_ms(registered_ms) })
            })
            .collect()
    }

    /// Registers numbered paper to an officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_paper(&mut self, tenant: &TenantId, new: &PaperRow) -> Result<(), Error> {
        let PaperRow { form, prefix, first, last, officer, registered } = new;
        diesel::insert_into(paper_block::table)
            .values((
                paper_block::tenant.eq(&tenant.bytes()[..]),
                paper_block::form.eq(form),
                paper_block::prefix.eq(prefix),
                paper_block::first_number.eq(first),
                paper_block::last_number.eq(last),
                paper_block::officer.eq(&officer.bytes()[..]),
                paper_block::registered_ms.eq(registered.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }
}
