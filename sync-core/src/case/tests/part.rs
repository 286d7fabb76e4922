//! Which changes are part of a case.

use super::history::{Dice, eventful};
use super::*;
use crate::op::Assignment;

const STRANGER: OfficerId = OfficerId::new([0x33; 16]);

fn verdict(change: &Change, outcome: Outcome, code: &str, replaces: &[OpId]) -> NewOp {
    let replaces = replaces.iter().copied().map(OpRef::Of).collect();
    NewOp { replaces, ..NewOp::new(Act::Verdict(VerdictAct { change: change.id(), outcome, code: code.into() })) }
}

fn invite(officer: OfficerId) -> Vec<NewOp> {
    vec![NewOp::new(Act::Invite(officer))]
}

fn assign(officer: OfficerId) -> Vec<NewOp> {
    vec![NewOp::new(Act::Assign(Assignment { officer }))]
}

fn ids(changes: &[&Change]) -> BTreeSet<ChangeId> {
    changes.iter().map(|change| change.id()).collect()
}

fn names(state: &CaseState) -> Vec<&str> {
    let live = state.field(None, &"name".into()).into_iter().flat_map(|field| &field.live);
    live.filter_map(|live| live.value.as_ref().and_then(Value::as_text)).collect()
}

#[test]
fn what_a_stranger_writes_has_no_effect_and_is_no_head_until_a_verdict_admits_it() {
    let (mut li, mut stranger, mut server) = (Pen::new(LI, 1), Pen::new(STRANGER, 3), Pen::new(LI, 0));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let mine = li.write(Some(case), &[&open], vec![name("李", &[])]);
    let before = fold(case, [&open, &mine]);
    // Well formed or not, on top of everything or beside it.
    let strange = stranger.write(Some(case), &[&mine], vec![name("外", &[&mine])]);
    let bad = stranger.write(Some(case), &[&strange], assign(STRANGER));
    let set = vec![open.clone(), mine.clone(), strange.clone(), bad.clone()];
    let state = fold(case, &set);
    assert_eq!((state.basis(), &state.fields), (before.basis(), &before.fields), "nothing moved");
    assert_eq!(state.outside, ids(&[&strange, &bad]));
    assert_eq!((state.excluded.len(), state.participants.len()), (0, 2));
    assert_eq!(Graph::new(&set).tips(), ids(&[&bad]), "what phones compare has it all");

    // The server knows of it when it decides, and builds on it.
    let admit = server.write(Some(case), &[&mine, &strange], vec![verdict(&strange, Outcome::Admit, "head", &[])]);
    let set: Vec<Change> = set.into_iter().chain([admit.clone()]).collect();
    let state = fold(case, &set);
    assert_eq!((names(&state), &state.heads), (vec!["外"], &ids(&[&admit])));
    assert_eq!(state.outside, ids(&[&bad]), "each by itself");
    // A verdict that is replaced admits no longer.
    let (against, op) = (verdict(&strange, Outcome::Dismiss, "head", &[op(&admit, 0)]), op(&admit, 0));
    let dismiss = server.write(Some(case), &[&admit], vec![against]);
    let state = fold(case, set.iter().chain([&dismiss]));
    assert_eq!((names(&state), state.excluded.len()), (vec!["李"], 1), "{op}");
}

#[test]
fn whom_a_stranger_brings_in_is_a_stranger_and_becomes_none_by_what_comes_later() {
    let (mut li, mut stranger, mut friend) = (Pen::new(LI, 1), Pen::new(STRANGER, 3), Pen::new(LI, 4));
    let (mut server, friends) = (Pen::new(LI, 0), OfficerId::new([0x55; 16]));
    friend.officer = friends;
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let early = stranger.write(Some(case), &[&open], invite(friends));
    let answer = friend.write(Some(case), &[&early], vec![name("友", &[])]);
    assert_eq!(fold(case, [&open, &early, &answer]).outside, ids(&[&early, &answer]));
    // Being assigned changes nothing of what was written before.
    let assigned = server.write(Some(case), &[&open], assign(STRANGER));
    let beside = stranger.write(Some(case), &[&early], vec![name("旁", &[])]);
    let after = stranger.write(Some(case), &[&assigned], vec![name("后", &[])]);
    let set = [&open, &early, &answer, &assigned, &beside, &after];
    let state = fold(case, set);
    assert_eq!((&state.outside, names(&state)), (&ids(&[&early, &answer, &beside]), vec!["后"]));
    assert_eq!(state.heads, ids(&[&after]));
    // Who is admitted with an invitation brings in whom it invites.
    let admit = server.write(Some(case), &[&after, &early], vec![verdict(&early, Outcome::Admit, "head", &[])]);
    let state = fold(case, set.into_iter().chain([&admit]));
    assert_eq!(state.outside, ids(&[&beside]));
    assert!(state.participants.contains_key(&friends));
    assert_eq!(names(&state).len(), 2, "the friend's too");
}

