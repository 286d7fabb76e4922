//! SQLite's file under fault injection: the server is killed, or a write or sync fails, at every N-th call of a push
//! and of a checkpoint. Acknowledged changes stay; others are sent again.
//!
//! `SWEEP=full` takes every N instead of a sample (`tests/long.sh`).

use std::time::Instant;

use sync_core::change::Change;
use tests::fault::{Aim, Fault, real};
use tests::ledger::{Ledger, Told};
use tests::server::LONG_DAY;
use tests::{Phone, Server};

/// Pushes within which a fault must fire.
const MOST_PUSHES: usize = 40;

/// Every number up to `last` where all are asked for, else these.
pub fn numbers(last: u32, few: &[u32]) -> Vec<u32> {
    if std::env::var("SWEEP").as_deref() == Ok("full") { (1..=last).collect() } else { few.to_vec() }
}

/// A case of three saves.
pub fn a_case(phone: &mut Phone<'_>) -> Vec<Change> {
    let opening = phone.open_case(&[]);
    let first = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
    let second = phone.write(opening.id(), &[first.id()], "note", "四十道菜品未标价");
    vec![opening, first, second]
}

/// A case of so many bytes that a few of them fill the write-ahead log.
fn a_large_case(phone: &mut Phone<'_>) -> Vec<Change> {
    let opening = phone.open_case(&[]);
    let mut changes = vec![opening];
    for _ in 0..12 {
        let (case, last) = (changes[0].id(), changes.last().unwrap().id());
        changes.push(phone.write(case, &[last], "note", &"笔录".repeat(20_000)));
    }
    changes
}

/// A file, what happens to it, and when.
struct Sweep {
    file: &'static str,
    calls: &'static str,
    what: &'static str,
    numbers: Vec<u32>,
    large: bool,
}

impl Sweep {
    fn kills(&self) -> bool {
        self.what == "signal=KILL"
    }

    /// Runs all of it on one server; each fault must fire, and everything holds after each.
    fn run(&self) {
        let server = Server::on_sqlite();
        server.start_with(&LONG_DAY);
        let mut phone = Phone::of(&server, "officer-a");
        let (mut ledger, mut fired, begun) = (Ledger::default(), 0, Instant::now());
        for number in &self.numbers {
            fired += self.fault(&server, &mut phone, &mut ledger, *number);
        }
        let Self { file, calls, what, numbers, .. } = self;
        let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
        println!(
            "sweep: {what} at {calls} of {file}: {} faults, N = {first} to {last}, fired {fired} times, {} s",
            numbers.len(),
            begun.elapsed().as_secs()
        );
    }

    fn fault(&self, server: &Server, phone: &mut Phone<'_>, ledger: &mut Ledger, number: u32) -> usize {
        let files = vec![real(&server.directory().join(self.file))];
        let after = if self.what.contains("ENOSPC") { "+" } else { "" };
        let aim = Aim { calls: self.calls, what: self.what, when: format!("{number}{after}"), files };
        let fault = Fault::arm(&[server.pid()], &aim);
        let mut told = Told::Stored;
        for _ in 0..MOST_PUSHES {
            let changes = if self.large { a_large_case(phone) } else { a_case(phone) };
            told = ledger.offer(phone, changes);
            if told != Told::Stored || fault.fired() > 0 {
                break;
            }
        }
        let fired = fault.end();
        assert!(fired > 0, "{aim:?} did not fire");
        match told {
            Told::Nothing => assert!(self.kills(), "{aim:?}: no answer"),
            Told::Later => assert!(!self.kills(), "{aim:?}: an answer of a dead server"),
            // A checkpoint comes after the commit, and beside the answer: it may fail or kill unnoticed, and is made again.
            Told::Stored => assert!(self.file == "palm.db", "{aim:?} was acknowledged"),
        }
        if self.kills() {
            server.start_again();
        }
        ledger.holds(phone);
        is_whole(server);
        fired
    }
}

/// What SQLite itself says of the file.
fn is_whole(server: &Server) {
    let db = rusqlite::Connection::open(server.directory().join("palm.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let said: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok");
    let orphans = db.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!orphans, "no row without the row it names");
}

/// The write-ahead log: what a commit writes.
fn of_commits(calls: &'static str, what: &'static str, numbers: Vec<u32>) {
    Sweep { file: "palm.db-wal", calls, what, numbers, large: false }.run();
}

/// The database itself: what a checkpoint writes.
fn of_checkpoints(calls: &'static str, what: &'static str, numbers: Vec<u32>) {
    Sweep { file: "palm.db", calls, what, numbers, large: true }.run();
}

mod killed_at_a_write {
    use super::*;

    #[test]
    fn of_a_commit_on_sqlite() {
        of_commits("pwrite64", "signal=KILL", numbers(160, &[1, 2, 3, 8, 21, 34, 55]));
    }

    #[test]
    fn through_of_a_commit_on_sqlite() {
        of_commits("fdatasync,fsync", "signal=KILL", numbers(12, &[1, 2]));
    }

    #[test]
    fn of_a_checkpoint_on_sqlite() {
        of_checkpoints("pwrite64", "signal=KILL", numbers(16, &[1, 40]));
        of_checkpoints("fdatasync,fsync", "signal=KILL", vec![1]);
    }
}

mod failed_at_a_write {
    use super::*;

    #[test]
    fn of_a_commit_on_sqlite() {
        of_commits("pwrite64", "error=EIO", numbers(160, &[1, 2, 3, 5, 13, 33, 60]));
    }

    #[test]
    fn through_of_a_commit_on_sqlite() {
        of_commits("fdatasync,fsync", "error=EIO", numbers(12, &[1, 2, 3]));
    }

    #[test]
    fn for_want_of_space_on_sqlite() {
        of_commits("pwrite64", "error=ENOSPC", numbers(80, &[1, 2, 20, 41]));
    }

    #[test]
    fn that_wrote_nothing_on_sqlite() {
        of_commits("pwrite64", "retval=0", numbers(40, &[1, 2, 25]));
    }

    #[test]
    fn of_a_file_system_gone_read_only_on_sqlite() {
        of_commits("pwrite64", "error=EROFS", numbers(20, &[1, 9]));
    }

    #[test]
    fn of_a_checkpoint_on_sqlite() {
        of_checkpoints("pwrite64", "error=EIO", numbers(16, &[1, 2, 40]));
        of_checkpoints("fdatasync,fsync", "error=EIO", vec![1]);
    }
}
