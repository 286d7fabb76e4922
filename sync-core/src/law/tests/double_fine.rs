use super::scene::{but, but_decision, outcome, result, stopped};
use crate::law::facts::{Facts, Happened, Known, NumberUse, Penalty};
use crate::law::rule::{FormalAct, Outcome};
use crate::time::Instant;
use crate::when::{Grade, Interval, Mark, When};

/// 2026-12-31 23:59:59.999 in Asia/Shanghai.
const LAST_MOMENT: i64 = 1_798_732_799_999;

fn numbered(number: &str) -> Facts {
    but_decision(|d| d.form_number = Some(number.to_owned()))
}

fn signed_between(number: &str, first: i64, last: i64) -> Facts {
    let during = Interval { lower: Instant::from_ms(first), upper: Instant::from_ms(last), grade: Grade::A };
    but_decision(|d| {
        d.form_number = Some(number.to_owned());
        d.first_signed_at = Happened::At(When::from(Mark::apart(during)));
    })
}

#[test]
fn article_52_asks_for_a_number_that_is_written_as_one() {
    assert_eq!(outcome(&numbered("（巫市监）当罚〔2026〕1号"), "SPO-02-SHAPE"), Outcome::Satisfied);
    for wrong in ["101", "当罚1号", "（巫市监）当罚〔2026〕0号"] {
        assert_eq!(stopped(&numbered(wrong), FormalAct::SignDecision), ["SPO-02-SHAPE"], "{wrong}");
        assert_eq!(stopped(&numbered(wrong), FormalAct::Deliver), ["SPO-02-SHAPE"], "{wrong}");
    }
    assert!(result(&numbered("101"), "SPO-02-SHAPE").zh.contains("“101”"));
    let none = but_decision(|d| d.form_number = None);
    assert_eq!(outcome(&none, "SPO-02-SHAPE"), Outcome::NotApplicable, "SPO-02-FORM says that it is lacking");
}

#[test]
fn the_year_of_the_number_is_that_of_the_day_on_which_it_was_first_signed() {
    let old = "（巫市监）当罚〔2026〕1号";
    assert_eq!(outcome(&signed_between(old, LAST_MOMENT, LAST_MOMENT), "SPO-02-SHAPE"), Outcome::Satisfied);
    let next = signed_between(old, LAST_MOMENT + 1, LAST_MOMENT + 1);
    assert_eq!(outcome(&next, "SPO-02-SHAPE"), Outcome::Breached, "one millisecond later");
    assert!(result(&next, "SPO-02-SHAPE").zh.contains("2026年的文号"));
    let either = |number| outcome(&signed_between(number, LAST_MOMENT, LAST_MOMENT + 1), "SPO-02-SHAPE");
    assert_eq!(either(old), Outcome::Undecided);
    assert_eq!(either("（巫市监）当罚〔2027〕1号"), Outcome::Undecided);
    for other in ["（巫市监）当罚〔2025〕1号", "（巫市监）当罚〔2028〕1号"] {
        assert_eq!(either(other), Outcome::Breached, "{other}");
    }
    let unknown = but_decision(|d| d.first_signed_at = Happened::Unknown);
    assert_eq!(outcome(&unknown, "SPO-02-SHAPE"), Outcome::Undecided);
}

#[test]
fn a_draft_is_held_against_the_day_on_which_one_looks() {
    let draft = |number: &str| {
        but_decision(|d| {
            (d.form_number, d.first_signed_at) = (Some(number.to_owned()), Happened::NotYet);
        })
    };
    assert_eq!(outcome(&draft("（巫市监）当罚〔2026〕1号"), "SPO-02-SHAPE"), Outcome::Satisfied);
    assert_eq!(stopped(&draft("（巫市监）当罚〔2025〕1号"), FormalAct::SignDecision), ["SPO-02-SHAPE"]);
}

#[test]
fn a_number_of_a_phones_range_was_granted_to_it() {
    let granted = |known| but_decision(|d| d.number_granted = known);
    for (known, wanted) in [
        (Known::Known(true), Outcome::Satisfied),
        (Known::Known(false), Outcome::Breached),
        (Known::Unknown, Outcome::Undecided),
        (Known::NotEntered, Outcome::NotApplicable),
    ] {
        assert_eq!(outcome(&granted(known), "SPO-02-RANGE"), wanted, "{known:?}");
    }
    assert_eq!(stopped(&granted(Known::Known(false)), FormalAct::SignDecision), ["SPO-02-RANGE"]);
}

#[test]
fn a_number_stands_on_one_document_of_one_case_and_a_double_stops_nothing() {
    let used = |here, elsewhere| {
        but(|f| f.numbers = vec![NumberUse { text: "（巫市监）当罚〔2026〕1号".to_owned(), here, elsewhere }])
    };
    assert_eq!(outcome(&used(1, 0), "SPO-02-ONCE"), Outcome::Satisfied);
    for (here, elsewhere, says) in [(2, 0, "在本案用了2次"), (1, 1, "另一案的文书也用了"), (3, 2, "在本案用了3次")]
    {
        assert_eq!(outcome(&used(here, elsewhere), "SPO-02-ONCE"), Outcome::Breached);
        assert!(result(&used(here, elsewhere), "SPO-02-ONCE").zh.contains(says));
        for act in [FormalAct::SignDecision, FormalAct::Deliver, FormalAct::Close] {
            assert!(stopped(&used(here, elsewhere), act).is_empty(), "what has happened is kept, and flagged");
        }
    }
    assert_eq!(outcome(&but(|f| f.numbers.clear()), "SPO-02-ONCE"), Outcome::NotApplicable);
}

#[test]
fn article_29_looks_into_other_cases_and_a_recorded_reason_lets_the_act_go_on() {
    let fined = |proved, perhaps| but_decision(|d| (d.fined_elsewhere, d.perhaps_fined_elsewhere) = (proved, perhaps));
    assert_eq!(outcome(&fined(0, 0), "SPO-07-CASES"), Outcome::Satisfied);
    assert_eq!(outcome(&fined(0, 1), "SPO-07-CASES"), Outcome::Undecided, "a name alone is a question");
    assert!(stopped(&fined(0, 1), FormalAct::SignDecision).is_empty());
    assert!(result(&fined(0, 1), "SPO-07-CASES").zh.contains("请核实是否为同一人"));
    for act in [FormalAct::SignDecision, FormalAct::Deliver, FormalAct::Close] {
        assert_eq!(stopped(&fined(1, 0), act), ["SPO-07-CASES"]);
    }
    let mut reasoned = fined(1, 1);
    reasoned.reasons.insert("SPO-07-CASES".to_owned(), "另一案是另一店铺的同日行为".to_owned());
    assert!(stopped(&reasoned, FormalAct::SignDecision).is_empty());
    assert_eq!(outcome(&reasoned, "SPO-07-CASES"), Outcome::Breached, "and stays visible");
    let warning = but_decision(|d| {
        (d.penalties, d.fine, d.fined_elsewhere) = ([Penalty::Warning].into(), None, 1);
    });
    assert_eq!(outcome(&warning, "SPO-07-CASES"), Outcome::NotApplicable);
}
