//! Invented people: certificates that are valid, about to expire, expired and suspended; heads, a supervisor,
//! administrators.

use sync_core::certificate::CertificateStatus;
use sync_core::id::TenantId;
use sync_core::role::Role;
use sync_core::schema::SPOT_DECISION;
use sync_core::time::{Date, Instant};

use super::agencies::{AGRICULTURE, GOVERNMENT, JUSTICE, MARKET, STATION};
use super::{REGION, agency_id, officer_id};
use crate::flow::refusal::Failure;
use crate::store::{AccountRow, CertificateRow, IntervalRow, OfficerRow, PaperRow, Tx};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The state of a certificate, in days from the day of seeding.
#[derive(Debug, Clone, Copy)]
pub enum Card {
    /// None.
    None,
    /// Valid for this many more days.
    Until(i64),
    /// Suspended this many days ago, otherwise valid for years.
    Suspended(i64),
}

/// An invented person.
#[derive(Debug)]
pub struct Person {
    pub login: &'static str,
    pub name: &'static str,
    pub what: &'static str,
    agency: &'static str,
    roles: &'static [Role],
    card: Card,
    number: &'static str,
    /// First and last number of the sealed paper they carry.
    paper: Option<(i64, i64)>,
}

const fn officer(
    login: &'static str,
    name: &'static str,
    what: &'static str,
    card: Card,
    number: &'static str,
) -> Person {
    Person { login, name, what, agency: STATION, roles: &[Role::Officer], card, number, paper: None }
}

const fn desk(
    login: &'static str,
    name: &'static str,
    what: &'static str,
    agency: &'static str,
    roles: &'static [Role],
) -> Person {
    Person { login, name, what, agency, roles, card: Card::None, number: "", paper: None }
}

/// Everybody, in the order they are entered.
pub const PEOPLE: &[Person] = &[
    Person {
        paper: Some((101, 150)),
        ..officer("officer-a", "李建国", "高唐所执法人员，行政执法证有效", Card::Until(900), "22370001001")
    },
    Person {
        paper: Some((151, 200)),
        ..officer("officer-b", "陈晓梅", "高唐所执法人员，行政执法证有效", Card::Until(420), "22370001002")
    },
    officer("officer-expired", "周志强", "高唐所执法人员，行政执法证已过期", Card::Until(-10), "22370001003"),
    officer("officer-ending", "吴桂芳", "高唐所执法人员，行政执法证即将到期", Card::Until(5), "22370001004"),
    officer("officer-suspended", "郑海涛", "高唐所执法人员，行政执法证暂扣", Card::Suspended(30), "22370001005"),
    Person {
        agency: AGRICULTURE,
        ..officer("agriculture-officer", "何静", "农业农村委执法人员", Card::Until(600), "22370002001")
    },
    Person {
        roles: &[Role::Officer, Role::UnitHead],
        ..officer("unit-head", "王秀兰", "高唐所所长（办案机构负责人）", Card::Until(700), "22370001010")
    },
    desk("principal-head", "赵明远", "市场监管局主要负责人", MARKET, &[Role::PrincipalHead]),
    desk("legal-reviewer", "冯雪", "市场监管局法制审核人员", MARKET, &[Role::LegalReviewer]),
    desk("agency-admin", "刘芳", "市场监管局管理员", MARKET, &[Role::AgencyAdmin]),
    desk("department-supervisor", "蒋涛", "市场监管局内部监督", MARKET, &[Role::DepartmentSupervisor]),
    desk("county-supervisor", "孙立新", "司法局执法监督", JUSTICE, &[Role::CountySupervisor]),
    desk("other-head", "谭建华", "市场监管局分管负责人", MARKET, &[Role::OtherHead]),
    desk("case-reviewer", "向晓燕", "市场监管局案件审核人员", MARKET, &[Role::CaseReviewer]),
    desk("training-manager", "龚丽", "司法局执法培训管理", JUSTICE, &[Role::TrainingManager]),
    desk("county-leadership", "卢国栋", "分管执法的县领导", GOVERNMENT, &[Role::CountyLeadership]),
    desk("security-admin", "魏东", "安全管理员", GOVERNMENT, &[Role::SecurityAdmin]),
    desk("audit-admin", "黎琴", "审计管理员", GOVERNMENT, &[Role::AuditAdmin]),
    desk("county-admin", "马晓东", "县级管理员", GOVERNMENT, &[Role::AgencyAdmin, Role::SystemAdmin]),
];

/// Adds a person with account, roles, certificate and paper. Returns whether the person was missing.
pub fn add(tx: &mut Tx<'_>, tenant: &TenantId, person: &Person, hash: &str, now: Instant) -> Result<bool, Failure> {
    let id = officer_id(person.login);
    if tx.officer(tenant, &id)?.is_some() {
        return Ok(false);
    }
    let row = OfficerRow {
        id,
        agency: agency_id(person.agency),
        name: person.name.to_owned(),
        helper: false,
        active: true,
        created: now,
    };
    tx.add_officer(tenant, &row)?;
    for role in person.roles {
        tx.add_role(tenant, &id, *role)?;
    }
    tx.add_account(tenant, &AccountRow::new(person.login, id, hash.to_owned()))?;
    if let Some((certificate, history)) = certificate(person, now) {
        tx.add_certificate(tenant, &certificate, &history)?;
    }
    if let Some((first, last)) = person.paper {
        let prefix = format!("（巫市监）当罚〔{}〕纸", now.date().year());
        tx.add_paper(tenant, &PaperRow { form: SPOT_DECISION, prefix, first, last, officer: id, registered: now })?;
    }
    Ok(true)
}

fn certificate(person: &Person, now: Instant) -> Option<(CertificateRow, Vec<IntervalRow>)> {
    let (last_in_days, suspended_ago) = match person.card {
        Card::None => return None,
        Card::Until(days) => (days, None),
        Card::Suspended(ago) => (500, Some(ago)),
    };
    let last: Date = now.plus_ms(last_in_days * DAY_MS).date();
    let issued: Date = now.plus_ms((last_in_days - 5 * 365) * DAY_MS).date();
    let (from, end) = (Instant::start_of(issued), Instant::start_of(last).plus_ms(DAY_MS));
    let row = CertificateRow {
        number: person.number.to_owned(),
        officer: officer_id(person.login),
        category: "综合执法".to_owned(),
        region: REGION.to_owned(),
        issued_on: issued.to_string(),
        valid_until: last.to_string(),
    };
    let span = |ordinal, status, from, until, reason: &str, basis: &str| IntervalRow {
        ordinal,
        status,
        from,
        until,
        reason: reason.to_owned(),
        basis: basis.to_owned(),
        decided_by: String::new(),
    };
    let history = if let Some(ago) = suspended_ago {
        let since = now.plus_ms(-ago * DAY_MS);
        vec![
            span(0, CertificateStatus::Valid, from, Some(since), "发证", "行政执法证件登记"),
            span(1, CertificateStatus::Suspended, since, None, "年度培训学时不足", "县司法局暂扣决定（样例）"),
        ]
    } else {
        vec![
            span(0, CertificateStatus::Valid, from, Some(end), "发证", "行政执法证件登记"),
            span(1, CertificateStatus::Expired, end, None, "有效期届满", "行政执法证件登记"),
        ]
    };
    Some((row, history))
}
