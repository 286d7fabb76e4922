//! A provision as a row, and the result of judging it.
//!
//! Promise: [`judge`] is pure: same rows, matters and calendar, same results in the order of the rows, each with its
//! document and party. A row applies once its act has happened, not before. Undecided never blocks, because a phone
//! cannot know everything. A deadline that depends on an unpublished holiday notice is never breached; one whose times
//! are known only within bounds is breached only if every time within the bounds breaches it. Not here: the rows
//! (`table`).

use super::calendar::{Calendar, Due, Period};
use super::facts::{Facts, Happened, Known, Sector};
pub use super::text::Text;
use crate::code::codes;
use crate::id::TenantId;
use crate::money::Fen;
use crate::op::OpId;
use crate::time::{Date, Instant};
use crate::when::When;
use std::fmt::Write as _;

codes! {
    /// What a breach does.
    pub enum Severity {
        /// Stops the next formal act named in [`Rule::stops`]. It never deletes a record.
        Block = "block",
        /// Shown. The act continues with a reason.
        Warn = "warn",
        /// A deadline.
        Alarm = "alarm",
        /// Shown only.
        Info = "info",
    }
}

codes! {
    /// A formal act that a rule can stop. A record of an event, such as an entry, a first question or a photograph, is
    /// never stopped: it is saved, and the next formal act stops.
    pub enum FormalAct {
        /// Signing a record (笔录).
        SignRecord = "sign_record",
        /// Signing the decision.
        SignDecision = "sign_decision",
        /// Signing or delivering a document that is neither a record nor a decision.
        OtherDocument = "other_document",
        /// Delivering the decision.
        Deliver = "deliver",
        /// Closing the case. Every breach of a [`Severity::Block`] row stops it.
        Close = "close",
    }
}

codes! {
    /// The subject of a row. The row is judged once for each such subject in the case.
    pub enum About {
        /// The case as a whole, including its inspection and its evidence.
        Case = "case",
        /// An act of the officers: an entry, a first question, a document that is signed.
        OfficerAct = "act",
        /// A party.
        Party = "party",
        /// A decision.
        PenaltyDecision = "decision",
        /// A decision, once for each party that it is made against.
        PenaltyOnParty = "decision_on_party",
    }
}

/// One subject in the case with its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// The kind of subject.
    pub about: About,
    /// The document that it concerns.
    pub document: Option<OpId>,
    /// The party that it concerns.
    pub party: Option<OpId>,
    /// Its facts.
    pub facts: Facts,
}

codes! {
    /// The result of one rule.
    pub enum Outcome {
        /// Kept.
        Satisfied = "satisfied",
        /// Not kept, or it would not be kept if the act were done now.
        Breached = "breached",
        /// Facts are missing, or a clock is still running.
        Undecided = "undecided",
        /// The case contains nothing that the rule applies to.
        NotApplicable = "not_applicable",
    }
}

codes! {
    /// The date that decides whether the row is in force.
    pub enum LooksAt {
        /// Procedure: the date of the step, [`Facts::on`].
        Step = "step",
        /// Substance: the date of the violation, where known.
        Violation = "violation",
    }
}

/// Where a row applies. It applies everywhere if it has no sectors, no region and no tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// One installation only.
    pub tenant: Option<TenantId>,
    /// Prefix of the region code, such as `50` for Chongqing.
    pub region: &'static str,
    /// These sectors only.
    pub sectors: &'static [Sector],
}

impl Scope {
    /// Everywhere.
    pub const EVERYWHERE: Self = Self { tenant: None, region: "", sectors: &[] };

    fn takes_in(self, facts: &Facts) -> bool {
        facts.region.starts_with(self.region)
            && (self.sectors.is_empty() || self.sectors.contains(&facts.sector))
            && (self.tenant.is_none() || self.tenant == facts.tenant)
    }
}

/// A number of the law. It is shown on the page for lawyers and is part of the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// What it counts.
    pub what: Text,
    /// The number.
    pub is: Amount,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Money.
    Money(Fen),
    /// A time.
    Time(Period),
    /// People, kinds, characters: a plain count.
    Count(u16),
    /// Percent.
    Percent(u8),
}

/// When a clock starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// It starts at this time (for days: on its date).
    At(When),
    /// It has not started, or there is none.
    NotRunning,
    /// Unknown.
    Unknown,
}

/// How a row is judged.
#[derive(Clone, Copy)]
pub enum Test {
    /// By the facts alone.
    Facts(fn(&Facts) -> Outcome),
    /// By a clock: the act must be done within a period from a start.
    Clock {
        /// What starts it.
        from: fn(&Facts) -> Start,
        /// What stops it.
        until: fn(&Facts) -> Happened,
        /// The period.
        within: Period,
    },
}

