//! Events of accounts and phones, visible to the person concerned.
//!
//! Promise: an event is stored in the transaction of the action that it reports. People read their own events; account
//! administrators read those of the people in their reach. Not here: the read audit of cases (`access`).

use sync_core::account_event::AccountEventKind;
use sync_core::alarm::AlarmKind;
use sync_core::id::{DeviceId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{AccountEventRow, AlarmRow, TimePage, Tx};

/// How many of the newest events are read to find recent ones.
pub const LATELY: u32 = 100;

/// Whether alarms of this kind report an action of the operator on the machine; the detail is the login concerned.
pub const fn is_of_the_machine(kind: AlarmKind) -> bool {
    matches!(
        kind,
        AlarmKind::PasswordReplaced
            | AlarmKind::EnrolmentCodeIssued
            | AlarmKind::OneTimePassword
            | AlarmKind::AccountClosed
            | AlarmKind::SecurityAdminAppointed
            | AlarmKind::FirstAdministrator
    )
}

/// What the operator does to an account on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtTheMachine {
    /// Replaces the password.
    PasswordReplaced,
    /// Issues a code for a phone.
    EnrolmentCodeIssued,
    /// Gives an account with a one-time password.
    AccountOpened,
    /// Gives another one-time password.
    OneTimePassword,
    /// Closes an account.
    AccountClosed,
    /// Appoints a security administrator.
    SecurityAdminAppointed,
    /// Makes the first administrator.
    FirstAdministrator,
}

impl AtTheMachine {
    /// The event and the alarm that report it.
    const fn reported(self) -> (AccountEventKind, AlarmKind) {
        match self {
            Self::PasswordReplaced => (AccountEventKind::PasswordReplaced, AlarmKind::PasswordReplaced),
            Self::EnrolmentCodeIssued => (AccountEventKind::EnrolmentCodeIssued, AlarmKind::EnrolmentCodeIssued),
            Self::AccountOpened => (AccountEventKind::AccountOpened, AlarmKind::OneTimePassword),
            Self::OneTimePassword => (AccountEventKind::OneTimePassword, AlarmKind::OneTimePassword),
            Self::AccountClosed => (AccountEventKind::AccountClosed, AlarmKind::AccountClosed),
            Self::SecurityAdminAppointed => {
                (AccountEventKind::SecurityAdminAppointed, AlarmKind::SecurityAdminAppointed)
            }
            Self::FirstAdministrator => (AccountEventKind::FirstAdministrator, AlarmKind::FirstAdministrator),
        }
    }
}

/// An event to be stored.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// The kind.
    pub kind: AccountEventKind,
    /// The person whose account it concerns.
    pub officer: OfficerId,
    /// The actor; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// The phone concerned.
    pub device: Option<DeviceId>,
    /// The name of the phone, or the reason.
    pub detail: &'a str,
}

/// Stores an event.
///
/// # Errors
/// An internal error.
pub fn note(tx: &mut Tx<'_>, tenant: &TenantId, event: &Event<'_>, now: Instant) -> Result<(), Failure> {
    let Event { kind, officer, actor, device, detail } = event;
    let row = AccountEventRow {
        id: random::bytes()?,
        at: now,
        officer: *officer,
        actor: *actor,
        kind: *kind,
        device: *device,
        detail: (*detail).to_owned(),
    };
    Ok(tx.add_account_event(tenant, &row)?)
}

/// Records an event of an action on the machine and raises an alarm of the same kind for this login. No signed-in
/// person can be named, so the system administrators are informed by the alarm.
///
/// # Errors
/// An internal error.
pub fn note_at_the_machine(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (act, officer): (AtTheMachine, OfficerId),
    login: &str,
    now: Instant,
) -> Result<(), Failure> {
    let (event, kind) = act.reported();
    note(tx, tenant, &Event { kind: event, officer, actor: None, device: None, detail: "" }, now)?;
    let (id, detail) = (random::bytes()?, login.to_owned());
    let alarm = AlarmRow { id, at: now, kind, device: None, case: None, change: None, detail };
    Ok(tx.add_alarm(tenant, &alarm)?)
}

/// A page of the events of the caller, or of an officer in reach, and whether there are more.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`], or an internal error.
pub async fn list(
    app: &App,
    caller: Caller,
    officer: Option<OfficerId>,
    page: TimePage,
) -> Result<(Vec<AccountEventRow>, bool), Failure> {
    let (tenant, whose) = (app.tenant, officer.unwrap_or(caller.officer));
    if whose != caller.officer {
        caller.must_be(&[Role::AgencyAdmin, Role::SecurityAdmin, Role::AuditAdmin])?;
    }
    let found = app
        .store
        .read(move |tx| {
            let person = tx.officer(&tenant, &whose)?.ok_or(Refusal::NotFound)?;
            let agency = tx.agency(&tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
            if whose != caller.officer && !caller.reaches(&agency.path) {
                return Err(Refusal::NotFound.into());
            }
            tx.account_events(&tenant, &whose, &page).map_err(Failure::from)
        })
        .await?;
    Ok(page.cut(found))
}
