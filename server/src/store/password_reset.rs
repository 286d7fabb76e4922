//! Open password resets.

use diesel::prelude::*;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::password_reset;
use super::tx::Tx;
use super::{Error, row};

/// A reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordResetRow {
    /// Id.
    pub id: [u8; 16],
    /// The officer whose password it is.
    pub officer: OfficerId,
    /// The requester; none for the operator on the machine.
    pub asked_by: Option<OfficerId>,
    /// When.
    pub requested: Instant,
    /// Argon2id of the requester's code.
    pub first_hash: String,
    /// The confirmer and their code.
    pub confirmed: Option<Confirmed>,
    /// Wrong attempts so far.
    pub tries: i64,
    /// When it was used up or replaced.
    pub ended: Option<Instant>,
}

/// A confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The person.
    pub by: OfficerId,
    /// The phone, if the officer confirmed it.
    pub on: Option<DeviceId>,
    /// SHA-256 of the code.
    pub second_hash: Digest,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = password_reset)]
struct Stored {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    officer: OfficerId,
    asked_by: Option<OfficerId>,
    asked_ms: Instant,
    first_hash: String,
    confirmed_by: Option<OfficerId>,
    confirmed_on: Option<DeviceId>,
    second_hash: Option<Digest>,
    tries: i64,
    ended_ms: Option<Instant>,
}

fn restore(stored: Stored) -> Result<PasswordResetRow, Error> {
    let Stored {
        id,
        officer,
        asked_by,
        asked_ms,
        first_hash,
        confirmed_by,
        confirmed_on,
        second_hash,
        tries,
        ended_ms,
    } = stored;
    let confirmed = match (confirmed_by, second_hash) {
        (Some(by), Some(second_hash)) => Some(Confirmed { by, on: confirmed_on, second_hash }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(Error::Inconsistent { what: "password_reset.confirmed_by" });
        }
    };
    Ok(PasswordResetRow { id, officer, asked_by, requested: asked_ms, first_hash, confirmed, tries, ended: ended_ms })
}

impl Tx<'_> {
    /// Adds a reset, and ends the open resets of the same officer.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_password_reset(&mut self, tenant: &TenantId, new: &PasswordResetRow) -> Result<(), Error> {
        let PasswordResetRow { id, officer, asked_by, requested, first_hash, confirmed: _, tries, ended: _ } = new;
        let open = password_reset::table
            .filter(password_reset::tenant.eq(tenant))
            .filter(password_reset::officer.eq(officer))
            .filter(password_reset::ended_ms.is_null());
        diesel::update(open).set(password_reset::ended_ms.eq(requested)).execute(self.db())?;
        diesel::insert_into(password_reset::table)
            .values((
                password_reset::tenant.eq(tenant),
                password_reset::id.eq(&id[..]),
                password_reset::officer.eq(officer),
                password_reset::asked_by.eq(asked_by),
                password_reset::asked_ms.eq(requested),
                password_reset::first_hash.eq(first_hash),
                password_reset::tries.eq(tries),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// One reset.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn password_reset(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<PasswordResetRow>, Error> {
        let found =
            password_reset::table.find((tenant, &id[..])).select(Stored::as_select()).first(self.db()).optional()?;
        found.map(restore).transpose()
    }

    /// The reset of an officer's password that has not ended, if there is one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn open_password_reset(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
    ) -> Result<Option<PasswordResetRow>, Error> {
        let found = password_reset::table
            .filter(password_reset::tenant.eq(tenant))
            .filter(password_reset::officer.eq(officer))
            .filter(password_reset::ended_ms.is_null())
            .order((password_reset::asked_ms.desc(), password_reset::id.desc()))
            .select(Stored::as_select())
            .first(self.db())
            .optional()?;
        found.map(restore).transpose()
    }

    /// Confirms a reset; the first confirmation counts. Returns whether this was the first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn confirm_password_reset(
        &mut self,
        tenant: &TenantId,
        id: &[u8; 16],
        Confirmed { by, on, second_hash }: &Confirmed,
    ) -> Result<bool, Error> {
        let changed = diesel::update(password_reset::table.find((tenant, &id[..])))
            .filter(password_reset::confirmed_by.is_null())
            .filter(password_reset::ended_ms.is_null())
            .set((
                password_reset::confirmed_by.eq(by),
                password_reset::confirmed_on.eq(on),
                password_reset::second_hash.eq(second_hash),
            ))
            .execute(self.db())?;
        Ok(changed == 1)
    }

    /// Counts a wrong attempt at a reset.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_password_reset_try(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<(), Error> {
        diesel::update(password_reset::table.find((tenant, &id[..])))
            .set(password_reset::tries.eq(password_reset::tries + 1))
            .execute(self.db())?;
        Ok(())
    }

    /// Ends a reset. Returns whether it was open until now.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_password_reset(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<bool, Error> {
        let changed = diesel::update(password_reset::table.find((tenant, &id[..])))
            .filter(password_reset::ended_ms.is_null())
            .set(password_reset::ended_ms.eq(now))
            .execute(self.db())?;
        Ok(changed == 1)
    }
}
