//! 行政处罚法 (2021): the decision made on the spot (简易程序).

use super::penalty::LAW as PENALTY;
use super::{all, kept, not_entered, written};
use crate::law::facts::{
    Delivery, Facts, FineSubject, Happened, Item, Known, Missing, PartyType, Penalty, PenaltyDecision, Seal,
};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Severity, Test, Text};
use crate::money::Fen;

const CITIZEN_LIMIT: Fen = Fen::yuan(200);
const ORGANISATION_LIMIT: Fen = Fen::yuan(3_000);
const SIGNATURES_NEEDED: u16 = 2;
const ITEMS: &[Item] =
    &[Item::Violation, Item::KindAndBasis, Item::Amount, Item::Time, Item::Place, Item::Remedy, Item::OrganName];
const STATED: &str = "前款规定的行政处罚决定书应当载明当事人的违法行为，行政处罚的种类和依据、罚款数额、时间、地点，申请行政复议、提起行政诉讼的途径和期限以及行政机关名称，并由执法人员签名或者盖章。";
pub(super) const HANDED_OVER: &str = "执法人员当场作出行政处罚决定的，应当向当事人出示执法证件，填写预定格式、编有号码的行政处罚决定书，并当场交付当事人。当事人拒绝签收的，应当在行政处罚决定书上注明。";

const LAW: Rule = Rule { about: About::PenaltyDecision, ..PENALTY };

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-01",
        revision: 2,
        article: "行政处罚法 第五十一条",
        title: Text { zh: "当场处罚的限额", en: "Limit of an on-the-spot penalty" },
        quotation: "违法事实确凿并有法定依据，对公民处以二百元以下、对法人或者其他组织处以三千元以下罚款或者警告的行政处罚的，可以当场作出行政处罚决定。法律另有规定的，从其规定。",
        about: About::PenaltyOnParty,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(within_spot_limit),
        numbers: &[
            Number { what: Text { zh: "公民罚款至多", en: "citizen at most" }, is: Amount::Money(CITIZEN_LIMIT) },
            Number {
                what: Text { zh: "法人或者其他组织罚款至多", en: "organisation at most" },
                is: Amount::Money(ORGANISATION_LIMIT),
            },
        ],
        advice: Text {
            zh: "当场只能对公民（含个体工商户）处二百元以下、对法人或者其他组织处三千元以下罚款或者警告；超出的转普通程序",
            en: "On the spot only a warning or a fine of up to 200 yuan for a citizen (an individual business included), 3,000 yuan for an organisation; beyond that use the ordinary procedure",
        },
        detail: fine_found,
        ..LAW
    },
    Rule {
        id: "SPO-01-ITEM",
        article: "行政处罚法 第三十八条",
        title: Text { zh: "处罚事项的依据未经核实", en: "The item's basis is not confirmed" },
        quotation: "行政处罚没有依据或者实施主体不具有行政主体资格的，行政处罚无效。",
        severity: Severity::Warn,
        test: Test::Facts(item_confirmed),
        advice: Text {
            zh: "处罚事项清单中该事项的条文和数额尚未经法制审核人员核实，请先核对现行法律",
            en: "The article and amounts of this item are not confirmed by the legal reviewers: hold them against the law in force first",
        },
        ..LAW
    },
    Rule {
        id: "SPO-02",
        article: "行政处罚法 第五十二条",
        title: Text {
            zh: "当场处罚决定书应当载明的事项", en: "What the on-the-spot decision must state"
        },
        quotation: STATED,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(|f| states(f, ITEMS)),
        advice: Text { zh: "补全决定书应当载明的事项", en: "Complete what the decision must state" },
        detail: |f| missing(f, ITEMS),
        ..LAW
    },
    Rule {
        id: "SPO-02-FORM",
        article: "行政处罚法 第五十二条",
        title: Text { zh: "预定格式、编有号码的决定书", en: "Numbered form" },
        quotation: HANDED_OVER,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(|f| on_decision(f, |d| kept(written(d.form_number.as_ref())))),
        advice: Text {
            zh: "使用编有号码的决定书并录入编号", en: "Use a numbered form and record its number"
        },
        ..LAW
    },
    Rule {
        id: "SPO-02-SIGN",
        article: "行政处罚法 第五十二条",
        title: Text { zh: "执法人员签名", en: "Signed by the officers" },
        quotation: STATED,
        // At closing too: a decision that only one officer signed is neither made nor voided.
        stops: &[FormalAct::Deliver, FormalAct::Close],
        test: Test::Facts(signed_by_officers),
        numbers: &[Number {
            what: Text { zh: "执法人员签名至少", en: "officers' signatures at least" },
            is: Amount::Count(SIGNATURES_NEEDED),
        }],
        advice: Text {
            zh: "两名执法人员签名或者盖章后再交付；不再作出的，作废后结案",
            en: "Both officers sign or seal before it is handed over; one that is given up is voided before closing",
        },
        ..LAW
    },
    Rule {
        id: "SPO-04",
        article: "行政处罚法 第五十二条",
        title: Text { zh: "当场交付", en: "Handed over on the spot" },
        quotation: HANDED_OVER,
        stops: &[FormalAct::Close],
        test: Test::Facts(handed_over),
        advice: Text {
            zh: "当场交付纸质决定书并由当事人签收，拒收的在决定书上注明；屏幕展示不是交付",
            en: "Hand over the paper on the spot and have it signed for, noting a refusal on it; showing a screen is no delivery",
        },
        detail: receipt_lacking,
        ..LAW
    },
    Rule {
        id: "SPO-04-E",
        article: "行政处罚法 第六十一条",
        title: Text { zh: "电子送达须有确认书", en: "Electronic service only with a confirmation" },
        quotation: "当事人同意并签订确认书的，行政机关可以采用传真、电子邮件等方式，将行政处罚决定书等送达当事人。",
        stops: &[FormalAct::Deliver, FormalAct::Close],
        test: Test::Facts(electronic_confirmed),
        advice: Text {
            zh: "没有当事人签订的确认书，不得电子送达，应当交付纸质决定书",
            en: "Without a confirmation signed by the party, hand over paper",
        },
        ..LAW
    },
    Rule {
        id: "SPO-05",
        article: "行政处罚法 第五十二条",
        title: Text { zh: "报所属行政机关备案", en: "Reported to the organ" },
        quotation: "执法人员当场作出的行政处罚决定，应当报所属行政机关备案。",
        severity: Severity::Alarm,
        test: Test::Facts(reported),
        advice: Text {
            zh: "报所属行政机关备案（登记即可，无需批准）",
            en: "Report the decision to the organ, which registers it; nobody approves it",
        },
        ..LAW
    },
];

