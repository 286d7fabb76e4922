use super::*;
use crate::id::{BootId, DeviceId, Epoch, OfficerId, TenantId};
use crate::op::{CaseKind, Open, Signature, SignerRole};
use crate::sign::{SoftwareKey, SoftwareVerifier};
use crate::time::Instant;

fn key(byte: u8) -> SoftwareKey {
    SoftwareKey::from_secret(&[byte; 32]).unwrap()
}

fn header() -> Header {
    Header {
        tenant: TenantId::new([1; 16]),
        device: DeviceId::new([2; 16]),
        epoch: Epoch::new([3; 8]),
        seq: 1,
        prev: None,
        officer: OfficerId::new([4; 16]),
        lease: Some(Digest::new([5; 32])),
        case: None,
        deps: Vec::new(),
        clock: Clock {
            wall: Instant::from_ms(1_795_363_200_000),
            monotonic_ms: 1000,
            boot: BootId::new([6; 16]),
            counts_sleep: true,
            anchor: Some(Anchor { lease: Digest::new([5; 32]), reading: Some(Reading { asked_ms: 7, came_ms: 9 }) }),
        },
        rules: Digest::new([8; 32]),
        ops: Digest::new([0; 32]),
    }
}

fn ops() -> Vec<NewOp> {
    let open = Open {
        kind: CaseKind::Inspection,
        agency: crate::id::AgencyId::new([9; 16]),
        item: "500237-SJ-001".into(),
        officers: vec![OfficerId::new([4; 16])],
    };
    let party = Act::add("party", "a");
    vec![
        NewOp::new(Act::Open(open)),
        NewOp::new(party),
        NewOp::put(Some(OpRef::Own(1)), "name", vec![], Value::text("巫峡食府")),
        NewOp::put(Some(OpRef::Own(1)), "phone", vec![], Value::text("000")),
    ]
}

fn sealed() -> Change {
    Change::seal(header(), ops(), [7; 32], &key(1)).unwrap()
}

fn reread(bytes: &[u8]) -> Result<Change, ReadError> {
    Received::read(bytes)?.verify(&key(1).public_key(), &SoftwareVerifier)
}

#[test]
fn a_change_survives_the_wire() {
    let change = sealed();
    assert_eq!(reread(&change.to_bytes()), Ok(change));
}

#[test]
fn no_byte_of_a_change_can_be_altered() {
    let bytes = sealed().to_bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(reread(&changed).is_err(), "byte {place}");
    }
    for length in 0..bytes.len() {
        assert!(reread(&bytes[..length]).is_err(), "cut at {length}");
    }
    assert_eq!(reread(&[bytes, vec![0]].concat()), Err(CodecError::Trailing.into()));
}

#[test]
fn the_signature_is_not_part_of_the_identity() {
    let (one, other) = (sealed(), Change::seal(header(), ops(), [7; 32], &key(2)).unwrap());
    assert_eq!(one.id(), other.id());
    assert_ne!(one.to_bytes(), other.to_bytes());
}

#[test]
fn a_sealed_value_is_gone_and_the_others_still_prove_themselves() {
    let mut change = sealed();
    let id = change.id();
    change.seal_values(&[3]);
    let bytes = change.to_bytes();
    let again = reread(&bytes).unwrap();
    assert_eq!((again.id(), again.missing_values()), (id, vec![3]));
    assert_eq!(again.value(2), Some(&Value::text("巫峡食府")));
    assert!(!bytes.windows(32).any(|window| window == [7; 32]), "the secret would give the salt away");
}

#[test]
fn a_change_without_its_values_is_readable_and_says_what_is_missing() {
    let change = sealed();
    let bare = Received::from_parts(change.sign1(), change.ops_bytes(), None).unwrap().trust_own_store();
    assert_eq!(bare.missing_values(), vec![2, 3]);
}

#[test]
fn a_swapped_value_is_found() {
    let other = vec![NewOp::new(Act::Put), NewOp::new(Act::Put), NewOp::put(None, "name", vec![], Value::text("别家"))];
    let forged = Change::seal(header(), other, [7; 32], &key(1)).unwrap();
    let change = sealed();
    let outcome = Received::from_parts(change.sign1(), change.ops_bytes(), Some(&forged.values_bytes()));
    assert_eq!(outcome, Err(ValuesError::Commitment(2).into()));
}

