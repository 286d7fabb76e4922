//! Qualification of officers: training hours, yearly assessments and exits.

use serde::{Deserialize, Serialize};
use sync_core::qualification::{
    AssessmentConsequence, AssessmentResult, ExitGround, ExitHearing, ExitOutcome, TrainingClass, TrainingLevel,
};
use utoipa::{IntoParams, ToSchema};

use crate::text::{Cursor, Day, Id};

/// A training to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "class": "professional", "level": "county", "topic": "行政处罚法专题培训", "held_on": "2026-05-11", "until_on": "2026-05-15",
    "hours": 30, "proven_by": "县司法局培训结业名单〔2026〕3号", "reason": "登记年度培训"
}))]
pub struct NewTraining {
    /// What it was about.
    pub class: TrainingClass,
    /// Who held it.
    pub level: TrainingLevel,
    /// Its subject.
    #[schema(min_length = 1, max_length = 200)]
    pub topic: String,
    /// First day.
    #[schema(value_type = Day)]
    pub held_on: String,
    /// Last day; the hours count in its year.
    #[schema(value_type = Day)]
    pub until_on: String,
    /// Whole hours (学时).
    #[schema(minimum = 1, maximum = 400)]
    pub hours: u32,
    /// Certificate of completion, notice or list that proves it.
    #[schema(min_length = 1, max_length = 200)]
    pub proven_by: String,
    /// Why it is entered, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A yearly assessment to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "year": 2025, "result": "qualified", "organ": "县司法局", "document_number": "年度考核结果通报〔2026〕1号", "reason": "登记年度考核"
}))]
pub struct NewAssessment {
    /// The year, which has begun.
    #[schema(minimum = 2000, maximum = 9999)]
    pub year: i16,
    /// 优秀, 合格, 基本合格 or 不合格.
    pub result: AssessmentResult,
    /// The organ that assessed.
    #[schema(min_length = 1, max_length = 200)]
    pub organ: String,
    /// Its document.
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: String,
    /// Why it is entered, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A proposal that somebody leaves enforcement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "ground": "failed_assessment", "facts": "2024、2025年度考核均为不合格。", "basis": "交通运输行政执法证件管理规定第三十三条第（七）项",
    "reason": "提出退出建议"
}))]
pub struct NewExit {
    /// Why.
    pub ground: ExitGround,
    /// The facts.
    #[schema(min_length = 1, max_length = 2000)]
    pub facts: String,
    /// The provision or document.
    #[schema(min_length = 1, max_length = 200)]
    pub basis: String,
    /// Why it is proposed now, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// How the officer was heard about an exit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"hearing": "stated", "statement": "本人认为2025年度考核未考虑病假。", "reason": "听取陈述、申辩"}))]
pub struct ExitHeard {
    /// 陈述、申辩, 放弃 or 逾期未陈述.
    pub hearing: ExitHearing,
    /// What the officer said; needed where they spoke.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub statement: String,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// The decision about an exit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "outcome": "leaves", "document_number": "退出决定〔2026〕1号", "colleague": null, "reason": "连续两年考核不合格"
}))]
pub struct ExitDecision {
    /// Leaves or stays.
    pub outcome: ExitOutcome,
    /// Number of the written decision.
    #[schema(min_length = 1, max_length = 200)]
    pub document_number: String,
    /// Id of a colleague who takes part in the open cases of one who leaves. Where absent, the cases stay as they are.
    #[serde(default)]
    #[schema(value_type = Option<Id>)]
    pub colleague: Option<String>,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What is known of the qualification of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Qualification {
    /// Hours that count, by year, the last first.
    pub hours: Vec<YearHours>,
    /// Trainings, the last first; at most 500.
    pub trainings: Vec<Training>,
    /// Assessments, the last year first.
    pub assessments: Vec<Assessment>,
    /// What is to be proposed to the organ that issued the certificate, because of the last assessed year; null for nothing.
    #[serde(default)]
    #[schema(example = "suspension")]
    pub consequence: Option<AssessmentConsequence>,
    /// Exits, the last first.
    pub exits: Vec<OfficerExit>,
}

/// Training hours in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"year": 2026, "political": 12, "professional": 30, "total": 42, "wanted": 60}))]
pub struct YearHours {
    /// The year.
    pub year: i16,
    /// Hours on political ability.
    pub political: i64,
    /// Hours on law and the trade.
    pub professional: i64,
    /// Together.
    pub total: i64,
    /// Hours that an officer should have in a year.
    pub wanted: u32,
}

/// A training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "class": "professional", "level": "county", "topic": "行政处罚法专题培训",
    "held_on": "2026-05-11", "until_on": "2026-05-15", "hours": 30, "proven_by": "县司法局培训结业名单〔2026〕3号",
    "entered_ms": 1_779_000_000_000_i64, "annulled_ms": null
}))]
pub struct Training {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// What it was about.
    pub class: TrainingClass,
    /// Who held it.
    pub level: TrainingLevel,
    /// Its subject.
    pub topic: String,
    /// First day.
    #[schema(value_type = Day)]
    pub held_on: String,
    /// Last day.
    #[schema(value_type = Day)]
    pub until_on: String,
    /// Hours (学时).
    pub hours: i64,
    /// What proves it.
    pub proven_by: String,
    /// When it was entered.
    pub entered_ms: i64,
    /// Since when the entry does not count; null where it counts.
    pub annulled_ms: Option<i64>,
}

