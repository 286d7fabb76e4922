//! Rules on the phone: facts of the folded case, judged by the rule table.
//!
//! Promise: the same functions and table as on the server; this module decides nothing itself.

use crate::case::{CaseState, Timeline};
use crate::change::NewOp;
use crate::device::Stop;
use crate::facts::{Beyond, Roster, Seen, Signing, check, delivering_act, signing_act};
use crate::id::{ChangeId, Digest};
use crate::law::calendar::Calendar;
use crate::law::check::Check;
use crate::law::hash::rule_set_hash;
use crate::law::rule::{self, CheckResult, blocking, blocking_on};
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

    /// Reads roster and calendar from the reference data; describes an error.
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

    fn judge(&self, seen: Seen<'_>) -> Vec<CheckResult> {
        check(seen, &self.calendar)
    }

    /// Breached and undecided rules.
    pub fn checks(&self, (state, timeline): (&CaseState, &Timeline), beyond: &Beyond, now: Interval) -> Vec<Check> {
        self.judge(Seen { beyond, ..Seen::at(state, timeline, &self.roster, now) })
            .into_iter()
            .filter(CheckResult::is_open)
            .map(Check::from)
            .collect()
    }

    /// The rules that stop the formal acts among `ops` of the change `own`, judged on the case before them. An act is
    /// stopped by results about its own document and about the case.
    pub fn stops(
        &self,
        (before, timeline): (&CaseState, &Timeline),
        beyond: &Beyond,
        own: ChangeId,
        ops: &[NewOp],
        now: Interval,
    ) -> Vec<Stop> {
        let signing: Vec<Signing> = ops.iter().filter_map(|op| signing(own, op)).collect();
        let signed = signing.iter().map(|signing| (signing_act(before, signing), Some(signing.document)));
        let delivered: Vec<_> = ops.iter().filter_map(|op| delivering(before, own, op)).collect();
        let finishing: Vec<OpId> = delivered.iter().filter_map(|(_, document)| *document).collect();
        let acts: Vec<(rule::FormalAct, Option<OpId>)> = signed.chain(delivered).collect();
        if acts.is_empty() {
            return Vec::new();
        }
        let at = Seen::at(before, timeline, &self.roster, now);
        let seen = Seen { signing: &signing, finishing: &finishing, beyond, ..at };
        let results = self.judge(seen);
        let mut stops: Vec<Stop> = Vec::new();
        for (act, document) in acts {
            let blocking = match document {
                Some(document) => blocking_on(&results, act, document),
                None => blocking(&results, act),
            };
            for result in blocking {
                let stop = Stop {
                    code: result.rule.to_owned(),
                    article: Some(result.article.to_owned()),
                    zh: result.zh.clone(),
                    en: result.en.clone(),
                    ops: result.document.into_iter().chain(result.party).collect(),
                    offer: None,
                };
                if !stops.contains(&stop) {
                    stops.push(stop);
                }
            }
        }
        stops
    }
}

/// The document that an operation signs, if it signs one.
fn signing(own: ChangeId, op: &NewOp) -> Option<Signing> {
    let op::Act::Sign(signature) = &op.act else { return None };
    let shown = signature.shown.iter().map(|shown| shown.resolve(own)).collect();
    Some(Signing { document: op.target?.resolve(own), form: signature.form.clone(), shown })
}

/// The formal act of an operation that records a delivery.
fn delivering(before: &CaseState, own: ChangeId, op: &NewOp) -> Option<(rule::FormalAct, Option<OpId>)> {
    let document = op.target.map(|target| target.resolve(own));
    (op.act.step() == Some(&names::DELIVERED)).then(|| (delivering_act(before, document), document))
}
