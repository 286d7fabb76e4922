//! Deputies: somebody has the role of an absent head from an instant to an instant.

use diesel::prelude::*;
use sync_core::id::{OfficerId, TenantId, hex};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::schema::deputy;
use super::tx::Tx;
use super::{Error, row};

/// A deputy.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = deputy, treat_none_as_default_value = false)]
pub struct DeputyRow {
    /// Id.
    pub id: [u8; 16],
    /// Who is absent.
    pub head: OfficerId,
    /// Who deputises.
    pub officer: OfficerId,
    /// The role of the absent head.
    pub role: Role,
    /// From then on.
    #[diesel(column_name = from_ms)]
    pub from: Instant,
    /// The first instant after it.
    #[diesel(column_name = until_ms)]
    pub until: Instant,
    /// When it ended before its time.
    #[diesel(column_name = ended_ms)]
    pub ended: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deputy)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    head: OfficerId,
    officer: OfficerId,
    role: String,
    from_ms: Instant,
    until_ms: Instant,
    ended_ms: Option<Instant>,
}

impl Row {
    fn restore(self) -> Result<DeputyRow, Error> {
        let Self { id, head, officer, role, from_ms: from, until_ms: until, ended_ms: ended } = self;
        let role = row::code("deputy", "role", hex(&id), &role)?;
        Ok(DeputyRow { id, head, officer, role, from, until, ended })
    }
}

impl Tx<'_> {
    /// Adds a deputy.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_deputy(&mut self, tenant: &TenantId, new: &DeputyRow) -> Result<(), Error> {
        diesel::insert_into(deputy::table).values((deputy::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// One deputy.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn deputy(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<DeputyRow>, Error> {
        let found = deputy::table.find((tenant, &id[..])).select(Row::as_select());
        found.first(self.db()).optional()?.map(Row::restore).transpose()
    }

    /// Where this person is absent or deputises, the last to end first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn deputies_about(
        &mut self,
        tenant: &TenantId,
        officer: &OfficerId,
        limit: i64,
    ) -> Result<Vec<DeputyRow>, Error> {
        let found = deputy::table
            .filter(deputy::tenant.eq(tenant))
            .filter(deputy::head.eq(officer).or(deputy::officer.eq(officer)))
            .order((deputy::until_ms.desc(), deputy::id))
            .limit(limit)
            .select(Row::as_select());
        found.load(self.db())?.into_iter().map(Row::restore).collect()
    }

    /// Ends a deputy who has not ended yet; false where there is none.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_deputy(&mut self, tenant: &TenantId, id: &[u8; 16], at: Instant) -> Result<bool, Error> {
        let open = deputy::table.find((tenant, &id[..])).filter(deputy::ended_ms.is_null());
        let open = open.filter(deputy::until_ms.gt(at));
        Ok(diesel::update(open).set(deputy::ended_ms.eq(at)).execute(self.db())? == 1)
    }

    /// Ends every deputy of this head in this role.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_deputies_of_role(
        &mut self,
        tenant: &TenantId,
        head: &OfficerId,
        role: Role,
        at: Instant,
    ) -> Result<(), Error> {
        let open = deputy::table
            .filter(deputy::tenant.eq(tenant))
            .filter(deputy::head.eq(head))
            .filter(deputy::role.eq(role))
            .filter(deputy::ended_ms.is_null())
            .filter(deputy::until_ms.gt(at));
        diesel::update(open).set(deputy::ended_ms.eq(at)).execute(self.db())?;
        Ok(())
    }

    /// Ends every deputy of this person, and of every role that this person has as a deputy.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_deputies_about(&mut self, tenant: &TenantId, officer: &OfficerId, at: Instant) -> Result<(), Error> {
        let open = deputy::table
            .filter(deputy::tenant.eq(tenant))
            .filter(deputy::head.eq(officer).or(deputy::officer.eq(officer)))
            .filter(deputy::ended_ms.is_null())
            .filter(deputy::until_ms.gt(at));
        diesel::update(open).set(deputy::ended_ms.eq(at)).execute(self.db())?;
        Ok(())
    }
}
