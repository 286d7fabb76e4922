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

/// Runs one expression for the connection of either database. It is written once and compiled twice.
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

/// The sum of the bytes in a column. A sum of BIGINT is NUMERIC on PostgreSQL, which `Db` does not support.
pub(super) fn bytes_in<C: diesel::Column>() -> diesel::expression::SqlLiteral<diesel::sql_types::BigInt> {
    diesel::dsl::sql(&format!("CAST(COALESCE(SUM(LENGTH({})), 0) AS BIGINT)", C::NAME))
}

/// The sum of a column; see [`bytes_in`].
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
    /// Pages in the write-ahead log.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    log: i64,
    /// Pages that were copied into the database.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    checkpointed: i64,
}

/// Runs a checkpoint of SQLite's write-ahead log if it has grown, while others write. Returns whether it had. PostgreSQL has
/// its own processes for that.
pub(super) fn checkpoint(db: &mut Db) -> QueryResult<bool> {
    let Db::Sqlite(connection) = db else { return Ok(false) };
    let log: WriteAhead = diesel::sql_query("PRAGMA wal_checkpoint(NOOP)").get_result(connection)?;
    let is_due = log.log - log.checkpointed >= super::db::CHECKPOINT_PAGES;
    if is_due {
        connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?;
    }
    Ok(is_due)
}

/// Cleans up after a transaction that failed. A PostgreSQL session that was read-only when it connected stays read-only. It
/// is ended, so that the pool opens another one, which can write when that is permitted again.
pub(super) fn after_failure(db: &mut Db) {
    match db {
        Db::Sqlite(_) => {}
        Db::Postgres(connection) => drop(connection.batch_execute(
            "SELECT pg_terminate_backend(pg_backend_pid()) WHERE current_setting('default_transaction_read_only') = 'on'",
        )),
    }
}

/// Marks a connection as broken, by its transaction state, so that the pool drops it.
pub(super) fn give_up(db: &mut Db) {
    on_each!(db, |connection| AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error());
}

/// Commits the transaction of [`begin`].
pub(super) fn commit(db: &mut Db) -> QueryResult<()> {
    on_each!(db, |connection| AnsiTransactionManager::commit_transaction(connection))
}

/// Rolls back the transaction of [`begin`].
pub(super) fn undo(db: &mut Db) -> QueryResult<()> {
    on_each!(db, |connection| AnsiTransactionManager::rollback_transaction(connection))
}
