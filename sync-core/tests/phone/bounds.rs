//! Bounds of a phone's store and of its lease: the last value within, and the first beyond.

use crate::world::{DAY, Phone, key, moment};
use sync_core::change::{Change, Header, MAX_BYTES, NewOp};
use sync_core::device::{Arrived, Moment, SaveError, Source};
use sync_core::id::{CaseId, ChangeId, Epoch};
use sync_core::op::{Act, OpId, SignerRole};
use sync_core::time::Instant;
use sync_core::value::Value;

/// Most bytes that are parked.
const BOUND: usize = 64 << 20;

/// A phone with a case, and its changes of chosen lengths.
pub struct Sender {
    pub phone: Phone,
    pub case: CaseId,
}

impl Sender {
    pub fn new() -> Self {
        let mut phone = Phone::new(1);
        let case = phone.open(&[1, 2]);
        Self { phone, case }
    }

    pub fn header(&self, seq: u64, dep: ChangeId) -> Header {
        let opening = self.phone.device.change(self.case).unwrap().unwrap();
        let base = opening.header().clone();
        Header { epoch: Epoch::new([77; 8]), seq, prev: None, case: Some(self.case), deps: vec![dep], ..base }
    }

    /// A change of `length` bytes, at least 900,000.
    pub fn large(&self, seq: u64, dep: ChangeId, length: usize) -> Vec<u8> {
        let with = |last: usize| {
            let put = |length| NewOp::put(None, "note", vec![], Value::text("x".repeat(length)));
            let ops = [200_000; 4].map(put).into_iter().chain([put(last)]).collect();
            Change::seal(self.header(seq, dep), ops, [7; 32], &key(1)).unwrap().to_bytes()
        };
        let bytes = with(100_000 + length - with(100_000).len());
        assert_eq!(bytes.len(), length);
        bytes
    }

    pub fn opening(&self) -> Vec<u8> {
        self.phone.device.change(self.case).unwrap().unwrap().to_bytes()
    }
}

fn counts(arrived: &Arrived) -> [usize; 3] {
    [arrived.stored.len(), arrived.parked.len(), arrived.not_kept.len()]
}

#[test]
fn changes_of_64_mib_wait_and_not_a_byte_more_until_one_of_them_opens() {
    let sender = Sender::new();
    let never = ChangeId::new([9; 32]);
    let (leases, _) = sender.phone.bundle(sender.case);
    let mut two = Phone::new(2);
    let mut receive = |changes: &[Vec<u8>]| counts(&two.device.receive(&leases, changes, Source::Peer).unwrap());
    // The first waits for the opening, the others for what never comes.
    let first = sender.large(1, sender.case, MAX_BYTES);
    assert_eq!(receive(std::slice::from_ref(&first)), [0, 1, 0]);
    for seq in 2..64 {
        assert_eq!(receive(&[sender.large(seq, never, MAX_BYTES)]), [0, 1, 0], "{seq}");
    }
    // Room for one more of the largest.
    let short = sender.large(64, never, MAX_BYTES - 1);
    assert_eq!(receive(std::slice::from_ref(&short)), [0, 1, 0]);
    let small = Change::seal(sender.header(65, never), Vec::new(), [7; 32], &key(1)).unwrap().to_bytes();
    assert!((2..1000).contains(&small.len()));
    assert_eq!(receive(std::slice::from_ref(&small)), [0, 0, 1], "one byte is left");
    // One that opens makes room for another in the same call, and for no more.
    let last = sender.large(66, never, MAX_BYTES);
    let one_more = sender.large(67, never, 900_000);
    let calls = [small.clone(), sender.opening(), last, small, one_more];
    assert_eq!(receive(&calls), [2, 1, 3], "{BOUND} bytes and no more");
    assert_eq!(two.device.parked().unwrap().len(), 64);
}

