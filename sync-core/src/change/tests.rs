use super::*;
use crate::id::{BootId, DeviceId, Epoch, OfficerId, TenantId};
use crate::op::{CaseKind, Open};
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
    let party = Act::Add { entity: "party".into(), order: "a".into() };
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
    let other = vec![
        NewOp::new(Act::Put),
        NewOp::new(Act::Put),
        NewOp::put(None, "name", vec![], Value::text("别家")),
    ];
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
