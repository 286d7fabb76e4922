//! The store's promises for casework and supervision.

use sync_core::alarm::AlarmKind;
use sync_core::decision::CaseStatus;
use sync_core::evidence::Damage;
use sync_core::id::{CaseId, ChangeId};
use sync_core::lead::{LeadKind, LeadStatus};
use sync_core::op::CaseKind;
use sync_core::read_audit::LookKind;

use super::evidence_store::Blocks;
use super::*;

const CASE: CaseId = CaseId::new([5; 32]);
const PHOTO: Digest = Digest::new([6; 32]);

pub(super) fn file(id: CaseId, path: &str, updated_ms: i64) -> NewCaseFile {
    let file = CaseFileRow {
        id,
        case_leaf: leaf(id),
        agency: AgencyId::new([2; 16]),
        agency_path: path.into(),
        item: "SJ-J-001".into(),
        kind: CaseKind::Inspection,
        status: CaseStatus::Open,
        title: "检查".into(),
        number: String::new(),
        opened: NOW,
        updated: Instant::from_ms(updated_ms),
        counter: 1,
        last_leaf: 0,
        basis: Digest::new([7; 32]),
        heads: vec![ChangeId::new([8; 32])],
        conflicts: 0,
        breaches: 0,
        missing_evidence: 1,
        duties: 0,
        filing: None,
        fold: 1,
    };
    NewCaseFile { file, search_text: "100%_原文".into() }
}

/// The number of such a case.
fn leaf(id: CaseId) -> i64 {
    id.bytes()[0].into()
}

fn write(store: &Store, act: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>) {
    store.write_sync(act).unwrap();
}

