//! The minimal content of an installation: a tenant, and the server's registered key.
//!
//! Promise: an installation is the one that its data directory names ([`marker`]), whatever else the database has; a
//! database is used only with the key that it was last used with. A restore without its keys, the keys of another
//! installation, and a data directory without its database are refused with instructions. No key is created silently
//! where one existed. Only [`replace_server_key`] accepts another key; it takes a reason and raises an alarm.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use sync_core::alarm::AlarmKind;
use sync_core::id::{Digest, Epoch, TenantId};
use sync_core::sign::{PublicKey, Signer as _};
use sync_core::time::Instant;

use crate::flow::keys::{Keys, ServerKey, server_key_path};
use crate::flow::reason;
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{AlarmRow, ServerKeyRow, Store, TenantRow, Tx};

pub mod marker;
mod mismatch;

use marker::Marker;
pub use mismatch::{Installations, MisfitOr, Mismatch};

/// An id derived from a name, so seeding again finds the row.
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

/// A data directory and its database, before they are known to belong together.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The database.
    pub store: &'a Store,
    /// The data directory.
    pub directory: &'a Path,
    /// Whether the database is a file in the data directory, so that it cannot be another one's.
    pub is_inside: bool,
}

/// The installation of this data directory: that of its marker; of a directory from before there were markers, that of
/// its key, or the only one of its own database; then the marker is written. None where there is nothing yet.
///
/// The directory is locked meanwhile ([`marker::lock`]).
///
/// # Errors
/// [`Mismatch`], [`MarkerError`](marker::MarkerError), [`KeyError`](crate::flow::keys::KeyError) or an internal error.
pub fn find(parts: Parts<'_>) -> Result<Option<TenantId>, MisfitOr> {
    let Parts { store, directory, is_inside } = parts;
    let held = installations(store)?;
    let has = |id: &TenantId| held.0.iter().any(|(known, _)| known == id);
    let (path, key) = (marker::path(directory), server_key_path(directory));
    let unnamed = |held: Installations| Err(Mismatch::Unnamed { path: path.clone(), held }.into());
    match marker::read(directory)? {
        Marker::Named(id) if has(&id) => return Ok(Some(id)),
        Marker::Named(_) if held.0.is_empty() => {
            return Err(Mismatch::DatabaseMissing(if key.exists() { key } else { path }).into());
        }
        Marker::Named(_) => return Err(Mismatch::OtherDatabase { path, held }.into()),
        Marker::Begun(id) if has(&id) => {
            marker::name(directory, &id)?;
            return Ok(Some(id));
        }
        Marker::Begun(_) => return Ok(None),
        Marker::Absent => {}
    }
    let found = if key.exists() {
        let public = ServerKey::open(&key)?.public_key();
        let signed = store.read_sync(|tx| tx.tenants_of_key(public.bytes()).map_err(Failure::from))?;
        match (signed.as_slice(), held.0.as_slice()) {
            ([one], _) => *one,
            ([], []) => return Err(Mismatch::DatabaseMissing(key).into()),
            ([], _) => return Err(Mismatch::OtherKey(key).into()),
            _ => return unnamed(held),
        }
    } else {
        match held.0.as_slice() {
            [] => return Ok(None),
            [(one, _)] if is_inside => *one,
            _ => return unnamed(held),
        }
    };
    marker::name(directory, &found)?;
    tracing::info!(installation = %found, "the data directory had no marker of its installation: it is written");
    Ok(Some(found))
}

/// The installations of a database, with the names of their counties.
///
/// # Errors
/// An internal error.
pub fn installations(store: &Store) -> Result<Installations, Failure> {
    let rows = store.read_sync(|tx| tx.tenants().map_err(Failure::from))?;
    Ok(Installations(rows.into_iter().map(|row| (row.id, row.name)).collect()))
}

/// Begins a new installation in the database, for a data directory that has none ([`find`]).
///
/// # Errors
/// [`MarkerError`](marker::MarkerError) or an internal error. Where it ends in between, the next start goes on.
pub fn begin(parts: Parts<'_>, now: Instant) -> Result<TenantId, MisfitOr> {
    let Parts { store, directory, is_inside: _ } = parts;
    let id = match marker::read(directory)? {
        Marker::Begun(id) => id,
        Marker::Named(_) | Marker::Absent => {
            let id = TenantId::new(random::bytes().map_err(Failure::from)?);
            marker::begin(directory, &id)?;
            id
        }
    };
    create(store, id, now)?;
    marker::name(directory, &id)?;
    Ok(id)
}

