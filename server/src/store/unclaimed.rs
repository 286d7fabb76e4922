//! Unclaimed files: uploads whose digest no case of their officer names.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{case_evidence, case_officer, evidence_file, named_evidence, parked, upload};
use super::tx::Tx;
use super::{Error, UploadRow, dialect};

impl Tx<'_> {
    /// Bytes of an officer's uploads that are not claimed by any case in which the officer takes or took part.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn unclaimed_bytes(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<i64, Error> {
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .select(case_officer::case_leaf);
        let claimed = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::case_leaf.eq_any(theirs))
            .select(case_evidence::digest);
        let unclaimed = upload::table
            .filter(upload::tenant.eq(tenant))
            .filter(upload::officer.eq(officer))
            .filter(upload::digest.ne_all(claimed));
        Ok(unclaimed.select(dialect::sum_of::<upload::size>()).first(self.db())?)
    }

    /// Uploads without new bytes since `before`, the oldest first, after the position `after`, each with the time of its
    /// last bytes.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn uploads_untouched_since(
        &mut self,
        tenant: &TenantId,
        before: Instant,
        after: Option<(Instant, [u8; 16])>,
        limit: i64,
    ) -> Result<Vec<(UploadRow, Instant)>, Error> {
        let mut query = upload::table
            .filter(upload::tenant.eq(*tenant))
            .filter(upload::touched_ms.lt(before))
            .order((upload::touched_ms, upload::id))
            .limit(limit)
            .select((UploadRow::as_select(), upload::touched_ms))
            .into_boxed();
        if let Some((touched, id)) = after {
            let same = upload::touched_ms.eq(touched).and(upload::id.gt(id.to_vec()));
            query = query.filter(upload::touched_ms.gt(touched).or(same));
        }
        Ok(query.load(self.db())?)
    }

    /// Whether a stored change names an upload's digest, or a parked change of its officer could.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn is_claimed(&mut self, tenant: &TenantId, of: &UploadRow) -> Result<bool, Error> {
        let claimed = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::digest.eq(of.digest))
            .count()
            .get_result::<i64>(self.db())?;
        let named = named_evidence::table.find((tenant, of.digest)).count().get_result::<i64>(self.db())?;
        let waiting = parked::table
            .filter(parked::tenant.eq(tenant))
            .filter(parked::officer.eq(of.officer))
            .count()
            .get_result::<i64>(self.db())?;
        Ok(claimed + named + waiting > 0)
    }

    /// Records that a stored change without effect names these files.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_named_evidence(&mut self, tenant: &TenantId, digests: &[Digest]) -> Result<(), Error> {
        for digest in digests {
            let there = named_evidence::table.find((tenant, digest)).count();
            if there.get_result::<i64>(self.db())? == 0 {
                diesel::insert_into(named_evidence::table)
                    .values((named_evidence::tenant.eq(tenant), named_evidence::digest.eq(digest)))
                    .execute(self.db())?;
            }
        }
        Ok(())
    }

    /// Deletes an upload; returns whether nobody else has the same bytes, which are then marked as dropped. The
    /// tenant's row must be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn forget_upload(&mut self, tenant: &TenantId, of: &UploadRow, now: Instant) -> Result<bool, Error> {
        diesel::delete(upload::table.find((tenant, &of.id[..]))).execute(self.db())?;
        let others = upload::table
            .filter(upload::tenant.eq(tenant))
            .filter(upload::digest.eq(of.digest))
            .filter(upload::completed_ms.is_not_null())
            .count()
            .get_result::<i64>(self.db())?;
        if others > 0 {
            return Ok(false);
        }
        diesel::update(evidence_file::table.find((tenant, of.digest)))
            .set(evidence_file::dropped_ms.eq(Some(now)))
            .execute(self.db())?;
        Ok(true)
    }
}
