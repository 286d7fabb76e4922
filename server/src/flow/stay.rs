//! Retention periods.

/// Retention periods, from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// A change that waits for something, in days.
    pub parked_days: u32,
    /// An unclaimed file, in days since its last activity.
    pub unclaimed_days: u32,
}

impl Default for Stay {
    fn default() -> Self {
        Self { parked_days: 30, unclaimed_days: 60 }
    }
}
