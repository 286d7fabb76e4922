//! Reads of cases while phones push. A read waits for the writer only to store its entry in the read audit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api_spec::case::CasePage;

use super::push::{self, Into, Numbers, Pushes, Shape};
use super::read::{Answers, answers, token};
use super::wire::{Wire, request};
use crate::{Phone, Server};

/// More cases than the server keeps folded, so that most looks read and fold.
pub const CASES: usize = 2_000;
/// Phones that push meanwhile.
const PHONES: usize = 8;
/// Changes in one push.
const BATCH: usize = 25;
/// How long looks without pushes are measured.
const ALONE: Duration = Duration::from_secs(4);

/// Looks and pushes, each alone and both at once.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// Looks while nothing else happens.
    pub looks_alone: Answers,
    /// Looks while eight phones push.
    pub looks: Answers,
    /// The pushes while nobody looks.
    pub pushes_alone: Pushes,
    /// The pushes during the looks.
    pub pushes: Pushes,
}

/// Measures over a database that holds [`CASES`] cases of the reader's agency.
pub fn run(server: &Server, (reader, officer): (&str, &str), numbers: &mut Numbers, changes: usize) -> Beside {
    let requests = requests(server, reader);
    let mut phones: Vec<Phone<'_>> = (0..PHONES).map(|_| Phone::of(server, officer)).collect();
    let shape = Shape { devices: PHONES, batch: BATCH, changes, into: Into::OwnCase };
    let pushes_alone = push::run(server, &mut phones, numbers, shape);
    let started = Instant::now();
    let looks_alone = look(server, &requests, || started.elapsed() >= ALONE);
    let beside = |ended: &AtomicBool| look(server, &requests, || ended.load(Ordering::Relaxed));
    let (pushes, looks) = push::run_beside(server, &mut phones, numbers, shape, beside);
    Beside { looks_alone, looks, pushes_alone, pushes }
}

/// One look at each of the cases that were there before.
fn requests(server: &Server, reader: &str) -> Vec<Vec<u8>> {
    let (token, mut wire) = (token(server, reader), Wire::to(&server.address()));
    let (mut requests, mut cursor) = (Vec::new(), String::new());
    while requests.len() < CASES {
        let list = format!("/v1/cases?limit=100{cursor}");
        let (status, body) = wire.send(&request("GET", &list, &token, "", &[]));
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let page: CasePage = serde_json::from_slice(&body).unwrap();
        requests
            .extend(page.items.iter().map(|case| request("GET", &format!("/v1/cases/{}", case.id), &token, "", &[])));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert!(requests.len() >= CASES, "only {} cases to look at", requests.len());
    requests
}

/// Looks at one case after another until the end.
fn look(server: &Server, requests: &[Vec<u8>], ended: impl Fn() -> bool) -> Answers {
    answers(&mut Wire::to(&server.address()), requests.iter().map(Vec::as_slice).cycle(), ended)
}
