//! Mandates: delegations (委托书) and powers given to townships (赋权), with their days.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use sync_core::id::{AgencyId, TenantId, hex};
use sync_core::mandate::{Mandate, MandateKind, Term};
use sync_core::time::Date;

use super::schema::{mandate, mandate_item};
use super::tx::Tx;
use super::{Error, row};

/// A mandate with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateRow {
    /// Who, what, when.
    pub mandate: Mandate,
    /// 权限, in words.
    pub powers: String,
    /// The deed or the decision.
    pub document: String,
    /// Where it is published.
    pub published: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = mandate, treat_none_as_default_value = false)]
struct Row {
    #[diesel(deserialize_as = row::Bytes<16>)]
    id: [u8; 16],
    kind: String,
    agency: AgencyId,
    organ: Option<AgencyId>,
    powers: String,
    document: String,
    published: String,
    first_day: String,
    last_day: Option<String>,
    ended_day: Option<String>,
}

impl Row {
    fn of(new: &MandateRow) -> Self {
        let MandateRow { mandate, powers, document, published } = new.clone();
        let Mandate { id, kind, agency, organ, items: _, term: Term { first, last, ended } } = mandate;
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let (first_day, last_day, ended_day) = (first.to_string(), day(last), day(ended));
        let kind = kind.code().to_owned();
        Self { id, kind, agency, organ, powers, document, published, first_day, last_day, ended_day }
    }

    fn restore(self, items: BTreeSet<String>) -> Result<MandateRow, Error> {
        let Self { id, kind, agency, organ, powers, document, published, first_day, last_day, ended_day } = self;
        let kind: MandateKind = row::code("mandate", "kind", hex(&id), &kind)?;
        let day = |column: &'static str, text: &str| {
            text.parse::<Date>().map_err(|_not_a_day| Error::Corrupt {
                table: "mandate",
                column,
                key: hex(&id),
                text: text.to_owned(),
            })
        };
        let some = |column, text: Option<String>| text.map(|text| day(column, &text)).transpose();
        let (last, ended) = (some("last_day", last_day)?, some("ended_day", ended_day)?);
        let term = Term { first: day("first_day", &first_day)?, last, ended };
        Ok(MandateRow { mandate: Mandate { id, kind, agency, organ, items, term }, powers, document, published })
    }
}

impl Tx<'_> {
    /// The mandates of an agency: those by which it enforces, and those by which it entrusts others; by their first day.
    /// [`sync_core::mandate::powers`] says what they give on a day.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn mandates_of(&mut self, tenant: &TenantId, agency: &AgencyId) -> Result<Vec<MandateRow>, Error> {
        let theirs = mandate::table
            .filter(mandate::tenant.eq(tenant))
            .filter(mandate::agency.eq(agency).or(mandate::organ.eq(agency)))
            .order((mandate::first_day, mandate::id))
            .select(Row::as_select());
        let rows: Vec<Row> = theirs.load(self.db())?;
        let ids: Vec<Vec<u8>> = rows.iter().map(|row| row.id.to_vec()).collect();
        let mut items = self.items_of(tenant, ids)?;
        rows.into_iter()
            .map(|row| {
                let items = items.remove(&row.id[..]).unwrap_or_default();
                row.restore(items)
            })
            .collect()
    }

    /// One mandate.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn mandate(&mut self, tenant: &TenantId, id: &[u8; 16]) -> Result<Option<MandateRow>, Error> {
        let found = mandate::table.find((tenant, &id[..])).select(Row::as_select());
        let Some(row) = found.first::<Row>(self.db()).optional()? else { return Ok(None) };
        let items = self.items_of(tenant, vec![id.to_vec()])?.remove(&id[..]).unwrap_or_default();
        row.restore(items).map(Some)
    }

    fn items_of(&mut self, tenant: &TenantId, ids: Vec<Vec<u8>>) -> Result<BTreeMap<Vec<u8>, BTreeSet<String>>, Error> {
        let theirs = mandate_item::table
            .filter(mandate_item::tenant.eq(tenant))
            .filter(mandate_item::mandate.eq_any(ids))
            .select((mandate_item::mandate, mandate_item::item));
        let mut items = BTreeMap::<Vec<u8>, BTreeSet<String>>::new();
        for (id, item) in theirs.load::<(Vec<u8>, String)>(self.db())? {
            items.entry(id).or_default().insert(item);
        }
        Ok(items)
    }

    /// Adds a mandate; the agencies must exist.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_mandate(&mut self, tenant: &TenantId, new: &MandateRow) -> Result<(), Error> {
        diesel::insert_into(mandate::table).values((mandate::tenant.eq(tenant), Row::of(new))).execute(self.db())?;
        for item in &new.mandate.items {
            diesel::insert_into(mandate_item::table)
                .values((
                    mandate_item::tenant.eq(tenant),
                    mandate_item::mandate.eq(&new.mandate.id[..]),
                    mandate_item::item.eq(item),
                ))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// Ends a mandate: this is its last day in force.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn end_mandate(&mut self, tenant: &TenantId, id: &[u8; 16], day: Date) -> Result<(), Error> {
        diesel::update(mandate::table.find((tenant, &id[..])))
            .set(mandate::ended_day.eq(day.to_string()))
            .execute(self.db())?;
        Ok(())
    }
}
