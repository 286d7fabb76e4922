//! `cargo bench -p tests --bench core`: cost of the parts of the core, without a server; prints Markdown.
//!
//! Promise: each figure is minimum and median of several repetitions over fresh state. Stores are files with a phone's
//! settings (`synchronous=FULL`). Not a comparison: nothing else is measured.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a run that cannot go on ends here")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sync_core::case::{Timeline, fold};
use sync_core::change::{Change, Received};
use sync_core::credential::jwk::IssuerKey;
use sync_core::credential::status_list::{SignedList, Status, StatusList};
use sync_core::device::{Device, Options, Save, Source};
use sync_core::facts::{Roster, Seen, check};
use sync_core::law::calendar::Calendar;
use sync_core::plan::{Anchored, Arrival, Interval, Standing, StoredCase, lane};
use sync_core::sign::{Signer as _, SoftwareKey, SoftwareVerifier};
use sync_core::time::Instant as Wall;
use sync_core::value::Value;
use tests::load::feed::{Author, moment, take};
use tests::load::measured_record;

/// Repetitions of a fast measurement.
const OFTEN: usize = 200;
/// Repetitions of a slow measurement.
const SELDOM: usize = 9;

/// Prints the time per item: the minimum and the median of the repetitions.
fn show(what: &str, things: u32, mut times: Vec<Duration>) {
    times.sort_unstable();
    let micro = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(things);
    println!("| {what} | {:.0} | {:.0} |", micro(times[0]), micro(times[times.len() / 2]));
}

fn timed<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let result = act();
    (started.elapsed(), result)
}

fn main() {
    let parts: [(&str, fn()); 8] = [
        ("signatures", signatures),
        ("folds", folds),
        ("lanes", lanes),
        ("saves", saves),
        ("opening", opening),
        ("merges", merges),
        ("pulls", pulls),
        ("statuses", statuses),
    ];
    // `cargo bench` adds `--bench`; a name measures that part alone, for a profiler.
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    println!("| the core on one core | least µs | median µs |\n|---|---:|---:|");
    for (name, part) in parts {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            part();
        }
    }
}

fn signatures() {
    let mut author = Author::new(1);
    let (times, made): (Vec<Duration>, Vec<Change>) = (0..OFTEN).map(|_| timed(|| author.open(1))).unzip();
    show("seal and sign a change of 42 operations", 1, times);
    let sent: Vec<Vec<u8>> = made.iter().map(Change::to_bytes).collect();
    let key = author.key.public_key();
    let check = |bytes: &Vec<u8>| timed(|| Received::read(bytes).unwrap().verify(&key, &SoftwareVerifier).unwrap()).0;
    show("read and verify it", 1, sent.iter().map(check).collect());
}

fn folds() {
    for changes in [1, 10, 100, 1_000] {
        let made = Author::new(1).one_case(changes);
        let case = made[0].case();
        let times = (0..SELDOM).map(|_| timed(|| fold(case, &made)).0).collect();
        show(&format!("fold a case of {changes} such changes"), 1, times);
    }
}

/// The server's work for one more change of a case, without reading and writing: the lane and the rules.
fn lanes() {
    for held in [10, 100] {
        let made = Author::new(1).one_case(held + 1);
        let (case, ever) = (made[0].case(), (Wall::from_ms(0), Wall::from_ms(i64::MAX)));
        let (last, before) = made.split_last().unwrap();
        let changes: Vec<&Change> = before.iter().collect();
        let lower = before.iter().map(|change| (change.id(), Wall::from_ms(0))).collect();
        let opening = fold(case, before).opening.unwrap();
        let agencies = BTreeMap::from([(opening.by.officer, opening.agency)]);
        let standing = Standing {
            agency: opening.agency,
            lease_ends: Some(ever.1),
            anchor: Anchored::Nowhere,
            known: None,
            authority: vec![ever],
            previous: None,
            forks: false,
        };
        let arrival = Arrival { change: Arc::new(last.clone()), standing: Some(standing) };
        let size = changes.iter().map(|change| change.size()).sum();
        let held_now = StoredCase { case, changes: &changes, size, lower: &lower, agencies: &agencies };
        let times = (0..OFTEN).map(|_| timed(|| lane(held_now, vec![arrival.clone()], moment().wall)).0).collect();
        show(&format!("plan one change that arrives in a case of {held}"), 1, times);
        let (state, roster, calendar) = (fold(case, &made), Roster::default(), Calendar::default());
        let now = Interval::exactly(moment().wall);
        let judge = || {
            let timeline = Timeline::new(made.iter().map(|change| (change, now)));
            check(Seen::at(&state, &timeline, &roster, now), &calendar)
        };
        show(&format!("judge a case of {held} by the law"), 1, (0..OFTEN).map(|_| timed(judge).0).collect());
    }
}

/// A store in a file of its own directory.
fn store(author: &Author) -> (tempfile::TempDir, Device) {
    let directory = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(directory.path().join("phone.db")).unwrap();
    let device = author.store(db, &Options::default());
    (directory, device)
}

