//! The id of an object of another agency is answered like an unknown id, on every route.

use serde_json::{Value as Json, json};
use sync_core::id::hex;
use tests::actor::random;
use tests::http::{Answer, Call};
use tests::{Person, Phone, Server, on_both_databases};

/// What belongs to an agency: the ids that stand in paths.
struct Owned {
    case: String,
    officer: String,
    device: String,
    lead: String,
    upload: String,
    reset: String,
    agency: String,
    mandate: String,
}

fn of_the_market_bureau(server: &Server) -> Owned {
    let mut phone = Phone::of(server, "officer-a");
    let case = phone.open_case(&[]);
    phone.push(&[&case]);
    let supervisor = Person::sign_in(server, "county-supervisor");
    let body = json!({"case": case.id().to_string(), "kind": "procedure", "text": "请说明"});
    let lead =
        supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "f").json(&body).send().expect(201).json();
    let metadata = format!("sha256 {}=", "A".repeat(43));
    let call = phone.call("POST", "/v1/evidence").header("Tus-Resumable", "1.0.0").header("Upload-Length", "5");
    let upload = call.header("Upload-Metadata", &metadata).send().expect(201);
    let administrator = Person::sign_in(server, "agency-admin");
    let body = json!({"officer": phone.officer.to_string()});
    let reset = administrator.call("POST", "/v1/password-resets").json(&body).send().expect(201).json();
    Owned {
        case: case.id().to_string(),
        officer: phone.officer.to_string(),
        device: phone.device.to_string(),
        lead: lead["id"].as_str().unwrap().to_owned(),
        upload: upload.header("location").rsplit('/').next().unwrap().to_owned(),
        reset: reset["id"].as_str().unwrap().to_owned(),
        agency: phone.agency.to_string(),
        mandate: mandate(server, &phone.agency.to_string()),
    }
}

/// A delegation to an agency of the market bureau.
fn mandate(server: &Server, agency: &str) -> String {
    let county = Person::sign_in(server, "county-admin");
    let list = county.call("GET", "/v1/agencies").send().expect(200).json();
    let market = list["items"].as_array().unwrap().iter().find(|one| one["name"] == "巫山县市场监督管理局").unwrap();
    let body = json!({
        "kind": "delegation", "organ": market["id"], "items": ["SJ-J-001"], "powers": "x", "deed": "x", "published": "x",
        "first_day": "2026-01-05", "last_day": "2098-12-31", "reason": "x"
    });
    let call = county.call("POST", &format!("/v1/agencies/{agency}/mandates")).header("Idempotency-Key", "f");
    call.json(&body).send().expect(201).json()["id"].as_str().unwrap().to_owned()
}

fn of_nobody() -> Owned {
    let [officer, device, lead, upload, reset, agency, mandate] = std::array::from_fn(|_| hex(&random::<16>()));
    Owned { case: hex(&random::<32>()), officer, device, lead, upload, reset, agency, mandate }
}

impl Owned {
    /// The path of a route with these ids in it.
    fn path(&self, route: &str) -> String {
        let of = if route.starts_with("/v1/cases") {
            &self.case
        } else if route.starts_with("/v1/leads") {
            &self.lead
        } else if route.starts_with("/v1/officers") {
            &self.officer
        } else if route.starts_with("/v1/password-resets") {
            &self.reset
        } else if route.starts_with("/v1/agencies") {
            &self.agency
        } else if route.starts_with("/v1/mandates") {
            &self.mandate
        } else {
            &self.device
        };
        let named = [("{id}", of), ("{case}", &self.case), ("{upload}", &self.upload)];
        let path = named.iter().fold(route.to_owned(), |path, (name, id)| path.replace(name, id));
        path.replace("{digest}", &"0".repeat(64))
            .replace("{change}", &self.case)
            .replace("{deputy}", &self.reset)
            .replace("{training}", &self.reset)
            .replace("{assessment}", &self.reset)
            .replace("{exit}", &self.reset)
            .replace("{target}", "case")
            .replace("{name}", "title")
    }
}

fn body_of(route: &str, basis: &str) -> Json {
    if route.starts_with("/v1/officers") {
        return crate::people::body_of(route);
    }
    match route.rsplit('/').next().unwrap() {
        "register" => json!({"target": format!("{basis}.0")}),
        "return" => json!({"target": format!("{basis}.0"), "reason": "请补充"}),
        "close" if route.starts_with("/v1/cases") => json!({}),
        "close" if route.starts_with("/v1/agencies") => json!({"reason": "撤销"}),
        "confirm" | "filing-receipt" => json!({}),
        "answer" | "close" => json!({"text": "已整改"}),
        "verdict" => json!({"verdict": "admit", "reason": "已核实"}),
        "rename" => json!({"label": "外勤一号"}),
        "revoke" | "write-off" | "reopen" => json!({"reason": "终端遗失"}),
        "change" => json!({"name": "甲", "short_name": "甲", "kind": "station", "sector": "market", "reason": "更名"}),
        "move" => json!({"parent": "0".repeat(32), "reason": "划转"}),
        "mandates" => json!({
            "kind": "township", "items": ["SJ-J-001"], "powers": "x", "deed": "x", "published": "x",
            "first_day": "2026-01-05", "reason": "x"
        }),
        "end" => json!({"last_day": "2026-01-05", "reason": "x"}),
        other => panic!("a new command `{other}`: say what its body is"),
    }
}

