//! Chapter 5, first part: what the server holds, read back; the conflict, seen and resolved.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use server::web::url::encoded;
use sync_core::id::CaseId;

use super::homecoming::sync_both;
use super::offline::{Matters, PLACE_A, PLACE_B, at};
use crate::api::Api;
use crate::reader::{self, Feed};
use crate::stage::{Matter, Stage, Team, list, text};
use crate::words;

const FIELD: &str = "fire_extinguishers";
const REASON: &str = "两人共同复核：大堂4具、后厨2具，共6具";

/// Reads everything back, then resolves the conflict.
///
/// # Errors
/// An internal error.
pub fn tell(stage: &mut Stage, team: &mut Team, matters: &Matters) -> anyhow::Result<()> {
    stage.account.chapter(5, "核对、处理、结案", "Read back, settle, close");
    let head = stage.sign_in("unit-head")?;
    let feed = reader::read(stage, "officer-a")?;
    for matter in [&matters.restaurant, &matters.stall] {
        once(stage, &head, matter)?;
    }
    nothing_lost(stage, team, matters, &feed)?;
    let case = head.read(&format!("/v1/cases/{}", matters.restaurant.case))?;
    counted(stage, &case);
    as_written(stage, &case, &matters.restaurant);
    stall(stage, &head, &matters.stall)?;
    alike(stage, team, &matters.restaurant, &case, &feed)?;
    conflict(stage, team, &head, &matters.restaurant.case, &case)
}

/// One case per matter, whichever phone sent it and however often.
fn once(stage: &mut Stage, head: &Api, matter: &Matter) -> anyhow::Result<()> {
    let found = head.read(&format!("/v1/cases?text={}", encoded(&matter.party)))?;
    let ids: Vec<String> = list(&found, "/items").iter().map(|card| text(card, "/id")).collect();
    stage.same(
        &format!("“{}”在服务器上恰有一案", matter.party),
        "The server holds exactly one case of the matter",
        &ids,
        &vec![matter.case.clone()],
    );
    Ok(())
}

/// Every change that a phone reported as saved is in the server's log exactly once, and no other.
fn nothing_lost(stage: &mut Stage, team: &Team, matters: &Matters, feed: &Feed) -> anyhow::Result<()> {
    let mut stored = Vec::new();
    for matter in [&matters.restaurant, &matters.stall] {
        stored.extend(feed.ids(&matter.case.parse::<CaseId>()?));
    }
    let once: BTreeSet<String> = stored.iter().cloned().collect();
    let saved: BTreeSet<String> = team.a.saved.union(&team.b.saved).cloned().collect();
    let lost: Vec<&String> = saved.difference(&once).collect();
    stage.same(
        &format!("无一遗漏：两部手机保存的 {} 项变更都在服务器的日志中", saved.len()),
        &format!("Nothing lost: all {} changes that the phones saved are in the server's log", saved.len()),
        &lost,
        &Vec::new(),
    );
    let foreign: Vec<&String> = once.difference(&saved).collect();
    stage.claim(
        "无一重复：每项变更在日志中恰有一次，没有多出的",
        "Nothing twice: each change is in the log once, and no other is",
        stored.len() == once.len() && foreign.is_empty(),
        || format!("{} stored, {} different, {foreign:?} saved by nobody", stored.len(), once.len()),
    );
    Ok(())
}

fn tally<'a>(kinds: impl Iterator<Item = &'a Value>) -> BTreeMap<String, usize> {
    kinds.fold(BTreeMap::new(), |mut tally, one| {
        *tally.entry(text(one, "/kind")).or_default() += 1;
        tally
    })
}

/// The case contains each act as often as it was done.
fn counted(stage: &mut Stage, case: &Value) {
    let mut steps = tally(list(case, "/steps").iter());
    // Every save records its place.
    steps.remove("place");
    let once = ["code_shown", "notice_handed", "certificate_shown", "entered", "question_asked", "rights_told"];
    let more = ["enterprise_code_scanned", "penalty_notice", "statement_heard", "correction_ordered", "delivered"];
    let wanted: BTreeMap<String, usize> = once.iter().chain(&more).map(|kind| ((*kind).to_owned(), 1)).collect();
    stage.same("十一个程序环节各记录一次", "Each of eleven steps was recorded once", &steps, &wanted);
    let entities = tally(list(case, "/entities").iter());
    // Six photographs and the strokes of two signatures.
    let wanted = [("party", 1), ("record", 1), ("line", 10), ("document", 2), ("evidence", 8)];
    let wanted: BTreeMap<String, usize> = wanted.map(|(kind, count)| (kind.to_owned(), count)).into();
    stage.same(
        "当事人 1、笔录 1（10 问）、文书 2、证据 8（6 照片、2 笔迹）",
        "1 party, 1 record of 10 questions, 2 documents, 8 pieces of evidence (6 photographs, 2 sets of strokes)",
        &entities,
        &wanted,
    );
    let signed: BTreeSet<String> = list(case, "/signatures")
        .iter()
        .map(|signed| format!("{} {} {}", text(signed, "/form"), text(signed, "/role"), text(signed, "/by/name")))
        .collect();
    stage.claim(
        "笔录和决定书各有两名执法人员和当事人签名",
        "Record and decision are each signed by both officers and the party",
        signed.len() == 6 && list(case, "/signatures").len() == 6,
        || format!("{signed:?}"),
    );
    let missing = list(case, "/missing_evidence");
    let kept = list(case, "/evidence");
    stage.claim(
        "八个证据文件都已到达",
        "All eight evidence files have arrived",
        missing.is_empty() && kept.len() == 8,
        || format!("{} claimed, missing {missing:?}", kept.len()),
    );
    let noted = list(case, "/noted");
    let bad: Vec<&Value> = noted.iter().filter(|one| text(one, "/class") != "accepted").collect();
    stage.claim(
        "没有变更被隔离或不予认可",
        "No change is quarantined or without effect",
        bad.is_empty(),
        || format!("{bad:?}"),
    );
}

