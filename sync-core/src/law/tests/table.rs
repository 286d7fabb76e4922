use super::scene::{calendar, restaurant};
use crate::law::facts::Sector;
use crate::law::page::rules_page;
use crate::law::rule::{Outcome, Severity, evaluate};
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
