//! Opens an installation: directory, database, keys.
//!
//! Promise: missing parts of a new installation are created with access for the owner only; existing parts are checked,
//! and parts that do not belong together are refused. Not here: listening (`serve`).

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sync_core::id::TenantId;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::flow::app::App;
use crate::flow::evidence::UNCLAIMED_BYTES;
use crate::flow::health::Readiness;
use crate::flow::holiday;
use crate::flow::ingest::Ingest;
use crate::flow::install::{self, Installations, MisfitOr, Parts, marker};
use crate::flow::keys::{KeyError, Keys};
use crate::flow::last_list::Lists;
use crate::flow::nonce::Nonces;
use crate::flow::password::Passwords;
use crate::flow::quota::Quotas;
use crate::flow::refusal::Failure;
use crate::flow::seed;
use crate::flow::stay::Stay;
use crate::flow::token::{TokenError, Tokens};
use crate::store::evidence_store::EvidenceStore;
use crate::store::{self, Pool, Store};

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error("data directory {path}")]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Everybody can write there, so another user could replace the database or the keys.
    #[error(
        "everybody can write into the data directory {0}: chmod 700, and check the files in it / 任何人都可写入数据目录，请收紧权限并检查其中的文件"
    )]
    Writable(PathBuf),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A key file.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Directory and database do not belong together.
    #[error(transparent)]
    Mismatch(#[from] install::Mismatch),
    /// The marker of the data directory.
    #[error(transparent)]
    Marker(#[from] marker::MarkerError),
    /// The token self-test.
    #[error(transparent)]
    Tokens(#[from] TokenError),
    /// No thread for the writer.
    #[error("start the writer")]
    Thread(#[source] std::io::Error),
    /// Anything else.
    #[error("{0}")]
    Install(String),
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refused) => Self::Install(refused.refusal.explain().en.to_owned()),
            Failure::Broken(error) => Self::Install(error.to_string()),
        }
    }
}

impl From<MisfitOr> for StartError {
    fn from(error: MisfitOr) -> Self {
        match error {
            MisfitOr::Mismatch(mismatch) => Self::Mismatch(mismatch),
            MisfitOr::Key(error) => Self::Keys(error),
            MisfitOr::Marker(error) => Self::Marker(error),
            MisfitOr::Failure(failure) => failure.into(),
        }
    }
}

/// Creates a new server key for an existing installation, and registers it ([`install::replace_server_key`]).
///
/// # Errors
/// [`StartError`].
pub fn new_server_key(
    directory: &Path,
    database: Option<&str>,
    reason: &str,
    clock: Clock,
) -> Result<PublicKey, StartError> {
    if database.is_none() && !directory.join(EMBEDDED).exists() {
        return Err(install::Mismatch::NoInstallation.into());
    }
    let store = database_of(directory, database, Pool::default())?;
    let parts = Parts { store: &store, directory, is_inside: is_inside(directory, database) };
    let _only = marker::lock(directory)?;
    Ok(install::replace_server_key(parts, reason, clock.now())?)
}

/// Names the installation that a data directory belongs to: one of the database, or a new one ([`install::name`]).
/// Creates the directory where it is missing.
///
/// # Errors
/// [`StartError`].
pub fn name_installation(
    directory: &Path,
    database: Option<&str>,
    chosen: Option<TenantId>,
) -> Result<TenantId, StartError> {
    private(directory)?;
    let store = database_of(directory, database, Pool::default())?;
    let parts = Parts { store: &store, directory, is_inside: is_inside(directory, database) };
    let _only = marker::lock(directory)?;
    Ok(install::name(parts, chosen)?)
}

/// The installations of a database.
///
/// # Errors
/// [`StartError`].
pub fn installations(directory: &Path, database: Option<&str>) -> Result<Installations, StartError> {
    Ok(install::installations(&database_of(directory, database, Pool::default())?)?)
}

/// Name of the embedded database in a data directory.
const EMBEDDED: &str = "palm.db";

fn database_of(directory: &Path, database: Option<&str>, pool: Pool) -> Result<Store, StartError> {
    let embedded = format!("sqlite:{}", directory.join(EMBEDDED).display());
    Ok(Store::open_with(database.unwrap_or(&embedded), pool)?)
}

/// Whether the database is the embedded one of this data directory.
fn is_inside(directory: &Path, database: Option<&str>) -> bool {
    let Some(address) = database else { return true };
    let path = Path::new(address.strip_prefix("sqlite:").unwrap_or(address));
    let real = |path: &Path| path.canonicalize().ok();
    real(path).is_some_and(|path| Some(path) == real(&directory.join(EMBEDDED)))
}

/// Opens the data directory and the database (`sqlite:DIRECTORY/palm.db` without `database`), creates missing parts,
/// and tests that tokens can be signed and verified.
///
/// # Errors
/// [`StartError`].
pub fn open(directory: &Path, database: Option<&str>, clock: Clock) -> Result<App, StartError> {
    open_with(directory, database, Pool::default(), clock)
}

