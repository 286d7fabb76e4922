//! The access token of a request, and its proof (RFC 9449).
//!
//! Promise: a second `Authorization` or `DPoP` header makes the request invalid; no token is read from an address or a
//! body. The address of the request is the configured public one, or the one by which the client asked. Not here:
//! whether token and proof are valid (`flow::caller`, `flow::proof`).

use actix_web::dev::ServiceRequest;
use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest};

use super::authorization::token;
use super::methods::AskedByHead;
use super::origin;
use super::transport::Transport;
use crate::flow::proof::{Asked, Presented};
use crate::web::State;

/// The header with the proof.
const DPOP: &str = "DPoP";

/// The installation, and the token of the request with its proof; none if the request has no token.
pub fn presented(request: &HttpRequest) -> Option<(State, Presented)> {
    let app = request.app_data::<State>()?.clone();
    let (scheme, token) = token(request.headers())?;
    Some((app, Presented { token: token.to_owned(), scheme, asked: asked(request) }))
}

/// The request, as far as a proof is about it.
pub fn asked(request: &HttpRequest) -> Asked {
    let was_head = request.extensions().get::<AskedByHead>().is_some();
    let method = if was_head { "HEAD" } else { request.method().as_str() };
    // An unreadable header is a proof that is not valid.
    let proofs = request.headers().get_all(DPOP).map(|value| value.to_str().unwrap_or_default().to_owned());
    Asked { method: method.to_owned(), targets: targets(request), proofs: proofs.collect() }
}

fn targets(request: &HttpRequest) -> Vec<String> {
    let path = request.uri().path();
    let Some(transport) = request.app_data::<Data<Transport>>() else { return Vec::new() };
    if let Some(public) = &transport.public_address {
        return vec![format!("{public}{path}")];
    }
    let (headers, peer) = (request.headers(), request.peer_addr());
    let scheme = if transport.is_secure(peer, headers) { "https" } else { "http" };
    let hosts = origin::hosts(headers, transport.is_proxy(peer));
    hosts.into_iter().map(|host| format!("{scheme}://{host}{path}")).collect()
}

/// A nonce for the next proof; none if the request has no proof.
pub fn next_nonce(request: &ServiceRequest) -> Option<String> {
    let app = request.headers().contains_key(DPOP).then(|| request.app_data::<State>())??;
    Some(app.nonces.next(app.clock.now()))
}
