//! Uniqueness rules: a number stands on one document, and an act is fined once (一事不再罚), also across cases.
//!
//! Promise: the rows use data of other cases that the holder passes in; a phone knows fewer cases than the server and
//! detects less. What has happened is not undone: a recorded reason lets the next formal act proceed.

use super::penalty_spot::{HANDED_OVER, on_decision};
use super::{ROW, kept};
use crate::law::facts::{Facts, Happened, Known};
use crate::law::number::FormNumber;
use crate::law::rule::{About, Detail, FormalAct, Outcome, Rule, Severity, Test, Text};
use crate::time::Date;

const SINCE: Date = Date::constant(2021, 7, 15);
/// Characters of a number that are shown.
const SHOWN: usize = 60;

const NUMBERED: Rule = Rule {
    article: "行政处罚法 第五十二条",
    quotation: HANDED_OVER,
    since: SINCE,
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    reasoned: true,
    ..ROW
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-02-SHAPE",
        title: Text { zh: "文号的写法和年份", en: "How the number is written, and its year" },
        test: Test::Facts(written_as_a_number),
        advice: Text {
            zh: "文号写作“机关代字＋文种〔年份〕序号号”，例如（巫市监）当罚〔2026〕12号，年份与作出决定的年份一致；用错编号纸的，换用本年度的",
            en: "Write it as agency, form, year in brackets, serial and 号, such as （巫市监）当罚〔2026〕12号, with the year of the decision; where the paper is of another year, take this year's",
        },
        detail: wrong_number,
        ..NUMBERED
    },
    Rule {
        id: "SPO-02-RANGE",
        title: Text { zh: "号段内的文号", en: "Number of the phone's own range" },
        test: Test::Facts(|f| {
            on_decision(f, |d| match d.number_granted {
                Known::Known(granted) => kept(granted),
                Known::Unknown => Outcome::Undecided,
                Known::NotEntered => Outcome::NotApplicable,
            })
        }),
        advice: Text {
            zh: "该文号不在发给这部手机的号段内：由手机取号，或者使用编号纸并把文号来源改为编号纸",
            en: "It is not of the range given to this phone: let the phone take a number, or use numbered paper and say so as its source",
        },
        ..NUMBERED
    },
    Rule {
        id: "SPO-02-ONCE",
        title: Text { zh: "一个文号只用于一份文书", en: "One number, one document" },
        about: About::Case,
        severity: Severity::Warn,
        stops: &[],
        reasoned: false,
        test: Test::Facts(|f| match f.numbers.as_slice() {
            [] => Outcome::NotApplicable,
            numbers => kept(numbers.iter().all(|number| number.here <= 1 && number.elsewhere == 0)),
        }),
        advice: Text {
            zh: "核对纸质文书：写错的，更正为实际的文号；确属重号的，由机关负责人处理并说明，作废的文号不再使用",
            en: "Hold it against the paper: put a wrong one right; where the number really was used twice, the head decides and says why. A voided number is not used again",
        },
        detail: doubled,
        ..NUMBERED
    },
    Rule {
        id: "SPO-07-CASES",
        article: "行政处罚法 第二十九条",
        title: Text {
            zh: "同一违法行为在另一案中已被罚款", en: "Fined for the same act in another case"
        },
        quotation: "对当事人的同一个违法行为，不得给予两次以上罚款的行政处罚。",
        about: About::PenaltyOnParty,
        test: Test::Facts(fined_in_one_case),
        advice: Text {
            zh: "与另一案核对是否为同一违法行为：是的，不得再次罚款；不是的，记录理由后继续",
            en: "Hold it against the other case: where it is the same act, no second fine; where it is not, record the reason and go on",
        },
        detail: also_fined,
        ..NUMBERED
    },
];

