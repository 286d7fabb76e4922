use super::scene::{but, but_decision, nine, officer, outcome, paying, restaurant, result, stopped};
use crate::law::facts::{Certificate, Doing, EvidenceEntry, EvidencePart, Facts, Happened, Known, NotValid, Sector};
use crate::law::rule::{FormalAct, Outcome, Severity};

fn with_officers(states: &[(u8, Certificate)]) -> Facts {
    but(|f| f.officers = states.iter().map(|(n, c)| officer(*n, *c)).collect())
}

#[test]
fn article_42_is_kept_by_two_different_officers() {
    assert_eq!(outcome(&restaurant(), "OFF-01"), Outcome::Satisfied);
}

#[test]
fn article_42_refuses_one_officer_fewer() {
    let alone = with_officers(&[(1, Certificate::Valid)]);
    assert_eq!(outcome(&alone, "OFF-01"), Outcome::Breached);
    for act in [FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver] {
        assert!(stopped(&alone, act).contains(&"OFF-01"), "{act:?}");
    }
    assert_eq!(outcome(&with_officers(&[]), "OFF-01"), Outcome::NotApplicable, "nothing was done yet");
}

#[test]
fn article_42_counts_the_same_officer_twice_as_one() {
    assert_eq!(
        outcome(&with_officers(&[(1, Certificate::Valid), (1, Certificate::Valid)]), "OFF-01"),
        Outcome::Breached
    );
}

#[test]
fn article_42_does_not_count_a_helper() {
    let helped = but(|f| f.officers[1].is_helper = true);
    assert_eq!(outcome(&helped, "OFF-01"), Outcome::Breached);
}

#[test]
fn an_entry_is_a_matter_of_decree_375_article_15_for_enterprises_and_not_of_article_42() {
    let alone = |doing, enterprise| {
        but(|f| {
            f.doing = Some(doing);
            f.officers.truncate(1);
            f.inspection.as_mut().unwrap().enters_enterprise = Known::Known(enterprise);
        })
    };
    let both = |facts: &Facts| (outcome(facts, "OFF-01"), outcome(facts, "OFF-01-INS"));
    assert_eq!(both(&alone(Doing::Entering, true)), (Outcome::NotApplicable, Outcome::Breached));
    assert_eq!(both(&alone(Doing::Entering, false)), (Outcome::NotApplicable, Outcome::NotApplicable));
    for doing in [Doing::Asking, Doing::Recording, Doing::Deciding, Doing::Documenting] {
        assert_eq!(both(&alone(doing, true)), (Outcome::Breached, Outcome::NotApplicable), "{doing:?}");
    }
    assert!(result(&alone(Doing::Entering, true), "OFF-01-INS").article.ends_with("第十五条"));
}

#[test]
fn article_42_is_undecided_while_a_certificate_is_unknown_and_blocks_nothing() {
    let unknown = with_officers(&[(1, Certificate::Valid), (2, Certificate::Unknown)]);
    assert_eq!(outcome(&unknown, "OFF-01"), Outcome::Undecided);
    assert_eq!(outcome(&unknown, "OFF-02"), Outcome::Undecided);
    assert_eq!(stopped(&unknown, FormalAct::SignDecision), [""; 0]);
}

#[test]
fn article_42_refuses_an_officer_whose_certificate_is_not_valid_or_reaches_elsewhere() {
    for why in [
        NotValid::Suspended,
        NotValid::Cancelled,
        NotValid::Revoked,
        NotValid::Lost,
        NotValid::Expired,
        NotValid::OutOfScope,
    ] {
        let third = with_officers(&[(1, Certificate::Valid), (2, Certificate::Valid), (3, Certificate::NotValid(why))]);
        assert_eq!(outcome(&third, "OFF-01"), Outcome::Satisfied);
        assert_eq!(stopped(&third, FormalAct::SignDecision), ["OFF-02"], "{why:?}");
        assert_eq!(outcome(&third, "OFF-02-NONE"), Outcome::Satisfied, "{why:?}");
    }
}

#[test]
fn article_76_speaks_only_of_an_officer_who_never_had_a_certificate() {
    let missing = Certificate::NotValid(NotValid::Missing);
    let third = with_officers(&[(1, Certificate::Valid), (2, Certificate::Valid), (3, missing)]);
    assert_eq!(stopped(&third, FormalAct::SignDecision), ["OFF-02-NONE"]);
    let said = result(&third, "OFF-02-NONE");
    assert!(said.zh.contains("未取得证件") && said.zh.contains("第七十六条"), "{}", said.zh);
    assert_eq!(outcome(&third, "OFF-02"), Outcome::Satisfied);
}

#[test]
fn article_42_takes_the_worst_that_is_recorded_of_an_officer() {
    let both = [(1, Certificate::NotValid(NotValid::Expired)), (1, Certificate::Valid), (2, Certificate::Valid)];
    assert_eq!(stopped(&with_officers(&both), FormalAct::SignRecord), ["OFF-01", "OFF-02", "OFF-01-INS"]);
}

