//! Decree 355: grade, band, deviation and explanation.

use super::scene::{but, but_decision, outcome, paying, result, stopped};
use crate::law::discretion::{FineRange, Grade};
use crate::law::facts::{Discretion, Facts, Happened, Known, Penalty};
use crate::law::rule::{FormalAct, Outcome, evaluate};
use crate::law::table::rules;
use crate::money::Fen;
use crate::time::Date;

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn fined(amount: i64, discretion: Discretion) -> Facts {
    but_decision(|d| {
        d.signed_at = Happened::NotYet;
        d.fine = Some(fen(amount));
        d.payment = Some(paying(fen(amount)));
        d.discretion = discretion;
    })
}

fn by(range: FineRange, grade: Grade) -> Discretion {
    let explanation = Some(format!("属{}情节", grade.zh()));
    Discretion { range: Some(range), grade: Some(grade), explanation, ..Discretion::default() }
}

fn judged(range: FineRange, grade: Grade, amount: i64) -> Outcome {
    outcome(&fined(amount, by(range, grade)), "CAS-24")
}

#[test]
fn decree_355_article_16_wants_the_fine_inside_the_band_of_its_grade_where_only_a_maximum_is_named() {
    let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
    for (amount, grade, expected) in [
        (49_999, Grade::Reduced, Outcome::Satisfied),
        (50_000, Grade::Reduced, Outcome::Breached),
        (49_999, Grade::Lighter, Outcome::Breached),
        (50_000, Grade::Lighter, Outcome::Satisfied),
        (150_000, Grade::Lighter, Outcome::Satisfied),
        (150_001, Grade::Lighter, Outcome::Breached),
        (150_000, Grade::Standard, Outcome::Breached),
        (150_001, Grade::Standard, Outcome::Satisfied),
        (349_999, Grade::Standard, Outcome::Satisfied),
        (350_000, Grade::Standard, Outcome::Breached),
        (349_999, Grade::Heavier, Outcome::Breached),
        (350_000, Grade::Heavier, Outcome::Satisfied),
        (500_000, Grade::Heavier, Outcome::Satisfied),
        (500_001, Grade::Heavier, Outcome::Breached),
    ] {
        assert_eq!(judged(range, grade, amount), expected, "{amount} {grade:?}");
    }
}

#[test]
fn decree_355_article_16_wants_the_fine_inside_the_band_between_a_minimum_and_a_maximum() {
    let range = FineRange::between(Fen::yuan(1_000), Fen::yuan(2_000)).unwrap();
    for (amount, grade, expected) in [
        (99_999, Grade::Reduced, Outcome::Satisfied),
        (100_000, Grade::Reduced, Outcome::Breached),
        (99_999, Grade::Lighter, Outcome::Breached),
        (100_000, Grade::Lighter, Outcome::Satisfied),
        (130_000, Grade::Lighter, Outcome::Satisfied),
        (130_001, Grade::Lighter, Outcome::Breached),
        (130_001, Grade::Standard, Outcome::Satisfied),
        (169_999, Grade::Standard, Outcome::Satisfied),
        (170_000, Grade::Standard, Outcome::Breached),
        (170_000, Grade::Heavier, Outcome::Satisfied),
        (200_000, Grade::Heavier, Outcome::Satisfied),
        (200_001, Grade::Heavier, Outcome::Breached),
    ] {
        assert_eq!(judged(range, grade, amount), expected, "{amount} {grade:?}");
    }
}

#[test]
fn decree_355_article_16_stops_the_signing_while_grade_or_range_is_not_entered_and_names_the_field() {
    let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
    let without_grade = Discretion { grade: None, ..by(range, Grade::Standard) };
    let draft = fined(300_000, without_grade);
    assert!(stopped(&draft, FormalAct::SignDecision).contains(&"CAS-24"));
    assert!(result(&draft, "CAS-24").zh.contains("未填写“裁量档次”"));
    let without_range = Discretion { range: None, ..by(range, Grade::Standard) };
    let draft = fined(300_000, without_range);
    assert_eq!(stopped(&draft, FormalAct::SignDecision), ["CAS-24"]);
    assert!(result(&draft, "CAS-24").zh.contains("法定罚款幅度"));
    let none = fined(300_000, Discretion::default());
    assert_eq!(stopped(&none, FormalAct::SignDecision), ["CAS-24", "CAS-24-WHY"]);
}

