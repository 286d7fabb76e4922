//! How clients reach this server: TLS, proxies.
//!
//! Promise: one value per process, set at start, the same for the API and the console.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use std::net::SocketAddr;

use super::answers::Answers;
use super::bodies::Bodies;
use super::cors::Cors;
use super::networks::Networks;
use super::rates::Rates;
use super::timeouts::Timeouts;

/// Where requests come from, and the timeouts.
#[derive(Debug, Clone, Default)]
pub struct Transport {
    /// Peers that may speak plain HTTP to this server; empty where it listens on loopback or with TLS.
    pub trusted_proxies: Networks,
    /// This server terminates TLS itself.
    pub own_tls: bool,
    /// How long the server waits for a client.
    pub timeouts: Timeouts,
    /// Bytes of bodies that are in memory.
    pub bodies: Bodies,
    /// Bytes of answers that are in memory.
    pub answers: Answers,
    /// Rate limits.
    pub rates: Rates,
    /// Other origins whose pages may call the API.
    pub cors: Cors,
    /// The address by which clients ask, such as `https://palm.example`, if it is configured.
    pub public_address: Option<String>,
}

/// Headers that a proxy adds; a direct client on this machine sends none of them.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"];

impl Transport {
    /// Whether the client used TLS, to this server or to a named proxy. An unproxied request from this machine is
    /// plain HTTP, as is one that a proxy received by `http`.
    pub fn is_secure(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
        if self.own_tls || self.trusted_proxies.is_empty() {
            return self.own_tls;
        }
        let direct = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
            && !FORWARDED.iter().any(|name| headers.contains_key(*name));
        let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        !direct && !scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("http"))
    }

    /// Whether the peer is this machine or a named proxy, or no proxies are named.
    pub fn is_answered(&self, peer: Option<SocketAddr>) -> bool {
        self.trusted_proxies.is_empty() || self.is_proxy(peer)
    }

    /// Whether forwarded headers of the peer are trusted.
    pub fn is_proxy(&self, peer: Option<SocketAddr>) -> bool {
        let named =
            |peer: SocketAddr| peer.ip().to_canonical().is_loopback() || self.trusted_proxies.contains(peer.ip());
        !self.trusted_proxies.is_empty() && peer.is_some_and(named)
    }
}

/// Whether the client of this request came by TLS.
pub fn is_secure(request: &ServiceRequest) -> bool {
    let transport = request.app_data::<Data<Transport>>();
    transport.is_some_and(|transport| transport.is_secure(request.peer_addr(), request.headers()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn a_browser_on_the_machine_itself_is_not_taken_for_a_client_of_the_proxy() {
        let behind = Transport { trusted_proxies: "127.0.0.1".parse().unwrap(), ..Transport::default() };
        let here = Some(SocketAddr::from(([127, 0, 0, 1], 9)));
        assert!(!behind.is_secure(here, &headers(&[])), "the address of the first run works");
        assert!(behind.is_secure(here, &headers(&[("x-forwarded-for", "203.0.113.7")])));
        assert!(behind.is_secure(here, &headers(&[("x-forwarded-proto", "https")])));
        assert!(!behind.is_secure(here, &headers(&[("x-forwarded-proto", "http")])));
        let elsewhere = Some(SocketAddr::from(([10, 0, 0, 1], 9)));
        assert!(behind.is_secure(elsewhere, &headers(&[])), "a proxy elsewhere that adds nothing");
        assert!(!behind.is_answered(elsewhere) && behind.is_answered(here));
        assert!(Transport { own_tls: true, ..Transport::default() }.is_secure(here, &headers(&[])));
        assert!(!Transport::default().is_secure(here, &headers(&[("x-forwarded-proto", "https")])));
    }
}
