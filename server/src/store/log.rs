//! The tenant's log, and the receipts issued from it.

use diesel::prelude::*;
use sync_core::id::{ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::log::Frontier;
use sync_core::receipt::SignedReceipt;
use sync_core::time::Instant;

use super::dialect::by_column;
use super::schema::{leaf, log_head, receipt, receipt_entry, tenant};
use super::tx::Tx;
use super::{Additions, Error};

#[derive(Insertable)]
#[diesel(table_name = leaf, treat_none_as_default_value = false)]
struct LeafRow {
    tenant: TenantId,
    log_epoch: Epoch,
    place: i64,
    bytes: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = receipt, treat_none_as_default_value = false)]
struct ReceiptRow {
    tenant: TenantId,
    device: DeviceId,
    first_leaf: i64,
    issued_ms: Instant,
    bytes: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = receipt_entry, treat_none_as_default_value = false)]
struct ReceiptEntryRow {
    tenant: TenantId,
    device: DeviceId,
    leaf: i64,
    first_leaf: i64,
}

#[derive(Insertable)]
#[diesel(table_name = log_head, treat_none_as_default_value = false)]
struct HeadRow {
    tenant: TenantId,
    log_epoch: Epoch,
    size: i64,
    root: Digest,
    at_ms: Instant,
}

by_column!(leaf, LeafRow { tenant, log_epoch, place, bytes });
by_column!(log_head, HeadRow { tenant, log_epoch, size, root, at_ms });
by_column!(receipt, ReceiptRow { tenant, device, first_leaf, issued_ms, bytes });
by_column!(receipt_entry, ReceiptEntryRow { tenant, device, leaf, first_leaf });

impl Additions<'_> {
    /// Adds leaves at the end of the log, from `first` on.
    pub fn leaves(&mut self, id: &TenantId, epoch: &Epoch, first: i64, leaves: Vec<Vec<u8>>) {
        let row = |(place, bytes)| LeafRow { tenant: *id, log_epoch: *epoch, place, bytes };
        self.rows((first..).zip(leaves).map(row).collect());
    }

    /// Adds sizes of the log with their roots. A page of the feed may end at them.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] for a size that no log can have.
    pub fn log_heads(
        &mut self,
        id: &TenantId,
        epoch: &Epoch,
        heads: &[(u64, Digest)],
        now: Instant,
    ) -> Result<(), Error> {
        let row = |(size, root): &(u64, Digest)| {
            let size = i64::try_from(*size).map_err(|_large| Error::Inconsistent { what: "tenant.log_size" })?;
            Ok(HeadRow { tenant: *id, log_epoch: *epoch, size, root: *root, at_ms: now })
        };
        self.rows(heads.iter().map(row).collect::<Result<Vec<_>, Error>>()?);
        Ok(())
    }

    /// Receipts, each with its device and its changes.
    pub fn receipts(&mut self, id: &TenantId, new: &[(DeviceId, SignedReceipt)]) {
        let (mut receipts, mut entries) = (Vec::new(), Vec::new());
        for (device, signed) in new {
            let leaves = signed.receipt.entries.iter().map(|entry| entry.leaf.cast_signed());
            let Some(first_leaf) = leaves.clone().min() else { continue };
            let (tenant, device) = (*id, *device);
            entries.extend(leaves.map(|leaf| ReceiptEntryRow { tenant, device, leaf, first_leaf }));
            let (issued_ms, bytes) = (signed.receipt.issued, signed.bytes.clone());
            receipts.push(ReceiptRow { tenant, device, first_leaf, issued_ms, bytes });
        }
        self.rows(receipts);
        self.rows(entries);
    }
}

impl Tx<'_> {
    /// The leaves of one epoch from `from` on, at most `limit`, in order.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn leaves(&mut self, id: &TenantId, epoch: &Epoch, from: i64, limit: i64) -> Result<Vec<Vec<u8>>, Error> {
        Ok(leaf::table
            .filter(leaf::tenant.eq(id))
            .filter(leaf::log_epoch.eq(epoch))
            .filter(leaf::place.ge(from))
            .order(leaf::place)
            .limit(limit)
            .select(leaf::bytes)
            .load(self.db())?)
    }

    /// Stores the head of the log after this commit.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_log_head(&mut self, id: &TenantId, frontier: &Frontier) -> Result<(), Error> {
        let size = i64::try_from(frontier.size()).map_err(|_large| Error::Inconsistent { what: "tenant.log_size" })?;
        let root = frontier.root();
        diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set((tenant::log_size.eq(size), tenant::log_frontier.eq(frontier.peaks()), tenant::log_root.eq(root)))
            .execute(self.db())?;
        Ok(())
    }

    /// Stores the newest link of the server's own chain.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_server_chain(&mut self, id: &TenantId, seq: i64, newest: &ChangeId) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(id)))
            .set((tenant::server_seq.eq(seq), tenant::server_prev.eq(Some(newest))))
            .execute(self.db())?;
        Ok(())
    }

    /// The root at a size that a commit stored.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn root_at(&mut self, id: &TenantId, epoch: &Epoch, size: i64) -> Result<Option<Digest>, Error> {
        Ok(log_head::table.find((id, epoch, size)).select(log_head::root).get_result(self.db()).optional()?)
    }

    /// The first stored size of at least `size`, with its root.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn head_from(&mut self, id: &TenantId, epoch: &Epoch, size: i64) -> Result<Option<(i64, Digest)>, Error> {
        let from = log_head::table
            .filter(log_head::tenant.eq(id))
            .filter(log_head::log_epoch.eq(epoch))
            .filter(log_head::size.ge(size))
            .order(log_head::size);
        Ok(from.select((log_head::size, log_head::root)).first(self.db()).optional()?)
    }

    /// For each of these leaves for which `device` has a receipt: the first leaf of that receipt, which identifies it.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn receipts_covering(
        &mut self,
        id: &TenantId,
        device: &DeviceId,
        leaves: &[i64],
    ) -> Result<Vec<(i64, i64)>, Error> {
        Ok(receipt_entry::table
            .filter(receipt_entry::tenant.eq(id))
            .filter(receipt_entry::device.eq(device))
            .filter(receipt_entry::leaf.eq_any(leaves.to_vec()))
            .select((receipt_entry::leaf, receipt_entry::first_leaf))
            .load(self.db())?)
    }

    /// A receipt as it was signed.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn receipt(&mut self, id: &TenantId, device: &DeviceId, first_leaf: i64) -> Result<Option<Vec<u8>>, Error> {
        Ok(receipt::table.find((id, device, first_leaf)).select(receipt::bytes).get_result(self.db()).optional()?)
    }
}
