//! The database schemas, as embedded SQL.
//!
//! Promise: `sqlite/` and `postgres/` hold the same directories, and a released file never changes.
//! A change is a new pair; its first comment says why. They go forward only: there is no `down.sql`, and a program that is
//! older than the database is refused. Not here: when they run (`server::store::db`).

#[cfg(feature = "server")]
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

/// The server's schema on SQLite.
#[cfg(feature = "server")]
pub const SQLITE: EmbeddedMigrations = embed_migrations!("sqlite");

/// The server's schema on PostgreSQL; the same names as [`SQLITE`].
#[cfg(feature = "server")]
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("postgres");

/// The phone's store, oldest first: name and SQL. The number of those applied is its `user_version`.
pub const DEVICE: &[(&str, &str)] = &[("0001_store", include_str!("../device/0001_store.sql"))];
