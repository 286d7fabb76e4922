//! A link peer that breaks the order of messages, shows data of others, or requests what it may not see.

use crate::world::{Phone, TENANT, key, lease_bytes, tenant_key};
use sync_core::change::{Change, Header, MAX_BYTES, NewOp};
use sync_core::codec::Writer;
use sync_core::device::Source;
use sync_core::id::{CaseId, ChangeId, Epoch, TenantId};
use sync_core::lease::Lease;
use sync_core::link::{Link, LinkError};
use sync_core::sign::{Signer as _, SoftwareVerifier};
use sync_core::value::Value;

const DONE: &[u8] = &[0, 0, 0, 3, 0x82, 1, 4];

/// A frame of `parts` items, the version and its kind among them.
fn frame(parts: usize, kind: u64, rest: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::new();
    rest(out.array(parts).uint(1).uint(kind));
    let body = out.finish();
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat()
}

/// A frame of heads (2) or of all that is held (6).
fn cases(kind: u64, cases: &[(CaseId, Vec<ChangeId>)]) -> Vec<u8> {
    frame(3, kind, |out| {
        out.array(cases.len());
        for (case, heads) in cases {
            out.array(2).bytes(case.bytes()).array(heads.len());
            for head in heads {
                out.bytes(head.bytes());
            }
        }
    })
}

fn ask(case: CaseId) -> Vec<u8> {
    frame(3, 5, |out| {
        out.array(1).bytes(case.bytes());
    })
}

fn hello(lease: &[u8]) -> Vec<u8> {
    frame(4, 0, |out| {
        out.bytes(&[2; 32]).bytes(lease);
    })
}

/// Two phones and their links.
struct Pair {
    one: Phone,
    two: Phone,
    left: Link,
    right: Link,
}

impl Pair {
    fn new() -> Self {
        let (left, right) = (Link::new([1; 32]), Link::new([2; 32]));
        Self { one: Phone::new(1), two: Phone::new(2), left, right }
    }

    /// What the left side takes.
    fn take(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        self.left.incoming(&mut self.one.device, bytes, &self.one.key)
    }

    /// Everything that the left side has to send.
    fn sent(&mut self) -> Vec<u8> {
        let next = std::iter::repeat_with(|| self.left.outgoing(&self.one.device).unwrap());
        next.take_while(|bytes| !bytes.is_empty()).flatten().collect()
    }

    /// Greets and proves, both ways; says what the right side sent for that. Each side still has its heads to send.
    fn proved(&mut self) -> [Vec<u8>; 2] {
        let from_left = self.left.outgoing(&self.one.device).unwrap();
        let greeted = self.right.outgoing(&self.two.device).unwrap();
        self.right.incoming(&mut self.two.device, &from_left, &self.two.key).unwrap();
        self.take(&greeted).unwrap();
        let from_left = self.left.outgoing(&self.one.device).unwrap();
        let proof = self.right.outgoing(&self.two.device).unwrap();
        self.right.incoming(&mut self.two.device, &from_left, &self.two.key).unwrap();
        self.take(&proof).unwrap();
        assert_eq!(self.left.peer(), Some(crate::world::officer(2)));
        [greeted, proof]
    }
}

fn out_of_turn(result: &Result<(), LinkError>) -> bool {
    matches!(result, Err(LinkError::OutOfTurn))
}

#[test]
fn a_second_hello_and_a_replayed_proof_end_the_link() {
    let mut pair = Pair::new();
    let [hello, proof] = pair.proved();
    let first = pair.sent();
    assert!(out_of_turn(&pair.take(&hello)));
    assert!(out_of_turn(&pair.take(&proof)));
    assert!(!first.is_empty() && pair.sent().is_empty(), "the heads went out once");
    // A second hello before the proof would take the place of who said the first.
    let mut pair = Pair::new();
    let greeted = pair.right.outgoing(&pair.two.device).unwrap();
    pair.sent();
    pair.take(&greeted).unwrap();
    assert!(out_of_turn(&pair.take(&greeted)));
    assert_eq!(pair.left.peer(), None);
}

#[test]
fn a_proof_of_another_link_proves_nothing() {
    let mut earlier = Pair::new();
    let [hello, proof] = earlier.proved();
    let mut pair = Pair::new();
    pair.left = Link::new([3; 32]);
    pair.sent();
    pair.take(&hello).unwrap();
    let refused = pair.take(&proof);
    assert!(matches!(refused, Err(LinkError::Stranger("its proof is of another link"))), "{refused:?}");
    assert_eq!(pair.left.peer(), None);
}

