//! The laws of the fold, each as a sentence.

use super::*;
use crate::change::{Change, Clock, Header, NewOp, shown_digest};
use crate::id::{AgencyId, BootId, CaseId, ChangeId, DeviceId, Digest, Epoch, OfficerId, TenantId};
use crate::op::{Act, CaseKind, OpId, OpRef, Open, Outcome, Signature, SignerRole, VerdictAct};
use crate::sign::SoftwareKey;
use crate::time::Instant;
use proptest::prelude::*;
use std::collections::BTreeSet;

mod correction;
mod form;
mod graph;
mod history;
mod part;
mod pinned;
mod timeline;

const LI: OfficerId = OfficerId::new([0x11; 16]);
const WANG: OfficerId = OfficerId::new([0x22; 16]);

/// A pen writes changes by one officer on one device.
struct Pen {
    officer: OfficerId,
    device: DeviceId,
    key: SoftwareKey,
    last: Option<ChangeId>,
    seq: u64,
}

impl Pen {
    fn new(officer: OfficerId, device: u8) -> Self {
        let key = SoftwareKey::from_secret(&[device + 1; 32]).unwrap();
        Self { officer, device: DeviceId::new([device; 16]), key, last: None, seq: 0 }
    }

    fn write(&mut self, case: Option<CaseId>, deps: &[&Change], ops: Vec<NewOp>) -> Change {
        self.seq += 1;
        let header = Header {
            tenant: TenantId::new([1; 16]),
            device: self.device,
            epoch: Epoch::new([3; 8]),
            seq: self.seq,
            prev: self.last,
            officer: self.officer,
            lease: None,
            case,
            deps: deps.iter().map(|change| change.id()).collect(),
            clock: Clock {
                wall: Instant::from_ms(0),
                monotonic_ms: self.seq,
                boot: BootId::new([6; 16]),
                counts_sleep: true,
                anchor: None,
            },
            rules: Digest::new([8; 32]),
            ops: Digest::new([0; 32]),
        };
        let secret = [u8::try_from(self.seq).unwrap(); 32];
        let change = Change::seal(header, ops, secret, &self.key).unwrap();
        self.last = Some(change.id());
        change
    }
}

fn opening() -> NewOp {
    let officers = vec![LI, WANG];
    NewOp::new(Act::Open(Open {
        kind: CaseKind::Inspection,
        agency: AgencyId::new([9; 16]),
        item: "i".into(),
        officers,
    }))
}

fn name(text: &str, replaces: &[&Change]) -> NewOp {
    let replaces = replaces.iter().map(|change| OpRef::Of(OpId { change: change.id(), index: 0 })).collect();
    NewOp::put(None, "name", replaces, Value::text(text))
}

fn op(change: &Change, index: u32) -> OpId {
    OpId { change: change.id(), index }
}

fn names(state: &CaseState) -> Vec<&str> {
    let field = state.field(None, &"name".into());
    field.map_or(vec![], |field| field.live.iter().filter_map(|live| live.value.as_ref()?.as_text()).collect())
}

fn verdict(change: &Change, outcome: Outcome, replaces: Vec<OpRef>) -> NewOp {
    let act = Act::Verdict(VerdictAct { change: change.id(), outcome, code: "after_revocation".into() });
    NewOp { replaces, ..NewOp::new(act) }
}

/// Opening, then one name by Li; then Wang and Li each write another, not having seen the other's.
fn quarrel() -> (Vec<Change>, CaseId) {
    let (mut li, mut wang) = (Pen::new(LI, 1), Pen::new(WANG, 2));
    let open = li.write(None, &[], vec![opening()]);
    let case = open.id();
    let first = li.write(Some(case), &[&open], vec![name("一", &[])]);
    let lis = li.write(Some(case), &[&first], vec![name("二", &[&first])]);
    let wangs = wang.write(Some(case), &[&first], vec![name("三", &[&first])]);
    (vec![open, first, lis, wangs], case)
}

#[test]
fn concurrent_values_both_stand_and_are_a_conflict() {
    let (set, case) = quarrel();
    let state = fold(case, &set);
    let mut found = names(&state);
    found.sort_unstable();
    assert_eq!(found, ["三", "二"]);
    assert_eq!(state.conflicts().count(), 1);
    assert_eq!(state.participants.len(), 2);
}

