//! The contract of the store on both databases: each promise is one function that runs on each of them. PostgreSQL is
//! tested if `TEST_POSTGRES_URL` is set; every test has its own schema.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use sync_core::agency::AgencyKind;
use sync_core::certificate::CertificateStatus;
use sync_core::id::{AgencyId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use sync_core::schema::SPOT_DECISION;
use sync_core::time::Instant;

use super::*;

mod casework;
mod corrupt;
mod register;
mod schema;
mod writing;

use casework::{
    a_lead_takes_each_step_once, a_text_is_put_where_the_case_is_as_it_was,
    alarms_are_seen_with_the_case_or_the_phone_they_are_about, an_upload_is_seen_by_its_officer_alone,
    evidence_arrives_for_the_cases_of_the_officer_who_sent_it, the_turn_of_the_outbox_is_taken_by_one,
    what_was_looked_at_and_recorded_is_kept_as_it_was, who_writes_a_case_asks_for_it_to_be_indexed,
};

use corrupt::{
    an_id_of_another_length_is_an_error, an_unknown_class_reason_flag_or_grade_of_a_change_is_an_error,
    an_unknown_kind_of_an_alarm_an_event_a_look_or_an_agency_is_an_error, an_unknown_role_is_an_error,
    an_unknown_status_of_a_certificate_is_an_error, an_unknown_status_or_kind_of_a_case_is_an_error,
    an_unknown_status_or_kind_of_a_lead_is_an_error,
};

use writing::{
    a_column_may_be_empty_in_some_of_many_rows, of_rows_that_are_added_together_one_that_fails_takes_all,
    rows_are_added_together_however_many, whether_the_writer_writes_is_seen,
};
pub(crate) use writing::{stored, stored_saying};

use register::{a_change_of_the_register_that_is_undone_is_not_counted, every_change_of_the_register_is_counted};

const TENANT: TenantId = TenantId::new([1; 16]);
const NOW: Instant = Instant::from_ms(1_795_363_200_000);

macro_rules! contract {
    ($($promise:ident)*) => {
        mod sqlite {
            $( #[test] fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = super::Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
                super::$promise(&store);
            } )*
        }
        mod postgres {
            $( #[test] fn $promise() {
                if let Some(store) = super::postgres_schema(concat!("contract_", stringify!($promise))) {
                    super::$promise(&store);
                }
            } )*
        }
    };
}

contract! {
    what_was_written_is_read_back
    a_refused_transaction_leaves_nothing
    a_code_is_used_once_by_its_officer_and_only_within_its_time
    a_challenge_is_used_once_by_its_phone
    a_challenge_outlives_those_that_are_made_beside_it
    numbers_are_given_out_once_however_many_ask
    a_subtree_holds_its_own_and_no_siblings
    a_key_is_enrolled_once
    evidence_arrives_for_the_cases_of_the_officer_who_sent_it
    an_upload_is_seen_by_its_officer_alone
    who_writes_a_case_asks_for_it_to_be_indexed
    a_text_is_put_where_the_case_is_as_it_was
    the_turn_of_the_outbox_is_taken_by_one
    a_lead_takes_each_step_once
    what_was_looked_at_and_recorded_is_kept_as_it_was
    a_console_session_is_found_until_it_ends_or_is_forgotten
    alarms_are_seen_with_the_case_or_the_phone_they_are_about
    every_change_of_the_register_is_counted
    a_change_of_the_register_that_is_undone_is_not_counted
    rows_are_added_together_however_many
    of_rows_that_are_added_together_one_that_fails_takes_all
    a_column_may_be_empty_in_some_of_many_rows
    whether_the_writer_writes_is_seen
    an_unknown_status_or_kind_of_a_case_is_an_error
    an_unknown_status_of_a_certificate_is_an_error
    an_unknown_role_is_an_error
    an_unknown_kind_of_an_alarm_an_event_a_look_or_an_agency_is_an_error
    an_unknown_status_or_kind_of_a_lead_is_an_error
    an_id_of_another_length_is_an_error
    an_unknown_class_reason_flag_or_grade_of_a_change_is_an_error
}