/// What the check found, in addition to the row's advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One provision.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Stable name, such as `SPO-01`.
    pub id: &'static str,
    /// Law and article, such as `行政处罚法 第五十一条`.
    pub article: &'static str,
    /// Its subject in a few words.
    pub title: Text,
    /// Verbatim from the law.
    pub quotation: &'static str,
    /// First day in force.
    pub since: Date,
    /// Last day in force.
    pub until: Option<Date>,
    /// Where it applies.
    pub scope: Scope,
    /// Its subject.
    pub about: About,
    /// What a breach does.
    pub severity: Severity,
    /// Acts at which a [`Severity::Block`] row stops.
    pub stops: &'static [FormalAct],
    /// It is about an event that cannot be repeated, so a recorded reason permits the next formal act. The breach stays
    /// visible, with the reason.
    pub reasoned: bool,
    /// The date by which it is in force.
    pub looks_at: LooksAt,
    /// How it is judged.
    pub test: Test,
    /// Its numbers, except the period of a clock.
    pub numbers: &'static [Number],
    /// What to do.
    pub advice: Text,
    /// Describes what exactly was found.
    pub detail: fn(&Facts) -> Option<Detail>,
    /// The wording was compared with the text of the law, or the check of a standard was verified on published codes. A
    /// rule that is not confirmed never blocks.
    pub confirmed: bool,
    /// Incremented when the predicate changes its meaning but the texts stay the same.
    pub revision: u16,
}

/// The result of one row for one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The row's id.
    pub rule: &'static str,
    /// Law and article.
    pub article: &'static str,
    /// The row's severity.
    pub severity: Severity,
    /// The answer.
    pub outcome: Outcome,
    /// Acts at which the row stops.
    pub stops: &'static [FormalAct],
    /// The document that it is about.
    pub document: Option<OpId>,
    /// The party that it is about.
    pub party: Option<OpId>,
    /// The recorded reason for the breach.
    pub reason: Option<String>,
    /// The deadline is open: the act that it requires has not happened. An act that was done late also ends it.
    pub running: bool,
    /// The deadline, if the row has one and its clock has started.
    pub due: Option<Due>,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

impl CheckResult {
    /// Whether it must be shown to people: the rule was not kept, or it is not known whether it was kept.
    pub const fn is_open(&self) -> bool {
        matches!(self.outcome, Outcome::Breached | Outcome::Undecided)
    }

    /// Whether it stops formal acts: a breach of a blocking row for which no reason is recorded.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block && self.outcome == Outcome::Breached && self.reason.is_none()
    }

    fn stops_at(&self, act: FormalAct) -> bool {
        self.blocks() && (act == FormalAct::Close || self.stops.contains(&act))
    }
}

/// Judges each matter by the rows that apply to its subject and are in force and in scope. The results are in the order of
/// `rules`, then of `matters`.
pub fn judge(rules: &[Rule], matters: &[Matter], calendar: &Calendar) -> Vec<CheckResult> {
    let of_rule = |rule: &Rule| {
        let concerned = matters.iter().filter(|matter| matter.about == rule.about);
        let judged = concerned.filter_map(|Matter { about: _, document, party, facts }| {
            Some(CheckResult { document: *document, party: *party, ..rule.judge(facts, calendar)? })
        });
        judged.collect::<Vec<_>>()
    };
    rules.iter().flat_map(of_rule).collect()
}

/// Judges the facts by every row that is in force and in scope, with any subject. The results are in the order of `rules`.
pub fn evaluate(rules: &[Rule], facts: &Facts, calendar: &Calendar) -> Vec<CheckResult> {
    rules.iter().filter_map(|rule| rule.judge(facts, calendar)).collect()
}

/// The number of breached rules, with or without a recorded reason.
pub fn breaches(results: &[CheckResult]) -> usize {
    results.iter().filter(|result| result.outcome == Outcome::Breached).count()
}

/// The breaches that stop `act` on any document.
pub fn blocking(results: &[CheckResult], act: FormalAct) -> Vec<&CheckResult> {
    results.iter().filter(|result| result.stops_at(act)).collect()
}

/// The breaches that stop `act` on this document: those about this document or about no document.
pub fn blocking_on(results: &[CheckResult], act: FormalAct, document: OpId) -> Vec<&CheckResult> {
    let concerns = |result: &&CheckResult| result.document.is_none_or(|other| other == document);
    results.iter().filter(|result| result.stops_at(act)).filter(concerns).collect()
}

