//! Cases: lists, one case as it stands, the history of a field, commands.

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

/// A case as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe", "agency": "ffeeddccbbaa99887766554433221100", "item": "SJ-J-001", "kind": "inspection",
    "status": "open", "title": "餐饮明码标价检查", "number": "", "opened_ms": 1_795_363_200_000_i64,
    "updated_ms": 1_795_370_400_000_i64, "changes": 41, "conflicts": 1, "breaches": 0, "missing_evidence": 2, "duties": 1, "filing": null
}))]
pub struct CaseCard {
    /// Id: that of the change that opened it.
    #[schema(value_type = CaseId)]
    pub id: String,
    /// In whose name.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Code of the enforcement item.
    pub item: String,
    /// What kind of matter it is: an inspection (行政检查), a case of the summary procedure (简易程序) or of the ordinary
    /// procedure (普通程序).
    pub kind: CaseKind,
    /// How far it has come; `returned`: a record waits for its supplement.
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
    /// Fields whose authors disagree.
    pub conflicts: i64,
    /// Rules breached.
    pub breaches: i64,
    /// Pieces of evidence whose bytes have not arrived.
    pub missing_evidence: i64,
    /// Dates to be kept that nothing has fulfilled yet; closing ends none.
    pub duties: i64,
    /// How far the filing of an inspection without code (备案) with the department of justice has come: `due`, `filed`,
    /// `received`; null where nothing is to be filed.
    pub filing: Option<Filing>,
}

/// One page of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// The latest change first.
    pub items: Vec<CaseCard>,
    /// For the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
    /// Cases in reach that were not searched for `text`, because the index is being filled after an upgrade; ask again
    /// later. Zero otherwise.
    #[schema(example = 0)]
    pub not_searched: i64,
}

/// Where something was done.
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
    /// Name; empty for the server itself.
    #[schema(example = "李建国")]
    pub name: String,
    /// Id of the device; zeros are the server.
    #[schema(value_type = Id)]
    pub device: String,
    /// What the device's wall clock claimed.
    pub wall_ms: i64,
    /// When it was, as far as that can be shown: what rules and pages go by.
    pub time: ProvedTime,
    /// Where, if the save said so.
    pub place: Option<Place>,
}

/// Between when and when something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvedTime {
    /// Not before.
    pub from_ms: i64,
    /// Not after.
    pub until_ms: i64,
    /// How good the proof is: `A` by a monotonic clock since the server's time, `B` by what was certainly before it and its
    /// receipt, `C` the clocks contradict each other or what the server knows.
    pub grade: Grade,
    /// Whether the wall clock claimed a time more than five minutes outside.
    pub contradicted: bool,
}

/// What somebody said was wrong about a step as it was recorded (更正).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepCorrection {
    /// The operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// What happened instead; null if nothing did.
    #[schema(example = "certificate_shown")]
    pub kind: Option<String>,
    /// What people read.
    pub label: Label,
    /// To which entity.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// What more there is to say.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// When it happened, as stated; null if the recorded time was right.
    pub happened_ms: Option<i64>,
    /// Why.
    #[schema(example = "误记为另一程序环节")]
    pub reason: Option<String>,
    /// Who.
    pub by: Author,
    /// Whether no later correction replaces it: rules read what stands.
    pub stands: bool,
}

/// A value that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LiveValue {
    /// The operation that wrote it: `<change>.<index>`.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// The value; bytes are hex, a decimal is its digits as a text. Null where it was cleared, or a lawful order removed it (`sealed`).
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// A lawful order removed the value.
    pub sealed: bool,
    /// Who wrote it, when and where.
    pub by: Author,
    /// Somebody signed a document that showed it.
    pub signed: bool,
    /// Why it stands, where it resolved a conflict.
    #[schema(example = "门牌为准")]
    pub reason: Option<String>,
}

/// A field with every value that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Field {
    /// The entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Name.
    #[schema(example = "title")]
    pub name: String,
    /// What people read.
    pub label: Label,
    /// The displayed value.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Whether values that stand differ.
    pub conflict: bool,
    /// Part of the value is hidden from this caller.
    pub masked: bool,
    /// Every value that stands, the displayed one first.
    pub live: Vec<LiveValue>,
}

/// An entity was voided (作废). It stays visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Who.
    pub by: Author,
    /// Why.
    #[schema(example = "误作")]
    pub reason: Option<String>,
}

/// A version of a form of questions (检查表).
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

