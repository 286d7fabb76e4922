//! Two approved inspections, in the form in which the municipal platform sends them.

use sha2::{Digest as _, Sha256};
use sync_core::id::{TenantId, hex};
use sync_core::law::identity::CreditCode;
use sync_core::time::Instant;

use super::agencies::STATION;
use super::items::PRICE_INSPECTION;
use super::{agency_id, officer_id};
use crate::flow::refusal::Failure;
use crate::store::{TaskRow, Tx};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

struct Task {
    id: &'static str,
    party: &'static str,
    /// Registration authority with region, and organisation number, of an invented credit code.
    credit: (&'static str, &'static str),
    address: &'static str,
}

const TASKS: [Task; 2] = [
    Task {
        id: "CQZFJD-500237-000131",
        party: "巫山县神女味道餐饮有限公司",
        credit: ("91500237", "MA60XK7Q"),
        address: "重庆市巫山县高唐街道广东中路 188 号",
    },
    Task {
        id: "CQZFJD-500237-000132",
        party: "巫山县老码头面馆（个体工商户）",
        credit: ("92500237", "MA60WN3L"),
        address: "重庆市巫山县高唐街道广东中路 190 号",
    },
];

/// Ids of the demonstration's tasks.
pub fn ids() -> [&'static str; 2] {
    TASKS.each_ref().map(|task| task.id)
}

/// Adds the missing tasks. The plan was approved the day before `now`.
pub fn tasks(tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
    for task in &TASKS {
        if !tx.has_task(tenant, task.id)? {
            tx.add_task(tenant, &row(task, now)?)?;
        }
    }
    Ok(())
}

fn row(task: &Task, now: Instant) -> Result<TaskRow, Failure> {
    let (authority, organisation) = task.credit;
    let credit = CreditCode::complete(authority, organisation).map_err(Failure::broken)?;
    let digest = Sha256::digest(task.id.as_bytes());
    Ok(TaskRow {
        id: task.id.to_owned(),
        agency: agency_id(STATION),
        item: PRICE_INSPECTION.to_owned(),
        party_name: task.party.to_owned(),
        party_uscc: credit.as_str().to_owned(),
        address: task.address.to_owned(),
        code: format!("ZFM500237{}", hex(digest.split_at(8).0)),
        notice: notice(task, now),
        approved_by: "赵明远".to_owned(),
        approved: now.plus_ms(-DAY_MS),
        officers: ["officer-a", "officer-b", "officer-expired"].map(officer_id).to_vec(),
    })
}

/// The text of a 行政检查通知书: number, content, officers with certificate numbers, source, frequency, rules of conduct and
/// complaint line.
fn notice(task: &Task, now: Instant) -> String {
    format!(
        "行政检查通知书\n（巫市监）检通〔{year}〕{serial}号\n{party}：\n根据《中华人民共和国价格法》第三十三条，经本局负责人批准，\
         我局定于 {date} 起对你（单位）进行现场检查。\n检查内容：价格活动（明码标价）。\n检查人员：李建国（行政执法证号 \
         22370001001）、陈晓梅（行政执法证号 22370001002）。检查人员将主动出示行政执法证件；不出示的，你（单位）有权拒绝检查。\n\
         任务来源：年度检查计划，任务编号 {id}。\n检查频次：本年度第 1 次。\n五个严禁：严禁逐利检查，严禁干扰企业正常生产经营，\
         严禁任性处罚企业，严禁下达检查指标，严禁变相检查。\n监督投诉电话：12345。\n巫山县市场监督管理局",
        year = now.date().year(),
        serial = task.id.rsplit('-').next().unwrap_or_default().trim_start_matches('0'),
        party = task.party,
        date = now.date(),
        id = task.id,
    )
}
