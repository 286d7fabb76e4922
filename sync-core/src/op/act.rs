//! The kinds of operations, with their details, which are a permanent part of the operation.
//!
//! Promise: the number and the detail of a kind never change their meaning. A new meaning gets a new number.

use crate::code::codes;
use crate::id::{AgencyId, ChangeId, Digest, OfficerId};
use crate::op::OpRef;
use crate::schema::{CHECKLIST, DELIVERED, EntityKind, FormName, REPEAT, StepKind};
use crate::value::Value;

codes! {
    /// Kind of a case.
    pub enum CaseKind {
        /// Inspection (行政检查). A decision in it is made on the spot.
        Inspection = "inspection",
        /// Case of the summary procedure (简易程序案件, 行政处罚法 第五十一条).
        Simple = "simple",
        /// Case of the ordinary procedure (普通程序案件).
        Ordinary = "ordinary",
    }
}

/// Kinds of case whose procedure this program has.
pub const BUILT_KINDS: [CaseKind; 2] = [CaseKind::Inspection, CaseKind::Simple];

/// Opens a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Kind of the case.
    pub kind: CaseKind,
    /// The agency in whose name it is handled.
    pub agency: AgencyId,
    /// Code of the enforcement item (执法事项).
    pub item: String,
    /// Its first officers, the author among them; strictly ascending.
    pub officers: Vec<OfficerId>,
}

codes! {
    /// Role in which a person signs a document.
    pub enum SignerRole {
        /// The officer who keeps the record (执法人员).
        Officer = "officer",
        /// The second officer, on their own phone.
        SecondOfficer = "second_officer",
        /// The party (当事人) or the person asked.
        Party = "party",
        /// A witness (见证人).
        Witness = "witness",
        /// The party refused to sign; the officers note it.
        Refusal = "refusal",
    }
}

/// Manners of signing: with the key of the phone, by handwriting on its screen, in ink that was photographed, by
/// fingerprint, or a refusal to sign. An unknown manner is kept as it is.
pub const MANNERS: [&str; 5] = ["key", "strokes", "ink_photo", "fingerprint", "refused"];

/// A person's signature on the operations that a document showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The form, such as `interview_record`.
    pub form: FormName,
    /// Version of the form's wording.
    pub version: u32,
    /// Role of the signer.
    pub role: SignerRole,
    /// Manner of signing, such as one of [`MANNERS`].
    pub manner: String,
    /// The operations that the document showed, in the order shown.
    pub shown: Vec<OpRef>,
    /// Digest over their ids and commitments (`change::shown_digest`).
    pub digest: Digest,
}

/// The outcome of a verdict on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The change has effect again.
    Admit,
    /// The change has no effect until a person admits or dismisses it.
    Exclude,
    /// The change has no effect, permanently.
    Dismiss,
}

impl Outcome {
    const fn number(self) -> i64 {
        match self {
            Self::Admit => 0,
            Self::Exclude => 1,
            Self::Dismiss => 2,
        }
    }

    const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Admit),
            1 => Some(Self::Exclude),
            2 => Some(Self::Dismiss),
            _ => None,
        }
    }
}

/// A verdict of the server on a change (认可结论).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictAct {
    /// The change, of the same case.
    pub change: ChangeId,
    /// The outcome.
    pub outcome: Outcome,
    /// Stable code of the reason, such as `after_revocation`.
    pub code: String,
}

/// A correction of a step that was recorded wrongly (更正).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The operation that recorded it.
    pub step: OpRef,
    /// Kind of the step that happened instead; `None` if none happened.
    pub kind: Option<StepKind>,
    /// Corrected time as the author states it, milliseconds UTC; `None` if the recorded time was right.
    pub happened_ms: Option<i64>,
}

/// An assignment of an officer to a case by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The officer.
    pub officer: OfficerId,
}

/// A version of a checklist form (检查表) of an agency.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FormVersion {
    /// Name of the form.
    pub form: FormName,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its definition, so that the questions that were asked can be identified years later.
    pub digest: Digest,
}

