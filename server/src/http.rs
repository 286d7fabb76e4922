//! HTTP: proof and input in, one flow, an answer out.
//!
//! Promise: a handler takes proof, takes input, calls one flow and wraps what it says. Statuses are in `problem`,
//! routes in `routes`; nothing here sees the database.

pub mod alarm;
pub mod auth;
pub mod case;
pub mod device;
mod download;
pub mod edge;
pub mod evidence;
pub mod health;
pub mod input;
pub mod language;
pub mod lead;
pub mod officer;
pub mod openapi;
mod page;
pub mod problem;
pub mod reference;
pub mod routes;
pub mod serve;
pub mod session;
mod sync;
mod wire;

/// What every handler can ask for.
pub type State = actix_web::web::Data<crate::app::App>;
