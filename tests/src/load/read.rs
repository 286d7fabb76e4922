//! What people look at: a list, one case, a search.

use std::time::{Duration, Instant};

use api_spec::case::CasePage;

use super::push::percentile;
use super::wire::{Wire, request};
use crate::Server;
use crate::server::PASSWORD;

/// How long each is tried.
const SAMPLE: Duration = Duration::from_secs(2);

/// What was measured.
#[derive(Debug, Clone)]
pub struct Read {
    /// What was looked at.
    pub what: &'static str,
    /// Answers per second over one connection.
    pub rate: f64,
    /// Of one answer.
    pub p50: Duration,
    /// Of one answer.
    pub p99: Duration,
    /// Bytes of an answer.
    pub bytes: usize,
}

/// A list of 50, one case, a search for a text that one case has, and one that none has.
pub fn run(server: &Server, login: &str) -> Vec<Read> {
    let body = api_spec::session::NewSession { login: login.to_owned(), password: PASSWORD.to_owned() };
    let token: api_spec::session::AccessToken =
        server.call("POST", "/v1/sessions").json(&body).send().expect(201).read();
    let token = token.access_token;
    let mut wire = Wire::to(&server.address());
    let (status, first) = wire.send(&request("GET", "/v1/cases?limit=50", &token, "", &[]));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&first));
    let page: CasePage = serde_json::from_slice(&first).unwrap();
    let case = format!("/v1/cases/{}", page.items[0].id);
    // 李100, percent-encoded: in a handful of cases. 无此人: in none.
    let one = "/v1/cases?limit=50&text=%E6%9D%8E100";
    let none = "/v1/cases?limit=50&text=%E6%97%A0%E6%AD%A4%E4%BA%BA";
    [
        ("list of 50", "/v1/cases?limit=50"),
        ("one case", &case),
        ("search, few found", one),
        ("search, none found", none),
    ]
    .map(|(what, path)| sample(&mut wire, what, &request("GET", path, &token, "", &[])))
    .into()
}

fn sample(wire: &mut Wire, what: &'static str, request: &[u8]) -> Read {
    let (started, mut latencies, mut bytes) = (Instant::now(), Vec::new(), 0);
    while started.elapsed() < SAMPLE {
        let sent = Instant::now();
        let (status, body) = wire.send(request);
        latencies.push(sent.elapsed());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        bytes = body.len();
    }
    let rate = f64::from(u32::try_from(latencies.len()).unwrap()) / started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let (p50, p99) = (percentile(&latencies, 50), percentile(&latencies, 99));
    Read { what, rate, p50, p99, bytes }
}
