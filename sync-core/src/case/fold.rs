//! From a set of changes to the state of the case.

use crate::case::field::{Register, Write};
use crate::case::form::{self, FormBreach};
use crate::case::graph::Graph;
use crate::case::state::{
    Author, CaseState, Decision, Entity, FOLD_VERSION, GivenNumber, Opening, Participant, Signed, Step, Verdict,
    Withdrawal,
};
use crate::case::{PLACE, SUPPLEMENTARY_RECORD};
use crate::change::Change;
use crate::id::{CaseId, ChangeId, DeviceId, OfficerId};
use crate::op::{Act, Op, OpId, Open, Outcome};
use crate::value::Value;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

/// Folds the changes of `case`. Changes of other cases are no part of it.
pub fn fold<'a, C: Borrow<Change> + 'a>(case: CaseId, changes: impl IntoIterator<Item = &'a C>) -> CaseState {
    let changes = changes.into_iter().map(Borrow::borrow);
    fold_graph(case, &Graph::new(changes.filter(|change: &&Change| change.case() == case)))
}

/// Folds a graph that holds changes of `case` only.
pub(crate) fn fold_graph(case: CaseId, graph: &Graph<'_>) -> CaseState {
    let (without_effect, excluded) = judged(graph);
    let mut fold = Fold {
        state: CaseState {
            fold: FOLD_VERSION,
            id: case,
            opening: None,
            participants: BTreeMap::new(),
            entities: BTreeMap::new(),
            fields: Vec::new(),
            steps: Vec::new(),
            signatures: Vec::new(),
            decisions: Vec::new(),
            numbers: Vec::new(),
            excluded,
            without_effect,
            unknown: Vec::new(),
            sealed: BTreeSet::new(),
            heads: graph.heads(),
            waiting: graph.waiting().clone(),
        },
        registers: BTreeMap::new(),
    };
    let signed = fold.signed_ops(graph);
    for change in graph.order() {
        fold.change(graph, change, &signed);
    }
    fold.finish(graph)
}

/// Which changes break a rule of form, and against which a verdict is live: the part of a fold that needs no values.
pub(crate) fn judged(graph: &Graph<'_>) -> (BTreeMap<ChangeId, FormBreach>, BTreeMap<ChangeId, Vec<Verdict>>) {
    let breach = |change: &&Change| form::check(graph, change).err().map(|breach| (change.id(), breach));
    let without_effect = graph.order().iter().filter_map(breach).collect();
    let excluded = excluded(graph, &without_effect);
    (without_effect, excluded)
}

/// The live verdicts against changes. Among concurrent verdicts exclusion wins.
fn excluded(graph: &Graph<'_>, broken: &BTreeMap<ChangeId, FormBreach>) -> BTreeMap<ChangeId, Vec<Verdict>> {
    let mut replaced = BTreeSet::new();
    let mut spoken = Vec::new();
    for change in graph.order().iter().filter(|change| !broken.contains_key(&change.id())) {
        for (id, op) in change.named_ops() {
            if let Act::Verdict(verdict) = &op.act {
                replaced.extend(op.replaces.iter().map(|replaced| replaced.resolve(change.id())));
                spoken.push((id, verdict));
            }
        }
    }
    let mut excluded: BTreeMap<ChangeId, Vec<Verdict>> = BTreeMap::new();
    for (id, verdict) in spoken {
        let of_server = graph.get(&verdict.change).is_some_and(|change| change.header().device == DeviceId::SERVER);
        if verdict.outcome != Outcome::Admit && !replaced.contains(&id) && !of_server {
            excluded.entry(verdict.change).or_default().push(Verdict::new(id, verdict.outcome, &verdict.code));
        }
    }
    excluded
}

struct Fold {
    state: CaseState,
    registers: BTreeMap<(Option<OpId>, String), Register>,
}

impl Fold {
    fn admitted(&self, change: &ChangeId) -> bool {
        !self.state.without_effect.contains_key(change) && !self.state.excluded.contains_key(change)
    }

    /// Every operation that an admitted signature showed.
    fn signed_ops(&self, graph: &Graph<'_>) -> BTreeSet<OpId> {
        let mut signed = BTreeSet::new();
        for change in graph.order().iter().filter(|change| self.admitted(&change.id())) {
            for op in change.ops() {
                if let Act::Sign(signature) = &op.act {
                    signed.extend(signature.shown.iter().map(|shown| shown.resolve(change.id())));
                }
            }
        }
        signed
    }

    fn change(&mut self, graph: &Graph<'_>, change: &Change, signed: &BTreeSet<OpId>) {
        let admitted = self.admitted(&change.id());
        let broken = self.state.without_effect.contains_key(&change.id());
        let by = author(change);
        let supplementary =
            change.ops().iter().any(|op| matches!(&op.act, Act::Add { entity, .. } if entity == SUPPLEMENTARY_RECORD));
        for (id, op) in change.named_ops() {
            let place = Place { id, target: op.target.map(|target| target.resolve(change.id())), by: &by };
            match &op.act {
                Act::Open(open) => self.open(&place, open, admitted, broken),
                // Even without effect it leaves a shell where something refers to it.
                Act::Add { entity, order } => self.add(&place, entity, order, admitted),
                // Edges of excluded operations count for reaching.
                Act::Put | Act::Resolve if !broken => {
                    let write = Write {
                        admitted,
                        signed: signed.contains(&id),
                        supplementary: supplementary && op.act == Act::Put,
                        replaces: op.replaces.iter().map(|replaced| replaced.resolve(change.id())).collect(),
                        ..written(op, change.value(id.index), &by)
                    };
                    let key = (place.target, op.field.clone().unwrap_or_default());
                    self.registers.entry(key).or_default().0.insert(id, write);
                }
                act if admitted => self.apply(graph, act, &place, change.value(id.index).cloned()),
                Act::Invite(_)
                | Act::Put
                | Act::Resolve
                | Act::Withdraw
                | Act::Record { .. }
                | Act::Sign(_)
                | Act::Verdict(_)
                | Act::Decide { .. }
                | Act::Assign(_)
                | Act::Number(_)
                | Act::Seal(_)
                | Act::Unknown { .. }
                | Act::Malformed { .. } => {}
            }
        }
    }

