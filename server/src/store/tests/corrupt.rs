//! A column with a text that no value has: the row is refused, and the error names table, key and text.

use std::fmt::Debug;

use sync_core::account_event::AccountEventKind;
use sync_core::alarm::AlarmKind;
use sync_core::certificate::CertificateStatus;
use sync_core::id::{CaseId, hex};
use sync_core::read_audit::LookKind;
use sync_core::role::Role;

use super::casework::{file, raised};
use super::writing::{PHONE, stored};
use super::*;

const CASE: CaseId = CaseId::new([5; 32]);
const OFFICER: OfficerId = OfficerId::new([1; 16]);

fn write(store: &Store, act: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>) {
    store.write_sync(act).unwrap();
}

/// Writes a text into a column of every row, past the program.
fn spoil(store: &Store, table: &str, column: &str, text: &str) {
    write(store, |tx| Ok(tx.db().batch_execute(&format!("UPDATE {table} SET {column} = '{text}'"))?));
}

/// The error names the column and the text.
fn is_named<T: Debug>(read: Result<T, Error>, place: (&str, &str, &str), wrong: &str) {
    match read {
        Err(Error::Corrupt { table, column, key, text }) => {
            assert_eq!((table, column, key.as_str(), text.as_str()), (place.0, place.1, place.2, wrong));
        }
        other => panic!("{place:?}: {other:?}"),
    }
}

pub(super) fn an_unknown_status_or_kind_of_a_case_is_an_error(store: &Store) {
    furnish(store);
    let key = "5";
    for (column, wrong, right) in
        [("status", "opened", "open"), ("kind", "", "inspection"), ("kind", "spot", "inspection")]
    {
        write(store, |tx| put(tx, &TENANT, file(CASE, "a/b/", 1)));
        spoil(store, "case_file", column, wrong);
        let place = ("case_file", column, key);
        is_named(store.read_sync(|tx| tx.case_file(&TENANT, &CASE)), place, wrong);
        is_named(store.read_sync(|tx| tx.case_file_at(&TENANT, 5)), place, wrong);
        is_named(store.read_sync(|tx| tx.case_files(&TENANT, &CaseFilter::default(), 9)), place, wrong);
        is_named(store.read_sync(|tx| tx.cases_said(&TENANT, &[5])), place, wrong);
        spoil(store, "case_file", column, right);
        assert!(store.read_sync(|tx| tx.case_file(&TENANT, &CASE)).unwrap().is_some());
    }
}

pub(super) fn an_unknown_status_of_a_certificate_is_an_error(store: &Store) {
    furnish(store);
    let certificate = CertificateRow {
        number: "22370000001".into(),
        officer: OFFICER,
        category: String::new(),
        region: "500237".into(),
        issued_on: "2024-01-15".into(),
        valid_until: "2029-01-14".into(),
    };
    let interval = IntervalRow {
        ordinal: 3,
        status: CertificateStatus::Valid,
        from: NOW,
        until: None,
        reason: String::new(),
        basis: String::new(),
        decided_by: String::new(),
    };
    write(store, |tx| tx.add_certificate(&TENANT, &certificate, &[interval]));
    for wrong in ["none", "VALID", ""] {
        spoil(store, "certificate_interval", "status", wrong);
        let place = ("certificate_interval", "status", "22370000001 3");
        is_named(store.read_sync(|tx| tx.certificates(&TENANT, &OFFICER)), place, wrong);
        is_named(store.read_sync(|tx| tx.all_certificates(&TENANT)), place, wrong);
    }
}

pub(super) fn an_unknown_role_is_an_error(store: &Store) {
    furnish(store);
    write(store, |tx| tx.add_role(&TENANT, &OFFICER, Role::UnitHead));
    spoil(store, "role", "name", "unit-head");
    let key = OFFICER.to_string();
    let place = ("role", "name", key.as_str());
    is_named(store.read_sync(|tx| tx.roles(&TENANT, &OFFICER)), place, "unit-head");
    is_named(store.read_sync(|tx| tx.bearer(&TENANT, &OFFICER, None, NOW)), place, "unit-head");
}

/// Stored changes are immutable: each is copied with a defect into another installation, because its id is taken in
/// its own.
pub(super) fn an_unknown_class_reason_flag_or_grade_of_a_change_is_an_error(store: &Store) {
    let other = TenantId::new(*PHONE.bytes());
    let columns = "tenant, leaf, id, case_leaf, case_id, device, epoch, seq, officer, lease, counter, class, code, flags, \
                   lower_ms, upper_ms, grade, received_ms, sign1, op_bytes";
    let spoilt = [
        ("class", "parked"),
        ("class", ""),
        ("code", "after_revocation"),
        ("flags", "fork late"),
        ("grade", "D"),
        ("grade", ""),
    ];
    for (leaf, (column, wrong)) in (1_i64..).zip(spoilt) {
        let all = [stored(leaf)];
        write(store, |tx| {
            let mut new = Additions::default();
            new.changes(&TENANT, &all);
            tx.add(new)?;
            let copied = columns.replace("tenant,", "device,").replace(&format!(" {column},"), &format!(" '{wrong}',"));
            let copy = format!("INSERT INTO change ({columns}) SELECT {copied} FROM change WHERE leaf = {leaf}");
            Ok(tx.db().batch_execute(&copy)?)
        });
        let (key, id) = (leaf.to_string(), all[0].change.id());
        let place = ("change", column, key.as_str());
        is_named(store.read_sync(|tx| tx.changes_at(&other, &[leaf])), place, wrong);
        is_named(store.read_sync(|tx| tx.case_changes(&other, &id)), place, wrong);
        assert_eq!(store.read_sync(|tx| tx.changes_at(&TENANT, &[leaf])).unwrap().len(), 1);
        if column != "grade" {
            is_named(store.read_sync(|tx| tx.places(&other, &[id])), place, wrong);
        }
    }
}

