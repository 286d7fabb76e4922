//! A clerk with a roster: checked, kept until it is confirmed, imported, exported.
//!
//! Promise: an administrator of an agency, for the people of their own subtree. One roster at a time is read in a process,
//! because one may take seconds and some hundred megabytes; the next one waits, and is told to come again before it waits
//! long. A kept roster is its clerk's alone, one for each clerk, and is deleted when it is imported, taken back, or
//! [`LASTS_MS`] old.

use std::sync::Arc;
use std::time::Duration;

use sync_core::id::OfficerId;
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

use super::{Act, Checked, Imported, Scope};
use crate::flow::app::App;
use crate::flow::caller::{Caller, Role};
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::seen::Seen;
use crate::flow::sheet::report::Totals;
use crate::store::{self, KeptRosterRow, Tx};

/// How long a roster waits for its confirmation.
pub const LASTS_MS: i64 = 2 * 60 * 60 * 1000;
/// How long one waits for the rosters before it.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 200;
const IMPORTERS: [Role; 1] = [Role::AgencyAdmin];

/// A roster that waits for its confirmation.
#[derive(Debug)]
pub struct Kept {
    /// Name of the file.
    pub name: String,
    /// When it was sent.
    pub at: Instant,
    /// What its import would do now.
    pub checked: Checked,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The record of it; none where nothing was different.
    pub id: Option<[u8; 16]>,
    /// How many rows were what.
    pub totals: Totals,
}

/// Whether the caller may enter rosters.
pub fn may_import(caller: &Caller) -> bool {
    caller.must_be(&IMPORTERS).is_ok()
}

fn scope(app: &App, caller: &Caller) -> Result<Scope, Refusal> {
    caller.must_be(&IMPORTERS)?;
    // The subtree of the administrator, whatever other roles let them read.
    Ok(Scope { tenant: app.tenant, reach: caller.path.clone() })
}

async fn turn(app: &App) -> Result<OwnedSemaphorePermit, Failure> {
    let turn = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&app.rosters).acquire_owned()).await;
    turn.map_err(|_elapsed| Refusal::Busy)?.map_err(Failure::broken)
}

/// Runs on the blocking pool, in its turn; the turn lasts as long as the work, even if nobody waits for it any more.
async fn in_turn<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let turn = turn(app).await?;
    let work = move || {
        let _turn = turn;
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// What an import of a file would do.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Busy`], or an internal error.
pub async fn check(app: &App, caller: &Caller, file: Vec<u8>) -> Result<Checked, Failure> {
    let (store, scope, now) = (app.store.clone(), scope(app, caller)?, app.clock.now());
    in_turn(app, move || super::check(&store, &scope, &file, now)).await
}

/// Imports a file whose outcome was confirmed.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Malformed`] without a reason, [`Refusal::RosterRefused`] where a row cannot be taken,
/// [`Refusal::Stale`], [`Refusal::IdempotencyKeyReused`], [`Refusal::Busy`], or an internal error.
pub async fn import(
    app: &App,
    caller: &Caller,
    file: Vec<u8>,
    reason: String,
    (seen, key): (Seen<String>, Option<String>),
) -> Result<Done, Failure> {
    let (store, scope, now, actor) = (app.store.clone(), scope(app, caller)?, app.clock.now(), caller.officer);
    let tenant = scope.tenant;
    let imported = in_turn(app, move || {
        let digest = sync_core::id::hex(&<sha2::Sha256 as sha2::Digest>::digest(&file));
        let request = key
            .is_some()
            .then(|| IdempotentRequest::new(actor, "register_import", key, &[&digest, &reason, &seen.to_string()]));
        super::import(&store, &scope, &file, &Act { actor: Some(actor), reason: &reason, seen, request }, now)
    });
    match imported.await? {
        Imported::Now(comparison, _) if comparison.report.is_refused() => Err(Refusal::RosterRefused.into()),
        Imported::Now(comparison, id) => Ok(Done { id, totals: comparison.report.totals() }),
        Imported::Before(id) => {
            let totals = app.store.read(move |tx| totals(tx, &tenant, &id, actor)).await?;
            let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
            Ok(Done { id: Some(id), totals: totals.ok_or(corrupt)? })
        }
    }
}

/// What an import of the caller did; none where there is no such import.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn imported(app: &App, caller: &Caller, id: [u8; 16]) -> Result<Option<Totals>, Failure> {
    let (scope, actor) = (scope(app, caller)?, caller.officer);
    app.store.read(move |tx| totals(tx, &scope.tenant, &id, actor)).await
}

