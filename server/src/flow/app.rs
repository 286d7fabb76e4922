//! The state of a running server.
//!
//! Promise: shared by all handlers and flows; the marks of the first run and of a trial are the only parts that change. Not here:
//! opening an installation (`serve::open`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sync_core::id::TenantId;
use tokio::sync::Semaphore;

use super::health::Readiness;
use super::ingest::Ingest;
use super::keys::Keys;
use super::last_list::Lists;
use super::loaded::Cases;
use super::nonce::Nonces;
use super::password::Passwords;
use super::quota::Quotas;
use super::stay::Stay;
use super::token::Tokens;
use crate::clock::Clock;
use crate::store::Store;
use crate::store::evidence_store::EvidenceStore;

/// Everything a handler or a flow needs.
pub struct App {
    /// The database.
    pub store: Store,
    /// The server's keys.
    pub keys: Keys,
    /// The time.
    pub clock: Clock,
    /// The installation.
    pub tenant: TenantId,
    /// Access tokens.
    pub tokens: Tokens,
    /// Nonces of proofs.
    pub nonces: Nonces,
    /// Whether phones without a request key get tokens that are bound to no key.
    pub bearer_phones: bool,
    /// The address by which clients reach the installation, if it is configured: credentials name it.
    pub public_address: Option<String>,
    /// Status lists of credentials.
    pub credential_lists: Lists,
    /// Ingest of changes.
    pub ingest: Ingest,
    /// The cache of folded cases.
    pub cases: Arc<Cases>,
    /// Daily usage of phones.
    pub quotas: Arc<Quotas>,
    /// Retention periods.
    pub stay: Stay,
    /// Bytes of unclaimed files that one person may have.
    pub unclaimed_bytes: i64,
    /// One roster at a time.
    pub rosters: Arc<Semaphore>,
    /// Bounded password hashing.
    pub passwords: Passwords,
    /// The bytes of evidence.
    pub evidence: EvidenceStore,
    /// The data directory.
    pub directory: PathBuf,
    /// The result of the last check of the database.
    pub readiness: Readiness,
    /// Whether the county has been chosen; until then only the first run is shown (`first_run::is_set_up`).
    pub set_up: AtomicBool,
    /// Whether all persons are invented; pages then say so.
    pub trial: AtomicBool,
}
