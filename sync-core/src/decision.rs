//! Preconditions of the decisions that the server records for a person: registering an on-the-spot decision (备案),
//! returning a record for a supplement (退回补充), admitting or dismissing a change (认可、不予认可), writing off a file that will
//! never arrive (登记证据灭失), closing (结案), acknowledging the filing of an inspection without code (备案回执).
//!
//! Promise: pure; depends on the folded case and its changes only. Every obstacle has its own name. Not here: who may
//! decide (the server's roles), what the law forbids (`law`), missing evidence.

pub use crate::case::{CLOSED, is_closed};
use crate::case::{CaseState, Decision, Entity, Graph, Quarantine, Verdict};
use crate::change::{Change, NewOp};
use crate::code::codes;
use crate::facts;
use crate::id::{ChangeId, Digest};
use crate::law::rule::CheckResult;
use crate::op::{Act, BUILT_KINDS, OpId, OpRef, SignerRole};
use crate::schema::{
    CASE_RESULT, DOCUMENT, EVIDENCE_FIELDS, FieldName, INSPECTION_FILED, INSPECTION_RESULT, REPORTED_FOR_RECORD,
    SPOT_DECISION, SUPPLEMENTARY_RECORD, SUPPLEMENTED,
};
use crate::value::Value;
use std::collections::BTreeSet;

/// The organ took note of an on-the-spot decision that was reported to it. Nobody approves it.
pub const REGISTERED: &str = "registered";
/// The head of the unit wants a supplement to a record.
pub const RETURNED: &str = "returned";
/// A head stated that the file of a piece of evidence is lost and will not arrive. On the entity that names the file;
/// the value is `[digest, reason]`.
pub const WRITTEN_OFF: &str = "evidence_written_off";
/// The department of justice received the filing of an inspection without code.
pub const FILING_RECEIVED: &str = "filing_received";

/// The rule that starts the clock of a filing.
const FILING_RULE: &str = "INS-04";

/// Number of officers who must sign a decision.
const OFFICERS_OF_A_DECISION: usize = 2;

/// Why a decision cannot be taken in the current state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The case is closed.
    Closed,
    /// The case holds no such entity, or it was voided or has no effect.
    NoSuchTarget,
    /// This version has no procedure for this kind of case or document.
    NotBuilt,
    /// Nobody has signed this as an on-the-spot decision.
    NotASpotDecision,
    /// It was not reported to the organ yet.
    NotReported,
    /// It is registered already.
    Registered,
    /// It was returned already, and the supplement has not arrived.
    Returned,
    /// A field has several values that differ.
    Conflict,
    /// A record was returned and has not been supplemented.
    NotSupplemented,
    /// A change is excluded until a head admits or dismisses it.
    Quarantined,
    /// No change of this id waits to be admitted or dismissed.
    NotQuarantined,
    /// The file was written off before.
    WrittenOff,
    /// No result of the case is recorded.
    NoResult,
    /// No inspection without code was filed in this case.
    NotFiled,
    /// The filing was received already.
    FilingReceived,
}

codes! {
    /// How far a case has come.
    pub enum CaseStatus {
        /// 办理中.
        Open = "open",
        /// A returned record waits for its supplement (已退回待补充).
        Returned = "returned",
        /// 已结案.
        Closed = "closed",
    }
}

codes! {
    /// How far the filing of an inspection without code (备案) has come.
    pub enum Filing {
        /// 待报送: it has not been filed.
        Due = "due",
        /// 已报送待回执: it waits for the receipt of the department of justice.
        Filed = "filed",
        /// 已出具回执.
        Received = "received",
    }
}

/// The state of the filing, from the check results; `None` if nothing must be filed.
pub fn filing(state: &CaseState, results: &[CheckResult]) -> Option<Filing> {
    if state.decisions.iter().any(|decision| decision.decision == FILING_RECEIVED) {
        return Some(Filing::Received);
    }
    if state.steps_of(&INSPECTION_FILED).next().is_some() {
        return Some(Filing::Filed);
    }
    results.iter().any(|result| result.rule == FILING_RULE && result.running).then_some(Filing::Due)
}

