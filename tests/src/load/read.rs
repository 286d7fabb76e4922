//! Reading: a list, one case, a search.

use std::time::{Duration, Instant};

use api_spec::case::CasePage;

use super::push::percentile;
use super::wire::{Wire, request};
use crate::Server;
use crate::desk::encoded;
use crate::server::PASSWORD;

/// Duration of each measurement.
const SAMPLE: Duration = Duration::from_secs(2);

/// Answers to requests over one connection, one after another.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// Answers per second.
    pub rate: f64,
    /// Median of one answer.
    pub p50: Duration,
    /// 99th percentile of one answer.
    pub p99: Duration,
    /// Bytes of the last answer.
    pub bytes: usize,
}

/// Measurements.
#[derive(Debug, Clone)]
pub struct Read {
    /// The subject.
    pub what: &'static str,
    /// Its answers.
    pub answers: Answers,
}

/// A list of 50, one case, and searches: for words in one case of a thousand, of eight, and in all; for a number that
/// no case has although many have its digit pairs; for a name that no case has.
pub fn run(server: &Server, login: &str) -> Vec<Read> {
    let token = token(server, login);
    let mut wire = Wire::to(&server.address());
    let (status, first) = wire.send(&request("GET", "/v1/cases?limit=50", &token, "", &[]));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&first));
    let page: CasePage = serde_json::from_slice(&first).unwrap();
    let case = format!("/v1/cases/{}", page.items[0].id);
    let search = |text: &str| format!("/v1/cases?limit=50&text={}", encoded(text));
    [
        ("list of 50", "/v1/cases?limit=50"),
        ("one case", &case),
        ("search, few found", &search("李100")),
        ("search, many found", &search("平湖路1")),
        ("search, all found", &search("责令改正")),
        ("search, no such number", &search("20260110237")),
        ("search, none found", &search("无此人")),
    ]
    .map(|(what, path)| sample(&mut wire, what, &request("GET", path, &token, "", &[])))
    .into()
}

/// The access token of a person who signs in with a password.
pub(super) fn token(server: &Server, login: &str) -> String {
    let body = api_spec::session::NewSession { login: login.to_owned(), password: PASSWORD.to_owned() };
    let token: api_spec::session::AccessToken =
        server.call("POST", "/v1/sessions").json(&body).send().expect(201).read();
    token.access_token
}

fn sample(wire: &mut Wire, what: &'static str, request: &[u8]) -> Read {
    let started = Instant::now();
    Read { what, answers: answers(wire, std::iter::repeat(request), || started.elapsed() >= SAMPLE) }
}

/// Sends requests until the end.
pub(super) fn answers<'a>(
    wire: &mut Wire,
    requests: impl Iterator<Item = &'a [u8]>,
    ended: impl Fn() -> bool,
) -> Answers {
    let (started, mut latencies, mut bytes) = (Instant::now(), Vec::new(), 0);
    for request in requests {
        if ended() {
            break;
        }
        let sent = Instant::now();
        let (status, body) = wire.send(request);
        latencies.push(sent.elapsed());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        bytes = body.len();
    }
    let rate = f64::from(u32::try_from(latencies.len()).unwrap()) / started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Answers { rate, p50: percentile(&latencies, 50), p99: percentile(&latencies, 99), bytes }
}
