//! When the database itself is in trouble: what kind, told from accidents of this program.
//!
//! Promise: what passes by itself, or when the operator has acted, is [`Trouble`]; the same request may be sent
//! again then. Neither library says more than a text, so texts are compared, in English: both databases' engines
//! are asked not to translate. What is not recognised stays an accident.

use diesel::r2d2::PoolError;
use diesel::result::{DatabaseErrorKind, Error as Statement};

use super::Error;

/// Why the database does not work at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Not reachable, restarting, or its disk fails.
    Unavailable,
    /// It can be read and not written.
    ReadOnly,
    /// Its disk is full.
    Full,
    /// Others hold it up for too long.
    Busy,
}

const SIGNS: [(Trouble, &[&str]); 4] = [
    (Trouble::ReadOnly, &["readonly database", "read-only transaction", "read-only file system"]),
    (Trouble::Full, &["disk is full", "no space left", "disk quota exceeded"]),
    (
        Trouble::Busy,
        &["database is locked", "database table is locked", "lock timeout", "statement timeout", "deadlock"],
    ),
    (
        Trouble::Unavailable,
        &[
            "disk i/o error",
            "unable to open database file",
            // What is left to say after the engine has undone the transaction by itself.
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

fn of_text(text: &str) -> Option<Trouble> {
    let text = text.to_lowercase();
    SIGNS.iter().find(|(_, signs)| signs.iter().any(|sign| text.contains(sign))).map(|(trouble, _)| *trouble)
}

fn of_statement(error: &Statement) -> Option<Trouble> {
    match error {
        Statement::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Some(Trouble::Unavailable),
            DatabaseErrorKind::ReadOnlyTransaction => Some(Trouble::ReadOnly),
            DatabaseErrorKind::SerializationFailure => Some(Trouble::Busy),
            // The kinds that are left speak of one row; `Unknown` is most of what goes wrong.
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::ExclusionViolation
            | DatabaseErrorKind::RestrictViolation => None,
            _ => of_text(information.message()),
        },
        Statement::RollbackErrorOnCommit { commit_error, rollback_error: _ } => {
            of_statement(commit_error).or(Some(Trouble::Unavailable))
        }
        Statement::BrokenTransactionManager => Some(Trouble::Unavailable),
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

fn of_pool(error: &PoolError) -> Trouble {
    // The pool adds what its last attempt to connect said; without that all connections are in use.
    let text = error.to_string();
    if text.contains(": ") { of_text(&text).unwrap_or(Trouble::Unavailable) } else { Trouble::Busy }
}

impl Error {
    /// What the database is in, if it is the database.
    pub fn trouble(&self) -> Option<Trouble> {
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
            ("attempt to write a readonly database", Some(Trouble::ReadOnly)),
            ("database or disk is full", Some(Trouble::Full)),
            ("could not extend file \"base/1\": No space left on device", Some(Trouble::Full)),
            ("database is locked", Some(Trouble::Busy)),
            ("canceling statement due to lock timeout", Some(Trouble::Busy)),
            ("disk I/O error", Some(Trouble::Unavailable)),
            ("terminating connection due to administrator command", Some(Trouble::Unavailable)),
            ("the database system is shutting down", Some(Trouble::Unavailable)),
            ("no such table: x", None),
        ] {
            let error = Statement::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned()));
            assert_eq!(Error::from(error).trouble(), wanted, "{text}");
        }
    }

    #[test]
    fn an_accident_of_ours_is_no_trouble_of_the_database() {
        assert_eq!(Error::Inconsistent { what: "x" }.trouble(), None);
        assert_eq!(Error::from(Statement::NotFound).trouble(), None);
    }
}
