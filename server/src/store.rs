//! The database: one set of queries over SQLite and PostgreSQL.
//!
//! Promise: one closure is one transaction; it is committed if the closure returns `Ok` and rolled back otherwise. A
//! write takes its lock before it reads: on SQLite `BEGIN IMMEDIATE` takes it before the closure runs, on PostgreSQL the
//! closure locks the row that serialises it first, unless it only appends. A read closure sees one snapshot and cannot
//! write on PostgreSQL. No connection leaves this module. A failed query is an error, an absent row is `None`. Not here:
//! rules, HTTP statuses, wire types.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use diesel::r2d2;

mod account_event;
mod agency;
mod alarm;
mod attempt;
mod backup;
mod bearer;
mod by_time;
mod case_file;
mod case_index;
mod case_order;
mod case_part;
mod case_past;
mod case_record;
mod certificate;
mod change;
mod console_session;
mod credential;
mod database_fault;
mod db;
mod deputy;
mod device;
mod dialect;
mod document_index;
mod envelope;
mod evidence;
pub mod evidence_store;
mod idempotency;
mod kept_roster;
mod lead;
mod ledger;
mod log;
mod mandate;
mod number;
mod officer;
mod outbox;
mod parked;
mod password_reset;
mod phone_use;
mod proof;
mod qualification;
mod read_audit;
mod reference;
mod refresh;
mod register;
mod register_event;
mod row;
mod schema;
mod task;
mod tenant;
mod tx;
mod unclaimed;
mod unsent_form;
mod verification;
mod write_queue;

pub use account_event::AccountEventRow;
pub use agency::AgencyRow;
pub use alarm::AlarmRow;
pub use attempt::AttemptRow;
pub use backup::{BackupContents, copy_embedded, look_into};
pub use bearer::{BearerRow, PhoneRow};
pub use by_time::{TimeOrder, TimePage};
pub use case_file::{CaseFileRow, CaseFilter, CaseOrder, NewCaseFile};
pub use case_index::{CaseGramRow, CaseMomentRow, CaseSaid, CaseTextRow};
pub use case_order::{COUNTED, Total};
pub use case_past::{PastCase, PastSize};
pub use case_record::CaseRecordRow;
pub use certificate::{CertificateRow, IntervalRow};
pub use change::{ChainLink, ChangeSummary, StoredChange, size_of};
pub use console_session::ConsoleSessionRow;
pub use credential::CredentialRow;
pub use database_fault::DatabaseFault;
pub use db::role::grant_application_role;
pub use deputy::DeputyRow;
pub use device::{CodeBounds, DeviceRow, DeviceTerm, EnrolmentCodeRow, LeaseRow};
pub use dialect::Additions;
pub use document_index::IndexedDocument;
pub use envelope::{CaseExtent, Envelope, StoredHeader};
pub use evidence::{ClaimedFile, EvidenceFileRow, Standing, StoredBytes, UploadRow};
pub use idempotency::IdempotencyRow;
pub use kept_roster::KeptRosterRow;
pub use lead::{LeadFilter, LeadRow, Said};
pub use mandate::MandateRow;
pub use number::{BlockRow, PaperRow};
pub use officer::{AccountRow, OfficerRow};
pub use outbox::{OutboxKind, OutboxRow, OutboxTurn};
pub use parked::ExpiredChange;
pub use password_reset::{Confirmed, PasswordResetRow};
pub use phone_use::{PhoneDay, Used};
pub use qualification::{AssessmentRow, ExitRow, TrainingRow};
pub use read_audit::{ReadAuditFilter, ReadAuditRow};
pub use reference::{HolidayRow, ItemRow, RegionRow};
pub use refresh::{RefreshFamilyRow, RefreshTokenRow};
pub use register::{IdentityRow, RegisterChanges};
pub use register_event::{RegisterEventFilter, RegisterEventRow};
pub use task::TaskRow;
pub use tenant::{ServerKeyRow, TenantRow};
pub use tx::Tx;
pub use unsent_form::UnsentFormRow;
pub use verification::{ConfirmationRow, SourceRow};

use write_queue::WriteQueue;

/// How long a caller waits while the database is known to be unavailable.
const WAIT_WHILE_DEGRADED: Duration = Duration::from_millis(500);

/// Settings of the connection pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Largest number of connections.
    pub connections: u32,
    /// How long a caller waits for a free connection before it is told to retry.
    pub wait: Duration,
}

impl Default for Pool {
    fn default() -> Self {
        Self { connections: 8, wait: Duration::from_secs(10) }
    }
}

