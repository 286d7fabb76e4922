//! The read audit (查阅审计): who read what, when and why.
//!
//! Promise: system auditors read all of it; heads read who looked at cases of their subtree and what their own people
//! looked at. Reading the audit is itself recorded before anything is shown. Not here: writing the records (`access`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{AgencyId, CaseId, OfficerId, TenantId};
use sync_core::read_audit::LookKind;
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use super::{access, mask};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{OfficerRow, ReadAuditFilter, ReadAuditRow, TimePage, Total, Tx};

/// Roles that read the audit of cases of their subtree.
const SUPERIORS: [Role; 3] = [Role::UnitHead, Role::PrincipalHead, Role::OtherHead];

/// Whether the caller reads the audit at all.
pub fn may_see(caller: &Caller) -> bool {
    caller.is(Role::AuditAdmin) || caller.must_be(&SUPERIORS).is_ok()
}

/// Filter for audit records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only reads by this officer: an id, a login, or a name, which several people may have.
    pub officer: Option<String>,
    /// Only reads of this case: an id, or a number.
    pub case: Option<String>,
    /// Only those at or after.
    pub from: Option<Instant>,
    /// Only those before.
    pub until: Option<Instant>,
}

/// An audit record with readable names of the person, the case and their agencies.
#[derive(Debug, Clone)]
pub struct Named {
    /// The record.
    pub row: ReadAuditRow,
    /// Name of the person.
    pub officer: String,
    /// Current agency of the person.
    pub agency: String,
    /// Title of the case; none for a reader who may not read it.
    pub case: Option<String>,
    /// Name of the agency of the case.
    pub case_agency: Option<String>,
}

/// A page of the audit records in reach, and whether there are more.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who do not read the audit, or an internal error.
pub async fn list(app: &App, caller: Caller, wanted: Wanted, page: TimePage) -> Result<(Vec<Named>, bool), Failure> {
    let (tenant, path) = (app.tenant, reach(&caller)?);
    let look = look(&caller, &wanted, app.clock.now())?;
    app.store.write(move |tx| Ok::<_, Failure>(tx.add_read_audit(&tenant, &look)?)).await?;
    app.store
        .read(move |tx| {
            let filter = filter(tx, &tenant, path, &wanted)?;
            let (found, more) = page.cut(tx.read_audit_page(&tenant, &filter, &page)?);
            Ok((named(tx, &tenant, &caller, found)?, more))
        })
        .await
}

/// The total of [`list`].
///
/// # Errors
/// As [`list`].
pub async fn count(app: &App, caller: Caller, wanted: Wanted) -> Result<Total, Failure> {
    let (tenant, path) = (app.tenant, reach(&caller)?);
    app.store
        .read(move |tx| {
            let filter = filter(tx, &tenant, path, &wanted)?;
            Ok(tx.count_read_audits(&tenant, &filter)?)
        })
        .await
}

/// The agency below which the caller reads the audit; none for everywhere.
fn reach(caller: &Caller) -> Result<Option<String>, Refusal> {
    if !may_see(caller) {
        return Err(Refusal::Forbidden);
    }
    Ok(Some(caller.reach().to_owned()).filter(|path| !caller.is(Role::AuditAdmin) && !path.is_empty()))
}

fn filter(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    agency_path: Option<String>,
    wanted: &Wanted,
) -> Result<ReadAuditFilter, Failure> {
    let (officers, cases) = (officers(tx, tenant, wanted)?, cases(tx, tenant, wanted)?);
    Ok(ReadAuditFilter { agency_path, officers, cases, from: wanted.from, until: wanted.until })
}

/// The audit record for reading the audit itself.
fn look(caller: &Caller, wanted: &Wanted, now: Instant) -> Result<ReadAuditRow, Failure> {
    // The last requested day, not the day after it.
    let days = [wanted.from, wanted.until.map(|until| until.plus_ms(-1))].map(|at| at.map(|at| at.date().to_string()));
    let [from, to] = &days;
    let part = [&wanted.officer, &wanted.case, from, to].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let (what, purpose) = (LookKind::Audit, String::new());
    Ok(ReadAuditRow { id: random::bytes()?, at: now, officer: caller.officer, what, case: None, part, purpose })
}

fn officers(tx: &mut Tx<'_>, tenant: &TenantId, wanted: &Wanted) -> Result<Option<Vec<OfficerId>>, Failure> {
    let Some(text) = &wanted.officer else { return Ok(None) };
    if let Ok(id) = text.parse() {
        return Ok(Some(vec![id]));
    }
    let mut found = tx.officers_named(tenant, text)?;
    found.extend(tx.account(tenant, text)?.map(|account| account.officer));
    Ok(Some(found))
}

fn cases(tx: &mut Tx<'_>, tenant: &TenantId, wanted: &Wanted) -> Result<Option<Vec<CaseId>>, Failure> {
    let Some(text) = &wanted.case else { return Ok(None) };
    match text.parse() {
        Ok(id) => Ok(Some(vec![id])),
        Err(_not_an_id) => Ok(Some(tx.cases_numbered(tenant, text)?)),
    }
}

fn named(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, rows: Vec<ReadAuditRow>) -> Result<Vec<Named>, Failure> {
    let people: BTreeSet<OfficerId> = rows.iter().map(|row| row.officer).collect();
    let people = tx.officers(tenant, &people.into_iter().collect::<Vec<_>>())?;
    let people: BTreeMap<OfficerId, OfficerRow> = people.into_iter().map(|person| (person.id, person)).collect();
    let agencies = tx.agencies_below(tenant, "")?.into_iter().map(|agency| (agency.id, agency.name));
    let agencies: BTreeMap<AgencyId, String> = agencies.collect();
    let seen: BTreeSet<CaseId> = rows.iter().filter_map(|row| row.case).collect();
    let mut cases: BTreeMap<CaseId, (Option<String>, Option<String>)> = BTreeMap::new();
    for case in seen {
        let title = match access::reach(tx, tenant, caller, &case) {
            Ok(access) if access.sees_personal_data() => Some(access.file.title),
            Ok(_) | Err(Failure::Refused(_)) => None,
            Err(broken @ Failure::Broken(_)) => return Err(broken),
        };
        // The case id is part of the audit, also for readers who may not read the case.
        let agency = tx.case_file(tenant, &case)?.and_then(|file| agencies.get(&file.agency).cloned());
        cases.insert(case, (title, agency));
    }
    let shown = rows.into_iter().map(|mut row| {
        mask::hide(&mut row.part);
        mask::hide(&mut row.purpose);
        let person = people.get(&row.officer);
        let officer = person.map(|person| person.name.clone()).unwrap_or_default();
        let agency = person.and_then(|person| agencies.get(&person.agency).cloned()).unwrap_or_default();
        let (case, case_agency) = row.case.and_then(|case| cases.get(&case).cloned()).unwrap_or_default();
        Named { row, officer, agency, case, case_agency }
    });
    Ok(shown.collect())
}
