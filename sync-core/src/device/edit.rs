//! Builder for operations: the values that the officer saw become the values that a write replaces.
//!
//! Promise: a `put` replaces only values that were shown to the officer. If authors disagree, it replaces only the
//! officer's own value, so the conflict remains until an officer resolves it with a reason.

use crate::case::{self, CaseState, FieldState};
use crate::change::{Change, NewOp, shown_digest};
use crate::device::{Device, Save, StoreError};
use crate::id::{CaseId, Digest, OfficerId};
use crate::op::{Act, Answers, Correction, FormVersion, OpId, OpRef, Open, Signature, SignerRole};
use crate::schema::{self as names, EntityKind, FieldName, FormName, StepKind};
use crate::time::Instant;
use crate::value::Value;
use std::collections::BTreeMap;

/// A step as it should have been recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corrected {
    /// Kind of the step that happened instead; `None` if none happened.
    pub kind: Option<StepKind>,
    /// The entity that it concerns.
    pub target: Option<OpRef>,
    /// Further details.
    pub value: Option<Value>,
    /// When, to the minute; `None` if the recorded time was right.
    pub happened: Option<Instant>,
}

/// A save that is being built.
#[derive(Debug, Clone)]
pub struct Editor {
    case: Option<CaseId>,
    officer: OfficerId,
    state: Option<CaseState>,
    commits: BTreeMap<OpId, Option<Digest>>,
    ops: Vec<NewOp>,
}

impl Device {
    /// Starts a save that opens a case.
    pub fn open_case(&self, open: Open) -> Editor {
        let ops = vec![NewOp::new(Act::Open(open))];
        Editor { case: None, officer: self.identity.officer, state: None, commits: BTreeMap::new(), ops }
    }

    /// Starts a save in a case; `None` if it is not on this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn edit(&self, case: CaseId) -> Result<Option<Editor>, StoreError> {
        self.look(case, |changes| {
            let ops = changes.iter().flat_map(Change::named_ops);
            let commits = ops.map(|(id, op)| (id, op.commit)).collect();
            (!changes.is_empty()).then(|| Editor {
                case: Some(case),
                officer: self.identity.officer,
                state: Some(case::fold(case, changes)),
                commits,
                ops: Vec::new(),
            })
        })
    }
}

impl Editor {
    /// The case as the officer sees it; `None` while it is being opened.
    pub const fn state(&self) -> Option<&CaseState> {
        self.state.as_ref()
    }

    fn push(&mut self, op: NewOp) -> OpRef {
        self.ops.push(op);
        OpRef::Own(u32::try_from(self.ops.len() - 1).unwrap_or(u32::MAX))
    }

    /// Adds an operation.
    pub fn op(&mut self, op: NewOp) -> OpRef {
        self.push(op)
    }

    /// Adds an entity below `parent` (the case itself if `None`). Returns the reference for later operations.
    pub fn add(&mut self, parent: Option<OpRef>, entity: impl Into<EntityKind>, order: &str) -> OpRef {
        let act = Act::add(entity, order);
        self.push(NewOp { target: parent, ..NewOp::new(act) })
    }

    /// Adds the answers to a version of a form (检查表). Each answer is a field of it, named by the path of its question
    /// (`docs/encoding.md`, answers).
    pub fn add_form(&mut self, form: FormVersion, order: &str) -> OpRef {
        self.push(NewOp::new(Act::Add {
            entity: names::CHECKLIST,
            order: order.into(),
            answers: Some(Answers::Form(form)),
        }))
    }

    /// Adds a repetition of the group at this path, below the answers to a form.
    pub fn add_repeat(&mut self, answers: OpRef, path: &str, order: &str) -> OpRef {
        self.add_below(answers, names::REPEAT, path, order)
    }

    /// Adds a piece of evidence that the question at this path asks for, such as a photograph, below the answers to a form.
    pub fn add_answer_file(&mut self, answers: OpRef, path: &str, order: &str) -> OpRef {
        self.add_below(answers, names::EVIDENCE, path, order)
    }

    fn add_below(&mut self, answers: OpRef, entity: EntityKind, path: &str, order: &str) -> OpRef {
        let question = Some(Answers::Question(path.to_owned()));
        let act = Act::Add { entity, order: order.to_owned(), answers: question };
        self.push(NewOp { target: Some(answers), ..NewOp::new(act) })
    }

    /// Whether the current value of a field is signed. To write it, begin with a supplementary record.
    pub fn is_signed(&self, target: Option<OpRef>, field: &FieldName) -> bool {
        self.seen(target, field).is_some_and(|field| field.live.iter().any(|live| live.signed))
    }

    /// Writes a field. A second write of the same field in this save replaces the first. A signed value is written
    /// only in a save that adds a supplementary record first.
    pub fn put(&mut self, target: Option<OpRef>, field: impl Into<FieldName>, value: Value) -> &mut Self {
        let field = field.into();
        let is_same = |op: &&mut NewOp| op.act == Act::Put && op.target == target && op.field.as_ref() == Some(&field);
        let earlier = self.ops.iter_mut().find(is_same);
        if let Some(earlier) = earlier {
            earlier.value = Some(value);
            return self;
        }
        let replaces = self.seen(target, &field).map(|field| self.replaced(field)).unwrap_or_default();
        self.push(NewOp::put(target, field, replaces, value));
        self
    }

