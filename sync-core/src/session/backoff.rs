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

    /// Remaining milliseconds to wait, if any.
    pub fn left(self, now_ms: u64) -> Option<u64> {
        (self.failures > 0).then(|| self.until_ms.saturating_sub(now_ms)).filter(|left| *left > 0)
    }

    /// Counts a failure. The wait depends on the device's id, so that phones which lost the network together do not all
    /// return in the same second.
    pub fn fail(&mut self, limits: &Limits, device: DeviceId, now_ms: u64, asked_ms: Option<u64>) {
        let doubled = limits.first_wait_ms.saturating_mul(1_u64.checked_shl(self.failures).unwrap_or(u64::MAX));
        let wait = doubled.min(limits.longest_wait_ms);
        let spread = device.bytes().first().map_or(0, |byte| wait / 4 * u64::from(*byte) / 255);
        self.failures = self.failures.saturating_add(1).min(32);
        self.until_ms = now_ms.saturating_add((wait + spread).max(asked_ms.unwrap_or(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(failures: u32, first_byte: u8, asked_ms: Option<u64>) -> Backoff {
        let mut id = [0; 16];
        id[0] = first_byte;
        let mut backoff = Backoff::default();
        for _ in 0..failures {
            backoff.fail(&Limits::default(), DeviceId::new(id), 0, asked_ms);
        }
        backoff
    }

    #[test]
    fn each_failure_doubles_the_wait_from_the_first_to_the_longest() {
        assert_eq!((after(0, 0, None).left(0), after(0, 0, None).failures()), (None, 0));
        for (failures, wait) in
            [(1, 1_000), (2, 2_000), (3, 4_000), (9, 256_000), (10, 300_000), (40, 300_000), (90, 300_000)]
        {
            assert_eq!(after(failures, 0, None).left(0), Some(wait), "{failures}");
            assert_eq!(after(failures, 0, None).failures(), failures.min(32));
        }
    }

    #[test]
    fn a_wait_ends_to_the_millisecond() {
        let once = after(1, 0, None);
        assert_eq!((once.left(999), once.left(1_000), once.left(u64::MAX)), (Some(1), None, None));
    }

    #[test]
    fn phones_are_spread_over_a_quarter_of_the_wait() {
        assert_eq!([0, 51, 255].map(|byte| after(3, byte, None).left(0).unwrap()), [4_000, 4_200, 5_000]);
    }

    #[test]
    fn what_is_asked_for_prolongs_a_wait_and_never_shortens_it() {
        assert_eq!(
            [0, 999, 1_000, 1_001, 90_000].map(|asked| after(1, 0, Some(asked)).left(0).unwrap()),
            [1_000, 1_000, 1_000, 1_001, 90_000]
        );
    }
}
