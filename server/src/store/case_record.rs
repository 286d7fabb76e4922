//! The signed records of closed cases (案卷记录).

use diesel::prelude::*;
use sync_core::id::{CaseId, Digest, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::case_record;
use super::tx::Tx;

/// A record as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_record)]
pub struct CaseRecordRow {
    /// Its hash.
    pub hash: Digest,
    /// The case.
    #[diesel(column_name = case_id)]
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// When it was signed.
    #[diesel(column_name = issued_ms)]
    pub issued: Instant,
    /// The COSE_Sign1.
    pub bytes: Vec<u8>,
}

impl Tx<'_> {
    /// The newest record of a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_record(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Option<CaseRecordRow>, Error> {
        let of_case = case_record::table
            .filter(case_record::tenant.eq(tenant))
            .filter(case_record::case_id.eq(case))
            .order((case_record::issued_ms.desc(), case_record::hash));
        Ok(of_case.select(CaseRecordRow::as_select()).first(self.db()).optional()?)
    }

    /// Adds a record. Records are permanent.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_case_record(&mut self, tenant: &TenantId, new: &CaseRecordRow) -> Result<(), Error> {
        diesel::insert_into(case_record::table).values((case_record::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }
}
