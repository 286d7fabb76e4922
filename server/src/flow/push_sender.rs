//! The sender of a push, as its token identifies it.
//!
//! Not here: reading the token (`caller`); what the answer contains (`ingest`).

use sync_core::id::{DeviceId, OfficerId};

/// The phone that sends a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushSender {
    /// The phone.
    pub device: DeviceId,
    /// Its officer.
    pub officer: OfficerId,
    /// It proved its key only (hand-in token), so the answer contains receipts and nothing else.
    pub hands_in: bool,
}
