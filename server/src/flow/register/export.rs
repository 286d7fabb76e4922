//! The register as a roster: a workbook that can be imported.
//!
//! Promise: texts are written as texts, so that no spreadsheet makes a number of a certificate. Citizen numbers are left
//! out: nobody needs them to read a roster.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use sync_core::id::{OfficerId, TenantId};

use super::heading::{HEADINGS, usual_name};
use super::held;
use super::person::kind;
use crate::flow::refusal::Failure;
use crate::store::{CertificateRow, Store};

/// Everybody who is active, with each of their certificates; a person without one has a row as well.
///
/// # Errors
/// An internal error.
pub fn export(store: &Store, tenant: &TenantId) -> Result<Vec<u8>, Failure> {
    let held = store.read_sync(|tx| held(tx, tenant))?;
    let mut certificates: BTreeMap<OfficerId, Vec<CertificateRow>> = BTreeMap::new();
    for (certificate, _) in held.certificates {
        certificates.entry(certificate.officer).or_default().push(certificate);
    }
    let agencies: BTreeMap<_, &str> = held.agencies.iter().map(|agency| (agency.id, agency.name.as_str())).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for officer in held.officers.iter().filter(|officer| officer.active) {
        let agency = agencies.get(&officer.agency).copied().unwrap_or_default();
        let start = [officer.name.as_str(), agency, kind(officer.helper), ""].map(str::to_owned);
        let theirs = certificates.remove(&officer.id).unwrap_or_default();
        if theirs.is_empty() {
            rows.push(start.to_vec());
        }
        for CertificateRow { number, officer: _, category, region, issued_on, valid_until } in theirs {
            rows.push(start.iter().cloned().chain([number, category, region, issued_on, valid_until]).collect());
        }
    }
    rows.sort();
    written(&rows).map_err(Failure::broken)
}

fn written(rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let sheet = workbook.add_worksheet().set_name("执法人员")?;
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, usual_name(heading.key), &bold)?;
        sheet.set_column_format(column, &text)?;
        sheet.set_column_width(column, 20)?;
    }
    for (row, values) in (1_u32..).zip(rows) {
        for (column, value) in (0_u16..).zip(values).filter(|(_, value)| !value.is_empty()) {
            sheet.write_string_with_format(row, column, value, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}
