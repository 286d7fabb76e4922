//! Previous versions of the rows of the list of cases, for readers between two pages.
//!
//! Promise: each update of a column that a list sorts by, filters by or searches adds a row with the previous version,
//! by a trigger in the same transaction. Cases are replaced only under the lock on the tenant's row, so versions have
//! no gaps. Rows are deleted oldest first and the newest stays, so no version is used twice. Not here: reading a list
//! as of a version (`flow::as_of`), retention (`flow::housekeeping`).

use diesel::prelude::*;
use sync_core::id::{CaseId, TenantId};
use sync_core::time::Instant;

use super::case_file::{narrow, rows};
use super::schema::{case_file, case_file_past};
use super::tx::Tx;
use super::{CaseFileRow, CaseFilter, CaseOrder, Error};

/// Versions in one statement.
const AT_ONCE: usize = 1024;

/// A previous version of a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct PastCase {
    /// Number of the replacement that ended it.
    pub version: i64,
    /// The case, by its number in the order of the log.
    pub case_leaf: i64,
    /// The case.
    pub id: CaseId,
    /// Code of its status.
    pub status: String,
    /// Number of open deadlines.
    pub duties: i64,
    /// Code of the status of its filing; empty without a filing.
    pub filing: String,
    /// Number of conflicts, breaches and missing evidence files.
    pub attention: i64,
    /// When its first change was stored.
    pub opened: Instant,
    /// When its newest change was stored.
    pub updated: Instant,
    /// Whether its text has changed since; [`Tx::past_texts`] has the old text.
    pub said_otherwise: bool,
}

impl PastCase {
    /// The sort key of that version, as [`CaseOrder::key`].
    pub const fn key(&self, order: CaseOrder) -> Instant {
        match order {
            CaseOrder::Newest | CaseOrder::Oldest => self.updated,
            CaseOrder::OpenedLast | CaseOrder::OpenedFirst => self.opened,
            CaseOrder::MostToSee => Instant::from_ms(self.attention),
        }
    }

    /// Whether that version matched the filter's mutable conditions.
    pub fn fits(&self, filter: &CaseFilter) -> bool {
        filter.status.is_none_or(|status| status.code() == self.status)
            && filter.filing.is_none_or(|filing| filing.code() == self.filing)
            && (!filter.with_duties || self.duties > 0)
    }
}

/// The size of a previous version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = case_file_past)]
pub struct PastSize {
    /// Number of the replacement.
    pub version: i64,
    /// When.
    #[diesel(column_name = replaced_ms)]
    pub replaced: Instant,
    /// Length of its text.
    pub bytes: i64,
}

/// The cases that these versions were of.
#[diesel::dsl::auto_type(no_type_alias)]
fn cases_of(tenant: TenantId, versions: Vec<i64>) -> _ {
    case_file_past::table
        .filter(case_file_past::tenant.eq(tenant))
        .filter(case_file_past::version.eq_any(versions))
        .select(case_file_past::case_leaf)
}

impl Tx<'_> {
    /// The oldest stored version and the newest; none if no case was ever replaced.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_versions(&mut self, tenant: &TenantId) -> Result<Option<(i64, i64)>, Error> {
        let all = case_file_past::table.filter(case_file_past::tenant.eq(tenant)).select(case_file_past::version);
        // Two statements for both ends of the key, because in one SQLite scans all of it.
        let newest = all.order(case_file_past::version.desc()).first(self.db()).optional()?;
        let oldest = all.order(case_file_past::version.asc()).first(self.db()).optional()?;
        Ok(oldest.zip(newest))
    }

    /// The versions after this one, in order.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_replaced_after(&mut self, tenant: &TenantId, version: i64) -> Result<Vec<PastCase>, Error> {
        Ok(case_file_past::table
            .filter(case_file_past::tenant.eq(tenant))
            .filter(case_file_past::version.gt(version))
            .order(case_file_past::version)
            .select((
                case_file_past::version,
                case_file_past::case_leaf,
                case_file_past::id,
                case_file_past::status,
                case_file_past::duties,
                case_file_past::filing,
                case_file_past::attention,
                case_file_past::opened_ms,
                case_file_past::updated_ms,
                case_file_past::search_text.is_not_null(),
            ))
            .load(self.db())?)
    }

    /// The current rows of the cases of these versions that match the filter now, unordered.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn cases_of_versions(
        &mut self,
        tenant: &TenantId,
        filter: &CaseFilter,
        versions: &[i64],
    ) -> Result<Vec<CaseFileRow>, Error> {
        let mut found = Vec::new();
        for some in versions.chunks(AT_ONCE) {
            // By subquery, so that SQLite looks the cases up by number.
            let these = cases_of(*tenant, some.to_vec());
            let query = narrow(case_file::table.into_boxed(), tenant, filter);
            found.extend(rows(query.filter(case_file::case_leaf.eq_any(these)), self.db())?);
        }
        Ok(found)
    }

    /// Current texts of the cases of these versions, by case.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn texts_of_versions(&mut self, tenant: &TenantId, versions: &[i64]) -> Result<Vec<(i64, String)>, Error> {
        let mut found = Vec::new();
        for some in versions.chunks(AT_ONCE) {
            let these = case_file::table
                .filter(case_file::tenant.eq(tenant))
                .filter(case_file::case_leaf.eq_any(cases_of(*tenant, some.to_vec())));
            found
                .extend(these.select((case_file::case_leaf, case_file::search_text)).load::<(i64, String)>(self.db())?);
        }
        Ok(found)
    }

    /// Texts of cases up to these versions, by version; unchanged texts are absent.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn past_texts(&mut self, tenant: &TenantId, versions: &[i64]) -> Result<Vec<(i64, String)>, Error> {
        let mut found = Vec::new();
        for some in versions.chunks(AT_ONCE) {
            let those = case_file_past::table
                .filter(case_file_past::tenant.eq(tenant))
                .filter(case_file_past::version.eq_any(some.to_vec()))
                .filter(case_file_past::search_text.is_not_null())
                .select((case_file_past::version, case_file_past::search_text.assume_not_null()));
            found.extend(those.load::<(i64, String)>(self.db())?);
        }
        Ok(found)
    }

    /// The sizes of the stored versions, the newest first, at most `limit` rows.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_past_sizes(&mut self, tenant: &TenantId, limit: i64) -> Result<Vec<PastSize>, Error> {
        let all = case_file_past::table.filter(case_file_past::tenant.eq(tenant));
        let newest = all.order(case_file_past::version.desc()).limit(limit);
        Ok(newest.select(PastSize::as_select()).load(self.db())?)
    }

    /// Deletes versions before this one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn forget_case_past(&mut self, tenant: &TenantId, before: i64) -> Result<(), Error> {
        let old =
            case_file_past::table.filter(case_file_past::tenant.eq(tenant)).filter(case_file_past::version.lt(before));
        diesel::delete(old).execute(self.db())?;
        Ok(())
    }
}
