//! Characters that nobody sees.
//!
//! Promise: one list for whoever asks whether a text says anything and for whoever looks for its first visible
//! character: format characters that take no room, fillers, blanks that are no white space, variation selectors and
//! tags. Not here: white space and control characters, which the standard library knows.

/// Whether a character is no white space and yet shows nothing.
pub const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a text has a character that is seen.
pub fn is_seen(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_unseen(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_unseen_characters_says_nothing() {
        for unseen in
            ["", " \u{3000}", "\u{200b}", "\u{feff}", "\u{3164}", "\u{202e}", "\u{2060}", "\u{ad}", "\0\n\u{85}"]
        {
            assert!(!is_seen(unseen) && is_seen(&format!("{unseen}甲")), "{unseen:?}");
        }
        assert!(is_seen("\u{e123}") && is_seen(".") && is_seen("\u{fffd}"), "a rare character of a name is seen");
    }
}
