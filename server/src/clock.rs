//! The only file that reads the machine's clock.
//!
//! Promise: all other code takes the time as an argument, so a test can run at any date.

use std::time::{SystemTime, UNIX_EPOCH};

use sync_core::time::Instant;

/// The source of the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset_ms: i64,
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self { offset_ms: 0 }
    }

    /// The machine's clock, shifted by this many milliseconds: for tests.
    pub const fn offset(offset_ms: i64) -> Self {
        Self { offset_ms }
    }

    /// Now, in milliseconds UTC.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(self) -> Instant {
        let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Instant::from_ms(ms).plus_ms(self.offset_ms)
    }
}
