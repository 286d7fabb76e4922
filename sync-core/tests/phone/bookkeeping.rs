//! What a phone counts: numbers of its blocks, offers, what a salvage lost.

use crate::world::{AGENCY, DAY, Phone, TENANT, enrolment, key, lease_bytes, moment, officer, tenant_key};
use rusqlite::Connection;
use sync_core::device::{Device, NumberFor, Options, Save, SaveError, Source, VoidNumber, salvage};
use sync_core::id::{CaseId, ChangeId, DeviceId, Epoch};
use sync_core::lease::{Block, Lease};
use sync_core::sign::{Signer as _, SoftwareVerifier};
use sync_core::time::Instant;

/// A lease of phone 1 with these blocks of a form and year.
pub fn lease(issued: i64, blocks: &[(&str, u32, u32, u32)]) -> Vec<u8> {
    let block = |(form, year, first, last): &(&str, u32, u32, u32)| {
        let prefix = format!("{form}〔{year}〕");
        Block { form: (*form).into(), agency: AGENCY, year: *year, prefix, first: *first, last: *last }
    };
    let lease = Lease {
        tenant: TENANT,
        device: DeviceId::new([1; 16]),
        key: key(1).public_key(),
        epoch: Epoch::new([1; 8]),
        officer: officer(1),
        agency: AGENCY,
        certificate: "22370001001".into(),
        certificate_ends: Instant::from_ms(DAY + 365 * 86_400_000),
        issued: Instant::from_ms(DAY + issued),
        not_after: Instant::from_ms(DAY + 8 * 3_600_000),
        blocks: blocks.iter().map(block).collect(),
    };
    lease.sign(&tenant_key()).unwrap().bytes
}

#[test]
fn the_newest_number_is_the_last_of_the_newest_block_of_form_year_and_epoch() {
    let mut phone = Phone::new(1);
    let newest = |phone: &Phone, form: &str, year| phone.device.newest_number(&form.into(), year).unwrap();
    assert_eq!(newest(&phone, "spot_decision", 2026), 2);
    assert_eq!((newest(&phone, "spot_decision", 2027), newest(&phone, "other", 2026)), (0, 0));
    phone.device.accept_lease(&lease(1, &[("spot_decision", 2026, 3, 9)]), None, &moment(0)).unwrap();
    phone.device.accept_lease(&lease_bytes(1, 77, 99), None, &moment(0)).unwrap();
    assert_eq!(newest(&phone, "spot_decision", 2026), 9, "of its own epoch");
}

#[test]
fn one_save_takes_and_voids_numbers_of_different_forms_or_years_and_never_the_same() {
    let void = |form: &str, year| {
        let mut phone = Phone::new(1);
        let blocks = [("spot_decision", 2027, 1, 5), ("inspection_notice", 2026, 1, 5)];
        phone.device.accept_lease(&lease(1, &blocks), None, &moment(0)).unwrap();
        let case = phone.open(&[1]);
        let mut editor = phone.edit(case);
        let document = editor.add(None, "document", "a");
        let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
        let void = Some(VoidNumber { form: form.into(), year, reason: "打印错误".into() });
        phone.save(Save { number, void, ..editor.into_save() }, 2)
    };
    let refused = void("spot_decision", 2026);
    assert!(matches!(&refused, Err(SaveError::Number(why)) if why.contains("take and void")), "{refused:?}");
    for (form, year) in [("spot_decision", 2027), ("inspection_notice", 2026)] {
        let saved = void(form, year).unwrap();
        let serials = [saved.number, saved.voided].map(|drawn| drawn.map(|drawn| (drawn.form, drawn.serial)));
        assert_eq!(serials, [Some(("spot_decision".into(), 1)), Some((form.into(), 1))], "{form} {year}");
    }
}

#[test]
fn offering_again_counts_what_was_not_offered() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    phone.put(case, "title", "题");
    phone.put(case, "address", "址");
    let (leases, changes) = phone.bundle(case);
    let ids: Vec<ChangeId> = phone.device.changes(case).unwrap().iter().map(sync_core::change::Change::id).collect();
    let mut two = Phone::new(2);
    two.device.receive(&leases, &changes, Source::Server).unwrap();
    let unknown = ChangeId::new([7; 32]);
    assert_eq!(two.device.offer_again(&[ids[0], unknown, ids[2]]).unwrap(), 2);
    assert_eq!(two.device.offer_again(&ids).unwrap(), 1, "two were offered already");
    assert_eq!(two.device.offer_again(&ids).unwrap(), 0);
}

