//! The organ of reconsideration, by the kind of organ that decided.

use super::scene::{but, but_decision, outcome, result, stopped};
use crate::law::facts::{Facts, Known, OrganKind};
use crate::law::rule::{FormalAct, Outcome, evaluate};
use crate::law::table::rules;
use crate::law::wording::{RemedyTerms, read_remedy, spot_remedy};

const ROWS: [(OrganKind, &str, &str); 7] = [
    (OrganKind::Department, "SPO-03-ORGAN", "第二十四条"),
    (OrganKind::Government, "SPO-03-ORGAN-2", "第二十四条"),
    (OrganKind::Outpost, "SPO-03-ORGAN-3", "第二十四条"),
    (OrganKind::Authorised, "SPO-03-ORGAN-4", "第二十四条"),
    (OrganKind::Station, "SPO-03-ORGAN-5", "第二十四条"),
    (OrganKind::Justice, "SPO-03-ORGAN-28", "第二十八条"),
    (OrganKind::NotTold, "SPO-03-ORGAN-0", "第四条"),
];

fn by(kind: OrganKind, organ: &str) -> Facts {
    let text = spot_remedy(&RemedyTerms { reconsideration_organ: organ, internet_channel: None });
    let mut facts = but_decision(|d| d.remedy = Known::Known(read_remedy(&text)));
    facts.organ_kind = kind;
    facts
}

#[test]
fn reconsideration_article_24_is_cited_by_the_item_for_the_kind_of_organ() {
    for (kind, row, article) in ROWS {
        assert_eq!(stopped(&by(kind, "巫山县人民政府"), FormalAct::SignDecision), [""; 0], "{kind:?}");
        let wrong = by(kind, "重庆市市场监督管理局");
        assert_eq!(stopped(&wrong, FormalAct::SignDecision), [row], "{kind:?}");
        assert!(result(&wrong, row).zh.contains(article), "{kind:?}");
        let others = evaluate(rules(), &wrong, &super::scene::calendar());
        let judged =
            others.iter().filter(|r| r.rule.starts_with("SPO-03-ORGAN") && r.outcome != Outcome::NotApplicable);
        assert_eq!(judged.count(), 1, "{kind:?}");
    }
}

#[test]
fn reconsideration_article_24_is_undecided_while_the_register_names_no_organ() {
    let unknown = but(|f| f.reconsideration_organ = Known::Unknown);
    assert_eq!(outcome(&unknown, "SPO-03-ORGAN"), Outcome::Undecided);
    assert_eq!(stopped(&unknown, FormalAct::SignDecision), [""; 0]);
}
