//! Readiness: whether the database accepts a write now, and other warnings.
//!
//! Promise: the check runs at most once in two seconds, however often it is requested. It performs a real durable
//! write, because a full disk or a lost lock shows only there. A clock behind the newest stored time is reported but
//! does not make the server unready. Not here: how the answer is presented.

use std::time::Duration;

use sync_core::id::TenantId;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::refusal::{Failure, Refusal};
use crate::store::Store;

const FRESH: Duration = Duration::from_secs(2);
const TOO_LONG: Duration = Duration::from_secs(8);
/// The clocks of several servers over one database differ by less than this.
const SKEW_MS: i64 = 60_000;

/// The last result of the check, and its time.
#[derive(Debug)]
pub struct Readiness {
    last: Mutex<Option<(Instant, Result<(), Refusal>)>>,
    /// The time of the newest record when this process started, if the clock was behind it.
    ahead: Option<sync_core::time::Instant>,
}

/// The server works, but degraded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Degraded {
    /// Stable code.
    pub code: &'static str,
    /// In Chinese, with instructions.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// The clock is behind the newest record.
const CLOCK_BEHIND: Degraded = Degraded {
    code: "clock_behind",
    zh: "服务器时钟早于最近一条记录的时间：时钟现在慢了，或此前曾经快过。请核对服务器时间。",
    en: "The server's clock is behind the newest record: it is slow now, or was fast before. Check the time of the server.",
};

impl Readiness {
    /// The state before the first check of the database. The clock is compared with the newest record.
    pub fn new(newest: Option<sync_core::time::Instant>, now: sync_core::time::Instant) -> Self {
        let ahead = newest.filter(|newest| *newest > now.plus_ms(SKEW_MS));
        if let Some(newest) = ahead {
            let (newest_ms, now_ms) = (newest.ms(), now.ms());
            tracing::warn!(code = CLOCK_BEHIND.code, newest_ms, now_ms, "the clock is behind the newest record");
        }
        Self { last: Mutex::default(), ahead }
    }

    /// The warning, if the server is degraded.
    pub fn degraded(&self, now: sync_core::time::Instant) -> Option<Degraded> {
        self.ahead.filter(|newest| *newest > now.plus_ms(SKEW_MS)).map(|_behind| CLOCK_BEHIND)
    }

    /// Tests the database, or returns the last result.
    ///
    /// # Errors
    /// [`Refusal::DatabaseUnavailable`], [`Refusal::DatabaseReadOnly`], [`Refusal::DatabaseFull`], or
    /// [`Refusal::Busy`] where it takes too long.
    pub async fn check(&self, store: &Store, tenant: TenantId, now: sync_core::time::Instant) -> Result<(), Refusal> {
        let mut last = self.last.lock().await;
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
                tracing::error!(%error, "the database does not accept a write");
                Err(Refusal::DatabaseUnavailable)
            }
            Err(_elapsed) => Err(Refusal::Busy),
        };
        *last = Some((Instant::now(), found));
        found
    }
}
