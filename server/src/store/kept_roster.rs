//! Rosters that wait for the clerk who checked them.

use diesel::prelude::*;
use sync_core::id::{OfficerId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::kept_roster;
use super::tx::Tx;

/// A file that was checked and is not imported yet.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = kept_roster)]
pub struct KeptRosterRow {
    /// The clerk.
    pub officer: OfficerId,
    /// Name of the file.
    pub name: String,
    /// The file. It holds personal data.
    pub file: Vec<u8>,
    /// When it was sent.
    #[diesel(column_name = kept_ms)]
    pub kept: Instant,
}

impl std::fmt::Debug for KeptRosterRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptRosterRow").field("officer", &self.officer).finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// Keeps a file in place of the clerk's earlier one.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn keep_roster(&mut self, tenant: &TenantId, new: &KeptRosterRow) -> Result<(), Error> {
        self.drop_kept_roster(tenant, &new.officer)?;
        diesel::insert_into(kept_roster::table).values((kept_roster::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The clerk's file.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn kept_roster(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Option<KeptRosterRow>, Error> {
        let kept = kept_roster::table.find((tenant, officer)).select(KeptRosterRow::as_select());
        Ok(kept.first(self.db()).optional()?)
    }

    /// Deletes the clerk's file.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_kept_roster(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<(), Error> {
        diesel::delete(kept_roster::table.find((tenant, officer))).execute(self.db())?;
        Ok(())
    }

    /// Deletes the files that were kept before `before`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_kept_rosters_before(&mut self, tenant: &TenantId, before: Instant) -> Result<(), Error> {
        let old = kept_roster::table.filter(kept_roster::tenant.eq(tenant)).filter(kept_roster::kept_ms.lt(before));
        diesel::delete(old).execute(self.db())?;
        Ok(())
    }
}
