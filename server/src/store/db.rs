//! Connections, pragmas and migrations.
//!
//! Promise: a connection is handed out only after the settings that ensure durability were set and read back. One
//! process at a time migrates the schema. A schema newer than this program is refused and not modified.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection as _};
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use super::Error;

pub(super) mod copy;
pub(super) mod role;

#[cfg(test)]
mod permanence;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// PostgreSQL.
    Postgres(diesel::PgConnection),
    /// SQLite, bundled.
    Sqlite(diesel::SqliteConnection),
}

/// The backend type of queries.
pub(super) type Backend = <Db as diesel::Connection>::Backend;

/// The WAL-reset corruption (3.7.0 to 3.51.2) is fixed from here on.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
const BUSY_TIMEOUT_MS: i64 = 10_000;
/// Page cache of each connection, and of the writer's connection.
const CACHE_KIB: i64 = 1_000;
const WRITER_CACHE_KIB: i64 = 8_000;
/// Pages in the write-ahead log after which the checkpointer copies them into the database while others write. Waiting for
/// this many copies a page that several groups touch only once.
pub(super) const CHECKPOINT_PAGES: i64 = 4_000;
/// Pages after which a commit itself runs the checkpoint, so that the log restarts; pages that were copied before are not
/// copied again. A start after a crash reads up to this many.
const CHECKPOINT_PAGES_AT_MOST: i64 = 16_000;
/// An arbitrary constant; every version of this program must use the same.
const MIGRATION_LOCK: i64 = 0x50_41_4c_4d;

/// Address of the database; creates and checks connections for the pool.
#[derive(Debug, Clone)]
pub(super) enum Manager {
    Sqlite {
        path: PathBuf,
        /// KiB of pages that a connection keeps in memory.
        cache: i64,
    },
    Postgres(String),
}

impl Manager {
    pub(super) fn parse(address: &str) -> Result<Self, Error> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Ok(Self::Postgres(address.to_owned()));
        }
        let path = address.strip_prefix("sqlite:").unwrap_or(address);
        let scheme = path.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some(other) => Err(Error::Open(format!("unknown scheme `{other}`; use sqlite:PATH or postgres://…"))),
            None if path.is_empty() || path == ":memory:" => {
                Err(Error::Open("an unnamed database would lose everything; give a path".to_owned()))
            }
            None => Ok(Self::Sqlite { path: PathBuf::from(path), cache: CACHE_KIB }),
        }
    }

    /// For the writer's connection: pages that a group writes stay in memory until its commit.
    pub(super) fn for_the_writer(self) -> Self {
        match self {
            Self::Sqlite { path, cache: _ } => Self::Sqlite { path, cache: WRITER_CACHE_KIB },
            Self::Postgres(url) => Self::Postgres(url),
        }
    }

    fn embedded(&self) -> EmbeddedMigrations {
        match self {
            Self::Sqlite { .. } => migrations::SQLITE,
            Self::Postgres(_) => migrations::POSTGRES,
        }
    }

    fn open(&self) -> Result<Db, Error> {
        match self {
            Self::Sqlite { path, cache } => open_sqlite(path, *cache).map(Db::Sqlite),
            Self::Postgres(url) => open_postgres(url).map(Db::Postgres),
        }
    }

    /// A connection to the database as it is, for tests.
    #[cfg(test)]
    pub(super) fn opened(&self) -> Db {
        self.open().unwrap()
    }

    /// Brings the schema to this version while no other process does.
    pub(super) fn migrate(&self) -> Result<(), Error> {
        match self {
            Self::Sqlite { path, cache: _ } => {
                let beside = path.with_extension("migrating");
                let lock = private(&beside).map_err(|e| Error::Open(format!("{}: {e}", beside.display())))?;
                lock.lock().map_err(|e| Error::Migrate(format!("lock {}: {e}", beside.display())))?;
                // SQLite gives -wal and -shm the mode of the database.
                drop(private(path).map_err(|e| Error::Open(format!("{}: {e}", path.display())))?);
                run_pending(&mut self.open()?, self.embedded())
            }
            Self::Postgres(_) => {
                let mut db = self.open()?;
                // A migration may take long, and so may waiting for the migration of another process.
                db.batch_execute("SET lock_timeout = 0; SET statement_timeout = 0;")?;
                db.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
                let outcome = run_pending(&mut db, self.embedded());
                db.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
                outcome
            }
        }
    }
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = Error;

    fn connect(&self) -> Result<Db, Error> {
        self.open()
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Error> {
        Ok(db.ping()?)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        // A panic in the closure leaves a transaction open: such a connection is not used again.
        std::thread::panicking() || db.is_broken()
    }
}

