//! Evidence: the files that are stored, and the uploads under way.
//!
//! Promise: a row in `evidence_file` says that the bytes of that digest were checked and are safe on disk.
//! Not here: the bytes (`crate::evidence_store`), what cases claim (`case_file`).

use diesel::prelude::*;
use sync_core::id::{CaseId, ChangeId, Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{case_evidence, case_file, evidence_file, upload};
use super::tx::Tx;
use super::{Error, row};

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFileRow {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: i64,
    /// As the uploader said; never believed.
    pub media_type: String,
    /// When it was complete.
    pub stored: Instant,
}

/// An upload. How much has arrived is the length of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Id: random, and known to the uploader alone.
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
    pub created: Instant,
}

type FileColumns = (Vec<u8>, Vec<u8>, i64, String, i64);

fn restore(columns: FileColumns) -> Result<EvidenceFileRow, Error> {
    let (_tenant, digest, size, media_type, stored_ms) = columns;
    let digest = row::id(&digest, Digest::from_slice, "evidence_file.digest")?;
    Ok(EvidenceFileRow { digest, size, media_type, stored: Instant::from_ms(stored_ms) })
}

type UploadColumns = (Vec<u8>, Vec<u8>, Vec<u8>, i64, String, Vec<u8>, i64, i64);

fn restore_upload(columns: UploadColumns) -> Result<UploadRow, Error> {
    let (_tenant, id, digest, size, media_type, officer, created_ms, _touched_ms) = columns;
    Ok(UploadRow {
        id: row::bytes(&id, "upload.id")?,
        digest: row::id(&digest, Digest::from_slice, "upload.digest")?,
        size,
        media_type,
        officer: row::id(&officer, OfficerId::from_slice, "upload.officer")?,
        created: Instant::from_ms(created_ms),
    })
}

impl Tx<'_> {
    /// The stored file of a digest.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn evidence_file(&mut self, tenant: &TenantId, digest: &Digest) -> Result<Option<EvidenceFileRow>, Error> {
        let place = evidence_file::table.find((&tenant.bytes()[..], &digest.bytes()[..]));
        place.first::<FileColumns>(self.db()).optional()?.map(restore).transpose()
    }

    /// Says that a file is stored, and in every case that claims it that it misses it no longer. Saying it again
    /// changes nothing. The tenant's row is locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_evidence_file(&mut self, tenant: &TenantId, new: &EvidenceFileRow) -> Result<(), Error> {
        let EvidenceFileRow { digest, size, media_type, stored } = new;
        if self.evidence_file(tenant, digest)?.is_some() {
            return Ok(());
        }
        diesel::insert_into(evidence_file::table)
            .values((
                evidence_file::tenant.eq(&tenant.bytes()[..]),
                evidence_file::digest.eq(&digest.bytes()[..]),
                evidence_file::size.eq(size),
                evidence_file::media_type.eq(media_type),
                evidence_file::stored_ms.eq(stored.ms()),
            ))
            .execute(self.db())?;
        let claiming: Vec<Vec<u8>> = case_evidence::table
            .filter(case_evidence::tenant.eq(&tenant.bytes()[..]))
            .filter(case_evidence::digest.eq(&digest.bytes()[..]))
            .select(case_evidence::case_id)
            .load(self.db())?;
        for case in claiming {
            let case = row::id(&case, ChangeId::from_slice, "case_evidence.case_id")?;
            let missing = i64::try_from(self.missing_evidence(tenant, &case)?.len()).unwrap_or(i64::MAX);
            diesel::update(case_file::table.find((&tenant.bytes()[..], &case.bytes()[..])))
                .set(case_file::missing_evidence.eq(missing))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// The pieces of evidence a case claims, by digest, with the file where it is stored.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn evidence_of(
        &mut self,
        tenant: &TenantId,
        case: &CaseId,
    ) -> Result<Vec<(Digest, Option<EvidenceFileRow>)>, Error> {
        let mut found = Vec::new();
        for digest in self.claimed_evidence(tenant, case)? {
            let file = self.evidence_file(tenant, &digest)?;
            found.push((digest, file));
        }
        Ok(found)
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
        let found = upload::table
            .find((&tenant.bytes()[..], &id[..]))
            .filter(upload::officer.eq(&officer.bytes()[..]))
            .first::<UploadColumns>(self.db())
            .optional()?;
        found.map(restore_upload).transpose()
    }

    /// This officer's newest upload of the same bytes.
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
            .filter(upload::tenant.eq(&tenant.bytes()[..]))
            .filter(upload::officer.eq(&officer.bytes()[..]))
            .filter(upload::digest.eq(&digest.bytes()[..]))
            .filter(upload::size.eq(size))
            .order((upload::created_ms.desc(), upload::id))
            .first::<UploadColumns>(self.db())
            .optional()?;
        found.map(restore_upload).transpose()
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_upload(&mut self, tenant: &TenantId, new: &UploadRow) -> Result<(), Error> {
        let UploadRow { id, digest, size, media_type, officer, created } = new;
        diesel::insert_into(upload::table)
            .values((
                upload::tenant.eq(&tenant.bytes()[..]),
                upload::id.eq(&id[..]),
                upload::digest.eq(&digest.bytes()[..]),
                upload::size.eq(size),
                upload::media_type.eq(media_type),
                upload::officer.eq(&officer.bytes()[..]),
                upload::created_ms.eq(created.ms()),
                upload::touched_ms.eq(created.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Notes that an upload goes on.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_upload(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<(), Error> {
        diesel::update(upload::table.find((&tenant.bytes()[..], &id[..])))
            .set(upload::touched_ms.eq(now.ms()))
            .execute(self.db())?;
        Ok(())
    }
}
