//! Arriving changes are verified, stored once, and parked while something is missing.

use crate::world::{DAY, Phone, TENANT, enrolment, key, lease_bytes, moment};
use proptest::prelude::*;
use rusqlite::Connection;
use sync_core::device::{Device, Need, Options, Source};
use sync_core::id::{DeviceId, Digest, Epoch};
use sync_core::receipt::{Receipt, ReceiptEntry};
use sync_core::sign::SoftwareVerifier;
use sync_core::time::Instant;

fn story() -> (Phone, sync_core::id::CaseId) {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1, 2]);
    for round in 0..6 {
        phone.put(case, ["title", "address"][round % 2], &format!("第{round}次"));
    }
    (phone, case)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_chain_in_any_order_with_repeats_opens_by_itself(
        order in Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
        repeats in prop::collection::vec(0_usize..7, 0..5),
        lease_at in 0_usize..12,
    ) {
        let (one, case) = story();
        let (leases, changes) = one.bundle(case);
        let mut two = Phone::new(2);
        for (step, place) in order.iter().chain(&repeats).enumerate() {
            let lease = if step == lease_at { leases.clone() } else { Vec::new() };
            let arrived = two.device.receive(&lease, &[changes[*place].clone()], Source::Peer).unwrap();
            prop_assert!(arrived.refused.is_empty());
        }
        two.device.receive(&leases, &[], Source::Peer).unwrap();
        prop_assert!(two.device.parked().unwrap().is_empty());
        prop_assert_eq!(two.state(case).hash(), one.state(case).hash());
        prop_assert_eq!(two.device.changes(case).unwrap().len(), 7);
    }
}

#[test]
fn what_is_missing_is_named() {
    let (one, case) = story();
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    two.device.receive(&[], &[changes[2].clone()], Source::Peer).unwrap();
    let parked = two.device.parked().unwrap();
    let lease = one.device.lease().unwrap().unwrap().hash;
    assert_eq!(parked[0].needs.iter().collect::<Vec<_>>(), [&Need::Lease(lease)]);
    two.device.receive(&leases, &[], Source::Peer).unwrap();
    let parked = two.device.parked().unwrap();
    let dep = one.device.changes(case).unwrap()[1].id();
    assert_eq!(parked[0].needs.iter().collect::<Vec<_>>(), [&Need::Change(dep)]);
    assert_eq!(two.device.case(case).unwrap(), None);
}

#[test]
fn a_forged_change_is_refused_and_its_true_copy_is_taken_later() {
    let (one, case) = story();
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    // The signature's last byte lies before the operations; flip a byte of it.
    let at = changes[0].windows(2).position(|pair| pair == [0x58, 0x40]).unwrap() + 10;
    let mut forged = changes[0].clone();
    forged[at] ^= 1;
    // Before the lease is there nobody can tell: both copies wait, and the true one opens.
    two.device.receive(&[], &[forged.clone(), changes[0].clone()], Source::Peer).unwrap();
    let arrived = two.device.receive(&leases, &[], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 1));
    let mut three = Phone::new(3);
    let arrived = three.device.receive(&leases, &[forged], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 0));
    assert!(three.device.parked().unwrap().is_empty());
    assert_eq!(three.device.receive(&leases, &changes, Source::Peer).unwrap().stored.len(), 7);
    assert_eq!(three.state(case).hash(), one.state(case).hash());
}

#[test]
fn a_lease_counts_only_with_the_tenants_signature() {
    let (one, case) = story();
    let (_, changes) = one.bundle(case);
    let mut lease = lease_bytes(1, 1, 2);
    let last = lease.len() - 1;
    lease[last] ^= 1;
    let mut two = Phone::new(2);
    let arrived = two.device.receive(&[lease], &changes, Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.parked.len()), (1, 7));
}

#[test]
fn the_lease_of_another_device_checks_nothing() {
    let (one, case) = story();
    let (leases, _) = one.bundle(case);
    let change = one.device.changes(case).unwrap().remove(0);
    // Device 3 signs with its own key a change that claims device 1's lease.
    let header = sync_core::change::Header { device: DeviceId::new([3; 16]), ..change.header().clone() };
    let open = sync_core::change::NewOp::new(change.ops()[0].act.clone());
    let forged = sync_core::change::Change::seal(header, vec![open], [1; 32], &key(3)).unwrap();
    let mut two = Phone::new(2);
    let arrived = two.device.receive(&leases, &[forged.to_bytes()], Source::Peer).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len()), (1, 0));
}

pub fn receipt(device: u8, signer: u8, changes: &[sync_core::id::ChangeId]) -> Vec<u8> {
    let entry = |change: &sync_core::id::ChangeId| ReceiptEntry {
        change: *change,
        leaf: 1,
        counter: 1,
        received: Instant::from_ms(DAY),
    };
    let receipt = Receipt {
        tenant: TENANT,
        device: DeviceId::new([device; 16]),
        log_epoch: Epoch::new([1; 8]),
        issued: Instant::from_ms(DAY),
        size: 1,
        root: Digest::new([0; 32]),
        entries: changes.iter().map(entry).collect(),
    };
    receipt.sign(&key(signer)).unwrap().bytes
}

