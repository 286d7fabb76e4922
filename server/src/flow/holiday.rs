//! The national calendar of holidays, as published.
//!
//! Promise: what the State Council has announced is entered at every start, where it is missing; a calendar that is there
//! is not changed.

use sync_core::id::TenantId;
use sync_core::time::Instant;

use crate::flow::refusal::Failure;
use crate::store::{HolidayRow, Store};

/// State Council notices as data; MIT. A later year needs a new file: without one results are provisional.
const HOLIDAYS: [(i64, &str); 9] = [
    (2018, include_str!("../../../data/holidays/2018.json")),
    (2019, include_str!("../../../data/holidays/2019.json")),
    (2020, include_str!("../../../data/holidays/2020.json")),
    (2021, include_str!("../../../data/holidays/2021.json")),
    (2022, include_str!("../../../data/holidays/2022.json")),
    (2023, include_str!("../../../data/holidays/2023.json")),
    (2024, include_str!("../../../data/holidays/2024.json")),
    (2025, include_str!("../../../data/holidays/2025.json")),
    (2026, include_str!("../../../data/holidays/2026.json")),
];

/// Adds the missing calendars.
///
/// # Errors
/// An internal error.
pub fn publish(store: &Store, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let known: Vec<i64> = tx.holidays(tenant)?.into_iter().map(|calendar| calendar.year).collect();
        let missing: Vec<_> = HOLIDAYS.iter().filter(|(year, _)| !known.contains(year)).collect();
        for (year, json) in &missing {
            tx.add_holiday(tenant, &HolidayRow { year: *year, json: (*json).to_owned() })?;
        }
        if !missing.is_empty() {
            tx.touch_reference(tenant)?;
        }
        Ok(())
    })
}
