use super::scene::{DAY, but, but_decision, nine, outcome, paying, restaurant, result, stopped};
use crate::id::OfficerId;
use crate::law::discretion::{FineRange, Grade};
use crate::law::facts::{
    CaseKind, DecisionForm, Delivery, Facts, Happened, Item, Known, PartyType, Penalty, PenaltyDecision, Seal, Sector,
    SpotLimit,
};
use crate::law::identity::CreditCode;
use crate::law::rule::{FormalAct, Outcome, evaluate};
use crate::law::table::rules;
use crate::law::wording::read_remedy;
use crate::money::Fen;
use crate::time::Date;

fn fine(fen: i64, party: Known<PartyType>) -> Facts {
    let mut facts = but_decision(|d| {
        d.fine = Some(Fen::new(fen).unwrap());
        d.payment = Some(paying(Fen::new(fen).unwrap()));
        d.discretion.range = Some(FineRange::up_to(Fen::yuan(9_000)).unwrap());
        d.discretion.grade = Some(grade_for(fen));
        d.discretion.explanation = Some(format!("属{}情节", grade_for(fen).zh()));
    });
    let code = match party {
        Known::Known(PartyType::NaturalPerson) => None,
        Known::Known(PartyType::IndividualBusiness) => Some("92500237"),
        Known::Known(PartyType::Company | PartyType::OtherOrganisation) | Known::NotEntered | Known::Unknown => {
            Some("91500237")
        }
    };
    facts.party.kind = party;
    facts.party.credit_code = code.map(|begins| CreditCode::complete(begins, "MAK3X7Y2").unwrap().as_str().to_owned());
    facts
}

/// The grade into whose band of up to 9,000 yuan the fine falls.
fn grade_for(fen: i64) -> Grade {
    if fen < 90_000 { Grade::Reduced } else { Grade::Standard }
}

#[test]
fn article_51_allows_a_spot_fine_of_exactly_3000_yuan_for_an_organisation() {
    for party in [PartyType::Company, PartyType::OtherOrganisation] {
        assert_eq!(outcome(&fine(300_000, Known::Known(party)), "SPO-01"), Outcome::Satisfied);
    }
}

#[test]
fn article_51_refuses_one_fen_more_for_an_organisation() {
    let draft = fine(300_001, Known::Known(PartyType::Company));
    assert_eq!(stopped(&draft, FormalAct::SignDecision), ["SPO-01"]);
    let said = result(&draft, "SPO-01");
    assert!(said.zh.contains("3,000.01元") && said.zh.contains("行政处罚法 第五十一条"), "{}", said.zh);
}

#[test]
fn article_51_allows_a_spot_fine_of_exactly_200_yuan_for_a_citizen() {
    for party in [PartyType::NaturalPerson, PartyType::IndividualBusiness] {
        assert_eq!(outcome(&fine(20_000, Known::Known(party)), "SPO-01"), Outcome::Satisfied);
    }
}

#[test]
fn article_51_refuses_one_fen_more_for_a_citizen_and_for_an_individual_business() {
    for party in [PartyType::NaturalPerson, PartyType::IndividualBusiness] {
        assert_eq!(stopped(&fine(20_001, Known::Known(party)), FormalAct::SignDecision), ["SPO-01"]);
    }
}

#[test]
fn article_51_takes_an_individual_business_for_an_organisation_only_where_configuration_cites_a_source() {
    let configured = |source: &str| {
        let mut facts = fine(20_001, Known::Known(PartyType::IndividualBusiness));
        facts.individual_business_as_organisation = Some(source.to_owned());
        outcome(&facts, "SPO-01")
    };
    assert_eq!(configured(" "), Outcome::Breached);
    assert_eq!(configured("渝某发〔2026〕1号"), Outcome::Satisfied);
}

#[test]
fn article_51_follows_another_law_only_where_the_item_cites_it() {
    let limited = |basis: &str, fen| {
        let mut facts = fine(fen, Known::Known(PartyType::NaturalPerson));
        let limit = SpotLimit { citizen: Fen::yuan(500), organisation: Fen::yuan(5_000), basis: basis.to_owned() };
        facts.decision.as_mut().unwrap().spot_limit = Some(limit);
        outcome(&facts, "SPO-01")
    };
    assert_eq!(limited("某法 第十条", 50_000), Outcome::Satisfied);
    assert_eq!(limited("某法 第十条", 50_001), Outcome::Breached);
    assert_eq!(limited(" ", 20_001), Outcome::Breached);
}

