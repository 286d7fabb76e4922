//! Why somebody does what is recorded with its reason.
//!
//! Promise: one rule for the whole server: 1 to [`LONGEST`] characters without the spaces around them, and no control
//! character, which a page or a spreadsheet would hide.

use crate::flow::refusal::{Refusal, Refused};

/// Longest reason, in characters.
pub const LONGEST: usize = 500;

/// The reason as it is recorded.
///
/// # Errors
/// [`Refusal::Malformed`] that says the rule.
pub fn read(said: &str) -> Result<&str, Refused> {
    let reason = said.trim();
    let fits = (1..=LONGEST).contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
    if fits {
        return Ok(reason);
    }
    Err(Refusal::Malformed.because(
        "请填写理由（1至500字，不含控制字符）。",
        "A reason of 1 to 500 characters is needed, without control characters.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_1_to_500_characters_and_no_control_character() {
        for (said, fine) in [("", false), (" \t", false), ("换", true), ("a\nb", false), ("a\u{7}b", false)] {
            assert_eq!(read(said).is_ok(), fine, "{said:?}");
        }
        assert_eq!(read("  年度换证 ").ok(), Some("年度换证"));
        assert!(read(&"字".repeat(500)).is_ok() && read(&"字".repeat(501)).is_err());
    }
}
