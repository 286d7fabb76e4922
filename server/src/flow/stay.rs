//! Retention periods.

/// Retention periods, from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Days for which a parked change is kept.
    pub parked_days: u32,
    /// Days for which an unclaimed file is kept after its last activity.
    pub unclaimed_days: u32,
}

impl Default for Stay {
    fn default() -> Self {
        Self { parked_days: 30, unclaimed_days: 60 }
    }
}
