//! Chongqing: Decree 375 on inspections of enterprises. Only 第十四条 to 第十九条 of the decree were available; quotations are
//! complete.

use super::penalty::{FORMAL, officers_found, once, two_officers};
use super::{ROW, all, not_after, not_entered, written};
use crate::law::calendar::Period;
use crate::law::facts::{Doing, Facts, Happened, Inspection, Known, Missing};
use crate::law::rule::{About, Amount, Detail, Number, Outcome, Rule, Scope, Severity, Start, Test, Text};
use crate::time::Date;

pub(super) const CHONGQING: Scope = Scope { region: "50", ..Scope::EVERYWHERE };
/// In force since 2025-09-20.
const DECREE_375: Rule =
    Rule { since: Date::constant(2025, 9, 20), scope: CHONGQING, severity: Severity::Block, ..ROW };
const WITHOUT_CODE: &str =
    "确因特殊原因未取得“执法码”的，可以凭行政执法证件开展检查，并在检查之日起3个工作日内报司法行政部门备案。";

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "INS-02",
        article: "重庆市规范涉企行政检查办法 第十七条",
        title: Text { zh: "检查方案经负责人批准", en: "Plan approved by the head" },
        quotation: "实施现场检查前，行政检查实施主体应当制定检查方案并经本单位负责人批准。紧急情况、需要当场实施的，检查实施后应当及时报告并补充办理手续。",
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(plan_approved),
        advice: Text {
            zh: "检查方案应当在进入前批准；紧急情况记录为紧急并及时补办；确已违反的，说明情况后再继续",
            en: "The plan must be approved before entry; in an emergency record it as urgent and make up for it promptly; where it was not, state why before going on",
        },
        detail: type_not_entered,
        ..DECREE_375
    },
    Rule {
        id: "INS-03",
        article: "重庆市规范涉企行政检查办法 第十八条",
        title: Text { zh: "行政检查通知书和双码核验", en: "Notice, enforcement code and enterprise code" },
        quotation: "行政检查实施主体开展现场检查前，应当依托行政执法以及执法监督数字应用生成检查任务、获取“执法码”并形成检查通知书。执法人员进入企业前应当主动将“执法码”交由检查对象扫码核实，并扫描“企业码”查验企业信息。",
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(codes_before_entry),
        advice: Text {
            zh: "进入企业前取得执法码、形成行政检查通知书，交企业扫码，并在门前扫描企业码；确有特殊原因未取得执法码的，记录原因；确已违反的，说明情况后再继续",
            en: "Before entry obtain the code and the notice, have the code scanned and scan the enterprise's at the door; if there is a special reason for having no code, record it; where this was not done, state why before going on",
        },
        detail: steps_lacking,
        ..DECREE_375
    },
    Rule {
        id: "OFF-01-INS",
        article: "重庆市规范涉企行政检查办法 第十五条",
        title: Text { zh: "两名以上执法人员共同检查", en: "Two officers inspect together" },
        quotation: "涉企行政检查应当由不少于2名具有行政执法资格的执法人员共同实施。",
        about: About::OfficerAct,
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(two_inspect),
        numbers: &[Number { what: Text { zh: "执法人员至少", en: "officers at least" }, is: Amount::Count(2) }],
        advice: Text {
            zh: "涉企检查须由两名不同的、证件有效的执法人员共同实施；确已违反的，说明情况后再继续",
            en: "Two different officers with valid certificates inspect an enterprise together; where it was not so, state why before going on",
        },
        detail: officers_found,
        ..DECREE_375
    },
    Rule {
        id: "INS-03-EX",
        article: "重庆市规范涉企行政检查办法 第十八条",
        title: Text { zh: "特殊原因未取得执法码", en: "No code for a special reason" },
        quotation: WITHOUT_CODE,
        severity: Severity::Warn,
        test: Test::Facts(exception_used),
        advice: Text {
            zh: "凭执法证件检查，三个工作日内报司法行政部门备案",
            en: "Inspect on the certificate and file with the department of justice within three working days",
        },
        detail: reason_found,
        ..DECREE_375
    },
    Rule {
        id: "INS-04",
        article: "重庆市规范涉企行政检查办法 第十八条",
        title: Text { zh: "未取得执法码的备案", en: "Filing an inspection without a code" },
        quotation: WITHOUT_CODE,
        severity: Severity::Alarm,
        test: Test::Clock { from: entered_without_code, until: filed, within: Period::WorkingDays(3) },
        advice: Text { zh: "报司法行政部门备案", en: "File with the department of justice" },
        ..DECREE_375
    },
];

