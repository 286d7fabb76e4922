//! Reconciliation: compares the heads that a phone holds with those of the server, within the officer's reach.
//!
//! Promise: a case whose heads the phone holds is not read. For any other case the headers are traversed once, newest
//! first. An answer is bounded in bytes and work, and each answer contains something that the phone lacks, so repeating
//! the request terminates. Not here: the feed (`pull`).

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{CaseId, ChangeId, Digest, OfficerId, TenantId};
use sync_core::message::{Reconcile, Reconciled};

use super::app::App;
use super::caller::Caller;
use super::pull::{PIECE, leases};
use super::refusal::{Failure, Refusal};
use crate::store::{StoredHeader, Tx};

/// About how many bytes of changes one answer carries; the phone asks again for the rest.
const BYTES: usize = 4 << 20;
/// Headers that one answer may cost; the phone asks again for the rest.
const HEADERS: usize = 50_000;
/// Ids that are looked up in one statement.
const IDS_AT_ONCE: usize = 500;
/// Bytes of memory that an answer takes while it is made: headers, a piece of changes, the answer twice.
const ROOM: usize = 32 << 20;

/// Compares the phone's heads with the server's, within the officer's reach.
///
/// # Errors
/// [`Refusal::Malformed`]; [`Refusal::Busy`] or [`Refusal::TooMuchAtOnce`] without room; or an internal error.
pub async fn reconcile(app: &App, caller: Caller, body: impl AsRef<[u8]>) -> Result<Reconciled, Failure> {
    caller.must_have_device()?;
    let asked = Reconcile::read(body.as_ref()).map_err(|error| {
        Refusal::Malformed.because(format!("同步数据无法读取：{error}"), format!("the body cannot be read: {error}"))
    })?;
    let (tenant, officer) = (app.tenant, caller.officer);
    app.cases.read_within(&app.store, (officer, ROOM), move |tx| answer(tx, &tenant, &officer, asked)).await
}

fn answer(tx: &mut Tx<'_>, tenant: &TenantId, officer: &OfficerId, asked: Reconcile) -> Result<Reconciled, Failure> {
    let mut theirs: BTreeMap<CaseId, Vec<ChangeId>> = BTreeMap::new();
    for case in asked.cases {
        theirs.entry(case.case).or_default().extend(case.heads);
    }
    let reach: BTreeSet<CaseId> = tx.cases_of(tenant, officer)?.into_iter().collect();
    let ours: BTreeMap<CaseId, Vec<ChangeId>> = tx.heads_of(tenant, officer)?.into_iter().collect();
    // Of unknown cases all changes are wanted; of known cases, the unknown changes.
    let known = known(tx, tenant, theirs.iter().filter(|(case, _)| reach.contains(case)))?;
    let mut answer = Reconciled::default();
    for (case, heads) in &theirs {
        answer.wanted.extend(heads.iter().filter(|head| !known.contains(&(*case, **head))));
    }
    let (mut bytes, mut walked, mut named) = (0, 0, BTreeSet::new());
    for case in &reach {
        let heads = theirs.get(case).map(Vec::as_slice).unwrap_or_default();
        let has: BTreeSet<ChangeId> = heads.iter().filter(|head| known.contains(&(*case, **head))).copied().collect();
        if ours.get(case).is_some_and(|ours| ours.iter().all(|head| has.contains(head))) {
            continue;
        }
        if bytes > BYTES || walked > HEADERS {
            break;
        }
        let headers = tx.headers_of_case(tenant, case)?;
        walked += headers.len();
        bytes += bring(tx, tenant, &lacking(&headers, has), BYTES.saturating_sub(bytes), (&mut answer, &mut named))?;
    }
    answer.leases = leases(tx, tenant, named)?;
    Ok(answer)
}

/// Those of these heads that are stored, each in its case.
fn known<'a>(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    theirs: impl Iterator<Item = (&'a CaseId, &'a Vec<ChangeId>)>,
) -> Result<BTreeSet<(CaseId, ChangeId)>, Failure> {
    let asked: Vec<ChangeId> = theirs.flat_map(|(_, heads)| heads).copied().collect();
    let mut known = BTreeSet::new();
    for some in asked.chunks(IDS_AT_ONCE) {
        known.extend(tx.places(tenant, some)?.into_iter().map(|place| (place.case, place.id)));
    }
    Ok(known)
}

/// The leaves that a holder of these changes and all their ancestors lacks; parents first, as in the log.
fn lacking(headers: &[StoredHeader], mut has: BTreeSet<ChangeId>) -> Vec<i64> {
    let mut lacking = Vec::new();
    for header in headers.iter().rev() {
        if has.contains(&header.id) {
            has.extend(&header.deps);
        } else {
            lacking.push(header.leaf);
        }
    }
    lacking.reverse();
    lacking
}

/// Adds changes to the answer, parents first, up to this many bytes; returns how many.
fn bring(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    leaves: &[i64],
    most: usize,
    (answer, named): (&mut Reconciled, &mut BTreeSet<Digest>),
) -> Result<usize, Failure> {
    let mut bytes = 0;
    for some in leaves.chunks(PIECE) {
        for envelope in tx.envelopes_at(tenant, some)? {
            bytes += envelope.bytes.len();
            if bytes > most {
                return Ok(bytes);
            }
            named.extend(envelope.lease);
            answer.changes.push(envelope.bytes);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ChangeId {
        ChangeId::new([number; 32])
    }

    /// Each header builds on these.
    fn headers(deps: &[&[u8]]) -> Vec<StoredHeader> {
        let header = |(leaf, deps): (i64, &&[u8])| StoredHeader {
            leaf,
            id: id(u8::try_from(leaf).unwrap()),
            deps: deps.iter().copied().map(id).collect(),
        };
        (0..).zip(deps).map(header).collect()
    }

    #[test]
    fn what_is_lacking_is_all_that_no_head_builds_on_parents_first() {
        // 0 opens; 1 and 2 build on it, 3 on both, 4 on 2 alone.
        let headers = headers(&[&[], &[0], &[0], &[1, 2], &[2]]);
        let lacking = |heads: &[u8]| lacking(&headers, heads.iter().copied().map(id).collect());
        assert_eq!(lacking(&[]), [0, 1, 2, 3, 4]);
        assert_eq!(lacking(&[0]), [1, 2, 3, 4]);
        assert_eq!(lacking(&[1]), [2, 3, 4]);
        assert_eq!(lacking(&[4]), [1, 3]);
        assert_eq!(lacking(&[3]), [4]);
        assert!(lacking(&[3, 4]).is_empty());
    }
}
