//! Evidence: stored files, uploads, and what has arrived for a case.
//!
//! Promise: a row in `evidence_file` says that the bytes of that digest were verified and stored, with the digests of
//! their blocks and any damage found since. For a case, evidence has arrived only when a present or former participant
//! sent all of its bytes; uploads of other people are not revealed. Not here: the bytes
//! (`crate::store::evidence_store`), the claims of cases (`case_part`).

use std::collections::BTreeMap;

use diesel::prelude::*;
use sync_core::evidence::Damage;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::evidence_store::Blocks;
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
    /// Media type as the uploader stated it; it is not trusted.
    pub media_type: String,
    /// When it was complete.
    #[diesel(column_name = stored_ms)]
    pub stored: Instant,
}

/// An upload. The number of bytes that have arrived is the length of its file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload, treat_none_as_default_value = false)]
pub struct UploadRow {
    /// Id: random, and known to the uploader alone.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub id: [u8; 16],
    /// Announced SHA-256 of its bytes.
    pub digest: Digest,
    /// Announced size in bytes.
    pub size: i64,
    /// Media type as the uploader states it.
    pub media_type: String,
    /// Its officer.
    pub officer: OfficerId,
    /// When it was begun.
    #[diesel(column_name = created_ms)]
    pub created: Instant,
    /// When all of its bytes had arrived and were verified.
    #[diesel(column_name = completed_ms)]
    pub completed: Option<Instant>,
    /// Upload metadata as sent; returned to the uploader only.
    pub metadata: String,
}

impl UploadRow {
    /// The stored file, once complete.
    fn arrived(self) -> Option<EvidenceFileRow> {
        let Self { digest, size, media_type, completed, .. } = self;
        completed.map(|stored| EvidenceFileRow { digest, size, media_type, stored })
    }
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBytes {
    /// SHA-256 of all of them.
    pub digest: Digest,
    /// Number of bytes.
    pub size: u64,
    /// The digests of their blocks; none if the file was stored before block digests existed.
    pub blocks: Option<Blocks>,
    /// Known damage.
    pub damage: Option<Damage>,
}

type StoredColumns = (Digest, i64, Option<Vec<u8>>, Option<String>);

fn restore_stored((digest, size, blocks, damage): StoredColumns) -> Result<StoredBytes, Error> {
    let size = size.cast_unsigned();
    let read =
        |bytes: Vec<u8>| Blocks::from_bytes(&bytes, size).ok_or(Error::Inconsistent { what: "evidence_file.blocks" });
    let damage = damage.map(|damage| row::code("evidence_file", "damage", digest, &damage)).transpose()?;
    Ok(StoredBytes { digest, size, blocks: blocks.map(read).transpose()?, damage })
}

/// The state of a claimed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its bytes have not arrived for this case.
    Awaited,
    /// Its bytes have arrived.
    Arrived(EvidenceFileRow),
    /// Arrived and damaged since; counts as missing.
    Damaged(EvidenceFileRow, Damage),
}

/// A file that a case claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedFile {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The state.
    pub standing: Standing,
    /// Whether a head wrote it off. Closing the case does not wait for it then.
    pub written_off: bool,
}

impl ClaimedFile {
    /// The file, if it has arrived and no damage is known.
    pub const fn arrived(&self) -> Option<&EvidenceFileRow> {
        match &self.standing {
            Standing::Arrived(file) => Some(file),
            Standing::Awaited | Standing::Damaged(..) => None,
        }
    }

    /// Whether it is missing and not written off.
    pub const fn is_missing(&self) -> bool {
        !self.written_off && self.arrived().is_none()
    }
}

