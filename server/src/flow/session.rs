//! Signing in with a password.

use sync_core::id::OfficerId;
use sync_core::time::Instant;

use crate::app::App;
use crate::random;
use crate::refusal::{Failure, Refusal};
use crate::token::LIFETIME_S;
use sync_core::id::{DeviceId, hex};

/// A token and its end.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// Worth nothing from then on.
    pub expires: Instant,
}

/// Checks login and password; the answer does not tell which of them was wrong.
///
/// # Errors
/// [`Refusal::WrongPassword`], [`Refusal::PasswordLength`], [`Refusal::Busy`], or an accident.
pub async fn sign_in(app: &App, login: String, password: String) -> Result<Issued, Failure> {
    let tenant = app.tenant;
    let account = app
        .store
        .read(move |tx| {
            let account = tx.account(&tenant, &login)?;
            let active = match &account {
                Some(account) => tx.officer(&tenant, &account.officer)?.is_some_and(|person| person.active),
                None => false,
            };
            Ok::<_, Failure>(account.filter(|_| active))
        })
        .await?;
    let stored = account.as_ref().map(|account| account.password.clone());
    let right = app.passwords.check(password, stored).await?;
    let account = account.filter(|_| right).ok_or(Refusal::WrongPassword)?;
    issue(app, &account.officer, account.session_version, None, app.clock.now())
}

/// A token of a new session.
///
/// # Errors
/// An accident.
pub(super) fn issue(
    app: &App,
    officer: &OfficerId,
    version: i64,
    device: Option<&DeviceId>,
    now: Instant,
) -> Result<Issued, Failure> {
    let session = hex(&random::bytes::<16>()?);
    let token = app.tokens.issue(officer, version, device, &session, now).map_err(Failure::broken)?;
    Ok(Issued { token, expires: now.plus_ms(LIFETIME_S * 1000) })
}
