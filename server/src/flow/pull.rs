//! What a phone lacks: the feed of the log within its officer's reach, and reconciling by heads.
//!
//! Promise: a cursor moves only over what was in its page, and ends at a place of the log whose root is kept. A case out
//! of reach leaves no trace. A cursor of another log, or from the future of this one, is refused, and
//! the phone reconciles by heads.
//! Not here: proofs, which the message has a place for.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::case::Graph;
use sync_core::change::Change;
use sync_core::id::{CaseId, ChangeId, Digest, OfficerId, TenantId};
use sync_core::log::{Cursor, Frontier};
use sync_core::message::{CaseHeads, Pulled, Reconcile, Reconciled};
use sync_core::sign::Tag;

use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{StoredChange, TenantRow, Tx};

const REACH: Tag = Tag("palm/v1/reach");
/// Most changes in a page, give or take those up to the next place of the log whose root is kept.
pub const PAGE_MAX: i64 = 500;
/// About how many bytes of changes a page holds.
const PAGE_BYTES: usize = 4 << 20;
/// Changes read at once.
const PIECE: usize = 32;
/// About how many bytes of changes one reconciliation carries; the phone asks again for the rest.
const RECONCILE_BYTES: usize = 4 << 20;

/// One page of the feed after `cursor`.
///
/// # Errors
/// [`Refusal::CursorUnknown`], or an accident.
pub async fn pull(app: &App, caller: Caller, cursor: Option<Vec<u8>>, limit: i64) -> Result<Pulled, Failure> {
    caller.must_have_device()?;
    let (tenant, officer) = (app.tenant, caller.officer);
    let cursor = match cursor {
        Some(bytes) => Some(Cursor::read(&bytes).map_err(|_not_a_cursor| Refusal::CursorUnknown)?),
        None => None,
    };
    let limit = limit.clamp(1, PAGE_MAX);
    app.store.read(move |tx| page(tx, &tenant, &officer, cursor, limit)).await
}

fn page(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: &OfficerId,
    cursor: Option<Cursor>,
    limit: i64,
) -> Result<Pulled, Failure> {
    let row = tx.only_tenant()?.ok_or(Refusal::NotFound)?;
    let epoch = row.log_epoch;
    let cases = tx.cases_of(tenant, officer)?;
    let reach = REACH.hash(&cases.iter().map(|case| case.bytes().as_slice()).collect::<Vec<_>>());
    let from = start(tx, tenant, &row, cursor)?;
    let (mut changes, cut) = whole_page(tx, tenant, officer, from, limit)?;
    let (end, root) = match changes.last() {
        // A page that was cut goes on to the next place whose root is kept.
        Some(last) if cut => {
            let next = last.leaf + 1;
            let (end, root) = tx.head_from(tenant, &epoch, next)?.ok_or(Refusal::CursorUnknown)?;
            // At most as many leaves as lie between two such places, so none is left out.
            let leaves = tx.feed(tenant, officer, (next, Some(end)), end - next)?;
            changes.extend(tx.changes_at(tenant, &leaves)?);
            (end, root)
        }
        Some(_) | None => (row.log_size, row.log_root),
    };
    let cursor_out = Cursor { log_epoch: epoch, size: end.cast_unsigned(), root, reach };
    let elsewhere = cursor.is_none_or(|cursor| cursor.reach != reach);
    Ok(Pulled {
        cursor: cursor_out.to_bytes(),
        more: end < row.log_size,
        cases: if elsewhere { Some(heads(tx, tenant, officer)?) } else { None },
        removed: Vec::new(),
        leases: leases(tx, tenant, changes.iter().map(|stored| &*stored.change))?,
        changes: changes.iter().map(|stored| stored.change.to_bytes()).collect(),
    })
}

/// Changes from a leaf on until the page is full by number or by bytes; second, whether there may be more. This snapshot
/// holds none beyond the log's size.
fn whole_page(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: &OfficerId,
    from: i64,
    limit: i64,
) -> Result<(Vec<StoredChange>, bool), Failure> {
    let leaves = tx.feed(tenant, officer, (from, None), limit)?;
    let (mut page, mut bytes) = (Vec::new(), 0);
    for some in leaves.chunks(PIECE) {
        if bytes >= PAGE_BYTES {
            return Ok((page, true));
        }
        let piece = tx.changes_at(tenant, some)?;
        bytes += piece.iter().map(|stored| stored.change.to_bytes().len()).sum::<usize>();
        page.extend(piece);
    }
    Ok((page, i64::try_from(leaves.len()).is_ok_and(|length| length >= limit)))
}