/// The fields of the case, as the officers wrote them.
fn as_written(stage: &mut Stage, case: &Value, matter: &Matter) {
    let stands = |name: &str| {
        let field = list(case, "/fields").iter().find(|field| text(field, "/name") == name);
        field.and_then(|field| field.get("value")).cloned().unwrap_or_default()
    };
    let ops = words::front_of_house().into_iter().chain(words::kitchen());
    let mut written: BTreeMap<String, Value> =
        ops.map(|op| (text(&op, "/put"), op.get("value").cloned().unwrap_or_default())).collect();
    written.extend(matter.opened.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    let different: Vec<String> = written
        .iter()
        .filter(|(name, value)| stands(name) != **value)
        .map(|(name, value)| format!("{name} is {}, not {value}", stands(name)))
        .collect();
    let compared = written.len();
    stage.claim(
        &format!("{compared} 个字段逐一与写下时比对，一致"),
        &format!("{compared} fields, each compared with what was written, are the same"),
        different.is_empty() && compared >= 40,
        || format!("{compared} fields, {different:?}"),
    );
    stage.same(
        "被打断后重新保存的备注与写下时一致",
        "The remark that was saved again reads as it was written",
        &stands("remarks"),
        &Value::from(words::REMARK),
    );
}

/// The noodle stall's decision, as the server shows it.
fn stall(stage: &mut Stage, head: &Api, matter: &Matter) -> anyhow::Result<()> {
    let case = head.read(&format!("/v1/cases/{}", matter.case))?;
    let document = list(&case, "/entities").iter().find(|entity| text(entity, "/id") == matter.decision);
    let fields = document.map(|document| list(document, "/fields")).unwrap_or_default();
    let fine = fields.iter().find(|field| text(field, "/name") == "fine_fen").and_then(|field| field.get("value"));
    let signed: BTreeSet<String> = list(&case, "/signatures")
        .iter()
        .filter(|signed| text(signed, "/document") == matter.decision)
        .map(|signed| text(signed, "/role"))
        .collect();
    let wanted = BTreeSet::from(["officer", "party", "second_officer"].map(str::to_owned));
    stage.same(
        "服务器上面馆的决定书：罚款 200 元（20,000 分），两名执法人员和当事人签名",
        "The stall's decision on the server: 200 yuan (20,000 fen), signed by both officers and the party",
        &(fine.cloned().unwrap_or_default(), signed),
        &(json!(20_000), wanted),
    );
    Ok(())
}

/// Server, both phones and an independent reader fold the same state.
fn alike(stage: &mut Stage, team: &mut Team, matter: &Matter, case: &Value, feed: &Feed) -> anyhow::Result<()> {
    let server = text(case, "/state");
    let read = feed.state(&matter.case.parse()?).hash().to_string();
    let a = text(&team.a.case(&matter.case)?, "/hash");
    let b = text(&team.b.case(&matter.case)?, "/hash");
    stage.claim(
        "服务器、两部手机、独立读取者各自合并，状态一致",
        "Server, both phones and an independent reader fold the same state",
        [&read, &a, &b].iter().all(|other| **other == server),
        || format!("server {server}, reader {read}, phones {a} {b}"),
    );
    Ok(())
}

fn conflict(stage: &mut Stage, team: &mut Team, head: &Api, id: &str, case: &Value) -> anyhow::Result<()> {
    let conflicts = list(case, "/conflicts");
    let live = conflicts.first().map(|field| list(field, "/live").to_vec()).unwrap_or_default();
    let told = |name: &str, value: &Value, place: &Value| format!("{name} {value} {place}");
    let found: BTreeSet<String> = live
        .iter()
        .filter(|value| value.pointer("/by/wall_ms").is_some_and(Value::is_i64))
        .filter_map(|value| Some(told(&text(value, "/by/name"), value.get("value")?, value.pointer("/by/place")?)))
        .collect();
    let wanted =
        BTreeSet::from([told(&team.a.name, &json!(4), &at(PLACE_A)), told(&team.b.name, &json!(6), &at(PLACE_B))]);
    stage.same(
        "一个字段有两个值，各有作者、时间，地点即两部手机所在",
        "One field holds two values, each with author and time, and the place where its phone was",
        &(conflicts.len(), found),
        &(1, wanted),
    );
    let a = &mut team.a;
    a.act("resolve", json!({ "case": id, "on": null, "field": FIELD, "value": 6, "reason": REASON }))?;
    sync_both(team)?;
    let case = head.read(&format!("/v1/cases/{id}"))?;
    let field = list(&case, "/fields").iter().find(|field| text(field, "/name") == FIELD).cloned().unwrap_or_default();
    let settled = field.get("value") == Some(&json!(6))
        && text(&field, "/live/0/reason") == REASON
        && list(&case, "/conflicts").is_empty();
    stage.claim("执法人员说明理由后确定为 6", "An officer settles it at 6, with a reason", settled, || {
        field.to_string()
    });
    let history = head.read(&format!("/v1/cases/{id}/fields/case/{FIELD}/history"))?;
    let told = |write: &Value| format!("{} {}", text(write, "/act"), write.get("value").unwrap_or(&Value::Null));
    let mut writes: Vec<String> = list(&history, "/writes").iter().map(told).collect();
    writes.sort();
    stage.same(
        "原来的两个值 4 和 6 仍在历史中",
        "Both values, 4 and 6, remain in the history",
        &writes,
        &["put 4", "put 6", "resolve 6"].map(str::to_owned).to_vec(),
    );
    Ok(())
}
