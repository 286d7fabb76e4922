//! The case schema: names of entities, fields and steps, with labels and types.
//!
//! Promise: one table. Names are part of signed data and never change their meaning; an unknown name is kept and
//! relayed. `docs/case-schema.md` is generated from it. Not here: lawful values (`law`), the effect in the fold
//! (`case`).

mod fields;
mod page;
#[cfg(test)]
mod tests;

pub use fields::{ENTITIES, FIELDS, STEPS};
pub use page::schema_page;

use crate::op::CaseKind;

/// Type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// One of these codes.
    Code(&'static [&'static str]),
    /// Any number of these codes, as a list; a single code may stand alone.
    Codes(&'static [&'static str]),
    /// An integer.
    Int,
    /// Money in fen.
    Fen,
    /// An instant in milliseconds UTC.
    Instant,
    /// A civil date, `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Bool,
    /// A SHA-256 digest, 32 bytes.
    Digest,
}

/// A field of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Kind of entity; empty for the case itself.
    pub entity: &'static str,
    /// Name.
    pub name: &'static str,
    /// What people read, in Chinese.
    pub zh: &'static str,
    /// What people read, in English.
    pub en: &'static str,
    /// Type.
    pub kind: Kind,
}

/// A kind of entity, or a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Name.
    pub name: &'static str,
    /// What people read, in Chinese.
    pub zh: &'static str,
    /// What people read, in English.
    pub en: &'static str,
}

/// Fields that hold the SHA-256 of a file: what they name is evidence of the case, whatever entity they are of.
pub const EVIDENCE_FIELDS: [&str; 3] = ["digest", "paper_photo", "strokes"];

/// The field `name` of entities of the kind `entity` (empty: the case itself).
pub fn field(entity: &str, name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.entity == entity && field.name == name)
}