fn totals(
    tx: &mut Tx<'_>,
    tenant: &sync_core::id::TenantId,
    id: &[u8; 16],
    actor: OfficerId,
) -> Result<Option<Totals>, Failure> {
    let event = tx.register_event(tenant, id)?;
    let event = event.filter(|event| event.kind == RegisterEventKind::Imported && event.actor == Some(actor));
    event.map(|event| serde_json::from_str(&event.detail).map_err(Failure::broken)).transpose()
}

/// The register of the caller's subtree, as the rows of a roster.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Busy`], or an internal error.
pub async fn export(app: &App, caller: &Caller) -> Result<Vec<Vec<String>>, Failure> {
    let (store, scope) = (app.store.clone(), scope(app, caller)?);
    in_turn(app, move || super::export(&store, &scope)).await
}

/// Keeps a file for its check and its confirmation, in place of an earlier one.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn keep(app: &App, caller: &Caller, name: &str, file: Vec<u8>) -> Result<(), Failure> {
    let (scope, now) = (scope(app, caller)?, app.clock.now());
    let name = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let row = KeptRosterRow { officer: caller.officer, name, file, kept: now };
    app.store
        .write(move |tx| {
            tx.lock_tenant(&scope.tenant, now)?;
            tx.keep_roster(&scope.tenant, &row).map_err(Failure::from)
        })
        .await
}

async fn waiting(app: &App, caller: &Caller) -> Result<Option<KeptRosterRow>, Failure> {
    let (scope, officer, oldest) = (scope(app, caller)?, caller.officer, app.clock.now().plus_ms(-LASTS_MS));
    let row = app.store.read(move |tx| tx.kept_roster(&scope.tenant, &officer).map_err(Failure::from)).await?;
    Ok(row.filter(|row| row.kept >= oldest))
}

/// The caller's kept roster, checked against the register as it is now.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::Busy`], or an internal error.
pub async fn kept(app: &App, caller: &Caller) -> Result<Option<Kept>, Failure> {
    let Some(KeptRosterRow { officer: _, name, file, kept: at }) = waiting(app, caller).await? else { return Ok(None) };
    Ok(Some(Kept { name, at, checked: check(app, caller, file).await? }))
}

/// Imports the caller's kept roster, if its outcome is the one that was confirmed.
///
/// # Errors
/// As [`import`]; [`Refusal::Stale`] also where nothing is kept.
pub async fn import_kept(app: &App, caller: &Caller, reason: String, tag: String) -> Result<Done, Failure> {
    let Some(kept) = waiting(app, caller).await? else {
        return Err(Refusal::Stale.because(NOTHING_WAITS.0, NOTHING_WAITS.1).into());
    };
    let done = import(app, caller, kept.file, reason, (Seen::one(tag), None)).await?;
    drop_kept(app, caller).await?;
    Ok(done)
}

const NOTHING_WAITS: (&str, &str) = (
    "没有等待确认的花名册：它已经导入、已被撤回，或者超过两小时已删除。请重新选择文件。",
    "No roster waits to be confirmed: it was imported, was taken back, or was deleted after two hours. Choose the file again.",
);

/// Deletes the caller's kept roster.
///
/// # Errors
/// [`Refusal::Forbidden`], or an internal error.
pub async fn drop_kept(app: &App, caller: &Caller) -> Result<(), Failure> {
    let (scope, officer) = (scope(app, caller)?, caller.officer);
    app.store.write(move |tx| tx.drop_kept_roster(&scope.tenant, &officer).map_err(Failure::from)).await
}
