//! Cases: lists, the state of a case, the history of a field, commands.

mod command;
mod elsewhere;
mod history;
mod query;

pub use command::{ChangeVerdict, Closing, CommandOutcome, FilingReceipt, Registration, Return};
pub use elsewhere::{CaseLink, SharedEntry};
pub use history::{FieldHistory, FieldWrite};
pub use query::{CaseExportQuery, CaseQuery, PurposeQuery};

use serde::{Deserialize, Serialize};
use sync_core::decision::{CaseStatus, Filing};
use sync_core::evidence::Damage;
use sync_core::law::rule::{Outcome, Severity};
use sync_core::log::LeafClass;
use sync_core::op::{CaseKind, SignerRole};
use sync_core::plan::{Flag, Grade};
use utoipa::ToSchema;

use crate::code::{DecisionCode, OperationAct, ReasonCode, VerdictCode};
use crate::text::{CaseId, Cursor, Digest, Id, OperationId, RecordedValue, RuleId};

/// A word in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"zh": "当事人", "en": "Party"}))]
pub struct Label {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe", "agency": "ffeeddccbbaa99887766554433221100", "item": "SJ-J-001", "kind": "inspection",
    "status": "open", "title": "餐饮明码标价检查", "number": "", "opened_ms": 1_795_363_200_000_i64,
    "updated_ms": 1_795_370_400_000_i64, "changes": 41, "conflicts": 1, "breaches": 0, "missing_evidence": 2, "duties": 1, "filing": null
}))]
pub struct CaseCard {
    /// Id: the id of the change that opened it.
    #[schema(value_type = CaseId)]
    pub id: String,
    /// Id of the agency in whose name the case is handled.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Code of the enforcement item.
    pub item: String,
    /// Kind of the case: an inspection (行政检查), a case of the summary procedure (简易程序) or of the ordinary procedure
    /// (普通程序).
    pub kind: CaseKind,
    /// Status. `returned` means that a record waits for its supplement.
    pub status: CaseStatus,
    /// Title.
    pub title: String,
    /// Case number; empty until it is closed.
    pub number: String,
    /// When its first change was stored.
    pub opened_ms: i64,
    /// When its newest change was stored.
    pub updated_ms: i64,
    /// How many changes are stored.
    pub changes: i64,
    /// Number of fields with values that differ.
    pub conflicts: i64,
    /// Number of breached rules.
    pub breaches: i64,
    /// Number of evidence files whose bytes have not arrived.
    pub missing_evidence: i64,
    /// Number of open deadlines. Closing the case does not end a deadline.
    pub duties: i64,
    /// Status of the filing (备案) of an inspection without code with the department of justice: `due`, `filed`,
    /// `received`; null if nothing has to be filed.
    pub filing: Option<Filing>,
}

/// One page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// The latest change first.
    pub items: Vec<CaseCard>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
    /// Number of cases in reach that were not searched for `text`, because the index is still being built after an
    /// upgrade. Ask again later. Zero otherwise.
    #[schema(example = 0)]
    pub not_searched: i64,
}

/// Position where something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"latitude_e7": 310_746_000, "longitude_e7": 1_098_783_000, "accuracy_m": 12}))]
pub struct Place {
    /// Latitude in 10⁻⁷ degree, WGS 84.
    pub latitude_e7: i64,
    /// Longitude in 10⁻⁷ degree, WGS 84.
    pub longitude_e7: i64,
    /// Accuracy in metres.
    pub accuracy_m: i64,
}

/// Who did something, on which device, when and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// Id of the officer.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name of the officer; empty for the server.
    #[schema(example = "李建国")]
    pub name: String,
    /// Id of the device; all zeros for the server.
    #[schema(value_type = Id)]
    pub device: String,
    /// Time by the device's wall clock.
    pub wall_ms: i64,
    /// Interval in which it happened, as far as that can be proved. Rules and pages use it.
    pub time: ProvedTime,
    /// Position, if the phone recorded it.
    pub place: Option<Place>,
}

