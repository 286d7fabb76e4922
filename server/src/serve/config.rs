//! Configuration: one table of keys, four layers, typed settings.
//!
//! Promise: a flag wins over the environment, the environment over the file, the file over the default. An unknown key
//! is refused by name in every layer. A secret is never printed. `docs/configuration.md` and `palm config --explain`
//! are generated from the same table. Not here: command lines (the binary), the effect of a setting.

mod explain;
mod layers;
mod settings;
mod table;

#[cfg(test)]
mod tests;

pub use layers::{Layers, Source};
pub use settings::Settings;
pub use table::{KEYS, Key, Scope};

use std::path::PathBuf;

/// The configuration cannot be used; the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("configuration file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML. The message has the position and no line of the file, which may contain the password.
    #[error("configuration file {path} is not TOML: {why}")]
    NotToml {
        /// Which.
        path: PathBuf,
        /// What the parser expected, and the line number.
        why: String,
    },
    /// It holds a secret, and others can read it.
    #[error("configuration file {path} sets `{key}` and can be read by others: chmod 600")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// The secret.
        key: &'static str,
    },
    /// A key that is not in the table.
    #[error("unknown configuration key `{key}` in {place}; `palm config --explain` lists them all")]
    Unknown {
        /// As it is written there.
        key: String,
        /// The file, or the environment.
        place: String,
    },
    /// A value of the wrong form. The value itself is not shown: it may be a secret.
    #[error("configuration key `{key}` (from {place}) must be {wanted}")]
    Wrong {
        /// Which.
        key: &'static str,
        /// The layer.
        place: String,
        /// The expected form.
        wanted: &'static str,
    },
    /// One of two keys that must be set together.
    #[error("`{present}` is set and `{missing}` is not: set both")]
    Incomplete {
        /// The key that is set.
        present: &'static str,
        /// The missing key.
        missing: &'static str,
    },
    /// The password in `database_url` is a default one.
    #[error("the password in `database_url` is a default one: choose another")]
    DefaultSecret,
    /// The metrics address is not loopback.
    #[error(
        "`metrics_listen` is {0}, which is not loopback, and metrics ask for no sign-in: name a loopback address, or set \
         `metrics_open` to true once the network lets only Prometheus reach it"
    )]
    OpenMetrics(std::net::SocketAddr),
    /// Debug logging beyond this machine.
    #[error("`log` asks for {0}, which may write personal data: not allowed while `listen` is not loopback")]
    Debug(&'static str),
}
