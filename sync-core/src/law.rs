//! The law as code: provisions are rows of a table, judged over plain facts.
//!
//! Promise: phone and server call [`rule::judge`] on the same [`facts::Facts`] and get the same answer, with article,
//! number and date; [`hash::rule_set_hash`] identifies the rows. A result never changes or deletes what was recorded: a
//! [`rule::Severity::Block`] row only stops the next formal act. Not here: the source of the facts (the fold of a
//! case), procedure, storage, rendering.

pub mod calendar;
pub mod check;
pub mod discretion;
pub mod facts;
pub mod hash;
pub mod identity;
pub mod number;
pub mod page;
pub mod rule;
pub mod table;
mod text;
pub mod wording;

#[cfg(test)]
mod tests;
