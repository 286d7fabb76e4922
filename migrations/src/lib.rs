//! The database schemas, as embedded SQL.
//!
//! Promise: `sqlite/` and `postgres/` hold the same directories, and a released file never changes. A change is a new
//! pair; its first comment says why. Not here: when they run (`server::store::db`).

#[cfg(feature = "server")]
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

/// The server's schema on SQLite.
#[cfg(feature = "server")]
pub const SQLITE: EmbeddedMigrations = embed_migrations!("sqlite");

/// The server's schema on PostgreSQL; the same names as [`SQLITE`].
#[cfg(feature = "server")]
pub const POSTGRES: EmbeddedMigrations = embed_migrations!("postgres");

/// The phone's store, oldest first: name and SQL. The number of those applied is its `user_version`.
pub const DEVICE: &[(&str, &str)] = &[
    ("0001_store", include_str!("../device/0001_store.sql")),
    ("0002_listed_heads", include_str!("../device/0002_listed_heads.sql")),
    ("0003_growth", include_str!("../device/0003_growth.sql")),
    ("0012_check_subject", include_str!("../device/0012_check_subject.sql")),
    ("0023_document_index", include_str!("../device/0023_document_index.sql")),
];
