//! The commands of `palm`. Each variant is one file of `command/`.

use crate::output;
use clap::{Args, Parser, Subcommand};
use server::clock::Clock;
use server::flow::app::App;
use server::flow::list::List;
use server::flow::refusal::Failure;
use server::serve::config::Settings;
use server::serve::open::open_with;
use server::store::Pool;

use flags::{Flags, OfData};

mod admin;
mod backup;
mod config;
mod flags;
mod list;
mod phone;
mod register;
mod seed;
mod serve;
mod table;

/// 掌上执法 Palm: administrative enforcement, offline first.
#[derive(Debug, Parser)]
#[command(name = "palm", version)]
pub struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Runs the server.
    Serve(serve::Serve),
    /// Plays one case, from two offline phones to a reviewed file, and verifies every step.
    Demo(demo::Demo),
    /// Prints the OpenAPI document.
    Openapi,
    /// First administrator, enrolment codes.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Checks, imports and exports the list of agencies.
    #[command(subcommand)]
    Agencies(list::Agencies),
    /// Checks and imports the divisions of the county: streets, towns, townships.
    #[command(subcommand)]
    Regions(list::Table),
    /// Checks and imports the list of enforcement items.
    #[command(subcommand)]
    Items(list::Table),
    /// Checks and imports rosters of enforcement staff, and exports the register.
    #[command(subcommand)]
    Register(register::Register),
    /// Simulates one officer's phone, controlled by standard input.
    #[command(hide = true)]
    Phone(phone::Phone),
    /// Backs up an installation while it runs, or verifies a backup.
    Backup(backup::Backup),
    /// Loads invented people, certificates and tasks, for trials.
    Seed(seed::Seed),
    /// Checks and explains the configuration.
    Config(config::Config),
}

/// The data directory and the database.
#[derive(Debug, Args)]
struct Data {
    #[command(flatten)]
    flags: Flags<OfData>,
}

impl Data {
    fn open(self) -> anyhow::Result<App> {
        open(&self.flags.layers()?.settings()?)
    }
}

fn open(settings: &Settings) -> anyhow::Result<App> {
    let pool = Pool { connections: settings.database_connections, wait: settings.database_wait };
    Ok(open_with(&settings.dir, settings.database_url.as_deref(), pool, Clock::system())?)
}

impl Command {
    /// Executes the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Serve(serve) => serve.run(),
            What::Demo(demo) => demo.run(),
            What::Admin(admin) => admin.run(),
            What::Agencies(agencies) => agencies.run(),
            What::Regions(regions) => regions.run(List::Regions),
            What::Items(items) => items.run(List::Items),
            What::Register(register) => register.run(),
            What::Backup(backup) => backup.run(),
            What::Phone(phone) => phone.run(),
            What::Seed(seed) => seed.run(),
            What::Config(config) => config.run(),
            What::Openapi => {
                output::line(server::api::openapi::document().to_pretty_json()?);
                Ok(())
            }
        }
    }
}

/// The failure of a flow for the command line: both languages and, for an internal error, its cause.
fn told<T>(outcome: Result<T, Failure>) -> anyhow::Result<T> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refused) => {
            let row = refused.refusal.explain();
            anyhow::anyhow!("{} {} [{}]", row.zh, row.en, row.code)
        }
        Failure::Broken(error) => anyhow::Error::from_boxed(error),
    })
}
