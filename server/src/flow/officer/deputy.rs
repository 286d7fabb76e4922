//! Deputies (代理): somebody of the same agency has the role of a head from an instant to an instant.
//!
//! Promise: the role is read with every request like all others, so it begins and ends by itself. It ends early with the
//! head's role, and when either of the two leaves the agency.

use serde_json::json;
use sync_core::id::OfficerId;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::{DEPUTISED, Duty, Role};
use sync_core::time::Instant;

use super::act::{Act, done, made_once};
use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::DeputyRow;

/// How long somebody deputises at most; for longer the role itself is given.
const LONGEST_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// A deputy to be appointed for the person of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDeputy {
    /// Who deputises.
    pub officer: OfficerId,
    /// The role of the absent head.
    pub role: Role,
    /// From then on.
    pub from: Instant,
    /// The first instant after it.
    pub until: Instant,
}

/// Appoints a deputy for a head.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::PersonInactive`];
/// [`Refusal::Malformed`] that says what does not fit; [`Refusal::NothingChanges`] for somebody who holds the role;
/// [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn appoint(
    app: &App,
    caller: Caller,
    act: Act,
    new: NewDeputy,
    key: Option<String>,
) -> Result<Detail, Failure> {
    let NewDeputy { officer, role, from, until } = new;
    let parts = [
        act.officer.to_string(),
        officer.to_string(),
        role.to_string(),
        from.ms().to_string(),
        until.ms().to_string(),
        act.reason.clone(),
    ];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "deputy", key, &parts);
    made_once(app, caller, Duty::People, act, request, move |tx, begun| {
        begun.must_be_active()?;
        let wrong = |zh: &str, en: &str| Err(Refusal::Malformed.because(zh, en).into());
        if !DEPUTISED.contains(&role) || !begun.roles.contains(&role) {
            return wrong("此人不担任该负责人职务，无须代理。", "This person is no such head, so nobody deputises.");
        }
        if from >= until || until <= begun.now || until.ms().saturating_sub(from.ms()) > LONGEST_MS {
            let zh = "代理的起止时间不正确：止期须晚于起期和现在，且不超过一年。";
            return wrong(zh, "The end must be after the beginning and after now, within a year.");
        }
        if officer == begun.caller.officer {
            return Err(Refusal::OwnEntry.into());
        }
        let deputy = tx.officer(&begun.tenant, &officer)?;
        let deputy = deputy.filter(|one| one.agency == begun.agency.id && one.id != begun.person.id);
        let Some(deputy) = deputy.filter(|one| one.active && !one.helper) else {
            let zh = "代理人须是同一单位的其他在岗执法人员。";
            return wrong(zh, "A deputy is another active person of the same agency, not an auxiliary.");
        };
        if tx.roles(&begun.tenant, &deputy.id)?.contains(&role) {
            return Err(Refusal::NothingChanges.into());
        }
        let row = DeputyRow { id: random::bytes()?, head: begun.person.id, officer, role, from, until, ended: None };
        tx.add_deputy(&begun.tenant, &row)?;
        let detail =
            json!({ "deputy": deputy.name, "role": role, "from": from.to_string(), "until": until.to_string() });
        begun.note(tx, RegisterEventKind::DeputyAppointed, &detail)
    })
    .await
}

/// Ends a deputising of the person of the act before its time.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::NothingChanges`] where
/// it has ended; or an internal error.
pub async fn end(app: &App, caller: Caller, act: Act, id: [u8; 16]) -> Result<Detail, Failure> {
    done(app, caller, Duty::People, act, move |tx, begun| {
        let row = tx.deputy(&begun.tenant, &id)?.filter(|row| row.head == begun.person.id);
        let row = row.ok_or(Refusal::NotFound)?;
        if !tx.end_deputy(&begun.tenant, &id, begun.now)? {
            return Err(Refusal::NothingChanges.into());
        }
        let name = tx.officer(&begun.tenant, &row.officer)?.map(|person| person.name);
        begun.note(tx, RegisterEventKind::DeputyEnded, &json!({ "deputy": name, "role": row.role }))
    })
    .await
}
