//! What is done to an account at the machine itself.
//!
//! Promise: whoever can run this program over the data directory is the operator; nobody comes here over HTTP.

use sync_core::id::TenantId;
use sync_core::time::Instant;

use super::password;
use crate::refusal::{Failure, Refusal};
use crate::store::Store;

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
