//! The server of Palm: `http` → `flow` → `store`, in one direction.
//!
//! Promise: a handler takes proof, takes input, calls one flow and wraps; a flow holds order, not rules; the store
//! speaks in intents. Not here: the law and the merge (`sync_core`), the wire types (`api_spec`).

pub mod app;
pub mod clock;
pub mod config;
pub mod console;
pub mod evidence_store;
pub mod flow;
pub mod http;
pub mod keys;
pub mod metrics;
pub mod phone;
pub mod random;
pub mod refusal;
pub mod spreadsheet;
pub mod store;
pub mod token;
pub mod unseen;
