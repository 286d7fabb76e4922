//! `palm admin`: commands that need access to the machine.

use std::sync::atomic::Ordering;

use crate::output;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use server::clock::Clock;
use server::flow::app::App;
use server::flow::evidence::damage::check_all;
use server::flow::first_run::{self, Administrator, Beginning};
use server::flow::keys::rotate_token_key;
use server::flow::refusal::Refusal;
use server::flow::{account, device, officer};
use server::serve::open::{installations, name_installation, new_server_key};
use server::store::grant_application_role;
use sync_core::id::{OfficerId, TenantId, hex};

use super::{Data, open, told};

/// Commands of the operator on the machine.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Chooses the county and creates the first administrator, while no account exists.
    CreateFirst(CreateFirst),
    /// Replaces a lost password; ends the account's sessions and raises an alarm.
    NewPassword(NewPassword),
    /// Issues a one-time code with which a signed-in officer enrols a phone; valid for ten minutes, raises an alarm.
    EnrolmentCode(EnrolmentCode),
    /// Gives a person an account; prints the one-time password, which lasts a week. Raises an alarm.
    GiveAccount(GiveAccount),
    /// Prints another one-time password, for an account that is closed or whose last one was never used. Raises an alarm.
    OneTimePassword(OneTimePassword),
    /// Closes an account: sessions end, phones are revoked. Raises an alarm.
    CloseAccount(CloseAccount),
    /// Makes the owner of an account a security administrator. Raises an alarm.
    AppointSecurityAdmin(AppointSecurityAdmin),
    /// Replaces a lost or exposed server key; every phone must enrol again.
    NewServerKey(NewServerKey),
    /// Replaces the key that signs access tokens; running servers notice within seconds. Prints the name of the new key.
    RotateTokenKey(RotateTokenKey),
    /// Says to which installation of a shared database a data directory belongs; without a choice, lists them.
    Installation(Installation),
    /// Verifies every stored evidence file; records modified or missing files and raises an alarm.
    CheckEvidence(CheckEvidence),
    /// Migrates the schema as the owner of a PostgreSQL database, and grants the application's role, which owns nothing,
    /// what it needs. Run it again with each new version.
    DatabaseRole(DatabaseRole),
}

