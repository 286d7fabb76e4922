//! Renders the table of keys: in the terminal with current values, in the book without.

use std::fmt::Write as _;

use super::layers::Layers;
use super::table::KEYS;
#[cfg(test)]
use super::table::Key;

const HIDDEN: &str = "(secret, not shown)";

impl Layers {
    /// Every key: value, source, meaning. No secret.
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for key in KEYS {
            let (value, source) = self.get(key);
            let value = value.map_or("(none)", |value| if key.secret { HIDDEN } else { value });
            let (flag, variable, default) = (key.flag(), key.variable(), key.default.unwrap_or("(none)"));
            // Writing into a string cannot fail.
            let _ = write!(
                text,
                "{} = {value}\n    from {source}; default {default}; --{flag}, {variable}\n    {}\n    {}\n",
                key.name, key.zh, key.en
            );
        }
        text
    }
}

/// `docs/configuration.md`.
#[cfg(test)]
pub(super) fn book() -> String {
    let mut book = String::from(
        "# Configuration\n\n\
         A flag wins over the environment, the environment over the file (`--config PATH` or `PALM_CONFIG`, TOML), \
         the file over the default. A key that is not listed here is refused by name. \
         `palm config --explain` prints every key with its present value and where it comes from; secrets are never \
         printed. A file that holds a secret must be readable by its owner alone.\n\n\
         `palm serve` refuses to start with: a key file or a directory of keys that others can read, a data directory \
         that everybody can write, metrics beyond loopback without `metrics_open`, a published test key, a default \
         password towards a database on another machine, debug logging while listening beyond loopback, SQLite \
         older than 3.51.3, pragmas that did not take, a schema newer than the program.\n\n\
         Generated from `server/src/serve/config/table.rs`; `UPDATE=1 cargo test -p server config` writes it.\n\n\
         | key | flag | environment | default | 说明 | meaning |\n|---|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let Key { name, default, zh, en, secret, many, scope: _ } = key;
        let (flag, variable) = (key.flag(), key.variable());
        let default = default.map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
        let marks = match (secret, many) {
            (true, _) => " (secret)",
            (_, true) => " (list)",
            (false, false) => "",
        };
        let _ = writeln!(book, "| `{name}`{marks} | `--{flag}` | `{variable}` | {default} | {zh} | {en} |");
    }
    book
}
