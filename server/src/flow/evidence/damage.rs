//! Handling of a stored file that is damaged.
//!
//! Promise: damage is detected before damaged bytes are sent, reported to the reader, raised as one alarm and recorded;
//! from then on the file counts as missing. The damaged file is moved aside, never deleted. An upload of the same
//! bytes, or a copy that the operator restores from a backup, repairs it. Files stored before block digests existed get
//! them on the first read or by [`check_all`].

use sync_core::alarm::AlarmKind;
use sync_core::evidence::Damage;
use sync_core::id::{CaseId, Digest, TenantId};

use super::{Opened, check, disk};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::evidence_store::{Aside, Whole};
use crate::store::{AlarmRow, ClaimedFile, EvidenceFileRow, Standing, StoredBytes};

/// Files that [`check_all`] reads from the database in one statement.
const AT_ONCE: i64 = 256;

/// The refusal for a reader.
pub const fn refusal(damage: Damage) -> Refusal {
    match damage {
        Damage::Altered => Refusal::EvidenceAltered,
        Damage::Removed => Refusal::EvidenceRemoved,
    }
}

/// Result of checking the files of an installation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Intact files.
    pub whole: u64,
    /// Intact files whose block digests were computed now.
    pub new_blocks: u64,
    /// Intact files that were known to be damaged and were restored.
    pub mended: u64,
    /// Files that are damaged, those known before included.
    pub damaged: u64,
}

/// Opens a stored file for reading by block. A file without block digests is read completely once.
///
/// # Errors
/// [`Refusal::EvidenceAltered`], [`Refusal::EvidenceRemoved`]; or an internal error.
pub(super) async fn open_whole(app: &App, digest: Digest, case: Option<CaseId>) -> Result<Whole, Failure> {
    let stored = stored(app, digest).await?;
    let evidence = app.evidence.clone();
    let (blocks, new) = match stored.blocks {
        Some(blocks) => (Some(blocks), false),
        None => (disk(move || evidence.blocks_of(&digest)).await?, true),
    };
    let Some(blocks) = blocks else { return Err(found(app, digest, case).await?.into()) };
    if new {
        let (tenant, blocks) = (app.tenant, blocks.clone());
        app.store.write(move |tx| tx.set_evidence_blocks(&tenant, &digest, &blocks).map_err(Failure::from)).await?;
    }
    let evidence = app.evidence.clone();
    match disk(move || evidence.open_whole(&digest, stored.size, blocks)).await? {
        Some(whole) => Ok(whole),
        None => Err(found(app, digest, case).await?.into()),
    }
}

async fn stored(app: &App, digest: Digest) -> Result<StoredBytes, Failure> {
    let tenant = app.tenant;
    let found = app.store.read(move |tx| tx.evidence_file(&tenant, &digest).map_err(Failure::from)).await?;
    Ok(found.ok_or(crate::store::Error::Inconsistent { what: "evidence_file" })?)
}

/// Whether a damaged file is intact again, because its bytes were restored; this is recorded.
pub(super) async fn mended(app: &App, digest: Digest) -> Result<bool, Failure> {
    let evidence = app.evidence.clone();
    let Some(blocks) = disk(move || evidence.blocks_of(&digest)).await? else { return Ok(false) };
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            tx.mend_evidence(&tenant, &digest, &blocks).map_err(Failure::from)
        })
        .await?;
    tracing::info!(%digest, "a damaged evidence file is intact again");
    Ok(true)
}

/// Checks a seemingly damaged file again, moves it aside, records the damage and raises one alarm. Returns the
/// refusal for the reader.
///
/// # Errors
/// An internal error.
pub async fn found(app: &App, digest: Digest, case: Option<CaseId>) -> Result<Refused, Failure> {
    let evidence = app.evidence.clone();
    let damage = match disk(move || evidence.set_aside(&digest)).await? {
        Aside::Moved => Damage::Altered,
        Aside::Absent => Damage::Removed,
        // The bytes on disk are intact, so the first read was wrong. The reader tries again.
        Aside::Sound => {
            tracing::error!(%digest, "evidence was read with errors once and correctly the second time: the disk or the memory fails");
            return Ok(Refusal::StorageUnavailable.into());
        }
    };
    let alarm = alarm(app, digest, damage, case)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store.write(move |tx| record(tx, &tenant, digest, damage, &alarm, now)).await?;
    Ok(refusal(damage).into())
}

/// The detail is the code of the refusal that readers get.
fn alarm(app: &App, digest: Digest, damage: Damage, case: Option<CaseId>) -> Result<AlarmRow, Failure> {
    tracing::error!(%digest, damage = damage.code(), "an evidence file differs from the stored one");
    let (id, kind) = (random::bytes()?, AlarmKind::EvidenceDamaged);
    let detail = refusal(damage).explain().code.to_owned();
    Ok(AlarmRow { id, at: app.clock.now(), kind, device: None, case, change: None, detail })
}