#[test]
fn who_is_invited_takes_part_once_they_answer_with_a_change_of_their_own() {
    const HEAD: OfficerId = OfficerId::new([0x33; 16]);
    let part = |set: &[Change], case| taking_part(&fold(case, set), &Graph::new(set));
    let (mut set, case) = quarrel();
    let named = BTreeSet::from([LI, WANG]);
    assert_eq!(part(&set, case), named, "named by the opening");
    // A change of the head's that knows nothing of an invitation accepts none.
    let stray = Pen::new(HEAD, 3).write(Some(case), &[&set[0]], vec![name("四", &[])]);
    let invite = Pen::new(LI, 1).write(Some(case), &[&set[2]], vec![NewOp::new(Act::Invite(HEAD))]);
    set.extend([stray, invite]);
    assert_eq!(part(&set, case), named, "invited, and not asked");
    // Nor does what the head decides, which the server writes.
    let mut server = Pen::new(HEAD, 4);
    server.device = DeviceId::SERVER;
    let decision = Act::Decide { decision: "returned".into(), basis: Digest::new([0; 32]) };
    set.push(server.write(Some(case), &[&set[5]], vec![NewOp::new(decision)]));
    assert_eq!(part(&set, case), named, "decided");
    let answer = Pen::new(HEAD, 5).write(Some(case), &[&set[5]], vec![name("五", &[])]);
    set.push(answer.clone());
    assert_eq!(part(&set, case), BTreeSet::from([LI, WANG, HEAD]), "answered");
    let mut verdicts = Pen::new(HEAD, 6);
    verdicts.device = DeviceId::SERVER;
    set.push(verdicts.write(Some(case), &[&answer], vec![verdict(&answer, Outcome::Exclude, vec![])]));
    assert_eq!(part(&set, case), named, "an answer without effect is none");
}

#[test]
fn equal_concurrent_values_are_no_conflict() {
    let (mut set, case) = quarrel();
    set.pop();
    let same = Pen::new(WANG, 2).write(Some(case), &[&set[1]], vec![name("二", &[&set[1]])]);
    set.push(same);
    let state = fold(case, &set);
    assert_eq!((names(&state), state.conflicts().count()), (vec!["二", "二"], 0));
}

#[test]
fn a_resolve_kills_what_it_names_and_a_later_concurrent_write_opens_it_again() {
    let (mut set, case) = quarrel();
    let resolve = NewOp {
        act: Act::Resolve,
        replaces: vec![OpRef::Of(op(&set[2], 0)), OpRef::Of(op(&set[3], 0))],
        ..NewOp::put(None, "name", vec![], resolution(Value::text("四"), "营业执照为准"))
    };
    let resolved = Pen::new(LI, 4).write(Some(case), &[&set[2], &set[3]], vec![resolve]);
    set.push(resolved);
    let state = fold(case, &set);
    assert_eq!(names(&state), ["四"]);
    assert_eq!(state.fields[0].live[0].reason, Some(Value::text("营业执照为准")));
    let late = Pen::new(WANG, 5).write(Some(case), &[&set[3]], vec![name("五", &[&set[3]])]);
    set.push(late);
    assert_eq!(fold(case, &set).conflicts().count(), 1);
}

#[test]
fn an_excluded_change_has_no_effect_but_its_edges_still_reach() {
    let (mut set, case) = quarrel();
    let wangs = set.remove(3);
    let over = Pen::new(WANG, 3).write(Some(case), &[&set[2]], vec![name("六", &[&set[2]])]);
    let mut server = Pen::new(LI, 0);
    let out = server.write(Some(case), &[&set[2]], vec![verdict(&set[2], Outcome::Exclude, vec![])]);
    set.extend([over, out]);
    let state = fold(case, &set);
    assert_eq!(names(&state), ["六"], "一 is reached through the excluded 二");
    assert_eq!(state.excluded.len(), 1);
    let out_op = OpRef::Of(op(&set[4], 0));
    let admit = server.write(Some(case), &[&set[4]], vec![verdict(&set[2], Outcome::Admit, vec![out_op])]);
    set.extend([admit, wangs]);
    let state = fold(case, &set);
    assert!(state.excluded.is_empty());
    assert_eq!(names(&state).len(), 2);
}