#[test]
fn exactly_64_mib_wait() {
    let sender = Sender::new();
    let never = ChangeId::new([9; 32]);
    let mut two = Phone::new(2);
    // Without the lease: nothing is checked, everything waits for the lease.
    for seq in 1..=64 {
        let arrived = two.device.receive(&[], &[sender.large(seq, never, MAX_BYTES)], Source::Peer).unwrap();
        assert_eq!(counts(&arrived), [0, 1, 0], "{seq}");
    }
    assert_eq!(64 * MAX_BYTES, BOUND);
    let arrived = two.device.receive(&[], &[sender.opening()], Source::Peer).unwrap();
    assert_eq!(counts(&arrived), [0, 0, 1]);
}

#[test]
fn a_save_names_512_heads_itself_and_merges_them_first_when_there_are_513() {
    for (heads, more, deps) in [(512, 1, 512), (513, 2, 2)] {
        let Sender { mut phone, case } = Sender::new();
        let sender = Sender { phone, case };
        let branches: Vec<Vec<u8>> = (1..=heads)
            .map(|seq| {
                let note = NewOp::new(Act::RecordStep { step: "note".into() });
                Change::seal(sender.header(seq, case), vec![note], [9; 32], &key(1)).unwrap().to_bytes()
            })
            .collect();
        phone = sender.phone;
        let arrived = phone.device.receive(&[], &branches, Source::Peer).unwrap();
        assert_eq!(arrived.stored.len(), branches.len());
        let before = phone.device.changes(case).unwrap().len();
        phone.put(case, "title", "合");
        let changes = phone.device.changes(case).unwrap();
        assert_eq!(changes.len(), before + more, "{heads} heads");
        assert_eq!(changes.last().unwrap().header().deps.len(), deps, "{heads} heads");
    }
}

/// Whether a document is signed at `at`, in a case saved at minute 2.
fn signs(at: &Moment) -> bool {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    let mut editor = phone.edit(case);
    editor.add(None, "record", "a");
    let record = OpId { change: phone.save(editor, 2).unwrap().change, index: 0 };
    let mut editor = phone.edit(case);
    assert!(editor.sign(record, "scene_note", 1, SignerRole::Officer, "key", None));
    match phone.device.save(editor.into_save(), at, [3; 32], &phone.key) {
        Ok(_) => true,
        Err(SaveError::Stopped(stops)) => {
            assert_eq!(stops.iter().map(|stop| stop.code.as_str()).collect::<Vec<_>>(), ["lease_over"]);
            false
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_end_of_a_lease_is_no_longer_of_it() {
    let ends = Instant::from_ms(DAY + 8 * 3_600_000);
    let phone = Phone::new(1);
    let at = |monotonic_ms, wall: Instant| Moment { monotonic_ms, wall, ..moment(1) };
    let proved = |monotonic_ms| phone.device.proved_time(&at(monotonic_ms, ends)).unwrap();
    // The least reading of the clock by which a bound of the proved time has come to `ends`.
    let reading = |bound: &dyn Fn(u64) -> Instant| {
        let (mut below, mut reached) = (7 * 3_600_000, 9 * 3_600_000);
        while reached - below > 1 {
            let middle = u64::midpoint(below, reached);
            if bound(middle) < ends { below = middle } else { reached = middle }
        }
        assert_eq!((bound(below), bound(reached)), (ends.plus_ms(-1), ends));
        (below, reached)
    };
    let (before, reached) = reading(&|ms| proved(ms).upper);
    let long_after = ends.plus_ms(86_400_000);
    assert!(signs(&at(before, long_after)), "wholly within, whatever the wall clock shows");
    assert!(!signs(&at(reached, long_after)), "it may be the end now");
    let (before, reached) = reading(&|ms| proved(ms).lower);
    let within = ends.plus_ms(-1);
    assert!(signs(&at(before, within)), "it may be within, and the wall clock says so");
    assert!(!signs(&at(reached, within)), "the end has come, whatever the wall clock shows");
    assert!(!signs(&at(before, ends)), "the end is no longer within by the wall clock either");
}
