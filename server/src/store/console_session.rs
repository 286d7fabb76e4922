//! Sessions of the console, keyed by the hash of their secret.

use diesel::prelude::*;
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::console_session;
use super::tx::Tx;

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = console_session)]
pub struct ConsoleSessionRow {
    /// SHA-256 of the secret in the cookie.
    pub hash: Digest,
    /// The person.
    pub officer: OfficerId,
    /// Version of the account's sessions when it began.
    pub session_version: i64,
    /// When it began.
    #[diesel(column_name = created_ms)]
    pub created: Instant,
    /// Last use, to the minute.
    #[diesel(column_name = seen_ms)]
    pub seen: Instant,
}

impl Tx<'_> {
    /// Adds a session, and deletes those last used before `idle_since` or begun before `begun_since`, and those with times
    /// from a clock that was ahead.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_console_session(
        &mut self,
        tenant: &TenantId,
        new: &ConsoleSessionRow,
        idle_since: Instant,
        begun_since: Instant,
        until: Instant,
    ) -> Result<(), Error> {
        let ended = console_session::seen_ms
            .lt(idle_since)
            .or(console_session::created_ms.lt(begun_since))
            .or(console_session::seen_ms.gt(until));
        diesel::delete(console_session::table)
            .filter(console_session::tenant.eq(*tenant))
            .filter(ended)
            .execute(self.db())?;
        let row = (console_session::tenant.eq(tenant), new);
        diesel::insert_into(console_session::table).values(row).execute(self.db())?;
        Ok(())
    }

    /// The session of a secret's hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn console_session(&mut self, tenant: &TenantId, hash: &Digest) -> Result<Option<ConsoleSessionRow>, Error> {
        let found = console_session::table.find((tenant, hash)).select(ConsoleSessionRow::as_select());
        Ok(found.first(self.db()).optional()?)
    }

    /// Records the use of a session.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_console_session(&mut self, tenant: &TenantId, hash: &Digest, now: Instant) -> Result<(), Error> {
        diesel::update(console_session::table.find((tenant, hash)))
            .set(console_session::seen_ms.eq(now))
            .execute(self.db())?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_console_session(&mut self, tenant: &TenantId, hash: &Digest) -> Result<(), Error> {
        diesel::delete(console_session::table.find((tenant, hash))).execute(self.db())?;
        Ok(())
    }
}
