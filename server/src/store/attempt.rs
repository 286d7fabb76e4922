//! Attempts to sign in with a password, counted by hashed subject.

use diesel::prelude::*;
use sync_core::id::{Digest, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::login_attempt;
use super::tx::Tx;

/// What is known of a subject: an account, an address, or an account at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptRow {
    /// Hash of the subject.
    pub subject: Digest,
    /// Attempts since the last success.
    pub failures: i64,
    /// The last attempt.
    pub last: Instant,
    /// The last success.
    pub success: Option<Instant>,
}

impl Tx<'_> {
    /// What is known of a subject.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn attempts(&mut self, tenant: &TenantId, subject: &Digest) -> Result<Option<AttemptRow>, Error> {
        let found = login_attempt::table
            .find((&tenant.bytes()[..], &subject.bytes()[..]))
            .select((login_attempt::failures, login_attempt::last_ms, login_attempt::success_ms))
            .first::<(i64, i64, Option<i64>)>(self.db())
            .optional()?;
        Ok(found.map(|(failures, last_ms, success_ms)| AttemptRow {
            subject: *subject,
            failures,
            last: Instant::from_ms(last_ms),
            success: success_ms.map(Instant::from_ms),
        }))
    }

    /// Keeps what is known of a subject now. Under the tenant's lock.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_attempts(&mut self, tenant: &TenantId, row: &AttemptRow) -> Result<(), Error> {
        let AttemptRow { subject, failures, last, success } = row;
        let said = (
            login_attempt::failures.eq(failures),
            login_attempt::last_ms.eq(last.ms()),
            login_attempt::success_ms.eq(success.map(Instant::ms)),
        );
        let changed = diesel::update(login_attempt::table.find((&tenant.bytes()[..], &subject.bytes()[..])))
            .set(said)
            .execute(self.db())?;
        if changed == 0 {
            let key = (login_attempt::tenant.eq(&tenant.bytes()[..]), login_attempt::subject.eq(&subject.bytes()[..]));
            diesel::insert_into(login_attempt::table).values((key, said)).execute(self.db())?;
        }
        Ok(())
    }

    /// Forgets subjects of whom nothing was heard since then.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn forget_attempts(&mut self, tenant: &TenantId, since: Instant) -> Result<(), Error> {
        let old = login_attempt::table
            .filter(login_attempt::tenant.eq(&tenant.bytes()[..]))
            .filter(login_attempt::last_ms.lt(since.ms()));
        diesel::delete(old).execute(self.db())?;
        Ok(())
    }
}
