//! Passwords: changing one's own password, and resetting one with two people.
//!
//! Promise:
//!
//! - Only the owner knows a password.
//! - The person who requests a reset gets one code, the person who confirms it another. The confirming person is the
//!   officer on their own phone, or a second administrator.
//! - With both codes the officer chooses a new password; until then the old one stays valid. One code alone has no use.
//! - Five wrong attempts end the reset. The officer is informed of each step.
//!
//! Not here: commands of the operator on the machine (`account`).

use std::net::IpAddr;

use subtle::ConstantTimeEq as _;
use sync_core::account_event::AccountEventKind;
use sync_core::id::{OfficerId, TenantId};
use sync_core::time::Instant;

use super::account_event::{self, Event};
use super::attempt::Attempt;
use super::caller::{Caller, Role};
use super::code::{self, Code, Purpose, hash_of, hash_of_given, meant};
use super::device::in_reach;
use super::idempotency::IdempotentRequest;
use super::{password, session};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{self, Confirmed, PasswordResetRow, Tx};

/// Lifetime of a reset: a day, because the officer may be in the field.
pub const LASTS_MS: i64 = 24 * 60 * 60 * 1000;
/// Roles that request resets, and confirm those that another person requested.
const RESETTING: [Role; 2] = [Role::AgencyAdmin, Role::SecurityAdmin];

/// A reset, and the code for the caller.
#[derive(Clone)]
pub struct Given {
    /// The reset.
    pub row: PasswordResetRow,
    /// The code, ten characters, to be given to the officer.
    pub code: String,
}

/// When a reset ends.
pub const fn ends(row: &PasswordResetRow) -> Instant {
    row.requested.plus_ms(LASTS_MS)
}

/// Whether a reset is open at `now`. One requested in the future was requested by a wrong clock.
fn stands(row: &PasswordResetRow, now: Instant) -> bool {
    row.ended.is_none() && row.tries < code::TRIES && row.requested <= now.plus_ms(60_000) && now < ends(row)
}

/// Requests a reset of the password of an officer in reach, for an administrator. A repeated request gets the same code.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`] out of reach or without an account; [`Refusal::SameHand`] for the
/// caller's own; or an internal error.
pub async fn ask(app: &App, caller: Caller, officer: OfficerId, key: Option<String>) -> Result<Given, Failure> {
    caller.must_be(&RESETTING)?;
    if officer == caller.officer {
        return Err(Refusal::SameHand.into());
    }
    let (tenant, now, keys, id) = (app.tenant, app.clock.now(), app.keys.clone(), random::bytes::<16>()?);
    let code_of = move |id: &[u8; 16]| Code::of(&keys, Purpose::ResetAsked, id).typed;
    let fresh = code_of(&id);
    // Hashed before the transaction, because hashing takes longer than the transaction.
    let first_hash =
        tokio::task::spawn_blocking(move || password::argon2id(&fresh)).await.map_err(Failure::broken)??;
    let request = IdempotentRequest::new(caller.officer, "password_reset", key, &[&officer.to_string()]);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            in_reach(tx, &tenant, &caller, &officer)?;
            tx.account_of(&tenant, &officer)?.ok_or(Refusal::NotFound)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
                let id: [u8; 16] = made.as_slice().try_into().map_err(|_length| corrupt)?;
                let row = tx.password_reset(&tenant, &id)?.ok_or(Refusal::NotFound)?;
                return Ok(Given { row, code: code_of(&id) });
            }
            let (asked_by, kind) = (Some(caller.officer), AccountEventKind::PasswordResetAsked);
            let row = PasswordResetRow {
                id,
                officer,
                asked_by,
                requested: now,
                first_hash,
                confirmed: None,
                tries: 0,
                ended: None,
            };
            tx.add_password_reset(&tenant, &row)?;
            account_event::note(tx, &tenant, &Event { kind, officer, actor: asked_by, device: None, detail: "" }, now)?;
            request.has_made(tx, &tenant, &id, now)?;
            Ok(Given { row, code: code_of(&id) })
        })
        .await
}

/// Confirms a reset: the officer on their phone, or an administrator in reach who is neither the officer nor the
/// requester. A repetition by the same person gets the same code.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], [`Refusal::SameHand`], [`Refusal::ResetNotOpen`] if it has ended or
/// another person confirmed it, or an internal error.
pub async fn confirm(app: &App, caller: Caller, id: [u8; 16]) -> Result<Given, Failure> {
    if caller.device.is_none() {
        // Before the reset is looked up: a caller who may not confirm does not learn which resets exist.
        caller.must_be(&RESETTING)?;
    }
    let (tenant, now) = (app.tenant, app.clock.now());
    let code = Code::of(&app.keys, Purpose::ResetConfirmed, &id).typed;
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let row = tx.password_reset(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            may_confirm(tx, &tenant, &caller, &row)?;
            if !stands(&row, now) {
                return Err(Refusal::ResetNotOpen.into());
            }
            let confirmed = Confirmed { by: caller.officer, on: caller.device, second_hash: hash_of(&code) };
            if !tx.confirm_password_reset(&tenant, &id, &confirmed)? && row.confirmed.as_ref() != Some(&confirmed) {
                return Err(Refusal::ResetNotOpen.into());
            }
            if row.confirmed.is_none() {
                let (kind, officer, actor) =
                    (AccountEventKind::PasswordResetConfirmed, row.officer, Some(caller.officer));
                let event = Event { kind, officer, actor, device: caller.device, detail: "" };
                account_event::note(tx, &tenant, &event, now)?;
            }
            Ok(Given { row: PasswordResetRow { confirmed: Some(confirmed), ..row }, code })
        })
        .await
}

