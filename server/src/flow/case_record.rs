//! The signed record of a closed case: issued at closing, read afterwards.

use sync_core::case::{Graph, fold};
use sync_core::case_record::{CaseRecord, RecordEvidence, RecordOfficer, SignedRecord};
use sync_core::id::{CaseId, Digest, OfficerId, TenantId};
use sync_core::read_audit::LookKind;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::access::{self, Look};
use super::caller::Caller;
use super::case::names;
use crate::flow::app::App;
use crate::flow::keys::{FastVerifier, Keys};
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{self, CaseRecordRow, Tx};

/// The closing of a case.
#[derive(Debug, Clone, Copy)]
pub struct Closing {
    /// The basis of the decision.
    pub basis: Digest,
    /// By whom.
    pub by: OfficerId,
    /// When.
    pub at: Instant,
}

/// Signs and stores the record of a case that was just closed and numbered.
///
/// # Errors
/// An internal error.
pub fn issue(tx: &mut Tx<'_>, keys: &Keys, tenant: &TenantId, case: CaseId, closing: Closing) -> Result<(), Failure> {
    let file = tx.case_file(tenant, &case)?.ok_or(store::Error::Inconsistent { what: "case_file" })?;
    let held = tx.case_changes(tenant, &case)?;
    // Changes outside of the case are not part of the statement, so a verifier does not need them.
    let graph = Graph::new(held.iter().map(|stored| &*stored.change));
    let state = fold(case, graph.up_to(&graph.heads()));
    let agency_name = tx.agency(tenant, &file.agency)?.map(|agency| agency.name).unwrap_or_default();
    let mut names = names(tx, tenant, state.participants.keys().copied().collect())?;
    let mut officers = Vec::new();
    for officer in state.participants.keys().copied() {
        let name = names.remove(&officer).unwrap_or_default();
        let certificates = tx.certificates(tenant, &officer)?.into_iter().map(|(row, _)| row.number).collect();
        officers.push(RecordOfficer { officer, name, certificates });
    }
    let evidence = tx.evidence_of(tenant, file.case_leaf)?.into_iter().map(|claimed| match claimed.arrived() {
        Some(file) => RecordEvidence { digest: file.digest, size: file.size.cast_unsigned() },
        // A case cannot be closed while a missing file is not written off, so this one was.
        None => RecordEvidence::written_off(claimed.digest),
    });
    let record = CaseRecord {
        tenant: *tenant,
        case,
        number: file.number.clone(),
        kind: file.kind,
        agency: file.agency,
        agency_name,
        item: file.item,
        officers,
        evidence: evidence.collect(),
        basis: closing.basis,
        heads: state.heads.iter().copied().collect(),
        fold: state.fold,
        state: state.hash(),
        closed_by: closing.by,
        closed_at: closing.at,
    };
    let SignedRecord { hash, bytes, record: _ } = record.sign(&keys.server).map_err(Failure::broken)?;
    let row = CaseRecordRow { hash, case, number: file.number, issued: closing.at, bytes };
    Ok(tx.add_case_record(tenant, &row)?)
}

/// The record of a case in reach, with the key that verifies it. The read is recorded.
///
/// # Errors
/// [`Refusal::NotFound`] where the case is out of reach or not closed; [`Refusal::PurposeRequired`]; or an internal error.
pub async fn read(
    app: &App,
    caller: Caller,
    case: CaseId,
    purpose: Option<String>,
) -> Result<(SignedRecord, PublicKey), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            let seen = Look { what: LookKind::Record, part: String::new(), purpose };
            access::look(tx, &tenant, &caller, &case, seen, now)?;
            let row = tx.case_record(&tenant, &case)?.ok_or(Refusal::NotFound)?;
            let keys = tx.server_keys(&tenant)?;
            let opened = keys.iter().rev().find_map(|key| {
                let key = PublicKey::from_slice(&key.public_key)?;
                Some((CaseRecord::open(&row.bytes, &key, &FastVerifier).ok()?, key))
            });
            Ok(opened.ok_or(store::Error::Inconsistent { what: "case_record.bytes" })?)
        })
        .await
}
