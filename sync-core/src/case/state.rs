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

/// Who did something, on which device, when by the wall clock, and where if the save said so.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Author {
    /// The person.
    pub officer: OfficerId,
    /// The device that signed.
    pub device: DeviceId,
    /// The device's wall clock, milliseconds UTC. A claim, not a proof.
    #[serde(serialize_with = "as_ms")]
    pub wall_ms: Instant,
    /// `[latitude, longitude (10⁻⁷ degree), accuracy (m)]`.
    pub place: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn as_ms<S: serde::Serializer>(instant: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(instant.ms())
}

/// How the case began.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Opening {
    /// What kind of case.
    pub kind: CaseKind,
    /// In whose name.
    pub agency: AgencyId,
    /// The enforcement item.
    pub item: String,
    /// Who opened it.
    pub by: Author,
}

/// Why an officer belongs to the case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Participant {
    /// The operation that brought the officer in.
    pub by: OpId,
    /// Whether the server assigned them.
    pub assigned: bool,
}

/// Something the case holds: a party, a record, a line, a piece of evidence, a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entity {
    /// What kind.
    pub kind: EntityKind,
    /// Below which entity; `None` is the case itself.
    pub parent: Option<OpId>,
    /// Order key among its siblings.
    pub order: String,
    /// What it answers, where it is part of the answers to a form.
    pub answers: Option<Answers>,
    /// Who added it.
    pub by: Author,
    /// Whether the change that added it has no effect (未生效): it stays visible, as a shell.
    pub shell: bool,
    /// Who voided it (作废) and why. It stays visible.
    pub withdrawn: Vec<Withdrawal>,
}

/// An entity was voided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Withdrawal {
    /// The operation.
    pub op: OpId,
    /// Who.
    pub by: Author,
    /// Why; `None` if sealed.
    pub reason: Option<Value>,
}

/// A field with every value that stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldState {
    /// The entity; `None` is the case itself.
    pub target: Option<OpId>,
    /// The field's name.
    pub name: FieldName,
    /// The values that nobody replaced, the displayed one first.
    pub live: Vec<LiveValue>,
    /// Whether live values differ: what the authors disagree on.
    pub conflict: bool,
}

/// A value that stands.
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
    /// Why it stands, where it resolved a conflict.
    pub reason: Option<Value>,
}

/// What somebody said was wrong about a step as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StepCorrection {
    /// The operation.
    pub op: OpId,
    /// Who.
    pub by: Author,
    /// What happened instead; `None` if nothing did.
    pub kind: Option<StepKind>,
    /// To which entity.
    pub target: Option<OpId>,
    /// What more there is to say; `None` if nothing, or sealed.
    pub value: Option<Value>,
    /// When it happened, milliseconds UTC, as stated; `None` if the time was right.
    pub happened_ms: Option<i64>,
    /// Why; `None` if sealed.
    pub reason: Option<Value>,
    /// Whether no later correction replaces it.
    pub stands: bool,
}

impl StepCorrection {
    /// Whether it says the same of the step as another.
    fn agrees(&self, other: &Self) -> bool {
        (&self.kind, self.target, &self.value, self.happened_ms)
            == (&other.kind, other.target, &other.value, other.happened_ms)
    }
}

/// A step as rules read it: as it was recorded or, where it was corrected, as it was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadStep<'a> {
    /// The step as it was recorded.
    pub recorded: &'a Step,
    /// To which entity.
    pub target: Option<OpId>,
    /// What more there is to say.
    pub value: Option<&'a Value>,
    /// The correction that says when it happened, and when.
    pub stated: Option<(OpId, Instant)>,
    /// Whether corrections that stand differ: then nobody knows what happened, or when.
    pub disputed: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// The operation.
    pub op: OpId,
    /// What happened.
    pub kind: StepKind,
    /// To which entity.
    pub target: Option<OpId>,
    /// What more there is to say; `None` if nothing, or sealed.
    pub value: Option<Value>,
    /// Who recorded it.
    pub by: Author,
    /// What was said to be wrong about it, parents before children. The step stays as it was recorded.
    pub corrected: Vec<StepCorrection>,
}

