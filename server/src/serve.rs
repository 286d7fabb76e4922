//! The listening server.
//!
//! Promise: plain HTTP only on loopback or behind named proxies; otherwise TLS 1.2 or 1.3, with a key file that is not
//! world-readable. Every connection passes the connection guard. SIGTERM lets running requests finish.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService};
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_tls::accept::TlsError;
use actix_tls::accept::rustls_0_23::{Acceptor, TlsStream};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use actix_web::{App, HttpRequest, web};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tracing_actix_web::TracingLogger;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;

use crate::api::{openapi, routes};
use crate::flow::housekeeping::Housekeeping;
use crate::flow::outbox::Worker;
use crate::web::connection_guard::{ConnectionGuard, LINGER};
use crate::web::cors::{Cors, Origins};
use crate::web::input;
use crate::web::methods::Methods;
use crate::web::middleware::{RequestSpan, wrap};
use crate::web::networks::Networks;
use crate::web::problem::unmatched;
use crate::web::rates::PerSecond;
use crate::web::timeouts::Timeouts;
use crate::web::transport::Transport;
use crate::web::{Answers, Bodies, Rates};

pub mod config;
mod metrics_server;
pub mod open;

/// Options for listening.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Address of the metrics server, if any. It differs from the API's, because metrics are for the operator only.
    pub metrics: Option<SocketAddr>,
    /// Certificate chain and key, PEM files.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Peers that may speak plain HTTP to this server.
    pub trusted_proxies: Networks,
    /// How long the server waits for a client.
    pub timeouts: Timeouts,
    /// Requests that one address and one caller may send in a second.
    pub rates: PerSecond,
    /// How long running requests have when the server is stopped.
    pub shutdown: Duration,
    /// Origins whose pages may call the API.
    pub cors_origins: Origins,
    /// The address by which clients reach the installation, if it is configured.
    pub public_address: Option<String>,
}

/// The server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Neither loopback nor TLS nor a named proxy.
    #[error("{0} is not loopback: give --tls-cert and --tls-key, or --trusted-proxy with the proxy's address")]
    Exposed(SocketAddr),
    /// The address cannot be used: another program listens there, or this machine does not have it.
    #[error("listen on {address}: {source}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The sockets failed while serving.
    #[error("serve")]
    Socket(#[from] std::io::Error),
    /// Everybody can read the key.
    #[error("TLS key {0} can be read by everybody: chmod 600")]
    ExposedKey(PathBuf),
    /// The certificate or its key.
    #[error("TLS: {0}")]
    Tls(String),
}

/// Raises this process's limit of open files to the system's maximum: each connection is a file, and shells allow
/// 1,024.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Serves until SIGTERM or SIGINT. `ready` gets the bound addresses: of the API, and of the metrics.
///
/// # Errors
/// [`ListenError`].
pub async fn run(
    app: crate::flow::app::App,
    listen: Listen,
    ready: impl FnOnce(SocketAddr, Option<SocketAddr>),
) -> Result<(), ListenError> {
    let open = !listen.address.ip().is_loopback() && listen.tls.is_none() && listen.trusted_proxies.is_empty();
    if open {
        return Err(ListenError::Exposed(listen.address));
    }
    raise_open_files();
    let app = Data::new(app);
    let cannot = |address| move |source| ListenError::Address { address, source };
    let metrics = match listen.metrics {
        Some(address) => Some(metrics_server::serve(&app, address).map_err(cannot(address))?),
        None => None,
    };
    let listener = TcpListener::bind(listen.address).map_err(cannot(listen.address))?;
    let bound = listener.local_addr()?;
    let server = bind(&app, &listen, listener)?;
    let (worker, housekeeping) = (Worker::start(&app)?, Housekeeping::start(&app)?);
    let measured = metrics.as_ref().and_then(|(at, _)| *at);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, tls = listen.tls.is_some(), "serving");
    ready(bound, measured);
    let metrics = metrics.map(|(_, server)| (server.handle(), actix_web::rt::spawn(server)));
    let outcome = server.await;
    if let Some((handle, _running)) = metrics {
        handle.stop(false).await;
    }
    // A worker that does not end in time loses nothing: the next process works on its rows.
    let stop = move || {
        worker.stop();
        housekeeping.stop();
    };
    drop(tokio::task::spawn_blocking(stop).await);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %bound, "stopped");
    Ok(outcome?)
}