#[test]
fn an_invitation_counts_for_what_builds_on_it() {
    let (mut li, mut invited) = (Pen::new(LI, 1), Pen::new(STRANGER, 3));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let invitation = li.write(Some(case), &[&open], invite(STRANGER));
    let blind = invited.write(Some(case), &[&open], vec![name("未见邀请", &[])]);
    let answer = invited.write(Some(case), &[&invitation], vec![name("应邀", &[])]);
    let state = fold(case, [&open, &invitation, &blind, &answer]);
    assert_eq!((&state.outside, names(&state)), (&ids(&[&blind]), vec!["应邀"]));
    assert_eq!(state.heads, ids(&[&answer]));
}

#[test]
fn exclusion_for_authority_does_not_spread_and_for_another_agency_it_does_even_once_dismissed() {
    for (code, spreads) in [("after_revocation", false), ("formal_time_not_proved", false), ("other_agency", true)] {
        let (mut li, mut invited, mut server) = (Pen::new(LI, 1), Pen::new(STRANGER, 3), Pen::new(LI, 0));
        let open = li.write(None, &[], vec![opening()]);
        let case = open.id();
        let invitation = li.write(Some(case), &[&open], invite(STRANGER));
        let answer = invited.write(Some(case), &[&invitation], vec![name("应邀", &[])]);
        let exclude = server.write(Some(case), &[&answer], vec![verdict(&invitation, Outcome::Exclude, code, &[])]);
        let set = vec![open, invitation.clone(), answer.clone(), exclude.clone()];
        let outside = |set: &[Change]| fold(case, set).outside;
        let expected = if spreads { ids(&[&answer]) } else { ids(&[]) };
        assert_eq!(outside(&set), expected, "{code}");
        for (outcome, expected) in [(Outcome::Dismiss, expected), (Outcome::Admit, ids(&[]))] {
            let decide = verdict(&invitation, outcome, "head", &[op(&exclude, 0)]);
            let decided = server.write(Some(case), &[&exclude], vec![decide]);
            let set: Vec<Change> = set.iter().cloned().chain([decided]).collect();
            assert_eq!(outside(&set), expected, "{code} {outcome:?}");
        }
    }
}

#[test]
fn a_case_opened_for_another_agency_has_nobody_until_the_opening_is_admitted() {
    let (mut li, mut server) = (Pen::new(LI, 1), Pen::new(LI, 0));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let next = li.write(Some(case), &[&open], vec![name("李", &[])]);
    let exclude = server.write(Some(case), &[&next], vec![verdict(&open, Outcome::Exclude, "other_agency", &[])]);
    let state = fold(case, [&open, &next, &exclude]);
    assert_eq!((&state.outside, names(&state).len()), (&ids(&[&next]), 0));
    let admit = verdict(&open, Outcome::Admit, "head", &[op(&exclude, 0)]);
    let admit = server.write(Some(case), &[&exclude], vec![admit]);
    let state = fold(case, [&open, &next, &exclude, &admit]);
    assert_eq!((&state.outside, names(&state)), (&ids(&[]), vec!["李"]));
}

#[test]
fn a_decision_is_told_nothing_of_what_is_outside() {
    let (mut li, mut stranger, mut server) = (Pen::new(LI, 1), Pen::new(STRANGER, 3), Pen::new(LI, 0));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let act = Act::Decide { decision: CLOSED.into(), basis: fold(case, [&open]).basis() };
    let closed = server.write(Some(case), &[&open], vec![NewOp::new(act)]);
    let (late, strange) = (
        li.write(Some(case), &[&open], vec![name("晚", &[])]),
        stranger.write(Some(case), &[&open], vec![name("外", &[])]),
    );
    let state = fold(case, [&open, &closed, &late, &strange]);
    assert_eq!(state.decisions[0].unseen, ids(&[&late]));
}

