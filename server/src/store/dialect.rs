//! The few statements that differ between the two databases.
//!
//! Promise: only this file, `db.rs` and the files below either know that there are two databases. All other code is one
//! query over both.

use diesel::QueryResult;
use diesel::RunQueryDsl as _;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};

use super::Kind;
use super::db::Db;

mod rows;

/// Runs one expression for whichever connection it is: written once, compiled twice.
macro_rules! on_each {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite($connection) => $body,
            $crate::store::db::Db::Postgres($connection) => $body,
        }
    };
}

pub use rows::Additions;
pub(super) use rows::{Columns, Insert, ROWS_PER_STATEMENT, by_column, upsert_rows};

/// The bytes in a column, summed: a sum of BIGINT is NUMERIC on PostgreSQL, which `Db` cannot carry.
pub(super) fn bytes_in<C: diesel::Column>() -> diesel::expression::SqlLiteral<diesel::sql_types::BigInt> {
    diesel::dsl::sql(&format!("CAST(COALESCE(SUM(LENGTH({})), 0) AS BIGINT)", C::NAME))
}

/// A column, summed: see [`bytes_in`].
pub(super) fn sum_of<C: diesel::Column>() -> diesel::expression::SqlLiteral<diesel::sql_types::BigInt> {
    diesel::dsl::sql(&format!("CAST(COALESCE(SUM({}), 0) AS BIGINT)", C::NAME))
}

/// Begins a transaction. On SQLite a write takes the write lock at once, while waiting is still possible: a
/// transaction that reads first cannot be upgraded when another has written meanwhile. PostgreSQL locks rows; a read
/// sees one snapshot there and cannot write.
pub(super) fn begin(db: &mut Db, kind: Kind) -> QueryResult<()> {
    type Manager = AnsiTransactionManager;
    match (db, kind) {
        (Db::Sqlite(connection), Kind::Write) => Manager::begin_transaction_sql(connection, "BEGIN IMMEDIATE"),
        (Db::Sqlite(connection), Kind::Read) => Manager::begin_transaction_sql(connection, "BEGIN"),
        (Db::Postgres(connection), Kind::Write) => Manager::begin_transaction_sql(connection, "BEGIN"),
        (Db::Postgres(connection), Kind::Read) => {
            Manager::begin_transaction_sql(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }
}

/// Runs `ANALYZE` on the tables of the log. PostgreSQL plans with the statistics of the last `ANALYZE`; if a database fills
/// faster than autovacuum runs (once a minute), it plans sequential scans. SQLite plans by the indexes alone.
pub(super) fn analyze(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Sqlite(_) => Ok(()),
        // A role that owns nothing only gets a warning; autovacuum then does it somewhat later.
        Db::Postgres(connection) => connection.batch_execute(
            "SET client_min_messages = error;
             ANALYZE change, change_value, leaf, receipt, receipt_entry, case_file, case_file_past, case_officer,
                 case_text, case_gram, outbox;
             SET client_min_messages = warning;",
        ),
    }
}

#[derive(diesel::QueryableByName)]
struct Owned {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    owned: bool,
}

/// Whether the connected role owns the record on PostgreSQL, or is a member of the role that does.
pub(super) fn owns_the_ledger(db: &mut Db) -> QueryResult<bool> {
    let Db::Postgres(connection) = db else { return Ok(false) };
    let asked = "SELECT pg_has_role(current_user, relowner, 'MEMBER') AS owned FROM pg_class
                 WHERE oid = to_regclass('change')";
    Ok(diesel::sql_query(asked).get_result::<Owned>(connection)?.owned)
}

#[derive(diesel::QueryableByName)]
struct WriteAhead {
    /// Pages that it holds.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    log: i64,
    /// Those of them that are in the database.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    checkpointed: i64,
}

/// Has SQLite copy its write-ahead log into the database where it has grown, while others write. Whether there was much.
/// PostgreSQL has processes of its own for that.
pub(super) fn checkpoint(db: &mut Db) -> QueryResult<bool> {
    let Db::Sqlite(connection) = db else { return Ok(false) };
    let log: WriteAhead = diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(connection)?;
    let is_due = log.log - log.checkpointed >= super::db::CHECKPOINT_PAGES;
    if is_due {
        connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?;
    }
    Ok(is_due)
}

/// After a transaction that failed. A session of PostgreSQL keeps for life what it was told of writing when it connected:
/// one that may not write is ended, so that the pool makes another and writing goes on once it is allowed again.
pub(super) fn after_failure(db: &mut Db) {
    match db {
        Db::Sqlite(_) => {}
        Db::Postgres(connection) => drop(connection.batch_execute(
            "SELECT pg_terminate_backend(pg_backend_pid()) WHERE current_setting('default_transaction_read_only') = 'on'",
        )),
    }
}

/// Tells the pool that this connection leads nowhere: it looks at what the connection knows of its transaction.
pub(super) fn give_up(db: &mut Db) {
    on_each!(db, |connection| AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error());
}

/// Commits what [`begin`] began.
pub(super) fn commit(db: &mut Db) -> QueryResult<()> {
    on_each!(db, |connection| AnsiTransactionManager::commit_transaction(connection))
}

/// Undoes what was done since [`begin`].
pub(super) fn undo(db: &mut Db) -> QueryResult<()> {
    on_each!(db, |connection| AnsiTransactionManager::rollback_transaction(connection))
}