/// Forms of decisions.
pub const DECISIONS: [&str; 2] = [SPOT_DECISION, PENALTY_DECISION];
/// Forms whose procedure this program has. A document of another form is refused when it is saved.
pub const BUILT_FORMS: [&str; 5] = [SPOT_DECISION, INTERVIEW_RECORD, SCENE_RECORD, CORRECTION_ORDER, INSPECTION_NOTICE];
/// Kinds of case whose procedure this program has.
pub const BUILT_KINDS: [CaseKind; 2] = [CaseKind::Inspection, CaseKind::Simple];

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => { $( $(#[$doc])* pub const $name: &str = $text; )* };
}

names! {
    /// Entity: a party (当事人).
    PARTY = "party";
    /// Entity: a piece of evidence (证据).
    EVIDENCE = "evidence";
    /// Entity: an interview or scene record (笔录).
    RECORD = "record";
    /// Entity: a question with its answer, below a record.
    LINE = "line";
    /// Entity: a document (执法文书).
    DOCUMENT = "document";
    /// Field: title.
    TITLE = "title";
    /// Field: sector of the acting organ.
    SECTOR = "sector";
    /// Field: the 执法码 of the inspection.
    ENFORCEMENT_CODE = "enforcement_code";
    /// Field: the 企业码 that was scanned.
    ENTERPRISE_CODE = "enterprise_code";
    /// Field: number of the inspection notice.
    NOTICE_NUMBER = "notice_number";
    /// Field: when the plan was approved.
    PLAN_APPROVED_MS = "plan_approved_ms";
    /// Field: urgent, so that the plan is made up for.
    URGENT = "urgent";
    /// Field: the act took place on the water.
    ON_WATER = "on_water";
    /// Field: date of the violation.
    VIOLATION_DATE = "violation_date";
    /// Field: kind of party.
    PARTY_TYPE = "party_type";
    /// Field: unified social credit code.
    USCC = "uscc";
    /// Field: citizen identity number.
    CITIZEN_NUMBER = "citizen_number";
    /// Field: citizen identity number of the person who is asked.
    ASKED_CITIZEN_NUMBER = "asked_citizen_number";
    /// Field: telephone of a party.
    PHONE = "phone";
    /// Field: telephone of the person who is asked.
    ASKED_PHONE = "asked_phone";
    /// Field: where evidence comes from.
    SOURCE = "source";
    /// Field: who took the evidence.
    TAKEN_BY = "taken_by";
    /// Field: who confirmed the evidence by signing.
    SIGNERS = "signers";
    /// Field: the parties that a decision is made against, by their ids.
    AGAINST = "against";
    /// Field: result of the inspection.
    INSPECTION_RESULT = "inspection_result";
    /// Field: how the case ended.
    CASE_RESULT = "case_result";
    /// Field: kind of record.
    RECORD_TYPE = "record_type";
    /// Field: kind of evidence.
    KIND = "kind";
    /// Field: SHA-256 of the bytes.
    DIGEST = "digest";
    /// Field: form of a document.
    FORM = "form";
    /// Field: form number.
    NUMBER = "number";
    /// Field: where the number comes from.
    NUMBER_SOURCE = "number_source";
    /// Source of a number: the phone's own range.
    BLOCK = "block";
    /// Field: name of a party.
    NAME = "name";
    /// Field: body of a document.
    TEXT = "text";
    /// Field: date of a document.
    DATE = "date";
    /// Field: the fine in fen.
    FINE_FEN = "fine_fen";
    /// Field: kinds of penalty.
    PENALTY_KIND = "penalty_kind";
    /// Field: the violation as established.
    FACTS = "facts";
    /// Field: kind and basis of the penalty.
    KIND_AND_BASIS = "kind_and_basis";
    /// Field: remedies and their periods.
    REMEDY = "remedy";
    /// Field: name of the organ.
    ORGAN_NAME = "organ_name";
    /// Field: place in words.
    PLACE_TEXT = "place_text";
    /// Field: the seal.
    SEAL = "seal";
    /// Field: code of the item that is fined.
    ITEM = "item";
    /// Field: how the law bounds the fine.
    RANGE_KIND = "range_kind";
    /// Field: the least fine of the law.
    RANGE_MIN_FEN = "range_min_fen";
    /// Field: the largest fine of the law.
    RANGE_MAX_FEN = "range_max_fen";
    /// Field: the amount of which the law takes a multiple.
    RANGE_BASE_FEN = "range_base_fen";
    /// Field: the least multiple, in percent.
    RANGE_MIN_PERCENT = "range_min_percent";
    /// Field: the largest multiple, in percent.
    RANGE_MAX_PERCENT = "range_max_percent";
    /// Field: the grade of discretion.
    DISCRETION_GRADE = "discretion_grade";
    /// Field: how the decision explains the grade.
    DISCRETION_EXPLANATION = "discretion_explanation";
    /// Field: why the fine deviates from the benchmark.
    DEVIATION_REASON = "deviation_reason";
    /// Field: the approval of the deviation.
    DEVIATION_APPROVAL = "deviation_approval";
    /// Field: how and by when to pay.
    PAYMENT = "payment";
    /// Field: particulars of the party as the document states them.
    PARTY_PARTICULARS = "party_particulars";
    /// Form: decision on the spot.
    SPOT_DECISION = "spot_decision";
    /// Form: decision of the ordinary procedure.
    PENALTY_DECISION = "penalty_decision";
    /// Form: interview record.
    INTERVIEW_RECORD = "interview_record";
    /// Form: scene record.
    SCENE_RECORD = "scene_record";
    /// Form: order to correct.
    CORRECTION_ORDER = "correction_order";
    /// Form: inspection notice.
    INSPECTION_NOTICE = "inspection_notice";
    /// Step: the premises were entered.
    ENTERED = "entered";
    /// Step: certificates were shown.
    CERTIFICATE_SHOWN = "certificate_shown";
    /// Step: the inspection notice was handed over.
    NOTICE_HANDED = "notice_handed";
    /// Step: the 企业码 was scanned at the door; the value is the code.
    ENTERPRISE_CODE_SCANNED = "enterprise_code_scanned";
    /// Step: the notice before a penalty was given; the value says what was told.
    PENALTY_NOTICE = "penalty_notice";
    /// Step: why something happened against a rule; the value is `[rule, reason]`.
    BREACH_REASON = "breach_reason";
    /// Step: rights were told.
    RIGHTS_TOLD = "rights_told";
    /// Step: the 执法码 was shown to be scanned.
    CODE_SHOWN = "code_shown";
    /// Step: the first question was asked.
    QUESTION_ASKED = "question_asked";
    /// Step: the statement was heard.
    STATEMENT_HEARD = "statement_heard";
    /// Step: statement and defence were expressly waived.
    STATEMENT_WAIVED = "statement_waived";
    /// Step: a correction was ordered.
    CORRECTION_ORDERED = "correction_ordered";
    /// Step: a document was delivered; the value says how.
    DELIVERED = "delivered";
    /// Step: the decision was reported to the organ for the record (备案).
    REPORTED_FOR_RECORD = "reported_for_record";
    /// Step: the inspection was reported to the department of justice.
    INSPECTION_FILED = "inspection_filed";
    /// Step: material was handed in for the archive.
    ARCHIVED = "archived";
    /// Step: why there was no 执法码; the value is the reason.
    NO_CODE_REASON = "no_code_reason";
    /// Step: why a formal act is done after the lease ended; the value is the reason.
    OVERRUN_REASON = "overrun_reason";
    /// Step: landing after an act on the water.
    LANDED = "landed";
    /// Step: a form number was voided unused; the value is `[form, year, serial, text, reason]`.
    NUMBER_VOIDED = "number_voided";
}
