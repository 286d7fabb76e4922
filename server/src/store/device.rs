//! Enrolled phones, the codes that enrol them, challenges and leases.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::key_level::KeyLevel;
use sync_core::lease::SignedLease;
use sync_core::time::Instant;

use super::schema::{device, device_challenge, enrolment_code, lease};
use super::tx::Tx;
use super::{Error, row};

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = device, treat_none_as_default_value = false)]
pub struct DeviceRow {
    /// Id.
    pub id: DeviceId,
    /// Its officer.
    pub officer: OfficerId,
    /// Uncompressed SEC1 point, 65 bytes.
    pub public_key: Vec<u8>,
    /// The officer's name for it.
    pub label: String,
    /// When it was enrolled.
    #[diesel(column_name = enrolled_ms)]
    pub enrolled: Instant,
    /// When it was revoked, if it was.
    #[diesel(column_name = revoked_ms)]
    pub revoked: Option<Instant>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
    /// The key that signs its requests, 65 bytes; none for a phone that was enrolled without one.
    pub request_key: Option<Vec<u8>>,
    /// What the phone stated about the protection of its key.
    pub key_level: KeyLevel,
    /// The same for its request key.
    pub request_key_level: KeyLevel,
}

/// A phone as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
struct Columns {
    id: DeviceId,
    officer: OfficerId,
    public_key: Vec<u8>,
    label: String,
    enrolled_ms: Instant,
    revoked_ms: Option<Instant>,
    revoked_reason: Option<String>,
    request_key: Option<Vec<u8>>,
    key_level: String,
    request_key_level: String,
}

impl Columns {
    fn row(self) -> Result<DeviceRow, Error> {
        let level = |column, text: &str| row::code("device", column, self.id, text);
        Ok(DeviceRow {
            key_level: level("key_level", &self.key_level)?,
            request_key_level: level("request_key_level", &self.request_key_level)?,
            id: self.id,
            officer: self.officer,
            public_key: self.public_key,
            label: self.label,
            enrolled: self.enrolled_ms,
            revoked: self.revoked_ms,
            revoked_reason: self.revoked_reason,
            request_key: self.request_key,
        })
    }
}

/// The time in which a phone was enrolled.
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

/// A one-time code; only the SHA-256 of its two forms is kept.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = enrolment_code, treat_none_as_default_value = false)]
pub struct EnrolmentCodeRow {
    /// SHA-256 of the form for scanning.
    pub code_hash: Digest,
    /// SHA-256 of the form for typing.
    pub typed_hash: Digest,
    /// The officer for whom it enrols a phone.
    pub officer: OfficerId,
    /// The issuer; none for the command line.
    pub issued_by: Option<OfficerId>,
    /// End of its validity.
    #[diesel(column_name = expires_ms)]
    pub expires: Instant,
}

/// Which codes are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeBounds {
    /// Codes that end after this.
    pub now: Instant,
    /// Codes ending no later than one issued now; a later end was written by a wrong clock.
    pub latest_end: Instant,
    /// Codes with fewer wrong attempts than this.
    pub tries: i64,
}

