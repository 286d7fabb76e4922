//! The log, the metrics and problems contain no personal data and no secret: a scenario runs with marked values, and
//! all output is searched for them. The log of every other server is searched when it ends (`tests::canary`).

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::canary::{CITIZEN, LOGIN, NAME, TELEPHONE, WORDS, WRONG_PASSWORD};
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

const CANARIES: [&str; 6] = [NAME, CITIZEN, TELEPHONE, WRONG_PASSWORD, LOGIN, WORDS];

/// The search that ends every test can fail.
#[test]
#[should_panic(expected = "personal data or secrets")]
fn a_log_that_tells_a_name_fails_the_test_of_its_server() {
    let server = Server::on_sqlite();
    let log = server.directory().join("serve.log");
    let text = server.log_text();
    std::fs::write(log, format!("{text}{{\"message\":\"signed in: 李建国\"}}\n")).unwrap();
    drop(server);
}

on_both_databases! {
    fn nothing_that_is_told_in_confidence_is_written_down_elsewhere(server) {
        server.start_with(&[("PALM_METRICS_LISTEN", "127.0.0.1:0")]);
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        let put = |field: &str, text: &str| NewOp::put(Some(OpRef::Own(0)), field, vec![], Value::text(text));
        let party = NewOp::add("party", "party");
        let ops = vec![party, put("name", NAME), put("citizen_number", CITIZEN), put("telephone", TELEPHONE)];
        let body = phone.save(Some(open.id()), &[open.id()], ops);
        phone.push(&[&open, &body]);
        let mut broken = body.to_bytes();
        *broken.last_mut().unwrap() ^= 1;
        phone.push_bytes(vec![broken]);

        let (reader, supervisor) = (Person::sign_in(server, "officer-a"), Person::sign_in(server, "county-supervisor"));
        let case = format!("/v1/cases/{}", open.id());
        let shown = reader.call("GET", &case).send().expect(200).text();
        assert!(shown.contains(NAME), "the story is told with the marked values");
        let encoded = "%E9%87%91%E4%B8%9D%E9%9B%80%E4%BA%BA";
        let lead = |key: &str, kind: &str| {
            let body = json!({"case": open.id().to_string(), "kind": kind, "text": format!("{NAME} {WORDS}")});
            supervisor.call("POST", "/v1/leads").header("Idempotency-Key", key).json(&body).send()
        };
        let _ = lead("k", "procedure").expect(201);
        let sign_in = |body: String| server.call("POST", "/v1/sessions").bytes("application/json", body.into_bytes()).send();
        let problems = [
            lead("k2", WORDS),
            reader.call("GET", &format!("/v1/cases?text={encoded}&limit={CITIZEN}")).send(),
            reader.call("GET", &format!("/v1/cases?cursor={TELEPHONE}")).send(),
            reader.call("GET", &format!("/v1/cases/{WORDS}")).send(),
            supervisor.call("GET", &format!("{case}?purpose={}", WORDS.repeat(20))).send(),
            reader.call("GET", &format!("/{WORDS}/{CITIZEN}?q={TELEPHONE}")).send(),
            sign_in(json!({"login": LOGIN, "password": WRONG_PASSWORD}).to_string()),
            sign_in(json!({"login": LOGIN, "password": [WRONG_PASSWORD]}).to_string()),
            sign_in(format!("{{\"login\":\"{LOGIN}\",\"password\":\"{WRONG_PASSWORD}\"")),
            server.call("GET", "/v1/me").token(&format!("{WORDS}.{WRONG_PASSWORD}.x")).send(),
            server.call(WORDS, "/v1/me").header("User-Agent", WORDS).header("X-Request-Id", WORDS).send(),
        ];
        let mut said = vec![("the log", server.log_text()), ("the metrics", server.metrics())];
        for problem in &problems {
            assert!(problem.status >= 400, "{}", problem.text());
            said.push(("a problem", format!("{:?} {}", problem.headers, problem.text())));
        }
        let tokens: Vec<&str> = phone.token().split('.').collect();
        for (where_, text) in &said {
            for canary in CANARIES.iter().chain([&PASSWORD, &tokens[1], &tokens[2], &encoded]) {
                let at = text.find(canary).map(|at| text[..at].lines().last().unwrap_or_default().to_owned());
                assert_eq!(at, None, "{canary} in {where_}");
            }
        }
        for (place, text) in &said[..1] {
            assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{place} is JSON");
        }
        let metrics = &said[1].1;
        for series in [
            "palm_requests_total{method=\"GET\",route=\"/v1/cases/{id}\",status=\"200\"}",
            "palm_requests_total{method=\"other\",route=\"",
            "palm_changes_total{class=\"accepted\"} 2",
            "palm_changes_total{class=\"refused\"} 1",
            "palm_ingest_commit_seconds_count ",
            "palm_sign_ins_total{outcome=\"wrong\"} 1",
            "palm_database_connections{state=\"idle\"}",
        ] {
            assert!(metrics.contains(series), "{series}:\n{metrics}");
        }
        assert_eq!(server.call("GET", "/metrics").send().status, 404, "not where the API is");
    }
}
