//! The read audit: who read what, and why. Written before anything is shown.

use diesel::prelude::*;
use sync_core::id::{CaseId, OfficerId, TenantId, hex};
use sync_core::read_audit::LookKind;
use sync_core::time::Instant;

use super::agency::{cases_below, people_below};
use super::by_time::page_by_time;
use super::case_order::COUNTED;
use super::db::Db;
use super::schema::read_audit;
use super::tx::Tx;
use super::{Error, TimePage, Total, row};

/// An audit record.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = read_audit, treat_none_as_default_value = false)]
pub struct ReadAuditRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// The reader.
    pub officer: OfficerId,
    /// What was read.
    pub what: LookKind,
    /// The case, if the read was of a single one.
    #[diesel(column_name = case_id)]
    pub case: Option<CaseId>,
    /// The field, digest or lead that was read; empty if the whole was read.
    pub part: String,
    /// The purpose; empty for officers who handle the case.
    pub purpose: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = read_audit)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    at_ms: Instant,
    officer: OfficerId,
    what: String,
    case_id: Option<CaseId>,
    part: String,
    purpose: String,
}

impl Row {
    fn restore(self) -> Result<ReadAuditRow, Error> {
        let Self { id, at_ms: at, officer, what, case_id: case, part, purpose } = self;
        let what = row::code("read_audit", "what", hex(&id), &what)?;
        Ok(ReadAuditRow { id, at, officer, what, case, part, purpose })
    }
}

/// Filter for audit records. All conditions apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadAuditFilter {
    /// Only reads of cases of agencies below this path, or by people of these agencies.
    pub agency_path: Option<String>,
    /// Only reads by these officers.
    pub officers: Option<Vec<OfficerId>>,
    /// Only reads of these cases.
    pub cases: Option<Vec<CaseId>>,
    /// Only at or after.
    pub from: Option<Instant>,
    /// Only before.
    pub until: Option<Instant>,
}

/// The filter's conditions.
fn narrow<'a>(
    tenant: &TenantId,
    filter: &ReadAuditFilter,
) -> read_audit::BoxedQuery<'a, <Db as diesel::Connection>::Backend> {
    let ReadAuditFilter { agency_path, officers, cases, from, until } = filter;
    let mut query = read_audit::table.filter(read_audit::tenant.eq(*tenant)).into_boxed();
    if let Some(path) = agency_path {
        let at_a_case = read_audit::case_id.eq_any(cases_below(*tenant, format!("{path}%"))).assume_not_null();
        let by_people = read_audit::officer.eq_any(people_below(*tenant, format!("{path}%")));
        query = query.filter(at_a_case.or(by_people));
    }
    if let Some(officers) = officers {
        query = query.filter(read_audit::officer.eq_any(officers.clone()));
    }
    if let Some(cases) = cases {
        query = query.filter(read_audit::case_id.eq_any(cases.clone()));
    }
    if let Some(from) = from {
        query = query.filter(read_audit::at_ms.ge(*from));
    }
    if let Some(until) = until {
        query = query.filter(read_audit::at_ms.lt(*until));
    }
    query
}

impl Tx<'_> {
    /// A page of audit records, and one more row if there is another page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn read_audit_page(
        &mut self,
        tenant: &TenantId,
        filter: &ReadAuditFilter,
        page: &TimePage,
    ) -> Result<Vec<ReadAuditRow>, Error> {
        let query = page_by_time!(narrow(tenant, filter), page, read_audit::at_ms, read_audit::id);
        query.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }

    /// How many audit records match the filter.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_read_audits(&mut self, tenant: &TenantId, filter: &ReadAuditFilter) -> Result<Total, Error> {
        let counted = narrow(tenant, filter).select(read_audit::at_ms).limit(COUNTED + 1);
        Ok(Total::of_rows(&counted.load::<i64>(self.db())?))
    }

    /// Adds an audit record.
    ///
    /// # Errors
    /// [`Error`] where the statement fails: nothing may be shown then.
    pub fn add_read_audit(&mut self, tenant: &TenantId, new: &ReadAuditRow) -> Result<(), Error> {
        diesel::insert_into(read_audit::table).values((read_audit::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The audit records of a case, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    #[cfg(test)]
    pub fn read_audits(&mut self, tenant: &TenantId, case: &CaseId) -> Result<Vec<ReadAuditRow>, Error> {
        let looks = read_audit::table
            .filter(read_audit::tenant.eq(tenant))
            .filter(read_audit::case_id.eq(case))
            .order((read_audit::at_ms, read_audit::id));
        looks.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }
}
