//! Exact bounds of lease and authority, one millisecond past each, and the order in which changes are admitted.

use super::*;
use crate::op::Assignment;

/// A change two hours after its anchor was made within two seconds and a thousandth of that.
const DRIFT: i64 = 2000 + 7200;

/// The bounds of [`second`] at hour 2.
fn bounds() -> (Instant, Instant) {
    let Interval { lower, upper, grade } = one(&opened(), second(2, note("好")), standing(100), at(30)).interval;
    assert_eq!((lower, upper, grade), (at(2).plus_ms(-DRIFT), at(2).plus_ms(DRIFT), Grade::A));
    (lower, upper)
}

fn later(instant: Instant) -> Instant {
    instant.plus_ms(1)
}

fn earlier(instant: Instant) -> Instant {
    instant.plus_ms(-1)
}

#[test]
fn a_lease_covers_what_was_made_up_to_its_very_end() {
    let (lower, upper) = bounds();
    let flags = |lease_ends| {
        let stored = one(&opened(), second(2, signing()), Standing { lease_ends, ..standing(100) }, at(30));
        assert_eq!(stored.taken, Taken::Accepted);
        stored.flags
    };
    assert_eq!(flags(Some(upper)), [].into());
    assert_eq!(flags(Some(earlier(upper))), [Flag::TimeNotProved].into());
    assert_eq!(flags(Some(lower)), [Flag::TimeNotProved].into());
    assert_eq!(flags(Some(earlier(lower))), [Flag::OutsideLease].into());
    assert_eq!(flags(None), [Flag::OutsideLease].into());
}

/// The result for a formal act at hour 2 by an officer with authority in these spans.
fn formal(authority: &[(Instant, Instant)]) -> (Taken, BTreeSet<Flag>) {
    let stored =
        one(&opened(), second(2, signing()), Standing { authority: authority.to_vec(), ..standing(100) }, at(30));
    (stored.taken, stored.flags)
}

#[test]
fn authority_begins_with_its_first_millisecond_and_its_end_is_exclusive() {
    let (lower, upper) = bounds();
    let (accepted, no_flags) = (Taken::Accepted, BTreeSet::new());
    let astride = (Taken::Quarantined(Quarantine::FormalTimeNotProved), BTreeSet::from([Flag::TimeNotProved]));
    let outside = (Taken::Quarantined(Quarantine::AfterRevocation), BTreeSet::new());
    let whole = (lower, later(upper));
    assert_eq!(formal(&[whole]), (accepted, no_flags), "from its first to its last millisecond");
    assert_eq!(formal(&[(later(lower), whole.1)]), astride, "it may have been made before authority began");
    assert_eq!(formal(&[(lower, upper)]), astride, "it may have been made when authority had just ended");
    assert_eq!(formal(&[(upper, at(100))]), astride, "it may have been made when authority had just begun");
    assert_eq!(formal(&[(later(upper), at(100))]), outside, "authority began after it");
    assert_eq!(formal(&[(at(0), later(lower))]), astride);
    assert_eq!(formal(&[(at(0), lower)]), outside, "authority ended before it");
    assert_eq!(formal(&[]), outside);
}

#[test]
fn one_of_several_spans_of_authority_must_hold_it_whole() {
    let (lower, upper) = bounds();
    assert_eq!(formal(&[(at(0), at(1)), (lower, later(upper))]).0, Taken::Accepted);
    let pieces = [(at(0), at(2)), (at(2), at(9))];
    assert_eq!(formal(&pieces).0, Taken::Quarantined(Quarantine::FormalTimeNotProved));
    let beside = [(at(0), lower), (later(upper), at(9))];
    assert_eq!(formal(&beside).0, Taken::Quarantined(Quarantine::AfterRevocation));
    let capture = |authority: &[(Instant, Instant)]| {
        let standing = Standing { authority: authority.to_vec(), ..standing(100) };
        one(&opened(), second(2, note("记")), standing, at(30)).taken
    };
    assert_eq!(capture(&pieces), Taken::Accepted);
    assert_eq!(capture(&beside), Taken::Quarantined(Quarantine::AfterRevocation));
}

/// A change by Li whose clock names no anchor, at this place of the chain.
fn unanchored(seq: u64, held: &[Change], deps: &[&Change]) -> Change {
    let made = change(LI, seq, Some(held[0].id()), deps, 2, note("记"));
    let mut header = made.header().clone();
    header.clock.anchor = None;
    header.deps.sort_unstable();
    let key = SoftwareKey::from_secret(&[LI.bytes()[0]; 32]).unwrap();
    Change::seal(header, note("记"), [9; 32], &key).unwrap()
}

