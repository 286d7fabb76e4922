//! `palm serve`.

use std::io::Write as _;
use std::net::SocketAddr;

use clap::Args;
use server::flow::first_run;
use server::serve::config::Settings;
use server::serve::{Listen, run};

use super::flags::{All, Flags};
use super::{open, told};

/// Runs the server until SIGTERM; running requests finish.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    flags: Flags<All>,
    /// Stops at the end of standard input, so that it never outlives its parent process.
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
}

impl Serve {
    /// Runs until stopped.
    pub fn run(self) -> anyhow::Result<()> {
        let settings = self.flags.layers()?.settings()?;
        log_as_json(&settings.log);
        if self.until_stdin_closes {
            std::thread::spawn(end_with_stdin);
        }
        let mut app = open(&settings)?;
        app.quotas.bound(settings.phone_day);
        (app.stay, app.unclaimed_bytes) = (settings.stay, settings.unclaimed_bytes);
        app.public_address.clone_from(&settings.public_address);
        app.bearer_phones = settings.bearer_phones;
        let Settings { listen, metrics_listen, tls, trusted_proxies, timeouts, rates, shutdown, .. } = settings;
        let Settings { cors_origins, public_address, .. } = settings;
        let listen = Listen {
            address: listen,
            metrics: metrics_listen,
            tls,
            trusted_proxies,
            timeouts,
            rates,
            shutdown,
            cors_origins,
            public_address,
        };
        let (secure, setup) = (listen.tls.is_some(), told(first_run::code_if_due(&app))?);
        let ready = move |address, metrics| {
            announce(address, metrics);
            announce_first_run(address, secure, setup);
        };
        actix_web::rt::System::new().block_on(run(app, listen, ready))?;
        Ok(())
    }
}

/// Prints one line per address, for people and for a parent process that passed port 0.
fn announce(address: SocketAddr, metrics: Option<SocketAddr>) {
    let mut out = std::io::stdout();
    // A closed pipe is not a reason to stop serving.
    if let Some(metrics) = metrics {
        drop(writeln!(out, "palm metrics on {metrics}"));
    }
    drop(writeln!(out, "palm listening on {address}").and_then(|()| out.flush()));
}

/// Ends the process at once when standard input ends. Committed data is safe; requests in progress get no answer.
fn end_with_stdin() {
    drop(std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
    std::process::exit(0);
}

/// While no account exists: prints where to begin. A person who can read this line can create the first
/// administrator.
fn announce_first_run(address: SocketAddr, secure: bool, setup: Option<String>) {
    if let Some(code) = setup {
        let scheme = if secure { "https" } else { "http" };
        let mut out = std::io::stdout();
        // A closed pipe is not a reason to stop serving.
        drop(writeln!(out, "palm first run: {scheme}://{address}/console/first-run?code={code}"));
    }
}

fn log_as_json(directives: &str) {
    let filter = tracing_subscriber::EnvFilter::new(directives);
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}
