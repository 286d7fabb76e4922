//! The tree of agencies.

use diesel::prelude::*;
use sync_core::agency::AgencyKind;
use sync_core::decision::CaseStatus;
use sync_core::id::{AgencyId, TenantId};
use sync_core::organ::{Node, Standing};
use sync_core::time::Instant;

use super::schema::{agency, case_file, officer, supervision_lead};
use super::tx::Tx;
use super::{Error, OutboxKind, row};

/// An organ, or an organisation authorised by law (执法主体), or a body within one.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = agency, treat_none_as_default_value = false)]
pub struct AgencyRow {
    /// Id.
    pub id: AgencyId,
    /// The node above; none for the root.
    pub parent: Option<AgencyId>,
    /// Ids from the root to here, hex, each followed by `/`.
    pub path: String,
    /// Full name.
    pub name: String,
    /// As document numbers write it.
    pub short_name: String,
    /// The kind.
    pub kind: AgencyKind,
    /// Field of enforcement, such as `market`.
    pub sector: String,
    /// The organ in whose name a station acts; none if it acts in its own.
    pub acts_for: Option<AgencyId>,
    /// The organ of reconsideration for its decisions (行政复议机关).
    pub reconsideration: Option<AgencyId>,
    /// Whether it still enforces.
    pub active: bool,
}

impl AgencyRow {
    /// The agency, as far as the tree is concerned.
    pub fn node(&self) -> Node {
        let Self { id, parent: _, path, name, short_name, kind, sector: _, acts_for, reconsideration: _, active } =
            self;
        Node {
            id: *id,
            path: path.clone(),
            name: name.clone(),
            short_name: short_name.clone(),
            kind: *kind,
            acts_for: *acts_for,
            active: *active,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = agency)]
struct Row {
    id: AgencyId,
    parent: Option<AgencyId>,
    path: String,
    name: String,
    short_name: String,
    kind: String,
    sector: String,
    acts_for: Option<AgencyId>,
    reconsideration: Option<AgencyId>,
    active: bool,
}

impl Row {
    fn restore(self) -> Result<AgencyRow, Error> {
        let Self { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active } = self;
        let kind = row::code("agency", "kind", id, &kind)?;
        Ok(AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active })
    }
}

/// The cases of the agencies whose paths begin with `path`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn cases_below(tenant: TenantId, path: String) -> _ {
    case_file::table
        .filter(case_file::tenant.eq(tenant))
        .filter(case_file::agency_path.like(path))
        .select(case_file::id.nullable())
}

/// The people of the agencies whose paths begin with `path`.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn people_below(tenant: TenantId, path: String) -> _ {
    officer::table
        .inner_join(agency::table.on(agency::tenant.eq(officer::tenant).and(agency::id.eq(officer::agency))))
        .filter(officer::tenant.eq(tenant))
        .filter(agency::path.like(path))
        .select(officer::id)
}

impl Tx<'_> {
    /// One agency.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn agency(&mut self, tenant: &TenantId, id: &AgencyId) -> Result<Option<AgencyRow>, Error> {
        let found = agency::table.find((tenant, id)).select(Row::as_select());
        found.first(self.db()).optional()?.map(Row::restore).transpose()
    }

    /// The agencies below `path`, itself included, in the order of the tree. An empty path is all of them.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn agencies_below(&mut self, tenant: &TenantId, path: &str) -> Result<Vec<AgencyRow>, Error> {
        let below = agency::table
            .filter(agency::tenant.eq(tenant))
            .filter(agency::path.like(format!("{path}%")))
            .order(agency::path);
        below.select(Row::as_select()).load(self.db())?.into_iter().map(Row::restore).collect()
    }

    /// Adds an agency; its parent must exist.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_agency(&mut self, tenant: &TenantId, new: &AgencyRow) -> Result<(), Error> {
        diesel::insert_into(agency::table).values((agency::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Replaces an agency. Its cases and leads follow its path, which decides who reaches them; the search indexes the cases
    /// again.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn put_agency(&mut self, tenant: &TenantId, row: &AgencyRow) -> Result<(), Error> {
        let AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active } = row;
        diesel::update(agency::table.find((tenant, id)))
            .set((
                agency::parent.eq(parent),
                agency::path.eq(path),
                agency::name.eq(name),
                agency::short_name.eq(short_name),
                agency::kind.eq(kind),
                agency::sector.eq(sector),
                agency::acts_for.eq(acts_for),
                agency::reconsideration.eq(reconsideration),
                agency::active.eq(active),
            ))
            .execute(self.db())?;
        let is_elsewhere =
            case_file::tenant.eq(tenant).and(case_file::agency.eq(id)).and(case_file::agency_path.ne(path));
        let moved: Vec<(i64, Instant)> = case_file::table
            .filter(is_elsewhere)
            .select((case_file::case_leaf, case_file::updated_ms))
            .load(self.db())?;
        diesel::update(case_file::table.filter(is_elsewhere))
            .set(case_file::agency_path.eq(path))
            .execute(self.db())?;
        self.add_outbox(tenant, OutboxKind::IndexCase, moved)?;
        diesel::update(
            supervision_lead::table
                .filter(supervision_lead::tenant.eq(tenant))
                .filter(supervision_lead::agency.eq(id))
                .filter(supervision_lead::agency_path.ne(path)),
        )
        .set(supervision_lead::agency_path.eq(path))
        .execute(self.db())?;
        Ok(())
    }

    /// What keeps an agency open: its people, its open cases, and agencies below it or acting in its name. Mandates are not
    /// counted here: see [`Tx::mandates_of`].
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn agency_standing(&mut self, tenant: &TenantId, row: &AgencyRow) -> Result<Standing, Error> {
        let people = officer::table
            .filter(officer::tenant.eq(tenant))
            .filter(officer::agency.eq(row.id))
            .filter(officer::active.eq(true))
            .count()
            .get_result(self.db())?;
        let cases = case_file::table
            .filter(case_file::tenant.eq(tenant))
            .filter(case_file::agency_path.eq(&row.path))
            .filter(case_file::status.ne(CaseStatus::Closed))
            .count()
            .get_result(self.db())?;
        let agencies = agency::table
            .filter(agency::tenant.eq(tenant))
            .filter(agency::active.eq(true))
            .filter(agency::parent.eq(row.id).or(agency::acts_for.eq(row.id)))
            .count()
            .get_result(self.db())?;
        Ok(Standing { people, cases, agencies, mandates: 0 })
    }
}
