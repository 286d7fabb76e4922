//! The tenant's log and the receipts given from it.

use diesel::prelude::*;
use sync_core::id::{ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::log::Frontier;
use sync_core::receipt::SignedReceipt;
use sync_core::time::Instant;

use super::dialect::by_column;
use super::schema::{leaf, log_head, receipt, receipt_entry, tenant};
use super::tx::Tx;
use super::{Additions, Error, row};

#[derive(Insertable)]
#[diesel(table_name = leaf, treat_none_as_default_value = false)]
struct LeafRow {
    tenant: Vec<u8>,
    log_epoch: Vec<u8>,
    place: i64,
    bytes: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = receipt, treat_none_as_default_value = false)]
struct ReceiptRow {
    tenant: Vec<u8>,
    device: Vec<u8>,
    first_leaf: i64,
    issued_ms: i64,
    bytes: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = receipt_entry, treat_none_as_default_value = false)]
struct ReceiptEntryRow {
    tenant: Vec<u8>,
    device: Vec<u8>,
    leaf: i64,
    first_leaf: i64,
}

#[derive(Insertable)]
#[diesel(table_name = log_head, treat_none_as_default_value = false)]
struct HeadRow {
    tenant: Vec<u8>,
    log_epoch: Vec<u8>,
    size: i64,
    root: Vec<u8>,
    at_ms: i64,
}

by_column!(leaf, LeafRow { tenant, log_epoch, place, bytes });
by_column!(log_head, HeadRow { tenant, log_epoch, size, root, at_ms });
by_column!(receipt, ReceiptRow { tenant, device, first_leaf, issued_ms, bytes });
by_column!(receipt_entry, ReceiptEntryRow { tenant, device, leaf, first_leaf });

impl Additions<'_> {
    /// Leaves at the end of the log, from `first` on.
    pub fn leaves(&mut self, id: &TenantId, epoch: &Epoch, first: i64, leaves: Vec<Vec<u8>>) {
        let (tenant, log_epoch) = (id.bytes().to_vec(), epoch.bytes().to_vec());
        let row = |(place, bytes)| LeafRow { tenant: tenant.clone(), log_epoch: log_epoch.clone(), place, bytes };
        self.rows((first..).zip(leaves).map(row).collect());
    }

    /// Sizes and roots of the log, at which a page of the feed may end.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] for a size that no log has.
    pub fn log_heads(
        &mut self,
        id: &TenantId,
        epoch: &Epoch,
        heads: &[(u64, Digest)],
        now: Instant,
    ) -> Result<(), Error> {
        let row = |(size, root): &(u64, Digest)| {
            let size = i64::try_from(*size).map_err(|_large| Error::Inconsistent { what: "tenant.log_size" })?;
            let (tenant, log_epoch, root) = (id.bytes().to_vec(), epoch.bytes().to_vec(), root.bytes().to_vec());
            Ok(HeadRow { tenant, log_epoch, size, root, at_ms: now.ms() })
        };
        self.rows(heads.iter().map(row).collect::<Result<Vec<_>, Error>>()?);
        Ok(())
    }

    /// Receipts, each with the device it was given to and what it covers.
    pub fn receipts(&mut self, id: &TenantId, new: &[(DeviceId, SignedReceipt)]) {
        let (mut receipts, mut entries) = (Vec::new(), Vec::new());
        for (device, signed) in new {
            let leaves = signed.receipt.entries.iter().map(|entry| entry.leaf.cast_signed());
            let Some(first_leaf) = leaves.clone().min() else { continue };
            let (tenant, device) = (id.bytes().to_vec(), device.bytes().to_vec());
            entries.extend(leaves.map(|leaf| {
                let (tenant, device) = (tenant.clone(), device.clone());
                ReceiptEntryRow { tenant, device, leaf, first_leaf }
            }));
            let (issued_ms, bytes) = (signed.receipt.issued.ms(), signed.bytes.clone());
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
            .filter(leaf::tenant.eq(&id.bytes()[..]))
            .filter(leaf::log_epoch.eq(&epoch.bytes()[..]))
            .filter(leaf::place.ge(from))
            .order(leaf::place)
            .limit(limit)
            .select(leaf::bytes)
            .load(self.db())?)
    }

    /// Keeps where this commit leaves the log.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_log_head(&mut self, id: &TenantId, frontier: &Frontier) -> Result<(), Error> {
        let size = i64::try_from(frontier.size()).map_err(|_large| Error::Inconsistent { what: "tenant.log_size" })?;
        let root = frontier.root();
        diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set((
                tenant::log_size.eq(size),
                tenant::log_frontier.eq(frontier.peaks()),
                tenant::log_root.eq(&root.bytes()[..]),
            ))
            .execute(self.db())?;
        Ok(())
    }

    /// Keeps the newest link of the server's own chain.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn set_server_chain(&mut self, id: &TenantId, seq: i64, newest: &ChangeId) -> Result<(), Error> {
        diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set((tenant::server_seq.eq(seq), tenant::server_prev.eq(Some(&newest.bytes()[..]))))
            .execute(self.db())?;
        Ok(())
    }

    /// The root at a size that some commit left.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn root_at(&mut self, id: &TenantId, epoch: &Epoch, size: i64) -> Result<Option<Digest>, Error> {
        log_head::table
            .find((&id.bytes()[..], &epoch.bytes()[..], size))
            .select(log_head::root)
            .get_result::<Vec<u8>>(self.db())
            .optional()?
            .map(|root| row::id(&root, Digest::from_slice, "log_head.root"))
            .transpose()
    }

    /// The first size that some commit left at or after `size`, with its root.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn head_from(&mut self, id: &TenantId, epoch: &Epoch, size: i64) -> Result<Option<(i64, Digest)>, Error> {
        log_head::table
            .filter(log_head::tenant.eq(&id.bytes()[..]))
            .filter(log_head::log_epoch.eq(&epoch.bytes()[..]))
            .filter(log_head::size.ge(size))
            .order(log_head::size)
            .select((log_head::size, log_head::root))
            .first::<(i64, Vec<u8>)>(self.db())
            .optional()?
            .map(|(size, root)| Ok((size, row::id(&root, Digest::from_slice, "log_head.root")?)))
            .transpose()
    }

    /// For each of these leaves that `device` already holds a receipt for: the first leaf of that receipt, its name.
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
            .filter(receipt_entry::tenant.eq(&id.bytes()[..]))
            .filter(receipt_entry::device.eq(&device.bytes()[..]))
            .filter(receipt_entry::leaf.eq_any(leaves.to_vec()))
            .select((receipt_entry::leaf, receipt_entry::first_leaf))
            .load(self.db())?)
    }

    /// A receipt as it was signed.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn receipt(&mut self, id: &TenantId, device: &DeviceId, first_leaf: i64) -> Result<Option<Vec<u8>>, Error> {
        Ok(receipt::table
            .find((&id.bytes()[..], &device.bytes()[..], first_leaf))
            .select(receipt::bytes)
            .get_result(self.db())
            .optional()?)
    }
}
