use super::scene::{but, outcome, restaurant, stopped};
use crate::law::facts::{Known, PartyType};
use crate::law::identity::{BadCode, CitizenNumber, CreditCode};
use crate::law::rule::{FormalAct, Outcome};
use crate::time::Date;

/// The standard's own example.
const EXAMPLE: &str = "11010519491231002X";

#[test]
fn gb_32100_accepts_the_codes_of_real_bodies() {
    for code in ["11500000009276118B", "11500226753092798P", "11330600MB1573660P"] {
        assert_eq!(CreditCode::parse(code).unwrap().as_str(), code);
        assert!(CreditCode::parse(&format!(" {} ", code.to_lowercase())).is_ok());
    }
}

#[test]
fn gb_32100_refuses_any_one_changed_character() {
    for code in ["11500000009276118B", "11330600MB1573660P"] {
        for place in 0..18 {
            for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().filter(|c| Some(*c) != code.chars().nth(place)) {
                let changed: String =
                    code.chars().enumerate().map(|(i, c)| if i == place { other } else { c }).collect();
                assert!(CreditCode::parse(&changed).is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn gb_32100_knows_no_i_o_z_s_v_and_no_other_length() {
    for letter in ["I", "O", "Z", "S", "V"] {
        let code = format!("11330600{letter}B1573660P");
        assert_eq!(CreditCode::parse(&code), Err(BadCode::Character(9)));
    }
    assert_eq!(CreditCode::parse("11500000009276118"), Err(BadCode::Length));
    assert_eq!(CreditCode::parse("11500000009276118BB"), Err(BadCode::Length));
    assert_eq!(CreditCode::parse("1150000000927611字B"), Err(BadCode::Character(17)));
}

#[test]
fn gb_11714_is_checked_inside_a_credit_code() {
    // No last character can make up for a wrong check digit at place 17.
    let fitting = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().map(|last| format!("11500000009276117{last}"));
    let refused: Vec<_> = fitting.map(|code| CreditCode::parse(&code)).collect();
    assert!(refused.iter().all(|r| *r == Err(BadCode::OrganisationCheck)));
}

#[test]
fn gb_11643_accepts_the_standards_example() {
    let number = CitizenNumber::parse(EXAMPLE).unwrap();
    assert_eq!(number.born(), Date::constant(1949, 12, 31));
    assert_eq!(CitizenNumber::parse("11010519491231002x").unwrap(), number);
    assert_eq!(CitizenNumber::complete("11010519491231002").unwrap(), number);
}

#[test]
fn gb_11643_refuses_any_one_changed_digit() {
    for place in 0..17 {
        for other in ('0'..='9').filter(|c| Some(*c) != EXAMPLE.chars().nth(place)) {
            let changed: String =
                EXAMPLE.chars().enumerate().map(|(i, c)| if i == place { other } else { c }).collect();
            assert!(CitizenNumber::parse(&changed).is_err(), "{changed}");
        }
    }
    for last in '0'..='9' {
        assert_eq!(CitizenNumber::parse(&format!("11010519491231002{last}")), Err(BadCode::Check));
    }
}

#[test]
fn gb_11643_wants_a_birth_date_that_exists() {
    assert!(CitizenNumber::complete("99999920000229000").is_ok());
    assert_eq!(CitizenNumber::complete("99999920010229000"), Err(BadCode::BirthDate));
    assert_eq!(CitizenNumber::complete("99999920001301000"), Err(BadCode::BirthDate));
    assert_eq!(CitizenNumber::complete("9999992000022X000"), Err(BadCode::Character(14)));
}

#[test]
fn a_citizen_number_does_not_show_itself_in_a_log() {
    assert_eq!(format!("{:?}", CitizenNumber::parse(EXAMPLE).unwrap()), "CitizenNumber(110105************)");
}

#[test]
fn gb_32100_stops_the_signing_of_a_decision_and_an_absent_code_does_not() {
    let with = |code: Option<&str>| {
        but(|f| {
            f.party.kind = Known::Known(PartyType::OtherOrganisation);
            f.party.credit_code = code.map(str::to_owned);
        })
    };
    assert_eq!(outcome(&with(Some("11500000009276118B")), "ID-01"), Outcome::Satisfied);
    assert_eq!(stopped(&with(Some("11500000009276118C")), FormalAct::SignDecision), ["ID-01"]);
    assert_eq!(outcome(&with(None), "ID-01"), Outcome::NotApplicable);
}

#[test]
fn gb_11643_stops_a_number_born_one_day_after_the_act() {
    let born = |digits: &str| {
        but(|f| {
            f.party.kind = Known::Known(PartyType::Company);
            f.party.citizen_number = Some(CitizenNumber::complete(digits).unwrap().as_str().to_owned());
        })
    };
    assert_eq!(outcome(&born("99999920260918000"), "ID-02"), Outcome::Satisfied);
    assert_eq!(stopped(&born("99999920260919000"), FormalAct::SignDecision), ["ID-02"]);
    assert_eq!(outcome(&restaurant(), "ID-02"), Outcome::NotApplicable);
}

#[test]
fn a_code_is_completed_from_two_parts_of_eight_characters_each() {
    assert!(CreditCode::complete("91500237", "MAK3X7Y2").is_ok());
    for (authority, organisation) in
        [("9150023", "MAK3X7Y2"), ("91500237", "MAK3X7Y"), ("915002370", "MAK3X7Y"), ("9150023", "MAK3X7Y!"), ("", "")]
    {
        assert_eq!(CreditCode::complete(authority, organisation), Err(BadCode::Length), "{authority} {organisation}");
    }
}
