//! Folds a set of changes into the state of the case.
//!
//! Promise: cost is proportional to the number of operations; dead values are not copied. Each change is processed
//! twice: once to analyse it ([`Survey`]), and once, when it is known which changes count, to apply it.

use crate::case::Inside;
use crate::case::field::{self, Write};
use crate::case::graph::{Graph, Last};
use crate::case::state::{
    Author, CaseState, Decision, Entity, FOLD_VERSION, GivenNumber, Opening, Participant, Signed, Step, StepCorrection,
    Withdrawal,
};
use crate::case::survey::{Said, Survey, Verdicts};
use crate::change::Change;
use crate::id::{CaseId, ChangeId, OfficerId};
use crate::op::{Act, Answers, Correction, Op, OpId, OpRef, Open};
use crate::schema::{EntityKind, FieldName, PLACE};
use crate::value::Value;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

/// Folds the changes of `case`. Changes of other cases are ignored.
pub fn fold<'a, C: Borrow<Change> + 'a>(case: CaseId, changes: impl IntoIterator<Item = &'a C>) -> CaseState {
    let changes = changes.into_iter().map(Borrow::borrow);
    let graph = Graph::new(changes.filter(|change: &&Change| change.case() == case));
    let survey = Survey::new(&graph);
    let verdicts = survey.verdicts();
    let inside = Inside::new(&survey, &verdicts, |_| false);
    fold_survey(case, &survey, verdicts, &inside)
}

/// Folds a survey that has only changes of `case`, with the verdicts on them and the changes that are inside the case.
pub(crate) fn fold_survey(case: CaseId, survey: &Survey<'_>, verdicts: Verdicts, inside: &Inside) -> CaseState {
    let (said, graph) = (survey.said(), survey.graph);
    let has_effect = |(place, said): (usize, &Said<'_>)| said.breach.is_none() && inside.holds(place);
    let mut admitted: Vec<bool> = said.iter().enumerate().map(has_effect).collect();
    for place in verdicts.excluded.keys().filter_map(|id| graph.place(id)) {
        if let Some(admitted) = admitted.get_mut(place) {
            *admitted = false;
        }
    }
    let broken = said.iter().filter_map(|said| said.breach.map(|breach| (said.change.id(), breach)));
    let mut fold = Fold {
        survey,
        signed: survey.signed(&admitted),
        admitted,
        targets: vec![Target::default()],
        writes: Vec::with_capacity(survey.writes()),
        edges: Vec::new(),
        target_of: None,
        replaced_of: None,
        made: Vec::with_capacity(survey.ops()),
        step_of: BTreeMap::new(),
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
            excluded: verdicts.excluded,
            outside: inside.outside(graph),
            without_effect: broken.collect(),
            unknown: Vec::new(),
            sealed: BTreeSet::new(),
            heads: inside.heads(graph),
            waiting: graph.waiting().clone(),
        },
    };
    for (place, said) in said.iter().enumerate() {
        fold.change(place, said);
    }
    fold.finish()
}

/// The target of fields and operations: the case itself, or an entity.
#[derive(Default)]
struct Target {
    /// The entity with the operation that added it.
    entity: Option<(OpId, Entity)>,
    /// Whether an admitted operation refers to it.
    referred: bool,
    /// Position of the last write to its fields.
    last: Option<usize>,
}

/// The position of an operation that made neither a target nor a write.
const NOWHERE: usize = usize::MAX;
/// Of a write that names no field.
static NO_FIELD: FieldName = FieldName::from_static("");

struct Fold<'a> {
    survey: &'a Survey<'a>,
    /// For each change, by position, whether it has effect.
    admitted: Vec<bool>,
    /// For each operation, by number, whether an admitted signature showed it.
    signed: Vec<bool>,
    state: CaseState,
    /// The case itself, then the entities in causal order.
    targets: Vec<Target>,
    /// The writes, in causal order.
    writes: Vec<Write<'a>>,
    /// The positions of the replaced writes, one write after another.
    edges: Vec<usize>,
    target_of: Last,
    replaced_of: Last,
    /// For each operation so far, by number, the position of the target that it added, or of its write.
    made: Vec<usize>,
    /// The position of each step in the state.
    step_of: BTreeMap<OpId, usize>,
}