/// Names the installation of a data directory that has no marker: one of the database, or a new one.
///
/// # Errors
/// [`Mismatch::Taken`], [`Mismatch::NoSuch`], [`MarkerError`](marker::MarkerError) or an internal error.
pub fn name(parts: Parts<'_>, chosen: Option<TenantId>) -> Result<TenantId, MisfitOr> {
    let Parts { store, directory, is_inside: _ } = parts;
    let (path, key) = (marker::path(directory), server_key_path(directory));
    if marker::read(directory)? != Marker::Absent {
        return Err(Mismatch::Taken(path).into());
    }
    if let Some(id) = chosen {
        let held = installations(store)?;
        if !held.0.iter().any(|(known, _)| *known == id) {
            return Err(Mismatch::NoSuch { id, held }.into());
        }
        marker::name(directory, &id)?;
        return Ok(id);
    }
    if key.exists() {
        return Err(Mismatch::Taken(key).into());
    }
    let id = TenantId::new(random::bytes().map_err(Failure::from)?);
    marker::begin(directory, &id)?;
    Ok(id)
}

/// Enters an installation into the database. Its county is chosen later ([`first_run`](crate::flow::first_run)).
///
/// # Errors
/// An internal error.
pub fn create(store: &Store, id: TenantId, now: Instant) -> Result<(), Failure> {
    let row = TenantRow {
        id,
        region: String::new(),
        name: String::new(),
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
    Ok(store.write_sync(|tx: &mut Tx<'_>| tx.create_tenant(&row, now))?)
}

/// Whether the key in this data directory, or its absence, fits the database. Makes nothing.
///
/// # Errors
/// [`Mismatch`], [`KeyError`](crate::flow::keys::KeyError) or an internal error.
pub fn fits(store: &Store, directory: &Path, tenant: &TenantId) -> Result<(), MisfitOr> {
    let path = server_key_path(directory);
    let keys = store.read_sync(|tx| tx.server_keys(tenant).map_err(Failure::from))?;
    let Some(newest) = keys.last() else { return Ok(()) };
    if !path.exists() {
        return Err(Mismatch::KeyMissing(path).into());
    }
    let here = ServerKey::open(&path)?.public_key();
    if here.bytes()[..] == newest.public_key[..] { Ok(()) } else { Err(Mismatch::OtherKey(path).into()) }
}

/// Replaces the server key because it is lost or exposed: creates the key file, moves the old one aside, registers
/// the new key, and raises [`AlarmKind::ServerKeyReplaced`]. Signatures of the old key stay valid.
///
/// # Errors
/// [`Mismatch::NoReason`], [`Mismatch::NoInstallation`], [`super::keys::KeyError::InUse`], or an internal error. Where it ends between the
/// file and the database, the next start refuses the key, and this is done again.
pub fn replace_server_key(parts: Parts<'_>, reason: &str, now: Instant) -> Result<PublicKey, MisfitOr> {
    let Parts { store, directory, is_inside } = parts;
    let reason = reason::read(reason).map_err(|_rule| Mismatch::NoReason)?;
    let held = installations(store)?;
    let tenant = match (find(parts), held.0.as_slice()) {
        (_, []) => return Err(Mismatch::NoInstallation.into()),
        // The key that a directory without a marker would be known by is the one to be replaced.
        (Err(MisfitOr::Mismatch(Mismatch::OtherKey(_))), [(one, _)]) if is_inside => *one,
        (found, _) => found?.ok_or(Mismatch::NoInstallation)?,
    };
    let (epoch, id) = (Epoch::new(random::bytes().map_err(Failure::from)?), random::bytes().map_err(Failure::from)?);
    let keys = Keys::replace_server(directory, now)?;
    let public_key = keys.server.public_key();
    store.write_sync(|tx| {
        tx.lock_tenant(&tenant, now)?;
        // After every other, also where the clock was set back.
        let newest = tx.server_keys(&tenant)?.last().map(|key| key.since.plus_ms(1));
        let since = newest.map_or(now, |newest| newest.max(now));
        let key = ServerKeyRow { device: keys.server_device(&tenant), public_key: public_key.bytes().to_vec(), since };
        tx.register_server_key(&tenant, &key, &epoch)?;
        let (kind, detail) = (AlarmKind::ServerKeyReplaced, reason.to_owned());
        let alarm = AlarmRow { id, at: now, kind, device: None, case: None, change: None, detail };
        tx.add_alarm(&tenant, &alarm).map_err(Failure::from)
    })?;
    Ok(public_key)
}

/// The time of the newest record: of the last commit to the log, the last alarm, the last event and the last write. None
/// where nothing is recorded yet. Before this start writes anything.
///
/// # Errors
/// An internal error.
pub fn newest_record(store: &Store, tenant: &TenantId) -> Result<Option<Instant>, Failure> {
    store.read_sync(|tx| tx.newest_record(tenant).map_err(Failure::from))
}

/// Registers the server's key with a database that has none ([`fits`]); its chain starts an epoch.
///
/// # Errors
/// An internal error.
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
