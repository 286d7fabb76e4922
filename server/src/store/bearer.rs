//! Who brings an access token, as the register has them now.

use diesel::prelude::*;
use sync_core::id::{AgencyId, DeviceId, OfficerId, TenantId};
use sync_core::role::Role;
use sync_core::time::Instant;

use super::schema::{account, agency, device, officer, role};
use super::tx::Tx;
use super::{Error, row};

/// An officer with what every request asks about them.
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
    /// Tokens of another version are worth nothing; none where there is no account.
    pub session_version: Option<i64>,
    /// Roles, sorted by name.
    pub roles: Vec<Role>,
    /// The phone that was asked for, if it is enrolled for this officer.
    pub phone: Option<PhoneRow>,
}

/// The phone of a bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneRow {
    /// When it was revoked, if it was.
    pub revoked: Option<Instant>,
}

type Columns = (String, bool, Vec<u8>, String, String, Option<i64>, Option<i64>, Option<i64>, Option<String>);

impl Tx<'_> {
    /// The officer `id` with agency, account, roles and, where it is theirs, the phone: one statement.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn bearer(
        &mut self,
        tenant: &TenantId,
        id: &OfficerId,
        phone: Option<&DeviceId>,
    ) -> Result<Option<BearerRow>, Error> {
        let phone = phone.map(|phone| phone.bytes().to_vec()).unwrap_or_default();
        let theirs = device::tenant.eq(officer::tenant).and(device::officer.eq(officer::id)).and(device::id.eq(phone));
        let found = officer::table
            .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
            .left_join(account::table.on(account::tenant.eq(officer::tenant).and(account::officer.eq(officer::id))))
            .left_join(device::table.on(theirs))
            .left_join(role::table.on(role::tenant.eq(officer::tenant).and(role::officer.eq(officer::id))))
            .filter(officer::tenant.eq(&tenant.bytes()[..]))
            .filter(officer::id.eq(&id.bytes()[..]))
            .order(role::name)
            .select((
                officer::name,
                officer::active,
                agency::id,
                agency::name,
                agency::path,
                account::session_version.nullable(),
                device::enrolled_ms.nullable(),
                device::revoked_ms.nullable(),
                role::name.nullable(),
            ))
            .load::<Columns>(self.db())?;
        let mut bearer: Option<BearerRow> = None;
        for (name, active, agency, agency_name, path, session_version, enrolled, revoked, role) in found {
            let bearer = match &mut bearer {
                Some(bearer) => bearer,
                None => bearer.insert(BearerRow {
                    name,
                    active,
                    agency: row::id(&agency, AgencyId::from_slice, "officer.agency")?,
                    agency_name,
                    path,
                    session_version,
                    roles: Vec::new(),
                    phone: enrolled.map(|_enrolled| PhoneRow { revoked: revoked.map(Instant::from_ms) }),
                }),
            };
            if let Some(role) = role {
                bearer.roles.push(row::code("role", "name", id, &role)?);
            }
        }
        Ok(bearer)
    }
}
