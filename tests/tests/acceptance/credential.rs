//! The credential of an officer's phone: who gets one, what it states, and what it is worth at every moment.

use serde_json::{Value as Json, json};
use sync_core::credential::check::{Known, Worth, check};
use sync_core::credential::jwk::{IssuerKey, read_set};
use sync_core::credential::present::present;
use sync_core::credential::presentation::{Presentation, Request};
use sync_core::credential::status_list::{SignedList, Status};
use sync_core::credential::{Credential, claim};
use sync_core::sign::SoftwareVerifier;
use sync_core::time::Instant;
use tests::{Answer, Person, Phone, Server, on_both_databases};

use crate::people::act;
use crate::people::verification::verify;

pub const ADDRESS: &str = "https://palm.example";
const LIST: &str = "/v1/credentials/statuses";
const REQUEST: Request<'static> = Request { audience: "https://other.example", nonce: "q2Zr8sVbT1yN0wLx" };
const NUMBER: &str = "22370001001";

fn now() -> Instant {
    server::clock::Clock::system().now()
}

/// A server with a public address, and the phone of an officer whose certificate is verified.
pub fn verified(server: &Server) -> Phone<'_> {
    server.start_with(&[("PALM_PUBLIC_ADDRESS", ADDRESS)]);
    let phone = Phone::of(server, "officer-a");
    verify(server, &phone.officer.to_string(), NUMBER);
    phone
}

pub fn ask(phone: &Phone<'_>) -> Answer {
    phone.call("POST", "/v1/credentials").send()
}

/// A credential with all its disclosures.
pub fn credential(phone: &Phone<'_>) -> String {
    ask(phone).expect(201).json()["credential"].as_str().unwrap().to_owned()
}

/// The keys of the issuer, as its metadata have them.
fn keys(server: &Server) -> Vec<IssuerKey> {
    let metadata = server.call("GET", "/.well-known/jwt-vc-issuer").send().expect(200).json();
    assert_eq!(metadata["issuer"], ADDRESS);
    read_set(metadata["jwks"].to_string().as_bytes()).unwrap()
}

/// What the phone shows with these claims.
pub fn shown(phone: &Phone<'_>, credential: &str, claims: &[&str]) -> String {
    present(credential, claims, REQUEST, now(), &phone.key).unwrap()
}

fn read(server: &Server, shown: &str) -> Credential {
    let issuer = (ADDRESS, &keys(server)[..]);
    Presentation::read(shown).unwrap().verify(issuer, REQUEST, now(), &SoftwareVerifier).unwrap()
}

/// The status list now.
fn listed(server: &Server) -> SignedList {
    let token = server.call("GET", LIST).send().expect(200).text();
    SignedList::open(&token, &keys(server), &SoftwareVerifier).unwrap()
}

fn checked(server: &Server, shown: &str) -> Json {
    let body = json!({"presentation": shown, "audience": REQUEST.audience, "nonce": REQUEST.nonce});
    server.call("POST", "/v1/credentials/verify").json(&body).send().expect(200).json()
}