fn run_pending(db: &mut Db, embedded: EmbeddedMigrations) -> Result<(), Error> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| Error::Migrate(e.to_string());
    let known: BTreeSet<String> =
        diesel::migration::MigrationSource::<<Db as Connection>::Backend>::migrations(&embedded)
            .map_err(failed)?
            .iter()
            .map(|migration| migration.name().version().to_string())
            .collect();
    let applied = applied(db)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(*version)) {
        return Err(Error::Migrate(format!("the schema is newer than this program: it holds migration {newer}")));
    }
    if applied.len() == known.len() {
        return Ok(());
    }
    db.run_pending_migrations(embedded).map(drop).map_err(failed)
}

diesel::table! {
    /// Diesel's own table of applied migrations.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// The applied versions. Diesel's own query creates the table if it is missing, which a role that owns nothing may not do.
/// So Diesel is asked only if reading the table fails.
fn applied(db: &mut Db) -> Result<Vec<String>, Error> {
    let read = __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load::<String>(db);
    match read {
        Ok(versions) => Ok(versions),
        Err(_there_is_none) => {
            let asked = db.applied_migrations().map_err(|e| Error::Migrate(e.to_string()))?;
            Ok(asked.iter().map(ToString::to_string).collect())
        }
    }
}

/// Opens the file at `path`, creating it with access for its owner only, whatever the umask.
fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn open_sqlite(path: &Path, cache: i64) -> Result<diesel::SqliteConnection, Error> {
    let name = path.to_str().ok_or_else(|| Error::Open("the path is not UTF-8".to_owned()))?;
    let mut db =
        diesel::SqliteConnection::establish(name).map_err(|e| Error::Open(format!("{}: {e}", path.display())))?;
    db.batch_execute(&format!(
        "PRAGMA busy_timeout={BUSY_TIMEOUT_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
         PRAGMA recursive_triggers=ON; PRAGMA cache_size=-{cache}; PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES_AT_MOST};"
    ))?;
    assert_sqlite(&mut db, cache)?;
    Ok(db)
}

/// Reads back the settings of [`open_sqlite`]: an unknown pragma is ignored silently, and WAL is refused on some file
/// systems.
fn assert_sqlite(db: &mut diesel::SqliteConnection, cache: i64) -> Result<(), Error> {
    let version: String = diesel::select(sql::<Text>("sqlite_version()")).get_result(db)?;
    if !is_recent(&version) {
        return Err(Error::Open(format!("SQLite {version} is older than 3.51.3")));
    }
    let journal: String =
        diesel::select(sql::<Text>("(SELECT journal_mode FROM pragma_journal_mode)")).get_result(db)?;
    if journal != "wal" {
        return Err(Error::Open(format!("journal_mode is {journal}, not wal")));
    }
    for (name, query, wanted) in [
        ("synchronous", "(SELECT synchronous FROM pragma_synchronous)", 2),
        ("foreign_keys", "(SELECT foreign_keys FROM pragma_foreign_keys)", 1),
        // Without recursive triggers, REPLACE deletes a row without running the triggers that refuse it.
        ("recursive_triggers", "(SELECT recursive_triggers FROM pragma_recursive_triggers)", 1),
        ("busy_timeout", "(SELECT timeout FROM pragma_busy_timeout)", BUSY_TIMEOUT_MS),
        ("cache_size", "(SELECT cache_size FROM pragma_cache_size)", -cache),
    ] {
        let found: i64 = diesel::select(sql::<BigInt>(query)).get_result(db)?;
        if found != wanted {
            return Err(Error::Open(format!("{name} is {found}, not {wanted}")));
        }
    }
    Ok(())
}

