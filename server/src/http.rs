//! HTTP: proof and input in, one flow, an answer out.
//!
//! Promise: a handler takes proof, takes input, calls one flow and wraps what it says. Statuses are in `problem`,
//! routes in `routes`; nothing here sees the database.

pub mod auth;
pub mod device;
pub mod edge;
pub mod health;
pub mod input;
pub mod language;
pub mod officer;
pub mod openapi;
pub mod problem;
pub mod reference;
pub mod routes;
pub mod serve;
pub mod session;
mod sync;
mod wire;

/// What every handler can ask for.
pub type State = actix_web::web::Data<crate::app::App>;
