//! Chapter 2: three officers enrol phones; two phones may go offline.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};
use server::clock::Clock;
use server::web::url::encoded;

use crate::api::Api;
use crate::link::Link;
use crate::link::script::Script;
use crate::process::Phone;
use crate::stage::{Member, Stage, Team, list, text};

const EXPIRED: &str = "officer-expired";
/// A word that occurs in the restaurant's name in every run.
const RESTAURANT: &str = "神女味道";

/// Enrols three phones, and prepares the two that go offline.
///
/// # Errors
/// An error that prevents the two phones from going offline.
pub fn tell(stage: &mut Stage) -> anyhow::Result<Team> {
    stage.account.chapter(2, "出发前", "Before leaving");
    let run = run_number(stage)?;
    let folder = folder(stage, run);
    let admin = stage.sign_in("agency-admin")?;
    let mut enrolling = Enrolling { stage, admin, folder, run };
    let expired = enrolling.expired()?;
    let mut a = enrolling.member(1, "officer-a")?;
    let mut b = enrolling.member(2, "officer-b")?;
    enrolling.stage.account.tell(
        &format!("三名执法人员登记三部手机，各为一个进程：{}、{}、{expired}。", pids(&a.phone), pids(&b.phone)),
        "Three officers enrol three phones, each a process of its own with its own key and database.",
    );
    let tasks = leave(enrolling.stage, &mut a, &mut b)?;
    Ok(Team { a, b, tasks, expired, run })
}

/// The phone of one more officer, enrolled and with a lease.
///
/// # Errors
/// An error that prevents its use.
pub fn one_more(stage: &mut Stage, run: u64, login: &str) -> anyhow::Result<(Phone, Link)> {
    let (folder, admin) = (folder(stage, run), stage.sign_in("agency-admin")?);
    let (mut phone, link, _) = Enrolling { stage, admin, folder, run }.enrol(4, login)?;
    let _lease = phone.must("lease", json!({})).context("lease")?;
    Ok((phone, link))
}

/// The process ids of a phone.
pub fn pids(phone: &Phone) -> String {
    phone.pids.iter().map(u32::to_string).collect::<Vec<_>>().join("→")
}

/// Counts the runs on this database by their cases.
fn run_number(stage: &Stage) -> anyhow::Result<u64> {
    let head = stage.sign_in("unit-head")?;
    let (mut count, mut cursor) = (1, String::new());
    loop {
        let page = head.read(&format!("/v1/cases?limit=100&text={}{cursor}", encoded(RESTAURANT)))?;
        count += u64::try_from(list(&page, "/items").len())?;
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => return Ok(count),
        }
    }
}

/// A directory for this run's phones that no run has used.
fn folder(stage: &Stage, run: u64) -> PathBuf {
    let named = |attempt: u16| stage.installation.directory.join(format!("run-{run}-{attempt}"));
    (1..=u16::MAX).map(named).find(|path| !path.exists()).unwrap_or_default()
}

struct Enrolling<'a> {
    stage: &'a mut Stage,
    admin: Api,
    folder: PathBuf,
    run: u64,
}

