//! The search index: texts and filter values of cases.
//!
//! Promise: for each indexed case `case_gram` matches its `case_text`, and `case_moment` its last change, because all
//! are written together. Not here: the meaning of a gram and the encoding of blocks, facets and moments
//! (`flow::search`).

use diesel::prelude::*;
use sync_core::decision::CaseStatus;
use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::op::CaseKind;
use sync_core::time::Instant;

use super::case_file::{narrow, rows};
use super::dialect::{by_column, upsert_rows};
use super::schema::{case_file, case_gram, case_moment, case_text, outbox};
use super::tx::Tx;
use super::{CaseFileRow, CaseFilter, Error, OutboxKind, row};

/// Ids or grams in one statement: SQLite takes 32,766 bound values.
const AT_ONCE: usize = 1024;

/// A case as it is in the index.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = case_text)]
pub struct CaseTextRow {
    /// Its position in the index, which never changes.
    pub place: i64,
    /// The case, by its number in the order of the log.
    pub case_leaf: i64,
    /// The indexed text.
    pub text: String,
    /// The indexed filter values.
    pub facets: Vec<u8>,
}

/// The data of a case for the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSaid {
    /// The case, by its number in the order of the log.
    pub case_leaf: i64,
    /// When its newest change was stored.
    pub updated: Instant,
    /// When its first change was stored.
    pub opened: Instant,
    /// Path of its agency in the tree.
    pub agency_path: String,
    /// Status.
    pub status: CaseStatus,
    /// The kind of the case.
    pub kind: CaseKind,
    /// Present and former participants.
    pub officers: Vec<OfficerId>,
    /// Its text, not normalised.
    pub text: String,
}

/// The times when cases were changed and opened, by position.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = case_moment)]
pub struct CaseMomentRow {
    /// Number of the range of positions.
    pub span: i64,
    /// The times of the range, encoded.
    pub moments: Vec<u8>,
}

/// The cases that contain a gram, for a block of positions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = case_gram)]
pub struct CaseGramRow {
    /// The gram.
    pub gram: i64,
    /// Number of the block of positions.
    pub block: i64,
    /// The positions of the block whose case contains the gram, encoded.
    pub places: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = case_text, treat_none_as_default_value = false)]
struct NewText {
    tenant: TenantId,
    place: i64,
    case_leaf: i64,
    text: String,
    facets: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = case_moment, treat_none_as_default_value = false)]
struct NewMoment {
    tenant: TenantId,
    span: i64,
    moments: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = case_gram, treat_none_as_default_value = false)]
struct NewGram {
    tenant: TenantId,
    gram: i64,
    block: i64,
    places: Vec<u8>,
}

by_column!(case_text, NewText { tenant, place, case_leaf, text, facets });
by_column!(case_moment, NewMoment { tenant, span, moments });
by_column!(case_gram, NewGram { tenant, gram, block, places });

#[derive(Queryable, Selectable)]
#[diesel(table_name = case_file)]
struct SaidRow {
    updated_ms: Instant,
    opened_ms: Instant,
    agency_path: String,
    status: String,
    kind: String,
    search_text: String,
}

/// The cases at these positions: a subquery, so that SQLite looks them up by number. With an ORDER BY it would scan
/// all of them by time.
#[diesel::dsl::auto_type(no_type_alias)]
fn cases_of(tenant: TenantId, places: Vec<i64>) -> _ {
    case_text::table
        .filter(case_text::tenant.eq(tenant))
        .filter(case_text::place.eq_any(places))
        .select(case_text::case_leaf)
}

/// The cases with open outbox rows of a kind.
#[diesel::dsl::auto_type(no_type_alias)]
fn open(tenant: TenantId, kind: &'static str) -> _ {
    outbox::table.filter(outbox::tenant.eq(tenant)).filter(outbox::kind.eq(kind)).select(outbox::subject)
}

