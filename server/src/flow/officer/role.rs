//! Giving and taking roles, by the table of `sync_core::role`. In effect with the next request of the person.

use serde_json::json;
use sync_core::alarm::AlarmKind;
use sync_core::id::TenantId;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::{Giver, Role, RoleRefusal, may_give, may_take};
use sync_core::time::Instant;

use super::act::{Act, Begun};
use super::detail::Detail;
use crate::flow::account_event::{self, AtTheMachine};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register_event::{self, By};
use crate::random;
use crate::store::{AlarmRow, Store, Tx};

fn refused(refusal: RoleRefusal) -> Failure {
    match refusal {
        RoleRefusal::NotTheGiver => Refusal::Forbidden.into(),
        RoleRefusal::Own => Refusal::OwnEntry.into(),
        RoleRefusal::KeptApart(_) => Refusal::RolesKeptApart.into(),
        RoleRefusal::Held | RoleRefusal::NotHeld => Refusal::NothingChanges.into(),
    }
}

/// Whether the caller may ever give or take the role: decided before the person is looked up.
fn may_at_all(caller: &Caller, role: Role, appointing: bool) -> Result<(), Failure> {
    let giver = Giver::Person { roles: &caller.roles, own: false, first: true };
    if appointing { may_give(giver, role, &[]) } else { may_take(giver, role, &[role]) }.map_err(refused)
}

/// Gives a role.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::PersonInactive`];
/// [`Refusal::RolesKeptApart`]; [`Refusal::NothingChanges`]; or an internal error.
pub async fn give(app: &App, caller: Caller, act: Act, role: Role) -> Result<Detail, Failure> {
    may_at_all(&caller, role, true)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let begun = Begun::of(tx, tenant, &caller, &act, now)?;
            begun.must_be_active()?;
            let first = !had_security_admin(tx, &tenant)?;
            let giver = Giver::Person { roles: &caller.roles, own: false, first };
            may_give(giver, role, &begun.roles).map_err(refused)?;
            tx.add_role(&tenant, &begun.person.id, role)?;
            let appoints = role == Role::SecurityAdmin && !role.giver().is_of(&caller.roles);
            let kind = if appoints { RegisterEventKind::FirstSecurityAdmin } else { RegisterEventKind::RoleGiven };
            begun.note(tx, kind, &json!({ "role": role }))?;
            if appoints {
                alarm(tx, &begun)?;
            }
            drop(begun);
            Detail::read(tx, &tenant, &caller, act.officer)
        })
        .await
}

fn alarm(tx: &mut Tx<'_>, begun: &Begun<'_>) -> Result<(), Failure> {
    let login = tx.account_of(&begun.tenant, &begun.person.id)?.map(|account| account.login).unwrap_or_default();
    let (id, at, kind) = (random::bytes()?, begun.now, AlarmKind::SecurityAdminAppointed);
    Ok(tx.add_alarm(&begun.tenant, &AlarmRow { id, at, kind, device: None, case: None, change: None, detail: login })?)
}

/// Whether there is, or was, a security administrator.
fn had_security_admin(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    Ok(tx.is_role_held(tenant, Role::SecurityAdmin)?
        || tx.has_register_event(tenant, RegisterEventKind::FirstSecurityAdmin)?)
}

/// Takes a role.
///
/// # Errors
/// As [`give`].
pub async fn take(app: &App, caller: Caller, act: Act, role: Role) -> Result<Detail, Failure> {
    may_at_all(&caller, role, false)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let begun = Begun::of(tx, tenant, &caller, &act, now)?;
            let giver = Giver::Person { roles: &caller.roles, own: false, first: false };
            may_take(giver, role, &begun.roles).map_err(refused)?;
            tx.remove_role(&tenant, &begun.person.id, role)?;
            tx.end_deputies_of_role(&tenant, &begun.person.id, role, now)?;
            begun.note(tx, RegisterEventKind::RoleTaken, &json!({ "role": role }))?;
            drop(begun);
            Detail::read(tx, &tenant, &caller, act.officer)
        })
        .await
}

/// Makes the owner of a login a security administrator, from the command line of the machine. It records an event and an
/// alarm.
///
/// # Errors
/// [`Refusal::NotFound`] where there is no such open account; [`Refusal::PersonInactive`]; [`Refusal::RolesKeptApart`];
/// [`Refusal::NothingChanges`]; [`Refusal::Malformed`] without a reason; or an internal error.
pub fn appoint_here(store: &Store, tenant: &TenantId, login: &str, reason: &str, now: Instant) -> Result<(), Failure> {
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let account = tx.account(tenant, login)?.filter(|account| account.closed.is_none());
        let officer = account.ok_or(Refusal::NotFound)?.officer;
        let person = tx.officer(tenant, &officer)?.ok_or(Refusal::NotFound)?;
        if !person.active {
            return Err(Refusal::PersonInactive.into());
        }
        let role = Role::SecurityAdmin;
        may_give(Giver::Machine, role, &tx.roles(tenant, &officer)?).map_err(refused)?;
        tx.add_role(tenant, &officer, role)?;
        let (about, by) = ((officer, person.agency), By { actor: None, reason });
        let detail = json!({ "role": role });
        register_event::note(tx, tenant, (RegisterEventKind::RoleGiven, about), &detail, by, now)?;
        account_event::note_at_the_machine(tx, tenant, (AtTheMachine::SecurityAdminAppointed, officer), login, now)
    })
}