#[test]
fn an_unknown_operation_survives_the_wire() {
    let strange = Act::Unknown { kind: 99, detail: Value::List(vec![Value::Int(1), Value::text("新")]) };
    let change = Change::seal(header(), vec![NewOp::new(strange.clone())], [7; 32], &key(1)).unwrap();
    assert_eq!(reread(&change.to_bytes()).unwrap().ops().first().map(|op| op.act.clone()), Some(strange));
}

/// Seals, and says whether that and reading agree.
fn seals(header: Header, ops: Vec<NewOp>) -> bool {
    match Change::seal(header, ops, [7; 32], &key(1)) {
        Ok(change) => reread(&change.to_bytes()) == Ok(change),
        Err(SealError::Limits(_)) => false,
        Err(SealError::Signer(error)) => panic!("{error}"),
    }
}

#[test]
fn exactly_1024_deps_are_sealed_and_one_more_is_not() {
    let deps = |count: u16| {
        let deps = (0..count).map(|place| ChangeId::new(*OPS.hash(&[&place.to_be_bytes()]).bytes())).collect();
        Header { case: Some(ChangeId::new([1; 32])), deps, ..header() }
    };
    assert!(seals(deps(1024), ops()));
    assert!(!seals(deps(1025), ops()));
    assert!(!seals(Header { seq: 0, ..header() }, ops()));
}

/// A signature that shows so many operations of its own change, a byte each.
fn sign_showing(count: usize) -> Vec<NewOp> {
    let shown = vec![OpRef::Own(0); count];
    let (form, manner, digest) = ("record".into(), "key".into(), crate::id::Digest::new([0; 32]));
    vec![NewOp::new(Act::Sign(Signature { form, version: 1, role: SignerRole::Officer, manner, shown, digest }))]
}

#[test]
fn ten_thousand_items_outside_values_are_sealed_and_read_and_one_more_neither() {
    let header = || Header { case: Some(ChangeId::new([1; 32])), deps: vec![ChangeId::new([1; 32])], ..header() };
    let items = |count| {
        let change = Change::seal(header(), sign_showing(count), [7; 32], &key(1)).unwrap();
        let payload = change.header().to_bytes();
        super::limits::within(&payload, change.ops_bytes(), Some(&change.values_bytes())).unwrap()
    };
    let most = 100 + MAX_ITEMS - items(100);
    assert_eq!(items(most), MAX_ITEMS);
    assert!(seals(header(), sign_showing(most)));
    let refused = Err(SealError::Limits(TooMany::Items.into()));
    assert_eq!(Change::seal(header(), sign_showing(most + 1), [7; 32], &key(1)), refused);
    for count in [most + 1, 1_000_000] {
        let (sign1, ops, values) = sealed_elsewhere(sign_showing(count), header());
        let envelope = Writer::new().array(3).bytes(&sign1).bytes(&ops).bytes(&values).finish();
        assert_eq!(reread(&envelope), Err(TooMany::Items.into()), "{count} references");
    }
}

#[test]
fn a_value_of_32768_items_is_sealed_and_read_and_one_more_neither() {
    // The list counts itself.
    let list = |items: usize| Value::List(vec![Value::Int(1); items - 1]);
    let put = |items| NewOp::put(None, "strokes", vec![], list(items));
    assert!(seals(header(), vec![put(MAX_VALUE_ITEMS)]));
    assert!(seals(header(), vec![put(MAX_VALUE_ITEMS); 4]), "each for itself, four in all");
    let sealed = |ops: Vec<NewOp>| Change::seal(header(), ops, [7; 32], &key(1)).map(|_| ());
    let refused = |why: TooMany| Err(SealError::Limits(why.into()));
    assert_eq!(sealed(vec![put(1), put(MAX_VALUE_ITEMS + 1)]), refused(TooMany::OfValue(1)));
    let four = || vec![put(MAX_VALUE_ITEMS); 4];
    assert_eq!(sealed([four(), vec![put(1)]].concat()), refused(TooMany::OfValues));
    for (ops, why) in [
        (vec![put(1), put(MAX_VALUE_ITEMS + 1)], TooMany::OfValue(1)),
        ([four(), vec![put(1)]].concat(), TooMany::OfValues),
    ] {
        let (sign1, ops, values) = sealed_elsewhere(ops, header());
        let envelope = Writer::new().array(3).bytes(&sign1).bytes(&ops).bytes(&values).finish();
        assert_eq!(reread(&envelope), Err(why.into()));
    }
}

