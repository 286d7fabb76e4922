//! Alarms: events that a person must look at.

use diesel::prelude::*;
use sync_core::alarm::AlarmKind;
use sync_core::id::{CaseId, ChangeId, DeviceId, TenantId, hex};
use sync_core::time::Instant;

use super::agency::{cases_below, people_below};
use super::by_time::page_by_time;
use super::case_order::COUNTED;
use super::db::Db;
use super::schema::{alarm, device};
use super::tx::Tx;
use super::{Error, TimePage, Total, row};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = alarm, treat_none_as_default_value = false)]
pub struct AlarmRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// The kind.
    pub kind: AlarmKind,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// The case it is about.
    #[diesel(column_name = case_id)]
    pub case: Option<CaseId>,
    /// The change it is about.
    pub change: Option<ChangeId>,
    /// Stable code of the reason, or the account that it is about.
    pub detail: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = alarm)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    at_ms: Instant,
    kind: String,
    device: Option<DeviceId>,
    case_id: Option<CaseId>,
    change: Option<ChangeId>,
    detail: String,
}

impl Row {
    fn restore(self) -> Result<AlarmRow, Error> {
        let Self { id, at_ms: at, kind, device, case_id: case, change, detail } = self;
        let kind = row::code("alarm", "kind", hex(&id), &kind)?;
        Ok(AlarmRow { id, at, kind, device, case, change, detail })
    }
}

/// The alarms about cases or phones of agencies below this path; all alarms without a path.
fn narrow<'a>(
    tenant: &TenantId,
    agency_path: Option<&str>,
) -> alarm::BoxedQuery<'a, <Db as diesel::Connection>::Backend> {
    let mut query = alarm::table.filter(alarm::tenant.eq(*tenant)).into_boxed();
    if let Some(path) = agency_path {
        let phones = device::table
            .filter(device::tenant.eq(*tenant))
            .filter(device::officer.eq_any(people_below(*tenant, format!("{path}%"))))
            .select(device::id.nullable());
        let of_case = alarm::case_id.eq_any(cases_below(*tenant, format!("{path}%"))).assume_not_null();
        let of_phone = alarm::device.eq_any(phones).assume_not_null();
        query = query.filter(of_case.or(of_phone));
    }
    query
}

impl Tx<'_> {
    /// How many alarms there are about agencies below this path.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_alarms(&mut self, tenant: &TenantId, agency_path: Option<&str>) -> Result<Total, Error> {
        let counted = narrow(tenant, agency_path).select(alarm::at_ms).limit(COUNTED + 1);
        Ok(Total::of_rows(&counted.load::<i64>(self.db())?))
    }

    /// Raises an alarm.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_alarm(&mut self, tenant: &TenantId, new: &AlarmRow) -> Result<(), Error> {
        diesel::insert_into(alarm::table).values((alarm::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Whether there is an alarm of this kind about a case since then.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn was_alarmed(
        &mut self,
        tenant: &TenantId,
        kind: AlarmKind,
        case: &CaseId,
        since: Instant,
    ) -> Result<bool, Error> {
        let such = alarm::table
            .filter(alarm::tenant.eq(&tenant.bytes()[..]))
            .filter(alarm::at_ms.ge(since.ms()))
            .filter(alarm::kind.eq(kind))
            .filter(alarm::case_id.eq(&case.bytes()[..]));
        Ok(diesel::select(diesel::dsl::exists(such)).get_result(self.db())?)
    }

    /// The newest alarms, at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn alarms(&mut self, tenant: &TenantId, limit: u32) -> Result<Vec<AlarmRow>, Error> {
        let page = TimePage::newest(limit);
        Ok(page.cut(self.alarm_page(tenant, None, &page)?).0)
    }

    /// A page of the alarms about agencies below this path, and one row more where there is another page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn alarm_page(
        &mut self,
        tenant: &TenantId,
        agency_path: Option<&str>,
        page: &TimePage,
    ) -> Result<Vec<AlarmRow>, Error> {
        let query = page_by_time!(narrow(tenant, agency_path), page, alarm::at_ms, alarm::id);
        query.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }
}
