//! Rules of procedure of the sectors, for the decision made on the spot.

use super::ROW;
use super::penalty_spot::{SEAL_ADVICE, missing, sealed, signed_by_officers, states};
use crate::law::calendar::Period;
use crate::law::facts::{Facts, Happened, Item, Sector};
use crate::law::rule::{About, FormalAct, Rule, Scope, Severity, Start, Test, Text};
use crate::time::Date;

const MARKET_ITEMS: &[Item] = &[
    Item::PartyParticulars,
    Item::Violation,
    Item::KindAndBasis,
    Item::Amount,
    Item::Payment,
    Item::Remedy,
    Item::OrganName,
    Item::Time,
    Item::Place,
];
const MARKET_68: &str = "当场制作的行政处罚决定书应当载明当事人的基本情况、违法行为、行政处罚依据、处罚种类、罚款数额、缴款途径和期限、救济途径和期限、部门名称、时间、地点，并加盖市场监督管理部门印章。";

/// Second amendment published 2022-09-29; its wording is quoted, so the rows begin there.
const MARKET: Rule = Rule {
    since: Date::constant(2022, 9, 29),
    scope: Scope { sectors: &[Sector::Market], ..Scope::EVERYWHERE },
    about: About::PenaltyDecision,
    severity: Severity::Block,
    ..ROW
};
const AGRICULTURE: Rule = Rule {
    since: Date::constant(2022, 2, 1),
    scope: Scope { sectors: &[Sector::Agriculture], ..Scope::EVERYWHERE },
    about: About::PenaltyDecision,
    severity: Severity::Block,
    ..ROW
};
/// The amended text is in force since 2021-07-15, a fortnight after it was decided.
const TRANSPORT: Rule = Rule {
    since: Date::constant(2021, 7, 15),
    scope: Scope { sectors: &[Sector::Transport], ..Scope::EVERYWHERE },
    about: About::PenaltyDecision,
    severity: Severity::Block,
    ..ROW
};
const HOUSING: Rule = Rule {
    since: Date::constant(2022, 5, 1),
    scope: Scope { sectors: &[Sector::Housing], ..Scope::EVERYWHERE },
    about: About::PenaltyDecision,
    severity: Severity::Block,
    ..ROW
};
const SIGN_ADVICE: Text = Text {
    zh: "两名执法人员签名或者盖章后再交付；当场处罚决定书依本规定不要求加盖机关印章",
    en: "Both officers sign or seal before it is handed over; these rules ask no seal of the organ on a decision made on the spot",
};
const REPORT_ADVICE: Text =
    Text { zh: "在期限内报所属机关备案", en: "Report the decision to the organ within the period" };
