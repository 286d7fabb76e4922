//! Chapter 5, second part: reported and registered, returned and supplemented, closed and recorded.

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sync_core::case_record::{CaseRecord, SignedRecord};
use sync_core::id::Digest;
use sync_core::sign::SoftwareVerifier;

use super::departure::one_more;
use super::homecoming::sync_both;
use super::offline::Matters;
use crate::api::{Api, Reply};
use crate::reader;
use crate::stage::{Matter, Stage, Team, add, list, put, put_on, step, text};
use crate::words::SUPPLEMENT;

/// From the report to the signed record.
///
/// # Errors
/// An internal error.
pub fn tell(stage: &mut Stage, team: &mut Team, matters: &Matters) -> anyhow::Result<()> {
    let matter = &matters.restaurant;
    let head = stage.sign_in("unit-head")?;
    let case = &matter.case;
    team.a.save(case, vec![step("reported_for_record", matter.number.as_str())])?;
    sync_both(team)?;
    let registered = command(&head, case, "register", &json!({ "target": matter.decision, "note": "已收到" }))?;
    let shown = head.read(&format!("/v1/cases/{case}"))?;
    let noted = decided(&shown, "registered", &matter.decision);
    stage.claim(
        "决定报所属机关备案，机关登记（无人审批）",
        "The decision is reported to the organ and registered; nobody approves it",
        registered.status == 200 && noted,
        || registered.problem(),
    );
    supplemented(stage, team, &head, matter)?;
    own_case(stage, team, &head, matters)?;
    let closed = command(&head, case, "close", &json!({ "note": "已履行" }))?;
    let number = text(&closed.json(), "/number");
    stage.claim(
        &format!("所长结案，服务器编号 {number}"),
        "The unit head closes the case and the server numbers it",
        closed.status == 200 && text(&closed.json(), "/status") == "closed" && number.contains("案〔"),
        || closed.problem(),
    );
    recorded(stage, &head, matter, &number)
}

/// A command on the case in its current state.
///
/// # Errors
/// No answer.
pub fn command(api: &Api, case: &str, what: &str, body: &Value) -> anyhow::Result<Reply> {
    let seen = api.get(&format!("/v1/cases/{case}?purpose=demo"))?.tag;
    api.post(&format!("/v1/cases/{case}/{what}"), body, &[("if-match", &seen)])
}

fn decided(case: &Value, decision: &str, target: &str) -> bool {
    let is = |one: &Value| text(one, "/decision") == decision && text(one, "/target") == target;
    list(case, "/decisions").iter().any(is)
}

/// The record is returned once; the officers add a supplementary record.
fn supplemented(stage: &mut Stage, team: &mut Team, head: &Api, matter: &Matter) -> anyhow::Result<()> {
    let Matter { case, record, .. } = matter;
    let reason = "未询问违法行为的持续时间，请补充询问";
    let returned = command(head, case, "return", &json!({ "target": record, "reason": reason }))?;
    let early = command(head, case, "close", &json!({}))?;
    stage.claim(
        "所长退回询问笔录补充；补充前不能结案",
        "The unit head returns the interview record; without the supplement the case cannot be closed",
        returned.status == 200
            && text(&returned.json(), "/status") == "returned"
            && early.code() == "record_not_supplemented",
        || format!("{} / {}", returned.problem(), early.problem()),
    );
    sync_both(team)?;
    let (question, answer) = SUPPLEMENT;
    let ops = vec![
        add("supplementary_record", "a", "s", Some(record)),
        put_on("s", "text", format!("问：{question} 答：{answer}")),
        put_on("s", "record", record.as_str()),
    ];
    team.a.save(case, ops)?;
    team.a.save(case, vec![step("archived", "案卷材料")])?;
    sync_both(team)?;
    let shown = head.read(&format!("/v1/cases/{case}"))?;
    let supplement = list(&shown, "/entities")
        .iter()
        .any(|entity| text(entity, "/kind") == "supplementary_record" && text(entity, "/parent") == *record);
    stage.claim(
        "执法人员补充笔录后再次提交",
        "The officers add a supplementary record and hand in again",
        supplement && text(&shown, "/card/status") == "open",
        || text(&shown, "/card/status"),
    );
    Ok(())
}

/// Only a head may close a case, and a head may not close a case in which they take part (invited and accepted).
fn own_case(stage: &mut Stage, team: &mut Team, head: &Api, matters: &Matters) -> anyhow::Result<()> {
    let officer = stage.sign_in("officer-a")?;
    let without = command(&officer, &matters.restaurant.case, "close", &json!({}))?;
    let stall = &matters.stall.case;
    let me = text(&head.read("/v1/me")?, "/officer");
    team.b.save(stall, vec![json!({ "invite": me })])?;
    sync_both(team)?;
    let (mut phone, _link) = one_more(stage, team.run, "unit-head")?;
    phone.must("sync", json!({}))?;
    phone.must("save", json!({ "case": stall, "ops": [put("note", "已到场")] }))?;
    phone.must("sync", json!({}))?;
    let own = command(head, stall, "close", &json!({}))?;
    stage.same(
        "办案人员没有所长的角色，不能结案；所长参与了面馆一案，也不能给该案结案",
        "An officer without the head's role cannot close; nor can the head close the stall's case, having joined it",
        &[(without.status, without.code()), (own.status, own.code())],
        &[(403, "forbidden".to_owned()), (403, "own_case".to_owned())],
    );
    Ok(())
}

/// Verifies the case record with the published key only.
fn recorded(stage: &mut Stage, head: &Api, matter: &Matter, number: &str) -> anyhow::Result<()> {
    let record = head.read(&format!("/v1/cases/{}/record", matter.case))?;
    let bytes = STANDARD.decode(text(&record, "/signed"))?;
    let reference = head.read("/v1/sync/reference")?;
    let key = reader::published(&reference).pop().ok_or_else(|| anyhow!("no published key"))?;
    let opened = CaseRecord::open(&bytes, &key, &SoftwareVerifier);
    let mut forged = bytes.clone();
    if let Some(last) = forged.last_mut() {
        *last ^= 1;
    }
    let forgery = CaseRecord::open(&forged, &key, &SoftwareVerifier);
    stage.claim(
        "案卷记录以公布的公钥验证通过，改动一位即不通过",
        "The case record verifies with the published key, and not with one bit changed",
        opened.is_ok() && forgery.is_err(),
        || format!("{opened:?}"),
    );
    let SignedRecord { record, .. } = opened?;
    let feed = reader::read(stage, "officer-a")?;
    let folded = feed.state(&matter.case.parse()?).hash();
    let photos = matter.photos.iter().filter_map(|photo| photo.parse::<Digest>().ok());
    let photographs = photos.filter(|photo| record.evidence.iter().any(|kept| kept.digest == *photo)).count();
    stage.claim(
        "记录载明案号、六张照片的摘要，其状态与日志合并所得一致",
        "It names the number and the digests of six photographs, and its state is what the log folds to",
        record.number == number && record.state == folded && photographs == 6,
        || format!("{} {} {} {photographs}", record.number, record.state, folded),
    );
    Ok(())
}