#[test]
fn article_38_warns_of_an_item_that_nobody_confirmed_and_stops_nothing() {
    let of = |confirmed| but_decision(|d| d.item_confirmed = confirmed);
    assert_eq!(outcome(&of(Some(true)), "SPO-01-ITEM"), Outcome::Satisfied);
    assert_eq!(outcome(&of(Some(false)), "SPO-01-ITEM"), Outcome::Breached);
    assert_eq!(stopped(&of(Some(false)), FormalAct::SignDecision), [""; 0]);
    assert_eq!(outcome(&of(None), "SPO-01-ITEM"), Outcome::NotApplicable);
}

#[test]
fn article_51_is_undecided_only_where_the_kind_of_party_matters() {
    for (fen, expected) in [
        (20_000, Outcome::Satisfied),
        (20_001, Outcome::Undecided),
        (300_000, Outcome::Undecided),
        (300_001, Outcome::Breached),
    ] {
        assert_eq!(outcome(&fine(fen, Known::Unknown), "SPO-01"), expected, "{fen}");
    }
}

#[test]
fn article_51_stops_at_a_kind_of_party_that_nobody_entered_and_names_it() {
    for fen in [1, 20_000, 20_001, 300_000, 300_001] {
        let blank = fine(fen, Known::NotEntered);
        assert_eq!(stopped(&blank, FormalAct::SignDecision), ["SPO-01"], "{fen}");
        assert!(result(&blank, "SPO-01").zh.contains("未填写“当事人类型”"));
    }
}

#[test]
fn article_51_wants_the_code_of_a_company_that_is_fined_more_than_a_citizen_may_be() {
    let without = |fen| {
        let mut facts = fine(fen, Known::Known(PartyType::Company));
        facts.party.credit_code = None;
        facts
    };
    assert_eq!(outcome(&without(20_000), "SPO-01"), Outcome::Satisfied);
    assert_eq!(stopped(&without(20_001), FormalAct::SignDecision), ["SPO-01"]);
    assert!(result(&without(20_001), "SPO-01").zh.contains("未填写“统一社会信用代码”"));
}

#[test]
fn article_29_allows_one_fine_for_one_act_and_not_a_second() {
    for (others, stops) in [(0, &[][..]), (1, &["SPO-07"]), (2, &["SPO-07"])] {
        assert_eq!(stopped(&but_decision(|d| d.other_fines = others), FormalAct::SignDecision), stops, "{others}");
        assert_eq!(stopped(&but_decision(|d| d.other_fines = others), FormalAct::Deliver), stops, "{others}");
    }
    let warning = but_decision(|d| {
        (d.penalties, d.fine, d.other_fines) = ([Penalty::Warning].into(), None, 1);
    });
    assert_eq!(outcome(&warning, "SPO-07"), Outcome::NotApplicable, "a warning beside a fine is no second fine");
}

#[test]
fn a_decision_of_the_ordinary_procedure_is_stopped_everywhere() {
    let ordinary = but_decision(|d| d.form = DecisionForm::NotBuilt);
    for act in [FormalAct::SignDecision, FormalAct::Deliver, FormalAct::Close] {
        assert_eq!(stopped(&ordinary, act), ["CAS-03"], "{act:?}");
    }
}

#[test]
fn article_52_wants_the_paper_signed_for_or_the_refusal_noted() {
    let receipt = |signed, refused| but_decision(|d| (d.party_signed, d.refusal_noted) = (signed, refused));
    assert_eq!(stopped(&receipt(true, false), FormalAct::Close), [""; 0]);
    assert_eq!(stopped(&receipt(false, true), FormalAct::Close), [""; 0]);
    assert_eq!(stopped(&receipt(false, false), FormalAct::Close), ["SPO-04"]);
    assert!(result(&receipt(false, false), "SPO-04").zh.contains("没有签收"));
    let mut transport = receipt(false, false);
    transport.sector = Sector::Transport;
    assert_eq!(stopped(&transport, FormalAct::Close), ["SPO-04-TRA", "SPO-04"]);
}

