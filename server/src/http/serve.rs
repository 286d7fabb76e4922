//! The listening server.
//!
//! Promise: plain HTTP only on loopback or behind named proxies; SIGTERM lets running requests finish.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer, web};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::AppExt as _;

use super::edge::{RequestSpan, edge};
use super::problem::Problem;
use super::{input, openapi, routes};
use crate::refusal::Refusal;

const SHUTDOWN_S: u64 = 30;
const HEAD_TIMEOUT: Duration = Duration::from_secs(8);

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Certificate chain and key, PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// The server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Neither loopback nor TLS nor a named proxy.
    #[error("{0} is not loopback: give --tls-cert and --tls-key, or --trusted-proxy with the proxy's address")]
    Exposed(SocketAddr),
    /// The socket.
    #[error("listen")]
    Socket(#[from] std::io::Error),
    /// The certificate or its key.
    #[error("TLS: {0}")]
    Tls(String),
}

/// Serves until SIGTERM or SIGINT. `ready` gets the bound address.
///
/// # Errors
/// [`ListenError`].
pub async fn run(
    app: Data<crate::app::App>,
    listen: Listen,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ListenError> {
    let open = !listen.address.ip().is_loopback() && listen.tls.is_none() && app.trusted_proxies.is_empty();
    if open {
        return Err(ListenError::Exposed(listen.address));
    }
    let document = Arc::new(openapi::document());
    let server = HttpServer::new(move || {
        let (routed, _document) = App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
        routed
            .app_data(app.clone())
            .app_data(input::json())
            .app_data(input::query())
            .app_data(input::path())
            .app_data(input::payload())
            .service(web::redirect("/", "/docs/"))
            .service(web::redirect("/docs", "/docs/"))
            .service(openapi::page(document.as_ref().clone()))
            .default_service(web::to(async || Err::<String, _>(Problem::from(Refusal::NotFound))))
            .wrap(from_fn(edge))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .client_request_timeout(HEAD_TIMEOUT)
    .shutdown_timeout(SHUTDOWN_S);
    let server = match &listen.tls {
        Some((chain, key)) => server.bind_rustls_0_23(listen.address, tls(chain, key)?)?,
        None => server.bind(listen.address)?,
    };
    if let Some(bound) = server.addrs().first() {
        ready(*bound);
    }
    Ok(server.run().await?)
}

fn tls(chain: &PathBuf, key: &PathBuf) -> Result<rustls::ServerConfig, ListenError> {
    let failed = |error: &dyn std::fmt::Display| ListenError::Tls(error.to_string());
    let chain = CertificateDer::pem_file_iter(chain)
        .map_err(|error| failed(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(&error))?;
    rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(|error| failed(&error))
}
