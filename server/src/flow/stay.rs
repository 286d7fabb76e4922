//! Retention periods.

/// How long what ends by time stays; the settings say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// A change that waits for something, in days.
    pub parked_days: u32,
    /// A file that nobody claims, in days since something came of it.
    pub unclaimed_days: u32,
}

impl Default for Stay {
    fn default() -> Self {
        Self { parked_days: 30, unclaimed_days: 60 }
    }
}
