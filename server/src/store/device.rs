//! Enrolled phones, the codes that enrol them, challenges and leases.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::lease::SignedLease;
use sync_core::time::Instant;

use super::Error;
use super::schema::{device, device_challenge, enrolment_code, lease};
use super::tx::Tx;

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = device, treat_none_as_default_value = false)]
pub struct DeviceRow {
    /// Id.
    pub id: DeviceId,
    /// Whose it is.
    pub officer: OfficerId,
    /// Uncompressed SEC1 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// What the officer calls it.
    pub label: String,
    /// When it was enrolled.
    #[diesel(column_name = enrolled_ms)]
    pub enrolled: Instant,
    /// When it was revoked, if it was.
    #[diesel(column_name = revoked_ms)]
    pub revoked: Option<Instant>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
}

/// From when to when a phone was enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = device)]
pub struct DeviceTerm {
    /// When it was enrolled.
    #[diesel(column_name = enrolled_ms)]
    pub enrolled: Instant,
    /// When it was revoked, if it was.
    #[diesel(column_name = revoked_ms)]
    pub revoked: Option<Instant>,
}

/// A one-time code; only its SHA-256 is kept.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = enrolment_code, treat_none_as_default_value = false)]
pub struct EnrolmentCodeRow {
    /// SHA-256 of the code.
    pub code_hash: Digest,
    /// Whom it enrols a phone for.
    pub officer: OfficerId,
    /// Who issued it; none from the command line.
    pub issued_by: Option<OfficerId>,
    /// Worth nothing from then on.
    #[diesel(column_name = expires_ms)]
    pub expires: Instant,
}

/// Permission to work offline, as issued.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lease)]
pub struct LeaseRow {
    /// Hash by which changes name it.
    pub hash: Digest,
    /// For which phone.
    pub device: DeviceId,
    /// For whom.
    pub officer: OfficerId,
    /// When it was issued.
    #[diesel(column_name = issued_ms)]
    pub issued: Instant,
    /// Its end.
    #[diesel(column_name = not_after_ms)]
    pub not_after: Instant,
    /// The signed lease.
    pub bytes: Vec<u8>,
}

impl LeaseRow {
    /// A signed lease as it is stored.
    pub fn of(signed: &SignedLease) -> Self {
        let SignedLease { lease, hash, bytes } = signed;
        Self {
            hash: *hash,
            device: lease.device,
            officer: lease.officer,
            issued: lease.issued,
            not_after: lease.not_after,
            bytes: bytes.clone(),
        }
    }
}

impl Tx<'_> {
    /// One phone.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn device(&mut self, tenant: &TenantId, id: &DeviceId) -> Result<Option<DeviceRow>, Error> {
        Ok(device::table.find((tenant, id)).select(DeviceRow::as_select()).first(self.db()).optional()?)
    }

    /// When each of these phones was enrolled, and revoked if it was.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn terms(&mut self, tenant: &TenantId, ids: &[DeviceId]) -> Result<Vec<(DeviceId, DeviceTerm)>, Error> {
        let wanted = device::table.filter(device::tenant.eq(tenant)).filter(device::id.eq_any(ids));
        Ok(wanted.select((device::id, DeviceTerm::as_select())).load(self.db())?)
    }

    /// An officer's phones, revoked ones included, by id.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn devices_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<DeviceRow>, Error> {
        let theirs =
            device::table.filter(device::tenant.eq(tenant)).filter(device::officer.eq(officer)).order(device::id);
        Ok(theirs.select(DeviceRow::as_select()).load(self.db())?)
    }

    /// Enrols a phone.
    ///
    /// # Errors
    /// [`Error`] where the statement fails; [`Error::is_duplicate`] for a key that is enrolled already.
    pub fn add_device(&mut self, tenant: &TenantId, new: &DeviceRow) -> Result<(), Error> {
        diesel::insert_into(device::table).values((device::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Revokes a phone; the first revocation stands. Says whether it was this one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn revoke_device(
        &mut self,
        tenant: &TenantId,
        id: &DeviceId,
        now: Instant,
        reason: &str,
    ) -> Result<bool, Error> {
        let changed = diesel::update(device::table.find((tenant, id)))
            .filter(device::revoked_ms.is_null())
            .set((device::revoked_ms.eq(now), device::revoked_reason.eq(reason)))
            .execute(self.db())?;
        Ok(changed == 1)
    }

    /// Keeps a one-time code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_enrolment_code(&mut self, tenant: &TenantId, new: &EnrolmentCodeRow) -> Result<(), Error> {
        diesel::insert_into(enrolment_code::table)
            .values((enrolment_code::tenant.eq(tenant), new))
            .execute(self.db())?;
        Ok(())
    }

    /// Uses a code up. Whose it was, or none where it is unknown, used or expired: of two who try, one succeeds.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn use_enrolment_code(
        &mut self,
        tenant: &TenantId,
        code_hash: &Digest,
        now: Instant,
    ) -> Result<Option<OfficerId>, Error> {
        let used = diesel::update(enrolment_code::table.find((tenant, code_hash)))
            .filter(enrolment_code::used_ms.is_null())
            .filter(enrolment_code::expires_ms.gt(now))
            .set(enrolment_code::used_ms.eq(now))
            .returning(enrolment_code::officer);
        Ok(used.get_result(self.db()).optional()?)
    }

    /// Keeps a challenge and forgets the expired ones.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_challenge(
        &mut self,
        tenant: &TenantId,
        hash: &Digest,
        id: &DeviceId,
        now: Instant,
        expires: Instant,
    ) -> Result<(), Error> {
        diesel::delete(device_challenge::table)
            .filter(device_challenge::tenant.eq(tenant))
            .filter(device_challenge::expires_ms.le(now))
            .execute(self.db())?;
        diesel::insert_into(device_challenge::table)
            .values((
                device_challenge::tenant.eq(tenant),
                device_challenge::hash.eq(hash),
                device_challenge::device.eq(id),
                device_challenge::expires_ms.eq(expires),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Uses a challenge up. Says whether it was this phone's and still fresh.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn use_challenge(
        &mut self,
        tenant: &TenantId,
        hash: &Digest,
        id: &DeviceId,
        now: Instant,
    ) -> Result<bool, Error> {
        let used = diesel::delete(device_challenge::table)
            .filter(device_challenge::tenant.eq(tenant))
            .filter(device_challenge::hash.eq(hash))
            .filter(device_challenge::device.eq(id))
            .filter(device_challenge::expires_ms.gt(now))
            .execute(self.db())?;
        Ok(used == 1)
    }

    /// Keeps an issued lease.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_lease(&mut self, tenant: &TenantId, new: &LeaseRow) -> Result<(), Error> {
        diesel::insert_into(lease::table).values((lease::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// A lease by its hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn lease(&mut self, tenant: &TenantId, hash: &Digest) -> Result<Option<LeaseRow>, Error> {
        Ok(lease::table.find((tenant, hash)).select(LeaseRow::as_select()).first(self.db()).optional()?)
    }
}
