//! Faults of the database, as opposed to errors of this program.
//!
//! Promise: what passes by itself or after an action of the operator is a [`DatabaseFault`]; the same request may then
//! be sent again. Neither client library offers more than a text, so English texts are compared; both databases are
//! configured not to translate them. An unrecognised text stays an error.

use diesel::r2d2::PoolError;
use diesel::result::{DatabaseErrorKind, Error as Statement};

use super::Error;

/// Why the database does not work at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseFault {
    /// Not reachable, restarting, or its disk fails.
    Unavailable,
    /// It can be read but not written.
    ReadOnly,
    /// Its disk is full.
    Full,
    /// A lock or a connection was not free in time.
    Busy,
}

const SIGNS: [(DatabaseFault, &[&str]); 4] = [
    (DatabaseFault::ReadOnly, &["readonly database", "read-only transaction", "read-only file system"]),
    (DatabaseFault::Full, &["disk is full", "no space left", "disk quota exceeded"]),
    (
        DatabaseFault::Busy,
        &["database is locked", "database table is locked", "lock timeout", "statement timeout", "deadlock"],
    ),
    (
        DatabaseFault::Unavailable,
        &[
            "disk i/o error",
            "unable to open database file",
            // The message after the engine has rolled back by itself.
            "no transaction is active",
            "server closed the connection",
            "terminating connection",
            "connection to server",
            "no connection to the server",
            "could not receive data",
            "could not send data",
            "connection not open",
            "shutting down",
            "starting up",
            "recovery mode",
            "idle-in-transaction timeout",
            "remaining connection slots",
            "too many clients",
        ],
    ),
];

fn of_text(text: &str) -> Option<DatabaseFault> {
    let text = text.to_lowercase();
    SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| text.contains(sign))).map(|(fault, _)| *fault)
}

fn of_statement(error: &Statement) -> Option<DatabaseFault> {
    match error {
        Statement::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Some(DatabaseFault::Unavailable)
            }
            DatabaseErrorKind::ReadOnlyTransaction => Some(DatabaseFault::ReadOnly),
            DatabaseErrorKind::SerializationFailure => Some(DatabaseFault::Busy),
            // The other kinds concern one row; `Unknown` covers most faults.
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::ExclusionViolation
            | DatabaseErrorKind::RestrictViolation => None,
            _ => of_text(information.message()),
        },
        Statement::RollbackErrorOnCommit { commit_error, rollback_error: _ } => {
            of_statement(commit_error).or(Some(DatabaseFault::Unavailable))
        }
        Statement::BrokenTransactionManager => Some(DatabaseFault::Unavailable),
        // A query or a row of ours that is wrong: never the database.
        Statement::InvalidCString(_)
        | Statement::NotFound
        | Statement::QueryBuilderError(_)
        | Statement::DeserializationError(_)
        | Statement::SerializationError(_)
        | Statement::RollbackTransaction
        | Statement::AlreadyInTransaction
        | Statement::NotInTransaction
        | Statement::IntegerConversion(_)
        | _ => None,
    }
}

fn of_pool(error: &PoolError) -> DatabaseFault {
    // The pool appends the error of its last connection attempt; without one, all connections are in use.
    let text = error.to_string();
    if text.contains(": ") { of_text(&text).unwrap_or(DatabaseFault::Unavailable) } else { DatabaseFault::Busy }
}

impl Error {
    /// The fault of the database, if the error is one.
    pub fn database_fault(&self) -> Option<DatabaseFault> {
        match self {
            Self::Busy(error) => Some(of_pool(error)),
            Self::Statement(error) => of_statement(error),
            Self::Open(_)
            | Self::Corrupt { .. }
            | Self::Inconsistent { .. }
            | Self::Migrate(_)
            | Self::NoRandomness(_)
            | Self::Interrupted(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engines_say_is_told_apart() {
        for (text, wanted) in [
            ("attempt to write a readonly database", Some(DatabaseFault::ReadOnly)),
            ("database or disk is full", Some(DatabaseFault::Full)),
            ("could not extend file \"base/1\": No space left on device", Some(DatabaseFault::Full)),
            ("database is locked", Some(DatabaseFault::Busy)),
            ("canceling statement due to lock timeout", Some(DatabaseFault::Busy)),
            ("disk I/O error", Some(DatabaseFault::Unavailable)),
            ("terminating connection due to administrator command", Some(DatabaseFault::Unavailable)),
            ("the database system is shutting down", Some(DatabaseFault::Unavailable)),
            ("no such table: x", None),
        ] {
            let error = Statement::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned()));
            assert_eq!(Error::from(error).database_fault(), wanted, "{text}");
        }
    }

    #[test]
    fn an_error_of_this_program_is_no_database_fault() {
        assert_eq!(Error::Inconsistent { what: "x" }.database_fault(), None);
        assert_eq!(Error::from(Statement::NotFound).database_fault(), None);
    }
}
