//! The few statements that the two databases do not share.
//!
//! Promise: with `db.rs`, the only file that knows there are two. Everything else is one query over both.

use diesel::connection::SimpleConnection as _;

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

/// Inserts a slice of rows, many with one statement: what a group of pushes adds costs one round trip for each table.
macro_rules! insert_rows {
    ($tx:expr, $table:expr, $rows:expr) => {
        $rows.chunks($crate::store::dialect::ROWS_PER_STATEMENT).try_for_each(|rows| {
            $crate::store::dialect::on_each!($tx.db(), |connection| {
                diesel::insert_into($table).values(rows).execute(connection)
            })
            .map(|_inserted| ())
        })
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

/// First statement of a write transaction. On SQLite it takes the write lock while waiting is still possible: a
/// transaction that reads first cannot be upgraded when another has written meanwhile. PostgreSQL locks rows.
pub(super) fn begin_write(db: &mut Db) -> diesel::QueryResult<()> {
    match db {
        Db::Sqlite(connection) => connection.batch_execute("UPDATE tenant SET locked_ms = locked_ms WHERE FALSE"),
        Db::Postgres(_) => Ok(()),
    }
}

/// First statement of a read transaction: one snapshot, and no writing where the database can enforce it.
pub(super) fn begin_read(db: &mut Db) -> diesel::QueryResult<()> {
    match db {
        Db::Sqlite(_) => Ok(()),
        Db::Postgres(connection) => {
            connection.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        }
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
