//! Derives from a folded case the plain facts that rules look at, for phone and server.
//!
//! Promise: same state, timeline, roster and moment, same facts. Every time comes from the [`Timeline`]; a wall clock
//! is not a fact. Each document, each party and each act of the officers is a matter of its own, with its own facts, in
//! every kind of case. An empty field is *not entered*, an unrecorded step has not happened; nothing is guessed. The
//! names that it reads are defined in `schema` and documented in `docs/case-schema.md`. Not here: judgement (`law`),
//! sources of state and roster.

mod discretion;
mod document;
mod evidence;
pub mod index;
mod inspection;
mod officer_act;
mod officers;
mod party;
mod penalty_decision;
mod reach;
mod roster;

pub use document::{Signing, decisions, delivering_act, is_built, signing_act};
pub use index::Beyond;
pub use reach::{Reach, Reaches};
pub use roster::{
    AgencyEntry, HeldCertificate, ItemEntry, OfficerEntry, Roster, certificate_during, certificate_of, organ_kind,
};

use crate::case::{CaseState, NotInTime, ReadStep, Timeline};
use crate::law::calendar::Calendar;
use crate::law::facts::{CaseKind, Facts, Happened, Known, OrganKind, Sector};
use crate::law::rule::{About, CheckResult, Matter, Text, judge};
use crate::law::table::rules;
use crate::op::OpId;
use crate::schema::{self as names, FieldName, StepKind};
use crate::time::Date;
use crate::value::Value;
use crate::when::{Interval, Mark, When};
use std::collections::BTreeMap;

/// A case with its context.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The case.
    pub state: &'a CaseState,
    /// When each of its changes was made.
    pub timeline: &'a Timeline,
    /// Agencies and certificates.
    pub roster: &'a Roster,
    /// Data of other cases, and the numbers granted to phones.
    pub beyond: &'a Beyond,
    /// The time of judging, or of the act in `signing`.
    pub at: Interval,
    /// Documents that are being signed now, in addition to those that are signed already.
    pub signing: &'a [Signing],
    /// Documents that must be complete now, because they are being delivered or the case is being closed.
    pub finishing: &'a [OpId],
}

impl<'a> Seen<'a> {
    /// The case at a moment without a formal act.
    pub const fn at(state: &'a CaseState, timeline: &'a Timeline, roster: &'a Roster, at: Interval) -> Self {
        Self { state, timeline, roster, beyond: Beyond::NOTHING, at, signing: &[], finishing: &[] }
    }
}

/// Judges every matter of the case by every row of the law.
pub fn check(seen: Seen<'_>, calendar: &Calendar) -> Vec<CheckResult> {
    judge(rules(), &matters(seen), calendar)
}

/// The matters of the case, each with its facts.
pub fn matters(seen: Seen<'_>) -> Vec<Matter> {
    // Whether a certificate reaches the case depends on the sector of the case.
    let roster = seen.roster.for_case(seen.state.participants.keys(), sector(seen.state, agency(seen)));
    let seen = Seen { roster: &roster, ..seen };
    let parties = party::all(seen.state);
    let documents = document::all(seen);
    let mut base = base(seen);
    base.inspection = inspection::of(seen, &parties, &documents);
    base.first_question_at = inspection::first_contact(seen);
    let mut matters = officer_act::matters(seen, &base, &documents);
    let on_party = |party: &party::Named| Matter {
        about: About::Party,
        document: None,
        party: Some(party.id),
        facts: Facts { party: party.facts.clone(), ..base.clone() },
    };
    matters.extend(parties.iter().map(on_party));
    matters.extend(penalty_decision::matters(seen, &base, &documents, &parties));
    let evidence = evidence::all(seen.state);
    let first = parties.first().map(|party| party.facts.clone()).unwrap_or_default();
    let numbers = index::number_uses(seen.state, seen.beyond);
    let facts = Facts { evidence, numbers, party: first, ..base };
    matters.push(Matter { about: About::Case, document: None, party: None, facts });
    matters
}

/// Facts of the case as a whole.
fn base(seen: Seen<'_>) -> Facts {
    let Seen { state, roster, at, .. } = seen;
    let agency = agency(seen);
    let kind = state.opening.as_ref().map_or(CaseKind::Inspection, |opening| opening.kind);
    let mut facts = Facts::new(at.lower.date(), &roster.region, sector(state, agency), kind);
    facts.on_at_latest = Some(at.upper.date()).filter(|last| *last != facts.on);
    facts.causes = seen.timeline.causes().clone();
    facts.organ_kind = agency.map_or(OrganKind::NotTold, |agency| agency.kind);
    facts.tenant = roster.tenant;
    facts.violation_on = match text(state, None, &names::VIOLATION_DATE).map(str::parse::<Date>) {
        Some(Ok(date)) => Known::Known(date),
        Some(Err(_)) | None => Known::NotEntered,
    };
    let now = When::from(Mark::apart(at));
    facts.officers = officers::at(seen, Text { zh: "现在", en: "now" }, &now, None).1;
    facts.certificate_shown_at = seen.happened(&names::CERTIFICATE_SHOWN);
    facts.rights_told_at = seen.happened(&names::RIGHTS_TOLD);
    facts.correction_ordered_at = seen.happened(&names::CORRECTION_ORDERED);
    facts.correction_text_orders = document::correction_text(state);
    facts.individual_business_as_organisation.clone_from(&roster.individual_business_as_organisation);
    facts.code_of_another_kind.clone_from(&roster.code_of_another_kind);
    let organ = agency.and_then(|agency| agency.reconsideration.clone());
    facts.reconsideration_organ = organ.map_or(Known::Unknown, Known::Known);
    facts.on_water = state.value(None, &names::ON_WATER).and_then(Value::as_bool).unwrap_or(false);
    facts.landed_at = seen.happened(&names::LANDED);
    facts.reasons = reasons(state);
    facts
}

