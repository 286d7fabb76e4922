//! The tree of agencies.

use diesel::prelude::*;
use sync_core::id::{AgencyId, TenantId};

use super::schema::agency;
use super::tx::Tx;
use super::{Error, row};

/// An organ, or an organisation authorised by law (执法主体), or a body within one.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// `government`, `department`, `station`, `street`, `justice`.
    pub kind: String,
    /// Field of enforcement, such as `market`.
    pub sector: String,
    /// The organ in whose name a station acts; none where it acts in its own.
    pub acts_for: Option<AgencyId>,
    /// Where a party asks for reconsideration (行政复议机关).
    pub reconsideration: Option<AgencyId>,
    /// Whether it still enforces.
    pub active: bool,
}

type Columns =
    (Vec<u8>, Vec<u8>, Option<Vec<u8>>, String, String, String, String, String, Option<Vec<u8>>, Option<Vec<u8>>, bool);

fn restore(columns: Columns) -> Result<AgencyRow, Error> {
    let (_tenant, id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active) = columns;
    let other = |id: Option<Vec<u8>>, what| id.map(|id| row::id(&id, AgencyId::from_slice, what)).transpose();
    Ok(AgencyRow {
        id: row::id(&id, AgencyId::from_slice, "agency.id")?,
        parent: other(parent, "agency.parent")?,
        path,
        name,
        short_name,
        kind,
        sector,
        acts_for: other(acts_for, "agency.acts_for")?,
        reconsideration: other(reconsideration, "agency.reconsideration")?,
        active,
    })
}

impl Tx<'_> {
    /// One agency.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn agency(&mut self, tenant: &TenantId, id: &AgencyId) -> Result<Option<AgencyRow>, Error> {
        let found =
            agency::table.find((&tenant.bytes()[..], &id.bytes()[..])).get_result::<Columns>(self.db()).optional()?;
        found.map(restore).transpose()
    }

    /// The agencies below `path`, itself included, in the order of the tree. An empty path is all of them.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn agencies_below(&mut self, tenant: &TenantId, path: &str) -> Result<Vec<AgencyRow>, Error> {
        agency::table
            .filter(agency::tenant.eq(&tenant.bytes()[..]))
            .filter(agency::path.like(format!("{path}%")))
            .order(agency::path)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(restore)
            .collect()
    }

    /// Adds an agency; its parent is there already.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_agency(&mut self, tenant: &TenantId, new: &AgencyRow) -> Result<(), Error> {
        let AgencyRow { id, parent, path, name, short_name, kind, sector, acts_for, reconsideration, active } = new;
        let other = |id: &Option<AgencyId>| id.map(|id| id.bytes().to_vec());
        diesel::insert_into(agency::table)
            .values((
                agency::tenant.eq(&tenant.bytes()[..]),
                agency::id.eq(&id.bytes()[..]),
                agency::parent.eq(other(parent)),
                agency::path.eq(path),
                agency::name.eq(name),
                agency::short_name.eq(short_name),
                agency::kind.eq(kind),
                agency::sector.eq(sector),
                agency::acts_for.eq(other(acts_for)),
                agency::reconsideration.eq(other(reconsideration)),
                agency::active.eq(active),
            ))
            .execute(self.db())?;
        Ok(())
    }
}