fn saves() {
    for held in [1, 10, 100] {
        let mut author = Author::new(1);
        let (_directory, mut device) = store(&author);
        let made: Vec<Vec<u8>> = author.one_case(held).iter().map(Change::to_bytes).collect();
        let case = device.receive(&[], &made, Source::Peer).unwrap().stored[0];
        let times = (0..u8::try_from(SELDOM).unwrap()).map(|number| {
            let mut editor = device.edit(case).unwrap().unwrap();
            editor.put(None, "title", Value::Int(number.into()));
            timed(|| device.save(editor.into_save(), &moment(), [number; 32], &author.key).unwrap()).0
        });
        show(&format!("save one field into a case of {held} changes, durably"), 1, times.collect());
    }
    let author = Author::new(1);
    let (_directory, mut device) = store(&author);
    let times = (0..u8::try_from(SELDOM * 3).unwrap()).map(|number| {
        let open = sync_core::op::Open {
            kind: sync_core::op::CaseKind::Inspection,
            agency: device.identity().agency,
            item: "SJ-C-001".to_owned(),
            officers: vec![author.officer()],
        };
        let opening = sync_core::change::NewOp::new(sync_core::op::Act::Open(open));
        let ops = std::iter::once(opening).chain(measured_record::ops(number.into(), 1)).collect();
        let save = Save { case: None, ops, ..Save::default() };
        timed(|| device.save(save, &moment(), [number; 32], &author.key).unwrap()).0
    });
    show("save a new case of 42 operations, durably", 1, times.collect());
}

fn opening() {
    let mut author = Author::new(1);
    let (directory, mut device) = store(&Author::new(2));
    take(&mut device, &author.pages(1_000, 500));
    drop(device);
    let path = directory.path().join("phone.db");
    let times = (0..SELDOM).map(|_| timed(|| Device::open(&path, Box::new(SoftwareVerifier)).unwrap()).0);
    show("open a store of 1,000 cases, checked for damage", 1, times.collect());
}

/// Two phones wrote a hundred changes each into one case; one receives those of the other.
fn merges() {
    let (mut one, mut other) = (Author::new(1), Author::new(2));
    let opening = one.open(0);
    let case = opening.case();
    let chain = |author: &mut Author| -> Vec<Vec<u8>> {
        let mut last = opening.id();
        (1..=100)
            .map(|number| {
                let change = author.save(Some(case), vec![last], measured_record::ops(number, 0));
                last = change.id();
                change.to_bytes()
            })
            .collect()
    };
    let (ours, theirs) = (chain(&mut one), chain(&mut other));
    let times = (0..SELDOM).map(|_| {
        let (_directory, mut device) = store(&one);
        let held: Vec<Vec<u8>> = std::iter::once(opening.to_bytes()).chain(ours.iter().cloned()).collect();
        device.receive(&[], &held, Source::Peer).unwrap();
        let lease = [other.lease()];
        let (time, arrived) = timed(|| device.receive(&lease, &theirs, Source::Peer).unwrap());
        assert_eq!(arrived.stored.len(), 100);
        time
    });
    show("take 100 changes of another phone into a case of 101, durably", 1, times.collect());
}

fn pulls() {
    for cases in [1_000, 10_000] {
        let pages = Author::new(1).pages(cases.into(), 500);
        let times = (0..3).map(|_| {
            let (_directory, mut device) = store(&Author::new(2));
            timed(|| take(&mut device, &pages)).0
        });
        show(&format!("check and store one of {cases} cases that are pulled"), cases, times.collect());
    }
}

/// A status list of a million entries, of which one in twenty is invalid and one in forty suspended, as decoys are.
fn statuses() {
    let (key, uri, now) =
        (SoftwareKey::from_secret(&[7; 32]).unwrap(), "https://palm.example/list", Wall::from_ms(1_795_363_200_000));
    let keys = [IssuerKey::of(key.public_key())];
    let mut state = 1_u64;
    let mut draw = || {
        // xorshift64: any spread of the entries will do.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 40
    };
    let drawn: Vec<u64> = (0..1_000_000).map(|_| draw()).collect();
    let (mut set, mut signed, mut opened, mut size) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..SELDOM {
        let (time, list) = timed(|| {
            let mut list = StatusList::new(drawn.len());
            for (index, drawn) in drawn.iter().enumerate() {
                match drawn {
                    0 | 1 => list.set(index, Status::Invalid),
                    2 => list.set(index, Status::Suspended),
                    _ => {}
                }
            }
            list
        });
        set.push(time);
        let (time, token) = timed(|| list.sign(uri, now, &key).unwrap());
        signed.push(time);
        size = token.len();
        let (time, read) = timed(|| SignedList::open(&token, &keys, &SoftwareVerifier).unwrap());
        opened.push(time);
        assert_eq!(read.list, list);
    }
    show("status list of 1,000,000 entries: set", 1, set);
    show(&format!("status list of 1,000,000 entries: compress and sign ({size} bytes)"), 1, signed);
    show("status list of 1,000,000 entries: verify and inflate", 1, opened);
}
