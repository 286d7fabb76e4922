//! Classes of arriving changes, each as a sentence.

use super::*;
use crate::case::FormBreach;
use crate::change::{Anchor, Clock, Header, NewOp, Reading};
use crate::id::{BootId, Digest, Epoch, TenantId};
use crate::op::{CaseKind, Open, Signature, SignerRole};
use crate::sign::SoftwareKey;
use crate::value::Value;

mod bounds;

const LI: OfficerId = OfficerId::new([0x11; 16]);
const WANG: OfficerId = OfficerId::new([0x22; 16]);
const STRANGER: OfficerId = OfficerId::new([0x33; 16]);
const OURS: AgencyId = AgencyId::new([0xb0; 16]);
const THEIRS: AgencyId = AgencyId::new([0xc0; 16]);
const HOUR: i64 = 3_600_000;

fn at(hour: i64) -> Instant {
    Instant::from_ms(1_795_363_200_000 + hour * HOUR)
}

/// A change by `officer`, made `hour` hours after its anchor at hour 0.
fn change(officer: OfficerId, seq: u64, case: Option<CaseId>, deps: &[&Change], hour: u64, ops: Vec<NewOp>) -> Change {
    let byte = officer.bytes()[0];
    let header = Header {
        tenant: TenantId::new([1; 16]),
        device: DeviceId::new([byte; 16]),
        epoch: Epoch::new([byte; 8]),
        seq,
        prev: None,
        officer,
        lease: Some(Digest::new([byte; 32])),
        case,
        deps: deps.iter().map(|dep| dep.id()).collect(),
        clock: Clock {
            wall: at(i64::try_from(hour).unwrap()),
            monotonic_ms: hour * 3_600_000,
            boot: BootId::new([0; 16]),
            counts_sleep: true,
            anchor: Some(Anchor { lease: Digest::new([byte; 32]), reading: Some(Reading { asked_ms: 0, came_ms: 0 }) }),
        },
        rules: Digest::new([0; 32]),
        ops: Digest::new([0; 32]),
    };
    let secret = [seq.to_be_bytes()[7]; 32];
    Change::seal(header, ops, secret, &SoftwareKey::from_secret(&[byte; 32]).unwrap()).unwrap()
}

fn opening(officers: &[OfficerId]) -> Vec<NewOp> {
    let officers = officers.to_vec();
    vec![NewOp::new(Act::Open(Open { kind: CaseKind::Inspection, agency: OURS, item: "i".into(), officers }))]
}

fn note(text: &str) -> Vec<NewOp> {
    vec![NewOp::put(None, "note", vec![], Value::text(text))]
}

/// A formal act: an officer signs a document added in the same change.
fn signing() -> Vec<NewOp> {
    let signature = Signature {
        form: "scene_record".into(),
        version: 1,
        role: SignerRole::Officer,
        manner: "key".into(),
        shown: vec![],
        digest: crate::change::shown_digest([]),
    };
    let document = NewOp::add("document", "a");
    vec![document, NewOp::new(Act::Sign(signature)).on(crate::op::OpRef::Own(0))]
}

/// In the register from hour −1 to `until`, on a lease of 24 hours.
fn standing(until: i64) -> Standing {
    Standing {
        agency: OURS,
        lease_ends: Some(at(24)),
        anchor: Anchored::At(at(0)),
        known: Some(at(-1)),
        previous: None,
        authority: vec![(at(-1), at(until))],
        forks: false,
    }
}

fn plan_of(held: &[Change], arrivals: Vec<Arrival>, now: Instant) -> LanePlan {
    let case = held.first().map_or_else(|| arrivals[0].change.case(), Change::case);
    let lower = held.iter().map(|change| (change.id(), at(0))).collect();
    let agencies = BTreeMap::from([(LI, OURS), (WANG, OURS), (STRANGER, THEIRS)]);
    let held: Vec<&Change> = held.iter().collect();
    let size = held.iter().map(|change| change.size()).sum();
    lane(StoredCase { case, changes: &held, size, lower: &lower, agencies: &agencies }, arrivals, now)
}

fn one(held: &[Change], change: Change, standing: Standing, now: Instant) -> Stored {
    let plan = plan_of(held, vec![Arrival { change: Arc::new(change), standing: Some(standing) }], now);
    assert!(plan.parked.is_empty(), "{:?}", plan.parked);
    plan.stored.into_iter().next().unwrap()
}