/// Interval in which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvedTime {
    /// Earliest time.
    pub from_ms: i64,
    /// Latest time.
    pub until_ms: i64,
    /// Quality of the proof. `A`: a monotonic clock measured it from a time of the server. `B`: it lies between something
    /// that certainly came before it and its receipt. `C`: the clocks contradict each other or what the server knows, or a
    /// person stated the time.
    pub grade: Grade,
    /// Whether the wall clock was more than five minutes outside the interval.
    pub contradicted: bool,
}

/// A correction of a recorded step (更正).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepCorrection {
    /// Id of the operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// Kind of the step that happened instead; null if none happened.
    #[schema(example = "certificate_shown")]
    pub kind: Option<String>,
    /// Text for people.
    pub label: Label,
    /// Id of the entity that it concerns.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Further details.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Corrected time; null if the recorded time was right.
    pub happened_ms: Option<i64>,
    /// Why.
    #[schema(example = "误记为另一程序环节")]
    pub reason: Option<String>,
    /// Who.
    pub by: Author,
    /// Whether it is in force: no later correction replaces it. Rules read the correction that is in force.
    pub stands: bool,
}

/// A value that is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LiveValue {
    /// The operation that wrote it: `<change>.<index>`.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// The value. Bytes are hex; a decimal is a text of digits. Null if it was cleared, or removed by a lawful order
    /// (`sealed`).
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Whether a lawful order removed the value.
    pub sealed: bool,
    /// Who wrote it, when and where.
    pub by: Author,
    /// Whether a signed document showed it.
    pub signed: bool,
    /// Reason, if it resolved a conflict.
    #[schema(example = "门牌为准")]
    pub reason: Option<String>,
}

/// A field with every value that is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Field {
    /// The entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Name.
    #[schema(example = "title")]
    pub name: String,
    /// Text for people.
    pub label: Label,
    /// The displayed value.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Whether the values in force differ.
    pub conflict: bool,
    /// Whether part of the value is hidden from this caller.
    pub masked: bool,
    /// Every value in force, the displayed one first.
    pub live: Vec<LiveValue>,
}

/// The voiding of an entity (作废). The entity stays visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Who.
    pub by: Author,
    /// Why.
    #[schema(example = "误作")]
    pub reason: Option<String>,
}

/// A version of a checklist form (检查表).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FormVersion {
    /// Name of the form.
    #[schema(example = "food_service")]
    pub form: String,
    /// Its version.
    #[schema(example = 3)]
    pub version: u32,
    /// SHA-256 of its definition.
    #[schema(value_type = Digest)]
    pub digest: String,
}

/// A part of a case: for example a party, a record, a line, a piece of evidence or a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entity {
    /// Id: the id of the operation that added it.
    #[schema(value_type = OperationId)]
    pub id: String,
    /// Kind.
    #[schema(example = "party")]
    pub kind: String,
    /// Text for people.
    pub label: Label,
    /// Id of the entity above it; absent directly below the case.
    #[schema(value_type = Option<OperationId>)]
    pub parent: Option<String>,
    /// Order key among its siblings.
    #[schema(example = "a")]
    pub order: String,
    /// The form that it answers, if its kind is `form`.
    pub form: Option<FormVersion>,
    /// Path of the question that it answers. Present for one repetition of a group, and for a requested file.
    #[schema(example = "kitchen/photo")]
    pub question: Option<String>,
    /// Who added it.
    pub by: Author,
    /// Whether the change that added it has no effect (未生效).
    pub shell: bool,
    /// Who voided it, and why.
    pub withdrawn: Vec<Withdrawal>,
    /// Fields.
    pub fields: Vec<Field>,
}

/// An officer of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Id.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name.
    #[schema(example = "李建国")]
    pub name: String,
    /// Whether the server assigned them.
    pub assigned: bool,
}

/// A step of the procedure (程序环节).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Id of the operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// Kind of the step.
    #[schema(example = "certificate_shown")]
    pub kind: String,
    /// Text for people.
    pub label: Label,
    /// Id of the entity that it concerns.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Further details.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Who recorded it.
    pub by: Author,
    /// Corrections. The step itself stays as it was recorded.
    pub corrections: Vec<StepCorrection>,
}

