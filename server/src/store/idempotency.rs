//! Requests that carried an idempotency key, and what they made.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::idempotency;
use super::tx::Tx;
use super::{Error, row};

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    /// Who asked.
    pub officer: OfficerId,
    /// Which route.
    pub route: String,
    /// The key.
    pub key: String,
    /// SHA-256 of what was asked.
    pub fingerprint: Digest,
    /// Id of what was made.
    pub made: Vec<u8>,
    /// When.
    pub created: Instant,
}

impl Tx<'_> {
    /// What an earlier request with this key asked and made.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn made_before(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        route: &str,
        key: &str,
    ) -> Result<Option<(Digest, Vec<u8>)>, Error> {
        idempotency::table
            .find((&tenant.bytes()[..], &officer.bytes()[..], route, key))
            .select((idempotency::fingerprint, idempotency::made))
            .first::<(Vec<u8>, Vec<u8>)>(self.db())
            .optional()?
            .map(|(fingerprint, made)| {
                Ok((row::id(&fingerprint, Digest::from_slice, "idempotency.fingerprint")?, made))
            })
            .transpose()
    }

    /// Keeps what a request made.
    ///
    /// # Errors
    /// [`Error`] where the statement fails, also where another request with this key was first.
    pub fn add_idempotency(&mut self, tenant: &TenantId, new: &IdempotencyRow) -> Result<(), Error> {
        let IdempotencyRow { officer, route, key, fingerprint, made, created } = new;
        diesel::insert_into(idempotency::table)
            .values((
                idempotency::tenant.eq(&tenant.bytes()[..]),
                idempotency::officer.eq(&officer.bytes()[..]),
                idempotency::route.eq(route),
                idempotency::key.eq(key),
                idempotency::fingerprint.eq(&fingerprint.bytes()[..]),
                idempotency::made.eq(made),
                idempotency::created_ms.eq(created.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }
}
