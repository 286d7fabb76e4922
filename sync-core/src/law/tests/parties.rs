//! Kind of party and code.

use super::scene::{outcome, restaurant, result, stopped};
use crate::law::facts::{Known, PartyType};
use crate::law::identity::CreditCode;
use crate::law::rule::{FormalAct, Outcome};

#[test]
fn gb_32100_says_of_whom_a_code_is() {
    use PartyType::{Company, IndividualBusiness, NaturalPerson, OtherOrganisation};
    let breached = |begins: &str, kind| {
        let mut facts = restaurant();
        facts.party.kind = Known::Known(kind);
        facts.party.credit_code = Some(CreditCode::complete(begins, "MAK3X7Y2").unwrap().as_str().to_owned());
        outcome(&facts, "ID-03") == Outcome::Breached
    };
    for (begins, right) in [
        ("91500237", &[Company, OtherOrganisation][..]),
        ("92500237", &[IndividualBusiness]),
        ("93500237", &[Company, OtherOrganisation]),
        ("11500237", &[OtherOrganisation]),
        ("52500237", &[OtherOrganisation]),
        ("N2500237", &[OtherOrganisation]),
    ] {
        for kind in [NaturalPerson, IndividualBusiness, Company, OtherOrganisation] {
            assert_eq!(breached(begins, kind), !right.contains(&kind), "{begins} {kind:?}");
        }
    }
}

#[test]
fn a_code_of_another_kind_stops_the_decision_unless_a_configuration_cites_why() {
    let mut facts = restaurant();
    facts.party.credit_code = Some(CreditCode::complete("92500237", "MAK3X7Y2").unwrap().as_str().to_owned());
    assert_eq!(stopped(&facts, FormalAct::SignDecision), ["ID-03"]);
    let said = result(&facts, "ID-03").zh;
    assert!(said.contains("个体工商户的代码（92）") && said.contains("“企业”"), "{said}");
    for (source, expected) in [(" ", Outcome::Breached), ("渝某发〔2026〕1号", Outcome::Satisfied)] {
        facts.code_of_another_kind = Some(source.to_owned());
        assert_eq!(outcome(&facts, "ID-03"), expected);
    }
}

#[test]
fn an_organisation_has_no_identity_number_in_place_of_its_code() {
    let person = |kind| {
        let mut facts = restaurant();
        facts.party.kind = Known::Known(kind);
        (facts.party.credit_code, facts.party.citizen_number) = (None, Some("11010519491231002X".to_owned()));
        outcome(&facts, "ID-03")
    };
    for kind in [PartyType::Company, PartyType::OtherOrganisation] {
        assert_eq!(person(kind), Outcome::Breached, "{kind:?}");
    }
    for kind in [PartyType::NaturalPerson, PartyType::IndividualBusiness] {
        assert_eq!(person(kind), Outcome::NotApplicable, "{kind:?}");
    }
}
