//! Uploading and reading evidence.
//!
//! Promise:
//!
//! - An acknowledged offset is durable on disk.
//! - A file is stored only under the digest of its bytes.
//! - An upload is complete only when its own officer has sent every byte, even if the server already has the file. So
//!   nobody learns of another person's upload, and knowing a digest gives no access.
//! - The audit record of a read is written before the first byte is sent.
//!
//! Not here: the bytes (`crate::store::evidence_store`), what has arrived for a case (`Tx::evidence_of`), damaged files
//! (`damage`).

pub mod damage;

use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;

use rustix::io::Errno;
use sync_core::evidence::{LARGEST, Unfit, fit};
use sync_core::id::{CaseId, DeviceId, Digest, OfficerId, TenantId};
use sync_core::read_audit::LookKind;

use super::access::{self, Look};
use super::caller::{self, Caller, Role};
use crate::flow::app::App;
use crate::flow::proof::Presented;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::evidence_store::{Appended, Blocks, Finished, Whole};
use crate::store::{EvidenceFileRow, Standing, Tx, UploadRow, Used};

/// The largest file, in bytes. A phone refuses a larger one when it is saved.
pub const MAX_FILE: u64 = LARGEST;
/// Default limit of the bytes of one person's files that no case claims: four gibibytes.
pub const UNCLAIMED_BYTES: i64 = 4 << 30;
/// Seconds after which a person at that limit may ask again.
const UNCLAIMED_WAIT_S: u32 = 300;
/// The longest body of one PATCH, in bytes: 8 MiB.
pub const MAX_PIECE: u64 = 8 << 20;

/// An upload and its offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its row.
    pub row: UploadRow,
    /// Number of bytes that are durable on disk.
    pub offset: u64,
}

impl Upload {
    /// The whole size in bytes.
    pub fn size(&self) -> u64 {
        self.row.size.cast_unsigned()
    }

    /// Whether all bytes have arrived.
    pub fn is_complete(&self) -> bool {
        self.offset == self.size()
    }
}

/// A file to be uploaded.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type as stated by the client; it is not trusted.
    pub media_type: String,
    /// The metadata as the client sent it.
    pub metadata: String,
}

/// The sender of an upload: an officer at a computer, or a phone, also one with a hand-in token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploader {
    /// The officer to whom the uploads belong.
    pub officer: OfficerId,
    /// The phone, if a phone sends them.
    pub device: Option<DeviceId>,
}

/// Reads the token of the sender of an upload.
///
/// # Errors
/// [`Refusal::Unauthenticated`], [`Refusal::DeviceRevoked`], [`Refusal::Forbidden`], or an internal error.
pub async fn uploader(app: &App, token: &Presented) -> Result<Uploader, Failure> {
    if caller::hands_in(app, &token.token) {
        let sender = caller::sender(app, token).await?;
        return Ok(Uploader { officer: sender.officer, device: Some(sender.device) });
    }
    let caller = caller::identify(app, token).await?;
    if caller.device.is_none() {
        caller.must_be(&[Role::Officer])?;
    }
    Ok(Uploader { officer: caller.officer, device: caller.device })
}

/// The failure for an error of the disk: a refusal if the disk is full or fails, which the operator can repair; otherwise
/// an internal error.
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

/// Runs disk work on the blocking pool.
async fn disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?.map_err(on_disk)
}

