//! The listening server.
//!
//! Promise: plain HTTP only on loopback or behind named proxies; every connection comes in by the gate; SIGTERM lets
//! running requests finish.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::dev::{AppConfig, Server};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, get, web};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::AppExt as _;

use super::edge::{RequestSpan, edge};
use super::gate::Gate;
use super::problem::Problem;
use super::{input, openapi, routes};
use crate::config::Patience;
use crate::refusal::Refusal;

/// Where and how to listen.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where the metrics are, if anywhere. Not the address of the API: they are for the operator alone.
    pub metrics: Option<SocketAddr>,
    /// Certificate chain and key, PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How long clients are waited for.
    pub patience: Patience,
    /// How long running requests have when the server is stopped.
    pub shutdown: Duration,
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

/// Serves until SIGTERM or SIGINT. `ready` gets the bound addresses: of the API, and of the metrics.
///
/// # Errors
/// [`ListenError`].
pub async fn run(
    mut app: crate::app::App,
    listen: Listen,
    ready: impl FnOnce(SocketAddr, Option<SocketAddr>),
) -> Result<(), ListenError> {
    let open = !listen.address.ip().is_loopback() && listen.tls.is_none() && app.trusted_proxies.is_empty();
    if open {
        return Err(ListenError::Exposed(listen.address));
    }
    let Patience { head, idle, .. } = listen.patience;
    app.patience = listen.patience;
    app.behind_tls = listen.tls.is_some() || !app.trusted_proxies.is_empty();
    let app = Data::new(app);
    let counters = metrics(&app, listen.metrics)?;
    let document = Arc::new(openapi::document());
    let pages = move || {
        let (routed, _document) = App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
        routed
            .app_data(app.clone())
            .app_data(input::json())
            .app_data(input::query())
            .app_data(input::path())
            .app_data(input::payload())
            .configure(crate::console::pages)
            .service(web::redirect("/", "/console/"))
            .service(web::redirect("/docs", "/docs/"))
            .service(openapi::page(document.as_ref().clone()))
            .default_service(web::to(async || Err::<String, _>(Problem::from(Refusal::NotFound))))
            .wrap(from_fn(edge))
            .wrap(TracingLogger::<RequestSpan>::new())
    };
    // Longer than any other patience: it ends what nothing else would, such as a body that nobody reads any more.
    let quiet = listen.patience.silence.max(idle).max(head) + Duration::from_secs(1);
    let listener = TcpListener::bind(listen.address)?;
    let bound = listener.local_addr()?;
    let builder = actix_server::Server::build().shutdown_timeout(listen.shutdown.as_secs());
    let stopping = builder.graceful_shutdown_signal();
    // A macro, because each kind of connection makes it another type.
    macro_rules! http {
        ($pages:expr) => {{
            let stopping = stopping.clone();
            let told = move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            };
            let pages = $pages().into_factory().map_err(|error| error.error_response());
            HttpService::build()
                .graceful_shutdown_signal(told)
                .client_request_timeout(head)
                .keep_alive(idle)
                .h1(map_config(pages, |()| AppConfig::default()))
        }};
    }
    let server = match &listen.tls {
        Some((chain, key)) => {
            let config = tls(chain, key)?;
            builder.listen("palm", listener, move || {
                let service = http!(pages);
                Acceptor::new(config.clone())
                    .map_err(TlsError::into_service_error)
                    .map(move |stream: TlsStream<TcpStream>| {
                        let peer = stream.get_ref().0.peer_addr().ok();
                        (Gate::new(stream, quiet), peer)
                    })
                    .and_then(service.map_err(TlsError::Service))
            })?
        }
        None => builder.listen("palm", listener, move || {
            let service = http!(pages);
            let open = move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                ready_ok((Gate::new(stream, quiet), peer))
            };
            fn_service(open).and_then(service)
        })?,
    };
    ready(bound, counters.as_ref().and_then(|(at, _)| *at));
    let counters = counters.map(|(_, server)| (server.handle(), actix_web::rt::spawn(server)));
    let outcome = server.run().await;
    if let Some((handle, _running)) = counters {
        handle.stop(false).await;
    }
    Ok(outcome?)
}

fn ready_ok<T>(value: T) -> std::future::Ready<Result<T, DispatchError>> {
    std::future::ready(Ok(value))
}

/// The server of `/metrics`, and where it listens.
fn metrics(
    app: &Data<crate::app::App>,
    address: Option<SocketAddr>,
) -> Result<Option<(Option<SocketAddr>, Server)>, ListenError> {
    let Some(address) = address else { return Ok(None) };
    let app = app.clone();
    let server = HttpServer::new(move || App::new().app_data(app.clone()).service(show_metrics))
        .workers(1)
        .disable_signals()
        .bind(address)?;
    Ok(Some((server.addrs().first().copied(), server.run())))
}

#[get("/metrics")]
async fn show_metrics(app: Data<crate::app::App>) -> HttpResponse {
    let text = crate::metrics::text(app.store.connections());
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
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
