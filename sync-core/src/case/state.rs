//! The state of a folded case.

use crate::case::form::FormBreach;
use crate::id::{AgencyId, CaseId, ChangeId, DeviceId, Digest, OfficerId};
use crate::op::{Answers, CaseKind, OpId, Outcome, SignerRole};
use crate::schema::{EntityKind, FieldName, FormName, StepKind};
use crate::sign::Tag;
use crate::time::Instant;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the fold: state hashes are compared only between equal versions.
pub const FOLD_VERSION: u32 = 1;
const STATE: Tag = Tag("palm/v1/state");

/// The author of an operation: person, device, time by the wall clock, and the place if the save recorded one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Author {
    /// The person.
    pub officer: OfficerId,
    /// The device that signed.
    pub device: DeviceId,
    /// Time by the device's wall clock, milliseconds UTC. It proves nothing.
    #[serde(serialize_with = "as_ms")]
    pub wall_ms: Instant,
    /// `[latitude, longitude (10⁻⁷ degree), accuracy (m)]`.
    pub place: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn as_ms<S: serde::Serializer>(instant: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(instant.ms())
}

/// The opening of a case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Opening {
    /// Kind of the case.
    pub kind: CaseKind,
    /// The agency in whose name it is handled.
    pub agency: AgencyId,
    /// The enforcement item.
    pub item: String,
    /// Who opened it.
    pub by: Author,
}

/// An officer of the case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Participant {
    /// The operation that brought the officer in.
    pub by: OpId,
    /// Whether the server assigned them.
    pub assigned: bool,
}

/// A part of a case, such as a party, a record, a line, a piece of evidence or a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entity {
    /// What kind.
    pub kind: EntityKind,
    /// Below which entity; `None` is the case itself.
    pub parent: Option<OpId>,
    /// Order key among its siblings.
    pub order: String,
    /// The form or question that it answers, if it is part of the answers to a form.
    pub answers: Option<Answers>,
    /// Who added it.
    pub by: Author,
    /// Whether the change that added it has no effect (未生效): it stays visible, as a shell.
    pub shell: bool,
    /// Who voided it (作废) and why. It stays visible.
    pub withdrawn: Vec<Withdrawal>,
}

/// The voiding of an entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Withdrawal {
    /// The operation.
    pub op: OpId,
    /// Who.
    pub by: Author,
    /// Why; `None` if sealed.
    pub reason: Option<Value>,
}

/// A field with its live values.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldState {
    /// The entity; `None` is the case itself.
    pub target: Option<OpId>,
    /// The field's name.
    pub name: FieldName,
    /// The values that were not replaced, the displayed one first.
    pub live: Vec<LiveValue>,
    /// Whether the live values differ.
    pub conflict: bool,
}

/// A live value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LiveValue {
    /// The operation that wrote it.
    pub op: OpId,
    /// The value; `None` if sealed.
    pub value: Option<Value>,
    /// Who wrote it, when and where.
    pub by: Author,
    /// Whether somebody signed a document that showed it.
    pub signed: bool,
    /// The reason, if it resolved a conflict.
    pub reason: Option<Value>,
}

/// A correction of a recorded step.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StepCorrection {
    /// The operation.
    pub op: OpId,
    /// Who.
    pub by: Author,
    /// Kind of the step that happened instead; `None` if none happened.
    pub kind: Option<StepKind>,
    /// The entity that it concerns.
    pub target: Option<OpId>,
    /// Further details; `None` if there are none, or they were sealed.
    pub value: Option<Value>,
    /// Corrected time, milliseconds UTC; `None` if the recorded time was right.
    pub happened_ms: Option<i64>,
    /// Why; `None` if sealed.
    pub reason: Option<Value>,
    /// Whether it is in force: no later correction replaces it.
    pub stands: bool,
}

impl StepCorrection {
    /// Whether it corrects the step in the same way as another correction.
    fn agrees(&self, other: &Self) -> bool {
        (&self.kind, self.target, &self.value, self.happened_ms)
            == (&other.kind, other.target, &other.value, other.happened_ms)
    }
}

