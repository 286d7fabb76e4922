//! People who are managed by hand: who may do what to whom, and that it counts with the next request.

#[path = "people/account.rs"]
mod account;
#[path = "people/certificate.rs"]
mod certificate;
#[path = "people/console.rs"]
mod console;
#[path = "people/presence.rs"]
mod presence;
#[path = "people/qualification.rs"]
mod qualification;
#[path = "people/role.rs"]
mod role;
#[path = "people/verification.rs"]
pub mod verification;

use serde_json::{Value as Json, json};
use sync_core::id::hex;
use tests::actor::{random, session};
use tests::server::PASSWORD;
use tests::{Answer, Person, Server, on_both_databases};

/// Nobody has this id.
const NOBODY: &str = "00000000000000000000000000000001";

/// A well-formed body for an act on an officer.
pub fn body_of(route: &str) -> Json {
    let written = json!({"number": "22370008001", "category": "市场监管", "region": "500237", "issued_on": "2026-03-01",
                         "valid_until": "2091-02-28"});
    match route.strip_prefix("/v1/officers/{id}").unwrap() {
        "/correction" => json!({"name": "改名", "reason": "更正"}),
        "/transfer" => json!({"agency": NOBODY, "reason": "轮岗"}),
        "/deactivation"
        | "/reactivation"
        | "/account/one-time-password"
        | "/account/close"
        | "/deputies/{deputy}/end"
        | "/trainings/{training}/annulment"
        | "/assessments/{assessment}/annulment" => {
            json!({"reason": "调整"})
        }
        "/certificates" | "/certificates/correction" => json!({"certificate": written, "reason": "领证"}),
        "/certificates/decision" => json!({"number": "22370001001", "act": "suspend", "from_ms": 1_795_370_400_000_i64,
                                           "reason": "培训不足", "basis": "决定书", "decided_by": "县司法局"}),
        "/certificates/card-seen" => json!({"number": "22370001001", "grounds": "查验原件", "reason": "核验"}),
        "/certificates/confirmation" => {
            json!({"number": "22370001001", "issued_by": "巫山县人民政府", "reason": "与原件一致"})
        }
        "/account" => json!({"login": "new-login", "reason": "新入职"}),
        "/roles" | "/roles/take" => json!({"role": "case_reviewer", "reason": "岗位"}),
        "/deputies" => json!({"officer": NOBODY, "role": "unit_head", "from_ms": 1, "until_ms": 2, "reason": "外出"}),
        "/trainings" => json!({"class": "professional", "level": "county", "topic": "专题", "held_on": "2026-01-05",
                               "until_on": "2026-01-06", "hours": 8, "proven_by": "名单", "reason": "登记"}),
        "/assessments" => {
            json!({"year": 2020, "result": "qualified", "organ": "县司法局", "document_number": "通报", "reason": "登记"})
        }
        "/exits" => json!({"ground": "retired", "facts": "到龄", "basis": "退休审批", "reason": "退出"}),
        "/exits/{exit}/hearing" => json!({"hearing": "waived", "reason": "听取"}),
        "/exits/{exit}/decision" => json!({"outcome": "stays", "document_number": "决定1号", "reason": "决定"}),
        other => panic!("a new act `{other}`: say what its body is"),
    }
}

/// Every act on an officer.
const ACTS: [&str; 24] = [
    "/v1/officers/{id}/correction",
    "/v1/officers/{id}/transfer",
    "/v1/officers/{id}/deactivation",
    "/v1/officers/{id}/reactivation",
    "/v1/officers/{id}/certificates",
    "/v1/officers/{id}/certificates/correction",
    "/v1/officers/{id}/certificates/decision",
    "/v1/officers/{id}/certificates/card-seen",
    "/v1/officers/{id}/certificates/confirmation",
    "/v1/officers/{id}/account",
    "/v1/officers/{id}/account/one-time-password",
    "/v1/officers/{id}/account/close",
    "/v1/officers/{id}/roles",
    "/v1/officers/{id}/roles/take",
    "/v1/officers/{id}/deputies",
    "/v1/officers/{id}/deputies/{deputy}/end",
    "/v1/officers/{id}/trainings",
    "/v1/officers/{id}/trainings/{training}/annulment",
    "/v1/officers/{id}/assessments",
    "/v1/officers/{id}/assessments/{assessment}/annulment",
    "/v1/officers/{id}/exits",
    "/v1/officers/{id}/exits/{exit}/hearing",
    "/v1/officers/{id}/exits/{exit}/decision",
    "/v1/officers",
];

