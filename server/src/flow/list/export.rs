//! The tree of agencies as rows that can be imported again. Not here: the file (`view::agency`).

use std::collections::BTreeMap;

use sync_core::id::{AgencyId, TenantId};

use super::agency::{KIND, sector, word};
use crate::flow::refusal::Failure;
use crate::store::Store;

/// The usual names of all columns, in order.
pub fn agency_titles() -> Vec<&'static str> {
    KIND.titles()
}

/// Every agency that is active, parents first, a value for each column.
///
/// # Errors
/// An internal error.
pub fn agency_rows(store: &Store, tenant: &TenantId) -> Result<Vec<Vec<String>>, Failure> {
    let held = store.read_sync(|tx| tx.agencies_below(tenant, "").map_err(Failure::from))?;
    let names: BTreeMap<AgencyId, &str> = held.iter().map(|agency| (agency.id, agency.name.as_str())).collect();
    let name = |id: Option<AgencyId>| id.and_then(|id| names.get(&id).copied()).unwrap_or_default();
    let rows = held.iter().filter(|agency| agency.active).map(|agency| {
        [
            agency.name.as_str(),
            &agency.short_name,
            name(agency.parent),
            word(agency.kind),
            sector(&agency.sector),
            name(agency.acts_for),
            name(agency.reconsideration),
        ]
        .map(str::to_owned)
        .to_vec()
    });
    Ok(rows.collect())
}
