//! `palm config`.

use crate::output;
use clap::Args;

use super::flags::{All, Flags};

/// Checks the configuration; with `--explain`, prints every key with its current value, but no secret.
#[derive(Debug, Args)]
pub struct Config {
    #[command(flatten)]
    flags: Flags<All>,
    /// Prints every key: value, source, meaning.
    #[arg(long)]
    explain: bool,
}

impl Config {
    /// Checks, and prints the requested output.
    pub fn run(self) -> anyhow::Result<()> {
        let layers = self.flags.layers()?;
        if self.explain {
            output::line(layers.explain().trim_end());
        }
        layers.settings()?;
        if !self.explain {
            output::line("ok");
        }
        Ok(())
    }
}
