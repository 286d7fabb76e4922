//! Seed data: 巫山县 (500237) as published, and invented people for trials.
//!
//! Promise: ids are derived from names and existing rows are not changed: seeding twice changes nothing but the
//! password. Not here: real persons; everybody in `people` is invented.

mod agencies;
mod items;
mod people;
mod places;
mod tasks;

use std::collections::BTreeSet;

use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::account_event::{self, AtTheMachine};
use super::install::named_id;
use super::password;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AccountRow, AgencyRow, Store, Tx};

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

/// Loads the county: divisions, agencies, holidays and enforcement items.
///
/// # Errors
/// An internal error.
pub fn county(store: &Store, tenant: &TenantId, now: Instant) -> Result<(), Failure> {
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let changed = [
            places::regions(tx, tenant)?,
            places::holidays(tx, tenant)?,
            agencies::agencies(tx, tenant)?,
            items::items(tx, tenant)?,
        ];
        if changed.contains(&true) {
            tx.touch_reference(tenant)?;
        }
        Ok(())
    })
}

/// Loads invented people who sign in with `password`, with certificates around `now`, numbered paper and two tasks.
/// Existing people keep everything but their password.
///
/// # Errors
/// [`Refusal::PeopleAreReal`] if there is a real person; [`Refusal::PasswordLength`]; or an internal error.
pub fn people(store: &Store, tenant: &TenantId, password: &str, now: Instant) -> Result<(), Failure> {
    county(store, tenant, now)?;
    let hash = password::hash(password)?;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        everybody_is_made_up(tx, tenant)?;
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
    county(store, tenant, now)?;
    let hash = password::hash(password)?;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if tx.has_accounts(tenant)? {
            return Err(Refusal::AlreadyInstalled.into());
        }
        everybody_is_made_up(tx, tenant)?;
        enter(tx, tenant, &hash, now)
    })
}

/// Refuses to add invented people if there is a real person, even one without an account.
fn everybody_is_made_up(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<(), Failure> {
    let made_up: Vec<OfficerId> = made_up().collect();
    if tx.has_officer_beside(tenant, &made_up)? { Err(Refusal::PeopleAreReal.into()) } else { Ok(()) }
}

fn made_up() -> impl Iterator<Item = OfficerId> {
    people::PEOPLE.iter().map(|person| officer_id(person.login))
}

/// Whether this installation has invented people and is for trials only.
///
/// # Errors
/// An internal error.
pub fn is_trial(store: &Store, tenant: &TenantId) -> Result<bool, Failure> {
    let made_up: Vec<OfficerId> = made_up().collect();
    store.read_sync(|tx| Ok(!tx.officers(tenant, &made_up)?.is_empty()))
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

/// The first administrator, at the county's government, with reach over all agencies. Only while no account exists.
///
/// # Errors
/// [`Refusal::AlreadyInstalled`], or an internal error.
pub fn first_administrator(
    store: &Store,
    tenant: &TenantId,
    login: &str,
    name: &str,
    password: &str,
    now: Instant,
) -> Result<OfficerId, Failure> {
    county(store, tenant, now)?;
    let hash = password::hash_for(password, &[login, name])?;
    let officer = OfficerId::new(crate::random::bytes()?);
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        if tx.has_accounts(tenant)? {
            return Err(Refusal::AlreadyInstalled.into());
        }
        let row = crate::store::OfficerRow {
            id: officer,
            agency: agency_id(agencies::GOVERNMENT),
            name: name.to_owned(),
            helper: false,
            active: true,
            created: now,
        };
        tx.add_officer(tenant, &row)?;
        for role in [Role::AgencyAdmin, Role::SystemAdmin] {
            tx.add_role(tenant, &officer, role)?;
        }
        let account = AccountRow { login: login.to_owned(), officer, password: hash, session_version: 1 };
        tx.add_account(tenant, &account)?;
        tx.touch_reference(tenant)?;
        account_event::note_at_the_machine(tx, tenant, (AtTheMachine::FirstAdministrator, officer), login, now)?;
        Ok(officer)
    })
}

/// Ids of the existing agencies.
fn present(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<BTreeSet<AgencyId>, Failure> {
    Ok(tx.agencies_below(tenant, "")?.into_iter().map(|AgencyRow { id, .. }| id).collect())
}
