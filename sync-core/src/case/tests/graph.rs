//! Graphs with more than one word of bits, and parts of a graph.

use super::*;

/// An opening and `count` changes below it, each in the place of the one before.
fn chain(count: usize) -> (Vec<Change>, CaseId) {
    let mut li = Pen::new(LI, 1);
    let open = li.write(None, &[], vec![opening()]);
    let (case, mut set) = (open.id(), vec![open]);
    for number in 1..=count {
        let last = set.last().unwrap();
        let replaced: &[&Change] = if number == 1 { &[] } else { &[last] };
        let next = li.write(Some(case), &[last], vec![name(&number.to_string(), replaced)]);
        set.push(next);
    }
    (set, case)
}

#[test]
fn a_case_of_more_than_64_changes_each_replacing_the_last_keeps_one_live_value() {
    for count in [62, 63, 64, 65, 127, 128, 129, 200] {
        let (set, case) = chain(count);
        let state = fold(case, &set);
        assert_eq!(names(&state), [count.to_string()], "{count} changes");
        assert_eq!((state.heads.len(), state.without_effect.len()), (1, 0), "{count} changes");
        let (graph, last) = (Graph::new(&set), set.last().unwrap().id());
        assert!(set[..count].iter().all(|change| graph.builds_on(&last, &change.id())), "{count} changes");
        assert!(!set.iter().any(|change| graph.builds_on(&change.id(), &last)), "{count} changes");
    }
}

#[test]
fn two_branches_of_more_than_64_changes_build_each_on_its_own() {
    let (set, case) = chain(70);
    let mut wang = Pen::new(WANG, 2);
    let mut beside: Vec<Change> = Vec::new();
    for number in 0..70 {
        let last = beside.last().unwrap_or(&set[1]);
        beside.push(wang.write(Some(case), &[last], vec![name(&format!("旁{number}"), &[last])]));
    }
    let all: Vec<Change> = set.iter().chain(&beside).cloned().collect();
    let graph = Graph::new(&all);
    for (number, change) in beside.iter().enumerate() {
        assert!(graph.builds_on(&change.id(), &set[1].id()));
        assert!(!graph.builds_on(&change.id(), &set[2 + number.min(68)].id()), "{number}");
        assert!(!graph.builds_on(&set[70].id(), &change.id()), "{number}");
    }
    let state = fold(case, &all);
    let mut live = names(&state);
    live.sort_unstable();
    assert_eq!(live, ["70", "旁69"]);
}

#[test]
fn what_a_record_states_is_its_heads_and_what_they_build_on() {
    let (set, case) = chain(3);
    let beside = Pen::new(WANG, 2).write(Some(case), &[&set[0]], vec![name("旁", &[])]);
    let all: Vec<Change> = set.iter().cloned().chain([beside.clone()]).collect();
    let graph = Graph::new(&all);
    let ids = |changes: &[Change]| changes.iter().map(Change::id).collect::<BTreeSet<_>>();
    let up_to = |heads: &[&Change]| {
        let heads = heads.iter().map(|head| head.id()).collect();
        graph.up_to(&heads).iter().map(|change| change.id()).collect::<BTreeSet<_>>()
    };
    assert_eq!(up_to(&[&set[2]]), ids(&set[..3]), "the head, and neither what follows nor what stands beside it");
    assert_eq!(up_to(&[&set[0]]), ids(&set[..1]));
    assert_eq!(up_to(&[&set[0], &beside]), [set[0].id(), beside.id()].into());
    assert_eq!(up_to(&[]), BTreeSet::new());
}

#[test]
fn a_second_opening_that_breaks_a_rule_of_form_leaves_the_opening() {
    let other = |officers: Vec<OfficerId>| {
        NewOp::new(Act::Open(Open {
            kind: CaseKind::Simple,
            agency: AgencyId::new([8; 16]),
            item: "another".into(),
            officers,
        }))
    };
    let third = OfficerId::new([0x33; 16]);
    for second_first in [true, false] {
        let mut li = Pen::new(LI, 1);
        let open = li.write(None, &[], vec![opening()]);
        let note = NewOp::new(Act::RecordStep { step: "note".into() });
        let ops = if second_first { vec![other(vec![LI, third])] } else { vec![note, other(vec![LI, third])] };
        let second = li.write(Some(open.id()), &[&open], ops);
        let state = fold(open.id(), &[open.clone(), second.clone()]);
        assert_eq!(state.without_effect, [(second.id(), FormBreach::Opening)].into());
        let kept = state.opening.unwrap();
        assert_eq!((kept.kind, kept.item.as_str(), kept.agency), (CaseKind::Inspection, "i", AgencyId::new([9; 16])));
        assert_eq!(state.participants.keys().copied().collect::<Vec<_>>(), [LI, WANG]);
    }
    // An opening whose author is not among its officers opens nothing.
    let stranger = Pen::new(third, 3).write(None, &[], vec![opening()]);
    let state = fold(stranger.id(), std::slice::from_ref(&stranger));
    assert!(state.opening.is_none() && state.participants.is_empty());
}