impl Step {
    /// As a step of `kind`, if that is what it is or may be.
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

/// Somebody signed a document.
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
    /// In which role.
    #[serde(serialize_with = "role_code")]
    pub role: SignerRole,
    /// How.
    pub manner: String,
    /// What the document showed.
    pub shown: Vec<OpId>,
    /// Strokes, the name, the digest of a photograph; `None` if nothing, or sealed.
    pub value: Option<Value>,
    /// Who recorded it.
    pub by: Author,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn role_code<S: serde::Serializer>(role: &SignerRole, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(role.code())
}

/// A person decided, through the server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Decision {
    /// The operation.
    pub op: OpId,
    /// What.
    pub decision: String,
    /// On which entity.
    pub target: Option<OpId>,
    /// On which heads it was decided.
    pub basis: Digest,
    /// Reason or content.
    pub value: Option<Value>,
    /// Who.
    pub by: Author,
    /// Changes of the case that the decision had not seen.
    pub unseen: BTreeSet<ChangeId>,
}

/// A number was given.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GivenNumber {
    /// The operation.
    pub op: OpId,
    /// To which entity; `None` is the case itself.
    pub target: Option<OpId>,
    /// Of which form.
    pub form: FormName,
    /// As printed.
    pub text: String,
}

/// What stands against a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// The operation.
    pub op: OpId,
    /// Whether it is excluded for good.
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
    /// How it began; `None` if the opening change breaks the rules of form or is not here.
    pub opening: Option<Opening>,
    /// Its officers.
    pub participants: BTreeMap<OfficerId, Participant>,
    /// Its entities.
    pub entities: BTreeMap<OpId, Entity>,
    /// Its fields, by target and name.
    pub fields: Vec<FieldState>,
    /// What happened, parents before children.
    pub steps: Vec<Step>,
    /// Who signed what.
    pub signatures: Vec<Signed>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// What was numbered.
    pub numbers: Vec<GivenNumber>,
    /// Changes that a live verdict excludes.
    pub excluded: BTreeMap<ChangeId, Vec<Verdict>>,
    /// Changes of those who took no part, that no live verdict admits: they have no effect and are no heads.
    pub outside: BTreeSet<ChangeId>,
    /// Changes that break a rule of form.
    pub without_effect: BTreeMap<ChangeId, FormBreach>,
    /// Operations of a newer version.
    pub unknown: Vec<OpId>,
    /// Operations whose values a lawful order removed.
    pub sealed: BTreeSet<OpId>,
    /// What is part of the case and no other part of it builds on: a new change of the case builds on these.
    pub heads: BTreeSet<ChangeId>,
    /// Changes that miss something they build on; they have no part in the rest.
    pub waiting: BTreeSet<ChangeId>,
}

impl CaseState {
    /// Hash of the whole state, by which replicas of the same fold version compare themselves.
    pub fn hash(&self) -> Digest {
        // Every map is sorted and every field is in declared order, so equal states have equal JSON.
        STATE.hash(&[&serde_json::to_vec(self).unwrap_or_default()])
    }

    /// Hash of the heads: what a command must name to be sure of what it decides on.
    pub fn basis(&self) -> Digest {
        super::basis(&self.heads)
    }

    /// Whether what this change says counts: it breaks no rule of form, is part of the case, and no verdict excludes it.
    pub fn has_effect(&self, change: &ChangeId) -> bool {
        !self.without_effect.contains_key(change) && !self.is_set_aside(change)
    }

    /// Whether a person may give this change its effect, or once refused to: a verdict excludes it, or it is outside the
    /// case and well formed. What breaks a rule of form would have no effect if it were admitted.
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

    /// Fields whose authors disagree.
    pub fn conflicts(&self) -> impl Iterator<Item = &FieldState> {
        self.fields.iter().filter(|field| field.conflict)
    }

    /// Entities of a kind that stand, by order key.
    pub fn entities_of(&self, kind: &EntityKind) -> Vec<(OpId, &Entity)> {
        let standing = |entity: &Entity| entity.kind == *kind && !entity.shell && entity.withdrawn.is_empty();
        let mut found: Vec<_> =
            self.entities.iter().filter(|(_, entity)| standing(entity)).map(|(id, entity)| (*id, entity)).collect();
        found.sort_by(|(a, one), (b, other)| (&one.order, a).cmp(&(&other.order, b)));
        found
    }

    /// Steps of a kind as they are read now, in causal order: those recorded as such and not corrected away, and those
    /// corrected to it.
    pub fn steps_of<'a>(&'a self, kind: &'a StepKind) -> impl Iterator<Item = ReadStep<'a>> {
        self.steps.iter().filter_map(move |step| step.read(kind))
    }
}
