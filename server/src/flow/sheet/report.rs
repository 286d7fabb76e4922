//! What an import of a file does, row by row: new, changed, unchanged or refused.
//!
//! Promise: the same report for rosters and for lists. Not here: how a row is compared.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::Place;

use super::Wrong;

/// One value that is another now. Citizen numbers are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What, in Chinese.
    pub zh: &'static str,
    /// What, in English.
    pub en: &'static str,
    /// What it was; empty where there was nothing.
    pub old: String,
    /// What it is.
    pub new: String,
}

impl Difference {
    /// As a record of the register keeps it.
    pub fn recorded(&self) -> Value {
        let Self { zh: _, en, old, new } = self;
        json!({ "what": en, "old": old, "new": new })
    }
}

/// What an import does with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is added.
    New,
    /// It is there, with differences.
    Changed(Vec<Difference>),
    /// Nothing is different.
    Unchanged,
    /// It cannot be taken.
    Refused(Vec<Wrong>),
}

/// A row of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The row.
    pub row: Place,
    /// The name in it.
    pub name: String,
    /// Of a person, the agency as the register calls it; empty where the row is refused, and in lists.
    pub agency: String,
    /// What an import does with it.
    pub outcome: Outcome,
}

/// How many rows of a file are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Rows that are added.
    pub new: usize,
    /// Rows with differences.
    pub changed: usize,
    /// Rows without a difference.
    pub unchanged: usize,
    /// Rows that cannot be taken.
    #[serde(default)]
    pub refused: usize,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// A line for each row that was read, in their order.
    pub lines: Vec<Line>,
    /// What is wrong with the file as a whole.
    pub wrong: Vec<Wrong>,
    /// What was not read.
    pub notes: Vec<Wrong>,
}

impl Report {
    /// Whether anything keeps the file from being imported.
    pub fn is_refused(&self) -> bool {
        !self.wrong.is_empty() || self.lines.iter().any(|line| matches!(line.outcome, Outcome::Refused(_)))
    }

    /// The rows that people look at, in the order of what needs doing: refused ones, changed ones, new ones.
    pub fn by_need(&self) -> impl Iterator<Item = &Line> {
        let of = |wanted: fn(&Outcome) -> bool| self.lines.iter().filter(move |line| wanted(&line.outcome));
        of(|outcome| matches!(outcome, Outcome::Refused(_)))
            .chain(of(|outcome| matches!(outcome, Outcome::Changed(_))))
            .chain(of(|outcome| matches!(outcome, Outcome::New)))
    }

    /// How many rows are new, changed, unchanged and refused.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { new: 0, changed: 0, unchanged: 0, refused: 0 };
        for line in &self.lines {
            match line.outcome {
                Outcome::New => totals.new += 1,
                Outcome::Changed(_) => totals.changed += 1,
                Outcome::Unchanged => totals.unchanged += 1,
                Outcome::Refused(_) => totals.refused += 1,
            }
        }
        totals
    }
}