/// A party, a record, a line, a piece of evidence, a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entity {
    /// The operation that added it.
    #[schema(value_type = OperationId)]
    pub id: String,
    /// Kind.
    #[schema(example = "party")]
    pub kind: String,
    /// What people read.
    pub label: Label,
    /// Below which entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub parent: Option<String>,
    /// Order key among its siblings.
    #[schema(example = "a")]
    pub order: String,
    /// The form whose answers it holds, if it is of the kind `form`.
    pub form: Option<FormVersion>,
    /// The path of the question that it answers, for one round of a repeated group and for a file that was asked for.
    #[schema(example = "kitchen/photo")]
    pub question: Option<String>,
    /// Who added it.
    pub by: Author,
    /// The change that added it has no effect (未生效).
    pub shell: bool,
    /// By whom it was voided.
    pub withdrawn: Vec<Withdrawal>,
    /// Its fields.
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

/// Something that happened (程序环节).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// The operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// What happened.
    #[schema(example = "certificate_shown")]
    pub kind: String,
    /// What people read.
    pub label: Label,
    /// To which entity.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// What more there is to say.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Who recorded it.
    pub by: Author,
    /// What was said to be wrong about it. The step itself stays as it was recorded.
    pub corrections: Vec<StepCorrection>,
}

/// Somebody signed a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// The operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// The document.
    #[schema(value_type = Option<OperationId>)]
    pub document: Option<String>,
    /// Its form.
    #[schema(example = "spot_decision")]
    pub form: String,
    /// Version of the form's wording.
    #[schema(example = 1)]
    pub version: u32,
    /// In which role.
    pub role: SignerRole,
    /// `key`, `strokes`, `ink_photo`, `fingerprint`, `refused`.
    #[schema(example = "key")]
    pub manner: String,
    /// How many operations the document showed.
    #[schema(example = 12)]
    pub shown: u32,
    /// Who recorded it.
    pub by: Author,
}

/// A person decided, through the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The operation.
    #[schema(value_type = OperationId)]
    pub op: String,
    /// `registered`, `returned`, `evidence_written_off`, `closed`.
    #[schema(value_type = DecisionCode)]
    pub decision: String,
    /// What people read.
    pub label: Label,
    /// On which entity.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// On what it was decided.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Reason or content.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
    /// Who.
    pub by: Author,
    /// Changes of the case that the decision had not seen.
    #[schema(value_type = Vec<CaseId>)]
    pub unseen: Vec<String>,
}

/// A number was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenNumber {
    /// To which entity; absent for the case itself.
    #[schema(value_type = Option<OperationId>)]
    pub target: Option<String>,
    /// Of which form.
    #[schema(example = "spot_decision")]
    pub form: String,
    /// As printed.
    #[schema(example = "（巫市监）当罚〔2026〕12号")]
    pub text: String,
}

/// A piece of evidence that signed changes claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceItem {
    /// SHA-256 of its bytes.
    #[schema(value_type = Digest)]
    pub digest: String,
    /// The entities and documents that name it.
    #[schema(value_type = Vec<OperationId>)]
    pub entities: Vec<String>,
    /// Whether its bytes have arrived.
    #[schema(example = true)]
    pub stored: bool,
    /// Size in bytes, once stored.
    #[schema(example = 48213)]
    pub size: Option<i64>,
    /// As the uploader said.
    #[schema(example = "image/jpeg")]
    pub media_type: Option<String>,
    /// When it was complete.
    pub stored_ms: Option<i64>,
    /// The bytes had arrived and are no longer what was stored. Then `stored` is false.
    pub damage: Option<Damage>,
    /// Who wrote it off, because it will never arrive. This stays, also where the bytes arrive after all.
    pub written_off: Vec<WriteOff>,
}

/// A head stated that a file will never arrive: the case no longer waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WriteOff {
    /// The decision.
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

/// A change that deserves a look: without effect, excluded, or flagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotedChange {
    /// The change.
    #[schema(value_type = CaseId)]
    pub change: String,
    /// How it was stored when it came in.
    pub class: LeafClass,
    /// Stable code of the reason, or empty.
    #[schema(value_type = ReasonCode)]
    pub code: String,
    /// What deserves a look.
    pub flags: Vec<Flag>,
    /// Whether a verdict excludes it now.
    pub excluded: bool,
    /// Whether it was dismissed for good.
    pub dismissed: bool,
    /// Who admitted or dismissed it, once somebody did.
    pub decision: Option<ChangeDecision>,
    /// What it says, operation by operation.
    pub says: Vec<NotedOp>,
    /// How good the proof of time is: `A` by a monotonic clock since the server's time, `B` by what was certainly before it
    /// and its receipt, `C` the clocks contradict each other or what the server knows.
    pub grade: Grade,
    /// It was made not before.
    pub lower_ms: i64,
    /// It was made not after.
    pub upper_ms: i64,
    /// When it was stored.
    pub received_ms: i64,
    /// Who made it.
    pub by: Author,
}

