//! Trainings of a person (培训学时).
//!
//! Promise: an entry says what proves it; a wrong one is annulled with a reason and stays. Nobody enters hours of their own.
//! What the hours of a year are worth is in `sync_core::qualification`.

use serde_json::json;
use sync_core::qualification::{MOST_HOURS, TrainingClass, TrainingLevel};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::time::Date;

use super::act::{Act, done, made_once};
use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::TrainingRow;

/// Longest subject and proof, in characters.
pub const LONGEST: usize = 200;

/// A training to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTraining {
    /// What it was about.
    pub class: TrainingClass,
    /// Who held it.
    pub level: TrainingLevel,
    /// Its subject.
    pub topic: String,
    /// First day.
    pub held: Date,
    /// Last day.
    pub until: Date,
    /// Whole hours (学时).
    pub hours: u32,
    /// What proves it.
    pub proof: String,
}

impl NewTraining {
    fn check(&self, today: Date) -> Result<(), Refused> {
        let wrong = |zh: &str, en: &str| Err(Refusal::Malformed.because(zh, en));
        if self.until < self.held || self.until > today {
            let zh = "培训的结束日期不能早于开始日期，也不能晚于今天。";
            return wrong(zh, "The last day is not before the first, and not after today.");
        }
        if self.hours == 0 || self.hours > MOST_HOURS {
            return wrong("学时应为 1 至 400 的整数。", "Hours are a whole number from 1 to 400.");
        }
        Ok(())
    }
}

/// Enters a training of a person.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::PersonInactive`]; [`Refusal::Malformed`] that
/// says what does not fit; [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn add(
    app: &App,
    caller: Caller,
    act: Act,
    new: NewTraining,
    key: Option<String>,
) -> Result<Detail, Failure> {
    let parts = [act.officer.to_string(), format!("{new:?}"), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "training", key, &parts);
    made_once(app, caller, Duty::Training, act, request, move |tx, begun| {
        begun.must_be_active()?;
        new.check(begun.now.date())?;
        let NewTraining { class, level, topic, held, until, hours, proof } = new;
        let row = TrainingRow {
            id: random::bytes()?,
            officer: begun.person.id,
            class,
            level,
            topic,
            held_on: held.to_string(),
            until_on: until.to_string(),
            hours: i64::from(hours),
            proof,
            entered: begun.now,
            annulled: None,
        };
        tx.add_training(&begun.tenant, &row)?;
        let detail = json!({ "training": row.topic, "hours": row.hours, "held on": row.held_on, "until": row.until_on,
                             "proof": row.proof });
        begun.note(tx, RegisterEventKind::TrainingAdded, &detail)
    })
    .await
}

/// Annuls an entry that was wrong.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; or an internal error.
pub async fn annul(app: &App, caller: Caller, act: Act, id: [u8; 16]) -> Result<Detail, Failure> {
    done(app, caller, Duty::Training, act, move |tx, begun| {
        if !tx.annul_training(&begun.tenant, &begun.person.id, &id, begun.now)? {
            return Err(Refusal::NotFound.into());
        }
        begun.note(tx, RegisterEventKind::TrainingAnnulled, &json!({ "id": sync_core::id::hex(&id) }))
    })
    .await
}
