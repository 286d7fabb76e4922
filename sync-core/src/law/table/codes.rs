//! National standards for the codes of parties.

use super::{ROW, kept};
use crate::law::facts::Facts;
use crate::law::identity::{BadCode, CitizenNumber, CreditCode};
use crate::law::rule::{Act, Amount, Detail, Number, Outcome, Rule, Severity, Test, Text};
use crate::time::Date;

const CODE: Rule = Rule { severity: Severity::Block, stops: &[Act::SignDecision], ..ROW };

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

fn problem(bad: BadCode) -> Detail {
    let zh = match bad {
        BadCode::Length => "应为18位".to_owned(),
        BadCode::Character(place) => format!("第{place}位字符不合标准"),
        BadCode::OrganisationCheck => "组织机构代码校验码错误".to_owned(),
        BadCode::Check => "校验码错误".to_owned(),
        BadCode::BirthDate => "出生日期不存在".to_owned(),
    };
    Detail { zh, en: bad.to_string() }
}