/// Begins an upload, or finds the caller's earlier upload of the same bytes; that one is complete if the caller completed
/// it and the bytes are still intact. It accepts exactly the files that a phone may save (`sync_core::evidence::fit`).
///
/// # Errors
/// [`Refusal::TooLarge`]; [`Refusal::Malformed`] for the media type; [`Refusal::UnclaimedFiles`];
/// [`Refusal::TooMuchToday`]; as [`settle`] for an empty file, which is complete at once; or an internal error.
pub async fn begin(app: &App, uploader: Uploader, new: NewUpload) -> Result<Upload, Failure> {
    let NewUpload { digest, size, media_type, metadata } = new;
    fit(size, &media_type).map_err(unfit)?;
    let (tenant, now, id) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    let (officer, size, most) = (uploader.officer, size.cast_signed(), app.unclaimed_bytes);
    let is_new = move |tx: &mut Tx<'_>| {
        let is_new = tx.upload_of(&tenant, &officer, &digest, size)?.is_none();
        if is_new { has_room(tx, &tenant, &officer, size, most).map(|()| true) } else { Ok(false) }
    };
    if app.store.read(is_new).await? {
        take_of_the_day(app, uploader, size).await?;
    }
    let row = app
        .store
        .write(move |tx| {
            if let Some(found) = tx.upload_of(&tenant, &officer, &digest, size)? {
                let damaged = tx.evidence_file(&tenant, &digest)?.is_some_and(|file| file.damage.is_some());
                if found.completed.is_none() || !damaged {
                    return Ok(found);
                }
                tx.reopen_upload(&tenant, &found.id)?;
                return Ok(UploadRow { completed: None, ..found });
            }
            // Another upload may have begun since the first check.
            has_room(tx, &tenant, &officer, size, most)?;
            let row = UploadRow { id, digest, size, media_type, officer, created: now, completed: None, metadata };
            tx.add_upload(&tenant, &row)?;
            Ok::<_, Failure>(row)
        })
        .await?;
    let begun = stand(app, row).await?;
    // An empty file is complete when it is announced.
    if begun.is_complete() && begun.row.completed.is_none() { stand(app, begun.row).await } else { Ok(begun) }
}

fn unfit(why: Unfit) -> Failure {
    let refusal = match why {
        Unfit::TooLarge => Refusal::TooLarge,
        Unfit::MediaType => Refusal::Malformed,
    };
    refusal.because(why.zh(), why.en()).into()
}

/// Refuses an upload that would exceed the person's limit of files that no case claims.
fn has_room(tx: &mut Tx<'_>, tenant: &TenantId, officer: &OfficerId, more: i64, most: i64) -> Result<(), Failure> {
    if tx.unclaimed_bytes(tenant, officer)?.saturating_add(more) <= most {
        return Ok(());
    }
    Err(Refused::from(Refusal::UnclaimedFiles).after_s(UNCLAIMED_WAIT_S).into())
}

/// Counts a file toward the daily quota of the phone, or of the person if no phone sends it.
async fn take_of_the_day(app: &App, uploader: Uploader, size: i64) -> Result<(), Failure> {
    let phone = uploader.device.unwrap_or(DeviceId::new(*uploader.officer.bytes()));
    let (quotas, store, tenant, now) = (Arc::clone(&app.quotas), app.store.clone(), app.tenant, app.clock.now());
    let file = Used { upload_bytes: size, ..Used::default() };
    let take = move || quotas.take(&store, &tenant, phone, file, now);
    tokio::task::spawn_blocking(take).await.map_err(Failure::broken)?
}

/// The offset of the caller's upload.
///
/// # Errors
/// [`Refusal::NotFound`] where it is not the caller's; as [`settle`] otherwise.
pub async fn status(app: &App, uploader: Uploader, id: [u8; 16]) -> Result<Upload, Failure> {
    let (tenant, officer) = (app.tenant, uploader.officer);
    let found = app.store.read(move |tx| tx.upload(&tenant, &officer, &id).map_err(Failure::from)).await?;
    stand(app, found.ok_or(Refusal::NotFound)?).await
}

/// Appends a piece. The new offset is durable only after [`settle`] returns it.
///
/// # Errors
/// [`Refusal::UploadOffset`] where the upload has another offset; [`Refusal::TooLarge`] where the piece goes beyond
/// the announced size; [`Refusal::StorageFull`]; [`Refusal::StorageUnavailable`]; or an internal error.
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