const ARCHIVE_ADVICE: Text = Text {
    zh: "在期限内将案件材料交所属机关归档",
    en: "Hand the material in for the archive within the period",
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-02-MKT",
        article: "市场监督管理行政处罚程序规定 第六十八条",
        title: Text {
            zh: "市场监管当场处罚决定书的事项", en: "What a market supervision decision must state"
        },
        quotation: MARKET_68,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(|f| states(f, MARKET_ITEMS)),
        advice: Text {
            zh: "补全决定书应当载明的事项，包括当事人基本情况和缴款途径、期限",
            en: "Complete what the decision must state, particulars of the party and how to pay included",
        },
        detail: |f| missing(f, MARKET_ITEMS),
        ..MARKET
    },
    Rule {
        id: "SPO-02-MKT-SEAL",
        article: "市场监督管理行政处罚程序规定 第六十八条",
        title: Text { zh: "加盖市场监督管理部门印章", en: "Seal of the market supervision department" },
        quotation: MARKET_68,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(sealed),
        advice: SEAL_ADVICE,
        ..MARKET
    },
    Rule {
        id: "SPO-02-AGR-SEAL",
        article: "农业行政处罚程序规定 第二十六条",
        title: Text { zh: "盖有农业行政处罚机关印章", en: "Seal of the agricultural organ" },
        quotation: "（五）填写预定格式、编有号码、盖有农业行政处罚机关印章的当场处罚决定书，由执法人员签名或者盖章，当场交付当事人；当事人拒绝签收的，应当在行政处罚决定书上注明。",
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(sealed),
        advice: SEAL_ADVICE,
        ..AGRICULTURE
    },
    Rule {
        id: "SPO-02-TRA-SIGN",
        article: "交通运输行政执法程序规定 第六十一条",
        title: Text { zh: "由执法人员签名或者盖章", en: "Signed or sealed by the officers" },
        quotation: "（六）填写预定格式、编有号码的《当场行政处罚决定书》并当场交付当事人，《当场行政处罚决定书》应当载明当事人的违法行为，行政处罚的种类和依据、罚款数额、时间、地点，申请行政复议、提起行政诉讼的途径和期限以及执法部门名称，并由执法人员签名或者盖章；",
        stops: &[FormalAct::Deliver, FormalAct::Close],
        test: Test::Facts(signed_by_officers),
        advice: SIGN_ADVICE,
        ..TRANSPORT
    },
    Rule {
        id: "SPO-02-HOU-SIGN",
        article: "住房和城乡建设行政处罚程序规定 第十四条",
        title: Text { zh: "由执法人员签名或者盖章", en: "Signed or sealed by the officers" },
        quotation: "当场作出的行政处罚决定书应当载明当事人的违法行为，行政处罚的种类和依据、罚款数额、时间、地点，申请行政复议、提起行政诉讼的途径和期限以及执法机关名称，并由执法人员签名或者盖章。",
        stops: &[FormalAct::Deliver, FormalAct::Close],
        test: Test::Facts(signed_by_officers),
        advice: SIGN_ADVICE,
        ..HOUSING
    },
    Rule {
        id: "SPO-05-MKT",
        article: "市场监督管理行政处罚程序规定 第七十条",
        title: Text { zh: "七个工作日内归档", en: "To the archive within 7 working days" },
        quotation: "适用简易程序查处案件的有关材料，办案人员应当在作出行政处罚决定之日起七个工作日内交至所在的市场监督管理部门归档保存。",
        severity: Severity::Alarm,
        test: Test::Clock { from: decided, until: archived, within: Period::WorkingDays(7) },
        advice: ARCHIVE_ADVICE,
        ..MARKET
    },
    Rule {
        id: "SPO-05-AGR",
        article: "农业行政处罚程序规定 第二十七条",
        title: Text { zh: "二日内归档", en: "To the archive within 2 working days" },
        quotation: "农业行政执法人员应当在作出当场处罚决定之日起、在水上办理渔业行政违法案件的农业行政执法人员应当自抵岸之日起二日内，将案件的有关材料交至所属农业行政处罚机关归档保存。",
        severity: Severity::Alarm,
        test: Test::Clock { from: decided_or_landed, until: archived, within: Period::WorkingDays(2) },
        advice: ARCHIVE_ADVICE,
        ..AGRICULTURE
    },
    Rule {
        id: "SPO-05-TRA",
        article: "交通运输行政执法程序规定 第六十一条",
        title: Text { zh: "五日内备案", en: "Reported within 5 days" },
        quotation: "（八）作出当场处罚决定之日起五日内，将《当场行政处罚决定书》副本提交所属执法部门备案。",
        severity: Severity::Alarm,
        test: Test::Clock { from: decided, until: reported, within: Period::Days(5) },
        advice: REPORT_ADVICE,
        ..TRANSPORT
    },
    Rule {
        id: "SPO-05-HOU",
        article: "住房和城乡建设行政处罚程序规定 第十四条",
        title: Text { zh: "三日内备案", en: "Reported within 3 working days" },
        quotation: "执法人员当场作出的行政处罚决定，应当在三日内报所属执法机关备案。",
        severity: Severity::Alarm,
        test: Test::Clock { from: decided, until: reported, within: Period::WorkingDays(3) },
        advice: REPORT_ADVICE,
        ..HOUSING
    },
];

fn start(step: &Happened) -> Start {
    match step {
        Happened::At(when) => Start::At(when.clone()),
        Happened::NotYet => Start::NotRunning,
        Happened::Unknown => Start::Unknown,
    }
}

fn decided(facts: &Facts) -> Start {
    facts.spot_decision().map_or(Start::NotRunning, |d| start(&d.signed_at))
}

fn decided_or_landed(facts: &Facts) -> Start {
    match decided(facts) {
        Start::At(_) if facts.on_water => start(&facts.landed_at),
        decided @ (Start::At(_) | Start::NotRunning | Start::Unknown) => decided,
    }
}

fn reported(facts: &Facts) -> Happened {
    facts.spot_decision().map_or(Happened::NotYet, |d| d.reported_at.clone())
}

fn archived(facts: &Facts) -> Happened {
    facts.spot_decision().map_or(Happened::NotYet, |d| d.archived_at.clone())
}