/// Serves one kind of connection. A macro, because each kind has its own type.
macro_rules! http {
    ($app:expr, $transport:expr, $document:expr, $timeouts:expr, $stopping:expr) => {{
        let stopping = $stopping.clone();
        let told = move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        };
        let pages = pages($app.clone(), $transport.clone(), $document.as_ref().clone());
        let pages = pages.into_factory().map_err(|error: actix_web::Error| error.error_response());
        HttpService::build()
            .graceful_shutdown_signal(told)
            .client_request_timeout($timeouts.head)
            .client_disconnect_timeout(LINGER)
            .on_connect_ext(|guard: &ConnectionGuard<_>, data: &mut Extensions| {
                data.insert(guard.intake());
            })
            .keep_alive($timeouts.idle)
            .h1(map_config(pages, |()| AppConfig::default()))
    }};
}

fn bind(app: &Data<crate::flow::app::App>, listen: &Listen, listener: TcpListener) -> Result<Server, ListenError> {
    let document = Arc::new(openapi::document());
    let transport = Data::new(Transport {
        trusted_proxies: listen.trusted_proxies.clone(),
        own_tls: listen.tls.is_some(),
        timeouts: listen.timeouts,
        bodies: Bodies::default(),
        answers: Answers::default(),
        rates: Rates::new(listen.rates),
        cors: Cors::of(listen.cors_origins.clone(), &document),
        public_address: listen.public_address.clone(),
    });
    let (app, timeouts) = (app.clone(), listen.timeouts);
    // Longer than any other timeout: it ends what no other timeout covers, such as a body without a reader.
    let quiet = timeouts.silence.max(timeouts.idle).max(timeouts.head) + Duration::from_secs(1);
    // A request over its deadline is answered first; then the rest of its body is cut off.
    let body = timeouts.whole + LINGER;
    let builder = actix_server::Server::build().shutdown_timeout(listen.shutdown.as_secs());
    let stopping = builder.graceful_shutdown_signal();
    let builder = match &listen.tls {
        Some((chain, key)) => {
            let config = tls(chain, key)?;
            builder.listen("palm", listener, move || {
                let service = http!(app, transport, document, timeouts, stopping);
                Acceptor::new(config.clone())
                    .map_err(TlsError::into_service_error)
                    .map(move |stream: TlsStream<TcpStream>| {
                        let peer = stream.get_ref().0.peer_addr().ok();
                        (ConnectionGuard::new(stream, quiet, body, crate::console::refusal_of_head), peer)
                    })
                    .and_then(service.map_err(TlsError::Service))
            })
        }
        None => builder.listen("palm", listener, move || {
            let service = http!(app, transport, document, timeouts, stopping);
            let come_in = move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                ready_ok((ConnectionGuard::new(stream, quiet, body, crate::console::refusal_of_head), peer))
            };
            fn_service(come_in).and_then(service)
        }),
    };
    Ok(builder?.run())
}

fn pages(
    app: Data<crate::flow::app::App>,
    transport: Data<Transport>,
    document: OpenApi,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let (routed, _document) = App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
    routed
        .app_data(app)
        .app_data(transport)
        .app_data(Data::new(Methods::of(&document, crate::console::ROUTES)))
        .app_data(input::json())
        .app_data(input::query())
        .app_data(input::path())
        .app_data(input::payload())
        .configure(crate::console::pages)
        .service(web::redirect("/", "/console/"))
        .service(web::redirect("/docs", "/docs/"))
        .service(openapi::page(document))
        .default_service(web::to(async |request: HttpRequest| Err::<String, _>(unmatched(&request))))
        .wrap(from_fn(wrap))
        .wrap(TracingLogger::<RequestSpan>::new())
}

fn ready_ok<T>(value: T) -> std::future::Ready<Result<T, DispatchError>> {
    std::future::ready(Ok(value))
}

fn tls(chain: &PathBuf, key: &PathBuf) -> Result<rustls::ServerConfig, ListenError> {
    let failed = |error: &dyn std::fmt::Display| ListenError::Tls(error.to_string());
    let chain = CertificateDer::pem_file_iter(chain)
        .map_err(|error| failed(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    let mode = std::fs::metadata(key).map_err(|error| failed(&error))?.permissions().mode();
    // A group may read it: keys of the system belong to a group, and systemd grants a credential by an access list.
    if mode & 0o007 != 0 {
        return Err(ListenError::ExposedKey(key.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(&error))?;
    rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(|error| failed(&error))
}