#[test]
fn who_shows_a_lease_of_another_tenant_or_this_phones_own_is_a_stranger() {
    let opened = Lease::open(&lease_bytes(2, 2, 1), &tenant_key().public_key(), &SoftwareVerifier).unwrap().lease;
    let signed = |lease: Lease| lease.sign(&tenant_key()).unwrap().bytes;
    let foreign = Lease { tenant: TenantId::new([9; 16]), ..opened.clone() };
    assert_eq!(opened.tenant, TENANT);
    for (lease, welcome) in [(signed(opened), true), (signed(foreign), false), (lease_bytes(1, 1, 1), false)] {
        let mut pair = Pair::new();
        let answer = pair.take(&hello(&lease));
        assert_eq!(answer.is_ok(), welcome);
        assert!(welcome || matches!(answer, Err(LinkError::Stranger(_))));
    }
}

#[test]
fn before_the_proof_nothing_is_taken_or_told() {
    let mut pair = Pair::new();
    let case = pair.one.open(&[1, 2]);
    pair.one.device.share(case).unwrap();
    let greeted = pair.right.outgoing(&pair.two.device).unwrap();
    let changes = frame(4, 3, |out| {
        out.array(0).array(0);
    });
    for bytes in [cases(2, &[]), cases(6, &[(case, vec![])]), ask(case), changes, DONE.to_vec()] {
        pair.left = Link::new([1; 32]);
        assert!(out_of_turn(&pair.take(&bytes)), "before the hello");
        pair.take(&greeted).unwrap();
        assert!(out_of_turn(&pair.take(&bytes)), "after it");
        let names = pair.sent().windows(32).any(|window| window == case.bytes());
        assert!(!names && !pair.left.is_done());
    }
}

#[test]
fn heads_and_what_is_held_are_told_once() {
    let mut pair = Pair::new();
    pair.proved();
    pair.take(&cases(2, &[])).unwrap();
    assert!(out_of_turn(&pair.take(&cases(2, &[]))));
    assert!(out_of_turn(&pair.take(&cases(6, &[]))));
    assert_eq!(pair.sent().windows(DONE.len()).filter(|window| *window == DONE).count(), 1);
}

#[test]
fn nothing_is_sent_for_a_case_that_is_not_exchanged() {
    let mut pair = Pair::new();
    let (private, theirs, shared) = (pair.one.open(&[1, 2]), pair.one.open(&[1]), pair.one.open(&[1, 2]));
    pair.one.device.share(theirs).unwrap();
    pair.one.device.share(shared).unwrap();
    pair.proved();
    let heads = pair.sent();
    let names = |bytes: &[u8], case: CaseId| bytes.windows(32).any(|window| window == case.bytes());
    assert!(names(&heads, shared) && !names(&heads, private) && !names(&heads, theirs));
    // Asked for by name, and told that nothing of it is held.
    for case in [private, theirs] {
        pair.take(&ask(case)).unwrap();
        assert!(!names(&pair.sent(), case));
    }
    pair.take(&ask(shared)).unwrap();
    assert!(names(&pair.sent(), shared));
    pair.take(&cases(6, &[(private, vec![]), (theirs, vec![])])).unwrap();
    pair.sent();
    assert_eq!(pair.left.tally().sent, 0);
    assert!(!pair.one.device.is_shared(private).unwrap());
    // What a peer names without taking part in it is not shared with them.
    let mut pair = Pair::new();
    let theirs = pair.one.open(&[1]);
    pair.proved();
    pair.take(&cases(2, &[(theirs, vec![])])).unwrap();
    assert!(!pair.one.device.is_shared(theirs).unwrap());
    assert_eq!(pair.left.tally().sent, 0);
}

#[test]
fn of_several_cases_only_the_one_that_was_asked_about_is_told() {
    let mut pair = Pair::new();
    let (one, other) = (pair.one.open(&[1, 2]), pair.one.open(&[1, 2]));
    pair.one.device.share(one).unwrap();
    pair.one.device.share(other).unwrap();
    pair.proved();
    pair.sent();
    pair.take(&ask(one)).unwrap();
    assert_eq!(pair.sent(), cases(6, &[(one, vec![one])]));
}

