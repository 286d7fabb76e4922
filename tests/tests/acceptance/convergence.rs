//! Phones with the same changes show the same case, in whatever order the changes arrived.

use sync_core::change::Change;
use sync_core::id::Epoch;
use sync_core::log::Cursor;
use sync_core::message::{CaseHeads, Class, Pulled, Pushed, Reconcile};
use tests::actor::random;
use tests::{Phone, Replica, on_both_databases};

/// A case with two officers who wrote different values into the same field, and more.
fn story(a: &mut Phone<'_>, b: &mut Phone<'_>) -> Vec<Change> {
    let opening = a.open_case(&[b.officer]);
    let case = opening.id();
    let of_a = a.write(case, &[case], "dishes_without_price", "40");
    let of_b = b.write(case, &[case], "dishes_without_price", "38");
    let later = b.write(case, &[of_a.id(), of_b.id()], "place_name", "巫峡食府");
    vec![opening, of_a, of_b, later]
}

fn classes(answer: &Pushed) -> Vec<Class> {
    answer.outcomes.iter().map(|outcome| outcome.class).collect()
}

on_both_databases! {
    fn two_phones_show_the_same_case_with_both_values(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let case = changes[0].id();
        assert_eq!(classes(&a.push(&[&changes[0], &changes[1]])), [Class::Accepted; 2]);
        assert_eq!(classes(&b.push(&[&changes[2], &changes[3]])), [Class::Accepted; 2]);
        let (at_a, at_b) = (a.pull_all(500), b.pull_all(500));
        assert_eq!(at_a.changes, at_b.changes);
        assert_eq!(at_a.case(case).hash(), at_b.case(case).hash());
        let state = at_a.case(case);
        let field = state.field(None, &"dishes_without_price".into()).unwrap();
        assert!(field.conflict, "two officers disagree");
        let mut values: Vec<_> = field.live.iter().filter_map(|live| live.value.as_ref()?.as_text()).collect();
        values.sort_unstable();
        assert_eq!(values, ["38", "40"]);
    }

    fn order_repetition_and_sender_change_nothing(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let case = changes[0].id();
        // Children first, each twice, and everybody brings what the other wrote.
        for change in changes.iter().rev() {
            let (by_a, by_b) = (a.push(&[change]), b.push(&[change, change]));
            assert!(!classes(&by_a).contains(&Class::Refused) && !classes(&by_b).contains(&Class::Refused));
        }
        let (at_a, at_b) = (a.pull_all(500), b.pull_all(1));
        assert_eq!(at_a.size, 4, "each change is one leaf");
        assert_eq!(at_a.changes, at_b.changes);
        let expected = sync_core::case::fold(case, &changes).hash();
        assert_eq!((at_a.case(case).hash(), at_b.case(case).hash()), (expected, expected));
    }

    fn a_phone_that_pulled_before_there_was_anything_goes_on_from_there(server) {
        let (mut early, late) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-a"));
        let before = late.pull_all(500);
        assert_eq!(before.size, 0);
        let opening = early.open_case(&[]);
        early.push(&[&opening]);
        let page = Pulled::read(&late.pull(Some(&before.cursor), 500).expect(200).body).unwrap();
        assert_eq!(page.changes, [opening.to_bytes()]);
    }

    fn the_same_push_twice_gets_the_same_bytes_and_stores_nothing(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let push = a.push_of(changes.iter().map(Change::to_bytes).collect());
        let first = a.push_call(&push).send().expect(200);
        let size = a.log_size();
        for _ in 0..3 {
            assert_eq!(a.push_call(&push).send().expect(200).body, first.body);
        }
        assert_eq!(a.log_size(), size);
        let receipts = Pushed::read(&first.body).unwrap().receipts;
        assert_eq!(receipts.len(), 1);
        let covered: Vec<_> = a.open_receipt(&receipts[0]).receipt.entries.iter().map(|entry| entry.change).collect();
        let ids: std::collections::BTreeSet<_> = changes.iter().map(Change::id).collect();
        assert_eq!(covered.iter().copied().collect::<std::collections::BTreeSet<_>>(), ids);
    }

    fn each_phone_gets_a_receipt_of_its_own_with_the_same_leaf_and_time(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let (to_a, to_b) = (a.push(&[&changes[0]]), b.push(&[&changes[0]]));
        let (to_a, to_b) = (a.open_receipt(&to_a.receipts[0]).receipt, b.open_receipt(&to_b.receipts[0]).receipt);
        assert_eq!(to_a.entries, to_b.entries);
        assert_ne!(to_a.device, to_b.device);
    }

    fn a_later_push_gives_the_old_receipt_first_and_one_for_what_is_new(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let first = a.push(&[&changes[0], &changes[1]]).receipts;
        let all: Vec<_> = changes.iter().collect();
        let second = a.push(&all).receipts;
        assert_eq!((second.len(), &second[0]), (2, &first[0]));
        let fresh: Vec<_> = a.open_receipt(&second[1]).receipt.entries.iter().map(|entry| entry.change).collect();
        assert_eq!(fresh.len(), 2);
        assert!(fresh.contains(&changes[2].id()) && fresh.contains(&changes[3].id()));
    }

    fn a_feed_read_in_pages_of_one_is_the_whole_feed(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        for change in story(&mut a, &mut b) {
            a.push(&[&change]);
        }
        let (by_one, at_once) = (a.pull_all(1), a.pull_all(500));
        assert_eq!((&by_one.changes, &by_one.cursor), (&at_once.changes, &at_once.cursor));
    }

    fn a_cursor_of_another_log_is_refused_and_reconciling_gives_everything(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        a.push(&changes.iter().collect::<Vec<_>>());
        let good = Cursor::read(&b.pull_all(500).cursor).unwrap();
        let other_log = Cursor { log_epoch: Epoch::new(random()), ..good };
        let from_the_future = Cursor { size: good.size + 1, ..good };
        let other_history = Cursor { root: sync_core::id::Digest::new(random()), ..good };
        for cursor in [other_log, from_the_future, other_history] {
            let refused = b.pull(Some(&cursor.to_bytes()), 500);
            assert_eq!(refused.refusal(), (409, "cursor_unknown".to_owned()), "{cursor:?}");
        }
        for nonsense in [&b"not a cursor"[..], b""] {
            assert_eq!(b.pull(Some(nonsense), 500).refusal(), (409, "cursor_unknown".to_owned()));
        }
        let answer = b.reconcile(&Reconcile::default());
        let mut replica = Replica::default();
        replica.take(&answer.leases, &answer.changes, &b);
        assert_eq!(replica.changes, a.pull_all(500).changes);
        assert!(answer.wanted.is_empty());
    }

    fn reconciling_names_the_heads_that_the_server_lacks_and_gives_the_rest(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let changes = story(&mut a, &mut b);
        let case = changes[0].id();
        a.push(&[&changes[0], &changes[1]]);
        let held = CaseHeads { case, heads: vec![changes[2].id()] };
        let answer = b.reconcile(&Reconcile { cases: vec![held] });
        assert_eq!(answer.wanted, [changes[2].id()]);
        let given: Vec<_> = answer.changes.iter().map(|bytes| sync_core::change::Received::read(bytes).unwrap().id()).collect();
        assert_eq!(given, [changes[0].id(), changes[1].id()]);
    }
}
