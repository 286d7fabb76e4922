//! A phone without authority hands in earlier changes with its key alone, and reads nothing.

use sha2::{Digest as _, Sha256};
use sync_core::change::{Change, NewOp};
use sync_core::id::Digest;
use sync_core::message::Pushed;
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::actor::{ADMINISTRATOR, wait_ms};
use tests::{Answer, Person, Phone, on_both_databases};

use crate::alarm;
use crate::evidence::base64;
use crate::search::run_sql;

const BEYOND_DRIFT_MS: u64 = 2_200;
const PHOTO: &[u8] = b"a photograph that was taken before";

fn push(phone: &Phone<'_>, changes: &[&Change]) -> Answer {
    let push = phone.push_of(changes.iter().map(|change| change.to_bytes()).collect());
    phone.hands_in("POST", "/v1/sync/push").bytes("application/cbor", push.to_bytes()).send()
}

/// Hands changes in; those for which a receipt came, which is all that came.
fn receipted(phone: &Phone<'_>, changes: &[&Change]) -> usize {
    let answer = Pushed::read(&push(phone, changes).expect(200).body).unwrap();
    assert!(answer.outcomes.is_empty(), "receipts only: {:?}", answer.outcomes);
    answer.receipts.iter().map(|receipt| phone.open_receipt(receipt).receipt.entries.len()).sum()
}

fn upload(phone: &Phone<'_>, bytes: &[u8]) -> Answer {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let base64 = base64(&digest);
    let tus = |call: tests::http::Call| call.header("Tus-Resumable", "1.0.0");
    let created = tus(phone.hands_in("POST", "/v1/evidence"))
        .header("Upload-Length", &bytes.len().to_string())
        .header("Upload-Metadata", &format!("sha256 {base64},type aW1hZ2UvanBlZw=="))
        .send()
        .expect(201);
    let location = created.header("location").to_owned();
    let stands = tus(phone.hands_in("HEAD", &location)).send().expect(200);
    assert_eq!(stands.header("upload-offset"), "0");
    let piece = tus(phone.hands_in("PATCH", &location)).header("Upload-Offset", "0");
    piece.bytes("application/offset+octet-stream", bytes.to_vec()).send()
}

on_both_databases! {
    fn a_revoked_phone_hands_in_what_it_recorded_before_and_gets_receipts_only(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        let digest = Digest::new(Sha256::digest(PHOTO).into());
        let ops = vec![
            NewOp::add("evidence", "a"),
            NewOp::put(Some(OpRef::Own(0)), "digest", vec![], Value::from(digest)),
        ];
        let before = phone.save(Some(opening.id()), &[opening.id()], ops);
        wait_ms(BEYOND_DRIFT_MS);
        Person::sign_in(server, ADMINISTRATOR).revoke(phone.device);
        wait_ms(BEYOND_DRIFT_MS);
        let after = phone.write(opening.id(), &[before.id()], "place_name", "事后所写");
        assert_eq!(phone.ask_for_token().refusal(), (403, "device_revoked".into()));
        assert_eq!(phone.call("GET", "/v1/sync/pull").send().refusal(), (403, "device_revoked".into()));
        assert_eq!(receipted(&phone, &[&before]), 1);
        assert_eq!(receipted(&phone, &[&before]), 1, "the same receipt again");
        assert_eq!(upload(&phone, PHOTO).expect(204).header("upload-offset"), PHOTO.len().to_string());
        assert_eq!(receipted(&phone, &[&after]), 1, "what was made afterwards is kept too, and waits");
        let waits = alarm::only(server, "quarantined");
        assert_eq!(waits, ("after_revocation".to_owned(), after.id().to_string().into()));
        let head = Person::sign_in(server, "unit-head");
        let case = head.call("GET", &format!("/v1/cases/{}", opening.id())).send().expect(200).json();
        assert_eq!(case["missing_evidence"], serde_json::json!([]), "{case}");
    }

    fn a_token_for_handing_in_opens_nothing_that_is_read_and_no_other_route(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let written = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
        phone.push(&[&opening, &written]);
        Person::sign_in(server, ADMINISTRATOR).revoke(phone.device);
        let document = server.call("GET", "/openapi.json").send().expect(200).json();
        let evidence = ["POST /v1/evidence", "POST /v1/evidence/{upload}", "HEAD /v1/evidence/{upload}", "PATCH /v1/evidence/{upload}"];
        let open: Vec<&str> = [&["POST /v1/sync/push"], &evidence[..]].concat();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_uppercase();
                if operation["security"].as_array().unwrap().is_empty() || open.contains(&format!("{method} {path}").as_str()) {
                    continue;
                }
                let filled: Vec<&str> =
                    path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect();
                let call = phone.hands_in(&method, &filled.join("/"));
                let call = if ["GET", "HEAD"].contains(&method.as_str()) { call } else { call.json(&serde_json::json!({})) };
                assert_eq!(call.send().refusal(), (403, "hand_in_only".into()), "{method} {path}");
            }
        }
        let stranger = Phone::of(server, "agriculture-officer");
        let answer = Pushed::read(&push(&stranger, &[&written]).expect(200).body).unwrap();
        assert!(answer.outcomes.is_empty() && answer.receipts.is_empty(), "a case of others answers like none");
    }

    fn the_phone_of_an_officer_who_left_hands_in_and_another_key_does_not(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = phone.open_case(&[]);
        run_sql(server, &format!("UPDATE officer SET active = {} WHERE name = '李建国'", if server.postgres_url().is_some() { "false" } else { "0" }));
        assert_eq!(phone.ask_for_token().refusal(), (403, "officer_left".into()));
        assert_eq!(phone.call("GET", "/v1/me").send().status, 401);
        assert_eq!(receipted(&phone, &[&opening]), 1);
        // Another key cannot hand in for this phone.
        let key = std::mem::replace(&mut phone.key, other.key);
        let challenge = server.call("POST", "/v1/device-challenges");
        let body = serde_json::json!({"device": phone.device.to_string()});
        let challenge = challenge.json(&body).send().expect(201).json()["challenge"].as_str().unwrap().to_owned();
        let message = api_spec::device::hand_in_message(&phone.device.to_string(), &challenge);
        let sign = |key: &sync_core::sign::SoftwareKey, message: &[u8]| {
            sync_core::id::hex(&sync_core::sign::Signer::sign(key, message).unwrap())
        };
        let ask = |signature: String| {
            let body = serde_json::json!({"device": phone.device.to_string(), "challenge": challenge, "signature": signature});
            server.call("POST", "/v1/hand-in-tokens").json(&body).send().refusal()
        };
        assert_eq!(ask(sign(&phone.key, &message)), (422, "wrong_proof".into()));
        assert_eq!(ask(sign(&key, &message)), (422, "wrong_challenge".into()), "a challenge is used once, right or wrong");
    }
}
