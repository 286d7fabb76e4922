//! The tenant's row: its name, the one lock, the heads of the log and of the server's own chain.

use diesel::prelude::*;
use sync_core::id::{DeviceId, TenantId};
use sync_core::time::Instant;

use super::schema::{server_key, tenant};
use super::tx::Tx;
use super::{Error, row};

/// One county's installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Immutable id.
    pub id: TenantId,
    /// GB/T 2260 code; can change.
    pub region: String,
    /// Name of the county.
    pub name: String,
    /// Epoch of the log.
    pub log_epoch: [u8; 8],
    /// Leaves in the log.
    pub log_size: i64,
    /// The log's frontier, as `sync_core::log` writes it.
    pub log_frontier: Vec<u8>,
    /// Root of the log.
    pub log_root: [u8; 32],
    /// Epoch of the server's own chain.
    pub server_epoch: [u8; 8],
    /// Changes of the server in this epoch so far.
    pub server_seq: i64,
    /// Id of the server's newest change in this epoch.
    pub server_prev: Option<[u8; 32]>,
    /// Grows with every change of the reference data.
    pub reference_version: i64,
    /// Grows with every change of the register (agencies, officers, certificates, phones), by triggers.
    pub register_version: i64,
}

/// A key this installation signs or once signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerKeyRow {
    /// The server as a device.
    pub device: DeviceId,
    /// Uncompressed SEC1 point.
    pub public_key: Vec<u8>,
    /// First use.
    pub since: Instant,
}

type Columns = (Vec<u8>, String, String, i64, Vec<u8>, i64, Vec<u8>, Vec<u8>, Vec<u8>, i64, Option<Vec<u8>>, i64, i64);

fn restore(columns: Columns) -> Result<TenantRow, Error> {
    let (
        id,
        region,
        name,
        _locked_ms,
        log_epoch,
        log_size,
        log_frontier,
        log_root,
        epoch,
        seq,
        prev,
        reference,
        register,
    ) = columns;
    Ok(TenantRow {
        id: row::id(&id, TenantId::from_slice, "tenant.id")?,
        region,
        name,
        log_epoch: row::bytes(&log_epoch, "tenant.log_epoch")?,
        log_size,
        log_frontier,
        log_root: row::bytes(&log_root, "tenant.log_root")?,
        server_epoch: row::bytes(&epoch, "tenant.server_epoch")?,
        server_seq: seq,
        server_prev: prev.map(|prev| row::bytes(&prev, "tenant.server_prev")).transpose()?,
        reference_version: reference,
        register_version: register,
    })
}

impl Tx<'_> {
    /// The installation's tenant, if there is one yet.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn only_tenant(&mut self) -> Result<Option<TenantRow>, Error> {
        let found = tenant::table.order(tenant::id).get_result::<Columns>(self.db()).optional()?;
        found.map(restore).transpose()
    }

    /// Locks the tenant's row until the end of the transaction and reads it: the first statement of every
    /// transaction that gives out leaves, numbers or links of the server's chain.
    ///
    /// # Errors
    /// [`Error`] where the statement fails or there is no such tenant.
    pub fn lock_tenant(&mut self, id: &TenantId, now: Instant) -> Result<TenantRow, Error> {
        let columns = diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set(tenant::locked_ms.eq(now.ms()))
            .returning(tenant::all_columns)
            .get_result::<Columns>(self.db())?;
        restore(columns)
    }

    /// Creates the tenant.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn create_tenant(&mut self, new: &TenantRow, now: Instant) -> Result<(), Error> {
        let TenantRow {
            id,
            region,
            name,
            log_epoch,
            log_size,
            log_frontier,
            log_root,
            server_epoch,
            server_seq,
            server_prev,
            reference_version,
            register_version,
        } = new;
        diesel::insert_into(tenant::table)
            .values((
                tenant::id.eq(&id.bytes()[..]),
                tenant::region.eq(region),
                tenant::name.eq(name),
                tenant::locked_ms.eq(now.ms()),
                tenant::log_epoch.eq(&log_epoch[..]),
                tenant::log_size.eq(log_size),
                tenant::log_frontier.eq(log_frontier),
                tenant::log_root.eq(&log_root[..]),
                tenant::server_epoch.eq(&server_epoch[..]),
                tenant::server_seq.eq(server_seq),
                tenant::server_prev.eq(server_prev.as_ref().map(|prev| &prev[..])),
                tenant::reference_version.eq(reference_version),
                tenant::register_version.eq(register_version),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Every key the server signed with, oldest first.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn server_keys(&mut self, id: &TenantId) -> Result<Vec<ServerKeyRow>, Error> {
        server_key::table
            .filter(server_key::tenant.eq(&id.bytes()[..]))
            .order((server_key::since_ms, server_key::device))
            .select((server_key::device, server_key::public_key, server_key::since_ms))
            .load::<(Vec<u8>, Vec<u8>, i64)>(self.db())?
            .into_iter()
            .map(|(device, public_key, since)| {
                let device = row::id(&device, DeviceId::from_slice, "server_key.device")?;
                Ok(ServerKeyRow { device, public_key, since: Instant::from_ms(since) })
            })
            .collect()
    }

    /// Takes a key into use and starts a new epoch of the server's chain with it.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn register_server_key(&mut self, id: &TenantId, key: &ServerKeyRow, epoch: &[u8; 8]) -> Result<(), Error> {
        let ServerKeyRow { device, public_key, since } = key;
        diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set((
                tenant::server_epoch.eq(&epoch[..]),
                tenant::server_seq.eq(0),
                tenant::server_prev.eq(None::<Vec<u8>>),
                tenant::reference_version.eq(tenant::reference_version + 1),
            ))
            .execute(self.db())?;
        diesel::insert_into(server_key::table)
            .values((
                server_key::tenant.eq(&id.bytes()[..]),
                server_key::device.eq(&device.bytes()[..]),
                server_key::public_key.eq(public_key),
                server_key::since_ms.eq(since.ms()),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Says that the reference data changed: its `ETag` is another from now on.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn touch_reference(&mut self, id: &TenantId) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set(tenant::reference_version.eq(tenant::reference_version + 1))
            .execute(self.db())?;
        Ok(())
    }
}
