//! Opening an installation: directory, database, keys.
//!
//! Promise: what is missing of a new installation is made, for its owner alone; what is there is checked, and parts that
//! do not belong together are refused. Not here: listening (`serve`).

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use sync_core::sign::PublicKey;

use crate::clock::Clock;
use crate::flow::app::App;
use crate::flow::ingest::Ingest;
use crate::flow::install::{self, COUNTY, MisfitOr, REGION};
use crate::flow::keys::{KeyError, Keys};
use crate::flow::password::Passwords;
use crate::flow::readiness::Readiness;
use crate::flow::refusal::Failure;
use crate::flow::seed;
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
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A key file.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Directory and database do not belong together.
    #[error(transparent)]
    Mismatch(#[from] install::Mismatch),
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
            MisfitOr::Failure(failure) => failure.into(),
        }
    }
}

/// Makes another server key for an installation that is there, and registers it ([`install::replace_server_key`]).
///
/// # Errors
/// [`StartError`].
pub fn new_server_key(
    directory: &Path,
    database: Option<&str>,
    reason: &str,
    clock: Clock,
) -> Result<PublicKey, StartError> {
    let embedded = directory.join("palm.db");
    if database.is_none() && !embedded.exists() {
        return Err(install::Mismatch::NoInstallation.into());
    }
    let store = Store::open_with(database.unwrap_or(&format!("sqlite:{}", embedded.display())), Pool::default())?;
    Ok(install::replace_server_key(&store, directory, reason, clock.now())?)
}

/// Opens the data directory and the database (`sqlite:DIRECTORY/palm.db` where `database` is absent), makes
/// what is missing, and proves that tokens can be signed and verified.
///
/// # Errors
/// [`StartError`].
pub fn open(directory: &Path, database: Option<&str>, clock: Clock) -> Result<App, StartError> {
    open_with(directory, database, Pool::default(), clock)
}

/// As [`open`], with so many connections.
///
/// # Errors
/// [`StartError`].
pub fn open_with(directory: &Path, database: Option<&str>, pool: Pool, clock: Clock) -> Result<App, StartError> {
    // It holds keys and cases: what is made here is for its owner alone, whatever the umask.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|source| StartError::Directory { path: directory.to_owned(), source })?;
    let embedded = format!("sqlite:{}", directory.join("palm.db").display());
    let store = Store::open_with(database.unwrap_or(&embedded), pool)?;
    let now = clock.now();
    install::fits(&store, directory)?;
    // The installation is in the database before it has a key, so that a key without its database is noticed.
    let tenant = install::tenant(&store, REGION, COUNTY, now)?;
    let keys = Keys::open(directory)?;
    install::server_key(&store, &keys, &tenant, now)?;
    seed::county(&store, &tenant, now)?;
    let trial = seed::is_trial(&store, &tenant)?;
    if trial {
        tracing::warn!("the people of this installation are made up: it is for trials only");
    }
    Ok(App {
        tokens: Tokens::new(&keys.token, &tenant, now)?,
        ingest: Ingest::start(store.clone(), keys.clone(), clock, tenant).map_err(StartError::Thread)?,
        passwords: Passwords::new()?,
        evidence: EvidenceStore::open(directory)
            .map_err(|source| StartError::Directory { path: directory.join("evidence"), source })?,
        store,
        keys,
        clock,
        tenant,
        directory: directory.to_owned(),
        readiness: Readiness::default(),
        trial: AtomicBool::new(trial),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_made_in_the_data_directory_is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("palm");
        let _app = open(&directory, None, Clock::system()).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&directory), 0o700);
        for file in ["palm.db", "palm.db-wal", "palm.db-shm", "palm.migrating"] {
            assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
        }
    }
}
