//! What an installation has before anybody uses it: a tenant, and the server's key registered with it.

use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, Epoch, TenantId};
use sync_core::sign::Signer as _;
use sync_core::time::Instant;

use crate::flow::keys::Keys;
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{ServerKeyRow, Store, TenantRow, Tx};

/// GB/T 2260 code of the county this release is made for.
pub const REGION: &str = "500237";
/// Its name.
pub const COUNTY: &str = "巫山县";

/// An id that follows from a name: seeding again finds what is there.
pub fn named_id(kind: &str, name: &str) -> [u8; 16] {
    let digest = Sha256::new_with_prefix(b"palm/v1/named\0")
        .chain_update(kind.as_bytes())
        .chain_update([0])
        .chain_update(name.as_bytes())
        .finalize();
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest) {
        *to = from;
    }
    id
}

/// The tenant of this installation; made for the county `region` where there is none yet.
///
/// # Errors
/// An accident.
pub fn tenant(store: &Store, region: &str, name: &str, now: Instant) -> Result<TenantId, Failure> {
    if let Some(found) = store.read_sync(|tx| tx.only_tenant().map_err(Failure::from))? {
        return Ok(found.id);
    }
    let row = TenantRow {
        id: TenantId::new(named_id("tenant", region)),
        region: region.to_owned(),
        name: name.to_owned(),
        log_epoch: Epoch::new(random::bytes()?),
        log_size: 0,
        log_frontier: Vec::new(),
        log_root: Digest::new(Sha256::digest(b"").into()),
        server_epoch: Epoch::new(random::bytes()?),
        server_seq: 0,
        server_prev: None,
        reference_version: 1,
        register_version: 1,
    };
    let created = store.write_sync(|tx: &mut Tx<'_>| tx.create_tenant(&row, now));
    match created {
        // Another process was first.
        Err(error) if error.is_duplicate() => Ok(row.id),
        other => Ok(other.map(|()| row.id)?),
    }
}

/// Registers the server's key where it is not the newest one: its chain starts a new epoch.
///
/// # Errors
/// An accident.
pub fn server_key(store: &Store, keys: &Keys, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
    let epoch = Epoch::new(random::bytes()?);
    let key = ServerKeyRow {
        device: keys.server_device(tenant),
        public_key: keys.server.public_key().bytes().to_vec(),
        since: now,
    };
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let known = tx.server_keys(tenant)?.iter().any(|old| old.device == key.device);
        if known { Ok(()) } else { tx.register_server_key(tenant, &key, &epoch).map_err(Failure::from) }
    })
}
