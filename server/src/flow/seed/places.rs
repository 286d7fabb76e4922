//! The administrative divisions of the demonstration's county, as published.

use sync_core::id::TenantId;

use crate::flow::refusal::Failure;
use crate::store::{RegionRow, Tx};

use super::{COUNTY, REGION};

/// GB/T 2260 with the statistical extension; WTFPL.
const STREETS: &str = include_str!("../../../../data/regions/wushan-500237-streets.csv");

/// Adds the missing divisions: the county, its townships and streets. Returns whether one was missing.
pub fn regions(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    if !tx.regions(tenant)?.is_empty() {
        return Ok(false);
    }
    let county =
        RegionRow { code: REGION.to_owned(), name: COUNTY.to_owned(), parent: None, level: "county".to_owned() };
    tx.add_region(tenant, &county)?;
    for record in csv::Reader::from_reader(STREETS.as_bytes()).records() {
        let record = record.map_err(Failure::broken)?;
        let (Some(code), Some(name)) = (record.get(0), record.get(1)) else { continue };
        let region = RegionRow {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: Some(REGION.to_owned()),
            level: level(name).to_owned(),
        };
        tx.add_region(tenant, &region)?;
    }
    Ok(true)
}

fn level(name: &str) -> &'static str {
    match name.chars().last() {
        Some('镇') => "town",
        Some('乡') => "township",
        _ => "street",
    }
}
