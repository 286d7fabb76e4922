//! What a phone takes along to judge by.

use sync_core::id::Digest;

use super::judge::rule_set;
use crate::app::App;
use crate::refusal::Failure;
use crate::store::{
    AgencyRow, CertificateRow, HolidayRow, IntervalRow, ItemRow, OfficerRow, RegionRow, ServerKeyRow, TenantRow,
};

/// The whole of it, one snapshot.
#[derive(Debug)]
pub struct Reference {
    /// The installation; its `reference_version` is the version of this.
    pub tenant: TenantRow,
    /// Hash of the rule set.
    pub rule_set: Digest,
    /// Keys, oldest first.
    pub keys: Vec<ServerKeyRow>,
    /// Divisions.
    pub regions: Vec<RegionRow>,
    /// Agencies.
    pub agencies: Vec<AgencyRow>,
    /// Items.
    pub items: Vec<ItemRow>,
    /// Officers by id.
    pub officers: Vec<OfficerRow>,
    /// Certificates by number.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// Calendars.
    pub holidays: Vec<HolidayRow>,
}

/// The largest county has fewer officers.
const ALL: i64 = 100_000;

/// Name of this version: another as soon as the data or the rule set is another.
///
/// # Errors
/// An accident.
pub async fn version(app: &App) -> Result<String, Failure> {
    let tenant = app.tenant;
    let row = app.store.read(move |tx| tx.only_tenant().map_err(Failure::from)).await?;
    Ok(tag(&tenant.to_string(), row.map_or(0, |row| row.reference_version)))
}

/// The tag of a version.
pub fn tag(tenant: &str, version: i64) -> String {
    let rules = rule_set().to_string();
    format!(
        "{}-{version}-{}",
        tenant.split_at_checked(8).map_or(tenant, |(start, _)| start),
        rules.split_at_checked(16).map_or("", |(start, _)| start)
    )
}

/// Reads it.
///
/// # Errors
/// An accident.
pub async fn read(app: &App) -> Result<Reference, Failure> {
    let id = app.tenant;
    app.store
        .read(move |tx| {
            let tenant = tx.only_tenant()?.ok_or(crate::store::Error::Corrupt { what: "tenant" })?;
            Ok(Reference {
                tenant,
                rule_set: rule_set(),
                keys: tx.server_keys(&id)?,
                regions: tx.regions(&id)?,
                agencies: tx.agencies_below(&id, "")?,
                items: tx.items(&id)?,
                officers: tx.officers_below(&id, "", None, ALL)?,
                certificates: tx.all_certificates(&id)?,
                holidays: tx.holidays(&id)?,
            })
        })
        .await
}
