//! What the server does, one file per noun: the order of things, not their rules.
//!
//! Promise: a flow reads or writes through one store closure and answers with a domain value or a [`Failure`].
//! No legal number and no `if` on business facts: those are in `sync_core`.
//!
//! [`Failure`]: crate::refusal::Failure

pub mod caller;
pub mod install;
pub mod password;
