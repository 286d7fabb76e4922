//! The metrics server: `/metrics` for Prometheus, on a separate address.
//!
//! Promise: metrics are never served on the address of the API. Not here: counting (`crate::metrics`).

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, get};

use crate::flow::outbox;
use crate::metrics::{self, CONTENT_TYPE};
use crate::web::problem::OK;

/// How long a scrape waits for the database.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The server, and where it listens.
///
/// # Errors
/// Where the address cannot be used.
pub fn serve(app: &Data<crate::flow::app::App>, address: SocketAddr) -> std::io::Result<(Option<SocketAddr>, Server)> {
    let app = app.clone();
    let server = HttpServer::new(move || App::new().app_data(app.clone()).service(show_metrics))
        .workers(1)
        .disable_signals()
        .bind(address)?;
    Ok((server.addrs().first().copied(), server.run()))
}

#[get("/metrics")]
async fn show_metrics(app: Data<crate::flow::app::App>) -> HttpResponse {
    // If the database does not answer, the other metrics are still served.
    let outbox = tokio::time::timeout(TIMEOUT, outbox::open(&app)).await;
    let outbox = outbox.ok().and_then(Result::ok);
    HttpResponse::build(OK).content_type(CONTENT_TYPE).body(metrics::text(app.store.connections(), outbox))
}
