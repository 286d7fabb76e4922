//! How clients reach this server.
//!
//! Promise: one value for each process, set where the server starts, the same for the API and the console.

use std::net::IpAddr;

use super::answers::Answers;
use super::bodies::Bodies;
use super::timeouts::Timeouts;

/// Where requests come from, and how long the server waits for them.
#[derive(Debug, Clone, Default)]
pub struct Transport {
    /// Peers that may speak plain HTTP to this server; empty where it listens on loopback or with TLS.
    pub trusted_proxies: Vec<IpAddr>,
    /// Clients come by TLS: to this server, or to a named proxy.
    pub behind_tls: bool,
    /// How long the server waits for a client.
    pub timeouts: Timeouts,
    /// Bytes of bodies that are in memory.
    pub bodies: Bodies,
    /// Bytes of answers that are in memory.
    pub answers: Answers,
}
