//! A roster that names another agency transfers a person: the functions in the old one end.

use serde_json::json;
use sync_core::id::TenantId;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::is_in_care_of_agency;
use sync_core::time::Instant;

use super::planned::Planned;
use crate::flow::officer::transfer::end_functions;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register_event::{self, By};
use crate::store::Tx;

/// Ends the functions of a person whom the roster moves to another agency.
///
/// # Errors
/// [`Refusal::HoldsSpecialRole`] where somebody other than the operator moves an administrator or a supervisor, or an
/// internal error.
pub(super) fn leave(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    planned: &Planned,
    by: By<'_>,
    now: Instant,
) -> Result<(), Failure> {
    let Some(known) = planned.known.as_ref().filter(|known| known.agency != planned.agency) else { return Ok(()) };
    let roles = tx.roles(tenant, &known.id)?;
    if by.actor.is_some() && !is_in_care_of_agency(&roles) {
        return Err(Refusal::HoldsSpecialRole.into());
    }
    let ended = end_functions(tx, tenant, known.id, &roles, now)?;
    if ended.is_empty() {
        return Ok(());
    }
    let (about, detail) = ((known.id, known.agency), json!({ "roles ended": ended }));
    register_event::note(tx, tenant, (RegisterEventKind::RoleTaken, about), &detail, by, now)
}
