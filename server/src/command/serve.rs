//! `palm serve`.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use actix_web::web;
use clap::Args;
use server::http::serve::{Listen, run};

use super::Data;

/// Runs the server until SIGTERM; running requests finish.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address and port. Other than loopback wants TLS or a trusted proxy.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Certificate chain, PEM.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate, PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address of a proxy that terminates TLS; may be repeated. Nobody else is answered.
    #[arg(long)]
    trusted_proxy: Vec<IpAddr>,
}

impl Serve {
    /// Runs until stopped.
    pub fn run(self) -> anyhow::Result<()> {
        log_as_json();
        let mut app = self.data.open()?;
        app.trusted_proxies = self.trusted_proxy;
        let listen = Listen { address: self.listen, tls: self.tls_cert.zip(self.tls_key) };
        actix_web::rt::System::new().block_on(run(web::Data::new(app), listen, announce))?;
        Ok(())
    }
}

/// One line on standard output, for people and for those who started this with port 0.
fn announce(address: SocketAddr) {
    println!("palm listening on {address}");
    // A closed pipe is not a reason to stop serving.
    drop(std::io::stdout().flush());
}

fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_unset| tracing_subscriber::EnvFilter::new("info,actix_server=warn"));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}
