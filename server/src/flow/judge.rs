//! The rules on the server: facts of the folded case, held against the law.
//!
//! Promise: the same facts, function and table as on the phone (`sync_core::facts`, `sync_core::law`);
//! here they only get their register and calendar from the database. Nothing here decides law.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, RwLock};

use sync_core::case::CaseState;
use sync_core::device::Check;
use sync_core::facts::{AgencyEntry, OfficerEntry, Roster, Span, of_case};
use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::law::calendar::Calendar;
use sync_core::law::rule::{CheckResult, Outcome, evaluate, rule_set_hash};
use sync_core::law::table;
use sync_core::time::Instant;

use crate::refusal::Failure;
use crate::store::{self, Tx};

/// Hash of the rule set that this server judges by.
pub fn rule_set() -> Digest {
    static HASH: LazyLock<Digest> = LazyLock::new(|| rule_set_hash(table::rules()));
    *HASH
}

/// Every result of holding the case against the law, as of an act at `at`.
///
/// # Errors
/// [`Failure`] where a statement fails or the stored calendar cannot be read.
pub fn judge(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    state: &CaseState,
    at: Instant,
) -> Result<Vec<CheckResult>, Failure> {
    let roster = roster(tx, tenant, state)?;
    let calendar = calendar(tx, tenant)?;
    Ok(evaluate(table::rules(), &of_case(state, &roster, at), &calendar))
}

/// Those that say something to people: not kept, or not known to be kept.
pub fn open(results: Vec<CheckResult>) -> Vec<Check> {
    let open = |result: &CheckResult| matches!(result.outcome, Outcome::Breached | Outcome::Undecided);
    results.into_iter().filter(open).map(Check::from).collect()
}

fn roster(tx: &mut Tx<'_>, tenant: &TenantId, state: &CaseState) -> Result<Roster, Failure> {
    let row = tx.only_tenant()?.ok_or(store::Error::Corrupt { what: "tenant" })?;
    let mut agencies = BTreeMap::new();
    if let Some(opening) = &state.opening
        && let Some(agency) = tx.agency(tenant, &opening.agency)?
    {
        let organ = match agency.reconsideration {
            Some(organ) => tx.agency(tenant, &organ)?.map(|organ| organ.name),
            None => None,
        };
        agencies.insert(agency.id, AgencyEntry { sector: agency.sector, reconsideration: organ });
    }
    let mut officers = BTreeMap::new();
    for officer in state.participants.keys() {
        officers.extend(entry(tx, tenant, officer)?.map(|entry| (*officer, entry)));
    }
    let (tenant, region) = (Some(*tenant), row.region);
    Ok(Roster { tenant, region, agencies, officers, individual_business_as_organisation: None })
}

fn entry(tx: &mut Tx<'_>, tenant: &TenantId, officer: &OfficerId) -> Result<Option<OfficerEntry>, Failure> {
    let Some(row) = tx.officer(tenant, officer)? else { return Ok(None) };
    let held = tx.certificates(tenant, officer)?;
    let spans = held.into_iter().flat_map(|(_, intervals)| intervals).map(|interval| Span {
        status: interval.status,
        from: interval.from,
        until: interval.until,
    });
    Ok(Some(OfficerEntry { is_helper: row.helper, spans: spans.collect() }))
}

/// The calendar of the reference data's present version. Reading nine years for every commit would be
/// most of its time, so the last one read is kept.
fn calendar(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Arc<Calendar>, Failure> {
    type Kept = Option<(TenantId, i64, Arc<Calendar>)>;
    static KEPT: RwLock<Kept> = RwLock::new(None);
    let version = tx.only_tenant()?.map_or(0, |row| row.reference_version);
    if let Ok(kept) = KEPT.read()
        && let Some((of, at, calendar)) = kept.as_ref()
        && (of, *at) == (tenant, version)
    {
        return Ok(Arc::clone(calendar));
    }
    let years = tx.holidays(tenant)?;
    let calendar = Calendar::from_json(years.iter().map(|year| year.json.as_str()))
        .map_err(|_unreadable| store::Error::Corrupt { what: "holiday.json" })?;
    let calendar = Arc::new(calendar);
    if let Ok(mut kept) = KEPT.write() {
        *kept = Some((*tenant, version, Arc::clone(&calendar)));
    }
    Ok(calendar)
}
