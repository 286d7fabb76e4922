//! The feed: what stays offered, where the cursor stands, what anchors the time.

use crate::world::{DAY, Phone, TENANT, key, lease_bytes, moment};
use sync_core::change::{Change, Header, NewOp};
use sync_core::device::{Need, NewEvidence, Save, Source};
use sync_core::id::{CaseId, ChangeId, TenantId};
use sync_core::lease::Lease;
use sync_core::message::{CaseHeads, Pulled};
use sync_core::op::Act;
use sync_core::sign::Signer as _;
use sync_core::time::Instant;
use sync_core::value::Value;

fn offered(phone: &Phone, case: CaseId) -> Vec<ChangeId> {
    phone.device.offered(case, 99).unwrap().into_iter().map(|offered| offered.change).collect()
}

#[test]
fn an_own_change_that_the_server_brings_stays_offered_until_there_is_a_receipt() {
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    let (leases, changes) = one.bundle(case);
    one.device.receive(&leases, &changes, Source::Server).unwrap();
    assert_eq!(offered(&one, case), [case], "held before");
    let mut again = Phone::new(1);
    let arrived = again.device.receive(&leases, &changes, Source::Server).unwrap();
    assert_eq!((arrived.stored.as_slice(), offered(&again, case).as_slice()), (&[case][..], &[case][..]));
}

#[test]
fn anothers_change_is_offered_until_the_server_is_seen_to_have_it() {
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    one.put(case, "title", "题");
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    assert_eq!(offered(&two, case).len(), 2, "a phone carries what another gave it");
    two.device.receive(&leases, &changes[..1], Source::Server).unwrap();
    assert_eq!(offered(&two, case).len(), 1);
    two.device.receive(&leases, &changes, Source::Server).unwrap();
    assert!(two.device.lanes().unwrap().is_empty());
    let mut three = Phone::new(3);
    three.device.receive(&leases, &changes, Source::Server).unwrap();
    assert!(three.device.lanes().unwrap().is_empty(), "what the server brings it has");
}

#[test]
fn a_file_is_sent_once_the_server_is_seen_to_have_its_case() {
    for held_before in [false, true] {
        let mut one = Phone::new(1);
        let case = one.open(&[1, 2]);
        let (leases, changes) = one.bundle(case);
        let mut two = Phone::new(2);
        if held_before {
            two.device.receive(&leases, &changes, Source::Peer).unwrap();
        }
        two.device.receive(&leases, &[], Source::Server).unwrap();
        let photograph = |phone: &mut Phone| {
            let mut editor = phone.edit(case);
            let entity = editor.add(None, "evidence", "a");
            let digest = sync_core::id::Digest::new([4; 32]);
            editor.put(Some(entity), "digest", digest.into());
            let location = "photo.jpg".to_owned();
            let file = NewEvidence { digest, size: 9, media_type: "image/jpeg".into(), location };
            phone.save(Save { evidence: vec![file], ..editor.into_save() }, 3).unwrap();
        };
        if held_before {
            photograph(&mut two);
            assert!(two.device.evidence_to_send().unwrap().is_empty(), "the server may not know the case");
        }
        two.device.receive(&[], &changes, Source::Server).unwrap();
        if !held_before {
            photograph(&mut two);
        }
        assert_eq!(two.device.evidence_to_send().unwrap().len(), 1, "held before: {held_before}");
    }
}

#[test]
fn what_is_of_another_tenant_is_refused() {
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    let (leases, _) = one.bundle(case);
    let open = one.device.change(case).unwrap().unwrap();
    let header = Header { tenant: TenantId::new([2; 16]), ..open.header().clone() };
    let ops = vec![NewOp::new(open.ops()[0].act.clone())];
    let foreign = Change::seal(header, ops, [1; 32], &key(1)).unwrap();
    let mut two = Phone::new(2);
    let arrived = two.device.receive(&leases, &[foreign.to_bytes()], Source::Server).unwrap();
    assert_eq!((arrived.refused.len(), arrived.stored.len(), arrived.parked.len()), (1, 0, 0));

    let ours = Lease::open(
        &lease_bytes(3, 3, 1),
        &crate::world::tenant_key().public_key(),
        &sync_core::sign::SoftwareVerifier,
    );
    let theirs = Lease { tenant: TenantId::new([2; 16]), ..ours.unwrap().lease };
    assert_ne!(theirs.tenant, TENANT);
    let signed = theirs.sign(&crate::world::tenant_key()).unwrap();
    let arrived = two.device.receive(&[signed.bytes], &[], Source::Server).unwrap();
    assert_eq!(arrived.refused.len(), 1);
    assert_eq!(two.device.lease_bytes(signed.hash).unwrap(), None);
}