/// A signature on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// Id of the operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// Id of the document.
    #[schema(value_type = Option<OperationId>)]
    pub document: Option<String>,
    /// Form of the document.
    #[schema(example = "spot_decision")]
    pub form: String,
    /// Version of the form's wording.
    #[schema(example = 1)]
    pub version: u32,
    /// Role of the signer.
    pub role: SignerRole,
    /// `key`, `strokes`, `ink_photo`, `fingerprint`, `refused`.
    #[schema(example = "key")]
    pub manner: String,
    /// Number of operations that the document showed.
    #[schema(example = 12)]
    pub shown: u32,
    /// Who recorded it.
    pub by: Author,
}

/// A decision of a person, made on the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Id of the operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// `registered`, `returned`, `evidence_written_off`, `closed`.
    #[schema(value_type = DecisionCode)]
    pub decision: String,
    /// Text for people.
    pub label: Label,
    /// Id of the entity that it is about.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Hash of the heads on which it was decided.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Reason or details.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Who.
    pub by: Author,
    /// Ids of the changes that the deciding person had not seen.
    #[schema(value_type = Vec<CaseId>)]
    pub unseen: Vec<String>,
}

/// A number that a document or the case was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenNumber {
    /// Id of the document; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Form of the document.
    #[schema(example = "spot_decision")]
    pub form: String,
    /// As printed.
    #[schema(example = "（巫市监）当罚〔2026〕12号")]
    pub text: String,
}

/// An evidence file that signed changes name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceItem {
    /// SHA-256 of its bytes.
    #[schema(value_type = Digest)]
    pub digest: String,
    /// Ids of the entities and documents that name it.
    #[schema(value_type = Vec<OperationId>)]
    pub entities: Vec<String>,
    /// Whether its bytes have arrived.
    #[schema(example = true)]
    pub stored: bool,
    /// Size in bytes, if it is stored.
    #[schema(example = 48213)]
    pub size: Option<i64>,
    /// Media type, as the uploader stated it.
    #[schema(example = "image/jpeg")]
    pub media_type: Option<String>,
    /// When the upload was complete.
    pub stored_ms: Option<i64>,
    /// Set if the bytes had arrived and the file on disk no longer has them. Then `stored` is false.
    pub damage: Option<Damage>,
    /// Write-offs of the file. They stay, even if the bytes arrive later.
    pub written_off: Vec<WriteOff>,
}

/// A head's statement that a file will never arrive. Closing the case does not wait for the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteOff {
    /// Id of the operation that carries the decision.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// Why.
    #[schema(example = "存储卡损坏，影像无法恢复")]
    pub reason: Option<String>,
    /// Who.
    pub by: Author,
}

/// Why a file is written off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritingOff {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500, example = "存储卡损坏，影像无法恢复")]
    pub reason: String,
}

/// A change that a person should look at, because it has no effect, is excluded or is flagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotedChange {
    /// Id of the change.
    #[schema(value_type = CaseId)]
    pub change: String,
    /// How the server classified it when it arrived.
    pub class: LeafClass,
    /// Stable code of the reason, or empty.
    #[schema(value_type = ReasonCode)]
    pub code: String,
    /// What a person should look at.
    pub flags: Vec<Flag>,
    /// Whether it is excluded now.
    pub excluded: bool,
    /// Whether it was dismissed permanently.
    pub dismissed: bool,
    /// The decision to admit or dismiss it, if there is one.
    pub decision: Option<ChangeDecision>,
    /// Its operations, in words.
    pub says: Vec<NotedOp>,
    /// Quality of the proof of its time. `A`: a monotonic clock measured it from a time of the server. `B`: it lies
    /// between something that certainly came before it and its receipt. `C`: the clocks contradict each other or what the
    /// server knows.
    pub grade: Grade,
    /// Earliest time at which it was made.
    pub lower_ms: i64,
    /// Latest time at which it was made.
    pub upper_ms: i64,
    /// When it was stored.
    pub received_ms: i64,
    /// Who made it.
    pub by: Author,
}