/// The form or question that an entity answers. It never changes: answers to another version belong to another entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Answers {
    /// The whole of a form; the entity is a [`CHECKLIST`].
    Form(FormVersion),
    /// One question of the form above it, by its path. A [`REPEAT`] is one repetition of a group; evidence is a requested
    /// file.
    Question(String),
}

/// A form number (文号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The form.
    pub form: FormName,
    /// Year of the document's date in Asia/Shanghai.
    pub year: u32,
    /// The serial within agency, form and year.
    pub serial: u32,
    /// As printed, such as `（巫市监）案〔2026〕1号`.
    pub text: String,
}

/// The kind of an operation, with its detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// 1: opens a case. Only the first operation of a change without a case may do it.
    Open(Open),
    /// 2: a participant adds an officer of the same agency.
    Invite(OfficerId),
    /// 3: adds an entity of the named kind below the target; `order` is its position among its siblings.
    Add {
        /// Kind of entity, such as `party`, `evidence`, `record`, `line`, `document`.
        entity: EntityKind,
        /// Order key, compared as text.
        order: String,
        /// The form or question that it answers, if it is part of the answers to a form.
        answers: Option<Answers>,
    },
    /// 4: writes a field, and replaces the values that its author saw.
    Put,
    /// 5: voids the target; the value is the reason.
    Withdraw,
    /// 6: records a step (程序环节); the value has details.
    RecordStep {
        /// Kind of step, such as `certificate_shown`, `rights_told`, `delivered`.
        step: StepKind,
    },
    /// 7: replaces every competing value that it names; the value is `[value, reason]`.
    Resolve,
    /// 8: a signature on the target document.
    Sign(Signature),
    /// 9, server: a verdict on a change; `replaces` names the verdicts that it replaces.
    Verdict(VerdictAct),
    /// 10, server: a decision of a person; the value is the reason or the details.
    Decide {
        /// The decision, such as `returned`, `registered`, `closed`.
        decision: String,
        /// Hash of the heads on which it was decided.
        basis: Digest,
    },
    /// 11, server: assigns an officer to the case.
    Assign(Assignment),
    /// 12, server: gives the target (or the case) its number.
    Number(Number),
    /// 13, server: removes the values of these operations by lawful order.
    Seal(Vec<OpRef>),
    /// 14: corrects a step that was recorded wrongly. The target is the right entity of the step, the value
    /// `[value, reason]`; `replaces` names the corrections of the same step that it replaces.
    Correct(Correction),
    /// A kind of a newer version. It is stored and relayed, and has no effect here.
    Unknown {
        /// Its number.
        kind: u64,
        /// Its detail.
        detail: Value,
    },
    /// A known kind whose detail cannot be read. It breaks a rule of form.
    Malformed {
        /// Its number.
        kind: u64,
        /// Its detail.
        detail: Value,
    },
}