fn record(
    tx: &mut crate::store::Tx<'_>,
    tenant: &TenantId,
    digest: Digest,
    damage: Damage,
    alarm: &AlarmRow,
    now: sync_core::time::Instant,
) -> Result<(), Failure> {
    tx.lock_tenant(tenant, now)?;
    if tx.damage_evidence(tenant, &digest, damage, now)? {
        tx.add_alarm(tenant, alarm)?;
    }
    Ok(())
}

/// Verifies the first bytes of a file before a page shows it, and returns its state.
///
/// # Errors
/// An internal error.
pub async fn examine(app: &App, case: CaseId, claimed: ClaimedFile) -> Result<ClaimedFile, Failure> {
    let digest = claimed.digest;
    let standing = match claimed.standing {
        Standing::Awaited => Standing::Awaited,
        Standing::Damaged(row, damage) if !mended(app, digest).await? => Standing::Damaged(row, damage),
        Standing::Arrived(row) | Standing::Damaged(row, _) => match first_bytes(app, case, row.clone()).await {
            Ok(()) => Standing::Arrived(row),
            Err(Failure::Refused(refused)) if refused.refusal == Refusal::EvidenceAltered => {
                Standing::Damaged(row, Damage::Altered)
            }
            Err(Failure::Refused(refused)) if refused.refusal == Refusal::EvidenceRemoved => {
                Standing::Damaged(row, Damage::Removed)
            }
            Err(other) => return Err(other),
        },
    };
    Ok(ClaimedFile { standing, ..claimed })
}

async fn first_bytes(app: &App, case: CaseId, row: EvidenceFileRow) -> Result<(), Failure> {
    let whole = open_whole(app, row.digest, Some(case)).await?;
    let all = 0..whole.size();
    check(app, Opened { row, case, whole }, &all).await.map(drop)
}

/// Finds missing files and files of another length before a case is closed. It does not read their bytes.
///
/// # Errors
/// An internal error.
pub async fn look_for(app: &App, case: CaseId) -> Result<(), Failure> {
    let tenant = app.tenant;
    let claimed = app
        .store
        .read(move |tx| {
            let Some(file) = tx.case_file(&tenant, &case)? else { return Ok(Vec::new()) };
            tx.evidence_of(&tenant, file.case_leaf).map_err(Failure::from)
        })
        .await?;
    for (digest, size) in claimed.iter().filter_map(|claimed| claimed.arrived()).map(|file| (file.digest, file.size)) {
        let evidence = app.evidence.clone();
        if !disk(move || evidence.is_there(&digest, size.cast_unsigned())).await? {
            found(app, digest, Some(case)).await?;
        }
    }
    Ok(())
}

/// Reads every stored file, for the operator's command. Damage is recorded as if a reader had found it.
///
/// # Errors
/// An internal error; damage that was found until then is recorded.
pub fn check_all(app: &App) -> Result<Checked, Failure> {
    let (tenant, mut checked, mut after) = (app.tenant, Checked::default(), None);
    loop {
        let page =
            app.store.read_sync(|tx| tx.evidence_files(&tenant, after.as_ref(), AT_ONCE).map_err(Failure::from))?;
        let Some(last) = page.last() else { return Ok(checked) };
        after = Some(last.digest);
        for stored in page {
            check_one(app, &stored, &mut checked)?;
        }
    }
}

fn check_one(app: &App, stored: &StoredBytes, checked: &mut Checked) -> Result<(), Failure> {
    let (tenant, digest, now) = (app.tenant, stored.digest, app.clock.now());
    let Some(blocks) = app.evidence.blocks_of(&digest).map_err(Failure::broken)? else {
        checked.damaged += 1;
        let damage = match app.evidence.set_aside(&digest).map_err(Failure::broken)? {
            Aside::Moved => Damage::Altered,
            Aside::Absent | Aside::Sound => Damage::Removed,
        };
        if stored.damage.is_none() {
            let alarm = alarm(app, digest, damage, None)?;
            app.store.write_sync(|tx| record(tx, &tenant, digest, damage, &alarm, now))?;
        }
        return Ok(());
    };
    checked.whole += 1;
    if stored.damage.is_some() {
        checked.mended += 1;
        app.store.write_sync(|tx| {
            tx.lock_tenant(&tenant, now)?;
            tx.mend_evidence(&tenant, &digest, &blocks).map_err(Failure::from)
        })
    } else if stored.blocks.is_none() {
        checked.new_blocks += 1;
        app.store.write_sync(|tx| tx.set_evidence_blocks(&tenant, &digest, &blocks).map_err(Failure::from))
    } else {
        Ok(())
    }
}
