//! A cell, the only way into a spreadsheet.
//!
//! Promise: a text that a spreadsheet program would execute as a formula or command is prefixed with an apostrophe,
//! which marks it as text: those that start with `=`, `+`, `-` or `@` in any width, with a tab, a carriage return or a
//! line feed, also after white space or invisible characters. Invisible characters and control characters, which XML
//! cannot contain, are written by their code point (`unseen::marked`). An amount is exact, in yuan with two decimals; a
//! time is in Asia/Shanghai, to the minute. Not here: quoting, which each format does.

use std::fmt;

use icu_normalizer::ComposingNormalizer;
use sync_core::money::Fen;
use sync_core::time::Instant;

use crate::unseen::{is_unseen, marked};

/// Excel holds 32,767 characters in a cell, counted in UTF-16; with the apostrophe and the mark of the cut this fits.
const LONGEST: usize = 16_000;

/// A text that no program runs as a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harmless(String);

/// The content of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Typed text, or one of our names or codes.
    Text(Harmless),
    /// How many.
    Count(i32),
    /// How much, in yuan.
    Amount(Fen),
    /// When.
    Time(Instant),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Any text.
    pub fn text(text: &str) -> Self {
        Self::Text(Harmless::new(text))
    }

    /// How many; more than two thousand million are not told apart.
    pub fn count(count: i64) -> Self {
        Self::Count(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

impl Harmless {
    fn new(text: &str) -> Self {
        let mut harmless = marked(text).into_owned();
        if let Some((cut, _)) = harmless.char_indices().nth(LONGEST) {
            harmless.truncate(cut);
            harmless.push('…');
        }
        if begins_a_formula(text) {
            harmless.insert(0, '\'');
        }
        Self(harmless)
    }
}

fn begins_a_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    // Such characters before a sign hide it from people, but not from every program.
    let unseen = |c: &char| c.is_whitespace() || is_unseen(*c);
    let Some(first) = text.chars().find(|c| !unseen(c)) else { return false };
    let mut plain = [0; 4];
    let plain = ComposingNormalizer::new_nfkc().normalize(first.encode_utf8(&mut plain)).into_owned();
    // U+2212 is how people type a minus; no normal form makes it one.
    plain.starts_with(['=', '+', '-', '@', '\u{2212}']) && !is_quantity(text)
}

/// Whether a text is a signed number followed by a unit, such as `-18℃`, `+5%` or `−3.5 度`. A spreadsheet program does not
/// compute with it. ASCII letters, operators and quotes in any width could form a formula.
fn is_quantity(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-', '＋', '－', '\u{2212}']) else { return false };
    let harmless = |c: char| match c {
        '0'..='9' | '.' | ' ' | '%' | '℃' | '℉' | '°' | '‰' => true,
        other => {
            !other.is_ascii()
                && other.is_alphanumeric()
                && !ComposingNormalizer::new_nfkc().normalize(other.encode_utf8(&mut [0; 4])).is_ascii()
        }
    };
    let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ' ');
    rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(harmless) && !rest.chars().all(number)
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(Harmless(text)) => f.write_str(text),
            Self::Count(count) => write!(f, "{count}"),
            Self::Amount(fen) => write!(f, "{}.{:02}", fen.get() / 100, fen.get() % 100),
            Self::Time(at) => write!(f, "{at}"),
            Self::Empty => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Cell::text(text).to_string()
    }

    #[test]
    fn what_would_be_run_begins_with_an_apostrophe() {
        for text in [
            "=HYPERLINK(\"http://x\",\"y\")",
            "+cmd|' /C calc'!A0",
            "-1+1",
            "@x",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "﹢1",
            "﹣1",
            "﹫x",
            "−1",
            " =1",
            "　=1",
            "=",
        ] {
            assert_eq!(shown(text), format!("'{text}"), "{text:?}");
        }
        for (text, cell) in
            [("\u{feff}=1", "'[U+FEFF]=1"), ("\u{200b}+1", "'[U+200B]+1"), ("\u{3164}=1", "'[U+3164]=1")]
        {
            assert_eq!(shown(text), cell, "{text:?}");
        }
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for text in ["-18℃", "+5%", "−3.5 度", "－18℃", "-200元"] {
            assert_eq!(shown(text), text, "a number with a unit");
        }
        for text in [
            "-1+1", "-18℃+1", "-2A1", "-1*2", "-1(", "-1'", "-1＋1", "-1Ａ1", "- 1", "-", "-℃", "-18", "−1.5", "=18℃",
            "@18", " -18℃",
        ] {
            assert_eq!(shown(text), format!("'{text}"), "{text}");
        }
        for text in ["", " ", "面馆", "1-1", "a=b", "a@b", "'=1", "（2026）1号", "—", "·=1", "１+1"] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("a\0b\u{1b}c\n"), "a[U+0000]b[U+001B]c\n");
        assert_eq!(shown("\0=1"), "[U+0000]=1", "what is shown is no white space");
        assert_eq!(shown("罚款\u{202e}00.003元"), "罚款[U+202E]00.003元", "an amount reads as it was written");
    }

    #[test]
    fn a_text_is_cut_where_a_cell_ends() {
        assert_eq!(shown(&"𠮷".repeat(LONGEST)).chars().count(), LONGEST);
        let cut = shown(&"𠮷".repeat(LONGEST + 1));
        assert_eq!((cut.chars().count(), cut.chars().last()), (LONGEST + 1, Some('…')));
        assert!(cut.encode_utf16().count() < 32_767);
    }

    #[test]
    fn amounts_are_exact_and_counts_are_numbers() {
        let yuan = |fen| Cell::Amount(Fen::new(fen).unwrap()).to_string();
        assert_eq!([yuan(0), yuan(1), yuan(20_000), yuan(300_001)], ["0.00", "0.01", "200.00", "3000.01"]);
        assert_eq!([Cell::count(7), Cell::count(i64::MAX)], [Cell::Count(7), Cell::Count(i32::MAX)]);
    }
}
