//! Saved data survives once and complete.

use crate::world::{AGENCY, Phone, enrolment, key, lease_bytes, moment, officer};
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use sync_core::change::{Change, Header, NewOp};
use sync_core::device::{
    Device, NewEvidence, NumberFor, Options, Save, SaveError, Source, StoreError, VoidNumber, salvage,
};
use sync_core::evidence::{LARGEST, Unfit};
use sync_core::id::{CaseId, Digest, Epoch};
use sync_core::op::{Act, CaseKind, OpId, OpRef, Open, SignerRole};
use sync_core::sign::{PublicKey, Signer, SignerError, SoftwareVerifier, Verifier};
use sync_core::value::Value;

/// A keystore that copies the store as it lies on disk at the moment of signing: what a kill
/// inside the save would leave.
struct Killer {
    store: PathBuf,
    copy: PathBuf,
    refuse: bool,
    signed: RefCell<u32>,
}

impl Signer for Killer {
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        copy_store(&self.store, &self.copy);
        *self.signed.borrow_mut() += 1;
        if self.refuse { Err(SignerError("locked".into())) } else { key(1).sign(message) }
    }

    fn public_key(&self) -> PublicKey {
        key(1).public_key()
    }
}

fn copy_store(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let file = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        let _ = std::fs::remove_file(file(to));
        if file(from).exists() {
            std::fs::copy(file(from), file(to)).unwrap();
        }
    }
}

fn verifier() -> Box<dyn Verifier + Send> {
    Box::new(SoftwareVerifier)
}

fn on_disk(path: &Path) -> Phone {
    let mut phone = Phone::of(Device::create(path, &enrolment(1, 1), verifier()).unwrap(), 1);
    phone.device.accept_lease(&lease_bytes(1, 1, 2), Some(0), &moment(0)).unwrap();
    phone
}

#[test]
fn a_phone_killed_inside_a_save_shows_nothing_of_it_and_its_chain_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (dir.path().join("a.db"), dir.path().join("b.db"));
    let mut phone = on_disk(&path);
    let case = phone.open(&[1]);
    for round in 0..5 {
        let killer = Killer { store: path.clone(), copy: copy.clone(), refuse: round == 3, signed: RefCell::new(0) };
        let mut editor = phone.edit(case);
        editor.put(None, "title", Value::text(format!("第{round}次")));
        let saved = phone.device.save(editor.into_save(), &moment(3), [40 + round; 32], &killer);
        assert_eq!(saved.is_err(), round == 3);
        let mut reopened = Phone::of(Device::open(&copy, verifier()).unwrap(), 1);
        let before = reopened.device.changes(case).unwrap();
        assert_eq!(before.len(), usize::from(round) + 1 - usize::from(round > 3));
        // What was killed can be saved again, and the chain has no gap.
        let saved = reopened.put(case, "title", "重来");
        let change = reopened.device.change(saved.change).unwrap().unwrap();
        assert_eq!(change.header().seq, u64::try_from(before.len()).unwrap() + 1);
        assert_eq!(change.header().prev, before.last().map(sync_core::change::Change::id));
    }
    assert_eq!(phone.device.changes(case).unwrap().len(), 5);
}

#[test]
fn a_commit_that_was_answered_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (path, copy) = (dir.path().join("a.db"), dir.path().join("b.db"));
    let mut phone = on_disk(&path);
    let case = phone.open(&[1]);
    for round in 0..4 {
        phone.put(case, "title", &format!("第{round}次"));
        copy_store(&path, &copy);
        let reopened = Device::open(&copy, verifier()).unwrap();
        assert_eq!(reopened.case(case).unwrap().unwrap().hash(), phone.state(case).hash());
        assert_eq!(reopened.cases().unwrap(), phone.device.cases().unwrap());
    }
}

#[test]
fn evidence_number_and_change_are_one_transaction() {
    let mut phone = Phone::new(1);
    let open = Open { kind: CaseKind::Simple, agency: AGENCY, item: "SJ-C-001".into(), officers: vec![officer(1)] };
    let mut editor = phone.device.open_case(open);
    let document = editor.add(None, "document", "a");
    editor.put(Some(document), "form", Value::text("spot_decision"));
    let photo = editor.add(None, "evidence", "a");
    editor.put(Some(photo), "digest", Digest::new([7; 32]).into());
    let elsewhere = editor.add(None, "evidence", "b");
    editor.put(Some(elsewhere), "digest", Digest::new([8; 32]).into());
    let file = NewEvidence {
        digest: Digest::new([7; 32]),
        size: 3,
        media_type: "image/jpeg".into(),
        location: "7.jpg".into(),
    };
    let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
    let saved = phone.save(Save { evidence: vec![file.clone()], number, ..editor.into_save() }, 1).unwrap();
    assert_eq!(saved.number.unwrap().text, "（巫市监）当罚〔2026〕1号");
    let state = phone.state(saved.case);
    let document = OpId { change: saved.change, index: 1 };
    assert_eq!(state.value(Some(document), &"number".into()), Some(&Value::text("（巫市监）当罚〔2026〕1号")));
    assert_eq!(phone.device.evidence(saved.case).unwrap()[0].file, file);
    assert_eq!(phone.device.evidence_missing(saved.case).unwrap(), vec![Digest::new([8; 32])]);
}

