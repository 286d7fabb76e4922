//! The order to correct and the fine on the spot, on sealed paper.

use serde_json::{Value, json};

use super::interview::{sign, signature};
use super::photograph;
use crate::process::{Answer, Refused};
use crate::stage::{Matter, Member, Stage, Team, add, flags, list, put_on, step, text, today};
use crate::words::{ORGAN, Party, SpotDecision, payment};

const FORM: &str = "spot_decision";
const FACTS: &str = "销售的40种菜品未标明价格，且未当场改正";

/// The notice before the decision (行政处罚法 第四十四条).
const TOLD: &str = "拟处罚内容：罚款，并责令改正；事实：销售的菜品未标明价格；理由：未按规定明码标价；\
                    依据：《中华人民共和国价格法》第十三条第一款、第四十二条；你有权陈述、申辩。";

/// A fine that is one fen too high, and a lawful fine, in fen.
#[derive(Debug, Clone, Copy)]
pub struct Boundary {
    /// Refused.
    pub beyond: i64,
    /// Lawful.
    pub lawful: i64,
}

/// Drafts a fine one fen above the limit, is refused, corrects it and signs.
///
/// # Errors
/// An internal error, or a refusal where none belongs.
pub fn fine(stage: &mut Stage, team: &mut Team, matter: &mut Matter, party: &Party) -> anyhow::Result<()> {
    told(stage, &mut team.a, &matter.case, 2)?;
    matter.number.clone_from(&team.a.paper);
    let case = matter.case.clone();
    let photo = photograph(&mut team.a, &case, team.run * 10 + 6, "编号纸质决定书", "预先盖章、编号的当场处罚决定书")?;
    let bounds = Boundary { beyond: 300_001, lawful: 300_000 };
    let decision = SpotDecision { party, facts: FACTS, fine: bounds.beyond, number: &matter.number, date: today() };
    correction(&mut team.a, &case, &decision)?;
    let drafted = draft(&mut team.a, &case, &decision)?;
    matter.decision = text(&drafted, "/names/d");
    team.a.save(&case, vec![put_on(&matter.decision, "paper_photo", json!({ "hex": photo }))])?;
    matter.photos.push(photo);
    stage.claim(
        "拟罚 3,000.01 元：草稿保存，手机标出超限",
        "A draft of 3,000.01 yuan is saved and flagged",
        flags(list(&drafted, "/checks"), "SPO-01", "breached"),
        || drafted.to_string(),
    );
    let refused = team.a.try_act("sign", signature(&case, &matter.decision, FORM, "officer", None))?;
    refuses(stage, refused, "3,000.01");
    lower(&mut team.a, &case, &matter.decision, bounds.lawful)?;
    sign(&mut team.a, &case, &matter.decision, FORM, "officer", None)?;
    stage.account.tell(
        &format!("改为 3,000 元后签名；编号纸 {}，预先盖章，已拍照；责令改正同时作出。", matter.number),
        "Corrected to 3,000 yuan and signed, on numbered paper sealed beforehand and photographed, with the order to correct.",
    );
    Ok(())
}

/// The notice is given first, then the statement is heard.
pub fn told(stage: &Stage, member: &mut Member, case: &str, taps: usize) -> anyhow::Result<()> {
    let taps = if taps > 1 { stage.interference.taps() } else { 1 };
    let mut saved = Value::Null;
    for _ in 0..taps {
        saved = member.save(case, vec![step("penalty_notice", TOLD)])?;
    }
    drop(saved);
    member.save(case, vec![step("statement_heard", "无异议，愿意改正")])?;
    Ok(())
}

/// The order to correct, as a document and a step.
pub fn correction(member: &mut Member, case: &str, decision: &SpotDecision<'_>) -> anyhow::Result<()> {
    let ops = vec![
        add("document", "a", "c", None),
        put_on("c", "form", "correction_order"),
        put_on("c", "number", decision.correction_number()),
        put_on("c", "number_source", "presealed"),
        put_on("c", "date", decision.date.to_string()),
        put_on("c", "organ_name", ORGAN),
        put_on("c", "text", decision.correction(&member.name)),
        step("correction_ordered", Value::Null),
    ];
    member.save(case, ops).map(drop)
}

/// The decision document.
pub fn draft(member: &mut Member, case: &str, decision: &SpotDecision<'_>) -> anyhow::Result<Value> {
    let mut ops = vec![add("document", "b", "d", None)];
    ops.extend(decision.fields("d"));
    member.save(case, ops)
}

/// Writes the lawful fine.
pub fn lower(member: &mut Member, case: &str, decision: &str, fen: i64) -> anyhow::Result<Value> {
    member.save(case, vec![put_on(decision, "fine_fen", fen), put_on(decision, "payment", payment(fen))])
}

/// Claims that signing was refused with the article on fines made on the spot.
pub fn refuses(stage: &mut Stage, answer: Answer, amount: &str) {
    let refused = answer.refused();
    let held = matches!(&refused, Some(Refused { rule, article, .. })
        if rule == "SPO-01" && article == "行政处罚法 第五十一条");
    stage.claim(
        &format!("签名 {amount} 元被拒绝，依据行政处罚法第五十一条"),
        &format!("Signing {amount} yuan is refused, Administrative Penalty Law 51"),
        held,
        || format!("{refused:?}"),
    );
}

/// The second officer and the party sign; the paper is delivered.
///
/// # Errors
/// An internal error, or a refusal.
pub fn finish(stage: &mut Stage, team: &mut Team, matter: &Matter) -> anyhow::Result<()> {
    let Matter { case, decision, .. } = matter;
    sign(&mut team.a, case, &matter.record, "interview_record", "second_officer", None)?;
    let early = team.a.try_act("deliver", json!({ "case": case, "document": decision, "manner": "handed_over" }))?;
    let early = early.refused();
    stage.claim(
        "只有一名执法人员签名，不得交付",
        "Signed by one officer only, it may not be handed over",
        early.as_ref().is_some_and(|refused| refused.rule == "SPO-02-SIGN"),
        || format!("{early:?}"),
    );
    hand_over(&mut team.b, case, decision, 2)?;
    let shown = team.b.case(case)?;
    let open = list(&shown, "/checks")
        .iter()
        .filter(|check| text(check, "/outcome") == "breached" && text(check, "/severity") == "block");
    let open: Vec<String> = open.map(|check| text(check, "/rule")).collect();
    stage.same(
        "两名执法人员和当事人签名，决定书当场交付，无违反的强制规则",
        "Both officers and the party signed, the paper was handed over, no blocking rule is breached",
        &open,
        &Vec::new(),
    );
    Ok(())
}

/// Second signature, the party's, delivery, on the second officer's phone.
pub fn hand_over(mate: &mut Member, case: &str, decision: &str, finger: i64) -> anyhow::Result<()> {
    sign(mate, case, decision, FORM, "second_officer", None)?;
    sign(mate, case, decision, FORM, "party", Some(finger))?;
    mate.act("deliver", json!({ "case": case, "document": decision, "manner": "handed_over" }))?;
    Ok(())
}
