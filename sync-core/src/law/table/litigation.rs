//! 行政复议法 (2023) and 行政诉讼法: the remedy text of the decision made on the spot.

use super::{ROW, kept, not_entered};
use crate::law::calendar::Period;
use crate::law::facts::{Delivery, Facts, Known, Missing, OrganKind};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Severity, Test, Text};
use crate::law::wording::{Length, Order, RECONSIDERATION_DAYS, RemedyFacts, SUIT_DAYS, is_organ};
use crate::time::Date;
use std::collections::BTreeSet;

/// In force since 2024-01-01 (第九十条).
const RECONSIDERATION: Rule = Rule {
    since: Date::constant(2024, 1, 1),
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    ..ROW
};

/// 第二十四条 has an item for each kind of organ; the register says which organ that is.
const ORGAN: Rule = Rule { detail: organ_found, ..RECONSIDERATION };

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-03",
        revision: 2,
        article: "行政复议法 第二十三条",
        title: Text { zh: "复议前置并告知", en: "Reconsideration before any suit, and saying so" },
        quotation: "对前款规定的情形，行政机关在作出行政行为时应当告知公民、法人或者其他组织先向行政复议机关申请行政复议。",
        test: Test::Facts(|f| remedy(f, |r| kept(r.order == Order::ReconsiderationFirst))),
        advice: Text {
            zh: "决定书须告知先申请行政复议，不得告知可以直接起诉",
            en: "The decision must say that reconsideration comes first, and must not offer a direct suit",
        },
        detail: order_found,
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-03-DAYS",
        revision: 2,
        article: "行政复议法 第二十条",
        title: Text { zh: "复议申请期限六十日", en: "Sixty days to apply for reconsideration" },
        quotation: "公民、法人或者其他组织认为行政行为侵犯其合法权益的，可以自知道或者应当知道该行政行为之日起六十日内提出行政复议申请；但是法律规定的申请期限超过六十日的除外。",
        test: Test::Facts(|f| remedy(f, |r| kept(states(&r.reconsideration_periods, RECONSIDERATION_DAYS)))),
        numbers: &[Number {
            what: Text { zh: "复议申请期限", en: "period to apply" },
            is: Amount::Time(Period::Days(RECONSIDERATION_DAYS)),
        }],
        advice: Text {
            zh: "写明六十日（自然日）的复议申请期限，不写其他期限",
            en: "State sixty days, in calendar days, and no other period",
        },
        detail: |f| said(f, |r| &r.reconsideration_periods),
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-03-ORGAN",
        revision: 2,
        article: "行政复议法 第二十四条",
        title: Text { zh: "复议机关：对政府工作部门", en: "Who reconsiders what a department decided" },
        quotation: "（一）对本级人民政府工作部门作出的行政行为不服的；",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Department])),
        advice: Text {
            zh: "写明本级人民政府为复议机关", en: "Name the people's government of the same level"
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-2",
        article: "行政复议法 第二十四条",
        title: Text {
            zh: "复议机关：对下一级人民政府", en: "Who reconsiders what a lower government decided"
        },
        quotation: "（二）对下一级人民政府作出的行政行为不服的；",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Government])),
        advice: Text {
            zh: "写明上一级人民政府为复议机关", en: "Name the people's government of the level above"
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-3",
        article: "行政复议法 第二十四条",
        title: Text {
            zh: "复议机关：对派出机关", en: "Who reconsiders what an outpost of the government decided"
        },
        quotation: "（三）对本级人民政府依法设立的派出机关作出的行政行为不服的；",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Outpost])),
        advice: Text {
            zh: "写明设立该派出机关的人民政府为复议机关",
            en: "Name the people's government that set up the outpost",
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-4",
        article: "行政复议法 第二十四条",
        title: Text {
            zh: "复议机关：对授权组织", en: "Who reconsiders what an authorised organisation decided"
        },
        quotation: "（四）对本级人民政府或者其工作部门管理的法律、法规、规章授权的组织作出的行政行为不服的。",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Authorised])),
        advice: Text {
            zh: "写明管理该组织的本级人民政府为复议机关",
            en: "Name the people's government of the level that manages the organisation",
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-5",
        article: "行政复议法 第二十四条",
        title: Text {
            zh: "复议机关：对派出机构", en: "Who reconsiders what a station decided in its own name"
        },
        quotation: "对县级以上地方各级人民政府工作部门依法设立的派出机构依照法律、法规、规章规定，以派出机构的名义作出的行政行为不服的行政复议案件，由本级人民政府管辖；",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Station])),
        advice: Text {
            zh: "写明本级人民政府为复议机关", en: "Name the people's government of the same level"
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-28",
        article: "行政复议法 第二十八条",
        title: Text {
            zh: "复议机关：对司法行政部门", en: "Who reconsiders what a justice department decided"
        },
        quotation: "对履行行政复议机构职责的地方人民政府司法行政部门的行政行为不服的，可以向本级人民政府申请行政复议，也可以向上一级司法行政部门申请行政复议。",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::Justice])),
        advice: Text {
            zh: "写明本级人民政府（也可以是上一级司法行政部门）为复议机关",
            en: "Name the people's government of the same level, or the justice department above",
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-ORGAN-0",
        article: "行政复议法 第四条",
        title: Text { zh: "复议机关", en: "The organ of reconsideration" },
        quotation: "县级以上各级人民政府以及其他依照本法履行行政复议职责的行政机关是行政复议机关。",
        test: Test::Facts(|f| right_organ(f, &[OrganKind::NotTold])),
        advice: Text {
            zh: "写明有管辖权的复议机关；登记册应当填写机关类别",
            en: "Name the organ that has jurisdiction; the register should tell the kind of organ",
        },
        ..ORGAN
    },
    Rule {
        id: "SPO-03-SUIT",
        revision: 2,
        article: "行政诉讼法 第四十五条",
        title: Text {
            zh: "复议后十五日内起诉", en: "Suit within fifteen days of the reconsideration decision"
        },
        quotation: "公民、法人或者其他组织不服复议决定的，可以在收到复议决定书之日起十五日内向人民法院提起诉讼。",
        since: Date::constant(2017, 7, 1),
        test: Test::Facts(|f| remedy(f, |r| kept(states(&r.suit_periods, SUIT_DAYS) && !r.suit_counts_from_penalty))),
        numbers: &[Number {
            what: Text { zh: "起诉期限", en: "period to sue" },
            is: Amount::Time(Period::Days(SUIT_DAYS)),
        }],
        advice: Text {
            zh: "写明自收到复议决定书之日起（逾期不作决定的，自复议期满之日起）十五日的起诉期限，不写其他期限",
            en: "State fifteen days from receipt of the reconsideration decision, or from the end of its period where none comes, and no other period",
        },
        detail: suit_found,
        ..RECONSIDERATION
    },
    Rule {
        id: "SPO-04-NET",
        article: "行政复议法 第二十二条",
        title: Text {
            zh: "互联网送达须提供互联网复议渠道", en: "Served over the internet: the channel to apply"
        },
        quotation: "行政机关通过互联网渠道送达行政行为决定书的，应当同时提供提交行政复议申请书的互联网渠道。",
        stops: &[FormalAct::Deliver, FormalAct::Close],
        test: Test::Facts(channel_given),
        advice: Text {
            zh: "电子送达的，在救济告知中写明提交行政复议申请书的互联网渠道（网址、平台或者小程序名称）；没有渠道的，改用纸质送达",
            en: "For electronic service name in the remedy text the site, platform or mini-programme through which to apply; without one, serve on paper",
        },
        ..RECONSIDERATION
    },
];

