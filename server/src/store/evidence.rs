//! Evidence: the files that are stored, the uploads, and what has arrived for a case.
//!
//! Promise: a row in `evidence_file` says that the bytes of that digest were checked and are safe on disk. For a case
//! they have arrived only when an officer who takes or took part in it sent all of them: that somebody else did is
//! shown to nobody. Not here: the bytes (`crate::store::evidence_store`), what cases claim (`case_part`).

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{case_evidence, case_file, case_officer, evidence_file, upload};
use super::tx::Tx;
use super::{Error, row};

/// A file that has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = evidence_file)]
pub struct EvidenceFileRow {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: i64,
    /// As the uploader said; never believed.
    pub media_type: String,
    /// When it was complete.
    #[diesel(column_name = stored_ms)]
    pub stored: Instant,
}

/// An upload. How much of one under way has arrived is the length of its file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload, treat_none_as_default_value = false)]
pub struct UploadRow {
    /// Id: random, and known to the uploader alone.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub id: [u8; 16],
    /// What its bytes shall hash to.
    pub digest: Digest,
    /// What its size shall be, in bytes.
    pub size: i64,
    /// As the uploader says.
    pub media_type: String,
    /// Whose it is.
    pub officer: OfficerId,
    /// When it was begun.
    #[diesel(column_name = created_ms)]
    pub created: Instant,
    /// When all of its bytes had come and were checked.
    #[diesel(column_name = completed_ms)]
    pub completed: Option<Instant>,
}

impl UploadRow {
    /// The file that it brought, once complete.
    fn arrived(self) -> Option<EvidenceFileRow> {
        let Self { digest, size, media_type, completed, .. } = self;
        completed.map(|stored| EvidenceFileRow { digest, size, media_type, stored })
    }
}

impl Tx<'_> {
    /// The pieces of evidence a case claims, by digest, with the file where it has arrived for this case: where an
    /// officer who takes or took part in it sent all of its bytes. Says of the first who did, and nothing of others.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn evidence_of(
        &mut self,
        tenant: &TenantId,
        case_leaf: i64,
    ) -> Result<Vec<(Digest, Option<EvidenceFileRow>)>, Error> {
        let officers = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::case_leaf.eq(case_leaf))
            .select(case_officer::officer);
        let claimed = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::case_leaf.eq(case_leaf))
            .select(case_evidence::digest);
        let uploads = upload::table
            .filter(upload::tenant.eq(tenant))
            .filter(upload::officer.eq_any(officers))
            .filter(upload::digest.eq_any(claimed))
            .filter(upload::completed_ms.is_not_null())
            .order((upload::completed_ms, upload::id))
            .select(UploadRow::as_select())
            .load(self.db())?;
        let mut arrived = BTreeMap::new();
        for file in uploads.into_iter().filter_map(UploadRow::arrived) {
            arrived.entry(file.digest).or_insert(file);
        }
        let claimed = self.claimed_evidence(tenant, case_leaf)?;
        Ok(claimed.into_iter().map(|digest| (digest, arrived.remove(&digest))).collect())
    }

    /// Digests that a case claims and whose bytes have not arrived for it, as [`Self::evidence_of`] says.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn missing_evidence(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<Digest>, Error> {
        let claimed = self.evidence_of(tenant, case_leaf)?.into_iter();
        Ok(claimed.filter(|(_, file)| file.is_none()).map(|(digest, _)| digest).collect())
    }

    /// Says that all bytes of an upload have come, were checked and are stored, and counts anew what the cases of its
    /// officer miss that claim them. Saying it again changes nothing. The tenant's row is locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn complete_upload(&mut self, tenant: &TenantId, done: &UploadRow, now: Instant) -> Result<(), Error> {
        let open = upload::table.find((tenant, &done.id[..])).filter(upload::completed_ms.is_null());
        if diesel::update(open).set(upload::completed_ms.eq(now)).execute(self.db())? == 0 {
            return Ok(());
        }
        self.add_evidence_file(tenant, done, now)?;
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(done.officer))
            .select(case_officer::case_leaf);
        let claiming: Vec<i64> = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::digest.eq(done.digest))
            .filter(case_evidence::case_leaf.eq_any(theirs))
            .select(case_evidence::case_leaf)
            .load(self.db())?;
        for case_leaf in claiming {
            let missing = i64::try_from(self.missing_evidence(tenant, case_leaf)?.len()).unwrap_or(i64::MAX);
            diesel::update(case_file::table.find((tenant, case_leaf)))
                .set(case_file::missing_evidence.eq(missing))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// Says once that bytes are stored, whoever brought them first.
    fn add_evidence_file(&mut self, tenant: &TenantId, done: &UploadRow, now: Instant) -> Result<(), Error> {
        let known = evidence_file::table
            .find((tenant, done.digest))
            .select(evidence_file::size)
            .get_result::<i64>(self.db())
            .optional()?;
        if known.is_none() {
            let UploadRow { digest, size, media_type, .. } = done.clone();
            let row = EvidenceFileRow { digest, size, media_type, stored: now };
            diesel::insert_into(evidence_file::table)
                .values((evidence_file::tenant.eq(tenant), &row))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// An upload of this officer's.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn upload(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        id: &[u8; 16],
    ) -> Result<Option<UploadRow>, Error> {
        let found = upload::table.find((tenant, &id[..])).filter(upload::officer.eq(officer));
        Ok(found.select(UploadRow::as_select()).first(self.db()).optional()?)
    }

    /// This officer's upload of the same bytes: the complete one, or else the newest.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn upload_of(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        digest: &Digest,
        size: i64,
    ) -> Result<Option<UploadRow>, Error> {
        let found = upload::table
            .filter(upload::tenant.eq(tenant))
            .filter(upload::officer.eq(officer))
            .filter(upload::digest.eq(digest))
            .filter(upload::size.eq(size))
            .order((upload::completed_ms.is_null(), upload::created_ms.desc(), upload::id))
            .select(UploadRow::as_select())
            .first(self.db())
            .optional()?;
        Ok(found)
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_upload(&mut self, tenant: &TenantId, new: &UploadRow) -> Result<(), Error> {
        let row = (upload::tenant.eq(tenant), upload::touched_ms.eq(new.created), new);
        diesel::insert_into(upload::table).values(row).execute(self.db())?;
        Ok(())
    }

    /// Notes that an upload goes on.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_upload(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<(), Error> {
        diesel::update(upload::table.find((tenant, &id[..]))).set(upload::touched_ms.eq(now)).execute(self.db())?;
        Ok(())
    }
}
