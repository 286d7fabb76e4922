//! Pages of other origins: those that are named may call the API, no other gets anything, and no cookie counts.

use serde_json::json;
use tests::http::{Answer, Call};
use tests::server::binary;
use tests::{Person, Server, on_both_databases};

const APP: &str = "https://app.example.org";
const LOCAL: &str = "http://127.0.0.1:5173";
const SAID: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-max-age",
];

fn of(call: Call, origin: &str) -> Answer {
    call.header("Origin", origin).send()
}

fn preflight(server: &Server, path: &str, origin: &str, method: &str) -> Answer {
    let call = server.call("OPTIONS", path).header("Access-Control-Request-Method", method);
    of(call.header("Access-Control-Request-Headers", "authorization,if-match"), origin)
}

/// What an answer says to other origins, by name.
fn said(answer: &Answer) -> Vec<&'static str> {
    SAID.into_iter().filter(|name| answer.headers.contains_key(*name)).collect()
}

fn lists(answer: &Answer, name: &str, wanted: &[&str]) {
    let list: Vec<&str> = answer.header(name).split(", ").collect();
    for one in wanted {
        assert!(list.contains(one), "{name}: {one} in {list:?}");
    }
}

on_both_databases! {
    fn a_named_origin_calls_the_api_and_reads_every_answer_of_it(server) {
        server.start_with(&[("PALM_CORS_ORIGIN", &format!("{APP},{LOCAL}"))]);
        let person = Person::sign_in(server, "officer-a");
        for origin in [APP, LOCAL] {
            let asked = preflight(server, "/v1/cases/0/close", origin, "POST").expect(204);
            assert_eq!(asked.header("access-control-allow-origin"), origin);
            assert_eq!(asked.header("access-control-allow-methods"), "POST");
            assert_eq!((asked.header("access-control-max-age"), asked.header("vary")), ("600", "Origin"));
            assert!(!asked.header("x-request-id").is_empty(), "counted and logged like any request");
            let sent = ["authorization", "content-type", "if-match", "idempotency-key", "range", "upload-offset", "tus-resumable"];
            lists(&asked, "access-control-allow-headers", &sent);
            assert_eq!(asked.header("access-control-allow-credentials"), "", "no cookie ever counts");
            for (answer, status) in [
                (of(person.call("GET", "/v1/me"), origin), 200),
                (of(server.call("GET", "/v1/me"), origin), 401),
                (of(person.call("GET", "/v1/nothing"), origin), 404),
                (of(person.call("DELETE", "/v1/me"), origin), 405),
                (of(person.call("GET", "/v1/cases?limit=0"), origin), 400),
                (of(person.call("POST", "/v1/devices").bytes("application/json", b"{".to_vec()), origin), 400),
                (of(server.call("GET", "/openapi.json"), origin), 200),
                (of(server.call("GET", "/healthz"), origin), 200),
            ] {
                assert_eq!(answer.status, status, "{}", answer.text());
                assert_eq!(said(&answer), ["access-control-allow-origin", "access-control-expose-headers"]);
                assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), (origin, "Origin"));
                lists(&answer, "access-control-expose-headers", &["etag", "location", "palm-limits", "retry-after", "upload-offset", "x-request-id"]);
            }
        }
        let methods = preflight(server, "/v1/evidence/00112233445566778899aabbccddeeff", APP, "PATCH").expect(204);
        assert_eq!(methods.header("access-control-allow-methods"), "HEAD, PATCH, POST");
        // The options of tus are asked for without a preflight's header, and answered as before.
        let tus = of(server.call("OPTIONS", "/v1/evidence"), APP).expect(204);
        assert_eq!((tus.header("tus-version"), tus.header("access-control-allow-origin")), ("1.0.0", APP));
    }

    fn an_origin_that_differs_in_one_letter_is_told_nothing(server) {
        server.start_with(&[("PALM_CORS_ORIGIN", APP)]);
        let person = Person::sign_in(server, "officer-a");
        for origin in [
            "https://app.example.org:8443",
            "http://app.example.org",
            "https://App.example.org",
            "https://app.example.org.",
            "https://app.example.org/",
            "https://evil-app.example.org",
            "https://app.example.org.evil.example",
            "https://app.example.or",
            "null",
            "*",
            "",
        ] {
            let answer = of(person.call("GET", "/v1/me"), origin).expect(200);
            assert_eq!((said(&answer), answer.header("vary")), (vec![], "Origin"), "{origin}");
            assert!(said(&preflight(server, "/v1/me", origin, "GET").expect(405)).is_empty(), "{origin}");
        }
        let twice = person.call("GET", "/v1/me").header("Origin", APP).header("Origin", "https://other.example");
        assert!(said(&twice.send()).is_empty(), "two origins are none");
        let own = person.call("GET", "/v1/me").send().expect(200);
        assert_eq!((said(&own), own.header("vary")), (vec![], "Origin"), "caches may not give it to others");
        for path in ["/console/sign-in", "/docs/", "/"] {
            let page = of(server.call("GET", path), APP);
            assert_eq!((said(&page), page.header("vary")), (vec![], ""), "{path}: the API only");
            assert!(said(&preflight(server, path, APP, "POST")).is_empty(), "{path}");
        }
    }

    fn where_no_origin_is_named_nothing_is_said_to_any(server) {
        let person = Person::sign_in(server, "officer-a");
        let answer = of(person.call("GET", "/v1/me"), APP).expect(200);
        assert_eq!((said(&answer), answer.header("vary")), (vec![], ""));
        assert!(said(&preflight(server, "/v1/me", APP, "GET").expect(405)).is_empty());
        let body = json!({"login": "officer-a", "password": "not this one, either"});
        assert!(said(&of(server.call("POST", "/v1/sessions").json(&body), APP).expect(401)).is_empty());
    }
}

#[test]
fn an_origin_that_names_everybody_or_nobody_keeps_the_server_from_starting() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in [
        "*",
        "null",
        "https://app.example.org/",
        "https://App.example.org",
        "https://app.example.org:443",
        "app.example.org",
    ] {
        let mut serve = std::process::Command::new(binary());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--cors-origin", wrong, "--dir"]).arg(directory.path());
        let ended = serve.env_remove("PALM_DATABASE_URL").output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains("cors_origin"), "{wrong}: {said}");
    }
}
