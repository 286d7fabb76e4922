//! Cost of a phone's store as it fills, counted in SQLite steps, which other programs on the machine do not affect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use sync_core::device::{Device, Options, Source};
use sync_core::message::Pulled;
use tests::load::feed::{Author, moment, take};

/// One in so many steps of SQLite is counted.
const EVERY: i32 = 100;

/// Steps that SQLite takes while a fresh store does this, in hundreds.
fn steps(reader: &Author, act: impl FnOnce(&mut Device)) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let db = Connection::open_in_memory().unwrap();
    let counted = Arc::clone(&count);
    db.progress_handler(
        EVERY,
        Some(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        }),
    )
    .unwrap();
    let mut device = reader.store(db, &Options::in_memory());
    let before = count.load(Ordering::Relaxed);
    act(&mut device);
    count.load(Ordering::Relaxed) - before
}

/// Four times as many may take four times as long, and a quarter for deeper indexes.
fn in_proportion(few: usize, many: usize) {
    assert!(few > 50, "too little to compare: {few}");
    assert!(many <= few * 5, "{few} hundred steps became {many} for four times as many");
}

fn parts(pages: &[Pulled]) -> Vec<Vec<u8>> {
    pages.iter().flat_map(|page| page.changes.clone()).collect()
}

#[test]
fn a_fresh_phone_stores_four_times_the_cases_in_four_times_the_steps() {
    let [few, many] = [100, 400].map(|cases| {
        let pages = Author::new(1).pages(cases, 50);
        steps(&Author::new(2), |device| take(device, &pages))
    });
    in_proportion(few, many);
}

#[test]
fn another_phone_brings_four_times_the_changes_in_four_times_the_steps() {
    let [few, many] = [100, 400].map(|cases| {
        let mut author = Author::new(1);
        let (lease, changes) = ([author.lease()], parts(&author.pages(cases, 50)));
        steps(&Author::new(2), |device| {
            let arrived = device.receive(&lease, &changes, Source::Peer).unwrap();
            assert_eq!(arrived.stored.len(), changes.len());
        })
    });
    in_proportion(few, many);
}

#[test]
fn what_waits_for_a_lease_is_parked_and_opened_in_proportion() {
    let [few, many] = [100, 400].map(|cases| {
        let mut author = Author::new(1);
        let (lease, changes) = (author.lease(), parts(&author.pages(cases, 50)));
        steps(&Author::new(2), |device| {
            let arrived = device.receive(&[], &changes, Source::Peer).unwrap();
            assert_eq!(arrived.parked.len(), changes.len());
            let arrived = device.accept_lease(&lease, None, &moment()).unwrap();
            assert_eq!(arrived.stored.len(), changes.len());
        })
    });
    in_proportion(few, many);
}

#[test]
fn cases_out_of_reach_leave_the_list_in_proportion() {
    let [few, many] = [100, 400].map(|cases| {
        let mut pages = Author::new(1).pages(cases, 50);
        let listed = pages[0].cases.take().unwrap();
        let removed = listed.iter().map(|case| case.case).collect();
        let list = Pulled { cases: Some(listed), changes: Vec::new(), ..pages[0].clone() };
        let gone = Pulled { cases: None, removed, ..list.clone() };
        steps(&Author::new(2), |device| take(device, &[list, gone]))
    });
    in_proportion(few, many);
}
