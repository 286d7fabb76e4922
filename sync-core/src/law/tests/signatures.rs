//! Who must have signed the paper, and from when on that is asked.

use super::scene::{but, but_decision, outcome};
use crate::id::OfficerId;
use crate::law::facts::{Delivery, Happened, Known, Sector};
use crate::law::rule::Outcome;

#[test]
fn article_52_asks_for_both_signatures_once_one_is_there_or_the_paper_is_on_its_way() {
    let ids = |numbers: &[u8]| numbers.iter().map(|n| OfficerId::new([*n; 16])).collect();
    for (signed, delivery, expected) in [
        (&[][..], Delivery::NotYet, Outcome::NotApplicable),
        (&[1], Delivery::NotYet, Outcome::Breached),
        (&[], Delivery::HandedOver, Outcome::Breached),
        (&[1, 2], Delivery::NotYet, Outcome::Satisfied),
    ] {
        let facts = but_decision(|d| (d.signed_by, d.delivery) = (ids(signed), Known::Known(delivery)));
        assert_eq!(outcome(&facts, "SPO-02-SIGN"), expected, "{signed:?} {delivery:?}");
    }
}

#[test]
fn transport_article_61_takes_the_partys_signature_or_a_noted_refusal_and_asks_nothing_of_a_draft() {
    let judged = |made: Happened, party_signed, refusal_noted| {
        let mut facts = but_decision(|d| {
            (d.signed_at, d.party_signed, d.refusal_noted) = (made, party_signed, refusal_noted);
        });
        facts.sector = Sector::Transport;
        outcome(&facts, "SPO-04-TRA")
    };
    let made = || but(|_| {}).decision.unwrap().signed_at;
    assert_eq!(judged(made(), true, false), Outcome::Satisfied);
    assert_eq!(judged(made(), false, true), Outcome::Satisfied);
    assert_eq!(judged(made(), false, false), Outcome::Breached);
    assert_eq!(judged(Happened::NotYet, false, false), Outcome::NotApplicable);
}
