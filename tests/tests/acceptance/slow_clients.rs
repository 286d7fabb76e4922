//! Slow, idle and ambiguous connections are closed, and others are not delayed.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use server::serve::raise_open_files;
use tests::raw::Raw;
use tests::{Phone, on_both_databases};

const SHORT: [(&str, &str); 3] =
    [("PALM_HEAD_TIMEOUT_S", "2"), ("PALM_BODY_SILENCE_S", "2"), ("PALM_REQUEST_TIMEOUT_S", "5")];

const BEGUN: &[u8] =
    b"POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{";

on_both_databases! {
    fn a_head_that_does_not_arrive_ends_the_connection(server) {
        server.start_with(&SHORT);
        let mut raw = Raw::to(server);
        raw.send(b"GET /v1/me HTTP/1.1\r\nHost: pa");
        let ended = raw.ending();
        assert!(ended.closed && ended.after < Duration::from_secs(6), "{ended:?}");
    }

    fn a_body_that_falls_silent_is_given_up_and_told_so(server) {
        server.start_with(&SHORT);
        let mut raw = Raw::to(server);
        raw.send(BEGUN);
        let ended = raw.ending();
        assert_eq!((ended.status(), ended.tells("too_slow"), ended.closed), (408, true, true), "{ended:?}");
        assert!(ended.after >= Duration::from_secs(2) && ended.after < Duration::from_secs(8), "{ended:?}");
    }

    fn a_body_that_drips_ends_at_the_deadline_of_the_whole(server) {
        server.start_with(&SHORT);
        let mut raw = Raw::to(server);
        raw.send(BEGUN);
        for _ in 0..6 {
            std::thread::sleep(Duration::from_secs(1));
            raw.send(b" ");
        }
        let ended = raw.ending();
        assert_eq!((ended.status(), ended.tells("too_slow"), ended.closed), (408, true, true), "{ended:?}");
    }

    fn a_push_that_falls_silent_stores_nothing(server) {
        server.start_with(&SHORT);
        let phone = Phone::of(server, "officer-a");
        let mut raw = Raw::to(server);
        let head = format!(
            "POST /v1/sync/push HTTP/1.1\r\nHost: palm\r\n{}Content-Type: application/cbor\r\n\
             Content-Length: 5000\r\n\r\n",
            phone.authorization("palm", "POST", "/v1/sync/push")
        );
        raw.send(head.as_bytes());
        raw.send(&[0x83, 1]);
        let ended = raw.ending();
        assert_eq!((ended.status(), ended.tells("too_slow"), ended.closed), (408, true, true), "{ended:?}");
        assert_eq!(phone.log_size(), 0);
    }

    fn two_thousand_idle_connections_do_not_stop_a_sync(server) {
        raise_open_files();
        server.start_with(&[("PALM_HEAD_TIMEOUT_S", "60")]);
        let mut phone = Phone::of(server, "officer-a");
        let idle: Vec<TcpStream> = (0..2_000).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
        let slow: Vec<Raw> = (0..100)
            .map(|_| {
                let mut raw = Raw::to(server);
                raw.send(BEGUN);
                raw
            })
            .collect();
        let begun = Instant::now();
        for _ in 0..5 {
            let case = phone.open_case(&[]);
            phone.push(&[&case]);
        }
        assert_eq!(phone.log_size(), 5);
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        drop((idle, slow));
    }

    fn ambiguous_framing_is_refused_and_the_connection_closed(server) {
        let hidden = "GET /healthz HTTP/1.1\r\nHost: palm\r\n\r\n";
        for (what, head) in [
            ("length and encoding", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("encoding and length", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
            ("two lengths", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n"),
            ("two equal lengths", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"),
            ("a list of lengths", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: 0, 44\r\n\r\n"),
            ("a signed length", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: +0\r\n\r\n"),
            ("another encoding", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nTransfer-Encoding: xchunked\r\n\r\n"),
            ("two encodings", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
            ("a space before the colon", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length : 0\r\n\r\n"),
            ("a folded line", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nX: a\r\n Content-Length: 44\r\n\r\n"),
            ("bare LF", "GET /v1/me HTTP/1.1\nHost: palm\n\n"),
            ("bare LF in a head", "GET /v1/me HTTP/1.1\r\nHost: palm\r\nX: a\nContent-Length: 44\r\n\r\n"),
            ("bare LF before a request", "\nGET /v1/me HTTP/1.1\r\nHost: palm\r\n\r\n"),
            ("bare LF after a length", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Length: 44\n\r\n"),
            ("bare LF at the end of a head", "GET /v1/me HTTP/1.1\r\nHost: palm\r\nX: a\r\n\n"),
            ("a blank after the size of a chunk", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n"),
            ("bare LF in a chunk", "POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n"),
        ] {
            let mut raw = Raw::to(server);
            raw.send(head.as_bytes());
            raw.send(hidden.as_bytes());
            let ended = raw.ending();
            assert_eq!((ended.status(), ended.answers(), ended.closed), (400, 1, true), "{what}: {ended:?}");
        }
        assert_eq!(server.call("GET", "/healthz").send().status, 200);
    }
}
