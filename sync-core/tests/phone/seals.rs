//! Sealed values are removed from the phone, and only the server's order removes them.

use crate::world::{DAY, Phone, key, officer, tenant_key};
use sync_core::change::{Change, Header, NewOp, Received};
use sync_core::device::{Need, Source};
use sync_core::id::{CaseId, ChangeId, DeviceId, Epoch};
use sync_core::op::{Act, OpId, OpRef};
use sync_core::sign::SoftwareKey;
use sync_core::time::Instant;
use sync_core::value::Value;

const SECRET: &str = "应当去除的内容";

/// Phone 1 with a case of three changes: the opening, a title to be sealed, an address on top of it.
fn story() -> (Phone, CaseId, [Change; 3]) {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    phone.put(case, "title", SECRET);
    phone.put(case, "address", "高唐街道");
    let changes = phone.device.changes(case).unwrap().try_into().unwrap();
    (phone, case, changes)
}

/// A change by this device and key that seals the first operation of `target`.
fn sealing(device: DeviceId, signer: &SoftwareKey, target: &Change, deps: &[ChangeId]) -> Change {
    let mut clock = target.header().clock;
    clock.wall = Instant::from_ms(DAY);
    let header = Header {
        device,
        epoch: Epoch::new([8; 8]),
        seq: 1,
        prev: None,
        case: Some(target.case()),
        deps: deps.to_vec(),
        lease: if device == DeviceId::SERVER { None } else { target.header().lease },
        clock,
        ..target.header().clone()
    };
    let seal = NewOp::new(Act::Seal(vec![OpRef::Of(OpId { change: target.id(), index: 0 })]));
    Change::seal(header, vec![seal], [3; 32], signer).unwrap()
}

fn servers(target: &Change, deps: &[ChangeId]) -> Change {
    sealing(DeviceId::SERVER, &tenant_key(), target, deps)
}

/// Whether the text stands anywhere in the phone's store.
fn keeps_the_text(phone: Phone) -> bool {
    let db = phone.device.into_connection();
    let holds = |sql: &str| {
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.map(Result::unwrap).any(|bytes| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()))
    };
    holds("SELECT bytes FROM value_set") || holds("SELECT bytes FROM parked")
}

#[test]
fn what_the_server_seals_leaves_the_store_and_no_later_copy_brings_it_back() {
    let (mut one, case, [_, title, _]) = story();
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    assert_eq!(two.state(case).value(None, &"title".into()), Some(&Value::text(SECRET)));
    let seal = servers(&title, &[title.id()]);
    for phone in [&mut one, &mut two] {
        let arrived = phone.device.receive(&[], &[seal.to_bytes()], Source::Server).unwrap();
        assert!(arrived.cases.contains(&case) && arrived.refused.is_empty(), "{arrived:?}");
        assert_eq!(phone.device.change(title.id()).unwrap().unwrap().value(0), None);
        assert_eq!(phone.state(case).value(None, &"title".into()), None);
        assert_eq!(phone.state(case).value(None, &"address".into()), Some(&Value::text("高唐街道")), "the rest stays");
        phone.device.receive(&leases, &changes, Source::Peer).unwrap();
        assert_eq!(phone.device.change(title.id()).unwrap().unwrap().value(0), None);
    }
    // The server keeps what it wrote, from any sender.
    let mut carried = Phone::new(2);
    carried.device.receive(&leases, &changes, Source::Server).unwrap();
    carried.device.receive(&[], &[seal.to_bytes()], Source::Peer).unwrap();
    assert!(carried.device.change(seal.id()).unwrap().is_some() && carried.device.lanes().unwrap().is_empty());
    // A seal that waits for something itself counts at once.
    let mut early = Phone::new(2);
    early.device.receive(&leases, &changes, Source::Server).unwrap();
    let waits = servers(&title, &[ChangeId::new([9; 32])]);
    let arrived = early.device.receive(&[], &[waits.to_bytes()], Source::Server).unwrap();
    assert_eq!((arrived.parked.len(), arrived.cases), (1, [case].into()), "the case looks different now");
    assert_eq!(early.state(case).value(None, &"title".into()), None);
    // A phone that learns of the seal before the change keeps the change without the value.
    let mut three = Phone::new(3);
    three.device.receive(&[], &[seal.to_bytes()], Source::Server).unwrap();
    let arrived = three.device.receive(&leases, &changes, Source::Peer).unwrap();
    assert_eq!(arrived.stored.len(), 4, "the seal was waiting for the title");
    assert_eq!(three.device.change(title.id()).unwrap().unwrap().value(0), None);
    for phone in [one, two, three] {
        assert!(!keeps_the_text(phone));
    }
}

