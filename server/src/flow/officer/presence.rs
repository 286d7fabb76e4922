//! Whether a person works there: deactivating, and bringing back.
//!
//! Promise: nothing is deleted. With a deactivation sessions and tokens end, the phones are revoked and hand in what they
//! hold, and every deputising ends. Who is brought back has the account and the roles of before and enrols a phone again.

use serde_json::json;
use sync_core::account_event::AccountEventKind;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;

use super::act::{Act, Begun, done};
use super::detail::Detail;
use crate::flow::account_event::{self, Event};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{OfficerRow, Tx};

/// Deactivates a person.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::NothingChanges`];
/// [`Refusal::HoldsSpecialRole`]; or an internal error.
pub async fn deactivate(app: &App, caller: Caller, act: Act) -> Result<Detail, Failure> {
    let reason = act.reason.clone();
    done(app, caller, Duty::People, act, move |tx, begun| {
        begun.must_be_in_care()?;
        if !begun.person.active {
            return Err(Refusal::NothingChanges.into());
        }
        let phones = leave(tx, begun, &reason)?;
        begun.note(tx, RegisterEventKind::PersonDeactivated, &json!({ "phones": phones }))
    })
    .await
}

/// The person works there no more. How many phones were revoked.
pub(super) fn leave(tx: &mut Tx<'_>, begun: &Begun<'_>, reason: &str) -> Result<usize, Failure> {
    let phones = end_access(tx, begun, reason)?;
    tx.end_deputies_about(&begun.tenant, &begun.person.id, begun.now)?;
    tx.set_officer(&begun.tenant, &OfficerRow { active: false, ..begun.person.clone() })?;
    tx.touch_reference(&begun.tenant)?;
    Ok(phones)
}

/// Ends the sessions of a person, and revokes their phones. How many phones.
pub(super) fn end_access(tx: &mut Tx<'_>, begun: &Begun<'_>, reason: &str) -> Result<usize, Failure> {
    let (tenant, officer, now) = (&begun.tenant, begun.person.id, begun.now);
    if let Some(account) = tx.account_of(tenant, &officer)? {
        tx.end_sessions(tenant, &account.login)?;
    }
    let mut revoked = 0;
    for phone in tx.devices_of(tenant, &officer)? {
        if tx.revoke_device(tenant, &phone.id, now, reason)? {
            revoked += 1;
            let (kind, actor) = (AccountEventKind::DeviceRevoked, Some(begun.caller.officer));
            let event = Event { kind, officer, actor, device: Some(phone.id), detail: reason };
            account_event::note(tx, tenant, &event, now)?;
        }
    }
    Ok(revoked)
}

/// Brings a person back.
///
/// # Errors
/// As [`deactivate`], and [`Refusal::AgencyInactive`].
pub async fn reactivate(app: &App, caller: Caller, act: Act) -> Result<Detail, Failure> {
    done(app, caller, Duty::People, act, |tx, begun| {
        begun.must_be_in_care()?;
        if begun.person.active {
            return Err(Refusal::NothingChanges.into());
        }
        if !begun.agency.active {
            return Err(Refusal::AgencyInactive.into());
        }
        tx.set_officer(&begun.tenant, &OfficerRow { active: true, ..begun.person.clone() })?;
        tx.touch_reference(&begun.tenant)?;
        begun.note(tx, RegisterEventKind::PersonReactivated, &json!({}))
    })
    .await
}