/// What another program sealed, with the right commitments and without our limits: header, operations, values.
fn sealed_elsewhere(new_ops: Vec<NewOp>, header: Header) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut values = Values::fresh([7; 32]);
    let ops: Vec<Op> = new_ops.into_iter().zip(0..).map(|(op, index)| values.commit(index, op)).collect();
    let ops_bytes = write_ops(&ops);
    let named = Header { ops: OPS.hash(&[&ops_bytes]), ..header };
    (seal(CHANGE, &named.to_bytes(), &key(1)).unwrap(), ops_bytes, values.to_bytes())
}

#[test]
fn exactly_a_mebibyte_is_sealed_and_one_byte_more_is_not() {
    let put = |length: usize| NewOp::put(None, "name", vec![], Value::text("x".repeat(length)));
    let text = |length: usize| vec![put(200_000), put(200_000), put(200_000), put(200_000), put(length - 800_000)];
    let size = |length| Change::seal(header(), text(length), [7; 32], &key(1)).unwrap().to_bytes().len();
    let most = 900_000 + MAX_BYTES - size(900_000);
    assert_eq!(size(most), MAX_BYTES);
    assert!(seals(header(), text(most)));
    let past = Change::seal(header(), text(most + 1), [7; 32], &key(1));
    assert_eq!(past, Err(SealError::Limits(ReadError::TooLarge)));
}

#[test]
fn a_value_of_256_kib_is_sealed_and_one_byte_more_neither_sealed_nor_read() {
    let text = |length: usize| Value::text("x".repeat(length));
    let most = MAX_VALUE_BYTES - (text(200_000).to_bytes().len() - 200_000);
    assert_eq!(text(most).to_bytes().len(), MAX_VALUE_BYTES);
    let put = |length| NewOp::put(None, "name", vec![], text(length));
    assert!(seals(header(), vec![put(most)]));
    assert!(seals(header(), vec![put(most), put(most), put(most)]), "each for itself");
    let past = vec![put(1), put(most + 1)];
    let refused = Err(SealError::Limits(ValuesError::TooLarge(1).into()));
    assert_eq!(Change::seal(header(), past.clone(), [7; 32], &key(1)), refused);

    let (sign1, ops_bytes, values) = sealed_elsewhere(past, header());
    let envelope = Writer::new().array(3).bytes(&sign1).bytes(&ops_bytes).bytes(&values).finish();
    assert_eq!(reread(&envelope), Err(ValuesError::TooLarge(1).into()));
    // One's own store may hold what came before there was a limit.
    assert!(Received::from_parts(&sign1, &ops_bytes, Some(&values)).is_ok());
}

#[test]
fn a_value_too_deep_to_be_read_is_not_sealed() {
    let deep = |levels| (0..levels).fold(Value::Int(1), |value, _| Value::List(vec![value]));
    assert!(!seals(header(), vec![NewOp::put(None, "name", vec![], deep(crate::codec::MAX_DEPTH + 1))]));
    assert!(seals(header(), vec![NewOp::put(None, "name", vec![], deep(8))]));
}

#[test]
fn values_name_each_operation_once_in_order_and_no_secret_stands_alone() {
    let values = |indexes: &[u64]| {
        let mut out = Writer::new();
        out.array(2).bytes(&[7; 32]).array(indexes.len());
        for index in indexes {
            Value::Int(1).write(out.array(3).uint(*index).null());
        }
        Values::read(&out.finish()).map(|_| ())
    };
    assert_eq!(values(&[0, 1]), Ok(()));
    assert_eq!(values(&[1, 1]), Err(CodecError::KeyOrder));
    assert_eq!(values(&[1, 0]), Err(CodecError::KeyOrder));
    assert_eq!(values(&[]), Err(CodecError::Expected("no secret where there is no value")));
}

#[test]
fn a_header_of_another_version_is_not_read() {
    let bytes = header().to_bytes();
    assert_eq!(Header::read(&bytes), Ok(header()));
    assert_eq!(bytes[1..3], [1, 1], "key 1: version 1");
    for version in [0, 2] {
        let other = [&bytes[..2], &[version], &bytes[3..]].concat();
        assert_eq!(Header::read(&other), Err(CodecError::Expected("header version 1")), "{version}");
    }
}