/// Permission to work offline, as issued.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lease)]
pub struct LeaseRow {
    /// Hash by which changes refer to it.
    pub hash: Digest,
    /// The phone.
    pub device: DeviceId,
    /// The officer.
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
        let found = device::table.find((tenant, id)).select(Columns::as_select()).first(self.db()).optional()?;
        found.map(Columns::row).transpose()
    }

    /// When each of these phones was enrolled, and revoked if it was.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn terms(&mut self, tenant: &TenantId, ids: &[DeviceId]) -> Result<Vec<(DeviceId, DeviceTerm)>, Error> {
        let wanted = device::table.filter(device::tenant.eq(tenant)).filter(device::id.eq_any(ids));
        Ok(wanted.select((device::id, DeviceTerm::as_select())).load(self.db())?)
    }

    /// The labels of these phones.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn device_labels(&mut self, tenant: &TenantId, ids: &[DeviceId]) -> Result<Vec<(DeviceId, String)>, Error> {
        let wanted = device::table.filter(device::tenant.eq(tenant)).filter(device::id.eq_any(ids));
        Ok(wanted.select((device::id, device::label)).load(self.db())?)
    }

    /// An officer's phones, revoked ones included, by id.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn devices_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<DeviceRow>, Error> {
        let theirs =
            device::table.filter(device::tenant.eq(tenant)).filter(device::officer.eq(officer)).order(device::id);
        theirs.select(Columns::as_select()).load(self.db())?.into_iter().map(Columns::row).collect()
    }

    /// Enrols a phone.
    ///
    /// # Errors
    /// [`Error`] where the statement fails; [`Error::is_duplicate`] for a key that is enrolled already.
    pub fn add_device(&mut self, tenant: &TenantId, new: &DeviceRow) -> Result<(), Error> {
        diesel::insert_into(device::table).values((device::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Whether a phone has this key, as its record key or as its request key.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn is_key_enrolled(&mut self, tenant: &TenantId, key: &[u8]) -> Result<bool, Error> {
        let has_it = device::public_key.eq(key).or(device::request_key.eq(key).assume_not_null());
        let count: i64 =
            device::table.filter(device::tenant.eq(tenant)).filter(has_it).count().get_result(self.db())?;
        Ok(count > 0)
    }

    /// Gives a phone another name.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_device_label(&mut self, tenant: &TenantId, id: &DeviceId, label: &str) -> Result<(), Error> {
        diesel::update(device::table.find((tenant, id))).set(device::label.eq(label)).execute(self.db())?;
        Ok(())
    }

    /// Revokes a phone; the first revocation counts. Returns whether this was the first.
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

    /// Adds a one-time code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_enrolment_code(&mut self, tenant: &TenantId, new: &EnrolmentCodeRow) -> Result<(), Error> {
        diesel::insert_into(enrolment_code::table)
            .values((enrolment_code::tenant.eq(tenant), enrolment_code::tries.eq(0), new))
            .execute(self.db())?;
        Ok(())
    }

    /// Consumes a valid code of this officer, given as the SHA-256 of either form, for a phone. Returns whether there
    /// was one; of two concurrent attempts one succeeds.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn use_enrolment_code(
        &mut self,
        tenant: &TenantId,
        said: &Digest,
        officer: &OfficerId,
        phone: &DeviceId,
        bounds: CodeBounds,
    ) -> Result<bool, Error> {
        let CodeBounds { now, latest_end, tries } = bounds;
        let standing = enrolment_code::table
            .filter(enrolment_code::tenant.eq(tenant))
            .filter(enrolment_code::officer.eq(officer))
            .filter(enrolment_code::code_hash.eq(*said).or(enrolment_code::typed_hash.eq(*said).assume_not_null()))
            .filter(enrolment_code::used_ms.is_null())
            .filter(enrolment_code::expires_ms.gt(now))
            .filter(enrolment_code::expires_ms.le(latest_end))
            .filter(enrolment_code::tries.lt(tries));
        let used = (enrolment_code::used_ms.eq(now), enrolment_code::device.eq(phone));
        Ok(diesel::update(standing).set(used).execute(self.db())? == 1)
    }

    /// Whether a code that was issued on the machine for this officer can still be used.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_code_of_the_machine(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        now: Instant,
    ) -> Result<bool, Error> {
        let count: i64 = enrolment_code::table
            .filter(enrolment_code::tenant.eq(tenant))
            .filter(enrolment_code::officer.eq(officer))
            .filter(enrolment_code::issued_by.is_null())
            .filter(enrolment_code::used_ms.is_null())
            .filter(enrolment_code::expires_ms.gt(now))
            .count()
            .get_result(self.db())?;
        Ok(count > 0)
    }

    /// The end of the code whose form for scanning has this hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn enrolment_code_end(&mut self, tenant: &TenantId, code_hash: &Digest) -> Result<Option<Instant>, Error> {
        let found = enrolment_code::table
            .find((tenant, code_hash))
            .select(enrolment_code::expires_ms)
            .first::<Instant>(self.db())
            .optional()?;
        Ok(found)
    }

    /// The phone that was enrolled with a code of this officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn enrolled_with(
        &mut self,
        tenant: &TenantId,
        said: &Digest,
        officer: &OfficerId,
    ) -> Result<Option<DeviceId>, Error> {
        let found = enrolment_code::table
            .filter(enrolment_code::tenant.eq(tenant))
            .filter(enrolment_code::officer.eq(officer))
            .filter(enrolment_code::code_hash.eq(*said).or(enrolment_code::typed_hash.eq(*said).assume_not_null()))
            .filter(enrolment_code::device.is_not_null())
            .select(enrolment_code::device.assume_not_null())
            .first::<DeviceId>(self.db())
            .optional()?;
        Ok(found)
    }

    /// Counts a wrong code for every valid code of this officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_wrong_code(&mut self, tenant: &TenantId, officer: &OfficerId, now: Instant) -> Result<(), Error> {
        let standing = enrolment_code::table
            .filter(enrolment_code::tenant.eq(tenant))
            .filter(enrolment_code::officer.eq(officer))
            .filter(enrolment_code::used_ms.is_null())
            .filter(enrolment_code::expires_ms.gt(now));
        diesel::update(standing).set(enrolment_code::tries.eq(enrolment_code::tries + 1)).execute(self.db())?;
        Ok(())
    }

    /// Adds a challenge. Deletes those that have expired at `now`, and those that end after `ahead`, which only a clock that
    /// was ahead can have written. Concurrent requests commit in any order, so `ahead` is later than the end of any of
    /// their challenges.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_challenge(
        &mut self,
        tenant: &TenantId,
        hash: &Digest,
        id: &DeviceId,
        expires: Instant,
        (now, ahead): (Instant, Instant),
    ) -> Result<(), Error> {
        let ended = device_challenge::expires_ms.le(now).or(device_challenge::expires_ms.gt(ahead));
        diesel::delete(device_challenge::table)
            .filter(device_challenge::tenant.eq(*tenant))
            .filter(ended)
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

    /// Consumes a challenge. Returns whether it was this phone's and valid: it ends after `now`, and not after
    /// `latest_end`, the end of one issued now.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn use_challenge(
        &mut self,
        tenant: &TenantId,
        hash: &Digest,
        id: &DeviceId,
        (now, latest_end): (Instant, Instant),
    ) -> Result<bool, Error> {
        let used = diesel::delete(device_challenge::table)
            .filter(device_challenge::tenant.eq(tenant))
            .filter(device_challenge::hash.eq(hash))
            .filter(device_challenge::device.eq(id))
            .filter(device_challenge::expires_ms.gt(now))
            .filter(device_challenge::expires_ms.le(latest_end))
            .execute(self.db())?;
        Ok(used == 1)
    }

    /// Adds an issued lease.
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