/// A yearly assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "year": 2025, "result": "qualified", "organ": "县司法局",
    "document_number": "年度考核结果通报〔2026〕1号", "entered_ms": 1_779_000_000_000_i64, "annulled_ms": null
}))]
pub struct Assessment {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// The year.
    pub year: i64,
    /// The result.
    pub result: AssessmentResult,
    /// The organ that assessed.
    pub organ: String,
    /// Its document.
    pub document_number: String,
    /// When it was entered.
    pub entered_ms: i64,
    /// Since when the entry does not count; null where it counts.
    pub annulled_ms: Option<i64>,
}

/// An exit from enforcement (退出): proposed, the officer heard, decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "00112233445566778899aabbccddeeff", "ground": "failed_assessment", "facts": "2024、2025年度考核均为不合格。",
    "basis": "交通运输行政执法证件管理规定第三十三条第（七）项", "proposed_by": "周敏", "proposed_ms": 1_779_000_000_000_i64,
    "hearing": "waived", "statement": "", "heard_by": "周敏", "heard_ms": 1_779_100_000_000_i64, "outcome": null,
    "document_number": null, "decided_by": null, "decided_ms": null
}))]
pub struct OfficerExit {
    /// Id.
    #[schema(value_type = Id)]
    pub id: String,
    /// Why.
    pub ground: ExitGround,
    /// The facts.
    pub facts: String,
    /// The provision or document.
    pub basis: String,
    /// Name of the one who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_ms: i64,
    /// How the officer was heard; null before.
    pub hearing: Option<ExitHearing>,
    /// What the officer said; null before.
    pub statement: Option<String>,
    /// Name of the one who heard the officer; null before.
    pub heard_by: Option<String>,
    /// When; null before.
    pub heard_ms: Option<i64>,
    /// What was decided; null before.
    pub outcome: Option<ExitOutcome>,
    /// Number of the written decision; null before.
    pub document_number: Option<String>,
    /// Name of the one who decided; null before.
    pub decided_by: Option<String>,
    /// When; null before.
    pub decided_ms: Option<i64>,
}

/// Which year, and which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrainingQuery {
    /// The year; the present one where absent.
    #[param(minimum = 2000, maximum = 9999, example = 2026)]
    pub year: Option<i64>,
    /// How many, 1 to 100; 50 where absent.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<Cursor>)]
    pub cursor: Option<String>,
}

/// Which year.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct YearQuery {
    /// The year; the present one where absent.
    #[param(minimum = 2000, maximum = 9999, example = 2026)]
    pub year: Option<i64>,
}

/// An officer with the hours of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "officer": "00112233445566778899aabbccddeeff", "name": "李建国", "agency": "ffeeddccbbaa99887766554433221100",
    "hours": {"year": 2026, "political": 12, "professional": 30, "total": 42, "wanted": 60}
}))]
pub struct OfficerHours {
    /// Id of the officer.
    #[schema(value_type = Id)]
    pub officer: String,
    /// Name.
    pub name: String,
    /// Id of the agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// The hours.
    pub hours: YearHours,
}

/// One page of active certificate holders with their hours of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrainingPage {
    /// In the order of their ids.
    pub items: Vec<OfficerHours>,
    /// Cursor of the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}

/// An agency in a year: counts of its own people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "agency": "ffeeddccbbaa99887766554433221100", "name": "县市场监督管理局", "officers": 40, "trained": 36, "enough": 20,
    "legal_reviewers": 2
}))]
pub struct AgencyTraining {
    /// Id of the agency.
    #[schema(value_type = Id)]
    pub agency: String,
    /// Name.
    pub name: String,
    /// Active people who hold a certificate that was not cancelled or revoked.
    pub officers: u32,
    /// Of these, who had any training in the year (轮训).
    pub trained: u32,
    /// Of these, who reached the hours of the year.
    pub enough: u32,
    /// Active legal reviewers (法制审核人员); at least 5 % of the officers are wanted.
    pub legal_reviewers: u32,
}

/// Agencies in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "year": 2026,
    "items": [{"agency": "ffeeddccbbaa99887766554433221100", "name": "县市场监督管理局", "officers": 40, "trained": 36,
               "enough": 20, "legal_reviewers": 2}]
}))]
pub struct AgencyTrainingList {
    /// The year.
    pub year: i16,
    /// Each before the agencies below it.
    pub items: Vec<AgencyTraining>,
}
