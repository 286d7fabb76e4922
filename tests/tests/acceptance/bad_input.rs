//! Bad input gets a problem with a stable code in the caller's language; nothing changes, and others are not delayed.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;
use tests::http::Answer;
use tests::raw::Raw;
use tests::{Person, Phone, Server, on_both_databases};

fn sign_in(server: &Server, content_type: &str, body: &[u8]) -> Answer {
    server.call("POST", "/v1/sessions").bytes(content_type, body.to_vec()).send()
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// A POST of a body of unknown length: each piece as a chunk of its own.
fn chunked(path: &str, token: &str, pieces: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!(
        "POST {path} HTTP/1.1\r\nHost: palm\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in pieces {
        bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

on_both_databases! {
    fn malformed_json_is_refused_with_its_place_and_without_its_values(server) {
        for body in [&b"{"[..], b"", b"[]", b"{\"login\":\"canary-x\"", b"\xff\xfe", b"{\"login\":1,\"password\":\"p\"}"] {
            let refused = sign_in(server, "application/json", body);
            assert_eq!(refused.refusal(), refusal(400, "malformed"), "{body:?}");
            assert!(!refused.text().contains("canary"), "{}", refused.text());
        }
        let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        assert_eq!(sign_in(server, "application/json", &deep).refusal(), refusal(400, "malformed"));
    }

    fn an_undocumented_field_is_named_in_the_callers_language(server) {
        let body = br#"{"login":"officer-a","password":"canary-password","role":"system_admin"}"#;
        let refused = sign_in(server, "application/json", body);
        assert_eq!(refused.refusal(), refusal(400, "unknown_field"));
        assert!(refused.json()["detail"].as_str().unwrap().contains("未定义的字段“role”"), "{}", refused.text());
        let english = server.call("POST", "/v1/sessions").header("Accept-Language", "en").bytes("application/json", body.to_vec());
        assert!(english.send().json()["detail"].as_str().unwrap().contains("undocumented field `role`"));
        let admin = Person::sign_in(server, "county-admin");
        for query in ["limit=10&officer_id=1", "limit=10&limit=10"] {
            let refused = admin.call("GET", &format!("/v1/officers?{query}")).send();
            assert_eq!(refused.status, 400, "{query}: {}", refused.text());
        }
    }

    fn a_body_over_the_limit_is_refused_before_the_rest_arrives(server) {
        let mut raw = Raw::to(server);
        raw.send(b"POST /v1/sessions HTTP/1.1\r\nHost: palm\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n{");
        let told = raw.ending();
        assert_eq!((told.status(), told.tells("too_large"), told.closed), (413, true, true), "{told:?}");
        assert!(told.after.as_secs() < 10, "{told:?}");
        let mut raw = Raw::to(server);
        let piece = vec![b' '; 64 * 1024];
        raw.send(&chunked("/v1/sessions", "", &[&piece[..]; 5]));
        let begun = std::time::Instant::now();
        assert!(raw.answer().starts_with("HTTP/1.1 413 ") && begun.elapsed().as_secs() < 5, "told at once");
        assert!(raw.ending().closed, "and closed, though the rest never comes");
        let short = r#"{"login":"nobody","password":"acceptance-password"}"#;
        let exactly = format!("{short}{}", " ".repeat(256 * 1024 - short.len()));
        assert_eq!(sign_in(server, "application/json", exactly.as_bytes()).refusal(), refusal(401, "wrong_password"));
        let one_more = format!("{exactly} ");
        assert_eq!(sign_in(server, "application/json", one_more.as_bytes()).refusal(), refusal(413, "too_large"));
    }

    fn compressed_bodies_are_refused_and_not_inflated(server) {
        // 1 MiB that inflates to a gibibyte would take this long and this much; nobody looks at it.
        let bomb = vec![0x1f; 200 * 1024];
        let before = resident(server);
        for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip", "x-unknown", "GZIP"] {
            let call = server.call("POST", "/v1/sessions").header("Content-Encoding", encoding);
            let refused = call.bytes("application/json", bomb.clone()).send();
            assert_eq!(refused.refusal(), refusal(415, "wrong_encoding"), "{encoding}");
        }
        let phone = Phone::of(server, "officer-a");
        let call = phone.call("POST", "/v1/sync/push").header("Content-Encoding", "gzip");
        assert_eq!(call.bytes("application/cbor", bomb).send().refusal(), refusal(415, "wrong_encoding"));
        assert!(resident(server) < before + (64 << 20), "memory grew");
    }

    fn other_content_types_are_refused(server) {
        let body = br#"{"login":"officer-a","password":"acceptance-password"}"#;
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/cbor", "application/xml", "x"] {
            assert_eq!(sign_in(server, content_type, body).refusal(), refusal(415, "wrong_content_type"), "{content_type}");
        }
        let no_type = server.call("POST", "/v1/sessions").send();
        assert_eq!(no_type.status / 100, 4, "{}", no_type.text());
    }

    fn a_page_size_out_of_range_is_refused_with_the_range(server) {
        let supervisor = Person::sign_in(server, "county-supervisor");
        let audit = Person::sign_in(server, "audit-admin");
        let phone = Phone::of(server, "officer-a");
        for path in ["/v1/officers", "/v1/cases", "/v1/leads", "/v1/alarms", "/v1/read-audit", "/v1/account-events", "/v1/sync/pull"] {
            let most: i64 = if path == "/v1/sync/pull" { 500 } else { 100 };
            let ask = |limit: &str| {
                let path = format!("{path}?limit={limit}");
                match path.split('?').next() {
                    Some("/v1/sync/pull") => phone.call("GET", &path).send(),
                    Some("/v1/read-audit") => audit.call("GET", &path).send(),
                    _ => supervisor.call("GET", &path).header("Accept-Language", "en").send(),
                }
            };
            for limit in ["1.5", "x", "99999999999999999999", ""] {
                assert_eq!(ask(limit).refusal(), refusal(400, "malformed"), "{path} {limit}");
            }
            for limit in [-1, 0, most + 1, i64::MIN, i64::MAX] {
                let refused = ask(&limit.to_string());
                assert_eq!(refused.refusal(), refusal(400, "malformed"), "{path} {limit}");
                let said = refused.json()["detail"].as_str().unwrap().to_owned();
                let ranges = [format!("1 to {most}"), format!("1 至 {most}")];
                assert!(ranges.iter().any(|range| said.contains(range)), "{path} {limit}: {said}");
            }
            for limit in [1, most] {
                let page = ask(&limit.to_string()).expect(200);
                if path != "/v1/sync/pull" {
                    assert!(page.json()["items"].as_array().unwrap().len() <= usize::try_from(limit).unwrap(), "{path}");
                }
            }
        }
    }

    fn a_cursor_that_is_huge_or_of_another_list_is_refused(server) {
        let supervisor = Person::sign_in(server, "county-supervisor");
        let phone = Phone::of(server, "officer-a");
        let huge = "a".repeat(30_000);
        let of_officers = supervisor.call("GET", "/v1/officers?limit=1").send().expect(200).json();
        let of_officers = of_officers["next_cursor"].as_str().unwrap().to_owned();
        for cursor in [huge.as_str(), &of_officers, "1-", "-1-00", "9223372036854775808-00", "%00", "'%20OR%201=1--"] {
            // No text with U+0000 comes as far as a cursor.
            let code = if cursor == "%00" { "unstorable_text" } else { "wrong_cursor" };
            for path in ["/v1/cases", "/v1/leads", "/v1/alarms"] {
                let refused = supervisor.call("GET", &format!("{path}?cursor={cursor}")).send();
                assert_eq!(refused.refusal(), refusal(400, code), "{path} {}", &cursor[..cursor.len().min(40)]);
            }
        }
        for cursor in [huge.as_str(), "AAAA", "!", "zzzz"] {
            let refused = phone.call("GET", &format!("/v1/sync/pull?cursor={cursor}")).send();
            assert_eq!(refused.refusal(), refusal(409, "cursor_unknown"), "{}", &cursor[..cursor.len().min(40)]);
        }
        let refused = supervisor.call("GET", &format!("/v1/officers?cursor={huge}")).send();
        assert_eq!(refused.refusal(), refusal(400, "wrong_cursor"));
    }

    fn a_token_that_is_wrong_foreign_or_over_long_is_refused_like_none(server) {
        let none = server.call("GET", "/v1/me").send();
        assert_eq!(none.refusal(), refusal(401, "unauthenticated"));
        let token = Phone::with_bearer(server, "officer-a").token().to_owned();
        let (head, rest) = token.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        let long = format!("{head}.{claims}.{}", "A".repeat(5000));
        let other = Server::on_sqlite();
        let foreign = Phone::with_bearer(&other, "officer-a").token().to_owned();
        let none_alg = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
        for wrong in [
            "x", "", "a.b.c", &format!("{head}.{claims}"), &format!("{head}.{claims}."), &format!("{none_alg}.{claims}."),
            &format!("{head}.{claims}.{}A", &signature[..signature.len() - 2]), &long, &foreign,
        ] {
            let refused = server.call("GET", "/v1/me").token(wrong).send();
            assert_eq!(refused.problem_without_request_id(), none.problem_without_request_id(), "{}", &wrong[..wrong.len().min(60)]);
        }
        let basic = server.call("GET", "/v1/me").header("Authorization", &format!("Basic {token}")).send();
        assert_eq!(basic.refusal(), refusal(401, "unauthenticated"));
        let _ = server.call("GET", "/v1/me").token(&token).send().expect(200);
    }

    fn the_same_idempotency_key_with_another_body_has_a_code_of_its_own(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        phone.push(&[&case]);
        let supervisor = Person::sign_in(server, "county-supervisor");
        let raise = |key: &str, text: &str| {
            let body = json!({"case": case.id().to_string(), "kind": "procedure", "text": text});
            supervisor.call("POST", "/v1/leads").header("Idempotency-Key", key).json(&body).send()
        };
        let first = raise("k1", "请说明").expect(201).json();
        assert_eq!(raise("k1", "请说明").expect(201).json()["id"], first["id"]);
        assert_eq!(raise("k1", "另一件事").refusal(), refusal(422, "idempotency_key_reused"));
        assert_eq!(raise(&"k".repeat(65), "请说明").refusal(), refusal(400, "idempotency_key_required"));
        let list = supervisor.call("GET", "/v1/leads").send().expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "nothing else was made");
    }

    fn html_in_a_text_comes_back_as_json_text_that_no_browser_runs(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        let html = "<img src=x onerror=alert(1)><script>alert(1)</script>\u{202e}";
        let title = phone.write(case.id(), &[case.id()], "title", html);
        phone.push(&[&case, &title]);
        let supervisor = Person::sign_in(server, "county-supervisor");
        let body = json!({"case": case.id().to_string(), "kind": "procedure", "text": html});
        let raised = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "h").json(&body).send().expect(201);
        assert_eq!(raised.json()["raised"]["text"], html.trim_end_matches('\u{202e}'), "what turns the direction is dropped");
        let shown = Person::sign_in(server, "officer-a").call("GET", &format!("/v1/cases/{}", case.id())).send().expect(200);
        assert!(shown.text().contains("onerror"), "kept as it was written");
        for answer in [raised, shown] {
            assert!(answer.header("content-type").starts_with("application/json"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        }
    }

    fn the_name_of_a_file_changes_nothing_and_goes_nowhere(server) {
        use std::fmt::Write as _;
        let phone = Phone::of(server, "officer-a");
        let digest = base64(&[7; 32]);
        let long = "n".repeat(300);
        for name in ["../../../etc/passwd", "..\\..\\x", "a\0b", "CON", &long, "\u{202e}gpj.exe"] {
            let mut metadata = format!("sha256 {digest},type {}", base64(b"image/jpeg"));
            let _ = write!(metadata, ",name {}", base64(name.as_bytes()));
            let call = phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0").header("Upload-Length", "5");
            let upload = call.header("Upload-Metadata", &metadata).send().expect(201);
            let place = upload.header("location");
            assert!(place.strip_prefix("/v1/evidence/").is_some_and(|id| id.len() == 32), "{place}");
        }
        for path in ["/v1/evidence/../../etc/passwd", "/v1/evidence/%2e%2e%2fpasswd", "/v1/evidence/%00"] {
            let refused = phone.call("HEAD", path).header("Tus-Resumable", "1.0.0").send();
            assert_eq!(refused.status, 404, "{path}");
        }
    }
}

fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
