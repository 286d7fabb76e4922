//! First run of an installation: its county, the first agencies and the first administrator, or the demonstration.
//!
//! Promise: possible only while no account exists, and over the network only with the code that the server printed at
//! start: reaching the address first is not sufficient. All of it is entered or nothing.

use std::sync::atomic::Ordering;

use subtle::ConstantTimeEq as _;
use sync_core::agency::AgencyKind;
use sync_core::id::{AgencyId, OfficerId, TenantId, hex};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::account_event::{self, AtTheMachine};
use super::area::{self, Area};
use super::{password, seed};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::random;
use crate::store::{AccountRow, AgencyRow, OfficerRow, RegionRow, Store, Tx};

/// Longest name of an agency, in characters.
const LONGEST_NAME: usize = 64;

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

/// An installation of a county.
#[derive(Clone)]
pub struct Beginning {
    /// GB/T 2260 code of the county.
    pub county: String,
    /// Name of the people's government; empty for the usual one.
    pub government: String,
    /// Name of the department of justice; empty for the usual one.
    pub justice: String,
    /// Who administers it first.
    pub administrator: Administrator,
}

/// The usual names of the people's government and of the department of justice of a county.
pub fn usual_organs(area: &Area) -> (String, String) {
    (format!("{}人民政府", area.name), format!("{}司法局", area.name))
}

/// The code of this installation, derived from its key and therefore not stored. 80 bits, hex.
pub fn code(app: &App) -> String {
    let digest = app.keys.secret("palm/v1/first-run");
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

/// Whether the county has been chosen, here or by another process.
///
/// # Errors
/// An internal error.
pub async fn is_set_up(app: &App) -> Result<bool, Failure> {
    if app.set_up.load(Ordering::Relaxed) {
        return Ok(true);
    }
    look_again(app).await
}

/// As [`is_set_up`], but read from the database: another process may have removed the made-up people, and the county with
/// them. Pages ask this, so that their notice of made-up people is true with the next page. What was known before holds
/// while the database does not answer: a page that reads nothing is shown then.
///
/// # Errors
/// An internal error.
pub async fn is_still_set_up(app: &App) -> Result<bool, Failure> {
    match look_again(app).await {
        Ok(chosen) => Ok(chosen),
        Err(failure) if app.set_up.load(Ordering::Relaxed) => {
            tracing::debug!(?failure, "whether the county is still set up could not be read");
            Ok(true)
        }
        Err(failure) => Err(failure),
    }
}

async fn look_again(app: &App) -> Result<bool, Failure> {
    let tenant = app.tenant;
    let (chosen, is_trial) = app
        .store
        .read(move |tx| {
            let chosen = tx.tenant(&tenant)?.has_county();
            Ok::<_, Failure>((chosen, chosen && seed::has_made_up(tx, &tenant)?))
        })
        .await?;
    app.trial.store(is_trial, Ordering::Relaxed);
    app.set_up.store(chosen, Ordering::Relaxed);
    Ok(chosen)
}

/// Creates the county and its first administrator.
///
/// # Errors
/// [`Refusal::WrongSetupCode`], and those of [`begin`].
pub async fn administrator(app: &App, said: &str, beginning: Beginning) -> Result<(), Failure> {
    check(app, said)?;
    let (store, tenant, now) = (app.store.clone(), app.tenant, app.clock.now());
    here(move || begin(&store, &tenant, beginning, now).map(|_officer| ())).await?;
    app.set_up.store(true, Ordering::Relaxed);
    Ok(())
}

/// Enters the county, its government and department of justice, and the first administrator, who belongs to the
/// government and so reaches every agency.
///
/// # Errors
/// [`Refusal::UnknownCounty`], [`Refusal::Malformed`] for the name of an agency, [`Refusal::AlreadyInstalled`],
/// [`Refusal::LoginTaken`] by a made-up person who was removed, [`Refusal::PasswordLength`], [`Refusal::PasswordCommon`], or
/// an internal error.
pub fn begin(store: &Store, tenant: &TenantId, beginning: Beginning, now: Instant) -> Result<OfficerId, Failure> {
    let Beginning { county, government, justice, administrator } = beginning;
    let Administrator { login, name, password } = administrator;
    let area = area::of_code(county.trim()).ok_or(Refusal::UnknownCounty)?;
    let organs = organs(area, &government, &justice)?;
    let hash = password::hash_for(&password, &[&login, &name])?;
    let officer = OfficerId::new(random::bytes()?);
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if tx.has_accounts(tenant)? {
            return Err(Refusal::AlreadyInstalled.into());
        }
        if tx.account(tenant, &login)?.is_some() {
            return Err(Refusal::LoginTaken.into());
        }
        choose_county(tx, tenant, area)?;
        let agency = enter_organs(tx, tenant, organs)?;
        tx.add_officer(tenant, &OfficerRow { id: officer, agency, name, helper: false, active: true, created: now })?;
        for role in [Role::AgencyAdmin, Role::SystemAdmin] {
            tx.add_role(tenant, &officer, role)?;
        }
        let account = AccountRow::new(&login, officer, hash);
        tx.add_account(tenant, &account)?;
        account_event::note_at_the_machine(tx, tenant, (AtTheMachine::FirstAdministrator, officer), &login, now)?;
        Ok(officer)
    })
}

