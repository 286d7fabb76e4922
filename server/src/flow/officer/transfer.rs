//! Transfer of a person to another agency.
//!
//! Promise: the functions in the old agency end with it, and every deputising; the person's own field role, certificates,
//! account and phones go along. Open cases go on with the person, or a colleague of the old agency takes part in them
//! from then on: a change of the server in each case names the colleague. A case stays with its agency.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::op::{Act as CaseAct, Assignment};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::{Duty, Role};
use sync_core::time::Instant;

use super::act::{Act, Begun, done};
use super::detail::Detail;
use super::entry::agency;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::chain;
use crate::flow::keys::Keys;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{OfficerRow, Tx};

/// Most cases that are handed over at once: each is signed while nobody else writes.
const MOST_CASES: usize = 200;

/// What becomes of the open cases in which the person takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenCases {
    /// The person goes on with them.
    GoOn,
    /// This colleague takes part from now on.
    HandOver(OfficerId),
}

/// Transfers a person.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`], also for an agency out of reach; [`Refusal::OwnEntry`]; [`Refusal::Stale`];
/// [`Refusal::PersonInactive`]; [`Refusal::HoldsSpecialRole`]; [`Refusal::AgencyInactive`]; [`Refusal::NothingChanges`];
/// [`Refusal::Malformed`] for a colleague who cannot take the cases over; or an internal error.
pub async fn transfer(app: &App, caller: Caller, act: Act, to: AgencyId, cases: OpenCases) -> Result<Detail, Failure> {
    let keys = app.keys.clone();
    done(app, caller, Duty::People, act, move |tx, begun| {
        begun.must_be_active()?;
        begun.must_be_in_care()?;
        let there = agency(tx, &begun.tenant, begun.caller, &to)?;
        if there.id == begun.agency.id {
            return Err(Refusal::NothingChanges.into());
        }
        let handed_over = match cases {
            OpenCases::GoOn => None,
            OpenCases::HandOver(colleague) => Some(hand_over(tx, begun, &keys, colleague)?),
        };
        let ended = end_functions(tx, &begun.tenant, begun.person.id, &begun.roles, begun.now)?;
        tx.set_officer(&begun.tenant, &OfficerRow { agency: there.id, ..begun.person.clone() })?;
        tx.touch_reference(&begun.tenant)?;
        let (colleague, count) = handed_over.unzip();
        let detail = json!({
            "from": begun.agency.name, "to": there.name, "roles ended": ended,
            "cases handed over": count, "colleague": colleague,
        });
        begun.note(tx, RegisterEventKind::PersonTransferred, &detail)
    })
    .await
}

/// Ends the functions of a person who leaves an agency, and every deputising. The roles that ended.
///
/// # Errors
/// An internal error.
pub fn end_functions(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: OfficerId,
    roles: &[Role],
    now: Instant,
) -> Result<Vec<Role>, Failure> {
    let ended: Vec<Role> = roles.iter().copied().filter(|role| !role.goes_along()).collect();
    for role in &ended {
        tx.remove_role(tenant, &officer, *role)?;
    }
    tx.end_deputies_about(tenant, &officer, now)?;
    Ok(ended)
}

/// Assigns a colleague to every open case in which the person takes part; the colleague's name and the number of cases.
pub(super) fn hand_over(
    tx: &mut Tx<'_>,
    begun: &Begun<'_>,
    keys: &Keys,
    colleague: OfficerId,
) -> Result<(String, usize), Failure> {
    let found = tx.officer(&begun.tenant, &colleague)?;
    let found = found.filter(|one| one.agency == begun.agency.id && one.id != begun.person.id);
    let Some(found) = found.filter(|one| one.active && !one.helper) else {
        let zh = "接办人须是原单位的其他在岗执法人员。";
        let en = "A colleague who takes the cases over is another active person of the old agency, not an auxiliary.";
        return Err(Refusal::Malformed.because(zh, en).into());
    };
    let cases = tx.open_cases_of(&begun.tenant, &begun.person.id)?;
    if cases.len() > MOST_CASES {
        let zh = format!("未结案件超过 {MOST_CASES} 件，不能一次移交；请先结案，或选择由本人继续办理。");
        let en = format!("More than {MOST_CASES} open cases: close some first, or let the person go on with them.");
        return Err(Refusal::Malformed.because(zh, en).into());
    }
    let theirs = tx.open_cases_of(&begun.tenant, &colleague)?;
    let mut count = 0;
    for case in cases.into_iter().filter(|case| !theirs.contains(case)) {
        let assigned = vec![NewOp::new(CaseAct::Assign(Assignment { officer: colleague }))];
        chain::append(tx, keys, begun.tenant, case, begun.caller.officer, assigned, begun.now)?;
        count += 1;
    }
    Ok((found.name, count))
}
