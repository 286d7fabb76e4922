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
#[diesel(table_name = account, treat_none_as_default_value = false)]
pub struct AccountRow {
    /// The login.
    pub login: String,
    /// Whose it is.
    pub officer: OfficerId,
    /// Argon2id, PHC string.
    pub password: String,
    /// Version of the sessions: tokens of another version are not valid.
    pub session_version: i64,
    /// End of a one-time password, which permits nothing but choosing another; none where the owner chose the password.
    #[diesel(column_name = one_time_until_ms)]
    pub one_time_until: Option<Instant>,
    /// Since when the account is closed.
    #[diesel(column_name = closed_ms)]
    pub closed: Option<Instant>,
}

impl AccountRow {
    /// A new account whose owner knows the password.
    pub fn new(login: &str, officer: OfficerId, password: String) -> Self {
        let login = login.to_owned();
        Self { login, officer, password, session_version: 1, one_time_until: None, closed: None }
    }
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

    /// Officers of the agencies below `path`, in the order of their ids, those after `after` only; of `hidden` those who are
    /// active.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers_below(
        &mut self,
        tenant: &TenantId,
        (path, hidden): (&str, &[OfficerId]),
        after: Option<&OfficerId>,
        limit: i64,
    ) -> Result<Vec<OfficerRow>, Error> {
        let mut below = officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .filter(officer::tenant.eq(*tenant))
            .filter(agency::path.like(format!("{path}%")))
            .filter(officer::active.eq(true).or(officer::id.ne_all(hidden.to_vec())))
            .order(officer::id)
            .limit(limit)
            .select(OfficerRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            below = below.filter(officer::id.gt(*after));
        }
        Ok(below.load(self.db())?)
    }

    /// The people of one agency, by name.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn officers_of_agency(&mut self, tenant: &TenantId, agency: &AgencyId) -> Result<Vec<OfficerRow>, Error> {
        let theirs = officer::table.filter(officer::tenant.eq(tenant)).filter(officer::agency.eq(agency));
        Ok(theirs.order((officer::name, officer::id)).select(OfficerRow::as_select()).load(self.db())?)
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

    /// Whether any account is open.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_accounts(&mut self, tenant: &TenantId) -> Result<bool, Error> {
        let open = account::table.filter(account::tenant.eq(tenant)).filter(account::closed_ms.is_null());
        let count: i64 = open.count().get_result(self.db())?;
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

    /// Gives an account a password that its owner knows; false where there is no such login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_password(&mut self, tenant: &TenantId, login: &str, hash: &str) -> Result<bool, Error> {
        self.put_password(tenant, login, hash, None)
    }

    /// Gives an account a one-time password, and opens it if it was closed; false where there is no such login.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_one_time_password(
        &mut self,
        tenant: &TenantId,
        login: &str,
        hash: &str,
        until: Instant,
    ) -> Result<bool, Error> {
        diesel::update(account::table.find((tenant, login)))
            .set(account::closed_ms.eq(None::<Instant>))
            .execute(self.db())?;
        self.put_password(tenant, login, hash, Some(until))
    }

    fn put_password(
        &mut self,
        tenant: &TenantId,
        login: &str,
        hash: &str,
        until: Option<Instant>,
    ) -> Result<bool, Error> {
        let changed = diesel::update(account::table.find((tenant, login)))
            .set((account::password.eq(hash), account::one_time_until_ms.eq(until)))
            .execute(self.db())?;
        Ok(changed == 1)
    }

    /// Closes an account. Its sessions are ended separately.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn close_account(&mut self, tenant: &TenantId, login: &str, at: Instant) -> Result<(), Error> {
        diesel::update(account::table.find((tenant, login))).set(account::closed_ms.eq(at)).execute(self.db())?;
        Ok(())
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

    /// Takes a role from an officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn remove_role(&mut self, tenant: &TenantId, id: &OfficerId, name: Role) -> Result<(), Error> {
        diesel::delete(role::table.find((tenant, id, name))).execute(self.db())?;
        Ok(())
    }

    /// Everybody who holds this role.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn holders(&mut self, tenant: &TenantId, name: Role) -> Result<Vec<OfficerId>, Error> {
        let held = role::table.filter(role::tenant.eq(tenant)).filter(role::name.eq(name));
        Ok(held.select(role::officer).load(self.db())?)
    }

    /// Whether anybody who is active has this role.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn is_role_held(&mut self, tenant: &TenantId, name: Role) -> Result<bool, Error> {
        let held = role::table
            .inner_join(officer::table.on(officer::tenant.eq(role::tenant).and(officer::id.eq(role::officer))))
            .filter(role::tenant.eq(tenant))
            .filter(role::name.eq(name))
            .filter(officer::active.eq(true))
            .select(role::officer)
            .first::<OfficerId>(self.db());
        Ok(held.optional()?.is_some())
    }

    /// Replaces what the register says of an officer.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_officer(&mut self, tenant: &TenantId, row: &OfficerRow) -> Result<(), Error> {
        let OfficerRow { id, agency, name, helper, active, created: _ } = row;
        diesel::update(officer::table.find((tenant, id)))
            .set((
                officer::agency.eq(agency),
                officer::name.eq(name),
                officer::helper.eq(helper),
                officer::active.eq(active),
            ))
            .execute(self.db())?;
        Ok(())
    }
}