/// As [`open`], with this many connections.
///
/// # Errors
/// [`StartError`].
pub fn open_with(directory: &Path, database: Option<&str>, pool: Pool, clock: Clock) -> Result<App, StartError> {
    private(directory)?;
    is_not_open_to_all(directory)?;
    let store = database_of(directory, database, pool)?;
    if store.owns_the_ledger()? {
        tracing::warn!("the role of database_url owns the tables of the record: let the server connect by another");
    }
    let now = clock.now();
    let (tenant, newest, keys) = installation(&store, directory, is_inside(directory, database), now)?;
    let readiness = Readiness::new(newest, now);
    install::server_key(&store, &keys, &tenant, now)?;
    holiday::publish(&store, &tenant, now)?;
    let set_up = store.read_sync(|tx| tx.tenant(&tenant).map_err(Failure::from))?.has_county();
    let trial = seed::is_trial(&store, &tenant)?;
    if trial {
        tracing::warn!("the people of this installation are made up: it is for trials only");
    }
    let quotas = Arc::<Quotas>::default();
    Ok(App {
        tokens: Tokens::new(keys.token.clone(), directory, &tenant, now)?,
        nonces: Nonces::new(&keys, now).map_err(TokenError::Random)?,
        bearer_phones: true,
        public_address: None,
        credential_lists: Lists::default(),
        ingest: Ingest::start(store.clone(), keys.clone(), clock, (tenant, Arc::clone(&quotas)))
            .map_err(StartError::Thread)?,
        cases: Arc::default(),
        quotas,
        stay: Stay::default(),
        unclaimed_bytes: UNCLAIMED_BYTES,
        rosters: Arc::new(Semaphore::new(1)),
        passwords: Passwords::new()?,
        evidence: EvidenceStore::open(directory)
            .map_err(|source| StartError::Directory { path: directory.join("evidence"), source })?,
        store,
        keys,
        clock,
        tenant,
        directory: directory.to_owned(),
        readiness,
        set_up: AtomicBool::new(set_up),
        trial: AtomicBool::new(trial),
    })
}

/// The installation of the data directory with its keys, begun where there is none, and the time of its newest record.
fn installation(
    store: &Store,
    directory: &Path,
    is_inside: bool,
    now: Instant,
) -> Result<(TenantId, Option<Instant>, Keys), StartError> {
    let parts = Parts { store, directory, is_inside };
    let _only = marker::lock(directory)?;
    let found = install::find(parts)?;
    // Read before the first write, which records the time of this start.
    let newest = found.as_ref().map(|tenant| install::newest_record(store, tenant)).transpose()?.flatten();
    let tenant = match found {
        Some(tenant) => {
            install::fits(store, directory, &tenant)?;
            tenant
        }
        // The installation is stored before its key is created, so that a key without its database is detected.
        None => install::begin(parts, now)?,
    };
    Ok((tenant, newest, Keys::open(directory)?))
}

/// Creates the data directory. It contains keys and cases, so it is for its owner only, whatever the umask.
fn private(directory: &Path) -> Result<(), StartError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(|source| StartError::Directory { path: directory.to_owned(), source })
}

/// Refuses a data directory that everybody can write.
fn is_not_open_to_all(directory: &Path) -> Result<(), StartError> {
    let failed = |source| StartError::Directory { path: directory.to_owned(), source };
    let mode = std::fs::metadata(directory).map_err(failed)?.permissions().mode();
    if mode & 0o002 == 0 { Ok(()) } else { Err(StartError::Writable(directory.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_in_the_data_directory_is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("palm");
        let _app = open(&directory, None, Clock::system()).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&directory), 0o700);
        for file in ["palm.db", "palm.db-wal", "palm.db-shm", "palm.migrating", "installation"] {
            assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
        }
        for below in ["keys", "evidence"] {
            assert_eq!(mode(&directory.join(below)), 0o700, "{below}");
        }
    }

    #[test]
    fn a_data_directory_that_everybody_can_write_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("palm");
        drop(open(&directory, None, Clock::system()).unwrap());
        for (mode, fine) in [(0o777, false), (0o702, false), (0o1777, false), (0o775, true), (0o755, true)] {
            std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode)).unwrap();
            let outcome = open(&directory, None, Clock::system());
            assert_eq!(outcome.is_ok(), fine, "{mode:o}");
            assert!(fine || matches!(outcome, Err(StartError::Writable(_))), "{mode:o}");
        }
    }

    #[test]
    fn a_start_with_a_clock_behind_the_newest_record_is_degraded_until_the_clock_has_caught_up() {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let directory = tempfile::tempdir().unwrap();
        let at = |offset: i64| open(directory.path(), None, Clock::offset(offset)).unwrap();
        let is_behind = |app: &App, now: Instant| app.readiness.degraded(now).is_some();
        let first = at(0);
        assert!(!is_behind(&first, first.clock.now()), "nothing is recorded yet");
        drop(first);
        assert!(!is_behind(&at(DAY_MS), Clock::offset(DAY_MS).now()));
        let behind = at(0);
        assert!(is_behind(&behind, behind.clock.now()));
        assert!(!is_behind(&behind, behind.clock.now().plus_ms(DAY_MS + 60_000)), "it has caught up");
    }
}
