//! Backup of an installation on the embedded database, while the server runs.
//!
//! Promise: the backup contains everything that was acknowledged before it began.
//!
//! - The database is copied first and then the evidence that the copy names, so a restored database never names an
//!   absent file.
//! - The manifest is written last, so an interrupted backup is recognised as incomplete.
//! - A backup has the layout of a data directory.
//! - Making and checking a backup verify every change against its leaf, values and signature
//!   (`crate::store::look_into`), and every file against its digest.
//!
//! Not here: PostgreSQL (`pg_dump`); unfinished uploads, which phones start again; schedule and retention; detection of
//! a backup that was replaced by another consistent one (the manifest is not signed).

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sync_core::id::{Digest, TenantId};
use sync_core::sign::Signer as _;
use sync_core::time::Instant;

use crate::flow::install::marker::{self, Marker, MarkerError};
use crate::flow::keys::{FastVerifier, KeyError, ServerKey};
use crate::store::evidence_store::{self, EvidenceStore, Found};
use crate::store::{self, BackupContents, copy_embedded, look_into};

mod directory;

const DATABASE: &str = "palm.db";
const MANIFEST: &str = "manifest.json";
const SERVER_KEY: &str = "server.pk8";
const TOKEN_KEY: &str = "token.pk8";
const KEYS: [&str; 2] = [SERVER_KEY, TOKEN_KEY];

/// The manifest of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the program that made it.
    pub program: String,
    /// When it began, milliseconds UTC.
    pub begun_ms: i64,
    /// The newest migration of the database.
    pub schema: String,
    /// Which installation of the database it is, hex. Absent in a backup that was made before data directories said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<String>,
    /// Epoch of the log, hex.
    pub log_epoch: String,
    /// Leaves in the log.
    pub log_size: i64,
    /// Root of the log, hex.
    pub log_root: String,
    /// SHA-256 of the database file, hex.
    pub database: String,
    /// Files of evidence; each is named by the SHA-256 of its bytes.
    pub evidence_files: usize,
    /// Their bytes.
    pub evidence_bytes: u64,
    /// Files that are known to be damaged or removed. They are not in the backup.
    #[serde(default)]
    pub evidence_damaged: usize,
    /// Whether the private keys are in it.
    pub keys: bool,
}

