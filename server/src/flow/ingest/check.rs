//! Parses a push and verifies its signatures. Runs in parallel, outside the writer.

use std::sync::Arc;

use sync_core::change::{ReadError, Received, ValuesError};
use sync_core::id::{DeviceId, Digest};
use sync_core::lease::SignedLease;
use sync_core::message::Push;
use sync_core::sign::PublicKey;

use super::{CheckedPush, Item, Shared};
use crate::flow::keys::FastVerifier;
use crate::flow::push_sender::PushSender;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::search::bound::GRAMS;
use crate::store::Used;

/// Items that are decoded of one push: about sixteen mebibytes of memory.
const ITEMS: usize = 400_000;

pub(super) fn check(shared: &Shared, sender: PushSender, body: &[u8]) -> Result<CheckedPush, Failure> {
    let (now, bytes) = (shared.clock.now(), i64::try_from(body.len()).unwrap_or(i64::MAX));
    let arrived = Used { bytes, ..Used::default() };
    shared.quotas.take(&shared.store, &shared.tenant, sender.device, arrived, now)?;
    let push = Push::read(body).map_err(|error| {
        Refusal::Malformed.because(format!("同步数据无法读取：{error}"), format!("the push cannot be read: {error}"))
    })?;
    let mut leases = Vec::new();
    for bytes in &push.leases {
        // A lease that this server did not sign is ignored; changes that name it will be parked.
        leases.extend(shared.open_lease(bytes)?);
    }
    let (mut items, mut taken) = (Vec::with_capacity(push.changes.len()), 0);
    for bytes in &push.changes {
        items.push(within(item(shared, &leases, bytes)?, &mut taken));
    }
    shared.quotas.count(sender.device, items.iter().map(used).fold(Used::default(), Used::plus), now);
    Ok(CheckedPush { sender, leases, items })
}

/// An item's share of its phone's daily quota: operations, and index rows of its texts (three per character, up to
/// the bound of one text).
fn used(item: &Item) -> Used {
    let Item::Checked { change, .. } = item else { return Used::default() };
    let texts = (0_u32..).zip(change.ops()).filter_map(|(index, _)| change.value(index)?.as_text());
    let characters: usize = texts.map(|text| text.chars().count()).sum();
    let [operations, index_rows] = [change.ops().len(), characters.saturating_mul(3).min(GRAMS)]
        .map(|number| i64::try_from(number).unwrap_or(i64::MAX));
    Used { operations, index_rows, ..Used::default() }
}

/// The item, if the push has room for it. A push with one change always has.
fn within(item: Item, taken: &mut usize) -> Item {
    let Item::Checked { change, .. } = &item else { return item };
    let size = change.size().items;
    if *taken > 0 && *taken + size > ITEMS {
        return Item::Later { change: change.id() };
    }
    *taken += size;
    item
}

fn item(shared: &Shared, brought: &[Arc<SignedLease>], bytes: &[u8]) -> Result<Item, Failure> {
    let received = match Received::read(bytes) {
        Ok(received) => received,
        Err(error) => return Ok(Item::Refused { change: None, code: code(&error) }),
    };
    let change = received.id();
    let refused = |code| Ok(Item::Refused { change: Some(change), code });
    if received.header().tenant != shared.tenant {
        return refused("other_tenant");
    }
    let lease = match received.header().lease {
        Some(hash) => match known_lease(shared, brought, &hash)? {
            Some(lease) => Some(lease),
            // Without the lease no phone that pulls the change could verify it.
            None => return Ok(Item::NoLease { change, lease: hash }),
        },
        None => None,
    };
    let keys = match keys(shared, &received, lease.as_deref())? {
        Ok(keys) => keys,
        Err(code) => return refused(code),
    };
    let checked = match keys.as_slice() {
        // Every device except the server has one key, so nothing is copied for a second attempt.
        [key] => received.verify(key, &FastVerifier).ok(),
        keys => keys.iter().find_map(|key| received.clone().verify(key, &FastVerifier).ok()),
    };
    match checked {
        Some(change) => Ok(Item::Checked { change: Arc::new(change), lease }),
        None => refused("signature"),
    }
}

fn known_lease(
    shared: &Shared,
    brought: &[Arc<SignedLease>],
    hash: &Digest,
) -> Result<Option<Arc<SignedLease>>, Failure> {
    match brought.iter().find(|lease| lease.hash == *hash) {
        Some(lease) => Ok(Some(Arc::clone(lease))),
        None => shared.lease(hash),
    }
}

/// The keys by which the device may have signed for the officer in the header: the tenant's key for the server, else
/// the lease's key, else the key of the enrolment. Second, the reason if it may not sign.
fn keys(
    shared: &Shared,
    received: &Received,
    lease: Option<&SignedLease>,
) -> Result<Result<Vec<PublicKey>, &'static str>, Failure> {
    let (device, officer) = (received.header().device, received.header().officer);
    if let Some(SignedLease { lease, .. }) = lease {
        let own = (lease.device, lease.officer) == (device, officer);
        return Ok(if own { Ok(vec![lease.key]) } else { Err("lease_of_another") });
    }
    if device == DeviceId::SERVER {
        return shared.server_keys().map(Ok);
    }
    let row = shared.store.read_sync(|tx| tx.device(&shared.tenant, &device))?;
    Ok(match row {
        Some(row) if row.officer != officer => Err("device_of_another"),
        row => Ok(row.and_then(|row| PublicKey::from_slice(&row.public_key)).into_iter().collect()),
    })
}

/// Stable code of the reason why bytes are not a change.
fn code(error: &ReadError) -> &'static str {
    match error {
        ReadError::TooLarge => "too_large",
        ReadError::TooMany(_) => "too_many_items",
        ReadError::Unreadable(_) | ReadError::Signed(_) => "unreadable",
        ReadError::Ops => "other_operations",
        ReadError::Values(ValuesError::TooLarge(_)) => "value_too_large",
        ReadError::Values(ValuesError::Unreadable(_) | ValuesError::Commitment(_)) => "other_values",
    }
}
