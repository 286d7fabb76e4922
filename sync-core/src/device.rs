//! The store of one phone: one writer on one SQLite file.
//!
//! Promise:
//!
//! - A save is one transaction. After a crash at any point the store has the whole save or nothing of it, and the chain
//!   continues without a gap.
//! - A signed change is never modified or deleted.
//! - A change counts as acknowledged only when a receipt by the tenant's key, for this device and naming the change, is
//!   stored.
//! - An arriving change is verified and stored once. It is parked while something that it names is missing, and refused
//!   only if it is forged or unreadable.
//! - A form number is used once.
//!
//! Not here: threads, clocks, randomness, network; files beside the database (the host stores photographs); authority
//! to write (`plan`, on the server).

mod edit;
mod error;
mod evidence;
mod incoming;
mod index;
mod judge;
mod live;
mod number;
mod offer;
mod open;
mod read;
mod recent;
mod reference;
mod refuse;
mod rows;
mod salvage;
mod save;
mod sql;
mod time;

pub use edit::{Corrected, Editor};
pub use error::{SaveError, Stop, StoreError};
pub use evidence::{Evidence, NewEvidence};
pub use incoming::{Arrived, Need, ParkedChange, Source};
pub use number::{Drawn, NumberFor, VoidNumber};
pub use offer::{Offered, Tally};
pub use open::{Enrolment, Options};
pub use read::{Card, FieldConflict};
pub use salvage::{Salvaged, salvage};
pub use save::{Save, Saved};
pub use time::ClockFault;

use crate::id::{AgencyId, BootId, DeviceId, OfficerId, TenantId};
use crate::sign::{PublicKey, Verifier};
use crate::time::Instant;
use crate::value::Value;
use judge::Judge;
use recent::RecentCase;
use rusqlite::Connection;
use std::cell::RefCell;

/// Time and place of an act on the phone, from its sensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub wall: Instant,
    /// Milliseconds of the monotonic clock since `boot`.
    pub monotonic_ms: u64,
    /// The boot of the phone; in a browser, the worker.
    pub boot: BootId,
    /// Whether the monotonic clock counts sleep. Native: yes; browser: no.
    pub counts_sleep: bool,
    /// The place, if the phone knows it and the officer allows.
    pub place: Option<Place>,
}

/// A place (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// 10⁻⁷ degree north.
    pub latitude_e7: i64,
    /// 10⁻⁷ degree east.
    pub longitude_e7: i64,
    /// Metres.
    pub accuracy_m: i64,
}

impl Place {
    fn value(self) -> Value {
        crate::case::place(self.latitude_e7, self.longitude_e7, self.accuracy_m)
    }
}

/// The phone's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The installation.
    pub tenant: TenantId,
    /// The tenant's key, pinned at enrolment.
    pub tenant_key: PublicKey,
    /// The device.
    pub device: DeviceId,
    /// The device's key.
    pub device_key: PublicKey,
    /// The officer.
    pub officer: OfficerId,
    /// The officer's agency.
    pub agency: AgencyId,
}

/// An open store.
pub struct Device {
    db: Connection,
    identity: Identity,
    verifier: Box<dyn Verifier + Send>,
    judge: Judge,
    recent: RefCell<Option<RecentCase>>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").field("device", &self.identity.device).finish_non_exhaustive()
    }
}

impl Device {
    /// The phone's identity.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The verifier that the host provides.
    pub(crate) fn verifier(&self) -> &dyn Verifier {
        self.verifier.as_ref()
    }
}