#[test]
fn a_change_was_made_after_the_latest_of_what_it_builds_on() {
    let nowhere = || Some(Standing { anchor: Anchored::Nowhere, known: None, ..standing(100) });
    let open = opened().remove(0);
    let wangs = change(WANG, 1, Some(open.id()), &[&open], 2, note("二"));
    let lis = second(2, note("一"));
    let all = [open, wangs, lis];
    let last = unanchored(3, &all, &[&all[1], &all[2]]);
    let next = unanchored(4, &all, &[&last]);
    let planned = |lower: [i64; 3], arrivals: &[&Change]| {
        let lower = all.iter().zip(lower).map(|(change, hour)| (change.id(), at(hour))).collect();
        let (changes, agencies) = (all.iter().collect::<Vec<_>>(), BTreeMap::from([(LI, OURS), (WANG, OURS)]));
        let held = StoredCase {
            case: all[0].id(),
            changes: &changes,
            size: Size::default(),
            lower: &lower,
            agencies: &agencies,
        };
        let arrive = |change: &&Change| Arrival { change: Arc::new((*change).clone()), standing: nowhere() };
        let plan = lane(held, arrivals.iter().map(arrive).collect(), at(30));
        plan.stored.iter().map(|stored| stored.interval.lower).collect::<Vec<_>>()
    };
    assert_eq!(planned([1, 5, 7], &[&last]), [at(7)]);
    assert_eq!(planned([1, 7, 5], &[&last]), [at(7)]);
    assert_eq!(planned([1, 7, 5], &[&last, &next]), [at(7), at(7)], "what arrives with it counts as what is held");
}

/// `change` in this epoch and at this place of its device's chain, on these deps.
fn placed(officer: OfficerId, epoch: u8, seq: u64, case: CaseId, deps: &[&Change]) -> Change {
    let made = change(officer, seq, Some(case), deps, 2, note("记"));
    let header = Header { epoch: Epoch::new([epoch; 8]), ..made.header().clone() };
    let key = SoftwareKey::from_secret(&[officer.bytes()[0]; 32]).unwrap();
    Change::seal(header, note("记"), [epoch; 32], &key).unwrap()
}

#[test]
fn a_change_that_leaves_out_its_own_phones_earlier_one_is_flagged_and_a_new_epoch_misses_nothing() {
    let open = opened().remove(0);
    let (case, own) = (open.id(), LI.bytes()[0]);
    let held = [open.clone(), placed(LI, own, 2, case, &[&open])];
    let missing =
        |change: Change, standing| one(&held, change, standing, at(30)).flags.contains(&Flag::OwnChangeMissing);
    assert!(missing(placed(LI, own, 3, case, &[&held[0]]), standing(100)));
    assert!(!missing(placed(LI, own, 3, case, &[&held[1]]), standing(100)));
    assert!(!missing(placed(LI, 0x77, 3, case, &[&held[0]]), standing(100)), "another epoch of the same phone");
    assert!(!missing(placed(WANG, own, 3, case, &[&held[0]]), standing(100)), "another phone in an epoch of that name");
    let fork = Standing { forks: true, ..standing(100) };
    assert!(!missing(placed(LI, own, 2, case, &[&held[0]]), fork.clone()), "a fork is its own flag");
    assert!(one(&held, placed(LI, own, 2, case, &[&held[0]]), fork, at(30)).flags.contains(&Flag::Fork));
}

#[test]
fn a_chain_has_a_gap_where_the_change_before_is_not_held_or_not_named() {
    let open = opened().remove(0);
    let at_seq = |seq, prev| {
        let header = Header { prev, ..change(LI, seq, Some(open.id()), &[&open], 2, note("记")).header().clone() };
        Change::seal(header, note("记"), [1; 32], &SoftwareKey::from_secret(&[1; 32]).unwrap()).unwrap()
    };
    assert!(!has_gap(&at_seq(1, None), |_| panic!("the first names none")));
    assert!(has_gap(&at_seq(2, None), |_| true));
    assert!(!has_gap(&at_seq(2, Some(open.id())), |id| *id == open.id()));
    assert!(has_gap(&at_seq(2, Some(open.id())), |_| false));
    assert!(has_gap(&at_seq(1, Some(open.id())), |_| true), "nothing comes before the first");
}

#[test]
fn an_opening_for_another_agency_is_foreign_though_all_its_officers_are_of_ones_own() {
    let open = |agency| {
        let open = Open { kind: CaseKind::Inspection, agency, item: "i".into(), officers: vec![LI] };
        one(&[], change(LI, 1, None, &[], 1, vec![NewOp::new(Act::Open(open))]), standing(100), at(30)).taken
    };
    assert_eq!(open(OURS), Taken::Accepted);
    assert_eq!(open(THEIRS), Taken::Quarantined(Quarantine::OtherAgency));
}

