//! What a rule says of what it found, word for word.

use super::scene::{but, but_decision, but_inspection, nine, officer, outcome};
use crate::law::facts::{
    Certificate, Delivery, Facts, Happened, Inspection, Known, NotValid, NumberUse, OfficerAct, OfficerPresent,
};
use crate::law::rule::{Outcome, Text};
use crate::law::table::rules;
use crate::law::wording::read_remedy;
use crate::money::Fen;
use crate::when::{Grade, Interval, Mark, When};

/// What the rule says, in Chinese and English.
fn detail(facts: &Facts, rule: &str) -> Option<(String, String)> {
    let rule = rules().iter().find(|one| one.id == rule).unwrap();
    (rule.detail)(facts).map(|detail| (detail.zh, detail.en))
}

fn said(zh: &str, en: &str) -> (String, String) {
    (zh.to_owned(), en.to_owned())
}

fn between(first: i64, last: i64) -> Interval {
    Interval { lower: nine(first), upper: nine(last), grade: Grade::A }
}

#[test]
fn a_double_number_is_named_with_where_else_it_stands_and_a_single_one_is_not_named() {
    let used = |uses: &[(&str, u32, u32)]| {
        let number = |(text, here, elsewhere): &(&str, u32, u32)| NumberUse {
            text: (*text).to_owned(),
            here: (*here).try_into().unwrap(),
            elsewhere: (*elsewhere).try_into().unwrap(),
        };
        detail(&but(|f| f.numbers = uses.iter().map(number).collect()), "SPO-02-ONCE")
    };
    assert_eq!(used(&[("甲", 1, 0)]), None);
    assert_eq!(used(&[("甲", 2, 0)]), Some(said("“甲”在本案用了2次", "“甲” stands 2 times in this case")));
    assert_eq!(
        used(&[("甲", 1, 1)]),
        Some(said("“甲”另一案的文书也用了", "“甲” stands on a document of another case"))
    );
    assert_eq!(
        used(&[("甲", 3, 2)]),
        Some(said(
            "“甲”在本案用了3次，另一案的文书也用了",
            "“甲” stands 3 times in this case and stands on a document of another case"
        ))
    );
    assert_eq!(
        used(&[("甲", 2, 0), ("乙", 1, 0), ("丙", 0, 1)]),
        Some(said(
            "“甲”在本案用了2次；“丙”另一案的文书也用了",
            "“甲” stands 2 times in this case; “丙” stands on a document of another case"
        ))
    );
}

#[test]
fn a_fine_in_another_case_is_named_as_proved_or_as_a_question() {
    let fined = |proved, perhaps| {
        let facts = but_decision(|d| (d.fined_elsewhere, d.perhaps_fined_elsewhere) = (proved, perhaps));
        detail(&facts, "SPO-07-CASES").map(|(zh, en)| (zh.contains("请核实"), en.contains("of the same name")))
    };
    assert_eq!([fined(0, 0), fined(1, 0), fined(1, 1)], [None, Some((false, false)), Some((false, false))]);
    assert_eq!(fined(0, 1), Some((true, true)));
}

