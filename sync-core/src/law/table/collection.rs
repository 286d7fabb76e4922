//! 罚款决定与罚款收缴分离实施办法: payment instructions in a decision.

use super::{ROW, kept};
use crate::law::calendar::Period;
use crate::law::facts::{Facts, Penalty, PenaltyDecision};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Severity, Test, Text};
use crate::law::wording::{Length, PAYMENT_DAYS, Particular, PaymentFacts, SURCHARGE_PERCENT};
use crate::money::Fen;
use crate::time::Date;

/// 行政处罚法 第六十八条第一项: a fine of up to this may be collected on the spot without another ground.
const COLLECTED_ON_THE_SPOT: Fen = Fen::yuan(100);

pub(super) const ROWS: &[Rule] = &[Rule {
    id: "SPO-02-PAY",
    article: "罚款决定与罚款收缴分离实施办法 第七条",
    title: Text { zh: "决定书载明缴款事项", en: "What a decision says about payment" },
    quotation: "行政机关作出罚款决定的行政处罚决定书应当载明代收机构的名称、地址和当事人应当缴纳罚款的数额、期限等，并明确对当事人逾期缴纳罚款是否加处罚款。",
    since: Date::constant(1998, 1, 1),
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    test: Test::Facts(payment_stated),
    numbers: &[
        Number {
            what: Text { zh: "缴款期限（行政处罚法第六十七条）", en: "period to pay" },
            is: Amount::Time(Period::Days(PAYMENT_DAYS)),
        },
        Number {
            what: Text { zh: "每日加处罚款（行政处罚法第七十二条）", en: "surcharge a day" },
            is: Amount::Percent(SURCHARGE_PERCENT),
        },
        Number {
            what: Text {
                zh: "可以当场收缴（行政处罚法第六十八条）至多", en: "collected on the spot up to"
            },
            is: Amount::Money(COLLECTED_ON_THE_SPOT),
        },
    ],
    advice: Text {
        zh: "写明代收机构名称、地址（或者账号、缴款码）、罚款数额、自收到决定书之日起十五日的期限，以及逾期是否加处罚款；当场收缴的，写明当场收缴及其理由",
        en: "State who collects and where (address, account or payment code), the amount, fifteen days from receipt, and whether a surcharge is added; where it is collected on the spot, say so and why",
    },
    detail: payment_lacking,
    ..ROW
}];

fn fined(facts: &Facts) -> Option<&PenaltyDecision> {
    facts.decision.as_ref().filter(|d| d.fine.is_some() || d.penalties.contains(&Penalty::Fine))
}

fn payment_stated(facts: &Facts) -> Outcome {
    fined(facts).map_or(Outcome::NotApplicable, |decision| kept(lacking(decision).is_empty()))
}

/// What is lacking or wrong, in Chinese and English.
fn lacking(decision: &PenaltyDecision) -> Vec<(&'static str, &'static str)> {
    let Some(payment) = &decision.payment else { return vec![("缺缴款途径和期限", "nothing on payment")] };
    let mut wrong = Vec::new();
    // The amount is an item of the decision; where the payment text names one too, it is the same.
    if decision.fine.is_some_and(|fine| !payment.amounts.is_empty() && !payment.amounts.contains(&fine)) {
        wrong.push(("缴款数额与罚款数额不一致", "another amount than the fine"));
    }
    if payment.on_the_spot && may_be_collected(decision, payment) {
        return wrong;
    }
    let particulars = [
        (Particular::Collector, ("缺代收机构名称", "no name of who collects")),
        (Particular::Place, ("缺代收机构地址（或者账号、缴款码）", "no address, account or code")),
        (
            Particular::Surcharge,
            (
                "没有明确逾期是否加处罚款，或者比例不是每日百分之三",
                "no word of a surcharge, or not three percent a day",
            ),
        ),
    ];
    wrong.extend(particulars.iter().filter(|(one, _)| !payment.stated.contains(one)).map(|(_, said)| *said));
    if payment.periods.len() != 1 || !payment.periods.contains(&Length::days(u64::from(PAYMENT_DAYS))) {
        wrong.push(("缴款期限不是十五日", "not fifteen days to pay"));
    }
    wrong
}

/// 行政处罚法 第六十八条、第六十九条.
fn may_be_collected(decision: &PenaltyDecision, payment: &PaymentFacts) -> bool {
    payment.on_the_spot_because || decision.fine.is_some_and(|fine| fine <= COLLECTED_ON_THE_SPOT)
}

fn payment_lacking(facts: &Facts) -> Option<Detail> {
    let (zh, en): (Vec<&str>, Vec<&str>) = lacking(fined(facts)?).into_iter().unzip();
    (!zh.is_empty()).then(|| Detail { zh: zh.join("、"), en: en.join(", ") })
}
