//! The projection of a case: the columns that lists show, filter by and search.
//!
//! Promise: derived from the changes alone; it can be deleted and rebuilt. Every write of a case here queues it for
//! indexing in the same transaction.

use std::cmp::Ordering;

use diesel::prelude::*;
use sync_core::decision::{CaseStatus, Filing};
use sync_core::id::{AgencyId, CaseId, ChangeId, Digest, OfficerId, TenantId, hex};
use sync_core::op::CaseKind;
use sync_core::time::Instant;

use super::change::leaf_of_case;
use super::db::{Backend, Db};
use super::dialect::by_column;
use super::schema::{case_file, case_officer};
use super::tx::Tx;
use super::{Additions, Error, OutboxKind, row};

/// A projected case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFileRow {
    /// The case.
    pub id: CaseId,
    /// Leaf of the change that opened it: its number in the order of the log.
    pub case_leaf: i64,
    /// The agency in whose name it is handled.
    pub agency: AgencyId,
    /// Path of that agency in the tree.
    pub agency_path: String,
    /// The enforcement item.
    pub item: String,
    /// The kind of the case.
    pub kind: CaseKind,
    /// Status.
    pub status: CaseStatus,
    /// The displayed title, cut to a maximum length.
    pub title: String,
    /// The case number, or empty.
    pub number: String,
    /// When its first change was stored.
    pub opened: Instant,
    /// When its newest change was stored.
    pub updated: Instant,
    /// Stored changes.
    pub counter: i64,
    /// Leaf of the newest.
    pub last_leaf: i64,
    /// Hash of the heads: the `ETag`.
    pub basis: Digest,
    /// Changes without a successor, including those outside of the case: what phones compare.
    pub heads: Vec<ChangeId>,
    /// Number of fields with values that differ.
    pub conflicts: i64,
    /// Number of breached rules.
    pub breaches: i64,
    /// Number of evidence files whose bytes had not arrived when the case was projected.
    pub missing_evidence: i64,
    /// Number of open deadlines, also of a closed case.
    pub duties: i64,
    /// Status of the filing of an inspection without code.
    pub filing: Option<Filing>,
    /// Version of the fold.
    pub fold: i64,
}

/// A projected case to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCaseFile {
    /// The columns that lists show and filter by.
    pub file: CaseFileRow,
    /// The text of the case without masked values, from which the search text is made (`flow::search::words`).
    pub search_text: String,
}

/// The columns of the table: codes and heads in their stored form.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = case_file, treat_none_as_default_value = false)]
struct Row {
    case_leaf: i64,
    id: CaseId,
    agency: AgencyId,
    agency_path: String,
    item: String,
    kind: String,
    status: String,
    title: String,
    number: String,
    opened_ms: Instant,
    updated_ms: Instant,
    counter: i64,
    last_leaf: i64,
    basis: Digest,
    heads: Vec<u8>,
    conflicts: i64,
    breaches: i64,
    missing_evidence: i64,
    duties: i64,
    filing: String,
    fold: i64,
}

/// A whole row. It holds no folded state: reading a case folds the stored changes, which are the record.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = case_file, treat_none_as_default_value = false)]
struct NewRow {
    tenant: TenantId,
    #[diesel(embed)]
    row: Row,
    search_text: String,
}

by_column!(case_file, NewRow { tenant, search_text } with row: Row {
    case_leaf, id, agency, agency_path, item, kind, status, title, number, opened_ms, updated_ms, counter, last_leaf,
    basis, heads, conflicts, breaches, missing_evidence, duties, filing, fold
});

impl NewRow {
    fn new(tenant: &TenantId, new: NewCaseFile) -> Self {
        let NewCaseFile { file, search_text } = new;
        Self { tenant: *tenant, row: Row::new(file), search_text }
    }
}

impl Row {
    fn new(file: CaseFileRow) -> Self {
        Self {
            case_leaf: file.case_leaf,
            id: file.id,
            agency: file.agency,
            agency_path: file.agency_path,
            item: file.item,
            kind: file.kind.code().to_owned(),
            status: file.status.code().to_owned(),
            title: file.title,
            number: file.number,
            opened_ms: file.opened,
            updated_ms: file.updated,
            counter: file.counter,
            last_leaf: file.last_leaf,
            basis: file.basis,
            heads: file.heads.iter().flat_map(|head| *head.bytes()).collect(),
            conflicts: file.conflicts,
            breaches: file.breaches,
            missing_evidence: file.missing_evidence,
            duties: file.duties,
            filing: file.filing.map_or("", Filing::code).to_owned(),
            fold: file.fold,
        }
    }