#[test]
fn a_seq_is_from_1_to_the_most_that_63_bits_hold_and_deps_are_at_most_1024() {
    let seq = |seq| Header::read(&Header { seq, ..header() }.to_bytes()).is_ok();
    assert!(!seq(0) && seq(1));
    assert!(seq((1 << 63) - 1) && !seq(1 << 63) && !seq(u64::MAX));
    let deps = |count: u16| {
        let mut deps: Vec<ChangeId> =
            (0..count).map(|place| ChangeId::new(*OPS.hash(&[&place.to_be_bytes()]).bytes())).collect();
        deps.sort_unstable();
        Header::read(&Header { deps, ..header() }.to_bytes()).is_ok()
    };
    assert!(deps(1024) && !deps(1025));
}

#[test]
fn a_value_counts_as_what_it_holds_and_as_what_is_around_it() {
    use size::Size;
    let of = |values: &[Value]| Size::of(&header(), &[], 0, values.iter());
    let none = of(&[]);
    let count = |value: Value| {
        let size = of(&[value]).less(none);
        (size.items, size.bytes)
    };
    // Four items are around each value, and it is one itself.
    assert_eq!((count(Value::Null), count(Value::Bool(true))), ((5, 1), (5, 1)));
    assert_eq!((count(Value::Int(1)), count(Value::Decimal("1.5".parse().unwrap()))), ((5, 5), (8, 10)));
    assert_eq!((count(Value::text("名")), count(Value::Bytes(vec![0; 3]))), ((5, 8), (5, 8)));
    assert_eq!(count(Value::List(vec![Value::Int(1), Value::List(vec![Value::text("名")])])), (8, 15));
    let two = of(&[Value::Null, Value::Int(1)]).less(none);
    assert_eq!((two.changes, two.items, two.bytes), (0, 10, 6));
    let some = Size { changes: 3, items: 5, bytes: 7 };
    assert_eq!(some.memory(), 3 * 1024 + 5 * 48 + 2 * 7);
}

#[test]
fn a_size_fits_below_a_ceiling_that_it_reaches_in_each_respect_and_not_past_one() {
    use size::Size;
    let ceiling = Size { changes: 2, items: 3, bytes: 4 };
    assert!(ceiling.fits(ceiling) && Size::default().fits(ceiling));
    for more in [Size { changes: 3, ..ceiling }, Size { items: 4, ..ceiling }, Size { bytes: 5, ..ceiling }] {
        assert!(!more.fits(ceiling), "{more:?}");
    }
}

#[test]
fn a_change_counts_its_header_its_deps_its_operations_and_its_signature() {
    use size::Size;
    // A list of two numbers is three items.
    let ops = [0x82, 1, 2];
    let of = |deps: u8, ops: &[u8], sign1| {
        let deps = (0..deps).map(|dep| ChangeId::new([dep; 32])).collect();
        Size::of(&Header { deps, ..header() }, ops, sign1, std::iter::empty())
    };
    let size = |items, bytes| Size { changes: 1, items, bytes };
    assert_eq!(of(0, &[0x80], 0), size(41, 1));
    assert_eq!(of(2, &[0x80], 0), size(43, 1));
    assert_eq!(of(0, &ops, 0), size(43, 3));
    assert_eq!(of(2, &ops, 7), size(45, 10));
}

#[test]
fn what_stands_around_the_values_counts_as_outside_them() {
    let items = |ops: Vec<NewOp>, with_values: bool| {
        let change = Change::seal(header(), ops, [7; 32], &key(1)).unwrap();
        let (payload, values) = (change.header().to_bytes(), change.values_bytes());
        super::limits::within(&payload, change.ops_bytes(), with_values.then_some(values.as_slice())).unwrap()
    };
    let around = |ops: fn() -> Vec<NewOp>| items(ops(), true) - items(ops(), false);
    // The pair, the secret and the list; then of each value the triple, its number and its salt.
    assert_eq!(around(|| vec![NewOp::new(Act::Put)]), 3);
    assert_eq!(around(|| vec![NewOp::put(None, "name", vec![], Value::List(vec![Value::Int(1); 9]))]), 6);
    assert_eq!(around(|| vec![NewOp::put(None, "name", vec![], Value::text("x")); 2]), 9);
}
