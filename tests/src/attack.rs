//! What one enrolled phone, or somebody without any, can make the server do, as far as we know.
//!
//! Promise: each attempt is sent to the real server, and what it cost is read from the kernel: CPU time for a request and
//! the most memory meanwhile. Not here: what it may cost ([`MEMORY_MIB`], [`REQUEST_MIB`], [`REQUEST_CPU`] say it, and
//! whoever runs the attempts compares).

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use sync_core::change::NewOp;
use sync_core::id::{ChangeId, Digest};
use sync_core::message::{CaseHeads, Class, Reconcile};
use sync_core::op::{Act, OpRef, Signature, SignerRole, write_ops};
use sync_core::value::Value;

use crate::Server;
use crate::actor::{Person, Phone, random};
use crate::forgery::with_ops;
use crate::load::process;

/// The process stays below, whatever one phone sends.
pub const MEMORY_MIB: f64 = 512.0;
/// One request takes at most so much more.
pub const REQUEST_MIB: f64 = 64.0;
/// One request takes at most so much of one core.
pub const REQUEST_CPU: Duration = Duration::from_secs(1);

const CBOR: &str = "application/cbor";

/// What an attempt cost.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What was tried.
    pub name: &'static str,
    /// Requests of it.
    pub requests: u32,
    /// CPU time of the server, of all of them together.
    pub cpu: Duration,
    /// Resident memory before, and the most meanwhile, in mebibytes.
    pub memory_mib: (f64, f64),
}

impl Attempt {
    /// CPU time of one request.
    pub fn cpu_each(&self) -> Duration {
        self.cpu / self.requests.max(1)
    }
}

/// Runs one attempt of so many requests.
fn attempt(server: &Server, name: &'static str, requests: u32, act: impl FnOnce()) -> Attempt {
    let pid = server.pid();
    process::forget_peak(pid);
    let (before, busy) = (process::memory(pid).0, process::cpu(pid));
    act();
    let (cpu, peak) = (process::cpu(pid).saturating_sub(busy), process::memory(pid).1);
    Attempt { name, requests, cpu, memory_mib: (before, peak) }
}

/// A signature that shows so many operations of its own change.
fn sign(shown: usize) -> NewOp {
    let shown = vec![OpRef::Own(0); shown];
    let (form, manner, digest) = ("record".to_owned(), "key".to_owned(), Digest::new([0; 32]));
    NewOp::new(Act::Sign(Signature { form, version: 1, role: SignerRole::Officer, manner, shown, digest }))
}

