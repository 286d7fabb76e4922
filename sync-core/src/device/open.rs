//! Opens a store: settings, migrations, integrity check.
//!
//! Promise: an opened store is intact, has the newest schema and survives a power failure (`synchronous=FULL`). A newer
//! or damaged store is refused and not modified.

use crate::device::judge::Judge;
use crate::device::{Device, Identity, StoreError};
use crate::id::Epoch;
use crate::sign::Verifier;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use std::cell::RefCell;
use std::path::Path;

/// Size of the cache of prepared statements. The store has fewer different statements, and preparing one costs more than
/// running it.
const STATEMENTS: usize = 128;
/// Page cache in KiB. It holds the indexes of about ten thousand cases, of which every change touches random pages.
const CACHE_KIB: i64 = 8 << 10;

/// The host's options for the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Milliseconds to wait for a lock held by a reader of the same file.
    pub busy_timeout_ms: u32,
    /// Whether to check integrity at opening (`PRAGMA quick_check`).
    pub check: bool,
    /// Whether write-ahead logging is required. False for stores in memory.
    pub wal: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { busy_timeout_ms: 5000, check: true, wal: true }
    }
}

impl Options {
    /// Options for a store in memory, for tests and simulators.
    pub const fn in_memory() -> Self {
        Self { busy_timeout_ms: 0, check: true, wal: false }
    }
}

/// The result of the enrolment, and a random epoch for the new store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrolment {
    /// The phone's identity.
    pub identity: Identity,
    /// The epoch of this store: 8 fresh random bytes.
    pub epoch: Epoch,
}

impl Device {
    /// Opens an enrolled store at `path`.
    ///
    /// # Errors
    /// [`StoreError`]; after [`StoreError::Corrupt`] move the file aside and
    /// [`super::salvage`] it.
    pub fn open(path: &Path, verifier: Box<dyn Verifier + Send>) -> Result<Self, StoreError> {
        Self::over(Connection::open(path)?, &Options::default(), verifier)
    }

    /// Creates the store of a newly enrolled phone at `path`.
    ///
    /// # Errors
    /// [`StoreError::Enrolled`] if there is one already, and as [`Device::open`].
    pub fn create(path: &Path, enrolment: &Enrolment, verifier: Box<dyn Verifier + Send>) -> Result<Self, StoreError> {
        Self::create_over(Connection::open(path)?, &Options::default(), enrolment, verifier)
    }

    /// As [`Device::open`], over a connection that the host opened (its VFS, its encryption key).
    ///
    /// # Errors
    /// As [`Device::open`].
    pub fn over(mut db: Connection, options: &Options, verifier: Box<dyn Verifier + Send>) -> Result<Self, StoreError> {
        prepare(&mut db, options)?;
        let identity = load(&db)?.ok_or(StoreError::NotEnrolled)?;
        let mut device = Self { db, identity, verifier, judge: Judge::empty(), recent: RefCell::default() };
        device.load_reference()?;
        Ok(device)
    }

    /// As [`Device::create`], over a connection that the host opened.
    ///
    /// # Errors
    /// As [`Device::create`].
    pub fn create_over(
        mut db: Connection,
        options: &Options,
        enrolment: &Enrolment,
        verifier: Box<dyn Verifier + Send>,
    ) -> Result<Self, StoreError> {
        prepare(&mut db, options)?;
        if load(&db)?.is_some() {
            return Err(StoreError::Enrolled);
        }
        let Enrolment { identity, epoch } = *enrolment;
        let Identity { tenant, tenant_key, device, device_key, officer, agency } = identity;
        db.execute(
            "INSERT INTO identity (one, tenant, tenant_key, device, device_key, officer, agency, epoch)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (tenant, tenant_key, device, device_key, officer, agency, epoch),
        )?;
        Ok(Self { db, identity, verifier, judge: Judge::empty(), recent: RefCell::default() })
    }

    /// Returns the connection, for a host that closes it itself.
    pub fn into_connection(self) -> Connection {
        self.db
    }
}

fn load(db: &Connection) -> Result<Option<Identity>, StoreError> {
    let sql = "SELECT tenant, tenant_key, device, device_key, officer, agency FROM identity";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Identity {
            tenant: row.get(0)?,
            tenant_key: row.get(1)?,
            device: row.get(2)?,
            device_key: row.get(3)?,
            officer: row.get(4)?,
            agency: row.get(5)?,
        })
    };
    Ok(db.query_row(sql, [], read).optional()?)
}

fn prepare(db: &mut Connection, options: &Options) -> Result<(), StoreError> {
    settle(db, options).map_err(damage)?;
    if options.check {
        let found: String =
            db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| damage(e.into()))?;
        if found != "ok" {
            return Err(StoreError::Corrupt(found));
        }
    }
    migrate(db)?;
    db.execute("INSERT OR IGNORE INTO feed (one) VALUES (1)", [])?;
    Ok(())
}

fn settle(db: &Connection, options: &Options) -> Result<(), StoreError> {
    db.busy_timeout(std::time::Duration::from_millis(options.busy_timeout_ms.into()))?;
    if options.wal {
        let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(StoreError::Setting("journal_mode=WAL"));
        }
    }
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    let flags: (i64, i64) = (pragma(db, "synchronous")?, pragma(db, "foreign_keys")?);
    if flags == (2, 1) { Ok(()) } else { Err(StoreError::Setting("synchronous=FULL, foreign_keys=ON")) }
}

fn pragma(db: &Connection, name: &str) -> Result<i64, StoreError> {
    Ok(db.pragma_query_value(None, name, |row| row.get(0))?)
}

/// Recognises SQLite's errors for a file that is not a database, or is damaged.
fn damage(error: StoreError) -> StoreError {
    let StoreError::Sqlite(sqlite) = &error else { return error };
    let broken = matches!(
        sqlite.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
    );
    if broken { StoreError::Corrupt(sqlite.to_string()) } else { error }
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(migrations::DEVICE.len()).unwrap_or(i64::MAX);
    let found = pragma(db, "user_version").map_err(damage)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, (_, sql)) in (1..).zip(migrations::DEVICE) {
        if version > found {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", version)?;
            tx.commit()?;
        }
    }
    Ok(())
}