/// A person's decision about a quarantined change (认可、不予认可).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeDecision {
    /// `admit`, `dismiss`.
    #[schema(value_type = VerdictCode)]
    pub verdict: String,
    /// Why.
    #[schema(example = "经核对现场录像，该变更系吊销前所作")]
    pub reason: String,
    /// When.
    pub decided_ms: i64,
    /// Who.
    pub by: Author,
}

/// One operation of a change, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotedOp {
    /// `open`, `invite`, `add`, `put`, `resolve`, `withdraw`, `record`, `sign`, `other`.
    #[schema(value_type = OperationAct)]
    pub act: String,
    /// Kind of the entity that it adds, voids or writes to; empty if that is the case itself.
    #[schema(example = "party")]
    pub entity: String,
    /// Name of the field or step.
    #[schema(example = "name")]
    pub name: String,
    /// The item, officer, entity, field, step or form that it is about.
    pub label: Label,
    /// The value that it writes; null if it writes none.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
}

/// The result of a rule for the case (合法性校验).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "rule": "SPO-01", "article": "行政处罚法 第五十一条",
    "document": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4",
    "party": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.1",
    "severity": "block", "outcome": "satisfied", "reason": null, "due": null, "zh": "当场处罚的罚款限额", "en": "Limit of an on-the-spot fine"
}))]
pub struct CheckResult {
    /// Id of the rule.
    #[schema(value_type = RuleId)]
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// The document that it is about, `<change>.<index>`; null if it is about none.
    #[schema(value_type = Option<OperationId>)]
    pub document: Option<String>,
    /// The party that it is about, `<change>.<index>`; null if it is about none.
    #[schema(value_type = Option<OperationId>)]
    pub party: Option<String>,
    /// Effect of a breach.
    pub severity: Severity,
    /// The result.
    pub outcome: Outcome,
    /// Recorded reason for a breach. The breach stays a breach.
    pub reason: Option<String>,
    /// The deadline in words, if there is one.
    pub due: Option<Label>,
    /// Text for people, Chinese.
    pub zh: String,
    /// Text for people, English.
    pub en: String,
}

/// The present state of a case. Commands send its `ETag` in `If-Match`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseDetail {
    /// The case as lists show it.
    pub card: CaseCard,
    /// Name of the agency.
    #[schema(example = "巫山县市场监督管理局")]
    pub agency_name: String,
    /// Hash of the heads. It is the `ETag`.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Ids of the heads: the changes that no other change builds on.
    #[schema(value_type = Vec<CaseId>)]
    pub heads: Vec<String>,
    /// Version of the fold. Replicas of the same version compare `state`.
    #[schema(example = 1)]
    pub fold: u32,
    /// Hash of the folded state. Replicas compare it.
    #[schema(value_type = Digest)]
    pub state: String,
    /// Who opened it.
    pub opened_by: Option<Author>,
    /// Officers of the case.
    pub participants: Vec<Participant>,
    /// Fields of the case itself.
    pub fields: Vec<Field>,
    /// Entities, in the order of their order keys.
    pub entities: Vec<Entity>,
    /// Every field of the case and its entities that has values that differ.
    pub conflicts: Vec<Field>,
    /// Steps of the procedure.
    pub steps: Vec<Step>,
    /// Signatures.
    pub signatures: Vec<Signature>,
    /// Decisions.
    pub decisions: Vec<Decision>,
    /// Numbers that were given.
    pub numbers: Vec<GivenNumber>,
    /// Evidence files that the changes name.
    pub evidence: Vec<EvidenceItem>,
    /// Digests of the files whose bytes have not arrived.
    #[schema(value_type = Vec<Digest>)]
    pub missing_evidence: Vec<String>,
    /// Results of the rules.
    pub checks: Vec<CheckResult>,
    /// Numbers, and fines for the same act, that its documents share with documents of other cases.
    pub shared: Vec<SharedEntry>,
    /// Changes without effect, excluded or flagged.
    pub noted: Vec<NotedChange>,
    /// Number of operations of a newer version. They are stored and not shown.
    #[schema(example = 0)]
    pub unknown: u32,
    /// Number of things that were left out because the size of this answer is bounded. Zero for a usual case.
    #[schema(example = 0)]
    pub left_out: u32,
}
