//! The tenant's row: its name, the only lock, the heads of the log and of the server's own chain.

use diesel::prelude::*;
use sync_core::id::{ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::time::Instant;

use super::Error;
use super::db::Backend;
use super::schema::{account_event, alarm, log_head, server_key, tenant};
use super::tx::Tx;

/// One county's installation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenant, treat_none_as_default_value = false)]
pub struct TenantRow {
    /// Immutable id.
    pub id: TenantId,
    /// GB/T 2260 code; can change. Empty where the county has not been chosen yet.
    pub region: String,
    /// Name of the county.
    pub name: String,
    /// Epoch of the log.
    pub log_epoch: Epoch,
    /// Leaves in the log.
    pub log_size: i64,
    /// The log's frontier, as `sync_core::log` writes it.
    pub log_frontier: Vec<u8>,
    /// Root of the log.
    pub log_root: Digest,
    /// Epoch of the server's own chain.
    pub server_epoch: Epoch,
    /// Changes of the server in this epoch so far.
    pub server_seq: i64,
    /// Id of the server's newest change in this epoch.
    pub server_prev: Option<ChangeId>,
    /// Grows with every change of the reference data.
    pub reference_version: i64,
    /// Grows with every change of the register (agencies, officers, certificates, phones), by triggers.
    pub register_version: i64,
}

impl TenantRow {
    /// Whether the county has been chosen.
    pub const fn has_county(&self) -> bool {
        !self.region.is_empty()
    }
}

/// A public key of this installation, present or former.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = server_key)]
pub struct ServerKeyRow {
    /// The server as a device.
    pub device: DeviceId,
    /// Uncompressed SEC1 point.
    pub public_key: Vec<u8>,
    /// First use.
    #[diesel(column_name = since_ms)]
    pub since: Instant,
}

impl Tx<'_> {
    /// The tenant.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or there is no such tenant.
    pub fn tenant(&mut self, id: &TenantId) -> Result<TenantRow, Error> {
        Ok(tenant::table.find(id).select(TenantRow::as_select()).first(self.db())?)
    }

    /// Every installation of the database, by id.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn tenants(&mut self) -> Result<Vec<TenantRow>, Error> {
        Ok(tenant::table.order(tenant::id).select(TenantRow::as_select()).load(self.db())?)
    }

    /// The installations that signed with this key.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn tenants_of_key(&mut self, public_key: &[u8]) -> Result<Vec<TenantId>, Error> {
        let signed = server_key::table.filter(server_key::public_key.eq(public_key)).order(server_key::tenant);
        Ok(signed.select(server_key::tenant).load(self.db())?)
    }

    /// The time of the newest record: the last lock of the tenant's row, the last commit to the log, the last alarm and the
    /// last event of an account.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn newest_record(&mut self, id: &TenantId) -> Result<Option<Instant>, Error> {
        use diesel::dsl::max;
        let TenantRow { log_epoch, .. } = self.tenant(id)?;
        let written = tenant::table.find(id).select(tenant::locked_ms).get_result::<i64>(self.db())?;
        let committed = log_head::table
            .filter(log_head::tenant.eq(id))
            .filter(log_head::log_epoch.eq(log_epoch))
            .order(log_head::size.desc())
            .select(log_head::at_ms)
            .first::<i64>(self.db())
            .optional()?;
        let alarms = alarm::table.filter(alarm::tenant.eq(id)).select(max(alarm::at_ms));
        let alarmed = alarms.get_result::<Option<i64>>(self.db())?;
        let events = account_event::table.filter(account_event::tenant.eq(id)).select(max(account_event::at_ms));
        let noted = events.get_result::<Option<i64>>(self.db())?;
        Ok([Some(written), committed, alarmed, noted].into_iter().flatten().max().map(Instant::from_ms))
    }

    /// Locks the tenant's row until the end of the transaction and reads it. Must be the first statement of every
    /// transaction that assigns leaves, numbers or positions in the server's chain.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or there is no such tenant.
    pub fn lock_tenant(&mut self, id: &TenantId, now: Instant) -> Result<TenantRow, Error> {
        // `as_returning` does not compile over both databases; the columns of `as_select` do.
        let locked = diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set(tenant::locked_ms.eq(now))
            .returning(<TenantRow as Selectable<Backend>>::construct_selection());
        Ok(locked.get_result(self.db())?)
    }

    /// Creates the tenant.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn create_tenant(&mut self, new: &TenantRow, now: Instant) -> Result<(), Error> {
        diesel::insert_into(tenant::table).values((tenant::locked_ms.eq(now), new)).execute(self.db())?;
        Ok(())
    }

    /// Sets the county.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_county(&mut self, id: &TenantId, region: &str, name: &str) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set((
                tenant::region.eq(region),
                tenant::name.eq(name),
                tenant::reference_version.eq(tenant::reference_version + 1),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Every key the server signed with, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn server_keys(&mut self, id: &TenantId) -> Result<Vec<ServerKeyRow>, Error> {
        let keys =
            server_key::table.filter(server_key::tenant.eq(id)).order((server_key::since_ms, server_key::device));
        Ok(keys.select(ServerKeyRow::as_select()).load(self.db())?)
    }

    /// Registers a key for use, and starts a new epoch of the server's chain with it.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn register_server_key(&mut self, id: &TenantId, key: &ServerKeyRow, epoch: &Epoch) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set((
                tenant::server_epoch.eq(epoch),
                tenant::server_seq.eq(0),
                tenant::server_prev.eq(None::<ChangeId>),
                tenant::reference_version.eq(tenant::reference_version + 1),
            ))
            .execute(self.db())?;
        diesel::insert_into(server_key::table).values((server_key::tenant.eq(id), key)).execute(self.db())?;
        Ok(())
    }

    /// Records that the reference data changed, which changes its `ETag`.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_reference(&mut self, id: &TenantId) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set(tenant::reference_version.eq(tenant::reference_version + 1))
            .execute(self.db())?;
        Ok(())
    }
}
