//! Enrolled phones, the codes that enrol them, challenges and leases.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::lease::SignedLease;
use sync_core::time::Instant;

use super::schema::{device, device_challenge, enrolment_code, lease};
use super::tx::Tx;
use super::{Error, row};

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub enrolled: Instant,
    /// When it was revoked, if it was.
    pub revoked: Option<Instant>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
}

/// From when to when a phone was enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceTerm {
    /// When it was enrolled.
    pub enrolled: Instant,
    /// When it was revoked, if it was.
    pub revoked: Option<Instant>,
}

/// A one-time code; only its SHA-256 is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCodeRow {
    /// SHA-256 of the code.
    pub code_hash: Digest,
    /// Whom it enrols a phone for.
    pub officer: OfficerId,
    /// Who issued it; none from the command line.
    pub issued_by: Option<OfficerId>,
    /// Worth nothing from then on.
    pub expires: Instant,
}

/// Permission to work offline, as issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    /// Hash by which changes name it.
    pub hash: Digest,
    /// For which phone.
    pub device: DeviceId,
    /// For whom.
    pub officer: OfficerId,
    /// When it was issued.
    pub issued: Instant,
    /// Its end.
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

type Columns = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, String, i64, Option<i64>, Option<String>);

fn restore(columns: Columns) -> Result<DeviceRow, Error> {
    let (_tenant, id, officer, public_key, label, enrolled_ms, revoked_ms, revoked_reason) = columns;
    Ok(DeviceRow {
        id: row::id(&id, DeviceId::from_slice, "device.id")?,
        officer: row::id(&officer, OfficerId::from_slice, "device.officer")?,
        public_key,
        label,
        enrolled: Instant::from_ms(enrolled_ms),
        revoked: revoked_ms.map(Instant::from_ms),
        revoked_reason,
    })
}

