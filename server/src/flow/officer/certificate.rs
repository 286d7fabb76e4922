//! Certificates by hand: entered, corrected, and with the status that the issuing organ decided.
//!
//! Promise: a status is an entry of the history, in force from an instant; nothing of the history is removed, and what
//! counts is computed from it (`sync_core::certificate`). A renewal does not make an act between the two terms lawful.
//! Palm mirrors certificates: the organ that issued one decides about it.

use serde_json::{Value, json};
use sync_core::certificate::{CertificateAct, CertificateState, CertificateStatus};
use sync_core::id::{OfficerId, TenantId};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::time::{Date, Instant};
use table::Cell;

use super::act::{Act, Begun, done, made_once};
use super::detail::Detail;
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::certificate::{ends, next_ordinal, renewal, status_at};
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::store::{CertificateRow, IntervalRow, Tx};

/// Longest number, category and name of an organ, in characters.
const LONGEST: usize = 100;
/// How far ahead a status may begin: nobody decides for later years.
const AHEAD_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// What is written on a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// 证号.
    pub number: String,
    /// 执法类别.
    pub category: String,
    /// 执法区域, GB/T 2260; none for the county.
    pub region: Option<String>,
    /// First day.
    pub issued: Date,
    /// Last day.
    pub until: Date,
}

/// A decision of the organ that issued the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Which certificate.
    pub number: String,
    /// What was decided.
    pub act: CertificateAct,
    /// From when it is in force.
    pub from: Instant,
    /// Of a suspension that ends by itself: the first instant after it.
    pub until: Option<Instant>,
    /// Of a renewal: the new last day.
    pub valid_until: Option<Date>,
    /// The provision or document.
    pub basis: String,
    /// The organ.
    pub decided_by: String,
}

/// What a register calls a person who enforces, or helps.
pub(super) const fn kind(helper: bool) -> &'static str {
    if helper { "执法辅助人员" } else { "执法人员" }
}

fn wrong(zh: &str, en: &str) -> Refused {
    Refusal::Malformed.because(zh, en)
}

/// What is written, as rosters have it.
fn checked(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: OfficerId,
    written: &Written,
) -> Result<CertificateRow, Failure> {
    let Written { number, category, region, issued, until } = written;
    let number = table::code(Some(&Cell::Text(number.as_str().into())))
        .map_err(|fault| wrong(&format!("“证号”{}。", fault.zh()), &format!("The number {}.", fault.en())))?;
    let category = table::text(Some(&Cell::Text(category.as_str().into())))
        .map_err(|fault| wrong(&format!("“执法类别”{}。", fault.zh()), &format!("The category {}.", fault.en())))?;
    if number.chars().count() > LONGEST || category.chars().count() > LONGEST {
        return Err(wrong("证号和执法类别最多 100 个字。", "Number and category have at most 100 characters.").into());
    }
    if until < issued {
        return Err(wrong("有效期止日不能早于发证日期。", "The last day is before the day of issue.").into());
    }
    let region = match region.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        None => tx.tenant(tenant)?.region,
        Some(code) if [2, 4, 6, 9, 12].contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()) => {
            code.to_owned()
        }
        Some(_) => {
            let (zh, en) = ("执法区域请填写行政区划代码。", "The region is a code of GB/T 2260.");
            return Err(wrong(zh, en).into());
        }
    };
    let (issued_on, valid_until) = (issued.to_string(), until.to_string());
    Ok(CertificateRow { number, officer, category, region, issued_on, valid_until })
}

/// A new certificate with the beginning of its history.
pub(super) fn new_row(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: OfficerId,
    written: &Written,
) -> Result<(CertificateRow, Vec<IntervalRow>), Failure> {
    let row = checked(tx, tenant, officer, written)?;
    if tx.certificate(tenant, &row.number)?.is_some() {
        return Err(Refusal::CertificateTaken.into());
    }
    let interval = IntervalRow {
        ordinal: 0,
        status: CertificateStatus::Valid,
        from: Instant::start_of(written.issued),
        until: None,
        reason: "发证".to_owned(),
        basis: String::new(),
        decided_by: String::new(),
    };
    Ok((row, vec![interval]))
}

/// Enters a certificate of a person.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::PersonInactive`];
/// [`Refusal::Malformed`]; [`Refusal::CertificateTaken`]; [`Refusal::IdempotencyKeyReused`]; or an internal error.
pub async fn add(
    app: &App,
    caller: Caller,
    act: Act,
    written: Written,
    key: Option<String>,
) -> Result<Detail, Failure> {
    let parts = [act.officer.to_string(), format!("{written:?}"), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "certificate", key, &parts);
    made_once(app, caller, Duty::Certificates, act, request, move |tx, begun| {
        begun.must_be_active()?;
        let (row, history) = new_row(tx, &begun.tenant, begun.person.id, &written)?;
        tx.add_certificate(&begun.tenant, &row, &history)?;
        tx.touch_reference(&begun.tenant)?;
        begun.note(tx, RegisterEventKind::CertificateAdded, &described(&row))
    })
    .await
}

fn described(row: &CertificateRow) -> Value {
    let CertificateRow { number, officer: _, category, region, issued_on, valid_until } = row;
    json!({ "certificate": number, "category": category, "region": region, "issued on": issued_on,
            "valid until": valid_until })
}

/// The certificate of this person with this number.
fn held(tx: &mut Tx<'_>, begun: &Begun<'_>, number: &str) -> Result<(CertificateRow, Vec<IntervalRow>), Failure> {
    let found = tx.certificate(&begun.tenant, number)?;
    Ok(found.filter(|(row, _)| row.officer == begun.person.id).ok_or(Refusal::NotFound)?)
}

