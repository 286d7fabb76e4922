//! Inserting many rows, and work beside the writer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use sync_core::change::{Change, Clock, Header, NewOp, Size};
use sync_core::id::{BootId, ChangeId};
use sync_core::op::Act;
use sync_core::plan::{Flag, Grade, Taken};
use sync_core::value::Value;

use super::super::db::CHECKPOINT_PAGES;
use super::super::dialect::ROWS_PER_STATEMENT;
use super::super::schema::{change, leaf, log_head};
use super::*;
use crate::flow::keys::ServerKey;

pub(super) const PHONE: DeviceId = DeviceId::new([5; 16]);
const FLAGS: [Flag; 2] = [Flag::OutsideLease, Flag::ChainGap];
const EPOCH: Epoch = Epoch::new([2; 8]);

/// A change by an author who names this lease and says this.
fn sealed(seq: u64, lease: Option<Digest>, text: &str) -> Change {
    let header = Header {
        tenant: TENANT,
        device: PHONE,
        epoch: Epoch::new([3; 8]),
        seq,
        prev: None,
        officer: OfficerId::new([4; 16]),
        lease,
        case: None,
        deps: Vec::new(),
        clock: Clock { wall: NOW, monotonic_ms: 0, boot: BootId::new([0; 16]), counts_sleep: true, anchor: None },
        rules: Digest::new([0; 32]),
        ops: Digest::new([0; 32]),
    };
    let op = NewOp { act: Act::Put, ..NewOp::put(None, "note", vec![], Value::text(text)) };
    Change::seal(header, vec![op], [9; 32], &ServerKey::ephemeral().unwrap()).unwrap()
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|place| place.to_be_bytes().to_vec()).collect()
}

fn held(store: &Store) -> (Vec<Vec<u8>>, i64) {
    let look = |tx: &mut Tx<'_>| {
        let heads = log_head::table.count().get_result(tx.db())?;
        Ok::<_, Error>((leaf::table.order(leaf::place).select(leaf::bytes).load(tx.db())?, heads))
    };
    store.read_sync(look).unwrap()
}

/// As many as one statement takes on PostgreSQL, one more, and many more; of several tables, in one statement or in several.
pub(super) fn rows_are_added_together_however_many(store: &Store) {
    let mut expected = Vec::new();
    for count in [1, ROWS_PER_STATEMENT + 1, ROWS_PER_STATEMENT + 2, 3 * ROWS_PER_STATEMENT + 2] {
        let first = i64::try_from(expected.len()).unwrap();
        let heads = [(u64::try_from(expected.len() + count).unwrap(), Digest::new([1; 32]))];
        store
            .write_sync::<_, Error>(|tx| {
                let mut new = Additions::default();
                // The same table twice.
                new.leaves(&TENANT, &EPOCH, first, leaves(1));
                new.leaves(&TENANT, &EPOCH, first + 1, leaves(count).split_off(1));
                new.log_heads(&TENANT, &EPOCH, &heads, NOW)?;
                tx.add(new)?;
                tx.add(Additions::default())
            })
            .unwrap();
        expected.extend(leaves(count));
    }
    assert_eq!(held(store), (expected, 4));
}

/// One row that is there already: none of the others is added, of whichever table.
pub(super) fn of_rows_that_are_added_together_one_that_fails_takes_all(store: &Store) {
    let head = (3, Digest::new([1; 32]));
    let add = |leaves: Vec<Vec<u8>>, heads: &[(u64, Digest)]| {
        store.write_sync::<_, Error>(|tx| {
            let mut new = Additions::default();
            new.leaves(&TENANT, &EPOCH, 0, leaves);
            new.log_heads(&TENANT, &EPOCH, heads, NOW)?;
            tx.add(new)
        })
    };
    add(Vec::new(), &[head]).unwrap();
    let refused = add(leaves(3), &[(4, head.1), head]);
    assert!(refused.is_err_and(|error| error.is_duplicate()));
    assert_eq!(held(store), (Vec::new(), 1));
}

/// A stored change at this leaf.
pub(crate) fn stored(leaf: i64) -> StoredChange {
    stored_saying(leaf, "记录")
}

/// As [`stored`], with this text in it.
pub(crate) fn stored_saying(leaf: i64, text: &str) -> StoredChange {
    stored_as(leaf, None, text)
}

fn stored_as(leaf: i64, lease: Option<Digest>, text: &str) -> StoredChange {
    StoredChange {
        change: Arc::new(sealed(leaf.unsigned_abs(), lease, text)),
        leaf,
        case_leaf: leaf,
        counter: 1,
        case_size: Size::default(),
        taken: Taken::Accepted,
        flags: Vec::new(),
        lower: NOW,
        upper: NOW,
        grade: Grade::A,
        received: NOW,
    }
}

