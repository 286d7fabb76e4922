//! Daily usage of phones.

use diesel::prelude::*;
use sync_core::id::{DeviceId, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::schema::phone_use;
use super::tx::Tx;

/// Usage of a phone, or an increment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_use)]
pub struct Used {
    /// Bytes of pushes.
    pub bytes: i64,
    /// Operations in them.
    pub operations: i64,
    /// Alarms that they raised.
    pub alarms: i64,
    /// Upper bound of the rows that their texts take in the search index.
    pub index_rows: i64,
    /// Bytes of files that were announced.
    pub upload_bytes: i64,
}

impl Used {
    /// The sum of both.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(more.bytes),
            operations: self.operations.saturating_add(more.operations),
            alarms: self.alarms.saturating_add(more.alarms),
            index_rows: self.index_rows.saturating_add(more.index_rows),
            upload_bytes: self.upload_bytes.saturating_add(more.upload_bytes),
        }
    }
}

/// A phone's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Queryable, Selectable)]
#[diesel(table_name = phone_use)]
pub struct PhoneDay {
    /// The usage.
    #[diesel(embed)]
    pub used: Used,
    /// When the alarm about an exhausted quota was raised.
    #[diesel(column_name = told_ms)]
    pub told: Option<Instant>,
}

impl Tx<'_> {
    /// Usage of a phone on the day that begins at `day`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn phone_day(&mut self, tenant: &TenantId, device: &DeviceId, day: Instant) -> Result<PhoneDay, Error> {
        let found = phone_use::table.find((tenant, device, day)).select(PhoneDay::as_select());
        Ok(found.first(self.db()).optional()?.unwrap_or_default())
    }

    /// Adds to the usage of a phone on a day.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_phone_use(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        day: Instant,
        more: Used,
    ) -> Result<(), Error> {
        let key = (tenant, device, day);
        let Used { bytes, operations, alarms, index_rows, upload_bytes } = more;
        let added = diesel::update(phone_use::table.find(key))
            .set((
                phone_use::bytes.eq(phone_use::bytes + bytes),
                phone_use::operations.eq(phone_use::operations + operations),
                phone_use::alarms.eq(phone_use::alarms + alarms),
                phone_use::index_rows.eq(phone_use::index_rows + index_rows),
                phone_use::upload_bytes.eq(phone_use::upload_bytes + upload_bytes),
            ))
            .execute(self.db())?;
        if added == 0 {
            diesel::insert_into(phone_use::table)
                .values((phone_use::tenant.eq(tenant), phone_use::device.eq(device), phone_use::day_ms.eq(day), more))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// Marks the alert about an exhausted quota as sent; false if it was sent before.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn tell_phone_use(
        &mut self,
        tenant: &TenantId,
        device: &DeviceId,
        day: Instant,
        now: Instant,
    ) -> Result<bool, Error> {
        let open = phone_use::table.find((tenant, device, day)).filter(phone_use::told_ms.is_null());
        Ok(diesel::update(open).set(phone_use::told_ms.eq(now.ms())).execute(self.db())? == 1)
    }

    /// Deletes the days before this one.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn drop_phone_use_before(&mut self, tenant: &TenantId, day: Instant) -> Result<(), Error> {
        let before = phone_use::table.filter(phone_use::tenant.eq(tenant)).filter(phone_use::day_ms.lt(day));
        diesel::delete(before).execute(self.db())?;
        Ok(())
    }
}
