//! The few statements that the two databases do not share.
//!
//! Promise: with `db.rs`, the only file that knows there are two. Everything else is one query over both.

use diesel::connection::SimpleConnection as _;

use super::db::Db;

/// Runs one expression for whichever connection it is: written once, compiled twice.
#[expect(unused_macros, reason = "for statements that do not compile through the enum, such as ON CONFLICT")]
macro_rules! on_each {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            Db::Sqlite($connection) => $body,
            Db::Postgres($connection) => $body,
        }
    };
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
