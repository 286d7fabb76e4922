//! Tokens that are bound to a request key (DPoP): what a stolen one is worth, and how a key becomes a phone's own.

use api_spec::device::{DeviceList, EnrolledDevice, NewDevice, enrol_message};
use api_spec::session::{AccessToken, NewSession};
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use sync_core::id::hex;
use sync_core::key_level::KeyLevel;
use sync_core::proof::Proof;
use sync_core::sign::Signer as _;
use tests::actor::{ADMINISTRATOR, enrolment, enrolment_with, fresh_key};
use tests::http::{Answer, Call};
use tests::prover::Prover;
use tests::server::{PASSWORD, sources};
use tests::{Person, Phone, Server, on_both_databases};

use crate::tus::is_installed;

/// The address by which the clients of several processes ask.
const PUBLIC: &str = "https://palm.example";
const ME: &str = "/v1/me";

fn refusal(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

/// Asks a process who the phone's officer is, with this proof.
fn ask(address: &str, phone: &Phone<'_>, proof: &str) -> Answer {
    let call = Call::new("GET", &format!("http://{address}{ME}"));
    call.header("Authorization", &format!("DPoP {}", phone.token())).header("DPoP", proof).send()
}

/// `ok`, or the code of the refusal.
fn told(answer: &Answer) -> String {
    if answer.status == 200 { "ok".to_owned() } else { answer.refusal().1 }
}

fn prover<'p>(phone: &'p Phone<'_>) -> &'p Arc<Prover> {
    phone.prover.as_ref().unwrap()
}

/// A proof of the phone for [`ME`] at the public address.
fn proof(phone: &Phone<'_>, nonce: Option<&str>) -> String {
    prover(phone).proof_with("GET", &format!("{PUBLIC}{ME}"), Some(phone.token()), nonce)
}

fn enrol(officer: &Person<'_>, wanted: &NewDevice) -> Answer {
    officer.call("POST", "/v1/devices").json(wanted).send()
}

fn code_for(server: &Server, officer: &Person<'_>) -> String {
    Person::sign_in(server, ADMINISTRATOR).enrolment_code(&officer.me.officer)
}

on_both_databases! {
    fn check_12_a_stolen_token_is_worth_nothing_without_its_key(server) {
        let phone = Phone::without_lease(server, "officer-a");
        let _ = phone.call("GET", ME).send().expect(200);
        let stolen = server.call("GET", ME).token(phone.token()).send();
        assert_eq!(stolen.refusal(), refusal("dpop_required"));
        assert_eq!(stolen.header("www-authenticate"), "DPoP realm=\"palm\", error=\"invalid_token\", algs=\"ES256\"");
        let thief = Arc::new(Prover::of(fresh_key()));
        let forged = server.call("GET", ME).bound_token(&thief, phone.token()).send();
        assert_eq!(forged.refusal(), refusal("invalid_dpop_proof"));
        assert!(forged.header("www-authenticate").contains("error=\"invalid_dpop_proof\""));
        let bare = server.call("GET", ME).header("Authorization", &format!("DPoP {}", phone.token())).send();
        assert_eq!(bare.refusal(), refusal("invalid_dpop_proof"), "no proof");
        let two = phone.call("GET", ME).header("Authorization", &format!("Bearer {}", phone.token())).send();
        assert_eq!(two.refusal(), refusal("unauthenticated"), "two tokens");
        let desk = server.call("GET", ME).bound_token(prover(&phone), phone.desk.token()).send();
        assert_eq!(desk.refusal(), refusal("unauthenticated"), "a bearer token is bound to no key");
        for (method, path) in [("POST", "/v1/sync/push"), ("POST", "/v1/evidence"), ("GET", "/v1/tasks")] {
            let stolen = server.call(method, path).token(phone.token()).send();
            assert_eq!(stolen.refusal(), refusal("dpop_required"), "{path}");
        }
    }

    fn check_12_a_proof_is_for_one_method_one_address_one_token_and_now(server) {
        let phone = Phone::without_lease(server, "officer-a");
        let url = format!("http://{}{ME}", server.address());
        let other = format!("http://{}/v1/tasks", server.address());
        let token = Some(phone.token());
        let made = |method, url: &str, token, nonce| prover(&phone).proof_with(method, url, token, nonce);
        for (proof, code) in [
            (made("GET", &url, token, None), "ok"),
            (made("POST", &url, token, None), "invalid_dpop_proof"),
            (made("HEAD", &url, token, None), "invalid_dpop_proof"),
            (made("GET", &other, token, None), "invalid_dpop_proof"),
            (made("GET", &url, Some("another"), None), "invalid_dpop_proof"),
            (made("GET", &url, None, None), "invalid_dpop_proof"),
            (made("GET", &url, token, Some("AAAA")), "use_dpop_nonce"),
            (made("GET", &format!("{url}?purpose=x#top"), token, None), "ok"),
        ] {
            assert_eq!(told(&ask(&server.address(), &phone, &proof)), code, "{proof}");
        }
        let head = server.call("HEAD", ME).bound_token(prover(&phone), phone.token()).send();
        assert_eq!(head.status, 200, "a proof for HEAD fits a HEAD");
        let two = server.call("GET", ME).header("DPoP", &made("GET", &url, token, None));
        let two = two.header("DPoP", &made("GET", &url, token, None));
        let two = two.header("Authorization", &format!("DPoP {}", phone.token())).send();
        assert_eq!(two.refusal(), refusal("invalid_dpop_proof"), "two proofs");
    }

    fn a_phone_with_a_wrong_clock_works_with_the_nonce_of_the_server(server) {
        let phone = Phone::without_lease(server, "officer-a");
        let url = format!("http://{}{ME}", server.address());
        let at_1970 = |nonce: Option<&str>, id| {
            Proof { method: "GET", url: &url, token: Some(phone.token()), nonce, id, at_s: 0 }
                .sign(&prover(&phone).key)
                .unwrap()
        };
        let first = ask(&server.address(), &phone, &at_1970(None, "one"));
        assert_eq!(first.refusal(), refusal("use_dpop_nonce"));
        assert_eq!(first.header("www-authenticate"), "DPoP realm=\"palm\", error=\"use_dpop_nonce\", algs=\"ES256\"");
        let second = ask(&server.address(), &phone, &at_1970(Some(first.header("dpop-nonce")), "two")).expect(200);
        let next = second.header("dpop-nonce").to_owned();
        assert!(!next.is_empty(), "an answer brings the nonce of the next proof");
        let _ = ask(&server.address(), &phone, &at_1970(Some(&next), "three")).expect(200);
    }

    fn check_12_a_proof_is_used_once_whichever_process_gets_it_and_over_a_restart(server) {
        server.start_with(&[("PALM_PUBLIC_ADDRESS", PUBLIC)]);
        let phone = Phone::by_public_address(server, "officer-a", PUBLIC);
        let beside = server.beside();
        let (one, two) = (server.address(), beside.address().to_owned());
        let send = |address: &str, proof: &str| told(&ask(address, &phone, proof));
        // Without a nonce.
        let timed = proof(&phone, None);
        assert_eq!(send(&one, &timed), "ok");
        assert_eq!([send(&one, &timed), send(&two, &timed)], ["invalid_dpop_proof", "invalid_dpop_proof"]);
        // With a nonce of one process: the other does not accept it, and gives one that both accept.
        let local = ask(&one, &phone, &proof(&phone, None)).header("dpop-nonce").to_owned();
        let of_one = proof(&phone, Some(&local));
        assert_eq!(send(&one, &of_one), "ok");
        assert_eq!([send(&one, &of_one), send(&two, &of_one)], ["invalid_dpop_proof", "use_dpop_nonce"]);
        let shared = ask(&two, &phone, &of_one).header("dpop-nonce").to_owned();
        let of_both = [(); 2].map(|()| proof(&phone, Some(&shared)));
        assert_eq!(send(&one, &of_both[0]), "ok");
        assert_eq!([send(&two, &of_both[0]), send(&one, &of_both[0])], ["invalid_dpop_proof", "invalid_dpop_proof"]);
        assert_eq!(send(&two, &of_both[1]), "ok");
        // At the same time, one of many gets through.
        let raced = proof(&phone, Some(&shared));
        let outcomes: Vec<String> = std::thread::scope(|scope| {
            let racing: Vec<_> = (0..8)
                .map(|place| {
                    let address = if place % 2 == 0 { &one } else { &two };
                    let (raced, send) = (&raced, &send);
                    scope.spawn(move || send(address, raced))
                })
                .collect();
            racing.into_iter().map(|outcome| outcome.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|code| *code == "ok").count(), 1, "{outcomes:?}");
        drop(beside);
        server.kill();
        server.start_again();
        for used in [&timed, &of_one, &of_both[0], &of_both[1]] {
            assert_ne!(send(&server.address(), used), "ok", "after a restart");
        }
        assert_eq!(send(&server.address(), &proof(&phone, Some(&shared))), "ok", "the nonce itself is still fresh");
    }

    fn a_sign_in_with_a_proof_gives_a_token_that_is_bound_to_the_key(server) {
        let prover = Arc::new(Prover::of(fresh_key()));
        let body = NewSession { login: "officer-a".to_owned(), password: PASSWORD.to_owned() };
        let token: AccessToken =
            server.call("POST", "/v1/sessions").proved(&prover).json(&body).send().expect(201).read();
        assert_eq!(token.token_type, "DPoP");
        server.confides(&token.access_token);
        let _ = server.call("GET", ME).bound_token(&prover, &token.access_token).send().expect(200);
        assert_eq!(server.call("GET", ME).token(&token.access_token).send().refusal(), refusal("dpop_required"));
        let wrong = server.call("POST", "/v1/sessions").header("DPoP", "a.b.c").json(&body).send();
        assert_eq!(wrong.refusal(), refusal("invalid_dpop_proof"));
        let bare: AccessToken = server.call("POST", "/v1/sessions").json(&body).send().expect(201).read();
        assert_eq!(bare.token_type, "Bearer");
        server.confides(&bare.access_token);
    }

    fn a_phone_gets_a_token_only_with_a_proof_of_its_own_request_key(server) {
        let mut phone = Phone::without_lease(server, "officer-a");
        let token: AccessToken = phone.ask_for_token().expect(201).read();
        assert_eq!(token.token_type, "DPoP");
        server.confides(&token.access_token);
        let own = phone.prover.take();
        assert_eq!(phone.ask_for_token().refusal(), refusal("dpop_required"));
        phone.prover = Some(Arc::new(Prover::of(fresh_key())));
        assert_eq!(phone.ask_for_token().refusal(), refusal("invalid_dpop_proof"));
        phone.prover = Some(Arc::new(Prover::of(phone.key.clone())));
        assert_eq!(phone.ask_for_token().refusal(), refusal("invalid_dpop_proof"), "nor with the key for records");
        phone.prover = own;
        Person::sign_in(server, ADMINISTRATOR).revoke(phone.device);
        assert_eq!(phone.call("GET", ME).send().refusal(), (403, "device_revoked".to_owned()));
        let push = phone.push_of(vec![]).to_bytes();
        let handed_in = phone.hands_in("POST", "/v1/sync/push").bytes("application/cbor", push.clone()).send();
        let _ = handed_in.expect(200);
        phone.prover = None;
        let stolen = phone.ask_to_hand_in();
        assert_eq!(stolen.refusal(), refusal("dpop_required"), "the token for handing in is bound too");
    }

    fn a_key_serves_one_purpose_of_one_phone(server) {
        let officer = Person::sign_in(server, "officer-a");
        let [record, request, other] = [(); 3].map(|()| fresh_key());
        let code = code_for(server, &officer);
        let taken = (409, "key_enrolled".to_owned());
        assert_eq!(enrol(&officer, &enrolment_with(&code, &record, &record)).refusal(), taken, "one key for both");
        let mut forged = enrolment_with(&code, &record, &request);
        forged.request_key.as_mut().unwrap().proof = hex(&other.sign(b"anything").unwrap());
        assert_eq!(enrol(&officer, &forged).refusal(), (422, "wrong_proof".to_owned()), "a key without its proof");
        let mut unsigned = enrolment_with(&code, &record, &request);
        unsigned.proof = hex(&record.sign(&enrol_message(&code, &unsigned.public_key)).unwrap());
        assert_eq!(enrol(&officer, &unsigned).refusal(), (422, "wrong_proof".to_owned()), "a key that the other did not sign");
        let wanted = enrolment_with(&code, &record, &request);
        let first: EnrolledDevice = enrol(&officer, &wanted).expect(201).read();
        let again: EnrolledDevice = enrol(&officer, &wanted).expect(201).read();
        assert_eq!(first, again, "a lost answer is asked for again");
        let without = enrol(&officer, &enrolment(&code, &record)).refusal();
        assert_eq!(without, (422, "wrong_enrolment_code".to_owned()), "not the same keys");
        for (record, request) in [(&record, &other), (&other, &request), (&request, &other), (&other, &record)] {
            let code = code_for(server, &officer);
            assert_eq!(enrol(&officer, &enrolment_with(&code, record, request)).refusal(), taken);
        }
        assert_eq!(enrol(&officer, &enrolment(&code_for(server, &officer), &request)).refusal(), taken);
    }

    fn what_a_phone_states_about_its_keys_is_shown_as_it_was_stated(server) {
        let phone = Phone::without_lease(server, "officer-a");
        let bare = Phone::with_bearer(server, "officer-a");
        let list: DeviceList = phone.desk.call("GET", "/v1/devices").send().expect(200).read();
        let of = |id: String| list.items.iter().find(|device| device.id == id).unwrap();
        let (bound, bare) = (of(phone.device.to_string()), of(bare.device.to_string()));
        assert_eq!(bound.request_key, Some(prover(&phone).thumbprint()));
        assert_eq!((bound.key_level, bound.request_key_level), (KeyLevel::Soft, KeyLevel::Hw));
        assert_eq!((bare.request_key.clone(), bare.key_level), (None, KeyLevel::None));
        let mut wrong = serde_json::to_value(enrolment("0f1e2d3c4b5a69788796a5b4c3d2e1f0", &fresh_key())).unwrap();
        wrong["level"] = json!("unbreakable");
        assert_eq!(phone.desk.call("POST", "/v1/devices").json(&wrong).send().status, 400);
    }

    fn an_installation_may_ask_for_request_keys_and_old_phones_then_only_hand_in(server) {
        let old = Phone::with_bearer(server, "officer-a");
        server.start_with(&[("PALM_BEARER_PHONES", "false")]);
        let required = (403, "request_key_required".to_owned());
        assert_eq!(old.ask_for_token().refusal(), required);
        let push = old.push_of(vec![]).to_bytes();
        let _ = old.hands_in("POST", "/v1/sync/push").bytes("application/cbor", push).send().expect(200);
        let officer = Person::sign_in(server, "officer-a");
        let code = code_for(server, &officer);
        assert_eq!(enrol(&officer, &enrolment(&code, &fresh_key())).refusal(), required);
        let _ = enrol(&officer, &enrolment_with(&code, &fresh_key(), &fresh_key())).expect(201);
        let _ = Phone::without_lease(server, "officer-b").call("GET", ME).send().expect(200);
    }

    fn tokens_and_proofs_hold_before_programs_of_others(server) {
        let standards = sources().join("tests/standards");
        let python = standards.join(".venv/bin/python");
        if !is_installed(&python) {
            return;
        }
        let phone = Phone::without_lease(server, "officer-a");
        let base = format!("http://{}", server.address());
        let url = format!("{base}{ME}");
        for script in ["tokens.py", "dpop.py"] {
            let proof = prover(&phone).proof_with("GET", &url, Some(phone.token()), None);
            let mut command = Command::new(&python);
            command.arg(standards.join(script)).env("BASE", &base).env("TENANT", phone.tenant.to_string());
            command.env("LOGIN", "officer-b").env("PASSWORD", PASSWORD).env("JKT", prover(&phone).thumbprint());
            let ran = command.env("TOKEN", phone.token()).env("PROOF", &proof).env("URL", &url).output().unwrap();
            let said = [ran.stdout, ran.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
            assert!(ran.status.success(), "{script}: {said}");
        }
    }
}
