//! Persons: officers, their accounts and roles.

use diesel::prelude::*;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::schema::{account, agency, officer, role};
use super::tx::Tx;
use super::{Error, row};

/// A person who works for an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerRow {
    /// Id.
    pub id: OfficerId,
    /// The agency the person belongs to.
    pub agency: AgencyId,
    /// Name.
    pub name: String,
    /// An auxiliary person: helps, never enforces.
    pub helper: bool,
    /// Whether the person still works there.
    pub active: bool,
    /// When the person was entered.
    pub created: Instant,
}

/// A login.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// What the person types.
    pub login: String,
    /// Whose it is.
    pub officer: OfficerId,
    /// Argon2id, PHC string.
    pub password: String,
    /// Tokens of another version are worth nothing.
    pub session_version: i64,
}

impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow")
            .field("officer", &self.officer)
            .field("password", &"<redacted>")
            .finish_non_exhaustive()
    }
}

type Columns = (Vec<u8>, Vec<u8>, Vec<u8>, String, bool, bool, i64);

fn restore(columns: Columns) -> Result<OfficerRow, Error> {
    let (_tenant, id, agency, name, helper, active, created_ms) = columns;
    Ok(OfficerRow {
        id: row::id(&id, OfficerId::from_slice, "officer.id")?,
        agency: row::id(&agency, AgencyId::from_slice, "officer.agency")?,
        name,
        helper,
        active,
        created: Instant::from_ms(created_ms),
    })
}

type AccountColumns = (Vec<u8>, String, Vec<u8>, String, i64);

fn restore_account(columns: AccountColumns) -> Result<AccountRow, Error> {
    let (_tenant, login, officer, password, session_version) = columns;
    let officer = row::id(&officer, OfficerId::from_slice, "account.officer")?;
    Ok(AccountRow { login, officer, password, session_version })
}

impl Tx<'_> {
    /// One officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officer(&mut self, tenant: &TenantId, id: &OfficerId) -> Result<Option<OfficerRow>, Error> {
        let found =
            officer::table.find((&tenant.bytes()[..], &id.bytes()[..])).get_result::<Columns>(self.db()).optional()?;
        found.map(restore).transpose()
    }

    /// Those of these officers that there are.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers(&mut self, tenant: &TenantId, ids: &[OfficerId]) -> Result<Vec<OfficerRow>, Error> {
        let wanted: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        officer::table
            .filter(officer::tenant.eq(&tenant.bytes()[..]))
            .filter(officer::id.eq_any(wanted))
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Officers of the agencies below `path`, in the order of their ids, those after `after` only.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers_below(
        &mut self,
        tenant: &TenantId,
        path: &str,
        after: Option<&OfficerId>,
        limit: i64,
    ) -> Result<Vec<OfficerRow>, Error> {
        let after = after.map(|id| id.bytes().to_vec()).unwrap_or_default();
        officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(officer::tenant.eq(&tenant.bytes()[..]))
            .filter(agency::path.like(format!("{path}%")))
            .filter(officer::id.gt(after))
            .order(officer::id)
            .limit(limit)
            .select(officer::all_columns)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Adds an officer; the agency is there already.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_officer(&mut self, tenant: &TenantId, new: &OfficerRow) -> Result<(), Error> {
        let OfficerRow { id, agency, name, helper, active, created } = new;
        diesel::insert_into(officer::table)
            .values((
                officer::tenant.eq(&tenant.bytes()[..]),
                officer::id.eq(&id.bytes()[..]),
                officer::agency.eq(&agency.bytes()[..]),
                officer::name.eq(name),
                officer::helper.eq(helper),
                officer::active.eq(active),
                officer::created_ms.eq(created.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// The account behind a login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn account(&mut self, tenant: &TenantId, login: &str) -> Result<Option<AccountRow>, Error> {
        let found =
            account::table.find((&tenant.bytes()[..], login)).get_result::<AccountColumns>(self.db()).optional()?;
        found.map(restore_account).transpose()
    }

    /// Whether anybody can sign in.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_accounts(&mut self, tenant: &TenantId) -> Result<bool, Error> {
        let count: i64 =
            account::table.filter(account::tenant.eq(&tenant.bytes()[..])).count().get_result(self.db())?;
        Ok(count > 0)
    }

    /// The account of an officer, if there is one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn account_of(&mut self, tenant: &TenantId, id: &OfficerId) -> Result<Option<AccountRow>, Error> {
        let found = account::table
            .filter(account::tenant.eq(&tenant.bytes()[..]))
            .filter(account::officer.eq(&id.bytes()[..]))
            .get_result::<AccountColumns>(self.db())
            .optional()?;
        found.map(restore_account).transpose()
    }

    /// Adds an account; the officer has none yet.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or the login is taken ([`Error::is_duplicate`]).
    pub fn add_account(&mut self, tenant: &TenantId, new: &AccountRow) -> Result<(), Error> {
        let AccountRow { login, officer, password, session_version } = new;
        diesel::insert_into(account::table)
            .values((
                account::tenant.eq(&tenant.bytes()[..]),
                account::login.eq(login),
                account::officer.eq(&officer.bytes()[..]),
                account::password.eq(password),
                account::session_version.eq(session_version),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Gives an account another password; false where there is no such login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_password(&mut self, tenant: &TenantId, login: &str, hash: &str) -> Result<bool, Error> {
        let of_login = account::table.find((&tenant.bytes()[..], login));
        Ok(diesel::update(of_login).set(account::password.eq(hash)).execute(self.db())? == 1)
    }

    /// Ends every session and every access token of an account with its next request.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_sessions(&mut self, tenant: &TenantId, login: &str) -> Result<(), Error> {
        diesel::update(account::table.find((&tenant.bytes()[..], login)))
            .set(account::session_version.eq(account::session_version + 1))
            .execute(self.db())?;
        Ok(())
    }

    /// Roles of an officer, sorted by name.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn roles(&mut self, tenant: &TenantId, id: &OfficerId) -> Result<Vec<Role>, Error> {
        role::table
            .filter(role::tenant.eq(&tenant.bytes()[..]))
            .filter(role::officer.eq(&id.bytes()[..]))
            .order(role::name)
            .select(role::name)
            .load::<String>(self.db())?
            .iter()
            .map(|name| row::code("role", "name", id, name))
            .collect()
    }

    /// Gives an officer a role; the officer does not have it yet.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_role(&mut self, tenant: &TenantId, id: &OfficerId, name: Role) -> Result<(), Error> {
        diesel::insert_into(role::table)
            .values((role::tenant.eq(&tenant.bytes()[..]), role::officer.eq(&id.bytes()[..]), role::name.eq(name)))
            .execute(self.db())?;
        Ok(())
    }
}