fn opened() -> Vec<Change> {
    vec![change(LI, 1, None, &[], 1, opening(&[LI, WANG]))]
}

fn second(hour: u64, ops: Vec<NewOp>) -> Change {
    let held = opened();
    change(LI, 2, Some(held[0].id()), &[&held[0]], hour, ops)
}

#[test]
fn a_change_within_lease_and_certificate_is_accepted_without_flags() {
    let stored = one(&opened(), second(2, note("好")), standing(100), at(30));
    assert_eq!((stored.taken, stored.flags.len()), (Taken::Accepted, 0));
    assert_eq!(stored.interval.grade, Grade::A);
}

#[test]
fn a_change_made_at_the_end_of_the_lease_is_inside_and_a_later_one_is_flagged() {
    // The monotonic clock may drift by one part in a thousand, so the boundary has that width.
    let inside = one(&opened(), second(23, note("好")), standing(100), at(30));
    assert!(inside.flags.is_empty(), "{:?}", inside.flags);
    let astride = one(&opened(), second(24, note("好")), standing(100), at(30));
    assert_eq!(astride.flags, [Flag::TimeNotProved].into());
    let after = one(&opened(), second(25, signing()), standing(100), at(30));
    assert_eq!((after.taken, after.flags), (Taken::Accepted, [Flag::OutsideLease].into()));
}

#[test]
fn what_was_made_wholly_after_a_revocation_is_quarantined() {
    let after = one(&opened(), second(6, note("晚")), standing(5), at(30));
    assert_eq!(after.taken, Taken::Quarantined(Quarantine::AfterRevocation));
    let before = one(&opened(), second(4, signing()), standing(5), at(30));
    assert_eq!(before.taken, Taken::Accepted);
}

#[test]
fn astride_a_revocation_capture_is_accepted_and_a_formal_act_is_quarantined() {
    let capture = one(&opened(), second(5, note("疑")), standing(5), at(30));
    assert_eq!((capture.taken, capture.flags), (Taken::Accepted, [Flag::TimeNotProved].into()));
    let formal = one(&opened(), second(5, signing()), standing(5), at(30));
    assert_eq!(formal.taken, Taken::Quarantined(Quarantine::FormalTimeNotProved));
}

#[test]
fn a_stranger_is_quarantined_and_an_invited_officer_is_not() {
    let held = opened();
    let strange = change(STRANGER, 1, Some(held[0].id()), &[&held[0]], 2, note("外人"));
    let stored = one(&held, strange, standing(100), at(30));
    assert_eq!(stored.taken, Taken::Quarantined(Quarantine::NotAParticipant));

    let alone = vec![change(LI, 1, None, &[], 1, opening(&[LI]))];
    let invite = change(LI, 2, Some(alone[0].id()), &[&alone[0]], 2, vec![NewOp::new(Act::Invite(WANG))]);
    let wangs = change(WANG, 1, Some(alone[0].id()), &[&invite], 3, note("到"));
    let arrivals = [wangs, invite].map(|change| Arrival { change: Arc::new(change), standing: Some(standing(100)) });
    let plan = plan_of(&alone, arrivals.to_vec(), at(30));
    assert!(plan.stored.iter().all(|stored| stored.taken == Taken::Accepted), "{plan:?}");
    assert!(plan.participants.contains(&WANG));
}

#[test]
fn inviting_or_opening_for_another_agency_is_quarantined() {
    let held = opened();
    let invite = change(LI, 2, Some(held[0].id()), &[&held[0]], 2, vec![NewOp::new(Act::Invite(STRANGER))]);
    assert_eq!(one(&held, invite, standing(100), at(30)).taken, Taken::Quarantined(Quarantine::OtherAgency));
    let theirs = Standing { agency: THEIRS, ..standing(100) };
    let open = change(LI, 1, None, &[], 1, opening(&[LI]));
    assert_eq!(one(&[], open, theirs, at(30)).taken, Taken::Quarantined(Quarantine::OtherAgency));
}

#[test]
fn exclusion_does_not_spread_to_whom_an_officer_without_authority_brought_in() {
    let open = change(LI, 1, None, &[], 6, opening(&[LI, WANG]));
    let wangs = change(WANG, 1, Some(open.id()), &[&open], 7, note("我在"));
    let arrivals = vec![
        Arrival { change: Arc::new(open), standing: Some(standing(5)) },
        Arrival { change: Arc::new(wangs), standing: Some(standing(100)) },
    ];
    let plan = plan_of(&[], arrivals, at(30));
    let taken: Vec<Taken> = plan.stored.iter().map(|stored| stored.taken).collect();
    assert_eq!(taken, [Taken::Quarantined(Quarantine::AfterRevocation), Taken::Accepted]);
}

