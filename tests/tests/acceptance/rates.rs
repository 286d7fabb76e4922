//! Requests are limited per address and per caller; a flood does not stop others.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tests::server::PASSWORD;
use tests::{Person, Server, on_both_databases};

/// Twenty requests at once, one each second after that.
const SLOW: [(&str, &str); 3] =
    [("PALM_TRUSTED_PROXY", "localhost"), ("PALM_ADDRESS_REQUESTS_PER_S", "1"), ("PALM_CALLER_REQUESTS_PER_S", "1000")];
const BURST: u64 = 20;

/// The status of a request that a proxy forwards for this address, and how long to wait if it says so.
fn status(server: &Server, address: &str) -> (u16, Option<u64>) {
    let answer = server.call("GET", "/healthz").header("X-Forwarded-For", address).send();
    let wait = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    if answer.status == 429 {
        assert_eq!(answer.refusal(), (429, "too_many_requests".into()));
    }
    (answer.status, wait)
}

fn sign_in(server: &Server, address: &str) -> u16 {
    let body = json!({"login": "officer-a", "password": PASSWORD});
    let answer = server.call("POST", "/v1/sessions").header("X-Forwarded-For", address).json(&body).send();
    if answer.status == 201 {
        server.confides(answer.json()["access_token"].as_str().unwrap());
    }
    answer.status
}

on_both_databases! {
    fn an_address_has_its_burst_and_one_more_is_told_when_to_come_back(server) {
        server.start_with(&SLOW);
        let begun = Instant::now();
        let (mut served, mut wait) = (0, None);
        while wait.is_none() {
            assert!(served < 1_000, "there is no limit");
            match status(server, "203.0.113.7") {
                (429, told) => wait = told,
                (200, _) => served += 1,
                other => panic!("{other:?}"),
            }
        }
        let refilled = begun.elapsed().as_secs() + 1;
        assert!((BURST..=BURST + refilled).contains(&served), "{served} in {:?}", begun.elapsed());
        assert!((1..=2).contains(&wait.unwrap()), "{wait:?}");
        // Another address, and who comes from this machine without a proxy, go on.
        assert_eq!(status(server, "203.0.113.8").0, 200);
        assert_eq!(server.call("GET", "/healthz").send().status, 200);
        // Who waits as long as it is told is served.
        std::thread::sleep(Duration::from_secs(wait.unwrap()));
        assert_eq!(status(server, "203.0.113.7").0, 200);
    }

    fn a_caller_is_limited_whatever_address_it_comes_from(server) {
        server.start_with(&[
            ("PALM_TRUSTED_PROXY", "localhost"),
            ("PALM_ADDRESS_REQUESTS_PER_S", "1000"),
            ("PALM_CALLER_REQUESTS_PER_S", "1"),
        ]);
        let (one, other) = (Person::sign_in(server, "officer-a"), Person::sign_in(server, "officer-b"));
        let begun = Instant::now();
        let asked = |person: &Person<'_>, host: u64| {
            let address = format!("203.0.113.{}", host % 250 + 1);
            person.call("GET", "/v1/me").header("X-Forwarded-For", &address).send().status
        };
        let served = (0..200).take_while(|host| asked(&one, *host) == 200).count();
        let refilled = begun.elapsed().as_secs() + 1;
        assert!((BURST..=BURST + refilled).contains(&u64::try_from(served).unwrap()), "{served}");
        assert_eq!(asked(&other, 1), 200);
    }

    fn while_one_address_floods_the_server_another_signs_in_in_time(server) {
        server.start_with(&[("PALM_TRUSTED_PROXY", "localhost")]);
        assert_eq!(sign_in(server, "203.0.113.99"), 201);
        let (over, refused, answered) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
        let request = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n";
        let flood = || {
            let connect = |_| TcpStream::connect(server.address()).unwrap();
            let mut connections: Vec<TcpStream> = (0..75).map(connect).collect();
            let mut buffer = [0; 8192];
            while !over.load(Ordering::Relaxed) {
                for connection in &mut connections {
                    connection.write_all(request.as_bytes()).unwrap();
                }
                for connection in &mut connections {
                    let length = connection.read(&mut buffer).unwrap();
                    answered.fetch_add(1, Ordering::Relaxed);
                    let is_over = buffer[..length].starts_with(b"HTTP/1.1 429");
                    refused.fetch_add(u32::from(is_over), Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(flood);
            }
            let begun = Instant::now();
            while refused.load(Ordering::Relaxed) < 300 && begun.elapsed() < Duration::from_secs(30) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let limited = refused.load(Ordering::Relaxed);
            let mut slowest = Duration::ZERO;
            for host in 1..=5 {
                let begun = Instant::now();
                assert_eq!(sign_in(server, &format!("198.51.100.{host}")), 201);
                slowest = slowest.max(begun.elapsed());
            }
            over.store(true, Ordering::Relaxed);
            assert!(limited >= 300 && slowest < Duration::from_secs(5), "{limited} {slowest:?}");
        });
        println!("answered {answered:?}, of them refused {refused:?}");
    }
}
