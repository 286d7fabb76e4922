//! The rows, by statute.
//!
//! Promise: every row cites its law and quotes it verbatim; ids are unique and never reused; a row
//! whose wording is not confirmed never blocks. Adding a provision adds a row.
//! Not here: how rows are judged (`rule`).

mod chongqing;
mod codes;
mod litigation;
mod penalty;
mod penalty_spot;
mod sector;

use super::facts::{Facts, Happened};
use super::rule::{Detail, LooksAt, Outcome, Rule, Scope, Severity, Test, Text};
use crate::time::Date;
use std::sync::LazyLock;

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [penalty::ROWS, penalty_spot::ROWS, sector::ROWS, litigation::ROWS, chongqing::ROWS, codes::ROWS].concat()
});

/// All rows, in the order in which they are judged and printed.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// A row to start from: judged by nothing, in force for ever.
const ROW: Rule = Rule {
    id: "",
    article: "",
    title: Text { zh: "", en: "" },
    quotation: "",
    since: Date::constant(1949, 10, 1),
    until: None,
    scope: Scope::EVERYWHERE,
    severity: Severity::Info,
    stops: &[],
    looks_at: LooksAt::Step,
    test: Test::Facts(|_| Outcome::NotApplicable),
    numbers: &[],
    advice: Text { zh: "", en: "" },
    detail: nothing,
    confirmed: true,
    revision: 1,
};

fn nothing(_: &Facts) -> Option<Detail> {
    None
}

fn kept(yes: bool) -> Outcome {
    if yes { Outcome::Satisfied } else { Outcome::Breached }
}

/// Breached if any is, else undecided if any is.
fn all(outcomes: &[Outcome]) -> Outcome {
    for worst in [Outcome::Breached, Outcome::Undecided] {
        if outcomes.contains(&worst) {
            return worst;
        }
    }
    Outcome::Satisfied
}

/// `first` must be done, and not after `second`; if `second` is still to come, before it. Two steps
/// in the same millisecond are in order, since nothing finer is recorded.
fn not_after(first: Happened, second: Happened) -> Outcome {
    match (first, second) {
        (Happened::At(a), Happened::At(b)) => kept(a <= b),
        (Happened::At(_), Happened::NotYet) => Outcome::Satisfied,
        (Happened::NotYet, _) => Outcome::Breached,
        (Happened::Unknown, _) | (Happened::At(_), Happened::Unknown) => Outcome::Undecided,
    }
}

fn written(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}
