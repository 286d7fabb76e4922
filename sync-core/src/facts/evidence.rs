//! Facts of evidence: the fields of each piece, and which pieces a document shows.

use super::text;
use crate::case::CaseState;
use crate::law::facts::{EvidenceEntry, EvidencePart};
use crate::law::table::EVIDENCE_SIGNERS;
use crate::op::{OpId, SignerRole};
use crate::schema::{self as names, FieldName};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every piece that was not voided, by order key.
pub(super) fn all(state: &CaseState) -> Vec<EvidenceEntry> {
    state.entities_of(&names::EVIDENCE).into_iter().map(|(id, _)| of(state, id)).collect()
}

fn of(state: &CaseState, id: OpId) -> EvidenceEntry {
    let read = |name: &FieldName| text(state, Some(id), name);
    let mut lacking = Vec::new();
    if read(&names::SOURCE).is_none() {
        lacking.push(EvidencePart::Source);
    }
    if read(&names::TAKEN_BY).is_none() {
        lacking.push(EvidencePart::Maker);
    }
    if signers(state, id) < usize::from(EVIDENCE_SIGNERS) {
        lacking.push(EvidencePart::Signers);
    }
    let say = |name: &FieldName| read(name).unwrap_or_default().to_owned();
    EvidenceEntry { name: say(&names::TITLE), kind: say(&names::KIND), lacking }
}

/// The people who confirm a piece: named in its field, or signers.
fn signers(state: &CaseState, id: OpId) -> usize {
    let named: BTreeSet<&str> = match state.value(Some(id), &names::SIGNERS) {
        Some(Value::List(people)) => people.iter().filter_map(Value::as_text).collect(),
        Some(Value::Text(people)) => people.split(['、', '，', ',', '；', ';', ' ', '\n']).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Decimal(_) | Value::Bytes(_)) | None => {
            BTreeSet::new()
        }
    };
    let named = named.into_iter().map(str::trim).filter(|name| !name.is_empty()).count();
    let on_it = state.signatures.iter().filter(|signed| signed.document == Some(id));
    let people: BTreeSet<_> = on_it.filter(|signed| signed.role != SignerRole::Refusal).map(|s| s.by.officer).collect();
    named.max(people.len())
}

/// The piece of each operation about evidence.
pub(super) fn by_op(state: &CaseState) -> BTreeMap<OpId, OpId> {
    let is_evidence = |id: &OpId| state.entities.get(id).is_some_and(|entity| entity.kind == names::EVIDENCE);
    let said = state.fields.iter().filter_map(|field| Some((field.target.filter(is_evidence)?, field)));
    let said = said.flat_map(|(id, field)| field.live.iter().map(move |live| (live.op, id)));
    let added = state.entities.keys().filter(|id| is_evidence(id)).map(|id| (*id, *id));
    said.chain(added).collect()
}

/// The pieces that these operations show.
pub(super) fn shown<'a>(
    state: &CaseState,
    by_op: &BTreeMap<OpId, OpId>,
    ops: impl Iterator<Item = &'a OpId>,
) -> Vec<EvidenceEntry> {
    let pieces: BTreeSet<OpId> = ops.filter_map(|op| by_op.get(op)).copied().collect();
    pieces.into_iter().map(|id| of(state, id)).collect()
}