impl Rule {
    /// Whether the row is in force. Unknown if that depends on the day and the day is not known.
    fn in_force(&self, facts: &Facts) -> Known<bool> {
        let (first, last) = match (self.looks_at, facts.violation_on) {
            (LooksAt::Violation, Known::Known(day)) => (day, day),
            (LooksAt::Violation, Known::NotEntered | Known::Unknown) | (LooksAt::Step, _) => {
                (facts.on, facts.on_at_latest.unwrap_or(facts.on))
            }
        };
        let holds = |day| self.since <= day && self.until.is_none_or(|until| day <= until);
        let touches = self.since <= last && self.until.is_none_or(|until| first <= until);
        match (self.scope.takes_in(facts) && touches, holds(first) && holds(last)) {
            (false, _) => Known::Known(false),
            (true, true) => Known::Known(true),
            (true, false) => Known::Unknown,
        }
    }

    /// The result of the row. `None` if it is not in force.
    fn judge(&self, facts: &Facts, calendar: &Calendar) -> Option<CheckResult> {
        let in_force = self.in_force(facts);
        if in_force == Known::Known(false) {
            return None;
        }
        let (outcome, due) = match self.test {
            Test::Facts(judge) => (judge(facts), None),
            Test::Clock { from, until, within } => clock(facts, calendar, &from(facts), &until(facts), within),
        };
        let running = match self.test {
            Test::Facts(_) => self.severity == Severity::Alarm && outcome == Outcome::Undecided,
            Test::Clock { until, .. } => due.is_some() && !matches!(until(facts), Happened::At(_)),
        };
        let outcome = match (in_force, outcome) {
            (Known::Unknown, Outcome::Breached) => Outcome::Undecided,
            (Known::Known(_) | Known::NotEntered | Known::Unknown, outcome) => outcome,
        };
        let (zh, en) = self.message(outcome, facts, due.as_ref());
        let Self { id: rule, article, severity, stops, .. } = *self;
        let reason = facts.reasons.get(rule).filter(|_| self.reasoned && outcome == Outcome::Breached).cloned();
        let (document, party) = (None, None);
        Some(CheckResult { rule, article, severity, outcome, stops, document, party, reason, running, due, zh, en })
    }

    fn message(&self, outcome: Outcome, facts: &Facts, due: Option<&Due>) -> (String, String) {
        let (mut zh, mut en) = (self.title.zh.to_owned(), self.title.en.to_owned());
        if let Some(due) = due {
            let _ = write!(zh, "：{}", due.zh);
            let _ = write!(en, ": {}", due.en);
        }
        match outcome {
            Outcome::Satisfied | Outcome::NotApplicable => {}
            Outcome::Breached | Outcome::Undecided => {
                if let Some(found) = (self.detail)(facts) {
                    let _ = write!(zh, "：{}", found.zh);
                    let _ = write!(en, ": {}", found.en);
                }
                let _ = write!(zh, "。{}（{}）", self.advice.zh, self.article);
                let _ = write!(en, ". {} ({})", self.advice.en, self.article);
            }
        }
        (zh, en)
    }
}

/// The shown due day is computed from the earliest possible start, so an officer who keeps it is never late.
fn clock(facts: &Facts, calendar: &Calendar, from: &Start, until: &Happened, within: Period) -> (Outcome, Option<Due>) {
    let start = match from {
        Start::At(start) => start.interval(),
        Start::NotRunning => return (Outcome::NotApplicable, None),
        Start::Unknown => return (Outcome::Undecided, None),
    };
    let first = calendar.due(start.lower, within);
    let last = start.is_bounded().then(|| calendar.due(start.upper, within));
    // Late only if it is late even by the latest possible start.
    let late_by = |instant| match &last {
        Some(last) if !last.provisional && !last.met_by(instant) => Outcome::Breached,
        Some(_) | None => Outcome::Undecided,
    };
    let outcome = match until {
        Happened::At(done) if first.met_by(done.interval().upper) => Outcome::Satisfied,
        Happened::At(done) => late_by(done.interval().lower),
        Happened::NotYet => late_by(Instant::start_of(facts.on)),
        Happened::Unknown => Outcome::Undecided,
    };
    (outcome, Some(first))
}

impl Period {
    /// In Chinese, with its unit.
    pub fn zh(self) -> String {
        match self {
            Self::WorkingDays(n) => format!("{n}个工作日"),
            Self::Days(n) => format!("{n}日"),
            Self::Hours(n) => format!("{n}小时"),
        }
    }

    /// In English, with its unit.
    pub fn en(self) -> String {
        match self {
            Self::WorkingDays(n) => format!("{n} working days"),
            Self::Days(n) => format!("{n} days"),
            Self::Hours(n) => format!("{n} hours"),
        }
    }
}

impl Amount {
    /// In Chinese, with its unit.
    pub fn zh(self) -> String {
        match self {
            Self::Money(fen) => format!("{fen}元"),
            Self::Time(period) => period.zh(),
            Self::Count(n) => n.to_string(),
            Self::Percent(n) => format!("{n}%"),
        }
    }
}
