//! Phones that push what they signed before.
//!
//! Promise: signing is over before the clock starts; every change is one that the server stores as accepted, with a
//! receipt, or the run ends.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use sync_core::change::NewOp;
use sync_core::id::{CaseId, ChangeId};
use sync_core::message::{Class, Pushed};
use sync_core::op::{Act, CaseKind, Open};

use super::process;
use super::record;
use super::wire::{Wire, request};
use crate::{Phone, Server};

const CBOR: &str = "application/cbor";

/// Into which cases the records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// Each opens a case of its own.
    OwnCase,
    /// Each phone has one case; each record builds on the one before.
    OneCase,
}

/// One figure's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Phones that push at the same time, each over a connection of its own.
    pub devices: usize,
    /// Changes in one push.
    pub batch: usize,
    /// Changes in all; rounded down to whole pushes.
    pub changes: usize,
    /// Into which cases.
    pub into: Into,
}

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Pushes {
    /// What was asked for.
    pub shape: Shape,
    /// Changes stored in a second.
    pub rate: f64,
    /// Of one push.
    pub p50: Duration,
    /// Of one push.
    pub p99: Duration,
    /// CPU seconds of the server for a thousand changes.
    pub cpu: f64,
    /// Resident memory of the server after it, MiB.
    pub memory: f64,
}

/// Signs what the shape asks for and pushes it.
pub fn run(server: &Server, phones: &mut [Phone<'_>], numbers: &mut u64, shape: Shape) -> Pushes {
    let phones = &mut phones[..shape.devices];
    let pushes = (shape.changes / shape.batch / shape.devices).max(1);
    let queues: Vec<Vec<Vec<u8>>> =
        phones.iter_mut().map(|phone| sign(server, phone, numbers, shape, pushes)).collect();
    let (start, address) = (Barrier::new(shape.devices + 1), server.address());
    let before = process::cpu(server.pid());
    let (elapsed, mut latencies) = std::thread::scope(|scope| {
        let clients: Vec<_> = queues
            .iter()
            .map(|queue| {
                let (start, address) = (&start, &address);
                scope.spawn(move || send(address, queue, shape.batch, start))
            })
            .collect();
        start.wait();
        let started = Instant::now();
        let latencies: Vec<Duration> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        (started.elapsed(), latencies)
    });
    let cpu = process::cpu(server.pid()).saturating_sub(before);
    latencies.sort_unstable();
    let changes = f64::from(u32::try_from(pushes * shape.batch * shape.devices).unwrap());
    Pushes {
        shape,
        rate: changes / elapsed.as_secs_f64(),
        p50: latencies[latencies.len() / 2],
        p99: latencies[latencies.len() * 99 / 100],
        cpu: cpu.as_secs_f64() * 1000.0 / changes,
        memory: process::memory(server.pid()).0,
    }
}

/// The requests of one phone.
fn sign(server: &Server, phone: &mut Phone<'_>, numbers: &mut u64, shape: Shape, pushes: usize) -> Vec<Vec<u8>> {
    let token: api_spec::session::AccessToken = phone.ask_for_token().expect(201).read();
    let mut tail = (shape.into == Into::OneCase).then(|| open(server, phone, &token.access_token, numbers));
    (0..pushes)
        .map(|_| {
            let envelopes = (0..shape.batch).map(|_| one(phone, numbers, &mut tail).to_bytes()).collect();
            let body = phone.push_of(envelopes).to_bytes();
            request("POST", "/v1/sync/push", &token.access_token, CBOR, &body)
        })
        .collect()
}

/// A record of its own case, or the next after the tail of one.
fn one(phone: &mut Phone<'_>, numbers: &mut u64, tail: &mut Option<(CaseId, ChangeId)>) -> sync_core::change::Change {
    *numbers += 1;
    match tail {
        None => phone.save(None, &[], opening(phone, *numbers)),
        Some((case, last)) => {
            let change = phone.save(Some(*case), &[*last], record::ops(*numbers, 0));
            *last = change.id();
            change
        }
    }
}

/// Opens a case with the record in the same change.
pub fn opening(phone: &Phone<'_>, number: u64) -> Vec<NewOp> {
    let (kind, item) = (CaseKind::Inspection, "SJ-C-001".to_owned());
    let open = Open { kind, agency: phone.agency, item, officers: vec![phone.officer] };
    std::iter::once(NewOp::new(Act::Open(open))).chain(record::ops(number, 1)).collect()
}

fn open(server: &Server, phone: &mut Phone<'_>, token: &str, numbers: &mut u64) -> (CaseId, ChangeId) {
    *numbers += 1;
    let change = phone.save(None, &[], opening(phone, *numbers));
    let body = phone.push_of(vec![change.to_bytes()]).to_bytes();
    let (status, body) = Wire::to(&server.address()).send(&request("POST", "/v1/sync/push", token, CBOR, &body));
    check(status, &body, 1);
    (change.id(), change.id())
}

/// Sends a phone's requests one after another, once everybody is ready; how long each took.
fn send(address: &str, queue: &[Vec<u8>], batch: usize, start: &Barrier) -> Vec<Duration> {
    let mut wire = Wire::to(address);
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
    let accepted = answer.fates.iter().filter(|fate| fate.class == Class::Accepted).count();
    assert_eq!((accepted, answer.receipts.is_empty()), (batch, false), "{:?}", answer.fates.first());
}
