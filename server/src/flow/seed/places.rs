//! The county's administrative divisions and the national calendar, as published.

use sync_core::id::TenantId;

use crate::flow::install::{COUNTY, REGION};
use crate::flow::refusal::Failure;
use crate::store::{HolidayRow, RegionRow, Tx};

/// GB/T 2260 with the statistical extension; WTFPL.
const STREETS: &str = include_str!("../../../../data/regions/wushan-500237-streets.csv");

/// State Council notices as data; MIT. A later year needs a new file: without one results are provisional.
const HOLIDAYS: [(i64, &str); 9] = [
    (2018, include_str!("../../../../data/holidays/2018.json")),
    (2019, include_str!("../../../../data/holidays/2019.json")),
    (2020, include_str!("../../../../data/holidays/2020.json")),
    (2021, include_str!("../../../../data/holidays/2021.json")),
    (2022, include_str!("../../../../data/holidays/2022.json")),
    (2023, include_str!("../../../../data/holidays/2023.json")),
    (2024, include_str!("../../../../data/holidays/2024.json")),
    (2025, include_str!("../../../../data/holidays/2025.json")),
    (2026, include_str!("../../../../data/holidays/2026.json")),
];

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

/// Adds the missing calendars. Returns whether one was missing.
pub fn holidays(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    let known: Vec<i64> = tx.holidays(tenant)?.into_iter().map(|calendar| calendar.year).collect();
    let missing = HOLIDAYS.iter().filter(|(year, _)| !known.contains(year));
    let mut changed = false;
    for (year, json) in missing {
        tx.add_holiday(tenant, &HolidayRow { year: *year, json: (*json).to_owned() })?;
        changed = true;
    }
    Ok(changed)
}
