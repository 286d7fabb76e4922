//! What a phone proves of times and numbers: by receipts, by leases, and of whose phone.

use crate::bookkeeping::lease;
use crate::feed::without_lease;
use crate::incoming::receipt;
use crate::rules::{LATER, Scene, reference, scene};
use crate::world::{Phone, key, moment};
use sync_core::change::{Anchor, Change, Clock, Header, NewOp, Reading};
use sync_core::device::{Device, Moment, NumberFor, Save, Source};
use sync_core::id::CaseId;
use sync_core::law::rule::Outcome;
use sync_core::op::SignerRole;
use sync_core::value::Value;

/// Open or breached, if the rule is.
fn judged(device: &Device, case: CaseId, rule: &str, at: &Moment) -> Option<Outcome> {
    let state = device.case(case).unwrap().unwrap();
    let checks = device.checks_of(&state, at).unwrap();
    checks.into_iter().find(|check| check.rule == rule).map(|check| check.outcome)
}

/// A moment of a clock that stands still while the phone sleeps, so that it proves no latest time.
fn in_a_browser(minute: i64) -> Moment {
    Moment { counts_sleep: false, ..moment(minute) }
}

/// The change that an officer signs a decision by, made in a browser.
fn signed() -> (Scene, Change) {
    let mut scene = scene("company", 300_000, LATER);
    let mut editor = scene.phone.edit(scene.case);
    assert!(editor.sign(scene.decision, "spot_decision", 1, SignerRole::Officer, "key", None));
    let saved = scene.phone.device.save(editor.into_save(), &in_a_browser(3), [9; 32], &scene.phone.key).unwrap();
    let change = scene.phone.device.change(saved.change).unwrap().unwrap();
    (scene, change)
}

#[test]
fn a_signature_without_a_proved_end_was_made_before_its_receipt() {
    let (mut scene, signature) = signed();
    let year = |scene: &Scene| judged(&scene.phone.device, scene.case, "SPO-02-SHAPE", &in_a_browser(4));
    assert_eq!(year(&scene), Some(Outcome::Undecided), "nothing shows in which year");
    assert_eq!(scene.phone.device.accept_receipts(&[receipt(1, 100, &[signature.id()])]).unwrap(), [signature.id()]);
    assert_eq!(year(&scene), None, "the receipt is of the year of the number");
}

#[test]
fn a_clock_that_names_the_lease_of_another_phone_proves_no_time() {
    let (scene, signature) = signed();
    let (leases, changes) = scene.phone.bundle(scene.case);
    let other = Phone::new(2);
    let theirs = other.device.lease().unwrap().unwrap();
    let own = scene.phone.device.lease().unwrap().unwrap();
    let year = |named| {
        let reading = Some(Reading { asked_ms: 0, came_ms: 0 });
        let clock =
            Clock { counts_sleep: true, anchor: Some(Anchor { lease: named, reading }), ..signature.header().clock };
        let header = Header { clock, ..signature.header().clone() };
        let ops: Vec<NewOp> =
            signature.ops().iter().map(|op| NewOp { target: op.target, ..NewOp::new(op.act.clone()) }).collect();
        let again = Change::seal(header, ops, [9; 32], &key(1)).unwrap();
        let mut reader = Phone::new(3);
        reader.device.set_reference(&reference(LATER), None).unwrap();
        let leases = [leases.clone(), vec![theirs.bytes.clone()]].concat();
        let (_, before) = changes.split_last().unwrap();
        reader.device.receive(&leases, before, Source::Peer).unwrap();
        let arrived = reader.device.receive(&[], &[again.to_bytes()], Source::Peer).unwrap();
        assert_eq!(arrived.stored, [again.id()]);
        judged(&reader.device, scene.case, "SPO-02-SHAPE", &in_a_browser(4))
    };
    assert_eq!(year(own.hash), None, "by its own lease it was signed in the year of the number");
    assert_eq!(year(theirs.hash), Some(Outcome::Undecided));
}

#[test]
fn a_number_is_of_the_range_of_the_phone_that_took_it_and_of_any_lease_of_this_one() {
    let take = |phone: &mut Phone, case| {
        let mut editor = phone.edit(case);
        let document = editor.add(None, "document", "a");
        editor.put(Some(document), "form", Value::text("spot_decision"));
        let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
        let saved = phone.save(Save { number, ..editor.into_save() }, 2).unwrap();
        assert!(saved.number.is_some());
    };
    let range = |phone: &Phone, case| judged(&phone.device, case, "SPO-02-RANGE", &moment(3));
    // The newest lease has no numbers: those of the one before are this phone's all the same.
    let mut own = Phone::new(1);
    let case = own.open(&[1, 2]);
    own.device.accept_lease(&lease(1, &[]), Some(0), &moment(1)).unwrap();
    take(&mut own, case);
    assert_eq!(range(&own, case), None);
    // Another phone, which has a range of its own, holds the lease by which the change was made.
    let mut third = without_lease();
    third.device.accept_lease(&lease(2, &[("spot_decision", 2026, 3, 9)]), Some(0), &moment(1)).unwrap();
    let case = third.open(&[1, 2]);
    take(&mut third, case);
    let mut other = Phone::new(2);
    let (leases, changes) = third.bundle(case);
    other.device.receive(&leases, &changes, Source::Server).unwrap();
    assert_eq!(range(&other, case), None);
}
