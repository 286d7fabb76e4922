//! Password guesses are throttled; nobody is locked out.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::http::Answer;
use tests::server::{PASSWORD, binary};
use tests::{Person, Server, on_both_databases};

fn try_from(server: &Server, address: &str, login: &str, password: &str) -> Answer {
    let call = server.call("POST", "/v1/sessions").header("X-Forwarded-For", address);
    call.json(&json!({"login": login, "password": password})).send()
}

const REFUSED: u16 = 429;

/// Guesses until one is refused, and gives the refusal; panics if none is. Each guess that is let in doubles the wait, so a machine on which
/// a guess takes longer than the first wait of a second reaches a refusal some guesses later.
fn guess_until_refused(guess: impl Fn(usize) -> Answer) -> Answer {
    let refused = (0..7).map(guess).find(|answer| answer.status == REFUSED).unwrap();
    assert_eq!(refused.refusal(), (429, "too_many_attempts".to_owned()));
    refused
}

/// That an attempt is refused while others wait. One that took longer than the wait is right to pass and shows nothing:
/// then it is tried again.
fn is_refused_during_the_wait(guess: impl Fn(usize) -> Answer, attempt: impl Fn() -> Answer) {
    for _ in 0..5 {
        let refused = guess_until_refused(&guess);
        let begun = Instant::now();
        let answer = attempt();
        if answer.status == REFUSED {
            return;
        }
        // The header is rounded up to a whole second.
        let wait = Duration::from_secs(refused.header("retry-after").parse::<u64>().unwrap() - 1);
        assert!(begun.elapsed() >= wait, "let in during the wait: {answer:?}");
    }
    panic!("each attempt took longer than the wait");
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
            let refused = guess_until_refused(|_| try_from(server, GATEWAY, login, "not the password"));
            assert!((1..=60).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
        }
        let guess = |_| try_from(server, GATEWAY, "officer-a", "not the password");
        is_refused_during_the_wait(guess, || try_from(server, GATEWAY, "officer-a", PASSWORD));
        server.start_again();
        let beside = server.beside();
        let there = || {
            let call = server.call("POST", "/v1/sessions").at(beside.address().parse().unwrap());
            call.json(&json!({"login": "officer-a", "password": PASSWORD})).send()
        };
        // What the first process counted before it was killed, and what it counts now.
        is_refused_during_the_wait(guess, there);
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
        let refused = guess_until_refused(|more| {
            try_from(server, GATEWAY, &format!("guess-more-{more}"), "not the password")
        });
        assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 15);
        let _ = Person::sign_in(server, "officer-a");
    }

    fn without_a_named_proxy_nobody_chooses_the_address(server) {
        // Thirty attempts are free for one address; the account is another each time.
        let guess = |number: usize| {
            try_from(server, &format!("198.51.100.{number}"), &format!("guess-{number}"), "not the password")
        };
        for number in 0..30 {
            assert_eq!(guess(number).refusal(), (401, "wrong_password".to_owned()), "{number}");
        }
        let _ = guess_until_refused(|more| guess(30 + more));
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
        palm.args(["admin", "create-first", "--county", "500237", "--login", "zhangsan", "--name", "张三", "--dir"])
            .arg(directory.path());
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
