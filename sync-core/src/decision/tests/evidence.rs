//! Files that will never arrive.

use super::*;

/// An entity whose field `name` names a file.
fn naming(case: &mut Case, name: &str, digest: Digest) -> OpId {
    let add = NewOp::add("evidence", "a");
    let change = case.phone(vec![add, NewOp::put(Some(OpRef::Own(0)), name, vec![], digest.into())]);
    OpId { change, index: 0 }
}

fn judged(case: &Case, digest: Digest) -> Result<NewOp, Obstacle> {
    write_off(&fold(case.id(), &case.changes), &Graph::new(&case.changes), digest, "手机遗失")
}

#[test]
fn a_lost_file_is_written_off_once_on_what_named_it_and_never_in_a_closed_case() {
    let (lost, other) = (Digest::new([5; 32]), Digest::new([6; 32]));
    let mut case = Case::new();
    let photo = naming(&mut case, "digest", lost);
    naming(&mut case, "kind", other);
    assert_eq!(judged(&case, other), Err(Obstacle::NoSuchTarget), "a field that names no file");
    let op = judged(&case, lost).unwrap();
    case.save(DeviceId::SERVER, vec![op]);
    let state = fold(case.id(), &case.changes);
    let [(digest, decision)] = written_off(&state).collect::<Vec<_>>()[..] else { panic!("one") };
    assert_eq!((digest, decision.target, reason_of_write_off(decision)), (lost, Some(photo), Some("手机遗失")));
    assert_eq!(judged(&case, lost), Err(Obstacle::WrittenOff));
    let mut closed = Case::new();
    naming(&mut closed, "digest", lost);
    closed.save(DeviceId::SERVER, vec![NewOp::new(Act::Decide { decision: CLOSED.into(), basis: lost })]);
    assert_eq!(judged(&closed, lost), Err(Obstacle::Closed));
}

#[test]
fn a_file_is_written_off_although_its_name_was_replaced_since() {
    let (lost, taken_again) = (Digest::new([5; 32]), Digest::new([6; 32]));
    let mut case = Case::new();
    let photo = naming(&mut case, "paper_photo", lost);
    let before = OpRef::Of(OpId { index: 1, ..photo });
    case.phone(vec![NewOp::put(Some(OpRef::Of(photo)), "paper_photo", vec![before], taken_again.into())]);
    assert!(judged(&case, lost).is_ok() && judged(&case, taken_again).is_ok());
}

#[test]
fn a_write_off_whose_words_were_sealed_counts_for_the_file_of_its_entity() {
    let (lost, other) = (Digest::new([5; 32]), Digest::new([6; 32]));
    let mut case = Case::new();
    naming(&mut case, "digest", other);
    naming(&mut case, "kind", other);
    let photo = naming(&mut case, "digest", lost);
    case.phone(vec![NewOp::put(Some(OpRef::Of(photo)), "kind", vec![], other.into())]);
    let written = judged(&case, lost).unwrap();
    let id = case.save(DeviceId::SERVER, vec![written]);
    let change = case.changes.last_mut().unwrap();
    assert_eq!(change.id(), id);
    change.seal_values(&[0]);
    let state = fold(case.id(), &case.changes);
    let found: Vec<_> = written_off(&state).map(|(digest, decision)| (digest, decision.target)).collect();
    assert_eq!(found, [(lost, Some(photo))]);
}