/// Saves a piece of evidence with a file of this size and type; or why the file is not taken.
fn bind(phone: &mut Phone, case: CaseId, size: u64, media_type: &str) -> Result<(), Unfit> {
    let digest = Digest::new([7; 32]);
    let mut editor = phone.edit(case);
    let photo = editor.add(None, "evidence", "a");
    editor.put(Some(photo), "digest", digest.into());
    let file = NewEvidence { digest, size, media_type: media_type.into(), location: "film".into() };
    match phone.save(Save { evidence: vec![file], ..editor.into_save() }, 2) {
        Ok(_saved) => Ok(()),
        Err(SaveError::Evidence { digest: of, why }) if of == digest => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_file_that_the_server_would_never_take_is_refused_before_anything_is_saved() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let before = phone.state(case).hash();
    assert_eq!(bind(&mut phone, case, LARGEST + 1, "video/mp4"), Err(Unfit::TooLarge));
    assert_eq!(bind(&mut phone, case, 1, "video"), Err(Unfit::MediaType));
    assert_eq!(phone.state(case).hash(), before);
    for (size, media_type) in [(LARGEST, "video/mp4"), (0, "text/plain"), (1, "audio/webm;codecs=opus"), (1, "")] {
        assert_eq!(bind(&mut phone, case, size, media_type), Ok(()), "{size} {media_type}");
    }
}

#[test]
fn a_number_is_used_once_voids_are_recorded_and_an_empty_block_leaves_the_number_empty() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let mut texts = Vec::new();
    for round in 0..3 {
        // The same lease again, as after a lost answer, gives no number twice.
        phone.device.accept_lease(&lease_bytes(1, 1, 2), Some(0), &moment(0)).unwrap();
        let mut editor = phone.edit(case);
        let document = editor.add(None, "document", "a");
        let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
        let void = VoidNumber { form: "spot_decision".into(), year: 2026, reason: "打印错误".into() };
        let save =
            Save { number: number.filter(|_| round != 1), void: (round == 1).then_some(void), ..editor.into_save() };
        let saved = phone.save(save, 2).unwrap();
        texts.push((saved.number.map(|n| n.serial), saved.voided.map(|n| n.serial)));
    }
    assert_eq!(texts, [(Some(1), None), (None, Some(2)), (None, None)]);
    assert_eq!(phone.device.numbers_left(&"spot_decision".into(), 2026).unwrap(), 0);
    assert_eq!(phone.state(case).steps_of(&"number_voided".into()).count(), 1);
    let void = VoidNumber { form: "spot_decision".into(), year: 2026, reason: "再次".into() };
    let again = phone.save(Save { case: Some(case), void: Some(void), ..Save::default() }, 3);
    assert!(matches!(again, Err(SaveError::Number(_))));
}

#[test]
fn blocks_of_another_epoch_are_not_used() {
    let mut phone = Phone::new(1);
    phone.device.accept_lease(&lease_bytes(1, 77, 9), Some(0), &moment(0)).unwrap();
    assert_eq!(phone.device.numbers_left(&"spot_decision".into(), 2026).unwrap(), 2);
}

#[test]
fn a_newer_store_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let phone = on_disk(&path);
    let db = phone.device.into_connection();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let refused = Device::open(&path, verifier()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }));
}

