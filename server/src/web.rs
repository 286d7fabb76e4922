//! HTTP code that the API and the console share: connection guard, middleware, input, languages, paging, downloads.
//!
//! Promise: HTTP statuses are named in `problem` only; nothing here accesses the database or knows a route.

pub mod address;
mod answers;
mod authorization;
mod bodies;
pub mod caller;
pub mod case_query;
pub mod connection_guard;
pub mod cors;
pub mod download;
pub mod input;
pub mod language;
pub mod methods;
pub mod middleware;
pub mod networks;
pub mod origin;
pub mod paging;
pub mod preconditions;
pub mod problem;
pub mod proof;
pub mod range;
pub mod rates;
pub mod refusal_page;
mod security_headers;
mod text_guard;
pub mod timeouts;
pub mod transport;
pub mod url;
pub mod whole_body;

pub use answers::Answers;
pub use bodies::{Bodies, TABLE};
pub use rates::Rates;

/// The shared state that every handler can extract.
pub type State = actix_web::web::Data<crate::flow::app::App>;