/// Syncs appended bytes to disk, and stores the file once it is complete. A concurrent second call finds it stored.
///
/// # Errors
/// [`Refusal::EvidenceDigestMismatch`] where the bytes do not hash to what was announced: they are dropped and the
/// upload begins again; [`Refusal::StorageFull`]; [`Refusal::StorageUnavailable`]; or an internal error.
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
        (_, Some(Finished::Stored(blocks))) => complete(app, row, blocks).await,
        (_, Some(Finished::Wrong)) => Err(Refusal::EvidenceDigestMismatch.into()),
        (Some(offset), None) => Ok(Upload { row, offset }),
        (None, None) | (_, Some(Finished::Gone)) => without_file(app, row).await,
    }
}

/// Records that all bytes have arrived, and only then removes the file of the upload.
async fn complete(app: &App, row: UploadRow, blocks: Blocks) -> Result<Upload, Failure> {
    let (tenant, now, done) = (app.tenant, app.clock.now(), row.clone());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            tx.complete_upload(&tenant, &done, &blocks, now).map_err(Failure::from)
        })
        .await?;
    let (evidence, id, digest, size) = (app.evidence.clone(), row.id, row.digest, row.size.cast_unsigned());
    disk(move || {
        // Bytes that no case claims may have been deleted meanwhile.
        if !evidence.is_there(&digest, size)? {
            evidence.finish(&id, &digest)?;
        }
        evidence.drop_temp(&id)
    })
    .await?;
    Ok(Upload { row: UploadRow { completed: Some(now), ..row }, offset: size })
}

/// Handles an upload without a file: it was completed meanwhile, has not begun, or lost its file and begins again.
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

/// A stored file, opened for a caller who may see it.
#[derive(Debug)]
pub struct Opened {
    /// Its row.
    pub row: EvidenceFileRow,
    /// The case.
    pub case: CaseId,
    /// Its bytes, read by block.
    pub whole: Whole,
}

/// Bytes that are verified before the first one is sent. The rest of a longer answer is verified block by block while
/// it is sent; the answer is aborted at a damaged block.
const CHECKED_FIRST: u64 = 16 << 20;

/// Opens a stored file for a caller who may read it. The read is recorded.
///
/// # Errors
/// [`Refusal::NotFound`] where the case is out of reach or does not claim this digest; [`Refusal::EvidenceMissing`]
/// where the bytes have not arrived for this case; [`Refusal::EvidenceAltered`], [`Refusal::EvidenceRemoved`] where
/// the file on disk is damaged or missing; [`Refusal::PurposeRequired`]; or an internal error.
pub async fn open(
    app: &App,
    caller: Caller,
    case: CaseId,
    digest: Digest,
    purpose: Option<String>,
) -> Result<Opened, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    let standing = app
        .store
        .write(move |tx| {
            let seen = Look { what: LookKind::Evidence, part: digest.to_string(), purpose };
            let file = access::look(tx, &tenant, &caller, &case, seen, now)?.file;
            let claimed = tx.evidence_of(&tenant, file.case_leaf)?.into_iter().find(|file| file.digest == digest);
            Ok::<_, Failure>(claimed.ok_or(Refusal::NotFound)?.standing)
        })
        .await?;
    let (row, known) = match standing {
        Standing::Awaited => return Err(Refusal::EvidenceMissing.into()),
        Standing::Arrived(row) => (row, None),
        Standing::Damaged(row, damage) => (row, Some(damage)),
    };
    let whole = match known {
        Some(known) if !damage::mended(app, digest).await? => return Err(damage::refusal(known).into()),
        Some(_) | None => damage::open_whole(app, digest, Some(case)).await?,
    };
    Ok(Opened { row, case, whole })
}

/// Verifies the first bytes of the requested range.
///
/// # Errors
/// [`Refusal::EvidenceAltered`], [`Refusal::EvidenceRemoved`]; or an internal error.
pub async fn check(app: &App, opened: Opened, wanted: &Range<u64>) -> Result<Opened, Failure> {
    let Opened { row, case, mut whole } = opened;
    let first = wanted.start..wanted.end.min(wanted.start.saturating_add(CHECKED_FIRST));
    let (sound, whole) = disk(move || Ok((whole.is_sound(&first)?, whole))).await?;
    if sound { Ok(Opened { row, case, whole }) } else { Err(damage::found(app, row.digest, Some(case)).await?.into()) }
}
