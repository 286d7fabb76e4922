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

/// Counters of writes to the file, as one connection sees them.
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

/// Verified changes of one case, parents before children.
pub(super) struct RecentCase {
    case: CaseId,
    written: Written,
    pub changes: Vec<Change>,
}

impl RecentCase {
    /// The held changes of `case`: from memory if the cached case is this one and still complete, otherwise from the store.
    pub fn load(recent: Option<Self>, db: &Connection, case: CaseId) -> Result<Self, StoreError> {
        // The counters are read before the rows, so that a concurrent write is detected next time.
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
    /// Runs `see` on the stored changes of a case.
    pub(super) fn look<T>(&self, case: CaseId, see: impl FnOnce(&[Change]) -> T) -> Result<T, StoreError> {
        let held = RecentCase::load(self.recent.take(), &self.db, case)?;
        let seen = see(&held.changes);
        self.recent.replace(Some(held));
        Ok(seen)
    }
}

#[cfg(all(test, feature = "p256"))]
mod tests {
    use crate::device::{Device, Enrolment, Identity, Moment, Options, Source};
    use crate::id::{AgencyId, BootId, DeviceId, Epoch, OfficerId, TenantId};
    use crate::op::{CaseKind, Open};
    use crate::sign::{Signer as _, SoftwareKey, SoftwareVerifier};
    use crate::time::Instant;
    use rusqlite::Connection;

    #[test]
    fn whatever_arrives_empties_the_cache() {
        let key = SoftwareKey::from_secret(&[1; 32]).unwrap();
        let (officer, agency) = (OfficerId::new([1; 16]), AgencyId::new([9; 16]));
        let identity = Identity {
            tenant: TenantId::new([1; 16]),
            tenant_key: key.public_key(),
            device: DeviceId::new([1; 16]),
            device_key: key.public_key(),
            officer,
            agency,
        };
        let enrolment = Enrolment { identity, epoch: Epoch::new([1; 8]) };
        let db = Connection::open_in_memory().unwrap();
        let mut device =
            Device::create_over(db, &Options::in_memory(), &enrolment, Box::new(SoftwareVerifier)).unwrap();
        let open = Open { kind: CaseKind::Inspection, agency, item: "SJ-C-001".into(), officers: vec![officer] };
        let at = Moment {
            wall: Instant::from_ms(1),
            monotonic_ms: 1,
            boot: BootId::new([5; 16]),
            counts_sleep: true,
            place: None,
        };
        let opened = device.open_case(open).into_save();
        let case = device.save(opened, &at, [1; 32], &key).unwrap().case;
        assert!(device.recent.take().is_some_and(|held| held.case == case), "what was saved is at hand");
        device.look(case, |_| ()).unwrap();
        let own = device.change(case).unwrap().unwrap().to_bytes();
        device.receive(&[], &[own], Source::Peer).unwrap();
        assert!(device.recent.take().is_none());
    }
}
