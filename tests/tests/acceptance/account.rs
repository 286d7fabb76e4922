//! Impersonation is impossible: enrolling a phone, resetting a password and acting at a desk need what only the person
//! has.

use api_spec::account::{AccountEvent, AccountEventPage, PasswordReset, PasswordResetList};
use api_spec::device::{EnrolledDevice, EnrolmentCode};
use serde_json::{Value as Json, json};
use tests::actor::{ADMINISTRATOR, enrolment, fresh_key};
use tests::desk::{Desk, hidden};
use tests::http::Answer;
use tests::server::{PASSWORD, binary};
use tests::{Person, Phone, Server, on_both_databases};

use crate::alarm;

const NEW: &str = "nine herons over the gorge";

/// A code for an officer, both forms.
fn code_for(server: &Server, officer: &str) -> EnrolmentCode {
    let administrator = Person::sign_in(server, ADMINISTRATOR);
    let asked = administrator.call("POST", "/v1/enrolment-codes").json(&json!({"officer": officer}));
    asked.send().expect(201).read()
}

fn events(person: &Person<'_>) -> Vec<AccountEvent> {
    let page: AccountEventPage = person.call("GET", "/v1/account-events").send().expect(200).read();
    page.items
}

fn sign_in(server: &Server, login: &str, password: &str) -> Answer {
    server.call("POST", "/v1/sessions").json(&json!({"login": login, "password": password})).send()
}

/// `palm admin` over this server's data.
fn admin(server: &Server, words: &[&str], password: Option<&str>) -> std::process::Output {
    let palm = server.palm("admin");
    let given = palm.get_args().skip(1).map(std::ffi::OsStr::to_owned).collect::<Vec<_>>();
    let mut admin = std::process::Command::new(binary());
    admin.env_remove("PALM_DATABASE_URL").arg("admin").args(words).args(given);
    admin.envs(palm.get_envs().filter_map(|(name, value)| Some((name, value?))));
    admin.envs(password.map(|password| ("PALM_ADMIN_PASSWORD", password))).output().unwrap()
}

fn ask_reset(person: &Person<'_>, officer: &str) -> Answer {
    person.call("POST", "/v1/password-resets").json(&json!({"officer": officer})).send()
}

fn choose(server: &Server, login: &str, first: &str, second: &str, password: &str) -> Answer {
    let body = json!({"login": login, "first_code": first, "second_code": second, "password": password});
    server.call("POST", "/v1/passwords").json(&body).send()
}

