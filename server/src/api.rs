//! The REST API under `/v1`, its routes and its OpenAPI document.
//!
//! Promise: a handler authenticates, parses the input, calls one flow and wraps its result. No code here accesses the
//! database.

pub mod account;
pub mod agency;
pub mod alarm;
pub mod case;
pub mod credential;
pub mod device;
pub mod evidence;
pub mod health;
pub mod keys;
pub mod lead;
pub mod mandate;
pub mod officer;
pub mod openapi;
pub mod qualification;
pub mod read_audit;
pub mod reference;
pub mod register;
pub mod register_event;
pub mod routes;
pub mod session;
mod sync;
mod wire;
