//! What a salvage reads of a damaged store, and where it gives up.

use crate::bookkeeping::{damaged, into, phone};
use crate::bounds::Sender;
use crate::world::{Phone, enrolment, moment};
use rusqlite::Connection;
use sync_core::change::MAX_BYTES;
use sync_core::device::{Device, Options, Source, salvage};
use sync_core::sign::SoftwareVerifier;

/// A store whose files have these row numbers, and whether each can be read; whether their highest number can be read.
fn files(rows: &[(i64, bool)], end: bool) -> (u64, u64) {
    let (phone, case, _) = phone();
    let number = |row: &(i64, bool)| row.0.to_string();
    let values = rows.iter().map(|row| {
        let digest = if row.1 { format!("x'{}'", "01".repeat(32)) } else { "'?'".to_owned() };
        format!("({}, {digest}, x'{case}', 9, 'image/jpeg', '1.jpg', NULL, 0, 0)", number(row))
    });
    // A text is higher than every number, and is none.
    let hidden = (!end).then(|| "('?', NULL, NULL, 0, '', '', NULL, 0, 0)".to_owned());
    let values: Vec<String> = values.chain(hidden).collect();
    let insert = format!("INSERT INTO evidence VALUES {}", values.join(", "));
    let table = "CREATE TABLE evidence (rowid, digest, case_id, size, media_type, location, upload, sent, complete)";
    let damage = ["DROP TABLE evidence", table, &insert];
    let salvaged = salvage(&damaged(phone, &damage), &mut into(), &moment(9)).unwrap();
    (salvaged.files, salvaged.lost)
}

#[test]
fn where_the_end_of_a_table_is_unknown_a_salvage_gives_up_after_more_than_10000_rows_without_one() {
    assert_eq!(files(&[(1, true), (10_002, true)], false), (2, 0), "10,000 rows are missing between them");
    assert_eq!(files(&[(1, true), (10_003, true)], false), (1, 0), "one more");
    assert_eq!(
        files(&[(1, true), (10_002, true), (20_003, true)], false),
        (3, 0),
        "counted from the last that was read"
    );
    assert_eq!(files(&[(1, true), (10_002, true), (20_004, true)], false), (2, 0));
    // One that cannot be read is as one that is missing.
    assert_eq!(files(&[(1, true), (5, false), (10_002, true)], false), (2, 1));
    assert_eq!(files(&[(1, true), (5, false), (10_003, true)], false), (1, 1));
    assert_eq!(files(&[(1, true), (30_000, true)], true), (2, 0), "with a known end it reads up to there");
}

#[test]
fn a_salvage_counts_what_was_refused_and_what_there_was_no_room_for_as_lost() {
    // Another's signature, one byte of which is wrong.
    let forged = "UPDATE change SET sign1 = CAST(substr(sign1, 1, length(sign1) - 1) || x'00' AS BLOB) WHERE own = ";
    for (own, kept) in [(0, 2), (1, 1)] {
        let (phone, ..) = phone();
        let forged = format!("{forged}{own}");
        let salvaged = salvage(&damaged(phone, &[&forged]), &mut into(), &moment(9)).unwrap();
        assert_eq!((salvaged.changes, salvaged.lost), (kept, 3 - kept), "own: {own}");
    }
    // More than may wait: another's changes on one that cannot be read.
    let sender = Sender::new();
    let (leases, _) = sender.phone.bundle(sender.case);
    let mut two = Phone::new(2);
    two.device.receive(&leases, &[sender.opening()], Source::Peer).unwrap();
    for seq in 1..=66 {
        let large = sender.large(seq, sender.case, MAX_BYTES);
        assert_eq!(two.device.receive(&[], &[large], Source::Peer).unwrap().stored.len(), 1);
    }
    let fresh = Connection::open_in_memory().unwrap();
    let verifier = Box::new(SoftwareVerifier);
    let mut into = Device::create_over(fresh, &Options::in_memory(), &enrolment(3, 2), verifier).unwrap();
    let opening = format!("UPDATE change SET sign1 = x'00' WHERE id = x'{}'", sender.case);
    let salvaged = salvage(&damaged(two, &[&opening]), &mut into, &moment(9)).unwrap();
    assert_eq!((salvaged.changes, salvaged.parked, salvaged.lost), (0, 64, 3), "64 MiB wait; two do not fit");
}

#[test]
fn a_case_that_was_shared_is_shared_after_the_salvage() {
    let (mut phone, case, theirs) = phone();
    phone.device.share(case).unwrap();
    let mut into = into();
    salvage(&damaged(phone, &[]), &mut into, &moment(9)).unwrap();
    assert_eq!((into.is_shared(case).unwrap(), into.is_shared(theirs).unwrap()), (true, false));
}
