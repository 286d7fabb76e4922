//! Parked changes, which wait for another change of their case.

use std::collections::BTreeSet;

use diesel::prelude::*;
use sync_core::change::{Change, Received, Size};
use sync_core::id::{CaseId, ChangeId, DeviceId, TenantId};
use sync_core::time::Instant;

use super::change::size;
use super::schema::parked;
use super::tx::Tx;
use super::{Error, dialect};

/// A change that waited too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = parked)]
pub struct ExpiredChange {
    /// The change.
    #[diesel(column_name = id)]
    pub change: ChangeId,
    /// Its case.
    #[diesel(column_name = case_id)]
    pub case: CaseId,
    /// The phone that sent it.
    pub device: DeviceId,
}

impl Tx<'_> {
    /// The changes that wait in a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was parked.
    pub fn parked_in(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<Change>, Error> {
        parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::case_id.eq(case))
            .filter(parked::expired_ms.is_null())
            .order(parked::id)
            .select(parked::bytes)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|bytes| match Received::read(bytes) {
                Ok(received) => Ok(received.trust_own_store()),
                Err(_unreadable) => Err(Error::Inconsistent { what: "parked.bytes" }),
            })
            .collect()
    }

    /// Those of these cases that have parked changes.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_with_parked(&mut self, tenant: &TenantId, cases: &[CaseId]) -> Result<Vec<CaseId>, Error> {
        let waiting = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::case_id.eq_any(cases))
            .filter(parked::expired_ms.is_null());
        Ok(waiting.select(parked::case_id).distinct().load(self.db())?)
    }

    /// Number and bytes of the parked changes of a device.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn parked_by(&mut self, tenant: &TenantId, device: &DeviceId) -> Result<(i64, i64), Error> {
        let theirs = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::device.eq(device))
            .filter(parked::expired_ms.is_null());
        let changes = theirs.count().get_result(self.db())?;
        let bytes = theirs.select(dialect::bytes_in::<parked::bytes>()).first(self.db())?;
        Ok((changes, bytes))
    }

    /// Size of the parked changes of a case.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn waiting_in(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Size, Error> {
        let there = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::case_id.eq(case))
            .filter(parked::expired_ms.is_null());
        let changes = there.count().get_result(self.db())?;
        let items = there.select(dialect::sum_of::<parked::items>()).first(self.db())?;
        let bytes = there.select(dialect::bytes_in::<parked::bytes>()).first(self.db())?;
        Ok(size(changes, items, bytes))
    }

    /// Those of these changes that expired while parked.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn expired(&mut self, tenant: &TenantId, ids: &[ChangeId]) -> Result<BTreeSet<ChangeId>, Error> {
        let expired = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::id.eq_any(ids))
            .filter(parked::expired_ms.is_not_null());
        Ok(expired.select(parked::id).load(self.db())?.into_iter().collect())
    }

    /// Deletes the bytes of changes that were parked before that time, the oldest first, and records that they expired.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn expire_parked(
        &mut self,
        tenant: &TenantId,
        before: Instant,
        now: Instant,
        limit: i64,
    ) -> Result<Vec<ExpiredChange>, Error> {
        let old = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::expired_ms.is_null())
            .filter(parked::received_ms.lt(before))
            .order((parked::received_ms, parked::id))
            .limit(limit)
            .select(ExpiredChange::as_select())
            .load(self.db())?;
        for expired in &old {
            diesel::update(parked::table.find((tenant, expired.change)))
                .set((parked::bytes.eq(Vec::<u8>::new()), parked::items.eq(0), parked::expired_ms.eq(now.ms())))
                .execute(self.db())?;
        }
        Ok(old)
    }

    /// Deletes the records of changes that expired before that time.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_expired(&mut self, tenant: &TenantId, before: Instant) -> Result<(), Error> {
        let old = parked::table.filter(parked::tenant.eq(tenant)).filter(parked::expired_ms.lt(before.ms()));
        diesel::delete(old).execute(self.db())?;
        Ok(())
    }

    /// Parks a change of `device`; idempotent.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn park(&mut self, tenant: &TenantId, device: &DeviceId, change: &Change, now: Instant) -> Result<(), Error> {
        self.unpark(tenant, &change.id())?;
        diesel::insert_into(parked::table)
            .values((
                parked::tenant.eq(tenant),
                parked::id.eq(change.id()),
                parked::case_id.eq(change.case()),
                parked::device.eq(device),
                parked::officer.eq(change.header().officer),
                parked::bytes.eq(change.to_bytes()),
                parked::received_ms.eq(now),
                parked::items.eq(i64::try_from(change.size().items).unwrap_or(i64::MAX)),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Removes a change from the parked ones.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn unpark(&mut self, tenant: &TenantId, id: &ChangeId) -> Result<(), Error> {
        diesel::delete(parked::table.find((tenant, id))).execute(self.db())?;
        Ok(())
    }
}
