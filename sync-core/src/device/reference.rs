//! Reference data on the phone: regions, items, officers, calendar.
//!
//! Promise: stored as the text that the server sent, with its `ETag`; the roster and the calendar that rules need are
//! parsed when it is stored and when the store opens.

use crate::device::judge::Judge;
use crate::device::{Device, StoreError};

impl Device {
    /// Stores the reference data as the server gave it.
    ///
    /// # Errors
    /// [`StoreError::Reference`] if the parts that rules need cannot be read; then the old data stays.
    pub fn set_reference(&mut self, json: &str, etag: Option<&str>) -> Result<(), StoreError> {
        let judge = Judge::from_reference(json).map_err(StoreError::Reference)?;
        self.db.execute("UPDATE feed SET reference = ?1, reference_etag = ?2", (json, etag))?;
        self.judge = judge;
        Ok(())
    }

    /// The reference data and its `ETag`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn reference(&self) -> Result<Option<(String, Option<String>)>, StoreError> {
        let row: (Option<String>, Option<String>) =
            self.db
                .query_row("SELECT reference, reference_etag FROM feed", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(row.0.map(|json| (json, row.1)))
    }

    /// Loads the stored reference data. If a newer server sent data that this app cannot read, the rules are undecided, and the
    /// officer can still open the cases.
    pub(super) fn load_reference(&mut self) -> Result<(), StoreError> {
        if let Some((json, _)) = self.reference()? {
            self.judge = Judge::from_reference(&json).unwrap_or_else(|_unreadable| Judge::empty());
        }
        Ok(())
    }
}