fn is_recent(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    matches!(parts.as_slice(), &[major, minor, patch] if (major, minor, patch) >= OLDEST_SQLITE)
}

/// Adds connection timeouts to the address; the operator's own parameters win.
fn impatient(url: &str) -> String {
    let bounds = [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "15000"),
    ];
    bounds.into_iter().filter(|(name, _)| !url.contains(name)).fold(url.to_owned(), |url, (name, value)| {
        let mark = if url.contains('?') { '&' } else { '?' };
        format!("{url}{mark}{name}={value}")
    })
}

fn open_postgres(url: &str) -> Result<diesel::PgConnection, Error> {
    // The address may hold a password: it never enters a message.
    let mut db = diesel::PgConnection::establish(&impatient(url))
        .map_err(|e| Error::Open(format!("PostgreSQL: {}", e.to_string().replace(url, "…"))))?;
    db.batch_execute(
        "SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET client_min_messages = warning;
         SET lock_timeout = '10s'; SET statement_timeout = '50s'; SET idle_in_transaction_session_timeout = '30s';",
    )?;
    for (name, query, wanted) in [
        ("synchronous_commit", "current_setting('synchronous_commit')", "on"),
        ("fsync", "current_setting('fsync')", "on"),
    ] {
        let found: String = diesel::select(sql::<Text>(query)).get_result(&mut db)?;
        if found != wanted {
            return Err(Error::Open(format!("{name} is {found}, not {wanted}")));
        }
    }
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scheme_is_refused() {
        for address in ["mysql://x", "sqlite:mysql://x", "", "sqlite:", ":memory:"] {
            assert!(matches!(Manager::parse(address), Err(Error::Open(_))), "{address}");
        }
        assert!(matches!(Manager::parse("sqlite:a.db"), Ok(Manager::Sqlite { .. })));
        assert!(matches!(Manager::parse("a.db"), Ok(Manager::Sqlite { .. })));
        assert!(matches!(Manager::parse("postgres://h/d"), Ok(Manager::Postgres(_))));
    }

    #[test]
    fn a_missing_pragma_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let mut db = open_sqlite(&directory.path().join("p.db"), CACHE_KIB).unwrap();
        for spoil in [
            "PRAGMA synchronous=NORMAL",
            "PRAGMA foreign_keys=OFF",
            "PRAGMA recursive_triggers=OFF",
            "PRAGMA busy_timeout=1",
            "PRAGMA cache_size=-1",
        ] {
            let mut db = open_sqlite(&directory.path().join("p.db"), CACHE_KIB).unwrap();
            db.batch_execute(spoil).unwrap();
            assert!(assert_sqlite(&mut db, CACHE_KIB).is_err(), "{spoil}");
        }
        assert!(assert_sqlite(&mut db, CACHE_KIB).is_ok());
    }

    #[test]
    fn an_older_sqlite_is_refused() {
        for (version, fine) in
            [("3.51.3", true), ("3.53.2", true), ("4.0.0", true), ("3.51.2", false), ("3.7.17", false), ("", false)]
        {
            assert_eq!(is_recent(version), fine, "{version}");
        }
    }

    #[test]
    fn an_address_bounds_waiting_unless_it_says_otherwise() {
        let address = impatient("postgres://palm@db/palm?connect_timeout=60");
        assert!(address.starts_with("postgres://palm@db/palm?connect_timeout=60&keepalives_idle="), "{address}");
        assert_eq!(address.matches("connect_timeout").count(), 1);
        assert!(impatient("postgres://palm@db/palm").contains("/palm?connect_timeout=5&"));
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let manager = Manager::Sqlite { path: directory.path().join("n.db"), cache: CACHE_KIB };
        manager.migrate().unwrap();
        let mut db = manager.open().unwrap();
        db.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
        assert!(matches!(manager.migrate(), Err(Error::Migrate(why)) if why.contains("9999")));
    }
}
