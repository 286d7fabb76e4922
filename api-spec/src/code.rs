//! Lists of stable codes that are written by the server and belong to no type of the core.
//!
//! Promise: a field of such a list names it by `value_type`; the acceptance tests hold every answer against the document, so a
//! code that is missing here is found. Not here: the codes of the core (`sync_core::code`) and those of refusals, which the
//! server's table has.

use sync_core::case::{FormBreach, Quarantine};
use sync_core::plan::Flag;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// Declares the lists: a type without values for each, and [`all`].
macro_rules! lists {
    ($($(#[doc = $doc:literal])+ $name:ident = $($codes:expr),+;)+) => {
        $($(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let lists: &[&[&str]] = &[$($codes),+];
                let mut codes: Vec<&str> = Vec::new();
                for code in lists.iter().copied().flatten() {
                    if !codes.contains(code) {
                        codes.push(code);
                    }
                }
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some([$($doc.trim()),+].join(" ")))
                    .enum_values(Some(codes))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        })+

        /// Every list by its name, for the components of the document: parameters name them, too.
        pub fn all() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), <$name as utoipa::PartialSchema>::schema())),+]
        }
    };
}

lists! {
    /// What was done to an account or to one of its phones.
    AccountEventKind = &[
        "enrolment_code_issued", "device_enrolled", "device_revoked", "password_changed", "password_reset_asked",
        "password_reset_confirmed", "password_reset", "password_replaced", "first_administrator",
    ];
    /// What kind of body an agency is. `organisation`: authorised by law or regulation.
    AgencyKind = &["government", "department", "station", "street", "town", "township", "justice", "organisation"];
    /// What an alarm is about: a change that was refused, quarantined or without effect, what deserves a look, a case or phone
    /// that takes no more, a file or a number that is not as it should be, what was done at the server itself.
    AlarmKind =
        &["refused", "quarantined", "without_effect"], Flag::CODES,
        &["parked_expired", "case_full", "outside_full", "over_quota", "evidence_damaged"],
        &["number_doubled", "fined_twice", "server_key_replaced", "password_replaced", "enrolment_code_issued"],
        &["first_administrator"];
    /// What was decided about a change that waited: it has effect from then on, or none for good.
    VerdictCode = &["admit", "dismiss"];
    /// What was decided about a case or a part of it.
    DecisionCode = &["registered", "filing_received", "returned", "evidence_written_off", "closed"];
    /// How a field was written; `resolve` settled a conflict.
    WriteAct = &["put", "resolve"];
    /// What an operation does.
    OperationAct = &["open", "invite", "add", "put", "resolve", "withdraw", "record", "correct", "sign", "other"];
    /// Why a change was quarantined, or which rule of form it breaks; empty where it was accepted.
    ReasonCode = &[""], Quarantine::CODES, FormBreach::CODES;
    /// Whether the server works, or somebody should look.
    HealthStatus = &["ok", "degraded"];
    /// What is wrong where the server is degraded.
    DegradedCode = &["clock_behind"];
    /// What an item allows.
    ItemKind = &["inspection", "penalty", "coercion"];
    /// What somebody looked at.
    LookKind = &["case", "history", "evidence", "record", "list", "export", "lead", "leads", "audit"];
    /// What a division is.
    RegionLevel = &["county", "street", "town", "township"];
    /// How a token is sent.
    TokenType = &["Bearer"];
    /// What a list is exported as.
    ExportFormat = &["csv", "xlsx"];
    /// Which method is meant.
    OverriddenMethod = &["PATCH", "HEAD"];
    /// The version of tus.
    TusVersion = &["1.0.0"];
}
