//! Types of the names that are signed: kinds of entity, fields, steps, forms.
//!
//! Promise: a name of one type is never taken for a name of another. Every text is a name, because what another version
//! wrote is kept and relayed; the listed ones borrow their text. Not here: which field belongs to which entity, and
//! labels (`schema`).

use std::borrow::Cow;
use std::fmt;

/// Declares a type of names with its listed names as constants.
macro_rules! names {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* $constant:ident = $text:literal,)* })*) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "diesel", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Text))]
        pub struct $name(Cow<'static, str>);

        $($(#[$doc])* pub const $constant: $name = $name(Cow::Borrowed($text));)*

        impl $name {
            /// The names that code uses.
            pub const LISTED: &[Self] = &[$($constant),*];

            /// A name that is part of the program.
            pub const fn from_static(text: &'static str) -> Self {
                Self(Cow::Borrowed(text))
            }

            /// The text that is signed.
            pub const fn as_str(&self) -> &str {
                match &self.0 {
                    Cow::Borrowed(text) => text,
                    Cow::Owned(text) => text.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Cow::Owned(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Cow::Owned(text))
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into_owned()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "diesel")]
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        #[cfg(feature = "diesel")]
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes).map(Self::from)
            }
        }
    )* };
}

names! {
    /// What an entity is, such as `party`.
    pub struct EntityKind {
        /// A party (当事人).
        PARTY = "party",
        /// A piece of evidence (证据).
        EVIDENCE = "evidence",
        /// An interview or scene record (笔录).
        RECORD = "record",
        /// A question with its answer, below a record.
        LINE = "line",
        /// A document (执法文书).
        DOCUMENT = "document",
        /// A supplementary record (补充笔录). A change that adds one may replace signed values.
        SUPPLEMENTARY_RECORD = "supplementary_record",
        /// The answers to a form of questions (检查表).
        CHECKLIST = "form",
        /// One round of a repeated group of questions.
        REPEAT = "repeat",
    }

    /// A field of an entity or of the case, such as `title`.
    ///
    /// ```
    /// use sync_core::change::NewOp;
    /// use sync_core::schema;
    /// use sync_core::value::Value;
    ///
    /// let put = NewOp::put(None, schema::TITLE, vec![], Value::text("巫峡食府检查"));
    /// assert_eq!(put.field, Some(schema::TITLE));
    /// ```
    ///
    /// A step is no field:
    ///
    /// ```compile_fail,E0277
    /// # use sync_core::change::NewOp;
    /// # use sync_core::schema;
    /// # use sync_core::value::Value;
    /// let put = NewOp::put(None, schema::RIGHTS_TOLD, vec![], Value::text("巫峡食府检查"));
    /// ```
    pub struct FieldName {
        /// Title.
        TITLE = "title",
        /// Sector of the acting organ.
        SECTOR = "sector",
        /// The 执法码 of the inspection.
        ENFORCEMENT_CODE = "enforcement_code",
        /// The 企业码 that was scanned.
        ENTERPRISE_CODE = "enterprise_code",
        /// Number of the inspection notice.
        NOTICE_NUMBER = "notice_number",
        /// When the plan was approved.
        PLAN_APPROVED_MS = "plan_approved_ms",
        /// Urgent, so that the plan is made up for.
        URGENT = "urgent",
        /// The act took place on the water.
        ON_WATER = "on_water",
        /// Date of the violation.
        VIOLATION_DATE = "violation_date",
        /// Kind of party.
        PARTY_TYPE = "party_type",
        /// Unified social credit code.
        USCC = "uscc",
        /// Citizen identity number.
        CITIZEN_NUMBER = "citizen_number",
        /// Where evidence comes from.
        SOURCE = "source",
        /// Who took the evidence.
        TAKEN_BY = "taken_by",
        /// Who confirmed the evidence by signing.
        SIGNERS = "signers",
        /// The parties that a decision is made against, by their ids.
        AGAINST = "against",
        /// Result of the inspection.
        INSPECTION_RESULT = "inspection_result",
        /// How the case ended.
        CASE_RESULT = "case_result",
        /// Kind of record.
        RECORD_TYPE = "record_type",
        /// Kind of evidence.
        KIND = "kind",
        /// SHA-256 of the bytes.
        DIGEST = "digest",
        /// Form of a document.
        FORM = "form",
        /// Form number.
        NUMBER = "number",
        /// Where the number comes from.
        NUMBER_SOURCE = "number_source",
        /// Name of a party.
        NAME = "name",
        /// Body of a document.
        TEXT = "text",
        /// Date of a document.
        DATE = "date",
        /// The fine in fen.
        FINE_FEN = "fine_fen",
        /// Kinds of penalty.
        PENALTY_KIND = "penalty_kind",
        /// The violation as established.
        FACTS = "facts",
        /// Kind and basis of the penalty.
        KIND_AND_BASIS = "kind_and_basis",
        /// Remedies and their periods.
        REMEDY = "remedy",
        /// Name of the organ.
        ORGAN_NAME = "organ_name",
        /// Place in words.
        PLACE_TEXT = "place_text",
        /// The seal.
        SEAL = "seal",
        /// Code of the item that is fined.
        ITEM = "item",
        /// How the law bounds the fine.
        RANGE_KIND = "range_kind",
        /// The least fine of the law.
        RANGE_MIN_FEN = "range_min_fen",
        /// The largest fine of the law.
        RANGE_MAX_FEN = "range_max_fen",
        /// The amount of which the law takes a multiple.
        RANGE_BASE_FEN = "range_base_fen",
        /// The least multiple, in percent.
        RANGE_MIN_PERCENT = "range_min_percent",
        /// The largest multiple, in percent.
        RANGE_MAX_PERCENT = "range_max_percent",
        /// The grade of discretion.
        DISCRETION_GRADE = "discretion_grade",
        /// How the decision explains the grade.
        DISCRETION_EXPLANATION = "discretion_explanation",
        /// Why the fine deviates from the benchmark.
        DEVIATION_REASON = "deviation_reason",
        /// The approval of the deviation.
        DEVIATION_APPROVAL = "deviation_approval",
        /// How and by when to pay.
        PAYMENT = "payment",
        /// Particulars of the party as the document states them.
        PARTY_PARTICULARS = "party_particulars",
        /// SHA-256 of a photograph of the paper.
        PAPER_PHOTO = "paper_photo",
        /// SHA-256 of the strokes of a signature.
        STROKES = "strokes",
        /// Citizen identity number of the person who is asked.
        ASKED_CITIZEN_NUMBER = "asked_citizen_number",
        /// Telephone of the person who is asked.
        ASKED_PHONE = "asked_phone",
        /// Telephone of a party.
        PHONE = "phone",
        /// Question of a line.
        QUESTION = "question",
        /// Answer of a line.
        ANSWER = "answer",
        /// Bytes of a piece of evidence.
        SIZE = "size",
        /// Media type of a piece of evidence.
        MEDIA_TYPE = "media_type",
        /// When the evidence was taken.
        TAKEN_AT_MS = "taken_at_ms",
        /// What the evidence proves.
        PROVES = "proves",
        /// The record that a supplementary record supplements.
        SUPPLEMENTED = "record",
    }

    /// What happened (程序环节), such as `rights_told`.
    pub struct StepKind {
        /// The premises were entered.
        ENTERED = "entered",
        /// Certificates were shown.
        CERTIFICATE_SHOWN = "certificate_shown",
        /// The inspection notice was handed over.
        NOTICE_HANDED = "notice_handed",
        /// The 企业码 was scanned at the entrance; the value is the code.
        ENTERPRISE_CODE_SCANNED = "enterprise_code_scanned",
        /// The notice before a penalty was given; the value says what was told.
        PENALTY_NOTICE = "penalty_notice",
        /// Why something happened against a rule; the value is `[rule, reason]`.
        BREACH_REASON = "breach_reason",
        /// Rights were told.
        RIGHTS_TOLD = "rights_told",
        /// The 执法码 was shown to be scanned.
        CODE_SHOWN = "code_shown",
        /// The first question was asked.
        QUESTION_ASKED = "question_asked",
        /// The statement was heard.
        STATEMENT_HEARD = "statement_heard",
        /// Statement and defence were expressly waived.
        STATEMENT_WAIVED = "statement_waived",
        /// A correction was ordered.
        CORRECTION_ORDERED = "correction_ordered",
        /// A document was delivered; the value says how.
        DELIVERED = "delivered",
        /// The decision was reported to the organ for the record (备案).
        REPORTED_FOR_RECORD = "reported_for_record",
        /// The inspection was reported to the department of justice.
        INSPECTION_FILED = "inspection_filed",
        /// Material was handed in for the archive.
        ARCHIVED = "archived",
        /// Why there was no 执法码; the value is the reason.
        NO_CODE_REASON = "no_code_reason",
        /// Why a formal act is done after the lease ended; the value is the reason.
        OVERRUN_REASON = "overrun_reason",
        /// Landing after an act on the water.
        LANDED = "landed",
        /// A form number was voided unused; the value is `[form, year, serial, text, reason]`.
        NUMBER_VOIDED = "number_voided",
        /// Where a save was made; the value is a [`place`](crate::case::place).
        PLACE = "place",
    }

    /// A form of documents, of numbers or of questions, such as `spot_decision`.
    pub struct FormName {
        /// Decision on the spot.
        SPOT_DECISION = "spot_decision",
        /// Decision of the ordinary procedure.
        PENALTY_DECISION = "penalty_decision",
        /// Interview record.
        INTERVIEW_RECORD = "interview_record",
        /// Scene record.
        SCENE_RECORD = "scene_record",
        /// Order to correct.
        CORRECTION_ORDER = "correction_order",
        /// Inspection notice.
        INSPECTION_NOTICE = "inspection_notice",
        /// The number of a case, which is numbered as documents are.
        CASE_NUMBER = "case",
    }
}
