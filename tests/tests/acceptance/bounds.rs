//! Bounds on what a flood, a stranger or a mistake can do to a case.

use sync_core::change::{Change, NewOp};
use sync_core::id::ChangeId;
use sync_core::message::{Class, Pulled};
use sync_core::op::{Act, CaseKind, Open};
use sync_core::value::Value;
use tests::{Phone, on_both_databases};

/// Pushes in batches as large as one push may be.
fn push_all(phone: &Phone<'_>, changes: &[Change]) -> Vec<Class> {
    let batch = |batch: &[Change]| {
        let batch: Vec<&Change> = batch.iter().collect();
        phone.push(&batch).outcomes.into_iter().map(|outcome| outcome.class).collect::<Vec<_>>()
    };
    changes.chunks(256).flat_map(batch).collect()
}

on_both_databases! {
    fn more_heads_than_a_change_may_name_are_gathered_by_the_server(server) {
        let (mut owner, other) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let case = opening.id();
        let heads: Vec<Change> = (0..1100).map(|n| owner.write(case, &[case], &format!("note_{n}"), "头")).collect();
        assert!(push_all(&owner, &heads).iter().all(|class| *class == Class::Accepted));
        // The verdict on an invitation into another agency is a change of the server on all these heads.
        let foreign = owner.save(Some(case), &[case], vec![NewOp::new(Act::Invite(other.officer))]);
        assert_eq!(owner.push(&[&foreign]).outcomes[0].class, Class::Quarantined);
        let replica = owner.pull_all(300);
        let state = replica.case(case);
        assert_eq!((state.heads.len(), state.waiting.len()), (1, 0));
        assert!(state.excluded.contains_key(&foreign.id()));
        let head: Vec<ChangeId> = state.heads.iter().copied().collect();
        let next = owner.write(case, &head, "place_name", "巫峡食府");
        assert_eq!(owner.push(&[&next]).outcomes[0].class, Class::Accepted);
    }

    fn a_page_of_the_feed_ends_after_about_four_mebibytes(server) {
        let mut owner = Phone::of(server, "officer-a");
        let mut page_of = |bytes: usize| {
            let opening = owner.open_case(&[]);
            let case = opening.id();
            let mut changes = vec![opening];
            changes.extend((1..40).map(|n| owner.write(case, &[case], &format!("note_{n}"), &"x".repeat(bytes))));
            let before = owner.pull_all(500);
            for some in changes.chunks(8) {
                owner.push(&some.iter().collect::<Vec<_>>());
            }
            let page = Pulled::read(&owner.pull(Some(&before.cursor), 500).expect(200).body).unwrap();
            (page.changes.len(), page.more, owner.pull_all(500).changes.len() - before.changes.len())
        };
        assert_eq!(page_of(80_000), (40, false, 40), "3.2 MB are one page");
        let (first, more, all) = page_of(160_000);
        assert!((26..=32).contains(&first) && more && all == 40, "of 6.4 MB the page ends, and the rest follows: {first}");
    }

    fn what_was_parked_by_the_hundred_is_fed_whole_once_it_opens(server) {
        let mut owner = Phone::of(server, "officer-a");
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let case = opening.id();
        let missing = owner.write(case, &[case], "place_name", "后到");
        let waiting: Vec<Change> =
            (0..700).map(|n| owner.write(case, &[missing.id()], &format!("note_{n}"), "等")).collect();
        assert!(push_all(&owner, &waiting).iter().all(|class| *class == Class::Parked));
        assert_eq!(owner.push(&[&missing]).outcomes[0].class, Class::Accepted);
        for limit in [100, 500] {
            let replica = owner.pull_all(limit);
            assert_eq!(replica.changes.len(), 702, "pages of {limit}");
            assert!(replica.case(case).waiting.is_empty());
        }
    }

    /// The parked changes of a case are bounded by bytes, and so is the case. A change over a bound is named in the answer and
    /// stays on the phone.
    fn what_is_past_a_bound_of_bytes_is_left_with_its_phone_and_comes_again(server) {
        let mut owner = Phone::of(server, "officer-a");
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let case = opening.id();
        let missing = owner.write(case, &[case], "place_name", "后到");
        let text = "x".repeat(250_000);
        let waiting: Vec<Change> = (0..10)
            .map(|n| {
                let put = |part| NewOp::put(None, format!("note_{n}_{part}"), vec![], Value::text(text.as_str()));
                owner.save(Some(case), &[missing.id()], (0..4).map(put).collect())
            })
            .collect();
        let push_all = |owner: &Phone<'_>| -> Vec<(Class, String)> {
            let pushed = waiting.chunks(2).flat_map(|some| owner.push(&some.iter().collect::<Vec<_>>()).outcomes);
            pushed.map(|outcome| (outcome.class, outcome.code)).collect()
        };
        assert!(push_all(&owner).iter().all(|outcome| *outcome == (Class::Parked, "missing".to_owned())));
        assert_eq!(owner.push(&[&missing]).outcomes[0].class, Class::Accepted);
        assert_eq!(owner.pull_all(500).changes.len(), 2 + 4, "four mebibytes had waited, and no more");
        // Eight mebibytes are a case: eight of these and little more.
        for _ in 0..2 {
            let outcomes = push_all(&owner);
            let stored = outcomes.iter().filter(|(class, _)| *class == Class::Accepted).count();
            let full = outcomes.iter().filter(|outcome| **outcome == (Class::Parked, "case_full".to_owned())).count();
            assert_eq!((stored, full), (8, 2), "{outcomes:?}");
        }
        assert_eq!(owner.pull_all(500).changes.len(), 2 + 8);
        assert_eq!(crate::alarm::of_kind(server, "case_full").len(), 1, "people are told once a day");
        // What the server decides has room, and the case can be worked with.
        let other = owner.open_case(&[]);
        assert_eq!(owner.push(&[&other]).outcomes[0].class, Class::Accepted, "another case is not held up");
    }

    fn nothing_of_a_stranger_is_kept_waiting(server) {
        let (mut owner, mut stranger) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = owner.open_case(&[]);
        owner.push(&[&opening]);
        let case = opening.id();
        let missing = stranger.write(case, &[case], "note", "未送");
        let waiting = stranger.write(case, &[missing.id()], "note", "在等");
        assert_eq!(stranger.push(&[&waiting]).outcomes[0].class, Class::Parked);
        owner.push(&[&missing]);
        let state = owner.pull_all(500).case(case);
        assert!(state.outside.contains(&missing.id()) && !state.outside.contains(&waiting.id()));
    }

    fn nobody_opens_a_case_with_an_officer_of_another_agency(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let opening = phone.open_case(&[other.officer]);
        let outcome = &phone.push(&[&opening]).outcomes[0];
        assert_eq!((outcome.class, outcome.code.as_str()), (Class::Quarantined, "other_agency"));
        assert!(other.pull_all(500).changes.is_empty(), "the other one sees nothing");
    }

    fn a_zero_byte_in_a_text_holds_up_nothing(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let odd = phone.write(opening.id(), &[opening.id()], "title", "巫峡\0食府");
        let next = phone.write(opening.id(), &[odd.id()], "note", "继续");
        let answer = phone.push(&[&opening, &odd, &next]);
        assert!(answer.outcomes.iter().all(|outcome| outcome.class == Class::Accepted), "{:?}", answer.outcomes);
        let state = phone.pull_all(500).case(opening.id());
        assert_eq!(state.value(None, &"title".into()).and_then(Value::as_text), Some("巫峡\0食府"), "as it was written");
        assert_eq!(phone.desk.call("GET", "/v1/cases").send().expect(200).json()["items"][0]["title"], "巫峡\u{fffd}食府");
    }

    fn who_opens_a_case_badly_is_told_the_truth_about_what_follows(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let open = Open {
            kind: CaseKind::Inspection,
            agency: phone.agency,
            item: "SJ-J-001".into(),
            officers: vec![other.officer],
        };
        let opening = phone.save(None, &[], vec![NewOp::new(Act::Open(open))]);
        let next = phone.write(opening.id(), &[opening.id()], "note", "继续");
        for _ in 0..2 {
            let answer = phone.push(&[&opening, &next]);
            assert_eq!(answer.outcomes[0].class, Class::WithoutEffect);
            assert_eq!((answer.outcomes[1].class, answer.outcomes[1].code.as_str()), (Class::Quarantined, "not_a_participant"));
            assert!(!answer.receipts.is_empty());
        }
    }
}