pub(super) fn an_unknown_status_or_kind_of_a_lead_is_an_error(store: &Store) {
    furnish(store);
    let raised = raised();
    write(store, |tx| tx.add_lead(&TENANT, &raised));
    let key = hex(&raised.id);
    for (column, wrong, right) in [("status", "concluded", "raised"), ("kind", "", "procedure")] {
        spoil(store, "supervision_lead", column, wrong);
        let place = ("supervision_lead", column, key.as_str());
        is_named(store.read_sync(|tx| tx.lead(&TENANT, &raised.id)), place, wrong);
        is_named(store.read_sync(|tx| tx.leads(&TENANT, &LeadFilter::default(), &TimePage::newest(9))), place, wrong);
        spoil(store, "supervision_lead", column, right);
        assert_eq!(store.read_sync(|tx| tx.lead(&TENANT, &raised.id)).unwrap(), Some(raised.clone()));
    }
}

/// Alarms, events and looks are permanent, so a wrong row is added beside the right one, under the installation's own id.
pub(super) fn an_unknown_kind_of_an_alarm_an_event_a_look_or_an_agency_is_an_error(store: &Store) {
    furnish(store);
    let (id, empty) = ([2; 16], String::new());
    let alarm =
        AlarmRow { id, at: NOW, kind: AlarmKind::Fork, device: None, case: None, change: None, detail: empty.clone() };
    let event = AccountEventRow {
        id,
        at: NOW,
        officer: OFFICER,
        actor: None,
        kind: AccountEventKind::PasswordChanged,
        device: None,
        detail: empty.clone(),
    };
    let look = ReadAuditRow {
        id,
        at: NOW,
        officer: OFFICER,
        what: LookKind::Case,
        case: None,
        part: empty.clone(),
        purpose: empty,
    };
    write(store, |tx| {
        tx.add_alarm(&TENANT, &alarm)?;
        tx.add_account_event(&TENANT, &event)?;
        tx.add_read_audit(&TENANT, &look)
    });
    let page = TimePage::newest(9);
    let alarms = || store.read_sync(|tx| tx.alarms(&TENANT, 9));
    let events = || store.read_sync(|tx| tx.account_events(&TENANT, &OFFICER, &page));
    let looks = || store.read_sync(|tx| tx.read_audit_page(&TENANT, &ReadAuditFilter::default(), &page));
    assert_eq!((alarms().unwrap(), events().unwrap(), looks().unwrap()), (vec![alarm], vec![event], vec![look]));
    let copy = |table: &str, columns: &str, column: &str, wrong: &str| {
        let values = columns.replace(column, &format!("'{wrong}'"));
        let copy = format!("INSERT INTO {table} (tenant, id, {columns}) SELECT tenant, tenant, {values} FROM {table}");
        write(store, |tx| Ok(tx.db().batch_execute(&copy)?));
    };
    let key = hex(TENANT.bytes());
    copy("alarm", "at_ms, kind, detail", "kind", "forked");
    is_named(alarms(), ("alarm", "kind", &key), "forked");
    copy("account_event", "at_ms, officer, kind, detail", "kind", "");
    is_named(events(), ("account_event", "kind", &key), "");
    copy("read_audit", "at_ms, officer, what, part, purpose", "what", "cases");
    is_named(looks(), ("read_audit", "what", &key), "cases");
    let agencies = || store.read_sync(|tx| tx.agencies_below(&TENANT, ""));
    let first = agencies().unwrap().swap_remove(0).id;
    spoil(store, "agency", "kind", "office");
    let place = ("agency", "kind", first.to_string());
    is_named(agencies(), (place.0, place.1, &place.2), "office");
    is_named(store.read_sync(|tx| tx.agency(&TENANT, &first)), (place.0, place.1, &place.2), "office");
}

/// Bytes of another length are no id, and no row is read as if it had none.
pub(super) fn an_id_of_another_length_is_an_error(store: &Store) {
    furnish(store);
    let alarm = AlarmRow {
        id: [1; 16],
        at: NOW,
        kind: AlarmKind::Fork,
        device: Some(DeviceId::new([1; 16])),
        case: None,
        change: None,
        detail: String::new(),
    };
    write(store, |tx| tx.add_alarm(&TENANT, &alarm));
    assert_eq!(store.read_sync(|tx| tx.alarms(&TENANT, 9)).unwrap(), [alarm]);
    // The root of the log has 32 bytes. A new row, because an existing one is immutable.
    let spoilt = "INSERT INTO alarm (tenant, id, at_ms, kind, device, detail)
                  SELECT alarm.tenant, log_root, at_ms, kind, device, detail FROM alarm, tenant";
    write(store, |tx| Ok(tx.db().batch_execute(spoilt)?));
    let unread = store.read_sync(|tx| tx.alarms(&TENANT, 9));
    assert!(matches!(unread, Err(Error::Statement(diesel::result::Error::DeserializationError(_)))), "{unread:?}");
}
