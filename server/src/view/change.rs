//! Changes of a case that need attention, as the API shows them: content, objections, decision.
//!
//! Promise: a person who decides about a change can read its content, although it has no effect yet. Personal data is
//! masked for every entity, because an excluded entity is in no folded state.

use std::collections::BTreeMap;

use api_spec::case::{self as wire, Label};
use sync_core::case::CaseState;
use sync_core::change::Change;
use sync_core::id::{ChangeId, DeviceId, OfficerId};
use sync_core::op::{Act, Op, OpId, Outcome};
use sync_core::plan::Taken;
use sync_core::schema::{self, EntityKind, FieldName, StepKind, named};
use sync_core::value::Value;

use super::allowance::{Allowance, json_bytes};
use super::author::author_of;
use super::label::{field_label, json, label, resolution, said};
use crate::flow::mask;
use crate::store::StoredChange;

/// Every change of `held` that is without effect, was quarantined, or is flagged.
pub fn noted(
    state: &CaseState,
    held: &[StoredChange],
    names: &BTreeMap<OfficerId, String>,
    masks: bool,
    room: &Allowance,
) -> Vec<wire::NotedChange> {
    let decided = decided(held);
    let by_id: BTreeMap<ChangeId, &Change> = held.iter().map(|stored| (stored.change.id(), &*stored.change)).collect();
    let one = |stored: &StoredChange| {
        let id = stored.change.id();
        let verdicts = state.excluded.get(&id);
        let plain = stored.taken == Taken::Accepted && stored.flags.is_empty() && state.has_effect(&id);
        let noted = !plain && stored.change.header().device != DeviceId::SERVER;
        (noted && room.takes(said_bytes(&stored.change))).then(|| wire::NotedChange {
            change: id.to_string(),
            class: stored.taken.class(),
            code: stored.taken.code().to_owned(),
            flags: stored.flags.clone(),
            excluded: state.is_set_aside(&id),
            dismissed: verdicts.into_iter().flatten().any(|verdict| verdict.dismissed),
            decision: decided.get(&id).map(|(verdict, outcome)| decision(verdict, *outcome, names)),
            says: stored.change.named_ops().map(|(op, act)| says(&by_id, &stored.change, op, act, masks)).collect(),
            grade: stored.grade,
            lower_ms: stored.lower.ms(),
            upper_ms: stored.upper.ms(),
            received_ms: stored.received.ms(),
            by: author_of(stored, names),
        })
    };
    held.iter().filter_map(one).collect()
}

/// Approximate bytes of a change's content.
fn said_bytes(change: &Change) -> usize {
    change.named_ops().map(|(id, _)| 150 + json_bytes(change.value(id.index))).sum()
}

/// The server's changes by which a person admitted or dismissed another; the latest for each.
fn decided(held: &[StoredChange]) -> BTreeMap<ChangeId, (&StoredChange, Outcome)> {
    let verdicts = held.iter().flat_map(|stored| stored.change.ops().iter().map(move |op| (stored, op)));
    let of_people = verdicts.filter_map(|(stored, op)| {
        let Act::Verdict(verdict) = &op.act else { return None };
        (verdict.outcome != Outcome::Exclude).then_some((verdict.change, (stored, verdict.outcome)))
    });
    of_people.collect()
}

fn decision(stored: &StoredChange, outcome: Outcome, names: &BTreeMap<OfficerId, String>) -> wire::ChangeDecision {
    let is_verdict = |(_, op): &(OpId, &Op)| matches!(op.act, Act::Verdict(_));
    let op = stored.change.named_ops().find(is_verdict);
    wire::ChangeDecision {
        verdict: if outcome == Outcome::Admit { "admit" } else { "dismiss" }.to_owned(),
        reason: op.and_then(|(id, _)| said(stored.change.value(id.index))).unwrap_or_default(),
        decided_ms: stored.received.ms(),
        by: author_of(stored, names),
    }
}

/// One operation in words.
fn says(by_id: &BTreeMap<ChangeId, &Change>, change: &Change, id: OpId, op: &Op, masks: bool) -> wire::NotedOp {
    let value = change.value(id.index);
    let target = op.target.map(|target| target.resolve(change.id()));
    let entity = target.and_then(|target| added(by_id, target));
    let name = op.field.as_ref();
    let thing = |act: &str, label: Label, value: Option<&Value>| wire::NotedOp {
        act: act.to_owned(),
        entity: entity.map(EntityKind::to_string).unwrap_or_default(),
        name: name.map(FieldName::to_string).unwrap_or_default(),
        label,
        value: json(value),
    };
    let nothing = || Label { zh: String::new(), en: String::new() };
    let entity_label = |kind: &EntityKind| label(named(schema::ENTITIES, kind), kind.as_str());
    let step_label = |kind: &StepKind| label(named(schema::STEPS, kind), kind.as_str());
    let written = |value: Option<&Value>| {
        let personal = name.filter(|name| masks && mask::is_personal(Some(&schema::PARTY), name));
        let hidden = personal.zip(value).map(|(name, value)| mask::mask(name, value));
        hidden.or_else(|| value.cloned())
    };
    let of = |text: &str| Label { zh: text.to_owned(), en: text.to_owned() };
    match &op.act {
        Act::Open(open) => thing("open", of(&open.item), None),
        Act::Invite(officer) => thing("invite", of(&officer.to_string()), None),
        Act::Add { entity, .. } => {
            wire::NotedOp { entity: entity.to_string(), ..thing("add", entity_label(entity), None) }
        }
        Act::Put => thing("put", name.map_or_else(nothing, |name| field_label(entity, name)), written(value).as_ref()),
        Act::Resolve => {
            let (settled, _reason) = resolution(value);
            thing("resolve", name.map_or_else(nothing, |name| field_label(entity, name)), written(settled).as_ref())
        }
        Act::Withdraw => thing("withdraw", entity.map_or_else(nothing, entity_label), value),
        Act::RecordStep { step } => {
            wire::NotedOp { name: step.to_string(), ..thing("record", step_label(step), value) }
        }
        Act::Correct(correction) => {
            let kind = correction.kind.as_ref();
            let (settled, _reason) = resolution(value);
            wire::NotedOp {
                name: kind.map(StepKind::to_string).unwrap_or_default(),
                ..thing("correct", kind.map_or_else(nothing, step_label), settled)
            }
        }
        Act::Sign(signature) => thing("sign", of(signature.form.as_str()), None),
        Act::Verdict(_)
        | Act::Decide { .. }
        | Act::Assign(_)
        | Act::Number(_)
        | Act::Seal(_)
        | Act::Unknown { .. }
        | Act::Malformed { .. } => thing("other", nothing(), None),
    }
}

/// The kind of entity that the operation `id` added, if it did.
fn added<'a>(by_id: &BTreeMap<ChangeId, &'a Change>, id: OpId) -> Option<&'a EntityKind> {
    let change = by_id.get(&id.change)?;
    let (_, op) = change.named_ops().find(|(own, _)| *own == id)?;
    if let Act::Add { entity, .. } = &op.act { Some(entity) } else { None }
}
