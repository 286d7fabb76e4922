//! Credentials that phones were given. Rows are permanent; what a credential is worth follows from the register.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::credential;
use super::tx::Tx;
use super::{Error, row};

/// A credential that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = credential)]
pub struct CredentialRow {
    /// Id.
    pub id: [u8; 16],
    /// Its place in the status list.
    pub place: i64,
    /// The phone.
    pub device: DeviceId,
    /// The officer.
    pub officer: OfficerId,
    /// Number of the certificate that it mirrors.
    pub certificate: String,
    /// Digest of what it states.
    pub facts: Digest,
    /// When it was issued.
    #[diesel(column_name = issued_ms)]
    pub issued: Instant,
    /// The first instant at which it is no longer valid.
    #[diesel(column_name = expires_ms)]
    pub expires: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credential)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    place: i64,
    device: DeviceId,
    officer: OfficerId,
    certificate: String,
    facts: Digest,
    issued_ms: Instant,
    expires_ms: Instant,
}

impl Row {
    fn restore(self) -> CredentialRow {
        let Self { id, place, device, officer, certificate, facts, issued_ms: issued, expires_ms: expires } = self;
        CredentialRow { id, place, device, officer, certificate, facts, issued, expires }
    }
}

impl Tx<'_> {
    /// Adds a credential.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_credential(&mut self, tenant: &TenantId, new: &CredentialRow) -> Result<(), Error> {
        diesel::insert_into(credential::table).values((credential::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The credentials that have not expired at `now`, the first to expire first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn credentials_until(&mut self, tenant: &TenantId, now: Instant) -> Result<Vec<CredentialRow>, Error> {
        let found = credential::table
            .filter(credential::tenant.eq(tenant))
            .filter(credential::expires_ms.gt(now))
            .order((credential::expires_ms, credential::place));
        let rows: Vec<Row> = found.select(Row::as_select()).load(self.db())?;
        Ok(rows.into_iter().map(Row::restore).collect())
    }

    /// The places in the status list that are taken at `now`, in ascending order.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn credential_places(&mut self, tenant: &TenantId, now: Instant) -> Result<Vec<i64>, Error> {
        let taken = credential::table.filter(credential::tenant.eq(tenant)).filter(credential::expires_ms.gt(now));
        Ok(taken.order(credential::place).select(credential::place).load(self.db())?)
    }

    /// The credential at this place that has not expired at `now`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn credential_at(
        &mut self,
        tenant: &TenantId,
        place: i64,
        now: Instant,
    ) -> Result<Option<CredentialRow>, Error> {
        let found = credential::table
            .filter(credential::tenant.eq(tenant))
            .filter(credential::expires_ms.gt(now))
            .filter(credential::place.eq(place));
        Ok(found.select(Row::as_select()).first::<Row>(self.db()).optional()?.map(Row::restore))
    }

    /// The newest credential of a phone that has not expired at `now`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn credential_of(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        now: Instant,
    ) -> Result<Option<CredentialRow>, Error> {
        let found = credential::table
            .filter(credential::tenant.eq(tenant))
            .filter(credential::device.eq(device))
            .filter(credential::expires_ms.gt(now))
            .order((credential::issued_ms.desc(), credential::id));
        Ok(found.select(Row::as_select()).first::<Row>(self.db()).optional()?.map(Row::restore))
    }
}
