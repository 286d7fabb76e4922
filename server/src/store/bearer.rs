//! The bearer of an access token: person, agency, roles and phone as the register has them now.

use diesel::prelude::*;
use sync_core::id::{AgencyId, DeviceId, OfficerId, TenantId};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::schema::{account, agency, deputy, device, officer, role};
use super::tx::Tx;
use super::{Error, row};

/// An officer with everything that authentication needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerRow {
    /// Name.
    pub name: String,
    /// Whether the person still works there.
    pub active: bool,
    /// The agency.
    pub agency: AgencyId,
    /// Name of the agency.
    pub agency_name: String,
    /// Path of the agency in the tree.
    pub path: String,
    /// Version of the sessions: tokens of another version are not valid. None if there is no account.
    pub session_version: Option<i64>,
    /// Whether the password of the account is a one-time password.
    pub one_time: bool,
    /// Whether the account is closed.
    pub closed: bool,
    /// Roles, sorted by name: those that the person holds, and those of heads for whom they deputise now.
    pub roles: Vec<Role>,
    /// The requested phone, if it is enrolled for this officer.
    pub phone: Option<PhoneRow>,
}

/// The phone of a bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneRow {
    /// When it was revoked, if it was.
    pub revoked: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = officer)]
struct Person {
    name: String,
    active: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = agency)]
struct AgencyColumns {
    id: AgencyId,
    name: String,
    path: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = account)]
struct AccountColumns {
    session_version: i64,
    one_time_until_ms: Option<Instant>,
    closed_ms: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device)]
struct Phone {
    #[expect(dead_code, reason = "a column that is never null says that there is a phone")]
    enrolled_ms: Instant,
    revoked_ms: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = role)]
struct Named {
    name: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deputy)]
struct Deputised {
    role: String,
}

/// One row of the statement: the person, once per role, and that once per deputised role.
#[derive(Queryable, Selectable)]
#[diesel(table_name = officer)]
struct Row {
    #[diesel(embed)]
    person: Person,
    #[diesel(embed)]
    place: AgencyColumns,
    #[diesel(embed)]
    session: Option<AccountColumns>,
    #[diesel(embed)]
    phone: Option<Phone>,
    #[diesel(embed)]
    role: Option<Named>,
    #[diesel(embed)]
    deputised: Option<Deputised>,
}

impl Tx<'_> {
    /// The officer `id` with agency, account, roles at `now` and the phone if it is theirs, in one statement.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn bearer(
        &mut self,
        tenant: &TenantId,
        id: &OfficerId,
        phone: Option<&DeviceId>,
        now: Instant,
    ) -> Result<Option<BearerRow>, Error> {
        // No phone has this id.
        let phone = phone.copied().unwrap_or(DeviceId::SERVER);
        let theirs = device::tenant.eq(officer::tenant).and(device::officer.eq(officer::id)).and(device::id.eq(phone));
        let deputises = deputy::tenant
            .eq(officer::tenant)
            .and(deputy::officer.eq(officer::id))
            .and(deputy::from_ms.le(now))
            .and(deputy::until_ms.gt(now))
            .and(deputy::ended_ms.is_null().or(deputy::ended_ms.gt(now)));
        let found = officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .left_join(account::table.on(account::tenant.eq(officer::tenant).and(account::officer.eq(officer::id))))
            .left_join(device::table.on(theirs))
            .left_join(role::table.on(role::tenant.eq(officer::tenant).and(role::officer.eq(officer::id))))
            .left_join(deputy::table.on(deputises))
            .filter(officer::tenant.eq(tenant))
            .filter(officer::id.eq(id))
            .order(role::name)
            .select(Row::as_select())
            .load(self.db())?;
        let mut bearer: Option<BearerRow> = None;
        for Row { person, place, session, phone, role, deputised } in found {
            let bearer = bearer.get_or_insert_with(|| BearerRow {
                name: person.name,
                active: person.active,
                agency: place.id,
                agency_name: place.name,
                path: place.path,
                session_version: session.as_ref().map(|session| session.session_version),
                one_time: session.as_ref().is_some_and(|session| session.one_time_until_ms.is_some()),
                closed: session.is_some_and(|session| session.closed_ms.is_some()),
                roles: Vec::new(),
                phone: phone.map(|phone| PhoneRow { revoked: phone.revoked_ms }),
            });
            if let Some(role) = role {
                bearer.roles.push(row::code("role", "name", id, &role.name)?);
            }
            if let Some(deputised) = deputised {
                bearer.roles.push(row::code("deputy", "role", id, &deputised.role)?);
            }
        }
        if let Some(bearer) = &mut bearer {
            bearer.roles.sort_by_key(|role| role.code());
            bearer.roles.dedup();
        }
        Ok(bearer)
    }
}