/// How far the case has come. `graph` is called only if a record was returned, which is rare.
pub fn status<'a>(state: &CaseState, graph: impl FnOnce() -> Graph<'a>) -> CaseStatus {
    if is_closed(state) {
        return CaseStatus::Closed;
    }
    let was_returned = state.decisions.iter().any(|decision| decision.decision == RETURNED);
    if was_returned && !returned(state, &graph()).is_empty() { CaseStatus::Returned } else { CaseStatus::Open }
}

/// Returned records (by the operation that returned each) whose supplement is outstanding. A supplement is a
/// supplementary record that was added after the return was seen, and that names the returned record in its field
/// `record`, or whose save writes to the returned record or below it.
pub fn returned(state: &CaseState, graph: &Graph<'_>) -> Vec<(OpId, Option<OpId>)> {
    let supplements: Vec<(OpId, BTreeSet<OpId>)> =
        state.entities_of(&SUPPLEMENTARY_RECORD).into_iter().map(|(id, _)| (id, touched(state, graph, id))).collect();
    let names = |supplement: OpId, target: OpId| {
        state.value(Some(supplement), &SUPPLEMENTED).and_then(Value::as_text) == Some(target.to_string().as_str())
    };
    let answered = |op: OpId, target: Option<OpId>| {
        supplements.iter().any(|(supplement, touched)| {
            let about = |target| touched.contains(&target) || names(*supplement, target);
            graph.builds_on(&supplement.change, &op.change) && target.is_none_or(about)
        })
    };
    let open = state.decisions.iter().filter(|decision| decision.decision == RETURNED);
    open.map(|decision| (decision.op, decision.target)).filter(|(op, target)| !answered(*op, *target)).collect()
}

/// The entities that the change of `supplement` writes to, with everything above them.
fn touched(state: &CaseState, graph: &Graph<'_>, supplement: OpId) -> BTreeSet<OpId> {
    let mut touched = BTreeSet::new();
    let Some(change) = graph.get(&supplement.change) else { return touched };
    for op in change.ops().iter().filter(|op| !matches!(op.act, Act::RecordStep { .. })) {
        let mut next = op.target.map(|target| target.resolve(change.id()));
        while let Some(id) = next.filter(|id| touched.insert(*id)) {
            next = state.entities.get(&id).and_then(|entity| entity.parent);
        }
    }
    touched
}

/// Checks whether this version has a procedure for this kind of case.
///
/// # Errors
/// [`Obstacle::NotBuilt`].
pub fn kind_is_built(state: &CaseState) -> Result<(), Obstacle> {
    let built = state.opening.as_ref().is_none_or(|opening| BUILT_KINDS.contains(&opening.kind));
    if built { Ok(()) } else { Err(Obstacle::NotBuilt) }
}

/// Whether the case has a recorded result: a text, or a decision that two officers signed.
fn has_result(state: &CaseState) -> bool {
    let says =
        |name: &FieldName| state.value(None, name).and_then(Value::as_text).is_some_and(|text| !text.trim().is_empty());
    let signed = |document: &OpId| {
        let on_it = state.signatures.iter().filter(|signed| signed.document == Some(*document));
        let officers: BTreeSet<_> = on_it
            .filter(|signed| matches!(signed.role, SignerRole::Officer | SignerRole::SecondOfficer))
            .map(|signed| signed.by.officer)
            .collect();
        officers.len() >= OFFICERS_OF_A_DECISION
    };
    [INSPECTION_RESULT, CASE_RESULT].iter().any(says) || facts::decisions(state).iter().any(signed)
}

/// Checks whether `target` can be returned for a supplement.
///
/// # Errors
/// The first [`Obstacle`].
pub fn may_return(state: &CaseState, graph: &Graph<'_>, target: OpId) -> Result<(), Obstacle> {
    kind_is_built(state)?;
    open_with(state, target)?;
    let waiting = returned(state, graph).iter().any(|(_, other)| *other == Some(target));
    if waiting { Err(Obstacle::Returned) } else { Ok(()) }
}