#[test]
fn decree_355_article_16_takes_the_range_of_the_item_and_no_other_in_a_draft() {
    let (five, nine) = (FineRange::up_to(Fen::yuan(5_000)).unwrap(), FineRange::up_to(Fen::yuan(9_000)).unwrap());
    let of_item = Discretion { range: None, catalogue: Some(five), ..by(five, Grade::Standard) };
    assert_eq!(stopped(&fined(300_000, of_item.clone()), FormalAct::SignDecision), [""; 0]);
    let another = fined(300_000, Discretion { range: Some(nine), ..of_item });
    assert_eq!(stopped(&another, FormalAct::SignDecision), ["CAS-24"]);
    assert!(result(&another, "CAS-24").zh.contains("不一致"));
    let mut signed = another;
    signed.decision.as_mut().unwrap().signed_at = Happened::exactly(super::scene::nine(3_000));
    assert_eq!(outcome(&signed, "CAS-24"), Outcome::Satisfied, "a catalogue that changed later undoes nothing");
}

#[test]
fn decree_355_article_19_lets_a_deviation_stand_only_with_its_reason_and_its_approval() {
    let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
    let deviating = |reason: Option<&str>, approval: Option<&str>| {
        let discretion = Discretion {
            deviation_reason: reason.map(str::to_owned),
            deviation_approval: approval.map(str::to_owned),
            ..by(range, Grade::Lighter)
        };
        fined(150_001, discretion)
    };
    let (reason, approval) = (Some("适用基准明显过轻"), Some("集体讨论记录〔2026〕1号"));
    assert_eq!(stopped(&deviating(None, None), FormalAct::SignDecision), ["CAS-24"]);
    assert_eq!(stopped(&deviating(reason, approval), FormalAct::SignDecision), [""; 0]);
    for (reason, approval, lacking) in [(reason, None, "批准"), (None, approval, "理由"), (reason, Some(" "), "批准")]
    {
        let half = deviating(reason, approval);
        assert_eq!(stopped(&half, FormalAct::SignDecision), ["CAS-24", "CAS-24-DEV"]);
        assert!(result(&half, "CAS-24-DEV").zh.contains(lacking));
    }
}

#[test]
fn decree_355_article_19_lets_nobody_go_beyond_the_maximum_of_the_law() {
    let range = FineRange::up_to(Fen::yuan(2_000)).unwrap();
    let deviating = |amount| {
        let discretion = Discretion {
            deviation_reason: Some("情节特殊".to_owned()),
            deviation_approval: Some("集体讨论记录〔2026〕1号".to_owned()),
            ..by(range, Grade::Lighter)
        };
        outcome(&fined(amount, discretion), "CAS-24")
    };
    assert_eq!(deviating(200_000), Outcome::Satisfied);
    assert_eq!(deviating(200_001), Outcome::Breached);
}

#[test]
fn decree_355_article_20_wants_the_grade_explained_in_the_decision() {
    let range = FineRange::up_to(Fen::yuan(5_000)).unwrap();
    let explained = |text: Option<&str>| {
        fined(300_000, Discretion { explanation: text.map(str::to_owned), ..by(range, Grade::Standard) })
    };
    let kept = "违法行为轻微，未当场改正，无从轻、从重情节，适用一般档。";
    assert_eq!(stopped(&explained(Some(kept)), FormalAct::SignDecision), [""; 0]);
    for text in [None, Some("x"), Some("一般"), Some("情节从轻")] {
        assert_eq!(stopped(&explained(text), FormalAct::SignDecision), ["CAS-24-WHY"], "{text:?}");
    }
}

#[test]
fn decree_355_asks_nothing_of_a_warning() {
    let warning = but_decision(|d| {
        d.penalties = [Penalty::Warning].into();
        d.fine = None;
        d.discretion = Discretion::default();
    });
    for rule in ["CAS-24", "CAS-24-DEV", "CAS-24-WHY"] {
        assert_eq!(outcome(&warning, rule), Outcome::NotApplicable, "{rule}");
    }
}

#[test]
fn decree_355_looks_at_the_date_of_the_violation_where_it_is_known() {
    let judged = |on| {
        let facts = but(|f| f.violation_on = on);
        evaluate(rules(), &facts, &super::scene::calendar()).iter().any(|r| r.rule == "CAS-24")
    };
    assert!(judged(Known::Known(Date::constant(2023, 3, 1))));
    assert!(!judged(Known::Known(Date::constant(2023, 2, 28))));
    assert!(judged(Known::Unknown));
}
