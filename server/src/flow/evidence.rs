//! Evidence arrives in pieces and is read under supervision.
//!
//! Promise: an offset that was told is safe on disk; a file is stored only under the digest its bytes hash to; an upload
//! is complete only when its own officer has sent every byte, whoever else did, so that nobody learns of another
//! person's upload and a digest alone opens nothing. A look is written down before the first byte leaves.
//! Not here: the bytes themselves (`crate::store::evidence_store`), what has arrived for a case (`Tx::evidence_of`).

use std::fs::File;
use std::io::ErrorKind;

use rustix::io::Errno;
use sync_core::id::{CaseId, Digest};

use super::access::{self, Look};
use super::caller::{Caller, Role};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::evidence_store::{Appended, Finished};
use crate::store::{EvidenceFileRow, UploadRow};

/// The largest file, in bytes: 512 MiB.
pub const MAX_FILE: u64 = 512 << 20;
/// The longest body of one PATCH, in bytes: 8 MiB.
pub const MAX_PIECE: u64 = 8 << 20;

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its row.
    pub row: UploadRow,
    /// How much of it is safe on disk.
    pub offset: u64,
}

impl Upload {
    /// The whole size in bytes.
    pub fn size(&self) -> u64 {
        self.row.size.cast_unsigned()
    }

    /// Whether all of it has come.
    pub fn is_complete(&self) -> bool {
        self.offset == self.size()
    }
}

/// What is to be uploaded.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type, not believed.
    pub media_type: String,
}

fn may_upload(caller: &Caller) -> Result<(), Refusal> {
    if caller.device.is_some() { Ok(()) } else { caller.must_be(&[Role::Officer]) }
}

/// The disk is full or fails, which passes when the operator has acted; or an accident.
fn on_disk(error: std::io::Error) -> Failure {
    if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        return Refusal::StorageFull.into();
    }
    let fails = [Errno::IO, Errno::ROFS, Errno::NODEV, Errno::NXIO, Errno::STALE];
    if Errno::from_io_error(&error).is_some_and(|errno| fails.contains(&errno)) {
        tracing::error!(%error, "the disk for evidence fails");
        return Refusal::StorageUnavailable.into();
    }
    Failure::broken(error)
}

/// Runs disk work where it may block.
async fn disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?.map_err(on_disk)
}

/// Begins an upload, or finds the caller's own of the same bytes again, complete where the caller completed it.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::TooLarge`]; [`Refusal::StorageFull`]; [`Refusal::StorageUnavailable`]; or an accident.
pub async fn begin(app: &App, caller: Caller, new: NewUpload) -> Result<Upload, Failure> {
    may_upload(&caller)?;
    let NewUpload { digest, size, media_type } = new;
    if size == 0 || size > MAX_FILE {
        return Err(Refusal::TooLarge.into());
    }
    let (tenant, now, id) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    let officer = caller.officer;
    let row = app
        .store
        .write(move |tx| {
            let size = size.cast_signed();
            if let Some(found) = tx.upload_of(&tenant, &officer, &digest, size)? {
                return Ok(found);
            }
            let row = UploadRow { id, digest, size, media_type, officer, created: now, completed: None };
            tx.add_upload(&tenant, &row)?;
            Ok::<_, Failure>(row)
        })
        .await?;
    stand(app, row).await
}

/// Where the caller's upload stands.
///
/// # Errors
/// [`Refusal::NotFound`] where it is not the caller's; as [`settle`] otherwise.
pub async fn status(app: &App, caller: &Caller, id: [u8; 16]) -> Result<Upload, Failure> {
    may_upload(caller)?;
    let (tenant, officer) = (app.tenant, caller.officer);
    let found = app.store.read(move |tx| tx.upload(&tenant, &officer, &id).map_err(Failure::from)).await?;
    stand(app, found.ok_or(Refusal::NotFound)?).await
}

/// Appends a piece; the new offset is safe on disk only when [`settle`] says so.
///
/// # Errors
/// [`Refusal::UploadOffset`] where the upload does not stand there; [`Refusal::TooLarge`] where the piece goes beyond
/// the announced size; [`Refusal::StorageFull`]; [`Refusal::StorageUnavailable`]; or an accident.
pub async fn append(app: &App, upload: &mut Upload, piece: impl AsRef<[u8]> + Send + 'static) -> Result<(), Failure> {
    let length = u64::try_from(piece.as_ref().len()).map_err(Failure::broken)?;
    if length > upload.size() - upload.offset {
        return Err(Refusal::TooLarge.into());
    }
    let (evidence, id, offset) = (app.evidence.clone(), upload.row.id, upload.offset);
    match disk(move || evidence.append(&id, offset, piece.as_ref())).await? {
        Appended::To(offset) => {
            upload.offset = offset;
            Ok(())
        }
        Appended::Elsewhere => Err(Refusal::UploadOffset.into()),
    }
}

