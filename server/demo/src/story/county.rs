//! Chapter 1: the server and its county.

use serde_json::Value;
use sync_core::time::{Date, Instant};

use crate::stage::{Stage, list, text, today};

const DAY_MS: i64 = 86_400_000;
/// The officer whose certificate expires within this many days.
const ENDING: (&str, i64) = ("吴桂芳", 90);
/// The supervisor.
const SUPERVISOR: &str = "county-supervisor";

/// Reads back the initial state of the server.
///
/// # Errors
/// The server does not answer.
pub fn tell(stage: &mut Stage) -> anyhow::Result<()> {
    stage.account.chapter(1, "服务器与巫山县", "The server and its county");
    let pid = stage.server.pids().last().copied().unwrap_or_default();
    stage.account.tell(
        &format!("服务器进程 {pid} 监听 {}，建库并载入重庆市巫山县。", stage.server.address()),
        &format!("Server process {pid} listens on {}, makes its database and loads 巫山县.", stage.server.address()),
    );
    let reference = stage.sign_in(SUPERVISOR)?.read("/v1/sync/reference")?;
    let towns = list(&reference, "/regions").iter().filter(|region| text(region, "/level") != "county").count();
    stage.same("巫山县（500237）26 个乡镇街道", "26 townships and streets of 500237", &towns, &26);
    agencies(stage, &reference);
    let years: Vec<i64> =
        list(&reference, "/calendars").iter().filter_map(|year| year.get("year").and_then(Value::as_i64)).collect();
    let all: Vec<i64> = (2018..=2026).collect();
    stage.same("2018—2026 年节假日安排", "Holidays 2018-2026", &years, &all);
    let item = list(&reference, "/items").iter().find(|item| text(item, "/code") == "SJ-C-001");
    let most = item.and_then(|item| item.get("max_fen")).and_then(Value::as_i64);
    stage.same(
        "明码标价处罚事项：价格法第四十二条，罚款至多 5,000 元",
        "The item on price marking: Price Law 42, at most 5,000 yuan",
        &most,
        &Some(500_000),
    );
    certificates(stage, &reference);
    Ok(())
}

fn agencies(stage: &mut Stage, reference: &Value) {
    let names: Vec<String> = list(reference, "/agencies").iter().map(|agency| text(agency, "/name")).collect();
    let wanted = [
        "巫山县司法局",
        "巫山县市场监督管理局",
        "巫山县市场监督管理局高唐市场监督管理所",
        "巫山县农业农村委员会",
        "巫山县交通运输委员会",
        "巫山县应急管理局",
        "巫山县高唐街道办事处",
    ];
    let missing: Vec<&str> = wanted.into_iter().filter(|name| !names.iter().any(|found| found == name)).collect();
    stage.same(
        "司法局、市场监管局及市监所、农业农村委、交通运输委、应急局、街道办",
        "The agencies, justice as supervisor",
        &missing,
        &Vec::new(),
    );
}

fn certificates(stage: &mut Stage, reference: &Value) {
    let certificate = |name: &str, part: &str| {
        let officer = list(reference, "/officers").iter().find(|one| text(one, "/officer/name") == name);
        officer.map(|one| text(one, &format!("/certificates/0/{part}"))).unwrap_or_default()
    };
    let of = |name: &str| certificate(name, "status");
    let found = ["李建国", "陈晓梅", "吴桂芳", "周志强", "郑海涛"].map(of);
    let wanted = ["valid", "valid", "valid", "expired", "suspended"].map(str::to_owned);
    let (ending, most) = ENDING;
    let last = certificate(ending, "valid_until");
    let left =
        last.parse::<Date>().ok().map(|last| (Instant::start_of(last).ms() - Instant::start_of(today()).ms()) / DAY_MS);
    let ends = left.is_some_and(|left| (0..=most).contains(&left));
    stage.claim(
        &format!("行政执法证：有效、有效、有效但 90 日内到期（{last}）、已过期、被暂扣"),
        &format!("Certificates: valid, valid, valid but ending within 90 days ({last}), expired, suspended"),
        found == wanted && ends,
        || format!("{found:?}, {ending} until {last}"),
    );
}
