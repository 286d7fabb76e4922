//! The kinds of operations, with their details, which are a permanent part of the operation.
//!
//! Promise: the number and the detail of a kind never change their meaning. A new meaning gets a new number.

use crate::code::codes;
use crate::id::{AgencyId, ChangeId, Digest, OfficerId};
use crate::op::OpRef;
use crate::schema::{CHECKLIST, DELIVERED, EntityKind, FormName, REPEAT, StepKind};
use crate::value::Value;

codes! {
    /// What kind of matter a case is.
    pub enum CaseKind {
        /// 行政检查. A decision made in it is made on the spot.
        Inspection = "inspection",
        /// 简易程序案件 (行政处罚法 第五十一条).
        Simple = "simple",
        /// 普通程序案件.
        Ordinary = "ordinary",
    }
}

/// Kinds of case whose procedure this program has.
pub const BUILT_KINDS: [CaseKind; 2] = [CaseKind::Inspection, CaseKind::Simple];

/// Starts a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What kind of case.
    pub kind: CaseKind,
    /// In whose name.
    pub agency: AgencyId,
    /// Code of the enforcement item (执法事项).
    pub item: String,
    /// Its first officers, the author among them; strictly ascending.
    pub officers: Vec<OfficerId>,
}

codes! {
    /// In which role somebody signs a document.
    pub enum SignerRole {
        /// The officer who keeps the record (执法人员).
        Officer = "officer",
        /// The second officer, on a phone of their own.
        SecondOfficer = "second_officer",
        /// The party (当事人) or the person asked.
        Party = "party",
        /// A witness (见证人).
        Witness = "witness",
        /// The party refused to sign; the officers note it.
        Refusal = "refusal",
    }
}

/// How somebody signs: by the key of the phone, by handwriting on its screen, in ink that was photographed, by a fingerprint, or not at
/// all. Another manner is kept as it is.
pub const MANNERS: [&str; 5] = ["key", "strokes", "ink_photo", "fingerprint", "refused"];

/// Binds a person to the operations a document showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The form, such as `interview_record`.
    pub form: FormName,
    /// Version of the form's wording.
    pub version: u32,
    /// In which role.
    pub role: SignerRole,
    /// How, such as one of [`MANNERS`].
    pub manner: String,
    /// The operations that the document showed, in the order shown.
    pub shown: Vec<OpRef>,
    /// Digest over their names and commitments (`change::shown_digest`).
    pub digest: Digest,
}

/// What a verdict says of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It has effect again.
    Admit,
    /// It has none until somebody admits or dismisses it.
    Exclude,
    /// It has none, for good.
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

/// The server's word on a change (认可结论).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictAct {
    /// Of which change of the same case.
    pub change: ChangeId,
    /// What it says.
    pub outcome: Outcome,
    /// Stable code of the reason, such as `after_revocation`.
    pub code: String,
}

/// A recorded step was recorded wrongly (更正).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The operation that recorded it.
    pub step: OpRef,
    /// What happened instead; `None` if nothing did.
    pub kind: Option<StepKind>,
    /// When it happened, milliseconds UTC, as the author states it; `None` if that was right.
    pub happened_ms: Option<i64>,
}

/// The server puts an officer on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Whom.
    pub officer: OfficerId,
}

/// A version of a form of questions (检查表) as an office made it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FormVersion {
    /// Name of the form.
    pub form: FormName,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its definition: years later the answers are read beside the very questions that were asked.
    pub digest: Digest,
}

/// What an entity answers. It never changes: answers to another version stand below another entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Answers {
    /// The whole of a form; the entity is a [`CHECKLIST`].
    Form(FormVersion),
    /// One question of the form above it, by its path: a [`REPEAT`] one round of a repeated group, evidence a file that was asked for.
    Question(String),
}

/// A form number (文号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Which form.
    pub form: FormName,
    /// Year of the document's date in Asia/Shanghai.
    pub year: u32,
    /// The serial within agency, form and year.
    pub serial: u32,
    /// As printed, such as `（巫市监）案〔2026〕1号`.
    pub text: String,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// 1: starts a case. Only the first operation of a change without a case.
    Open(Open),
    /// 2: a participant adds an officer of the same agency.
    Invite(OfficerId),
    /// 3: adds an entity of the named kind below the target; `order` places it among its siblings.
    Add {
        /// Kind of entity, such as `party`, `evidence`, `record`, `line`, `document`.
        entity: EntityKind,
        /// Order key, compared as text.
        order: String,
        /// What it answers, where it is part of the answers to a form.
        answers: Option<Answers>,
    },
    /// 4: writes a field and replaces the values its author saw.
    Put,
    /// 5: voids the target; the value is the reason.
    Withdraw,
    /// 6: appends a step (程序环节); the value says more.
    RecordStep {
        /// Kind of step, such as `certificate_shown`, `rights_told`, `delivered`.
        step: StepKind,
    },
    /// 7: replaces every competing value it names; the value is `[value, reason]`.
    Resolve,
    /// 8: somebody signs the target document.
    Sign(Signature),
    /// 9, server: what it says of a change; `replaces` names the verdicts it replaces.
    Verdict(VerdictAct),
    /// 10, server: a person decided; the value is the reason or the content.
    Decide {
        /// What was decided, such as `returned`, `registered`, `closed`.
        decision: String,
        /// Hash of the heads and verdicts it was decided on.
        basis: Digest,
    },
    /// 11, server: puts an officer on the case.
    Assign(Assignment),
    /// 12, server: gives the target (or the case) its number.
    Number(Number),
    /// 13, server: removes the values of these operations by lawful order.
    Seal(Vec<OpRef>),
    /// 14: a recorded step was recorded wrongly. The target is what the step was done to, the value `[value, reason]`;
    /// `replaces` names the corrections of the same step that it replaces.
    Correct(Correction),
    /// A kind of a newer version: kept, relayed, without effect here.
    Unknown {
        /// Its number.
        kind: u64,
        /// Its detail.
        detail: Value,
    },
    /// A known kind whose detail cannot be read: breaks the rules of form.
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
    /// Number and detail as they are encoded.
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

    /// Adds an entity that is part of no form.
    pub fn add(entity: impl Into<EntityKind>, order: impl Into<String>) -> Self {
        Self::Add { entity: entity.into(), order: order.into(), answers: None }
    }

    /// Whether only the server may make it.
    pub const fn is_servers(&self) -> bool {
        matches!(self, Self::Verdict(_) | Self::Decide { .. } | Self::Assign(_) | Self::Number(_) | Self::Seal(_))
    }

    /// Whether it is a formal act (正式行为): signing, or delivering a document. These need a lease
    /// and stand or fall with the officer's certificate at that time.
    pub fn is_formal(&self) -> bool {
        matches!(self, Self::Sign(_)) || self.step() == Some(&DELIVERED)
    }

    /// The kind of step that it records, or corrects another to.
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
