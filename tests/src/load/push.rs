//! Phones that push changes signed beforehand.
//!
//! Promise: signing ends before the clock starts; every change must be stored as accepted, with a receipt, or the run
//! fails.

use std::ops::Range;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sync_core::change::{Change, NewOp};
use sync_core::id::{CaseId, ChangeId};
use sync_core::message::{Class, Pushed};
use sync_core::op::{Act, CaseKind, Open};

use super::measured_record;
use super::process;
use super::wire::{PhoneToken, Wire, request};
use crate::{Phone, Server};

const CBOR: &str = "application/cbor";
/// Changes that are signed before they are pushed, where a database is filled.
const CHUNK: usize = 20_000;

/// The cases that the records are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// Each change opens its own case.
    OwnCase,
    /// Each phone has one case; each record builds on the one before.
    OneCase,
}

/// One figure's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Concurrent phones, each with its own connection.
    pub devices: usize,
    /// Changes in one push.
    pub batch: usize,
    /// Changes in all; rounded down to whole pushes.
    pub changes: usize,
    /// The cases that they are written to.
    pub into: Into,
}

/// Measurements.
#[derive(Debug, Clone, Copy)]
pub struct Pushes {
    /// The shape.
    pub shape: Shape,
    /// Changes stored in a second.
    pub rate: f64,
    /// Median of one push.
    pub p50: Duration,
    /// 99th percentile of one push.
    pub p99: Duration,
    /// CPU seconds of the server for a thousand changes.
    pub cpu: f64,
    /// Resident memory of the server at most while it ran, MiB.
    pub memory: f64,
}

/// Numbers of records, so that no two are the same.
#[derive(Debug, Default)]
pub struct Numbers(u64);

impl Numbers {
    /// The next numbers.
    fn take(&mut self, many: usize) -> Range<u64> {
        let first = self.0;
        self.0 += u64::try_from(many).unwrap();
        first..self.0
    }
}

