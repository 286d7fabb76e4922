//! In which order lists show projected cases, and how many there are.

use diesel::prelude::*;
use sync_core::id::TenantId;

use super::Error;
use super::case_file::{Boxed, CaseFileRow, CaseFilter, CaseOrder, narrow, rows};
use super::schema::case_file;
use super::tx::Tx;

/// Lists count so far.
pub const COUNTED: i64 = 10_000;

/// What comes after the place where the filter starts, in its order; a bound that stands alone, so that the index is
/// entered there.
fn after<'a>(query: Boxed<'a>, filter: &CaseFilter) -> Boxed<'a> {
    macro_rules! ordered {
        ($column:expr, $beyond:ident, $from:ident, $way:ident) => {{
            let query = match &filter.after {
                Some((key, id)) => {
                    let beyond = $column.$beyond(key.ms()).or(case_file::id.$beyond(id.bytes().to_vec()));
                    query.filter($column.$from(key.ms())).filter(beyond)
                }
                None => query,
            };
            query.order(($column.$way(), case_file::id.$way()))
        }};
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

    /// How many projected cases the filter lets through, wherever the page begins; of more than [`COUNTED`], one more.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_case_files(&mut self, tenant: &TenantId, filter: &CaseFilter) -> Result<i64, Error> {
        let found = narrow(case_file::table.into_boxed(), tenant, filter).select(case_file::case_leaf);
        let found: Vec<i64> = found.limit(COUNTED + 1).load(self.db())?;
        Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
    }
}
