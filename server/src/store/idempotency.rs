//! Requests with an idempotency key, and their results.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::idempotency;
use super::tx::Tx;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = idempotency)]
pub struct IdempotencyRow {
    /// The caller.
    pub officer: OfficerId,
    /// Which route.
    pub route: String,
    /// The key.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: Digest,
    /// Id of the result.
    pub made: Vec<u8>,
    /// When.
    #[diesel(column_name = created_ms)]
    pub created: Instant,
}

impl Tx<'_> {
    /// Fingerprint and result of an earlier request with this key.
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
        let made = idempotency::table.find((tenant, officer, route, key));
        Ok(made.select((idempotency::fingerprint, idempotency::made)).first(self.db()).optional()?)
    }

    /// Stores the result of a request.
    ///
    /// # Errors
    /// [`Error`] where the statement fails, also where another request with this key was first.
    pub fn add_idempotency(&mut self, tenant: &TenantId, new: &IdempotencyRow) -> Result<(), Error> {
        diesel::insert_into(idempotency::table).values((idempotency::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }
}
