//! Facts of a number (文号) on documents of the case.

/// A number and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberUse {
    /// As it is written.
    pub text: String,
    /// Documents of this case that bear it, voided ones and numbers that were voided included.
    pub here: usize,
    /// Documents of other cases that bear it, as far as the holder knows.
    pub elsewhere: usize,
}