impl Enrolling<'_> {
    /// A phone with its own link, enrolled with a one-time code.
    fn enrol(&mut self, number: usize, login: &str) -> anyhow::Result<(Phone, Link, Value)> {
        let who = self.stage.sign_in(login)?.read("/v1/me")?;
        let code = self.admin.post("/v1/enrolment-codes", &json!({ "officer": text(&who, "/officer") }), &[])?;
        let code = text(&code.json(), "/code");
        let stage = &mut *self.stage;
        let seed = stage.seed.wrapping_add(u64::try_from(number)?);
        let script = Script::new(seed, number == 2);
        let link = Link::open(number, stage.server.address(), script, &stage.traffic, &stage.interference)?;
        let name = text(&who, "/name");
        let mut phone = Phone::start(&stage.installation, self.folder.join(login), &name)?;
        phone.connect(Some(&link.url()))?;
        let label = format!("执法终端 {login}");
        let enrol = json!({ "login": login, "password": stage.password, "code": code, "label": label });
        let enrolled = phone.must("enrol", enrol)?;
        Ok((phone, link, enrolled))
    }

    /// The phone that may not go offline. Returns the process id.
    fn expired(&mut self) -> anyhow::Result<u32> {
        let (mut phone, _link, _) = self.enrol(3, EXPIRED)?;
        let refused = phone.ask("lease", json!({}))?.refused();
        let pid = phone.pids.first().copied().unwrap_or_default();
        let name = phone.name.clone();
        let stage = &mut *self.stage;
        if let Some(refused) = &refused {
            stage.account.tell(
                &format!("{name} 的行政执法证已过期，不予离线使用许可：{}（{}）", refused.zh, refused.article),
                &format!("{name}'s certificate has expired, no lease: {} ({})", refused.en, refused.article),
            );
        }
        let held = refused
            .as_ref()
            .is_some_and(|refused| refused.code == "certificate_expired" && refused.article.contains("第七十六条"));
        stage.claim(
            "行政执法证过期者被拒绝，并给出条文",
            "The officer with the expired certificate is refused, with the article",
            held,
            || format!("{refused:?}"),
        );
        Ok(pid)
    }

    fn member(&mut self, number: usize, login: &str) -> anyhow::Result<Member> {
        let (mut phone, link, enrolled) = self.enrol(number, login)?;
        let officer = text(&enrolled, "/officer");
        let lease = phone.must("lease", json!({})).context("lease")?;
        let detail = self.admin.read(&format!("/v1/officers/{officer}"))?;
        let certificate = text(&detail, "/certificates/0/number");
        let paper =
            paper(&lease, self.run).ok_or_else(|| anyhow!("{login}: no numbered paper left for run {}", self.run))?;
        let name = phone.name.clone();
        Ok(Member { phone, link, officer, name, certificate, paper, saved: BTreeSet::new() })
    }
}

/// The number printed on the sheet of this run, out of those registered to the officer.
fn paper(lease: &Value, run: u64) -> Option<String> {
    let paper = list(lease, "/papers").first()?;
    let (first, last) = (paper.get("first")?.as_i64()?, paper.get("last")?.as_i64()?);
    let serial = first.checked_add(i64::try_from(run).ok()?)?.checked_sub(1)?;
    (serial <= last).then(|| format!("{}{serial}号", text(paper, "/prefix")))
}

fn leave(stage: &mut Stage, a: &mut Member, b: &mut Member) -> anyhow::Result<Vec<Value>> {
    let prepared = a.phone.must("prepare", json!({}))?;
    b.phone.must("prepare", json!({}))?;
    let tasks = list(&prepared, "/tasks").to_vec();
    let approved = tasks.len() >= 2
        && tasks.iter().all(|task| !text(task, "/code").is_empty() && text(task, "/notice").contains("行政检查通知书"));
    stage.claim(
        "计划、执法码、行政检查通知书已随手机带走",
        "Plan, enforcement code and inspection notice are on the phone",
        approved,
        || format!("{tasks:?}"),
    );
    let (for_a, for_b) = (a.phone.must("status", json!({}))?, b.phone.must("status", json!({}))?);
    stage.claim(
        "许可（未到期）、号段、编号文书已在两部手机上",
        "Lease (not ended), number block and numbered paper are on both phones",
        equipped(&for_a) && equipped(&for_b),
        || format!("{for_a}; {for_b}"),
    );
    a.phone.connect(None)?;
    b.phone.connect(None)?;
    let offline = [a.phone.must("sync", json!({})).is_err(), b.phone.must("sync", json!({})).is_err()];
    stage.same("两部手机均已离线，同步都不通", "Both phones are offline, no sync goes through", &offline, &[true; 2]);
    Ok(tasks)
}

/// Whether the phone has a valid lease, form numbers and numbered paper.
fn equipped(status: &Value) -> bool {
    let number = |of: &Value, part: &str| of.get(part).and_then(Value::as_i64);
    let some = |range: &Value| matches!((number(range, "first"), number(range, "last")), (Some(a), Some(b)) if a <= b);
    let is_form = |block: &Value| text(block, "/form") == "spot_decision";
    number(status, "lease_not_after_ms").is_some_and(|until| until > Clock::system().now().ms())
        && list(status, "/blocks").iter().any(|block| is_form(block) && some(block))
        && list(status, "/papers").iter().any(some)
}
