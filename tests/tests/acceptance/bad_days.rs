//! The database disappears, fills up and returns: phones are told to wait, the reason is reported, no acknowledged
//! change is lost, and the server recovers by itself.

use std::time::{Duration, Instant};

use sync_core::message::Class;
use tests::cluster::Cluster;
use tests::fault::{Aim, Fault};
use tests::ledger::{Ledger, Told};
use tests::proxy::Proxy;
use tests::{Phone, Server, on_both_databases};

/// Waits until it is ready again, for as long as an operator would.
fn recovers(server: &Server) {
    let begun = Instant::now();
    while server.call("GET", "/readyz").send().status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(40), "not ready again:\n{}", server.log_tail());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Waits until it says that it is not ready, and why.
fn falls_ill(server: &Server) -> String {
    let begun = Instant::now();
    loop {
        let answer = server.call("GET", "/readyz").send();
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{}", answer.text());
            assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{answer:?}");
            assert_eq!(server.call("GET", "/healthz").send().status, 200, "the process lives");
            return answer.refusal().1;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "still ready");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One change is acknowledged before, one is refused meanwhile, both are there afterwards, once.
fn nothing_acknowledged_is_lost(server: &Server, ill: &[&str], break_it: impl FnOnce(), mend_it: impl FnOnce()) {
    let mut phone = Phone::of(server, "officer-a");
    let (before, meanwhile) = (phone.open_case(&[]), phone.open_case(&[]));
    phone.push(&[&before]);
    break_it();
    let why = falls_ill(server);
    assert!(ill.contains(&why.as_str()), "{why}");
    let reading = phone.call("GET", "/v1/sync/pull?limit=500").send();
    assert!(matches!(reading.status, 200 | 503), "{}", reading.text());
    assert!(reading.status == 200 || why == "database_unavailable", "what can be read is read");
    let push = phone.push_call(&phone.push_of(vec![meanwhile.to_bytes()]));
    let begun = Instant::now();
    let refused = push.clone().send();
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.json()["retryable"].as_bool().unwrap());
    assert!(refused.header("retry-after").parse::<u32>().is_ok(), "{refused:?}");
    assert!(!refused.text().to_lowercase().contains("sql"), "{}", refused.text());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    mend_it();
    recovers(server);
    let taken = phone.push(&[&meanwhile]);
    assert_eq!(taken.outcomes[0].class, Class::Accepted);
    let replica = phone.pull_all(500);
    assert_eq!(replica.size, 2);
    assert!([&before, &meanwhile].iter().all(|change| replica.changes.contains_key(&change.id())));
}

/// Every write to a file fails until this is dropped.
fn every_write_fails_now(server: &Server, what: &'static str) -> Fault {
    let calls = "pwrite64,fallocate,ftruncate";
    Fault::arm(&[server.pid()], &Aim { calls, what, when: "1+".to_owned(), files: Vec::new() })
}

fn every_write_fails(what: &'static str, ill: &[&str]) {
    let server = Server::on_sqlite();
    let fault = std::cell::Cell::new(None);
    let break_it = || fault.set(Some(every_write_fails_now(&server, what)));
    nothing_acknowledged_is_lost(&server, ill, break_it, || assert!(fault.take().unwrap().end() > 0, "it fired"));
}

#[test]
fn a_full_disk_is_said_and_passes() {
    every_write_fails("error=ENOSPC", &["database_full"]);
}

#[test]
fn a_failing_disk_is_said_and_passes() {
    every_write_fails("error=EIO", &["database_unavailable"]);
}

#[test]
fn a_file_system_that_turned_read_only_is_said_and_passes() {
    // SQLite calls it an error of the disk: what it had open for writing cannot be written.
    every_write_fails("error=EROFS", &["database_unavailable", "database_read_only"]);
}

on_both_databases! {
    fn a_database_that_another_program_holds_up_is_said_and_passes(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        let push = phone.push_call(&phone.push_of(vec![case.to_bytes()]));
        server.while_locked(|| {
            let begun = Instant::now();
            assert_eq!(falls_ill(server), "busy");
            let refused = push.clone().send();
            assert_eq!(refused.refusal(), (503, "busy".to_owned()));
            assert!(refused.header("retry-after").parse::<u32>().is_ok());
            assert_eq!(phone.call("GET", "/v1/me").send().status, 200, "reading goes on");
            assert!(begun.elapsed() < Duration::from_secs(45), "{:?}", begun.elapsed());
        });
        recovers(server);
        let _ = push.send().expect(200);
        assert_eq!(phone.log_size(), 1);
    }
}

