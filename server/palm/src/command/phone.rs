//! `palm phone`: hidden, because it is for the demonstration and the tests.

use std::path::PathBuf;

use clap::Args;

/// One officer's phone: JSON commands on standard input, JSON answers on standard output.
#[derive(Debug, Args)]
pub struct Phone {
    /// The phone's directory: key, store, media.
    #[arg(long)]
    dir: PathBuf,
    /// Shifts the phone's wall clock by this many milliseconds.
    #[arg(long, env = "PALM_PHONE_CLOCK_OFFSET_MS", default_value_t = 0, allow_hyphen_values = true)]
    clock_offset_ms: i64,
}

impl Phone {
    /// Runs until standard input ends.
    pub fn run(self) -> anyhow::Result<()> {
        let filter = tracing_subscriber::EnvFilter::try_from_default_env()
            .unwrap_or_else(|_unset| tracing_subscriber::EnvFilter::new("warn"));
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
        Ok(demo::phone::run(&self.dir, self.clock_offset_ms)?)
    }
}