/// Shared with the sector rules on the seal.
pub(super) const SEAL_ADVICE: Text = Text {
    zh: "使用预先盖章、编号的决定书，或者加盖电子印章",
    en: "Use numbered paper sealed beforehand, or an electronic seal",
};

/// Judges the on-the-spot decision, if there is one.
pub(super) fn on_decision(facts: &Facts, judge: fn(&PenaltyDecision) -> Outcome) -> Outcome {
    facts.spot_decision().map_or(Outcome::NotApplicable, judge)
}

fn within_spot_limit(facts: &Facts) -> Outcome {
    let Some(decision) = facts.spot_decision() else { return Outcome::NotApplicable };
    if decision.penalties.contains(&Penalty::Other) || unfilled(facts).is_some() {
        return Outcome::Breached;
    }
    let (citizen, organisation) = limits(decision);
    match (decision.fine, facts.fine_subject()) {
        (None, _) => Outcome::Satisfied,
        (Some(fine), Known::Known(FineSubject::Citizen)) => kept(fine <= citizen),
        (Some(fine), Known::Known(FineSubject::Organisation)) => kept(fine <= organisation),
        (Some(fine), Known::Unknown) if fine <= citizen.min(organisation) => Outcome::Satisfied,
        (Some(fine), Known::Unknown) if fine > citizen.max(organisation) => Outcome::Breached,
        (Some(_), Known::NotEntered) => Outcome::Breached,
        (Some(_), Known::Unknown) => Outcome::Undecided,
    }
}

/// What the limit of the fine depends on and nobody entered.
fn unfilled(facts: &Facts) -> Option<Missing> {
    let decision = facts.spot_decision()?;
    let warned = decision.penalties.contains(&Penalty::Warning) && !decision.penalties.contains(&Penalty::Fine);
    let Some(fine) = decision.fine else {
        let missing = if decision.penalties.is_empty() { Missing::PenaltyKind } else { Missing::Fine };
        return (!warned && !decision.penalties.contains(&Penalty::Other)).then_some(missing);
    };
    match facts.party.kind {
        Known::NotEntered => Some(Missing::PartyType),
        // Above a citizen's limit the code must show that the party is what it is said to be.
        Known::Known(PartyType::Company) if fine > limits(decision).0 && facts.party.credit_code.is_none() => {
            Some(Missing::CreditCode)
        }
        Known::Known(_) | Known::Unknown => None,
    }
}

/// Another law's limits only where the item cites it.
fn limits(decision: &PenaltyDecision) -> (Fen, Fen) {
    match decision.spot_limit.as_ref().filter(|limit| written(Some(&limit.basis))) {
        Some(limit) => (limit.citizen, limit.organisation),
        None => (CITIZEN_LIMIT, ORGANISATION_LIMIT),
    }
}

fn fine_found(facts: &Facts) -> Option<Detail> {
    if let Some(missing) = unfilled(facts) {
        return Some(not_entered(missing));
    }
    let fine = facts.spot_decision()?.fine?;
    let (zh, en) = match facts.fine_subject() {
        Known::Known(FineSubject::Citizen) => ("公民", "a citizen"),
        Known::Known(FineSubject::Organisation) => ("法人或者其他组织", "an organisation"),
        Known::NotEntered | Known::Unknown => ("当事人类型不明", "a party of unknown kind"),
    };
    let cited = facts.spot_decision()?.spot_limit.as_ref().filter(|limit| written(Some(&limit.basis)));
    let (by_zh, by_en) = cited.map_or_else(Default::default, |limit| {
        (format!("，限额依{}", limit.basis), format!(", the limit by {}", limit.basis))
    });
    Some(Detail { zh: format!("{zh}，罚款{fine}元{by_zh}"), en: format!("a fine of {fine} yuan for {en}{by_en}") })
}

