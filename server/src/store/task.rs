//! Inspection tasks mirrored from the municipal platform.

use diesel::prelude::*;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::schema::{inspection_task, task_officer};
use super::tx::Tx;
use super::{Error, row};

/// An approved inspection, as the platform of record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The municipal platform's task id.
    pub id: String,
    /// Who inspects.
    pub agency: AgencyId,
    /// Code of the inspection item.
    pub item: String,
    /// Who is inspected.
    pub party_name: String,
    /// Unified social credit code.
    pub party_uscc: String,
    /// Where.
    pub address: String,
    /// 执法码: what the party scans.
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

type Columns = (Vec<u8>, String, Vec<u8>, String, String, String, String, String, String, String, i64);

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
                .filter(task_officer::tenant.eq(&tenant.bytes()[..]))
                .filter(task_officer::officer.eq(&officer.bytes()[..]))
                .order(inspection_task::id)
                .select(inspection_task::all_columns)
                .load::<Columns>(self.db())?;
        found.into_iter().map(|columns| self.restore_task(tenant, columns)).collect()
    }

    fn restore_task(&mut self, tenant: &TenantId, columns: Columns) -> Result<TaskRow, Error> {
        let (_tenant, id, agency, item, party_name, party_uscc, address, code, notice, approved_by, approved_ms) =
            columns;
        let officers = task_officer::table
            .filter(task_officer::tenant.eq(&tenant.bytes()[..]))
            .filter(task_officer::task.eq(&id))
            .order(task_officer::officer)
            .select(task_officer::officer)
            .load::<Vec<u8>>(self.db())?
            .iter()
            .map(|officer| row::id(officer, OfficerId::from_slice, "task_officer.officer"))
            .collect::<Result<_, _>>()?;
        Ok(TaskRow {
            id,
            agency: row::id(&agency, AgencyId::from_slice, "inspection_task.agency")?,
            item,
            party_name,
            party_uscc,
            address,
            code,
            notice,
            approved_by,
            approved: Instant::from_ms(approved_ms),
            officers,
        })
    }

    /// Whether a task is mirrored already.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_task(&mut self, tenant: &TenantId, id: &str) -> Result<bool, Error> {
        let count: i64 = inspection_task::table.find((&tenant.bytes()[..], id)).count().get_result(self.db())?;
        Ok(count > 0)
    }

    /// Mirrors a task; agency, item and officers are there already.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_task(&mut self, tenant: &TenantId, new: &TaskRow) -> Result<(), Error> {
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
        } = new;
        diesel::insert_into(inspection_task::table)
            .values((
                inspection_task::tenant.eq(&tenant.bytes()[..]),
                inspection_task::id.eq(id),
                inspection_task::agency.eq(&agency.bytes()[..]),
                inspection_task::item.eq(item),
                inspection_task::party_name.eq(party_name),
                inspection_task::party_uscc.eq(party_uscc),
                inspection_task::address.eq(address),
                inspection_task::code.eq(code),
                inspection_task::notice.eq(notice),
                inspection_task::approved_by.eq(approved_by),
                inspection_task::approved_ms.eq(approved.ms()),
            ))
            .execute(self.db())?;
        for officer in officers {
            diesel::insert_into(task_officer::table)
                .values((
                    task_officer::tenant.eq(&tenant.bytes()[..]),
                    task_officer::task.eq(id),
                    task_officer::officer.eq(&officer.bytes()[..]),
                ))
                .execute(self.db())?;
        }
        Ok(())
    }
}