/// An error: logged once by the middleware, never shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address names no database, or the database lacks the required durability settings.
    #[error("open the database: {0}")]
    Open(String),
    /// No connection came free in time.
    #[error("no free database connection")]
    Busy(#[source] diesel::r2d2::PoolError),
    /// A statement failed.
    #[error("database statement")]
    Statement(#[from] diesel::result::Error),
    /// A column has a value that this program never writes.
    #[error("unreadable {table}.{column} of {key} in the database: {text:?}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key within the installation.
        key: String,
        /// The stored text.
        text: String,
    },
    /// Rows contradict each other, or a required row is missing.
    #[error("{what} is missing or contradicts other rows in the database")]
    Inconsistent {
        /// Table and column.
        what: &'static str,
    },
    /// The schema could not be migrated to this version.
    #[error("migrate the database: {0}")]
    Migrate(String),
    /// The operating system gave no random bytes for an id.
    #[error(transparent)]
    NoRandomness(#[from] crate::random::NoRandomness),
    /// The background task that ran the transaction did not finish.
    #[error("database task ended early")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Error {
    /// Whether a row with the same key is already there.
    pub fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Statement(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::UniqueViolation,
                _
            ))
        )
    }
}

/// Connections to one migrated database. Cloning shares them.
#[derive(Clone)]
pub struct Store {
    pool: r2d2::Pool<db::Manager>,
    /// A separate connection for the writer thread, so that it never waits for the pool.
    writer: r2d2::Pool<db::Manager>,
    turns: Arc<AtomicU64>,
    /// SQLite.
    embedded: bool,
    queue: WriteQueue,
    wait: Duration,
    /// Whether the last caller found no database. Then the next callers wait only briefly, so that they do not use up all
    /// threads.
    degraded: Arc<AtomicBool>,
}

/// A turn of the writer; it ends with its transaction, by a panic too.
struct Turn<'a>(&'a AtomicU64);

impl<'a> Turn<'a> {
    fn begin(turns: &'a AtomicU64) -> Self {
        turns.fetch_add(1, Ordering::Relaxed);
        Self(turns)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Opens `sqlite:PATH`, a plain path, or `postgres://…`, and migrates the schema under a lock.
    ///
    /// # Errors
    /// [`Error::Open`] for another scheme, a SQLite older than 3.51.3, or pragmas and settings that did not take;
    /// [`Error::Migrate`] where the schema is newer than this program or a migration fails.
    pub fn open(address: &str) -> Result<Self, Error> {
        Self::open_with(address, Pool::default())
    }

    /// As [`Store::open`], with this many connections, and one more for the writer.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(address: &str, pool: Pool) -> Result<Self, Error> {
        let Pool { connections, wait } = pool;
        let manager = db::Manager::parse(address)?;
        let embedded = matches!(manager, db::Manager::Sqlite { .. });
        manager.migrate()?;
        // A connection that broke while idle is detected when `BEGIN` fails, not by a test query before.
        let of = |size: u32, manager| {
            let pool = r2d2::Pool::builder().max_size(size).min_idle(Some(1)).connection_timeout(wait);
            pool.test_on_check_out(false).build(manager).map_err(Error::Busy)
        };
        let writer = of(1, manager.clone().for_the_writer())?;
        let (pool, turns, degraded) = (of(connections, manager)?, Arc::default(), Arc::default());
        Ok(Self { pool, writer, turns, embedded, queue: WriteQueue::default(), wait, degraded })
    }

    /// Total and idle connections.
    pub fn connections(&self) -> (u32, u32) {
        let (pool, writer) = (self.pool.state(), self.writer.state());
        (pool.connections + writer.connections, pool.idle_connections + writer.idle_connections)
    }

    fn connection(&self, pool: &r2d2::Pool<db::Manager>) -> Result<r2d2::PooledConnection<db::Manager>, Error> {
        let degraded = self.degraded.load(Ordering::Relaxed);
        let wait = if degraded { self.wait.min(WAIT_WHILE_DEGRADED) } else { self.wait };
        let got = pool.get_timeout(wait).map_err(Error::Busy);
        let gone = got.as_ref().is_err_and(|error| error.database_fault() == Some(DatabaseFault::Unavailable));
        if self.degraded.swap(gone, Ordering::Relaxed) != gone {
            if gone {
                tracing::error!("the database does not answer");
            } else {
                tracing::info!("the database answers again");
            }
        }
        got
    }

    /// Runs `act` in one write transaction on this thread.
    ///
    /// # Errors
    /// What `act` answers, or [`Error`] where the transaction cannot begin or commit.
    pub fn write_sync<T, E: From<Error>>(&self, act: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transact(&self.pool, Kind::Write, act)
    }