/// Judges an inspection that entered an enterprise. Silent before the entry.
fn on_entry(facts: &Facts, judge: fn(&Facts, &Inspection) -> Outcome) -> Outcome {
    let Some(inspection) = &facts.inspection else { return Outcome::NotApplicable };
    once(&inspection.entered_at, || match inspection.enters_enterprise {
        Known::Known(true) => judge(facts, inspection),
        Known::Known(false) => Outcome::NotApplicable,
        Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    })
}

/// Who the inspection is of decides whether the decree speaks of it.
fn type_not_entered(facts: &Facts) -> Option<Detail> {
    let unknown = facts.inspection.as_ref().is_some_and(|i| i.enters_enterprise == Known::NotEntered);
    unknown.then(|| not_entered(Missing::PartyType))
}

fn two_inspect(facts: &Facts) -> Outcome {
    let entering = matches!(facts.doing, Some(Doing::Entering) | None);
    let enterprise = facts.inspection.as_ref().is_some_and(|i| i.enters_enterprise == Known::Known(true));
    if entering && enterprise { two_officers(facts) } else { Outcome::NotApplicable }
}

/// Which of the steps before entry is lacking or late.
fn steps_lacking(facts: &Facts) -> Option<Detail> {
    if let Some(detail) = type_not_entered(facts) {
        return Some(detail);
    }
    let inspection = facts.inspection.as_ref()?;
    let steps = [
        (&inspection.code_obtained_at, "取得执法码", "the code was obtained"),
        (&inspection.notice_made_at, "形成行政检查通知书", "the notice was made"),
        (&inspection.code_handed_over_at, "执法码交检查对象扫码核实", "the code was scanned"),
        (&inspection.enterprise_code_scanned_at, "扫描企业码", "the enterprise's code was scanned"),
    ];
    let late = steps.iter().filter(|step| not_after(facts, step.0, &inspection.entered_at) == Outcome::Breached);
    let (zh, en): (Vec<&str>, Vec<&str>) = late.map(|step| (step.1, step.2)).unzip();
    (!zh.is_empty()).then(|| Detail {
        zh: format!("进入前没有记录：{}", zh.join("、")),
        en: format!("not recorded before entry: {}", en.join(", ")),
    })
}

fn plan_approved(facts: &Facts) -> Outcome {
    on_entry(facts, |facts, i| {
        if i.urgent && i.plan_approved_at == Happened::NotYet {
            return Outcome::Undecided;
        }
        if i.urgent { Outcome::Satisfied } else { not_after(facts, &i.plan_approved_at, &i.entered_at) }
    })
}

fn code_in_time(facts: &Facts, inspection: &Inspection) -> Outcome {
    not_after(facts, &inspection.code_obtained_at, &inspection.entered_at)
}

/// A special reason excuses only a missing code; an officer who has the code must use it.
fn codes_before_entry(facts: &Facts) -> Outcome {
    on_entry(facts, |facts, i| match code_in_time(facts, i) {
        Outcome::Breached if written(i.special_reason.as_ref()) => Outcome::Satisfied,
        code @ (Outcome::Satisfied | Outcome::Breached | Outcome::Undecided | Outcome::NotApplicable) => all(&[
            code,
            not_after(facts, &i.notice_made_at, &i.entered_at),
            not_after(facts, &i.code_handed_over_at, &i.entered_at),
            not_after(facts, &i.enterprise_code_scanned_at, &i.entered_at),
        ]),
    })
}

fn exception_used(facts: &Facts) -> Outcome {
    on_entry(facts, |facts, i| match code_in_time(facts, i) {
        Outcome::Breached if written(i.special_reason.as_ref()) => Outcome::Breached,
        Outcome::Breached => Outcome::NotApplicable,
        code @ (Outcome::Satisfied | Outcome::Undecided | Outcome::NotApplicable) => code,
    })
}

fn reason_found(facts: &Facts) -> Option<Detail> {
    let reason = facts.inspection.as_ref()?.special_reason.as_ref()?;
    Some(Detail { zh: format!("原因：{reason}"), en: format!("reason: {reason}") })
}

fn entered_without_code(facts: &Facts) -> Start {
    let Some(inspection) = &facts.inspection else { return Start::NotRunning };
    match (&inspection.entered_at, on_entry(facts, code_in_time)) {
        (Happened::At(entered), Outcome::Breached) => Start::At(entered.clone()),
        (Happened::Unknown, Outcome::Breached) | (_, Outcome::Undecided) => Start::Unknown,
        (Happened::NotYet, Outcome::Breached) | (_, Outcome::Satisfied | Outcome::NotApplicable) => Start::NotRunning,
    }
}

fn filed(facts: &Facts) -> Happened {
    facts.inspection.as_ref().map_or(Happened::NotYet, |i| i.filed_at.clone())
}
