use super::scene::{but, but_inspection, nine, on_day, outcome, result, stopped};
use crate::law::calendar::DueAt;
use crate::law::facts::{Facts, Happened, Inspection, Known};
use crate::law::rule::{FormalAct, Outcome, Severity, evaluate};
use crate::law::table::rules;
use crate::time::Date;

#[test]
fn decree_375_says_nothing_before_the_entry() {
    let before = but_inspection(|i| {
        *i = Inspection { enters_enterprise: Known::Known(true), ..Inspection::default() };
    });
    for rule in ["INS-02", "INS-03", "INS-03-EX", "INS-04"] {
        assert_eq!(outcome(&before, rule), Outcome::NotApplicable, "{rule}");
    }
}

#[test]
fn an_entry_without_the_kind_of_party_stops_the_next_act_and_names_the_field() {
    let blank = but_inspection(|i| i.enters_enterprise = Known::NotEntered);
    for act in
        [FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver, FormalAct::Close]
    {
        assert_eq!(stopped(&blank, act), ["INS-02", "INS-03"], "{act:?}");
    }
    assert!(result(&blank, "INS-02").zh.contains("未填写“当事人类型”"));
    let unknown = but_inspection(|i| i.enters_enterprise = Known::Unknown);
    assert_eq!(outcome(&unknown, "INS-03"), Outcome::Undecided, "what nobody can know stops nothing");
}

fn without_code(reason: Option<&str>) -> Facts {
    but_inspection(|i| {
        i.code_obtained_at = Happened::NotYet;
        i.code_handed_over_at = Happened::NotYet;
        i.special_reason = reason.map(str::to_owned);
    })
}

#[test]
fn decree_375_article_18_wants_each_step_not_after_entry() {
    let steps: [fn(&mut Inspection) -> &mut Happened; 4] = [
        |i| &mut i.notice_made_at,
        |i| &mut i.code_obtained_at,
        |i| &mut i.code_handed_over_at,
        |i| &mut i.enterprise_code_scanned_at,
    ];
    for step in steps {
        assert_eq!(stopped(&but_inspection(|i| *step(i) = Happened::NotYet), FormalAct::SignRecord), ["INS-03"]);
        assert_eq!(
            stopped(&but_inspection(|i| *step(i) = Happened::exactly(nine(0))), FormalAct::SignRecord),
            ["INS-03"]
        );
        assert_eq!(
            stopped(&but_inspection(|i| *step(i) = Happened::exactly(nine(-1))), FormalAct::SignRecord),
            [""; 0]
        );
        assert_eq!(outcome(&but_inspection(|i| *step(i) = Happened::Unknown), "INS-03"), Outcome::Undecided);
    }
}

#[test]
fn decree_375_article_18_lets_a_recorded_special_reason_stand_for_the_code_with_a_warning() {
    for no_reason in [None, Some(""), Some(" ")] {
        assert_eq!(stopped(&without_code(no_reason), FormalAct::SignRecord), ["INS-03"]);
    }
    let excused = without_code(Some("县平台故障，无法取得执法码"));
    assert_eq!(stopped(&excused, FormalAct::SignRecord), [""; 0]);
    let warning = result(&excused, "INS-03-EX");
    assert_eq!((warning.severity, warning.outcome), (Severity::Warn, Outcome::Breached));
    assert!(warning.zh.contains("县平台故障"));
}

#[test]
fn a_blank_reason_excuses_no_missing_code() {
    for blank in [None, Some(""), Some(" 　\n")] {
        let facts = without_code(blank);
        assert_eq!(outcome(&facts, "INS-03"), Outcome::Breached, "{blank:?}");
        assert_eq!(outcome(&facts, "INS-03-EX"), Outcome::NotApplicable, "{blank:?}");
    }
}

#[test]
fn a_special_reason_does_not_excuse_a_code_that_was_obtained_and_not_shown() {
    let held_back = but_inspection(|i| {
        i.code_handed_over_at = Happened::NotYet;
        i.special_reason = Some("忘记".to_owned());
    });
    assert_eq!(stopped(&held_back, FormalAct::SignRecord), ["INS-03"]);
}

#[test]
fn decree_375_article_18_is_filed_within_three_working_days_of_the_inspection() {
    let filed = |on: Date| {
        let mut facts = without_code(Some("无网络"));
        facts.inspection.as_mut().unwrap().filed_at = on_day(on);
        result(&facts, "INS-04")
    };
    // Friday; Sunday the 20th works.
    let last = Date::constant(2026, 9, 22);
    let in_time = filed(last);
    assert_eq!((in_time.outcome, in_time.due.unwrap().at), (Outcome::Satisfied, DueAt::Day(last)));
    assert_eq!(filed(Date::constant(2026, 9, 23)).outcome, Outcome::Breached);
}

#[test]
fn decree_375_article_18_starts_no_clock_when_the_code_was_there() {
    assert_eq!(outcome(&but(|_| ()), "INS-04"), Outcome::NotApplicable);
    let waiting = without_code(Some("无网络"));
    assert_eq!(outcome(&waiting, "INS-04"), Outcome::Undecided);
    assert!(result(&waiting, "INS-04").zh.contains("至2026-09-22"));
}

#[test]
fn decree_375_article_17_wants_the_plan_approved_before_entry_unless_urgent() {
    let late = |urgent| {
        but_inspection(|i| {
            i.plan_approved_at = Happened::exactly(nine(0));
            i.urgent = urgent;
        })
    };
    assert_eq!(stopped(&late(false), FormalAct::SignRecord), ["INS-02"]);
    assert_eq!(outcome(&late(true), "INS-02"), Outcome::Satisfied);
    let never = |urgent| {
        let facts = but_inspection(|i| (i.plan_approved_at, i.urgent) = (Happened::NotYet, urgent));
        outcome(&facts, "INS-02")
    };
    assert_eq!(never(false), Outcome::Breached);
    assert_eq!(never(true), Outcome::Undecided, "it is still to be made up for");
}

#[test]
fn decree_375_speaks_only_of_enterprises_in_chongqing_since_it_is_in_force() {
    let stall = but_inspection(|i| {
        i.enters_enterprise = Known::Known(false);
        i.code_obtained_at = Happened::NotYet;
    });
    assert_eq!(outcome(&stall, "INS-03"), Outcome::NotApplicable);
    let judged = |change: fn(&mut Facts)| {
        let facts = but(change);
        evaluate(rules(), &facts, &super::scene::calendar()).iter().any(|r| r.rule == "INS-03")
    };
    assert!(judged(|f| f.on = Date::constant(2025, 9, 20)));
    assert!(!judged(|f| f.on = Date::constant(2025, 9, 19)));
    assert!(!judged(|f| f.region = "510100".to_owned()));
}
