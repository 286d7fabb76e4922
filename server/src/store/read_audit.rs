//! Who looked at what, and why. Written before anything is shown, in the same transaction as the reading.

use diesel::prelude::*;
use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::case_order::COUNTED;
use super::db::Db;
use super::schema::{agency, case_file, officer, read_audit};
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
    /// `case`, `history`, `evidence`, `record`, `list`, `export`, `lead`, `leads`, `audit`.
    pub what: String,
    /// At which case.
    #[diesel(column_name = case_id)]
    pub case: Option<CaseId>,
    /// At which field, which digest, which lead; empty where at all of it.
    pub part: String,
    /// Why; empty where those who handle the case look at it.
    pub purpose: String,
}

/// Which looks a list shows. Every part narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadAuditFilter {
    /// Only those at cases of agencies below this path, or by their people.
    pub agency_path: Option<String>,
    /// Only those of one of these officers.
    pub officers: Option<Vec<OfficerId>>,
    /// Only those at one of these cases.
    pub cases: Option<Vec<CaseId>>,
    /// Only what comes after this place in the order.
    pub after: Option<(Instant, [u8; 16])>,
}

/// What the filter lets through, wherever the page begins.
fn narrow<'a>(
    tenant: &TenantId,
    filter: &ReadAuditFilter,
) -> read_audit::BoxedQuery<'a, <Db as diesel::Connection>::Backend> {
    let mut query = read_audit::table.filter(read_audit::tenant.eq(*tenant)).into_boxed();
    if let Some(path) = &filter.agency_path {
        let cases = case_file::table
            .filter(case_file::tenant.eq(*tenant))
            .filter(case_file::agency_path.like(format!("{path}%")))
            .select(case_file::id.nullable());
        let people = officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(officer::tenant.eq(*tenant))
            .filter(agency::path.like(format!("{path}%")))
            .select(officer::id);
        let at_a_case = read_audit::case_id.eq_any(cases).assume_not_null();
        query = query.filter(at_a_case.or(read_audit::officer.eq_any(people)));
    }
    if let Some(officers) = &filter.officers {
        query = query.filter(read_audit::officer.eq_any(officers.clone()));
    }
    if let Some(cases) = &filter.cases {
        query = query.filter(read_audit::case_id.eq_any(cases.clone()));
    }
    query
}

impl Tx<'_> {
    /// Looks, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn read_audit_page(
        &mut self,
        tenant: &TenantId,
        filter: &ReadAuditFilter,
        limit: i64,
    ) -> Result<Vec<ReadAuditRow>, Error> {
        let mut query = narrow(tenant, filter).order((read_audit::at_ms.desc(), read_audit::id.desc())).limit(limit);
        if let Some((at, id)) = &filter.after {
            let same = read_audit::at_ms.eq(*at).and(read_audit::id.lt(id.to_vec()));
            query = query.filter(read_audit::at_ms.lt(*at).or(same));
        }
        Ok(query.select(ReadAuditRow::as_select()).load(self.db())?)
    }

    /// How many looks the filter lets through, wherever the page begins; of more than [`COUNTED`], one more.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_read_audits(&mut self, tenant: &TenantId, filter: &ReadAuditFilter) -> Result<i64, Error> {
        let found: Vec<i64> = narrow(tenant, filter).select(read_audit::at_ms).limit(COUNTED + 1).load(self.db())?;
        Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
    }

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