fn may_confirm(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, row: &PasswordResetRow) -> Result<(), Failure> {
    let own = row.officer == caller.officer;
    if caller.device.is_some() {
        return if own { Ok(()) } else { Err(Refusal::NotFound.into()) };
    }
    in_reach(tx, tenant, caller, &row.officer)?;
    // In the console a second person confirms, who is neither the requester nor the owner of the password.
    if own || row.asked_by == Some(caller.officer) { Err(Refusal::SameHand.into()) } else { Ok(()) }
}

/// The open reset of the caller's password, or of an officer in reach.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`] out of reach, or an internal error.
pub async fn open_of(
    app: &App,
    caller: Caller,
    officer: Option<OfficerId>,
) -> Result<Option<PasswordResetRow>, Failure> {
    let (tenant, now, whose) = (app.tenant, app.clock.now(), officer.unwrap_or(caller.officer));
    if whose != caller.officer {
        caller.must_be(&RESETTING)?;
    }
    app.store
        .read(move |tx| {
            in_reach(tx, &tenant, &caller, &whose)?;
            Ok(tx.open_password_reset(&tenant, &whose)?.filter(|row| stands(row, now)))
        })
        .await
}

/// The officer's input for choosing a new password.
pub struct Choice {
    /// Whose account.
    pub login: String,
    /// The requester's code.
    pub first: String,
    /// The confirmer's code.
    pub second: String,
    /// The new password.
    pub password: String,
}

/// Sets the password that the officer chose, and ends sessions of the old one.
///
/// # Errors
/// [`Refusal::PasswordLength`]; [`Refusal::PasswordCommon`]; [`Refusal::TooManyAttempts`]; [`Refusal::WrongResetCode`],
/// which does not tell what was wrong; [`Refusal::Busy`]; or an internal error.
pub async fn choose(app: &App, choice: Choice, from: Option<IpAddr>) -> Result<(), Failure> {
    let Choice { login, first, second, password } = choice;
    password::check_length(&password)?;
    let (tenant, attempt) = (app.tenant, Attempt::new(&login, from));
    attempt.begin(app).await?;
    let (now, name) = (app.clock.now(), login.clone());
    let found = app
        .store
        .read(move |tx| {
            let account = tx.account(&tenant, &name)?;
            let row = match &account {
                Some(account) => tx.open_password_reset(&tenant, &account.officer)?.filter(|row| stands(row, now)),
                None => None,
            };
            Ok::<_, Failure>(row)
        })
        .await?;
    let stored = found.as_ref().map(|row| row.first_hash.clone());
    // A code of a wrong length is treated as a wrong code, so that it takes the same time.
    let typed = if password::check_length(&meant(&first)).is_ok() { meant(&first) } else { "0".repeat(code::TYPED) };
    let first_right = app.passwords.check(typed, stored, from).await?;
    let confirmed = found.as_ref().and_then(|row| row.confirmed.as_ref());
    let given = hash_of_given(&second);
    let second_right = confirmed.is_some_and(|confirmed| confirmed.second_hash.bytes().ct_eq(given.bytes()).into());
    let Some(row) = found else { return Err(Refusal::WrongResetCode.into()) };
    if !(first_right && second_right) {
        app.store.write(move |tx| tx.count_password_reset_try(&tenant, &row.id).map_err(Failure::from)).await?;
        return Err(Refusal::WrongResetCode.into());
    }
    let hash = hashed(password, login.clone()).await?;
    let kind = AccountEventKind::PasswordReset;
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            if !tx.end_password_reset(&tenant, &row.id, now)? {
                return Err(Refusal::WrongResetCode.into());
            }
            replace(tx, &tenant, (&login, &hash), (kind, row.officer), now)
        })
        .await?;
    attempt.succeeded(app).await
}

/// Changes the caller's password, given the present one, and ends its sessions.
///
/// # Errors
/// [`Refusal::NotFromAPhone`]; [`Refusal::WrongPassword`]; [`Refusal::PasswordLength`]; [`Refusal::PasswordCommon`];
/// [`Refusal::TooManyAttempts`]; [`Refusal::Busy`]; or an internal error.
pub async fn change(
    app: &App,
    caller: Caller,
    present: String,
    new: String,
    from: Option<IpAddr>,
) -> Result<(), Failure> {
    if caller.device.is_some() {
        return Err(Refusal::NotFromAPhone.into());
    }
    password::check_length(&new)?;
    let (tenant, officer) = (app.tenant, caller.officer);
    let account = app.store.read(move |tx| tx.account_of(&tenant, &officer).map_err(Failure::from)).await?;
    let login = account.ok_or(Refusal::NotFound)?.login;
    let repeats = caller.must_change && session::as_given(new.clone()) == session::as_given(present.clone());
    let account = session::account(app, login, present, from).await?;
    if repeats {
        let (zh, en) = ("新密码不能与一次性密码相同。", "The new password must differ from the one-time password.");
        return Err(Refusal::PasswordCommon.because(zh, en).into());
    }
    let (now, hash) = (app.clock.now(), hashed(new, account.login.clone()).await?);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            replace(tx, &tenant, (&account.login, &hash), (AccountEventKind::PasswordChanged, officer), now)
        })
        .await
}

async fn hashed(password: String, login: String) -> Result<String, Failure> {
    let work = move || password::hash_for(&password, &[&login]);
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)?
}

/// Stores the password, ends sessions of the old one, and informs the officer who did it.
fn replace(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (login, hash): (&str, &str),
    (kind, officer): (AccountEventKind, OfficerId),
    now: Instant,
) -> Result<(), Failure> {
    tx.set_password(tenant, login, hash)?;
    tx.end_sessions(tenant, login)?;
    account_event::note(tx, tenant, &Event { kind, officer, actor: Some(officer), device: None, detail: "" }, now)
}
