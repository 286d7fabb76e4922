//! `palm demo`: the demonstration, from two offline phones to a reviewed case file, with every claim verified.
//!
//! Promise: it uses child processes (this program as `palm serve`, `palm seed`, `palm phone`), the public API over
//! HTTP, and faulty links of its own; never the database. Every claim is verified by reading back. `--once` exits with
//! 0 only if every claim held and every kind of fault occurred.

mod account;
mod api;
mod check;
mod claim;
mod link;
mod message;
pub mod phone;
mod process;
mod reader;
mod sabotage;
mod stage;
mod story;
mod words;

use std::fs::DirBuilder;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use sha2::{Digest as _, Sha256};
use sync_core::id::hex;

use account::Account;
use check::Checks;
use link::Traffic;
use process::{Installation, Server};
use sabotage::{Interference, Sabotage};
use stage::{Stage, Team};

/// The default address while the demonstration stays up.
const USUAL: &str = "127.0.0.1:8080";
const ANY: &str = "127.0.0.1:0";

/// Plays one case, from two offline phones to a reviewed file. All persons are invented.
#[derive(Debug, Args)]
pub struct Demo {
    /// Exits when the demonstration ends: with 0 if every check held and every fault occurred.
    #[arg(long)]
    once: bool,
    /// The directory for all data. A further run on the same directory adds one more case. Without it, a temporary directory
    /// is used, which is kept if `--database` names a PostgreSQL, because that database is kept too.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// `postgres://…`; the embedded database otherwise.
    #[arg(long, env = "PALM_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Causes this fault on purpose. The checks must detect it.
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
    /// The server's address; 127.0.0.1:8080 if it is free.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Seed of the schedules of faults. Random by default.
    #[arg(long)]
    seed: Option<u64>,
}

impl Demo {
    /// Plays the demonstration.
    ///
    /// # Errors
    /// A process does not start or, with `--once`, a claim did not hold.
    pub fn run(self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let (directory, temporary) = self.directory()?;
        let mut stage = self.stage(directory)?;
        stage.account.title(
            "掌上执法 Palm：一个案件，从两部离线手机到审毕的案卷。人物、企业均为虚构。",
            "One case, from two offline phones to a reviewed file. Everybody in it is made up.",
        );
        let team = story::tell(&mut stage);
        let held = sum_up(&stage, team.as_ref(), begun);
        if !self.once {
            drop(team);
            stay(&stage)?;
        }
        stage.server.stop();
        if !held {
            if let Some(temporary) = temporary {
                stage.account.row("文件保留在", "files kept in", &temporary.keep().display().to_string());
            }
            bail!("not every check held");
        }
        Ok(())
    }

    fn directory(&self) -> anyhow::Result<(PathBuf, Option<tempfile::TempDir>)> {
        let belongs = self.database_url.as_deref().map(|url| {
            // The keys and photographs of a database outlive the run, as the database does.
            let name = hex(Sha256::digest(url.as_bytes()).split_at(8).0);
            std::env::temp_dir().join(format!("palm-demo-{name}"))
        });
        if let Some(directory) = self.dir.clone().or(belongs) {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
            made.with_context(|| directory.display().to_string())?;
            return Ok((directory, None));
        }
        let temporary = tempfile::Builder::new().prefix("palm-demo-").tempdir()?;
        Ok((temporary.path().to_owned(), Some(temporary)))
    }

    fn stage(&self, directory: PathBuf) -> anyhow::Result<Stage> {
        let installation = Installation {
            program: std::env::current_exe().context("find this program")?,
            directory,
            database: self.database_url.clone(),
        };
        let password = hex(&server::random::bytes::<8>()?);
        installation.seed(&password)?;
        let server = Server::start(installation.clone(), self.address()?)?;
        let seed = match self.seed {
            Some(seed) => seed,
            None => u64::from_le_bytes(server::random::bytes()?),
        };
        Ok(Stage {
            account: Account::new(),
            checks: Checks::default(),
            installation,
            server,
            traffic: Arc::new(Traffic::default()),
            interference: Arc::new(Interference::new(self.sabotage)),
            password,
            seed,
        })
    }

    fn address(&self) -> anyhow::Result<SocketAddr> {
        if let Some(address) = self.listen {
            return Ok(address);
        }
        let usual: SocketAddr = USUAL.parse()?;
        let free = !self.once && TcpListener::bind(usual).is_ok();
        if free { Ok(usual) } else { Ok(ANY.parse()?) }
    }
}

/// Prints the processes, counts and claims. Returns whether every claim held.
fn sum_up(stage: &Stage, team: Option<&Team>, begun: Instant) -> bool {
    let Stage { account, checks, server, traffic, seed, .. } = stage;
    account.chapter(7, "总计", "In total");
    let server = server.pids().iter().map(u32::to_string).collect::<Vec<_>>().join("→");
    account.row("本进程", "this process", &std::process::id().to_string());
    account.row("服务器进程", "server processes", &server);
    if let Some(Team { a, b, expired, .. }) = team {
        let pids = format!("{}, {}, {expired}", story::pids(&a.phone), story::pids(&b.phone));
        account.row("手机进程", "phone processes", &pids);
    }
    let counts = &traffic.counts;
    let all = [
        ("丢弃", "drops", &counts.drops),
        ("重复", "repeats", &counts.repeats),
        ("乱序", "reorders", &counts.reorders),
        ("截断", "cuts", &counts.cuts),
        ("强杀", "kills", &counts.kills),
    ];
    let mut none_is_zero = true;
    for (zh, en, counter) in all {
        let count = counter.load(Ordering::Relaxed);
        none_is_zero &= count > 0;
        account.row(zh, en, &count.to_string());
    }
    account.row("链路脚本种子", "seed of the links", &seed.to_string());
    let failed = checks.failed().count();
    account.row("核对", "checks", &format!("{} / {}", checks.count() - failed, checks.count()));
    for claim in checks.failed() {
        account.claim(claim);
    }
    account.row("用时", "took", &format!("{:.1} s", begun.elapsed().as_secs_f64()));
    failed == 0 && none_is_zero
}

/// Keeps the server running until it is told to stop.
fn stay(stage: &Stage) -> anyhow::Result<()> {
    let Stage { account, server, password, .. } = stage;
    let url = server.url();
    account.title("\n服务器保持运行，按 Ctrl-C 结束。", "The server stays up; Ctrl-C ends it.");
    account.row("地址", "address", &url);
    account.row("接口文档", "API page", &format!("{url}/docs/"));
    account.row("口令", "password of every login", password);
    account.row("账号", "logins", "officer-a, officer-b, unit-head, agency-admin, county-supervisor, county-admin");
    let login = format!(r#"{{"login":"unit-head","password":"{password}"}}"#);
    let token = format!("curl -s -H 'Content-Type: application/json' -d '{login}' {url}/v1/sessions");
    let curl = format!(
        "curl -s -H \"Authorization: Bearer $({token} | sed 's/.*access_token\":\"//;s/\".*//')\" {url}/v1/cases"
    );
    account.row("试一试", "try", &curl);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stop = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = stop.recv() => Ok(()),
        }
    })?;
    Ok(())
}