/// The days on which the number was put on the document, as early and as late as that can have been; none where not known.
fn made_on(facts: &Facts) -> Option<(Date, Date)> {
    match &facts.spot_decision()?.first_signed_at {
        Happened::At(when) => Some((when.interval().lower.date(), when.interval().upper.date())),
        Happened::NotYet => Some((facts.on, facts.on_at_latest.unwrap_or(facts.on))),
        Happened::Unknown => None,
    }
}

fn written_as_a_number(facts: &Facts) -> Outcome {
    let number = facts.spot_decision().and_then(|decision| decision.form_number.as_deref());
    let Some(number) = number.filter(|number| !number.trim().is_empty()) else { return Outcome::NotApplicable };
    let Some(FormNumber { year, .. }) = FormNumber::parse(number) else { return Outcome::Breached };
    match made_on(facts) {
        Some((first, last)) if year < i32::from(first.year()) || i32::from(last.year()) < year => Outcome::Breached,
        Some((first, last)) if first.year() == last.year() => Outcome::Satisfied,
        Some(_) | None => Outcome::Undecided,
    }
}

fn wrong_number(facts: &Facts) -> Option<Detail> {
    let number = facts.spot_decision()?.form_number.as_deref()?;
    let text = shown(number);
    Some(match FormNumber::parse(number) {
        None => Detail { zh: format!("“{text}”"), en: format!("“{text}”") },
        Some(FormNumber { year, .. }) => Detail {
            zh: format!("“{text}”是{year}年的文号"),
            en: format!("“{text}” is a number of {year}"),
        },
    })
}

fn doubled(facts: &Facts) -> Option<Detail> {
    let doubled: Vec<_> =
        facts.numbers.iter().filter(|number| number.here > 1 || number.elsewhere > 0).take(5).collect();
    let zh = doubled.iter().map(|number| {
        let here = if number.here > 1 { format!("在本案用了{}次", number.here) } else { String::new() };
        let elsewhere = if number.elsewhere > 0 { "另一案的文书也用了".to_owned() } else { String::new() };
        let parts: Vec<String> = [here, elsewhere].into_iter().filter(|part| !part.is_empty()).collect();
        format!("“{}”{}", shown(&number.text), parts.join("，"))
    });
    let en = doubled.iter().map(|number| {
        let here = if number.here > 1 { format!("stands {} times in this case", number.here) } else { String::new() };
        let elsewhere =
            if number.elsewhere > 0 { "stands on a document of another case".to_owned() } else { String::new() };
        let parts: Vec<String> = [here, elsewhere].into_iter().filter(|part| !part.is_empty()).collect();
        format!("“{}” {}", shown(&number.text), parts.join(" and "))
    });
    let (zh, en) = (zh.collect::<Vec<_>>().join("；"), en.collect::<Vec<_>>().join("; "));
    (!zh.is_empty()).then_some(Detail { zh, en })
}

fn fined_in_one_case(facts: &Facts) -> Outcome {
    match facts.decision.as_ref().filter(|decision| decision.fine.is_some()) {
        None => Outcome::NotApplicable,
        Some(decision) if decision.fined_elsewhere > 0 => Outcome::Breached,
        Some(decision) if decision.perhaps_fined_elsewhere > 0 => Outcome::Undecided,
        Some(_) => Outcome::Satisfied,
    }
}

fn also_fined(facts: &Facts) -> Option<Detail> {
    let decision = facts.decision.as_ref()?;
    let (zh, en) = if decision.fined_elsewhere > 0 {
        (
            "另一案对同一当事人、同一事项、同一日的违法行为已有罚款",
            "another case fines the same party for the same item on the same day",
        )
    } else if decision.perhaps_fined_elsewhere > 0 {
        (
            "另一案对同名当事人、同一事项、同一日的违法行为已有罚款，当事人没有可比对的证件号码，请核实是否为同一人",
            "another case fines a party of the same name for the same item on the same day; there is no code to compare, so find out whether it is the same party",
        )
    } else {
        return None;
    };
    Some(Detail { zh: zh.to_owned(), en: en.to_owned() })
}

fn shown(number: &str) -> String {
    number.trim().chars().take(SHOWN).collect()
}
