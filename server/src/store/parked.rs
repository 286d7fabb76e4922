//! Changes that wait for something of their case.

use diesel::prelude::*;
use sync_core::change::{Change, Received};
use sync_core::id::{CaseId, ChangeId, DeviceId, TenantId};
use sync_core::time::Instant;

use super::schema::parked;
use super::tx::Tx;
use super::{Error, dialect};

impl Tx<'_> {
    /// The changes that wait in a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or a change is not what was parked.
    pub fn parked_in(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<Change>, Error> {
        parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::case_id.eq(case))
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

    /// Those of these cases in which a change waits.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_with_parked(&mut self, tenant: &TenantId, cases: &[CaseId]) -> Result<Vec<CaseId>, Error> {
        let waiting = parked::table.filter(parked::tenant.eq(tenant)).filter(parked::case_id.eq_any(cases));
        Ok(waiting.select(parked::case_id).distinct().load(self.db())?)
    }

    /// How many changes brought by a device wait, and how many bytes they are.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn parked_by(&mut self, tenant: &TenantId, device: &DeviceId) -> Result<(i64, i64), Error> {
        let theirs = parked::table.filter(parked::tenant.eq(tenant)).filter(parked::device.eq(device));
        let changes = theirs.count().get_result(self.db())?;
        let bytes = theirs.select(dialect::bytes_in::<parked::bytes>()).first(self.db())?;
        Ok((changes, bytes))
    }

    /// Parks a change that `device` brought; once is enough.
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
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Takes a change out of the car park.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn unpark(&mut self, tenant: &TenantId, id: &ChangeId) -> Result<(), Error> {
        diesel::delete(parked::table.find((tenant, id))).execute(self.db())?;
        Ok(())
    }
}
