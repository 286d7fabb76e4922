//! Every creating request survives a lost answer: repeated, it creates nothing more and answers the same.

use api_spec::device::{EnrolledDevice, EnrolmentCode, Lease};
use serde_json::json;
use tests::actor::{ADMINISTRATOR, enrolment, fresh_key};
use tests::{Person, Phone, on_both_databases};

fn blocks(lease: &Lease) -> Vec<(u32, u32, u32)> {
    lease.blocks.iter().map(|block| (block.year, block.first, block.last)).collect()
}

on_both_databases! {
    fn a_code_and_a_reset_that_are_asked_for_again_with_the_same_key_are_the_same(server) {
        let (officer, other) = (Person::sign_in(server, "officer-a"), Person::sign_in(server, "officer-b"));
        let administrator = Person::sign_in(server, ADMINISTRATOR);
        for route in ["/v1/enrolment-codes", "/v1/password-resets"] {
            let ask = |key: &str, whose: &Person<'_>| {
                let call = administrator.call("POST", route).header("Idempotency-Key", key);
                call.json(&json!({"officer": whose.me.officer})).send()
            };
            let (first, again) = (ask("k", &officer).expect(201), ask("k", &officer).expect(201));
            assert_eq!(first.json(), again.json(), "{route}");
            assert_ne!(first.json()["code"], ask("l", &officer).expect(201).json()["code"], "{route}: another key");
            assert_eq!(ask("k", &other).refusal(), (422, "idempotency_key_reused".into()), "{route}");
        }
        let events = officer.call("GET", "/v1/account-events").send().expect(200).json();
        assert_eq!(events["items"].as_array().unwrap().len(), 4, "two codes, two resets: {events}");
    }

    fn an_enrolment_whose_answer_was_lost_gives_the_same_phone(server) {
        let officer = Person::sign_in(server, "officer-a");
        let code: EnrolmentCode = {
            let ask = Person::sign_in(server, ADMINISTRATOR).call("POST", "/v1/enrolment-codes");
            ask.json(&json!({"officer": officer.me.officer})).send().expect(201).read()
        };
        let key = fresh_key();
        let enrol = |wanted| officer.call("POST", "/v1/devices").json(&wanted).send();
        let first: EnrolledDevice = enrol(enrolment(&code.code, &key)).expect(201).read();
        let again: EnrolledDevice = enrol(enrolment(&code.code, &key)).expect(201).read();
        let typed: EnrolledDevice = enrol(enrolment(&code.typed, &key)).expect(201).read();
        assert!(first == again && first == typed, "{first:?} {again:?}");
        let phones = officer.call("GET", "/v1/devices").send().expect(200).json();
        assert_eq!(phones["items"].as_array().unwrap().len(), 1);
        let other_key = enrol(enrolment(&code.code, &fresh_key()));
        assert_eq!(other_key.refusal(), (422, "wrong_enrolment_code".into()));
    }

    fn a_lease_that_is_asked_for_again_burns_no_number(server) {
        let phone = Phone::without_lease(server, "officer-a");
        let ask = |left: Option<u32>| -> Lease { phone.ask_for_numbers(left).expect(201).read() };
        let first = ask(Some(0));
        for _ in 0..3 {
            assert_eq!(blocks(&ask(Some(0))), blocks(&first), "with the same numbers left");
        }
        let further = ask(Some(9));
        assert_eq!(blocks(&further).len(), blocks(&first).len() + 1, "below ten left a further one");
        for _ in 0..3 {
            assert_eq!(blocks(&ask(Some(9))), blocks(&further));
        }
        assert_eq!(blocks(&ask(Some(10))), blocks(&further), "ten are enough");
        // The next phone gets the numbers right behind them: none was burnt in between.
        let other = Phone::of(server, "officer-b").lease.unwrap().lease;
        let last = further.blocks.iter().filter(|block| block.year == other.blocks[0].year).map(|block| block.last).max();
        assert_eq!(Some(other.blocks[0].first), last.map(|last| last + 1));
    }

    fn a_phone_that_used_its_numbers_gets_more_although_as_many_are_left_as_before(server) {
        let mut phone = Phone::of(server, "officer-a");
        let grant = |phone: &Phone<'_>| -> Lease { phone.ask_for_numbers(Some(0)).expect(201).read() };
        let granted = grant(&phone);
        assert_eq!(blocks(&grant(&phone)), blocks(&granted), "nothing shows that the phone has it");
        phone.fetch_lease();
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        assert_eq!(blocks(&grant(&phone)).len(), blocks(&granted).len() + 1, "it has signed under that lease");
    }
}
