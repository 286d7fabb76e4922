//! The feed: what a phone lacks of the log, within its officer's reach.
//!
//! Promise: a cursor advances only over the content of its page and points to a log position whose root is stored. A
//! case out of reach leaves no trace in the feed. A cursor of another log or beyond the end of this one is refused, and
//! the phone reconciles by heads. Not here: reconciliation (`reconcile`); proofs, for which the message has a field.

use std::collections::BTreeSet;

use sync_core::id::{Digest, OfficerId, TenantId};
use sync_core::log::{Cursor, Frontier};
use sync_core::message::{CaseHeads, Pulled};
use sync_core::sign::Tag;

use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{Envelope, TenantRow, Tx};

const REACH: Tag = Tag("palm/v1/reach");
/// Largest number of changes in a page. A page may have some more, up to the next position whose root is stored.
pub const PAGE_MAX: u32 = 500;
/// About how many bytes of changes a page holds.
const PAGE_BYTES: usize = 4 << 20;
/// Changes read at once: sixteen mebibytes of the largest.
pub(super) const PIECE: usize = 16;
/// Bytes of memory that a page takes while it is made: a piece of changes, the page twice.
const ROOM: usize = 32 << 20;

/// One page of the feed after `cursor`, of `limit` changes, 1 to [`PAGE_MAX`].
///
/// # Errors
/// [`Refusal::CursorUnknown`]; [`Refusal::Busy`] or [`Refusal::TooMuchAtOnce`] without room; or an internal error.
pub async fn pull(app: &App, caller: Caller, cursor: Option<Vec<u8>>, limit: u32) -> Result<Pulled, Failure> {
    caller.must_have_device()?;
    let (tenant, officer) = (app.tenant, caller.officer);
    let cursor = match cursor {
        Some(bytes) => Some(Cursor::read(&bytes).map_err(|_not_a_cursor| Refusal::CursorUnknown)?),
        None => None,
    };
    let limit = i64::from(limit);
    app.cases.read_within(&app.store, (officer, ROOM), move |tx| page(tx, &tenant, &officer, cursor, limit)).await
}

/// The page so far.
#[derive(Default)]
struct Page {
    changes: Vec<Vec<u8>>,
    leases: BTreeSet<Digest>,
    last: Option<i64>,
    bytes: usize,
}

impl Page {
    fn bring(&mut self, tx: &mut Tx<'_>, tenant: &TenantId, leaves: &[i64]) -> Result<(), Failure> {
        for Envelope { leaf, lease, bytes } in tx.envelopes_at(tenant, leaves)? {
            self.bytes += bytes.len();
            self.last = Some(leaf);
            self.leases.extend(lease);
            self.changes.push(bytes);
        }
        Ok(())
    }
}

fn page(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: &OfficerId,
    cursor: Option<Cursor>,
    limit: i64,
) -> Result<Pulled, Failure> {
    let row = tx.tenant(tenant)?;
    let epoch = row.log_epoch;
    let cases = tx.cases_of(tenant, officer)?;
    let reach = REACH.hash(&cases.iter().map(|case| case.bytes().as_slice()).collect::<Vec<_>>());
    let from = start(tx, tenant, &row, cursor)?;
    let (mut page, cut) = whole_page(tx, tenant, officer, from, limit)?;
    let (end, root) = match page.last {
        // A cut page continues to the next position whose root is stored.
        Some(last) if cut => {
            let next = last + 1;
            let (end, root) = tx.head_from(tenant, &epoch, next)?.ok_or(Refusal::CursorUnknown)?;
            // The limit is the number of leaves up to that position, so none is left out.
            for some in tx.feed(tenant, officer, (next, Some(end)), end - next)?.chunks(PIECE) {
                page.bring(tx, tenant, some)?;
            }
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
        leases: leases(tx, tenant, page.leases)?,
        changes: page.changes,
    })
}

/// Changes from a leaf on until the page is full by number or bytes, and whether there may be more. The snapshot has no
/// changes beyond the log's size.
fn whole_page(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: &OfficerId,
    from: i64,
    limit: i64,
) -> Result<(Page, bool), Failure> {
    let leaves = tx.feed(tenant, officer, (from, None), limit)?;
    let mut page = Page::default();
    for some in leaves.chunks(PIECE) {
        if page.bytes >= PAGE_BYTES {
            return Ok((page, true));
        }
        page.bring(tx, tenant, some)?;
    }
    Ok((page, i64::try_from(leaves.len()).is_ok_and(|length| length >= limit)))
}

/// The position of the cursor in this log.
fn start(tx: &mut Tx<'_>, tenant: &TenantId, row: &TenantRow, cursor: Option<Cursor>) -> Result<i64, Failure> {
    let Some(cursor) = cursor else { return Ok(0) };
    let epoch = row.log_epoch;
    let size = i64::try_from(cursor.size).map_err(|_beyond| Refusal::CursorUnknown)?;
    // No root is stored for the empty log; it is the same for every log.
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

/// The leases of these hashes.
pub(super) fn leases(tx: &mut Tx<'_>, tenant: &TenantId, named: BTreeSet<Digest>) -> Result<Vec<Vec<u8>>, Failure> {
    let mut leases = Vec::new();
    for hash in named {
        leases.extend(tx.lease(tenant, &hash)?.map(|row| row.bytes));
    }
    Ok(leases)
}
