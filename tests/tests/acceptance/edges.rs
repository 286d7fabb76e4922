//! Correct but unusual requests of other clients, proxies and shell users work.

use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::json;
use tests::desk::{Desk, form};
use tests::http::{Answer, Call};
use tests::server::{PASSWORD, binary};
use tests::{Person, Phone, Server, on_both_databases};

const FORM: &str = "application/x-www-form-urlencoded";

fn sign_in(server: &Server, login: &str) -> Answer {
    server.call("POST", "/v1/sessions").json(&json!({"login": login, "password": PASSWORD})).send()
}

/// A lead on a case, and its tag.
fn lead(server: &Server) -> (String, String) {
    let mut phone = Phone::of(server, "officer-a");
    let open = phone.open_case(&[]);
    drop(phone.push(&[&open]));
    let supervisor = Person::sign_in(server, "county-supervisor");
    let call = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "edges");
    let raised = call.json(&json!({"case": open.id().to_string(), "kind": "procedure", "text": "请说明"})).send();
    let raised = raised.expect(201);
    (raised.json()["id"].as_str().unwrap().to_owned(), raised.header("etag").to_owned())
}

on_both_databases! {
    fn head_is_answered_like_get_without_the_body(server) {
        for path in ["/healthz", "/openapi.json", "/console/sign-in", "/console/static/console.css", "/v1/me"] {
            let get = server.call("GET", path).send();
            let head = server.call("HEAD", path).send();
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            if path != "/console/sign-in" {
                assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
            }
        }
        assert_eq!(server.call("HEAD", "/nothing").send().status, 404);
    }

    fn another_method_is_refused_with_those_that_work(server) {
        for (method, path, allow) in [
            ("DELETE", "/v1/me", "GET, HEAD"),
            ("PUT", "/v1/sessions", "POST"),
            ("GET", "/v1/sessions", "POST"),
            ("HEAD", "/v1/sessions", "POST"),
            ("PATCH", "/v1/cases/00/close", "POST"),
            ("POST", "/healthz", "GET, HEAD"),
        ] {
            let refused = server.call(method, path).send();
            assert_eq!((refused.status, refused.header("allow")), (405, allow), "{method} {path}");
            if method != "HEAD" {
                assert_eq!(refused.refusal().1, "wrong_method", "{method} {path}");
            }
        }
        assert_eq!(server.call("DELETE", "/v1/nothing").send().refusal(), (404, "not_found".to_owned()));
    }

    fn u_0000_is_refused_before_anything_else_is_read(server) {
        let unstorable = (400, "unstorable_text".to_owned());
        let body = |text: &str| server.call("POST", "/v1/sessions").bytes("application/json", text.into()).send();
        assert_eq!(body(r#"{"login":"a\u0000b","password":"x"}"#).refusal(), unstorable);
        assert_eq!(body("{\"login\":\"a\0b\",\"password\":\"x\"}").refusal(), unstorable);
        assert_eq!(body(r#"{"login":"a\\u0000b","password":"long enough"}"#).refusal().0, 401, "a backslash and a word");
        for path in ["/v1/cases/%00", "/v1/evidence/%00", "/console/cases/%00", "/%00"] {
            assert_eq!(server.call("GET", path).send().status, 404, "{path} names nothing");
        }
        assert_eq!(server.call("GET", "/v1/cases?text=%00").send().refusal(), unstorable);
        let mut desk = Desk::new(server);
        let csrf = desk.get("/console/sign-in").expect(200).text();
        let csrf = tests::desk::hidden(&csrf, "csrf");
        let sent = form(&[("csrf", &csrf), ("login", "a\0b"), ("password", PASSWORD)]);
        let call = desk.call("POST", "/console/sign-in").header("Origin", &desk.origin());
        let refused = call.bytes(FORM, sent).send();
        assert_eq!(refused.status, 400, "{}", refused.text());
        let person = Person::sign_in(server, "unit-head");
        let wrong = person.call("GET", "/v1/officers/a%00b").send();
        assert_eq!(wrong.refusal(), (404, "not_found".to_owned()));
    }

    fn entity_tags_are_read_as_the_standard_says(server) {
        let (id, tag) = lead(server);
        let head = Person::sign_in(server, "unit-head");
        let answer = |tags: &str| {
            let call = head.call("POST", &format!("/v1/leads/{id}/answer"));
            call.header("If-Match", tags).json(&json!({"text": "已核实"})).send()
        };
        let weak = answer(&format!("W/{tag}"));
        assert_eq!(weak.refusal(), (412, "weak_entity_tag".to_owned()), "matches nothing, and says why");
        assert_eq!(answer("\"99\"").refusal(), (412, "stale".to_owned()));
        assert_eq!(answer("\"99\", W/\"1\"").refusal(), (412, "stale".to_owned()));
        assert_eq!(answer("99").refusal(), (400, "malformed".to_owned()));
        let _ = answer(&format!("\"99\", {tag}")).expect(200);
        let supervisor = Person::sign_in(server, "county-supervisor");
        let close = supervisor.call("POST", &format!("/v1/leads/{id}/close"));
        let _ = close.header("If-Match", "*").json(&json!({"text": "已整改"})).send().expect(200);
        let reference = |tags: &str| {
            let call = head.call("GET", "/v1/sync/reference");
            call.header("If-None-Match", tags).send()
        };
        let held = reference("\"none\"").expect(200).header("etag").to_owned();
        for tags in [held.clone(), format!("W/{held}"), format!("\"x\", {held}"), "*".to_owned()] {
            assert_eq!(reference(&tags).status, 304, "{tags}");
        }
    }

    fn blanks_around_a_login_are_no_guess(server) {
        let _ = sign_in(server, " officer-a\t").expect(201);
        for _ in 0..8 {
            assert_eq!(sign_in(server, "officer a").refusal(), (400, "malformed".to_owned()), "not a guess");
        }
        let _ = sign_in(server, "officer-a").expect(201);
    }

    fn the_language_is_read_with_blanks_around_its_weight(server) {
        for (said, tag) in [("en; q=0.9", "en"), ("zh; q=0.1, en ;Q=0.2", "en"), ("en;q=0", "zh-CN")] {
            let refused = server.call("GET", "/v1/me").header("Accept-Language", said).send();
            assert_eq!(refused.header("content-language"), tag, "{said}");
        }
    }

    fn a_proxy_that_sends_ports_hides_no_guesser_behind_its_own_address(server) {
        server.start_with(&[("PALM_TRUSTED_PROXY", "127.0.0.0/8, ::1")]);
        let from = |address: &str, login: &str, password: &str| {
            let call = server.call("POST", "/v1/sessions").header("X-Forwarded-For", address);
            call.json(&json!({"login": login, "password": password})).send().status
        };
        let mut port = 1000;
        let slowed = (0..40).any(|guess| {
            port += 1;
            from(&format!("203.0.113.9:{port}"), &format!("guess-{guess}"), "not the password") == 429
        });
        assert!(slowed, "one guesser, whatever the port");
        assert_eq!(from("203.0.113.10:1000", "officer-a", PASSWORD), 201, "nobody else waits");
        assert_eq!(from("[2001:db8::1]:1000", "officer-b", PASSWORD), 201);
    }

    fn a_form_works_behind_a_proxy_on_another_port_and_on_the_machine_itself(server) {
        server.start_with(&[("PALM_TRUSTED_PROXY", "localhost")]);
        let page = "https://palm.example:8443";
        let fields = |csrf: &str| form(&[("csrf", csrf), ("login", "officer-a"), ("password", PASSWORD)]);
        for (host, more) in [
            ("palm.example", ("Sec-Fetch-Site", "same-origin")),
            ("palm.example", ("X-Forwarded-Port", "8443")),
            ("palm.example:8443", ("X-Forwarded-Proto", "https")),
        ] {
            let mut desk = Desk::over_tls(server);
            let csrf = tests::desk::hidden(&desk.get("/console/sign-in").expect(200).text(), "csrf");
            let call = desk.call("POST", "/console/sign-in").header("Host", host).header("Origin", page);
            let signed = call.header(more.0, more.1).bytes(FORM, fields(&csrf)).send();
            assert_eq!(signed.status, 303, "{host} {more:?}: {}", signed.text());
        }
        let mut here = Desk::new(server);
        assert_eq!(here.sign_in("officer-a").status, 303, "plain HTTP on the machine itself");
        assert!(here.cookies.contains_key("palm-session"), "a cookie that a browser keeps without TLS: {:?}", here.cookies);
    }

    fn a_start_and_a_stop_leave_a_line_each(server) {
        let address = server.address();
        assert_eq!(server.stop(), Some(0));
        let log = server.log_text();
        for what in ["serving", "stopped"] {
            let line = log.lines().find(|line| line.contains(&format!("\"{what}\"")));
            let line = line.unwrap_or_else(|| panic!("no line says {what}: {log}"));
            assert!(line.contains(&address) && line.contains("\"version\""), "{line}");
        }
        server.start_again();
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    for (flag, beside) in [("--listen", None), ("--metrics-listen", Some("127.0.0.1:0"))] {
        let mut serve = Command::new(binary());
        serve.env_remove("PALM_DATABASE_URL").args(["serve", "--dir"]).arg(directory.path());
        serve.args([flag, &address]).args(beside.map(|address| ["--listen", address]).into_iter().flatten());
        let refused = serve.output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(&address), "{flag}: {said}");
    }
}

#[test]
fn localhost_is_an_address() {
    let directory = tempfile::tempdir().unwrap();
    let mut serve = Command::new(binary());
    serve.env_remove("PALM_DATABASE_URL").args(["serve", "--until-stdin-closes", "--listen", "localhost:0", "--dir"]);
    let mut serve = serve.arg(directory.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines =
        std::io::BufRead::lines(std::io::BufReader::new(serve.stdout.take().unwrap())).map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("palm listening on ").map(str::to_owned)).unwrap();
    let _ = Call::new("GET", &format!("http://{address}/healthz")).send().expect(200);
    drop(serve.stdin.take());
    assert!(serve.wait().unwrap().success());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    for words in [&["seed"][..], &["openapi"], &["config", "--explain"]] {
        let mut palm = Command::new(binary());
        palm.env_remove("PALM_DATABASE_URL").env("PALM_DIR", directory.path()).env("PALM_SEED_PASSWORD", PASSWORD);
        let mut palm = palm.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(palm.stdout.take());
        let (mut said, mut errors) = (String::new(), palm.stderr.take().unwrap());
        errors.read_to_string(&mut said).unwrap();
        assert!(palm.wait().unwrap().success() && !said.contains("panicked"), "{words:?}: {said}");
    }
}