#[test]
fn a_phone_need_not_build_on_its_own_change_that_is_no_part_of_the_case() {
    let open = opened().remove(0);
    let case = Some(open.id());
    let strange = change(STRANGER, 1, case, &[&open], 2, note("外"));
    let invite = change(LI, 2, case, &[&open], 2, vec![NewOp::new(Act::Invite(STRANGER))]);
    let held = [open, strange, invite];
    let answer = one(&held, change(STRANGER, 2, case, &[&held[2]], 3, note("到")), standing(100), at(30));
    assert_eq!((answer.taken, answer.flags), (Taken::Accepted, BTreeSet::new()));
}

#[test]
fn only_a_document_of_a_form_without_a_procedure_is_not_built() {
    use crate::op::OpRef;
    use crate::schema::{DECISIONS, FieldName, FormName, PENALTY_DECISION, SPOT_DECISION};
    let flagged = |ops| one(&opened(), second(2, ops), standing(100), at(30)).flags.contains(&Flag::NotBuilt);
    let document = || NewOp::add("document", "a");
    let writes = |field: FieldName, text: &str| {
        vec![document(), NewOp::put(Some(OpRef::Own(0)), field, vec![], Value::text(text))]
    };
    assert!(flagged(writes(FORM, PENALTY_DECISION.as_str())) && flagged(writes(FORM, "hearing_notice")));
    assert!(!flagged(writes(FORM, SPOT_DECISION.as_str())));
    assert!(!flagged(writes(FORM, "")) && !flagged(writes(FORM, " \n")), "not filled in yet");
    assert!(!flagged(writes("note".into(), PENALTY_DECISION.as_str())), "another field");
    assert!(!flagged(vec![NewOp::put(None, FORM, vec![], Value::text(PENALTY_DECISION))]), "no document's");
    let signs = |form: FormName| {
        let [document, sign] = signing().try_into().unwrap();
        let Act::Sign(signature) = sign.act else { panic!() };
        let signature = Signature { form, ..signature };
        vec![document, NewOp::new(Act::Sign(signature)).on(OpRef::Own(0))]
    };
    assert_eq!(DECISIONS.map(|form| flagged(signs(form))), [false, true]);
    assert!(!flagged(signs("scene_note".into())), "what a record is called decides nothing");
}

#[test]
fn how_a_change_was_taken_is_read_back_from_class_and_code() {
    let formless = Taken::WithoutEffect(FormBreach::Target);
    for taken in [Taken::Accepted, Taken::Quarantined(Quarantine::OtherAgency), formless] {
        assert_eq!(Taken::parse(taken.class(), taken.code()).ok(), Some(taken));
    }
    assert_eq!(Taken::Accepted.code(), "");
    for (class, code) in [
        (LeafClass::Accepted, Quarantine::OtherAgency.code()),
        (LeafClass::Quarantined, ""),
        (LeafClass::Quarantined, FormBreach::Target.code()),
        (LeafClass::WithoutEffect, ""),
        (LeafClass::WithoutEffect, Quarantine::OtherAgency.code()),
    ] {
        assert!(Taken::parse(class, code).is_err(), "{class:?} {code}");
    }
}

#[test]
fn what_builds_on_a_change_for_which_there_is_no_room_stays_with_its_phone_too() {
    let held = opened();
    let (large, beside) = (second(3, note(&"记".repeat(1_000))), second(3, note("记")));
    let small = change(LI, 3, Some(held[0].id()), &[&large], 4, note("记"));
    let room = beside.size().plus(small.size()).bytes;
    assert!(large.size().bytes > room, "the large one alone is over");
    let size = Size { bytes: ceiling::CASE.bytes - room, ..Size::default() };
    let (lower, changes) = (BTreeMap::from([(held[0].id(), at(0))]), [&held[0]]);
    let agencies = BTreeMap::from([(LI, OURS), (WANG, OURS)]);
    let known = StoredCase { case: held[0].id(), changes: &changes, size, lower: &lower, agencies: &agencies };
    let arrivals = [&large, &small, &beside]
        .map(|change| Arrival { change: Arc::new(change.clone()), standing: Some(standing(100)) });
    let plan = lane(known, arrivals.to_vec(), at(30));
    let ids = |changes: &mut dyn Iterator<Item = ChangeId>| changes.collect::<BTreeSet<_>>();
    assert_eq!(ids(&mut plan.stored.iter().map(|stored| stored.change.id())), [beside.id()].into());
    assert_eq!(ids(&mut plan.full.iter().map(|change| change.id())), [large.id(), small.id()].into());
}

#[test]
fn an_opening_an_assignment_and_an_invitation_bring_officers_into_a_case() {
    assert_eq!(brought(&opened()[0]), [LI, WANG]);
    let two = vec![NewOp::new(Act::Invite(STRANGER)), NewOp::new(Act::Assign(Assignment { officer: WANG }))];
    assert_eq!(brought(&second(2, two)), [STRANGER, WANG]);
    assert_eq!(brought(&second(2, note("记"))), []);
}
