//! Document numbers: blocks that a lease carries, and preprinted paper forms.

use diesel::prelude::*;
use sync_core::id::{AgencyId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::schema::FormName;
use sync_core::time::Instant;

use super::Error;
use super::schema::{change, lease, number_block, number_series, paper_block};
use super::tx::Tx;

/// Numbers one phone may use in one epoch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = number_block, treat_none_as_default_value = false)]
pub struct BlockRow {
    /// Form, such as `spot_decision`.
    pub form: FormName,
    /// The agency that numbers.
    pub agency: AgencyId,
    /// The year of the documents.
    pub year: i64,
    /// First number.
    #[diesel(column_name = first_number)]
    pub first: i64,
    /// Last number, included.
    #[diesel(column_name = last_number)]
    pub last: i64,
    /// The phone.
    pub device: DeviceId,
    /// The phone's epoch.
    pub epoch: Epoch,
    /// The lease that carried it first.
    pub lease: Digest,
    /// How many numbers of the year the phone reported as left when it was granted this additional block.
    pub numbers_left: Option<i64>,
    /// The printed prefix of the serial; empty for blocks granted before it was stored.
    pub prefix: String,
}

/// Sealed numbered paper handed to an officer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = paper_block)]
pub struct PaperRow {
    /// Form, such as `spot_decision`.
    pub form: FormName,
    /// The printed prefix.
    pub prefix: String,
    /// First number.
    #[diesel(column_name = first_number)]
    pub first: i64,
    /// Last number, included.
    #[diesel(column_name = last_number)]
    pub last: i64,
    /// The holder.
    pub officer: OfficerId,
    /// When it was registered.
    #[diesel(column_name = registered_ms)]
    pub registered: Instant,
}

impl Tx<'_> {
    /// Takes the next `count` numbers of a series and returns the first. The tenant's row must be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn take_numbers(
        &mut self,
        tenant: &TenantId,
        form: &FormName,
        agency: &AgencyId,
        year: i64,
        count: i64,
    ) -> Result<i64, Error> {
        let next = diesel::update(number_series::table.find((tenant, form, agency, year)))
            .set(number_series::next_number.eq(number_series::next_number + count))
            .returning(number_series::next_number)
            .get_result::<i64>(self.db())
            .optional()?;
        if let Some(next) = next {
            return Ok(next - count);
        }
        diesel::insert_into(number_series::table)
            .values((
                number_series::tenant.eq(tenant),
                number_series::form.eq(form),
                number_series::agency.eq(agency),
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
        epoch: &Epoch,
        form: &FormName,
        agency: &AgencyId,
        year: i64,
        most: i64,
    ) -> Result<Vec<BlockRow>, Error> {
        let found = number_block::table
            .filter(number_block::tenant.eq(tenant))
            .filter(number_block::device.eq(device))
            .filter(number_block::epoch.eq(epoch))
            .filter(number_block::form.eq(form))
            .filter(number_block::agency.eq(agency))
            .filter(number_block::year.eq(year))
            .order(number_block::first_number.desc())
            .limit(most)
            .select(BlockRow::as_select())
            .load(self.db())?;
        Ok(found.into_iter().rev().collect())
    }

    /// Whether a stored change of this phone names one of these leases.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn is_lease_named(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        epoch: &Epoch,
        issued_from: Instant,
    ) -> Result<bool, Error> {
        let later = lease::table
            .filter(lease::tenant.eq(tenant))
            .filter(lease::device.eq(device))
            .filter(lease::issued_ms.ge(issued_from))
            .select(lease::hash.nullable());
        let found = change::table
            .filter(change::tenant.eq(tenant))
            .filter(change::device.eq(device))
            .filter(change::epoch.eq(epoch))
            .filter(change::lease.eq_any(later))
            .select(change::leaf)
            .first::<i64>(self.db())
            .optional()?;
        Ok(found.is_some())
    }

    /// Year and epoch of each block granted to a phone from `since` on and before `until`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn blocks_between(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        (since, until): (Instant, Instant),
    ) -> Result<Vec<(i64, Epoch)>, Error> {
        let leases = lease::table
            .filter(lease::tenant.eq(tenant))
            .filter(lease::device.eq(device))
            .filter(lease::issued_ms.ge(since))
            .filter(lease::issued_ms.lt(until))
            .select(lease::hash);
        let granted = number_block::table
            .filter(number_block::tenant.eq(tenant))
            .filter(number_block::device.eq(device))
            .filter(number_block::lease.eq_any(leases));
        Ok(granted.select((number_block::year, number_block::epoch)).load(self.db())?)
    }

    /// Every block that was granted to a phone, in any epoch.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn blocks_of_phone(&mut self, tenant: &TenantId, device: &DeviceId) -> Result<Vec<BlockRow>, Error> {
        let granted = number_block::table
            .filter(number_block::tenant.eq(tenant))
            .filter(number_block::device.eq(device))
            .order((number_block::year, number_block::first_number));
        Ok(granted.select(BlockRow::as_select()).load(self.db())?)
    }

    /// Adds a granted block.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_block(&mut self, tenant: &TenantId, new: &BlockRow) -> Result<(), Error> {
        diesel::insert_into(number_block::table).values((number_block::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The numbered paper an officer holds.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn paper_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<PaperRow>, Error> {
        let theirs = paper_block::table
            .filter(paper_block::tenant.eq(tenant))
            .filter(paper_block::officer.eq(officer))
            .order((paper_block::form, paper_block::prefix, paper_block::first_number));
        Ok(theirs.select(PaperRow::as_select()).load(self.db())?)
    }

    /// Registers numbered paper to an officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_paper(&mut self, tenant: &TenantId, new: &PaperRow) -> Result<(), Error> {
        diesel::insert_into(paper_block::table).values((paper_block::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }
}