#[test]
fn what_the_server_seals_leaves_the_park_too() {
    let (one, case, [_, title, _]) = story();
    let (leases, changes) = one.bundle(case);
    for seal_first in [false, true] {
        let mut two = Phone::new(2);
        let seal = servers(&title, &[case]).to_bytes();
        // The title waits for the opening, which the phone does not have.
        let parked = |phone: &mut Phone| {
            phone.device.receive(&leases, &[changes[1].clone()], Source::Peer).unwrap();
        };
        if seal_first {
            two.device.receive(&[], &[seal], Source::Server).unwrap();
            parked(&mut two);
        } else {
            parked(&mut two);
            two.device.receive(&[], &[seal], Source::Server).unwrap();
        }
        let needs = |phone: &Phone| {
            let parked = phone.device.parked().unwrap().into_iter().find(|parked| parked.change == title.id());
            parked.unwrap().needs.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(needs(&two), [Need::Change(case)], "not for the value that was removed");
        two.device.receive(&[], &[changes[0].clone()], Source::Peer).unwrap();
        assert_eq!(two.state(case).value(None, &"title".into()), None);
        assert!(two.device.parked().unwrap().is_empty());
        assert!(!keeps_the_text(two), "seal first: {seal_first}");
    }
    let mut two = Phone::new(2);
    two.device.receive(&leases, &[changes[1].clone()], Source::Peer).unwrap();
    two.device.receive(&[], &[servers(&title, &[case]).to_bytes()], Source::Server).unwrap();
    assert!(!keeps_the_text(two), "while it still waits");
}

#[test]
fn a_phones_own_seal_removes_nothing() {
    let (mut one, case, [_, title, _]) = story();
    let mut two = Phone::new(2);
    let (leases, changes) = one.bundle(case);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    let hostile = sealing(DeviceId::new([1; 16]), &key(1), &title, &[title.id()]);
    let forged = sealing(DeviceId::SERVER, &key(1), &title, &[title.id()]);
    for phone in [&mut one, &mut two] {
        let arrived = phone.device.receive(&[], &[hostile.to_bytes()], Source::Server).unwrap();
        assert_eq!(arrived.stored, [hostile.id()], "kept, as everything that is signed");
        let arrived = phone.device.receive(&[], &[forged.to_bytes()], Source::Server).unwrap();
        assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 0), "not by the tenant's key");
        assert_eq!(phone.state(case).value(None, &"title".into()), Some(&Value::text(SECRET)));
        assert!(phone.state(case).sealed.is_empty());
    }
    // Nor does it keep the values from a phone that they reach later.
    let mut three = Phone::new(3);
    three.device.receive(&leases, &[hostile.to_bytes()], Source::Server).unwrap();
    three.device.receive(&leases, &changes, Source::Server).unwrap();
    assert_eq!(three.state(case).value(None, &"title".into()), Some(&Value::text(SECRET)));
}

#[test]
fn a_change_without_its_values_waits_for_them_by_name() {
    let (one, case, [_, title, _]) = story();
    let (leases, changes) = one.bundle(case);
    let bare = Received::from_parts(title.sign1(), title.ops_bytes(), None).unwrap().trust_own_store();
    let mut two = Phone::new(2);
    let arrived =
        two.device.receive(&leases, &[changes[0].clone(), bare.to_bytes(), changes[2].clone()], Source::Peer).unwrap();
    assert_eq!((arrived.stored.as_slice(), arrived.parked.len()), (&[case][..], 2));
    let needs = |phone: &Phone, id| {
        let parked = phone.device.parked().unwrap().into_iter().find(|parked| parked.change == id).unwrap();
        parked.needs.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(needs(&two, title.id()), [Need::Values(title.id())]);
    let arrived = two.device.receive(&[], &[changes[1].clone()], Source::Peer).unwrap();
    assert_eq!(arrived.stored.len(), 2, "what builds on it follows");
    assert_eq!(two.state(case).hash(), one.state(case).hash());
}

#[test]
fn another_officer_or_another_phone_under_the_same_lease_is_refused() {
    let (one, case, [open, title, _]) = story();
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    let by = |number| {
        let header = Header { officer: officer(number), seq: 9, deps: vec![open.id()], ..title.header().clone() };
        let put = NewOp::put(None, "title", vec![], Value::text("冒名"));
        Change::seal(header, vec![put], [1; 32], &key(1)).unwrap()
    };
    let arrived = two.device.receive(&[], &[by(2).to_bytes()], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 0));
    let arrived = two.device.receive(&[], &[by(1).to_bytes()], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (0, 1), "by the officer that the lease names");
    // Nor does the phone's key sign for another phone.
    let header = Header { device: DeviceId::new([3; 16]), seq: 11, ..by(1).header().clone() };
    let put = NewOp::put(None, "title", vec![], Value::text("冒名"));
    let astray = Change::seal(header, vec![put], [1; 32], &key(1)).unwrap();
    let arrived = two.device.receive(&[], &[astray.to_bytes()], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 0));
    // A change that names no lease is checked by the key alone.
    let header = Header { lease: None, seq: 10, ..by(1).header().clone() };
    let bare =
        Change::seal(header, vec![NewOp::new(Act::RecordStep { step: "note".into() })], [2; 32], &key(1)).unwrap();
    assert_eq!(two.device.receive(&[], &[bare.to_bytes()], Source::Peer).unwrap().stored, [bare.id()]);
}
