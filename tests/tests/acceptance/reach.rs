//! A case out of reach is answered like a case that does not exist, and a stranger changes nothing in it.

use serde_json::json;
use sync_core::id::{ChangeId, OfficerId};
use sync_core::message::{CaseHeads, Class, Missing, PushOutcome, Reconcile};
use sync_core::value::Value;
use tests::actor::random;
use tests::{Person, Phone, on_both_databases};

use crate::alarm;

/// Of nobody.
const CITIZEN: &str = "500237199001010634";

/// What a outcome says, without the id of the change it is about.
fn said(outcome: &PushOutcome) -> (Class, &str, &[String], usize) {
    (outcome.class, &outcome.code, &outcome.flags, outcome.missing.len())
}

on_both_databases! {
    fn a_case_of_another_agency_answers_a_push_like_a_missing_one(server) {
        let (mut owner, mut stranger) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let no_case: ChangeId = ChangeId::new(random());
        let into_theirs = stranger.write(opening.id(), &[opening.id()], "place_name", "探");
        let into_none = stranger.write(no_case, &[no_case], "place_name", "探");
        for _ in 0..2 {
            let answer = stranger.push(&[&into_theirs, &into_none]);
            assert_eq!(said(&answer.outcomes[0]), said(&answer.outcomes[1]));
            assert_eq!(answer.outcomes[0].missing, [Missing::Change(opening.id())]);
            assert_eq!(answer.outcomes[1].missing, [Missing::Change(no_case)]);
            assert!(answer.receipts.is_empty());
        }
        // The same without deps, which is a breach of form wherever it stands.
        let (theirs, none) = (opening.id(), ChangeId::new(random()));
        let (theirs, none) = (stranger.write(theirs, &[], "x", "探"), stranger.write(none, &[], "x", "探"));
        let answer = stranger.push(&[&theirs, &none]);
        assert_eq!(said(&answer.outcomes[0]), said(&answer.outcomes[1]));
        assert!(answer.receipts.is_empty());
    }

    fn a_head_sees_numbers_of_persons_in_a_list_and_who_only_supervises_does_not(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        let title = phone.write(case.id(), &[case.id()], "title", &format!("李某 {CITIZEN}"));
        phone.push(&[&case, &title]);
        let shown = |login: &str| {
            let list = Person::sign_in(server, login).call("GET", "/v1/cases").send().expect(200).json();
            list["items"][0]["title"].as_str().unwrap().to_owned()
        };
        for login in ["officer-a", "unit-head", "principal-head", "legal-reviewer", "case-reviewer"] {
            assert_eq!(shown(login), format!("李某 {CITIZEN}"), "{login}");
        }
        for login in ["department-supervisor", "county-supervisor", "county-leadership"] {
            assert_eq!(shown(login), "李某 500*************34", "{login}");
        }
        // Who supervises the agency and leads it as well sees them.
        let supervisor = Person::sign_in(server, "department-supervisor").me.officer;
        let head = json!({"role": "principal_head", "reason": "任命"});
        let _ = crate::people::act(&Person::sign_in(server, "agency-admin"), &supervisor, "/roles", &head).expect(200);
        assert_eq!(shown("department-supervisor"), format!("李某 {CITIZEN}"));
    }

    fn a_case_of_another_agency_answers_a_pull_and_a_reconcile_like_a_missing_one(server) {
        let (mut owner, stranger) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        assert!(stranger.pull_all(500).changes.is_empty());
        let heads = |case: ChangeId| CaseHeads { case, heads: vec![case] };
        let none = ChangeId::new(random());
        let mut cases = vec![heads(opening.id()), heads(none)];
        cases.sort_by_key(|heads| heads.case);
        let answer = stranger.reconcile(&Reconcile { cases });
        assert!(answer.changes.is_empty() && answer.leases.is_empty());
        assert!(answer.wanted.contains(&opening.id()) && answer.wanted.contains(&none), "both look missing");
    }

    fn a_strangers_change_is_quarantined_and_changes_nothing(server) {
        let (mut owner, mut stranger) = (Phone::of(server, "officer-a"), Phone::of(server, "unit-head"));
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let intrusion = stranger.write(opening.id(), &[opening.id()], "place_name", "外人所写");
        assert_eq!(stranger.push(&[&intrusion]).outcomes[0].class, Class::Parked, "the stranger is told nothing");
        let seen = owner.push(&[&intrusion]);
        let outcome = &seen.outcomes[0];
        assert_eq!((outcome.class, outcome.code.as_str()), (Class::Quarantined, "not_a_participant"));
        let state = owner.pull_all(500).case(opening.id());
        assert!(state.outside.contains(&intrusion.id()));
        assert_eq!(state.value(None, &"place_name".into()), None);
        assert_eq!(alarm::only(server, "quarantined"), ("not_a_participant".to_owned(), intrusion.id().to_string().into()));
        // The owner's own work goes on, also on top of it.
        let next = owner.write(opening.id(), &[intrusion.id()], "place_name", "巫峡食府");
        assert_eq!(owner.push(&[&next]).outcomes[0].class, Class::Accepted);
        let state = owner.pull_all(500).case(opening.id());
        assert_eq!(state.value(None, &"place_name".into()).and_then(Value::as_text), Some("巫峡食府"));
    }

    fn a_head_of_another_agency_reads_and_decides_nothing(server) {
        let mut farmer = Phone::of(server, "agriculture-officer");
        let opening = farmer.open_case(&[]);
        let _ = farmer.push(&[&opening]);
        let head = Person::sign_in(server, "unit-head");
        let ask = |method: &str, id: ChangeId, tail: &str| {
            let call = head.call(method, &format!("/v1/cases/{id}{tail}")).header("If-Match", "\"1\"");
            let call = if method == "POST" { call.json(&json!({})) } else { call };
            call.send().expect(404).problem_without_request_id()
        };
        for (method, tail) in [("GET", ""), ("GET", "/record"), ("POST", "/close")] {
            assert_eq!(ask(method, opening.id(), tail), ask(method, ChangeId::new([9; 32]), tail), "{method} {tail}");
        }
        let list = head.call("GET", "/v1/cases").send().expect(200).json();
        assert_eq!(list["items"], json!([]));
    }

    fn nobody_opens_a_case_for_another_agency(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let own = phone.agency;
        phone.agency = other.agency;
        let opening = phone.open_case(&[]);
        phone.agency = own;
        let outcome = &phone.push(&[&opening]).outcomes[0];
        assert_eq!((outcome.class, outcome.code.as_str()), (Class::Quarantined, "other_agency"));
    }

    fn nobody_invites_an_officer_of_another_agency(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = phone.open_case(&[]);
        let invite = |officer: OfficerId| vec![sync_core::change::NewOp::new(sync_core::op::Act::Invite(officer))];
        let bad = phone.save(Some(opening.id()), &[opening.id()], invite(other.officer));
        let answer = phone.push(&[&opening, &bad]);
        assert_eq!((answer.outcomes[1].class, answer.outcomes[1].code.as_str()), (Class::Quarantined, "other_agency"));
        assert!(other.pull_all(500).changes.is_empty(), "the invited one sees nothing");
    }

    fn who_is_invited_sees_the_whole_case_and_may_write(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[]);
        let written = a.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
        a.push(&[&opening, &written]);
        let before = b.pull_all(500);
        assert!(before.changes.is_empty());
        let op = sync_core::change::NewOp::new(sync_core::op::Act::Invite(b.officer));
        let invitation = a.save(Some(opening.id()), &[written.id()], vec![op]);
        a.push(&[&invitation]);
        // The feed from the old cursor lists the case; what lies before the cursor is fetched by its heads.
        let page = sync_core::message::Pulled::read(&b.pull(Some(&before.cursor), 500).expect(200).body).unwrap();
        let listed = page.cases.unwrap();
        assert_eq!(listed, [CaseHeads { case: opening.id(), heads: vec![invitation.id()] }]);
        let answer = b.reconcile(&Reconcile { cases: vec![CaseHeads { case: opening.id(), heads: vec![] }] });
        assert_eq!(answer.changes.len(), 3, "the whole case");
        let reply = b.write(opening.id(), &[invitation.id()], "note", "已到场");
        assert_eq!(b.push(&[&reply]).outcomes[0].class, Class::Accepted);
    }
}