/// A step for rules: with its correction, if it has one in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadStep<'a> {
    /// The step as it was recorded.
    pub recorded: &'a Step,
    /// The entity that it concerns.
    pub target: Option<OpId>,
    /// Further details.
    pub value: Option<&'a Value>,
    /// The correction that states the time, and that time.
    pub stated: Option<(OpId, Instant)>,
    /// Whether corrections in force differ. Then it is unknown what happened, or when.
    pub disputed: bool,
}

/// A step of the procedure.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// The operation.
    pub op: OpId,
    /// Its kind.
    pub kind: StepKind,
    /// The entity that it concerns.
    pub target: Option<OpId>,
    /// Further details; `None` if there are none, or they were sealed.
    pub value: Option<Value>,
    /// Who recorded it.
    pub by: Author,
    /// Its corrections, parents before children. The step itself stays as it was recorded.
    pub corrected: Vec<StepCorrection>,
}

impl Step {
    /// The step as one of `kind`, if it is or may be of that kind.
    fn read(&self, kind: &StepKind) -> Option<ReadStep<'_>> {
        let mut standing = self.corrected.iter().filter(|correction| correction.stands);
        let Some(first) = standing.next() else {
            let as_recorded = ReadStep {
                recorded: self,
                target: self.target,
                value: self.value.as_ref(),
                stated: None,
                disputed: false,
            };
            return (self.kind == *kind).then_some(as_recorded);
        };
        let others: Vec<&StepCorrection> = standing.collect();
        let disputed = others.iter().any(|other| !other.agrees(first));
        let of_kind = |correction: &StepCorrection| correction.kind.as_ref() == Some(kind);
        let found = std::iter::once(first).chain(others).find(|correction| of_kind(correction))?;
        let stated = found.happened_ms.map(|ms| (found.op, Instant::from_ms(ms)));
        Some(ReadStep { recorded: self, target: found.target, value: found.value.as_ref(), stated, disputed })
    }
}

/// A signature on a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Signed {
    /// The operation.
    pub op: OpId,
    /// The document.
    pub document: Option<OpId>,
    /// Its form.
    pub form: FormName,
    /// Version of the form's wording.
    pub version: u32,
    /// Role of the signer.
    #[serde(serialize_with = "role_code")]
    pub role: SignerRole,
    /// Manner of signing.
    pub manner: String,
    /// The operations that the document showed.
    pub shown: Vec<OpId>,
    /// Strokes, a name, or the digest of a photograph; `None` if there is none, or it was sealed.
    pub value: Option<Value>,
    /// Who recorded it.
    pub by: Author,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn role_code<S: serde::Serializer>(role: &SignerRole, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(role.code())
}

/// A decision of a person, made on the server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Decision {
    /// The operation.
    pub op: OpId,
    /// Code of the decision.
    pub decision: String,
    /// The entity that it is about.
    pub target: Option<OpId>,
    /// Hash of the heads on which it was decided.
    pub basis: Digest,
    /// Reason or details.
    pub value: Option<Value>,
    /// Who.
    pub by: Author,
    /// Changes of the case that the deciding person had not seen.
    pub unseen: BTreeSet<ChangeId>,
}

/// A number that a document or the case was given.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GivenNumber {
    /// The operation.
    pub op: OpId,
    /// The document; `None` is the case itself.
    pub target: Option<OpId>,
    /// Its form.
    pub form: FormName,
    /// As printed.
    pub text: String,
}

/// A live verdict that excludes a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// The operation.
    pub op: OpId,
    /// Whether it dismisses the change permanently.
    pub dismissed: bool,
    /// Stable code of the reason.
    pub code: String,
}

impl Verdict {
    pub(super) fn new(op: OpId, outcome: Outcome, code: &str) -> Self {
        Self { op, dismissed: outcome == Outcome::Dismiss, code: code.to_owned() }
    }
}