/// Acts, each with the certificates of those who were present.
fn acts(acts: &[(&'static str, &[Certificate])]) -> Facts {
    but(|f| {
        f.acts = (0..)
            .zip(acts)
            .map(|(at, (zh, _))| OfficerAct { what: Text { zh, en: "act" }, during: between(at, at) })
            .collect();
        let present = (0..).zip(acts).flat_map(|(act, (_, all))| {
            (1..).zip(*all).map(move |(n, certificate)| OfficerPresent { act, ..officer(n, *certificate) })
        });
        f.officers = present.collect();
    })
}

#[test]
fn article_42_names_the_first_act_with_too_few_officers_and_how_many_are_known_to_be_valid() {
    let (valid, expired) = (Certificate::Valid, Certificate::NotValid(NotValid::Expired));
    let named = |facts: &Facts, zh: &str, at: i64, all: usize, counted: usize| {
        let during = between(at, at);
        let zh = format!("{zh}（{during}）时，在场执法人员{all}人，其中证件确认有效{counted}人");
        let en = format!("act ({during}): {all} officers present, {counted} with a certificate known to be valid");
        for rule in ["OFF-01", "OFF-01-INS"] {
            assert_eq!(detail(facts, rule), Some(said(&zh, &en)), "{rule}");
        }
    };
    let both: &[Certificate] = &[valid, valid];
    assert_eq!(detail(&acts(&[("检查", both), ("询问", both)]), "OFF-01"), None);
    named(&acts(&[("检查", both), ("询问", &[valid])]), "询问", 1, 1, 1);
    named(&acts(&[("检查", both), ("询问", &[valid, expired, expired])]), "询问", 1, 3, 1);
    // Where there were too few comes before where that is unknown.
    let unknown: &[Certificate] = &[valid, Certificate::Unknown];
    named(&acts(&[("检查", unknown), ("询问", &[expired])]), "询问", 1, 1, 0);
    named(&acts(&[("检查", both), ("询问", unknown)]), "询问", 1, 2, 1);
}

/// The same moment, or so near that nothing shows which came first.
fn about(first: i64, last: i64) -> Happened {
    Happened::At(When::from(Mark::apart(between(first, last))))
}

#[test]
fn two_steps_out_of_order_are_named_with_their_times_and_where_nothing_shows_the_order_that_is_said() {
    let shown = |first: (i64, i64), second: (i64, i64)| {
        let facts = but(|f| {
            f.certificate_shown_at = about(first.0, first.1);
            f.first_question_at = about(second.0, second.1);
        });
        detail(&facts, "OFF-03")
    };
    let (early, late) = (between(0, 0), between(5_000, 5_000));
    assert_eq!(
        shown((5_000, 5_000), (0, 0)),
        Some(said(
            &format!("出示证件 {late}，首次询问 {early}"),
            &format!("certificates shown {late}, first question {early}")
        ))
    );
    let (wide, inside) = (between(0, 9_000), between(5_000, 5_000));
    assert_eq!(
        shown((0, 9_000), (5_000, 5_000)),
        Some(said(
            &format!("出示证件 {wide}，首次询问 {inside}，先后无法证明"),
            &format!("certificates shown {wide}, first question {inside}; which came first cannot be shown")
        ))
    );
    for step in [Happened::NotYet, Happened::Unknown] {
        assert_eq!(detail(&but(|f| f.certificate_shown_at = step.clone()), "OFF-03"), None);
        assert_eq!(detail(&but(|f| f.first_question_at = step.clone()), "OFF-03"), None);
    }
}

#[test]
fn what_a_notice_told_is_asked_for_only_once_it_was_given_for_a_decision() {
    let asks = |facts: &Facts| detail(facts, "SPO-06").is_some_and(|(zh, _)| zh == "未填写“行政处罚前告知的内容”");
    let silent = |says| but(|f| f.notice_says = says);
    assert!(asks(&silent(Known::NotEntered)) && asks(&silent(Known::Known(false))));
    assert!(!asks(&silent(Known::Known(true))) && !asks(&silent(Known::Unknown)));
    let not_given = but(|f| (f.notice_given_at, f.notice_says) = (Happened::NotYet, Known::NotEntered));
    assert!(!asks(&not_given));
    assert!(!asks(&but(|f| (f.decision, f.notice_says) = (None, Known::NotEntered))));
}

#[test]
fn a_paper_that_was_handed_over_lacks_its_receipt_only_without_signature_and_without_a_noted_refusal() {
    let lacks = |delivery, party_signed, refusal_noted| {
        let facts = but_decision(|d| {
            (d.delivery, d.party_signed, d.refusal_noted) = (Known::Known(delivery), party_signed, refusal_noted);
        });
        detail(&facts, "SPO-04").is_some()
    };
    assert!(lacks(Delivery::HandedOver, false, false));
    assert!(!lacks(Delivery::HandedOver, true, false) && !lacks(Delivery::HandedOver, false, true));
    for delivery in [Delivery::NotYet, Delivery::ScreenOnly, Delivery::Refused { noted: false }] {
        assert!(!lacks(delivery, false, false), "{delivery:?}");
    }
}

#[test]
fn decree_375_names_each_step_that_was_not_taken_before_the_entry_and_no_other() {
    let steps = |change: fn(&mut Inspection)| detail(&but_inspection(change), "INS-03");
    assert_eq!(steps(|_| {}), None);
    assert_eq!(
        steps(|i| i.notice_made_at = Happened::NotYet),
        Some(said("进入前没有记录：形成行政检查通知书", "not recorded before entry: the notice was made"))
    );
    assert_eq!(
        steps(|i| {
            i.code_obtained_at = Happened::exactly(nine(0));
            i.enterprise_code_scanned_at = Happened::NotYet;
        }),
        Some(said(
            "进入前没有记录：取得执法码、扫描企业码",
            "not recorded before entry: the code was obtained, the enterprise's code was scanned"
        ))
    );
}

#[test]
fn decree_355_article_19_names_which_half_of_a_deviation_is_lacking() {
    let half = |reason: Option<&str>, approval: Option<&str>| {
        let facts = but_decision(|d| {
            d.discretion.deviation_reason = reason.map(str::to_owned);
            d.discretion.deviation_approval = approval.map(str::to_owned);
        });
        detail(&facts, "CAS-24-DEV")
    };
    assert_eq!(half(Some("首次违法"), None), Some(said("未填写“调整适用的批准”", "nobody entered the approval")));
    assert_eq!(half(None, Some("纪要")), Some(said("未填写“调整适用的理由”", "nobody entered the reason")));
}

#[test]
fn decree_355_says_nothing_of_a_fine_of_nothing_and_something_of_one_fen() {
    let judged = |fen| outcome(&but_decision(|d| d.fine = Some(Fen::new(fen).unwrap())), "CAS-24-WHY");
    assert_eq!((judged(0), judged(1)), (Outcome::NotApplicable, Outcome::Satisfied));
}

#[test]
fn reconsideration_article_23_says_what_is_wrong_with_the_order() {
    let order = |remedy| detail(&but_decision(|d| d.remedy = remedy), "SPO-03");
    let text = |text: &str| order(Known::Known(read_remedy(text)));
    assert_eq!(
        text("可以直接向人民法院提起行政诉讼。"),
        Some(said("救济告知写有可以直接起诉", "the text offers a direct suit"))
    );
    assert_eq!(
        text("可以在六十日内向巫山县人民政府申请行政复议。"),
        Some(said("救济告知未写应当先申请行政复议", "the text does not say that reconsideration comes first"))
    );
    assert_eq!(text("应当先申请行政复议。"), None);
    assert_eq!(order(Known::NotEntered).map(|(zh, _)| zh.starts_with("未填写")), Some(true));
    assert_eq!(order(Known::Unknown), None);
}
