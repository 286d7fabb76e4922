//! Chapter 6: the supervisor, who can change nothing, and the lead.

use serde_json::{Value, json};
use server::web::url::encoded;
use sha2::{Digest as _, Sha256};
use sync_core::id::hex;

use super::closing::command;
use crate::api::Api;
use crate::stage::{Matter, Stage, list, text};

const PURPOSE: &str = "价格执法专项监督";

/// The supervisor reads, is refused a change, opens a lead, gets an answer and closes the lead.
///
/// # Errors
/// The server does not answer.
pub fn tell(stage: &mut Stage, matter: &Matter) -> anyhow::Result<()> {
    stage.account.chapter(6, "监督", "Supervision");
    let supervisor = stage.sign_in("county-supervisor")?;
    let path = format!("/v1/cases/{}", matter.case);
    let without = supervisor.get(&path)?;
    let shown = supervisor.get(&format!("{path}?purpose={}", encoded(PURPOSE)))?;
    let case = shown.json();
    stage.claim(
        "监督人员不写明目的不得查阅；写明后可见案卷与合规检查结果",
        "Without a purpose the supervisor reads nothing; with it the case and its check results",
        without.code() == "purpose_required" && shown.status == 200 && !list(&case, "/checks").is_empty(),
        || format!("{} / {} / {}", without.problem(), shown.status, list(&case, "/checks").len()),
    );
    fine(stage, matter, &case);
    photographs(stage, &supervisor, matter)?;
    changes_nothing(stage, &supervisor, matter)?;
    out_of_reach(stage, &path)?;
    lead(stage, &supervisor, &matter.case)
}

/// The decision as the supervisor reads it.
fn fine(stage: &mut Stage, matter: &Matter, case: &Value) {
    let document = list(case, "/entities").iter().find(|entity| text(entity, "/id") == matter.decision);
    let value = |name: &str| {
        let fields = document.map(|document| list(document, "/fields")).unwrap_or_default();
        let field = fields.iter().find(|field| text(field, "/name") == name);
        field.and_then(|field| field.get("value")).cloned().unwrap_or_default()
    };
    let remedy = value("remedy").as_str().unwrap_or_default().to_owned();
    let first = remedy.contains("先向巫山县人民政府申请行政复议") && remedy.contains("不得直接向人民法院");
    stage.claim(
        "决定书：罚款 3,000 元，编号纸，先向巫山县人民政府申请复议",
        "The decision: 3,000 yuan, the number of the paper, reconsideration at 巫山县人民政府 before any suit",
        value("fine_fen") == json!(300_000) && value("number") == json!(matter.number) && first,
        || format!("{} {} {remedy}", value("fine_fen"), value("number")),
    );
    let breached: Vec<String> = list(case, "/checks")
        .iter()
        .filter(|check| text(check, "/outcome") == "breached" && text(check, "/severity") == "block")
        .map(|check| text(check, "/rule"))
        .collect();
    stage.same("服务器按同一规则集复核，无违反", "The server's own check finds no breach", &breached, &Vec::new());
}

/// Every photograph, byte for byte.
fn photographs(stage: &mut Stage, supervisor: &Api, matter: &Matter) -> anyhow::Result<()> {
    let mut same = Vec::new();
    for photo in &matter.photos {
        let path = format!("/v1/cases/{}/evidence/{photo}?purpose={}", matter.case, encoded(PURPOSE));
        let reply = supervisor.get(&path)?;
        same.push(reply.status == 200 && hex(&Sha256::digest(&reply.body)) == *photo);
    }
    stage.same(
        "六张照片逐字节核对，SHA-256 一致",
        "Six photographs, byte for byte: the SHA-256 is the signed one",
        &same,
        &vec![true; 6],
    );
    Ok(())
}

fn changes_nothing(stage: &mut Stage, supervisor: &Api, matter: &Matter) -> anyhow::Result<()> {
    let attempts = [
        ("register", json!({ "target": matter.decision })),
        ("return", json!({ "target": matter.record, "reason": "监督" })),
        ("close", json!({})),
    ];
    let mut statuses = Vec::new();
    for (what, body) in &attempts {
        statuses.push(command(supervisor, &matter.case, what, body)?.status);
    }
    stage.same(
        "监督人员不能登记、退回、结案（403）",
        "The supervisor can neither register, return nor close (403)",
        &statuses,
        &vec![403; 3],
    );
    Ok(())
}

/// A case of another agency answers like one that does not exist.
fn out_of_reach(stage: &mut Stage, path: &str) -> anyhow::Result<()> {
    let other = stage.sign_in("agriculture-officer")?.get(path)?;
    stage.same("别的机关看不到本案（404）", "Another agency does not see the case (404)", &other.status, &404);
    Ok(())
}

fn lead(stage: &mut Stage, supervisor: &Api, case: &str) -> anyhow::Result<()> {
    let words = "首次询问未问明违法行为持续时间，请说明。";
    let key = format!("lead-{case}").chars().take(64).collect::<String>();
    let new = json!({ "case": case, "kind": "procedure", "text": words });
    let raised = supervisor.post("/v1/leads", &new, &[("idempotency-key", &key)])?;
    let path = format!("/v1/leads/{}", text(&raised.json(), "/id"));
    let head = stage.sign_in("unit-head")?;
    let seen = head.get(&path)?.tag;
    let answer = json!({ "text": "已由补充笔录补正，并组织学习。" });
    let answered = head.post(&format!("{path}/answer"), &answer, &[("if-match", &seen)])?;
    let seen = supervisor.get(&path)?.tag;
    let conclusion = json!({ "text": "已核实，予以办结。" });
    let closed = supervisor.post(&format!("{path}/close"), &conclusion, &[("if-match", &seen)])?;
    let read = supervisor.read(&path)?;
    let who = [text(&read, "/raised/name"), text(&read, "/answer/name"), text(&read, "/conclusion/name")];
    stage.claim(
        "监督事项：司法局提出，所长答复，司法局办结",
        "A supervision lead: raised by the supervisor, answered by the agency, closed by the supervisor",
        text(&read, "/status") == "closed" && who == ["孙立新", "王秀兰", "孙立新"],
        || format!("{} / {} / {} / {read}", raised.problem(), answered.problem(), closed.problem()),
    );
    Ok(())
}