#[test]
fn article_51_allows_a_warning_and_no_other_kind() {
    let penalty = |penalties: &[Penalty]| {
        but_decision(|d| {
            d.penalties = penalties.iter().copied().collect();
            d.fine = None;
        })
    };
    assert_eq!(outcome(&penalty(&[Penalty::Warning]), "SPO-01"), Outcome::Satisfied);
    assert_eq!(outcome(&penalty(&[Penalty::Warning, Penalty::Other]), "SPO-01"), Outcome::Breached);
    let and_a_fine = [Penalty::Warning, Penalty::Fine];
    for (nothing, field) in [(&[Penalty::Fine][..], "罚款金额"), (&and_a_fine, "罚款金额"), (&[], "处罚种类")]
    {
        let said = result(&penalty(nothing), "SPO-01");
        assert!(said.outcome == Outcome::Breached && said.zh.contains(&format!("未填写“{field}”")), "{said:?}");
    }
}

#[test]
fn article_51_limits_a_decision_on_the_spot_in_whatever_kind_of_case() {
    for kind in [CaseKind::Inspection, CaseKind::Simple, CaseKind::Ordinary] {
        let mut facts = fine(300_001, Known::Known(PartyType::Company));
        facts.kind = kind;
        assert_eq!(stopped(&facts, FormalAct::SignDecision), ["SPO-01"], "{kind:?}");
    }
}

#[test]
fn article_52_wants_each_of_its_items_stated() {
    for item in
        [Item::Violation, Item::KindAndBasis, Item::Amount, Item::Time, Item::Place, Item::Remedy, Item::OrganName]
    {
        let facts = but_decision(|d| {
            d.stated.remove(&item);
        });
        assert_eq!(stopped(&facts, FormalAct::SignDecision), ["SPO-02", "SPO-02-MKT"], "{item:?}");
        assert!(result(&facts, "SPO-02").zh.contains(item.zh()));
    }
}

#[test]
fn market_article_68_also_wants_the_party_and_how_to_pay() {
    for item in [Item::PartyParticulars, Item::Payment] {
        let mut facts = but_decision(|d| {
            d.stated.remove(&item);
        });
        assert_eq!(stopped(&facts, FormalAct::SignDecision), ["SPO-02-MKT"], "{item:?}");
        facts.sector = Sector::Agriculture;
        assert_eq!(stopped(&facts, FormalAct::SignDecision), [""; 0], "{item:?}");
    }
}

#[test]
fn a_warning_need_not_state_an_amount_nor_how_to_pay() {
    let warning = but_decision(|d| {
        d.penalties = [Penalty::Warning].into();
        d.fine = None;
        d.stated.remove(&Item::Amount);
        d.stated.remove(&Item::Payment);
    });
    assert_eq!(stopped(&warning, FormalAct::SignDecision), [""; 0]);
    // With a fine beside it, or with a fine whose amount alone was entered, it must.
    for (penalties, fine) in
        [(&[Penalty::Warning, Penalty::Fine][..], None), (&[Penalty::Warning], Some(Fen::yuan(100)))]
    {
        let fined = but_decision(|d| {
            (d.penalties, d.fine) = (penalties.iter().copied().collect(), fine);
            d.stated.remove(&Item::Amount);
        });
        assert!(result(&fined, "SPO-02").zh.contains(Item::Amount.zh()), "{penalties:?} {fine:?}");
    }
}

#[test]
fn article_52_wants_a_numbered_form() {
    for number in [None, Some(" ".to_owned())] {
        assert_eq!(stopped(&but_decision(|d| d.form_number = number), FormalAct::SignDecision), ["SPO-02-FORM"]);
    }
}

#[test]
fn article_52_wants_both_officers_to_sign_before_delivery() {
    let signed = |ids: &[u8]| but_decision(|d| d.signed_by = ids.iter().map(|n| OfficerId::new([*n; 16])).collect());
    assert_eq!(stopped(&signed(&[1, 2]), FormalAct::Deliver), [""; 0]);
    assert_eq!(stopped(&signed(&[1]), FormalAct::Deliver), ["SPO-02-SIGN"]);
    assert_eq!(stopped(&signed(&[1, 9]), FormalAct::Deliver), ["SPO-02-SIGN"], "a stranger's signature");
    let helped = |helper: usize| {
        let mut facts = signed(&[1, 2]);
        facts.officers[helper].is_helper = true;
        outcome(&facts, "SPO-02-SIGN")
    };
    assert_eq!([helped(0), helped(1)], [Outcome::Breached; 2], "a helper's signature is no officer's");
    assert_eq!(stopped(&signed(&[1]), FormalAct::Close), ["SPO-02-SIGN"], "half made");
    assert_eq!(stopped(&signed(&[]), FormalAct::SignDecision), [""; 0], "signing must not wait for itself");
    let draft = |finishing| {
        but_decision(|d| {
            (d.signed_by, d.signed_at) = (std::collections::BTreeSet::new(), Happened::NotYet);
            (d.delivery, d.finishing) = (Known::Known(Delivery::NotYet), finishing);
        })
    };
    assert_eq!(
        outcome(&draft(false), "SPO-02-SIGN"),
        Outcome::NotApplicable,
        "a draft is not red for want of signatures"
    );
    assert_eq!(stopped(&draft(true), FormalAct::Deliver), ["SPO-02-SIGN"], "but is not delivered");
}

