//! Corrections of recorded steps.

use super::*;
use crate::op::Correction;
use crate::schema::CERTIFICATE_SHOWN;

const SHOWN: &str = CERTIFICATE_SHOWN.as_str();

fn record(step: &str) -> NewOp {
    NewOp::new(Act::RecordStep { step: step.into() })
}

fn correct(step: OpId, kind: Option<&str>, happened_ms: Option<i64>, replaces: &[&Change]) -> NewOp {
    let act = Act::Correct(Correction { step: OpRef::Of(step), kind: kind.map(Into::into), happened_ms });
    let replaces = replaces.iter().map(|change| OpRef::Of(OpId { change: change.id(), index: 0 })).collect();
    NewOp { replaces, ..NewOp::new(act) }.with(resolution(Value::Null, "记错了"))
}

/// An opening, and a step recorded by Li.
fn story() -> (Pen, Vec<Change>, CaseId, OpId) {
    let mut li = Pen::new(LI, 1);
    let open = li.write(None, &[], vec![opening()]);
    let shown = li.write(Some(open.id()), &[&open], vec![record(SHOWN).with(Value::text("两证"))]);
    let (case, step) = (open.id(), op(&shown, 0));
    (li, vec![open, shown], case, step)
}

fn read(state: &CaseState, kind: &str) -> Vec<Option<i64>> {
    state.steps_of(&kind.into()).map(|step| step.stated.map(|(_, at)| at.ms())).collect()
}

#[test]
fn a_corrected_step_stays_visible_and_is_read_as_corrected() {
    let (mut li, mut set, case, step) = story();
    let correction = li.write(Some(case), &[&set[1]], vec![correct(step, Some("rights_told"), Some(5), &[])]);
    set.push(correction);
    let state = fold(case, &set);
    assert_eq!((state.steps.len(), state.steps[0].kind.as_str()), (1, SHOWN));
    assert_eq!(state.steps[0].value, Some(Value::text("两证")));
    assert_eq!(state.steps[0].corrected[0].reason, Some(Value::text("记错了")));
    assert_eq!((read(&state, SHOWN), read(&state, "rights_told")), (vec![], vec![Some(5)]));
    assert_eq!(state.steps_of(&"rights_told".into()).next().unwrap().value, None);
}

#[test]
fn a_step_that_did_not_happen_is_read_as_none() {
    let (mut li, mut set, case, step) = story();
    set.push(li.write(Some(case), &[&set[1]], vec![correct(step, None, None, &[])]));
    let state = fold(case, &set);
    assert_eq!((state.steps.len(), read(&state, SHOWN).len()), (1, 0));
}

#[test]
fn a_later_correction_replaces_the_one_that_it_names_and_both_stay_visible() {
    let (mut li, mut set, case, step) = story();
    set.push(li.write(Some(case), &[&set[1]], vec![correct(step, None, None, &[])]));
    set.push(li.write(Some(case), &[&set[2]], vec![correct(step, Some(SHOWN), Some(7), &[&set[2]])]));
    let state = fold(case, &set);
    assert_eq!(read(&state, SHOWN), [Some(7)]);
    assert_eq!(state.steps[0].corrected.iter().map(|one| one.stands).collect::<Vec<_>>(), [false, true]);
    assert!(!state.steps_of(&CERTIFICATE_SHOWN).next().unwrap().disputed);
}

#[test]
fn concurrent_corrections_that_differ_are_disputed_and_equal_ones_are_not() {
    for (other, disputed) in [(Some(7), true), (Some(5), false), (None, true)] {
        let (mut li, mut set, case, step) = story();
        let mut wang = Pen::new(WANG, 2);
        set.push(li.write(Some(case), &[&set[1]], vec![correct(step, Some(SHOWN), Some(5), &[])]));
        set.push(wang.write(Some(case), &[&set[1]], vec![correct(step, Some(SHOWN), other, &[])]));
        let state = fold(case, &set);
        assert_eq!(state.steps_of(&CERTIFICATE_SHOWN).next().unwrap().disputed, disputed, "{other:?}");
        set.reverse();
        assert_eq!(fold(case, &set).hash(), state.hash(), "in whatever order they come");
    }
}

#[test]
fn an_excluded_correction_corrects_nothing() {
    let (mut li, mut set, case, step) = story();
    set.push(li.write(Some(case), &[&set[1]], vec![correct(step, None, None, &[])]));
    let mut server = Pen::new(LI, 0);
    server.device = DeviceId::SERVER;
    set.push(server.write(Some(case), &[&set[2]], vec![verdict(&set[2], Outcome::Exclude, vec![])]));
    let state = fold(case, &set);
    assert_eq!((read(&state, SHOWN).len(), state.steps[0].corrected.len()), (1, 0));
}

#[test]
fn a_correction_names_a_step_below_it_and_replaces_corrections_of_that_step() {
    let (mut li, set, case, step) = story();
    let second = li.write(Some(case), &[&set[1]], vec![record("entered"), name("一", &[])]);
    let of_second = li.write(Some(case), &[&second], vec![correct(op(&second, 0), None, None, &[])]);
    let breach = |li: &mut Pen, ops: Vec<NewOp>| {
        let bad = li.write(Some(case), &[&of_second], ops);
        let mut all = set.clone();
        all.extend([second.clone(), of_second.clone(), bad.clone()]);
        fold(case, &all).without_effect.get(&bad.id()).copied()
    };
    assert_eq!(breach(&mut li, vec![correct(step, None, None, &[])]), None);
    assert_eq!(breach(&mut li, vec![correct(op(&second, 1), None, None, &[])]), Some(FormBreach::Target));
    let nowhere = OpId { change: ChangeId::new([9; 32]), index: 0 };
    assert_eq!(breach(&mut li, vec![correct(nowhere, None, None, &[])]), Some(FormBreach::OutsideClosure));
    assert_eq!(breach(&mut li, vec![correct(step, None, None, &[&of_second])]), Some(FormBreach::OtherField));
    let silent = NewOp { value: None, ..correct(step, None, None, &[]) };
    assert_eq!(breach(&mut li, vec![silent]), Some(FormBreach::Shape));
    let fielded = NewOp { field: Some("x".into()), ..correct(step, None, None, &[]) };
    assert_eq!(breach(&mut li, vec![fielded]), Some(FormBreach::Shape));
}

#[test]
fn what_did_not_happen_has_no_time() {
    let detail = |kind: Value, at: Value| Act::from_detail(14, Value::List(vec![Value::Int(0), kind, at]));
    assert!(matches!(detail(Value::text("entered"), Value::Int(5)), Act::Correct(_)));
    assert!(matches!(detail(Value::Null, Value::Null), Act::Correct(_)));
    assert!(matches!(detail(Value::Null, Value::Int(5)), Act::Malformed { kind: 14, .. }));
    assert!(matches!(detail(Value::Int(1), Value::Null), Act::Malformed { kind: 14, .. }));
}

#[test]
fn correcting_a_step_to_a_delivery_is_as_formal_as_recording_one() {
    let correct = |kind: Option<&str>| {
        let (step, kind) = (OpRef::Own(0), kind.map(Into::into));
        Act::Correct(Correction { step, kind, happened_ms: None })
    };
    assert!(correct(Some("delivered")).is_formal() && Act::RecordStep { step: "delivered".into() }.is_formal());
    assert!(!correct(Some("entered")).is_formal() && !correct(None).is_formal());
}
