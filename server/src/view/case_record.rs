//! The signed record of a closed case, as the API shows it.

use api_spec::case_record as wire;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sync_core::case_record::{CaseRecord, RecordEvidence, RecordOfficer, SignedRecord};
use sync_core::id::hex;
use sync_core::sign::PublicKey;

/// The record of a closed case.
pub fn record(signed: SignedRecord, key: &PublicKey) -> wire::CaseRecord {
    let SignedRecord { record, hash, bytes } = signed;
    let CaseRecord {
        tenant,
        case,
        number,
        kind,
        agency,
        agency_name,
        item,
        officers,
        evidence,
        basis,
        heads,
        fold,
        state,
        closed_by,
        closed_at,
    } = record;
    let officer = |RecordOfficer { officer, name, certificates }| wire::RecordOfficer {
        officer: officer.to_string(),
        name,
        certificates,
    };
    let piece = |piece: RecordEvidence| {
        let (written_off, RecordEvidence { digest, size }) = (piece.is_written_off(), piece);
        wire::RecordEvidence { digest: digest.to_string(), size, written_off }
    };
    wire::CaseRecord {
        signed: STANDARD.encode(bytes),
        hash: hash.to_string(),
        key: hex(key.bytes()),
        tenant: tenant.to_string(),
        case: case.to_string(),
        number,
        kind,
        agency: agency.to_string(),
        agency_name,
        item,
        officers: officers.into_iter().map(officer).collect(),
        evidence: evidence.into_iter().map(piece).collect(),
        basis: basis.to_string(),
        heads: heads.iter().map(ToString::to_string).collect(),
        fold,
        state: state.to_string(),
        closed_by: closed_by.to_string(),
        closed_at_ms: closed_at.ms(),
    }
}