fn read<T>(store: &Store, look: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> T {
    store.read_sync(look).unwrap()
}

fn read_write<T>(store: &Store, act: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> T {
    store.write_sync(act).unwrap()
}

fn upload(id: u8, officer: OfficerId) -> UploadRow {
    let (digest, media_type) = (PHOTO, "image/jpeg".into());
    UploadRow {
        id: [id; 16],
        digest,
        size: 3,
        media_type,
        officer,
        created: NOW,
        completed: None,
        metadata: String::new(),
    }
}

/// The digest of the one block of a file of three bytes.
fn blocks() -> Blocks {
    Blocks::from_bytes(&[6; 32], 3).unwrap()
}

pub(super) fn evidence_arrives_for_the_cases_of_the_officer_who_sent_it(store: &Store) {
    furnish(store);
    let [ours, also_ours, foreign] = [CASE, CaseId::new([9; 32]), CaseId::new([10; 32])];
    let [mine, partner, stranger] = [1, 2, 3].map(|id| OfficerId::new([id; 16]));
    write(store, |tx| {
        for (case, officer) in [(ours, mine), (ours, partner), (also_ours, mine), (foreign, stranger)] {
            tx.add_case_officers(&TENANT, &[(leaf(case), case, officer)])?;
        }
        for (case, more) in [(ours, None), (also_ours, Some(Digest::new([1; 32]))), (foreign, None)] {
            put(tx, &TENANT, file(case, "a/b/", 1))?;
            let claimed: Vec<Digest> = more.into_iter().chain([PHOTO]).collect();
            tx.add_case_evidence(&TENANT, leaf(case), &claimed)?;
        }
        tx.add_upload(&TENANT, &upload(1, mine))?;
        tx.add_upload(&TENANT, &upload(2, stranger))?;
        tx.add_upload(&TENANT, &upload(3, partner))
    });
    let missing = |case| read(store, |tx| tx.missing_evidence(&TENANT, leaf(case))).len();
    let counted = |case| read(store, |tx| tx.case_file_at(&TENANT, leaf(case))).unwrap().missing_evidence;
    assert_eq!([ours, also_ours, foreign].map(missing), [1, 2, 1], "begun is not arrived");
    let complete = |upload: &UploadRow, at| {
        write(store, |tx| tx.complete_upload(&TENANT, upload, &blocks(), Instant::from_ms(at)));
    };
    complete(&upload(1, mine), 20);
    complete(&upload(1, mine), 30);
    assert_eq!([ours, also_ours, foreign].map(missing), [0, 1, 1]);
    assert_eq!([ours, also_ours, foreign].map(counted), [0, 1, 1]);
    complete(&upload(3, partner), 40);
    let photo = |at| {
        let stored = Instant::from_ms(at);
        EvidenceFileRow { digest: PHOTO, size: 3, media_type: "image/jpeg".into(), stored }
    };
    let stands = |standing| vec![ClaimedFile { digest: PHOTO, standing, written_off: false }];
    let shown = |case| read(store, |tx| tx.evidence_of(&TENANT, leaf(case)));
    assert_eq!(shown(ours), stands(Standing::Arrived(photo(20))), "once, of the first");
    assert_eq!(shown(foreign), stands(Standing::Awaited));
    complete(&upload(2, stranger), 50);
    assert_eq!(shown(foreign), stands(Standing::Arrived(photo(50))), "nothing of when others sent it");
    assert_eq!(counted(foreign), 0);

    let damage = |damage| read_write(store, |tx| tx.damage_evidence(&TENANT, &PHOTO, damage, NOW));
    assert_eq!([damage(Damage::Altered), damage(Damage::Removed)], [true, false], "known once");
    assert_eq!([ours, also_ours, foreign].map(counted), [1, 2, 1]);
    assert_eq!(shown(ours), stands(Standing::Damaged(photo(20), Damage::Altered)));
    let again = upload(1, mine);
    write(store, |tx| tx.reopen_upload(&TENANT, &again.id));
    complete(&again, 60);
    assert_eq!(
        [ours, also_ours, foreign].map(counted),
        [0, 1, 0],
        "the same bytes count for everybody who had sent them"
    );
    write(store, |tx| tx.damage_evidence(&TENANT, &PHOTO, Damage::Removed, NOW).map(drop));
    write(store, |tx| tx.write_off_evidence(&TENANT, leaf(ours), &[PHOTO]));
    assert_eq!([ours, foreign].map(missing), [0, 1], "written off in one case alone");
    write(store, |tx| tx.mend_evidence(&TENANT, &PHOTO, &blocks()));
    assert!(shown(ours)[0].written_off && shown(ours)[0].arrived().is_some());
}

pub(super) fn an_upload_is_seen_by_its_officer_alone(store: &Store) {
    furnish(store);
    let (mine, theirs) = (OfficerId::new([1; 16]), OfficerId::new([2; 16]));
    let row = upload(4, mine);
    write(store, |tx| tx.add_upload(&TENANT, &row));
    write(store, |tx| tx.touch_upload(&TENANT, &row.id, NOW));
    assert_eq!(read(store, |tx| tx.upload(&TENANT, &mine, &row.id)), Some(row.clone()));
    assert_eq!(read(store, |tx| tx.upload_of(&TENANT, &mine, &PHOTO, 3)), Some(row.clone()));
    assert_eq!(read(store, |tx| tx.upload(&TENANT, &theirs, &row.id)), None);
    assert_eq!(read(store, |tx| tx.upload_of(&TENANT, &theirs, &PHOTO, 3)), None);
    write(store, |tx| tx.complete_upload(&TENANT, &row, &blocks(), NOW));
    write(store, |tx| {
        tx.add_upload(&TENANT, &UploadRow { created: Instant::from_ms(NOW.ms() + 1), ..upload(5, mine) })
    });
    let done = UploadRow { completed: Some(NOW), ..row };
    assert_eq!(read(store, |tx| tx.upload_of(&TENANT, &mine, &PHOTO, 3)), Some(done), "rather the complete one");
}

pub(super) fn who_writes_a_case_asks_for_it_to_be_indexed(store: &Store) {
    furnish(store);
    let second = CaseId::new([9; 32]);
    write(store, |tx| put(tx, &TENANT, file(CASE, "a/b/", 1)));
    write(store, |tx| {
        let mut new = Additions::default();
        new.case_files(&TENANT, vec![file(second, "a/b/", 2)])?;
        tx.add(new)
    });
    write(store, |tx| put(tx, &TENANT, file(CASE, "a/b/", 3)));
    let due = |now| read(store, |tx| tx.outbox_due(&TENANT, Instant::from_ms(now), Instant::from_ms(100), 10));
    let subjects: Vec<i64> = due(9).into_iter().map(|row| row.subject).collect();
    assert_eq!(subjects, [CASE, second, CASE].map(leaf));
    assert_eq!(read(store, |tx| tx.outbox_open(&TENANT)), (3, Some(Instant::from_ms(1))));
    let kind = OutboxKind::IndexCase;
    let more = |most| read(store, |tx| tx.outbox_more_than(&TENANT, kind, most));
    assert_eq!([1, 2].map(more), [true, false], "cases, not rows");
    let open = |path: Option<&str>| {
        let filter = CaseFilter { agency_path: path.map(str::to_owned), ..CaseFilter::default() };
        read(store, |tx| tx.cases_open(&TENANT, &filter, kind))
    };
    assert_eq!([None, Some("a/b/"), Some("a/c/")].map(open), [2, 2, 0]);
    let first = due(9).remove(0);
    write(store, |tx| tx.postpone_outbox(&TENANT, &first.id, Instant::from_ms(20)));
    assert_eq!(due(9).len(), 2);
    assert_eq!(due(20).pop().map(|row| (row.id, row.failures)), Some((first.id, 1)));
    write(store, |tx| tx.drop_outbox(&TENANT, &[first.id]));
    assert_eq!(read(store, |tx| tx.outbox_open(&TENANT)).0, 2);
    write(store, |tx| tx.postpone_outbox(&TENANT, &due(9)[0].id, Instant::from_ms(100)));
    assert_eq!(due(9).len(), 1, "it waits");
    write(store, |tx| tx.postpone_outbox(&TENANT, &due(9)[0].id, Instant::from_ms(101)));
    assert_eq!(due(9).len(), 1, "nothing waits so long");
    let refused = store.write_sync::<(), Error>(|tx| {
        put(tx, &TENANT, file(CASE, "a/b/", 4))?;
        Err(Error::Inconsistent { what: "on purpose" })
    });
    assert!(refused.is_err());
    assert_eq!(read(store, |tx| tx.outbox_open(&TENANT)).0, 2, "both or neither");
}

pub(super) fn a_text_is_put_where_the_case_is_as_it_was(store: &Store) {
    furnish(store);
    let before = file(CASE, "a/b/", 1);
    write(store, |tx| put(tx, &TENANT, before.clone()));
    let mut changed = CaseFileRow { title: "短".into(), ..before.file };
    let put = |changed: &CaseFileRow| {
        write(store, |tx| tx.put_case_text(&TENANT, changed, "新"));
        let title = read(store, |tx| tx.case_file(&TENANT, &CASE)).unwrap().title;
        (title, read(store, |tx| tx.cases_said(&TENANT, &[leaf(CASE)])).remove(0).text)
    };
    assert_eq!(put(&changed), ("短".to_owned(), "新".to_owned()));
    assert_eq!(read(store, |tx| tx.outbox_open(&TENANT)).0, 2, "and it is to be indexed");
    (changed.title, changed.basis) = ("迟".into(), Digest::new([9; 32]));
    assert_eq!(put(&changed).0, "短", "somebody came first");
    assert_eq!(read(store, |tx| tx.outbox_open(&TENANT)).0, 2);
}

pub(super) fn the_turn_of_the_outbox_is_taken_by_one(store: &Store) {
    furnish(store);
    let take = |seen, holder: u8| {
        store.write_sync(|tx| tx.take_outbox_turn(&TENANT, seen, &[holder; 16], Instant::from_ms(50))).unwrap()
    };
    let turn = || read(store, |tx| tx.outbox_turn(&TENANT)).map(|turn| (turn.holder, turn.until.ms(), turn.turn));
    assert_eq!(turn(), None);
    assert!(take(None, 1));
    assert!(store.write_sync(|tx| tx.take_outbox_turn(&TENANT, None, &[2; 16], NOW)).is_err(), "the first one has it");
    assert!(take(Some(1), 1) && !take(Some(1), 2), "the step that was seen is gone");
    assert_eq!(turn(), Some(([1; 16], 50, 2)));
    write(store, |tx| tx.leave_outbox_turn(&TENANT, &[2; 16]));
    assert_eq!(turn(), Some(([1; 16], 50, 2)), "who does not have it leaves nothing");
    write(store, |tx| tx.leave_outbox_turn(&TENANT, &[1; 16]));
    assert_eq!(turn(), Some(([1; 16], 0, 2)));
}

/// An unanswered lead.
pub(super) fn raised() -> LeadRow {
    let said = |text: &str| Said { text: text.into(), by: OfficerId::new([1; 16]), at: NOW };
    LeadRow {
        id: [3; 16],
        case: CASE,
        agency: AgencyId::new([2; 16]),
        agency_path: "a/b/".into(),
        kind: LeadKind::Procedure,
        raised: said("未逐页签名"),
        status: LeadStatus::Raised,
        version: 1,
        answer: None,
        conclusion: None,
    }
}

pub(super) fn a_lead_takes_each_step_once(store: &Store) {
    furnish(store);
    let said = |text: &str| Said { text: text.into(), by: OfficerId::new([1; 16]), at: NOW };
    let raised = raised();
    write(store, |tx| tx.add_lead(&TENANT, &raised));
    let answered =
        LeadRow { answer: Some(said("已补正")), status: LeadStatus::Answered, version: 2, ..raised.clone() };
    for wanted in [true, false] {
        write(store, |tx| {
            assert_eq!(tx.update_lead(&TENANT, &answered)?, wanted);
            Ok(())
        });
    }
    assert_eq!(read(store, |tx| tx.lead(&TENANT, &raised.id)), Some(answered.clone()));
    let list = |path: &str, status: Option<LeadStatus>| {
        let filter = LeadFilter { agency_path: path.into(), status, ..LeadFilter::default() };
        read(store, |tx| tx.leads(&TENANT, &filter, &TimePage::newest(10))).len()
    };
    assert_eq!(
        [
            list("", None),
            list("a/b/", Some(LeadStatus::Answered)),
            list("a/bb/", None),
            list("a/", Some(LeadStatus::Raised))
        ],
        [1, 1, 0, 0]
    );
    let after = TimePage { after: Some((NOW, raised.id)), ..TimePage::newest(10) };
    assert_eq!(read(store, |tx| tx.leads(&TENANT, &LeadFilter::default(), &after)), []);
    let closed = LeadRow { conclusion: Some(said("予以办结")), status: LeadStatus::Closed, version: 3, ..answered };
    write(store, |tx| {
        assert!(tx.update_lead(&TENANT, &closed)?);
        Ok(())
    });
    assert_eq!(read(store, |tx| tx.lead_steps(&TENANT)), 2);
    let was = |status, as_of| {
        let filter = LeadFilter { status: Some(status), as_of: Some(as_of), ..LeadFilter::default() };
        read(store, |tx| tx.leads(&TENANT, &filter, &TimePage::newest(10))).len()
    };
    for (as_of, wanted) in [(0, [1, 0, 0]), (1, [0, 1, 0]), (2, [0, 0, 1])] {
        let found = [LeadStatus::Raised, LeadStatus::Answered, LeadStatus::Closed].map(|status| was(status, as_of));
        assert_eq!(found, wanted, "after {as_of} steps");
    }
}

pub(super) fn what_was_looked_at_and_recorded_is_kept_as_it_was(store: &Store) {
    furnish(store);
    let officer = OfficerId::new([1; 16]);
    let look = ReadAuditRow {
        id: [1; 16],
        at: NOW,
        officer,
        what: LookKind::Case,
        case: Some(CASE),
        part: String::new(),
        purpose: "专项监督".into(),
    };
    let record = CaseRecordRow {
        hash: Digest::new([2; 32]),
        case: CASE,
        number: "（巫市监）案〔2026〕1号".into(),
        issued: NOW,
        bytes: vec![1],
    };
    let made = IdempotencyRow {
        officer,
        route: "lead.raise".into(),
        key: "k".into(),
        fingerprint: Digest::new([3; 32]),
        made: vec![4],
        created: NOW,
    };
    write(store, |tx| {
        tx.add_read_audit(&TENANT, &look)?;
        tx.add_case_record(&TENANT, &record)?;
        tx.add_idempotency(&TENANT, &made)
    });
    assert_eq!(read(store, |tx| tx.read_audits(&TENANT, &CASE)), [look]);
    assert_eq!(read(store, |tx| tx.case_record(&TENANT, &CASE)), Some(record));
    let before = |key: &str| read(store, |tx| tx.made_before(&TENANT, &officer, "lead.raise", key));
    assert_eq!([before("k"), before("l")], [Some((Digest::new([3; 32]), vec![4])), None]);
    let again = store.write_sync(|tx| tx.add_idempotency(&TENANT, &made));
    assert!(again.unwrap_err().is_duplicate());
    for table in ["read_audit", "case_record"] {
        for statement in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET tenant = tenant")] {
            let refused = store.write_sync(|tx| Ok::<_, Error>(tx.db().batch_execute(&statement)?));
            assert!(refused.is_err(), "{statement}");
        }
    }
}

pub(super) fn alarms_are_seen_with_the_case_or_the_phone_they_are_about(store: &Store) {
    furnish(store);
    let raise = |id: u8, device: Option<u8>, case: Option<CaseId>| AlarmRow {
        id: [id; 16],
        at: Instant::from_ms(id.into()),
        kind: AlarmKind::Fork,
        device: device.map(|id| DeviceId::new([id; 16])),
        case,
        change: None,
        detail: "fork".into(),
    };
    write(store, |tx| {
        put(tx, &TENANT, file(CASE, "a/bb/", 1))?;
        tx.add_alarm(&TENANT, &raise(1, Some(1), None))?;
        tx.add_alarm(&TENANT, &raise(2, None, Some(CASE)))?;
        tx.add_alarm(&TENANT, &raise(3, None, None))
    });
    let in_order = |path: Option<&str>, page: TimePage| {
        read(store, |tx| tx.alarm_page(&TENANT, path, &page)).iter().map(|alarm| alarm.id[0]).collect::<Vec<_>>()
    };
    let seen = |path, after| in_order(path, TimePage { after, ..TimePage::newest(10) });
    assert_eq!(seen(None, None), [3, 2, 1]);
    assert_eq!(seen(Some("a/b/"), None), [1]);
    assert_eq!(seen(Some("a/bb/"), None), [2]);
    assert_eq!(seen(Some("a/"), None), [2, 1]);
    assert_eq!(seen(None, Some((Instant::from_ms(2), [2; 16]))), [1]);
    let oldest = |after| in_order(None, TimePage { order: TimeOrder::Oldest, after, limit: 10 });
    assert_eq!([oldest(None), oldest(Some((Instant::from_ms(2), [2; 16])))], [vec![1, 2, 3], vec![3]]);
    assert_eq!(read(store, |tx| tx.count_alarms(&TENANT, Some("a/"))), Total::Exactly(2));
}
