//! Back-off between attempts.

use super::Limits;
use crate::id::DeviceId;

/// Waiting that doubles with each failure in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Backoff {
    failures: u32,
    until_ms: u64,
}

impl Backoff {
    /// Failures in a row.
    pub const fn failures(self) -> u32 {
        self.failures
    }

    /// Milliseconds left to wait, if any.
    pub fn left(self, now_ms: u64) -> Option<u64> {
        (self.failures > 0).then(|| self.until_ms.saturating_sub(now_ms)).filter(|left| *left > 0)
    }

    /// Counts a failure. The wait is spread by the device's id, so that phones which lost the same
    /// network do not all come back in the same second.
    pub fn fail(&mut self, limits: &Limits, device: DeviceId, now_ms: u64, asked_ms: Option<u64>) {
        let doubled = limits.first_wait_ms.saturating_mul(1_u64.checked_shl(self.failures).unwrap_or(u64::MAX));
        let wait = doubled.min(limits.longest_wait_ms);
        let spread = device.bytes().first().map_or(0, |byte| wait / 4 * u64::from(*byte) / 255);
        self.failures = self.failures.saturating_add(1).min(32);
        self.until_ms = now_ms.saturating_add((wait + spread).max(asked_ms.unwrap_or(0)));
    }
}
