use super::scene::{calendar, restaurant};
use crate::id::TenantId;
use crate::law::facts::Sector;
use crate::law::page::rules_page;
use crate::law::rule::{LooksAt, Outcome, Rule, Scope, Severity, Test, breaches, evaluate};
use crate::law::table::rules;
use crate::time::Date;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_page_for_the_lawyer_is_the_table() {
    let file = repository().join("docs/rules.md");
    let page = rules_page(rules());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == page, "docs/rules.md is not the table; run again with UPDATE=1 and read the difference");
}

/// The article's text, from its heading to the next.
fn article_text(law: &str, article: &str) -> String {
    let file = repository().join("data/law").join(format!("{law}.txt"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let from = text.lines().skip_while(|line| !line.starts_with(article));
    let heading = |line: &str| line.starts_with('第') && line.chars().take(9).any(|c| c == '条');
    from.enumerate()
        .take_while(|(i, line)| *i == 0 || !heading(line))
        .map(|(_, line)| line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_quotation_stands_in_its_article() {
    for rule in rules().iter().filter(|rule| rule.confirmed && !rule.article.starts_with("GB")) {
        let (law, article) = rule.article.split_once(' ').unwrap();
        assert!(article_text(law, article).contains(rule.quotation), "{} does not quote {}", rule.id, rule.article);
    }
}

#[test]
fn every_row_says_what_a_lawyer_needs() {
    let ids: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules().len(), "ids are unique");
    for rule in rules() {
        let texts =
            [rule.id, rule.article, rule.title.zh, rule.title.en, rule.quotation, rule.advice.zh, rule.advice.en];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.id);
        assert_eq!(rule.severity == Severity::Block, !rule.stops.is_empty(), "{} stops where it blocks", rule.id);
        let at_most_warn = matches!(rule.severity, Severity::Warn | Severity::Info);
        assert!(rule.confirmed || at_most_warn, "{} is not confirmed", rule.id);
        assert!(rule.until.is_none_or(|last| rule.since <= last), "{}", rule.id);
    }
}

#[test]
fn the_same_facts_get_the_same_answers_in_the_order_of_the_rows() {
    let (facts, calendar) = (restaurant(), calendar());
    let once = evaluate(rules(), &facts, &calendar);
    assert_eq!(once, evaluate(rules(), &facts, &calendar));
    let breached: Vec<_> = once.iter().filter(|r| r.outcome == Outcome::Breached).map(|r| r.rule).collect();
    assert!(breached.is_empty(), "{breached:?}");
}

#[test]
fn the_rows_of_emergency_management_are_not_confirmed_and_stop_nothing() {
    let rows: Vec<_> = rules().iter().filter(|rule| rule.scope.sectors.contains(&Sector::Emergency)).collect();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|rule| !rule.confirmed && rule.quotation.contains("条文未读")));
    let page = rules_page(rules());
    let lines = page.lines().filter(|line| line.starts_with("| SPO-05-EMG "));
    assert!(lines.into_iter().all(|line| line.trim_end().ends_with("| 否 |")));
    let judged = |on| {
        let mut facts = restaurant();
        facts.on = on;
        facts.sector = Sector::Emergency;
        evaluate(rules(), &facts, &calendar()).into_iter().filter(|result| result.rule.ends_with("-EMG")).count()
    };
    assert_eq!(judged(Date::constant(2026, 2, 1)), rows.len());
    assert_eq!(judged(Date::constant(2026, 1, 31)), 0);
}

/// A row that every case breaks, in force from the second to the third day.
fn row() -> Rule {
    let (since, until) = (Date::constant(2026, 9, 18), Some(Date::constant(2026, 9, 19)));
    let (scope, test) = (Scope::EVERYWHERE, Test::Facts(|_| Outcome::Breached));
    Rule { since, until, scope, test, looks_at: LooksAt::Step, ..*rules().first().unwrap() }
}

#[test]
fn a_row_is_in_force_from_its_first_day_to_its_last_and_unknown_where_the_day_may_be_another() {
    let day = |day| Date::constant(2026, 9, day);
    let on = |first, last: Option<i8>| {
        let mut facts = restaurant();
        (facts.on, facts.on_at_latest) = (day(first), last.map(day));
        evaluate(&[row()], &facts, &calendar()).first().map(|result| result.outcome)
    };
    assert_eq!(
        [17, 18, 19, 20].map(|first| on(first, None)),
        [None, Some(Outcome::Breached), Some(Outcome::Breached), None]
    );
    // Between two days: only where it is in force on both is it known to be.
    assert_eq!(on(18, Some(19)), Some(Outcome::Breached));
    for (first, last) in [(17, 18), (19, 20), (17, 20)] {
        assert_eq!(on(first, Some(last)), Some(Outcome::Undecided), "{first} to {last}");
    }
    assert_eq!((on(16, Some(17)), on(20, Some(21))), (None, None));
}

#[test]
fn a_row_of_one_installation_is_judged_there_and_nowhere_else() {
    let (here, there) = (TenantId::new([1; 16]), TenantId::new([2; 16]));
    let judged = |scope, tenant| {
        let mut facts = restaurant();
        facts.tenant = tenant;
        let own = Rule { scope: Scope { tenant: scope, ..Scope::EVERYWHERE }, ..row() };
        !evaluate(&[own], &facts, &calendar()).is_empty()
    };
    assert_eq!([Some(here), Some(there), None].map(|tenant| judged(Some(here), tenant)), [true, false, false]);
    assert_eq!([Some(here), None].map(|tenant| judged(None, tenant)), [true, true]);
}

#[test]
fn breaches_are_counted_and_questions_are_not() {
    let undecided = Rule { test: Test::Facts(|_| Outcome::Undecided), ..row() };
    let kept = Rule { test: Test::Facts(|_| Outcome::Satisfied), ..row() };
    for (rows, count) in [(vec![], 0), (vec![undecided, kept], 0), (vec![row(), undecided, row(), row(), kept], 3)] {
        let mut facts = restaurant();
        facts.on = Date::constant(2026, 9, 18);
        assert_eq!(breaches(&evaluate(&rows, &facts, &calendar())), count);
    }
}
