//! Support for the acceptance tests: the real server as a process, people and phones that use it over HTTP, and a link
//! with faults.
//!
//! Promise: everything goes through the public API; the few tests that look into the database or alter it are listed in
//! `tests/acceptance/store_rules` with their reasons. Each server has its own database, and every test runs on SQLite and on
//! PostgreSQL ([`on_both_databases`]). Not here: the tests (`tests/acceptance`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]
#![expect(clippy::missing_panics_doc, reason = "everything here panics where the world is not as expected")]

pub mod actor;
pub mod attack;
pub mod breaking;
pub mod canary;
pub mod cluster;
pub mod contract;
pub mod desk;
pub mod fault;
pub mod forgery;
pub mod handset;
pub mod http;
pub mod imports;
pub mod ledger;
pub mod link;
pub mod load;
pub mod prover;
pub mod proxy;
pub mod random;
pub mod raw;
pub mod server;

pub use actor::{Person, Phone, Replica};
pub use http::Answer;
pub use server::Server;

/// Expands each test function into two tests, `NAME::sqlite` and `NAME::postgres`.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* fn $promise:ident($server:ident) $body:block)*) => { $(
        $(#[$doc])*
        mod $promise {
            use super::*;

            fn promise($server: &$crate::Server) $body

            #[test]
            fn sqlite() {
                promise(&$crate::Server::on_sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(server) = $crate::Server::on_postgres() {
                    promise(&server);
                }
            }
        }
    )* };
}