fn remedy(facts: &Facts, judge: fn(&RemedyFacts) -> Outcome) -> Outcome {
    match facts.spot_decision().map(|d| &d.remedy) {
        Some(Known::Known(remedy)) => judge(remedy),
        Some(Known::NotEntered) => Outcome::Breached,
        Some(Known::Unknown) => Outcome::Undecided,
        None => Outcome::NotApplicable,
    }
}

/// Whether `days` is the only period stated.
fn states(periods: &BTreeSet<Length>, days: u16) -> bool {
    periods.len() == 1 && periods.contains(&Length::days(u64::from(days)))
}

/// Whether `organ` is the only one named.
fn names(remedy: &RemedyFacts, organ: &str) -> bool {
    !remedy.organs.is_empty() && remedy.organs.iter().all(|named| is_organ(named, organ))
}

fn right_organ(facts: &Facts, kinds: &[OrganKind]) -> Outcome {
    if !kinds.contains(&facts.organ_kind) {
        return Outcome::NotApplicable;
    }
    match (facts.spot_decision().map(|d| &d.remedy), &facts.reconsideration_organ) {
        (Some(Known::Known(remedy)), Known::Known(organ)) => kept(names(remedy, organ)),
        (Some(Known::NotEntered), _) => Outcome::Breached,
        (Some(_), _) => Outcome::Undecided,
        (None, _) => Outcome::NotApplicable,
    }
}

