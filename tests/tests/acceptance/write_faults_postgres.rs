//! PostgreSQL under fault injection: its processes are killed, or a write or sync of its log fails, at every N-th call.
//! Palm recovers without a restart, and acknowledged changes stay.
//!
//! `SWEEP=full` takes every N instead of a sample (`tests/long.sh`).

use std::time::Instant;

use tests::cluster::Cluster;
use tests::fault::{Aim, Fault};
use tests::ledger::{Ledger, Told};
use tests::{Phone, Server};

use crate::write_faults::{a_case, numbers};

/// Pushes within which a fault must fire.
const MOST_PUSHES: usize = 40;

/// One connection: its process does everything, and the count is exact.
fn server_on(cluster: &Cluster) -> Server {
    let server = Server::on_postgres_at(cluster.url());
    server.start_with(&[("PALM_DATABASE_CONNECTIONS", "1"), ("PALM_DATABASE_WAIT_MS", "3000")]);
    server
}

struct Sweep {
    calls: &'static str,
    what: &'static str,
    /// Only on the write-ahead log.
    wal: bool,
    numbers: Vec<u32>,
}

impl Sweep {
    fn run(&self) {
        let Some(cluster) = Cluster::start() else { return };
        let server = server_on(&cluster);
        let mut phone = Phone::of(&server, "officer-a");
        let (mut ledger, mut fired, begun) = (Ledger::default(), 0, Instant::now());
        let process = server.pid();
        for number in &self.numbers {
            fired += self.fault(&cluster, &server, &mut phone, &mut ledger, *number);
        }
        assert_eq!(server.pid(), process, "the server was not started again");
        assert!(
            cluster.log().contains("all server processes terminated; reinitializing"),
            "PostgreSQL went through it"
        );
        let Self { calls, what, numbers, .. } = self;
        let (first, last, file) =
            (numbers[0], numbers[numbers.len() - 1], if self.wal { "the log" } else { "any file" });
        println!(
            "sweep: {what} at {calls} of {file} in PostgreSQL: {} faults, N = {first} to {last}, fired {fired} times, {} s",
            numbers.len(),
            begun.elapsed().as_secs()
        );
    }

    fn fault(
        &self,
        cluster: &Cluster,
        server: &Server,
        phone: &mut Phone<'_>,
        ledger: &mut Ledger,
        number: u32,
    ) -> usize {
        let files = if self.wal { cluster.wal() } else { Vec::new() };
        let aim = Aim { calls: self.calls, what: self.what, when: number.to_string(), files };
        let fault = Fault::arm(&server.database_processes(), &aim);
        let mut told = Told::Stored;
        for _ in 0..MOST_PUSHES {
            let changes = a_case(phone);
            told = ledger.offer(phone, changes);
            if told != Told::Stored || fault.fired() > 0 {
                break;
            }
        }
        let fired = fault.end();
        assert!(fired > 0, "{aim:?} did not fire");
        assert_ne!(told, Told::Nothing, "{aim:?}: Palm goes on answering");
        assert!(!self.wal || told == Told::Later, "{aim:?} was acknowledged");
        ledger.holds(phone);
        fired
    }
}

#[test]
fn a_postgres_killed_at_any_statement_of_a_push_loses_nothing() {
    let numbers = numbers(90, &[1, 2, 7, 19, 33]);
    Sweep { calls: "sendto", what: "signal=KILL", wal: false, numbers }.run();
}

#[test]
fn a_postgres_killed_at_a_write_of_its_log_loses_nothing() {
    Sweep { calls: "pwrite64", what: "signal=KILL", wal: true, numbers: numbers(8, &[1, 2]) }.run();
    Sweep { calls: "fdatasync", what: "signal=KILL", wal: true, numbers: numbers(8, &[1]) }.run();
}

#[test]
fn a_postgres_whose_log_cannot_be_written_loses_nothing() {
    Sweep { calls: "pwrite64", what: "error=EIO", wal: true, numbers: numbers(8, &[1]) }.run();
    Sweep { calls: "pwrite64", what: "error=ENOSPC", wal: true, numbers: numbers(4, &[2]) }.run();
}

#[test]
fn a_postgres_whose_log_cannot_be_written_through_acknowledges_nothing() {
    Sweep { calls: "fdatasync", what: "error=EIO", wal: true, numbers: numbers(8, &[1, 3]) }.run();
}

#[test]
fn a_postgres_whose_plug_is_pulled_between_pushes_is_waited_for() {
    let Some(cluster) = Cluster::start() else { return };
    let server = server_on(&cluster);
    let (mut phone, mut ledger) = (Phone::of(&server, "officer-a"), Ledger::default());
    let changes = a_case(&mut phone);
    assert_eq!(ledger.offer(&phone, changes), Told::Stored);
    cluster.down();
    let changes = a_case(&mut phone);
    assert_eq!(ledger.offer(&phone, changes), Told::Later);
    cluster.up();
    ledger.holds(&phone);
}
