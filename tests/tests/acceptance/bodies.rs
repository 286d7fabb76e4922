//! Many or endless bodies: memory is bounded on every route, and others are not delayed.

use std::time::{Duration, Instant};

use tests::raw::Raw;
use tests::{Person, Phone, Server, on_both_databases};

const SHORT: [(&str, &str); 3] =
    [("PALM_HEAD_TIMEOUT_S", "2"), ("PALM_BODY_SILENCE_S", "2"), ("PALM_REQUEST_TIMEOUT_S", "3")];

/// A request that sends so many bytes of its body, which is one longer.
fn unfinished(server: &Server, path: &str, headers: &str, bytes: usize) -> Raw {
    let mut raw = Raw::to(server);
    let head = format!("POST {path} HTTP/1.1\r\nHost: palm\r\n{headers}Content-Length: {}\r\n\r\n", bytes + 1);
    // The server may answer before all of it is sent.
    let _ = raw.send(head.as_bytes()) && raw.send(&vec![b' '; bytes]);
    raw
}

fn sign_in(server: &Server, bytes: usize) -> Raw {
    unfinished(server, "/v1/sessions", "Content-Type: application/json\r\n", bytes)
}

fn reconcile(server: &Server, phone: &Phone<'_>, bytes: usize) -> Raw {
    let authorization = phone.authorization("palm", "POST", "/v1/sync/reconcile");
    let headers = format!("Content-Type: application/cbor\r\n{authorization}");
    unfinished(server, "/v1/sync/reconcile", &headers, bytes)
}

/// A request whose head has so many bytes.
fn long_head(server: &Server, bytes: usize) -> Raw {
    let (line, rest) =
        ("GET /healthz HTTP/1.1\r\nHost: palm\r\nConnection: close\r\nAccept-Language: en\r\nX: ", "\r\n\r\n");
    let mut raw = Raw::to(server);
    let _ = raw.send(format!("{line}{}{rest}", "x".repeat(bytes - line.len() - rest.len())).as_bytes());
    raw
}

on_both_databases! {
    fn a_head_of_32_kibibytes_is_taken_and_one_more_byte_is_told_and_ends_the_connection(server) {
        assert_eq!(long_head(server, 32 << 10).ending().status(), 200);
        let over = long_head(server, (32 << 10) + 1).ending();
        assert_eq!((over.status(), over.tells("head_too_long"), over.closed), (431, true, true), "{over:?}");
        assert!(over.text.contains("remove this site's cookies"), "{over:?}");
    }

    fn requests_that_come_one_behind_another_are_all_answered_in_their_order(server) {
        let mut raw = Raw::to(server);
        let get = "GET /healthz HTTP/1.1\r\nHost: palm\r\n\r\n".repeat(499);
        assert!(raw.send(format!("{get}GET /no-such-page HTTP/1.1\r\nHost: palm\r\nConnection: close\r\n\r\n").as_bytes()));
        let all = raw.ending();
        assert_eq!(all.text.matches("HTTP/1.1 200 OK").count(), 499);
        assert!(all.text.rfind("HTTP/1.1 404").unwrap() > all.text.rfind("HTTP/1.1 200").unwrap() && all.closed);
    }

    fn what_nobody_signed_for_has_a_share_and_keeps_nobody_from_signing_in(server) {
        // The first 8 KiB of each are apart; 8 MiB beyond them are for all who name no account.
        let held: Vec<Raw> = (0..33).map(|_| sign_in(server, 255 << 10)).collect();
        std::thread::sleep(Duration::from_millis(500));
        let over = sign_in(server, 250 << 10).ending();
        assert_eq!((over.status(), over.tells("too_much_at_once"), over.closed), (429, true, true), "{over:?}");
        assert!(over.text.to_lowercase().contains("\r\nretry-after: 3\r\n"), "{over:?}");
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        assert_eq!(phone.push(&[&opening]).receipts.len(), 1, "a signed-in caller has a share of their own");
        drop(held);
        std::thread::sleep(Duration::from_millis(500));
        let free = sign_in(server, 250 << 10);
        drop(free);
        let _ = Person::sign_in(server, "officer-a");
    }

    fn one_caller_has_room_for_two_of_the_longest_pushes_and_others_have_theirs(server) {
        let (phone, mut other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let longest = (4 << 20) - 1;
        let held = [reconcile(server, &phone, longest), reconcile(server, &phone, longest)];
        std::thread::sleep(Duration::from_secs(1));
        let over = reconcile(server, &phone, 64 << 10).ending();
        assert_eq!((over.status(), over.tells("too_much_at_once"), over.closed), (429, true, true), "{over:?}");
        assert_eq!(phone.call("GET", "/v1/me").send().status, 200, "what is small is taken");
        let opening = other.open_case(&[]);
        assert_eq!(other.push(&[&opening]).receipts.len(), 1);
        drop(held);
    }

    fn a_body_that_trickles_on_after_its_answer_is_cut(server) {
        server.start_with(&SHORT);
        for answered in ["POST /v1/sessions", "POST /v1/no-such-page"] {
            let mut raw = Raw::to(server);
            let head = format!(
                "{answered} HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            );
            raw.send(head.as_bytes());
            let begun = Instant::now();
            while raw.send(b"1\r\n \r\n") && begun.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(200));
            }
            // Three seconds for the whole, five to read the answer.
            assert!(begun.elapsed() < Duration::from_secs(11), "{answered}: {:?}", begun.elapsed());
        }
    }
}
