//! Transfers, deputies, deactivation and return.

use serde_json::{Value as Json, json};
use tests::actor::session;
use tests::server::PASSWORD;
use tests::{Person, Phone, on_both_databases};

use super::{NOBODY, act, id_of, kinds, text};

on_both_databases! {
    fn open_cases_go_on_or_are_handed_over_with_a_transfer(server) {
        let county = Person::sign_in(server, "county-admin");
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let first = phone.open_case(&[]);
        phone.push(&[&first]);
        let head = id_of(server, "unit-head");
        let bureau = Person::sign_in(server, "principal-head").me.agency;
        let (a, b) = (phone.officer.to_string(), other.officer.to_string());
        let malformed = (400, "malformed".to_owned());
        let transfer = |id: &str, colleague: Json| act(&county, id, "/transfer", &json!({"agency": bureau, "colleague": colleague, "reason": "轮岗"}));
        for colleague in [a.clone(), NOBODY.to_owned(), id_of(server, "agriculture-officer")] {
            assert_eq!(transfer(&a, json!(colleague)).refusal(), malformed, "{colleague}");
        }
        assert!(other.pull_all(500).changes.is_empty(), "not yet theirs");
        let moved = transfer(&a, json!(b)).expect(200).json();
        assert_eq!(moved["officer"]["agency"], json!(bureau));
        let theirs = other.pull_all(500);
        assert!(theirs.case(first.id()).participants.contains_key(&other.officer), "the colleague takes part");
        // The head's functions end with the transfer, the field role goes along, and nothing is handed over.
        let shown = transfer(&head, Json::Null).expect(200).json();
        assert_eq!(shown["roles"], json!(["officer"]));
        assert_eq!(transfer(&head, Json::Null).refusal(), (409, "nothing_changes".to_owned()));
        let detail = county.call("GET", &format!("/v1/register/events?officer={head}")).send().expect(200).json();
        assert!(detail["items"][0]["detail"].as_str().unwrap().contains("unit_head"), "{detail}");
    }

    fn a_deputising_ends_with_the_act_that_ends_it_and_with_the_heads_role(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let (head, deputy) = (id_of(server, "unit-head"), Person::sign_in(server, "officer-b"));
        let now = server::clock::Clock::system().now().ms();
        let appoint = |officer: &str, role: &str, from: i64, until: i64| {
            let body = json!({"officer": officer, "role": role, "from_ms": from, "until_ms": until, "reason": "外出"});
            act(&admin, &head, "/deputies", &body)
        };
        let day = 86_400_000;
        let malformed = (400, "malformed".to_owned());
        assert_eq!(appoint(&deputy.me.officer, "legal_reviewer", now, now + day).refusal(), malformed, "no head's role");
        assert_eq!(appoint(&deputy.me.officer, "principal_head", now, now + day).refusal(), malformed, "not held");
        assert_eq!(appoint(&deputy.me.officer, "unit_head", now, now).refusal(), malformed, "no span");
        assert_eq!(appoint(&deputy.me.officer, "unit_head", now - day, now - 1).refusal(), malformed, "over already");
        assert_eq!(appoint(&deputy.me.officer, "unit_head", now, now + 367 * day).refusal(), malformed, "over a year");
        assert_eq!(appoint(&id_of(server, "agriculture-officer"), "unit_head", now, now + day).refusal(), malformed, "another agency");
        assert_eq!(appoint(&head, "unit_head", now, now + day).refusal(), malformed, "themselves");
        assert_eq!(appoint(&admin.me.officer, "unit_head", now, now + day).refusal(), (403, "own_entry".to_owned()));
        let roles = || deputy.call("GET", "/v1/me").send().expect(200).json()["roles"].clone();
        let shown = appoint(&deputy.me.officer, "unit_head", now, now + day).expect(201).json();
        assert_eq!(roles(), json!(["officer", "unit_head"]));
        let id = text(&shown["deputies"][0]["id"]);
        let end = |id: &str| act(&admin, &head, &format!("/deputies/{id}/end"), &json!({"reason": "提前返岗"}));
        let ended = end(&id).expect(200).json();
        assert!(ended["deputies"][0]["ended_ms"].is_i64());
        assert_eq!(roles(), json!(["officer"]), "the same token");
        assert_eq!(end(&id).refusal(), (409, "nothing_changes".to_owned()));
        let _ = appoint(&deputy.me.officer, "unit_head", now, now + day).expect(201);
        assert_eq!(roles(), json!(["officer", "unit_head"]));
        let _ = act(&admin, &head, "/roles/take", &json!({"role": "unit_head", "reason": "免职"})).expect(200);
        assert_eq!(roles(), json!(["officer"]), "with the head's role");
    }

    fn who_is_deactivated_is_out_with_the_next_request_and_may_come_back(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let officer = phone.officer.to_string();
        let _ = act(&admin, &officer, "/deactivation", &json!({"reason": "借调"})).expect(200);
        assert_eq!(act(&admin, &officer, "/deactivation", &json!({"reason": "再"})).refusal(), (409, "nothing_changes".to_owned()));
        assert_eq!(phone.desk.call("GET", "/v1/me").send().refusal().0, 401);
        assert_eq!(phone.ask_for_token().refusal(), (403, "device_revoked".to_owned()));
        assert_eq!(session(server, "officer-a", PASSWORD).refusal().0, 401);
        let push = phone.push_of(vec![opening.to_bytes()]);
        let handed = phone.hands_in("POST", "/v1/sync/push").bytes("application/cbor", push.to_bytes()).send().expect(200);
        assert_eq!(sync_core::message::Pushed::read(&handed.body).unwrap().receipts.len(), 1, "what the phone holds comes in");
        let inactive = (409, "person_inactive".to_owned());
        assert_eq!(act(&admin, &officer, "/correction", &json!({"name": "改名", "reason": "x"})).refusal(), inactive);
        let phones = admin.call("GET", &format!("/v1/devices?officer={officer}")).send().expect(200).json();
        assert_eq!(phones["items"][0]["revoked_reason"], "借调");
        let _ = act(&admin, &officer, "/reactivation", &json!({"reason": "借调结束"})).expect(200);
        let _ = Phone::of(server, "officer-a");
        assert_eq!(kinds(&admin, &officer), ["person_reactivated", "person_deactivated"]);
    }
}
