//! Alarms in reach: those about cases and phones of the caller's subtree; those about no known person, for system
//! administrators.

use sync_core::id::OfficerId;

use super::access;
use super::caller::{Caller, Role};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AlarmRow, TimePage, Total};

/// Roles that look after the agency or the system.
const SEEING: [Role; 7] = [
    Role::UnitHead,
    Role::PrincipalHead,
    Role::OtherHead,
    Role::AgencyAdmin,
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
];
/// Roles that see the alarms of the whole installation.
const EVERYWHERE: [Role; 4] = [Role::CountySupervisor, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// A page of the alarms in reach; whether there are more.
///
/// # Errors
/// `forbidden` for a caller who sees no alarms, or an internal error.
pub async fn list(app: &App, caller: Caller, page: TimePage) -> Result<(Vec<AlarmRow>, bool), Failure> {
    let (tenant, path) = (app.tenant, reach(&caller)?);
    let found = app.store.read(move |tx| tx.alarm_page(&tenant, path.as_deref(), &page).map_err(Failure::from)).await?;
    Ok(page.cut(found))
}

/// How many alarms [`list`] has in all.
///
/// # Errors
/// As [`list`].
pub async fn count(app: &App, caller: Caller) -> Result<Total, Failure> {
    let (tenant, path) = (app.tenant, reach(&caller)?);
    app.store.read(move |tx| tx.count_alarms(&tenant, path.as_deref()).map_err(Failure::from)).await
}

/// Path of the agency below which the caller sees alarms; none if the caller sees all.
fn reach(caller: &Caller) -> Result<Option<String>, Refusal> {
    if !may_see(caller) {
        return Err(Refusal::Forbidden);
    }
    let everywhere = caller.must_be(&EVERYWHERE).is_ok();
    Ok((!everywhere).then(|| caller.reach().to_owned()).filter(|path| !path.is_empty()))
}

/// Whether the caller sees alarms at all.
pub fn may_see(caller: &Caller) -> bool {
    access::supervises(caller) || caller.must_be(&SEEING).is_ok()
}

/// An alarm with readable names.
#[derive(Debug, Clone)]
pub struct Named {
    /// The alarm.
    pub row: AlarmRow,
    /// Title of the case; none for a caller who may not read it, or only with a purpose.
    pub case: Option<String>,
    /// Name of the phone, its officer, and the officer's name.
    pub phone: Option<(String, OfficerId, String)>,
}

/// The same alarms with names.
///
/// # Errors
/// An internal error.
pub async fn named(app: &App, caller: Caller, rows: Vec<AlarmRow>) -> Result<Vec<Named>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let mut named = Vec::with_capacity(rows.len());
            for row in rows {
                let case = match &row.case {
                    Some(case) if !access::supervises(&caller) => access::reach(tx, &tenant, &caller, case).ok(),
                    Some(_) | None => None,
                };
                let phone = match &row.device {
                    Some(device) => tx.device(&tenant, device)?,
                    None => None,
                };
                let phone = match phone {
                    Some(phone) => {
                        tx.officer(&tenant, &phone.officer)?.map(|whose| (phone.label, whose.id, whose.name))
                    }
                    None => None,
                };
                named.push(Named { row, case: case.map(|access| access.file.title), phone });
            }
            Ok(named)
        })
        .await
}
