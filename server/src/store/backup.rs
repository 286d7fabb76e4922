//! Copies of the embedded database, and what such a copy holds.
//!
//! Promise: [`look_into`] answers only for a copy whose pages, references and log are sound: the root of the log is
//! computed anew from its leaves. Not here: the evidence that it names (`crate::flow::backup`).

use std::path::Path;

use diesel::prelude::*;
use sync_core::id::{Digest, Epoch, TenantId};
use sync_core::log::{Frontier, leaf_hash};

use super::db::{Manager, copy};
use super::schema::evidence_file;
use super::{Error, TenantRow, Tx, row};

const LEAVES_AT_ONCE: i64 = 5_000;

/// What a copy of the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The newest migration.
    pub schema: String,
    /// The installation, with the head of its log.
    pub tenant: TenantRow,
    /// Every file of evidence that it says has arrived, with its size in bytes.
    pub evidence: Vec<(Digest, u64)>,
}

/// Copies the embedded database at `address` into the file `to` while others use it: one snapshot, on the disk.
///
/// # Errors
/// [`Error::Open`] for PostgreSQL, and where there is no database; [`Error::Statement`] where copying fails.
pub fn copy_embedded(address: &str, to: &Path) -> Result<(), Error> {
    Manager::parse(address)?.copy_to(to)
}

/// Reads what a copy holds, and changes nothing.
///
/// # Errors
/// [`Error::Corrupt`] where SQLite finds damage or the log's leaves do not give its root; [`Error`] where it cannot
/// be read.
pub fn look_into(path: &Path) -> Result<Held, Error> {
    let mut db = copy::open_copy(path)?;
    let schema = copy::sound_schema(&mut db)?;
    let mut tx = Tx::new(&mut db);
    let tenant = tx.only_tenant()?.ok_or(Error::Corrupt { what: "tenant" })?;
    let (size, root) = log_of(&mut tx, &tenant)?;
    if size != tenant.log_size || *root.bytes() != tenant.log_root {
        return Err(Error::Corrupt { what: "log: its leaves do not give its root" });
    }
    let evidence = tx.evidence_files(&tenant.id)?;
    Ok(Held { schema, tenant, evidence })
}

/// Size and root of the log, from its leaves alone.
fn log_of(tx: &mut Tx<'_>, tenant: &TenantRow) -> Result<(i64, Digest), Error> {
    let epoch = Epoch::new(tenant.log_epoch);
    let (mut frontier, mut size) = (Frontier::default(), 0);
    loop {
        let leaves = tx.leaves(&tenant.id, &epoch, size, LEAVES_AT_ONCE)?;
        if leaves.is_empty() {
            return Ok((size, frontier.root()));
        }
        for leaf in leaves {
            frontier.push(leaf_hash(&leaf));
            size += 1;
        }
    }
}

impl Tx<'_> {
    /// Every file of evidence that has arrived, with its size in bytes.
    fn evidence_files(&mut self, tenant: &TenantId) -> Result<Vec<(Digest, u64)>, Error> {
        let rows: Vec<(Vec<u8>, i64)> = evidence_file::table
            .filter(evidence_file::tenant.eq(&tenant.bytes()[..]))
            .order(evidence_file::digest)
            .select((evidence_file::digest, evidence_file::size))
            .load(self.db())?;
        let read = |(digest, size): (Vec<u8>, i64)| {
            Ok((row::id(&digest, Digest::from_slice, "evidence_file.digest")?, size.cast_unsigned()))
        };
        rows.into_iter().map(read).collect()
    }
}
