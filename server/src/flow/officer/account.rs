//! Accounts: an administrator gives one with a one-time password, and closes it.
//!
//! Promise: the password is shown once, to the administrator who hands it over, and a repeated request gets the same. It
//! permits nothing but choosing another, for [`LASTS_MS`]. Once the owner has chosen a password, only two people reset it
//! (`password_reset`). A closed account keeps its login. Not here: signing in (`session`).

use serde_json::json;
use sync_core::account_event::AccountEventKind;
use sync_core::id::{OfficerId, TenantId};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::time::Instant;

use super::act::{Act, Begun, done, sixteen};
use super::detail::Detail;
use super::presence::end_access;
use crate::flow::account_event::{self, AtTheMachine, Event};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::code::{Code, Purpose};
use crate::flow::idempotency::IdempotentRequest;
use crate::flow::keys::Keys;
use crate::flow::password;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::register_event::{self, By};
use crate::random;
use crate::store::{AccountRow, Tx};

/// How long a one-time password lasts: a week, because the officer may be in the field when it is given.
pub const LASTS_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// A one-time password, to be handed over.
#[derive(Clone)]
pub struct Given {
    /// The login.
    pub login: String,
    /// The password, shown once.
    pub password: String,
    /// End of its validity.
    pub expires: Instant,
    /// Number of the person's records now.
    pub version: i64,
}

/// A one-time password before it is stored. Hashed before the transaction, because hashing takes longer.
struct Fresh {
    seed: [u8; 16],
    password: String,
    hash: String,
}

impl Fresh {
    fn make(keys: &Keys) -> Result<Self, Failure> {
        let seed = random::bytes::<16>()?;
        let password = Code::of(keys, Purpose::OneTimePassword, &seed).typed;
        let hash = password::argon2id(&password)?;
        Ok(Self { seed, password, hash })
    }
}

/// Which password is given.
enum Kind {
    /// That of a new account with this login.
    New(String),
    /// Another one, for an account that was closed or never used.
    Another,
}

/// Gives a person an account.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::PersonInactive`];
/// [`Refusal::HoldsSpecialRole`]; [`Refusal::AccountExists`]; [`Refusal::LoginTaken`]; [`Refusal::IdempotencyKeyReused`];
/// or an internal error.
pub async fn open(app: &App, caller: Caller, act: Act, login: String, key: Option<String>) -> Result<Given, Failure> {
    let parts = [act.officer.to_string(), login.clone(), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "account", key, &parts);
    give(app, caller, act, Kind::New(login), request).await
}

/// Gives another one-time password where the account is closed, which opens it, or where the last one was never used.
///
/// # Errors
/// As [`open`], [`Refusal::NoAccount`], and [`Refusal::PasswordIsOwn`] where the owner chose a password.
pub async fn another(app: &App, caller: Caller, act: Act, key: Option<String>) -> Result<Given, Failure> {
    let parts = [act.officer.to_string(), act.reason.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let request = IdempotentRequest::new(caller.officer, "one_time_password", key, &parts);
    give(app, caller, act, Kind::Another, request).await
}

async fn give(app: &App, caller: Caller, act: Act, kind: Kind, request: IdempotentRequest) -> Result<Given, Failure> {
    caller.must_have(Duty::Accounts)?;
    let (tenant, now, keys, hashing) = (app.tenant, app.clock.now(), app.keys.clone(), app.keys.clone());
    let fresh = tokio::task::spawn_blocking(move || Fresh::make(&hashing)).await.map_err(Failure::broken)??;
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let begun = Begun::of(tx, tenant, &caller, &act, now)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                let account = tx.account_of(&tenant, &begun.person.id)?.ok_or(Refusal::NoAccount)?;
                let password = Code::of(&keys, Purpose::OneTimePassword, &sixteen(&made)?).typed;
                let expires = account.one_time_until.ok_or(Refusal::PasswordIsOwn)?;
                let version = tx.count_register_events(&tenant, &begun.person.id)?;
                return Ok(Given { login: account.login, password, expires, version });
            }
            begun.must_be_active()?;
            begun.must_be_in_care()?;
            let given = keep(tx, &begun, kind, &fresh)?;
            request.has_made(tx, &tenant, &fresh.seed, now)?;
            Ok(given)
        })
        .await
}

