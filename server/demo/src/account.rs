//! The printed account of the demonstration: Chinese, with English beside it.
//!
//! Promise: one paragraph in each language per action, one line per claim. Not here: the content.

use std::io::Write as _;

use super::claim::Claim;

/// Output of the account: standard output.
#[derive(Debug)]
pub struct Account {
    out: std::io::Stdout,
}

impl Account {
    /// On standard output.
    pub fn new() -> Self {
        Self { out: std::io::stdout() }
    }

    fn line(&self, text: &str) {
        // A closed pipe does not stop the story: its end is the exit code.
        drop(writeln!(self.out.lock(), "{text}"));
    }

    /// The title.
    pub fn title(&self, zh: &str, en: &str) {
        self.line(&format!("{zh}\n{en}"));
    }

    /// A new chapter.
    pub fn chapter(&self, number: u32, zh: &str, en: &str) {
        self.line(&format!("\n{number}. {zh} · {en}"));
    }

    /// Prints what happened.
    pub fn tell(&self, zh: &str, en: &str) {
        self.line(&format!("   {zh}\n   {en}"));
    }

    /// Prints a claim and its result.
    pub fn claim(&self, claim: &Claim) {
        let Claim { zh, en, found } = claim;
        match found {
            None => self.line(&format!("   ✓ {zh} · {en}")),
            Some(found) => self.line(&format!("   ✗ {zh} · {en}\n     {found}")),
        }
    }

    /// Prints a line of the summary: name and value.
    pub fn row(&self, zh: &str, en: &str, value: &str) {
        self.line(&format!("   {zh} · {en}: {value}"));
    }
}
