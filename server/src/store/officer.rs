//! Persons: officers, their accounts and roles.

use diesel::prelude::*;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::schema::{account, agency, officer, role};
use super::tx::Tx;
use super::{Error, row};

/// A person of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = officer)]
pub struct OfficerRow {
    /// Id.
    pub id: OfficerId,
    /// The agency the person belongs to.
    pub agency: AgencyId,
    /// Name.
    pub name: String,
    /// Whether the person is an auxiliary, who helps and may not enforce.
    pub helper: bool,
    /// Whether the person still works there.
    pub active: bool,
    /// When the person was entered.
    #[diesel(column_name = created_ms)]
    pub created: Instant,
}

/// A login.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = account)]
pub struct AccountRow {
    /// The login.
    pub login: String,
    /// Whose it is.
    pub officer: OfficerId,
    /// Argon2id, PHC string.
    pub password: String,
    /// Version of the sessions: tokens of another version are not valid.
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

impl Tx<'_> {
    /// One officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officer(&mut self, tenant: &TenantId, id: &OfficerId) -> Result<Option<OfficerRow>, Error> {
        Ok(officer::table.find((tenant, id)).select(OfficerRow::as_select()).first(self.db()).optional()?)
    }

    /// Whether there is an officer who is not one of these.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_officer_beside(&mut self, tenant: &TenantId, ids: &[OfficerId]) -> Result<bool, Error> {
        let known: Vec<&[u8]> = ids.iter().map(|id| &id.bytes()[..]).collect();
        let other = officer::table
            .filter(officer::tenant.eq(&tenant.bytes()[..]))
            .filter(officer::id.ne_all(known))
            .select(officer::id)
            .first::<Vec<u8>>(self.db())
            .optional()?;
        Ok(other.is_some())
    }

    /// Those of these officers that exist.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers(&mut self, tenant: &TenantId, ids: &[OfficerId]) -> Result<Vec<OfficerRow>, Error> {
        let wanted = officer::table.filter(officer::tenant.eq(tenant)).filter(officer::id.eq_any(ids));
        Ok(wanted.select(OfficerRow::as_select()).load(self.db())?)
    }

    /// The officers with this name.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers_named(&mut self, tenant: &TenantId, name: &str) -> Result<Vec<OfficerId>, Error> {
        let named = officer::table.filter(officer::tenant.eq(tenant)).filter(officer::name.eq(name));
        Ok(named.select(officer::id).load(self.db())?)
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
        let mut below = officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(officer::tenant.eq(*tenant))
            .filter(agency::path.like(format!("{path}%")))
            .order(officer::id)
            .limit(limit)
            .select(OfficerRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            below = below.filter(officer::id.gt(*after));
        }
        Ok(below.load(self.db())?)
    }

    /// Adds an officer; the agency must exist.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_officer(&mut self, tenant: &TenantId, new: &OfficerRow) -> Result<(), Error> {
        diesel::insert_into(officer::table).values((officer::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// The account behind a login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn account(&mut self, tenant: &TenantId, login: &str) -> Result<Option<AccountRow>, Error> {
        Ok(account::table.find((tenant, login)).select(AccountRow::as_select()).first(self.db()).optional()?)
    }

    /// Whether any account exists.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_accounts(&mut self, tenant: &TenantId) -> Result<bool, Error> {
        let count: i64 = account::table.filter(account::tenant.eq(tenant)).count().get_result(self.db())?;
        Ok(count > 0)
    }

    /// The account of an officer, if there is one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn account_of(&mut self, tenant: &TenantId, id: &OfficerId) -> Result<Option<AccountRow>, Error> {
        let theirs = account::table.filter(account::tenant.eq(tenant)).filter(account::officer.eq(id));
        Ok(theirs.select(AccountRow::as_select()).first(self.db()).optional()?)
    }

    /// Adds an account; the officer has none yet.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or the login is taken ([`Error::is_duplicate`]).
    pub fn add_account(&mut self, tenant: &TenantId, new: &AccountRow) -> Result<(), Error> {
        diesel::insert_into(account::table).values((account::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Gives an account another password; false where there is no such login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_password(&mut self, tenant: &TenantId, login: &str, hash: &str) -> Result<bool, Error> {
        let of_login = account::table.find((tenant, login));
        Ok(diesel::update(of_login).set(account::password.eq(hash)).execute(self.db())? == 1)
    }

    /// Ends every session and every access token of an account with its next request.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_sessions(&mut self, tenant: &TenantId, login: &str) -> Result<(), Error> {
        diesel::update(account::table.find((tenant, login)))
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
            .filter(role::tenant.eq(tenant))
            .filter(role::officer.eq(id))
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
            .values((role::tenant.eq(tenant), role::officer.eq(id), role::name.eq(name)))
            .execute(self.db())?;
        Ok(())
    }
}
