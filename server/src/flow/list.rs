//! Lists that an installation keeps and offices keep as tables: agencies, divisions, enforcement items.
//!
//! Promise: a check writes nothing; an import writes all rows of a file or none, in one transaction, with the reason and a
//! record of what it changed; the same file again changes nothing. What is not in the file stays as it is. Not here:
//! people (`register`), and how a file is read (`sheet`).

mod agency;
mod amount;
mod export;
mod item;
mod region;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sync_core::id::{TenantId, hex};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;
use table::Place;

pub use export::{agency_rows, agency_titles};

use crate::flow::reason;
use crate::flow::refusal::Failure;
use crate::flow::register_event::{By, record};
use crate::flow::sheet::report::{Difference, Line, Outcome, Report, Totals};
use crate::flow::sheet::{Rows, Wrong};
use crate::store::{AgencyRow, ItemRow, RegionRow, RegisterChanges, Store, Tx};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The tree of agencies.
    Agencies,
    /// The divisions of the county.
    Regions,
    /// The enforcement items.
    Items,
}

impl List {
    /// Kind of the record of an import.
    const fn imported(self) -> RegisterEventKind {
        match self {
            Self::Agencies => RegisterEventKind::AgenciesImported,
            Self::Regions => RegisterEventKind::RegionsImported,
            Self::Items => RegisterEventKind::ItemsImported,
        }
    }
}

/// What is to be written. Each row with whether it is new.
#[derive(Debug, Default)]
struct Writes {
    agencies: Vec<(AgencyRow, bool)>,
    regions: Vec<(RegionRow, bool)>,
    items: Vec<(ItemRow, bool)>,
}

impl Writes {
    const fn is_empty(&self) -> bool {
        self.agencies.is_empty() && self.regions.is_empty() && self.items.is_empty()
    }
}

/// What an import of this file would do. Writes nothing.
///
/// # Errors
/// An internal error; what is wrong with the file is part of the answer.
pub fn check(store: &Store, tenant: &TenantId, list: List, file: &[u8]) -> Result<Report, Failure> {
    store.read_sync(|tx| Ok(compared(tx, tenant, list, file)?.0))
}

/// Imports a file: all of it, or nothing where the answer [is refused](Report::is_refused).
///
/// # Errors
/// [`Malformed`](crate::flow::refusal::Refusal::Malformed) without a reason, or an internal error.
pub fn import(
    store: &Store,
    tenant: &TenantId,
    (list, file): (List, &[u8]),
    by: By<'_>,
    now: Instant,
) -> Result<Report, Failure> {
    // Before the file is read: without a reason nothing else is told.
    let by = By { reason: reason::read(by.reason)?, ..by };
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let (report, writes) = compared(tx, tenant, list, file)?;
        if report.is_refused() || writes.is_empty() {
            return Ok(report);
        }
        write(tx, tenant, writes)?;
        let event = record(list.imported(), None, &detail(&report, file), by, now)?;
        tx.change_register(tenant, RegisterChanges { events: vec![event], ..RegisterChanges::default() })?;
        tx.touch_reference(tenant)?;
        Ok(report)
    })
}

/// What was changed, for the record.
fn detail(report: &Report, file: &[u8]) -> Value {
    let Totals { new, changed, unchanged, refused: _ } = report.totals();
    let one = |line: &Line| match &line.outcome {
        Outcome::New => Some(json!({ "name": line.name, "new": true })),
        Outcome::Changed(differences) => {
            let differences: Vec<_> = differences.iter().map(Difference::recorded).collect();
            Some(json!({ "name": line.name, "changed": differences }))
        }
        Outcome::Unchanged | Outcome::Refused(_) => None,
    };
    let rows: Vec<_> = report.lines.iter().filter_map(one).collect();
    let sha256 = hex(&Sha256::digest(file));
    json!({ "sha256": sha256, "new": new, "changed": changed, "unchanged": unchanged, "rows": rows })
}

fn compared(tx: &mut Tx<'_>, tenant: &TenantId, list: List, file: &[u8]) -> Result<(Report, Writes), Failure> {
    let mut writes = Writes::default();
    let report = match list {
        List::Agencies => {
            let (report, agencies) = agency::compare(&tx.agencies_below(tenant, "")?, agency::read(file))?;
            writes.agencies = agencies;
            report
        }
        List::Regions => {
            let county = tx.tenant(tenant)?.region;
            let (report, regions) = region::compare(&tx.regions(tenant)?, &county, region::read(file));
            writes.regions = regions;
            report
        }
        List::Items => {
            let (report, items) = item::compare(&tx.items(tenant)?, item::read(file));
            writes.items = items;
            report
        }
    };
    Ok((report, writes))
}

fn write(tx: &mut Tx<'_>, tenant: &TenantId, writes: Writes) -> Result<(), Failure> {
    let Writes { agencies, regions, items } = writes;
    for (agency, is_new) in agencies {
        if is_new { tx.add_agency(tenant, &agency)? } else { tx.put_agency(tenant, &agency)? }
    }
    for (region, is_new) in regions {
        if is_new { tx.add_region(tenant, &region)? } else { tx.put_region(tenant, &region)? }
    }
    for (item, is_new) in items {
        if is_new { tx.add_item(tenant, &item)? } else { tx.put_item(tenant, &item)? }
    }
    Ok(())
}

/// Compares the rows of a file with what is held: `plan` gives the row to write with what is different, or what is wrong;
/// `known` says whether it is there.
fn report<T, R>(
    rows: Rows<T>,
    mut plan: impl FnMut(T, &Place) -> Result<Planned<R>, Vec<Wrong>>,
) -> (Report, Vec<(R, bool)>) {
    let mut report = Report { lines: Vec::new(), wrong: rows.wrong, notes: rows.notes };
    let mut writes = Vec::new();
    for read in rows.rows {
        let outcome = match read.entry.and_then(|entry| plan(entry, &read.row)) {
            Err(wrong) => Outcome::Refused(wrong),
            Ok(Planned { row, differences: None }) => {
                writes.push((row, true));
                Outcome::New
            }
            Ok(Planned { row: _, differences: Some(differences) }) if differences.is_empty() => Outcome::Unchanged,
            Ok(Planned { row, differences: Some(differences) }) => {
                writes.push((row, false));
                Outcome::Changed(differences)
            }
        };
        report.lines.push(Line { row: read.row, name: read.name, agency: String::new(), outcome });
    }
    (report, writes)
}

/// A row as it is to be; its differences, where it is there already.
struct Planned<R> {
    row: R,
    differences: Option<Vec<Difference>>,
}

/// Collects what is different.
#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn of(&mut self, (zh, en): (&'static str, &'static str), old: &str, new: &str) {
        if old != new {
            self.0.push(Difference { zh, en, old: old.to_owned(), new: new.to_owned() });
        }
    }
}

/// Letters, digits and characters alone: how two writings of one name are compared.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
