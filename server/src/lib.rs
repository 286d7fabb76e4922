//! The server of Palm: `serve` > {`console`, `api`} > {`web`, `view`} > `flow` > `store`, in one direction.
//!
//! Promise: a handler authenticates, parses, calls one flow and wraps the result; a flow holds order, not rules; the
//! store speaks in intents. `budget`, `clock`, `metrics`, `random` and `unseen` are leaves: they import nothing of this
//! crate, and every layer may use them. Not here: the law and the merge (`sync_core`), the wire types (`api_spec`), the
//! command line (package `palm`).

pub mod api;
pub mod budget;
pub mod clock;
pub mod console;
pub mod flow;
pub mod metrics;
pub mod random;
pub mod serve;
pub mod store;
pub mod unseen;
pub mod view;
pub mod web;