#[test]
fn what_misses_deps_values_or_lease_is_parked_with_their_names() {
    let held = opened();
    let case = Some(held[0].id());
    let first = change(LI, 2, case, &[&held[0]], 2, note("一"));
    let next = change(LI, 3, case, &[&first], 3, note("二"));
    let plan = plan_of(&held, vec![Arrival { change: Arc::new(next.clone()), standing: Some(standing(100)) }], at(30));
    assert_eq!(plan.parked, vec![(Arc::new(next.clone()), vec![Missing::Change(first.id())])]);
    assert!(plan.stored.is_empty());

    let unknown = plan_of(&held, vec![Arrival { change: Arc::new(first.clone()), standing: None }], at(30));
    assert_eq!(unknown.parked[0].1, vec![Missing::Lease(Digest::new([0x11; 32]))]);

    let bare = crate::change::Received::from_parts(first.sign1(), first.ops_bytes(), None).unwrap().trust_own_store();
    let plan = plan_of(&held, vec![Arrival { change: Arc::new(bare), standing: Some(standing(100)) }], at(30));
    assert_eq!(plan.parked[0].1, vec![Missing::Values]);

    let both = [next, first].map(|change| Arrival { change: Arc::new(change), standing: Some(standing(100)) });
    let plan = plan_of(&held, both.to_vec(), at(30));
    assert_eq!((plan.stored.len(), plan.parked.len()), (2, 0), "the parked chain opens");
}

#[test]
fn what_opens_the_case_is_waited_for_even_by_who_forgot_to_build_on_it() {
    let opening = &opened()[0];
    let forgetful = change(LI, 2, Some(opening.id()), &[], 2, note("忘了"));
    let arrival = |change: &Change| Arrival { change: Arc::new(change.clone()), standing: Some(standing(100)) };
    let (size, lower, agencies) = (Size::default(), BTreeMap::new(), BTreeMap::new());
    let nothing = StoredCase { case: opening.id(), changes: &[], size, lower: &lower, agencies: &agencies };
    let plan = lane(nothing, vec![arrival(&forgetful)], at(30));
    assert_eq!(plan.parked, vec![(Arc::new(forgetful.clone()), vec![Missing::Change(opening.id())])]);
    assert!(plan.stored.is_empty(), "a case begins with its opening");
    let plan = plan_of(std::slice::from_ref(opening), vec![arrival(&forgetful)], at(30));
    assert_eq!((plan.stored.len(), plan.parked.len()), (1, 0), "once it is there, form says what becomes of it");
}

#[test]
fn a_breach_of_form_is_stored_without_effect_and_what_builds_on_it_goes_on() {
    let held = opened();
    let case = Some(held[0].id());
    let bad = change(LI, 2, case, &[&held[0]], 2, vec![NewOp::new(Act::Assign(crate::op::Assignment { officer: LI }))]);
    let good = change(LI, 3, case, &[&bad], 3, note("继续"));
    let arrivals = [bad, good].map(|change| Arrival { change: Arc::new(change), standing: Some(standing(100)) });
    let plan = plan_of(&held, arrivals.to_vec(), at(30));
    let taken: Vec<Taken> = plan.stored.iter().map(|stored| stored.taken).collect();
    assert_eq!(taken, [Taken::WithoutEffect(FormBreach::NotTheSigners), Taken::Accepted]);
}

#[test]
fn a_fork_is_flagged_and_kept() {
    let fork = Standing { forks: true, ..standing(100) };
    let stored = one(&opened(), second(2, note("叉")), fork, at(30));
    assert_eq!((stored.taken, stored.flags), (Taken::Accepted, [Flag::Fork].into()));
    assert!(Flag::Fork.alarms());
}

#[test]
fn forgetting_ones_own_change_is_a_flag_and_no_fault_of_form() {
    let held = opened();
    let case = Some(held[0].id());
    let mine = change(LI, 2, case, &[&held[0]], 2, note("一"));
    let forgetful = change(LI, 3, case, &[&held[0]], 3, note("二"));
    let arrivals = [mine, forgetful].map(|change| Arrival { change: Arc::new(change), standing: Some(standing(100)) });
    let plan = plan_of(&held, arrivals.to_vec(), at(30));
    let flagged: Vec<_> = plan.stored.iter().filter(|s| s.flags.contains(&Flag::OwnChangeMissing)).collect();
    assert_eq!((flagged.len(), flagged[0].change.header().seq), (1, 3));
    assert!(plan.stored.iter().all(|stored| stored.taken == Taken::Accepted));
}

