//! Validly signed changes that break a rule of form, and forks: stored, named, alarmed, without blocking others.

use sync_core::change::{Change, NewOp};
use sync_core::message::Class;
use sync_core::op::{Act, Number, OpId, OpRef, Outcome, VerdictAct};
use sync_core::value::Value;
use tests::{Phone, Server, on_both_databases};

use crate::alarm;

/// `bad` is stored without effect for `code`, alarmed, and what builds on it has its effect.
fn without_effect(server: &Server, phone: &mut Phone<'_>, opening: &Change, bad: &Change, code: &str) {
    let case = opening.id();
    let size = phone.log_size();
    let next = phone.write(case, &[bad.id()], "next", "有效");
    let answer = phone.push(&[bad, &next]);
    assert_eq!((answer.outcomes[0].class, answer.outcomes[0].code.as_str()), (Class::WithoutEffect, code));
    assert_eq!(answer.outcomes[1].class, Class::Accepted, "one bad save strands nothing that follows");
    assert_eq!(phone.open_receipt(&answer.receipts[0]).receipt.entries.len(), 2, "both are in the log");
    let replica = phone.pull_all(500);
    assert_eq!(replica.size, size + 2);
    let state = replica.case(case);
    assert!(state.without_effect.contains_key(&bad.id()));
    assert_eq!(
        state.value(None, &"place_name".into()).and_then(Value::as_text),
        Some("巫峡食府"),
        "it changed nothing"
    );
    assert_eq!(state.value(None, &"next".into()).and_then(Value::as_text), Some("有效"));
    assert_eq!(alarm::only(server, "without_effect"), (code.to_owned(), bad.id().to_string().into()));
}

/// A stored case with a place name.
fn case(phone: &mut Phone<'_>) -> (Change, Change) {
    let opening = phone.open_case(&[]);
    let written = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
    phone.push(&[&opening, &written]);
    (opening, written)
}

on_both_databases! {
    fn a_reference_outside_the_closure_has_no_effect(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, written) = case(&mut phone);
        let replaced = OpRef::Of(OpId { change: written.id(), index: 0 });
        let op = NewOp::put(None, "place_name", vec![replaced], Value::text("未见而改"));
        let bad = phone.save(Some(opening.id()), &[opening.id()], vec![op]);
        without_effect(server, &mut phone, &opening, &bad, "form_outside_closure");
    }

    fn an_operation_that_only_the_server_may_make_has_no_effect(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, written) = case(&mut phone);
        let verdict = VerdictAct { change: written.id(), outcome: Outcome::Exclude, code: "mine".to_owned() };
        let bad = phone.save(Some(opening.id()), &[written.id()], vec![NewOp::new(Act::Verdict(verdict))]);
        without_effect(server, &mut phone, &opening, &bad, "form_not_the_signers");
    }

    fn a_phone_gives_no_case_number(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, written) = case(&mut phone);
        let number = Number { form: "case".into(), year: 2026, serial: 1, text: "自编1号".to_owned() };
        let bad = phone.save(Some(opening.id()), &[written.id()], vec![NewOp::new(Act::Number(number))]);
        without_effect(server, &mut phone, &opening, &bad, "form_not_the_signers");
    }

    fn a_detail_that_cannot_be_read_has_no_effect(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, written) = case(&mut phone);
        let act = Act::Malformed { kind: 2, detail: Value::text("not an officer") };
        let bad = phone.save(Some(opening.id()), &[written.id()], vec![NewOp::new(act)]);
        without_effect(server, &mut phone, &opening, &bad, "form_detail");
    }

    fn a_fork_keeps_both_branches_and_raises_an_alarm(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let (seq, prev) = (phone.seq, phone.prev);
        let one = phone.write(case, &[case], "place_name", "巫峡食府");
        (phone.seq, phone.prev) = (seq, prev);
        let other = phone.write(case, &[case], "place_name", "神女食府");
        let answer = phone.push(&[&opening, &one, &other]);
        assert!(answer.outcomes.iter().all(|outcome| outcome.class == Class::Accepted), "{answer:?}");
        assert!(answer.outcomes[2].flags.contains(&"fork".to_owned()), "{answer:?}");
        let state = phone.pull_all(500).case(case);
        assert_eq!(state.field(None, &"place_name".into()).unwrap().live.len(), 2, "both stand");
        assert_eq!(alarm::only(server, "fork").1, other.id().to_string());
    }

    fn a_fork_that_comes_in_a_later_push_is_found_too(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let (seq, prev) = (phone.seq, phone.prev);
        let one = phone.write(case, &[case], "place_name", "巫峡食府");
        phone.push(&[&opening, &one]);
        (phone.seq, phone.prev) = (seq, prev);
        let elsewhere = phone.open_case(&[]);
        let outcome = &phone.push(&[&elsewhere]).outcomes[0];
        assert_eq!((outcome.class, &outcome.flags), (Class::Accepted, &vec!["fork".to_owned()]));
    }

    fn a_gap_in_the_chain_is_flagged_and_nothing_is_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let _never_sent = phone.open_case(&[]);
        let sent = phone.open_case(&[]);
        let outcome = &phone.push(&[&sent]).outcomes[0];
        assert_eq!((outcome.class, &outcome.flags), (Class::Accepted, &vec!["chain_gap".to_owned()]));
    }
}
