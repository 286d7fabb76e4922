//! Forms that were sent and not accepted, by author and page.

use diesel::prelude::*;
use sync_core::id::{OfficerId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::unsent_form;
use super::tx::Tx;

/// A form that was sent and not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentFormRow {
    /// The author.
    pub officer: OfficerId,
    /// Path of the page that has the form.
    pub page: String,
    /// JSON object of texts.
    pub fields: String,
    /// When it was sent.
    pub kept: Instant,
}

impl Tx<'_> {
    /// Stores a form in place of an earlier one of the same page. Deletes all forms stored before `since`, and of this
    /// author all but the `most` newest.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn keep_unsent_form(
        &mut self,
        tenant: &TenantId,
        new: &UnsentFormRow,
        since: Instant,
        most: i64,
    ) -> Result<(), Error> {
        let UnsentFormRow { officer, page, fields, kept } = new;
        diesel::delete(unsent_form::table)
            .filter(unsent_form::tenant.eq(tenant.bytes().to_vec()))
            .filter(unsent_form::kept_ms.lt(since.ms()))
            .execute(self.db())?;
        self.drop_unsent_form(tenant, officer, page)?;
        diesel::insert_into(unsent_form::table)
            .values((
                unsent_form::tenant.eq(&tenant.bytes()[..]),
                unsent_form::officer.eq(&officer.bytes()[..]),
                unsent_form::page.eq(page),
                unsent_form::fields.eq(fields),
                unsent_form::kept_ms.eq(kept.ms()),
            ))
            .execute(self.db())?;
        let kept = usize::try_from(most).unwrap_or_default();
        for (page, _) in self.unsent_forms(tenant, officer)?.into_iter().skip(kept) {
            self.drop_unsent_form(tenant, officer, &page)?;
        }
        Ok(())
    }

    /// The form of a page that its author sent last.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn unsent_form(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        page: &str,
    ) -> Result<Option<UnsentFormRow>, Error> {
        let found = unsent_form::table
            .find((&tenant.bytes()[..], &officer.bytes()[..], page))
            .select((unsent_form::fields, unsent_form::kept_ms))
            .first::<(String, i64)>(self.db())
            .optional()?;
        Ok(found.map(|(fields, kept_ms)| UnsentFormRow {
            officer: *officer,
            page: page.to_owned(),
            fields,
            kept: Instant::from_ms(kept_ms),
        }))
    }

    /// The pages with forms of this author, the newest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn unsent_forms(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<(String, Instant)>, Error> {
        let found = unsent_form::table
            .filter(unsent_form::tenant.eq(&tenant.bytes()[..]))
            .filter(unsent_form::officer.eq(&officer.bytes()[..]))
            .order((unsent_form::kept_ms.desc(), unsent_form::page))
            .select((unsent_form::page, unsent_form::kept_ms))
            .load::<(String, i64)>(self.db())?;
        Ok(found.into_iter().map(|(page, kept_ms)| (page, Instant::from_ms(kept_ms))).collect())
    }

    /// Deletes the form of a page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_unsent_form(&mut self, tenant: &TenantId, officer: &OfficerId, page: &str) -> Result<(), Error> {
        diesel::delete(unsent_form::table.find((&tenant.bytes()[..], &officer.bytes()[..], page)))
            .execute(self.db())?;
        Ok(())
    }
}