fn keep(tx: &mut Tx<'_>, begun: &Begun<'_>, kind: Kind, fresh: &Fresh) -> Result<Given, Failure> {
    let (tenant, officer) = (&begun.tenant, begun.person.id);
    let (login, event, record) = store(tx, tenant, officer, kind, fresh, begun.now)?;
    begun.note(tx, record, &json!({ "login": login }))?;
    let actor = Some(begun.caller.officer);
    let event = Event { kind: event, officer, actor, device: None, detail: begun.by().reason };
    account_event::note(tx, tenant, &event, begun.now)?;
    let version = tx.count_register_events(tenant, &officer)?;
    Ok(Given { login, password: fresh.password.clone(), expires: begun.now.plus_ms(LASTS_MS), version })
}

/// Stores the account or its password; the login, and what is recorded.
fn store(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    officer: OfficerId,
    kind: Kind,
    fresh: &Fresh,
    now: Instant,
) -> Result<(String, AccountEventKind, RegisterEventKind), Failure> {
    let (held, until) = (tx.account_of(tenant, &officer)?, now.plus_ms(LASTS_MS));
    match (kind, held) {
        (Kind::New(_), Some(_)) => Err(Refusal::AccountExists.into()),
        (Kind::Another, None) => Err(Refusal::NoAccount.into()),
        (Kind::New(login), None) => {
            if tx.account(tenant, &login)?.is_some() {
                return Err(Refusal::LoginTaken.into());
            }
            let row = AccountRow::new(&login, officer, fresh.hash.clone());
            tx.add_account(tenant, &AccountRow { one_time_until: Some(until), ..row })?;
            Ok((login, AccountEventKind::AccountOpened, RegisterEventKind::AccountOpened))
        }
        (Kind::Another, Some(account)) => {
            if account.closed.is_none() && account.one_time_until.is_none() {
                return Err(Refusal::PasswordIsOwn.into());
            }
            tx.set_one_time_password(tenant, &account.login, &fresh.hash, until)?;
            tx.end_sessions(tenant, &account.login)?;
            Ok((account.login, AccountEventKind::OneTimePassword, RegisterEventKind::OneTimePassword))
        }
    }
}

/// Closes the account of a person: sessions end, the phones are revoked, and the login stays taken.
///
/// # Errors
/// [`Refusal::Forbidden`]; [`Refusal::NotFound`]; [`Refusal::OwnEntry`]; [`Refusal::Stale`]; [`Refusal::HoldsSpecialRole`];
/// [`Refusal::NoAccount`]; or an internal error.
pub async fn close(app: &App, caller: Caller, act: Act) -> Result<Detail, Failure> {
    let reason = act.reason.clone();
    done(app, caller, Duty::Accounts, act, move |tx, begun| {
        begun.must_be_in_care()?;
        let (tenant, officer) = (&begun.tenant, begun.person.id);
        let account = tx.account_of(tenant, &officer)?.filter(|account| account.closed.is_none());
        let login = account.ok_or(Refusal::NoAccount)?.login;
        let phones = end_access(tx, begun, &reason)?;
        tx.close_account(tenant, &login, begun.now)?;
        let (kind, actor) = (AccountEventKind::AccountClosed, Some(begun.caller.officer));
        account_event::note(tx, tenant, &Event { kind, officer, actor, device: None, detail: &reason }, begun.now)?;
        begun.note(tx, RegisterEventKind::AccountClosed, &json!({ "login": login, "phones": phones }))
    })
    .await
}