#[test]
fn what_another_case_holds_satisfies_no_dep() {
    let mut one = Phone::new(1);
    let (case, other) = (one.open(&[1, 2]), one.open(&[1]));
    let elsewhere = one.put(other, "title", "别案").change;
    let open = one.device.change(case).unwrap().unwrap();
    let header = Header {
        seq: 9,
        case: Some(case),
        deps: vec![elsewhere],
        epoch: sync_core::id::Epoch::new([7; 8]),
        ..open.header().clone()
    };
    let astray =
        Change::seal(header, vec![NewOp::new(Act::RecordStep { step: "note".into() })], [1; 32], &key(1)).unwrap();
    let arrived = one.device.receive(&[], &[astray.to_bytes()], Source::Peer).unwrap();
    assert_eq!((arrived.stored.len(), arrived.parked.len()), (0, 1));
    assert!(one.device.parked().unwrap()[0].needs.contains(&Need::Change(elsewhere)));
}

#[test]
fn what_comes_twice_while_it_waits_is_parked_once() {
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    one.put(case, "title", "题");
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    for _ in 0..3 {
        two.device.receive(&leases, &[changes[1].clone(), changes[1].clone()], Source::Peer).unwrap();
        assert_eq!(two.device.parked().unwrap().len(), 1);
    }
    let arrived = two.device.receive(&leases, &[changes[1].clone(), changes[0].clone()], Source::Peer).unwrap();
    assert_eq!((arrived.stored.len(), arrived.parked.len()), (2, 0), "what opened is no longer said to wait");
}

#[test]
fn the_cursor_stays_where_something_was_not_kept() {
    const BOUND: u64 = 4096;
    let mut one = Phone::new(1);
    let case = one.open(&[1, 2]);
    let opening = one.device.change(case).unwrap().unwrap();
    let (leases, _) = one.bundle(case);
    // The first waits for the opening, the others for what never comes.
    let on = |seq| if seq == 1 { case } else { ChangeId::new([9; 32]) };
    let waiting: Vec<Vec<u8>> = (1..=BOUND + 1)
        .map(|seq| {
            let (base, epoch) = (opening.header().clone(), sync_core::id::Epoch::new([77; 8]));
            let header = Header { seq, epoch, case: Some(case), deps: vec![on(seq)], ..base };
            let put = NewOp::put(None, "title", vec![], Value::text("题"));
            Change::seal(header, vec![put], [7; 32], &key(1)).unwrap().to_bytes()
        })
        .collect();
    let (last, fit) = waiting.split_last().unwrap();
    let page = |cursor: u8, changes: &[Vec<u8>]| Pulled {
        cursor: vec![cursor],
        leases: leases.clone(),
        changes: changes.to_vec(),
        ..Pulled::default()
    };
    let mut two = Phone::new(2);
    let arrived = two.device.receive_page(&page(1, fit)).unwrap();
    assert_eq!((arrived.parked.len(), arrived.not_kept.len()), (fit.len(), 0));
    assert_eq!(two.device.cursor().unwrap(), Some(vec![1]), "as much as there is room for");
    let arrived = two.device.receive_page(&page(2, std::slice::from_ref(last))).unwrap();
    assert_eq!((arrived.parked.len(), arrived.not_kept.len()), (0, 1));
    assert_eq!(two.device.cursor().unwrap(), Some(vec![1]), "one past it comes again");
    // When one of them has opened there is room for one, in the same call.
    let arrived = two.device.receive_page(&page(3, &[last.clone(), opening.to_bytes(), last.clone()])).unwrap();
    assert_eq!((arrived.stored.len(), arrived.parked.len(), arrived.not_kept.len()), (2, 1, 1));
    assert_eq!(two.device.parked().unwrap().len(), fit.len());
    assert_eq!(two.device.cursor().unwrap(), Some(vec![1]), "the page did not fit as it came");
    two.device.receive_page(&page(4, &[])).unwrap();
    assert_eq!(two.device.cursor().unwrap(), Some(vec![4]));
}