fn item_confirmed(facts: &Facts) -> Outcome {
    on_decision(facts, |d| d.item_confirmed.map_or(Outcome::NotApplicable, kept))
}

/// What is lacking of `items`. A decision without a fine need not state amount or payment.
fn lacking<'a>(decision: &PenaltyDecision, items: &'a [Item]) -> Vec<&'a Item> {
    let fined = decision.fine.is_some() || decision.penalties.contains(&Penalty::Fine);
    let needed = |item: &Item| fined || !matches!(item, Item::Amount | Item::Payment);
    items.iter().filter(|item| needed(item) && !decision.stated.contains(item)).collect()
}

/// Whether the on-the-spot decision states every one of `items`.
pub(super) fn states(facts: &Facts, items: &[Item]) -> Outcome {
    facts.spot_decision().map_or(Outcome::NotApplicable, |d| kept(lacking(d, items).is_empty()))
}

/// Names what is missing of `items`.
pub(super) fn missing(facts: &Facts, items: &[Item]) -> Option<Detail> {
    let lacking = lacking(facts.spot_decision()?, items);
    let zh: Vec<&str> = lacking.iter().map(|item| item.zh()).collect();
    let en: Vec<&str> = lacking.iter().map(|item| item.en()).collect();
    (!zh.is_empty()).then(|| Detail { zh: format!("缺{}", zh.join("、")), en: format!("missing {}", en.join(", ")) })
}

/// Whether the on-the-spot decision bears the seal.
pub(super) fn sealed(facts: &Facts) -> Outcome {
    on_decision(facts, |d| match d.seal {
        Known::Known(Seal::PreSealedPaper | Seal::Electronic) => Outcome::Satisfied,
        Known::Known(Seal::Absent) | Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    })
}

/// Whether both officers signed the decision made on the spot.
pub(super) fn signed_by_officers(facts: &Facts) -> Outcome {
    let Some(decision) = facts.spot_decision() else { return Outcome::NotApplicable };
    let begun = !decision.signed_by.is_empty() || decision.delivery != Known::Known(Delivery::NotYet);
    if !begun && !decision.finishing {
        return Outcome::NotApplicable;
    }
    let is_officer = |id| facts.officers.iter().any(|one| one.officer == id && !one.is_helper);
    let signed = decision.signed_by.iter().filter(|id| is_officer(**id)).count();
    kept(signed >= usize::from(SIGNATURES_NEEDED))
}

fn handed_over(facts: &Facts) -> Outcome {
    let Some(decision) = facts.spot_decision() else { return Outcome::NotApplicable };
    let delivered = match decision.delivery {
        // Taking it is signed for, or the refusal is noted on it (签收).
        Known::Known(Delivery::HandedOver) => kept(decision.party_signed || decision.refusal_noted),
        Known::Known(Delivery::Refused { noted: true } | Delivery::Electronic { .. }) => Outcome::Satisfied,
        Known::Known(Delivery::NotYet | Delivery::Refused { noted: false } | Delivery::ScreenOnly)
        | Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    };
    after_signing(decision, delivered)
}

fn electronic_confirmed(facts: &Facts) -> Outcome {
    match facts.decision.as_ref().map(|d| d.delivery) {
        Some(Known::Known(Delivery::Electronic { confirmed })) => kept(confirmed),
        Some(Known::Unknown) => Outcome::Undecided,
        Some(
            Known::Known(Delivery::NotYet | Delivery::HandedOver | Delivery::Refused { .. } | Delivery::ScreenOnly)
            | Known::NotEntered,
        )
        | None => Outcome::NotApplicable,
    }
}

/// Says why what was handed over does not count as delivered.
fn receipt_lacking(facts: &Facts) -> Option<Detail> {
    let decision = facts.spot_decision()?;
    let handed_over = decision.delivery == Known::Known(Delivery::HandedOver);
    (handed_over && !decision.party_signed && !decision.refusal_noted).then(|| Detail {
        zh: "当事人没有签收，也没有注明拒绝签收".to_owned(),
        en: "the party neither signed for it, nor is a refusal noted".to_owned(),
    })
}

/// The law names no number of days, so a report that is still to come is undecided, not breached.
pub(super) fn reported(facts: &Facts) -> Outcome {
    on_decision(facts, |d| {
        let reported = match &d.reported_at {
            Happened::At(_) => Outcome::Satisfied,
            Happened::NotYet | Happened::Unknown => Outcome::Undecided,
        };
        after_signing(d, reported)
    })
}

fn after_signing(decision: &PenaltyDecision, then: Outcome) -> Outcome {
    match &decision.signed_at {
        Happened::At(_) => then,
        Happened::NotYet => Outcome::NotApplicable,
        Happened::Unknown => all(&[Outcome::Undecided]),
    }
}