#[test]
fn a_link_is_done_when_both_have_sent_everything_and_not_before() {
    let mut pair = Pair::new();
    let case = pair.one.open(&[1, 2]);
    pair.one.device.share(case).unwrap();
    pair.proved();
    assert!(!pair.left.is_done());
    // The other side is done at once; this one has not heard what it has.
    assert!(!pair.sent().is_empty());
    pair.take(DONE).unwrap();
    assert!(!pair.left.is_done(), "nothing is left to send, and not everything was");
    pair.take(&cases(2, &[])).unwrap();
    let mut left = 0;
    while !pair.left.outgoing(&pair.one.device).unwrap().is_empty() {
        left += 1;
        assert_eq!(pair.left.is_done(), left == 2, "the change, and that this was all");
    }
    assert_eq!(left, 2);
    // The other way round: this side has sent everything, and the link is cut before the other has.
    let mut pair = Pair::new();
    pair.proved();
    pair.take(&cases(2, &[])).unwrap();
    pair.sent();
    assert!(!pair.left.is_done(), "cut");
    pair.take(DONE).unwrap();
    assert!(pair.left.is_done());
}

/// A change by phone 1 on top of its case with texts of `length` bytes in all.
fn large(phone: &Phone, case: CaseId, seq: u64, length: usize) -> Change {
    let base = phone.device.change(case).unwrap().unwrap().header().clone();
    let header = Header { seq, epoch: Epoch::new([7; 8]), prev: None, case: Some(case), deps: vec![case], ..base };
    let put = |length| NewOp::put(None, "note", vec![], Value::text("x".repeat(length)));
    let ops = [200_000; 4].map(put).into_iter().chain([put(length - 800_000)]).collect();
    Change::seal(header, ops, [7; 32], &key(1)).unwrap()
}

fn cross(pair: &mut Pair) {
    for _ in 0..99 {
        let from_left = pair.left.outgoing(&pair.one.device).unwrap();
        let from_right = pair.right.outgoing(&pair.two.device).unwrap();
        pair.right.incoming(&mut pair.two.device, &from_left, &pair.two.key).unwrap();
        pair.left.incoming(&mut pair.one.device, &from_right, &pair.one.key).unwrap();
    }
    assert!(pair.left.is_done() && pair.right.is_done());
}

#[test]
fn the_largest_change_crosses() {
    let mut pair = Pair::new();
    let case = pair.one.open(&[1, 2]);
    pair.one.device.share(case).unwrap();
    let length = 900_000 + MAX_BYTES - large(&pair.one, case, 1, 900_000).to_bytes().len();
    let most = large(&pair.one, case, 1, length);
    assert_eq!(most.to_bytes().len(), MAX_BYTES);
    pair.one.device.receive(&[], &[most.to_bytes()], Source::Peer).unwrap();
    cross(&mut pair);
    assert_eq!(pair.left.tally().sent, 2);
    assert!(pair.two.device.change(most.id()).unwrap().is_some());
}

/// A change by phone 1 on top of `dep`, with a text of `length` bytes.
fn note(phone: &Phone, case: CaseId, dep: ChangeId, seq: u64, length: usize) -> Change {
    let base = phone.device.change(case).unwrap().unwrap().header().clone();
    let header = Header { seq, epoch: Epoch::new([8; 8]), prev: None, case: Some(case), deps: vec![dep], ..base };
    let put = NewOp::put(None, "note", vec![], Value::text("x".repeat(length)));
    Change::seal(header, vec![put], [7; 32], &key(1)).unwrap()
}

/// The lengths of the frames by which these changes are told to a peer who has the opening, without the end.
fn lengths(make: impl FnOnce(&Phone, CaseId) -> Vec<Change>) -> Vec<usize> {
    let mut pair = Pair::new();
    let case = pair.one.open(&[1, 2]);
    pair.one.device.share(case).unwrap();
    let changes: Vec<Vec<u8>> = make(&pair.one, case).iter().map(Change::to_bytes).collect();
    let arrived = pair.one.device.receive(&[], &changes, Source::Peer).unwrap();
    assert_eq!(arrived.stored.len(), changes.len());
    pair.proved();
    pair.sent();
    pair.take(&cases(2, &[(case, vec![case])])).unwrap();
    let next = std::iter::repeat_with(|| pair.left.outgoing(&pair.one.device).unwrap());
    let mut lengths: Vec<usize> = next.map(|bytes| bytes.len()).take_while(|length| *length > 0).collect();
    assert_eq!(lengths.pop(), Some(DONE.len()));
    lengths
}

