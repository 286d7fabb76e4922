//! Yearly assessments of a person (年度考核).
//!
//! Promise: one result counts for a year; a wrong one is annulled with a reason before another is entered. The consequence
//! is computed (`sync_core::qualification::consequence`) and proposed; the organ that issued the certificate decides.

use serde_json::json;
use sync_core::qualification::AssessmentResult;
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;

use super::act::{Act, done, made_once};
use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::AssessmentRow;

/// Longest name of an organ and of its document, in characters.
pub const LONGEST: usize = 200;
/// The first year that is entered: the yearly assessment of officers is not older.
const FIRST_YEAR: i16 = 2000;

/// An assessment to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssessment {
    /// The year.
    pub year: i16,
    /// The result.
    pub result: AssessmentResult,
    /// The organ that assessed.
    pub organ: String,
    /// Its document.
    pub document: String,
}

/// Enters the assessment of a year.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::PersonInactive`]; [`Refusal::Malformed`] for a
/// year that has not begun; [`Refusal::AssessmentTaken`]; [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn add(
    app: &App,
    caller: Caller,
    act: Act,
    new: NewAssessment,
    key: Option<String>,
) -> Result<Detail, Failure> {
    let parts = [act.officer.to_string(), format!("{new:?}"), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "assessment", key, &parts);
    made_once(app, caller, Duty::Assessment, act, request, move |tx, begun| {
        begun.must_be_active()?;
        if !(FIRST_YEAR..=begun.now.date().year()).contains(&new.year) {
            let zh = "考核年度应为2000年以后、不晚于今年的年份。";
            return Err(Refusal::Malformed.because(zh, "The year is 2000 or later, and has begun.").into());
        }
        let year = i64::from(new.year);
        let counting = tx.assessments_of(&begun.tenant, &begun.person.id)?;
        if counting.iter().any(|one| one.annulled.is_none() && one.year == year) {
            return Err(Refusal::AssessmentTaken.into());
        }
        let NewAssessment { year: _, result, organ, document } = new;
        let row = AssessmentRow {
            id: random::bytes()?,
            officer: begun.person.id,
            year,
            result,
            organ,
            document,
            entered: begun.now,
            annulled: None,
        };
        tx.add_assessment(&begun.tenant, &row)?;
        let detail = json!({ "year": year, "result": result, "organ": row.organ, "document": row.document });
        begun.note(tx, RegisterEventKind::AssessmentAdded, &detail)
    })
    .await
}

/// Annuls an entry that was wrong.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; or an internal error.
pub async fn annul(app: &App, caller: Caller, act: Act, id: [u8; 16]) -> Result<Detail, Failure> {
    done(app, caller, Duty::Assessment, act, move |tx, begun| {
        if !tx.annul_assessment(&begun.tenant, &begun.person.id, &id, begun.now)? {
            return Err(Refusal::NotFound.into());
        }
        begun.note(tx, RegisterEventKind::AssessmentAnnulled, &json!({ "id": sync_core::id::hex(&id) }))
    })
    .await
}
