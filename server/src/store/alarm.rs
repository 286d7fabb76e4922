//! Alarms: what somebody must look at.

use diesel::prelude::*;
use sync_core::id::{CaseId, ChangeId, DeviceId, TenantId};
use sync_core::time::Instant;

use super::schema::alarm;
use super::tx::Tx;
use super::{Error, row};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    pub at: Instant,
    /// Stable code, such as `refused`, `fork`, `without_effect`, `quarantined`.
    pub kind: String,
    /// The device it is about.
    pub device: Option<DeviceId>,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The change it is about.
    pub change: Option<ChangeId>,
    /// Stable code of the reason.
    pub detail: String,
}

impl Tx<'_> {
    /// Raises an alarm.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_alarm(&mut self, tenant: &TenantId, new: &AlarmRow) -> Result<(), Error> {
        let AlarmRow { id, at, kind, device, case, change, detail } = new;
        diesel::insert_into(alarm::table)
            .values((
                alarm::tenant.eq(&tenant.bytes()[..]),
                alarm::id.eq(&id[..]),
                alarm::at_ms.eq(at.ms()),
                alarm::kind.eq(kind),
                alarm::device.eq(device.as_ref().map(|id| &id.bytes()[..])),
                alarm::case_id.eq(case.as_ref().map(|id| &id.bytes()[..])),
                alarm::change.eq(change.as_ref().map(|id| &id.bytes()[..])),
                alarm::detail.eq(detail),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// The newest alarms, at most `limit`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn alarms(&mut self, tenant: &TenantId, limit: i64) -> Result<Vec<AlarmRow>, Error> {
        type Columns = (Vec<u8>, Vec<u8>, i64, String, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, String);
        alarm::table
            .filter(alarm::tenant.eq(&tenant.bytes()[..]))
            .order((alarm::at_ms.desc(), alarm::id))
            .limit(limit)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|(_tenant, id, at, kind, device, case, change, detail)| {
                Ok(AlarmRow {
                    id: row::bytes(&id, "alarm.id")?,
                    at: Instant::from_ms(at),
                    kind,
                    device: device.as_deref().and_then(DeviceId::from_slice),
                    case: case.as_deref().and_then(ChangeId::from_slice),
                    change: change.as_deref().and_then(ChangeId::from_slice),
                    detail,
                })
            })
            .collect()
    }
}
