//! Malformed or forged changes: refused one by one; only the alarm is stored.

use sync_core::change::{Change, MAX_ITEMS, MAX_VALUE_BYTES, MAX_VALUE_ITEMS, NewOp};
use sync_core::id::{ChangeId, Digest};
use sync_core::message::Class;
use sync_core::op::{Act, Op, OpRef, Signature, SignerRole, write_ops};
use sync_core::value::Value;
use tests::actor::fresh_key;
use tests::forgery::{
    envelope, header_not_minimal, header_with_key_twice, nested, one_deeper, with_header, with_ops,
    with_other_signature, with_value,
};
use tests::{Phone, Server, on_both_databases};

use crate::alarm;

/// Pushes `bytes` beside a good change: they are refused with `code`, the good one is stored, one alarm says why.
fn refused(server: &Server, phone: &mut Phone<'_>, bytes: &[u8], code: &str) {
    let good = phone.open_case(&[]);
    let before = phone.log_size();
    let alarms = alarm::of_kind(server, "refused").len();
    let answer = phone.push_bytes(vec![bytes.to_vec(), good.to_bytes()]);
    assert_eq!((answer.outcomes[0].class, answer.outcomes[0].code.as_str()), (Class::Refused, code));
    assert_eq!(answer.outcomes[1].class, Class::Accepted, "nothing else is held up");
    assert_eq!(phone.open_receipt(&answer.receipts[0]).receipt.entries.len(), 1);
    assert_eq!(phone.log_size(), before + 1, "only the good change is stored");
    let raised = alarm::of_kind(server, "refused");
    assert_eq!((raised.len(), raised[0]["detail"].as_str()), (alarms + 1, Some(code)));
}

/// An opened case that is stored, and a change in it that is not.
fn honest(phone: &mut Phone<'_>) -> (Change, Change) {
    let opening = phone.open_case(&[]);
    phone.push(&[&opening]);
    let next = phone.write(opening.id(), &[opening.id()], "place_name", "巫峡食府");
    (opening, next)
}

/// A signature that shows so many operations of its own change, a byte each.
fn showing(count: usize) -> NewOp {
    let shown = vec![OpRef::Own(0); count];
    let (form, manner, digest) = ("record".into(), "key".to_owned(), Digest::new([0; 32]));
    NewOp::new(Act::Sign(Signature { form, version: 1, role: SignerRole::Officer, manner, shown, digest }))
}

/// As it is written, without a value.
fn op(NewOp { act, target, field, replaces, value: _ }: NewOp) -> Op {
    Op { act, target, field, replaces, commit: None }
}

/// The most operations that a signature in this case may show, found by saving.
fn most_shown(phone: &Phone<'_>, case: ChangeId) -> usize {
    let saves = |shown: &usize| {
        Change::seal(phone.header(Some(case), &[case]), vec![showing(*shown)], [1; 32], &phone.key).is_ok()
    };
    (0..MAX_ITEMS).rev().find(saves).unwrap()
}