#[test]
fn what_was_signed_cannot_be_altered_or_deleted() {
    let mut phone = Phone::new(1);
    phone.open(&[1]);
    let db = phone.device.into_connection();
    for sql in ["DELETE FROM change", "UPDATE change SET seq = 9", "UPDATE change SET ops = x'80'"] {
        assert!(db.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_damaged_store_is_found_at_opening_and_salvaged_into_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut phone = on_disk(&path);
    let case = phone.open(&[1]);
    for round in 0..60 {
        phone.put(case, "title", &format!("第{round}次，{}", "写得长一些，".repeat(40)));
    }
    let all = phone.device.changes(case).unwrap().len();
    let db = phone.device.into_connection();
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    // The page of one row in the middle of the changes' table.
    let root: i64 = db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'change'", [], |r| r.get(0)).unwrap();
    drop(db);
    let mut bytes = std::fs::read(&path).unwrap();
    let page = 4096;
    let start = (usize::try_from(root).unwrap() - 1) * page;
    // The last child of the table's root page: the newest rows.
    let cells = usize::from(u16::from_be_bytes([bytes[start + 3], bytes[start + 4]]));
    assert_eq!(bytes[start], 5, "an inner page");
    let cell = start + 12 + 2 * (cells / 2);
    let cell = start + usize::from(u16::from_be_bytes([bytes[cell], bytes[cell + 1]]));
    let child = usize::try_from(u32::from_be_bytes(bytes[cell..cell + 4].try_into().unwrap())).unwrap();
    bytes[(child - 1) * page..child * page].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();

    assert!(matches!(Device::open(&path, verifier()), Err(StoreError::Corrupt(_))));
    let old = Connection::open(&path).unwrap();
    let fresh = Connection::open_in_memory().unwrap();
    let mut into = Device::create_over(fresh, &Options::in_memory(), &enrolment(1, 2), verifier()).unwrap();
    let salvaged = salvage(&old, &mut into, &moment(9)).unwrap();
    assert!(salvaged.lost > 0, "{salvaged:?}");
    assert!(salvaged.changes > 0, "{salvaged:?}");
    let found = salvaged.changes + salvaged.parked;
    assert!(found > u64::try_from(all).unwrap() / 2 && found < u64::try_from(all).unwrap(), "{salvaged:?}");
    // All that was salvaged is offered again, and work goes on in the new epoch.
    assert_eq!(into.tally().unwrap().changes, salvaged.changes);
    let mut phone = Phone::of(into, 1);
    let saved = phone.put(case, "title", "接着写");
    let header = phone.device.change(saved.change).unwrap().unwrap().header().clone();
    assert_eq!((header.epoch.bytes(), header.seq), (&[2; 8], 1));
}

/// A damaged page held what thousands of later saves build on: they wait for a colleague who has it. Another's
/// changes are bounded, because anybody could send them.
#[test]
fn what_this_phone_signed_waits_beyond_the_bound_and_what_another_signed_does_not() {
    const BOUND: usize = 4096;
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    let opening = phone.device.changes(case).unwrap().remove(0);
    let own: Vec<Vec<u8>> = {
        let base = opening.header().clone();
        let op = || vec![NewOp::put(None, "title", vec![], Value::text("题"))];
        let at = |seq| Header { seq, epoch: Epoch::new([77; 8]), case: Some(case), deps: vec![case], ..base.clone() };
        let seqs = 1..=u64::try_from(BOUND).unwrap() + 1;
        seqs.map(|seq| Change::seal(at(seq), op(), [7; 32], &key(1)).unwrap().to_bytes()).collect()
    };
    let empty = |number| {
        let fresh = Connection::open_in_memory().unwrap();
        Device::create_over(fresh, &Options::in_memory(), &enrolment(number, 2), verifier()).unwrap()
    };
    let arrived = empty(1).receive(&[], &own, Source::Peer).unwrap();
    assert_eq!((arrived.parked.len(), arrived.not_kept.len()), (BOUND + 1, 0));
    let arrived = empty(3).receive(&[lease_bytes(1, 1, 2)], &own, Source::Peer).unwrap();
    assert_eq!((arrived.parked.len(), arrived.not_kept.len()), (BOUND, 1));
}

#[test]
fn a_flipped_bit_in_a_change_is_an_error_that_names_it() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let db = phone.device.into_connection();
    db.execute_batch("DROP TRIGGER change_fixed; UPDATE change SET ops = x'80'").unwrap();
    let device = Device::over(db, &Options::in_memory(), verifier()).unwrap();
    assert!(matches!(device.case(case), Err(StoreError::Damaged { change, .. }) if change == case));
}

#[test]
fn a_cached_case_is_read_again_after_any_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let mut one = on_disk(&path);
    let case = one.open(&[1]);
    one.put(case, "title", "一");
    let mut other = Phone::of(Device::open(&path, verifier()).unwrap(), 1);
    for title in ["二", "三"] {
        other.put(case, "title", title);
        assert_eq!(one.state(case).value(None, &"title".into()), Some(&Value::text(title)));
        assert_eq!(one.state(case).hash(), other.state(case).hash());
        one.put(case, "note", title);
        assert_eq!(other.state(case).value(None, &"note".into()), Some(&Value::text(title)));
    }
    let changes = one.device.changes(case).unwrap();
    let chain: Vec<u64> = changes.iter().map(|change| change.header().seq).collect();
    assert_eq!(chain, [1, 2, 3, 4, 5, 6]);
    // A value that somebody took out of the file is not shown from memory.
    let third = changes.iter().rev().nth(1).unwrap().id();
    Connection::open(&path).unwrap().execute("DELETE FROM value_set WHERE change = ?1", [third.bytes()]).unwrap();
    assert_eq!(one.state(case).value(None, &"title".into()), None);
    assert_eq!(one.state(case).hash(), other.state(case).hash());
}

