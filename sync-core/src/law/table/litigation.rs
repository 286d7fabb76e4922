//! 行政复议法 (2023) and 行政诉讼法: the remedy text of the decision made on the spot.

use super::{ROW, kept};
use crate::law::calendar::Period;
use crate::law::facts::{Facts, Known};
use crate::law::rule::{Act, Amount, Detail, Number, Outcome, Rule, Severity, Test, Text};
use crate::law::wording::{RECONSIDERATION_DAYS, RemedyFacts, SUIT_DAYS};
use crate::time::Date;

/// In force since 2024-01-01 (第九十条).
const RECONSIDERATION: Rule = Rule {
    since: Date::constant(2024, 1, 1),
    severity: Severity::Block,
    stops: &[Act::SignDecision, Act::Deliver],
    ..ROW
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-03",
        article: "行政复议法 第二十三条",
        title: Text { zh: "复议前置并告知", en: "Reconsideration before any suit, and saying so" },
        quotation: "对前款规定的情形，行政机关在作出行政行为时应当告知公民、法人或者其他组织先向行政复议机关申请行政复议。",
        test: Test::Facts(|f| remedy(f, |r| kept(r.reconsideration_first && !r.offers_direct_suit))),
        advice: Text {
            zh: "决定书须告知先申请行政复议，不得告知可以直接起诉",
            en: "The decision must say that reconsideration comes first, and must not offer a direct suit",
        },
        detail: order_found,
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-03-DAYS",
        article: "行政复议法 第二十条",
        title: Text { zh: "复议申请期限六十日", en: "Sixty days to apply for reconsideration" },
        quotation: "公民、法人或者其他组织认为行政行为侵犯其合法权益的，可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请；但是法律规定的申请期限超过六十日的除外。",
        test: Test::Facts(|f| remedy(f, |r| kept(r.reconsideration_days == Some(RECONSIDERATION_DAYS)))),
        numbers: &[Number {
            what: Text { zh: "复议申请期限", en: "period to apply" },
            is: Amount::Time(Period::Days(RECONSIDERATION_DAYS)),
        }],
        advice: Text { zh: "写明六十日的复议申请期限", en: "State the period of sixty days" },
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-03-ORGAN",
        article: "行政复议法 第二十四条",
        title: Text {
            zh: "复议机关为本级人民政府",
            en: "Reconsideration by the people's government of the same level",
        },
        quotation: "县级以上地方各级人民政府管辖下列行政复议案件：\n\n（一）对本级人民政府工作部门作出的行政行为不服的；",
        test: Test::Facts(right_organ),
        advice: Text {
            zh: "写明本级人民政府为复议机关", en: "Name the people's government of the same level"
        },
        detail: organ_found,
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-03-SUIT",
        article: "行政诉讼法 第四十五条",
        title: Text {
            zh: "复议后十五日内起诉", en: "Suit within fifteen days of the reconsideration decision"
        },
        quotation: "公民、法人或者其他组织不服复议决定的，可以在收到复议决定书之日起十五日内向人民法院提起诉讼。",
        since: Date::constant(2017, 7, 1),
        test: Test::Facts(|f| remedy(f, |r| kept(r.suit_days == Some(SUIT_DAYS)))),
        numbers: &[Number {
            what: Text { zh: "起诉期限", en: "period to sue" },
            is: Amount::Time(Period::Days(SUIT_DAYS)),
        }],
        advice: Text {
            zh: "写明收到复议决定书后十五日的起诉期限",
            en: "State fifteen days from receipt of the reconsideration decision",
        },
        ..RECONSIDERATION
    },
];

fn remedy(facts: &Facts, judge: fn(&RemedyFacts) -> Outcome) -> Outcome {
    match facts.spot_decision().map(|d| &d.remedy) {
        Some(Known::Known(remedy)) => judge(remedy),
        Some(Known::Unknown) => Outcome::Undecided,
        None => Outcome::NotApplicable,
    }
}

fn right_organ(facts: &Facts) -> Outcome {
    match (facts.spot_decision().map(|d| &d.remedy), &facts.reconsideration_organ) {
        (Some(Known::Known(remedy)), Known::Known(organ)) => kept(remedy.organ.as_ref() == Some(organ)),
        (Some(_), _) => Outcome::Undecided,
        (None, _) => Outcome::NotApplicable,
    }
}

fn order_found(facts: &Facts) -> Option<Detail> {
    let Known::Known(remedy) = &facts.spot_decision()?.remedy else { return None };
    let (zh, en) = if remedy.offers_direct_suit {
        ("救济告知写有可以直接起诉", "the text offers a direct suit")
    } else if remedy.reconsideration_first {
        return None;
    } else {
        ("救济告知未写应当先申请行政复议", "the text does not say that reconsideration comes first")
    };
    Some(Detail { zh: zh.to_owned(), en: en.to_owned() })
}

fn organ_found(facts: &Facts) -> Option<Detail> {
    let Known::Known(organ) = &facts.reconsideration_organ else { return None };
    Some(Detail { zh: format!("应为{organ}"), en: format!("it should be {organ}") })
}
