//! Whether the database takes a write now.
//!
//! Promise: asked often, it is tried once in two seconds: who asks without end costs nothing. It is tried by a real,
//! durable write, because a full disk and a lost lock show only there. Not here: what the prober makes of it.

use std::time::Duration;

use sync_core::id::TenantId;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::refusal::{Failure, Refusal};
use crate::store::Store;

const FRESH: Duration = Duration::from_secs(2);
const TOO_LONG: Duration = Duration::from_secs(8);

/// What was found out last, and when.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, Result<(), Refusal>)>>);

impl Readiness {
    /// Tries the database, or says what the last try found.
    ///
    /// # Errors
    /// [`Refusal::DatabaseUnavailable`], [`Refusal::DatabaseReadOnly`], [`Refusal::DatabaseFull`], or
    /// [`Refusal::Busy`] where it takes too long.
    pub async fn check(&self, store: &Store, tenant: TenantId, now: sync_core::time::Instant) -> Result<(), Refusal> {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = *last
            && at.elapsed() < FRESH
        {
            return found;
        }
        let write = store.write(move |tx| tx.lock_tenant(&tenant, now).map(drop).map_err(Failure::from));
        let found = match tokio::time::timeout(TOO_LONG, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failure::Refused(refused))) => Err(refused.refusal),
            Ok(Err(Failure::Broken(error))) => {
                tracing::error!(%error, "the database does not take a write");
                Err(Refusal::DatabaseUnavailable)
            }
            Err(_elapsed) => Err(Refusal::Busy),
        };
        *last = Some((Instant::now(), found));
        found
    }
}
