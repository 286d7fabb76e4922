//! Alarms: what somebody must look at.

use diesel::prelude::*;
use sync_core::id::{CaseId, ChangeId, DeviceId, TenantId};
use sync_core::time::Instant;

use super::case_order::COUNTED;
use super::db::Db;
use super::schema::{agency, alarm, case_file, device, officer};
use super::tx::Tx;
use super::{Error, row};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = alarm, treat_none_as_default_value = false)]
pub struct AlarmRow {
    /// Id.
    #[diesel(deserialize_as = row::Bytes<16>)]
    pub id: [u8; 16],
    /// When.
    #[diesel(column_name = at_ms)]
    pub at: Instant,
    /// Stable code, such as `refused`, `fork`, `without_effect`, `quarantined`.
    pub kind: String,
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

/// Which alarms a list shows. Every part narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmFilter {
    /// Only those about cases or phones of agencies below this path.
    pub agency_path: Option<String>,
    /// Only what comes after this place in the order.
    pub after: Option<(Instant, [u8; 16])>,
}

/// What the filter lets through, wherever the page begins.
fn narrow<'a>(tenant: &TenantId, filter: &AlarmFilter) -> alarm::BoxedQuery<'a, <Db as diesel::Connection>::Backend> {
    let mut query = alarm::table.filter(alarm::tenant.eq(*tenant)).into_boxed();
    if let Some(path) = &filter.agency_path {
        let cases = case_file::table
            .filter(case_file::tenant.eq(*tenant))
            .filter(case_file::agency_path.like(format!("{path}%")))
            .select(case_file::id.nullable());
        let phones = device::table
            .inner_join(officer::table.on(officer::tenant.eq(device::tenant).and(officer::id.eq(device::officer))))
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(device::tenant.eq(*tenant))
            .filter(agency::path.like(format!("{path}%")))
            .select(device::id.nullable());
        let of_case = alarm::case_id.eq_any(cases).assume_not_null();
        let of_phone = alarm::device.eq_any(phones).assume_not_null();
        query = query.filter(of_case.or(of_phone));
    }
    query
}

impl Tx<'_> {
    /// How many alarms the filter lets through, wherever the page begins; of more than [`COUNTED`], one more.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_alarms(&mut self, tenant: &TenantId, filter: &AlarmFilter) -> Result<i64, Error> {
        let found: Vec<i64> = narrow(tenant, filter).select(alarm::at_ms).limit(COUNTED + 1).load(self.db())?;
        Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
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
    pub fn was_alarmed(&mut self, tenant: &TenantId, kind: &str, case: &CaseId, since: Instant) -> Result<bool, Error> {
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
    pub fn alarms(&mut self, tenant: &TenantId, limit: i64) -> Result<Vec<AlarmRow>, Error> {
        self.alarm_page(tenant, &AlarmFilter::default(), limit)
    }

    /// Alarms, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn alarm_page(&mut self, tenant: &TenantId, filter: &AlarmFilter, limit: i64) -> Result<Vec<AlarmRow>, Error> {
        let mut query = narrow(tenant, filter).order((alarm::at_ms.desc(), alarm::id.desc())).limit(limit);
        if let Some((at, id)) = &filter.after {
            let same = alarm::at_ms.eq(*at).and(alarm::id.lt(id.to_vec()));
            query = query.filter(alarm::at_ms.lt(*at).or(same));
        }
        Ok(query.select(AlarmRow::as_select()).load(self.db())?)
    }
}
