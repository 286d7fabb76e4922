//! Accounts with one-time passwords, and the story of an officer.

use serde_json::{Value as Json, json};
use tests::actor::{enrolment, fresh_key, session, wait_ms};
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

use super::{act, choose, entered, kinds, post, read, text};

/// The one-time password opens nothing but the choice of another, typed as people type it.
fn first_sign_in(server: &Server, admin: &Person<'_>, officer: &str, one_time: &str) {
    let typed = format!(" {}-{}", one_time[..5].to_lowercase(), &one_time[5..]);
    let token = text(&session(server, "new-officer", &typed).expect(201).json()["access_token"]);
    server.confides(&token);
    let must_change = (403, "password_must_change".to_owned());
    for (method, path) in [("GET", "/v1/me"), ("GET", "/v1/officers"), ("GET", "/v1/devices"), ("GET", "/v1/cases")] {
        assert_eq!(server.call(method, path).token(&token).send().refusal(), must_change, "{path}");
    }
    let code = admin.enrolment_code(officer);
    let phone = server.call("POST", "/v1/devices").token(&token).json(&enrolment(&code, &fresh_key())).send();
    assert_eq!(phone.refusal(), must_change, "no phone is enrolled with it");
    let change = |new: &str| {
        let body = json!({"present": one_time, "new": new});
        server.call("POST", "/v1/me/password").token(&token).json(&body).send()
    };
    assert_eq!(change(one_time).refusal(), (400, "password_common".to_owned()));
    let _ = change(PASSWORD).expect(204);
    assert_eq!(session(server, "new-officer", one_time).refusal(), (401, "wrong_password".to_owned()));
}

