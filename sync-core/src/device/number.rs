//! Form numbers (文号) from the blocks that leases carry.
//!
//! Promise: a number is used once, in the transaction of the save that writes it; a voided number is recorded and never
//! used again. A block belongs to one epoch of the store. Without a free number the field stays empty until the server
//! assigns one (`Number`).

use crate::device::rows::Chain;
use crate::device::{Device, SaveError, StoreError};
use crate::id::{AgencyId, ChangeId, Digest};
use crate::lease::{Block, Lease};
use crate::op::OpRef;
use crate::schema::FormName;
use rusqlite::{Connection, OptionalExtension as _};

/// The number that a save requests for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFor {
    /// The document.
    pub document: OpRef,
    /// Its form, such as `spot_decision`.
    pub form: FormName,
    /// Year of the document's date in Asia/Shanghai.
    pub year: u32,
}

/// A number of this phone's blocks that will not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidNumber {
    /// The form.
    pub form: FormName,
    /// The year.
    pub year: u32,
    /// Why.
    pub reason: String,
}

/// A number that a save took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The form.
    pub form: FormName,
    /// The agency in whose name it is issued.
    pub agency: AgencyId,
    /// The year.
    pub year: u32,
    /// The serial.
    pub serial: u32,
    /// As printed.
    pub text: String,
}

impl Device {
    /// How many numbers of a form are left for a year.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn numbers_left(&self, form: &FormName, year: u32) -> Result<u64, StoreError> {
        let epoch = Chain::load(&self.db)?.epoch;
        let left: i64 = self.db.query_row(
            "SELECT coalesce(sum(b.last - b.first + 1 - (
                 SELECT count(*) FROM number_use u WHERE u.form = b.form AND u.agency = b.agency AND u.year = b.year
                 AND u.serial BETWEEN b.first AND b.last)), 0)
             FROM number_block b WHERE b.form = ?1 AND b.year = ?2 AND b.epoch = ?3",
            (form.as_str(), year, epoch),
            |row| row.get(0),
        )?;
        Ok(crate::device::sql::count(left))
    }

    /// The last number of the newest block of a form and year in this store; zero without one. The server uses it so
    /// that a lost answer wastes no numbers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest_number(&self, form: &FormName, year: u32) -> Result<u32, StoreError> {
        let epoch = Chain::load(&self.db)?.epoch;
        Ok(self.db.query_row(
            "SELECT coalesce(max(last), 0) FROM number_block WHERE form = ?1 AND year = ?2 AND epoch = ?3",
            (form.as_str(), year, epoch),
            |row| row.get(0),
        )?)
    }
}

/// Stores the blocks of a lease for this device.
pub(super) fn add_blocks(db: &Connection, hash: Digest, lease: &Lease) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "INSERT OR IGNORE INTO number_block (lease, epoch, form, agency, year, prefix, first, last)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for Block { form, agency, year, prefix, first, last } in &lease.blocks {
        statement.execute((hash, lease.epoch, form.as_str(), agency, year, prefix, first, last))?;
    }
    Ok(())
}

/// The next free number, not yet marked as used.
pub(super) fn next(db: &Connection, form: &FormName, year: u32) -> Result<Option<Drawn>, StoreError> {
    let epoch = Chain::load(db)?.epoch;
    let found = db
        .prepare_cached(
            "SELECT b.prefix, max(b.first, 1 + coalesce((
                 SELECT max(u.serial) FROM number_use u WHERE u.form = b.form AND u.agency = b.agency AND u.year = b.year
                 AND u.serial BETWEEN b.first AND b.last), 0)) AS serial, b.agency
             FROM number_block b WHERE b.form = ?1 AND b.year = ?2 AND b.epoch = ?3
             AND serial <= b.last ORDER BY b.first LIMIT 1",
        )?
        .query_row((form.as_str(), year, epoch), |row| {
            let (prefix, serial): (String, u32) = (row.get(0)?, row.get(1)?);
            Ok(Drawn { form: form.clone(), agency: row.get(2)?, year, serial, text: format!("{prefix}{serial}号") })
        })
        .optional()?;
    Ok(found)
}

/// Whether a change took this number from the phone's range.
pub(super) fn was_drawn(db: &Connection, text: &str, change: ChangeId) -> Result<bool, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT 1 FROM number_use WHERE text = ?1 AND change = ?2 AND void IS NULL LIMIT 1")?;
    Ok(statement.exists((text, change))?)
}

/// Marks a number as used or voided by a change.
pub(super) fn mark(db: &Connection, drawn: &Drawn, change: ChangeId, void: Option<&str>) -> Result<(), SaveError> {
    let Drawn { form, agency, year, serial, text } = drawn;
    db.prepare_cached(
        "INSERT INTO number_use (form, agency, year, serial, text, change, void) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((form.as_str(), agency, year, serial, text, change, void))?;
    Ok(())
}
