//! Signing in with a password.

use std::net::IpAddr;

use super::attempt::Attempt;
use super::code::meant;
use super::password;
use super::proof::{self, Asked};
use super::refresh::{Issued, issue};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::metrics;
use crate::store::AccountRow;

/// Checks login and password; the answer does not tell which of them was wrong. The token is bound to the key that the
/// request proves, if it proves one.
///
/// # Errors
/// [`Refusal::WrongPassword`], [`Refusal::OneTimePasswordExpired`], [`Refusal::PasswordLength`],
/// [`Refusal::TooManyAttempts`] by account and by `from`, [`Refusal::Busy`], as [`proof::prove`], or an internal error.
pub async fn sign_in(
    app: &App,
    (login, password): (String, String),
    asked: &Asked,
    from: Option<IpAddr>,
) -> Result<Issued, Failure> {
    let proved = proof::key_of(app, asked).await?;
    let account = account(app, login, password, from).await?;
    let key = proved.as_ref().map(|proved| proved.thumbprint.as_str());
    issue(app, (&account.officer, account.session_version), None, key, app.clock.now()).await
}

/// The account of an active person whose password this is.
///
/// # Errors
/// As [`sign_in`].
pub(super) async fn account(
    app: &App,
    login: String,
    password: String,
    from: Option<IpAddr>,
) -> Result<AccountRow, Failure> {
    password::check_length(&password)?;
    let tenant = app.tenant;
    let attempt = Attempt::new(&login, from);
    if let Err(failure) = attempt.begin(app).await {
        metrics::sign_in("refused");
        return Err(failure);
    }
    let account = app
        .store
        .read(move |tx| {
            let account = tx.account(&tenant, &login)?.filter(|account| account.closed.is_none());
            let active = match &account {
                Some(account) => tx.officer(&tenant, &account.officer)?.is_some_and(|person| person.active),
                None => false,
            };
            Ok::<_, Failure>(account.filter(|_| active))
        })
        .await?;
    let stored = account.as_ref().map(|account| account.password.clone());
    // A one-time password is read off a paper or the telephone.
    let one_time = account.as_ref().is_some_and(|account| account.one_time_until.is_some());
    let password = if one_time { as_given(password) } else { password };
    let right = app.passwords.check(password, stored, from).await?;
    metrics::sign_in(if right { "right" } else { "wrong" });
    let account = account.filter(|_| right).ok_or(Refusal::WrongPassword)?;
    attempt.succeeded(app).await?;
    if account.one_time_until.is_some_and(|until| app.clock.now() >= until) {
        return Err(Refusal::OneTimePasswordExpired.into());
    }
    Ok(account)
}

/// A typed one-time password as it was given; one of a length that no password has stays as it is.
pub(super) fn as_given(password: String) -> String {
    let meant = meant(&password);
    if password::check_length(&meant).is_ok() { meant } else { password }
}
