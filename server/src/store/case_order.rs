//! Sort orders of the list of cases, and the count of cases.

use diesel::prelude::*;
use sync_core::id::TenantId;

use super::Error;
use super::by_time::keyset;
use super::case_file::{Boxed, CaseFileRow, CaseFilter, CaseOrder, narrow, rows};
use super::schema::case_file;
use super::tx::Tx;

/// Lists count their rows up to this number.
pub const COUNTED: i64 = 10_000;

/// How many rows a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// The exact number.
    Exactly(i64),
    /// A lower bound: counting stopped there.
    AtLeast(i64),
}

impl Total {
    /// From a count: one more than [`COUNTED`] stands for any larger number.
    pub const fn of(counted: i64) -> Self {
        if counted > COUNTED { Self::AtLeast(COUNTED) } else { Self::Exactly(counted) }
    }

    /// From counted rows.
    pub(super) fn of_rows<T>(rows: &[T]) -> Self {
        Self::of(i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }
}

/// The condition for rows after the filter's start, in its order.
fn after<'a>(query: Boxed<'a>, filter: &CaseFilter) -> Boxed<'a> {
    let after = filter.after.map(|(key, id)| (key.ms(), id.bytes().to_vec()));
    macro_rules! ordered {
        ($column:expr, $beyond:ident, $from:ident, $way:ident) => {
            keyset!(query, after, $column, case_file::id, $beyond, $from, $way)
        };
    }
    match filter.order {
        CaseOrder::Newest => ordered!(case_file::updated_ms, lt, le, desc),
        CaseOrder::Oldest => ordered!(case_file::updated_ms, gt, ge, asc),
        CaseOrder::OpenedLast => ordered!(case_file::opened_ms, lt, le, desc),
        CaseOrder::OpenedFirst => ordered!(case_file::opened_ms, gt, ge, asc),
        CaseOrder::MostToSee => {
            ordered!((case_file::conflicts + case_file::breaches + case_file::missing_evidence), lt, le, desc)
        }
    }
}

impl Tx<'_> {
    /// Projected cases in the order of the filter, at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_files(
        &mut self,
        tenant: &TenantId,
        filter: &CaseFilter,
        limit: i64,
    ) -> Result<Vec<CaseFileRow>, Error> {
        rows(after(narrow(case_file::table.into_boxed(), tenant, filter), filter).limit(limit), self.db())
    }

    /// How many projected cases match the filter, independent of the start.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_case_files(&mut self, tenant: &TenantId, filter: &CaseFilter) -> Result<Total, Error> {
        let found = narrow(case_file::table.into_boxed(), tenant, filter).select(case_file::case_leaf);
        Ok(Total::of_rows(&found.limit(COUNTED + 1).load::<i64>(self.db())?))
    }
}
