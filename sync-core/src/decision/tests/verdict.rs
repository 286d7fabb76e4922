//! Verdicts: what keeps a case open, and what is judged when.

use super::*;

#[test]
fn a_quarantined_change_keeps_the_case_open_unless_it_brings_in_another_agency() {
    for (code, obstacles) in [
        ("after_revocation", BTreeSet::from([Obstacle::Quarantined])),
        ("formal_time_not_proved", BTreeSet::from([Obstacle::Quarantined])),
        (Quarantine::OtherAgency.code(), BTreeSet::new()),
    ] {
        let mut case = Case::new();
        let change = case.phone(vec![add("record")]);
        case.judge(change, Outcome::Exclude, code, &[]);
        assert_eq!(case.look(close), obstacles, "{code}");
    }
}

#[test]
fn what_a_stranger_sent_keeps_nothing_open_and_waits_until_it_is_judged() {
    for outcome in [Outcome::Admit, Outcome::Dismiss] {
        let mut case = Case::new();
        let formless = NewOp::new(Act::Assign(crate::op::Assignment { officer: LI }));
        let formless =
            case.save_as(OfficerId::new([0x33; 16]), vec![case.id()], DeviceId::new([3; 16]), vec![formless]);
        let deps = vec![formless];
        let change = case.save_as(OfficerId::new([0x33; 16]), deps, DeviceId::new([3; 16]), vec![add("record")]);
        assert_eq!((case.look(close), case.look(|s, _| waiting(s))), (BTreeSet::new(), BTreeSet::from([change])));
        assert_eq!(case.look(|s, _| may_judge(s, change)), Ok(vec![]), "no verdict is against it");
        assert_eq!(case.look(|s, _| waiting(s)), BTreeSet::from([change]), "nothing can come of it");
        assert_eq!(case.look(|s, _| may_judge(s, formless)), Err(Obstacle::NotQuarantined));
        case.judge(change, outcome, "head", &[]);
        assert_eq!(case.look(|s, _| may_judge(s, change)), Err(Obstacle::NotQuarantined), "{outcome:?}");
        assert_eq!(case.look(|s, _| waiting(s)), BTreeSet::new(), "{outcome:?}");
        let stands = case.look(|s, _| s.entities.get(&op(change, 0)).is_some_and(|entity| !entity.shell));
        assert_eq!(stands, outcome == Outcome::Admit);
    }
}

#[test]
fn a_change_is_judged_once_and_while_the_case_is_open() {
    for outcome in [Outcome::Admit, Outcome::Dismiss] {
        let mut case = Case::new();
        let change = case.phone(vec![add("record")]);
        assert_eq!(case.look(|s, _| may_judge(s, change)), Err(Obstacle::NotQuarantined), "nothing is against it");
        let verdict = case.judge(change, Outcome::Exclude, "after_revocation", &[]);
        assert_eq!(case.look(|s, _| may_judge(s, change)), Ok(vec![verdict]));
        case.judge(change, outcome, "head", &[verdict]);
        assert_eq!(case.look(|s, _| may_judge(s, change)), Err(Obstacle::NotQuarantined), "{outcome:?}");
        assert_eq!(case.look(close), BTreeSet::new(), "{outcome:?}");
        let stands = case.look(|s, _| s.entities.get(&op(change, 0)).is_some_and(|entity| !entity.shell));
        assert_eq!(stands, outcome == Outcome::Admit);
    }
}

#[test]
fn after_the_closing_nothing_is_judged() {
    let mut case = Case::new();
    let change = case.phone(vec![add("record")]);
    case.judge(change, Outcome::Exclude, "after_revocation", &[]);
    case.decide(CLOSED, None);
    assert_eq!(case.look(|s, _| may_judge(s, change)), Err(Obstacle::Closed));
}