/// 第二十二条第二款 speaks of every decision that is served over the internet.
fn channel_given(facts: &Facts) -> Outcome {
    let Some(decision) = &facts.decision else { return Outcome::NotApplicable };
    if !matches!(decision.delivery, Known::Known(Delivery::Electronic { .. })) {
        return Outcome::NotApplicable;
    }
    match &decision.remedy {
        Known::Known(remedy) => kept(remedy.internet_channel),
        Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    }
}

fn order_found(facts: &Facts) -> Option<Detail> {
    let remedy = match &facts.spot_decision()?.remedy {
        Known::Known(remedy) => remedy,
        Known::NotEntered => return Some(not_entered(Missing::Remedy)),
        Known::Unknown => return None,
    };
    let (zh, en) = match remedy.order {
        Order::DirectSuit => ("救济告知写有可以直接起诉", "the text offers a direct suit"),
        Order::NotSaid => ("救济告知未写应当先申请行政复议", "the text does not say that reconsideration comes first"),
        Order::ReconsiderationFirst => return None,
    };
    Some(Detail { zh: zh.to_owned(), en: en.to_owned() })
}

/// The periods that the text states.
fn said(facts: &Facts, of: fn(&RemedyFacts) -> &BTreeSet<Length>) -> Option<Detail> {
    let Known::Known(remedy) = &facts.spot_decision()?.remedy else { return None };
    let (zh, en): (Vec<String>, Vec<String>) = of(remedy).iter().map(|length| (length.zh(), length.en())).unzip();
    Some(if zh.is_empty() {
        Detail { zh: "没有写明期限".to_owned(), en: "no period is stated".to_owned() }
    } else {
        Detail { zh: format!("写的是{}", zh.join("、")), en: format!("it says {}", en.join(", ")) }
    })
}

fn suit_found(facts: &Facts) -> Option<Detail> {
    let Known::Known(remedy) = &facts.spot_decision()?.remedy else { return None };
    if remedy.suit_counts_from_penalty {
        let (zh, en) = ("起诉期限从处罚决定起算", "the period to sue is counted from the penalty");
        return Some(Detail { zh: zh.to_owned(), en: en.to_owned() });
    }
    said(facts, |r| &r.suit_periods)
}

fn organ_found(facts: &Facts) -> Option<Detail> {
    let Known::Known(organ) = &facts.reconsideration_organ else { return None };
    let Known::Known(remedy) = &facts.spot_decision()?.remedy else { return None };
    let named: Vec<&str> = remedy.organs.iter().map(String::as_str).collect();
    let (zh, en) = match named.as_slice() {
        [] => ("没有写明复议机关".to_owned(), "no organ is named".to_owned()),
        some => (format!("写的是{}", some.join("、")), format!("it names {}", some.join(", "))),
    };
    Some(Detail { zh: format!("{zh}，应为{organ}"), en: format!("{en}; it should be {organ}") })
}