/// A well-formed request to a route; only the id decides.
fn request(call: Call, method: &str, route: &str) -> Answer {
    let call = call.header("Tus-Resumable", "1.0.0").header("Upload-Offset", "0");
    match method {
        "POST" if route == "/v1/evidence/{upload}" => {
            let call = call.header("X-HTTP-Method-Override", "PATCH");
            call.bytes("application/offset+octet-stream", b"x".to_vec()).send()
        }
        "POST" => {
            let basis = "0".repeat(64);
            let tag = if route.starts_with("/v1/leads") { "\"1\"".to_owned() } else { format!("\"{basis}\"") };
            call.header("If-Match", &tag).header("Idempotency-Key", "f").json(&body_of(route, &basis)).send()
        }
        "PATCH" => call.bytes("application/offset+octet-stream", b"x".to_vec()).send(),
        _ => call.send(),
    }
}

on_both_databases! {
    fn an_id_of_another_agency_answers_like_an_id_of_nothing_on_every_route(server) {
        let (theirs, nothing) = (of_the_market_bureau(server), of_nobody());
        let document = server.call("GET", "/openapi.json").send().expect(200).json();
        let phone = Phone::of(server, "agriculture-officer");
        let mut seen = 0;
        for (route, operations) in document["paths"].as_object().unwrap() {
            if !route.contains('{') {
                continue;
            }
            for method in operations.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
                for at_a_desk in [false, true] {
                    let ask = |owned: &Owned| {
                        let path = owned.path(route);
                        let call = if at_a_desk { phone.desk.call(&method, &path) } else { phone.call(&method, &path) };
                        request(call, &method, route)
                    };
                    let (foreign, missing) = (ask(&theirs), ask(&nothing));
                    let what = format!("{method} {route} at a desk: {at_a_desk}");
                    assert_eq!(foreign.status, missing.status, "{what}: {}", foreign.text());
                    assert!(matches!(foreign.status, 403 | 404), "{what}: {} {}", foreign.status, foreign.text());
                    if method != "HEAD" {
                        let said = [&foreign, &missing].map(Answer::problem_without_request_id);
                        assert_eq!(said[0], said[1], "{what}");
                    }
                }
                seen += 1;
            }
        }
        assert!(seen >= 13, "{seen} routes");
    }

    fn an_id_of_another_agency_in_a_body_or_a_query_answers_like_one_of_nothing(server) {
        let (theirs, nothing) = (of_the_market_bureau(server), of_nobody());
        let phone = Phone::of(server, "agriculture-officer");
        let administrator = Person::sign_in(server, "agency-admin");
        let outside = Phone::of(server, "agriculture-officer").officer.to_string();
        let ask = |owned: &Owned, officer: &str| {
            [
                phone.call("GET", &format!("/v1/devices?officer={}", owned.officer)).send(),
                phone.desk.call("GET", &format!("/v1/devices?officer={}", owned.officer)).send(),
                phone.call("GET", &format!("/v1/account-events?officer={}", owned.officer)).send(),
                phone.desk.call("GET", &format!("/v1/cases?officer={}", owned.officer)).send(),
                phone.desk.call("GET", &format!("/v1/leads?case={}", owned.case)).send(),
                administrator.call("GET", &format!("/v1/account-events?officer={officer}")).send(),
                administrator.call("GET", &format!("/v1/password-resets?officer={officer}")).send(),
                administrator.call("POST", "/v1/password-resets").json(&json!({"officer": officer})).send(),
                administrator.call("POST", "/v1/enrolment-codes").json(&json!({"officer": officer})).send(),
                phone
                    .desk
                    .call("POST", "/v1/leads")
                    .header("Idempotency-Key", &owned.case[..8])
                    .json(&json!({"case": owned.case, "kind": "procedure", "text": "请说明"}))
                    .send(),
            ]
        };
        let (foreign, missing) = (ask(&theirs, &outside), ask(&nothing, &nothing.officer));
        for (foreign, missing) in foreign.iter().zip(&missing) {
            assert_eq!(foreign.status, missing.status, "{} {}", foreign.text(), missing.text());
            let said = |answer: &Answer| {
                let mut said = answer.json();
                said.as_object_mut().map(|body| body.remove("request_id"));
                said
            };
            assert_eq!(said(foreign), said(missing));
        }
    }
}
