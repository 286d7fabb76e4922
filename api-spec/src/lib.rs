//! The contract of the API: the JSON types of requests and answers.
//!
//! Promise: a request with an unknown field is refused. Ids are lowercase hex, times are milliseconds UTC (`…_ms`), money
//! is in fen (`…_fen`), names are `snake_case`. Not here: the CBOR bodies of synchronisation, which `sync_core` writes and
//! reads.

pub mod account;
pub mod agency;
pub mod alarm;
pub mod case;
pub mod case_record;
pub mod code;
pub mod credential;
pub mod device;
pub mod health;
pub mod keys;
pub mod lead;
pub mod mandate;
mod named;
pub mod officer;
pub mod problem;
pub mod qualification;
pub mod read_audit;
pub mod reference;
pub mod register;
pub mod register_event;
pub mod session;
pub mod sync;
pub mod task;
pub mod text;
