//! Known attacks by one enrolled phone or by an anonymous client on the server's resources.
//!
//! Promise: each attack is sent to the real server, and its cost is read from the kernel: CPU time per request and peak
//! memory. Not here: comparing with the bounds ([`MEMORY_MIB`], [`REQUEST_MIB`], [`REQUEST_CPU`]), which the caller
//! does.

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

/// The memory bound of the process under any load from one phone.
pub const MEMORY_MIB: f64 = 512.0;
/// The most memory that one request may add.
pub const REQUEST_MIB: f64 = 64.0;
/// The most CPU time of one request.
pub const REQUEST_CPU: Duration = Duration::from_secs(1);

const CBOR: &str = "application/cbor";

/// The cost of an attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The name of the attempt.
    pub name: &'static str,
    /// Number of its requests.
    pub requests: u32,
    /// CPU time of the server for all its requests.
    pub cpu: Duration,
    /// Resident memory before, and the peak during the attempt, in MiB.
    pub memory_mib: (f64, f64),
}

impl Attempt {
    /// CPU time of one request.
    pub fn cpu_each(&self) -> Duration {
        self.cpu / self.requests.max(1)
    }
}

/// Runs one attempt; the closure returns the number of requests.
fn attempt(server: &Server, name: &'static str, act: impl FnOnce() -> u32) -> Attempt {
    let pid = server.pid();
    process::forget_peak(pid);
    let (before, busy) = (process::memory(pid).0, process::cpu(pid));
    let requests = act();
    let (cpu, peak) = (process::cpu(pid).saturating_sub(busy), process::memory(pid).1);
    Attempt { name, requests, cpu, memory_mib: (before, peak) }
}

/// A signature that shows this many operations of its own change.
fn sign(shown: usize) -> NewOp {
    let shown = vec![OpRef::Own(0); shown];
    let (form, manner, digest) = ("record".into(), "key".to_owned(), Digest::new([0; 32]));
    NewOp::new(Act::Sign(Signature { form, version: 1, role: SignerRole::Officer, manner, shown, digest }))
}

/// Runs this many copies concurrently. Returns their number.
fn at_once(times: u32, act: impl Fn() + Sync) -> u32 {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..times).map(|_| scope.spawn(&act)).collect();
        running.into_iter().for_each(|thread| thread.join().unwrap());
    });
    times
}

fn reconcile(phone: &Phone<'_>, held: &Reconcile) -> u16 {
    phone.call("POST", "/v1/sync/reconcile").bytes(CBOR, held.to_bytes()).send().status
}

fn look(person: &Person<'_>, case: ChangeId) -> u16 {
    person.call("GET", &format!("/v1/cases/{case}")).send().status
}

/// Whether the answer is allowed: success, or a request to retry.
fn answered(status: u16) {
    assert!([200, 408, 429, 503].contains(&status), "{status}");
}

/// A case of the largest allowed size, written by this phone, and the number of pushes for it.
fn full_case(phone: &mut Phone<'_>) -> (ChangeId, u32) {
    let opening = phone.open_case(&[]);
    let case = opening.id();
    assert_eq!(phone.push(&[&opening]).outcomes[0].class, Class::Accepted);
    // Decoded items by the thousand, one byte each.
    for pushes in 2..40 {
        let list = Value::List(vec![Value::Int(1); 30_000]);
        let put = NewOp::put(None, format!("note_{}", phone.seq), vec![], list);
        let change = phone.save(Some(case), &[case], vec![put]);
        if phone.push(&[&change]).outcomes[0].class == Class::Parked {
            return (case, pushes);
        }
    }
    panic!("no ceiling")
}

/// All attempts, one after another, on a server without other users.
pub fn run(server: &Server) -> Vec<Attempt> {
    let mut attempts = of_a_phone(server);
    attempts.extend(of_nobody(server));
    attempts
}

