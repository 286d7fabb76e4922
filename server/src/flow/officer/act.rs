//! What every act on a person begins and ends with.
//!
//! Promise: the caller has the duty, the person is in the caller's own subtree, nobody acts on themselves, and nothing
//! has been done to the person since the caller looked. The record is stored in the transaction of the act.

use serde_json::Value;
use sync_core::id::{OfficerId, TenantId};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::{Duty, Role, is_in_care_of_agency};
use sync_core::time::Instant;

use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register_event::{self, By};
use crate::flow::seen::Seen;
use crate::store::{self, AgencyRow, OfficerRow, Tx};

/// An act on a person.
#[derive(Debug, Clone)]
pub struct Act {
    /// The person.
    pub officer: OfficerId,
    /// What the caller saw: the number of the person's records.
    pub seen: Seen<i64>,
    /// Why.
    pub reason: String,
}

/// The person of an act, and who does it.
pub(super) struct Begun<'a> {
    pub tenant: TenantId,
    pub now: Instant,
    pub caller: &'a Caller,
    pub person: OfficerRow,
    pub agency: AgencyRow,
    pub roles: Vec<Role>,
    reason: &'a str,
}

impl<'a> Begun<'a> {
    /// Reads the person, in a transaction that has locked the installation.
    pub fn of(
        tx: &mut Tx<'_>,
        tenant: TenantId,
        caller: &'a Caller,
        act: &'a Act,
        now: Instant,
    ) -> Result<Self, Failure> {
        let person = tx.officer(&tenant, &act.officer)?.ok_or(Refusal::NotFound)?;
        let agency = tx.agency(&tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
        if !caller.administers(&agency.path) {
            return Err(Refusal::NotFound.into());
        }
        if person.id == caller.officer {
            return Err(Refusal::OwnEntry.into());
        }
        if !act.seen.holds_for(&tx.count_register_events(&tenant, &person.id)?) {
            return Err(Refusal::Stale.into());
        }
        let roles = tx.roles(&tenant, &person.id)?;
        Ok(Self { tenant, now, caller, person, agency, roles, reason: &act.reason })
    }

    /// Requires a person who works there.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        if self.person.active { Ok(()) } else { Err(Refusal::PersonInactive) }
    }

    /// Requires a person without a role that the agency's administrator does not give.
    pub fn must_be_in_care(&self) -> Result<(), Refusal> {
        if is_in_care_of_agency(&self.roles) { Ok(()) } else { Err(Refusal::HoldsSpecialRole) }
    }

    /// Who does it, and why.
    pub fn by(&self) -> By<'a> {
        By { actor: Some(self.caller.officer), reason: self.reason }
    }

    /// Stores the record.
    pub fn note(&self, tx: &mut Tx<'_>, kind: RegisterEventKind, detail: &Value) -> Result<(), Failure> {
        let about = (self.person.id, self.agency.id);
        register_event::note(tx, &self.tenant, (kind, about), detail, self.by(), self.now)
    }
}

/// Does something to a person, and reads them again.
pub(super) async fn done(
    app: &App,
    caller: Caller,
    duty: Duty,
    act: Act,
    what: impl FnOnce(&mut Tx<'_>, &Begun<'_>) -> Result<(), Failure> + Send + 'static,
) -> Result<Detail, Failure> {
    caller.must_have(duty)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let begun = Begun::of(tx, tenant, &caller, &act, now)?;
            what(tx, &begun)?;
            drop(begun);
            Detail::read(tx, &tenant, &caller, act.officer)
        })
        .await
}

/// As [`done`], for something that is made once for each request.
pub(super) async fn made_once(
    app: &App,
    caller: Caller,
    duty: Duty,
    act: Act,
    request: IdempotentRequest,
    what: impl FnOnce(&mut Tx<'_>, &Begun<'_>) -> Result<(), Failure> + Send + 'static,
) -> Result<Detail, Failure> {
    caller.must_have(duty)?;
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let begun = Begun::of(tx, tenant, &caller, &act, now)?;
            if request.made_before(tx, &tenant)?.is_none() {
                what(tx, &begun)?;
                request.has_made(tx, &tenant, begun.person.id.bytes(), now)?;
            }
            drop(begun);
            Detail::read(tx, &tenant, &caller, act.officer)
        })
        .await
}

/// 16 bytes that an idempotent request stored.
pub(super) fn sixteen(made: &[u8]) -> Result<[u8; 16], Failure> {
    let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
    Ok(made.try_into().map_err(|_length| corrupt)?)
}