/// The host and port in a PostgreSQL address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split(['/', '?']).next().unwrap();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[test]
fn a_postgres_that_is_gone_and_comes_back_needs_no_restart() {
    let Some(server) = Server::on_postgres() else { return };
    let url = server.postgres_url().unwrap();
    let to = host(&url).to_owned();
    if to.is_empty() {
        println!("skipped: TEST_POSTGRES_URL names no host to stand before");
        return;
    }
    let to = if to.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        to
    } else {
        format!("{to}:5432")
    };
    let proxy = Proxy::to(to);
    let by_proxy = url.replacen(host(&url), &proxy.address.to_string(), 1);
    server.start_with(&[("PALM_DATABASE_URL", &by_proxy), ("PALM_DATABASE_WAIT_MS", "3000")]);
    nothing_acknowledged_is_lost(&server, &["database_unavailable"], || proxy.cut(), || proxy.mend());
    let log = server.log_text();
    assert!(log.contains("the database does not answer") && log.contains("the database answers again"));
}

#[test]
fn a_postgres_that_ends_sessions_holds_up_nobody() {
    let Some(server) = Server::on_postgres() else { return };
    let mut phone = Phone::of(&server, "officer-a");
    let first = phone.open_case(&[]);
    phone.push(&[&first]);
    server.end_database_sessions();
    let second = phone.open_case(&[]);
    let push = phone.push_call(&phone.push_of(vec![second.to_bytes()]));
    let answer = push.clone().send();
    assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
    recovers(&server);
    let _ = push.send().expect(200);
    assert_eq!(phone.log_size(), 2);
}

#[test]
fn a_postgres_that_is_read_only_is_said_and_passes() {
    let Some(server) = Server::on_postgres() else { return };
    let writable = server.postgres_url().unwrap();
    let read_only = format!("{writable}%20-cdefault_transaction_read_only%3Don");
    let outcome = server.palm("serve").env("PALM_DATABASE_URL", &read_only).args(["--listen", "127.0.0.1:0"]).output();
    let said = String::from_utf8_lossy(&outcome.unwrap().stderr).into_owned();
    assert!(said.contains("read-only"), "it does not start on what it cannot write to: {said}");
}

#[test]
fn a_postgres_that_turns_read_only_is_said_read_from_and_passes() {
    let Some(cluster) = Cluster::start() else { return };
    let server = Server::on_postgres_at(cluster.url());
    let (mut phone, mut ledger) = (Phone::of(&server, "officer-a"), Ledger::default());
    let before = vec![phone.open_case(&[])];
    assert_eq!(ledger.offer(&phone, before), Told::Stored);
    cluster.run("ALTER DATABASE postgres SET default_transaction_read_only = on");
    server.end_database_sessions();
    let begun = Instant::now();
    while falls_ill(&server) != "database_read_only" {
        assert!(begun.elapsed() < Duration::from_secs(10), "not said to be read-only");
    }
    let meanwhile = vec![phone.open_case(&[])];
    assert_eq!(ledger.offer(&phone, meanwhile), Told::Later);
    assert_eq!(phone.log_size(), 1, "reading goes on");
    // What is connected keeps what it was told when it connected.
    cluster.run("ALTER DATABASE postgres RESET default_transaction_read_only");
    recovers(&server);
    ledger.holds(&phone);
}

#[test]
fn two_servers_on_one_postgres_are_one() {
    let Some(server) = Server::on_postgres() else { return };
    let other = server.beside();
    let mut phone = Phone::of(&server, "officer-a");
    let cases: Vec<_> = (0..6).map(|_| phone.open_case(&[])).collect();
    for (round, case) in cases.iter().enumerate() {
        let push = phone.push_call(&phone.push_of(vec![case.to_bytes()]));
        let there = push.clone().at(other.address().parse().unwrap());
        let (first, again) = if round % 2 == 0 { (push, there) } else { (there, push) };
        let (first, again) = (first.send().expect(200), again.send().expect(200));
        assert_eq!(first.body, again.body, "the same push, the same receipt, whichever server");
    }
    assert_eq!(phone.log_size(), 6);
    let seen = phone.call("GET", "/v1/sync/pull?limit=500").at(other.address().parse().unwrap()).send().expect(200);
    assert_eq!(sync_core::message::Pulled::read(&seen.body).unwrap().changes.len(), 6);
}