/// By an enrolled phone.
fn of_a_phone(server: &Server) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    // With a bearer token: it opens many requests at the same time, where a proof opens one.
    let (mut phone, mut stranger) = (Phone::with_bearer(server, "officer-a"), Phone::of(server, "agriculture-officer"));
    let head = Person::sign_in(server, "unit-head");

    let opening = phone.open_case(&[]);
    phone.push(&[&opening]);
    let first = phone.save(Some(opening.id()), &[opening.id()], vec![sign(1)]);
    let million = with_ops(&phone, &first, &ops_showing(1_000_000));
    attempts.push(attempt(server, "a signature that shows a million operations", || {
        let outcome = &phone.push_bytes(vec![million]).outcomes[0];
        assert_eq!((outcome.class, outcome.code.as_str()), (Class::Refused, "too_many_items"));
        1
    }));
    let whole = Reconcile { cases: Vec::new() };
    attempts.push(attempt(server, "eight reconciles of three bytes after it", || {
        at_once(8, || answered(reconcile(&phone, &whole)))
    }));

    let mut case = opening.id();
    attempts.push(attempt(server, "a case filled to its ceiling", || {
        let (full, pushes) = full_case(&mut phone);
        case = full;
        pushes
    }));
    attempts.push(attempt(server, "eight reconciles of all its officer's cases", || {
        at_once(8, || answered(reconcile(&phone, &whole)))
    }));
    attempts.push(attempt(server, "forty looks at it at once", || at_once(40, || answered(look(&head, case)))));
    attempts.push(attempt(server, "a small push into it", || {
        let change = phone.write(case, &[case], "title", "短");
        phone.push(&[&change]);
        1
    }));
    attempts.push(attempt(server, "a small push into it by another agency", || {
        let change = stranger.write(case, &[case], "title", "外");
        stranger.push(&[&change]);
        1
    }));

    let missing = phone.write(case, &[case], "place_name", "不到");
    attempts.push(attempt(server, "changes that wait for one that never comes", || {
        for n in 0..12 {
            let text = Value::List(vec![Value::Int(1); 30_000]);
            let waiting =
                phone.save(Some(case), &[missing.id()], vec![NewOp::put(None, format!("w{n}"), vec![], text)]);
            phone.push(&[&waiting]);
        }
        12
    }));
    attempts.push(attempt(server, "heads by the ten thousand", || {
        let heads = (0..16_700).map(|_| ChangeId::new(random())).collect::<std::collections::BTreeSet<_>>();
        let asked = Reconcile { cases: vec![CaseHeads { case, heads: heads.into_iter().collect() }] };
        answered(reconcile(&phone, &asked));
        1
    }));
    attempts.push(attempt(server, "reconciles of a mebibyte that do not end", || hold(server, 300, &unended(&phone))));
    attempts
}

/// The first MiB of a reconcile request that announces four.
fn unended(phone: &Phone<'_>) -> Vec<u8> {
    let head = format!(
        "POST /v1/sync/reconcile HTTP/1.1\r\nHost: palm\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/cbor\r\nContent-Length: 4194304\r\n\r\n",
        phone.token()
    );
    [head.as_bytes(), &vec![b' '; 1 << 20]].concat()
}

/// By an anonymous client.
fn of_nobody(server: &Server) -> Vec<Attempt> {
    let sign_in =
        "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nContent-Length: 262144\r\n\r\n";
    let begun = |bytes: usize| [sign_in.as_bytes(), &vec![b' '; bytes]].concat();
    let long = |bytes: usize| format!("GET /healthz HTTP/1.1\r\nHost: palm\r\nX: {}", "x".repeat(bytes)).into_bytes();
    let unread = "GET /healthz HTTP/1.1\r\nHost: palm\r\n\r\n".repeat(1_000).into_bytes();
    [
        ("three thousand sign-ins of 256 KiB that do not end", 3_000, begun(262_143)),
        ("three thousand sign-ins of 8 KiB that do not end", 3_000, begun(8 << 10)),
        ("three thousand heads of 31 KiB that do not end", 3_000, long(31 << 10)),
        ("three thousand heads of 120 KiB that do not end", 3_000, long(120 << 10)),
        ("two hundred times a thousand requests whose answers nobody reads", 200, unread),
    ]
    .map(|(name, connections, bytes)| {
        // Every complete request counts, and so does an incomplete one.
        let each = bytes.windows(4).filter(|end| end == b"\r\n\r\n").count().try_into().unwrap_or(1_u32);
        attempt(server, name, || hold(server, connections, &bytes) * each.max(1))
    })
    .into()
}

/// Opens connections that each send this many bytes, and holds them while others sign in.
fn hold(server: &Server, connections: u32, bytes: &[u8]) -> u32 {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        // The server may have answered and closed before all is sent.
        let _ = stream.write_all(bytes);
        streams.push(stream);
    }
    let _ = Person::sign_in(server, "officer-a");
    // The last bytes are still in transit.
    std::thread::sleep(Duration::from_secs(1));
    connections
}

/// Operations with one signature that shows this many operations, one byte each.
fn ops_showing(count: usize) -> Vec<u8> {
    let NewOp { act, target, field, replaces, value: _ } = sign(count);
    write_ops(&[sync_core::op::Op { act, target, field, replaces, commit: None }])
}