on_both_databases! {
    fn bytes_without_a_readable_header_are_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (_, change) = honest(&mut phone);
        let whole = change.to_bytes();
        refused(server, &mut phone, b"", "unreadable");
        refused(server, &mut phone, b"no CBOR at all", "unreadable");
        refused(server, &mut phone, &whole[..whole.len() - 1], "unreadable");
        let no_header = with_header(&phone, &change, b"no header");
        refused(server, &mut phone, &no_header, "unreadable");
    }

    fn a_signature_by_another_key_is_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, _) = honest(&mut phone);
        let op = NewOp::put(None, "place_name", vec![], Value::text("伪造"));
        let header = phone.header(Some(opening.id()), &[opening.id()]);
        let forged = Change::seal(header, vec![op], [1; 32], &fresh_key()).unwrap();
        refused(server, &mut phone, &forged.to_bytes(), "signature");
        let place = phone.pull_all(500).case(opening.id()).value(None, &"place_name".into()).cloned();
        assert_eq!(place, None);
    }

    fn a_phone_signs_for_no_other_phone(server) {
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let (opening, _) = honest(&mut phone);
        let op = || vec![NewOp::put(None, "place_name", vec![], Value::text("冒名"))];
        let theirs = other.header(Some(opening.id()), &[opening.id()]);
        let in_their_name = Change::seal(theirs, op(), [1; 32], &phone.key).unwrap();
        refused(server, &mut phone, &in_their_name.to_bytes(), "signature");
        let mut mine = phone.header(Some(opening.id()), &[opening.id()]);
        mine.officer = other.officer;
        let for_their_officer = Change::seal(mine, op(), [1; 32], &phone.key).unwrap();
        refused(server, &mut phone, &for_their_officer.to_bytes(), "lease_of_another");
        let mut unleased = phone.header(Some(opening.id()), &[opening.id()]);
        (unleased.officer, unleased.lease, unleased.clock.anchor) = (other.officer, None, None);
        let without_a_lease = Change::seal(unleased, op(), [1; 32], &phone.key).unwrap();
        refused(server, &mut phone, &without_a_lease.to_bytes(), "device_of_another");
    }

    fn a_phone_does_not_sign_as_the_server(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, _) = honest(&mut phone);
        let mut header = phone.header(Some(opening.id()), &[opening.id()]);
        (header.device, header.lease) = (sync_core::id::DeviceId::SERVER, None);
        let op = NewOp::put(None, "place_name", vec![], Value::text("冒充"));
        let forged = Change::seal(header, vec![op], [1; 32], &phone.key).unwrap();
        refused(server, &mut phone, &forged.to_bytes(), "signature");
    }

    fn the_change_of_another_installation_is_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let mut header = phone.header(None, &[]);
        header.tenant = sync_core::id::TenantId::new([9; 16]);
        let foreign = Change::seal(header, vec![], [1; 32], &phone.key).unwrap();
        refused(server, &mut phone, &foreign.to_bytes(), "other_tenant");
    }

    fn bytes_after_the_end_are_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (_, change) = honest(&mut phone);
        let after_the_envelope = [change.to_bytes(), vec![0]].concat();
        refused(server, &mut phone, &after_the_envelope, "unreadable");
        let header = [change.header().to_bytes(), vec![0]].concat();
        let after_the_header = with_header(&phone, &change, &header);
        refused(server, &mut phone, &after_the_header, "unreadable");
        let values = [change.values_bytes(), vec![0]].concat();
        let after_the_values = envelope(change.sign1(), change.ops_bytes(), &values);
        refused(server, &mut phone, &after_the_values, "unreadable");
    }

    fn a_header_with_a_key_twice_is_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (_, change) = honest(&mut phone);
        let forged = with_header(&phone, &change, &header_with_key_twice(change.header()));
        refused(server, &mut phone, &forged, "unreadable");
    }

    fn an_integer_that_is_not_minimal_is_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (_, change) = honest(&mut phone);
        let honestly = with_header(&phone, &change, &change.header().to_bytes());
        let forged = with_header(&phone, &change, &header_not_minimal(change.header()));
        refused(server, &mut phone, &forged, "unreadable");
        assert_eq!(phone.push_bytes(vec![honestly]).outcomes[0].class, Class::Accepted, "nothing else was wrong");
    }

    fn operations_or_values_other_than_signed_are_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, change) = honest(&mut phone);
        let other = phone.write(opening.id(), &[opening.id()], "place_name", "别处");
        let other_ops = envelope(change.sign1(), other.ops_bytes(), &other.values_bytes());
        refused(server, &mut phone, &other_ops, "other_operations");
        let other_values = envelope(change.sign1(), change.ops_bytes(), &other.values_bytes());
        refused(server, &mut phone, &other_values, "other_values");
    }

    fn a_detail_nested_32_deep_is_taken_and_33_deep_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, _) = honest(&mut phone);
        // The list of operations and the operation itself are two levels.
        let act = Act::Unknown { kind: 99, detail: nested(32 - 2) };
        let at_the_limit = phone.save(Some(opening.id()), &[opening.id()], vec![NewOp::new(act)]);
        assert_eq!(phone.push(&[&at_the_limit]).outcomes[0].class, Class::Accepted);
        let beyond = with_ops(&phone, &at_the_limit, &one_deeper(at_the_limit.ops_bytes()));
        refused(server, &mut phone, &beyond, "unreadable");
    }

    fn a_value_nested_32_deep_is_taken_and_33_deep_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, _) = honest(&mut phone);
        // The pair of secret and list, the list and its entry are three levels.
        let op = NewOp::put(None, "note", vec![], nested(32 - 3));
        let at_the_limit = phone.save(Some(opening.id()), &[opening.id()], vec![op]);
        assert_eq!(phone.push(&[&at_the_limit]).outcomes[0].class, Class::Accepted);
        let values = one_deeper(&at_the_limit.values_bytes());
        let beyond = envelope(at_the_limit.sign1(), at_the_limit.ops_bytes(), &values);
        refused(server, &mut phone, &beyond, "unreadable");
    }

    fn a_value_of_256_kib_is_taken_and_one_byte_more_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, change) = honest(&mut phone);
        let text = |length: usize| Value::text("x".repeat(length));
        let most = MAX_VALUE_BYTES - (text(200_000).to_bytes().len() - 200_000);
        let at_the_limit = phone.save(Some(opening.id()), &[opening.id()], vec![NewOp::put(None, "note", vec![], text(most))]);
        assert_eq!(phone.push(&[&at_the_limit]).outcomes[0].class, Class::Accepted);
        let forged = with_value(&phone, &change, &text(most));
        assert_eq!(phone.push_bytes(vec![forged]).outcomes[0].class, Class::Accepted, "validly forged");
        let beyond = with_value(&phone, &change, &text(most + 1));
        refused(server, &mut phone, &beyond, "value_too_large");
    }

    fn of_ten_thousand_items_outside_values_a_change_is_taken_and_of_one_more_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, change) = honest(&mut phone);
        // Each operation shown is an item and a byte.
        let most = most_shown(&phone, opening.id());
        let at_the_limit = phone.save(Some(opening.id()), &[opening.id()], vec![showing(most)]);
        assert_eq!(phone.push(&[&at_the_limit]).outcomes[0].class, Class::WithoutEffect, "read; it shows nothing that is there");
        for shown in [most + 1, 1_000_000] {
            let beyond = with_ops(&phone, &change, &write_ops(&[op(showing(shown))]));
            refused(server, &mut phone, &beyond, "too_many_items");
        }
    }

    fn a_value_of_32768_items_is_taken_and_one_more_refused(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (opening, change) = honest(&mut phone);
        // The list counts itself.
        let list = |items: usize| Value::List(vec![Value::Int(1); items - 1]);
        let at_the_limit =
            phone.save(Some(opening.id()), &[opening.id()], vec![NewOp::put(None, "note", vec![], list(MAX_VALUE_ITEMS))]);
        assert_eq!(phone.push(&[&at_the_limit]).outcomes[0].class, Class::Accepted);
        let beyond = with_value(&phone, &change, &list(MAX_VALUE_ITEMS + 1));
        refused(server, &mut phone, &beyond, "too_many_items");
    }

    fn of_a_flood_of_bad_bytes_sixteen_are_told(server) {
        let phone = Phone::of(server, "officer-a");
        let alarms = || alarm::of_kind(server, "refused").len();
        let before = alarms();
        phone.push_bytes(vec![vec![0]; 16]);
        assert_eq!(alarms() - before, 16);
        phone.push_bytes(vec![vec![0]; 17]);
        assert_eq!(alarms() - before, 32, "the seventeenth is one too many");
    }

    fn the_other_signature_over_the_same_bytes_is_the_same_change(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let first = phone.push(&[&opening]);
        let again = phone.push_bytes(vec![with_other_signature(&opening)]);
        assert_eq!(again, first, "deduplicated by id, not by signature");
        assert_eq!(phone.log_size(), 1);
    }

    fn what_was_refused_is_not_remembered(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (_, change) = honest(&mut phone);
        let mut spoiled = change.sign1().to_vec();
        let last = spoiled.len() - 1;
        spoiled[last] ^= 1;
        let spoiled = envelope(&spoiled, change.ops_bytes(), &change.values_bytes());
        refused(server, &mut phone, &spoiled, "signature");
        assert_eq!(phone.push(&[&change]).outcomes[0].class, Class::Accepted, "the true copy is taken");
    }
}