#[test]
fn among_concurrent_verdicts_exclusion_wins() {
    let (mut set, case) = quarrel();
    let out = Pen::new(LI, 0).write(Some(case), &[&set[2]], vec![verdict(&set[2], Outcome::Exclude, vec![])]);
    let admit = Pen::new(WANG, 0).write(Some(case), &[&set[2]], vec![verdict(&set[2], Outcome::Admit, vec![])]);
    set.extend([out, admit]);
    assert_eq!(fold(case, &set).excluded.len(), 1);
}

#[test]
fn a_verdict_by_a_phone_breaks_the_rules_of_form_and_strands_nothing() {
    let (mut set, case) = quarrel();
    let forged = Pen::new(WANG, 7).write(Some(case), &[&set[2]], vec![verdict(&set[2], Outcome::Exclude, vec![])]);
    let after = Pen::new(WANG, 8).write(Some(case), &[&forged], vec![name("七", &[&set[2], &set[3]])]);
    set.extend([forged.clone(), after]);
    let state = fold(case, &set);
    assert_eq!(state.without_effect.get(&forged.id()), Some(&FormBreach::NotTheSigners));
    assert!(state.excluded.is_empty());
    // The later one names 三, which it does not build on.
    assert_eq!(state.without_effect.len(), 2);
    assert_eq!(state.heads.len(), 2);
}

#[test]
fn what_names_another_field_or_comes_from_outside_its_closure_has_no_effect() {
    let (set, case) = quarrel();
    let breach = |ops: Vec<NewOp>| {
        let bad = Pen::new(WANG, 9).write(Some(case), &[&set[1]], ops);
        let mut set = set.clone();
        let id = bad.id();
        set.push(bad);
        fold(case, &set).without_effect.get(&id).copied()
    };
    assert_eq!(breach(vec![name("好", &[&set[1]])]), None);
    assert_eq!(breach(vec![name("外", &[&set[2]])]), Some(FormBreach::OutsideClosure));
    let other = NewOp { field: Some("address".into()), ..name("别", &[&set[1]]) };
    assert_eq!(breach(vec![other]), Some(FormBreach::OtherField));
    assert_eq!(breach(vec![opening()]), Some(FormBreach::Opening));
    assert_eq!(breach(vec![NewOp::new(Act::Withdraw)]), Some(FormBreach::Target));
    assert_eq!(breach(vec![NewOp::new(Act::Put).on(OpRef::Own(0))]), Some(FormBreach::OutsideClosure));
    let on_nothing = NewOp::put(Some(OpRef::Of(op(&set[1], 0))), "name", vec![], Value::Null);
    assert_eq!(breach(vec![on_nothing]), Some(FormBreach::Target));
    let malformed = NewOp::new(Act::Malformed { kind: 3, detail: Value::Null });
    assert_eq!(breach(vec![malformed]), Some(FormBreach::Detail));
    assert_eq!(breach(vec![NewOp::new(Act::Unknown { kind: 77, detail: Value::Null })]), None);
}

#[test]
fn a_signed_value_stands_until_a_supplementary_record_names_it() {
    let (mut set, case) = quarrel();
    set.pop();
    let document = NewOp::add("document", "");
    let shown = [op(&set[2], 0)];
    let digest = shown_digest([(&shown[0], set[2].ops()[0].commit)]);
    let signature = Signature {
        form: "scene_record".into(),
        version: 1,
        role: SignerRole::Officer,
        manner: "key".into(),
        shown: shown.iter().map(|op| OpRef::Of(*op)).collect(),
        digest,
    };
    let mut pen = Pen::new(LI, 10);
    let signed = pen.write(Some(case), &[&set[2]], vec![document, NewOp::new(Act::Sign(signature)).on(OpRef::Own(0))]);
    let over = pen.write(Some(case), &[&signed], vec![name("改", &[&set[2]])]);
    set.extend([signed, over]);
    let state = fold(case, &set);
    assert_eq!((names(&state), state.conflicts().count()), (vec!["二", "改"], 1));
    assert!(state.fields[0].live[0].signed);
    let supplement = NewOp::add(crate::schema::SUPPLEMENTARY_RECORD, "");
    let names_both = pen.write(Some(case), &[&set[4]], vec![supplement, name("补", &[&set[2], &set[4]])]);
    set.push(names_both);
    let state = fold(case, &set);
    assert_eq!((names(&state), state.conflicts().count()), (vec!["补"], 0));
}

