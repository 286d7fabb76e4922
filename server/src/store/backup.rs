//! Copies of the embedded database, and verification of such a copy.
//!
//! Promise: [`look_into`] succeeds only for a copy with sound pages, references and log: it recomputes the root of the
//! log from its leaves and verifies every change against its leaf (`changes`); it names the first damaged change. Not
//! here: the evidence (`crate::flow::backup`).

use std::path::Path;

use sync_core::id::{Digest, TenantId};
use sync_core::log::Frontier;
use sync_core::sign::Verifier;

use super::db::{Manager, copy};
use super::{Error, StoredBytes, TenantRow, Tx};

mod changes;

use changes::Changes;

/// The content of a copy of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupContents {
    /// The newest migration.
    pub schema: String,
    /// The installation, with the head of its log.
    pub tenant: TenantRow,
    /// Public keys that its server signs or once signed with, oldest first: uncompressed SEC1 points.
    pub server_keys: Vec<Vec<u8>>,
    /// Every evidence file that has arrived and is not known to be damaged, with its size in bytes.
    pub evidence: Vec<(Digest, u64)>,
    /// How many evidence files are known to be damaged or removed. They are not copied.
    pub damaged: usize,
    /// The first damaged change, and its damage.
    pub damage: Option<String>,
}

/// Copies the embedded database at `address` into the file `to` while others use it: one snapshot, on the disk.
///
/// # Errors
/// [`Error::Open`] for PostgreSQL, and where there is no database; [`Error::Statement`] where copying fails.
pub fn copy_embedded(address: &str, to: &Path) -> Result<(), Error> {
    Manager::parse(address)?.copy_to(to)
}

/// Verifies the installation of a copy without changing it: this one, or the only one that it has.
///
/// # Errors
/// [`Error::Inconsistent`] where the copy has no such installation, or several and none is named; where SQLite finds damage or the head of the log is not that of its leaves; [`Error`] where it
/// cannot be read.
pub fn look_into(path: &Path, wanted: Option<&TenantId>, verifier: &dyn Verifier) -> Result<BackupContents, Error> {
    let mut db = copy::open_copy(path)?;
    let schema = copy::sound_schema(&mut db)?;
    let mut tx = Tx::new(&mut db);
    let mut held = tx.tenants()?;
    held.retain(|one| wanted.is_none_or(|id| *id == one.id));
    let [tenant] = <[TenantRow; 1]>::try_from(held).map_err(|_none| Error::Inconsistent { what: "tenant" })?;
    let server_keys = tx.server_keys(&tenant.id)?.into_iter().map(|key| key.public_key).collect();
    let damage = match Changes::new(&mut tx, &tenant, verifier)?.hold(&mut tx)? {
        Ok(frontier) if is_head(&frontier, &tenant) => None,
        Ok(_another) => return Err(Error::Inconsistent { what: "log: its leaves do not give its head" }),
        Err(damage) => Some(damage),
    };
    let (damaged, whole): (Vec<_>, Vec<_>) =
        evidence(&mut tx, &tenant.id)?.into_iter().partition(|file| file.damage.is_some());
    let evidence = whole.into_iter().map(|file| (file.digest, file.size)).collect();
    Ok(BackupContents { schema, tenant, server_keys, evidence, damaged: damaged.len(), damage })
}

fn is_head(found: &Frontier, said: &TenantRow) -> bool {
    let size = i64::try_from(found.size());
    size == Ok(said.log_size) && found.root() == said.log_root && found.peaks() == said.log_frontier
}

/// Files that are read in one statement.
const AT_ONCE: i64 = 1024;

/// Every stored file of evidence.
fn evidence(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Vec<StoredBytes>, Error> {
    let mut all: Vec<StoredBytes> = Vec::new();
    loop {
        let after = all.last().map(|file| file.digest);
        let page = tx.evidence_files(tenant, after.as_ref(), AT_ONCE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
