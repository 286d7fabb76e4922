//! Index of document numbers and fines of all cases.
//!
//! Promise: a projection, derived from the changes (`sync_core::facts::index`), written together with the case and
//! rebuilt through the outbox. Each entry stores whether it occurs elsewhere, so people are alerted once. Not here:
//! handling of duplicates (`flow::double`).

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::count_star;
use diesel::prelude::*;
use sync_core::facts::index::{Entry, Indexed, Key};
use sync_core::id::{Digest, TenantId};

use super::dialect::by_column;
use super::schema::document_index;
use super::tx::Tx;
use super::{Additions, Error, row};

/// Keys in one statement: SQLite takes 32,766 bound values.
const AT_ONCE: usize = 1024;

#[derive(Insertable)]
#[diesel(table_name = document_index, treat_none_as_default_value = false)]
struct NewRow {
    tenant: TenantId,
    case_leaf: i64,
    what: &'static str,
    key: Digest,
    document: String,
    doubled: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = document_index)]
struct Row {
    case_leaf: i64,
    what: String,
    key: Digest,
    document: String,
    doubled: bool,
}

by_column!(document_index, NewRow { tenant, case_leaf, what, key, document, doubled });

/// An entry of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexedDocument {
    /// The case, by its number in the order of the log.
    pub case_leaf: i64,
    /// The entry: a number or fine, and its document.
    pub entry: Entry,
    /// Whether it is known to be shared with another case.
    pub doubled: bool,
}

impl Row {
    fn restore(self) -> Result<IndexedDocument, Error> {
        let Self { case_leaf, what, key, document, doubled } = self;
        let what = row::code("document_index", "what", case_leaf, &what)?;
        let read = document.parse();
        let document =
            read.map_err(|_unreadable| row::unreadable("document_index", "document", case_leaf, &document))?;
        Ok(IndexedDocument { case_leaf, entry: Entry { what, key, document }, doubled })
    }
}

impl Additions<'_> {
    /// Adds entries of cases; each must be new.
    pub fn documents(&mut self, tenant: &TenantId, new: impl IntoIterator<Item = (i64, Entry)>) {
        let row = |(case_leaf, Entry { what, key, document }): (i64, Entry)| NewRow {
            tenant: *tenant,
            case_leaf,
            what: what.code(),
            key,
            document: document.to_string(),
            doubled: false,
        };
        self.rows(new.into_iter().map(row).collect());
    }
}

impl Tx<'_> {
    /// The entries of a case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn documents_of(&mut self, tenant: &TenantId, case_leaf: i64) -> Result<Vec<IndexedDocument>, Error> {
        let of_case = document_index::table
            .filter(document_index::tenant.eq(tenant))
            .filter(document_index::case_leaf.eq(case_leaf))
            .select(Row::as_select());
        of_case.load(self.db())?.into_iter().map(Row::restore).collect()
    }

    /// Adds entries of a case, each of which must be new to it, and removes others.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn change_documents(
        &mut self,
        tenant: &TenantId,
        case_leaf: i64,
        new: &[Entry],
        gone: &[Entry],
    ) -> Result<(), Error> {
        for Entry { what, key, document } in gone {
            let place = document_index::table.find((tenant, case_leaf, what.code(), key, document.to_string()));
            diesel::delete(place).execute(self.db())?;
        }
        let mut rows = Additions::default();
        rows.documents(tenant, new.iter().map(|entry| (case_leaf, *entry)));
        self.add(rows)
    }

    /// Records whether an entry is shared with another case.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_doubled(
        &mut self,
        tenant: &TenantId,
        case_leaf: i64,
        entry: &Entry,
        doubled: bool,
    ) -> Result<(), Error> {
        let Entry { what, key, document } = entry;
        let place = document_index::table.find((tenant, case_leaf, what.code(), key, document.to_string()));
        diesel::update(place).set(document_index::doubled.eq(doubled)).execute(self.db())?;
        Ok(())
    }

    /// The number of documents of other cases with each of these entries, without entries that no other case has.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn documents_beyond(
        &mut self,
        tenant: &TenantId,
        case_leaf: i64,
        keys: &[Key],
    ) -> Result<BTreeMap<Key, usize>, Error> {
        let mut found = BTreeMap::new();
        for some in keys.chunks(AT_ONCE) {
            let digests: Vec<Digest> = some.iter().map(|(_, key)| *key).collect();
            let counted = document_index::table
                .filter(document_index::tenant.eq(tenant))
                .filter(document_index::key.eq_any(digests))
                .filter(document_index::case_leaf.ne(case_leaf))
                .group_by((document_index::what, document_index::key))
                .select((document_index::what, document_index::key, count_star()))
                .load::<(String, Digest, i64)>(self.db())?;
            for (what, key, number) in counted {
                let what: Indexed = row::code("document_index", "what", key, &what)?;
                found.insert((what, key), usize::try_from(number).unwrap_or(usize::MAX));
            }
        }
        let asked: BTreeSet<Key> = keys.iter().copied().collect();
        found.retain(|key, _| asked.contains(key));
        Ok(found)
    }

    /// Entries of other cases with one of these keys, at most `limit`, in the order in which the cases were opened.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn documents_like(
        &mut self,
        tenant: &TenantId,
        case_leaf: i64,
        keys: &[Key],
        limit: i64,
    ) -> Result<Vec<IndexedDocument>, Error> {
        let mut found = Vec::new();
        for some in keys.chunks(AT_ONCE) {
            let digests: Vec<Digest> = some.iter().map(|(_, key)| *key).collect();
            let others = document_index::table
                .filter(document_index::tenant.eq(tenant))
                .filter(document_index::key.eq_any(digests))
                .filter(document_index::case_leaf.ne(case_leaf))
                .order(document_index::case_leaf)
                .limit(limit)
                .select(Row::as_select())
                .load(self.db())?;
            for other in others {
                found.push(other.restore()?);
            }
        }
        let asked: BTreeSet<Key> = keys.iter().copied().collect();
        found.retain(|IndexedDocument { entry, .. }| asked.contains(&(entry.what, entry.key)));
        found.sort();
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }
}
