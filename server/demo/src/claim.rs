//! One claim of the demonstration.

/// A claim that was put to the test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What was found, where it did not hold.
    pub found: Option<String>,
}