/// An operation with its context.
struct OpContext<'a> {
    /// Position of its change.
    at: usize,
    id: OpId,
    target: Option<OpId>,
    by: &'a Author,
}

impl<'a> Fold<'a> {
    fn change(&mut self, at: usize, said: &'a Said<'a>) {
        let admitted = self.admitted.get(at) == Some(&true);
        let (change, by) = (said.change, &said.by);
        for (id, op) in change.named_ops() {
            let place = OpContext { at, id, target: op.target.map(|target| target.resolve(id.change)), by };
            // A change that breaks a rule of form may name anything as its target.
            let target = if said.breach.is_none() { self.target(said, op.target) } else { None };
            if let Some(target) = target.filter(|_| admitted).and_then(|target| self.targets.get_mut(target)) {
                target.referred = true;
            }
            let mut made = NOWHERE;
            match &op.act {
                Act::Open(open) => self.open(&place, open, admitted, said.breach.is_some()),
                // An entity without effect stays as a shell if an admitted operation refers to it.
                Act::Add { entity, order, answers } => {
                    made = self.targets.len();
                    self.add(&place, (entity, order, answers.as_ref()), admitted);
                }
                Act::Put | Act::Resolve => {
                    if let Some(target) = target {
                        made = self.writes.len();
                        self.write(said, (id.index, op), target, admitted);
                    }
                }
                Act::Correct(correction) => {
                    if admitted {
                        self.correct(&place, correction, &op.replaces, change.value(id.index));
                    }
                }
                act if admitted => self.apply(act, &place, target, change.value(id.index).cloned()),
                Act::Invite(_)
                | Act::Withdraw
                | Act::RecordStep { .. }
                | Act::Sign(_)
                | Act::Verdict(_)
                | Act::Decide { .. }
                | Act::Assign(_)
                | Act::Number(_)
                | Act::Seal(_)
                | Act::Unknown { .. }
                | Act::Malformed { .. } => {}
            }
            self.made.push(made);
        }
    }

    /// Position of the target of an operation of `said`.
    fn target(&mut self, said: &Said<'_>, target: Option<OpRef>) -> Option<usize> {
        match target {
            None => Some(0),
            Some(target) => self.made.get(self.survey.number(said, target, &mut self.target_of)?).copied(),
        }
    }

