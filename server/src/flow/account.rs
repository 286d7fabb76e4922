//! What is done to an account at the machine itself.
//!
//! Promise: whoever can run this program over the data directory is the operator; nobody comes here over HTTP. What
//! was done is an alarm in the same transaction, so that those who look after the system learn of it from the system.

use std::path::{Path, PathBuf};

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::password;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{AlarmRow, Store};

/// Kind of the alarm that an account got another password here; its detail is the login.
pub const PASSWORD_REPLACED: &str = "password_replaced";

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

/// Gives an account another password, ends what was signed in with the old one, and raises [`PASSWORD_REPLACED`].
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
    let (hash, id) = (password::hash_for(password, &[login])?, random::bytes()?);
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if !tx.set_password(tenant, login, &hash)? {
            return Err(Refusal::NotFound.into());
        }
        tx.end_sessions(tenant, login)?;
        // Nobody signed in did this, so there is no officer to name: it was done at the machine.
        let (kind, detail) = (PASSWORD_REPLACED.to_owned(), login.to_owned());
        let alarm = AlarmRow { id, at: now, kind, device: None, case: None, change: None, detail };
        tx.add_alarm(tenant, &alarm).map_err(Failure::from)
    })
}
