//! The configuration keys as flags, generated from the table.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use server::serve::config::{ConfigError, KEYS, Key, Layers, Scope};

const CONFIG: &str = "config";

/// Which keys a command takes as flags.
pub trait Wanted {
    /// Whether the command takes this key.
    fn wants(key: &Key) -> bool;
}

/// The keys of every command that opens the data.
#[derive(Debug)]
pub struct OfData;

impl Wanted for OfData {
    fn wants(key: &Key) -> bool {
        key.scope == Scope::Data
    }
}

/// All keys.
#[derive(Debug)]
pub struct All;

impl Wanted for All {
    fn wants(_key: &Key) -> bool {
        true
    }
}

/// Flags of the command line. `Debug` shows no value, because one may be a secret.
pub struct Flags<W> {
    given: BTreeMap<&'static str, String>,
    config: Option<PathBuf>,
    wanted: PhantomData<W>,
}

impl<W> std::fmt::Debug for Flags<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flags").field("config", &self.config).finish_non_exhaustive()
    }
}

impl<W> Flags<W> {
    /// With the environment and the file.
    pub fn layers(self) -> Result<Layers, ConfigError> {
        let environment = std::env::vars_os();
        let readable =
            environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Layers::read(self.given, readable, self.config.as_deref())
    }
}

impl<W: Wanted> clap::Args for Flags<W> {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(CONFIG)
            .long(CONFIG)
            .env("PALM_CONFIG")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("Configuration file, TOML; flags and `PALM_…` variables win over it. See `palm config --explain`");
        KEYS.iter().filter(|key| W::wants(key)).fold(command.arg(file), |command, key| {
            let action = if key.many { ArgAction::Append } else { ArgAction::Set };
            let default = key.default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
            command.arg(Arg::new(key.name).long(key.flag()).action(action).value_name("VALUE").help(format!(
                "{} [env: {}]{default}",
                key.en,
                key.variable()
            )))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<W> clap::FromArgMatches for Flags<W> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = BTreeMap::new();
        for key in KEYS {
            let values = matches.try_get_many::<String>(key.name).ok().flatten();
            let values: Vec<&str> = values.into_iter().flatten().map(String::as_str).collect();
            if !values.is_empty() {
                given.insert(key.name, values.join(","));
            }
        }
        let config = matches.get_one::<PathBuf>(CONFIG).cloned();
        Ok(Self { given, config, wanted: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