impl Tx<'_> {
    /// One phone.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn device(&mut self, tenant: &TenantId, id: &DeviceId) -> Result<Option<DeviceRow>, Error> {
        let found =
            device::table.find((&tenant.bytes()[..], &id.bytes()[..])).get_result::<Columns>(self.db()).optional()?;
        found.map(restore).transpose()
    }

    /// When each of these phones was enrolled, and revoked if it was.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn terms(&mut self, tenant: &TenantId, ids: &[DeviceId]) -> Result<Vec<(DeviceId, DeviceTerm)>, Error> {
        let wanted: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        device::table
            .filter(device::tenant.eq(&tenant.bytes()[..]))
            .filter(device::id.eq_any(wanted))
            .select((device::id, device::enrolled_ms, device::revoked_ms))
            .load::<(Vec<u8>, i64, Option<i64>)>(self.db())?
            .iter()
            .map(|(id, enrolled, revoked)| {
                let term = DeviceTerm { enrolled: Instant::from_ms(*enrolled), revoked: revoked.map(Instant::from_ms) };
                Ok((row::id(id, DeviceId::from_slice, "device.id")?, term))
            })
            .collect()
    }

    /// An officer's phones, revoked ones included, by id.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn devices_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<DeviceRow>, Error> {
        device::table
            .filter(device::tenant.eq(&tenant.bytes()[..]))
            .filter(device::officer.eq(&officer.bytes()[..]))
            .order(device::id)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Enrols a phone.
    ///
    /// # Errors
    /// [`Error`] where the statement fails; [`Error::is_duplicate`] for a key that is enrolled already.
    pub fn add_device(&mut self, tenant: &TenantId, new: &DeviceRow) -> Result<(), Error> {
        let DeviceRow { id, officer, public_key, label, enrolled, revoked, revoked_reason } = new;
        diesel::insert_into(device::table)
            .values((
                device::tenant.eq(&tenant.bytes()[..]),
                device::id.eq(&id.bytes()[..]),
                device::officer.eq(&officer.bytes()[..]),
                device::public_key.eq(public_key),
                device::label.eq(label),
                device::enrolled_ms.eq(enrolled.ms()),
                device::revoked_ms.eq(revoked.map(Instant::ms)),
                device::revoked_reason.eq(revoked_reason),
            ))
            .execute(self.db())?;
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
        let changed = diesel::update(device::table.find((&tenant.bytes()[..], &id.bytes()[..])))
            .filter(device::revoked_ms.is_null())
            .set((device::revoked_ms.eq(now.ms()), device::revoked_reason.eq(reason)))
            .execute(self.db())?;
        Ok(changed == 1)
    }

    /// Keeps a one-time code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_enrolment_code(&mut self, tenant: &TenantId, new: &EnrolmentCodeRow) -> Result<(), Error> {
        let EnrolmentCodeRow { code_hash, officer, issued_by, expires } = new;
        diesel::insert_into(enrolment_code::table)
            .values((
                enrolment_code::tenant.eq(&tenant.bytes()[..]),
                enrolment_code::code_hash.eq(&code_hash.bytes()[..]),
                enrolment_code::officer.eq(&officer.bytes()[..]),
                enrolment_code::issued_by.eq(issued_by.map(|id| id.bytes().to_vec())),
                enrolment_code::expires_ms.eq(expires.ms()),
            ))
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
        let officer = diesel::update(enrolment_code::table.find((&tenant.bytes()[..], &code_hash.bytes()[..])))
            .filter(enrolment_code::used_ms.is_null())
            .filter(enrolment_code::expires_ms.gt(now.ms()))
            .set(enrolment_code::used_ms.eq(now.ms()))
            .returning(enrolment_code::officer)
            .get_result::<Vec<u8>>(self.db())
            .optional()?;
        officer.map(|id| row::id(&id, OfficerId::from_slice, "enrolment_code.officer")).transpose()
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
            .filter(device_challenge::tenant.eq(&tenant.bytes()[..]))
            .filter(device_challenge::expires_ms.le(now.ms()))
            .execute(self.db())?;
        diesel::insert_into(device_challenge::table)
            .values((
                device_challenge::tenant.eq(&tenant.bytes()[..]),
                device_challenge::hash.eq(&hash.bytes()[..]),
                device_challenge::device.eq(&id.bytes()[..]),
                device_challenge::expires_ms.eq(expires.ms()),
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
            .filter(device_challenge::tenant.eq(&tenant.bytes()[..]))
            .filter(device_challenge::hash.eq(&hash.bytes()[..]))
            .filter(device_challenge::device.eq(&id.bytes()[..]))
            .filter(device_challenge::expires_ms.gt(now.ms()))
            .execute(self.db())?;
        Ok(used == 1)
    }

    /// Keeps an issued lease.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_lease(&mut self, tenant: &TenantId, new: &LeaseRow) -> Result<(), Error> {
        let LeaseRow { hash, device, officer, issued, not_after, bytes } = new;
        diesel::insert_into(lease::table)
            .values((
                lease::tenant.eq(&tenant.bytes()[..]),
                lease::hash.eq(&hash.bytes()[..]),
                lease::device.eq(&device.bytes()[..]),
                lease::officer.eq(&officer.bytes()[..]),
                lease::issued_ms.eq(issued.ms()),
                lease::not_after_ms.eq(not_after.ms()),
                lease::bytes.eq(bytes),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// A lease by its hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn lease(&mut self, tenant: &TenantId, hash: &Digest) -> Result<Option<LeaseRow>, Error> {
        type Columns = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64, i64, Vec<u8>);
        let found =
            lease::table.find((&tenant.bytes()[..], &hash.bytes()[..])).get_result::<Columns>(self.db()).optional()?;
        found
            .map(|(_tenant, hash, device, officer, issued_ms, not_after_ms, bytes)| {
                Ok(LeaseRow {
                    hash: row::id(&hash, Digest::from_slice, "lease.hash")?,
                    device: row::id(&device, DeviceId::from_slice, "lease.device")?,
                    officer: row::id(&officer, OfficerId::from_slice, "lease.officer")?,
                    issued: Instant::from_ms(issued_ms),
                    not_after: Instant::from_ms(not_after_ms),
                    bytes,
                })
            })
            .transpose()
    }
}