impl Tx<'_> {
    /// The files that a case claims, by digest, each with its state for this case: a file has arrived if a present or
    /// former participant sent all of its bytes. Names the first such sender only.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn evidence_of(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<ClaimedFile>, Error> {
        let officers = case_officer::table
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::case_leaf.eq(case_leaf))
            .select(case_officer::officer);
        let claimed = || {
            case_evidence::table
                .filter(case_evidence::tenant.eq(*tenant))
                .filter(case_evidence::case_leaf.eq(case_leaf))
        };
        let uploads = upload::table
            .filter(upload::tenant.eq(tenant))
            .filter(upload::officer.eq_any(officers))
            .filter(upload::digest.eq_any(claimed().select(case_evidence::digest)))
            .filter(upload::completed_ms.is_not_null())
            .order((upload::completed_ms, upload::id))
            .select(UploadRow::as_select())
            .load(self.db())?;
        let mut arrived = BTreeMap::new();
        for file in uploads.into_iter().filter_map(UploadRow::arrived) {
            arrived.entry(file.digest).or_insert(file);
        }
        let damaged: Vec<(Digest, Option<String>)> = evidence_file::table
            .filter(evidence_file::tenant.eq(tenant))
            .filter(evidence_file::digest.eq_any(claimed().select(case_evidence::digest)))
            .filter(evidence_file::damage.is_not_null())
            .select((evidence_file::digest, evidence_file::damage))
            .load(self.db())?;
        let damaged: BTreeMap<_, _> = damaged.into_iter().collect();
        let claimed: Vec<(Digest, bool)> = claimed()
            .order(case_evidence::digest)
            .select((case_evidence::digest, case_evidence::written_off))
            .load(self.db())?;
        let stands = |(digest, written_off): (Digest, bool)| {
            let standing = match (arrived.remove(&digest), damaged.get(&digest).and_then(Option::as_deref)) {
                (None, _) => Standing::Awaited,
                (Some(file), None) => Standing::Arrived(file),
                (Some(file), Some(damage)) => {
                    Standing::Damaged(file, row::code("evidence_file", "damage", digest, damage)?)
                }
            };
            Ok(ClaimedFile { digest, standing, written_off })
        };
        claimed.into_iter().map(stands).collect()
    }

    /// Digests of the missing files of a case, as in [`Self::evidence_of`].
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn missing_evidence(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<Digest>, Error> {
        let claimed = self.evidence_of(tenant, case_leaf)?.into_iter();
        Ok(claimed.filter(ClaimedFile::is_missing).map(|claimed| claimed.digest).collect())
    }

    /// Marks an upload as complete, verified and stored in these blocks, and recounts the missing evidence of the
    /// cases that claim it. Idempotent. The tenant's row must be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn complete_upload(
        &mut self,
        tenant: &TenantId,
        done: &UploadRow,
        blocks: &Blocks,
        now: Instant,
    ) -> Result<(), Error> {
        let open = upload::table.find((tenant, &done.id[..])).filter(upload::completed_ms.is_null());
        if diesel::update(open).set(upload::completed_ms.eq(now.ms())).execute(self.db())? == 0 {
            return Ok(());
        }
        let known = evidence_file::table.find((tenant, done.digest)).count().get_result::<i64>(self.db())? > 0;
        if known {
            // A damaged or dropped file exists again.
            return self.mend_evidence(tenant, &done.digest, blocks);
        }
        diesel::insert_into(evidence_file::table)
            .values((
                evidence_file::tenant.eq(tenant),
                evidence_file::digest.eq(done.digest),
                evidence_file::size.eq(done.size),
                evidence_file::media_type.eq(&done.media_type),
                evidence_file::stored_ms.eq(now.ms()),
                evidence_file::blocks.eq(Some(blocks.to_bytes())),
            ))
            .execute(self.db())?;
        self.count_missing(tenant, &done.digest)
    }

    /// Recounts the missing evidence of the cases that claim this file.
    fn count_missing(&mut self, tenant: &TenantId, digest: &Digest) -> Result<(), Error> {
        let claiming: Vec<i64> = case_evidence::table
            .filter(case_evidence::tenant.eq(tenant))
            .filter(case_evidence::digest.eq(digest))
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

    /// A stored file; none if its bytes were dropped.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn evidence_file(&mut self, tenant: &TenantId, digest: &Digest) -> Result<Option<StoredBytes>, Error> {
        let found: Option<StoredColumns> = evidence_file::table
            .find((tenant, digest))
            .filter(evidence_file::dropped_ms.is_null())
            .select((evidence_file::digest, evidence_file::size, evidence_file::blocks, evidence_file::damage))
            .first(self.db())
            .optional()?;
        found.map(restore_stored).transpose()
    }

    /// Stored files by digest, at most `limit` after `after`, without those that were dropped.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn evidence_files(
        &mut self,
        tenant: &TenantId,
        after: Option<&Digest>,
        limit: i64,
    ) -> Result<Vec<StoredBytes>, Error> {
        let mut query = evidence_file::table
            .filter(evidence_file::tenant.eq(*tenant))
            .filter(evidence_file::dropped_ms.is_null())
            .order(evidence_file::digest)
            .limit(limit)
            .select((evidence_file::digest, evidence_file::size, evidence_file::blocks, evidence_file::damage))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(evidence_file::digest.gt(*after));
        }
        query.load::<StoredColumns>(self.db())?.into_iter().map(restore_stored).collect()
    }

    /// Stores the block digests of a file that was stored without them.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_evidence_blocks(&mut self, tenant: &TenantId, digest: &Digest, blocks: &Blocks) -> Result<(), Error> {
        diesel::update(evidence_file::table.find((tenant, digest)))
            .set(evidence_file::blocks.eq(Some(blocks.to_bytes())))
            .execute(self.db())?;
        Ok(())
    }

    /// Marks a stored file as damaged, and recounts the missing evidence of the cases that claim it. Returns whether
    /// that is new. The tenant's row must be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn damage_evidence(
        &mut self,
        tenant: &TenantId,
        digest: &Digest,
        damage: Damage,
        now: Instant,
    ) -> Result<bool, Error> {
        let whole = evidence_file::table.find((tenant, digest)).filter(evidence_file::damage.is_null());
        let set = (evidence_file::damage.eq(Some(damage)), evidence_file::damaged_ms.eq(Some(now.ms())));
        if diesel::update(whole).set(set).execute(self.db())? == 0 {
            return Ok(false);
        }
        self.count_missing(tenant, digest)?;
        Ok(true)
    }

    /// Marks a damaged or dropped file as intact, and recounts the missing evidence of the cases that claim it. The
    /// tenant's row must be locked.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn mend_evidence(&mut self, tenant: &TenantId, digest: &Digest, blocks: &Blocks) -> Result<(), Error> {
        diesel::update(evidence_file::table.find((tenant, digest)))
            .set((
                evidence_file::blocks.eq(Some(blocks.to_bytes())),
                evidence_file::damage.eq(None::<Damage>),
                evidence_file::damaged_ms.eq(None::<i64>),
                evidence_file::dropped_ms.eq(None::<i64>),
            ))
            .execute(self.db())?;
        self.count_missing(tenant, digest)
    }

    /// Records that these files of a case were written off.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn write_off_evidence(&mut self, tenant: &TenantId, case_leaf: i64, digests: &[Digest]) -> Result<(), Error> {
        for digest in digests {
            diesel::update(case_evidence::table.find((tenant, case_leaf, digest)))
                .set(case_evidence::written_off.eq(true))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// Reopens a complete upload, because its bytes are damaged.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn reopen_upload(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<(), Error> {
        diesel::update(upload::table.find((tenant, &id[..])))
            .set(upload::completed_ms.eq(None::<i64>))
            .execute(self.db())?;
        Ok(())
    }

    /// An upload of this officer.
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

    /// Records activity of an upload.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_upload(&mut self, tenant: &TenantId, id: &[u8; 16], now: Instant) -> Result<(), Error> {
        diesel::update(upload::table.find((tenant, &id[..]))).set(upload::touched_ms.eq(now)).execute(self.db())?;
        Ok(())
    }
}