#[test]
fn market_article_68_and_agriculture_article_26_want_the_seal() {
    for (sector, rule) in [(Sector::Market, "SPO-02-MKT-SEAL"), (Sector::Agriculture, "SPO-02-AGR-SEAL")] {
        let sealed = |seal| {
            let mut facts = but_decision(|d| d.seal = seal);
            facts.sector = sector;
            facts
        };
        assert_eq!(stopped(&sealed(Known::Known(Seal::Absent)), FormalAct::SignDecision), [rule]);
        assert_eq!(outcome(&sealed(Known::Known(Seal::Electronic)), rule), Outcome::Satisfied);
        assert_eq!(outcome(&sealed(Known::Unknown), rule), Outcome::Undecided);
    }
}

#[test]
fn transport_article_61_and_housing_article_14_ask_signatures_and_no_seal() {
    for (sector, rule) in [(Sector::Transport, "SPO-02-TRA-SIGN"), (Sector::Housing, "SPO-02-HOU-SIGN")] {
        let signed = |ids: &[u8]| {
            let mut facts = but_decision(|d| {
                d.seal = Known::Known(Seal::Absent);
                d.signed_by = ids.iter().map(|n| OfficerId::new([*n; 16])).collect();
            });
            facts.sector = sector;
            facts
        };
        assert_eq!(stopped(&signed(&[1, 2]), FormalAct::SignDecision), [""; 0]);
        assert_eq!(stopped(&signed(&[1, 2]), FormalAct::Deliver), [""; 0]);
        assert_eq!(stopped(&signed(&[1]), FormalAct::Deliver), ["SPO-02-SIGN", rule]);
    }
}

#[test]
fn article_59_is_of_the_ordinary_procedure_and_asks_no_seal_of_a_spot_decision() {
    for sector in [Sector::Transport, Sector::Housing, Sector::Emergency, Sector::Other] {
        let mut facts = but_decision(|d| d.seal = Known::Known(Seal::Absent));
        facts.sector = sector;
        let results = evaluate(rules(), &facts, &super::scene::calendar());
        let said = results.iter().filter(|r| r.outcome == Outcome::Breached && r.zh.contains("印章"));
        assert_eq!(said.count(), 0, "{sector:?}");
    }
}

#[test]
fn transport_article_61_is_in_force_since_the_fifteenth_of_july_2021() {
    let judged = |on| {
        let mut facts = but(|f| f.on = on);
        facts.sector = Sector::Transport;
        evaluate(rules(), &facts, &super::scene::calendar()).iter().any(|r| r.rule == "SPO-05-TRA")
    };
    assert!(judged(Date::constant(2021, 7, 15)));
    assert!(!judged(Date::constant(2021, 7, 14)));
}

fn remedy(text: &str) -> Facts {
    but_decision(|d| d.remedy = Known::Known(read_remedy(text)))
}

#[test]
fn reconsideration_article_23_refuses_a_text_that_offers_a_direct_suit() {
    let old = remedy(
        "如不服本决定，可以自收到本决定书之日起六十日内向巫山县人民政府申请行政复议，也可以在六个月内向人民法院提起行政诉讼。",
    );
    assert_eq!(stopped(&old, FormalAct::SignDecision), ["SPO-03", "SPO-03-SUIT"]);
    assert!(result(&old, "SPO-03").zh.contains("可以直接起诉"));
    assert_eq!(stopped(&remedy(""), FormalAct::SignDecision), ["SPO-03", "SPO-03-DAYS", "SPO-03-ORGAN", "SPO-03-SUIT"]);
}

