//! Chongqing Decree 355 on discretion (重庆市规范行政处罚裁量权办法).

use super::chongqing::CHONGQING;
use super::{ROW, kept, written};
use crate::law::discretion::{Grade, HEAVIER_PERCENT, LIGHTER_PERCENT, REDUCED_PERCENT};
use crate::law::facts::{Discretion, Facts, Happened, PenaltyDecision};
use crate::law::rule::{About, Amount, Detail, FormalAct, LooksAt, Number, Outcome, Rule, Severity, Test, Text};
use crate::money::Fen;
use crate::time::Date;

/// In force since 2023-03-01 (第二十八条).
const DECREE_355: Rule = Rule {
    since: Date::constant(2023, 3, 1),
    scope: CHONGQING,
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    ..ROW
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "CAS-24",
        revision: 2,
        article: "重庆市规范行政处罚裁量权办法 第十六条",
        title: Text { zh: "罚款在所选档次的幅度内", en: "Fine inside the band of its grade" },
        quotation: "罚款数额的确定遵循下列规则：\n\n（一）罚款为一定金额的倍数的，减轻处罚应当低于最低倍数，从轻处罚按最低倍数到最高倍数这一幅度的30%以下确定（包含本数），从重处罚按最低倍数到最高倍数这一幅度的70%以上确定（包含本数），一般处罚按最低倍数到最高倍数这一幅度的30%—70%实施行政处罚（不包含本数）；\n\n（二）罚款为一定幅度的数额的，减轻处罚应当低于最低罚款数额，从轻处罚按最低罚款数额到最高罚款数额这一幅度的30%以下确定（包含本数），从重处罚按最低罚款数额到最高罚款数额这一幅度的70%以上确定（包含本数），一般处罚按最低罚款数额到最高罚款数额这一幅度的30%—70%实施行政处罚（不包含本数）；\n\n（三）罚款只规定最高数额没有规定最低数额的，减轻处罚按最高罚款数额的10%以下确定（不包含本数），从轻处罚按最高罚款数额的10%—30%确定（包含本数），从重处罚按最高罚款数额的70%以上确定（包含本数），一般处罚按最高罚款数额的30%—70%实施行政处罚（不包含本数）。",
        looks_at: LooksAt::Violation,
        test: Test::Facts(inside_band),
        numbers: &[
            Number {
                what: Text { zh: "减轻低于最高额的", en: "reduced below" }, is: Amount::Percent(REDUCED_PERCENT)
            },
            Number {
                what: Text { zh: "从轻至幅度的", en: "lighter up to" }, is: Amount::Percent(LIGHTER_PERCENT)
            },
            Number {
                what: Text { zh: "从重自幅度的", en: "heavier from" }, is: Amount::Percent(HEAVIER_PERCENT)
            },
        ],
        advice: Text {
            zh: "填写处罚事项（或者法定罚款幅度）和裁量档次，按所选档次确定罚款数额；确需调整适用的，写明理由和批准（第十九条）",
            en: "Enter the item (or what the law allows) and the grade, and keep the fine inside its band; a deviation wants its reason and approval (第十九条)",
        },
        detail: band_found,
        ..DECREE_355
    },
    Rule {
        id: "CAS-24-DEV",
        article: "重庆市规范行政处罚裁量权办法 第十九条",
        title: Text { zh: "调整适用须有理由和批准", en: "A deviation has its reason and its approval" },
        quotation: "经本行政机关主要负责人批准或者集体讨论通过后可以调整适用，批准材料或者集体讨论记录应作为执法案卷的一部分归档保存。",
        test: Test::Facts(deviation_recorded),
        advice: Text {
            zh: "调整适用的，既写明理由，又写明主要负责人批准、集体讨论或者基准制定机关批准的文件；不调整的，两项都不填",
            en: "For a deviation record both the reason and the document of approval; without a deviation leave both empty",
        },
        detail: deviation_lacking,
        ..DECREE_355
    },
    Rule {
        id: "CAS-24-WHY",
        article: "重庆市规范行政处罚裁量权办法 第二十条",
        title: Text { zh: "决定书说明裁量基准的适用", en: "The decision explains the benchmark applied" },
        quotation: "行政机关应当在行政处罚决定书中对适用的行政处罚裁量基准情况进行说明，增强说理性。",
        test: Test::Facts(explained),
        advice: Text {
            zh: "在“裁量说明”中写明所选档次（减轻、从轻、一般、从重）及其情节；调整适用的，写明理由",
            en: "In the explanation name the grade chosen (减轻, 从轻, 一般, 从重) and the circumstances; for a deviation its reason",
        },
        ..DECREE_355
    },
];

