//! Lists of stable codes that the server writes and that are no type of the core.
//!
//! Promise: a field with such a code names its list by `value_type`. The acceptance tests compare every answer with the
//! document, so they find a code that is missing here. Not here: the codes of the core (`sync_core::code`), and those of
//! refusals, which are in the server's table.

use sync_core::case::{CLOSED, FormBreach, Quarantine};
use sync_core::decision::{FILING_RECEIVED, REGISTERED, RETURNED, WRITTEN_OFF};
use sync_core::{account_event, agency, alarm, read_audit, register_event};
use utoipa::openapi::ObjectBuilder;

use crate::named::named_texts;

/// A text that is one of these codes. A code that is in several lists appears once.
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
    /// Kind of an event of an account or of one of its phones.
    AccountEventKind = codes(&[account_event::AccountEventKind::CODES]);
    /// Kind of an agency. `organisation` is one authorised by law or regulation.
    AgencyKind = codes(&[agency::AgencyKind::CODES]);
    /// Kind of an agency that is entered.
    GivenAgencyKind = codes(&[agency::AgencyKind::CODES]);
    /// Field of enforcement of an agency that is entered.
    GivenSector = codes(&[sync_core::law::facts::Sector::CODES]);
    /// Kind of an alarm. It is about a change (refused, quarantined, without effect or flagged), a case or phone that has
    /// reached its limit, a file or number with a fault, or an action on the server's machine.
    AlarmKind = codes(&[alarm::AlarmKind::CODES]);
    /// Decision about a quarantined change: `admit` gives it effect from then on, `dismiss` never.
    VerdictCode = codes(&[&["admit", "dismiss"]]);
    /// Decision about a case or a part of it.
    DecisionCode = codes(&[&[REGISTERED, FILING_RECEIVED, RETURNED, WRITTEN_OFF, CLOSED]]);
    /// How a field was written. `resolve` settled a conflict.
    WriteAct = codes(&[&["put", "resolve"]]);
    /// What an operation does.
    OperationAct = codes(&[
        &["open", "invite", "add", "put", "resolve", "withdraw", "record", "correct", "sign", "other"],
    ]);
    /// Why a change was quarantined, or which rule of form it breaks; empty if it was accepted.
    ReasonCode = codes(&[&[""], Quarantine::CODES, FormBreach::CODES]);
    /// `ok`, or `degraded` if the server works and an operator should act.
    HealthStatus = codes(&[&["ok", "degraded"]]);
    /// Why the server is degraded.
    DegradedCode = codes(&[&["clock_behind"]]);
    /// Kind of an enforcement item.
    ItemKind = codes(&[&["inspection", "penalty", "coercion"]]);
    /// What was read.
    LookKind = codes(&[read_audit::LookKind::CODES]);
    /// Kind of a record of the register.
    RegisterEventKind = codes(&[register_event::RegisterEventKind::CODES]);
    /// Level of a division.
    RegionLevel = codes(&[&["county", "street", "town", "township"]]);
    /// How a token is sent.
    TokenType = codes(&[&["Bearer", "DPoP"]]);
    /// The type of a key on an elliptic curve.
    JwkType = codes(&[&["EC"]]);
    /// What a key is for.
    JwkUse = codes(&[&["sig"]]);
    /// The algorithm of a signature.
    SignatureAlgorithm = codes(&[&["ES256"]]);
    /// The curve of a key.
    JwkCurve = codes(&[&["P-256"]]);
    /// What an import does with a row of a roster.
    RosterOutcome = codes(&[&["new", "changed", "unchanged", "refused"]]);
    /// File format of an export.
    ExportFormat = codes(&[&["csv", "xlsx"]]);
    /// The method that the request stands for.
    OverriddenMethod = codes(&[&["PATCH", "HEAD"]]);
    /// The version of tus.
    TusVersion = codes(&[&["1.0.0"]]);
}
