//! The tree of agencies as a table that can be imported again.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use sync_core::id::{AgencyId, TenantId};

use super::agency::{KIND, sector, word};
use crate::flow::refusal::Failure;
use crate::store::Store;

/// Every agency that is active, parents first, as a workbook.
///
/// # Errors
/// An internal error.
pub fn export_agencies(store: &Store, tenant: &TenantId) -> Result<Vec<u8>, Failure> {
    let held = store.read_sync(|tx| tx.agencies_below(tenant, "").map_err(Failure::from))?;
    let names: BTreeMap<AgencyId, &str> = held.iter().map(|agency| (agency.id, agency.name.as_str())).collect();
    let name = |id: Option<AgencyId>| id.and_then(|id| names.get(&id).copied()).unwrap_or_default();
    let rows: Vec<[&str; 7]> = held
        .iter()
        .filter(|agency| agency.active)
        .map(|agency| {
            [
                agency.name.as_str(),
                &agency.short_name,
                name(agency.parent),
                word(agency.kind),
                sector(&agency.sector),
                name(agency.acts_for),
                name(agency.reconsideration),
            ]
        })
        .collect();
    written(&rows).map_err(Failure::broken)
}

fn written(rows: &[[&str; 7]]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let sheet = workbook.add_worksheet().set_name("单位")?;
    for (column, heading) in (0_u16..).zip(KIND.headings) {
        sheet.write_string_with_format(0, column, KIND.usual_name(heading.key), &bold)?;
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, 24)?;
    }
    for (row, values) in (1_u32..).zip(rows) {
        for (column, value) in (0_u16..).zip(values).filter(|(_, value)| !value.is_empty()) {
            sheet.write_string_with_format(row, column, *value, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}