#[test]
fn a_frame_holds_what_fits_a_larger_change_goes_alone_and_none_is_empty() {
    const SHARE: usize = 256 << 10;
    let large_first = lengths(|phone, case| {
        let first = large(phone, case, 1, 900_000);
        let second = note(phone, case, first.id(), 1, 10);
        let third = note(phone, case, second.id(), 2, 10);
        vec![first, second, third]
    });
    let [alone, together] = large_first.as_slice() else { panic!("{large_first:?}") };
    assert!((900_000..910_000).contains(alone) && (1000..3000).contains(together), "{large_first:?}");
    let two = |over: usize| {
        lengths(|phone, case| {
            let first = note(phone, case, case, 1, 100_000);
            let rest = SHARE - first.to_bytes().len();
            let second = |length| note(phone, case, first.id(), 2, length);
            let length = rest - (second(100_000).to_bytes().len() - 100_000);
            assert_eq!(first.to_bytes().len() + second(length).to_bytes().len(), SHARE);
            vec![first.clone(), second(length + over)]
        })
        .len()
    };
    assert_eq!((two(0), two(1)), (1, 2), "to the byte");
}

#[test]
fn frames_are_taken_one_after_another_in_pieces_of_any_size_up_to_the_largest() {
    let together = Pair::new().proved().concat();
    for piece in [1, 7, together.len()] {
        let mut pair = Pair::new();
        pair.sent();
        together.chunks(piece).for_each(|bytes| pair.take(bytes).unwrap());
        assert_eq!(pair.left.peer(), Some(crate::world::officer(2)), "in pieces of {piece}");
    }
    let largest = u32::try_from(MAX_BYTES + (512 << 10)).unwrap();
    assert!(Pair::new().take(&largest.to_be_bytes()).is_ok(), "its body is waited for");
    assert!(matches!(Pair::new().take(&(largest + 1).to_be_bytes()), Err(LinkError::Unreadable(_))));
    for version in [0, 2] {
        let other = [0, 0, 0, 3, 0x82, version, 4];
        assert!(matches!(Pair::new().take(&other), Err(LinkError::Unreadable(_))), "version {version}");
    }
}

#[test]
fn what_a_peer_brings_of_a_case_that_is_not_theirs_is_kept_and_not_shared_with_them() {
    let mut three = Phone::new(3);
    let case = three.open(&[3]);
    let (leases, changes) = three.bundle(case);
    let mut pair = Pair::new();
    pair.proved();
    let bytes = frame(4, 3, |out| {
        for blobs in [&leases, &changes] {
            out.array(blobs.len());
            for blob in blobs {
                out.bytes(blob);
            }
        }
    });
    pair.take(&bytes).unwrap();
    assert_eq!(pair.left.tally().stored, 1);
    assert!(!pair.one.device.is_shared(case).unwrap());
}

#[test]
fn a_link_counts_what_came_was_known_waits_and_was_refused() {
    let mut three = Phone::new(3);
    let case = three.open(&[3]);
    three.put(case, "title", "一");
    three.put(case, "title", "二");
    let (leases, changes) = three.bundle(case);
    let mut pair = Pair::new();
    pair.proved();
    let mut forged = changes[0].clone();
    let at = forged.windows(2).position(|pair| pair == [0x58, 0x40]).unwrap() + 10;
    forged[at] ^= 1;
    let mut take = |changes: &[Vec<u8>]| {
        let bytes = frame(4, 3, |out| {
            for blobs in [leases.as_slice(), changes] {
                out.array(blobs.len());
                for blob in blobs {
                    out.bytes(blob);
                }
            }
        });
        pair.take(&bytes).unwrap();
        let tally = pair.left.tally();
        [tally.stored, tally.known, tally.parked, tally.refused]
    };
    assert_eq!(take(&[forged.clone(), forged]), [0, 0, 0, 2]);
    assert_eq!(take(&changes[2..]), [0, 0, 1, 2]);
    assert_eq!(take(&changes[1..2]), [0, 0, 2, 2]);
    assert_eq!(take(&changes[..1]), [3, 0, 2, 2]);
    assert_eq!(take(&changes), [3, 3, 2, 2]);
    assert_eq!(take(&changes[..1]), [3, 4, 2, 2]);
}