impl Tx<'_> {
    /// The present data of these cases, given by `case_leaf`.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn cases_said(&mut self, tenant: &TenantId, cases: &[i64]) -> Result<Vec<CaseSaid>, Error> {
        let mut found = Vec::new();
        for case_leaf in cases {
            // One statement for each: with a list, SQLite would scan all cases by time.
            let said = case_file::table.find((tenant, *case_leaf)).select(SaidRow::as_select());
            let Some(said) = said.first(self.db()).optional()? else { continue };
            let SaidRow { updated_ms: updated, opened_ms: opened, agency_path, status, kind, search_text: text } = said;
            let status = row::code("case_file", "status", case_leaf, &status)?;
            let kind = row::code("case_file", "kind", case_leaf, &kind)?;
            let officers = self.case_officers(tenant, *case_leaf)?;
            let case_leaf = *case_leaf;
            found.push(CaseSaid { case_leaf, updated, opened, agency_path, status, kind, officers, text });
        }
        Ok(found)
    }

    /// Those of these cases that are in the index.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_texts(&mut self, tenant: &TenantId, cases: &[i64]) -> Result<Vec<CaseTextRow>, Error> {
        let mut found = Vec::new();
        for some in cases.chunks(AT_ONCE) {
            let rows = case_text::table
                .filter(case_text::tenant.eq(tenant))
                .filter(case_text::case_leaf.eq_any(some.to_vec()));
            found.extend(rows.select(CaseTextRow::as_select()).load(self.db())?);
        }
        Ok(found)
    }

    /// The first unused position.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn next_index_place(&mut self, tenant: &TenantId) -> Result<i64, Error> {
        let last = case_text::table
            .filter(case_text::tenant.eq(tenant))
            .order(case_text::place.desc())
            .select(case_text::place)
            .first::<i64>(self.db())
            .optional()?;
        Ok(last.map_or(0, |last| last + 1))
    }

    /// The rows of these grams in all blocks, or in one.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_grams(
        &mut self,
        tenant: &TenantId,
        grams: &[i64],
        block: Option<i64>,
    ) -> Result<Vec<CaseGramRow>, Error> {
        let mut found = Vec::new();
        for some in grams.chunks(AT_ONCE) {
            let mut query = case_gram::table
                .filter(case_gram::tenant.eq(*tenant))
                .filter(case_gram::gram.eq_any(some.to_vec()))
                .select(CaseGramRow::as_select())
                .into_boxed();
            if let Some(block) = block {
                query = query.filter(case_gram::block.eq(block));
            }
            found.extend(query.load(self.db())?);
        }
        Ok(found)
    }

    /// The times when the cases at these positions were changed and opened.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_moments(&mut self, tenant: &TenantId, spans: &[i64]) -> Result<Vec<CaseMomentRow>, Error> {
        let mut found = Vec::new();
        for some in spans.chunks(AT_ONCE) {
            let rows = case_moment::table.filter(case_moment::tenant.eq(tenant)).filter(case_moment::span.eq_any(some));
            found.extend(rows.select(CaseMomentRow::as_select()).load(self.db())?);
        }
        Ok(found)
    }

    /// Replaces cases, grams and moments in the index.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn put_index(
        &mut self,
        tenant: &TenantId,
        texts: Vec<CaseTextRow>,
        grams: Vec<CaseGramRow>,
        moments: Vec<CaseMomentRow>,
    ) -> Result<(), Error> {
        let text = |CaseTextRow { place, case_leaf, text, facets }| NewText {
            tenant: *tenant,
            place,
            case_leaf,
            text,
            facets,
        };
        let texts: Vec<NewText> = texts.into_iter().map(text).collect();
        upsert_rows!(self, case_text, texts, (tenant, place), (text, facets))?;
        let moment = |CaseMomentRow { span, moments }| NewMoment { tenant: *tenant, span, moments };
        let moments: Vec<NewMoment> = moments.into_iter().map(moment).collect();
        upsert_rows!(self, case_moment, moments, (tenant, span), (moments))?;
        let gram = |CaseGramRow { gram, block, places }| NewGram { tenant: *tenant, gram, block, places };
        let grams: Vec<NewGram> = grams.into_iter().map(gram).collect();
        upsert_rows!(self, case_gram, grams, (tenant, gram, block), (places))?;
        Ok(())
    }

    /// Those of these positions whose case contains each of `words` (letters and digits only).
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn places_saying(&mut self, tenant: &TenantId, places: &[i64], words: &[String]) -> Result<Vec<i64>, Error> {
        let mut found = Vec::new();
        for some in places.chunks(AT_ONCE) {
            let mut query = case_text::table
                .filter(case_text::tenant.eq(*tenant))
                .filter(case_text::place.eq_any(some.to_vec()))
                .select(case_text::place)
                .into_boxed();
            for word in words {
                query = query.filter(case_text::text.like(format!("%{word}%")));
            }
            found.extend(query.load::<i64>(self.db())?);
        }
        Ok(found)
    }

    /// The cases at these positions that match the filter, unordered. The caller applies the filter's start.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn cases_at(
        &mut self,
        tenant: &TenantId,
        filter: &CaseFilter,
        places: &[i64],
    ) -> Result<Vec<CaseFileRow>, Error> {
        let mut found = Vec::new();
        for some in places.chunks(AT_ONCE) {
            let here = cases_of(*tenant, some.to_vec());
            let query = narrow(case_file::table.into_boxed(), tenant, filter).filter(case_file::case_leaf.eq_any(here));
            found.extend(rows(query, self.db())?);
        }
        Ok(found)
    }

    /// As [`Self::cases_at`], but only the ids.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn case_ids_at(
        &mut self,
        tenant: &TenantId,
        filter: &CaseFilter,
        places: &[i64],
    ) -> Result<Vec<CaseId>, Error> {
        let mut found = Vec::new();
        for some in places.chunks(AT_ONCE) {
            let query = narrow(case_file::table.into_boxed(), tenant, filter);
            let here = query.filter(case_file::case_leaf.eq_any(cases_of(*tenant, some.to_vec())));
            found.extend(here.select(case_file::id).load::<CaseId>(self.db())?);
        }
        Ok(found)
    }

    /// How many matching cases have open outbox rows of a kind. The filter's start is ignored.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_open(&mut self, tenant: &TenantId, filter: &CaseFilter, kind: OutboxKind) -> Result<i64, Error> {
        let query = narrow(case_file::table.into_boxed(), tenant, filter);
        Ok(query.filter(case_file::case_leaf.eq_any(open(*tenant, kind.code()))).count().get_result(self.db())?)
    }

    /// The cases with outdated index entries, with their current text, that match the filter: all of them unordered,
    /// or the newest ones. For an order, SQLite scans all cases.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn cases_to_index(
        &mut self,
        tenant: &TenantId,
        filter: &CaseFilter,
        newest: Option<i64>,
    ) -> Result<Vec<(Instant, CaseId, String)>, Error> {
        let mut query = narrow(case_file::table.into_boxed(), tenant, filter)
            .filter(case_file::case_leaf.eq_any(open(*tenant, OutboxKind::IndexCase.code())))
            .select((case_file::updated_ms, case_file::id, case_file::search_text));
        if let Some(newest) = newest {
            query = query.order((case_file::updated_ms.desc(), case_file::id.desc())).limit(newest);
        }
        Ok(query.load(self.db())?)
    }
}
