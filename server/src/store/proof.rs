//! Proofs of possession that were used, shared by all processes of an installation.

use diesel::prelude::*;
use sync_core::id::{Digest, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::used_proof;
use super::tx::Tx;

impl Tx<'_> {
    /// Uses a proof, which is remembered until `expires`. Deletes proofs that have expired at `now`, and those that end
    /// after `ahead`, which only a clock that was ahead can have written.
    ///
    /// # Errors
    /// [`Error`] where a statement fails; [`Error::is_duplicate`] for a proof that was used before.
    pub fn use_proof(
        &mut self,
        tenant: &TenantId,
        hash: &Digest,
        expires: Instant,
        (now, ahead): (Instant, Instant),
    ) -> Result<(), Error> {
        let ended = used_proof::expires_ms.le(now).or(used_proof::expires_ms.gt(ahead));
        diesel::delete(used_proof::table).filter(used_proof::tenant.eq(*tenant)).filter(ended).execute(self.db())?;
        diesel::insert_into(used_proof::table)
            .values((used_proof::tenant.eq(tenant), used_proof::hash.eq(hash), used_proof::expires_ms.eq(expires)))
            .execute(self.db())?;
        Ok(())
    }
}