#[test]
fn reconsideration_article_23_is_undecided_while_there_is_no_text() {
    assert_eq!(outcome(&but_decision(|d| d.remedy = Known::Unknown), "SPO-03"), Outcome::Undecided);
}

fn terms(days: u16, organ: &str, suit: u16) -> Facts {
    remedy(&format!(
        "应当自收到本决定书之日起{days}日内先向{organ}申请行政复议；对复议决定不服的，可以自收到复议决定书之日起{suit}日内提起行政诉讼。"
    ))
}

#[test]
fn reconsideration_article_20_wants_sixty_days_not_one_fewer_nor_more() {
    assert_eq!(stopped(&terms(60, "巫山县人民政府", 15), FormalAct::SignDecision), [""; 0]);
    for days in [59, 61] {
        assert_eq!(stopped(&terms(days, "巫山县人民政府", 15), FormalAct::SignDecision), ["SPO-03-DAYS"]);
    }
}

#[test]
fn reconsideration_article_24_wants_the_government_of_the_same_level() {
    assert_eq!(stopped(&terms(60, "重庆市市场监督管理局", 15), FormalAct::SignDecision), ["SPO-03-ORGAN"]);
    let mut unknown = restaurant();
    unknown.reconsideration_organ = Known::Unknown;
    assert_eq!(outcome(&unknown, "SPO-03-ORGAN"), Outcome::Undecided);
}

#[test]
fn litigation_article_45_wants_fifteen_days_not_one_fewer_nor_more() {
    for days in [14, 16] {
        assert_eq!(stopped(&terms(60, "巫山县人民政府", days), FormalAct::SignDecision), ["SPO-03-SUIT"]);
    }
}

#[test]
fn article_52_does_not_take_a_screen_for_delivery() {
    let delivered = |how| but_decision(|d| d.delivery = Known::Known(how));
    for how in [Delivery::ScreenOnly, Delivery::NotYet, Delivery::Refused { noted: false }] {
        assert_eq!(stopped(&delivered(how), FormalAct::Close), ["SPO-04"], "{how:?}");
    }
    assert_eq!(stopped(&delivered(Delivery::Refused { noted: true }), FormalAct::Close), [""; 0]);
    let draft = but_decision(|d| {
        d.signed_at = Happened::NotYet;
        d.delivery = Known::Known(Delivery::NotYet);
    });
    assert_eq!(outcome(&draft, "SPO-04"), Outcome::NotApplicable);
}

#[test]
fn article_61_allows_electronic_service_only_with_a_confirmation() {
    let sent = |confirmed| but_decision(|d| d.delivery = Known::Known(Delivery::Electronic { confirmed }));
    assert_eq!(outcome(&sent(true), "SPO-04-E"), Outcome::Satisfied);
    assert!(stopped(&sent(false), FormalAct::Deliver).contains(&"SPO-04-E"));
}

#[test]
fn article_52_reports_the_decision_to_the_organ_and_nobody_approves_it() {
    assert_eq!(outcome(&restaurant(), "SPO-05"), Outcome::Satisfied);
    let not_yet = but_decision(|d| d.reported_at = Happened::NotYet);
    assert_eq!(outcome(&not_yet, "SPO-05"), Outcome::Undecided);
    assert_eq!(stopped(&not_yet, FormalAct::Close), [""; 0]);
}

#[test]
fn a_decision_of_which_nothing_is_recorded_is_not_signed() {
    let empty = but(|f| f.decision = Some(PenaltyDecision::default()));
    let wanting = [
        "SPO-01",
        "SPO-02",
        "SPO-02-FORM",
        "SPO-02-MKT",
        "SPO-02-MKT-SEAL",
        "SPO-03",
        "SPO-03-DAYS",
        "SPO-03-ORGAN",
        "SPO-03-SUIT",
    ];
    assert_eq!(stopped(&empty, FormalAct::SignDecision), wanting);
}

#[test]
fn a_lawful_spot_case_is_stopped_nowhere() {
    assert_eq!(restaurant().on, DAY);
    assert_eq!(restaurant().decision.unwrap().signed_at, Happened::exactly(nine(3_000)));
    for act in
        [FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver, FormalAct::Close]
    {
        assert_eq!(stopped(&restaurant(), act), [""; 0], "{act:?}");
    }
}
