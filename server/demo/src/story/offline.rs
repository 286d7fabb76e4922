//! Chapter 3: work in the field without a server.

mod fining;
mod interview;
mod noodle;

use anyhow::anyhow;
use serde_json::{Value, json};
use sync_core::id::Digest;
use sync_core::time::Date;

use crate::stage::{Matter, Member, Stage, Team, add, flags, list, put, put_on, step, text, today};
use crate::words::{self, Party};

/// Where the first phone is, 1e-7 degrees north and east: 广东中路.
pub const PLACE_A: (i64, i64) = (310_746_000, 1_098_783_000);
/// Where the second is: twenty metres along it.
pub const PLACE_B: (i64, i64) = (310_746_000, 1_098_785_100);

/// Results of the field work.
#[derive(Debug)]
pub struct Matters {
    /// The restaurant company.
    pub restaurant: Matter,
    /// The noodle stall.
    pub stall: Matter,
}

/// The field work of both officers.
///
/// # Errors
/// An internal error, or a refusal where none belongs.
pub fn tell(stage: &mut Stage, team: &mut Team) -> anyhow::Result<Matters> {
    stage.account.chapter(3, "离线执法", "Offline");
    locate(team)?;
    let party = words::restaurant(team.run)?;
    let mate = team.b.officer.clone();
    let mut matter = open(&mut team.a, &mate, &party, task(&team.tasks, 0)?, today())?;
    let shown = certificates(team);
    enter(&mut team.a, &matter.case, &shown, &party)?;
    // Before the phones part: the rules for the second officer's signature depend on the kind of party.
    identify(stage, &mut team.a, &matter.case, &party)?;
    meet(
        stage,
        team,
        &[&matter.case],
        "李建国开案，陈晓梅经手机直连加入，不经服务器",
        "One opens the case, the other joins over the direct link, no server",
    )?;
    team.a.save(&matter.case, words::front_of_house())?;
    team.b.save(&matter.case, words::kitchen())?;
    matter.record = interview::hold(stage, team, &matter.case, &party)?;
    photographs(stage, team, &mut matter)?;
    fining::fine(stage, team, &mut matter, &party)?;
    let stall = noodle::tell(stage, team)?;
    let cases = [matter.case.as_str(), stall.case.as_str()];
    meet(stage, team, &cases, "两部手机再次直连，互换所缺", "The phones meet again and exchange what they lack")?;
    fining::finish(stage, team, &matter)?;
    noodle::finish(team, &stall)?;
    disagree(stage, team, &matter.case)?;
    Ok(Matters { restaurant: matter, stall })
}

fn locate(team: &mut Team) -> anyhow::Result<()> {
    team.a.phone.must("locate", at(PLACE_A))?;
    team.b.phone.must("locate", at(PLACE_B))?;
    Ok(())
}

/// A place, as a phone is told where it is.
pub fn at((latitude, longitude): (i64, i64)) -> Value {
    json!({ "latitude_e7": latitude, "longitude_e7": longitude, "accuracy_m": 8 })
}

fn task(tasks: &[Value], place: usize) -> anyhow::Result<&Value> {
    tasks.get(place).ok_or_else(|| anyhow!("no task {place}"))
}

/// Opens the inspection of a task, with what was fetched before leaving.
fn open(lead: &mut Member, mate: &str, party: &Party, task: &Value, today: Date) -> anyhow::Result<Matter> {
    let fields = json!({
        "title": format!("{}明码标价检查", party.name),
        "sector": "market",
        "task_id": text(task, "/id"),
        "plan_approved_ms": task.get("approved_ms").and_then(Value::as_i64),
        "enforcement_code": text(task, "/code"),
        "enterprise_code": format!("QYM{}", party.code),
        "notice_number": text(task, "/notice").lines().nth(1).unwrap_or_default(),
        "address": party.address,
        "violation_date": today.to_string(),
    });
    let command = json!({ "kind": "inspection", "item": text(task, "/item"), "officers": [mate], "fields": &fields });
    let opened = lead.act("open", command)?;
    Ok(Matter { case: text(&opened, "/case"), party: party.name.clone(), opened: fields, ..Matter::default() })
}

