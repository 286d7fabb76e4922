//! Chapter 4: synchronisation over faulty links, with a phone and a server killed on the way.

use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::offline::{Matters, PLACE_B, at};
use super::pids;
use crate::link::count;
use crate::stage::{Member, Stage, Team, put, text};
use crate::words::{REMARK, REMARK_WORDS};

/// Changes in a push: few, so that there are many pushes.
const BATCH: usize = 4;
/// Attempts of synchronising both phones before it counts as failed.
const TRIES: u32 = 3;
const GIVE_UP_MS: u64 = 9_000;
const KILL_TIMEOUT: Duration = Duration::from_secs(15);

/// Kills one phone, then brings both back.
///
/// # Errors
/// An internal error.
pub fn tell(stage: &mut Stage, team: &mut Team, matters: &Matters) -> anyhow::Result<()> {
    stage.account.chapter(4, "坏链路", "The bad link");
    killed_in_a_save(stage, &mut team.b, &matters.restaurant.case)?;
    for member in [&mut team.a, &mut team.b] {
        member.link.set_bad(true);
        member.phone.connect(Some(&member.link.url()))?;
    }
    killed_in_a_push(stage, team)?;
    let (mut a, mut b) = (Value::Null, Value::Null);
    for _ in 0..TRIES {
        (a, b) = sync_both(team)?;
        if settled(&a) && settled(&b) {
            break;
        }
    }
    stage.claim(
        "经过坏链路，两部手机没有一项未获回执、未传完",
        "Over the bad links nothing is left without receipt or not uploaded",
        settled(&a) && settled(&b),
        || format!("{}; {}", waiting(&a), waiting(&b)),
    );
    let counts = &stage.traffic.counts;
    let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let so_far =
        format!("{}/{}/{}/{}", read(&counts.drops), read(&counts.repeats), read(&counts.reorders), read(&counts.cuts));
    stage.account.tell(
        &format!("至此丢弃/重复/乱序/截断：{so_far}。"),
        &format!("Drops/repeats/reorders/cuts so far: {so_far}."),
    );
    Ok(())
}

/// SIGKILL inside the open transaction of a save: the save is absent, and the chain continues.
fn killed_in_a_save(stage: &mut Stage, member: &mut Member, case: &str) -> anyhow::Result<()> {
    let remark = || vec![put("remarks", REMARK)];
    let before = text(&member.case(case)?, "/hash");
    member.phone.send("save", json!({ "case": case, "ops": remark(), "pause": "before_commit" }))?;
    member.phone.event("paused")?;
    member.phone.kill();
    count(&stage.traffic.counts.kills);
    member.phone.reopen()?;
    let after = text(&member.case(case)?, "/hash");
    stage.account.tell(
        &format!("{} 的手机在保存途中被 SIGKILL，重新打开：进程 {}。", member.name, pids(&member.phone)),
        "A phone is killed with SIGKILL in the middle of a save and opened again.",
    );
    stage.same(
        "被打断的保存整个不存在，之前的一项不少",
        "The interrupted save is wholly absent, everything before it is there",
        &after,
        &before,
    );
    member.phone.must("locate", at(PLACE_B))?;
    let saved = member.save(case, remark())?;
    let change = text(&saved, "/change");
    stage.interference.mark_change(change.parse()?, REMARK_WORDS.0, REMARK_WORDS.1);
    Ok(())
}

/// The server is killed at the first byte of an answer: the push is committed, but the phone has no answer.
fn killed_in_a_push(stage: &mut Stage, team: &mut Team) -> anyhow::Result<()> {
    let (killed, wait) = channel();
    team.a.link.arm(&stage.server, killed);
    let (a, b) = send_both(team)?;
    wait.recv_timeout(KILL_TIMEOUT).context("no push came to kill the server in")?;
    stage.server.restart()?;
    let pids: Vec<String> = stage.server.pids().iter().map(u32::to_string).collect();
    stage.account.tell(
        &format!("服务器在一次推送途中被 SIGKILL：已提交、未答复；同一目录重启，进程 {}。", pids.join("→")),
        "The server is killed with SIGKILL in the middle of a push, committed and unanswered, and started again.",
    );
    // Their answers count in the following rounds.
    drop((team.a.phone.answer(a)?, team.b.phone.answer(b)?));
    Ok(())
}

fn how() -> Value {
    json!({ "batch": BATCH, "chunk": 65_536, "rounds": 6, "give_up_ms": GIVE_UP_MS })
}

fn send_both(team: &mut Team) -> anyhow::Result<(u64, u64)> {
    Ok((team.a.phone.send("sync", how())?, team.b.phone.send("sync", how())?))
}

/// Both phones concurrently, over their links; returns their reports.
///
/// # Errors
/// An internal error.
pub fn sync_both(team: &mut Team) -> anyhow::Result<(Value, Value)> {
    let (a, b) = send_both(team)?;
    let done = |answer: crate::process::Answer| match answer {
        crate::process::Answer::Done(done) => Ok(done),
        crate::process::Answer::Refused(refused) => Err(anyhow!("sync: {} {}", refused.code, refused.en)),
    };
    let a = done(team.a.phone.answer(a)?)?;
    Ok((a, done(team.b.phone.answer(b)?)?))
}

/// The members of a phone's report that count unsent changes and files.
const WAITING: [&str; 2] = ["unacknowledged", "evidence_waiting"];

fn settled(told: &Value) -> bool {
    WAITING.iter().all(|what| told.get(what).and_then(Value::as_u64) == Some(0))
}

fn waiting(told: &Value) -> String {
    let one = |what: &&str| format!("{what} {}", told.get(*what).unwrap_or(&Value::Null));
    WAITING.iter().map(one).collect::<Vec<_>>().join(", ")
}