#[test]
fn article_42_says_what_is_wrong_with_a_certificate() {
    let said = result(&with_officers(&[(1, Certificate::NotValid(NotValid::Expired))]), "OFF-02");
    assert!(said.zh.contains("已过期") && said.zh.contains("第四十二条"), "{}", said.zh);
    assert!(said.en.contains("expired"), "{}", said.en);
}

#[test]
fn article_55_allows_the_certificate_shown_in_the_same_millisecond_as_the_first_question() {
    assert_eq!(outcome(&restaurant(), "OFF-03"), Outcome::Satisfied);
}

#[test]
fn article_55_refuses_the_certificate_shown_one_millisecond_later() {
    let late = but(|f| f.certificate_shown_at = Happened::exactly(nine(1)));
    for act in
        [FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver, FormalAct::Close]
    {
        assert_eq!(stopped(&late, act), ["OFF-03"], "{act:?}");
    }
}

#[test]
fn article_55_says_nothing_before_anybody_is_asked_or_inspected() {
    for shown in [Happened::NotYet, Happened::exactly(nine(0)), Happened::Unknown] {
        let before = but(|f| {
            f.certificate_shown_at = shown.clone();
            f.first_question_at = Happened::NotYet;
        });
        assert_eq!(outcome(&before, "OFF-03"), Outcome::NotApplicable, "{shown:?}");
    }
    let asked = but(|f| f.certificate_shown_at = Happened::NotYet);
    assert_eq!(outcome(&asked, "OFF-03"), Outcome::Breached);
    assert_eq!(outcome(&but(|f| f.certificate_shown_at = Happened::Unknown), "OFF-03"), Outcome::Undecided);
}

#[test]
fn a_recorded_reason_lets_the_next_act_go_on_and_the_breach_stays_visible() {
    let reasoned = |rule: &str, reason: &str| {
        but(|f| {
            f.certificate_shown_at = Happened::exactly(nine(1));
            f.reasons = [(rule.to_owned(), reason.to_owned())].into();
        })
    };
    let stated = reasoned("OFF-03", "店主要求先看货架，随后即出示证件");
    assert_eq!((stopped(&stated, FormalAct::SignDecision), stopped(&stated, FormalAct::Close)), (vec![], vec![]));
    let said = result(&stated, "OFF-03");
    assert_eq!((said.outcome, said.reason.as_deref()), (Outcome::Breached, Some("店主要求先看货架，随后即出示证件")));
    assert_eq!(
        stopped(&reasoned("INS-03", "另一条"), FormalAct::SignDecision),
        ["OFF-03"],
        "a reason for another rule"
    );
}

#[test]
fn no_reason_stands_for_what_a_document_must_keep() {
    let fine = crate::money::Fen::new(300_001).unwrap();
    let draft = but_decision(|d| (d.fine, d.payment) = (Some(fine), Some(paying(fine))));
    let reasoned = Facts { reasons: [("SPO-01".to_owned(), "领导同意".to_owned())].into(), ..draft };
    assert_eq!(stopped(&reasoned, FormalAct::SignDecision), ["SPO-01"]);
}

#[test]
fn article_44_wants_the_party_told_before_the_decision() {
    let told = |ms| {
        but(|f| {
            f.notice_given_at = Happened::exactly(nine(ms));
            f.heard_at = Happened::exactly(nine(3_000));
        })
    };
    assert_eq!(outcome(&told(3_000), "SPO-06"), Outcome::Satisfied);
    assert_eq!(outcome(&told(3_001), "SPO-06"), Outcome::Breached);
    assert!(stopped(&but(|f| f.notice_given_at = Happened::NotYet), FormalAct::SignDecision).contains(&"SPO-06"));
}

#[test]
fn article_44_does_not_take_the_rights_and_duties_for_the_notice_before_a_penalty() {
    let rights_only = but(|f| {
        f.rights_told_at = Happened::exactly(nine(1));
        f.notice_given_at = Happened::NotYet;
        f.notice_says = Known::NotEntered;
    });
    assert_eq!(stopped(&rights_only, FormalAct::SignDecision), ["SPO-06", "SPO-06-HEARD"]);
    assert_eq!(outcome(&but(|f| f.rights_told_at = Happened::NotYet), "SPO-06"), Outcome::Satisfied);
}

#[test]
fn article_44_wants_on_record_what_was_told() {
    for (says, expected) in [
        (Known::Known(true), Outcome::Satisfied),
        (Known::Known(false), Outcome::Breached),
        (Known::NotEntered, Outcome::Breached),
        (Known::Unknown, Outcome::Undecided),
    ] {
        assert_eq!(outcome(&but(|f| f.notice_says = says), "SPO-06"), expected, "{says:?}");
    }
    let silent = result(&but(|f| f.notice_says = Known::NotEntered), "SPO-06");
    assert!(silent.zh.contains("未填写“行政处罚前告知的内容”"), "{}", silent.zh);
}

