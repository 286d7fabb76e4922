//! The server's own clock: timestamps written while it was ahead count no longer than their own window.

use serde_json::json;
use sync_core::message::{Class, Pushed};
use tests::actor::{ADMINISTRATOR, enrolment, fresh_key, wait_ms};
use tests::desk::Desk;
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

use crate::search::run_sql;

const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// As if the server's clock had been a year ahead when this was written.
fn a_year_ahead(server: &Server, table: &str, columns: &[&str]) {
    let set: Vec<String> = columns.iter().map(|column| format!("{column} = {column} + {YEAR_MS}")).collect();
    run_sql(server, &format!("UPDATE {table} SET {}", set.join(", ")));
}

on_both_databases! {
    fn a_sign_in_while_the_clock_was_a_year_ahead_locks_nobody_out_once_it_is_right(server) {
        let try_it = |login: &str, password: &str| {
            server.call("POST", "/v1/sessions").json(&json!({"login": login, "password": password})).send().status
        };
        for _ in 0..5 {
            assert_eq!(try_it("officer-a", "a wrong password"), 401);
        }
        assert_eq!(try_it("officer-b", PASSWORD), 201);
        a_year_ahead(server, "login_attempt", &["last_ms", "success_ms"]);
        assert_eq!([try_it("officer-a", PASSWORD), try_it("officer-b", PASSWORD), try_it("unit-head", PASSWORD)], [201; 3]);
        // Nor is somebody known for a year: their next guesses wait like those of anybody.
        run_sql(server, "UPDATE login_attempt SET failures = 0");
        let waits = (0..40).map(|_| try_it("officer-b", "a wrong password")).filter(|status| *status == 429).count();
        assert!(waits > 30, "{waits}");
    }

    fn sessions_codes_and_challenges_of_a_clock_that_was_ahead_have_ended(server) {
        let mut desk = Desk::of(server, "unit-head");
        let _ = desk.get("/console/work").expect(200);
        let officer = Person::sign_in(server, "officer-a");
        let code = Person::sign_in(server, ADMINISTRATOR).enrolment_code(&officer.me.officer);
        let phone = Phone::of(server, "officer-b");
        a_year_ahead(server, "console_session", &["created_ms", "seen_ms"]);
        a_year_ahead(server, "enrolment_code", &["expires_ms"]);
        assert_eq!(desk.get("/console/work").status, 303);
        let late = officer.call("POST", "/v1/devices").json(&enrolment(&code, &fresh_key())).send();
        assert_eq!(late.refusal(), (422, "wrong_enrolment_code".into()));
        let body = json!({"device": phone.device.to_string()});
        let challenge = server.call("POST", "/v1/device-challenges").json(&body).send().expect(201).json();
        a_year_ahead(server, "device_challenge", &["expires_ms"]);
        let body = json!({"device": phone.device.to_string(), "challenge": challenge["challenge"], "signature": "00".repeat(64)});
        let late = server.call("POST", "/v1/device-tokens").json(&body).send();
        assert_eq!(late.refusal(), (422, "wrong_challenge".into()));
    }

    fn a_revocation_that_was_noted_by_a_clock_that_was_ahead_counts_from_now_on(server) {
        let (mut phone, mut fellow) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = phone.open_case(&[fellow.officer]);
        assert_eq!(phone.push(&[&opening]).outcomes[0].class, Class::Accepted);
        Person::sign_in(server, ADMINISTRATOR).revoke(phone.device);
        a_year_ahead(server, "device", &["revoked_ms"]);
        wait_ms(2_200);
        let after = phone.write(opening.id(), &[opening.id()], "place_name", "事后所写");
        let mut push = fellow.push_of(vec![after.to_bytes()]);
        push.leases.push(phone.lease.clone().unwrap().bytes);
        let answer = fellow.push_call(&push).send().expect(200);
        let outcome = &Pushed::read(&answer.body).unwrap().outcomes[0];
        // The revocation is taken for now: the change may have been made before it, and that cannot be shown.
        assert_eq!((outcome.class, outcome.flags.as_slice()), (Class::Accepted, &["time_not_proved".to_owned()][..]));
        let formal = fellow.write(opening.id(), &[opening.id()], "note", "同行所写");
        assert_eq!(fellow.push(&[&formal]).outcomes[0].class, Class::Accepted, "nobody else is concerned");
    }

    fn a_reset_of_a_clock_that_was_ahead_has_ended(server) {
        let phone = Phone::of(server, "officer-a");
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        let body = json!({"officer": phone.officer.to_string()});
        let asked = administrator.call("POST", "/v1/password-resets").json(&body).send().expect(201).json();
        a_year_ahead(server, "password_reset", &["asked_ms"]);
        let confirm = format!("/v1/password-resets/{}/confirm", asked["id"].as_str().unwrap());
        assert_eq!(phone.call("POST", &confirm).send().refusal(), (409, "reset_not_open".into()));
    }

    fn a_start_with_a_clock_behind_the_newest_record_says_so(server) {
        let ready = || server.call("GET", "/readyz").send().expect(200).json();
        assert_eq!(ready()["status"], "ok");
        server.kill();
        run_sql(server, &format!("UPDATE tenant SET locked_ms = locked_ms + {YEAR_MS}"));
        server.start_again();
        let said = ready();
        assert_eq!((&said["status"], &said["code"]), (&json!("degraded"), &json!("clock_behind")));
        assert!(said["detail"].as_str().unwrap().contains("请核对服务器时间"), "{said}");
        let english = server.call("GET", "/readyz").header("Accept-Language", "en").send().expect(200).json();
        assert!(english["detail"].as_str().unwrap().contains("Check the time"), "{english}");
        assert!(server.log_text().contains("the clock is behind the newest record"));
        // It works all the same.
        let _ = Phone::of(server, "officer-a");
    }
}