/// Where the cursor stands in this log.
fn start(tx: &mut Tx<'_>, tenant: &TenantId, row: &TenantRow, cursor: Option<Cursor>) -> Result<i64, Failure> {
    let Some(cursor) = cursor else { return Ok(0) };
    let epoch = row.log_epoch;
    let size = i64::try_from(cursor.size).map_err(|_beyond| Refusal::CursorUnknown)?;
    // Of the empty log no root is kept: it is the same for every log.
    let ours = if size == 0 { Some(Frontier::default().root()) } else { tx.root_at(tenant, &epoch, size)? };
    if cursor.log_epoch != epoch || ours != Some(cursor.root) {
        return Err(Refusal::CursorUnknown.into());
    }
    Ok(size)
}

/// The heads of every case in which an officer takes part.
fn heads(tx: &mut Tx<'_>, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<CaseHeads>, Failure> {
    let all = tx.heads_of(tenant, officer)?.into_iter();
    Ok(all.map(|(case, heads)| CaseHeads { case, heads }).collect())
}

/// The leases that these changes name, each once.
fn leases<'a>(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    changes: impl Iterator<Item = &'a Change>,
) -> Result<Vec<Vec<u8>>, Failure> {
    let named: BTreeSet<Digest> = changes.filter_map(|change| change.header().lease).collect();
    let mut leases = Vec::new();
    for hash in named {
        leases.extend(tx.lease(tenant, &hash)?.map(|row| row.bytes));
    }
    Ok(leases)
}

/// Compares what a phone holds with what the server holds, within the officer's reach.
///
/// # Errors
/// [`Refusal::Malformed`], or an accident.
pub async fn reconcile(app: &App, caller: Caller, body: Vec<u8>) -> Result<Reconciled, Failure> {
    caller.must_have_device()?;
    let asked = Reconcile::read(&body).map_err(|error| {
        Refusal::Malformed.because(format!("同步数据无法读取：{error}"), format!("the body cannot be read: {error}"))
    })?;
    let (tenant, officer) = (app.tenant, caller.officer);
    app.store
        .read(move |tx| {
            let theirs: BTreeMap<CaseId, Vec<ChangeId>> =
                asked.cases.into_iter().map(|case| (case.case, case.heads)).collect();
            let reach = tx.cases_of(&tenant, &officer)?;
            let mut answer = Reconciled::default();
            let mut sent = Vec::new();
            let mut bytes = 0;
            for case in &reach {
                let heads = theirs.get(case).map(Vec::as_slice).unwrap_or_default();
                let (wanted, lacking) = compare(&tx.case_changes(&tenant, case)?, heads);
                answer.wanted.extend(wanted);
                for change in lacking {
                    let envelope = change.to_bytes();
                    bytes += envelope.len();
                    if bytes > RECONCILE_BYTES {
                        break;
                    }
                    answer.changes.push(envelope);
                    sent.push(change);
                }
            }
            // What the phone holds of cases that are not here (yet) is wanted whole.
            let foreign = theirs.iter().filter(|(case, _)| !reach.contains(case));
            answer.wanted.extend(foreign.flat_map(|(_, heads)| heads));
            answer.leases = leases(tx, &tenant, sent.iter())?;
            Ok(answer)
        })
        .await
}

/// What the server lacks of `heads`, and what the phone lacks that has them, parents first.
fn compare(held: &[StoredChange], heads: &[ChangeId]) -> (Vec<ChangeId>, Vec<Change>) {
    let graph = Graph::new(held.iter().map(|stored| &*stored.change));
    let (known, wanted): (Vec<ChangeId>, Vec<ChangeId>) = heads.iter().partition(|head| graph.get(head).is_some());
    let has = |id: &ChangeId| known.iter().any(|head| head == id || graph.builds_on(head, id));
    let lacking = graph.order().iter().filter(|change| !has(&change.id())).map(|change| (*change).clone()).collect();
    (wanted, lacking)
}