#[test]
fn only_the_tenants_receipt_for_this_device_acknowledges() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    for bytes in [receipt(2, 100, &[case]), receipt(1, 99, &[case]), receipt(1, 100, &[])] {
        assert!(phone.device.accept_receipts(&[bytes]).unwrap().is_empty());
        assert!(!phone.device.is_acknowledged(case).unwrap());
        assert_eq!(phone.device.lanes().unwrap(), [case]);
    }
    let good = receipt(1, 100, &[case]);
    phone.device.accept_receipts(&[good.clone(), good.clone()]).unwrap();
    assert!(phone.device.is_acknowledged(case).unwrap());
    assert_eq!(phone.device.receipts(case).unwrap(), [good]);
    assert!(phone.device.lanes().unwrap().is_empty());
}

#[test]
fn a_phone_restored_from_a_backup_keeps_both_branches_and_begins_a_new_epoch() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let mut restored = {
        let connection = Connection::open_in_memory().unwrap();
        let device =
            Device::create_over(connection, &Options::in_memory(), &enrolment(1, 1), Box::new(SoftwareVerifier));
        let mut copy = Phone::of(device.unwrap(), 1);
        copy.device.accept_lease(&lease_bytes(1, 1, 2), Some(0), &moment(0)).unwrap();
        assert_eq!(copy.open(&[1]), case, "the backup: the same first save");
        copy
    };
    phone.put(case, "title", "备份之后写的");
    // The restored one does not know that, writes, and then meets its own other branch.
    let fork = restored.put(case, "title", "恢复之后写的").change;
    let (_, changes) = phone.bundle(case);
    let arrived = restored.device.receive(&[], &changes, Source::Server).unwrap();
    assert_eq!(arrived.forks.len(), 1);
    assert_eq!(restored.device.conflicts().unwrap().len(), 1, "both branches live");
    let next = restored.put(case, "address", "新纪元").change;
    let header = restored.device.change(next).unwrap().unwrap().header().clone();
    assert_eq!((header.seq, header.prev), (1, None));
    assert_ne!(header.epoch, Epoch::new([1; 8]));
    assert_eq!(header.epoch, restored.device.epoch().unwrap());
    assert!(header.deps.contains(&fork));
}

/// What officer 3, who takes no part, wrote on top of the case with tools of their own; and their lease.
fn strange(phone: &Phone, case: sync_core::id::CaseId) -> (Vec<u8>, sync_core::change::Change) {
    let top = phone.state(case).heads.into_iter().collect();
    let own = phone.device.changes(case).unwrap().remove(1);
    let lease = lease_bytes(3, 3, 2);
    let header = sync_core::change::Header {
        device: DeviceId::new([3; 16]),
        epoch: Epoch::new([3; 8]),
        seq: 1,
        prev: None,
        officer: crate::world::officer(3),
        lease: Some(sync_core::lease::Lease::claimed_hash(&lease).unwrap()),
        deps: top,
        ..own.header().clone()
    };
    let put = sync_core::change::NewOp::put(None, "title", vec![], sync_core::value::Value::text("外人所写"));
    (lease, sync_core::change::Change::seal(header, vec![put], [1; 32], &key(3)).unwrap())
}

#[test]
fn what_a_stranger_wrote_is_kept_has_no_effect_and_is_built_on_by_nothing() {
    let (mut one, case) = story();
    let before = one.state(case);
    let (lease, strange) = strange(&one, case);
    let arrived = one.device.receive(&[lease], &[strange.to_bytes()], Source::Server).unwrap();
    assert_eq!(arrived.stored, [strange.id()]);
    let after = one.state(case);
    assert_eq!((&after.fields, &after.heads), (&before.fields, &before.heads));
    assert!(after.outside.contains(&strange.id()));
    let compared = one.device.heads().unwrap();
    assert!(compared[0].heads.contains(&strange.id()), "the server is still asked whether it has it");
    let saved = one.put(case, "title", "继续");
    let next = one.device.changes(case).unwrap().into_iter().find(|change| change.id() == saved.change).unwrap();
    assert_eq!(next.header().deps, before.heads.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_phone_saves_nothing_in_a_case_in_which_its_officer_takes_no_part() {
    use sync_core::device::SaveError;
    let (mut one, case) = story();
    let mut three = Phone::new(3);
    let (leases, changes) = one.bundle(case);
    three.device.receive(&leases, &changes, Source::Server).unwrap();
    let save = |phone: &mut Phone| {
        let mut editor = phone.edit(case);
        editor.put(None, "note", sync_core::value::Value::text("外人"));
        phone.save(editor, 3)
    };
    let Err(SaveError::Stopped(stops)) = save(&mut three) else { panic!("it is refused") };
    assert_eq!((stops.len(), stops[0].code.as_str()), (1, "not_a_participant"));
    assert!(three.device.offered(case, 9).unwrap().is_empty(), "nothing was saved");
    // Once they are invited, they may.
    let mut editor = one.edit(case);
    editor.invite(crate::world::officer(3));
    one.save(editor, 3).unwrap();
    let (leases, changes) = one.bundle(case);
    three.device.receive(&leases, &changes, Source::Server).unwrap();
    let saved = save(&mut three).unwrap();
    assert!(three.state(case).outside.is_empty() && three.state(case).heads.contains(&saved.change));
}