#[test]
fn what_misses_something_it_builds_on_waits() {
    let (mut set, case) = quarrel();
    set.remove(1);
    let state = fold(case, &set);
    assert_eq!(state.waiting.len(), 2);
    assert!(state.fields.is_empty());
}

/// A random history: each step one of four pens writes or resolves, having seen some of the heads.
fn history(steps: &[(u8, u8, u8)]) -> (Vec<Change>, CaseId) {
    let mut pens: Vec<Pen> = (1..=4).map(|n| Pen::new(if n % 2 == 0 { WANG } else { LI }, n)).collect();
    let open = pens[0].write(None, &[], vec![opening()]);
    let case = open.id();
    let mut set = vec![open];
    for (who, seen, what) in steps {
        let seen = set[..=usize::from(*seen) % set.len()].to_vec();
        let state = fold(case, &seen);
        let heads: Vec<&Change> = seen.iter().filter(|change| state.heads.contains(&change.id())).collect();
        let field = if what % 2 == 0 { "name" } else { "address" };
        let live: Vec<OpRef> =
            state.field(None, &field.into()).map_or(vec![], |f| f.live.iter().map(|live| OpRef::Of(live.op)).collect());
        let value = Value::Int((what % 8).into());
        let op = if live.len() > 1 && what % 3 == 0 {
            NewOp { act: Act::Resolve, ..NewOp::put(None, field, live, resolution(value, "why")) }
        } else {
            NewOp::put(None, field, if what % 5 == 0 { vec![] } else { live }, value)
        };
        let index = usize::from(*who) % pens.len();
        let change = pens[index].write(Some(case), &heads, vec![op]);
        set.push(change);
    }
    (set, case)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_and_any_repetition_give_the_same_state_and_conflicts(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..24),
        seed in any::<u64>(),
    ) {
        let (set, case) = history(&steps);
        let state = fold(case, &set);
        let mut shuffled: Vec<Change> = set.iter().chain(set.iter().step_by(2)).cloned().collect();
        let mut random = seed | 1;
        for place in (1..shuffled.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(place, usize::try_from(random >> 33).unwrap() % (place + 1));
        }
        let again = fold(case, &shuffled);
        prop_assert_eq!(state.hash(), again.hash());
        prop_assert_eq!(
            state.conflicts().map(|field| &field.name).collect::<Vec<_>>(),
            again.conflicts().map(|field| &field.name).collect::<Vec<_>>()
        );
        prop_assert!(state.without_effect.is_empty(), "{:?}", state.without_effect);
    }

    #[test]
    fn partial_delivery_waits_and_then_gives_the_same_state(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..24),
        lost in any::<u32>(),
    ) {
        let (set, case) = history(&steps);
        let part: Vec<Change> =
            set.iter().zip(0..).filter(|(_, n)| lost & (1 << (n % 32)) == 0).map(|(change, _)| change.clone()).collect();
        let partial = fold(case, &part);
        let held = part.len() - partial.waiting.len();
        prop_assert!(partial.heads.len() <= held);
        let rest = set.iter().filter(|change| !part.contains(change));
        prop_assert_eq!(fold(case, part.iter().chain(rest)).hash(), fold(case, &set).hash());
    }

    #[test]
    fn no_value_disappears_unless_somebody_replaced_it(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..24),
    ) {
        let (set, case) = history(&steps);
        let state = fold(case, &set);
        let live: Vec<OpId> = state.fields.iter().flat_map(|field| field.live.iter().map(|live| live.op)).collect();
        let replaced: Vec<OpId> = set
            .iter()
            .flat_map(|c| c.ops().iter().flat_map(move |op| op.replaces.iter().map(move |r| r.resolve(c.id()))))
            .collect();
        for change in &set {
            for (id, op) in change.named_ops().filter(|(_, op)| op.field.is_some()) {
                prop_assert!(live.contains(&id) || replaced.contains(&id), "{id} {op:?} is nowhere");
                prop_assert!(!(live.contains(&id) && replaced.contains(&id)), "{id} is live and replaced");
            }
        }
    }
}