    /// Records a write, also an excluded one, because its edges count for reachability.
    fn write(&mut self, said: &'a Said<'a>, (index, op): (u32, &'a Op), target: usize, admitted: bool) {
        let first = self.edges.len();
        for replaced in &op.replaces {
            let number = self.survey.number(said, *replaced, &mut self.replaced_of);
            let made = number.and_then(|number| self.made.get(number));
            // An operation that breaks a rule of form is not a write and has no position.
            self.edges.extend(made.filter(|made| **made != NOWHERE));
        }
        let (edges, signed) = (first..self.edges.len(), self.signed.get(self.made.len()) == Some(&true));
        let name = op.field.as_ref().unwrap_or(&NO_FIELD);
        let before = self.targets.get_mut(target).and_then(|target| target.last.replace(self.writes.len()));
        self.writes.push(Write { name, op, index, said, admitted, signed, dead: false, edges, before });
    }

    fn open(&mut self, place: &OpContext<'_>, open: &Open, admitted: bool, broken: bool) {
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

    fn add(&mut self, place: &OpContext<'_>, added: (&EntityKind, &str, Option<&Answers>), admitted: bool) {
        let (kind, order, answers) = (added.0.clone(), added.1.to_owned(), added.2.cloned());
        let (parent, by, shell, withdrawn) = (place.target, place.by.clone(), !admitted, Vec::new());
        let entity = Entity { kind, parent, order, answers, by, shell, withdrawn };
        self.targets.push(Target { entity: Some((place.id, entity)), ..Target::default() });
    }

    fn join(&mut self, officer: OfficerId, by: OpId, assigned: bool) {
        self.state.participants.entry(officer).or_insert(Participant { by, assigned });
    }

    fn apply(&mut self, act: &Act, place: &OpContext<'_>, on: Option<usize>, value: Option<Value>) {
        let OpContext { id: op, target, .. } = *place;
        let by = place.by.clone();
        match act {
            Act::Invite(officer) => self.join(*officer, op, false),
            Act::Assign(assignment) => self.join(assignment.officer, op, true),
            Act::Withdraw => {
                let target = on.and_then(|on| self.targets.get_mut(on));
                if let Some((_, entity)) = target.and_then(|target| target.entity.as_mut()) {
                    entity.withdrawn.push(Withdrawal { op, by, reason: value });
                }
            }
            Act::RecordStep { step } if *step == PLACE => {}
            Act::RecordStep { step } => {
                let (kind, corrected) = (step.clone(), Vec::new());
                self.step_of.insert(op, self.state.steps.len());
                self.state.steps.push(Step { op, kind, target, value, by, corrected });
            }
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
                let (decision, basis, unseen) = (decision.clone(), *basis, self.unseen(place.at));
                self.state.decisions.push(Decision { op, decision, target, basis, value, by, unseen });
            }
            Act::Number(number) => {
                let (form, text) = (number.form.clone(), number.text.clone());
                self.state.numbers.push(GivenNumber { op, target, form, text });
            }
            Act::Seal(ops) => self.state.sealed.extend(ops.iter().map(|sealed| sealed.resolve(op.change))),
            Act::Unknown { .. } => self.state.unknown.push(op),
            Act::Open(_)
            | Act::Add { .. }
            | Act::Put
            | Act::Resolve
            | Act::Verdict(_)
            | Act::Correct(_)
            | Act::Malformed { .. } => {}
        }
    }

    /// Adds a correction to its step. The corrections that it replaces are no longer in force.
    fn correct(&mut self, place: &OpContext<'_>, correction: &Correction, replaces: &[OpRef], said: Option<&Value>) {
        let own = place.id.change;
        let step = self.step_of.get(&correction.step.resolve(own)).copied();
        let Some(step) = step.and_then(|step| self.state.steps.get_mut(step)) else { return };
        let gone: Vec<OpId> = replaces.iter().map(|earlier| earlier.resolve(own)).collect();
        for earlier in step.corrected.iter_mut().filter(|earlier| gone.contains(&earlier.op)) {
            earlier.stands = false;
        }
        let (value, reason) = match said.and_then(Value::as_list) {
            Some([value, reason]) => (Some(value.clone()).filter(|value| *value != Value::Null), Some(reason.clone())),
            Some(_) | None => (None, None),
        };
        step.corrected.push(StepCorrection {
            op: place.id,
            by: place.by.clone(),
            kind: correction.kind.clone(),
            target: place.target,
            value,
            happened_ms: correction.happened_ms,
            reason,
            stands: true,
        });
    }

    /// The changes of the case that are concurrent to the one at `place`: neither builds on the other.
    fn unseen(&self, place: usize) -> BTreeSet<ChangeId> {
        let graph = self.survey.graph;
        let beside =
            |other: &usize| *other != place && !graph.is_below(*other, place) && !graph.is_below(place, *other);
        let unseen = graph.order().iter().enumerate().filter(|(other, _)| beside(other)).map(|(_, change)| change.id());
        unseen.filter(|other| !self.state.outside.contains(other)).collect()
    }

    fn finish(mut self) -> CaseState {
        field::bury(&mut self.writes, &self.edges);
        let id = |target: &Target| target.entity.as_ref().map(|(id, _)| *id);
        self.targets.sort_by_cached_key(id);
        let (mut entities, mut live) = (Vec::with_capacity(self.targets.len()), Vec::new());
        self.state.fields.reserve_exact(self.writes.iter().filter(|write| write.is_live()).count());
        for target in self.targets {
            let at = |place: Option<usize>| place.and_then(|place| self.writes.get(place));
            let writes = std::iter::successors(at(target.last), |write| at(write.before));
            live.clear();
            live.extend(writes.filter(|write| write.is_live()));
            field::states(id(&target), &mut live, &mut self.state.fields);
            // A shell is kept only if an admitted operation refers to it.
            entities.extend(target.entity.filter(|(_, entity)| !entity.shell || target.referred));
        }
        self.state.entities = entities.into_iter().collect();
        self.state
    }
}
