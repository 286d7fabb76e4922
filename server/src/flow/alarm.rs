//! Alarms in reach: about cases and phones of the subtree; about nobody known, for those who look after the system.

use sync_core::time::Instant;

use super::access;
use super::caller::{Caller, Role};
use crate::app::App;
use crate::refusal::Failure;
use crate::store::{AlarmFilter, AlarmRow};

/// They look after the agency or the system.
const SEEING: [Role; 7] = [
    Role::UnitHead,
    Role::PrincipalHead,
    Role::OtherHead,
    Role::AgencyAdmin,
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
];
/// They see alarms of the whole installation.
const EVERYWHERE: [Role; 4] = [Role::CountySupervisor, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// A page of the alarms in reach, the newest first; whether there are more.
///
/// # Errors
/// `forbidden` for those who see no alarms, or an accident.
pub async fn list(
    app: &App,
    caller: Caller,
    after: Option<(Instant, [u8; 16])>,
    limit: u32,
) -> Result<(Vec<AlarmRow>, bool), Failure> {
    if !access::supervises(&caller) {
        caller.must_be(&SEEING)?;
    }
    let everywhere = caller.must_be(&EVERYWHERE).is_ok();
    let agency_path = (!everywhere).then(|| caller.reach().to_owned()).filter(|path| !path.is_empty());
    let (tenant, wanted) = (app.tenant, usize::try_from(limit).map_err(Failure::broken)?);
    let filter = AlarmFilter { agency_path, after };
    let mut found =
        app.store.read(move |tx| tx.alarm_page(&tenant, &filter, i64::from(limit) + 1).map_err(Failure::from)).await?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    Ok((found, more))
}