fn a_console_session_is_found_until_it_ends_or_is_forgotten(store: &Store) {
    let row = |id: u8, created: i64, seen: i64| ConsoleSessionRow {
        hash: Digest::new([id; 32]),
        officer: OfficerId::new([9; 16]),
        session_version: 3,
        created: Instant::from_ms(created),
        seen: Instant::from_ms(seen),
    };
    let long_ago = Instant::from_ms(0);
    store
        .write_sync(|tx| {
            for session in [row(1, 10, 100), row(2, 50, 60), row(3, 50, 100)] {
                tx.add_console_session(&TENANT, &session, long_ago, long_ago, NOW)?;
            }
            assert_eq!(tx.console_session(&TENANT, &row(1, 0, 0).hash)?, Some(row(1, 10, 100)));
            tx.touch_console_session(&TENANT, &row(3, 0, 0).hash, Instant::from_ms(120))?;
            assert_eq!(tx.console_session(&TENANT, &row(3, 0, 0).hash)?, Some(row(3, 50, 120)));
            let (idle, begun) = (Instant::from_ms(90), Instant::from_ms(40));
            tx.add_console_session(&TENANT, &row(5, 50, 200), long_ago, long_ago, NOW)?;
            tx.add_console_session(&TENANT, &row(4, 130, 130), idle, begun, Instant::from_ms(199))?;
            let stands =
                |tx: &mut Tx<'_>, id| tx.console_session(&TENANT, &row(id, 0, 0).hash).map(|row| row.is_some());
            assert_eq!([stands(tx, 1)?, stands(tx, 2)?, stands(tx, 3)?, stands(tx, 4)?], [false, false, true, true]);
            assert!(!stands(tx, 5)?, "of a clock that was ahead");
            tx.end_console_session(&TENANT, &row(4, 0, 0).hash)?;
            assert_eq!([stands(tx, 3)?, stands(tx, 4)?], [true, false]);
            Ok::<_, Error>(())
        })
        .unwrap();
}

/// A store in an empty schema on the test server; none without a server.
pub(crate) fn postgres_schema(name: &str) -> Option<Store> {
    empty_schema(name).map(|address| Store::open(&address).unwrap())
}

/// The URL of an empty schema on the test server; none without a server, which is a failure if `CI` is set.
pub(super) fn empty_schema(name: &str) -> Option<String> {
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(std::env::var_os("CI").is_none(), "TEST_POSTGRES_URL is not set");
        return None;
    };
    let mut admin = diesel::PgConnection::establish(&url).unwrap();
    admin
        .batch_execute(&format!(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
        ))
        .unwrap();
    let mark = if url.contains('?') { '&' } else { '?' };
    Some(format!("{url}{mark}options=-csearch_path%3D{name}"))
}

/// Inserts a projected case, and of its opening the columns by which it is looked up.
pub(crate) fn put(tx: &mut Tx<'_>, tenant: &TenantId, new: NewCaseFile) -> Result<(), Error> {
    use super::schema::change;
    let (leaf, id, none) = (new.file.case_leaf, new.file.id.bytes().to_vec(), || Vec::<u8>::new());
    let there = change::table.find((&tenant.bytes()[..], leaf)).count().get_result::<i64>(tx.db())?;
    if there == 0 {
        diesel::insert_into(change::table)
            .values((
                (change::tenant.eq(&tenant.bytes()[..]), change::leaf.eq(leaf), change::id.eq(id.clone())),
                (change::case_leaf.eq(leaf), change::case_id.eq(id), change::device.eq(none())),
                (change::epoch.eq(none()), change::seq.eq(1), change::officer.eq(none()), change::counter.eq(1)),
                (change::class.eq(""), change::code.eq(""), change::flags.eq(""), change::lower_ms.eq(0)),
                (change::upper_ms.eq(0), change::grade.eq(""), change::received_ms.eq(0)),
                (change::sign1.eq(none()), change::op_bytes.eq(none())),
            ))
            .execute(tx.db())?;
    }
    tx.put_case_file(tenant, new)
}

