//! The contract: what travels as JSON between Palm and everybody else.
//!
//! Promise: unknown fields are refused in requests; ids are lowercase hex, times `…_ms` milliseconds UTC, money
//! `…_fen`, names `snake_case`. Not here: the sync bodies (`application/cbor`), which `sync_core` makes and reads.

pub mod account;
pub mod agency;
pub mod alarm;
pub mod case;
pub mod case_record;
pub mod code;
pub mod device;
pub mod health;
pub mod lead;
mod named;
pub mod officer;
pub mod problem;
pub mod read_audit;
pub mod reference;
pub mod session;
pub mod sync;
pub mod task;
pub mod text;
