//! The sessions of the console, by the hash of their secret.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::console_session;
use super::tx::Tx;
use super::{Error, row};

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleSessionRow {
    /// SHA-256 of the secret in the cookie.
    pub hash: Digest,
    /// Who.
    pub officer: OfficerId,
    /// Version of the account's sessions when it began.
    pub session_version: i64,
    /// When it began.
    pub created: Instant,
    /// Last use, to the minute.
    pub seen: Instant,
}

impl Tx<'_> {
    /// Keeps a session, and forgets those last used before `idle_since` or begun before `begun_since`.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_console_session(
        &mut self,
        tenant: &TenantId,
        new: &ConsoleSessionRow,
        idle_since: Instant,
        begun_since: Instant,
    ) -> Result<(), Error> {
        let ConsoleSessionRow { hash, officer, session_version, created, seen } = new;
        let ended = console_session::seen_ms.lt(idle_since.ms()).or(console_session::created_ms.lt(begun_since.ms()));
        diesel::delete(console_session::table)
            .filter(console_session::tenant.eq(tenant.bytes().to_vec()))
            .filter(ended)
            .execute(self.db())?;
        diesel::insert_into(console_session::table)
            .values((
                console_session::tenant.eq(&tenant.bytes()[..]),
                console_session::hash.eq(&hash.bytes()[..]),
                console_session::officer.eq(&officer.bytes()[..]),
                console_session::session_version.eq(session_version),
                console_session::created_ms.eq(created.ms()),
                console_session::seen_ms.eq(seen.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// The session of a secret's hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn console_session(&mut self, tenant: &TenantId, hash: &Digest) -> Result<Option<ConsoleSessionRow>, Error> {
        type Columns = (Vec<u8>, Vec<u8>, Vec<u8>, i64, i64, i64);
        let found = console_session::table
            .find((&tenant.bytes()[..], &hash.bytes()[..]))
            .first::<Columns>(self.db())
            .optional()?;
        found
            .map(|(_tenant, hash, officer, session_version, created_ms, seen_ms)| {
                Ok(ConsoleSessionRow {
                    hash: row::id(&hash, Digest::from_slice, "console_session.hash")?,
                    officer: row::id(&officer, OfficerId::from_slice, "console_session.officer")?,
                    session_version,
                    created: Instant::from_ms(created_ms),
                    seen: Instant::from_ms(seen_ms),
                })
            })
            .transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_console_session(&mut self, tenant: &TenantId, hash: &Digest, now: Instant) -> Result<(), Error> {
        diesel::update(console_session::table.find((&tenant.bytes()[..], &hash.bytes()[..])))
            .set(console_session::seen_ms.eq(now.ms()))
            .execute(self.db())?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_console_session(&mut self, tenant: &TenantId, hash: &Digest) -> Result<(), Error> {
        diesel::delete(console_session::table.find((&tenant.bytes()[..], &hash.bytes()[..]))).execute(self.db())?;
        Ok(())
    }
}