fn agency(id: u8, parent: Option<u8>, path: &str) -> AgencyRow {
    AgencyRow {
        id: AgencyId::new([id; 16]),
        parent: parent.map(|id| AgencyId::new([id; 16])),
        path: path.into(),
        name: format!("机关 {id}"),
        short_name: "机".into(),
        kind: AgencyKind::Department,
        sector: "market".into(),
        acts_for: None,
        reconsideration: None,
        active: true,
    }
}

fn officer(id: u8, agency: u8) -> OfficerRow {
    OfficerRow {
        id: OfficerId::new([id; 16]),
        agency: AgencyId::new([agency; 16]),
        name: format!("某 {id}"),
        helper: false,
        active: true,
        created: NOW,
    }
}

fn device(id: u8, officer: u8, key: u8) -> DeviceRow {
    DeviceRow {
        id: DeviceId::new([id; 16]),
        officer: OfficerId::new([officer; 16]),
        public_key: vec![key; 65],
        label: "终端".into(),
        enrolled: NOW,
        revoked: None,
        revoked_reason: None,
        request_key: None,
        key_level: sync_core::key_level::KeyLevel::None,
        request_key_level: sync_core::key_level::KeyLevel::None,
    }
}

fn read_tenant(store: &Store) -> TenantRow {
    store.read_sync::<_, Error>(|tx| tx.tenant(&TENANT)).unwrap()
}

/// A tenant with two agencies side by side under one root, an officer in each, a phone.
fn furnish(store: &Store) {
    let tenant = TenantRow {
        id: TENANT,
        region: "500237".into(),
        name: "县".into(),
        log_epoch: Epoch::new([2; 8]),
        log_size: 0,
        log_frontier: vec![],
        log_root: Digest::new([3; 32]),
        server_epoch: Epoch::new([4; 8]),
        server_seq: 0,
        server_prev: None,
        reference_version: 1,
        register_version: 1,
    };
    store
        .write_sync::<_, Error>(|tx| {
            tx.create_tenant(&tenant, NOW)?;
            tx.add_agency(&TENANT, &agency(1, None, "a/"))?;
            tx.add_agency(&TENANT, &agency(2, Some(1), "a/b/"))?;
            tx.add_agency(&TENANT, &agency(3, Some(1), "a/bb/"))?;
            tx.add_officer(&TENANT, &officer(1, 2))?;
            tx.add_officer(&TENANT, &officer(2, 3))?;
            tx.add_device(&TENANT, &device(1, 1, 1))
        })
        .unwrap();
    // Six rows of the register, each counted.
    assert_eq!(read_tenant(store), TenantRow { register_version: 7, ..tenant });
}

pub(super) fn what_was_written_is_read_back(store: &Store) {
    furnish(store);
    let account = AccountRow { session_version: 7, ..AccountRow::new("a", OfficerId::new([1; 16]), "$".into()) };
    let (certificate, interval) = (
        CertificateRow {
            number: "22370000001".into(),
            officer: OfficerId::new([1; 16]),
            category: "综合执法".into(),
            region: "500237".into(),
            issued_on: "2024-01-15".into(),
            valid_until: "2029-01-14".into(),
        },
        IntervalRow {
            ordinal: 0,
            status: CertificateStatus::Valid,
            from: NOW,
            until: None,
            reason: "发证".into(),
            basis: String::new(),
            decided_by: "县人民政府".into(),
        },
    );
    store
        .write_sync::<_, Error>(|tx| {
            tx.lock_tenant(&TENANT, NOW)?;
            tx.add_account(&TENANT, &account)?;
            tx.add_certificate(&TENANT, &certificate, std::slice::from_ref(&interval))
        })
        .unwrap();
    store
        .read_sync::<_, Error>(|tx| {
            assert_eq!(tx.account(&TENANT, "a")?, Some(account.clone()));
            assert_eq!(tx.account_of(&TENANT, &account.officer)?, Some(account.clone()));
            assert_eq!(tx.certificates(&TENANT, &account.officer)?, [(certificate.clone(), vec![interval.clone()])]);
            assert_eq!(tx.all_certificates(&TENANT)?, [(certificate, vec![interval])]);
            assert_eq!(tx.officer(&TENANT, &account.officer)?, Some(officer(1, 2)));
            assert_eq!(tx.device(&TENANT, &DeviceId::new([1; 16]))?, Some(device(1, 1, 1)));
            assert_eq!(tx.device(&TenantId::new([9; 16]), &DeviceId::new([1; 16]))?, None);
            Ok(())
        })
        .unwrap();
}

