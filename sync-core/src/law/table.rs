//! The rows, by statute.
//!
//! Promise: every row cites its law and quotes it verbatim; ids are unique and never reused (`SPO-02-SEAL` was one); a
//! row whose wording is not confirmed never blocks. A new provision is a new row. Not here: how rows are judged
//! (`rule`).

mod chongqing;
mod codes;
mod collection;
mod discretion;
mod double_fine;
mod emergency;
mod litigation;
mod penalty;
mod penalty_spot;
mod procedure;
mod sector;

pub(crate) use procedure::EVIDENCE_SIGNERS;

use super::facts::{Facts, Happened, Missing};
use super::rule::{About, Detail, LooksAt, Outcome, Rule, Scope, Severity, Test, Text};
use crate::time::Date;
use crate::when::Order;
use std::sync::LazyLock;

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        penalty::ROWS,
        procedure::ROWS,
        double_fine::ROWS,
        penalty_spot::ROWS,
        sector::ROWS,
        emergency::ROWS,
        collection::ROWS,
        litigation::ROWS,
        chongqing::ROWS,
        discretion::ROWS,
        codes::ROWS,
    ]
    .concat()
});

/// All rows, in the order in which they are judged and printed.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// Template for rows: no predicate, always in force.
const ROW: Rule = Rule {
    id: "",
    article: "",
    title: Text { zh: "", en: "" },
    quotation: "",
    since: Date::constant(1949, 10, 1),
    until: None,
    scope: Scope::EVERYWHERE,
    about: About::Case,
    severity: Severity::Info,
    stops: &[],
    reasoned: false,
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

/// Names a field that nobody entered.
fn not_entered(missing: Missing) -> Detail {
    Detail { zh: format!("未填写“{}”", missing.zh()), en: format!("nobody entered “{}”", missing.en()) }
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

/// `first` must be done, and not after `second`; if `second` is still to come, before it. Undecided where neither what
/// builds on what nor the proved times show which came first.
fn not_after(facts: &Facts, first: &Happened, second: &Happened) -> Outcome {
    match (first, second) {
        (Happened::At(first), Happened::At(second)) => match facts.causes.in_order(first, second) {
            Order::Kept => Outcome::Satisfied,
            Order::Reversed => Outcome::Breached,
            Order::Undecided => Outcome::Undecided,
        },
        (Happened::At(_), Happened::NotYet) => Outcome::Satisfied,
        (Happened::NotYet, _) => Outcome::Breached,
        (Happened::Unknown, _) | (Happened::At(_), Happened::Unknown) => Outcome::Undecided,
    }
}

/// Says when the two were, and where nothing shows which came first, that.
fn order_found(
    facts: &Facts,
    (first, zh, en): (&Happened, &str, &str),
    second: (&Happened, &str, &str),
) -> Option<Detail> {
    let (Happened::At(one), Happened::At(other)) = (first, second.0) else { return None };
    let (one_at, other_at) = (one.interval(), other.interval());
    let open = facts.causes.in_order(one, other) == Order::Undecided;
    let (not_shown, not_shown_en) =
        if open { ("，先后无法证明", "; which came first cannot be shown") } else { ("", "") };
    Some(Detail {
        zh: format!("{zh} {one_at}，{} {other_at}{not_shown}", second.1),
        en: format!("{en} {one_at}, {} {other_at}{not_shown_en}", second.2),
    })
}

fn written(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}
