//! Photographs, recordings and signature strokes: their digests and upload progress.
//!
//! Promise: the row is written in the transaction of the save that binds the digest. The host stores the bytes and may
//! delete them only after `complete` says that the server has all of them.

use crate::device::sql::{count, int};
use crate::device::{Device, StoreError};
use crate::id::{CaseId, Digest};
use rusqlite::{Connection, Row};

/// A file that a save binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvidence {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Number of bytes.
    pub size: u64,
    /// Such as `image/jpeg`.
    pub media_type: String,
    /// The host's name for the bytes.
    pub location: String,
}

/// A file and the progress of its upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The file.
    pub file: NewEvidence,
    /// The case it belongs to.
    pub case: CaseId,
    /// The upload's address at the server, once it was created.
    pub upload: Option<String>,
    /// Bytes confirmed by the server.
    pub sent: u64,
    /// Whether the server confirmed all bytes.
    pub complete: bool,
    /// The server's receipt for it, as sent.
    pub receipt: Option<Vec<u8>>,
}

const SELECT: &str =
    "SELECT digest, size, media_type, location, case_id, upload, sent, complete, receipt FROM evidence";

fn read(row: &Row<'_>) -> rusqlite::Result<Evidence> {
    let file =
        NewEvidence { digest: row.get(0)?, size: count(row.get(1)?), media_type: row.get(2)?, location: row.get(3)? };
    Ok(Evidence {
        file,
        case: row.get(4)?,
        upload: row.get(5)?,
        sent: count(row.get(6)?),
        complete: row.get(7)?,
        receipt: row.get(8)?,
    })
}

pub(super) fn add(db: &Connection, case: CaseId, file: &NewEvidence) -> Result<(), StoreError> {
    let NewEvidence { digest, size, media_type, location } = file;
    db.prepare_cached(
        "INSERT OR IGNORE INTO evidence (digest, case_id, size, media_type, location) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((digest, case, int(*size), media_type, location))?;
    Ok(())
}

impl Device {
    /// Files of a case that this phone has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn evidence(&self, case: CaseId) -> Result<Vec<Evidence>, StoreError> {
        let mut statement = self.db.prepare_cached(&format!("{SELECT} WHERE case_id = ?1 ORDER BY rowid"))?;
        let rows = statement.query_map([case], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Files that the server does not have yet and whose case it knows, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn evidence_to_send(&self) -> Result<Vec<Evidence>, StoreError> {
        let mut statement = self.db.prepare_cached(&format!(
            "{SELECT} WHERE complete = 0
             AND (EXISTS (SELECT 1 FROM acknowledged a WHERE a.change = evidence.case_id)
                  OR EXISTS (SELECT 1 FROM seen_on_server s WHERE s.change = evidence.case_id))
             ORDER BY rowid"
        ))?;
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Records the progress of an upload.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_upload(
        &mut self,
        digest: Digest,
        case: CaseId,
        upload: Option<&str>,
        sent: u64,
    ) -> Result<(), StoreError> {
        self.db
            .prepare_cached("UPDATE evidence SET upload = ?3, sent = ?4 WHERE digest = ?1 AND case_id = ?2")?
            .execute((digest, case, upload, int(sent)))?;
        Ok(())
    }

    /// Records that the server has all bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_complete(&mut self, digest: Digest, case: CaseId, receipt: Option<&[u8]>) -> Result<(), StoreError> {
        self.db
            .prepare_cached(
                "UPDATE evidence SET complete = 1, sent = size, receipt = coalesce(?3, receipt)
                 WHERE digest = ?1 AND case_id = ?2",
            )?
            .execute((digest, case, receipt))?;
        Ok(())
    }
}
