//! Lists of stable codes that are written by the server and belong to no type of the core.
//!
//! Promise: a field of such a list names it by `value_type`; the acceptance tests hold every answer against the document, so a
//! code that is missing here is found. Not here: the codes of the core (`sync_core::code`) and those of refusals, which the
//! server's table has.

use sync_core::case::{CLOSED, FormBreach, Quarantine};
use sync_core::decision::{FILING_RECEIVED, REGISTERED, RETURNED, WRITTEN_OFF};
use sync_core::plan::Flag;
use utoipa::openapi::ObjectBuilder;

use crate::named::named_texts;

/// One of these codes; those that stand in several lists once.
fn codes(lists: &[&[&str]]) -> ObjectBuilder {
    let mut codes: Vec<&str> = Vec::new();
    for code in lists.iter().copied().flatten() {
        if !codes.contains(code) {
            codes.push(code);
        }
    }
    ObjectBuilder::new().enum_values(Some(codes))
}

named_texts! {
    /// What was done to an account or to one of its phones.
    AccountEventKind = codes(&[
        &["enrolment_code_issued", "device_enrolled", "device_revoked", "password_changed", "password_reset_asked"],
        &["password_reset_confirmed", "password_reset", "password_replaced", "first_administrator"],
    ]);
    /// What kind of body an agency is. `organisation`: authorised by law or regulation.
    AgencyKind = codes(&[
        &["government", "department", "station", "street", "town", "township", "justice", "organisation"],
    ]);
    /// What an alarm is about: a change that was refused, quarantined or without effect, what deserves a look, a case or phone
    /// that takes no more, a file or a number that is not as it should be, what was done at the server itself.
    AlarmKind = codes(&[
        &["refused", "quarantined", "without_effect"],
        Flag::CODES,
        &["parked_expired", "case_full", "outside_full", "over_quota", "evidence_damaged"],
        &["number_doubled", "fined_twice", "server_key_replaced", "password_replaced", "enrolment_code_issued"],
        &["first_administrator"],
    ]);
    /// What was decided about a change that waited: it has effect from then on, or none for good.
    VerdictCode = codes(&[&["admit", "dismiss"]]);
    /// What was decided about a case or a part of it.
    DecisionCode = codes(&[&[REGISTERED, FILING_RECEIVED, RETURNED, WRITTEN_OFF, CLOSED]]);
    /// How a field was written; `resolve` settled a conflict.
    WriteAct = codes(&[&["put", "resolve"]]);
    /// What an operation does.
    OperationAct = codes(&[
        &["open", "invite", "add", "put", "resolve", "withdraw", "record", "correct", "sign", "other"],
    ]);
    /// Why a change was quarantined, or which rule of form it breaks; empty where it was accepted.
    ReasonCode = codes(&[&[""], Quarantine::CODES, FormBreach::CODES]);
    /// Whether the server works, or somebody should look.
    HealthStatus = codes(&[&["ok", "degraded"]]);
    /// What is wrong where the server is degraded.
    DegradedCode = codes(&[&["clock_behind"]]);
    /// What an item allows.
    ItemKind = codes(&[&["inspection", "penalty", "coercion"]]);
    /// What somebody looked at.
    LookKind = codes(&[&["case", "history", "evidence", "record", "list", "export", "lead", "leads", "audit"]]);
    /// What a division is.
    RegionLevel = codes(&[&["county", "street", "town", "township"]]);
    /// How a token is sent.
    TokenType = codes(&[&["Bearer"]]);
    /// What a list is exported as.
    ExportFormat = codes(&[&["csv", "xlsx"]]);
    /// Which method is meant.
    OverriddenMethod = codes(&[&["PATCH", "HEAD"]]);
    /// The version of tus.
    TusVersion = codes(&[&["1.0.0"]]);
}