/// A person's decision about a change that waited for one (认可、不予认可).
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
    /// Kind of the entity that it adds, voids or writes to; empty for the case itself.
    #[schema(example = "party")]
    pub entity: String,
    /// Name of the field or step.
    #[schema(example = "name")]
    pub name: String,
    /// The item, officer, entity, field, step or form that it is about.
    pub label: Label,
    /// What it writes; null where it writes nothing.
    #[schema(value_type = RecordedValue)]
    pub value: serde_json::Value,
}

/// What a rule says of the case (合法性校验).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "rule": "SPO-01", "article": "行政处罚法 第五十一条",
    "document": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.4",
    "party": "a49ba3411e9af3d6fb0ebfc771ba3c4077ebc6a74b4077f092884f15145266fe.1",
    "severity": "block", "outcome": "satisfied", "reason": null, "due": null, "zh": "当场处罚的罚款限额", "en": "Limit of an on-the-spot fine"
}))]
pub struct CheckResult {
    /// The rule.
    #[schema(value_type = RuleId)]
    pub rule: String,
    /// Law and article.
    pub article: String,
    /// The document it speaks of, `<change>.<index>`; null where it speaks of none.
    #[schema(value_type = Option<OperationId>)]
    pub document: Option<String>,
    /// The party it speaks of, `<change>.<index>`; null where it speaks of none.
    #[schema(value_type = Option<OperationId>)]
    pub party: Option<String>,
    /// What a breach does.
    pub severity: Severity,
    /// The answer.
    pub outcome: Outcome,
    /// The recorded reason for what happened against the rule; the breach stays.
    pub reason: Option<String>,
    /// The deadline in words, where there is one.
    pub due: Option<Label>,
    /// For people, Chinese.
    pub zh: String,
    /// For people, English.
    pub en: String,
}

/// One case as it stands. Its `ETag` is what commands name in `If-Match`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseDetail {
    /// As lists show it.
    pub card: CaseCard,
    /// Name of the agency.
    #[schema(example = "巫山县市场监督管理局")]
    pub agency_name: String,
    /// Hash of the heads: the `ETag`.
    #[schema(value_type = Digest)]
    pub basis: String,
    /// Changes that nothing builds on.
    #[schema(value_type = Vec<CaseId>)]
    pub heads: Vec<String>,
    /// Version of the fold, and hash of the folded state: replicas compare them.
    #[schema(example = 1)]
    pub fold: u32,
    /// Hash of the folded state.
    #[schema(value_type = Digest)]
    pub state: String,
    /// Who opened it.
    pub opened_by: Option<Author>,
    /// Its officers.
    pub participants: Vec<Participant>,
    /// Fields of the case itself.
    pub fields: Vec<Field>,
    /// Its entities, in the order of their keys.
    pub entities: Vec<Entity>,
    /// Every field whose authors disagree, of the case and of its entities.
    pub conflicts: Vec<Field>,
    /// What happened.
    pub steps: Vec<Step>,
    /// Who signed what.
    pub signatures: Vec<Signature>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// What was numbered.
    pub numbers: Vec<GivenNumber>,
    /// The evidence it claims.
    pub evidence: Vec<EvidenceItem>,
    /// Digests whose bytes have not arrived.
    #[schema(value_type = Vec<Digest>)]
    pub missing_evidence: Vec<String>,
    /// What the rules say.
    pub checks: Vec<CheckResult>,
    /// What its documents share with documents of other cases: numbers, and fines for the same act.
    pub shared: Vec<SharedEntry>,
    /// Changes without effect, excluded or flagged.
    pub noted: Vec<NotedChange>,
    /// Operations of a newer version, kept and not shown.
    #[schema(example = 0)]
    pub unknown: u32,
    /// Things that had no room in this answer, which is bounded; zero for a case as people write it.
    #[schema(example = 0)]
    pub left_out: u32,
}