/// The installation, and the reason for a new key.
#[derive(Debug, Args)]
pub struct NewServerKey {
    #[command(flatten)]
    data: Data,
    /// The reason, which the alarm contains. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// The installation, and whether the tokens of the old key end.
#[derive(Debug, Args)]
pub struct RotateTokenKey {
    #[command(flatten)]
    data: Data,
    /// Ends all tokens of the old key within seconds, because it may have been read by somebody. Otherwise they end by
    /// themselves after ten minutes.
    #[arg(long)]
    at_once: bool,
}

/// Which installation.
#[derive(Debug, Args)]
pub struct Installation {
    #[command(flatten)]
    data: Data,
    /// Id of an installation of the database, 32 hex digits, for a data directory that has lost its marker.
    #[arg(long)]
    id: Option<TenantId>,
    /// Another installation in a database that has one already, such as a second county.
    #[arg(long, conflicts_with = "id")]
    new: bool,
}

/// The installation whose files are checked.
#[derive(Debug, Args)]
pub struct CheckEvidence {
    #[command(flatten)]
    data: Data,
}

/// The first administrator.
#[derive(Debug, Args)]
pub struct CreateFirst {
    #[command(flatten)]
    data: Data,
    /// GB/T 2260 code of the county, six digits, such as 500237.
    #[arg(long)]
    county: String,
    /// Name of the people's government; the usual one without it.
    #[arg(long, default_value = "", hide_default_value = true)]
    government: String,
    /// Name of the department of justice; the usual one without it.
    #[arg(long, default_value = "", hide_default_value = true)]
    justice: String,
    /// Login of the administrator.
    #[arg(long)]
    login: String,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// 8 to 128 characters; prefer the environment to the command line.
    #[arg(long, env = "PALM_ADMIN_PASSWORD", hide_env_values = true)]
    password: String,
}

/// Whose password, and which.
#[derive(Debug, Args)]
pub struct NewPassword {
    #[command(flatten)]
    data: Data,
    /// Login of the person.
    #[arg(long)]
    login: String,
    /// 8 to 128 characters; prefer the environment to the command line.
    #[arg(long, env = "PALM_ADMIN_PASSWORD", hide_env_values = true)]
    password: String,
}

/// Whose phone.
#[derive(Debug, Args)]
pub struct EnrolmentCode {
    #[command(flatten)]
    data: Data,
    /// Id of the officer, 32 hex digits.
    #[arg(long)]
    officer: OfficerId,
}

/// Whose account, and its login.
#[derive(Debug, Args)]
pub struct GiveAccount {
    #[command(flatten)]
    data: Data,
    /// Id of the person, 32 hex digits.
    #[arg(long)]
    officer: OfficerId,
    /// Login of the new account.
    #[arg(long)]
    login: String,
    /// Why. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// Whose password.
#[derive(Debug, Args)]
pub struct OneTimePassword {
    #[command(flatten)]
    data: Data,
    /// Id of the person, 32 hex digits.
    #[arg(long)]
    officer: OfficerId,
    /// Why. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// Which account.
#[derive(Debug, Args)]
pub struct CloseAccount {
    #[command(flatten)]
    data: Data,
    /// Login of the account.
    #[arg(long)]
    login: String,
    /// Why. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// Who is appointed.
#[derive(Debug, Args)]
pub struct AppointSecurityAdmin {
    #[command(flatten)]
    data: Data,
    /// Login of the person.
    #[arg(long)]
    login: String,
    /// Why. 1 to 500 characters.
    #[arg(long)]
    reason: String,
}

/// Which role.
#[derive(Debug, Args)]
pub struct DatabaseRole {
    #[command(flatten)]
    data: Data,
    /// Name of the application's role, which must exist.
    #[arg(long)]
    role: String,
}

impl Admin {
    /// Executes the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::CreateFirst(CreateFirst { data, county, government, justice, login, name, password }) => {
                let app = data.open()?;
                let administrator = Administrator { login, name, password };
                let beginning = Beginning { county, government, justice, administrator };
                output::line(told(first_run::begin(&app.store, &app.tenant, beginning, app.clock.now()))?);
            }
            Self::NewPassword(NewPassword { data, login, password }) => {
                let app = existing(data)?;
                told(account::new_password(&app.store, &app.tenant, &login, &password, app.clock.now()))?;
                output::line(login);
            }
            Self::EnrolmentCode(EnrolmentCode { data, officer }) => {
                output::line(told(device::issue_code_here(&existing(data)?, officer))?);
            }
            Self::GiveAccount(_) | Self::OneTimePassword(_) | Self::CloseAccount(_) | Self::AppointSecurityAdmin(_) => {
                self.run_on_account()?;
            }
            Self::NewServerKey(NewServerKey { data, reason }) => {
                let settings = data.flags.layers()?.settings()?;
                let (directory, database) = (&settings.dir, settings.database_url.as_deref());
                let key = new_server_key(directory, database, &reason, Clock::system())?;
                output::line(hex(key.bytes()));
            }
            Self::RotateTokenKey(RotateTokenKey { data, at_once }) => {
                let app = existing(data)?;
                output::line(rotate_token_key(&app.directory, at_once, app.clock.now())?);
            }
            Self::Installation(Installation { data, id, new }) => {
                let settings = data.flags.layers()?.settings()?;
                let (directory, database) = (&settings.dir, settings.database_url.as_deref());
                if id.is_some() || new {
                    output::line(name_installation(directory, database, id)?);
                } else {
                    for (id, county) in installations(directory, database)?.0 {
                        output::line(format_args!("{id}  {county}"));
                    }
                }
            }
            Self::CheckEvidence(CheckEvidence { data }) => {
                let checked = told(check_all(&existing(data)?))?;
                output::line(format_args!(
                    "whole {}, of them {} with new block digests and {} put back; damaged {}",
                    checked.whole, checked.new_blocks, checked.mended, checked.damaged
                ));
                // A non-zero exit, so that a timer that starts this reports the failure.
                anyhow::ensure!(checked.damaged == 0, "{} files are damaged: see the alarms", checked.damaged);
            }
            Self::DatabaseRole(DatabaseRole { data, role }) => {
                let url = data.flags.layers()?.settings()?.database_url;
                let url = url.context("name the database by its owner: --database-url or PALM_DATABASE_URL")?;
                grant_application_role(&url, &role)?;
                output::line(role);
            }
        }
        Ok(())
    }

    /// Executes a command on an account.
    fn run_on_account(self) -> anyhow::Result<()> {
        if let Self::GiveAccount(GiveAccount { data, officer, login, reason }) = self {
            let given = officer::account::give_here(&existing(data)?, officer, Some(login), &reason);
            output::line(told(given)?.password);
        } else if let Self::OneTimePassword(OneTimePassword { data, officer, reason }) = self {
            let given = officer::account::give_here(&existing(data)?, officer, None, &reason);
            output::line(told(given)?.password);
        } else if let Self::CloseAccount(CloseAccount { data, login, reason }) = self {
            told(officer::account::close_here(&existing(data)?, &login, &reason))?;
            output::line(login);
        } else if let Self::AppointSecurityAdmin(AppointSecurityAdmin { data, login, reason }) = self {
            let app = existing(data)?;
            let now = app.clock.now();
            told(officer::role::appoint_here(&app.store, &app.tenant, &login, &reason, now))?;
            output::line(login);
        }
        Ok(())
    }
}

/// Opens an existing installation. A mistyped directory does not create a new one.
pub(super) fn existing(data: Data) -> anyhow::Result<App> {
    let settings = data.flags.layers()?.settings()?;
    account::is_installed(&settings.dir, settings.database_url.as_deref())?;
    let app = open(&settings)?;
    if app.set_up.load(Ordering::Relaxed) { Ok(app) } else { told(Err(Refusal::NotSetUp.into())) }
}
