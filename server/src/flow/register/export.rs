//! The register as the rows of a roster that can be imported.
//!
//! Promise: everybody of the scope who is active, in the columns of [`super::titles`]. Citizen numbers are left out:
//! nobody needs them to read a roster. Not here: the file (`view::register`).

use std::collections::BTreeMap;

use sync_core::id::OfficerId;

use super::person::kind;
use super::{Scope, held};
use crate::flow::refusal::Failure;
use crate::flow::seed;
use crate::store::{CertificateRow, Store};

/// Everybody who is active, with each of their certificates; a person without one has a row as well.
///
/// # Errors
/// An internal error.
pub fn export(store: &Store, scope: &Scope) -> Result<Vec<Vec<String>>, Failure> {
    let (held, _) = store.read_sync(|tx| held(tx, scope))?;
    let mut certificates: BTreeMap<OfficerId, Vec<CertificateRow>> = BTreeMap::new();
    for (certificate, _) in held.certificates {
        certificates.entry(certificate.officer).or_default().push(certificate);
    }
    let agencies: BTreeMap<_, &str> = held.agencies.iter().map(|agency| (agency.id, agency.name.as_str())).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for officer in held.officers.iter().filter(|officer| officer.active) {
        let agency = agencies.get(&officer.agency).copied().unwrap_or_default();
        // Said where an import reads past it.
        let mark = if seed::is_made_up(&officer.id) { "（演示虚构）" } else { "" };
        let kind = format!("{}{mark}", kind(officer.helper));
        let start = [officer.name.as_str(), agency, &kind, ""].map(str::to_owned);
        let theirs = certificates.remove(&officer.id).unwrap_or_default();
        if theirs.is_empty() {
            rows.push(start.iter().cloned().chain(std::iter::repeat_n(String::new(), 5)).collect());
        }
        for CertificateRow { number, officer: _, category, region, issued_on, valid_until } in theirs {
            rows.push(start.iter().cloned().chain([number, category, region, issued_on, valid_until]).collect());
        }
    }
    rows.sort();
    Ok(rows)
}
