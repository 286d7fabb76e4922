//! `palm seed`.

use crate::output;
use clap::Args;
use server::flow::seed;

use super::{Data, told};

/// Loads invented officers around today's date; seeding twice changes only the password. Never on a real installation.
#[derive(Debug, Args)]
pub struct Seed {
    #[command(flatten)]
    data: Data,
    /// The password of every invented account, 8 to 128 characters.
    #[arg(long, env = "PALM_SEED_PASSWORD", hide_env_values = true)]
    password: String,
}

impl Seed {
    /// Seeds, then lists the accounts.
    pub fn run(self) -> anyhow::Result<()> {
        let app = self.data.open()?;
        told(seed::people(&app.store, &app.tenant, &self.password, app.clock.now()))?;
        for login in seed::logins() {
            output::line(format_args!("{:<22} {}  {}  {}", login.login, login.officer, login.name, login.what));
        }
        Ok(())
    }
}