/// By the definition, a change at a time.
fn is_inside(set: &[Change], state: &CaseState, change: &Change) -> bool {
    let find = |id: &ChangeId| set.iter().find(|change| change.id() == *id).unwrap();
    let header = change.header();
    if header.device == DeviceId::SERVER || header.case.is_none() {
        return true;
    }
    let verdicts = || {
        set.iter()
            .filter(|change| !state.without_effect.contains_key(&change.id()))
            .flat_map(Change::named_ops)
            .filter(|(_, op)| matches!(&op.act, Act::Verdict(verdict) if verdict.change == change.id()))
    };
    let stands = |id: &OpId| {
        !verdicts().any(|(other, op)| op.replaces.iter().any(|replaced| replaced.resolve(other.change) == *id))
    };
    let admits = |op: &crate::op::Op| matches!(&op.act, Act::Verdict(verdict) if verdict.outcome == Outcome::Admit);
    if verdicts().any(|(id, op)| admits(op) && stands(&id)) {
        return true;
    }
    let below = history::closure(set, change);
    below.iter().filter(|id| **id != change.id()).any(|id| {
        let earlier = find(id);
        let brings = earlier.ops().iter().any(|op| crate::case::brings(&op.act).contains(&header.officer));
        brings && !state.without_effect.contains_key(id) && is_inside(set, state, earlier)
    })
}

#[test]
fn in_eventful_histories_what_is_outside_and_what_is_a_head_is_as_defined() {
    let (mut outside, mut hidden) = (0, 0);
    for seed in 0..120 {
        let mut dice = Dice(seed);
        let length = 2 + dice.below(30);
        let (set, case) = eventful(&mut dice, length);
        let state = fold(case, &set);
        let inside: Vec<&Change> = set.iter().filter(|change| is_inside(&set, &state, change)).collect();
        let all: BTreeSet<ChangeId> = set.iter().map(Change::id).collect();
        assert_eq!(state.outside, &all - &ids(&inside), "{seed}");
        let covered = |change: &&&Change| {
            let above =
                |other: &&&Change| other.id() != change.id() && history::closure(&set, other).contains(&change.id());
            inside.iter().any(|other| above(&other))
        };
        let heads: BTreeSet<ChangeId> =
            inside.iter().filter(|change| !covered(change)).map(|change| change.id()).collect();
        assert_eq!(state.heads, heads, "{seed}");
        assert_eq!(Graph::new(&set).heads(), heads, "{seed}");
        outside += state.outside.len();
        hidden += Graph::new(&set).tips().difference(&heads).count();
    }
    assert!(outside > 100 && hidden > 20, "{outside} {hidden}");
}

#[test]
fn who_takes_part_was_named_with_effect_or_answered_an_invitation_that_they_saw() {
    use crate::case::taking_part;
    let zhang = OfficerId::new([0x55; 16]);
    let (mut li, mut server, mut theirs) = (Pen::new(LI, 1), Pen::new(LI, 0), Pen::new(zhang, 5));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let part = |set: &[&Change]| {
        let graph = Graph::new(set.iter().copied());
        taking_part(&fold(case, set.iter().copied()), &graph).contains(&zhang)
    };
    let named = server.write(Some(case), &[&open], assign(zhang));
    let formless = li.write(Some(case), &[&open], assign(zhang));
    assert_eq!((part(&[&open]), part(&[&open, &named]), part(&[&open, &formless])), (false, true, false));
    let invited = li.write(Some(case), &[&open], invite(zhang));
    let answer = theirs.write(Some(case), &[&invited], vec![name("张", &[])]);
    let unseen = theirs.write(Some(case), &[&open], vec![name("张", &[])]);
    assert_eq!((part(&[&open, &invited]), part(&[&open, &invited, &answer])), (false, true));
    assert!(!part(&[&open, &invited, &unseen]), "it did not see the invitation");
    for code in ["other_agency", "after_revocation"] {
        let undone = server.write(Some(case), &[&invited], vec![verdict(&invited, Outcome::Exclude, code, &[])]);
        assert!(!part(&[&open, &invited, &undone, &answer]), "it was undone: {code}");
    }
}
