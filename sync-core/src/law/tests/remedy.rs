//! Remedy texts of an on-the-spot decision, as officers write them, and whether the rules accept them.

mod lawful;
mod unlawful;

use super::scene::{but_decision, outcome, result, stopped};
use crate::law::facts::{Delivery, Facts, Known};
use crate::law::rule::{FormalAct, Outcome};
use crate::law::wording::{RemedyTerms, read_remedy, spot_remedy};

fn stops(text: &str) -> Vec<&'static str> {
    stopped(&but_decision(|d| d.remedy = Known::Known(read_remedy(text))), FormalAct::SignDecision)
}

#[test]
fn reconsideration_articles_20_to_24_and_34_and_litigation_article_45_take_every_lawful_remedy_text() {
    let stopped: Vec<_> = lawful::TEXTS
        .iter()
        .filter(|(_, text)| !stops(text).is_empty())
        .map(|(why, text)| (why, stops(text), read_remedy(text)))
        .collect();
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn each_unlawful_remedy_text_is_stopped_by_the_articles_it_breaks() {
    let wrong: Vec<_> = unlawful::TEXTS
        .iter()
        .filter(|(_, by, text)| stops(text) != *by)
        .map(|(why, _, text)| (why, stops(text), read_remedy(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(lawful::TEXTS.len() + unlawful::TEXTS.len() >= 110);
}

#[test]
fn what_is_wrong_with_a_remedy_text_is_said() {
    let said = |text: &str, rule| result(&but_decision(|d| d.remedy = Known::Known(read_remedy(text))), rule).zh;
    let text = "应当自收到本决定书之日起三个月内先向重庆市市场监督管理局申请行政复议；对行政复议决定不服的，可以自收到本决定书之日起十五日内起诉。";
    assert!(said(text, "SPO-03-DAYS").contains("写的是3个月"));
    assert!(said(text, "SPO-03-ORGAN").contains("写的是重庆市市场监督管理局，应为巫山县人民政府"));
    assert!(said(text, "SPO-03-SUIT").contains("从处罚决定起算"));
    assert!(said("", "SPO-03-ORGAN").contains("没有写明复议机关"));
}

fn served(delivery: Delivery, channel: Option<&str>) -> Facts {
    let text = spot_remedy(&RemedyTerms { reconsideration_organ: "巫山县人民政府", internet_channel: channel });
    but_decision(|d| {
        d.delivery = Known::Known(delivery);
        d.remedy = Known::Known(read_remedy(&text));
    })
}

#[test]
fn reconsideration_article_22_wants_the_internet_channel_with_electronic_service_only() {
    let electronic = Delivery::Electronic { confirmed: true };
    assert_eq!(stopped(&served(electronic, None), FormalAct::Deliver), ["SPO-04-NET"]);
    assert_eq!(stopped(&served(electronic, None), FormalAct::Close), ["SPO-04-NET"]);
    let given = served(electronic, Some("重庆市行政复议网上申请平台（https://fy.example.gov.cn）"));
    assert_eq!(outcome(&given, "SPO-04-NET"), Outcome::Satisfied);
    let nowhere = served(electronic, Some("另行告知"));
    assert_eq!(outcome(&nowhere, "SPO-04-NET"), Outcome::Breached);
    assert_eq!(outcome(&served(Delivery::HandedOver, None), "SPO-04-NET"), Outcome::NotApplicable);
}