/// Corrects what was entered of a certificate. A number that was entered wrongly is entered again, and the wrong one
/// cancelled.
///
/// # Errors
/// As [`add`], and [`Refusal::NothingChanges`].
pub async fn correct(app: &App, caller: Caller, act: Act, written: Written) -> Result<Detail, Failure> {
    done(app, caller, Duty::Certificates, act, move |tx, begun| {
        let (old, history) = held(tx, begun, &written.number)?;
        let row = checked(tx, &begun.tenant, begun.person.id, &written)?;
        let pairs = [
            ("category", &old.category, &row.category),
            ("region", &old.region, &row.region),
            ("issued on", &old.issued_on, &row.issued_on),
            ("valid until", &old.valid_until, &row.valid_until),
        ];
        let differences: Vec<Value> = pairs
            .iter()
            .filter(|(_, old, new)| old != new)
            .map(|(what, old, new)| json!({ "what": format!("{} {what}", row.number), "old": old, "new": new }))
            .collect();
        if differences.is_empty() {
            return Err(Refusal::NothingChanges.into());
        }
        let began = old.issued_on.parse::<Date>().ok().map(Instant::start_of);
        let first = history.iter().find(|one| one.ordinal == 0 && Some(one.from) == began);
        if let Some(first) = first.filter(|_| old.issued_on != row.issued_on) {
            tx.begin_interval(&begun.tenant, &row.number, first.ordinal, Instant::start_of(written.issued))?;
        }
        let until = Instant::start_of(written.until);
        if until >= ends(&old) && status_at(&old, &history, ends(&old).plus_ms(-1)) == CertificateState::Valid {
            // Valid up to the wrong last day, so also up to the right one.
            let goes_on = IntervalRow {
                ordinal: next_ordinal(&history),
                status: CertificateStatus::Valid,
                from: ends(&old),
                until: None,
                reason: "更正有效期".to_owned(),
                basis: String::new(),
                decided_by: String::new(),
            };
            tx.add_interval(&begun.tenant, &row.number, &goes_on)?;
        }
        tx.set_certificate(&begun.tenant, &row)?;
        tx.touch_reference(&begun.tenant)?;
        begun.note(tx, RegisterEventKind::CertificateCorrected, &differences.into())
    })
    .await
}

/// Enters what the issuing organ decided about a certificate.
///
/// # Errors
/// As [`add`], and [`Refusal::NothingChanges`] where the certificate has the status at that instant.
pub async fn decide(app: &App, caller: Caller, act: Act, decided: Decided) -> Result<Detail, Failure> {
    let reason = act.reason.clone();
    done(app, caller, Duty::Certificates, act, move |tx, begun| {
        let (row, history) = held(tx, begun, &decided.number)?;
        let intervals = entries(&row, &history, &decided, &reason, begun.now)?;
        for interval in &intervals {
            tx.add_interval(&begun.tenant, &row.number, interval)?;
        }
        if let Some(until) = decided.valid_until {
            tx.set_certificate(&begun.tenant, &CertificateRow { valid_until: until.to_string(), ..row.clone() })?;
        }
        tx.touch_reference(&begun.tenant)?;
        let detail = json!({
            "certificate": row.number, "status": decided.act, "from": decided.from.to_string(),
            "until": decided.until.map(|until| until.to_string()),
            "valid until": decided.valid_until.map(|day| [row.valid_until.clone(), day.to_string()]),
            "basis": decided.basis, "decided by": decided.decided_by,
        });
        begun.note(tx, RegisterEventKind::CertificateStatus, &detail)
    })
    .await
}

/// What the history gains.
fn entries(
    row: &CertificateRow,
    history: &[IntervalRow],
    decided: &Decided,
    reason: &str,
    now: Instant,
) -> Result<Vec<IntervalRow>, Failure> {
    let Decided { number: _, act, from, until, valid_until, basis, decided_by } = decided;
    if basis.chars().count() > LONGEST * 5 || decided_by.chars().count() > LONGEST {
        return Err(wrong("依据或者作出决定的机关过长。", "Basis or organ are too long.").into());
    }
    let issued = row.issued_on.parse::<Date>().ok().map(Instant::start_of);
    if issued.is_some_and(|issued| *from < issued) || *from > now.plus_ms(AHEAD_MS) {
        let zh = "生效时间不能早于发证日期，也不能晚于一年以后。";
        return Err(wrong(zh, "It cannot begin before the day of issue, nor more than a year ahead.").into());
    }
    if until.is_some_and(|until| until <= *from || *act != CertificateAct::Suspend) {
        let zh = "只有暂扣可以写明期限，且期限须在生效之后。";
        return Err(wrong(zh, "Only a suspension has an end, which is after its beginning.").into());
    }
    if valid_until.is_some() != (*act == CertificateAct::Renew) {
        let zh = "延续须写明新的有效期止日，其他事项不写。";
        return Err(wrong(zh, "A renewal says the new last day, and nothing else does.").into());
    }
    let entry = IntervalRow {
        ordinal: next_ordinal(history),
        status: act.status(),
        from: *from,
        until: *until,
        reason: reason.to_owned(),
        basis: basis.clone(),
        decided_by: decided_by.clone(),
    };
    let before = status_at(row, history, *from);
    match valid_until {
        Some(day) if day.to_string() <= row.valid_until => {
            let zh = "新的有效期止日须晚于现有的有效期止日。";
            Err(wrong(zh, "The new last day must be after the present one.").into())
        }
        Some(day) if Instant::start_of(*day) < *from => {
            Err(wrong("新的有效期须在生效之后届满。", "The new term ends before it begins.").into())
        }
        Some(_) => Ok(renewal(row, history, entry)),
        None if before == CertificateState::from(act.status()) => Err(Refusal::NothingChanges.into()),
        None => Ok(vec![entry]),
    }
}
