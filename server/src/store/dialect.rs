//! The few statements that the two databases do not share.
//!
//! Promise: with `db.rs`, the only file that knows there are two. Everything else is one query over both.

use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, SimpleConnection as _, TransactionManager as _};

use super::Kind;
use super::db::Db;

/// Runs one expression for whichever connection it is: written once, compiled twice.
macro_rules! on_each {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::db::Db::Sqlite($connection) => $body,
            $crate::store::db::Db::Postgres($connection) => $body,
        }
    };
}

/// Inserts a slice of rows. On PostgreSQL many with one statement: what a group of pushes adds costs one round trip for
/// each table. On SQLite, which is a call away, one by one with a statement that is prepared once.
macro_rules! insert_rows {
    ($tx:expr, $table:expr, $rows:expr) => {
        match $tx.db() {
            $crate::store::db::Db::Postgres(connection) => $rows
                .chunks($crate::store::dialect::ROWS_PER_STATEMENT)
                .try_for_each(|rows| diesel::insert_into($table).values(rows).execute(connection).map(|_inserted| ())),
            $crate::store::db::Db::Sqlite(connection) => $rows
                .iter()
                .try_for_each(|row| diesel::insert_into($table).values(row).execute(connection).map(|_inserted| ())),
        }
    };
}

/// As [`insert_rows`]; where a row with the same key is there, these columns of it are replaced.
macro_rules! upsert_rows {
    ($tx:expr, $table:ident, $rows:expr, ($($key:ident),+), ($($column:ident),+)) => {
        $rows.chunks($crate::store::dialect::ROWS_PER_STATEMENT).try_for_each(|rows| {
            $crate::store::dialect::on_each!($tx.db(), |connection| {
                diesel::insert_into($table::table)
                    .values(rows)
                    .on_conflict(($($table::$key),+))
                    .do_update()
                    .set(($($table::$column.eq(diesel::upsert::excluded($table::$column))),+,))
                    .execute(connection)
            })
            .map(|_put| ())
        })
    };
}

pub(super) use {insert_rows, on_each, upsert_rows};

/// SQLite takes 32,766 bound values in a statement, PostgreSQL 65,535; the widest table has 22 columns.
pub(super) const ROWS_PER_STATEMENT: usize = 128;

/// The bytes in a column, summed: a sum of BIGINT is NUMERIC on PostgreSQL, which `Db` cannot carry.
pub(super) fn bytes_in<C: diesel::Column>() -> diesel::expression::SqlLiteral<diesel::sql_types::BigInt> {
    diesel::dsl::sql(&format!("CAST(COALESCE(SUM(LENGTH({})), 0) AS BIGINT)", C::NAME))
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

/// Has PostgreSQL count the tables of the record anew. It plans a statement by what it counted last, and of a database that
/// fills within its minute between two counts it believes that there is nothing to look up by a key. SQLite plans by the
/// keys alone.
pub(super) fn count_anew(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Sqlite(_) => Ok(()),
        Db::Postgres(connection) => connection.batch_execute(
            "ANALYZE change, change_value, leaf, receipt, receipt_entry, case_file, case_officer, case_text, case_gram, outbox",
        ),
    }
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
