//! Attempts to sign in with a password, counted by hashed subject.

use diesel::prelude::*;
use sync_core::id::{Digest, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::login_attempt;
use super::tx::Tx;

/// The counts of a subject: an account, an address, or an account at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = login_attempt, treat_none_as_default_value = false)]
pub struct AttemptRow {
    /// Hash of the subject.
    pub subject: Digest,
    /// Attempts since the last success.
    pub failures: i64,
    /// The last attempt.
    #[diesel(column_name = last_ms)]
    pub last: Instant,
    /// The last success.
    #[diesel(column_name = success_ms)]
    pub success: Option<Instant>,
}

impl Tx<'_> {
    /// The counts of a subject.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn attempts(&mut self, tenant: &TenantId, subject: &Digest) -> Result<Option<AttemptRow>, Error> {
        let found = login_attempt::table.find((tenant, subject)).select(AttemptRow::as_select());
        Ok(found.first(self.db()).optional()?)
    }

    /// Stores the counts of a subject. Under the tenant's lock.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_attempts(&mut self, tenant: &TenantId, row: &AttemptRow) -> Result<(), Error> {
        let AttemptRow { subject, failures, last, success } = row;
        let said = (
            login_attempt::failures.eq(failures),
            login_attempt::last_ms.eq(last),
            login_attempt::success_ms.eq(success),
        );
        let changed = diesel::update(login_attempt::table.find((tenant, subject))).set(said).execute(self.db())?;
        if changed == 0 {
            let new = (login_attempt::tenant.eq(tenant), row);
            diesel::insert_into(login_attempt::table).values(new).execute(self.db())?;
        }
        Ok(())
    }

    /// Deletes subjects without an attempt since `since`, and those whose last attempt is after `until`, which only a clock
    /// that was ahead can have written.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn forget_attempts(&mut self, tenant: &TenantId, (since, until): (Instant, Instant)) -> Result<(), Error> {
        let old = login_attempt::table
            .filter(login_attempt::tenant.eq(*tenant))
            .filter(login_attempt::last_ms.lt(since).or(login_attempt::last_ms.gt(until)));
        diesel::delete(old).execute(self.db())?;
        Ok(())
    }
}
