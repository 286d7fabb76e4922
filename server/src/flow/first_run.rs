//! First run of an installation: the first administrator, or the demonstration county.
//!
//! Promise: possible only while no account exists, and only with the code that the server printed at start. Reaching
//! the address first is not sufficient.

use std::sync::atomic::Ordering;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use sync_core::id::hex;

use super::seed;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};

/// The first administrator.
#[derive(Clone)]
pub struct Administrator {
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 8 to 128 characters.
    pub password: String,
}

/// The code of this installation, derived from its key and therefore not stored. 80 bits, hex.
pub fn code(app: &App) -> String {
    let digest = Sha256::new_with_prefix(b"palm/v1/first-run\0").chain_update(app.keys.token.pkcs8()).finalize();
    hex(digest.split_at(10).0)
}

/// Whether no account exists yet.
///
/// # Errors
/// An internal error.
pub async fn is_due(app: &App) -> Result<bool, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| Ok(!tx.has_accounts(&tenant)?)).await
}

/// The code, while no account exists; synchronous, for the start of the server.
///
/// # Errors
/// An internal error.
pub fn code_if_due(app: &App) -> Result<Option<String>, Failure> {
    let known = app.store.read_sync(|tx| tx.has_accounts(&app.tenant).map_err(Failure::from))?;
    Ok((!known).then(|| code(app)))
}

fn check(app: &App, said: &str) -> Result<(), Refusal> {
    let right = bool::from(code(app).as_bytes().ct_eq(said.trim().as_bytes()));
    if right { Ok(()) } else { Err(Refusal::WrongSetupCode) }
}

async fn here<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// Creates the county and its first administrator.
///
/// # Errors
/// [`Refusal::WrongSetupCode`], [`Refusal::AlreadyInstalled`], [`Refusal::PasswordLength`], or an internal error.
pub async fn administrator(app: &App, said: &str, person: Administrator) -> Result<(), Failure> {
    check(app, said)?;
    let (store, tenant, now) = (app.store.clone(), app.tenant, app.clock.now());
    here(move || {
        let Administrator { login, name, password } = person;
        seed::first_administrator(&store, &tenant, &login, &name, &password, now).map(|_officer| ())
    })
    .await
}

/// Loads the demonstration county with invented people, all with this password.
///
/// # Errors
/// As [`administrator`].
pub async fn demonstration(app: &App, said: &str, password: String) -> Result<(), Failure> {
    check(app, said)?;
    let (store, tenant, now) = (app.store.clone(), app.tenant, app.clock.now());
    here(move || seed::demonstration(&store, &tenant, &password, now)).await?;
    app.trial.store(true, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::serve::open::open;

    const PASSWORD: &str = "a trial password";

    fn refusal<T>(outcome: Result<T, Failure>) -> Option<Refusal> {
        match outcome {
            Err(Failure::Refused(refused)) => Some(refused.refusal),
            Ok(_) | Err(Failure::Broken(_)) => None,
        }
    }

    fn person() -> Administrator {
        Administrator { login: "admin".into(), name: "马晓东".into(), password: PASSWORD.into() }
    }

    #[tokio::test]
    async fn there_is_one_first_administrator_and_the_printed_code_makes_it() {
        let directory = tempfile::tempdir().unwrap();
        let app = open(directory.path(), None, Clock::system()).unwrap();
        assert!(is_due(&app).await.unwrap());
        assert_eq!(code(&app).len(), 20);
        assert_eq!(refusal(administrator(&app, "", person()).await), Some(Refusal::WrongSetupCode));
        assert_eq!(refusal(demonstration(&app, "00", PASSWORD.into()).await), Some(Refusal::WrongSetupCode));
        administrator(&app, &code(&app), person()).await.unwrap();
        assert!(!is_due(&app).await.unwrap());
        assert_eq!(refusal(administrator(&app, &code(&app), person()).await), Some(Refusal::AlreadyInstalled));
        assert_eq!(refusal(demonstration(&app, &code(&app), PASSWORD.into()).await), Some(Refusal::AlreadyInstalled));
    }
}