/// As many times at once.
fn at_once<T: Send>(times: usize, act: impl Fn() -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..times).map(|_| scope.spawn(&act)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn reconcile(phone: &Phone<'_>, held: &Reconcile) -> u16 {
    phone.call("POST", "/v1/sync/reconcile").bytes(CBOR, held.to_bytes()).send().status
}

fn look(person: &Person<'_>, case: ChangeId) -> u16 {
    person.call("GET", &format!("/v1/cases/{case}")).send().status
}

/// Whether the answer is one of those that are allowed: done, or come back.
fn answered(status: u16) {
    assert!([200, 408, 429, 503].contains(&status), "{status}");
}

/// A case as large as it may become, written by this phone.
fn full_case(phone: &mut Phone<'_>) -> ChangeId {
    let opening = phone.open_case(&[]);
    let case = opening.id();
    assert_eq!(phone.push(&[&opening]).fates[0].class, Class::Accepted);
    // What is decoded: items by the thousand, a byte each.
    for _ in 0..40 {
        let list = Value::List(vec![Value::Int(1); 30_000]);
        let put = NewOp::put(None, &format!("note_{}", phone.seq), vec![], list);
        let change = phone.save(Some(case), &[case], vec![put]);
        if phone.push(&[&change]).fates[0].class == Class::Parked {
            break;
        }
    }
    case
}

/// Every attempt, one after another, on a server that nobody else uses.
pub fn run(server: &Server) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let (mut phone, mut stranger) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
    let head = Person::sign_in(server, "unit-head");

    let opening = phone.open_case(&[]);
    phone.push(&[&opening]);
    let first = phone.save(Some(opening.id()), &[opening.id()], vec![sign(1)]);
    let million = with_ops(&phone, &first, &ops_showing(1_000_000));
    attempts.push(attempt(server, "a signature that shows a million operations", 1, || {
        let fate = &phone.push_bytes(vec![million]).fates[0];
        assert_eq!((fate.class, fate.code.as_str()), (Class::Refused, "too_many_items"));
    }));
    let whole = Reconcile { cases: Vec::new() };
    attempts.push(attempt(server, "eight reconciles of three bytes after it", 8, || {
        at_once(8, || reconcile(&phone, &whole)).into_iter().for_each(answered);
    }));

    let mut case = opening.id();
    attempts.push(attempt(server, "a case filled to its ceiling", 40, || case = full_case(&mut phone)));
    attempts.push(attempt(server, "eight reconciles of all its officer's cases", 8, || {
        at_once(8, || reconcile(&phone, &whole)).into_iter().for_each(answered);
    }));
    attempts.push(attempt(server, "forty looks at it at once", 40, || {
        at_once(40, || look(&head, case)).into_iter().for_each(answered);
    }));
    attempts.push(attempt(server, "a small push into it", 1, || {
        let change = phone.write(case, &[case], "title", "短");
        phone.push(&[&change]);
    }));
    attempts.push(attempt(server, "a small push into it by another agency", 1, || {
        let change = stranger.write(case, &[case], "title", "外");
        stranger.push(&[&change]);
    }));

    let missing = phone.write(case, &[case], "place_name", "不到");
    attempts.push(attempt(server, "changes that wait for one that never comes", 12, || {
        for n in 0..12 {
            let text = Value::List(vec![Value::Int(1); 30_000]);
            let waiting =
                phone.save(Some(case), &[missing.id()], vec![NewOp::put(None, &format!("w{n}"), vec![], text)]);
            phone.push(&[&waiting]);
        }
    }));
    attempts.push(attempt(server, "heads by the ten thousand", 1, || {
        let heads = (0..16_700).map(|_| ChangeId::new(random())).collect::<std::collections::BTreeSet<_>>();
        let asked = Reconcile { cases: vec![CaseHeads { case, heads: heads.into_iter().collect() }] };
        answered(reconcile(&phone, &asked));
    }));
    attempts.push(unfinished(server));
    attempts.push(attempt(server, "reconciles of a mebibyte that do not end", 300, || {
        let token = phone.token().to_owned();
        let head = format!(
            "POST /v1/sync/reconcile HTTP/1.1\r\nHost: palm\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/cbor\r\nContent-Length: 4194304\r\n\r\n"
        );
        hold(server, 300, &head, 1 << 20);
    }));
    attempts
}

/// Sign-ins of nobody that do not end.
fn unfinished(server: &Server) -> Attempt {
    let head =
        "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nContent-Length: 262144\r\n\r\n";
    attempt(server, "three thousand sign-ins of 256 KiB that do not end", 3_000, || hold(server, 3_000, head, 262_143))
}

/// Opens connections that each send a head and so many bytes, and holds them while others sign in.
fn hold(server: &Server, connections: usize, head: &str, bytes: usize) {
    let body = vec![b' '; bytes];
    let mut streams = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        // The server may have answered and closed before all is sent.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        streams.push(stream);
    }
    let _ = Person::sign_in(server, "officer-a");
    drop(streams);
}

/// Operations of one signature that shows so many, a byte each.
fn ops_showing(count: usize) -> Vec<u8> {
    let NewOp { act, target, field, replaces, value: _ } = sign(count);
    write_ops(&[sync_core::op::Op { act, target, field, replaces, commit: None }])
}