    /// [`Store::write_sync`] on the connection that is reserved for the writer thread.
    ///
    /// # Errors
    /// As [`Store::write_sync`].
    pub fn write_as_writer<T, E: From<Error>>(&self, act: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let _turn = Turn::begin(&self.turns);
        self.transact(&self.writer, Kind::Write, act)
    }

    /// Incremented at each beginning and each end of [`Store::write_as_writer`], so it is odd while one runs. Background
    /// work reads it to give way to ingest.
    pub fn turns_of_the_writer(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// Runs `look` in one read transaction on this thread; it sees one snapshot.
    ///
    /// # Errors
    /// What `look` answers, or [`Error`] where the transaction cannot begin.
    pub fn read_sync<T, E: From<Error>>(&self, look: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transact(&self.pool, Kind::Read, look)
    }

    /// Runs a single query without a transaction on the blocking pool, which saves two of three round trips on PostgreSQL.
    /// It is retried if the connection broke while idle.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || {
            store
                .with_live_connection(&store.pool, |connection| question(&mut Tx::new(connection)))
                .map(|(_, answer)| answer)
        })
        .await?
    }

    /// [`Store::write_sync`] on the blocking pool. Dropping the future does not undo the transaction.
    ///
    /// # Errors
    /// As [`Store::write_sync`].
    pub async fn write<T, E>(&self, act: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.write_sync(act)).await.map_err(Error::from)?
    }

    /// [`Store::read_sync`] on the blocking pool.
    ///
    /// # Errors
    /// As [`Store::read_sync`].
    pub async fn read<T, E>(&self, look: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_sync(look)).await.map_err(Error::from)?
    }

    /// Updates the planner's statistics after the tables have grown by a multiple.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn analyze(&self) -> Result<(), Error> {
        self.with_live_connection(&self.pool, |connection| Ok(dialect::analyze(connection)?)).map(|_counted| ())
    }

    /// Whether the role of this connection owns the tables, and could drop their triggers. False on SQLite, where write
    /// access to the file is access to everything.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn owns_the_ledger(&self) -> Result<bool, Error> {
        self.with_live_connection(&self.pool, |connection| Ok(dialect::owns_the_ledger(connection)?))
            .map(|(_, owns)| owns)
    }

    /// Whether it is SQLite, whose write-ahead log this program must checkpoint.
    pub const fn is_embedded(&self) -> bool {
        self.embedded
    }

    /// Runs a checkpoint of SQLite's write-ahead log if it is large, while others write. Returns whether it ran.
    ///
    /// # Errors
    /// [`Error`] if it fails. Nothing is lost; the next checkpoint has more to do.
    pub fn checkpoint(&self) -> Result<bool, Error> {
        self.with_live_connection(&self.pool, |connection| Ok(dialect::checkpoint(connection)?)).map(|(_, did)| did)
    }

    fn transact<T, E: From<Error>>(
        &self,
        pool: &r2d2::Pool<db::Manager>,
        kind: Kind,
        body: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = (self.embedded && kind == Kind::Write).then(|| self.queue.turn(self.wait));
        let (mut connection, ()) =
            self.with_live_connection(pool, |connection| Ok(dialect::begin(connection, kind)?))?;
        let outcome = match body(&mut Tx::new(&mut connection)) {
            Ok(answer) => dialect::commit(&mut connection).map(|()| answer).map_err(|error| Error::from(error).into()),
            Err(answer) => match dialect::undo(&mut connection) {
                // The connection's end rolls it back; the closure's error is more informative.
                Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => Err(answer),
                Err(accident) => Err(Error::from(accident).into()),
            },
        };
        if outcome.is_err() {
            dialect::after_failure(&mut connection);
        }
        outcome
    }

    /// Takes a connection from the pool and runs `first` on it; returns both. Connections that broke while idle are given
    /// back for the pool to drop, and the next one is tried. If the database is gone, the pool reports it.
    fn with_live_connection<T>(
        &self,
        pool: &r2d2::Pool<db::Manager>,
        first: impl Fn(&mut db::Db) -> Result<T, Error>,
    ) -> Result<(r2d2::PooledConnection<db::Manager>, T), Error> {
        let mut stale = 0;
        loop {
            let mut connection = self.connection(pool)?;
            match first(&mut connection) {
                Ok(answer) => return Ok((connection, answer)),
                Err(error) if stale < pool.max_size() && error.database_fault() == Some(DatabaseFault::Unavailable) => {
                    // Without this, the pool would hand out the same connection next.
                    dialect::give_up(&mut connection);
                    stale += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The kind of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
}

#[cfg(test)]
pub(crate) mod tests;
