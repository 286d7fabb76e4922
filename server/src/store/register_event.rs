//! Records of the register: what was done to people, certificates, accounts and roles, by whom and why.

use diesel::prelude::*;
use sync_core::id::{AgencyId, OfficerId, TenantId, hex};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;

use super::by_time::page_by_time;
use super::dialect::by_column;
use super::schema::{agency, register_event};
use super::tx::Tx;
use super::{Error, TimePage, row};

/// Something that was done to the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEventRow {
    /// Id.
    pub id: [u8; 16],
    /// When.
    pub at: Instant,
    /// Who did it; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// The kind.
    pub kind: RegisterEventKind,
    /// The person concerned; none for an import as a whole.
    pub officer: Option<OfficerId>,
    /// The agency concerned, of a person the one at that time; none for what concerns no agency.
    pub agency: Option<AgencyId>,
    /// What it was and what it is, as JSON.
    pub detail: String,
    /// Why.
    pub reason: String,
}

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterEventFilter {
    /// All.
    All,
    /// Those about agencies below this path.
    Below(String),
    /// Those about this person.
    Of(OfficerId),
}

#[derive(Insertable)]
#[diesel(table_name = register_event, treat_none_as_default_value = false)]
pub(super) struct NewEvent {
    tenant: TenantId,
    id: [u8; 16],
    at_ms: Instant,
    actor: Option<OfficerId>,
    kind: RegisterEventKind,
    officer: Option<OfficerId>,
    detail: String,
    reason: String,
    agency: Option<AgencyId>,
}
by_column!(register_event, NewEvent { tenant, id, at_ms, actor, kind, officer, detail, reason, agency });

impl NewEvent {
    pub(super) fn of(tenant: &TenantId, row: RegisterEventRow) -> Self {
        let RegisterEventRow { id, at, actor, kind, officer, agency, detail, reason } = row;
        Self { tenant: *tenant, id, at_ms: at, actor, kind, officer, detail, reason, agency }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_event)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    at_ms: Instant,
    actor: Option<OfficerId>,
    kind: String,
    officer: Option<OfficerId>,
    detail: String,
    reason: String,
    agency: Option<AgencyId>,
}

impl Row {
    fn restore(self) -> Result<RegisterEventRow, Error> {
        let Self { id, at_ms: at, actor, kind, officer, detail, reason, agency } = self;
        let kind = row::code("register_event", "kind", hex(&id), &kind)?;
        Ok(RegisterEventRow { id, at, actor, kind, officer, agency, detail, reason })
    }
}

impl Tx<'_> {
    /// Adds a record. Records are permanent.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_register_event(&mut self, tenant: &TenantId, new: RegisterEventRow) -> Result<(), Error> {
        diesel::insert_into(register_event::table).values(NewEvent::of(tenant, new)).execute(self.db())?;
        Ok(())
    }

    /// One record.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn register_event(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<RegisterEventRow>, Error> {
        let found = register_event::table.find((tenant, &id[..])).select(Row::as_select());
        found.first(self.db()).optional()?.map(Row::restore).transpose()
    }

    /// How many records there are about a person: it grows with everything that is done to them.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn count_register_events(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<i64, Error> {
        let theirs =
            register_event::table.filter(register_event::tenant.eq(tenant)).filter(register_event::officer.eq(officer));
        Ok(theirs.count().get_result(self.db())?)
    }

    /// Whether there is a record of this kind.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn has_register_event(&mut self, tenant: &TenantId, kind: RegisterEventKind) -> Result<bool, Error> {
        let one = register_event::table
            .filter(register_event::tenant.eq(tenant))
            .filter(register_event::kind.eq(kind))
            .select(register_event::at_ms)
            .first::<Instant>(self.db())
            .optional()?;
        Ok(one.is_some())
    }

    /// A page of records, and one more row if there is another page.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn register_events(
        &mut self,
        tenant: &TenantId,
        filter: &RegisterEventFilter,
        page: &TimePage,
    ) -> Result<Vec<RegisterEventRow>, Error> {
        let mut query = register_event::table.filter(register_event::tenant.eq(*tenant)).into_boxed();
        match filter {
            RegisterEventFilter::All => {}
            RegisterEventFilter::Of(officer) => query = query.filter(register_event::officer.eq(*officer)),
            RegisterEventFilter::Below(path) => {
                let below = agency::table
                    .filter(agency::tenant.eq(*tenant))
                    .filter(agency::path.like(format!("{path}%")))
                    .select(agency::id.nullable());
                query = query.filter(register_event::agency.eq_any(below));
            }
        }
        let query = page_by_time!(query, page, register_event::at_ms, register_event::id);
        query.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }
}
