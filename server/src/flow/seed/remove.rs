//! Removal of the demonstration, in one act.
//!
//! Promise: nothing is deleted from the record. The made-up people leave: their accounts close, their sessions end, their
//! phones are revoked, and lists no longer show them. Their logins stay taken, because records name them. Their tasks, copies
//! of tasks that the municipal platform never had, go. Where no real person was entered, the demonstration's agencies are
//! deactivated, what no case names of its items and divisions goes, and the first run asks for a county again.

use serde_json::json;
use sync_core::id::{OfficerId, TenantId};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;

use super::{agencies, items, made_up, tasks};
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{AgencyRow, OfficerRow, RegisterChanges, RegisterEventRow, Store, Tx};

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Real people, who go on.
    People,
    /// Nobody: the first run asks for a county.
    Nobody,
}

/// Removes the made-up people, by somebody or by the operator on the machine, for a reason.
///
/// # Errors
/// [`Refusal::Malformed`] for the reason, [`Refusal::NotATrial`] where there are none, or an internal error.
pub fn remove(
    store: &Store,
    tenant: &TenantId,
    (actor, why): (Option<OfficerId>, &str),
    now: Instant,
) -> Result<Left, Failure> {
    let reason = reason::read(why)?;
    let (id, everybody) = (random::bytes()?, made_up().collect::<Vec<OfficerId>>());
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let people: Vec<OfficerRow> =
            tx.officers(tenant, &everybody)?.into_iter().filter(|person| person.active).collect();
        if people.is_empty() {
            return Err(Refusal::NotATrial.into());
        }
        for person in &people {
            for phone in tx.devices_of(tenant, &person.id)? {
                tx.revoke_device(tenant, &phone.id, now, reason)?;
            }
            if let Some(account) = tx.account_of(tenant, &person.id)? {
                tx.close_account(tenant, &account.login, now)?;
                tx.end_sessions(tenant, &account.login)?;
            }
        }
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        let (detail, kind) = (json!({ "people": names }).to_string(), RegisterEventKind::DemonstrationRemoved);
        let event = RegisterEventRow {
            id,
            at: now,
            actor,
            kind,
            officer: None,
            agency: None,
            detail,
            reason: reason.to_owned(),
        };
        let moved = people.into_iter().map(|person| OfficerRow { active: false, ..person }).collect();
        tx.change_register(tenant, RegisterChanges { moved, events: vec![event], ..RegisterChanges::default() })?;
        tx.drop_tasks(tenant, &tasks::ids())?;
        let left = if tx.has_officer_beside(tenant, &everybody)? { Left::People } else { Left::Nobody };
        if left == Left::Nobody {
            county(tx, tenant)?;
        }
        tx.touch_reference(tenant)?;
        Ok(left)
    })
}

/// The demonstration's county, where nobody stays in it.
fn county(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<(), Failure> {
    for agency in tx.agencies_below(tenant, "")? {
        if agencies::is_ours(&agency.id) {
            tx.put_agency(tenant, &AgencyRow { active: false, ..agency })?;
        }
    }
    tx.drop_unused_items(tenant, &items::codes())?;
    tx.drop_regions(tenant)?;
    Ok(tx.set_county(tenant, "", "")?)
}