#[test]
fn a_wall_clock_ten_years_off_is_flagged_and_changes_nothing_else() {
    let mut stored = Vec::new();
    for years in [-10, 0, 10] {
        let held = opened();
        let base = second(2, note("钟"));
        let mut header = base.header().clone();
        header.clock.wall = at(2 + years * 365 * 24);
        let key = SoftwareKey::from_secret(&[0x11; 32]).unwrap();
        let change = Change::seal(header, note("钟"), [2; 32], &key).unwrap();
        stored.push(one(&held, change, standing(100), at(30)));
    }
    let bounds = |stored: &Stored| (stored.interval.lower, stored.interval.upper);
    assert!(stored.iter().all(|s| s.taken == Taken::Accepted && bounds(s) == bounds(&stored[1])));
    let flags = stored.iter().map(|s| (s.flags.contains(&Flag::ClockContradicts), s.interval.grade));
    assert_eq!(flags.collect::<Vec<_>>(), [(true, Grade::C), (false, Grade::A), (true, Grade::C)]);
}

#[test]
fn what_comes_after_the_closing_is_kept_flagged_and_told() {
    let mut held = opened();
    let case = held[0].id();
    let closed = Act::Decide { decision: crate::decision::CLOSED.into(), basis: Digest::new([0; 32]) };
    let mut server = change(LI, 1, Some(case), &[&held[0]], 3, vec![]).header().clone();
    server.device = DeviceId::SERVER;
    let key = SoftwareKey::from_secret(&[0xee; 32]).unwrap();
    held.push(Change::seal(server, vec![NewOp::new(closed)], [9; 32], &key).unwrap());
    let late = change(LI, 2, Some(case), &[&held[1]], 4, note("结案后"));
    let stored = one(&held, late, standing(100), at(30));
    assert_eq!((stored.taken, stored.flags), (Taken::Accepted, [Flag::AfterClosing].into()));
    assert!(Flag::AfterClosing.alarms());
    // The server's own, such as the receipt of a filing, is no surprise.
    let mut of_server = change(LI, 2, Some(case), &[&held[1]], 4, vec![]).header().clone();
    (of_server.device, of_server.lease, of_server.clock.anchor) = (DeviceId::SERVER, None, None);
    let filing = Act::Decide { decision: crate::decision::FILING_RECEIVED.into(), basis: Digest::new([0; 32]) };
    let filing = Change::seal(of_server, vec![NewOp::new(filing)], [8; 32], &key).unwrap();
    let plan = plan_of(&held, vec![Arrival { change: Arc::new(filing), standing: None }], at(30));
    assert!(!plan.stored[0].flags.contains(&Flag::AfterClosing), "{:?}", plan.stored[0].flags);
}

#[test]
fn an_officer_without_authority_brings_in_nobody_of_another_agency() {
    let invite = second(6, vec![NewOp::new(Act::Invite(STRANGER))]);
    let plan = plan_of(&opened(), vec![Arrival { change: Arc::new(invite), standing: Some(standing(5)) }], at(30));
    assert_eq!(plan.stored[0].taken, Taken::Quarantined(Quarantine::OtherAgency));
    assert!(!plan.participants.contains(&STRANGER));
}

#[test]
fn a_case_takes_what_fits_below_its_ceiling_and_leaves_what_is_over_with_its_phone() {
    let held = opened();
    let [first, over, after] = [1, 2, 3].map(|n| second(2 + n, note("记")));
    let arrival = |change: &Change| Arrival { change: Arc::new(change.clone()), standing: Some(standing(100)) };
    let whole = ceiling::CASE;
    for size in [
        Size { changes: whole.changes - 1, items: 0, bytes: 0 },
        Size { changes: 0, items: whole.items - first.size().items, bytes: 0 },
        Size { changes: 0, items: 0, bytes: whole.bytes - first.size().bytes },
    ] {
        let (lower, changes) = (BTreeMap::from([(held[0].id(), at(0))]), [&held[0]]);
        let agencies = BTreeMap::from([(LI, OURS), (WANG, OURS)]);
        let known = StoredCase { case: held[0].id(), changes: &changes, size, lower: &lower, agencies: &agencies };
        let plan = lane(known, vec![arrival(&first), arrival(&over)], at(30));
        assert_eq!((plan.stored.len(), plan.full.len()), (1, 1), "the last that fits, and one past it: {size:?}");
        let plan = lane(StoredCase { size: size.plus(first.size()), ..known }, vec![arrival(&after)], at(30));
        assert_eq!((plan.stored.len(), plan.full.len(), plan.parked.len()), (0, 1, 0), "{size:?}");
    }
}

