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

/// An upload. How much of one under way has arrived is the length of its file.
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
    /// When all of its bytes had come and were checked.
    pub completed: Option<Instant>,
}

impl UploadRow {
    /// The file that it brought, once complete.
    fn arrived(self) -> Option<EvidenceFileRow> {
        let Self { digest, size, media_type, completed, .. } = self;
        completed.map(|stored| EvidenceFileRow { digest, size, media_type, stored })
    }
}

type UploadColumns = (Vec<u8>, Vec<u8>, Vec<u8>, i64, String, Vec<u8>, i64, i64, Option<i64>);

fn restore_upload(columns: UploadColumns) -> Result<UploadRow, Error> {
    let (_tenant, id, digest, size, media_type, officer, created_ms, _touched_ms, completed_ms) = columns;
    Ok(UploadRow {
        id: row::bytes(&id, "upload.id")?,
        digest: row::id(&digest, Digest::from_slice, "upload.digest")?,
        size,
        media_type,
        officer: row::id(&officer, OfficerId::from_slice, "upload.officer")?,
        created: Instant::from_ms(created_ms),
        completed: completed_ms.map(Instant::from_ms),
    })
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
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::case_leaf.eq(case_leaf))
            .select(case_officer::officer);
        let claimed = case_evidence::table
            .filter(case_evidence::tenant.eq(&tenant.bytes()[..]))
            .filter(case_evidence::case_leaf.eq(case_leaf))
            .select(case_evidence::digest);
        let uploads = upload::table
            .filter(upload::tenant.eq(&tenant.bytes()[..]))
            .filter(upload::officer.eq_any(officers))
            .filter(upload::digest.eq_any(claimed))
            .filter(upload::completed_ms.is_not_null())
            .order((upload::completed_ms, upload::id))
            .load::<UploadColumns>(self.db())?;
        let mut arrived = BTreeMap::new();
        for columns in uploads {
            if let Some(file) = restore_upload(columns)?.arrived() {
                arrived.entry(file.digest).or_insert(file);
            }
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
        let open = upload::table.find((&tenant.bytes()[..], &done.id[..])).filter(upload::completed_ms.is_null());
        if diesel::update(open).set(upload::completed_ms.eq(now.ms())).execute(self.db())? == 0 {
            return Ok(());
        }
        self.add_evidence_file(tenant, done, now)?;
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(case_officer::officer.eq(&done.officer.bytes()[..]))
            .select(case_officer::case_leaf);
        let claiming: Vec<i64> = case_evidence::table
            .filter(case_evidence::tenant.eq(&tenant.bytes()[..]))
            .filter(case_evidence::digest.eq(&done.digest.bytes()[..]))
            .filter(case_evidence::case_leaf.eq_any(theirs))
            .select(case_evidence::case_leaf)
            .load(self.db())?;
        for case_leaf in claiming {
            let missing = i64::try_from(self.missing_evidence(tenant, case_leaf)?.len()).unwrap_or(i64::MAX);
            diesel::update(case_file::table.find((&tenant.bytes()[..], case_leaf)))
                .set(case_file::missing_evidence.eq(missing))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// Says once that bytes are stored, whoever brought them first.
    fn add_evidence_file(&mut self, tenant: &TenantId, done: &UploadRow, now: Instant) -> Result<(), Error> {
        let known = evidence_file::table
            .find((&tenant.bytes()[..], &done.digest.bytes()[..]))
            .select(evidence_file::size)
            .get_result::<i64>(self.db())
            .optional()?;
        if known.is_none() {
            diesel::insert_into(evidence_file::table)
                .values((
                    evidence_file::tenant.eq(&tenant.bytes()[..]),
                    evidence_file::digest.eq(&done.digest.bytes()[..]),
                    evidence_file::size.eq(done.size),
                    evidence_file::media_type.eq(&done.media_type),
                    evidence_file::stored_ms.eq(now.ms()),
                ))
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
        let found = upload::table
            .find((&tenant.bytes()[..], &id[..]))
            .filter(upload::officer.eq(&officer.bytes()[..]))
            .first::<UploadColumns>(self.db())
            .optional()?;
        found.map(restore_upload).transpose()
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
            .filter(upload::tenant.eq(&tenant.bytes()[..]))
            .filter(upload::officer.eq(&officer.bytes()[..]))
            .filter(upload::digest.eq(&digest.bytes()[..]))
            .filter(upload::size.eq(size))
            .order((upload::completed_ms.is_null(), upload::created_ms.desc(), upload::id))
            .first::<UploadColumns>(self.db())
            .optional()?;
        found.map(restore_upload).transpose()
    }

    /// Begins an upload.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_upload(&mut self, tenant: &TenantId, new: &UploadRow) -> Result<(), Error> {
        let UploadRow { id, digest, size, media_type, officer, created, completed } = new;
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
                upload::completed_ms.eq(completed.map(Instant::ms)),
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