fn post(person: &Person<'_>, path: &str, tag: &str, body: &Json) -> Answer {
    let call = person.call("POST", path).header("If-Match", tag).header("Idempotency-Key", &hex(&random::<8>()));
    call.json(body).send()
}

/// An act on an officer, who is read just before.
pub fn act(person: &Person<'_>, id: &str, act: &str, body: &Json) -> Answer {
    let tag = read(person, id).1;
    post(person, &format!("/v1/officers/{id}{act}"), &tag, body)
}

/// An officer, with the entity tag.
fn read(person: &Person<'_>, id: &str) -> (Json, String) {
    let answer = person.call("GET", &format!("/v1/officers/{id}")).send().expect(200);
    let tag = answer.header("etag").to_owned();
    (answer.json(), tag)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap().to_owned()
}

fn id_of(server: &Server, login: &str) -> String {
    Person::sign_in(server, login).me.officer
}

/// Kinds of the newest records about an officer, the newest first.
fn kinds(reader: &Person<'_>, officer: &str) -> Vec<String> {
    let page = reader.call("GET", &format!("/v1/register/events?officer={officer}")).send().expect(200).json();
    page["items"].as_array().unwrap().iter().map(|event| text(&event["kind"])).collect()
}

/// Enters somebody at the station of 高唐, with a certificate.
fn entered(server: &Server, admin: &Person<'_>, name: &str, number: &str) -> String {
    let agency = Person::sign_in(server, "officer-a").me.agency;
    let certificate =
        json!({"number": number, "category": "综合执法", "issued_on": "2026-03-01", "valid_until": "2091-02-28"});
    let body = json!({"agency": agency, "name": name, "certificate": certificate, "reason": "新录用"});
    text(&post(admin, "/v1/officers", "*", &body).expect(201).json()["officer"]["id"])
}

/// Gives an account; the officer chooses the usual password at first sign-in.
fn with_account(server: &Server, admin: &Person<'_>, officer: &str, login: &str) {
    let given = act(admin, officer, "/account", &json!({"login": login, "reason": "新入职"})).expect(201).json();
    choose(server, login, &text(&given["password"]));
}

/// Chooses the usual password with a one-time password.
fn choose(server: &Server, login: &str, one_time: &str) {
    server.confides(one_time);
    let token = text(&session(server, login, one_time).expect(201).json()["access_token"]);
    let body = json!({"present": one_time, "new": PASSWORD});
    let _ = server.call("POST", "/v1/me/password").token(&token).json(&body).send().expect(204);
}

