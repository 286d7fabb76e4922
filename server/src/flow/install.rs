//! The minimal content of an installation: a tenant, and the server's registered key.
//!
//! Promise: a database is used only with the key that it was last used with. A restore without its keys, the keys of
//! another installation, and keys without their database are refused with instructions. No key is created silently
//! where one existed. Only [`replace_server_key`] accepts another key; it takes a reason and raises an alarm.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sync_core::alarm::AlarmKind;
use sync_core::id::{Digest, Epoch, TenantId};
use sync_core::sign::{PublicKey, Signer as _};
use sync_core::time::Instant;

use crate::flow::keys::{KeyError, Keys, ServerKey, server_key_path};
use crate::flow::refusal::Failure;
use crate::random;
use crate::store::{AlarmRow, ServerKeyRow, Store, TenantRow, Tx};

/// GB/T 2260 code of the county this release is made for.
pub const REGION: &str = "500237";
/// Its name.
pub const COUNTY: &str = "巫山县";

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

/// The tenant of this installation; made for the county `region` where there is none yet.
///
/// # Errors
/// An internal error.
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

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// The database and the directory of keys do not belong together.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// The database was used with a key that is not here.
    #[error(
        "{0} is not there, and the database has been used with a server key: put back the keys/ of this installation \
         (from where they are kept apart, or from a backup made --with-keys) and start again. Only where they are lost \
         for good: `palm admin new-server-key --reason TEXT`; then every phone enrols again. / \
         缺少服务器密钥文件，而数据库已在使用一把密钥：请放回本套安装的 keys/（单独保管的副本，或含密钥的备份）后再启动。\
         确已遗失的，执行 palm admin new-server-key --reason 理由；之后所有终端须重新登记。"
    )]
    KeyMissing(PathBuf),
    /// The key that is here is not the one of the database.
    #[error(
        "{0} is not the key that the database was last used with: check that the data directory and the database belong \
         to the same installation, and put its keys/ back. Only where they are lost for good: \
         `palm admin new-server-key --reason TEXT`; then every phone enrols again. / \
         服务器密钥与数据库不符：请核对数据目录与数据库是否属于同一套安装，并放回其 keys/。\
         确已遗失的，执行 palm admin new-server-key --reason 理由；之后所有终端须重新登记。"
    )]
    OtherKey(PathBuf),
    /// There are keys, and the database is empty.
    #[error(
        "{0} is there, and the database is empty: check the address of the database, or restore it. To begin a new \
         installation here, move keys/ away first. / \
         已有服务器密钥，而数据库是空的：请核对数据库地址，或先恢复数据库。要在此新建安装，请先移走 keys/。"
    )]
    DatabaseMissing(PathBuf),
    /// Another key is to be made for a database that has none.
    #[error("the database holds no installation: there is no key to replace / 数据库中没有安装，无密钥可换")]
    NoInstallation,
    /// A reason is asked for.
    #[error("a reason of 1 to 500 characters is needed / 须填写理由（1 至 500 字）")]
    NoReason,
}

/// Whether the key in this data directory, or its absence, fits the database. Makes nothing.
///
/// # Errors
/// [`Mismatch`], [`KeyError`] or an internal error.
pub fn fits(store: &Store, directory: &Path) -> Result<(), MisfitOr> {
    let path = server_key_path(directory);
    // Looked for before the database is: a new installation is in the database before it has a key.
    let had_key = path.exists();
    let keys = store.read_sync(|tx| {
        let found = tx.only_tenant()?;
        found.map(|tenant| tx.server_keys(&tenant.id)).transpose().map_err(Failure::from)
    })?;
    let Some(keys) = keys else {
        return if had_key { Err(Mismatch::DatabaseMissing(path).into()) } else { Ok(()) };
    };
    let Some(newest) = keys.last() else { return Ok(()) };
    if !path.exists() {
        return Err(Mismatch::KeyMissing(path).into());
    }
    let here = ServerKey::open(&path)?.public_key();
    if here.bytes()[..] == newest.public_key[..] { Ok(()) } else { Err(Mismatch::OtherKey(path).into()) }
}

/// Why an installation is not opened.
#[derive(Debug)]
pub enum MisfitOr {
    /// Its parts do not belong together.
    Mismatch(Mismatch),
    /// A key file cannot be used.
    Key(KeyError),
    /// An internal error.
    Failure(Failure),
}

impl From<Mismatch> for MisfitOr {
    fn from(error: Mismatch) -> Self {
        Self::Mismatch(error)
    }
}

impl From<KeyError> for MisfitOr {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<Failure> for MisfitOr {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Replaces the server key because it is lost or exposed: creates the key file, moves the old one aside, registers
/// the new key, and raises [`AlarmKind::ServerKeyReplaced`]. Signatures of the old key stay valid.
///
/// # Errors
/// [`Mismatch::NoReason`], [`Mismatch::NoInstallation`], [`KeyError::InUse`], or an internal error. Where it ends between the
/// file and the database, the next start refuses the key, and this is done again.
pub fn replace_server_key(store: &Store, directory: &Path, reason: &str, now: Instant) -> Result<PublicKey, MisfitOr> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(Mismatch::NoReason.into());
    }
    let tenant = store.read_sync(|tx| tx.only_tenant().map_err(Failure::from))?.ok_or(Mismatch::NoInstallation)?.id;
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
pub fn newest_record(store: &Store) -> Result<Option<Instant>, Failure> {
    store.read_sync(|tx| tx.newest_record().map_err(Failure::from))
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
