//! The versions that a caller saw before requesting a change (`If-Match`).
//!
//! Promise: a change to something that was modified since is refused as stale and has no partial effect.

use std::fmt;

/// The precondition of a command (RFC 9110 section 13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<T> {
    /// Whatever state it is in, as long as it exists: `If-Match: *`.
    Any,
    /// One of these states.
    OneOf(Vec<T>),
}

impl<T: PartialEq> Seen<T> {
    /// Exactly this state.
    pub fn one(state: T) -> Self {
        Self::OneOf(vec![state])
    }

    /// Whether the precondition holds for the present state.
    pub fn holds_for(&self, current: &T) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(states) => states.contains(current),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Seen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::OneOf(states) => states.iter().try_for_each(|state| write!(f, "{state},")),
        }
    }
}
