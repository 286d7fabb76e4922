//! A phone as officers have it: the durable store and the session of `sync_core`, over a link that loses, repeats and
//! cuts. A seed determines the faults.

use std::time::Instant as Stopwatch;

use sync_core::device::{Device, Enrolment, Identity, Moment, NewEvidence, Save};
use sync_core::id::{BootId, ChangeId};
use sync_core::session::{Answer, HostAction, Limits, Request, Response, Session};
use sync_core::sign::{Signer as _, SoftwareVerifier};
use tempfile::TempDir;

use crate::actor::{Phone, random};

/// Faults of the link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Requests that never arrived.
    pub lost: u32,
    /// Answers that never arrived.
    pub cut: u32,
    /// Requests that arrived twice.
    pub repeated: u32,
}

/// An enrolled phone with its store.
pub struct Handset<'s> {
    phone: Phone<'s>,
    /// The store.
    pub device: Device,
    session: Session,
    boot: BootId,
    since: Stopwatch,
    chance: u64,
    /// Faults of the link so far.
    pub faults: Faults,
    _directory: TempDir,
}

impl<'s> Handset<'s> {
    /// Takes over an enrolled phone. `seed` determines the faults of its link.
    pub fn new(phone: Phone<'s>, seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let Phone { tenant, server_key, device, officer, agency, epoch, .. } = phone;
        let device_key = phone.key.public_key();
        let identity = Identity { tenant, tenant_key: server_key, device, device_key, officer, agency };
        let enrolment = Enrolment { identity, epoch };
        let path = directory.path().join("phone.db");
        let device = Device::create(&path, &enrolment, Box::new(SoftwareVerifier)).unwrap();
        let limits = Limits { batch: 5, page: 3, first_wait_ms: 1, longest_wait_ms: 4, ..Limits::default() };
        let (boot, since) = (BootId::new(random()), Stopwatch::now());
        let (session, faults) = (Session::new(limits), Faults::default());
        let mut handset = Self { phone, device, session, boot, since, chance: seed, faults, _directory: directory };
        let lease = handset.phone.lease.clone().expect("a phone with a lease");
        let _ = handset.device.accept_lease(&lease.bytes, None, &handset.moment()).unwrap();
        handset
    }

    /// The current time of the phone's sensors.
    pub fn moment(&self) -> Moment {
        let monotonic_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap();
        Moment {
            wall: server::clock::Clock::system().now(),
            monotonic_ms,
            boot: self.boot,
            counts_sleep: true,
            place: None,
        }
    }

    /// Saves.
    pub fn save(&mut self, save: Save) -> ChangeId {
        let moment = self.moment();
        self.device.save(save, &moment, random(), &self.phone.key).unwrap().change
    }

    /// Pushes and pulls until nothing is left to do, however often the link fails.
    pub fn synchronise(&mut self) {
        self.session.pull_again();
        for _ in 0..10_000 {
            let now = self.moment();
            let mut no_media = |_: &NewEvidence, _: u64, _: usize| None;
            match self.session.next(&self.device, now.monotonic_ms, &mut no_media).unwrap() {
                HostAction::Send(request) => {
                    let answer = self.exchange(&request);
                    let now = self.moment();
                    self.session.absorb(&mut self.device, &answer, &now).unwrap();
                }
                HostAction::Wait(milliseconds) | HostAction::Idle { again_ms: Some(milliseconds) } => {
                    std::thread::sleep(std::time::Duration::from_millis(milliseconds));
                }
                HostAction::Idle { again_ms: None } => return,
                HostAction::NeedToken => panic!("the token lasts ten minutes"),
            }
        }
        panic!("no end: {:?}", self.session.last_failure());
    }

    /// One request over the faulty link: a quarter of the requests is lost, a quarter loses its answer, a quarter is sent
    /// twice.
    fn exchange(&mut self, request: &Request) -> Answer {
        match self.next_chance() % 4 {
            0 => {
                self.faults.lost += 1;
                return Answer::Lost;
            }
            1 => {
                self.faults.cut += 1;
                self.send(request);
                return Answer::Lost;
            }
            2 => {
                self.faults.repeated += 1;
                self.send(request);
            }
            _ => {}
        }
        Answer::Response(self.send(request))
    }

    fn send(&self, request: &Request) -> Response {
        let mut call = self.phone.call(request.method, &request.path);
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        if let Some(content_type) = request.content_type {
            call = call.bytes(content_type, request.body.clone());
        }
        let answer = call.send();
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Response { status: answer.status, headers, body: answer.body }
    }

    /// SplitMix64, so that every run with the same seed is the same.
    fn next_chance(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.chance ^ self.chance >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) >> 32
    }
}
