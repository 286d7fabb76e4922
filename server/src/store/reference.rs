//! Data both sides judge by: regions, enforcement items, calendars.

use diesel::prelude::*;
use sync_core::id::TenantId;

use super::Error;
use super::schema::{holiday, item, region};
use super::tx::Tx;

/// A division of the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionRow {
    /// GB/T 2260 code, nine digits for a township or street.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the division above.
    pub parent: Option<String>,
    /// `county`, `street`, `town`, `township`.
    pub level: String,
}

/// An enforcement item (执法事项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Field of enforcement.
    pub sector: String,
    /// `inspection`, `penalty`, `coercion`.
    pub kind: String,
    /// The law.
    pub basis: String,
    /// Its article.
    pub article: String,
    /// Least fine, in fen.
    pub min_fen: Option<i64>,
    /// Largest fine, in fen.
    pub max_fen: Option<i64>,
    /// How the decision words it.
    pub wording: String,
}

/// A year's holidays and make-up working days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRow {
    /// The year of the notice.
    pub year: i64,
    /// The file as published.
    pub json: String,
}

impl Tx<'_> {
    /// Every division, by code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn regions(&mut self, tenant: &TenantId) -> Result<Vec<RegionRow>, Error> {
        Ok(region::table
            .filter(region::tenant.eq(&tenant.bytes()[..]))
            .order(region::code)
            .select((region::code, region::name, region::parent, region::level))
            .load::<(String, String, Option<String>, String)>(self.db())?
            .into_iter()
            .map(|(code, name, parent, level)| RegionRow { code, name, parent, level })
            .collect())
    }

    /// Adds a division.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_region(&mut self, tenant: &TenantId, new: &RegionRow) -> Result<(), Error> {
        let RegionRow { code, name, parent, level } = new;
        diesel::insert_into(region::table)
            .values((
                region::tenant.eq(&tenant.bytes()[..]),
                region::code.eq(code),
                region::name.eq(name),
                region::parent.eq(parent),
                region::level.eq(level),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Name of an enforcement item.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn item_name(&mut self, tenant: &TenantId, code: &str) -> Result<Option<String>, Error> {
        let found = item::table.find((&tenant.bytes()[..], code)).select(item::name).first(self.db()).optional()?;
        Ok(found)
    }

    /// Every enforcement item, by code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn items(&mut self, tenant: &TenantId) -> Result<Vec<ItemRow>, Error> {
        type Columns = (Vec<u8>, String, String, String, String, String, String, Option<i64>, Option<i64>, String);
        Ok(item::table
            .filter(item::tenant.eq(&tenant.bytes()[..]))
            .order(item::code)
            .load::<Columns>(self.db())?
            .into_iter()
            .map(|(_tenant, code, name, sector, kind, basis, article, min_fen, max_fen, wording)| ItemRow {
                code,
                name,
                sector,
                kind,
                basis,
                article,
                min_fen,
                max_fen,
                wording,
            })
            .collect())
    }

    /// Adds an enforcement item.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_item(&mut self, tenant: &TenantId, new: &ItemRow) -> Result<(), Error> {
        let ItemRow { code, name, sector, kind, basis, article, min_fen, max_fen, wording } = new;
        diesel::insert_into(item::table)
            .values((
                item::tenant.eq(&tenant.bytes()[..]),
                item::code.eq(code),
                item::name.eq(name),
                item::sector.eq(sector),
                item::kind.eq(kind),
                item::basis.eq(basis),
                item::article.eq(article),
                item::min_fen.eq(min_fen),
                item::max_fen.eq(max_fen),
                item::wording.eq(wording),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Every calendar, by year.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn holidays(&mut self, tenant: &TenantId) -> Result<Vec<HolidayRow>, Error> {
        Ok(holiday::table
            .filter(holiday::tenant.eq(&tenant.bytes()[..]))
            .order(holiday::year)
            .select((holiday::year, holiday::json))
            .load::<(i64, String)>(self.db())?
            .into_iter()
            .map(|(year, json)| HolidayRow { year, json })
            .collect())
    }

    /// Adds a year's calendar.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_holiday(&mut self, tenant: &TenantId, new: &HolidayRow) -> Result<(), Error> {
        let HolidayRow { year, json } = new;
        diesel::insert_into(holiday::table)
            .values((holiday::tenant.eq(&tenant.bytes()[..]), holiday::year.eq(year), holiday::json.eq(json)))
            .execute(self.db())?;
        Ok(())
    }
}
