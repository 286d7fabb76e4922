//! `palm seed`.

use crate::output;
use anyhow::Context as _;
use clap::Args;
use server::flow::seed::{self, Left};

use super::{Data, told};

/// Loads invented officers around today's date; seeding twice changes only the password. Never on a real installation.
#[derive(Debug, Args)]
pub struct Seed {
    #[command(flatten)]
    data: Data,
    /// The password of every invented account, 8 to 128 characters.
    #[arg(long, env = "PALM_SEED_PASSWORD", hide_env_values = true, required_unless_present = "remove")]
    password: Option<String>,
    /// Removes the invented people instead: their accounts close, their phones are revoked; every record stays.
    #[arg(long, requires = "reason")]
    remove: bool,
    /// Why they are removed. 1 to 500 characters.
    #[arg(long, requires = "remove")]
    reason: Option<String>,
}

impl Seed {
    /// Seeds, then lists the accounts; or removes the invented people.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { data, password, remove, reason } = self;
        if remove {
            let app = super::admin::existing(data)?;
            let reason = reason.unwrap_or_default();
            match told(seed::remove(&app.store, &app.tenant, (None, &reason), app.clock.now()))? {
                Left::People => output::line("removed"),
                Left::Nobody => output::line("removed; now run `palm admin create-first --county CODE`"),
            }
            return Ok(());
        }
        let app = data.open()?;
        let password = password.context("--password")?;
        told(seed::people(&app.store, &app.tenant, &password, app.clock.now()))?;
        for login in seed::logins() {
            output::line(format_args!("{:<22} {}  {}  {}", login.login, login.officer, login.name, login.what));
        }
        Ok(())
    }
}