on_both_databases! {
    fn check_18_a_code_enrols_nobody_but_its_officer_who_signed_in(server) {
        let (officer, other) = (Person::sign_in(server, "officer-a"), Person::sign_in(server, "officer-b"));
        let code = code_for(server, &officer.me.officer).code;
        let wanted = enrolment(&code, &fresh_key());
        assert_eq!(server.call("POST", "/v1/devices").json(&wanted).send().refusal(), (401, "unauthenticated".into()));
        let taken = other.call("POST", "/v1/devices").json(&wanted).send();
        assert_eq!(taken.refusal(), (422, "wrong_enrolment_code".into()), "a code of another officer");
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        let taken = administrator.call("POST", "/v1/devices").json(&wanted).send();
        assert_eq!(taken.refusal(), (422, "wrong_enrolment_code".into()), "who gave the code");
        let by_phone = Phone::of(server, "officer-a").call("POST", "/v1/devices").json(&wanted).send();
        assert_eq!(by_phone.refusal(), (403, "not_from_a_phone".into()), "a phone enrols no other");
        let enrolled: EnrolledDevice = officer.call("POST", "/v1/devices").json(&wanted).send().expect(201).read();
        assert_eq!(enrolled.device.officer, officer.me.officer);
    }

    fn check_18_a_code_is_typed_in_ten_characters_and_five_tries(server) {
        let officer = Person::sign_in(server, "officer-a");
        let enrol = |code: &str| officer.call("POST", "/v1/devices").json(&enrolment(code, &fresh_key())).send();
        let wrong = |times: usize| {
            for _ in 0..times {
                assert_eq!(enrol("0000000000").refusal(), (422, "wrong_enrolment_code".into()));
            }
        };
        let EnrolmentCode { typed, code, .. } = code_for(server, &officer.me.officer);
        assert_eq!((typed.len(), code.len()), (10, 32));
        wrong(4);
        let as_people_type = format!("{}-{} ", &typed[..5].to_lowercase(), &typed[5..]);
        let _ = enrol(&as_people_type).expect(201);
        let next = code_for(server, &officer.me.officer);
        wrong(5);
        assert_eq!(enrol(&next.typed).refusal(), (422, "wrong_enrolment_code".into()), "after five tries");
        assert_eq!(enrol(&next.code).refusal(), (422, "wrong_enrolment_code".into()), "nor in its other form");
        // What others try wastes no code of this officer.
        let last = code_for(server, &officer.me.officer);
        let other = Person::sign_in(server, "officer-b");
        for _ in 0..6 {
            let _ = other.call("POST", "/v1/devices").json(&enrolment("0000000000", &fresh_key())).send().expect(422);
        }
        let _ = enrol(&last.typed).expect(201);
    }

    fn an_enrolment_is_told_to_its_officer_and_is_on_record(server) {
        let phone = Phone::of(server, "officer-a");
        let told = events(&phone.desk);
        let kinds: Vec<&str> = told.iter().map(|event| event.kind.code()).collect();
        assert_eq!(kinds, ["device_enrolled", "enrolment_code_issued"]);
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        assert_eq!(told[0].device.as_deref(), Some(phone.device.to_string().as_str()));
        assert_eq!((&told[0].detail, &told[0].actor), (&"执法终端".to_owned(), &Some(phone.officer.to_string())));
        assert_eq!(told[1].actor.as_ref(), Some(&administrator.me.officer));
        let on_the_phone: AccountEventPage = phone.call("GET", "/v1/account-events").send().expect(200).read();
        assert_eq!(on_the_phone.items, told);
        // Those who audit see it, a colleague does not.
        let of_them = format!("/v1/account-events?officer={}", phone.officer);
        let seen: AccountEventPage =
            Person::sign_in(server, "audit-admin").call("GET", &of_them).send().expect(200).read();
        assert_eq!(seen.items, told);
        let colleague = Person::sign_in(server, "officer-b").call("GET", &of_them).send();
        assert_eq!(colleague.refusal(), (403, "forbidden".into()));
        administrator.revoke(phone.device);
        assert_eq!(events(&phone.desk)[0].kind.code(), "device_revoked");
        let page = Desk::of(server, "officer-a").get("/console/devices").expect(200).text();
        assert!(page.contains("登记了终端") && page.contains("停用了终端"), "{page}");
        // In pages of one, each is read once.
        let one: AccountEventPage =
            phone.desk.call("GET", "/v1/account-events?limit=1").send().expect(200).read();
        let next = format!("/v1/account-events?limit=5&cursor={}", one.next_cursor.unwrap());
        let rest: AccountEventPage = phone.desk.call("GET", &next).send().expect(200).read();
        assert_eq!((one.items.len(), rest.items.len(), rest.next_cursor), (1, 2, None));
    }

    fn what_is_done_at_the_machine_leaves_an_event_and_an_alarm_and_is_in_two_hands(server) {
        let officer = Person::sign_in(server, "officer-a");
        let given = admin(server, &["enrolment-code", "--officer", &officer.me.officer], None);
        assert!(given.status.success(), "{given:?}");
        let raised = alarm::of_kind(server, "enrolment_code_issued");
        assert_eq!((raised.len(), &raised[0]["detail"]), (1, &json!("officer-a")));
        assert_eq!((events(&officer)[0].kind.code(), &events(&officer)[0].actor), ("enrolment_code_issued", &None));
        // The hand that gave the code replaces no password of the same account, and the other way round.
        let both = admin(server, &["new-password", "--login", "officer-a"], Some(NEW));
        let said = String::from_utf8_lossy(&both.stderr).into_owned();
        assert!(!both.status.success() && said.contains("same_hand"), "{said}");
        assert_eq!(sign_in(server, "officer-a", PASSWORD).status, 201);
        let replaced = admin(server, &["new-password", "--login", "officer-b"], Some(NEW));
        assert!(replaced.status.success(), "{replaced:?}");
        let other = Person::sign_in(server, ADMINISTRATOR);
        let roster = other.call("GET", "/v1/officers?limit=100").send().expect(200).json();
        let named = |name: &str| {
            let all = roster["items"].as_array().unwrap().iter();
            all.clone().find(|one| one["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
        };
        let both = admin(server, &["enrolment-code", "--officer", &named("陈晓梅")], None);
        let said = String::from_utf8_lossy(&both.stderr).into_owned();
        assert!(!both.status.success() && said.contains("same_hand"), "{said}");
        assert_eq!(alarm::of_kind(server, "password_replaced").len(), 1);
        let page = Desk::of(server, ADMINISTRATOR).get("/console/alarms").expect(200).text();
        assert!(page.contains("运维人员在服务器上签发了终端登记码") && page.contains("账号 officer-a"), "{page}");
    }

    fn a_reset_is_confirmed_on_the_officers_phone_before_it_takes_effect(server) {
        let (phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        let officer = phone.officer.to_string();
        let asked: PasswordReset = ask_reset(&administrator, &officer).expect(201).read();
        let first = asked.code.clone().unwrap();
        server.confides(&first);
        assert_eq!((first.len(), asked.confirmed), (10, false));
        assert_eq!(choose(server, "officer-a", &first, "0000000000", NEW).refusal(), (422, "wrong_reset_code".into()));
        let confirm = format!("/v1/password-resets/{}/confirm", asked.id);
        assert_eq!(administrator.call("POST", &confirm).send().refusal(), (403, "same_hand".into()), "who asked");
        assert_eq!(other.call("POST", &confirm).send().refusal(), (404, "not_found".into()), "another's phone");
        assert_eq!(phone.desk.call("POST", &confirm).send().refusal(), (403, "forbidden".into()), "a password alone");
        let seen: PasswordResetList = phone.call("GET", "/v1/password-resets").send().expect(200).read();
        assert_eq!((seen.items[0].id.as_str(), &seen.items[0].code), (asked.id.as_str(), &None), "no code is told twice");
        let confirmed: PasswordReset = phone.call("POST", &confirm).send().expect(201).read();
        let second = confirmed.code.clone().unwrap();
        server.confides(&second);
        let again: PasswordReset = phone.call("POST", &confirm).send().expect(201).read();
        assert_eq!(again, confirmed, "after a lost answer");
        assert_eq!(sign_in(server, "officer-a", PASSWORD).status, 201, "until the officer chooses");
        assert_eq!(choose(server, "officer-a", &second, &first, NEW).status, 422, "not in the other order");
        assert_eq!(choose(server, "officer-b", &first, &second, NEW).status, 422, "not for another account");
        let _ = choose(server, "officer-a", &first, &second, NEW).expect(204);
        assert_eq!(phone.desk.call("GET", "/v1/me").send().status, 401, "the sessions of the old password end");
        assert_eq!((sign_in(server, "officer-a", PASSWORD).status, sign_in(server, "officer-a", NEW).status), (401, 201));
        assert_eq!(choose(server, "officer-a", &first, &second, PASSWORD).status, 422, "once");
    }

    fn a_reset_is_confirmed_by_a_second_administrator_and_told_to_the_officer(server) {
        let officer = Person::sign_in(server, "officer-a");
        let (one, two) = (Person::sign_in(server, "agency-admin"), Person::sign_in(server, ADMINISTRATOR));
        let me = officer.me.officer.clone();
        assert_eq!(ask_reset(&officer, &me).refusal(), (403, "forbidden".into()));
        assert_eq!(ask_reset(&one, &one.me.officer).refusal(), (403, "same_hand".into()), "their own");
        let asked: PasswordReset = ask_reset(&one, &me).expect(201).read();
        let confirm = format!("/v1/password-resets/{}/confirm", asked.id);
        let confirmed: PasswordReset = two.call("POST", &confirm).send().expect(201).read();
        let (first, second) = (asked.code.unwrap(), confirmed.code.unwrap());
        let third = Person::sign_in(server, "security-admin").call("POST", &confirm).send();
        assert_eq!(third.refusal(), (409, "reset_not_open".into()), "another hand confirmed it");
        assert_eq!(choose(server, "officer-a", &first, &second, "密码").refusal(), (400, "password_length".into()));
        let _ = choose(server, "officer-a", &first, &second, NEW).expect(204);
        let body = json!({"login": "officer-a", "password": NEW});
        let token = server.call("POST", "/v1/sessions").json(&body).send().expect(201).json();
        let told = server.call("GET", "/v1/account-events").token(token["access_token"].as_str().unwrap()).send();
        let told: AccountEventPage = told.expect(200).read();
        let kinds: Vec<&str> = told.items.iter().map(|event| event.kind.code()).collect();
        assert_eq!(kinds, ["password_reset", "password_reset_confirmed", "password_reset_asked"]);
    }

    fn five_wrong_attempts_end_a_reset_and_a_later_reset_ends_the_one_before(server) {
        let phone = Phone::of(server, "officer-a");
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        let reset = || -> (String, String) {
            let asked: PasswordReset = ask_reset(&administrator, &phone.officer.to_string()).expect(201).read();
            let confirm = format!("/v1/password-resets/{}/confirm", asked.id);
            let confirmed: PasswordReset = phone.call("POST", &confirm).send().expect(201).read();
            (asked.code.unwrap(), confirmed.code.unwrap())
        };
        let (before, now) = (reset(), reset());
        assert_eq!(choose(server, "officer-a", &before.0, &before.1, NEW).status, 422, "replaced");
        for _ in 0..4 {
            assert_eq!(choose(server, "officer-a", &now.0, "0000000000", NEW).status, 422);
        }
        // Slowed down like sign-ins: from another address it goes on at once.
        let body = json!({"login": "officer-a", "first_code": now.0, "second_code": now.1, "password": NEW});
        let there = |address: &str| {
            server.call("POST", "/v1/passwords").header("X-Forwarded-For", address).json(&body).send().status
        };
        assert!([422, 429].contains(&there("203.0.113.7")), "five wrong attempts");
        assert_eq!(sign_in(server, "officer-b", PASSWORD).status, 201);
    }

    fn an_officer_changes_their_own_password_and_a_phone_does_not(server) {
        let phone = Phone::of(server, "officer-a");
        let change = |call: tests::http::Call, present: &str, new: &str| {
            call.json(&json!({"present": present, "new": new})).send()
        };
        let at_a_desk = || phone.desk.call("POST", "/v1/me/password");
        assert_eq!(change(phone.call("POST", "/v1/me/password"), PASSWORD, NEW).refusal(), (403, "not_from_a_phone".into()));
        assert_eq!(change(at_a_desk(), NEW, NEW).refusal(), (401, "wrong_password".into()));
        assert_eq!(change(at_a_desk(), PASSWORD, "officer-a1").refusal(), (400, "password_common".into()));
        let _ = change(at_a_desk(), PASSWORD, NEW).expect(204);
        assert_eq!(change(at_a_desk(), NEW, PASSWORD).refusal(), (401, "unauthenticated".into()), "this session ends too");
        assert_eq!((sign_in(server, "officer-a", PASSWORD).status, sign_in(server, "officer-a", NEW).status), (401, 201));
    }

    fn a_reset_is_asked_for_and_confirmed_on_pages(server) {
        let officer = Person::sign_in(server, "officer-a").me.officer;
        let (mut one, mut two) = (Desk::of(server, "agency-admin"), Desk::of(server, ADMINISTRATOR));
        let path = format!("/console/officers/{officer}");
        let code_on = |page: &str| {
            let at = page.find("<code class=\"digest\">").unwrap() + "<code class=\"digest\">".len();
            page[at..at + 10].to_owned()
        };
        let csrf = one.csrf();
        let first = one.post(&format!("{path}/password-reset"), &[("csrf", &csrf)]).expect(200).text();
        assert!(first.contains("第一重设码"), "{first}");
        assert!(one.get(&path).expect(200).text().contains("另一名管理员确认"));
        let page = two.get(&path).expect(200).text();
        let at = page.find("/console/password-resets/").unwrap();
        let confirm = page[at..].split('"').next().unwrap().to_owned();
        let csrf = two.csrf();
        let second = two.post(&confirm, &[("csrf", &csrf)]).expect(200).text();
        let mut browser = Desk::new(server);
        let form = browser.get("/console/new-password").expect(200).text();
        let csrf = hidden(&form, "csrf");
        let (first, second) = (code_on(&first), code_on(&second));
        let fields = |second: &str, repeated: &str| -> Vec<(String, String)> {
            let fields = [
                ("csrf", csrf.as_str()),
                ("login", "officer-a"),
                ("first", &first),
                ("second", second),
                ("password", NEW),
                ("repeated", repeated),
            ];
            fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
        };
        let mut send = |fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.post("/console/new-password", &fields)
        };
        let refused = send(fields(&second, "otherwise")).text();
        assert!(refused.contains("两次输入的密码不一致"), "{refused}");
        assert!(send(fields("0000000000", NEW)).text().contains("重设码不正确"));
        assert!(send(fields(&second, NEW)).expect(200).text().contains("新密码已生效"));
        assert_eq!(sign_in(server, "officer-a", NEW).status, 201);
    }

    fn check_1_a_phone_opens_the_routes_of_phones_and_no_other(server) {
        let phone = Phone::without_lease(server, "unit-head");
        let roles = phone.call("GET", "/v1/me").send().expect(200).json()["roles"].clone();
        assert_eq!(roles, json!(["officer"]), "a phone carries no role of a desk");
        let document: Json = server.call("GET", "/openapi.json").send().expect(200).json();
        let mut opened = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["security"].as_array().unwrap().is_empty() {
                    continue;
                }
                let filled: Vec<&str> =
                    path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect();
                let method = method.to_uppercase();
                let call = phone.call(&method, &filled.join("/"));
                let call = if ["GET", "HEAD"].contains(&method.as_str()) { call } else { call.json(&json!({})) };
                let answer = call.send();
                let closed = answer.status == 403 && (method == "HEAD" || answer.json()["code"] == "not_from_a_phone");
                if !closed {
                    opened.push(format!("{method} {path}"));
                }
            }
        }
        opened.sort_unstable();
        let mut listed: Vec<String> =
            server::web::caller::PHONE_ROUTES.iter().map(|(method, path)| format!("{method} {path}")).collect();
        listed.sort_unstable();
        assert_eq!(opened, listed);
        for wrong in ["close", "register", "return", "verdict", "record"] {
            assert!(!listed.iter().any(|route| route.contains(wrong)), "{wrong}");
        }
    }
}
