//! The layers: flags, environment, file, defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::table::{KEYS, Key};
use super::{ConfigError, Settings};

/// Variables with our prefix that are not settings: those of other commands and of the tests, and those that Kubernetes
/// sets for a service named `palm`.
const NOT_SETTINGS: [&str; 4] = ["PALM_CONFIG", "PALM_BIN", "PALM_ADMIN_PASSWORD", "PALM_SEED_PASSWORD"];
const NOT_SETTINGS_BELOW: [&str; 5] = ["PALM_PHONE_", "PALM_DEMO_", "PALM_TEST_", "PALM_SERVICE_", "PALM_PORT"];

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// The file.
    File(PathBuf),
    /// The default.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Environment(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

type Layer = BTreeMap<&'static str, String>;

/// All values with their sources. It has no `Debug`, because it holds secrets.
pub struct Layers {
    flags: Layer,
    environment: Layer,
    file: Layer,
    path: PathBuf,
}

impl Layers {
    /// Reads the file, if one is named, and the environment variables with the prefix `PALM_`. Lists are
    /// comma-separated texts.
    ///
    /// # Errors
    /// [`ConfigError`]: the file cannot be read, or a key is not in the table.
    pub fn read(
        flags: BTreeMap<&'static str, String>,
        environment: impl IntoIterator<Item = (String, String)>,
        file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        let mut said = Layer::new();
        for (name, value) in environment.into_iter().filter(|(name, _)| name.starts_with("PALM_")) {
            match KEYS.iter().find(|key| key.variable() == name) {
                Some(key) => drop(said.insert(key.name, value)),
                None if is_no_setting(&name) => {}
                None => return Err(ConfigError::Unknown { key: name, place: "the environment".to_owned() }),
            }
        }
        let path = file.unwrap_or(Path::new("")).to_owned();
        let file = file.map(read_file).transpose()?.unwrap_or_default();
        Ok(Self { flags, environment: said, file, path })
    }

    /// The value of a key, and its source.
    pub fn get(&self, key: &Key) -> (Option<&str>, Source) {
        if let Some(value) = self.flags.get(key.name) {
            return (Some(value), Source::Flag(key.flag()));
        }
        if let Some(value) = self.environment.get(key.name) {
            return (Some(value), Source::Environment(key.variable()));
        }
        match self.file.get(key.name) {
            Some(value) => (Some(value), Source::File(self.path.clone())),
            None => (key.default, Source::Default),
        }
    }

    /// The settings, checked.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        Settings::of(self)
    }
}

fn is_no_setting(name: &str) -> bool {
    NOT_SETTINGS.contains(&name) || NOT_SETTINGS_BELOW.iter().any(|prefix| name.starts_with(prefix))
}

fn read_file(path: &Path) -> Result<Layer, ConfigError> {
    let failed = |source| ConfigError::File { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
        ConfigError::NotToml { path: path.to_owned(), why: format!("line {line}: {}", error.message()) }
    })?;
    let mut layer = Layer::new();
    for (name, value) in table {
        let key = KEYS.iter().find(|key| key.name == name);
        let place = || path.display().to_string();
        let key = key.ok_or_else(|| ConfigError::Unknown { key: name, place: place() })?;
        let value = written(&value, key.many).ok_or_else(|| ConfigError::Wrong {
            key: key.name,
            place: place(),
            wanted: if key.many { "a text or a list of texts" } else { "a text or a whole number" },
        })?;
        layer.insert(key.name, value);
    }
    let secret = KEYS.iter().find(|key| key.secret && layer.contains_key(key.name));
    if let Some(secret) = secret
        && std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 != 0
    {
        return Err(ConfigError::Exposed { path: path.to_owned(), key: secret.name });
    }
    Ok(layer)
}

fn written(value: &toml::Value, many: bool) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) if many => {
            let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Array(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Table(_) => None,
    }
}