/// Checks whether the on-the-spot decision `target` can be registered. A closed case is no obstacle, because a late
/// report is registered late.
///
/// # Errors
/// The first [`Obstacle`].
pub fn may_register(state: &CaseState, target: OpId) -> Result<(), Obstacle> {
    kind_is_built(state)?;
    stands(state, target)?;
    let of_target = |document: Option<OpId>| document == Some(target);
    if !facts::is_built(state, target) {
        return Err(Obstacle::NotBuilt);
    }
    if !state.signatures.iter().any(|signed| of_target(signed.document) && signed.form == SPOT_DECISION) {
        return Err(Obstacle::NotASpotDecision);
    }
    let known = state.decisions.iter().any(|decision| decision.decision == REGISTERED && of_target(decision.target));
    if known {
        return Err(Obstacle::Registered);
    }
    let reported = state.steps_of(&REPORTED_FOR_RECORD).any(|step| step.target.is_none() || of_target(step.target));
    if reported { Ok(()) } else { Err(Obstacle::NotReported) }
}

/// Checks whether the department of justice can acknowledge the filing of an inspection without code. A closed case
/// is no obstacle.
///
/// # Errors
/// The first [`Obstacle`].
pub fn may_receive_filing(state: &CaseState) -> Result<(), Obstacle> {
    kind_is_built(state)?;
    if state.steps_of(&INSPECTION_FILED).next().is_none() {
        return Err(Obstacle::NotFiled);
    }
    let received = state.decisions.iter().any(|decision| decision.decision == FILING_RECEIVED);
    if received { Err(Obstacle::FilingReceived) } else { Ok(()) }
}

/// Changes that wait to be admitted or dismissed.
pub fn waiting(state: &CaseState) -> BTreeSet<ChangeId> {
    let all = state.excluded.keys().chain(&state.outside).copied();
    all.filter(|change| state.is_set_aside(change) && !is_dismissed(state, change)).collect()
}

fn is_dismissed(state: &CaseState, change: &ChangeId) -> bool {
    state.excluded.get(change).into_iter().flatten().any(|verdict| verdict.dismissed)
}

/// All obstacles to closing the case, each once. The caller checks evidence and law.
pub fn close(state: &CaseState, graph: &Graph<'_>) -> BTreeSet<Obstacle> {
    // A change outside of the case does not prevent closing, nor does one that would bring in another agency.
    let foreign = Quarantine::OtherAgency.code();
    let waits = |verdict: &Verdict| !verdict.dismissed && verdict.code != foreign;
    let quarantined = state.excluded.values().flatten().any(waits);
    let built = |id: OpId| facts::is_built(state, id);
    let unbuilt = kind_is_built(state).is_err() || !state.entities_of(&DOCUMENT).into_iter().all(|(id, _)| built(id));
    [
        (is_closed(state), Obstacle::Closed),
        (unbuilt, Obstacle::NotBuilt),
        (!has_result(state), Obstacle::NoResult),
        (state.conflicts().next().is_some(), Obstacle::Conflict),
        (!returned(state, graph).is_empty(), Obstacle::NotSupplemented),
        (quarantined, Obstacle::Quarantined),
    ]
    .into_iter()
    .filter_map(|(holds, obstacle)| holds.then_some(obstacle))
    .collect()
}

/// The verdicts against `change` that a decision to admit or dismiss it replaces: all live ones. The list is empty if the
/// change is only outside of the case.
///
/// # Errors
/// [`Obstacle::Closed`]: the case record lists the changes that had effect and must stay true.
/// [`Obstacle::NotQuarantined`]: there is no verdict against the change, or it was dismissed for good.
pub fn may_judge(state: &CaseState, change: ChangeId) -> Result<Vec<OpId>, Obstacle> {
    kind_is_built(state)?;
    if is_closed(state) {
        return Err(Obstacle::Closed);
    }
    if !state.is_set_aside(&change) || is_dismissed(state, &change) {
        return Err(Obstacle::NotQuarantined);
    }
    let live = state.excluded.get(&change).map(Vec::as_slice).unwrap_or_default();
    Ok(live.iter().map(|verdict| verdict.op).collect())
}

