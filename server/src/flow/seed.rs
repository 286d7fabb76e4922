//! The demonstration: 巫山县 (500237) as published, and invented people for trials.
//!
//! Promise: ids are derived from names and existing rows are not changed: seeding twice changes nothing but the
//! password. It is refused where a county was chosen for real use. Not here: real persons; everybody in `people` is
//! invented.

mod agencies;
mod items;
mod people;
mod places;
mod remove;
mod tasks;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::time::Instant;

use super::install::named_id;
use super::password;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AgencyRow, Store, Tx};

/// GB/T 2260 code of the demonstration's county.
const REGION: &str = "500237";
/// Its name.
const COUNTY: &str = "巫山县";

pub use remove::{Left, remove};

/// An account for signing in after seeding.
#[derive(Debug, Clone)]
pub struct Login {
    /// The login.
    pub login: &'static str,
    /// The name.
    pub name: &'static str,
    /// Id.
    pub officer: OfficerId,
    /// The description, in Chinese.
    pub what: &'static str,
}

/// Id of a seeded agency.
pub fn agency_id(name: &str) -> AgencyId {
    AgencyId::new(named_id("agency", name))
}

/// Id of a seeded person.
pub fn officer_id(login: &str) -> OfficerId {
    OfficerId::new(named_id("officer", login))
}

/// The logins of the people that [`people`] creates.
pub fn logins() -> Vec<Login> {
    people::PEOPLE
        .iter()
        .map(|person| Login {
            login: person.login,
            name: person.name,
            officer: officer_id(person.login),
            what: person.what,
        })
        .collect()
}

/// Loads the demonstration's county: divisions, agencies and enforcement items.
fn county(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<(), Failure> {
    if !tx.tenant(tenant)?.has_county() {
        tx.set_county(tenant, REGION, COUNTY)?;
    }
    let changed = [places::regions(tx, tenant)?, agencies::agencies(tx, tenant)?, items::items(tx, tenant)?];
    if changed.contains(&true) {
        tx.touch_reference(tenant)?;
    }
    Ok(())
}

/// Loads invented people who sign in with `password`, with certificates around `now`, numbered paper and two tasks.
/// Existing people keep everything but their password.
///
/// # Errors
/// [`Refusal::PeopleAreReal`] if there is a real person; [`Refusal::PasswordLength`]; or an internal error.
pub fn people(store: &Store, tenant: &TenantId, password: &str, now: Instant) -> Result<(), Failure> {
    let hash = password::hash(password)?;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        nothing_is_real(tx, tenant)?;
        county(tx, tenant)?;
        for person in people::PEOPLE {
            tx.set_password(tenant, person.login, &hash)?;
        }
        enter(tx, tenant, &hash, now)
    })
}

/// As [`people`], but only while no account exists.
///
/// # Errors
/// [`Refusal::AlreadyInstalled`] beside those of [`people`].
pub fn demonstration(store: &Store, tenant: &TenantId, password: &str, now: Instant) -> Result<(), Failure> {
    let hash = password::hash(password)?;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if tx.has_accounts(tenant)? {
            return Err(Refusal::AlreadyInstalled.into());
        }
        nothing_is_real(tx, tenant)?;
        county(tx, tenant)?;
        enter(tx, tenant, &hash, now)
    })
}

/// Refuses to add invented people if there is a real person, even one without an account, another county, or an agency
/// that somebody entered.
fn nothing_is_real(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<(), Failure> {
    let made_up: Vec<OfficerId> = made_up().collect();
    let row = tx.tenant(tenant)?;
    // Their ids are taken by people who have left.
    let was_removed = tx.officers(tenant, &made_up)?.iter().any(|person| !person.active);
    let is_another_county = row.has_county() && row.region != REGION;
    if was_removed
        || is_another_county
        || tx.has_officer_beside(tenant, &made_up)?
        || present(tx, tenant)?.iter().any(|id| !agencies::is_ours(id))
    {
        return Err(Refusal::PeopleAreReal.into());
    }
    Ok(())
}

/// The ids of everybody who is invented.
pub fn made_up() -> impl Iterator<Item = OfficerId> {
    people::PEOPLE.iter().map(|person| officer_id(person.login))
}

/// Whether a person is invented.
pub fn is_made_up(officer: &OfficerId) -> bool {
    static IDS: LazyLock<BTreeSet<OfficerId>> = LazyLock::new(|| made_up().collect());
    IDS.contains(officer)
}

/// Whether this installation has invented people and is for trials only.
///
/// # Errors
/// An internal error.
pub fn is_trial(store: &Store, tenant: &TenantId) -> Result<bool, Failure> {
    store.read_sync(|tx| has_made_up(tx, tenant))
}

/// As [`is_trial`].
///
/// # Errors
/// An internal error.
pub fn has_made_up(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<bool, Failure> {
    let made_up: Vec<OfficerId> = made_up().collect();
    Ok(tx.officers(tenant, &made_up)?.iter().any(|person| person.active))
}

fn enter(tx: &mut Tx<'_>, tenant: &TenantId, hash: &str, now: Instant) -> Result<(), Failure> {
    let mut changed = false;
    for person in people::PEOPLE {
        changed |= people::add(tx, tenant, person, hash, now)?;
    }
    tasks::tasks(tx, tenant, now)?;
    if changed {
        tx.touch_reference(tenant)?;
    }
    Ok(())
}

/// Ids of the existing agencies.
fn present(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<BTreeSet<AgencyId>, Failure> {
    Ok(tx.agencies_below(tenant, "")?.into_iter().map(|AgencyRow { id, .. }| id).collect())
}
