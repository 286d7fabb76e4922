//! One claim of the demonstration.

/// A claim that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// The observed value, if the claim did not hold.
    pub found: Option<String>,
}