    fn restore(self) -> Result<CaseFileRow, Error> {
        Ok(CaseFileRow {
            id: self.id,
            case_leaf: self.case_leaf,
            agency: self.agency,
            agency_path: self.agency_path,
            item: self.item,
            kind: row::code("case_file", "kind", self.case_leaf, &self.kind)?,
            status: row::code("case_file", "status", self.case_leaf, &self.status)?,
            title: self.title,
            number: self.number,
            opened: self.opened_ms,
            updated: self.updated_ms,
            counter: self.counter,
            last_leaf: self.last_leaf,
            basis: self.basis,
            heads: restore_heads(self.case_leaf, &self.heads)?,
            conflicts: self.conflicts,
            breaches: self.breaches,
            missing_evidence: self.missing_evidence,
            duties: self.duties,
            filing: match self.filing.as_str() {
                "" => None,
                code => Some(row::code("case_file", "filing", self.case_leaf, code)?),
            },
            fold: self.fold,
        })
    }
}

fn restore_heads(case_leaf: i64, bytes: &[u8]) -> Result<Vec<ChangeId>, Error> {
    let (heads, []) = bytes.as_chunks::<32>() else {
        return Err(row::unreadable("case_file", "heads", case_leaf, hex(bytes)));
    };
    Ok(heads.iter().map(|head| ChangeId::new(*head)).collect())
}

/// Filter of a list of cases. All conditions apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only cases of agencies below this path.
    pub agency_path: Option<String>,
    /// Only cases in which this officer takes part.
    pub officer: Option<OfficerId>,
    /// Only cases in which this officer takes part, by the caller's own choice of filter.
    pub with_officer: Option<OfficerId>,
    /// Only this status.
    pub status: Option<CaseStatus>,
    /// Only this kind.
    pub kind: Option<CaseKind>,
    /// Only cases with an open deadline.
    pub with_duties: bool,
    /// Only cases with this status of the filing.
    pub filing: Option<Filing>,
    /// Opened at or after.
    pub opened_from: Option<Instant>,
    /// Opened before.
    pub opened_until: Option<Instant>,
    /// Start of the page; cases after this position only.
    pub after: Option<(Instant, CaseId)>,
    /// The version of the list ([`Tx::case_versions`]); the present list if absent. Queries of `store` ignore it:
    /// `flow::as_of` reads such lists.
    pub as_of: Option<i64>,
    /// The order.
    pub order: CaseOrder,
}

/// Order of a list of cases; cases with equal keys are ordered by id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// The latest change first.
    #[default]
    Newest,
    /// The latest change last.
    Oldest,
    /// The latest opening first.
    OpenedLast,
    /// The earliest opening first.
    OpenedFirst,
    /// The most conflicts, breaches and missing pieces of evidence first.
    MostToSee,
}

impl CaseOrder {
    /// Compares two positions, given by key and id.
    pub fn compare(self, one: (Instant, CaseId), other: (Instant, CaseId)) -> Ordering {
        match self {
            Self::Newest | Self::OpenedLast | Self::MostToSee => other.cmp(&one),
            Self::Oldest | Self::OpenedFirst => one.cmp(&other),
        }
    }

    /// The sort key of a case in this order. [`Self::MostToSee`] sorts by a number, expressed in milliseconds.
    pub fn key(self, row: &CaseFileRow) -> Instant {
        match self {
            Self::Newest | Self::Oldest => row.updated,
            Self::OpenedLast | Self::OpenedFirst => row.opened,
            Self::MostToSee => Instant::from_ms(row.conflicts + row.breaches + row.missing_evidence),
        }
    }
}

pub(super) type Boxed<'a> = case_file::BoxedQuery<'a, Backend>;

/// The filter's conditions, without the start.
pub(super) fn narrow<'a>(query: Boxed<'a>, tenant: &TenantId, filter: &CaseFilter) -> Boxed<'a> {
    let CaseFilter {
        agency_path,
        officer,
        with_officer,
        status,
        kind,
        with_duties,
        filing,
        opened_from,
        opened_until,
        after: _,
        as_of: _,
        order: _,
    } = filter;
    let mut query = query.filter(case_file::tenant.eq(*tenant));
    for officer in officer.iter().chain(with_officer) {
        let theirs = case_officer::table
            .filter(case_officer::tenant.eq(*tenant))
            .filter(case_officer::officer.eq(*officer))
            .select(case_officer::case_leaf);
        query = query.filter(case_file::case_leaf.eq_any(theirs));
    }
    if let Some(path) = agency_path {
        query = query.filter(case_file::agency_path.like(format!("{path}%")));
    }
    if let Some(status) = status {
        query = query.filter(case_file::status.eq(*status));
    }
    if let Some(kind) = kind {
        query = query.filter(case_file::kind.eq(*kind));
    }
    if *with_duties {
        query = query.filter(case_file::duties.gt(0));
    }
    if let Some(filing) = filing {
        query = query.filter(case_file::filing.eq(filing.code()));
    }
    if let Some(from) = opened_from {
        query = query.filter(case_file::opened_ms.ge(*from));
    }
    if let Some(until) = opened_until {
        query = query.filter(case_file::opened_ms.lt(*until));
    }
    query
}