#[test]
fn market_article_69_and_agriculture_article_26_want_the_statement_noted() {
    for (sector, rule) in [(Sector::Market, "SPO-06-MKT"), (Sector::Agriculture, "SPO-06-AGR")] {
        let noted = |noted| but(|f| (f.sector, f.heard_noted) = (sector, noted));
        assert_eq!(outcome(&noted(Known::Known(true)), rule), Outcome::Satisfied);
        assert_eq!(stopped(&noted(Known::NotEntered), FormalAct::SignDecision), [rule]);
        assert!(result(&noted(Known::NotEntered), rule).zh.contains("未填写“陈述申辩的内容”"));
        let waived = but(|f| {
            (f.sector, f.heard_noted) = (sector, Known::NotEntered);
            (f.heard_at, f.waived_at) = (Happened::NotYet, Happened::exactly(nine(2_000)));
        });
        assert_eq!(outcome(&waived, rule), Outcome::NotApplicable, "nothing was said");
    }
}

#[test]
fn article_45_wants_the_party_heard_after_it_was_told_and_before_the_decision() {
    let heard = |at| but(|f| f.heard_at = at);
    for (ms, kept) in [(999, false), (1_000, true), (3_000, true), (3_001, false)] {
        let expected = if kept { Outcome::Satisfied } else { Outcome::Breached };
        assert_eq!(outcome(&heard(Happened::exactly(nine(ms))), "SPO-06-HEARD"), expected, "{ms}");
    }
    assert_eq!(stopped(&heard(Happened::NotYet), FormalAct::SignDecision), ["SPO-06-HEARD"]);
    assert_eq!(outcome(&heard(Happened::Unknown), "SPO-06-HEARD"), Outcome::Undecided);
}

#[test]
fn article_62_lets_an_express_waiver_stand_for_the_hearing() {
    let waived = but(|f| {
        f.heard_at = Happened::NotYet;
        f.waived_at = Happened::exactly(nine(1_000));
    });
    assert_eq!(outcome(&waived, "SPO-06-HEARD"), Outcome::Satisfied);
}

#[test]
fn articles_44_and_45_say_nothing_of_an_inspection_without_a_penalty() {
    let inspection = but(|f| f.decision = None);
    for rule in ["SPO-06", "SPO-06-HEARD", "CAS-22", "SPO-01", "SPO-02"] {
        assert_eq!(outcome(&inspection, rule), Outcome::NotApplicable, "{rule}");
    }
}

fn evidence(kind: &str) -> Facts {
    but(|f| f.evidence = vec![EvidenceEntry { name: "证据1".to_owned(), kind: kind.to_owned(), lacking: vec![] }])
}

#[test]
fn article_46_knows_eight_kinds_of_evidence() {
    for kind in [
        "书证",
        "物证",
        "视听资料",
        "电子数据",
        "证人证言",
        "当事人的陈述",
        "鉴定意见",
        "勘验笔录、现场笔录",
        "勘验笔录",
        "现场笔录",
    ] {
        assert_eq!(outcome(&evidence(kind), "CAS-04"), Outcome::Satisfied, "{kind}");
    }
}

#[test]
fn article_46_knows_no_ninth_kind() {
    for kind in ["照片", "书 证", "", "当事人陈述"] {
        assert_eq!(stopped(&evidence(kind), FormalAct::SignRecord), ["CAS-04"], "{kind}");
    }
    assert!(result(&evidence("照片"), "CAS-04").zh.contains("证据1「照片」"));
}

#[test]
fn article_46_lets_no_signed_document_show_evidence_without_source_maker_or_two_signers() {
    for part in [EvidencePart::Source, EvidencePart::Maker, EvidencePart::Signers] {
        let shows = |lacking: Vec<EvidencePart>| {
            let entry = EvidenceEntry { name: "照片1".to_owned(), kind: "电子数据".to_owned(), lacking };
            but(|f| f.shown_evidence = vec![entry])
        };
        assert_eq!(outcome(&shows(vec![]), "CAS-04-SHOWN"), Outcome::Satisfied);
        for act in [FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver] {
            assert_eq!(stopped(&shows(vec![part]), act), ["CAS-04-SHOWN"], "{part:?} {act:?}");
        }
        assert!(result(&shows(vec![part]), "CAS-04-SHOWN").zh.contains(&format!("“照片1”缺{}", part.zh())));
    }
    assert_eq!(outcome(&restaurant(), "CAS-04-SHOWN"), Outcome::NotApplicable, "shown by none");
}

#[test]
fn article_28_warns_of_a_penalty_without_an_order_to_correct() {
    let ordered = |at| but(|f| f.correction_ordered_at = at);
    assert_eq!(outcome(&ordered(Happened::exactly(nine(3_000))), "CAS-22"), Outcome::Satisfied);
    assert_eq!(outcome(&ordered(Happened::exactly(nine(3_001))), "CAS-22"), Outcome::Breached);
    let none = ordered(Happened::NotYet);
    assert_eq!((result(&none, "CAS-22").severity, outcome(&none, "CAS-22")), (Severity::Warn, Outcome::Breached));
    assert_eq!(stopped(&none, FormalAct::SignDecision), [""; 0]);
    assert_eq!(outcome(&but(|f| f.correction_text_orders = Known::Known(false)), "CAS-22"), Outcome::Breached);
}
