//! The last status list that a process made.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use sync_core::credential::status_list::StatusList;
use sync_core::time::Instant;
use tokio::sync::Mutex;

/// A signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The token.
    pub token: String,
    /// Its entity tag.
    pub tag: String,
    /// When it was signed.
    pub signed: Instant,
}

/// The last list, and the decoys of the last step.
#[derive(Debug, Default)]
pub struct Last {
    /// The turn in which it was made.
    pub turn: u64,
    /// What it says, and the token.
    pub list: Option<(StatusList, Arc<Listed>)>,
    /// The step, and its decoys.
    pub decoys: Option<(i64, StatusList)>,
}

/// Makes lists, one at a time.
#[derive(Debug, Default)]
pub struct Lists {
    /// How often a list was begun.
    pub turn: AtomicU64,
    /// Held while a list is made.
    pub last: Mutex<Last>,
}