#[test]
fn a_field_with_two_live_values_stops_signing_until_it_is_resolved() {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    let mut editor = one.edit(case);
    let record = editor.add(None, "record", "a");
    editor.put(Some(record), "asked_person", Value::text("张三"));
    let saved = one.save(editor, 2).unwrap();
    let record = OpId { change: saved.change, index: 0 };
    let (leases, changes) = one.bundle(case);
    two.device.receive(&leases, &changes, sync_core::device::Source::Peer).unwrap();
    for (phone, name) in [(&mut one, "李四"), (&mut two, "王五")] {
        let mut editor = phone.edit(case);
        editor.put(Some(OpRef::Of(record)), "asked_person", Value::text(name));
        phone.save(editor, 3).unwrap();
    }
    let (leases, changes) = two.bundle(case);
    one.device.receive(&leases, &changes, sync_core::device::Source::Peer).unwrap();
    assert_eq!(one.device.conflicts().unwrap().len(), 1);

    let sign = |phone: &mut Phone| {
        let mut editor = phone.edit(case);
        assert!(editor.sign(record, "scene_note", 1, SignerRole::Officer, "key", None));
        phone.save(editor, 5)
    };
    let Err(SaveError::Stopped(stops)) = sign(&mut one) else { panic!("signed over a conflict") };
    assert_eq!(stops[0].code, "field_in_conflict");
    assert_eq!(stops[0].ops.len(), 2);

    // A plain write of one's own value leaves the disagreement; only a resolution ends it.
    let mut editor = one.edit(case);
    editor.put(Some(OpRef::Of(record)), "asked_person", Value::text("赵六"));
    one.save(editor, 6).unwrap();
    assert_eq!(one.device.conflicts().unwrap().len(), 1);
    let mut editor = one.edit(case);
    assert!(editor.resolve(Some(OpRef::Of(record)), "asked_person", Value::text("王五"), "核对身份证"));
    one.save(editor, 7).unwrap();
    assert!(one.device.conflicts().unwrap().is_empty());
    sign(&mut one).unwrap();
    assert_eq!(one.state(case).signatures.len(), 1);
}

#[test]
fn after_the_lease_has_ended_a_signature_needs_a_recorded_reason() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    let mut editor = phone.edit(case);
    editor.add(None, "record", "a");
    let record = OpId { change: phone.save(editor, 2).unwrap().change, index: 0 };
    let sign = |phone: &mut Phone, reason: Option<&str>, minute| {
        let mut editor = phone.edit(case);
        if let Some(reason) = reason {
            editor.record("overrun_reason", None, Some(Value::text(reason)));
        }
        editor.sign(record, "scene_note", 1, SignerRole::Officer, "key", None);
        phone.save(editor, minute).map(|_| ())
    };
    assert!(sign(&mut phone, None, 8 * 60 - 1).is_ok());
    let Err(SaveError::Stopped(stops)) = sign(&mut phone, None, 8 * 60) else { panic!("signed after the lease") };
    assert_eq!(stops[0].code, "lease_over");
    // Other capture goes on.
    phone.put(case, "title", "继续");
    assert!(sign(&mut phone, Some("山路塌方"), 8 * 60).is_ok());
}

#[test]
fn a_case_with_600_heads_is_merged_by_the_save_that_meets_them() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let opened = phone.device.change(case).unwrap().unwrap();
    let branches: Vec<Vec<u8>> = (0..600_u64)
        .map(|branch| {
            let header = Header {
                epoch: Epoch::new([77; 8]),
                seq: branch + 1,
                prev: None,
                case: Some(case),
                deps: vec![case],
                ..opened.header().clone()
            };
            let note = NewOp::new(Act::RecordStep { step: "note".into() });
            Change::seal(header, vec![note], [9; 32], &key(1)).unwrap().to_bytes()
        })
        .collect();
    let arrived = phone.device.receive(&[], &branches, Source::Peer).unwrap();
    assert_eq!(arrived.stored.len(), 600);
    let before = phone.device.changes(case).unwrap().len();
    let saved = phone.put(case, "title", "合");
    let changes = phone.device.changes(case).unwrap();
    assert_eq!(changes.len(), before + 2);
    let [.., merge, last] = changes.as_slice() else { panic!() };
    assert_eq!((merge.header().deps.len(), merge.ops().len()), (512, 0));
    assert_eq!((last.id(), last.header().deps.len(), last.header().prev), (saved.change, 89, Some(merge.id())));
    assert_eq!(last.header().seq, merge.header().seq + 1);
    assert_eq!(phone.state(case).heads.len(), 1);
    // Another phone takes it all.
    let mut other = Phone::new(2);
    let (leases, changes) = phone.bundle(case);
    other.device.receive(&leases, &changes, Source::Peer).unwrap();
    assert_eq!(other.state(case).hash(), phone.state(case).hash());
}
