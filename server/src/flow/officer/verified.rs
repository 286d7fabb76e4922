//! What is known about the data of certificates: where they came from, and who confirmed them.
//!
//! Not here: stating and confirming (`verification`), and the rule (`sync_core::verification`).

use std::collections::BTreeMap;

use sync_core::id::{OfficerId, TenantId};
use sync_core::verification::{Confirmed, issuer};

use crate::flow::refusal::Failure;
use crate::store::{ConfirmationRow, SourceRow, Tx};

/// What is known about the data of a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The revision of the data.
    pub revision: i64,
    /// The organ that issued it; none where the data are not verified.
    pub issued_by: Option<String>,
    /// Where the data came from, the oldest first.
    pub sources: Vec<SourceRow>,
    /// Who confirmed them, the oldest first.
    pub confirmations: Vec<ConfirmationRow>,
}

impl Verification {
    fn judge(&mut self, holder: &OfficerId) {
        let all: Vec<Confirmed<'_>> = self.confirmations.iter().map(confirmed).collect();
        self.issued_by = issuer(holder, self.revision, &all).map(str::to_owned);
    }

    /// Everybody who stated or confirmed something.
    pub fn people(&self) -> impl Iterator<Item = OfficerId> {
        let stated = self.sources.iter().filter_map(|source| source.actor);
        stated.chain(self.confirmations.iter().map(|row| row.officer))
    }

    /// Whether somebody stated where the data came from, as they are now.
    pub fn has_source(&self) -> bool {
        self.sources.iter().any(|source| source.revision == self.revision)
    }
}

/// The verification of each certificate of an officer, by number.
///
/// # Errors
/// An internal error.
pub fn of_officer(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: &OfficerId,
) -> Result<BTreeMap<String, Verification>, Failure> {
    let revisions = tx.certificate_revisions(tenant, std::slice::from_ref(officer))?;
    let numbers: Vec<String> = revisions.iter().map(|(_, number, _)| number.clone()).collect();
    let empty = |(_, number, revision)| (number, Verification { revision, ..Verification::default() });
    let mut all: BTreeMap<String, Verification> = revisions.into_iter().map(empty).collect();
    for source in tx.sources_of(tenant, &numbers)? {
        all.entry(source.certificate.clone()).or_default().sources.push(source);
    }
    for row in tx.confirmations_of(tenant, &numbers)? {
        all.entry(row.certificate.clone()).or_default().confirmations.push(row);
    }
    all.values_mut().for_each(|one| one.judge(officer));
    Ok(all)
}

/// The organ that issued each verified certificate of these officers, by number.
///
/// # Errors
/// An internal error.
pub fn organs(tx: &mut Tx<'_>, tenant: &TenantId, officers: &[OfficerId]) -> Result<BTreeMap<String, String>, Failure> {
    let revisions = tx.certificate_revisions(tenant, officers)?;
    let numbers: Vec<String> = revisions.iter().map(|(_, number, _)| number.clone()).collect();
    let mut rows = BTreeMap::<String, Vec<ConfirmationRow>>::new();
    for row in tx.confirmations_of(tenant, &numbers)? {
        rows.entry(row.certificate.clone()).or_default().push(row);
    }
    let organ = |(holder, number, revision): (OfficerId, String, i64)| {
        let rows = rows.get(&number)?;
        let all: Vec<Confirmed<'_>> = rows.iter().map(confirmed).collect();
        issuer(&holder, revision, &all).map(|organ| (number, organ.to_owned()))
    };
    Ok(revisions.into_iter().filter_map(organ).collect())
}

fn confirmed(row: &ConfirmationRow) -> Confirmed<'_> {
    Confirmed { by: row.officer, revision: row.revision, issued_by: &row.issued_by }
}