/// Why a backup was not made, or is not valid.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or a directory.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The target directory is not empty.
    #[error("{0} is not empty: a backup needs a new or empty directory")]
    NotEmpty(PathBuf),
    /// The backup would contain itself.
    #[error("{0} is inside the data directory: put the backup outside of it")]
    Inside(PathBuf),
    /// There is nothing to back up.
    #[error("{0}: there is no installation here, because the database does not exist")]
    NoInstallation(PathBuf),
    /// A file that is not part of the backup. A restore would copy it.
    #[error("{0} does not belong to this backup, and a restore would copy it")]
    Surplus(PathBuf),
    /// A link, a pipe or another special file.
    #[error("{0} is not the regular file or directory that is expected there")]
    Irregular(PathBuf),
    /// A change differs from what was stored.
    #[error("{0}")]
    Change(String),
    /// A private key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The marker of the installation.
    #[error(transparent)]
    Marker(#[from] MarkerError),
    /// The marker names another installation than the manifest.
    #[error("{0} does not name the installation of the manifest")]
    OtherInstallation(PathBuf),
    /// A private key belongs to another installation.
    #[error("{0} is not a key that the database names")]
    OtherKey(PathBuf),
    /// The database or its copy.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A piece of evidence that the database names.
    #[error("evidence {digest}: {what}")]
    Evidence {
        /// Which.
        digest: Digest,
        /// Absent, or its bytes do not hash to its name.
        what: &'static str,
    },
    /// The file differs from the manifest.
    #[error("the {0} is not what the manifest says")]
    Differs(&'static str),
    /// The manifest.
    #[error("{MANIFEST}: {0}")]
    Manifest(#[from] serde_json::Error),
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}

/// Backs up the installation in `directory`, whose database is the embedded one at `database` or `palm.db` in it, into
/// the directory `to`, which is new or empty. The private keys are included only on request.
///
/// # Errors
/// [`BackupError`]; the files that were written until then have no manifest.
pub fn make(
    directory: &Path,
    database: Option<&str>,
    to: &Path,
    with_keys: bool,
    now: Instant,
) -> Result<Manifest, BackupError> {
    let embedded = directory.join(DATABASE);
    if database.is_none() && !embedded.exists() {
        return Err(BackupError::NoInstallation(directory.to_owned()));
    }
    let made = directory::prepare(directory, to)?;
    let copy = to.join(DATABASE);
    let address = format!("sqlite:{}", embedded.display());
    if let Err(error) = copy_embedded(database.unwrap_or(&address), &copy) {
        // Nothing was copied; remove what could be mistaken for a copy.
        drop(std::fs::remove_file(&copy));
        if made {
            drop(std::fs::remove_dir(to));
        }
        return Err(error.into());
    }
    // Of a data directory without a marker the database has only one, or it cannot be told which.
    let named = match marker::read(directory)? {
        Marker::Named(id) => Some(id),
        Marker::Begun(_) | Marker::Absent => None,
    };
    let held = sound_database(&copy, named.as_ref())?;
    marker::name(to, &held.tenant.id)?;
    let (here, there) = (EvidenceStore::at(directory), EvidenceStore::open(to).map_err(at(to))?);
    for (digest, _) in &held.evidence {
        sound(*digest, here.copy_into(digest, &there).map_err(at(directory))?)?;
    }
    if with_keys {
        copy_keys(directory, to)?;
        check_keys(to, &held)?;
    }
    let manifest = describe(&copy, &held, with_keys, now.ms())?;
    write_through(&to.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
    File::open(to).and_then(|directory| directory.sync_all()).map_err(at(to))?;
    Ok(manifest)
}

/// Verifies a backup against its manifest: every file is accounted for, every byte of the database and of the
/// evidence is hashed, every change is verified against its leaf, and the log's root is recomputed. Changes nothing.
///
/// # Errors
/// [`BackupError`] that names the first thing wrong.
pub fn check(from: &Path) -> Result<Manifest, BackupError> {
    let path = from.join(MANIFEST);
    directory::regular(&path)?;
    let said: Manifest = serde_json::from_slice(&std::fs::read(&path).map_err(at(&path))?)?;
    let files = directory::account_for(from, said.keys)?;
    let copy = from.join(DATABASE);
    if hash(&copy)? != said.database {
        return Err(BackupError::Differs("database"));
    }
    let named = named(from, &said)?;
    let held = sound_database(&copy, named.as_ref())?;
    let evidence = EvidenceStore::at(from);
    for (digest, _) in &held.evidence {
        sound(*digest, evidence.look_at(digest).map_err(at(from))?)?;
    }
    let wanted: BTreeSet<Digest> = held.evidence.iter().map(|(digest, _)| *digest).collect();
    if let Some(digest) = files.difference(&wanted).next() {
        return Err(BackupError::Evidence { digest: *digest, what: "the database does not name it" });
    }
    if said.keys {
        check_keys(from, &held)?;
    }
    let found = Manifest {
        program: said.program.clone(),
        installation: said.installation.clone(),
        ..describe(&copy, &held, said.keys, said.begun_ms)?
    };
    if found == said { Ok(found) } else { Err(BackupError::Differs("backup")) }
}

/// The installation that both the marker and the manifest name; none in an old backup, which has neither.
fn named(from: &Path, said: &Manifest) -> Result<Option<TenantId>, BackupError> {
    let other = || BackupError::OtherInstallation(marker::path(from));
    match (marker::read(from)?, &said.installation) {
        (Marker::Absent, None) => Ok(None),
        (Marker::Named(id), Some(said)) if id.to_string() == *said => Ok(Some(id)),
        _ => Err(other()),
    }
}

fn sound_database(copy: &Path, wanted: Option<&TenantId>) -> Result<BackupContents, BackupError> {
    let held = look_into(copy, wanted, &FastVerifier)?;
    match held.damage {
        Some(damage) => Err(BackupError::Change(damage)),
        None => Ok(held),
    }
}

fn sound(digest: Digest, found: Found) -> Result<(), BackupError> {
    match found {
        Found::Sound => Ok(()),
        Found::Spoilt => Err(BackupError::Evidence { digest, what: "its bytes do not hash to its name" }),
        Found::Absent => Err(BackupError::Evidence { digest, what: "the file is absent" }),
    }
}

fn describe(copy: &Path, held: &BackupContents, keys: bool, begun_ms: i64) -> Result<Manifest, BackupError> {
    Ok(Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        begun_ms,
        schema: held.schema.clone(),
        installation: Some(held.tenant.id.to_string()),
        log_epoch: held.tenant.log_epoch.to_string(),
        log_size: held.tenant.log_size,
        log_root: held.tenant.log_root.to_string(),
        database: hash(copy)?,
        evidence_files: held.evidence.len(),
        evidence_bytes: held.evidence.iter().map(|(_, size)| size).sum(),
        evidence_damaged: held.damaged,
        keys,
    })
}

fn hash(path: &Path) -> Result<String, BackupError> {
    let digest = File::open(path).and_then(|mut file| evidence_store::hash(&mut file));
    Ok(digest.map_err(at(path))?.0.to_string())
}

fn copy_keys(directory: &Path, to: &Path) -> Result<(), BackupError> {
    let keys = to.join("keys");
    DirBuilder::new().mode(0o700).create(&keys).map_err(at(&keys))?;
    for name in KEYS {
        let from = directory.join("keys").join(name);
        directory::regular(&from)?;
        write_through(&keys.join(name), &std::fs::read(&from).map_err(at(&from))?)?;
    }
    Ok(())
}

/// Checks that both keys are usable, and that the database names the signing one.
fn check_keys(below: &Path, held: &BackupContents) -> Result<(), BackupError> {
    let keys = below.join("keys");
    // A missing key would be created.
    KEYS.iter().try_for_each(|key| directory::regular(&keys.join(key)))?;
    let server = ServerKey::open(&keys.join(SERVER_KEY))?;
    ServerKey::open(&keys.join(TOKEN_KEY))?;
    let public = server.public_key();
    if held.server_keys.iter().any(|known| known.as_slice() == public.bytes()) {
        Ok(())
    } else {
        Err(BackupError::OtherKey(keys.join(SERVER_KEY)))
    }
}

/// Creates a file that only its owner can read, and syncs it to the disk.
fn write_through(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}