/// The decision, if it fines.
fn fined(facts: &Facts) -> Option<(&PenaltyDecision, &Discretion, Fen)> {
    let decision = facts.decision.as_ref()?;
    decision.fine.filter(|fine| *fine > Fen::ZERO).map(|fine| (decision, &decision.discretion, fine))
}

/// Not recorded is not kept: without grade and range nobody can hold the fine against the decree.
fn inside_band(facts: &Facts) -> Outcome {
    let Some((decision, discretion, fine)) = fined(facts) else { return Outcome::NotApplicable };
    let (Some(range), Some(grade)) = (discretion.applied(), discretion.grade) else { return Outcome::Breached };
    if range.is_exceeded_by(fine) || another_range(decision) {
        return Outcome::Breached;
    }
    kept(deviates(discretion) || range.band(grade).is_some_and(|band| band.holds(fine)))
}

/// A draft records another range than the catalogue has. What is signed stays as the law was.
fn another_range(decision: &PenaltyDecision) -> bool {
    let Discretion { range, catalogue, .. } = &decision.discretion;
    decision.signed_at == Happened::NotYet && matches!((range, catalogue), (Some(a), Some(b)) if a != b)
}

fn deviates(discretion: &Discretion) -> bool {
    written(discretion.deviation_reason.as_ref()) && written(discretion.deviation_approval.as_ref())
}

fn band_found(facts: &Facts) -> Option<Detail> {
    let (decision, discretion, fine) = fined(facts)?;
    let missing = not_recorded(discretion);
    if !missing.is_empty() {
        let (zh, en): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
        return Some(Detail {
            zh: format!("未填写{}", zh.join("、")),
            en: format!("nobody entered {}", en.join(", ")),
        });
    }
    let (range, grade) = (discretion.applied()?, discretion.grade?);
    if another_range(decision) {
        let (zh, en) = ("所填法定幅度与处罚事项清单不一致", "the range entered is not that of the item");
        return Some(Detail { zh: zh.to_owned(), en: en.to_owned() });
    }
    if range.is_exceeded_by(fine) {
        return Some(Detail {
            zh: format!("罚款{fine}元超过法定最高数额"),
            en: format!("a fine of {fine} yuan is above what the law allows"),
        });
    }
    let name = grade.zh();
    Some(match range.band(grade) {
        Some(band) => Detail {
            zh: format!("罚款{fine}元，{name}档为{}元至{}元", band.lowest, band.highest),
            en: format!("a fine of {fine} yuan; the grade {name} runs from {} to {} yuan", band.lowest, band.highest),
        },
        None => Detail { zh: format!("{name}档没有可用数额"), en: format!("the grade {name} holds no amount") },
    })
}

/// The fields that nobody filled in.
fn not_recorded(discretion: &Discretion) -> Vec<(&'static str, &'static str)> {
    let mut missing = Vec::new();
    if discretion.applied().is_none() {
        missing.push(("“处罚事项”或者“法定罚款幅度”", "the item or what the law allows"));
    }
    if discretion.grade.is_none() {
        missing.push(("“裁量档次”", "the grade"));
    }
    missing
}

fn deviation_recorded(facts: &Facts) -> Outcome {
    let Some((_, discretion, _)) = fined(facts) else { return Outcome::NotApplicable };
    match (written(discretion.deviation_reason.as_ref()), written(discretion.deviation_approval.as_ref())) {
        (false, false) => Outcome::NotApplicable,
        (reason, approval) => kept(reason && approval),
    }
}

fn deviation_lacking(facts: &Facts) -> Option<Detail> {
    let (_, discretion, _) = fined(facts)?;
    let (zh, en) = if written(discretion.deviation_reason.as_ref()) {
        ("未填写“调整适用的批准”", "nobody entered the approval")
    } else {
        ("未填写“调整适用的理由”", "nobody entered the reason")
    };
    Some(Detail { zh: zh.to_owned(), en: en.to_owned() })
}

/// It names the grade and says something of why.
fn explained(facts: &Facts) -> Outcome {
    let Some((_, discretion, _)) = fined(facts) else { return Outcome::NotApplicable };
    let (Some(grade), Some(text)) = (discretion.grade, &discretion.explanation) else { return Outcome::Breached };
    kept(
        names_grade(text, grade)
            && ["情节", "基准", "裁量", "幅度", "后果", "改正"].iter().any(|word| text.contains(word)),
    )
}

fn names_grade(text: &str, grade: Grade) -> bool {
    text.contains(grade.zh())
}
