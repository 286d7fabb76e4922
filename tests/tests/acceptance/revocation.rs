//! Changes made before and after the revocation of a phone, when all of them arrive later.
//!
//! A phone's monotonic clock is trusted to two seconds, hence the waiting.

use sync_core::change::{Change, NewOp};
use sync_core::message::Class;
use sync_core::op::Act;
use sync_core::value::Value;
use tests::actor::{ADMINISTRATOR, wait_ms};
use tests::{Person, Phone, on_both_databases};

use crate::alarm;
use crate::search::run_sql;

const BEYOND_DRIFT_MS: u64 = 2_200;

on_both_databases! {
    /// The writer remembers the register from one push to the next, and not a moment longer than it is so.
    fn what_somebody_changes_in_the_register_by_hand_counts_with_the_next_push(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let mut last = opening.clone();
        let mut classes = vec![phone.push(&[&opening]).outcomes[0].class];
        for statement in [
            "UPDATE certificate_interval SET reason = 'looked at'",
            "UPDATE certificate_interval SET until_ms = from_ms + 1",
            "UPDATE certificate_interval SET until_ms = NULL",
        ] {
            run_sql(server, statement);
            let next = phone.write(opening.id(), &[last.id()], "note", statement);
            classes.push(phone.push(&[&next]).outcomes[0].class);
            last = next;
        }
        assert_eq!(classes, [Class::Accepted, Class::Accepted, Class::Quarantined, Class::Accepted]);
    }

    fn what_came_after_a_revocation_is_quarantined_and_what_came_before_stands(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[b.officer]);
        let case = opening.id();
        a.push(&[&opening]);
        let delivered = || NewOp::new(Act::RecordStep { step: "delivered".into() });
        let before = b.write(case, &[case], "place_name", "巫峡食府");
        wait_ms(BEYOND_DRIFT_MS);
        // Made in the two seconds in which nobody can show whether the phone was revoked already.
        let unclear = b.write(case, &[before.id()], "note", "说不清");
        let unclear_formal = b.save(Some(case), &[unclear.id()], vec![delivered()]);
        Person::sign_in(server, ADMINISTRATOR).revoke(b.device);
        wait_ms(BEYOND_DRIFT_MS);
        let after = b.write(case, &[unclear_formal.id()], "place_name", "事后所写");
        // The phone itself is shut out; its colleague's phone got everything over the direct link.
        let mut push = a.push_of([&before, &unclear, &unclear_formal, &after].map(Change::to_bytes).to_vec());
        push.leases.push(b.lease.clone().unwrap().bytes);
        let answer = a.push_call(&push).send().expect(200);
        let outcomes = sync_core::message::Pushed::read(&answer.body).unwrap().outcomes;
        let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.class, outcome.code.as_str(), outcome.flags.as_slice())).collect();
        let not_proved = ["time_not_proved".to_owned()];
        assert_eq!(told, [
            (Class::Accepted, "", &[][..]),
            (Class::Accepted, "", &not_proved[..]),
            (Class::Quarantined, "formal_time_not_proved", &not_proved[..]),
            (Class::Quarantined, "after_revocation", &[][..]),
        ]);
        let state = a.pull_all(500).case(case);
        assert_eq!(state.value(None, &"place_name".into()).and_then(Value::as_text), Some("巫峡食府"));
        assert_eq!(state.value(None, &"note".into()).and_then(Value::as_text), Some("说不清"));
        assert_eq!(state.steps_of(&"delivered".into()).count(), 0);
        assert_eq!(alarm::of_kind(server, "quarantined").len(), 2);
    }
}
