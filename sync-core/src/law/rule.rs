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
        /// Stops the next formal act named in [`Rule::stops`]. Never erases what is recorded.
        Block = "block",
        /// Shown; the act goes on with a reason.
        Warn = "warn",
        /// A date to be kept.
        Alarm = "alarm",
        /// Shown only.
        Info = "info",
    }
}

codes! {
    /// A formal act at which a rule can stop. What has happened, such as an entry, a first question or a photograph, is
    /// never stopped: it is saved, and the next formal act stops.
    pub enum FormalAct {
        /// Signing a record (笔录).
        SignRecord = "sign_record",
        /// Signing the decision.
        SignDecision = "sign_decision",
        /// Signing or delivering a document that is neither record nor decision.
        OtherDocument = "other_document",
        /// Handing the decision over.
        Deliver = "deliver",
        /// Closing the case. Every breach of a [`Severity::Block`] row stops it.
        Close = "close",
    }
}

codes! {
    /// What a row speaks of. It is judged once for each of these in the case.
    pub enum About {
        /// The case as a whole, its inspection and its evidence included.
        Case = "case",
        /// An act of the officers: an entry, a first question, a document that is signed.
        OfficerAct = "act",
        /// A party.
        Party = "party",
        /// A decision.
        PenaltyDecision = "decision",
        /// A decision for each party that it is made against.
        PenaltyOnParty = "decision_on_party",
    }
}

/// The facts of one thing that rows speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// What kind of thing.
    pub about: About,
    /// The document that it concerns.
    pub document: Option<OpId>,
    /// The party that it concerns.
    pub party: Option<OpId>,
    /// What is known of it.
    pub facts: Facts,
}

codes! {
    /// The answer of one rule.
    pub enum Outcome {
        /// Kept.
        Satisfied = "satisfied",
        /// Not kept, or would not be if the act were done now.
        Breached = "breached",
        /// Facts are missing, or a clock is still running.
        Undecided = "undecided",
        /// Nothing in this case that the rule speaks of.
        NotApplicable = "not_applicable",
    }
}

codes! {
    /// Which date decides whether the row is in force.
    pub enum LooksAt {
        /// Procedure: the date of the step, [`Facts::on`].
        Step = "step",
        /// Substance: the date of the violation, where known.
        Violation = "violation",
    }
}

/// Where a row applies. Empty sectors, no region and no tenant: everywhere.
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

/// A number of the law, shown to the lawyer and part of the hash.
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
    /// Then (for days: on its date).
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
    /// By a clock: done within a period from a start.
    Clock {
        /// What starts it.
        from: fn(&Facts) -> Start,
        /// What stops it.
        until: fn(&Facts) -> Happened,
        /// The period.
        within: Period,
    },
}

/// What was found, beyond the row's advice.
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
    /// What it is about.
    pub title: Text,
    /// Verbatim from the law.
    pub quotation: &'static str,
    /// First day in force.
    pub since: Date,
    /// Last day in force.
    pub until: Option<Date>,
    /// Where it applies.
    pub scope: Scope,
    /// What it speaks of.
    pub about: About,
    /// What a breach does.
    pub severity: Severity,
    /// Acts at which a [`Severity::Block`] row stops.
    pub stops: &'static [FormalAct],
    /// It speaks of what has happened and cannot be done again: a recorded reason lets the next formal act go on. The
    /// breach stays visible, with the reason.
    pub reasoned: bool,
    /// Which date it looks at.
    pub looks_at: LooksAt,
    /// How it is judged.
    pub test: Test,
    /// Its numbers besides the period of a clock.
    pub numbers: &'static [Number],
    /// What to do.
    pub advice: Text,
    /// Says what exactly was found.
    pub detail: fn(&Facts) -> Option<Detail>,
    /// The wording was read in the text of the law, or the check of a standard was verified on
    /// published codes. What is not confirmed never blocks.
    pub confirmed: bool,
    /// Raised whenever the predicate changes its meaning while the words stay.
    pub revision: u16,
}

/// What one row says about the facts.
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
    /// The document it speaks of.
    pub document: Option<OpId>,
    /// The party it speaks of.
    pub party: Option<OpId>,
    /// The recorded reason for what happened against the row.
    pub reason: Option<String>,
    /// A date to be kept is open: what fulfils it has not happened. What was done late has ended it.
    pub running: bool,
    /// The deadline, where the row has one and its clock has started.
    pub due: Option<Due>,
    /// For people, in Chinese.
    pub zh: String,
    /// For people, in English.
    pub en: String,
}

impl CheckResult {
    /// Whether it says something to people: not kept, or not known to be kept.
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

/// Judges each matter by the rows that speak of it and are in force and in scope. In the order of `rules`, and of
/// `matters` for each row.
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

/// Judges the facts by every row that is in force and in scope, whatever it speaks of. In the order of `rules`.
pub fn evaluate(rules: &[Rule], facts: &Facts, calendar: &Calendar) -> Vec<CheckResult> {
    rules.iter().filter_map(|rule| rule.judge(facts, calendar)).collect()
}

/// How many rules are breached, with a recorded reason or without.
pub fn breaches(results: &[CheckResult]) -> usize {
    results.iter().filter(|result| result.outcome == Outcome::Breached).count()
}

/// The breaches that stop `act`, whichever document it concerns.
pub fn blocking(results: &[CheckResult], act: FormalAct) -> Vec<&CheckResult> {
    results.iter().filter(|result| result.stops_at(act)).collect()
}

/// The breaches that stop `act` on this document: those that speak of it or of no document.
pub fn blocking_on(results: &[CheckResult], act: FormalAct, document: OpId) -> Vec<&CheckResult> {
    let concerns = |result: &&CheckResult| result.document.is_none_or(|other| other == document);
    results.iter().filter(|result| result.stops_at(act)).filter(concerns).collect()
}

impl Rule {
    /// Whether the row is in force; unknown where that depends on the day and the day is not known.
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

    /// What the row says; `None` where it is not in force.
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

/// The due day that is shown is the earliest that the start allows: who keeps that is never late.
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