/// Writes through what was appended, and stores the file when all of it has come. Whoever comes second finds it done.
///
/// # Errors
/// [`Refusal::EvidenceDigestMismatch`] where the bytes do not hash to what was announced: they are dropped and the
/// upload begins again; [`Refusal::StorageFull`]; [`Refusal::StorageUnavailable`]; or an accident.
pub async fn settle(app: &App, upload: Upload) -> Result<Upload, Failure> {
    let (tenant, id, now) = (app.tenant, upload.row.id, app.clock.now());
    app.store.write(move |tx| tx.touch_upload(&tenant, &id, now).map_err(Failure::from)).await?;
    stand(app, upload.row).await
}

async fn stand(app: &App, row: UploadRow) -> Result<Upload, Failure> {
    let size = row.size.cast_unsigned();
    if row.completed.is_some() {
        return Ok(Upload { row, offset: size });
    }
    let (evidence, id, digest) = (app.evidence.clone(), row.id, row.digest);
    let (received, finished) = disk(move || {
        let received = evidence.received(&id)?;
        let finished = if received == Some(size) { Some(evidence.finish(&id, &digest)?) } else { None };
        Ok((received, finished))
    })
    .await?;
    match (received, finished) {
        (_, Some(Finished::Stored)) => complete(app, row).await,
        (_, Some(Finished::Wrong)) => Err(Refusal::EvidenceDigestMismatch.into()),
        (Some(offset), None) => Ok(Upload { row, offset }),
        (None, None) | (_, Some(Finished::Gone)) => without_file(app, row).await,
    }
}

/// Says in the record that all bytes have come; only then lets go of the file of the upload.
async fn complete(app: &App, row: UploadRow) -> Result<Upload, Failure> {
    let (tenant, now, done) = (app.tenant, app.clock.now(), row.clone());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            tx.complete_upload(&tenant, &done, now).map_err(Failure::from)
        })
        .await?;
    let (evidence, id) = (app.evidence.clone(), row.id);
    disk(move || evidence.drop_temp(&id)).await?;
    let offset = row.size.cast_unsigned();
    Ok(Upload { row: UploadRow { completed: Some(now), ..row }, offset })
}

/// An upload without a file was completed meanwhile, has not begun, or lost its file and begins again.
async fn without_file(app: &App, row: UploadRow) -> Result<Upload, Failure> {
    let (tenant, officer, id) = (app.tenant, row.officer, row.id);
    let found = app.store.read(move |tx| tx.upload(&tenant, &officer, &id).map_err(Failure::from)).await?;
    let row = found.ok_or(Refusal::NotFound)?;
    if row.completed.is_some() {
        let offset = row.size.cast_unsigned();
        return Ok(Upload { row, offset });
    }
    let evidence = app.evidence.clone();
    disk(move || evidence.put_temp(&id)).await?;
    Ok(Upload { row, offset: 0 })
}

/// A stored file, opened for a caller who may see it; the look is written down.
///
/// # Errors
/// [`Refusal::NotFound`] where the case is out of reach or does not claim this digest;
/// [`Refusal::EvidenceMissing`] where the bytes have not arrived for this case; [`Refusal::PurposeRequired`]; or an accident.
pub async fn open(
    app: &App,
    caller: Caller,
    case: CaseId,
    digest: Digest,
    purpose: Option<String>,
) -> Result<(EvidenceFileRow, File), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    let row = app
        .store
        .write(move |tx| {
            let seen = Look { what: "evidence", part: digest.to_string(), purpose };
            let file = access::look(tx, &tenant, &caller, &case, seen, now)?.file;
            let claimed = tx.evidence_of(&tenant, file.case_leaf)?.into_iter().find(|(claimed, _)| *claimed == digest);
            let (_, arrived) = claimed.ok_or(Refusal::NotFound)?;
            Ok::<_, Failure>(arrived.ok_or(Refusal::EvidenceMissing)?)
        })
        .await?;
    let evidence = app.evidence.clone();
    let file = disk(move || evidence.read(&digest)).await?;
    Ok((row, file))
}