on_both_databases! {
    fn every_act_on_a_person_is_refused_to_every_other_role_and_outside_of_the_subtree(server) {
        let (outside, inside) = (id_of(server, "agriculture-officer"), id_of(server, "officer-b"));
        let admin = Person::sign_in(server, "agency-admin");
        let principal = Person::sign_in(server, "principal-head");
        let others = [
            "officer-a", "unit-head", "principal-head", "legal-reviewer", "case-reviewer", "department-supervisor",
            "county-supervisor", "training-manager", "county-leadership", "security-admin", "audit-admin",
        ]
        .map(|login| (login, Person::sign_in(server, login)));
        for route in ACTS.iter().filter(|route| route.contains('{')) {
            let part = route.rsplit('{').next().and_then(|part| part.split('}').next()).unwrap();
            let path = |id: &str| route.replace("{id}", id).replace(&format!("{{{part}}}"), NOBODY);
            let decides = route.contains("/exits/") && route.ends_with("/decision");
            let doer = if decides { &principal } else { &admin };
            let [foreign, missing] = [&outside, NOBODY].map(|id| post(doer, &path(id), "*", &body_of(route)));
            assert_eq!((foreign.status, missing.status), (404, 404), "{route}: {} {}", foreign.text(), missing.text());
            assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id(), "{route}");
            for (login, person) in &others {
                if person.me.officer == doer.me.officer {
                    continue;
                }
                let refused = post(person, &path(&inside), "*", &body_of(route)).refusal();
                // The training manager has the duty, and works for another agency.
                let has_duty = *login == "training-manager" && route.contains("/trainings");
                let wanted = if has_duty { (404, "not_found") } else { (403, "forbidden") };
                assert_eq!((refused.0, refused.1.as_str()), wanted, "{login} {route}");
            }
            if decides {
                assert_eq!(post(&admin, &path(&inside), "*", &body_of(route)).refusal(), (403, "forbidden".to_owned()));
            }
            let own = post(doer, &path(&doer.me.officer), "*", &body_of(route)).refusal();
            assert_eq!(own, (403, "own_entry".to_owned()), "{route}");
        }
        let body = |agency: &str| json!({"agency": agency, "name": "新来", "reason": "新录用"});
        for (login, person) in &others {
            let refused = post(person, "/v1/officers", "*", &body(&admin.me.agency)).refusal();
            assert_eq!(refused, (403, "forbidden".to_owned()), "{login}");
        }
        let farm = Person::sign_in(server, "agriculture-officer").me.agency;
        let [foreign, missing] = [farm.as_str(), NOBODY].map(|agency| post(&admin, "/v1/officers", "*", &body(agency)));
        assert_eq!((foreign.status, missing.status), (404, 404));
        assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
        let transfer = |agency: &str| act(&admin, &inside, "/transfer", &json!({"agency": agency, "reason": "轮岗"}));
        let [foreign, missing] = [transfer(&farm), transfer(NOBODY)];
        assert_eq!((foreign.status, missing.status), (404, 404));
        assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
        assert!(kinds(&admin, &inside).is_empty(), "nothing was done");
        let [foreign, missing] =
            [&outside, NOBODY].map(|id| admin.call("GET", &format!("/v1/register/events?officer={id}")).send());
        assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
    }

    fn somebody_is_entered_once_for_each_key_and_wrong_input_is_said_in_words(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let agency = Person::sign_in(server, "officer-a").me.agency;
        let body = |number: &str, citizen: Json, until: &str| {
            json!({"agency": agency, "name": " 古丽娜・买买提 ", "citizen_number": citizen, "reason": "新录用",
                   "certificate": {"number": number, "category": "市场监管", "issued_on": "2026-03-01", "valid_until": until}})
        };
        let send = |key: &str, body: &Json| admin.call("POST", "/v1/officers").header("Idempotency-Key", key).json(body).send();
        let good = body("22370008001", json!("110101199003070003"), "2031-02-28");
        let made = send("k1", &good).expect(201).json();
        assert_eq!(made["officer"]["name"], "古丽娜·买买提");
        assert_eq!((&made["certificates"][0]["status"], &made["certificates"][0]["region"]), (&json!("valid"), &json!("500237")));
        assert_eq!(send("k1", &good).expect(201).json(), made, "the same request makes nobody else");
        let refusals = [
            ("k1", body("22370008002", Json::Null, "2031-02-28"), (422, "idempotency_key_reused")),
            ("k2", body("22370008001", Json::Null, "2031-02-28"), (409, "certificate_taken")),
            ("k3", body("22370008002", json!("110101199003070003"), "2031-02-28"), (409, "citizen_number_taken")),
            ("k4", body("22370008002", json!("110101199003070004"), "2031-02-28"), (400, "malformed")),
            ("k5", body("22370008002", Json::Null, "2026-02-28"), (400, "malformed")),
            ("k6", body("2.237E+10", Json::Null, "2031-02-28"), (400, "malformed")),
        ];
        for (key, body, (status, code)) in refusals {
            assert_eq!(send(key, &body).refusal(), (status, code.to_owned()), "{key}");
        }
        let mut unknown = good.clone();
        unknown["grade"] = json!(1);
        assert_eq!(send("k7", &unknown).refusal(), (400, "unknown_field".to_owned()));
        for reason in [String::new(), " ".to_owned(), "理".repeat(501)] {
            let mut without = body("22370008003", Json::Null, "2031-02-28");
            without["reason"] = json!(reason);
            assert_eq!(send("k8", &without).refusal(), (400, "malformed".to_owned()), "{}", reason.len());
        }
        let id = text(&made["officer"]["id"]);
        assert_eq!(kinds(&admin, &id), ["person_added"]);
        let tag = read(&admin, &id).1;
        let path = format!("/v1/officers/{id}/correction");
        let rename = json!({"name": "古丽娜", "reason": "更正"});
        assert_eq!(admin.call("POST", &path).json(&rename).send().refusal(), (428, "precondition_required".to_owned()));
        let _ = post(&admin, &path, &tag, &rename).expect(200);
        assert_eq!(post(&admin, &path, &tag, &json!({"helper": true, "reason": "转岗"})).refusal(), (412, "stale".to_owned()));
        assert_eq!(act(&admin, &id, "/correction", &rename).refusal(), (409, "nothing_changes".to_owned()));
        let events = admin.call("GET", &format!("/v1/register/events?officer={id}")).send().expect(200).json();
        let newest = &events["items"][0];
        assert_eq!((&newest["kind"], &newest["reason"], &newest["actor_name"]), (&json!("person_changed"), &json!("更正"), &json!("刘芳")));
        let detail: Json = serde_json::from_str(newest["detail"].as_str().unwrap()).unwrap();
        assert_eq!(detail, json!([{"what": "name", "old": "古丽娜·买买提", "new": "古丽娜"}]));
        assert!(!events.to_string().contains("110101199003070003"), "no citizen number in a record");
    }

    fn records_of_the_register_are_read_by_page_and_by_person_and_exported(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let people: Vec<String> =
            (1..=3).map(|number| entered(server, &admin, "记录测试", &format!("2237000802{number}"))).collect();
        let audit = Person::sign_in(server, "audit-admin");
        let page = |reader: &Person<'_>, query: &str| reader.call("GET", &format!("/v1/register/events?{query}")).send();
        let mut seen = Vec::new();
        let mut query = "limit=2".to_owned();
        loop {
            let found = page(&audit, &query).expect(200).json();
            seen.extend(found["items"].as_array().unwrap().iter().map(|event| text(&event["officer"])));
            match found["next_cursor"].as_str() {
                Some(cursor) => query = format!("limit=2&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, people.iter().rev().cloned().collect::<Vec<_>>(), "the newest first, none twice");
        assert_eq!(kinds(&audit, &people[0]), ["person_added"]);
        let neighbour = Person::sign_in(server, "county-admin");
        assert_eq!(page(&neighbour, "").expect(200).json()["items"].as_array().unwrap().len(), 3);
        for login in ["officer-a", "unit-head", "county-supervisor", "training-manager"] {
            let reader = Person::sign_in(server, login);
            assert_eq!(page(&reader, "").refusal(), (403, "forbidden".to_owned()), "{login}");
            let export = reader.call("GET", "/v1/register/events/export").send();
            assert_eq!(export.refusal(), (403, "forbidden".to_owned()), "{login}");
        }
        let exported = audit.call("GET", &format!("/v1/register/events/export?officer={}", people[0])).send().expect(200);
        assert!(exported.header("content-type").starts_with("text/csv"), "{}", exported.header("content-type"));
        let table = exported.text();
        assert_eq!(table.lines().count(), 2, "{table}");
        assert!(table.starts_with('\u{feff}') && table.contains("person_added") && table.contains("新录用"), "{table}");
        assert_eq!(page(&audit, "cursor=x").refusal(), (400, "wrong_cursor".to_owned()));
    }
}