/// The two organs that every county has, the government first.
fn organs(area: &Area, government: &str, justice: &str) -> Result<[AgencyRow; 2], Failure> {
    let usual = usual_organs(area);
    let government = name_of(government, usual.0, ("人民政府", "people's government"))?;
    let justice = name_of(justice, usual.1, ("司法行政部门", "department of justice"))?;
    if government == justice {
        return Err(Refusal::Malformed
            .because("两个机关的名称相同，请更正。", "Both agencies have one name: correct it.")
            .into());
    }
    let (root, below) = (AgencyId::new(random::bytes()?), AgencyId::new(random::bytes()?));
    let short = area.name.trim_end_matches(['县', '区', '市']);
    let organ = |id, name, short_name, kind| AgencyRow {
        id,
        parent: None,
        path: format!("{id}/"),
        name,
        short_name,
        kind,
        sector: "other".to_owned(),
        acts_for: None,
        reconsideration: None,
        active: true,
    };
    let first = organ(root, government, format!("{short}府"), AgencyKind::Government);
    let second = organ(below, justice, format!("{short}司"), AgencyKind::Justice);
    Ok([
        first,
        AgencyRow { parent: Some(root), path: format!("{root}/{below}/"), reconsideration: Some(root), ..second },
    ])
}

fn name_of(said: &str, usual: String, (zh, en): (&str, &str)) -> Result<String, Refused> {
    let name = said.trim();
    if name.is_empty() {
        return Ok(usual);
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Refusal::Malformed.because(
            format!("{zh}的名称最多 {LONGEST_NAME} 个字，不能有控制字符。"),
            format!("The name of the {en} has at most {LONGEST_NAME} characters and no control characters."),
        ));
    }
    Ok(name.to_owned())
}

fn choose_county(tx: &mut Tx<'_>, tenant: &TenantId, area: &Area) -> Result<(), Failure> {
    tx.set_county(tenant, &area.code, &area.name)?;
    if !tx.regions(tenant)?.iter().any(|region| region.code == area.code) {
        let (code, name) = (area.code.clone(), area.name.clone());
        tx.add_region(tenant, &RegionRow { code, name, parent: None, level: "county".to_owned() })?;
    }
    Ok(())
}

/// Enters them, and returns the id of the government. One of that name that was deactivated is active again.
fn enter_organs(tx: &mut Tx<'_>, tenant: &TenantId, [first, second]: [AgencyRow; 2]) -> Result<AgencyId, Failure> {
    let held = tx.agencies_below(tenant, "")?;
    let known = |name: &str| held.iter().find(|agency| agency.name == name).map(|agency| agency.id);
    let root = known(&first.name);
    let first = AgencyRow { id: root.unwrap_or(first.id), path: format!("{}/", root.unwrap_or(first.id)), ..first };
    let below = known(&second.name);
    let id = below.unwrap_or(second.id);
    let (parent, path) = (Some(first.id), format!("{}{id}/", first.path));
    let second = AgencyRow { id, parent, path, reconsideration: parent, ..second };
    for (organ, is_known) in [(&first, root.is_some()), (&second, below.is_some())] {
        if is_known { tx.put_agency(tenant, organ)? } else { tx.add_agency(tenant, organ)? }
    }
    Ok(first.id)
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
    app.set_up.store(true, Ordering::Relaxed);
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

    fn person() -> Beginning {
        let administrator =
            Administrator { login: "admin".into(), name: "马晓东".into(), password: PASSWORD.into() };
        Beginning { county: "500237".into(), government: String::new(), justice: String::new(), administrator }
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
        assert!(!is_due(&app).await.unwrap() && is_set_up(&app).await.unwrap());
        assert_eq!(refusal(administrator(&app, &code(&app), person()).await), Some(Refusal::AlreadyInstalled));
        assert_eq!(refusal(demonstration(&app, &code(&app), PASSWORD.into()).await), Some(Refusal::AlreadyInstalled));
    }
}