/// A store in which something is done that the program never does.
pub fn damaged(phone: Phone, damage: &[&str]) -> Connection {
    let db = phone.device.into_connection();
    for sql in ["DROP TRIGGER change_fixed", "PRAGMA foreign_keys = OFF"].iter().chain(damage) {
        db.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    db
}

pub fn into() -> Device {
    let fresh = Connection::open_in_memory().unwrap();
    Device::create_over(fresh, &Options::in_memory(), &enrolment(1, 2), Box::new(SoftwareVerifier)).unwrap()
}

/// A phone with an own case of two changes and one of another phone.
pub fn phone() -> (Phone, CaseId, CaseId) {
    let mut other = Phone::new(2);
    let theirs = other.open(&[1, 2]);
    let (leases, changes) = other.bundle(theirs);
    let mut phone = Phone::new(1);
    phone.device.receive(&leases, &changes, Source::Server).unwrap();
    let case = phone.open(&[1]);
    phone.put(case, "title", "题");
    (phone, case, theirs)
}

#[test]
fn a_salvage_counts_each_row_that_it_could_not_take() {
    let salvaged = |damage: &[&str]| {
        let (phone, ..) = phone();
        let salvaged = salvage(&damaged(phone, damage), &mut into(), &moment(9)).unwrap();
        (salvaged.changes, salvaged.parked, salvaged.lost)
    };
    assert_eq!(salvaged(&[]), (3, 0, 0));
    // The last of its own, with operations that it did not sign; then bytes that are none, of another's change.
    let own = "UPDATE change SET ops = (SELECT ops FROM change WHERE seq = 1 AND own = 1) WHERE seq = 2";
    let theirs = "UPDATE change SET sign1 = x'00' WHERE own = 0";
    assert_eq!(salvaged(&[own]), (2, 0, 1));
    assert_eq!(salvaged(&[theirs]), (2, 0, 1));
    assert_eq!(salvaged(&[own, theirs]), (1, 0, 2));
    // A table that is not there.
    assert_eq!(salvaged(&["DROP TABLE number_use"]), (3, 0, 1));
    assert_eq!(salvaged(&["DROP TABLE number_use", own]), (2, 0, 2));
    // All values: the changes wait for them.
    assert_eq!(salvaged(&["DROP TABLE value_set", "CREATE TABLE value_set (change, bytes)"]), (0, 3, 0));
}

#[test]
fn a_salvage_offers_what_others_wrote_and_never_what_the_server_wrote() {
    let (phone, _, theirs) = phone();
    let mut into = into();
    salvage(&damaged(phone, &[]), &mut into, &moment(9)).unwrap();
    assert!(into.lanes().unwrap().contains(&theirs), "the server may have been restored too");
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    let opening = one.device.change(case).unwrap().unwrap();
    let header = sync_core::change::Header {
        device: DeviceId::SERVER,
        epoch: Epoch::new([8; 8]),
        lease: None,
        case: Some(case),
        deps: vec![case],
        ..opening.header().clone()
    };
    let number = sync_core::op::Number { form: "case".into(), year: 2026, serial: 1, text: "A〔2026〕1号".into() };
    let op = sync_core::change::NewOp::new(sync_core::op::Act::Number(number));
    let servers = sync_core::change::Change::seal(header, vec![op], [3; 32], &tenant_key()).unwrap();
    one.device.receive(&[], &[servers.to_bytes()], Source::Server).unwrap();
    let mut into = self::into();
    salvage(&damaged(one, &[]), &mut into, &moment(9)).unwrap();
    let offered: Vec<ChangeId> = into.offered(case, 9).unwrap().into_iter().map(|one| one.change).collect();
    assert_eq!((offered, into.change(servers.id()).unwrap().is_some()), (vec![case], true));
}

#[test]
fn a_store_is_set_to_lose_nothing_and_to_overwrite_what_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::create(&dir.path().join("a.db"), &enrolment(1, 1), Box::new(SoftwareVerifier)).unwrap();
    let db = device.into_connection();
    let set = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(["synchronous", "foreign_keys", "secure_delete", "cache_size"].map(set), [2, 1, 1, -8192]);
    let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn the_reference_data_is_given_back_as_it_came() {
    let mut phone = Phone::new(1);
    assert_eq!(phone.device.reference().unwrap(), None);
    let json = crate::rules::reference(crate::rules::LATER);
    for etag in [Some("\"1\""), None] {
        phone.device.set_reference(&json, etag).unwrap();
        assert_eq!(phone.device.reference().unwrap(), Some((json.clone(), etag.map(str::to_owned))));
    }
    assert!(phone.device.set_reference("{", None).is_err());
    assert_eq!(phone.device.reference().unwrap(), Some((json, None)), "what cannot be read replaces nothing");
}

#[test]
fn the_list_shows_the_title_of_a_case() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let title = |phone: &Phone| phone.device.cases().unwrap().remove(0).title;
    assert_eq!(title(&phone), "");
    phone.put(case, "title", "面馆明码标价检查");
    assert_eq!(title(&phone), "面馆明码标价检查");
}

#[test]
fn a_phone_that_is_opened_again_judges_by_the_reference_data_that_it_holds() {
    let scene = crate::rules::scene("company", 300_000, crate::rules::LATER);
    let (case, of) = (scene.case, |device: &Device, case: CaseId| {
        let state = device.case(case).unwrap().unwrap();
        let checks = device.checks_of(&state, &moment(4)).unwrap();
        checks.into_iter().map(|check| (check.rule, check.outcome)).collect::<Vec<_>>()
    });
    let before = of(&scene.phone.device, case);
    let db = scene.phone.device.into_connection();
    let mut again = Device::over(db, &Options::in_memory(), Box::new(SoftwareVerifier)).unwrap();
    assert_eq!(of(&again, case), before);
    again.set_reference(&crate::rules::reference(DAY - 1), None).unwrap();
    assert_ne!(of(&again, case), before, "by other data it is judged otherwise");
}