fn a_refused_transaction_leaves_nothing(store: &Store) {
    furnish(store);
    let refused = store.write_sync::<(), Error>(|tx| {
        tx.add_officer(&TENANT, &officer(9, 2))?;
        Err(Error::Inconsistent { what: "on purpose" })
    });
    assert!(matches!(refused, Err(Error::Inconsistent { what: "on purpose" })));
    assert_eq!(store.read_sync(|tx| tx.officer(&TENANT, &OfficerId::new([9; 16]))).unwrap(), None);
}

fn a_code_is_used_once_by_its_officer_and_only_within_its_time(store: &Store) {
    furnish(store);
    let (mine, other, phone) = (OfficerId::new([1; 16]), OfficerId::new([2; 16]), DeviceId::new([7; 16]));
    let row = |hash: u8, end: i64| EnrolmentCodeRow {
        code_hash: Digest::new([hash; 32]),
        typed_hash: Digest::new([hash + 100; 32]),
        officer: mine,
        issued_by: None,
        expires: NOW.plus_ms(end),
    };
    let use_up = |hash: u8, officer: OfficerId, now: Instant| {
        let bounds = CodeBounds { now, latest_end: now.plus_ms(10), tries: 5 };
        store
            .write_sync(|tx| tx.use_enrolment_code(&TENANT, &Digest::new([hash; 32]), &officer, &phone, bounds))
            .unwrap()
    };
    store
        .write_sync::<_, Error>(|tx| {
            for code in [row(1, 10), row(2, 10), row(3, 21), row(4, 10), row(5, 10)] {
                tx.add_enrolment_code(&TENANT, &code)?;
            }
            Ok(())
        })
        .unwrap();
    assert!(!use_up(1, other, NOW), "another officer's");
    assert!(use_up(1, mine, NOW.plus_ms(9)));
    assert!(!use_up(1, mine, NOW.plus_ms(9)), "used");
    assert!(!use_up(101, mine, NOW.plus_ms(9)), "its other form is the same code");
    assert!(use_up(102, mine, NOW.plus_ms(9)), "typed");
    assert!(!use_up(3, mine, NOW.plus_ms(10)), "of a clock that was ahead");
    assert!(use_up(3, mine, NOW.plus_ms(11)), "as long as one that is made now");
    assert!(!use_up(4, mine, NOW.plus_ms(10)), "ended");
    let enrolled = |hash: u8, officer: &OfficerId| {
        store.read_sync(|tx| tx.enrolled_with(&TENANT, &Digest::new([hash; 32]), officer)).unwrap()
    };
    assert_eq!([enrolled(1, &mine), enrolled(102, &mine), enrolled(4, &mine)], [Some(phone), Some(phone), None]);
    assert_eq!(enrolled(1, &other), None);
    for _ in 0..4 {
        store.write_sync(|tx| tx.count_wrong_code(&TENANT, &mine, NOW)).unwrap();
    }
    store.write_sync(|tx| tx.count_wrong_code(&TENANT, &other, NOW)).unwrap();
    assert!(use_up(5, mine, NOW), "after four wrong codes");
    store.write_sync(|tx| tx.add_enrolment_code(&TENANT, &row(6, 10))).unwrap();
    for _ in 0..5 {
        store.write_sync(|tx| tx.count_wrong_code(&TENANT, &mine, NOW)).unwrap();
    }
    assert!(!use_up(6, mine, NOW), "after five");
}

