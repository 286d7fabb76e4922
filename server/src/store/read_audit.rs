//! Who looked at what, and why. Written before anything is shown, in the same transaction as the reading.

use diesel::prelude::*;
use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::read_audit;
use super::tx::Tx;
use super::{Error, row};

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = read_audit, treat_none_as_default_value = false)]
pub struct ReadAuditRow {
    /// Id.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub id: [u8; 16],
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// Who.
    pub officer: OfficerId,
    /// `case`, `history`, `evidence`, `record`, `list`, `export`, `lead`, `leads`.
    pub what: String,
    /// At which case.
    #[diesel(column_name = case_id)]
    pub case: Option<CaseId>,
    /// At which field, which digest, which lead; empty where at all of it.
    pub part: String,
    /// Why; empty where those who handle the case look at it.
    pub purpose: String,
}

impl Tx<'_> {
    /// Keeps a look for good.
    ///
    /// # Errors
    /// [`Error`] where the statement fails: nothing may be shown then.
    pub fn add_read_audit(&mut self, tenant: &TenantId, new: &ReadAuditRow) -> Result<(), Error> {
        diesel::insert_into(read_audit::table).values((read_audit::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The looks at a case, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn read_audits(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<ReadAuditRow>, Error> {
        let looks = read_audit::table
            .filter(read_audit::tenant.eq(tenant))
            .filter(read_audit::case_id.eq(case))
            .order((read_audit::at_ms, read_audit::id));
        Ok(looks.select(ReadAuditRow::as_select()).load(self.db())?)
    }
}
