//! Appends a person's decision as a change in the server's own chain; the change names the person.

use std::collections::BTreeSet;

use sync_core::case::Graph;
use sync_core::change::NewOp;
use sync_core::id::{CaseId, ChangeId, OfficerId, TenantId};
use sync_core::op::Act;
use sync_core::time::Instant;

use crate::flow::keys::Keys;
use crate::flow::projection;
use crate::flow::recorder::{CaseTail, Recorder};
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{Additions, Tx};

/// Inside a write transaction: signs a change of the server on the case's current heads, naming
/// `person`, stores it with its leaf and projects the case again.
///
/// # Errors
/// [`Refusal::NotFound`] where there is no such case; [`Failure`] where signing or a statement fails.
pub fn append(
    tx: &mut Tx<'_>,
    keys: &Keys,
    tenant: TenantId,
    case: CaseId,
    person: OfficerId,
    ops: Vec<NewOp>,
    now: Instant,
) -> Result<ChangeId, Failure> {
    let mut recorder = Recorder::begin(tx, keys, &tenant, now)?;
    let mut held = recorder.tx.case_changes(&tenant, &case)?;
    if held.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let mut heads = Graph::new(held.iter().map(|stored| &*stored.change)).heads();
    // A verdict builds on the change that it judges, which is no head if it is outside of the case.
    let judged = |op: &NewOp| if let Act::Verdict(verdict) = &op.act { Some(verdict.change) } else { None };
    heads.extend(ops.iter().filter_map(judged));
    let mut place = CaseTail::after(&held);
    held.extend(recorder.decide(&mut place, case, &heads, person, ops)?);
    projection::project(recorder.tx, &tenant, case, &held, &BTreeSet::new())?;
    recorder.finish(Additions::default())?;
    let decision = held.pop().ok_or(Refusal::NotFound)?;
    Ok(decision.change.id())
}