    fn seen(&self, target: Option<OpRef>, field: &FieldName) -> Option<&FieldState> {
        let target = match target {
            None => None,
            Some(OpRef::Of(id)) => Some(id),
            Some(OpRef::Own(_)) => return None,
        };
        self.state.as_ref()?.field(target, field)
    }

    /// A supplementary record names every live value, including signed ones; only then are they replaced.
    fn replaced(&self, field: &FieldState) -> Vec<OpRef> {
        let supplements = self
            .ops
            .iter()
            .any(|op| matches!(&op.act, Act::Add { entity, .. } if *entity == names::SUPPLEMENTARY_RECORD));
        let mine = |by: &case::Author| supplements || !field.conflict || by.officer == self.officer;
        field.live.iter().filter(|live| mine(&live.by)).map(|live| OpRef::Of(live.op)).collect()
    }

    /// Resolves a conflict: replaces every live value, with a reason. False if there is no conflict. If one of the
    /// values is signed, the save is refused: that needs a supplementary record.
    pub fn resolve(&mut self, target: Option<OpRef>, field: impl Into<FieldName>, value: Value, reason: &str) -> bool {
        let Some(field) = self.seen(target, &field.into()).filter(|field| field.live.len() > 1) else { return false };
        let (replaces, name) = (field.live.iter().map(|live| OpRef::Of(live.op)).collect(), field.name.clone());
        let value = Some(case::resolution(value, reason));
        self.push(NewOp { act: Act::Resolve, target, field: Some(name), replaces, value });
        true
    }

    /// Records a step.
    pub fn record(&mut self, step: impl Into<StepKind>, target: Option<OpRef>, value: Option<Value>) -> OpRef {
        self.push(NewOp { target, value, ..NewOp::new(Act::RecordStep { step: step.into() }) })
    }

    /// Corrects a recorded step (更正), with a reason: what happened instead (`None`: nothing did), its target,
    /// details, and the time if it was wrong. Replaces the corrections that the officer sees. False if there is no
    /// such step.
    pub fn correct(&mut self, step: OpId, corrected: Corrected, reason: &str) -> bool {
        let found = self.state.as_ref().and_then(|state| state.steps.iter().find(|other| other.op == step));
        let Some(found) = found else { return false };
        let standing = found.corrected.iter().filter(|earlier| earlier.stands);
        let replaces = standing.map(|earlier| OpRef::Of(earlier.op)).collect();
        let Corrected { kind, target, value, happened } = corrected;
        let happened_ms = happened.filter(|_| kind.is_some()).map(Instant::ms);
        let act = Act::Correct(Correction { step: OpRef::Of(step), kind, happened_ms });
        let value = Some(case::resolution(value.unwrap_or(Value::Null), reason));
        self.push(NewOp { target, replaces, value, ..NewOp::new(act) });
        true
    }

    /// Voids an entity (作废), with a reason.
    pub fn withdraw(&mut self, target: OpRef, reason: &str) -> OpRef {
        self.push(NewOp::new(Act::Withdraw).on(target).with(Value::text(reason)))
    }

    /// Adds an officer of the same agency.
    pub fn invite(&mut self, officer: OfficerId) -> OpRef {
        self.push(NewOp::new(Act::Invite(officer)))
    }

    /// Signs a document of the case, over every field that it shows (`shown`). `value` depends on the manner:
    /// strokes, the digest of a photograph, a name. False if the case is being opened.
    pub fn sign(
        &mut self,
        document: OpId,
        form: impl Into<FormName>,
        version: u32,
        role: SignerRole,
        manner: &str,
        value: Option<Value>,
    ) -> bool {
        let Some(state) = &self.state else { return false };
        let shown = shown(state, document);
        let digest = shown_digest(shown.iter().map(|op| (op, self.commits.get(op).copied().flatten())));
        let shown = shown.into_iter().map(OpRef::Of).collect();
        let (form, manner) = (form.into(), manner.to_owned());
        let signature = Signature { form, version, role, manner, shown, digest };
        self.push(NewOp { value, ..NewOp::new(Act::Sign(signature)).on(OpRef::Of(document)) });
        true
    }

    /// Builds the save.
    pub fn into_save(self) -> Save {
        Save { case: self.case, ops: self.ops, ..Save::default() }
    }
}

/// The operations that a document shows: the displayed values of its own fields, of everything below it and, unless
/// the document is a record, of the parties.
pub fn shown(state: &CaseState, document: OpId) -> Vec<OpId> {
    let is_record = state.entities.get(&document).is_some_and(|entity| entity.kind == names::RECORD);
    let within = |mut entity: OpId| loop {
        let Some(found) = state.entities.get(&entity) else { return false };
        if entity == document || !is_record && found.kind == names::PARTY {
            return found.withdrawn.is_empty();
        }
        match found.parent {
            Some(parent) => entity = parent,
            None => return false,
        }
    };
    let shows = |field: &&FieldState| field.target.is_some_and(within);
    state.fields.iter().filter(shows).filter_map(|field| field.live.first()).map(|live| live.op).collect()
}
