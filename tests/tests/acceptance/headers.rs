//! Headers that every answer has, and headers that none has.

use tests::http::Answer;
use tests::{Phone, Server, on_both_databases};

fn has_security_headers(what: &str, answer: &Answer) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert!(!answer.header("referrer-policy").is_empty(), "{what}");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{what}");
    for absent in ["server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials"] {
        assert_eq!(answer.header(absent), "", "{what}: {absent}");
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
}

/// One answer of each kind, to a client of which a proxy says that it came by `scheme`.
fn answers(server: &Server, scheme: &str) -> Vec<(&'static str, Answer)> {
    let phone = Phone::of(server, "officer-a");
    let from_elsewhere = |method: &str, path: &str| {
        server.call(method, path).header("Origin", "https://evil.example").header("X-Forwarded-Proto", scheme)
    };
    let mut answers = Vec::new();
    for path in ["/healthz", "/readyz", "/v1/me", "/nothing", "/openapi.json", "/docs/", "/v1/cases/x", "/"] {
        answers.push((path, from_elsewhere("GET", path).send()));
    }
    for path in ["/v1/me", "/v1/cases", "/v1/officers", "/v1/sync/pull", "/v1/sync/reference", "/v1/tasks"] {
        let at_a_desk = ["/v1/cases", "/v1/officers"].contains(&path);
        let call = if at_a_desk { phone.desk.call("GET", path) } else { phone.call("GET", path) };
        let call = call.header("Origin", "https://evil.example").header("X-Forwarded-Proto", scheme);
        answers.push((path, call.send().expect(200)));
    }
    answers.push(("malformed", from_elsewhere("POST", "/v1/sessions").bytes("application/json", b"{".to_vec()).send()));
    answers.push(("method", from_elsewhere("DELETE", "/v1/me").send()));
    answers.push(("compressed", from_elsewhere("POST", "/v1/sessions").header("Content-Encoding", "br").send()));
    let preflight = from_elsewhere("OPTIONS", "/v1/sessions").header("Access-Control-Request-Method", "POST");
    answers.push(("preflight", preflight.send()));
    answers
}

on_both_databases! {
    fn every_answer_has_security_headers_and_lets_no_other_origin_in(server) {
        for (what, answer) in answers(server, "https") {
            has_security_headers(what, &answer);
            assert_eq!(answer.header("strict-transport-security"), "", "{what}: not over TLS");
            let open = ["/docs/", "/openapi.json", "/"].contains(&what);
            let kept = answer.header("cache-control");
            assert!(open || kept.contains("no-store") || what == "/v1/sync/reference", "{what}: {kept}");
        }
        let preflight = server.call("OPTIONS", "/v1/me").header("Origin", "https://evil.example");
        assert!(preflight.send().headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    }

    fn behind_tls_every_answer_asks_for_tls_for_a_year(server) {
        // Phones prove their requests for the address by which clients ask, whatever lies between.
        server.start_with(&[("PALM_TRUSTED_PROXY", "127.0.0.1"), ("PALM_PUBLIC_ADDRESS", "https://palm.example")]);
        for (what, answer) in answers(server, "https") {
            assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{what}");
        }
        for (what, answer) in answers(server, "http") {
            assert_eq!(answer.header("strict-transport-security"), "", "{what}: the proxy was reached by plain HTTP");
        }
    }
}
