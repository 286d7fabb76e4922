//! Two phones without a server.

use crate::world::Phone;
use sync_core::device::Device;
use sync_core::id::CaseId;
use sync_core::link::{Link, LinkError};

/// Runs a link; cuts it after `most` bytes. Says whether both were done, and what each did.
fn run(one: &mut Phone, two: &mut Phone, most: usize, piece: usize) -> (bool, Link, Link) {
    let (mut left, mut right) = (Link::new([1; 32]), Link::new([2; 32]));
    let mut budget = most;
    'link: loop {
        let from_left = left.outgoing(&one.device).unwrap();
        let from_right = right.outgoing(&two.device).unwrap();
        if from_left.is_empty() && from_right.is_empty() {
            return (left.is_done() && right.is_done(), left, right);
        }
        for (bytes, link, phone) in [(from_left, &mut right, &mut *two), (from_right, &mut left, &mut *one)] {
            for part in bytes.chunks(piece) {
                let part = &part[..part.len().min(budget)];
                budget -= part.len();
                link.incoming(&mut phone.device, part, &phone.key).unwrap();
                if budget == 0 {
                    break 'link;
                }
            }
        }
    }
    (false, left, right)
}

fn set(device: &Device, case: CaseId) -> Vec<sync_core::id::ChangeId> {
    let mut ids: Vec<_> = device.changes(case).unwrap().iter().map(sync_core::change::Change::id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_shared_case_becomes_the_same_on_both_phones_and_another_stays_where_it_is() {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let (case, private) = (one.open(&[1, 2]), one.open(&[1, 2]));
    let not_theirs = one.open(&[1]);
    one.device.share(case).unwrap();
    one.device.share(not_theirs).unwrap();
    assert!(run(&mut one, &mut two, usize::MAX, 7).0);
    assert_eq!(set(&one.device, case), set(&two.device, case));
    assert_eq!(two.device.case(private).unwrap(), None);
    assert_eq!(two.device.case(not_theirs).unwrap(), None);

    one.put(case, "title", "一");
    two.put(case, "title", "二");
    two.put(case, "address", "高唐街道");
    let (done, left, right) = run(&mut one, &mut two, usize::MAX, 1000);
    assert!(done);
    assert_eq!((left.tally().sent, right.tally().sent), (1, 2), "only what the other lacks");
    assert_eq!((left.tally().stored, right.tally().stored), (2, 1));
    assert_eq!(one.state(case).hash(), two.state(case).hash());
    assert_eq!(one.state(case).conflicts().count(), 1);
    assert_eq!(left.peer(), Some(crate::world::officer(2)));
}

#[test]
fn a_link_cut_at_any_byte_loses_nothing_and_the_next_one_finishes() {
    for most in (1..6000).step_by(397) {
        let (mut one, mut two) = (Phone::new(1), Phone::new(2));
        let case = one.open(&[1, 2]);
        one.device.share(case).unwrap();
        for round in 0..4 {
            one.put(case, "title", &format!("第{round}次"));
        }
        run(&mut one, &mut two, most, 64);
        assert!(run(&mut one, &mut two, usize::MAX, 4096).0, "after a cut at {most}");
        assert_eq!(one.state(case).hash(), two.state(case).hash());
    }
}

#[test]
fn who_cannot_prove_the_key_in_its_lease_learns_nothing() {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    one.device.share(case).unwrap();
    let (mut left, mut right) = (Link::new([1; 32]), Link::new([2; 32]));
    // Phone 2's lease, but not its key.
    let thief = crate::world::key(66);
    let hello = right.outgoing(&two.device).unwrap();
    left.incoming(&mut one.device, &hello, &one.key).unwrap();
    let hello = left.outgoing(&one.device).unwrap();
    right.incoming(&mut two.device, &hello, &thief).unwrap();
    let proof = right.outgoing(&two.device).unwrap();
    let refused = left.incoming(&mut one.device, &proof, &one.key);
    assert!(matches!(refused, Err(LinkError::Stranger(_))));
    assert_eq!(left.peer(), None);
    // What is still to be sent is the proof, and nothing of a case.
    assert!(!left.outgoing(&one.device).unwrap().is_empty());
    assert!(left.outgoing(&one.device).unwrap().is_empty());
}

#[test]
fn frames_out_of_turn_or_too_long_end_the_link() {
    let mut one = Phone::new(1);
    let mut link = Link::new([1; 32]);
    let done = [0, 0, 0, 3, 0x82, 1, 4];
    assert!(matches!(link.incoming(&mut one.device, &done, &one.key), Err(LinkError::OutOfTurn)));
    let mut link = Link::new([1; 32]);
    let huge = [0xff; 4];
    assert!(matches!(link.incoming(&mut one.device, &huge, &one.key), Err(LinkError::Unreadable(_))));
}