/// Signs and pushes a shape.
pub fn run(server: &Server, phones: &mut [Phone<'_>], numbers: &mut Numbers, shape: Shape) -> Pushes {
    run_beside(server, phones, numbers, shape, |_ended| ()).0
}

/// Signs a shape, then pushes it while `beside` runs on a thread of its own; it is told when the last push was answered.
pub fn run_beside<T: Send>(
    server: &Server,
    phones: &mut [Phone<'_>],
    numbers: &mut Numbers,
    shape: Shape,
    beside: impl FnOnce(&AtomicBool) -> T + Send,
) -> (Pushes, T) {
    let phones = &mut phones[..shape.devices];
    let pushes = (shape.changes / shape.batch / shape.devices).max(1);
    let queues = sign_all(server, phones, numbers, shape, pushes);
    let (start, address) = (Barrier::new(shape.devices + 1), server.address());
    process::forget_peak(server.pid());
    let before = process::cpu(server.pid());
    let ended = AtomicBool::new(false);
    let (elapsed, mut latencies, found) = std::thread::scope(|scope| {
        let clients: Vec<_> = queues
            .iter()
            .map(|(phone, queue)| {
                let (start, address) = (&start, &address);
                scope.spawn(move || send(Wire::of_phone(address, phone.clone()), queue, shape.batch, start))
            })
            .collect();
        start.wait();
        let started = Instant::now();
        let beside = scope.spawn(|| beside(&ended));
        let latencies: Vec<Duration> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        let elapsed = started.elapsed();
        ended.store(true, Ordering::Relaxed);
        (elapsed, latencies, beside.join().unwrap())
    });
    let cpu = process::cpu(server.pid()).saturating_sub(before);
    latencies.sort_unstable();
    let changes = f64::from(u32::try_from(pushes * shape.batch * shape.devices).unwrap());
    let pushes = Pushes {
        shape,
        rate: changes / elapsed.as_secs_f64(),
        p50: percentile(&latencies, 50),
        p99: percentile(&latencies, 99),
        cpu: cpu.as_secs_f64() * 1000.0 / changes,
        memory: process::memory(server.pid()).1,
    };
    (pushes, found)
}

/// The percentile of sorted, non-empty durations.
pub(super) fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    sorted[(sorted.len() * hundredths).div_ceil(100).max(1) - 1]
}

/// Fills the database with this many cases of one change each, as fast as possible.
pub fn fill(server: &Server, phones: &mut [Phone<'_>], numbers: &mut Numbers, cases: usize) {
    let mut left = cases;
    while left > 0 {
        // Signed a part at a time: a million signed changes are 5 GB, and a token lasts ten minutes.
        let changes = left.min(CHUNK);
        let devices = phones.len().min(changes);
        let batch = 100.min(changes / devices);
        let shape = Shape { devices, batch, changes, into: Into::OwnCase };
        run(server, phones, numbers, shape);
        left -= (changes / batch / devices).max(1) * batch * devices;
    }
}

/// The requests of every phone, signed on as many threads as there are phones.
fn sign_all(
    server: &Server,
    phones: &mut [Phone<'_>],
    numbers: &mut Numbers,
    shape: Shape,
    pushes: usize,
) -> Vec<(PhoneToken, Vec<Vec<u8>>)> {
    std::thread::scope(|scope| {
        let signing: Vec<_> = phones
            .iter_mut()
            .map(|phone| {
                // One more, where a case is opened first.
                let mut numbers = numbers.take(pushes * shape.batch + 1);
                scope.spawn(move || sign(server, phone, &mut numbers, shape, pushes))
            })
            .collect();
        signing.into_iter().map(|signed| signed.join().unwrap()).collect()
    })
}

/// The requests of one phone, without its token and the proofs.
fn sign(
    server: &Server,
    phone: &mut Phone<'_>,
    numbers: &mut Range<u64>,
    shape: Shape,
    pushes: usize,
) -> (PhoneToken, Vec<Vec<u8>>) {
    let token = PhoneToken::of(phone);
    let mut tail = (shape.into == Into::OneCase).then(|| open(server, phone, token.clone(), numbers));
    let requests = (0..pushes)
        .map(|_| {
            let envelopes = (0..shape.batch).map(|_| one(phone, numbers, &mut tail).to_bytes()).collect();
            let body = phone.push_of(envelopes).to_bytes();
            request("POST", "/v1/sync/push", "", CBOR, &body)
        })
        .collect();
    (token, requests)
}

/// A record in its own case, or the next one after a case's last change.
fn one(phone: &mut Phone<'_>, numbers: &mut Range<u64>, tail: &mut Option<(CaseId, ChangeId)>) -> Change {
    let number = numbers.next().unwrap();
    match tail {
        None => phone.save(None, &[], opening(phone, number)),
        Some((case, last)) => {
            let change = phone.save(Some(*case), &[*last], measured_record::ops(number, 0));
            *last = change.id();
            change
        }
    }
}

/// Opens a case with the record in the same change.
pub fn opening(phone: &Phone<'_>, number: u64) -> Vec<NewOp> {
    let (kind, item) = (CaseKind::Inspection, "SJ-C-001".to_owned());
    let open = Open { kind, agency: phone.agency, item, officers: vec![phone.officer] };
    std::iter::once(NewOp::new(Act::Open(open))).chain(measured_record::ops(number, 1)).collect()
}

fn open(server: &Server, phone: &mut Phone<'_>, token: PhoneToken, numbers: &mut Range<u64>) -> (CaseId, ChangeId) {
    let number = numbers.next().unwrap();
    let change = phone.save(None, &[], opening(phone, number));
    let body = phone.push_of(vec![change.to_bytes()]).to_bytes();
    let mut wire = Wire::of_phone(&server.address(), token);
    let (status, body) = wire.send(&request("POST", "/v1/sync/push", "", CBOR, &body));
    check(status, &body, 1);
    (change.id(), change.id())
}

/// Sends the requests of a phone one after another when all phones are ready. Returns the duration of each.
fn send(mut wire: Wire, queue: &[Vec<u8>], batch: usize, start: &Barrier) -> Vec<Duration> {
    let mut latencies = Vec::with_capacity(queue.len());
    start.wait();
    for request in queue {
        let sent = Instant::now();
        let (status, body) = wire.send(request);
        latencies.push(sent.elapsed());
        check(status, &body, batch);
    }
    latencies
}

fn check(status: u16, body: &[u8], batch: usize) {
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
    let answer = Pushed::read(body).unwrap();
    let accepted = answer.outcomes.iter().filter(|outcome| outcome.class == Class::Accepted).count();
    assert_eq!((accepted, answer.receipts.is_empty()), (batch, false), "{:?}", answer.outcomes.first());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_times_the_ninety_ninth_is_the_ninety_ninth_percentile() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        let of = |hundredths| percentile(&times, hundredths).as_millis();
        assert_eq!((of(50), of(99), of(100)), (50, 99, 100));
        assert_eq!(percentile(&times[..1], 99), times[0]);
    }

    #[test]
    fn no_number_is_given_twice() {
        let mut numbers = Numbers::default();
        assert_eq!((numbers.take(3), numbers.take(2)), (0..3, 3..5));
    }
}
