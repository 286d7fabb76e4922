//! 安全生产违法行为行政处罚办法: number and date in force are known, the articles are not.
//!
//! Promise: none of these rows is confirmed, so none is more than a warning. They apply 行政处罚法 第五十二条, which binds every
//! sector, to decisions of the emergency sector, and note that the sector's own wording is outstanding.

use super::ROW;
use super::penalty_spot::{reported, signed_by_officers};
use crate::law::facts::Sector;
use crate::law::rule::{About, Rule, Scope, Severity, Test, Text};
use crate::time::Date;

const ARTICLE: &str = "安全生产违法行为行政处罚办法（应急管理部令第18号） 条文未读";
const NOT_READ: &str = "（条文未读，不引原文；2025年11月27日公布，2026年2月1日起施行。）";

const EMERGENCY: Rule = Rule {
    article: ARTICLE,
    quotation: NOT_READ,
    since: Date::constant(2026, 2, 1),
    scope: Scope { sectors: &[Sector::Emergency], ..Scope::EVERYWHERE },
    about: About::PenaltyDecision,
    severity: Severity::Warn,
    confirmed: false,
    ..ROW
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-02-EMG",
        title: Text {
            zh: "应急管理当场处罚决定书由执法人员签名或者盖章（未核实）",
            en: "A decision of the emergency sector is signed by the officers (not confirmed)",
        },
        test: Test::Facts(signed_by_officers),
        advice: Text {
            zh: "两名执法人员签名或者盖章；本领域的程序规定由法制审核人员核对现行条文",
            en: "Both officers sign or seal; the legal reviewers hold the sector's rules of procedure against the text in force",
        },
        ..EMERGENCY
    },
    Rule {
        id: "SPO-05-EMG",
        title: Text {
            zh: "应急管理当场处罚报所属机关备案（期限未核实）",
            en: "A decision of the emergency sector is reported to the organ (period not confirmed)",
        },
        test: Test::Facts(reported),
        advice: Text {
            zh: "报所属机关备案；备案期限由法制审核人员核对现行条文",
            en: "Report it to the organ; the legal reviewers look up the period in the text in force",
        },
        ..EMERGENCY
    },
];