/// The files that were written off, each with its decision. If the value of a write-off was sealed, the write-off
/// counts for every file that its entity names.
pub fn written_off(state: &CaseState) -> impl Iterator<Item = (Digest, &Decision)> {
    let decisions = state.decisions.iter().filter(|decision| decision.decision == WRITTEN_OFF);
    decisions.flat_map(|decision| {
        let said = decision.value.as_ref().and_then(Value::as_list).and_then(<[Value]>::first);
        let digests = match said {
            Some(digest) => Vec::from_iter(digest.as_digest()),
            None => named_by(state, decision.target),
        };
        digests.into_iter().map(move |digest| (digest, decision))
    })
}

/// The reason of a write-off.
pub fn reason_of_write_off(decision: &Decision) -> Option<&str> {
    decision.value.as_ref().and_then(Value::as_list)?.get(1)?.as_text()
}

/// The files that an entity, or the case itself, names.
fn named_by(state: &CaseState, target: Option<OpId>) -> Vec<Digest> {
    let fields = state.fields.iter().filter(|field| field.target == target && names_evidence(&field.name));
    fields.flat_map(|field| &field.live).filter_map(|live| live.value.as_ref()?.as_digest()).collect()
}

fn names_evidence(field: &FieldName) -> bool {
    EVIDENCE_FIELDS.contains(field)
}

/// The operation that writes off the file `digest` for `reason`, based on the heads of `state`. It is on the entity that
/// first named the file, even if the name was replaced or the entity voided since, because the server still waits for
/// every file that was recorded.
///
/// # Errors
/// [`Obstacle::Closed`]; [`Obstacle::NoSuchTarget`] if the case never named the file; [`Obstacle::WrittenOff`].
pub fn write_off(state: &CaseState, graph: &Graph<'_>, digest: Digest, reason: &str) -> Result<NewOp, Obstacle> {
    if is_closed(state) {
        return Err(Obstacle::Closed);
    }
    let target = first_name(state, graph, digest)?;
    if written_off(state).any(|(other, _)| other == digest) {
        return Err(Obstacle::WrittenOff);
    }
    let act = Act::Decide { decision: WRITTEN_OFF.to_owned(), basis: state.basis() };
    let op = NewOp::new(act).with(Value::List(vec![digest.into(), Value::text(reason)]));
    Ok(match target {
        Some(target) => op.on(OpRef::Of(target)),
        None => op,
    })
}

/// The entity on which a file was first named. `None` if it was named on the case itself.
fn first_name(state: &CaseState, graph: &Graph<'_>, digest: Digest) -> Result<Option<OpId>, Obstacle> {
    let names = |change: &Change| {
        let own = change.id();
        let of_file = change.named_ops().find(|(id, op)| {
            let writes = matches!(op.act, Act::Put | Act::Resolve) && op.field.as_ref().is_some_and(names_evidence);
            writes && change.value(id.index).and_then(settled).and_then(Value::as_digest) == Some(digest)
        });
        of_file.map(|(_, op)| op.target.map(|target| target.resolve(own)))
    };
    let with_effect = graph.order().iter().filter(|change| !state.without_effect.contains_key(&change.id()));
    with_effect.copied().find_map(names).ok_or(Obstacle::NoSuchTarget)
}

/// The value itself: a resolve carries `[value, reason]`.
fn settled(value: &Value) -> Option<&Value> {
    value.as_list().map_or(Some(value), <[Value]>::first)
}

fn open_with(state: &CaseState, target: OpId) -> Result<(), Obstacle> {
    if is_closed(state) {
        return Err(Obstacle::Closed);
    }
    stands(state, target)
}

fn stands(state: &CaseState, target: OpId) -> Result<(), Obstacle> {
    let stands = |entity: &Entity| !entity.shell && entity.withdrawn.is_empty();
    if state.entities.get(&target).is_some_and(stands) { Ok(()) } else { Err(Obstacle::NoSuchTarget) }
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
