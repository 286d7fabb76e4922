//! Reference data for server and phones: regions, enforcement items, calendars.

use diesel::prelude::*;
use sync_core::facts::ItemEntry;
use sync_core::id::TenantId;
use sync_core::law::discretion::FineRange;
use sync_core::law::facts::SpotLimit;
use sync_core::money::Fen;

use super::Error;
use super::schema::{case_file, holiday, inspection_task, item, region};
use super::tx::Tx;

/// A division of the county.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = region, treat_none_as_default_value = false)]
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
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = item, treat_none_as_default_value = false)]
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
    /// Smallest fine, in fen; none if the law names only a maximum.
    pub min_fen: Option<i64>,
    /// Largest fine, in fen.
    pub max_fen: Option<i64>,
    /// Wording for the decision.
    pub wording: String,
    /// Whether legal reviewers have confirmed its article and amounts.
    pub confirmed: bool,
    /// Limit of on-the-spot fines from another law: for a citizen, in fen.
    pub spot_citizen_fen: Option<i64>,
    /// For an organisation, in fen.
    pub spot_organisation_fen: Option<i64>,
    /// Law and article.
    pub spot_basis: Option<String>,
}

impl ItemRow {
    /// The rule data.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] where the amounts are no range of fines.
    pub fn entry(&self) -> Result<ItemEntry, Error> {
        let (min, max) = (fen(self.min_fen)?, fen(self.max_fen)?);
        let range = FineRange::given(min, max).map_err(|_no_range| Error::Inconsistent { what: "item.min_fen" })?;
        Ok(ItemEntry { range, spot_limit: self.spot_limit()?, confirmed: self.confirmed })
    }

    /// The limit of on-the-spot fines from another law.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] where it has a limit without its source, or a source without its limits.
    pub fn spot_limit(&self) -> Result<Option<SpotLimit>, Error> {
        match (fen(self.spot_citizen_fen)?, fen(self.spot_organisation_fen)?, &self.spot_basis) {
            (Some(citizen), Some(organisation), Some(basis)) => {
                Ok(Some(SpotLimit { citizen, organisation, basis: basis.clone() }))
            }
            (None, None, None) => Ok(None),
            _ => Err(Error::Inconsistent { what: "item.spot_basis" }),
        }
    }
}

fn fen(amount: Option<i64>) -> Result<Option<Fen>, Error> {
    let read = |amount| Fen::new(amount).map_err(|_negative| Error::Inconsistent { what: "item.max_fen" });
    amount.map(read).transpose()
}

/// A year's holidays and make-up working days.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = holiday)]
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
        let all = region::table.filter(region::tenant.eq(tenant)).order(region::code);
        Ok(all.select(RegionRow::as_select()).load(self.db())?)
    }

    /// Adds a division.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_region(&mut self, tenant: &TenantId, new: &RegionRow) -> Result<(), Error> {
        diesel::insert_into(region::table).values((region::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Replaces a division.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn put_region(&mut self, tenant: &TenantId, row: &RegionRow) -> Result<(), Error> {
        let RegionRow { code, name, parent, level } = row;
        diesel::update(region::table.find((tenant, code)))
            .set((region::name.eq(name), region::parent.eq(parent), region::level.eq(level)))
            .execute(self.db())?;
        Ok(())
    }

    /// Deletes every division: another county has others.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_regions(&mut self, tenant: &TenantId) -> Result<(), Error> {
        diesel::delete(region::table.filter(region::tenant.eq(tenant))).execute(self.db())?;
        Ok(())
    }

    /// Deletes those of these enforcement items that no case and no task names.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn drop_unused_items(&mut self, tenant: &TenantId, codes: &[&str]) -> Result<(), Error> {
        let of_cases = case_file::table.filter(case_file::tenant.eq(tenant)).select(case_file::item).distinct();
        let of_tasks = inspection_task::table.filter(inspection_task::tenant.eq(tenant)).select(inspection_task::item);
        let mut used: Vec<String> = of_cases.load(self.db())?;
        used.extend(of_tasks.load::<String>(self.db())?);
        let unused: Vec<&str> = codes.iter().copied().filter(|code| !used.iter().any(|one| one == code)).collect();
        diesel::delete(item::table.filter(item::tenant.eq(tenant)).filter(item::code.eq_any(unused)))
            .execute(self.db())?;
        Ok(())
    }

    /// Name of an enforcement item.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn item_name(&mut self, tenant: &TenantId, code: &str) -> Result<Option<String>, Error> {
        let found = item::table.find((tenant, code)).select(item::name).first(self.db()).optional()?;
        Ok(found)
    }

    /// Every enforcement item, by code.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn items(&mut self, tenant: &TenantId) -> Result<Vec<ItemRow>, Error> {
        let all = item::table.filter(item::tenant.eq(tenant)).order(item::code);
        Ok(all.select(ItemRow::as_select()).load(self.db())?)
    }

    /// Those of these items that exist in the catalogue.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn items_among(&mut self, tenant: &TenantId, codes: &[&str]) -> Result<Vec<ItemRow>, Error> {
        let found = item::table.filter(item::tenant.eq(tenant)).filter(item::code.eq_any(codes));
        Ok(found.select(ItemRow::as_select()).load(self.db())?)
    }

    /// Adds an enforcement item.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_item(&mut self, tenant: &TenantId, new: &ItemRow) -> Result<(), Error> {
        diesel::insert_into(item::table).values((item::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }

    /// Replaces an enforcement item.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn put_item(&mut self, tenant: &TenantId, row: &ItemRow) -> Result<(), Error> {
        let ItemRow { code, name, sector, kind, basis, article, min_fen, max_fen, wording, confirmed, .. } = row;
        diesel::update(item::table.find((tenant, code)))
            .set((
                item::name.eq(name),
                item::sector.eq(sector),
                item::kind.eq(kind),
                item::basis.eq(basis),
                item::article.eq(article),
                item::min_fen.eq(min_fen),
                item::max_fen.eq(max_fen),
                item::wording.eq(wording),
                item::confirmed.eq(confirmed),
                item::spot_citizen_fen.eq(row.spot_citizen_fen),
                item::spot_organisation_fen.eq(row.spot_organisation_fen),
                item::spot_basis.eq(&row.spot_basis),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Every calendar, by year.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn holidays(&mut self, tenant: &TenantId) -> Result<Vec<HolidayRow>, Error> {
        let all = holiday::table.filter(holiday::tenant.eq(tenant)).order(holiday::year);
        Ok(all.select(HolidayRow::as_select()).load(self.db())?)
    }

    /// Adds a year's calendar.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn add_holiday(&mut self, tenant: &TenantId, new: &HolidayRow) -> Result<(), Error> {
        diesel::insert_into(holiday::table).values((holiday::tenant.eq(tenant), new)).execute(self.db())?;
        Ok(())
    }
}
