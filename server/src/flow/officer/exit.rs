//! Exit from enforcement (退出机制): proposed with grounds, the officer heard, decided by the head of the organ.
//!
//! Promise: no step is skipped (`sync_core::qualification::ExitStage`), and a person who proposed it or heard the officer does
//! not decide. Who leaves is signed out, loses the phones (which hand in what they hold), and open cases go to a colleague
//! where the decision says so. Palm revokes no certificate: the organ that issued it does, and its decision is entered as
//! the status of the certificate.

use serde_json::json;
use sync_core::id::{OfficerId, hex};
use sync_core::qualification::{ExitGround, ExitHearing, ExitOutcome, ExitRefusal};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;

use super::act::{Act, Begun, done, made_once};
use super::detail::Detail;
use super::presence::leave;
use super::transfer::{OpenCases, hand_over};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{ExitRow, Tx};

/// Longest facts and statement, in characters.
pub const LONGEST_TEXT: usize = 2000;
/// Longest basis and number of a document, in characters.
pub const LONGEST: usize = 200;

/// An exit to be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExit {
    /// Why.
    pub ground: ExitGround,
    /// The facts.
    pub facts: String,
    /// The provision or document.
    pub basis: String,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Leaves or stays.
    pub outcome: ExitOutcome,
    /// Number of the written decision.
    pub document: String,
    /// What becomes of the open cases of one who leaves.
    pub cases: OpenCases,
}

impl From<ExitRefusal> for Refusal {
    fn from(refused: ExitRefusal) -> Self {
        match refused {
            ExitRefusal::Decided => Self::ExitDecided,
            ExitRefusal::Heard => Self::ExitHeard,
            ExitRefusal::NotHeard => Self::ExitNotHeard,
            ExitRefusal::SamePerson => Self::ExitSamePerson,
        }
    }
}

/// Proposes that a person leaves enforcement.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::PersonInactive`]; [`Refusal::ExitOpen`];
/// [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn propose(
    app: &App,
    caller: Caller,
    act: Act,
    new: NewExit,
    key: Option<String>,
) -> Result<Detail, Failure> {
    let parts = [act.officer.to_string(), format!("{new:?}"), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "exit", key, &parts);
    made_once(app, caller, Duty::Assessment, act, request, move |tx, begun| {
        begun.must_be_active()?;
        let before = tx.exits_of(&begun.tenant, &begun.person.id)?;
        if before.iter().any(|one| one.outcome.is_none()) {
            return Err(Refusal::ExitOpen.into());
        }
        let NewExit { ground, facts, basis } = new;
        let detail = json!({ "ground": ground, "facts": facts, "basis": basis });
        let row = ExitRow {
            id: random::bytes()?,
            officer: begun.person.id,
            ground,
            facts,
            basis,
            proposer: begun.caller.officer,
            proposed: begun.now,
            hearing: None,
            statement: None,
            hearer: None,
            heard: None,
            outcome: None,
            document: None,
            decider: None,
            decided: None,
        };
        tx.add_exit(&begun.tenant, &row)?;
        begun.note(tx, RegisterEventKind::ExitProposed, &detail)
    })
    .await
}

fn found(tx: &mut Tx<'_>, begun: &Begun<'_>, id: &[u8; 16]) -> Result<ExitRow, Failure> {
    let all = tx.exits_of(&begun.tenant, &begun.person.id)?;
    Ok(all.into_iter().find(|one| one.id == *id).ok_or(Refusal::NotFound)?)
}

/// Enters how the officer was heard, and what they said.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::ExitHeard`];
/// [`Refusal::ExitDecided`]; [`Refusal::Malformed`] for one who spoke without a statement; or an internal error.
pub async fn hear(
    app: &App,
    caller: Caller,
    act: Act,
    id: [u8; 16],
    hearing: ExitHearing,
    statement: String,
) -> Result<Detail, Failure> {
    done(app, caller, Duty::Assessment, act, move |tx, begun| {
        let row = found(tx, begun, &id)?;
        row.stage().may_hear().map_err(Refusal::from)?;
        if hearing == ExitHearing::Stated && statement.is_empty() {
            let zh = "本人作了陈述、申辩的，请填写其陈述、申辩的内容。";
            return Err(Refusal::Malformed.because(zh, "Enter what the officer said.").into());
        }
        tx.hear_exit(&begun.tenant, &id, (hearing, &statement), &begun.caller.officer, begun.now)?;
        let detail = json!({ "exit": hex(&id), "hearing": hearing, "statement": statement });
        begun.note(tx, RegisterEventKind::ExitHeard, &detail)
    })
    .await
}

/// Decides about an exit.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::ExitNotHeard`];
/// [`Refusal::ExitSamePerson`]; [`Refusal::ExitDecided`]; [`Refusal::HoldsSpecialRole`]; [`Refusal::Malformed`] for a colleague
/// who cannot take the cases over; or an internal error.
pub async fn decide(app: &App, caller: Caller, act: Act, id: [u8; 16], decided: Decided) -> Result<Detail, Failure> {
    let (keys, reason) = (app.keys.clone(), act.reason.clone());
    done(app, caller, Duty::ExitDecisions, act, move |tx, begun| {
        let row = found(tx, begun, &id)?;
        row.stage().may_decide(begun.caller.officer).map_err(Refusal::from)?;
        let Decided { outcome, document, cases } = decided;
        let mut effects = json!(null);
        if outcome == ExitOutcome::Leaves {
            begun.must_be_in_care()?;
            let handed_over = match cases {
                OpenCases::GoOn => None,
                OpenCases::HandOver(colleague) => Some(hand_over(tx, begun, &keys, colleague)?),
            };
            let (colleague, count) = handed_over.unzip();
            let phones = if begun.person.active { leave(tx, begun, &reason)? } else { 0 };
            effects = json!({ "phones": phones, "cases handed over": count, "colleague": colleague });
        }
        tx.decide_exit(&begun.tenant, &id, (outcome, &document), &begun.caller.officer, begun.now)?;
        let detail = json!({ "exit": hex(&id), "outcome": outcome, "document": document, "effects": effects });
        begun.note(tx, RegisterEventKind::ExitDecided, &detail)
    })
    .await
}

/// Who took part in these exits.
pub fn people(exits: &[ExitRow]) -> Vec<OfficerId> {
    exits.iter().flat_map(|one| [Some(one.proposer), one.hearer, one.decider]).flatten().collect()
}
