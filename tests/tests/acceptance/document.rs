//! The OpenAPI document equals the API: committed, compared, and no unlisted route answers without a token.

use serde_json::Value;
use tests::breaking::breaking;
use tests::on_both_databases;
use tests::server::{binary, sources};

/// Routes that answer without a token, one a line: `METHOD path`, then why.
const OPEN_ROUTES: &str = include_str!("open-routes.txt");

fn committed() -> Value {
    serde_json::from_str(&std::fs::read_to_string(sources().join("api-spec/openapi.json")).unwrap()).unwrap()
}

/// Every operation of the document: method, path, and the operation itself.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = ["get", "put", "post", "delete", "head", "patch", "options"];
        let present = methods.into_iter().filter_map(|method| Some((method, item.get(method)?)));
        present.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
    });
    each.collect()
}

fn open_routes() -> Vec<String> {
    let lines = OPEN_ROUTES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// The path with something in place of each parameter.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "0".repeat(64) } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `UPDATE=1` accepts what the binary says.
#[test]
fn the_committed_document_is_the_one_that_the_binary_prints() {
    let printed = std::process::Command::new(binary()).arg("openapi").output().unwrap();
    assert!(printed.status.success());
    let path = sources().join("api-spec/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &printed.stdout).unwrap();
    }
    let same = std::fs::read(&path).unwrap() == printed.stdout;
    assert!(same, "api-spec/openapi.json differs: UPDATE=1 cargo test -p tests document, and review the difference");
}

/// The newest released document, and its version.
fn released() -> (String, Value) {
    let directory = std::fs::read_dir(sources().join("docs/released")).unwrap();
    let version = |name: &str| name.strip_prefix("openapi-")?.strip_suffix(".json").map(str::to_owned);
    let versions = directory.filter_map(|entry| version(entry.ok()?.file_name().to_str()?));
    let parts = |version: &String| version.split('.').map(|part| part.parse().unwrap()).collect::<Vec<u32>>();
    let newest = versions.max_by_key(parts).unwrap();
    let path = sources().join(format!("docs/released/openapi-{newest}.json"));
    (newest, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

/// After the first release nothing breaks within `/v1`; before it, what breaks is told.
#[test]
fn what_breaks_since_the_last_released_document_stands_in_the_changelog() {
    let (version, before) = released();
    assert_eq!(before["info"]["version"], version.as_str());
    let changelog = std::fs::read_to_string(sources().join("docs/api-changelog.md")).unwrap();
    let may_break = changelog.contains(&format!("\n## {version} (not released)\n"));
    let untold: Vec<_> = breaking(&before, &committed())
        .into_iter()
        .filter(|line| !may_break || !changelog.contains(&format!("\n- `{line}`\n")))
        .collect();
    assert!(
        untold.is_empty(),
        "breaks clients of {version}; docs/api-changelog.md says what to do:\n{}",
        untold.join("\n")
    );
}

/// RFC 9745 and RFC 8594: every answer of it says so, and `contract` holds answers to that.
#[test]
fn a_deprecated_operation_says_since_when_and_until_when() {
    for (method, path, operation) in operations(&committed()) {
        if operation["deprecated"] == true {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let says = |name: &str| !status.starts_with('2') || answer["headers"].get(name).is_some();
                assert!(says("Deprecation") && says("Sunset"), "{method} {path} {status}");
            }
        }
    }
}

on_both_databases! {
    fn the_served_document_is_the_committed_one(server) {
        assert_eq!(server.call("GET", "/openapi.json").send().expect(200).json(), committed());
    }

    fn the_api_page_needs_nothing_from_elsewhere(server) {
        let page = server.call("GET", "/docs/").send().expect(200).text();
        assert!(page.contains("swagger"), "{page}");
        assert!(!page.contains("https://") && !page.contains("\"//"), "a page that loads from elsewhere:\n{page}");
    }

    fn every_route_wants_a_token_but_the_listed_ones(server) {
        let open = open_routes();
        let mut wrong = Vec::new();
        for (method, path, operation) in operations(&committed()) {
            let route = format!("{method} {path}");
            let listed = open.contains(&route);
            if listed != operation["security"].as_array().is_some_and(Vec::is_empty) {
                wrong.push(format!("{route}: the document and tests/tests/acceptance/open-routes.txt disagree"));
            }
            for token in ["", "nonsense", "eyJhbGciOiJub25lIn0.e30."] {
                let call = server.call(&method, &filled(&path));
                let call = if token.is_empty() { call } else { call.token(token) };
                let call = if matches!(method.as_str(), "GET" | "HEAD") { call } else { call.json(&serde_json::json!({})) };
                let status = call.send().status;
                if listed == (status == 401) {
                    wrong.push(format!("{route} with token {token:?} answers {status}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn who_is_not_signed_in_is_told_how_to_be(server) {
        let challenge = |call: tests::http::Call| {
            let answer = call.send().expect(401);
            answer.header("www-authenticate").to_owned()
        };
        let either = "Bearer realm=\"palm\", DPoP realm=\"palm\", algs=\"ES256\"";
        assert_eq!(challenge(server.call("GET", "/v1/me")), either);
        for call in [server.call("GET", "/v1/cases"), server.call("POST", "/v1/sync/push"), server.call("HEAD", "/v1/me")] {
            let invalid = challenge(call.token("nonsense"));
            assert_eq!(invalid, "Bearer realm=\"palm\", error=\"invalid_token\"");
        }
        let bound = challenge(server.call("GET", "/v1/me").header("Authorization", "DPoP nonsense"));
        assert_eq!(bound, "DPoP realm=\"palm\", error=\"invalid_token\", algs=\"ES256\"");
        let wrong = serde_json::json!({"login": "officer-a", "password": "not this one, either"});
        assert_eq!(challenge(server.call("POST", "/v1/sessions").json(&wrong)), either, "no token was wrong");
        let person = tests::Person::sign_in(server, "officer-a");
        let wrong = serde_json::json!({"present": "not this one, either", "new": "nine herons over the gorge"});
        let wrong = challenge(person.call("POST", "/v1/me/password").json(&wrong));
        assert_eq!(wrong, either, "the token is right, the password is not");
        assert_eq!(person.call("GET", "/v1/me").send().expect(200).header("www-authenticate"), "");
        assert_eq!(person.call("GET", "/v1/cases/x").send().expect(404).header("www-authenticate"), "");
    }

    fn what_synchronises_says_how_much_a_push_may_carry(server) {
        let phone = tests::Phone::of(server, "officer-a");
        let pulled = phone.call("GET", "/v1/sync/pull").send().expect(200);
        assert_eq!(pulled.header("palm-limits"), "changes=256, bytes=4194304");
    }

    fn an_unknown_path_is_a_problem_like_any_other(server) {
        for path in ["/nothing", "/v1/nothing"] {
            assert_eq!(server.call("GET", path).send().refusal(), (404, "not_found".to_owned()));
        }
    }

    fn every_answer_carries_its_request_id_and_keeps_browsers_from_guessing(server) {
        for path in ["/healthz", "/v1/me", "/nothing", "/docs/", "/openapi.json"] {
            let answer = server.call("GET", path).send();
            assert!(!answer.header("x-request-id").is_empty(), "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        }
    }
}

#[test]
fn every_listed_open_route_exists() {
    let routes: Vec<_> =
        operations(&committed()).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let gone: Vec<_> = open_routes().into_iter().filter(|open| !routes.contains(open)).collect();
    assert!(gone.is_empty(), "listed but not in the document: {gone:?}");
}