/// Gives a person an account, or another one-time password, from the command line of the machine. It records an event and an
/// alarm.
///
/// # Errors
/// [`Refusal::NotFound`] where there is no such person; [`Refusal::PersonInactive`]; [`Refusal::AccountExists`];
/// [`Refusal::LoginTaken`]; [`Refusal::NoAccount`]; [`Refusal::PasswordIsOwn`]; [`Refusal::Malformed`] without a reason; or an
/// internal error.
pub fn give_here(app: &App, officer: OfficerId, login: Option<String>, reason: &str) -> Result<Given, Failure> {
    let (tenant, now, fresh) = (app.tenant, app.clock.now(), Fresh::make(&app.keys)?);
    app.store.write_sync(|tx| {
        tx.lock_tenant(&tenant, now)?;
        let person = tx.officer(&tenant, &officer)?.ok_or(Refusal::NotFound)?;
        if !person.active {
            return Err(Refusal::PersonInactive.into());
        }
        let kind = login.map_or(Kind::Another, Kind::New);
        let (login, event, record) = store(tx, &tenant, officer, kind, &fresh, now)?;
        let (about, by) = ((officer, person.agency), By { actor: None, reason });
        register_event::note(tx, &tenant, (record, about), &json!({ "login": login }), by, now)?;
        let act = if event == AccountEventKind::AccountOpened {
            AtTheMachine::AccountOpened
        } else {
            AtTheMachine::OneTimePassword
        };
        account_event::note_at_the_machine(tx, &tenant, (act, officer), &login, now)?;
        let version = tx.count_register_events(&tenant, &officer)?;
        Ok(Given { login, password: fresh.password, expires: now.plus_ms(LASTS_MS), version })
    })
}

/// Closes an account from the command line of the machine. It records an event and an alarm.
///
/// # Errors
/// [`Refusal::NoAccount`] where there is no such open account; [`Refusal::Malformed`] without a reason; or an internal error.
pub fn close_here(app: &App, login: &str, reason: &str) -> Result<(), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store.write_sync(|tx| {
        tx.lock_tenant(&tenant, now)?;
        let account = tx.account(&tenant, login)?.filter(|account| account.closed.is_none());
        let officer = account.ok_or(Refusal::NoAccount)?.officer;
        let person = tx.officer(&tenant, &officer)?.ok_or(Refusal::NotFound)?;
        tx.end_sessions(&tenant, login)?;
        let mut phones = 0;
        for phone in tx.devices_of(&tenant, &officer)? {
            phones += i32::from(tx.revoke_device(&tenant, &phone.id, now, reason)?);
        }
        tx.close_account(&tenant, login, now)?;
        let (about, by) = ((officer, person.agency), By { actor: None, reason });
        let detail = json!({ "login": login, "phones": phones });
        register_event::note(tx, &tenant, (RegisterEventKind::AccountClosed, about), &detail, by, now)?;
        account_event::note_at_the_machine(tx, &tenant, (AtTheMachine::AccountClosed, officer), login, now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::flow::console_session;
    use crate::flow::officer::entry::{self, NewOfficer};
    use crate::flow::proof::Asked;
    use crate::flow::seed;
    use crate::flow::seen::Seen;
    use crate::flow::session::sign_in;
    use crate::serve::open::open as installation;

    #[tokio::test]
    async fn a_one_time_password_lasts_a_week_and_signs_nobody_in_after_it() {
        let directory = tempfile::tempdir().unwrap();
        let mut app = installation(directory.path(), None, Clock::system()).unwrap();
        let password = "a trial password".to_owned();
        seed::people(&app.store, &app.tenant, &password, app.clock.now()).unwrap();
        let secret = console_session::begin(&app, "county-admin".to_owned(), password, None).await.unwrap();
        let caller = console_session::identify(&app, &secret).await.unwrap();
        let [name, reason] = ["新来", "新录用"].map(str::to_owned);
        let agency = caller.agency;
        let new =
            NewOfficer { agency, name, helper: false, citizen_number: None, certificate: None, reason, key: None };
        let officer = entry::enter(&app, caller.clone(), new).await.unwrap().officer.id;
        let act = Act { officer, seen: Seen::Any, reason: "新入职".to_owned() };
        let given = open(&app, caller, act, "new-person".to_owned(), None).await.unwrap();
        let ask = async |app: &App| {
            sign_in(app, ("new-person".to_owned(), given.password.clone()), &Asked::default(), None).await
        };
        app.clock = Clock::offset(LASTS_MS - 60_000);
        assert!(ask(&app).await.is_ok());
        app.clock = Clock::offset(LASTS_MS + 1_000);
        let refused = match ask(&app).await {
            Err(Failure::Refused(refused)) => Some(refused.refusal),
            Ok(_) | Err(Failure::Broken(_)) => None,
        };
        assert_eq!(refused, Some(Refusal::OneTimePasswordExpired));
    }
}
