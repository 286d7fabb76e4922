//! Account commands that the operator runs on the machine.
//!
//! Promise: a person who can run this program on the data directory is the operator; no HTTP route leads here. Each
//! command writes an event and an alarm in the same transaction, so the person concerned and the system administrators
//! are informed. The operator who issued an enrolment code for an account cannot also replace its password, and the
//! reverse (`device::issue_code_here`).

use std::path::{Path, PathBuf};

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::account_event::{self, AtTheMachine};
use super::password;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::Store;

/// The directory has no installation.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} does not exist, so there is no installation here; check the data directory / 没有该文件，此处没有安装；请核对数据目录"
)]
pub struct NotInstalled(PathBuf);

/// Checks that this directory has an installation, with this database or the embedded one. Creates nothing.
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

/// Sets another password, ends all sessions of the old one, and records an event and an alarm.
///
/// # Errors
/// [`Refusal::NotFound`] where there is no such login; [`Refusal::PasswordLength`]; [`Refusal::PasswordCommon`];
/// [`Refusal::SameHand`] while an enrolment code that was issued on this machine is valid; or an internal error.
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
        let officer = tx.account(tenant, login)?.ok_or(Refusal::NotFound)?.officer;
        if tx.has_code_of_the_machine(tenant, &officer, now)? {
            return Err(Refusal::SameHand.into());
        }
        tx.set_password(tenant, login, &hash)?;
        tx.end_sessions(tenant, login)?;
        account_event::note_at_the_machine(tx, tenant, (AtTheMachine::PasswordReplaced, officer), login, now)
    })
}
