//! What is done to an account at the machine itself.
//!
//! Promise: whoever can run this program over the data directory is the operator; nobody comes here over HTTP.

use std::path::{Path, PathBuf};

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::password;
use crate::refusal::{Failure, Refusal};
use crate::store::Store;

/// What belongs to every installation is not there.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not there: no installation; is the data directory right? / 没有该文件，此处没有安装；请核对数据目录")]
pub struct NotInstalled(PathBuf);

/// Whether there is an installation in this directory, with this database or the embedded one. Makes nothing.
///
/// # Errors
/// [`NotInstalled`] names the first file that is absent: the server's key, or the embedded database.
pub fn is_installed(directory: &Path, database: Option<&str>) -> Result<(), NotInstalled> {
    let embedded = match database {
        None => Some(directory.join("palm.db")),
        Some(url) if url.starts_with("postgres") => None,
        Some(url) => Some(PathBuf::from(url.strip_prefix("sqlite:").unwrap_or(url))),
    };
    let key = directory.join("keys").join("server.pk8");
    let absent = embedded.into_iter().chain([key]).find(|path| !path.exists());
    absent.map_or(Ok(()), |path| Err(NotInstalled(path)))
}

/// Gives an account another password, and ends what was signed in with the old one.
///
/// # Errors
/// [`Refusal::NotFound`] where there is no such login; [`Refusal::PasswordLength`]; [`Refusal::PasswordCommon`]; or an
/// accident.
pub fn new_password(
    store: &Store,
    tenant: &TenantId,
    login: &str,
    password: &str,
    now: Instant,
) -> Result<(), Failure> {
    let hash = password::hash_for(password, &[login])?;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if !tx.set_password(tenant, login, &hash)? {
            return Err(Refusal::NotFound.into());
        }
        tx.end_sessions(tenant, login).map_err(Failure::from)
    })
}