    fn open(&mut self, place: &Place<'_>, open: &Open, admitted: bool, broken: bool) {
        if broken {
            return;
        }
        if admitted {
            for officer in &open.officers {
                self.join(*officer, place.id, false);
            }
        }
        let (kind, agency, item, by) = (open.kind, open.agency, open.item.clone(), place.by.clone());
        self.state.opening = Some(Opening { kind, agency, item, by });
    }

    fn add(&mut self, place: &Place<'_>, kind: &str, order: &str, admitted: bool) {
        let (kind, order, by) = (kind.to_owned(), order.to_owned(), place.by.clone());
        let entity = Entity { kind, parent: place.target, order, by, shell: !admitted, withdrawn: Vec::new() };
        self.state.entities.insert(place.id, entity);
    }

    fn join(&mut self, officer: OfficerId, by: OpId, assigned: bool) {
        self.state.participants.entry(officer).or_insert(Participant { by, assigned });
    }

    fn apply(&mut self, graph: &Graph<'_>, act: &Act, place: &Place<'_>, value: Option<Value>) {
        let Place { id: op, target, .. } = *place;
        let by = place.by.clone();
        match act {
            Act::Invite(officer) => self.join(*officer, op, false),
            Act::Assign(assignment) => self.join(assignment.officer, op, true),
            Act::Withdraw => {
                if let Some(entity) = target.and_then(|target| self.state.entities.get_mut(&target)) {
                    entity.withdrawn.push(Withdrawal { op, by, reason: value });
                }
            }
            Act::Record { step } if step == PLACE => {}
            Act::Record { step } => self.state.steps.push(Step { op, kind: step.clone(), target, value, by }),
            Act::Sign(signature) => self.state.signatures.push(Signed {
                op,
                document: target,
                form: signature.form.clone(),
                version: signature.version,
                role: signature.role,
                manner: signature.manner.clone(),
                shown: signature.shown.iter().map(|shown| shown.resolve(op.change)).collect(),
                value,
                by,
            }),
            Act::Decide { decision, basis } => {
                let unseen = |change: &&&Change| change.id() != op.change && !graph.builds_on(&op.change, &change.id());
                let before = |change: &&&Change| !graph.builds_on(&change.id(), &op.change);
                let unseen = graph.order().iter().filter(unseen).filter(before).map(|change| change.id()).collect();
                let (decision, basis) = (decision.clone(), *basis);
                self.state.decisions.push(Decision { op, decision, target, basis, value, by, unseen });
            }
            Act::Number(number) => {
                let (form, text) = (number.form.clone(), number.text.clone());
                self.state.numbers.push(GivenNumber { op, target, form, text });
            }
            Act::Seal(ops) => self.state.sealed.extend(ops.iter().map(|sealed| sealed.resolve(op.change))),
            Act::Unknown { .. } => self.state.unknown.push(op),
            Act::Open(_) | Act::Add { .. } | Act::Put | Act::Resolve | Act::Verdict(_) | Act::Malformed { .. } => {}
        }
    }

    fn finish(mut self, graph: &Graph<'_>) -> CaseState {
        self.state.fields =
            self.registers.into_iter().filter_map(|((target, name), register)| register.state(target, name)).collect();
        // A shell is kept only where an admitted operation refers to it.
        let admitted =
            |id: &ChangeId| !self.state.without_effect.contains_key(id) && !self.state.excluded.contains_key(id);
        let mut referred = BTreeSet::new();
        for change in graph.order().iter().filter(|change| admitted(&change.id())) {
            referred.extend(change.ops().iter().filter_map(|op| op.target).map(|target| target.resolve(change.id())));
        }
        self.state.entities.retain(|id, entity| !entity.shell || referred.contains(id));
        self.state
    }
}

/// An operation where it stands.
struct Place<'a> {
    id: OpId,
    target: Option<OpId>,
    by: &'a Author,
}

fn written(op: &Op, value: Option<&Value>, by: &Author) -> Write {
    let (value, reason) = match (&op.act, value) {
        (Act::Resolve, Some(Value::List(pair))) => match pair.as_slice() {
            [value, reason] => (Some(value.clone()), Some(reason.clone())),
            _ => (Some(Value::List(pair.clone())), None),
        },
        (_, value) => (value.cloned(), None),
    };
    let by = by.clone();
    Write { admitted: false, signed: false, supplementary: false, replaces: Vec::new(), value, reason, by }
}

fn author(change: &Change) -> Author {
    let header = change.header();
    let said = change.named_ops().find(|(_, op)| matches!(&op.act, Act::Record { step } if step == PLACE));
    Author {
        officer: header.officer,
        device: header.device,
        wall_ms: header.clock.wall,
        place: said.and_then(|(id, _)| change.value(id.index)).cloned(),
    }
}
