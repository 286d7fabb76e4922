//! The tenant's log and the receipts given from it.

use diesel::prelude::*;
use sync_core::id::{ChangeId, DeviceId, Digest, Epoch, TenantId};
use sync_core::log::Frontier;
use sync_core::time::Instant;

use super::schema::{leaf, log_head, receipt, receipt_entry, tenant};
use super::tx::Tx;
use super::{Error, row};

impl Tx<'_> {
    /// Appends leaves, from `first` on.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_leaf(&mut self, id: &TenantId, epoch: &Epoch, place: i64, bytes: &[u8]) -> Result<(), Error> {
        diesel::insert_into(leaf::table)
            .values((
                leaf::tenant.eq(&id.bytes()[..]),
                leaf::log_epoch.eq(&epoch.bytes()[..]),
                leaf::place.eq(place),
                leaf::bytes.eq(bytes),
            ))
            .execute(self.db())?;
        Ok(())
    }

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

    /// Keeps where this commit leaves the log and the server's own chain.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn set_log_head(
        &mut self,
        id: &TenantId,
        epoch: &Epoch,
        frontier: &Frontier,
        now: Instant,
    ) -> Result<(), Error> {
        let size = i64::try_from(frontier.size()).map_err(|_large| Error::Corrupt { what: "tenant.log_size" })?;
        let root = frontier.root();
        diesel::update(tenant::table.filter(tenant::id.eq(&id.bytes()[..])))
            .set((
                tenant::log_size.eq(size),
                tenant::log_frontier.eq(frontier.peaks()),
                tenant::log_root.eq(&root.bytes()[..]),
            ))
            .execute(self.db())?;
        diesel::insert_into(log_head::table)
            .values((
                log_head::tenant.eq(&id.bytes()[..]),
                log_head::log_epoch.eq(&epoch.bytes()[..]),
                log_head::size.eq(size),
                log_head::root.eq(&root.bytes()[..]),
                log_head::at_ms.eq(now.ms()),
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
            .first::<Vec<u8>>(self.db())
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

    /// Keeps a receipt with what it covers.
    ///
    /// # Errors
    /// [`Error`] where a statement fails.
    pub fn add_receipt(
        &mut self,
        id: &TenantId,
        device: &DeviceId,
        new: &sync_core::receipt::SignedReceipt,
    ) -> Result<(), Error> {
        diesel::insert_into(receipt::table)
            .values((
                receipt::tenant.eq(&id.bytes()[..]),
                receipt::hash.eq(&new.hash.bytes()[..]),
                receipt::device.eq(&device.bytes()[..]),
                receipt::issued_ms.eq(new.receipt.issued.ms()),
                receipt::bytes.eq(&new.bytes),
            ))
            .execute(self.db())?;
        for entry in &new.receipt.entries {
            diesel::insert_into(receipt_entry::table)
                .values((
                    receipt_entry::tenant.eq(&id.bytes()[..]),
                    receipt_entry::device.eq(&device.bytes()[..]),
                    receipt_entry::change.eq(&entry.change.bytes()[..]),
                    receipt_entry::receipt.eq(&new.hash.bytes()[..]),
                ))
                .execute(self.db())?;
        }
        Ok(())
    }

    /// For each of `changes` that `device` already holds a receipt for: the receipt's hash.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn receipts_covering(
        &mut self,
        id: &TenantId,
        device: &DeviceId,
        changes: &[ChangeId],
    ) -> Result<Vec<(ChangeId, Digest)>, Error> {
        let wanted: Vec<&[u8]> = changes.iter().map(|id| &id.bytes()[..]).collect();
        receipt_entry::table
            .filter(receipt_entry::tenant.eq(&id.bytes()[..]))
            .filter(receipt_entry::device.eq(&device.bytes()[..]))
            .filter(receipt_entry::change.eq_any(wanted))
            .select((receipt_entry::change, receipt_entry::receipt))
            .load::<(Vec<u8>, Vec<u8>)>(self.db())?
            .into_iter()
            .map(|(change, hash)| {
                Ok((
                    row::id(&change, ChangeId::from_slice, "receipt_entry.change")?,
                    row::id(&hash, Digest::from_slice, "receipt_entry.receipt")?,
                ))
            })
            .collect()
    }

    /// A receipt as it was signed, with the server's time in it.
    ///
    /// # Errors
    /// [`Error`] where the statement fails.
    pub fn receipt(
        &mut self,
        id: &TenantId,
        device: &DeviceId,
        hash: &Digest,
    ) -> Result<Option<(Instant, Vec<u8>)>, Error> {
        Ok(receipt::table
            .find((&id.bytes()[..], &hash.bytes()[..]))
            .filter(receipt::device.eq(&device.bytes()[..]))
            .select((receipt::issued_ms, receipt::bytes))
            .first::<(i64, Vec<u8>)>(self.db())
            .optional()?
            .map(|(issued, bytes)| (Instant::from_ms(issued), bytes)))
    }
}
