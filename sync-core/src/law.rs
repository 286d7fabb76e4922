//! The law as code: provisions are rows of a table, judged over plain facts.
//!
//! Promise: the phone and the server call [`rule::judge`] on the same [`facts::Facts`] and get
//! the same answer, with the article, the number and the date; [`hash::rule_set_hash`] names the
//! rows that were used. A result never changes or erases what was recorded: a [`rule::Severity::Block`]
//! row only stops the next formal act.
//! Not here: where the facts come from (the fold of a case), procedure, storage, rendering.

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
