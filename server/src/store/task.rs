//! Inspection tasks, copied from the municipal platform.

use diesel::prelude::*;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::{inspection_task, task_officer};
use super::tx::Tx;

/// An approved inspection, as the municipal platform states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The municipal platform's task id.
    pub id: String,
    /// The inspecting agency.
    pub agency: AgencyId,
    /// Code of the inspection item.
    pub item: String,
    /// The inspected party.
    pub party_name: String,
    /// Unified social credit code.
    pub party_uscc: String,
    /// The place.
    pub address: String,
    /// 执法码, which the party scans.
    pub code: String,
    /// Text of the inspection notice.
    pub notice: String,
    /// The head who approved the plan.
    pub approved_by: String,
    /// When.
    pub approved: Instant,
    /// The officers named in the plan, by id.
    pub officers: Vec<OfficerId>,
}

/// The table's columns; the officers are in another table.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = inspection_task)]
struct Row {
    id: String,
    agency: AgencyId,
    item: String,
    party_name: String,
    party_uscc: String,
    address: String,
    code: String,
    notice: String,
    approved_by: String,
    approved_ms: Instant,
}

impl Row {
    fn new(task: TaskRow) -> (Self, Vec<OfficerId>) {
        let TaskRow {
            id,
            agency,
            item,
            party_name,
            party_uscc,
            address,
            code,
            notice,
            approved_by,
            approved,
            officers,
        } = task;
        let approved_ms = approved;
        (Self { id, agency, item, party_name, party_uscc, address, code, notice, approved_by, approved_ms }, officers)
    }

    fn restore(self, officers: Vec<OfficerId>) -> TaskRow {
        let Self { id, agency, item, party_name, party_uscc, address, code, notice, approved_by, approved_ms } = self;
        let approved = approved_ms;
        TaskRow { id, agency, item, party_name, party_uscc, address, code, notice, approved_by, approved, officers }
    }
}

impl Tx<'_> {
    /// The tasks that name an officer, by id.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn tasks_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<TaskRow>, Error> {
        let found =
            inspection_task::table
                .inner_join(task_officer::table.on(
                    task_officer::tenant.eq(inspection_task::tenant).and(task_officer::task.eq(inspection_task::id)),
                ))
                .filter(task_officer::tenant.eq(tenant))
                .filter(task_officer::officer.eq(officer))
                .order(inspection_task::id)
                .select(Row::as_select())
                .load(self.db())?;
        found.into_iter().map(|row| self.with_officers(tenant, row)).collect()
    }

    fn with_officers(&mut self, tenant: &TenantId, row: Row) -> Result<TaskRow, Error> {
        let officers = task_officer::table
            .filter(task_officer::tenant.eq(tenant))
            .filter(task_officer::task.eq(&row.id))
            .order(task_officer::officer)
            .select(task_officer::officer)
            .load(self.db())?;
        Ok(row.restore(officers))
    }

    /// Whether a task was copied already.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_task(&mut self, tenant: &TenantId, id: &str) -> Result<bool, Error> {
        let count: i64 = inspection_task::table.find((tenant, id)).count().get_result(self.db())?;
        Ok(count > 0)
    }

    /// Deletes copied tasks. What a case says of its task is in the changes of the case.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn drop_tasks(&mut self, tenant: &TenantId, ids: &[&str]) -> Result<(), Error> {
        let named = task_officer::table.filter(task_officer::tenant.eq(tenant)).filter(task_officer::task.eq_any(ids));
        diesel::delete(named).execute(self.db())?;
        let tasks =
            inspection_task::table.filter(inspection_task::tenant.eq(tenant)).filter(inspection_task::id.eq_any(ids));
        diesel::delete(tasks).execute(self.db())?;
        Ok(())
    }

    /// Adds a copied task; agency, item and officers must exist.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_task(&mut self, tenant: &TenantId, new: &TaskRow) -> Result<(), Error> {
        let (row, officers) = Row::new(new.clone());
        let id = &row.id;
        diesel::insert_into(inspection_task::table)
            .values((inspection_task::tenant.eq(tenant), &row))
            .execute(self.db())?;
        for officer in officers {
            diesel::insert_into(task_officer::table)
                .values((task_officer::tenant.eq(tenant), task_officer::task.eq(id), task_officer::officer.eq(officer)))
                .execute(self.db())?;
        }
        Ok(())
    }
}
