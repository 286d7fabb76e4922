//! `palm backup`.

use crate::output;
use std::path::PathBuf;

use clap::Args;
use server::clock::Clock;
use server::flow::backup;

use super::Data;

/// Backs up an installation on the embedded database while the server runs, or verifies a backup. PostgreSQL: `pg_dump`.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    data: Data,
    /// Target: a new or empty directory, which gets the layout of a data directory.
    #[arg(long, value_name = "DIRECTORY", required_unless_present = "check")]
    to: Option<PathBuf>,
    /// Copies the private keys too. A person who has them can sign in the name of the installation.
    #[arg(long, requires = "to")]
    with_keys: bool,
    /// Verifies every byte of a backup; changes nothing.
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "to")]
    check: Option<PathBuf>,
}

impl Backup {
    /// Makes or verifies a backup, and prints its content.
    pub fn run(self) -> anyhow::Result<()> {
        let settings = self.data.flags.layers()?.settings()?;
        let manifest = match (&self.to, &self.check) {
            (_, Some(from)) => backup::check(from)?,
            (Some(to), None) => {
                let database = settings.database_url.as_deref();
                backup::make(&settings.dir, database, to, self.with_keys, Clock::system().now())?
            }
            // The arguments want one of the two.
            (None, None) => return Ok(()),
        };
        output::line(format_args!(
            "database  schema {}, {} leaves, root {}",
            manifest.schema, manifest.log_size, manifest.log_root
        ));
        output::line(format_args!("evidence  {} files, {} bytes", manifest.evidence_files, manifest.evidence_bytes));
        if manifest.evidence_damaged > 0 {
            output::line(format_args!("damaged   {} files, not in it: see the alarms", manifest.evidence_damaged));
        }
        if manifest.keys {
            output::line("keys      included: a person who can read them can sign in the name of this installation");
        } else {
            output::line("keys      not in it: keep a copy of keys/ elsewhere; without it every phone enrols again");
        }
        output::line("whole");
        Ok(())
    }
}
