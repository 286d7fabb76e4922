//! The rule set hash: the fields that it covers, and that `docs/encoding.md` lists them.

use std::collections::BTreeSet;

use crate::id::{TenantId, hex};
use crate::law::calendar::Period;
use crate::law::facts::{Happened, Sector};
use crate::law::hash::{rule_set_bytes, rule_set_hash};
use crate::law::rule::{About, Amount, FormalAct, LooksAt, Number, Outcome, Rule, Scope, Severity, Start, Test, Text};
use crate::law::table::rules;
use crate::money::Fen;
use crate::time::Date;

const NUMBERS: &[Number] =
    &[Number { what: Text { zh: "公民罚款至多", en: "at most" }, is: Amount::Money(Fen::yuan(200)) }];

/// The rule of the vector: one of each part.
const VECTOR: Rule = Rule {
    id: "VEC-01",
    article: "行政处罚法 第五十一条",
    title: Text { zh: "甲", en: "a" },
    quotation: "乙",
    since: Date::constant(2021, 7, 15),
    until: None,
    scope: Scope { tenant: Some(TenantId::new([0xa0; 16])), region: "50", sectors: &[Sector::Market] },
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Close],
    reasoned: false,
    looks_at: LooksAt::Violation,
    test: Test::Clock { from: |_| Start::Unknown, until: |_| Happened::Unknown, within: Period::Days(7) },
    numbers: NUMBERS,
    advice: Text { zh: "丙", en: "c" },
    detail: |_| None,
    confirmed: true,
    revision: 2,
};

#[test]
fn the_vector_of_the_encoding_is_what_is_hashed() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/encoding.md");
    let page = std::fs::read_to_string(page).unwrap();
    // The page breaks the bytes over lines and has a remark behind each.
    let bytes: String = page
        .lines()
        .skip_while(|line| !line.contains("rule set, byte by byte"))
        .skip_while(|line| !line.starts_with("```"))
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .flat_map(|line| line.trim_start().split("  ").next().unwrap_or_default().chars())
        .filter(char::is_ascii_hexdigit)
        .collect();
    assert_eq!(bytes, hex(&rule_set_bytes(&[VECTOR])));
    let hash = rule_set_hash(&[VECTOR]).to_string();
    assert!(page.contains(&hash), "{hash}");
}

#[test]
fn the_hash_names_the_rows_whatever_their_order() {
    let hash = rule_set_hash(rules());
    let mut turned = rules().to_vec();
    turned.reverse();
    assert_eq!(rule_set_hash(&turned), hash);
    assert_ne!(rule_set_hash(&turned[1..]), hash);
}

#[test]
fn the_hash_changes_with_every_part_of_a_row() {
    const OTHER: &[Number] =
        &[Number { what: Text { zh: "公民罚款至多", en: "at most" }, is: Amount::Money(Fen::yuan(201)) }];
    const OTHER_WORDS: &[Number] =
        &[Number { what: Text { zh: "公民罚款至多", en: "up to" }, is: Amount::Money(Fen::yuan(200)) }];
    const OTHER_UNIT: &[Number] =
        &[Number { what: Text { zh: "公民罚款至多", en: "at most" }, is: Amount::Time(Period::Days(20_000)) }];
    fn within(period: Period) -> Test {
        Test::Clock { from: |_| Start::Unknown, until: |_| Happened::Unknown, within: period }
    }
    let changes: [fn(&mut Rule); 27] = [
        |r| r.id = "X",
        |r| r.article = "X",
        |r| r.quotation = "X",
        |r| r.since = Date::constant(2021, 7, 16),
        |r| r.until = Some(Date::constant(2030, 1, 1)),
        |r| r.about = About::Party,
        |r| r.severity = Severity::Info,
        |r| r.reasoned = true,
        |r| r.stops = &[FormalAct::Close, FormalAct::SignDecision],
        |r| r.looks_at = LooksAt::Step,
        |r| r.numbers = OTHER,
        |r| r.numbers = OTHER_WORDS,
        |r| r.numbers = OTHER_UNIT,
        |r| r.numbers = &[],
        |r| r.title.zh = "X",
        |r| r.title.en = "X",
        |r| r.advice.zh = "X",
        |r| r.advice.en = "X",
        |r| r.confirmed = false,
        |r| r.test = within(Period::Days(8)),
        |r| r.test = within(Period::WorkingDays(7)),
        |r| r.test = within(Period::Hours(7)),
        |r| r.test = Test::Facts(|_| Outcome::Satisfied),
        |r| r.scope.region = "51",
        |r| r.scope.tenant = None,
        |r| r.scope.sectors = &[],
        |r| r.revision += 1,
    ];
    let mut hashes = BTreeSet::from([rule_set_hash(&[VECTOR])]);
    for (at, change) in changes.into_iter().enumerate() {
        let mut other = VECTOR;
        change(&mut other);
        assert!(hashes.insert(rule_set_hash(&[other])), "change {at}");
    }
}
