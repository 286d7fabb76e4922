//! HTTP: proof and input in, one flow, an answer out.
//!
//! Promise: a handler takes proof, takes input, calls one flow and wraps what it says. Statuses are in `problem`,
//! routes in `routes`; nothing here sees the database.

pub mod address;
pub mod alarm;
pub mod auth;
pub mod case;
mod counters;
pub mod device;
pub mod download;
mod dress;
pub mod edge;
pub mod evidence;
mod gate;
pub mod health;
pub mod input;
pub mod language;
pub mod lead;
pub mod officer;
pub mod openapi;
pub mod page;
mod patience;
pub mod problem;
pub mod reference;
pub mod routes;
pub mod serve;
pub mod session;
mod sync;
pub mod wire;

/// What every handler can ask for.
pub type State = actix_web::web::Data<crate::app::App>;
