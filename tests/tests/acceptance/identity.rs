//! Who is authenticated, and who no longer is.

use std::collections::BTreeSet;

use serde_json::json;
use tests::actor::{ADMINISTRATOR, enrolment, fresh_key};
use tests::server::PASSWORD;
use tests::{Person, Phone, on_both_databases};

on_both_databases! {
    fn an_unknown_login_and_a_wrong_password_get_the_same_answer(server) {
        let ask = |login: &str, password: &str| {
            let answer = server.call("POST", "/v1/sessions").json(&json!({"login": login, "password": password})).send();
            assert_eq!(answer.refusal(), (401, "wrong_password".to_owned()));
            answer
        };
        let (unknown, wrong) = (ask("nobody", PASSWORD), ask("officer-a", "another-password"));
        assert_eq!(unknown.problem_without_request_id(), wrong.problem_without_request_id());
        let names = |answer: &tests::Answer| answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!(names(&unknown), names(&wrong));
    }

    fn a_refusal_is_told_in_chinese_and_on_request_in_english(server) {
        let body = json!({"login": "nobody", "password": PASSWORD});
        let chinese = server.call("POST", "/v1/sessions").json(&body).send();
        let english = server.call("POST", "/v1/sessions").header("Accept-Language", "en").json(&body).send();
        assert_eq!(chinese.json()["detail"], "登录名或密码不正确。");
        assert_eq!(english.json()["detail"], "The login or the password is wrong.");
        assert_eq!(chinese.json()["code"], english.json()["code"]);
    }

    fn an_enrolment_code_enrols_one_phone(server) {
        let officer = Person::sign_in(server, "officer-a");
        let code = Person::sign_in(server, ADMINISTRATOR).enrolment_code(&officer.me.officer);
        let enrol = |code: &str| officer.call("POST", "/v1/devices").json(&enrolment(code, &fresh_key())).send();
        let _ = enrol(&code).expect(201);
        let (used, unknown) = (enrol(&code), enrol("00112233445566778899aabbccddeeff"));
        assert_eq!(used.refusal(), (422, "wrong_enrolment_code".to_owned()));
        assert_eq!(used.problem_without_request_id(), unknown.problem_without_request_id());
    }

    fn a_phone_that_does_not_hold_the_key_is_not_enrolled_and_the_code_stays_good(server) {
        let officer = Person::sign_in(server, "officer-a");
        let code = Person::sign_in(server, ADMINISTRATOR).enrolment_code(&officer.me.officer);
        let (mine, stolen) = (enrolment(&code, &fresh_key()), enrolment(&code, &fresh_key()));
        let forged = api_spec::device::NewDevice { public_key: stolen.public_key, ..mine.clone() };
        let refused = officer.call("POST", "/v1/devices").json(&forged).send();
        assert_eq!(refused.refusal(), (422, "wrong_proof".to_owned()));
        let _ = officer.call("POST", "/v1/devices").json(&mine).send().expect(201);
    }

    fn an_officer_gives_nobody_an_enrolment_code(server) {
        let officer = Person::sign_in(server, "officer-a");
        let ask = officer.call("POST", "/v1/enrolment-codes").json(&json!({"officer": officer.me.officer})).send();
        assert_eq!(ask.refusal(), (403, "forbidden".to_owned()));
    }

    fn an_administrator_reaches_nobody_outside_the_agency(server) {
        let stranger = Person::sign_in(server, "agriculture-officer").me.officer;
        let administrator = Person::sign_in(server, "agency-admin");
        let ask = |officer: &str| {
            administrator.call("POST", "/v1/enrolment-codes").json(&json!({"officer": officer})).send().expect(404)
        };
        let (foreign, missing) = (ask(&stranger), ask("00112233445566778899aabbccddeeff"));
        assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
    }

    fn an_expired_certificate_gets_no_lease_and_is_told_the_article(server) {
        let refused = Phone::without_lease(server, "officer-expired").ask_for_lease();
        assert_eq!(refused.refusal(), (403, "certificate_expired".to_owned()));
        assert_eq!(refused.json()["article"], "行政处罚法 第四十二条、第七十六条");
    }

    fn a_suspended_certificate_gets_no_lease(server) {
        let refused = Phone::without_lease(server, "officer-suspended").ask_for_lease();
        assert_eq!(refused.refusal(), (403, "certificate_not_valid".to_owned()));
    }

    fn a_lease_never_outlives_a_day_or_the_certificate(server) {
        let lease = Phone::of(server, "officer-ending").lease.unwrap().lease;
        assert!(lease.not_after <= lease.certificate_ends);
        assert_eq!(lease.not_after.ms() - lease.issued.ms(), 24 * 60 * 60 * 1000);
    }

    fn the_token_of_a_revoked_phone_is_worth_nothing_on_the_next_request(server) {
        let phone = Phone::of(server, "officer-a");
        let _ = phone.call("GET", "/v1/me").send().expect(200);
        Person::sign_in(server, ADMINISTRATOR).revoke(phone.device);
        let refused = phone.call("GET", "/v1/me").send();
        assert!(matches!(refused.status, 401 | 403), "{}", refused.text());
        let push = phone.push_call(&phone.push_of(Vec::new())).send();
        assert_eq!(push.refusal(), refused.refusal());
        assert_eq!(phone.ask_for_token().refusal(), (403, "device_revoked".to_owned()));
    }

    fn a_password_alone_opens_no_synchronisation(server) {
        let officer = Person::sign_in(server, "officer-a");
        let refused = officer.call("GET", "/v1/sync/pull").send();
        assert_eq!(refused.refusal(), (403, "device_required".to_owned()));
    }
}