/// A folded case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseState {
    /// [`FOLD_VERSION`].
    pub fold: u32,
    /// The case.
    pub id: CaseId,
    /// Its opening; `None` if the opening change breaks a rule of form or is missing.
    pub opening: Option<Opening>,
    /// Its officers.
    pub participants: BTreeMap<OfficerId, Participant>,
    /// Its entities.
    pub entities: BTreeMap<OpId, Entity>,
    /// Its fields, by target and name.
    pub fields: Vec<FieldState>,
    /// Its steps, parents before children.
    pub steps: Vec<Step>,
    /// Its signatures.
    pub signatures: Vec<Signed>,
    /// The decisions.
    pub decisions: Vec<Decision>,
    /// The numbers that were given.
    pub numbers: Vec<GivenNumber>,
    /// Changes that a live verdict excludes.
    pub excluded: BTreeMap<ChangeId, Vec<Verdict>>,
    /// Changes of officers who took no part, which no live verdict admits. They have no effect and are no heads.
    pub outside: BTreeSet<ChangeId>,
    /// Changes that break a rule of form.
    pub without_effect: BTreeMap<ChangeId, FormBreach>,
    /// Operations of a newer version.
    pub unknown: Vec<OpId>,
    /// Operations whose values a lawful order removed.
    pub sealed: BTreeSet<OpId>,
    /// The heads: inside changes on which no other inside change builds. A new change of the case builds on them.
    pub heads: BTreeSet<ChangeId>,
    /// Changes with a missing ancestor. They have no influence on the other parts of the state.
    pub waiting: BTreeSet<ChangeId>,
}

impl CaseState {
    /// Hash of the whole state. Replicas with the same fold version compare it.
    pub fn hash(&self) -> Digest {
        // Every map is sorted and every field is in declared order, so equal states have equal JSON.
        STATE.hash(&[&serde_json::to_vec(self).unwrap_or_default()])
    }

    /// Hash of the heads. A command names it, so that it decides about exactly this state.
    pub fn basis(&self) -> Digest {
        super::basis(&self.heads)
    }

    /// Whether a change has effect: it breaks no rule of form, is inside the case, and no verdict excludes it.
    pub fn has_effect(&self, change: &ChangeId) -> bool {
        !self.without_effect.contains_key(change) && !self.is_set_aside(change)
    }

    /// Whether a change is set aside for the decision of a person, or was dismissed: a verdict excludes it, or it is outside
    /// the case and well formed. A change that breaks a rule of form would have no effect even if it were admitted.
    pub fn is_set_aside(&self, change: &ChangeId) -> bool {
        let is_outside = self.outside.contains(change) && !self.without_effect.contains_key(change);
        is_outside || self.excluded.contains_key(change)
    }

    /// The field `name` of `target`.
    pub fn field(&self, target: Option<OpId>, name: &FieldName) -> Option<&FieldState> {
        let place = self.fields.binary_search_by(|field| (field.target, &field.name).cmp(&(target, name)));
        place.ok().and_then(|place| self.fields.get(place))
    }

    /// The displayed value of the field `name` of `target`.
    pub fn value(&self, target: Option<OpId>, name: &FieldName) -> Option<&Value> {
        self.field(target, name)?.live.first()?.value.as_ref()
    }

    /// Fields with live values that differ.
    pub fn conflicts(&self) -> impl Iterator<Item = &FieldState> {
        self.fields.iter().filter(|field| field.conflict)
    }

    /// Entities of a kind that are not voided, in the order of their order keys.
    pub fn entities_of(&self, kind: &EntityKind) -> Vec<(OpId, &Entity)> {
        let standing = |entity: &Entity| entity.kind == *kind && !entity.shell && entity.withdrawn.is_empty();
        let mut found: Vec<_> =
            self.entities.iter().filter(|(_, entity)| standing(entity)).map(|(id, entity)| (*id, entity)).collect();
        found.sort_by(|(a, one), (b, other)| (&one.order, a).cmp(&(&other.order, b)));
        found
    }

    /// Steps of a kind after corrections, in causal order: those that were recorded with this kind and not corrected to
    /// another, and those that were corrected to it.
    pub fn steps_of<'a>(&'a self, kind: &'a StepKind) -> impl Iterator<Item = ReadStep<'a>> {
        self.steps.iter().filter_map(move |step| step.read(kind))
    }
}
