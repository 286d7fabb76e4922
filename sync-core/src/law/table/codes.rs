//! National standards for the codes of parties.

use super::{ROW, kept, written};
use crate::law::facts::{Facts, Known, PartyType};
use crate::law::identity::{BadCode, CitizenNumber, CreditCode, Registered};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Severity, Test, Text};
use crate::time::Date;

const CODE: Rule = Rule {
    about: About::Party,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    ..ROW
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "ID-01",
        article: "GB 32100",
        title: Text { zh: "统一社会信用代码校验", en: "Unified social credit code" },
        quotation: "校验码按模31计算；第9至17位为组织机构代码（GB 11714，模11）",
        since: Date::constant(2015, 10, 1),
        test: Test::Facts(credit_code),
        numbers: &[Number { what: Text { zh: "位数", en: "characters" }, is: Amount::Count(18) }],
        advice: Text { zh: "核对营业执照后重新录入", en: "Compare with the licence and enter it again" },
        detail: |f| CreditCode::parse(f.party.credit_code.as_deref()?).err().map(problem),
        ..CODE
    },
    Rule {
        id: "ID-02",
        article: "GB 11643",
        title: Text { zh: "公民身份号码校验", en: "Citizen identity number" },
        quotation: "校验码按模11-2计算；第7至14位为出生日期",
        since: Date::constant(1999, 7, 1),
        test: Test::Facts(citizen_number),
        numbers: &[Number { what: Text { zh: "位数", en: "characters" }, is: Amount::Count(18) }],
        advice: Text {
            zh: "核对身份证件后重新录入", en: "Compare with the identity document and enter it again"
        },
        detail: |f| CitizenNumber::parse(f.party.citizen_number.as_deref()?).err().map(problem),
        ..CODE
    },
    Rule {
        id: "ID-03",
        article: "GB 32100",
        title: Text { zh: "当事人类型与代码相符", en: "Kind of party and code agree" },
        quotation: "第1位为登记管理部门代码、第2位为机构类别代码：91为企业，92为个体工商户，93为农民专业合作社",
        since: Date::constant(2015, 10, 1),
        test: Test::Facts(type_agrees),
        advice: Text {
            zh: "核对营业执照、身份证件，更正当事人类型或者代码；确有依据不一致的，须有写明出处的规则配置",
            en: "Compare with the licence or identity document and put the kind of party or the code right; where they may differ, a configuration of rules must cite its source",
        },
        detail: disagreement,
        ..CODE
    },
];

fn credit_code(facts: &Facts) -> Outcome {
    facts.party.credit_code.as_deref().map_or(Outcome::NotApplicable, |code| kept(CreditCode::parse(code).is_ok()))
}

/// A person born after the act is a slip of the pen, whatever the check digit says.
fn citizen_number(facts: &Facts) -> Outcome {
    facts.party.citizen_number.as_deref().map_or(Outcome::NotApplicable, |number| {
        kept(CitizenNumber::parse(number).is_ok_and(|number| number.born() <= facts.on))
    })
}

/// Whether the code says that somebody of this kind bears it. A party without code says nothing.
fn agrees(facts: &Facts, kind: PartyType) -> Option<bool> {
    match (facts.party.credit_code.as_deref().and_then(Registered::of), kind) {
        (Some(registered), kind) => Some(match registered {
            Registered::Enterprise | Registered::Cooperative => {
                matches!(kind, PartyType::Company | PartyType::OtherOrganisation)
            }
            Registered::IndividualBusiness => kind == PartyType::IndividualBusiness,
            Registered::Elsewhere => kind == PartyType::OtherOrganisation,
        }),
        // Only people bear an identity number; the number of an operator stands for the business.
        (None, PartyType::Company | PartyType::OtherOrganisation) => {
            facts.party.citizen_number.is_some().then_some(false)
        }
        (None, PartyType::NaturalPerson | PartyType::IndividualBusiness) => None,
    }
}

fn type_agrees(facts: &Facts) -> Outcome {
    let Known::Known(kind) = facts.party.kind else { return Outcome::NotApplicable };
    match agrees(facts, kind) {
        Some(true) => Outcome::Satisfied,
        Some(false) if written(facts.code_of_another_kind.as_ref()) => Outcome::Satisfied,
        Some(false) => Outcome::Breached,
        None => Outcome::NotApplicable,
    }
}

fn disagreement(facts: &Facts) -> Option<Detail> {
    let Known::Known(kind) = facts.party.kind else { return None };
    let (zh, en) = match facts.party.credit_code.as_deref().and_then(Registered::of) {
        Some(registered) => (registered.zh(), registered.en()),
        None => ("公民身份号码", "an identity number of a person"),
    };
    Some(Detail {
        zh: format!("当事人类型填为“{}”，代码却是{zh}", kind.zh()),
        en: format!("the kind of party is “{}”, but the code is {en}", kind.en()),
    })
}

fn problem(bad: BadCode) -> Detail {
    let (zh, en) = (bad.zh(), bad.to_string());
    Detail { zh, en }
}
