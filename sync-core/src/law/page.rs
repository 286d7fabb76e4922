//! Renders the table as a page that a lawyer can review (`docs/rules.md`).
//!
//! Promise: the page is a function of the rows alone. Not here: writing the file (a test does).

use super::hash::rule_set_hash;
use super::rule::{Rule, Severity, Test};
use std::fmt::Write as _;

const OPENING: &str = "# 规则表 Rules

本页由规则表生成，供法制审核人员核对；规则表改动而本页未更新时，测试不通过（`UPDATE=1` 重写本页）。
*This page is generated from the rule table; a test fails when they differ.*

级别：**阻止**下一个正式行为（已记录的内容不删除），**提示**须说明理由，**期限**到期提醒，**信息**仅显示。
“日”的单位以法律为准：工作日、自然日（末日遇节假日顺延）、小时；放假安排未公布的年份，结果为暂定，不据此认定逾期。
未经核实的规则不阻止任何行为。引文逐字取自 `data/law/`（渝府令第375号仅有第十四条末至第十九条首的公开摘录）；
国家标准不摘引原文，校验算法以公开代码验证。
";

/// The page.
pub fn rules_page(rules: &[Rule]) -> String {
    let mut page = format!("{OPENING}\n规则集 Rule set (SHA-256): `{}`\n\n", rule_set_hash(rules));
    page.push_str("| 编号 | 依据 | 内容 | 级别 | 数字 | 已核实 |\n|---|---|---|---|---|---|\n");
    for rule in rules {
        let confirmed = if rule.confirmed { "是" } else { "否" };
        let (level, numbers) = (severity(rule.severity).0, numbers(rule, false));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {level} | {numbers} | {confirmed} |",
            rule.id, rule.article, rule.title.zh
        );
    }
    for rule in rules {
        section(&mut page, rule);
    }
    page
}

fn section(page: &mut String, rule: &Rule) {
    let (level, level_en) = severity(rule.severity);
    let _ = writeln!(page, "\n## {} {} {}\n", rule.id, rule.title.zh, rule.title.en);
    let _ = writeln!(page, "{}\n", rule.article);
    for line in rule.quotation.split("\n\n") {
        let _ = writeln!(page, "> {line}\n>");
    }
    let last = rule.until.map_or("现行 in force".to_owned(), |day| day.to_string());
    let stops: Vec<String> = rule.stops.iter().map(|act| format!("{act:?}")).collect();
    let sectors: Vec<String> = rule.scope.sectors.iter().map(|sector| format!("{sector:?}")).collect();
    let _ = writeln!(page, "\n- 级别 severity: {level} {level_en}");
    if !stops.is_empty() {
        let _ = writeln!(page, "- 阻止 stops: {}", stops.join(", "));
    }
    let _ = writeln!(page, "- 适用期间 in force: {} – {last}", rule.since);
    if !rule.scope.region.is_empty() {
        let _ = writeln!(page, "- 地区 region: {}", rule.scope.region);
    }
    if !sectors.is_empty() {
        let _ = writeln!(page, "- 领域 sector: {}", sectors.join(", "));
    }
    let said = numbers(rule, true);
    if !said.is_empty() {
        let _ = writeln!(page, "- 数字 numbers: {said}");
    }
    let _ = writeln!(page, "- 已核实 confirmed: {}", if rule.confirmed { "是 yes" } else { "否 no" });
    let _ = writeln!(page, "- 处理：{}。{}.", rule.advice.zh, rule.advice.en);
}

fn numbers(rule: &Rule, english: bool) -> String {
    let mut said: Vec<String> = Vec::new();
    for number in rule.numbers {
        let what =
            if english { format!("{}（{}）", number.what.zh, number.what.en) } else { number.what.zh.to_owned() };
        said.push(format!("{what} {}", number.is.zh()));
    }
    if let Test::Clock { within, .. } = rule.test {
        said.push(if english { format!("{}（{}）", within.zh(), within.en()) } else { within.zh() });
    }
    said.join("；")
}

const fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Block => ("阻止", "block"),
        Severity::Warn => ("提示", "warn"),
        Severity::Alarm => ("期限", "alarm"),
        Severity::Info => ("信息", "info"),
    }
}