/// The organ that owns the case.
fn agency(seen: Seen<'_>) -> Option<&AgencyEntry> {
    seen.state.opening.as_ref().and_then(|opening| seen.roster.agencies.get(&opening.agency))
}

/// The organ's sector in the register. The sector in the case counts only if the organ does not have a single sector.
fn sector(state: &CaseState, agency: Option<&AgencyEntry>) -> Sector {
    let registered = sector_of(agency.map(|agency| agency.sector.as_str()).unwrap_or_default());
    match registered {
        Sector::Other => sector_of(text(state, None, &names::SECTOR).unwrap_or_default()),
        Sector::Market | Sector::Agriculture | Sector::Transport | Sector::Housing | Sector::Emergency => registered,
    }
}

/// For a sector that no rule names, the rules for all sectors apply.
fn sector_of(code: &str) -> Sector {
    Sector::parse(code).unwrap_or(Sector::Other)
}

/// Recorded reasons for breaches: each step's value is `[rule, reason]`.
fn reasons(state: &CaseState) -> BTreeMap<String, String> {
    let said = state.steps_of(&names::BREACH_REASON).filter_map(|step| {
        let [Value::Text(rule), Value::Text(reason)] = step.value?.as_list()? else { return None };
        (!reason.trim().is_empty()).then(|| (rule.clone(), reason.clone()))
    });
    said.collect()
}

/// The displayed text of a field, unless it is empty.
fn text<'a>(state: &'a CaseState, target: Option<OpId>, name: &FieldName) -> Option<&'a str> {
    state.value(target, name).and_then(Value::as_text).filter(|text| !text.trim().is_empty())
}

/// Whether a value is not blank.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => !text.trim().is_empty(),
        Value::List(items) => !items.is_empty() && items.iter().all(says_something),
        Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Bytes(_) => true,
    }
}

/// The earlier of two steps. A step that has not happened is ignored.
fn earlier(one: Happened, other: Happened) -> Happened {
    match (one, other) {
        (Happened::NotYet, step) | (step, Happened::NotYet) => step,
        (Happened::Unknown, _) | (_, Happened::Unknown) => Happened::Unknown,
        (Happened::At(one), Happened::At(other)) => When::earliest([one, other]).into(),
    }
}

impl Seen<'_> {
    /// When a step first happened.
    fn happened(&self, step: &StepKind) -> Happened {
        self.happened_where(step, |_| true)
    }

    /// When such a step first happened: the recorded time, or the time that a correction states.
    fn happened_where(&self, step: &StepKind, such: impl Fn(&ReadStep<'_>) -> bool) -> Happened {
        let (mut whens, mut recorded) = (Vec::new(), Vec::new());
        for step in self.state.steps_of(step).filter(|step| such(step)) {
            match step.stated {
                _ if step.disputed => return Happened::Unknown,
                None => recorded.push(step.recorded.op),
                Some((by, at)) => match self.timeline.stated(at, by) {
                    Some(when) => whens.push(when),
                    None => return Happened::Unknown,
                },
            }
        }
        match self.recorded(recorded) {
            Happened::At(when) => whens.push(when),
            Happened::Unknown => return Happened::Unknown,
            Happened::NotYet => {}
        }
        When::earliest(whens).into()
    }

    /// When one step happened. `None` if the time is disputed or unknown.
    fn when(&self, step: &ReadStep<'_>) -> Option<When> {
        match step.stated {
            _ if step.disputed => None,
            Some((by, at)) => self.timeline.stated(at, by),
            None => self.timeline.when(step.recorded.op),
        }
    }

    /// When the first of these was recorded.
    fn recorded(&self, ops: impl IntoIterator<Item = OpId>) -> Happened {
        match self.timeline.earliest(ops) {
            Ok(when) => when.into(),
            Err(NotInTime) => Happened::Unknown,
        }
    }

    /// When a field of the case got its displayed value.
    fn written(&self, name: &FieldName) -> Happened {
        let shown = self.state.field(None, name).and_then(|field| field.live.first());
        let said = shown.filter(|live| live.value.as_ref().is_some_and(says_something));
        self.recorded(said.map(|live| live.op))
    }
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