/// An absent value in one row, a present one in the next.
pub(super) fn a_column_may_be_empty_in_some_of_many_rows(store: &Store) {
    let stored = |id: u8, lease: Option<u8>| {
        let lease = lease.map(|lease| Digest::new([lease; 32]));
        StoredChange { flags: FLAGS.to_vec(), ..stored_as(id.into(), lease, "记录") }
    };
    let new = [stored(1, Some(7)), stored(2, None), stored(3, Some(8))];
    store
        .write_sync::<_, Error>(|tx| {
            let mut rows = Additions::default();
            rows.changes(&TENANT, &new);
            tx.add(rows)
        })
        .unwrap();
    let leases = |tx: &mut Tx<'_>| {
        let rows = change::table.order(change::leaf).select(change::lease);
        Ok::<_, Error>(rows.load::<Option<Vec<u8>>>(tx.db())?)
    };
    let expected = [Some(vec![7; 32]), None, Some(vec![8; 32])];
    assert_eq!(store.read_sync(leases).unwrap(), expected);
    let ids: Vec<ChangeId> = new.iter().map(|new| new.change.id()).collect();
    let places = store.read_sync(|tx| tx.places(&TENANT, &ids)).unwrap();
    assert_eq!(places.len(), 3);
    assert!(places.iter().all(|place| place.flags == FLAGS));
}

/// Odd while the writer writes, even otherwise, whatever the outcome.
pub(super) fn whether_the_writer_writes_is_seen(store: &Store) {
    assert_eq!(store.turns_of_the_writer(), 0);
    let during = store.write_as_writer::<_, Error>(|_tx| Ok(store.turns_of_the_writer())).unwrap();
    assert_eq!(during, 1);
    assert_eq!(store.turns_of_the_writer(), 2);
    let failed = store.write_as_writer::<(), Error>(|_tx| Err(Error::Inconsistent { what: "on purpose" }));
    assert!(failed.is_err());
    assert_eq!(store.turns_of_the_writer(), 4);
    let panicked = catch_unwind(AssertUnwindSafe(|| store.write_as_writer::<(), Error>(|_tx| panic!("on purpose"))));
    assert!(panicked.is_err());
    assert_eq!(store.turns_of_the_writer(), 6);
}

/// Pages in a write-ahead log that was not restarted: a header of 24 bytes for each, 32 for the file.
fn pages(log: &Path) -> i64 {
    i64::try_from((std::fs::metadata(log).unwrap().len() - 32) / (4096 + 24)).unwrap()
}

#[test]
fn a_long_write_ahead_log_is_checkpointed_and_restarted() {
    let directory = tempfile::tempdir().unwrap();
    let (path, log) = (directory.path().join("t.db"), directory.path().join("t.db-wal"));
    let store = Store::open(path.to_str().unwrap()).unwrap();
    let mut place = 0;
    let mut write = || {
        place += 1;
        let mut new = Additions::default();
        new.leaves(&TENANT, &EPOCH, place, vec![vec![7; 256 << 10]]);
        store.write_sync::<_, Error>(|tx| tx.add(new)).unwrap();
    };
    let mut looks = 0;
    loop {
        write();
        looks += 1;
        let is_long = pages(&log) >= CHECKPOINT_PAGES;
        assert_eq!(store.checkpoint().unwrap(), is_long, "{} pages", pages(&log));
        if is_long {
            break;
        }
    }
    assert!(looks > 1, "it was short at first");
    assert!(!store.checkpoint().unwrap(), "all is copied");
    let length = std::fs::metadata(&log).unwrap().len();
    (0..9).for_each(|_| write());
    assert_eq!(std::fs::metadata(&log).unwrap().len(), length, "it was restarted");
    assert!(!store.checkpoint().unwrap());
}

#[test]
fn a_write_is_not_overtaken_by_a_thread_that_writes_all_the_time() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    let (begun, ended) = (AtomicU32::new(0), AtomicBool::new(false));
    let busy = || {
        while !ended.load(Ordering::Relaxed) {
            let long = |_tx: &mut Tx<'_>| {
                begun.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
                Ok::<_, Error>(())
            };
            store.write_as_writer(long).unwrap();
        }
    };
    let waits = std::thread::scope(|scope| {
        scope.spawn(busy);
        while begun.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        let wait = || {
            let asked = begun.load(Ordering::Relaxed);
            store.write_sync::<_, Error>(|_tx| Ok(begun.load(Ordering::Relaxed) - asked))
        };
        let waits: Vec<_> = (0..7).map(|_| wait()).collect();
        ended.store(true, Ordering::Relaxed);
        waits
    });
    let mut overtaken: Vec<u32> = waits.into_iter().map(Result::unwrap).collect();
    overtaken.sort_unstable();
    // Half of them: a thread may be interrupted between the two lines above, and others write meanwhile.
    assert!(overtaken[3] <= 1, "{overtaken:?}");
}
