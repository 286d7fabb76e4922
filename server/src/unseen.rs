//! Invisible characters.
//!
//! Promise: one list for three uses: deciding whether a text is blank and which is its first visible character,
//! cleaning typed text ([`without`]), and marking invisible characters in texts from elsewhere ([`marked`]). The list:
//! zero-width format characters, direction marks, fillers, blanks that are not white space, variation selectors and
//! tags. A character that belongs to a visible one stays: the selector of a rare glyph, the joiner of a script or an
//! emoji. Not here: white space, which `web::input` handles.

use std::borrow::Cow;
use std::fmt::Write as _;

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

/// A character that chooses among the forms of the one before it.
const fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Scripts and pictures whose characters are joined by U+200C and U+200D.
const fn is_joined(c: char) -> bool {
    matches!(
        c,
        '\u{600}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{17b3}'
            | '\u{1800}'..='\u{180a}' | '\u{1810}'..='\u{18af}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}'
            | '\u{1f000}'..='\u{1faff}'
    )
}

/// Whether a character is invisible in its context.
fn hides(before: Option<char>, c: char, after: Option<char>) -> bool {
    if c.is_control() {
        return !matches!(c, '\n' | '\r' | '\t');
    }
    if !is_unseen(c) {
        return false;
    }
    if is_selector(c) {
        return before.is_none_or(|before| before.is_whitespace() || before.is_control() || is_unseen(before));
    }
    let joins = matches!(c, '\u{200c}' | '\u{200d}');
    !(joins && before.is_some_and(is_joined) && after.is_some_and(is_joined))
}

fn with_each(text: &str, mut what: impl FnMut(char, bool)) {
    let (mut before, mut rest) = (None, text.chars().peekable());
    while let Some(c) = rest.next() {
        what(c, hides(before, c, rest.peek().copied()));
        before = Some(c);
    }
}

fn hides_something(text: &str) -> bool {
    let mut found = false;
    // Fast path: every invisible character is a control character or above this one.
    if text.chars().any(|c| c >= '\u{ad}' || c.is_control()) {
        with_each(text, |_, hidden| found |= hidden);
    }
    found
}

/// A text for display: each invisible character is replaced by its code point, `[U+202E]`, so that it neither
/// reverses text nor hides a difference.
pub fn marked(text: &str) -> Cow<'_, str> {
    if !hides_something(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    with_each(text, |c, hidden| {
        if hidden {
            // Writing into a text does not fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        } else {
            shown.push(c);
        }
    });
    Cow::Owned(shown)
}

/// A typed text without invisible characters. NUL stays, because the input reader refuses it.
pub fn without(text: &str) -> Cow<'_, str> {
    if !hides_something(text) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    with_each(text, |c, hidden| {
        if !hidden || c == '\0' || breaks_a_line(c) {
            kept.push(c);
        }
    });
    Cow::Owned(kept)
}

/// Control characters that end a line.
const fn breaks_a_line(c: char) -> bool {
    matches!(c, '\u{b}' | '\u{c}' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All characters that change the direction of text (UAX 9).
    const TURNS: [char; 12] = [
        '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
        '\u{200e}', '\u{200f}', '\u{61c}',
    ];

    #[test]
    fn a_text_of_unseen_characters_says_nothing() {
        for unseen in
            ["", " \u{3000}", "\u{200b}", "\u{feff}", "\u{3164}", "\u{202e}", "\u{2060}", "\u{ad}", "\0\n\u{85}"]
        {
            assert!(!is_seen(unseen) && is_seen(&format!("{unseen}甲")), "{unseen:?}");
        }
        assert!(is_seen("\u{e123}") && is_seen(".") && is_seen("\u{fffd}"), "a rare character of a name is seen");
    }

    #[test]
    fn an_amount_with_turned_direction_reads_as_it_was_written() {
        for turns in TURNS {
            let title = format!("罚款{turns}00.003元");
            assert_eq!(marked(&title), format!("罚款[U+{:04X}]00.003元", u32::from(turns)));
            assert_eq!(without(&title), "罚款00.003元");
        }
    }

    #[test]
    fn whatever_nobody_sees_is_marked_where_it_is_shown_and_dropped_where_it_is_typed() {
        for unseen in [
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{3164}',
            '\u{2800}',
            '\u{e0041}',
            '\u{fe0f}',
            '\u{7}',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
        ] {
            for text in [format!("{unseen}面馆"), format!("面 {unseen}馆")] {
                assert!(marked(&text).contains(&format!("[U+{:04X}]", u32::from(unseen))), "{text:?}");
                assert!(!without(&text).contains(unseen), "{text:?}");
            }
        }
        assert_eq!((marked("甲\0"), without("甲\0")), (Cow::Borrowed("甲[U+0000]"), Cow::Borrowed("甲\0")));
    }

    #[test]
    fn what_belongs_to_a_visible_character_stays() {
        let plain = [
            "",
            "面馆",
            "a\tb\r\nc",
            "\u{3000}\u{a0}",
            "葛\u{e0100}",
            "☀\u{fe0f}",
            "👩\u{200d}🌾",
            "نمی\u{200c}خواهم",
            "\u{e123}",
            "\u{2028}",
        ];
        for text in plain {
            assert!(matches!(marked(text), Cow::Borrowed(same) if same == text), "{text:?}");
            assert!(matches!(without(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
        assert_eq!(without("a\u{b}b\u{c}c\u{85}d"), "a\u{b}b\u{c}c\u{85}d", "they end a line");
    }
}