#[test]
fn those_who_take_no_part_have_a_ceiling_of_their_own_and_fill_no_case() {
    let held = opened();
    let strange = |seq: u64, deps: &[&Change], ops| change(STRANGER, seq, Some(held[0].id()), deps, 2, ops);
    let arrival = |change: &Change| Arrival { change: Arc::new(change.clone()), standing: Some(standing(100)) };
    let mut chain: Vec<Change> = Vec::new();
    for seq in 1..=u64::try_from(ceiling::OUTSIDE.changes).unwrap() + 1 {
        let next = strange(seq, &[chain.last().unwrap_or(&held[0])], note("外"));
        chain.push(next);
    }
    let (last, all) = chain.split_last().unwrap();
    let plan = plan_of(&held, all.iter().map(arrival).collect(), at(30));
    assert_eq!((plan.stored.len(), plan.full_outside.len()), (all.len(), 0), "as many as there is room for");
    let plan = plan_of(&held, chain.iter().map(arrival).collect(), at(30));
    assert_eq!((plan.stored.len(), plan.full_outside.len()), (all.len(), 1), "and one past it");
    let filled: Vec<Change> = held.iter().chain(all).cloned().collect();
    let mine = second(2, note("在"));
    let plan = plan_of(&filled, vec![arrival(last), arrival(&mine)], at(30));
    assert_eq!((plan.stored.len(), plan.full.len(), plan.full_outside.len()), (1, 0, 1));
    assert_eq!((plan.stored[0].change.id(), plan.stored[0].taken), (mine.id(), Taken::Accepted));
    assert_eq!(plan.state.heads, [mine.id()].into());

    // Those of the case have the whole of theirs, however much is outside.
    let (lower, changes) = (BTreeMap::new(), filled.iter().collect::<Vec<_>>());
    let agencies = BTreeMap::from([(LI, OURS), (WANG, OURS)]);
    let strangers: Size = all.iter().map(Change::size).sum();
    let most = Size { changes: ceiling::CASE.changes - 1, ..Size::default() }.plus(strangers);
    let known = StoredCase { case: held[0].id(), changes: &changes, size: most, lower: &lower, agencies: &agencies };
    assert_eq!(lane(known, vec![arrival(&mine)], at(30)).stored.len(), 1);
    let one_more = StoredCase { size: most.plus(Size { changes: 1, ..Size::default() }), ..known };
    assert_eq!(lane(one_more, vec![arrival(&mine)], at(30)).full.len(), 1);
}

#[test]
fn what_follows_an_opening_for_another_agency_is_outside_with_it() {
    let open = change(LI, 1, None, &[], 1, opening(&[LI]));
    let next = change(LI, 2, Some(open.id()), &[&open], 2, note("二"));
    let theirs = || Some(Standing { agency: THEIRS, ..standing(100) });
    let arrivals = [open, next].map(|change| Arrival { change: Arc::new(change), standing: theirs() });
    let plan = plan_of(&[], arrivals.to_vec(), at(30));
    let taken: Vec<Taken> = plan.stored.iter().map(|stored| stored.taken).collect();
    let of = Taken::Quarantined;
    assert_eq!(taken, [of(Quarantine::OtherAgency), of(Quarantine::NotAParticipant)]);
    assert!(plan.participants.is_empty());
}

#[test]
fn a_stranger_who_invites_or_lost_their_authority_is_first_of_all_a_stranger() {
    let held = opened();
    for ops in [note("外"), vec![NewOp::new(Act::Invite(STRANGER))], signing()] {
        let strange = change(STRANGER, 1, Some(held[0].id()), &[&held[0]], 6, ops);
        let stored = one(&held, strange, standing(5), at(30));
        assert_eq!(stored.taken, Taken::Quarantined(Quarantine::NotAParticipant));
        assert!(!Quarantine::NotAParticipant.is_by_verdict());
    }
}
