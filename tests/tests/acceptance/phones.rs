//! The phones of an officer: their names, and one that was lost.

use serde_json::json;
use tests::actor::ADMINISTRATOR;
use tests::desk::Desk;
use tests::{Person, Phone, on_both_databases};

use crate::alarm;

on_both_databases! {
    fn a_phone_is_renamed_by_its_officer_and_by_an_administrator_and_by_nobody_else(server) {
        let phone = Phone::of(server, "officer-a");
        let path = format!("/v1/devices/{}/rename", phone.device);
        let rename = |person: &Person<'_>, label: &str| {
            person.call("POST", &path).json(&json!({"label": label})).send()
        };
        let done = phone.call("POST", &path).json(&json!({"label": "执法终端 B"})).send().expect(200).json();
        assert_eq!(done["label"], "执法终端 B", "from the phone itself");
        let _ = rename(&phone.desk, &"终".repeat(64)).expect(200);
        assert_eq!(rename(&phone.desk, &"终".repeat(65)).status, 400);
        assert_eq!(rename(&phone.desk, " ").status, 400);
        let _ = rename(&Person::sign_in(server, ADMINISTRATOR), "外勤一号").expect(200);
        assert_eq!(rename(&Person::sign_in(server, "officer-b"), "x").refusal(), (403, "forbidden".to_owned()));
        let stranger = rename(&Person::sign_in(server, "agriculture-officer"), "x");
        assert_eq!(stranger.refusal(), (404, "not_found".to_owned()));
        let events = phone.desk.call("GET", "/v1/account-events").send().expect(200).json();
        let renamed: Vec<_> = events["items"].as_array().unwrap().iter().filter(|event| event["kind"] == "device_renamed").collect();
        assert_eq!((renamed.len(), &renamed[0]["detail"]), (3, &json!("外勤一号")));
        let mut desk = Desk::of(server, "officer-a");
        let form = format!("/console/devices/{}/rename", phone.device);
        assert!(desk.get(&form).expect(200).text().contains("外勤一号"));
        let csrf = desk.csrf();
        let refused = desk.post(&form, &[("csrf", &csrf), ("label", "")]);
        assert_eq!(refused.status, 400, "{}", refused.text());
        let _ = desk.post(&form, &[("csrf", &csrf), ("label", "外勤二号")]).expect(303);
        let page = desk.get("/console/devices").expect(200).text();
        assert!(page.contains("外勤二号") && page.contains("软件密钥库") && page.contains("处理器可信环境"), "{page}");
        let mut other = Desk::of(server, "officer-b");
        assert_eq!(other.get(&form).status, 404);
    }

    fn a_phone_that_its_officer_reports_lost_from_another_is_out_with_an_alarm_and_still_hands_in(server) {
        let (lost, kept) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-a"));
        let said = json!({"reason": "在码头遗失", "lost": true});
        let report = || kept.call("POST", &format!("/v1/devices/{}/revoke", lost.device)).json(&said).send();
        let _ = report().expect(200);
        let _ = report().expect(200);
        assert_eq!(alarm::only(server, "device_lost").0, "在码头遗失", "once");
        assert_eq!(lost.call("GET", "/v1/me").send().refusal(), (403, "device_revoked".to_owned()));
        let push = lost.push_of(vec![]).to_bytes();
        let _ = lost.hands_in("POST", "/v1/sync/push").bytes("application/cbor", push).send().expect(200);
        let _ = kept.call("GET", "/v1/me").send().expect(200);
        let mut desk = Desk::of(server, "officer-a");
        let form = format!("/console/devices/{}/revoke", kept.device);
        let csrf = desk.csrf();
        let fields = [("csrf", csrf.as_str()), ("officer", ""), ("reason", "换用新终端")];
        let _ = desk.post(&form, &fields).expect(303);
        assert_eq!(alarm::of_kind(server, "device_lost").len(), 1, "one that is given back is no alarm");
    }
}