/// Phone-to-phone synchronisation: the first phone waits, the second connects.
fn meet(stage: &mut Stage, team: &mut Team, cases: &[&str], zh: &str, en: &str) -> anyhow::Result<()> {
    let hosted = team.a.phone.must("host", json!({ "cases": cases }))?;
    let joined = team.b.phone.must("join", json!({ "address": text(&hosted, "/address"), "cases": cases }))?;
    team.a.phone.event("linked")?;
    let equal = joined.get("equal_heads").and_then(Value::as_bool) == Some(true);
    let mut same = true;
    for case in cases {
        same &= team.a.case(case)?.get("hash") == team.b.case(case)?.get("hash");
    }
    stage.claim(zh, en, equal && same, || joined.to_string());
    Ok(())
}

/// Records the party, first with a typing error.
fn identify(stage: &mut Stage, lead: &mut Member, case: &str, party: &Party) -> anyhow::Result<()> {
    let mut ops = vec![add("party", "a", "p", None)];
    ops.extend(party.fields("p"));
    ops.push(put_on("p", "uscc", party.mistyped_code()));
    let mistyped = lead.save(case, ops)?;
    stage.claim(
        "统一社会信用代码写错一位，手机当场指出（GB 32100）",
        "One wrong character in the credit code is pointed out at once (GB 32100)",
        flags(list(&mistyped, "/checks"), "ID-01", "breached"),
        || mistyped.to_string(),
    );
    let p = text(&mistyped, "/names/p");
    let corrected = lead.save(case, vec![put_on(&p, "uscc", party.code.as_str())])?;
    stage.claim(
        &format!("更正为 {}，校验通过", party.code),
        "Corrected, and the code holds",
        !flags(list(&corrected, "/checks"), "ID-01", "breached"),
        || corrected.to_string(),
    );
    Ok(())
}

fn certificates(team: &Team) -> String {
    let Team { a, b, .. } = team;
    format!("{} {}、{} {}", a.name, a.certificate, b.name, b.certificate)
}

/// At the door: code and notice shown, the party's code scanned; then the certificates and the rights, then entry.
fn enter(lead: &mut Member, case: &str, shown: &str, party: &Party) -> anyhow::Result<()> {
    let scanned = step("enterprise_code_scanned", format!("QYM{}", party.code));
    lead.save(case, vec![step("code_shown", Value::Null), step("notice_handed", Value::Null), scanned])?;
    let rights = step("rights_told", "告知检查事项，配合检查的义务，以及陈述、申辩、申请回避的权利");
    lead.save(case, vec![step("certificate_shown", shown), rights, step("entered", Value::Null)])?;
    Ok(())
}

/// Five of the premises by both officers; the sixth, of the sealed paper, belongs to the decision.
fn photographs(stage: &mut Stage, team: &mut Team, matter: &mut Matter) -> anyhow::Result<()> {
    let scenes = [
        ("店招与门面", "当事人的经营场所"),
        ("营业执照与食品经营许可证", "当事人的主体资格"),
        ("未标价的新菜单（一）", "菜单上的菜品没有标明价格"),
        ("未标价的新菜单（二）", "菜单上的菜品没有标明价格"),
        ("大堂无价格公示牌", "店内没有其他标价方式"),
    ];
    for (place, (title, proves)) in (1..).zip(scenes) {
        let member = if place % 2 == 1 { &mut team.a } else { &mut team.b };
        let digest = photograph(member, &matter.case, team.run * 10 + place, title, proves)?;
        matter.photos.push(digest);
    }
    if let Some(marked) = matter.photos.get(2).and_then(|digest| digest.parse::<Digest>().ok()) {
        stage.interference.mark_photo(marked);
    }
    Ok(())
}

fn photograph(member: &mut Member, case: &str, scene: u64, title: &str, proves: &str) -> anyhow::Result<String> {
    let command =
        json!({ "case": case, "title": title, "proves": proves, "kind": "电子数据", "scene": scene, "bytes": 150_000 });
    Ok(text(&member.act("photo", command)?, "/digest"))
}

/// Both officers count the same thing independently.
fn disagree(stage: &mut Stage, team: &mut Team, case: &str) -> anyhow::Result<()> {
    team.a.save(case, vec![put("fire_extinguishers", 4)])?;
    team.b.save(case, vec![put("fire_extinguishers", 6)])?;
    stage.account.tell(
        "分开后，李建国在大堂记灭火器 4 具，陈晓梅连后厨记 6 具：同一字段两个值。",
        "Apart again, one counts 4 fire extinguishers, the other 6: two values in one field.",
    );
    Ok(())
}