fn a_challenge_is_used_once_by_its_phone(store: &Store) {
    furnish(store);
    let (hash, mine, other) = (Digest::new([1; 32]), DeviceId::new([1; 16]), DeviceId::new([2; 16]));
    store.write_sync(|tx| tx.add_challenge(&TENANT, &hash, &mine, NOW.plus_ms(10), (NOW, NOW.plus_ms(20)))).unwrap();
    let attempt = |id: &DeviceId, now: Instant| {
        store.write_sync(|tx| tx.use_challenge(&TENANT, &hash, id, (now, now.plus_ms(10)))).unwrap()
    };
    assert!(!attempt(&other, NOW));
    assert!(!attempt(&mine, NOW.plus_ms(-1)), "of a clock that was ahead");
    assert!(!attempt(&mine, NOW.plus_ms(10)));
    assert!(attempt(&mine, NOW.plus_ms(9)));
    assert!(!attempt(&mine, NOW.plus_ms(9)));
}

fn a_challenge_outlives_those_that_are_made_beside_it(store: &Store) {
    furnish(store);
    let phone = DeviceId::new([1; 16]);
    // Requests at the same time commit in any order: the one with the earliest reading of the clock is last here.
    for (number, begun) in [(1, 5), (2, 10), (3, 11), (4, 0)] {
        let (now, hash) = (NOW.plus_ms(begun), Digest::new([number; 32]));
        let times = (now, now.plus_ms(20));
        store.write_sync(|tx| tx.add_challenge(&TENANT, &hash, &phone, now.plus_ms(10), times)).unwrap();
    }
    let is_usable = |number: u8| {
        let (hash, times) = (Digest::new([number; 32]), (NOW.plus_ms(10), NOW.plus_ms(30)));
        store.write_sync(|tx| tx.use_challenge(&TENANT, &hash, &phone, times)).unwrap()
    };
    assert!(is_usable(1) && is_usable(2));
    assert!(!is_usable(3), "of a clock that was ahead by more than a lifetime");
}

fn numbers_are_given_out_once_however_many_ask(store: &Store) {
    furnish(store);
    let given: Vec<i64> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let take = |tx: &mut Tx<'_>| {
                        tx.lock_tenant(&TENANT, NOW)?;
                        tx.take_numbers(&TENANT, &SPOT_DECISION, &AgencyId::new([2; 16]), 2026, 5)
                    };
                    (0..10).map(|_| store.write_sync(take).unwrap()).collect::<Vec<_>>()
                })
            })
            .collect();
        asking.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut sorted = given;
    sorted.sort_unstable();
    assert_eq!(sorted, (0..40).map(|n| n * 5 + 1).collect::<Vec<_>>());
}

fn a_subtree_holds_its_own_and_no_siblings(store: &Store) {
    furnish(store);
    let below = |path: &'static str, after: Option<OfficerId>| {
        store.read_sync(|tx| tx.officers_below(&TENANT, (path, &[]), after.as_ref(), 10)).unwrap()
    };
    assert_eq!(below("a/b/", None), [officer(1, 2)]);
    assert_eq!(below("a/", None), [officer(1, 2), officer(2, 3)]);
    assert_eq!(below("", Some(OfficerId::new([1; 16]))), [officer(2, 3)]);
    let names = |path: &'static str| store.read_sync(|tx| tx.agencies_below(&TENANT, path)).unwrap().len();
    assert_eq!((names(""), names("a/b/")), (3, 1));
}

fn a_key_is_enrolled_once(store: &Store) {
    furnish(store);
    let again = store.write_sync(|tx| tx.add_device(&TENANT, &device(2, 2, 1)));
    assert!(again.is_err_and(|error| error.is_duplicate()));
    let revoke = || store.write_sync(|tx| tx.revoke_device(&TENANT, &DeviceId::new([1; 16]), NOW, "遗失")).unwrap();
    assert!(revoke());
    assert!(!revoke(), "the first revocation stands");
}
