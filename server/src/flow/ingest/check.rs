//! Reading a push and checking who signed what. Runs in parallel, outside the writer.

use std::sync::Arc;

use sync_core::change::{ReadError, Received};
use sync_core::id::{DeviceId, Digest};
use sync_core::lease::SignedLease;
use sync_core::message::Push;
use sync_core::sign::PublicKey;

use super::{Bringer, CheckedPush, Item, Shared};
use crate::keys::FastVerifier;
use crate::refusal::{Failure, Refusal};

pub(super) fn check(shared: &Shared, bringer: Bringer, body: &[u8]) -> Result<CheckedPush, Failure> {
    let push = Push::read(body).map_err(|error| {
        Refusal::Malformed.because(format!("同步数据无法读取：{error}"), format!("the push cannot be read: {error}"))
    })?;
    let mut leases = Vec::new();
    for bytes in &push.leases {
        // One that we did not sign is nobody's key; what names it will be parked.
        leases.extend(shared.open_lease(bytes)?);
    }
    let items = push.changes.iter().map(|bytes| item(shared, &leases, bytes)).collect::<Result<_, _>>()?;
    Ok(CheckedPush { bringer, leases, items })
}

fn item(shared: &Shared, brought: &[Arc<SignedLease>], bytes: &[u8]) -> Result<Item, Failure> {
    let received = match Received::read(bytes) {
        Ok(received) => received,
        Err(error) => return Ok(Item::Refused { change: None, device: None, code: code(&error) }),
    };
    let (change, device) = (received.id(), received.header().device);
    let refused = |code| Ok(Item::Refused { change: Some(change), device: Some(device), code });
    if received.header().tenant != shared.tenant {
        return refused("other_tenant");
    }
    let lease = match received.header().lease {
        Some(hash) => known_lease(shared, brought, &hash)?,
        None => None,
    };
    if let Some(lease) = &lease {
        let header = received.header();
        if (lease.lease.device, lease.lease.officer) != (header.device, header.officer) {
            return refused("lease_of_another");
        }
    }
    let keys = keys(shared, device, lease.as_deref())?;
    let (Some(hash), true) = (received.header().lease, keys.is_empty()) else {
        let checked = keys.iter().find_map(|key| received.clone().verify(key, &FastVerifier).ok());
        return match checked {
            Some(change) => Ok(Item::Checked { change: Box::new(change), lease }),
            None => refused("signature"),
        };
    };
    Ok(Item::NoKey { change, lease: hash })
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

/// The keys by which a device may have signed: the tenant's for the server, else the lease's, else
/// the one it was enrolled with.
fn keys(shared: &Shared, device: DeviceId, lease: Option<&SignedLease>) -> Result<Vec<PublicKey>, Failure> {
    if device == DeviceId::SERVER {
        return shared.server_keys();
    }
    if let Some(lease) = lease {
        return Ok(vec![lease.lease.key]);
    }
    let row = shared.store.read_sync(|tx| tx.device(&shared.tenant, &device))?;
    Ok(row.and_then(|row| PublicKey::from_slice(&row.public_key)).into_iter().collect())
}

/// Stable code of why bytes are no change.
fn code(error: &ReadError) -> &'static str {
    match error {
        ReadError::TooLarge => "too_large",
        ReadError::Unreadable(_) | ReadError::Signed(_) => "unreadable",
        ReadError::Ops => "other_operations",
        ReadError::Values(_) => "other_values",
    }
}