fn id_value(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

impl Act {
    /// Number and detail for the encoding.
    pub fn to_detail(&self) -> (u64, Value) {
        match self {
            Self::Open(open) => (1, open.to_value()),
            Self::Invite(officer) => (2, id_value(officer.bytes())),
            Self::Add { entity, order, answers } => {
                let answers = answers.as_ref().map(Answers::to_value);
                (
                    3,
                    Value::List(
                        [Value::text(entity.as_str()), Value::text(order)].into_iter().chain(answers).collect(),
                    ),
                )
            }
            Self::Put => (4, Value::Null),
            Self::Withdraw => (5, Value::Null),
            Self::RecordStep { step } => (6, Value::text(step.as_str())),
            Self::Resolve => (7, Value::Null),
            Self::Sign(signature) => (8, signature.to_value()),
            Self::Verdict(VerdictAct { change, outcome, code }) => {
                (9, Value::List(vec![id_value(change.bytes()), Value::Int(outcome.number()), Value::text(code)]))
            }
            Self::Decide { decision, basis } => (10, Value::List(vec![Value::text(decision), (*basis).into()])),
            Self::Assign(Assignment { officer }) => (11, id_value(officer.bytes())),
            Self::Number(number) => (12, number.to_value()),
            Self::Seal(ops) => (13, Value::List(ops.iter().map(|op| op.to_value()).collect())),
            Self::Correct(correction) => (14, correction.to_value()),
            Self::Unknown { kind, detail } | Self::Malformed { kind, detail } => (*kind, detail.clone()),
        }
    }

    /// Reads number and detail.
    pub fn from_detail(kind: u64, detail: Value) -> Self {
        if !(1..=14).contains(&kind) {
            return Self::Unknown { kind, detail };
        }
        Self::known(kind, &detail).unwrap_or(Self::Malformed { kind, detail })
    }

    fn known(kind: u64, detail: &Value) -> Option<Self> {
        match (kind, detail) {
            (1, detail) => Open::from_value(detail).map(Self::Open),
            (2, Value::Bytes(officer)) => OfficerId::from_slice(officer).map(Self::Invite),
            (3, Value::List(items)) => Self::addition(items),
            (4, Value::Null) => Some(Self::Put),
            (5, Value::Null) => Some(Self::Withdraw),
            (6, Value::Text(step)) => Some(Self::RecordStep { step: step.as_str().into() }),
            (7, Value::Null) => Some(Self::Resolve),
            (8, detail) => Signature::from_value(detail).map(Self::Sign),
            (9, Value::List(items)) => {
                let [Value::Bytes(change), Value::Int(outcome), Value::Text(code)] = items.as_slice() else {
                    return None;
                };
                let (change, outcome) = (ChangeId::from_slice(change)?, Outcome::from_number(*outcome)?);
                Some(Self::Verdict(VerdictAct { change, outcome, code: code.clone() }))
            }
            (10, Value::List(items)) => {
                let [Value::Text(decision), basis] = items.as_slice() else { return None };
                Some(Self::Decide { decision: decision.clone(), basis: basis.as_digest()? })
            }
            (11, Value::Bytes(officer)) => {
                OfficerId::from_slice(officer).map(|officer| Self::Assign(Assignment { officer }))
            }
            (12, detail) => Number::from_value(detail).map(Self::Number),
            (13, Value::List(ops)) => ops.iter().map(OpRef::from_value).collect::<Option<_>>().map(Self::Seal),
            (14, detail) => Correction::from_value(detail).map(Self::Correct),
            _ => None,
        }
    }

    fn addition(items: &[Value]) -> Option<Self> {
        let [Value::Text(entity), Value::Text(order), answers @ ..] = items else { return None };
        let answers = match answers {
            [] => None,
            [answers] => Some(Answers::from_value(answers)?),
            _ => return None,
        };
        let entity = EntityKind::from(entity.as_str());
        let fits = if entity == CHECKLIST {
            matches!(answers, Some(Answers::Form(_)))
        } else if entity == REPEAT {
            matches!(answers, Some(Answers::Question(_)))
        } else {
            !matches!(answers, Some(Answers::Form(_)))
        };
        fits.then(|| Self::Add { entity, order: order.clone(), answers })
    }

    /// Adds an entity that is not part of a form.
    pub fn add(entity: impl Into<EntityKind>, order: impl Into<String>) -> Self {
        Self::Add { entity: entity.into(), order: order.into(), answers: None }
    }

    /// Whether only the server may make this operation.
    pub const fn is_servers(&self) -> bool {
        matches!(self, Self::Verdict(_) | Self::Decide { .. } | Self::Assign(_) | Self::Number(_) | Self::Seal(_))
    }

    /// Whether it is a formal act (正式行为): signing or delivering a document. A formal act needs a lease, and a valid
    /// certificate of the officer at that time.
    pub fn is_formal(&self) -> bool {
        matches!(self, Self::Sign(_)) || self.step() == Some(&DELIVERED)
    }

    /// The kind of step that it records, or to which it corrects a step.
    pub fn step(&self) -> Option<&StepKind> {
        if let Self::RecordStep { step } = self {
            Some(step)
        } else if let Self::Correct(correction) = self {
            correction.kind.as_ref()
        } else {
            None
        }
    }
}

impl Open {
    fn to_value(&self) -> Value {
        Value::List(vec![
            Value::text(self.kind.code()),
            id_value(self.agency.bytes()),
            Value::text(&self.item),
            Value::List(self.officers.iter().map(|officer| id_value(officer.bytes())).collect()),
        ])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [Value::Text(kind), Value::Bytes(agency), Value::Text(item), Value::List(officers)] = value.as_list()?
        else {
            return None;
        };
        let officer = |value: &Value| match value {
            Value::Bytes(bytes) => OfficerId::from_slice(bytes),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Text(_) | Value::List(_) => None,
        };
        let officers = officers.iter().map(officer).collect::<Option<Vec<_>>>()?;
        officers.is_sorted_by(|a, b| a < b).then_some(Self {
            kind: CaseKind::parse(kind).ok()?,
            agency: AgencyId::from_slice(agency)?,
            item: item.clone(),
            officers,
        })
    }
}

impl Signature {
    fn to_value(&self) -> Value {
        Value::List(vec![
            Value::text(self.form.as_str()),
            Value::Int(self.version.into()),
            Value::text(self.role.code()),
            Value::text(&self.manner),
            Value::List(self.shown.iter().map(|op| op.to_value()).collect()),
            self.digest.into(),
        ])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [
            Value::Text(form),
            Value::Int(version),
            Value::Text(role),
            Value::Text(manner),
            Value::List(shown),
            digest,
        ] = value.as_list()?
        else {
            return None;
        };
        Some(Self {
            form: form.as_str().into(),
            version: u32::try_from(*version).ok()?,
            role: SignerRole::parse(role).ok()?,
            manner: manner.clone(),
            shown: shown.iter().map(OpRef::from_value).collect::<Option<_>>()?,
            digest: digest.as_digest()?,
        })
    }
}

impl Correction {
    fn to_value(&self) -> Value {
        Value::List(vec![
            self.step.to_value(),
            self.kind.as_ref().map_or(Value::Null, |kind| Value::text(kind.as_str())),
            self.happened_ms.map_or(Value::Null, Value::Int),
        ])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [step, kind, happened] = value.as_list()? else { return None };
        let kind = match kind {
            Value::Null => None,
            Value::Text(kind) => Some(kind.as_str().into()),
            Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Bytes(_) | Value::List(_) => return None,
        };
        let happened_ms = match happened {
            Value::Null => None,
            Value::Int(ms) => Some(*ms),
            Value::Bool(_) | Value::Decimal(_) | Value::Bytes(_) | Value::Text(_) | Value::List(_) => return None,
        };
        // A step that did not happen has no time.
        let makes_sense = kind.is_some() || happened_ms.is_none();
        makes_sense.then_some(Self { step: OpRef::from_value(step)?, kind, happened_ms })
    }
}

impl Answers {
    fn to_value(&self) -> Value {
        match self {
            Self::Form(FormVersion { form, version, digest }) => {
                Value::List(vec![Value::text(form.as_str()), Value::Int((*version).into()), (*digest).into()])
            }
            Self::Question(path) => Value::text(path),
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Text(path) = value {
            return (!path.is_empty()).then(|| Self::Question(path.clone()));
        }
        let [Value::Text(form), Value::Int(version), digest] = value.as_list()? else { return None };
        let (version, digest) = (u32::try_from(*version).ok()?, digest.as_digest()?);
        (!form.is_empty()).then(|| Self::Form(FormVersion { form: form.as_str().into(), version, digest }))
    }
}

impl Number {
    fn to_value(&self) -> Value {
        let Self { form, year, serial, text } = self;
        Value::List(vec![
            Value::text(form.as_str()),
            Value::Int((*year).into()),
            Value::Int((*serial).into()),
            Value::text(text),
        ])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let [Value::Text(form), Value::Int(year), Value::Int(serial), Value::Text(text)] = value.as_list()? else {
            return None;
        };
        let (year, serial) = (u32::try_from(*year).ok()?, u32::try_from(*serial).ok()?);
        Some(Self { form: form.as_str().into(), year, serial, text: text.clone() })
    }
}