on_both_databases! {
    fn an_account_is_given_closed_and_opened_again(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let officer = entered(server, &admin, "账号测试", "22370008011");
        let path = format!("/v1/officers/{officer}/account");
        let open = |key: &str, login: &str| {
            admin.call("POST", &path).header("Idempotency-Key", key).json(&json!({"login": login, "reason": "新入职"})).send()
        };
        assert_eq!(open("k1", "officer-a").refusal(), (409, "login_taken".to_owned()));
        let given = open("k2", "account-test").expect(201).json();
        assert_eq!(open("k2", "account-test").expect(201).json()["password"], given["password"], "after a lost answer");
        assert_eq!(open("k3", "account-test").refusal(), (409, "account_exists".to_owned()));
        let another = |reason: &str| act(&admin, &officer, "/account/one-time-password", &json!({"reason": reason}));
        let fresh = text(&another("纸条遗失").expect(201).json()["password"]);
        let lost = text(&given["password"]);
        server.confides(&lost);
        assert_eq!(session(server, "account-test", &lost).refusal().0, 401, "the newest one counts");
        choose(server, "account-test", &fresh);
        assert_eq!(another("忘记").refusal(), (409, "password_is_own".to_owned()));
        let _ = act(&admin, &officer, "/roles", &json!({"role": "officer", "reason": "任职"})).expect(200);
        let phone = Phone::of(server, "account-test");
        let _ = act(&admin, &officer, "/account/close", &json!({"reason": "长期病假"})).expect(200);
        assert_eq!(session(server, "account-test", PASSWORD).refusal(), (401, "wrong_password".to_owned()));
        assert_eq!(phone.desk.call("GET", "/v1/me").send().refusal().0, 401);
        assert_eq!(phone.ask_for_token().refusal(), (403, "device_revoked".to_owned()));
        assert_eq!(act(&admin, &officer, "/account/close", &json!({"reason": "再关"})).refusal(), (409, "no_account".to_owned()));
        let opened = text(&another("病假结束").expect(201).json()["password"]);
        choose(server, "account-test", &opened);
        let _ = Phone::of(server, "account-test");
        let account = read(&admin, &officer).0["account"].clone();
        assert_eq!(account, json!({"login": "account-test", "one_time_until_ms": null, "closed_ms": null}));
        let colleague = Person::sign_in(server, "officer-a");
        assert_eq!(read(&colleague, &officer).0["account"], Json::Null, "a colleague sees no login");
    }

    fn the_operator_gives_and_closes_an_account_on_the_machine_with_an_alarm(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let officer = entered(server, &admin, "机上开户", "22370008012");
        let palm = |command: &str| server.palm(command).output().unwrap();
        let made = palm(&format!("admin give-account --officer {officer} --login on-machine --reason 管理员出差"));
        assert!(made.status.success(), "{made:?}");
        choose(server, "on-machine", String::from_utf8_lossy(&made.stdout).trim());
        let again = palm(&format!("admin one-time-password --officer {officer} --reason 遗忘"));
        assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("password_is_own"));
        let closed = palm("admin close-account --login on-machine --reason 离职");
        assert!(closed.status.success(), "{closed:?}");
        assert_eq!(session(server, "on-machine", PASSWORD).refusal().0, 401);
        let opened = palm(&format!("admin one-time-password --officer {officer} --reason 返岗"));
        assert!(opened.status.success(), "{opened:?}");
        choose(server, "on-machine", String::from_utf8_lossy(&opened.stdout).trim());
        assert_eq!(kinds(&admin, &officer), ["one_time_password", "account_closed", "account_opened", "person_added"]);
        let alarms = Person::sign_in(server, "county-admin").call("GET", "/v1/alarms").send().expect(200).json();
        let kinds: Vec<String> = alarms["items"].as_array().unwrap().iter().map(|alarm| text(&alarm["kind"])).collect();
        assert_eq!(kinds, ["one_time_password", "account_closed", "one_time_password"]);
    }

    fn an_officers_story_from_an_empty_installation(seeded) {
        let server = &seeded.empty_like();
        let admin = Person::sign_in(server, "first-admin");
        let agencies = admin.call("GET", "/v1/agencies").send().expect(200).json();
        let agencies: Vec<&Json> = agencies["items"].as_array().unwrap().iter().collect();
        let agency = |name: &str| {
            let found = agencies.iter().find(|one| one["name"].as_str().unwrap().contains(name));
            text(&found.unwrap_or_else(|| panic!("{name}"))["id"])
        };
        let (station, bureau) = (agency("司法局"), agency("人民政府"));
        let enter = |name: &str, number: Option<&str>| {
            let certificate = number.map(|number| json!({"number": number, "category": "综合执法", "issued_on": "2026-03-01",
                                                         "valid_until": "2091-02-28"}));
            let body = json!({"agency": station, "name": name, "certificate": certificate, "reason": "新录用"});
            text(&post(&admin, "/v1/officers", "*", &body).expect(201).json()["officer"]["id"])
        };
        let (officer, head) = (enter("新执法员", Some("22370008001")), enter("新所长", Some("22370008002")));
        let give = |id: &str, role: &str| act(&admin, id, "/roles", &json!({"role": role, "reason": "任职"}));
        let _ = give(&officer, "officer").expect(200);
        let _ = give(&head, "unit_head").expect(200);
        let given = act(&admin, &officer, "/account", &json!({"login": "new-officer", "reason": "新入职"})).expect(201).json();
        let one_time = text(&given["password"]);
        server.confides(&one_time);

        first_sign_in(server, &admin, &officer, &one_time);
        let phone = Phone::enrolled_by(server, "new-officer", &admin);
        let _ = phone.ask_for_lease().expect(201);
        let decide = |what: &str| {
            let body = json!({"number": "22370008001", "act": what, "from_ms": 1_790_000_000_000_i64, "reason": "培训学时",
                              "basis": "决定书", "decided_by": "县司法局"});
            act(&admin, &officer, "/certificates/decision", &body)
        };
        let _ = decide("suspend").expect(200);
        assert_eq!(phone.ask_for_lease().refusal(), (403, "certificate_not_valid".to_owned()), "the same token");
        let _ = decide("restore").expect(200);
        let _ = phone.ask_for_lease().expect(201);

        // Deputising: in effect with the next request, and over by itself.
        let now = server::clock::Clock::system().now().ms();
        let body = json!({"officer": officer, "role": "unit_head", "from_ms": now - 1_000, "until_ms": now + 4_000, "reason": "外出"});
        let desk = Person::sign_in(server, "new-officer");
        let roles = || desk.call("GET", "/v1/me").send().expect(200).json()["roles"].clone();
        assert_eq!(roles(), json!(["officer"]));
        let shown = act(&admin, &head, "/deputies", &body).expect(201).json();
        assert_eq!((&shown["deputies"][0]["name"], &shown["deputies"][0]["head_name"]), (&json!("新执法员"), &json!("新所长")));
        assert_eq!(roles(), json!(["officer", "unit_head"]), "the same token");
        wait_ms(4_500);
        assert_eq!(roles(), json!(["officer"]), "it ended by itself");

        let transfer = json!({"agency": bureau, "reason": "轮岗"});
        let _ = act(&admin, &officer, "/transfer", &transfer).expect(200);
        assert_eq!(desk.call("GET", "/v1/me").send().expect(200).json()["agency"], json!(bureau), "the same token");
        let _ = act(&admin, &officer, "/deactivation", &json!({"reason": "离职"})).expect(200);
        assert_eq!(desk.call("GET", "/v1/me").send().refusal().0, 401);
        assert_eq!(phone.ask_for_lease().refusal().0, 401);
        let _ = phone.hands_in("POST", "/v1/sync/push").bytes("application/cbor", phone.push_of(vec![]).to_bytes()).send();
        assert_eq!(
            kinds(&admin, &officer),
            ["person_deactivated", "person_transferred", "certificate_status", "certificate_status", "account_opened",
             "role_given", "person_added"]
        );
        assert_eq!(kinds(&admin, &head), ["deputy_appointed", "role_given", "person_added"]);
    }
}
