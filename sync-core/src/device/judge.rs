//! The rules on the phone: facts of the folded case, held against the law.
//!
//! Promise: the same function and table as on the server. Nothing here decides law.

use crate::case::{CaseState, Timeline};
use crate::change::NewOp;
use crate::device::Stop;
use crate::facts::{Occasion, Roster, of_case};
use crate::id::Digest;
use crate::law::calendar::Calendar;
use crate::law::check::Check;
use crate::law::hash::rule_set_hash;
use crate::law::rule::{self, CheckResult, blocking, evaluate};
use crate::law::table::rules;
use crate::op::{self, OpId};
use crate::schema as names;
use crate::when::Interval;
use serde::Deserialize;
use std::sync::LazyLock;

/// Rules, roster and calendar.
pub(super) struct Judge {
    roster: Roster,
    calendar: Calendar,
}

static RULES_HASH: LazyLock<Digest> = LazyLock::new(|| rule_set_hash(rules()));

#[derive(Deserialize)]
struct Years {
    #[serde(default)]
    calendars: Vec<Year>,
}

#[derive(Deserialize)]
struct Year {
    json: String,
}

impl Judge {
    /// Before the phone has any reference data.
    pub fn empty() -> Self {
        Self { roster: Roster::default(), calendar: Calendar::default() }
    }

    /// Reads roster and calendar from the reference data; says what is wrong with it.
    pub fn from_reference(json: &str) -> Result<Self, String> {
        let roster = Roster::from_reference(json).map_err(|error| error.to_string())?;
        let years: Years = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let files = years.calendars.iter().map(|year| year.json.as_str());
        let calendar = Calendar::from_json(files).map_err(|error| error.to_string())?;
        Ok(Self { roster, calendar })
    }

    /// Hash of the rule set.
    pub fn rules_hash() -> Digest {
        *RULES_HASH
    }

    fn judge(&self, state: &CaseState, timeline: &Timeline, occasion: Occasion) -> Vec<CheckResult> {
        evaluate(rules(), &of_case(state, timeline, &self.roster, occasion), &self.calendar)
    }

    /// What is not kept, or not known to be.
    pub fn checks(&self, state: &CaseState, timeline: &Timeline, now: Interval) -> Vec<Check> {
        self.judge(state, timeline, Occasion::Standing(now))
            .into_iter()
            .filter(CheckResult::is_open)
            .map(Check::from)
            .collect()
    }

    /// The rules that stop the formal acts among `ops`, judged on the case before them.
    pub fn stops(&self, before: &CaseState, timeline: &Timeline, ops: &[NewOp], now: Interval) -> Vec<Stop> {
        let acts: Vec<rule::Act> = ops.iter().filter_map(|op| formal_act(before, op)).collect();
        if acts.is_empty() {
            return Vec::new();
        }
        let results = self.judge(before, timeline, Occasion::Acting(now));
        let mut stops: Vec<Stop> = Vec::new();
        for result in acts.iter().flat_map(|act| blocking(&results, *act)) {
            if !stops.iter().any(|stop| stop.code == result.rule) {
                stops.push(Stop {
                    code: result.rule.to_owned(),
                    article: Some(result.article.to_owned()),
                    zh: result.zh.clone(),
                    en: result.en.clone(),
                    ops: Vec::new(),
                });
            }
        }
        stops
    }
}

/// As which act of the law an operation counts, if any.
fn formal_act(before: &CaseState, op: &NewOp) -> Option<rule::Act> {
    match &op.act {
        op::Act::Sign(signature) => match signature.form.as_str() {
            names::SPOT_DECISION | names::PENALTY_DECISION => Some(rule::Act::SignDecision),
            names::INTERVIEW_RECORD | names::SCENE_RECORD => Some(rule::Act::SignRecord),
            _ => None,
        },
        op::Act::Record { .. } | op::Act::Correct(_) if op.act.step() == Some(names::DELIVERED) => {
            let target = match op.target {
                Some(crate::op::OpRef::Of(id)) => Some(id),
                Some(crate::op::OpRef::Own(_)) | None => None,
            };
            let form = target.and_then(|document: OpId| before.value(Some(document), names::FORM)?.as_text());
            let decides = form.is_none_or(|form| matches!(form, names::SPOT_DECISION | names::PENALTY_DECISION));
            decides.then_some(rule::Act::Deliver)
        }
        op::Act::Open(_)
        | op::Act::Invite(_)
        | op::Act::Add { .. }
        | op::Act::Put
        | op::Act::Withdraw
        | op::Act::Record { .. }
        | op::Act::Resolve
        | op::Act::Verdict(_)
        | op::Act::Decide { .. }
        | op::Act::Assign(_)
        | op::Act::Number(_)
        | op::Act::Seal(_)
        | op::Act::Correct(_)
        | op::Act::Unknown { .. }
        | op::Act::Malformed { .. } => None,
    }
}
