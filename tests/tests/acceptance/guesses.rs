//! Who guesses passwords is slowed down; nobody is locked out.

use std::process::Command;

use serde_json::json;
use tests::http::Answer;
use tests::server::{PASSWORD, binary};
use tests::{Person, Server, on_both_databases};

fn try_from(server: &Server, address: &str, login: &str, password: &str) -> Answer {
    let call = server.call("POST", "/v1/sessions").header("X-Forwarded-For", address);
    call.json(&json!({"login": login, "password": password})).send()
}

const ELSEWHERE: &str = "203.0.113.9";
const GATEWAY: &str = "10.1.1.1";

on_both_databases! {
    fn the_sixth_wrong_password_waits_whatever_the_login_and_also_after_a_restart(server) {
        for login in ["officer-a", "nobody-of-this-name"] {
            for _ in 0..5 {
                let wrong = try_from(server, GATEWAY, login, "not the password");
                assert_eq!(wrong.refusal(), (401, "wrong_password".to_owned()), "{login}");
            }
            let refused = try_from(server, GATEWAY, login, PASSWORD);
            assert_eq!(refused.refusal(), (429, "too_many_attempts".to_owned()), "{login}");
            assert!((1..=60).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
        }
        server.start_again();
        let beside = server.beside();
        for _ in 0..3 {
            let _ = try_from(server, GATEWAY, "officer-a", "not the password");
        }
        let there = server.call("POST", "/v1/sessions").at(beside.address().parse().unwrap());
        let refused = there.json(&json!({"login": "officer-a", "password": PASSWORD})).send();
        assert_eq!(refused.refusal(), (429, "too_many_attempts".to_owned()), "another process knows it too");
    }

    fn who_guesses_elsewhere_does_not_lock_the_officer_out(server) {
        server.start_with(&[("PALM_TRUSTED_PROXY", "127.0.0.1")]);
        let _ = try_from(server, GATEWAY, "officer-a", PASSWORD).expect(201);
        let guess = || try_from(server, ELSEWHERE, "officer-a", "not the password").status;
        assert!((0..40).any(|_| guess() == 429), "slowed down");
        let _ = try_from(server, GATEWAY, "officer-a", PASSWORD).expect(201);
        assert!((0..2).any(|_| guess() == 429), "the owner's success frees no guesser");
        // A client cannot give itself another address: the proxy's word is the last one.
        let forged = try_from(server, &format!("{GATEWAY}, {ELSEWHERE}"), "officer-a", PASSWORD);
        assert_eq!(forged.refusal(), (429, "too_many_attempts".to_owned()));
    }

    fn who_guesses_inside_does_not_lock_the_agency_out(server) {
        let person = Person::sign_in(server, "officer-a");
        drop(person);
        for guess in 0..40 {
            let _ = try_from(server, GATEWAY, &format!("guess-{guess}"), "not the password");
        }
        let refused = try_from(server, GATEWAY, "guess-41", "not the password");
        assert_eq!(refused.refusal(), (429, "too_many_attempts".to_owned()), "one address, many accounts");
        assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 15);
        let _ = Person::sign_in(server, "officer-a");
    }

    fn without_a_named_proxy_nobody_chooses_the_address(server) {
        for guess in 0..5 {
            let _ = try_from(server, &format!("198.51.100.{guess}"), "officer-b", "not the password");
        }
        let refused = try_from(server, "198.51.100.77", "officer-b", "not the password");
        assert_eq!(refused.refusal(), (429, "too_many_attempts".to_owned()));
    }

    fn a_password_that_is_too_long_is_refused_without_hashing_or_counting(server) {
        for _ in 0..8 {
            for long in ["p".repeat(129), "p".repeat(200_000)] {
                let refused = try_from(server, GATEWAY, "officer-a", &long);
                assert_eq!(refused.refusal(), (400, "password_length".to_owned()));
            }
        }
        let _ = Person::sign_in(server, "officer-a");
    }
}

#[test]
fn a_password_that_everybody_tries_first_makes_no_account() {
    let directory = tempfile::tempdir().unwrap();
    let create = |password: &str| {
        let mut palm = Command::new(binary());
        palm.args(["admin", "create-first", "--login", "zhangsan", "--name", "张三", "--dir"]).arg(directory.path());
        palm.env_remove("PALM_DATABASE_URL").env("PALM_ADMIN_PASSWORD", password).output().unwrap()
    };
    for password in ["Password1", "12345678", "Wushan2026", "zhangsan2026", "巫山县司法局2026"] {
        let refused = create(password);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains("[password_common]"), "{password}: {said}");
        assert!(!said.contains(password), "{said}");
    }
    assert!(create("巫峡红叶十一月开").status.success());
}