#[test]
fn the_lease_of_another_phone_moves_no_anchor() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let anchor = |phone: &mut Phone| {
        let saved = phone.put(case, "title", "题").change;
        phone.device.change(saved).unwrap().unwrap().header().clock.anchor.unwrap()
    };
    let before = anchor(&mut phone);
    let proved = phone.device.proved_time(&moment(60)).unwrap();
    let newer = |number: u8| {
        let verifier = sync_core::sign::SoftwareVerifier;
        let lease = Lease::open(&lease_bytes(number, number, 1), &crate::world::tenant_key().public_key(), &verifier);
        let newer = Lease { issued: Instant::from_ms(DAY + 1_800_000), ..lease.unwrap().lease };
        newer.sign(&crate::world::tenant_key()).unwrap()
    };
    phone.device.accept_lease(&newer(2).bytes, Some(1_800_000), &moment(30)).unwrap();
    assert_eq!(anchor(&mut phone), before);
    assert_eq!(phone.device.proved_time(&moment(60)).unwrap(), proved);
    // Nor does one of its own that the tenant did not sign.
    let mut forged = lease_bytes(1, 1, 1);
    *forged.last_mut().unwrap() ^= 1;
    let arrived = phone.device.accept_lease(&forged, Some(0), &moment(30)).unwrap();
    assert_eq!((arrived.refused.len(), anchor(&mut phone)), (1, before));
    // Its own newer one does.
    let newer = newer(1);
    phone.device.accept_lease(&newer.bytes, Some(1_800_000), &moment(30)).unwrap();
    let now = anchor(&mut phone);
    assert_eq!((now.lease, now.reading.unwrap().asked_ms), (newer.hash, 1_800_000));
}

#[test]
fn listed_heads_are_lacked_until_they_are_held_or_out_of_reach() {
    let mut one = Phone::new(1);
    let (case, gone) = (one.open(&[1, 2]), one.open(&[1, 2]));
    let (leases, changes) = one.bundle(case);
    let mut two = Phone::new(2);
    let list = |cases: &[CaseId]| {
        let cases = cases.iter().map(|case| CaseHeads { case: *case, heads: vec![*case] }).collect();
        Pulled { cases: Some(cases), cursor: vec![1], leases: leases.clone(), ..Pulled::default() }
    };
    assert!(!two.device.lacks_listed().unwrap());
    two.device.receive_page(&list(&[case, gone])).unwrap();
    assert!(two.device.lacks_listed().unwrap());
    two.device.receive_page(&Pulled { removed: vec![gone], ..Pulled::default() }).unwrap();
    assert!(two.device.lacks_listed().unwrap(), "the other is in reach");
    two.device.receive(&leases, &changes, Source::Server).unwrap();
    assert!(!two.device.lacks_listed().unwrap());
    // The list of cases says what the officer can no longer reach, and what again.
    let out_of_reach = |phone: &Phone| phone.device.cases().unwrap()[0].out_of_reach;
    assert!(!out_of_reach(&two));
    two.device.receive_page(&Pulled { removed: vec![case], ..Pulled::default() }).unwrap();
    assert!(out_of_reach(&two));
    two.device.receive_page(&list(&[case])).unwrap();
    assert!(!out_of_reach(&two));
    // A new list stands in the place of the old one.
    two.device.receive_page(&list(&[gone])).unwrap();
    assert!(two.device.lacks_listed().unwrap());
    two.device.receive_page(&list(&[case])).unwrap();
    assert!(!two.device.lacks_listed().unwrap());
}

/// A phone in memory that has no lease yet.
pub fn without_lease() -> Phone {
    let fresh = rusqlite::Connection::open_in_memory().unwrap();
    let options = sync_core::device::Options::in_memory();
    let verifier = Box::new(sync_core::sign::SoftwareVerifier);
    let enrolled = crate::world::enrolment(1, 1);
    Phone::of(sync_core::device::Device::create_over(fresh, &options, &enrolled, verifier).unwrap(), 1)
}

#[test]
fn a_phones_own_change_needs_no_lease_to_be_known_by_its_key() {
    let mut one = Phone::new(1);
    let case = one.open(&[1]);
    let (_, changes) = one.bundle(case);
    let arrived = without_lease().device.receive(&[], &changes, Source::Peer).unwrap();
    assert_eq!((arrived.stored.as_slice(), arrived.parked.len()), (&[case][..], 0));
}

#[test]
fn the_numbers_in_the_lease_of_another_phone_are_not_this_ones() {
    use sync_core::device::NumberFor;
    let number = |leases: &[Vec<u8>]| {
        let mut phone = without_lease();
        phone.device.receive(leases, &[], Source::Server).unwrap();
        let case = phone.open(&[1]);
        let mut editor = phone.edit(case);
        let document = editor.add(None, "document", "a");
        editor.put(Some(document), "form", Value::text("spot_decision"));
        let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
        phone.save(Save { number, ..editor.into_save() }, 2).unwrap().number.map(|drawn| drawn.serial)
    };
    assert_eq!(number(&[lease_bytes(2, 1, 2)]), None);
    assert_eq!(number(&[lease_bytes(1, 1, 2)]), Some(1));
}
