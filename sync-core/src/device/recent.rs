//! Cache of the changes of the case that was read last. Without it, reading, editing and saving a case would verify
//! every value three times.
//!
//! Promise: a cached case equals the store: the entry is used only if no connection has written since; SQLite counts
//! both its own and other connections' writes. The cache holds one case and is emptied when anything arrives, so no
//! sealed value stays in it.

use crate::change::Change;
use crate::device::{Device, StoreError, rows};
use crate::id::CaseId;
use rusqlite::Connection;

/// How much was written to the file, as one connection sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    /// Rows, by this connection.
    here: u64,
    /// Changes whenever another connection commits.
    elsewhere: i64,
}

impl Written {
    fn so_far(db: &Connection) -> Result<Self, StoreError> {
        let elsewhere = db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        Ok(Self { here: db.total_changes(), elsewhere })
    }
}

/// Checked changes of one case, parents before children.
pub(super) struct RecentCase {
    case: CaseId,
    written: Written,
    pub changes: Vec<Change>,
}

impl RecentCase {
    /// The held changes of `case`: from memory if the cached case is this one and still complete, otherwise from the store.
    pub fn load(recent: Option<Self>, db: &Connection, case: CaseId) -> Result<Self, StoreError> {
        // Read before the rows, so a concurrent write is noticed next time.
        let written = Written::so_far(db)?;
        match recent.filter(|held| (held.case, held.written) == (case, written)) {
            Some(held) => Ok(held),
            None => Ok(Self { case, written, changes: rows::changes(db, case)? }),
        }
    }

    /// The current content, inside the transaction that wrote the last of it.
    pub fn now(db: &Connection, case: CaseId, changes: Vec<Change>) -> Result<Self, StoreError> {
        Ok(Self { case, written: Written::so_far(db)?, changes })
    }
}

impl Device {
    /// Looks at the held changes of a case.
    pub(super) fn look<T>(&self, case: CaseId, see: impl FnOnce(&[Change]) -> T) -> Result<T, StoreError> {
        let held = RecentCase::load(self.recent.take(), &self.db, case)?;
        let seen = see(&held.changes);
        self.recent.replace(Some(held));
        Ok(seen)
    }
}