/// The result of a query of cases.
pub(super) fn rows(query: Boxed<'_>, db: &mut Db) -> Result<Vec<CaseFileRow>, Error> {
    query.select(Row::as_select()).load(db)?.into_iter().map(Row::restore).collect()
}

impl Additions<'_> {
    /// Adds cases that were never projected before.
    ///
    /// # Errors
    /// [`Error`] where the operating system has no random bytes.
    pub fn case_files(&mut self, tenant: &TenantId, files: Vec<NewCaseFile>) -> Result<(), Error> {
        let changed = files.iter().map(|new| (new.file.case_leaf, new.file.updated));
        self.outbox(tenant, OutboxKind::IndexCase, changed)?;
        self.rows(files.into_iter().map(|file| NewRow::new(tenant, file)).collect());
        Ok(())
    }
}

impl Tx<'_> {
    /// One projected case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_file(&mut self, tenant: &TenantId, id: &CaseId) -> Result<Option<CaseFileRow>, Error> {
        let found = case_file::table
            .filter(case_file::tenant.eq(tenant))
            .filter(case_file::case_leaf.eq_any(leaf_of_case(*tenant, *id)))
            .select(Row::as_select())
            .get_result(self.db())
            .optional()?;
        found.map(Row::restore).transpose()
    }

    /// The cases with this number.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_numbered(&mut self, tenant: &TenantId, number: &str) -> Result<Vec<CaseId>, Error> {
        let numbered = case_file::table.filter(case_file::tenant.eq(tenant)).filter(case_file::number.eq(number));
        Ok(numbered.select(case_file::id).load(self.db())?)
    }

    /// The projected case whose opening has this leaf.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn case_file_at(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Option<CaseFileRow>, Error> {
        let place = case_file::table.find((tenant, case_leaf));
        place.select(Row::as_select()).get_result(self.db()).optional()?.map(Row::restore).transpose()
    }

    /// The cases in which an officer takes part, in the order of their opening, with their heads.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn heads_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<(CaseId, Vec<ChangeId>)>, Error> {
        case_officer::table
            .inner_join(
                case_file::table.on(case_file::tenant
                    .eq(case_officer::tenant)
                    .and(case_file::case_leaf.eq(case_officer::case_leaf))),
            )
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .order(case_officer::case_leaf)
            .select((case_file::case_leaf, case_file::id, case_file::heads))
            .load::<(i64, CaseId, Vec<u8>)>(self.db())?
            .into_iter()
            .map(|(case_leaf, id, heads)| Ok((id, restore_heads(case_leaf, &heads)?)))
            .collect()
    }

    /// The cases that are not closed and in which an officer takes part, in the order of their opening.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn open_cases_of(&mut self, tenant: &TenantId, officer: &OfficerId) -> Result<Vec<CaseId>, Error> {
        let file = case_file::tenant.eq(case_officer::tenant).and(case_file::case_leaf.eq(case_officer::case_leaf));
        Ok(case_officer::table
            .inner_join(case_file::table.on(file))
            .filter(case_officer::tenant.eq(tenant))
            .filter(case_officer::officer.eq(officer))
            .filter(case_file::status.ne(CaseStatus::Closed.code()))
            .order(case_officer::case_leaf)
            .select(case_file::id)
            .load(self.db())?)
    }

    /// Replaces the projection and the text of a case if it is still at `basis`; otherwise the writer that changed it
    /// has already replaced them.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn put_case_text(&mut self, tenant: &TenantId, file: &CaseFileRow, search_text: &str) -> Result<(), Error> {
        let place = case_file::table.find((tenant, file.case_leaf)).filter(case_file::basis.eq(file.basis));
        let said =
            (case_file::title.eq(&file.title), case_file::item.eq(&file.item), case_file::search_text.eq(search_text));
        if diesel::update(place).set(said).execute(self.db())? > 0 {
            self.add_outbox(tenant, OutboxKind::IndexCase, [(file.case_leaf, file.updated)])?;
        }
        Ok(())
    }

    /// Updates how many rules a case breaches, unless its basis has changed since.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn put_case_breaches(&mut self, tenant: &TenantId, file: &CaseFileRow, breaches: i64) -> Result<(), Error> {
        let place = case_file::table.find((tenant, file.case_leaf)).filter(case_file::basis.eq(file.basis));
        diesel::update(place).set(case_file::breaches.eq(breaches)).execute(self.db())?;
        Ok(())
    }

    /// Replaces a projected case.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn put_case_file(&mut self, tenant: &TenantId, file: NewCaseFile) -> Result<(), Error> {
        let changed = [(file.file.case_leaf, file.file.updated)];
        self.add_outbox(tenant, OutboxKind::IndexCase, changed)?;
        let row = NewRow::new(tenant, file);
        let place = case_file::table.find((row.tenant, row.row.case_leaf));
        if diesel::update(place).set(&row).execute(self.db())? == 0 {
            diesel::insert_into(case_file::table).values(&row).execute(self.db())?;
        }
        Ok(())
    }
}
