//! Certificates by hand: entries, corrections, and statuses in force from an instant.

use serde_json::{Value as Json, json};
use tests::actor::wait_ms;
use tests::{Person, Phone, on_both_databases};

use super::{act, entered, kinds};

on_both_databases! {
    fn a_status_of_a_certificate_holds_from_its_instant_to_its_end(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let phone = Phone::of(server, "officer-a");
        let officer = phone.officer.to_string();
        let now = server::clock::Clock::system().now().ms();
        let decide = |what: &str, from: i64, until: Option<i64>, valid_until: Option<&str>| {
            let body = json!({"number": "22370001001", "act": what, "from_ms": from, "until_ms": until, "valid_until": valid_until,
                              "reason": "测试", "basis": "决定书", "decided_by": "县司法局"});
            act(&admin, &officer, "/certificates/decision", &body)
        };
        let lease = || phone.ask_for_lease().refusal_or_created();
        let not_valid = "certificate_not_valid";
        let _ = decide("suspend", now + 2_500, Some(now + 6_000), None).expect(200);
        assert_eq!(lease(), "created", "not yet");
        wait_ms(2_700);
        assert_eq!(lease(), not_valid);
        wait_ms(3_500);
        assert_eq!(lease(), "created", "it ended by itself");
        let past = now - 86_400_000;
        for (what, then) in [("suspend", not_valid), ("restore", "created"), ("report_lost", not_valid), ("restore", "created"),
                             ("cancel", not_valid), ("restore", "created"), ("revoke", not_valid), ("restore", "created")] {
            let shown = decide(what, past, None, None).expect(200).json();
            let last = shown["certificates"][0]["intervals"].as_array().unwrap().last().unwrap().clone();
            assert_eq!((&last["basis"], &last["decided_by"]), (&json!("决定书"), &json!("县司法局")));
            assert_eq!(lease(), then, "{what}");
        }
        assert_eq!(decide("restore", past, None, None).refusal(), (409, "nothing_changes".to_owned()));
        let malformed = (400, "malformed".to_owned());
        assert_eq!(decide("suspend", 0, None, None).refusal(), malformed, "before the day of issue");
        assert_eq!(decide("suspend", now + 367 * 86_400_000, None, None).refusal(), malformed, "a year ahead");
        assert_eq!(decide("suspend", now, Some(now), None).refusal(), malformed, "without a span");
        assert_eq!(decide("revoke", now, Some(now + 1), None).refusal(), malformed, "a revocation has no end");
        assert_eq!(decide("renew", now, None, None).refusal(), malformed, "a renewal says its last day");
        assert_eq!(decide("suspend", now, None, Some("2095-01-01")).refusal(), malformed, "only a renewal has one");
        assert_eq!(decide("renew", now, None, Some("2020-01-01")).refusal(), malformed, "earlier than it is");
        let renewed = decide("renew", now, None, Some("2095-01-01")).expect(200).json();
        assert_eq!(renewed["certificates"][0]["valid_until"], "2095-01-01");
        let other = json!({"number": "22370001002", "act": "suspend", "from_ms": now, "reason": "x", "basis": "x", "decided_by": "x"});
        assert_eq!(act(&admin, &officer, "/certificates/decision", &other).refusal().0, 404, "another person's certificate");
    }

    fn a_renewed_certificate_was_not_valid_between_its_terms(server) {
        let (admin, phone) = (Person::sign_in(server, "agency-admin"), Phone::without_lease(server, "officer-expired"));
        assert_eq!(phone.ask_for_lease().refusal(), (403, "certificate_expired".to_owned()));
        let officer = phone.officer.to_string();
        let now = server::clock::Clock::system().now().ms();
        let body = json!({"number": "22370001003", "act": "renew", "from_ms": now - 86_400_000, "valid_until": "2091-01-01",
                          "reason": "延续", "basis": "延续决定", "decided_by": "县司法局"});
        let shown = act(&admin, &officer, "/certificates/decision", &body).expect(200).json();
        let _ = phone.ask_for_lease().expect(201);
        let intervals = shown["certificates"][0]["intervals"].as_array().unwrap();
        let [.., between, last] = intervals.as_slice() else { panic!("{intervals:?}") };
        assert_eq!((&between["status"], &between["until_ms"]), (&json!("expired"), &last["from_ms"]));
    }

    fn a_certificate_is_listed_ninety_days_before_its_end_and_until_it_is_dealt_with(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let listed = |person: &Person<'_>| -> Vec<(String, i64)> {
            let page = person.call("GET", "/v1/certificates/ending").send().expect(200).json();
            let one = |item: &Json| (item["number"].as_str().unwrap().to_owned(), item["days_left"].as_i64().unwrap());
            page["items"].as_array().unwrap().iter().map(one).collect()
        };
        let number = "22370008061";
        let officer = entered(server, &admin, "到期测试", number);
        let today = server::clock::Clock::system().now();
        let until = |days: i64| {
            let last = today.plus_ms(days * 86_400_000).date().to_string();
            let written = json!({"number": number, "category": "市场监管", "issued_on": "2020-03-01", "valid_until": last});
            let body = json!({"certificate": written, "reason": "录入有误"});
            let _ = act(&admin, &officer, "/certificates/correction", &body).expect(200);
            listed(&admin).into_iter().find(|(one, _)| one == number).map(|(_, days)| days)
        };
        assert_eq!((until(91), until(90), until(0), until(-1)), (None, Some(90), Some(0), Some(-1)));
        assert_eq!(until(-400), Some(-400), "an expired one stays");
        assert_eq!(listed(&admin)[0], (number.to_owned(), -400), "the most urgent first");
        let head = Person::sign_in(server, "unit-head");
        assert!(listed(&head).iter().any(|(one, _)| one == number), "who heads the unit sees it");
        let clerk = Person::sign_in(server, "legal-reviewer").call("GET", "/v1/certificates/ending").send();
        assert_eq!(clerk.refusal(), (403, "forbidden".to_owned()));
        let longer = json!({"certificate": {"number": "22370008062", "category": "市场监管", "issued_on": "2026-03-01",
                                            "valid_until": "2091-02-28"}, "reason": "换发"});
        let _ = act(&admin, &officer, "/certificates", &longer).expect(201);
        assert!(listed(&admin).iter().all(|(one, _)| one != number), "the holder has one that lasts longer");
    }

    fn a_certificate_that_was_entered_wrongly_is_corrected(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let officer = entered(server, &admin, "更正测试", "22370008013");
        let entry = |number: &str, issued: &str, until: &str| {
            json!({"certificate": {"number": number, "category": "市场监管", "issued_on": issued, "valid_until": until}, "reason": "录入有误"})
        };
        let correct = |entry: &Json| act(&admin, &officer, "/certificates/correction", entry);
        let shown = correct(&entry("22370008013", "2025-03-01", "2090-02-28")).expect(200).json();
        let card = &shown["certificates"][0];
        assert_eq!((&card["category"], &card["issued_on"], &card["valid_until"], &card["status"]),
                   (&json!("市场监管"), &json!("2025-03-01"), &json!("2090-02-28"), &json!("valid")));
        assert_eq!(correct(&entry("22370008013", "2025-03-01", "2090-02-28")).refusal(), (409, "nothing_changes".to_owned()));
        assert_eq!(correct(&entry("22370001001", "2025-03-01", "2090-02-28")).refusal().0, 404, "another person's");
        let add = |number: &str| act(&admin, &officer, "/certificates", &entry(number, "2026-01-01", "2030-01-01"));
        assert_eq!(add("22370001001").refusal(), (409, "certificate_taken".to_owned()));
        assert_eq!(add("22370008014").expect(201).json()["certificates"].as_array().unwrap().len(), 2);
        assert_eq!(kinds(&admin, &officer), ["certificate_added", "certificate_corrected", "person_added"]);
    }
}