on_both_databases! {
    fn a_phone_gets_a_credential_of_a_verified_and_valid_certificate_only(server) {
        let phone = Phone::of(server, "officer-a");
        assert_eq!(ask(&phone).refusal(), (409, "credentials_not_offered".to_owned()), "without a public address");
        server.start_with(&[("PALM_PUBLIC_ADDRESS", ADDRESS)]);
        let phone = Phone::of(server, "officer-a");
        assert_eq!(ask(&phone).refusal(), (403, "certificate_not_verified".to_owned()));
        verify(server, &phone.officer.to_string(), NUMBER);
        let desk = phone.desk.call("POST", "/v1/credentials").send();
        assert_eq!(desk.refusal().1, "device_required");
        let found = read(server, &shown(&phone, &credential(&phone), &claim::ALL));
        let disclosed = found.disclosed;
        assert_eq!((disclosed.name.as_deref(), disclosed.number.as_deref()), (Some("李建国"), Some(NUMBER)));
        assert_eq!((disclosed.category.as_deref(), disclosed.region.as_deref(), disclosed.photo), (Some("综合执法"), Some("500237"), None));
        assert_eq!((found.mirrored.number.as_str(), found.mirrored.issued_by.as_str()), (NUMBER, "巫山县人民政府"));
        assert_eq!(found.status.uri, format!("{ADDRESS}{LIST}"));
        assert_eq!(found.expires, Instant::from_ms(found.issued.ms() + 7 * 86_400_000));
        let suspended = Phone::without_lease(server, "officer-suspended");
        assert_eq!(ask(&suspended).refusal(), (403, "certificate_not_valid".to_owned()));
    }

    fn a_credential_states_neither_citizen_number_nor_telephone(server) {
        let phone = verified(server);
        let admin = Person::sign_in(server, "agency-admin");
        let canary = "110101199003070003";
        let body = json!({"citizen_number": canary, "reason": "补录"});
        let _ = act(&admin, &phone.officer.to_string(), "/correction", &body).expect(200);
        let whole = credential(&phone);
        let decoded: Vec<String> = whole.split(['~', '.']).map(|part| {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        }).collect();
        let all = decoded.join("\n");
        assert!(all.contains("李建国") && all.contains("不替代执法证件"));
        for word in [canary, "citizen", "phone", "telephone", "birth", "address"] {
            assert!(!all.contains(word), "{word}: {all}");
        }
    }

    fn the_status_list_is_signed_cacheable_and_negotiated_and_says_nothing_of_how_many(server) {
        let phone = verified(server);
        let before = server.call("GET", LIST).send().expect(200);
        assert_eq!(before.header("content-type"), "application/statuslist+jwt");
        assert!(before.header("cache-control").starts_with("public, max-age="), "{before:?}");
        let tag = before.header("etag").to_owned();
        let again = server.call("GET", LIST).header("If-None-Match", &tag).send();
        assert_eq!((again.status, again.text().as_str()), (304, ""));
        let refused = server.call("GET", LIST).header("Accept", "text/html").send();
        assert_eq!(refused.refusal(), (406, "not_acceptable".to_owned()));
        let list = listed(server);
        assert_eq!((list.list.entries(), list.uri.clone()), (65_536, format!("{ADDRESS}{LIST}")));
        let count = |list: &SignedList, status| (0..65_536).filter(|index| list.list.get(*index) == Some(status)).count();
        let decoys = [Status::Invalid, Status::Suspended].map(|status| count(&list, status));
        assert!(decoys[0] > 2_500 && decoys[1] > 1_200, "{decoys:?}");
        let _ = credential(&phone);
        assert_eq!(listed(server).list.entries(), 65_536);
    }

    fn another_system_checks_a_credential(server) {
        let phone = verified(server);
        let whole = credential(&phone);
        let good = checked(server, &shown(&phone, &whole, &[claim::NAME]));
        assert_eq!((&good["holds"], &good["status"], &good["reason"]), (&json!(true), &json!("valid"), &Json::Null));
        assert_eq!(good["holder"], json!({
            "name": "李建国", "agency_name": null, "certificate_number": NUMBER, "issued_by": "巫山县人民政府", "category": null,
            "region": null, "photo_sha256": null
        }));
        let other = present(&whole, &[], Request { nonce: "other", ..REQUEST }, now(), &phone.key).unwrap();
        for bad in [whole.as_str(), "x", "", other.as_str(), &"a".repeat(20_000)] {
            let answer = checked(server, bad);
            assert_eq!((&answer["holds"], &answer["status"], &answer["holder"]), (&json!(false), &Json::Null, &Json::Null));
            assert!(!answer["reason"].as_str().unwrap().is_empty());
        }
        let unknown = json!({"presentation": "x", "audience": "a", "nonce": "n", "more": 1});
        assert_eq!(server.call("POST", "/v1/credentials/verify").json(&unknown).send().refusal(), (400, "unknown_field".to_owned()));
    }

    fn check_22_what_a_credential_is_worth_follows_the_register_at_every_moment(server) {
        let phone = verified(server);
        let (officer, admin) = (phone.officer.to_string(), Person::sign_in(server, "agency-admin"));
        let whole = credential(&phone);
        let worth = |whole: &str, wanted: Status, certificate: &str| {
            let shown = shown(&phone, whole, &[claim::NAME]);
            let place = read(server, &shown).status.index;
            assert_eq!(listed(server).list.get(place), Some(wanted), "{certificate}: the list");
            assert_eq!(checked(server, &shown)["status"], json!(wanted.code()), "{certificate}: the check");
            let token = server.call("GET", LIST).send().expect(200).text();
            let known = Known { issuer: ADDRESS, keys: &keys(server), list: Some(&token) };
            let found = check(&shown, known, REQUEST, now(), &SoftwareVerifier).unwrap().worth;
            assert!(matches!(found, Worth::Listed { status, .. } if status == wanted), "{certificate}: another phone");
            let detail = admin.call("GET", &format!("/v1/officers/{officer}")).send().expect(200).json();
            assert_eq!(detail["certificates"][0]["status"], certificate);
        };
        let decide = |what: &str| {
            let body = json!({"number": NUMBER, "act": what, "from_ms": now().ms() - 1_000, "reason": "测试", "basis": "决定书",
                              "decided_by": "县司法局"});
            let _ = act(&admin, &officer, "/certificates/decision", &body).expect(200);
        };
        worth(&whole, Status::Valid, "valid");
        for (what, status, certificate) in [
            ("suspend", Status::Suspended, "suspended"), ("restore", Status::Valid, "valid"),
            ("report_lost", Status::Suspended, "lost"), ("restore", Status::Valid, "valid"),
            ("revoke", Status::Invalid, "revoked"), ("restore", Status::Valid, "valid"),
            ("cancel", Status::Invalid, "cancelled"), ("restore", Status::Valid, "valid"),
        ] {
            decide(what);
            worth(&whole, status, certificate);
            let again = ask(&phone);
            assert_eq!(again.status, if status == Status::Valid { 201 } else { 403 }, "{what}");
        }
        // Another agency is another statement: the old one no longer holds, the next one does.
        let other = Person::sign_in(server, "unit-head").me.agency;
        let own = phone.agency.to_string();
        let target = if other == own { Person::sign_in(server, "principal-head").me.agency } else { other };
        let _ = act(&admin, &officer, "/transfer", &json!({"agency": target, "reason": "轮岗"})).expect(200);
        worth(&whole, Status::Invalid, "valid");
        let moved = credential(&phone);
        worth(&moved, Status::Valid, "valid");
        // A correction ends the verification, and two persons verify it again.
        let correction = json!({"certificate": {"number": NUMBER, "category": "市场监管", "issued_on": "2022-03-01",
                                                "valid_until": "2091-02-28"}, "reason": "录入有误"});
        let _ = act(&admin, &officer, "/certificates/correction", &correction).expect(200);
        worth(&moved, Status::Invalid, "valid");
        assert_eq!(ask(&phone).refusal(), (403, "certificate_not_verified".to_owned()));
        verify(server, &officer, NUMBER);
        let corrected = credential(&phone);
        worth(&corrected, Status::Valid, "valid");
        worth(&moved, Status::Invalid, "valid");
        // Exit.
        let _ = act(&admin, &officer, "/deactivation", &json!({"reason": "调离执法岗位"})).expect(200);
        worth(&corrected, Status::Invalid, "valid");
    }

    fn a_revoked_phone_ends_its_credential_and_no_other(server) {
        let phone = verified(server);
        let other = Phone::of(server, "officer-a");
        let (one, second) = (credential(&phone), credential(&other));
        let place = |phone: &Phone<'_>, whole: &str| read(server, &shown(phone, whole, &[])).status.index;
        let places = (place(&phone, &one), place(&other, &second));
        assert_ne!(places.0, places.1);
        let body = json!({"reason": "丢失"});
        let revoked = other.desk.call("POST", &format!("/v1/devices/{}/revoke", phone.device)).json(&body).send();
        let _ = revoked.expect(200);
        let list = listed(server).list;
        assert_eq!((list.get(places.0), list.get(places.1)), (Some(Status::Invalid), Some(Status::Valid)));
        assert_ne!(ask(&phone).status, 201);
        let again = credential(&other);
        assert_eq!(place(&other, &again), places.1, "within a day the same place");
        assert_ne!(again, second, "with other salts");
    }
}
