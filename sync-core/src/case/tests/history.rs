//! Generator of random histories with every kind of operation, valid and invalid.
//!
//! Promise: determined by the seed. About one reference in ten names something that its change does not build on.

use super::*;
use crate::case::place;
use crate::op::{Answers, Assignment, FormVersion, Number};
use crate::schema::{CHECKLIST, EVIDENCE, EntityKind, PLACE, REPEAT};
use crate::sign::{PublicKey, Signer, SignerError};
use std::collections::BTreeSet;

/// Numbers that look random and are the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> Option<T> {
        let sides = among.len().max(1);
        let picked = self.below(sides);
        among.get(picked).copied()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place + 1));
        }
    }
}

/// Nobody checks these signatures: an id is the hash of the header.
struct Blank;

impl Signer for Blank {
    fn sign(&self, _message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok([0; 64])
    }

    fn public_key(&self) -> PublicKey {
        PublicKey::from_slice(&[4; 65]).unwrap()
    }
}

/// A change that is being written: what it may name.
struct Draft<'a> {
    dice: &'a mut Dice,
    /// Operations of what it builds on, or of anything.
    seen: Vec<(OpId, &'a crate::op::Op)>,
    changes: Vec<ChangeId>,
    ops: Vec<NewOp>,
    server: bool,
}

impl Draft<'_> {
    fn own(&mut self, is: impl Fn(&NewOp) -> bool) -> Option<OpRef> {
        let own: Vec<u32> = self.ops.iter().zip(0..).filter(|(op, _)| is(op)).map(|(_, index)| index).collect();
        self.dice.pick(&own).map(OpRef::Own)
    }

    fn of(&mut self, is: impl Fn(&crate::op::Op, OpId) -> bool) -> Option<OpRef> {
        let found: Vec<OpId> = self.seen.iter().filter(|(id, op)| is(op, *id)).map(|(id, _)| *id).collect();
        self.dice.pick(&found).map(OpRef::Of)
    }

    fn target(&mut self) -> Option<OpRef> {
        match self.dice.below(3) {
            0 => None,
            1 if self.dice.one_in(20) => self.of(|_, _| true),
            _ => self.entity(),
        }
    }

    fn entity(&mut self) -> Option<OpRef> {
        let own = if self.dice.one_in(2) { self.own(|op| matches!(op.act, Act::Add { .. })) } else { None };
        own.or_else(|| self.of(|op, _| matches!(op.act, Act::Add { .. })))
    }

    fn write(&mut self) -> NewOp {
        let (target, field) = (self.target(), self.dice.pick(&["name", "address", "seats"]).unwrap());
        let same = |op: &crate::op::Op, id: OpId| {
            let of = op.target.map(|target| target.resolve(id.change));
            op.field == Some(field.into()) && of == target.map(|target| target.resolve(ChangeId::new([0; 32])))
        };
        let wanted = self.dice.below(4);
        let replaces: Vec<OpRef> = (0..wanted)
            .filter_map(|_| {
                let wrong = self.dice.one_in(60);
                self.of(|op, id| if wrong { op.field.is_some() } else { same(op, id) })
            })
            .collect();
        let value = match self.dice.below(8) {
            // The same to who writes bytes as plain hex.
            0 => Value::Bytes(vec![0xab]),
            1 => Value::text("ab"),
            number => Value::Int((number % 3).try_into().unwrap()),
        };
        let put = NewOp::put(target, field, replaces.clone(), value.clone());
        let several = replaces.iter().collect::<BTreeSet<_>>().len() > 1;
        match self.dice.below(4) {
            0 | 1 if several => NewOp { act: Act::Resolve, ..put }.with(resolution(value, "why")),
            2 if several || self.dice.one_in(30) => NewOp { act: Act::Resolve, ..put },
            _ => put,
        }
    }

    fn signature(&mut self) -> NewOp {
        let wanted = self.dice.below(4);
        let shown: Vec<OpRef> = (0..wanted).filter_map(|_| self.of(|op, _| op.commit.is_some())).collect();
        let commit = |id: &OpId| self.seen.iter().find(|(other, _)| other == id).and_then(|(_, op)| op.commit);
        let ids: Vec<OpId> = shown.iter().map(|shown| shown.resolve(ChangeId::new([0; 32]))).collect();
        let digest = shown_digest(ids.iter().map(|id| (id, commit(id))));
        let digest = if self.dice.one_in(8) { Digest::new([7; 32]) } else { digest };
        let role = self.dice.pick(SignerRole::ALL).unwrap();
        let signature =
            Signature { form: "scene_record".into(), version: 1, role, manner: "key".into(), shown, digest };
        NewOp { target: self.entity(), ..NewOp::new(Act::Sign(signature)) }
    }

    fn of_server(&mut self) -> NewOp {
        let basis = Digest::new([5; 32]);
        match self.dice.below(7) {
            0..=2 => {
                let change = self.dice.pick(&self.changes).unwrap();
                let outcome = self.dice.pick(&[Outcome::Exclude, Outcome::Dismiss, Outcome::Admit]).unwrap();
                let spoken = |op: &crate::op::Op, _| matches!(&op.act, Act::Verdict(v) if v.change == change);
                let replaces = if self.dice.one_in(2) { self.of(spoken).into_iter().collect() } else { vec![] };
                let act = Act::Verdict(VerdictAct { change, outcome, code: "not_a_participant".into() });
                NewOp { replaces, ..NewOp::new(act) }
            }
            3 => NewOp {
                target: self.target(),
                ..NewOp::new(Act::Decide { decision: "returned".into(), basis }).with(Value::text("再补充"))
            },
            4 => NewOp::new(Act::Assign(Assignment { officer: OfficerId::new([0x44; 16]) })),
            5 => NewOp {
                target: self.target(),
                ..NewOp::new(Act::Number(Number { form: "case".into(), year: 2026, serial: 1, text: "1号".into() }))
            },
            _ => NewOp::new(Act::Seal(self.of(|op, _| op.commit.is_some()).into_iter().collect())),
        }
    }

    /// Adds an entity, now and then one that answers a form.
    fn addition(&mut self, kind: EntityKind) -> Act {
        let order = self.dice.below(3).to_string();
        let question = Answers::Question("kitchen/temperature".into());
        let form = FormVersion { form: "food".into(), version: 2, digest: Digest::new([0x66; 32]) };
        let (entity, answers) = match self.dice.below(8) {
            0 => (CHECKLIST, Some(Answers::Form(form))),
            1 => (REPEAT, Some(question)),
            2 => (EVIDENCE, Some(question)),
            // Neither: a breach of form, which targets may name all the same.
            3 => (CHECKLIST, Some(question)),
            _ => (kind, None),
        };
        Act::Add { entity, order, answers }
    }

    fn op(&mut self) -> NewOp {
        if self.server || self.dice.one_in(60) {
            return self.of_server();
        }
        let kind = self.dice.pick(&["party", "record", "supplementary_record"]).unwrap().into();
        match self.dice.below(16) {
            0..=6 => self.write(),
            7..=9 => NewOp { target: self.target(), ..NewOp::new(self.addition(kind)) },
            10 => NewOp { target: self.entity(), ..NewOp::new(Act::Withdraw).with(Value::text("误录")) },
            11 => NewOp::new(Act::RecordStep { step: PLACE }).with(place(1, 2, 3)),
            12 => NewOp { target: self.target(), ..NewOp::new(Act::RecordStep { step: "rights_told".into() }) },
            13 => self.signature(),
            14 => NewOp::new(Act::Invite(OfficerId::new([u8::try_from(self.dice.below(4)).unwrap(); 16]))),
            _ if self.dice.one_in(6) => NewOp::new(Act::Malformed { kind: 3, detail: Value::Null }),
            _ => NewOp { target: self.target(), ..NewOp::new(Act::Unknown { kind: 99, detail: Value::Null }) },
        }
    }
}

/// What `change` builds on, itself among them.
pub fn closure(set: &[Change], change: &Change) -> BTreeSet<ChangeId> {
    let mut below = BTreeSet::new();
    let mut next = vec![change.id()];
    while let Some(id) = next.pop() {
        if let Some(found) = set.iter().find(|change| change.id() == id).filter(|_| below.insert(id)) {
            next.extend(&found.header().deps);
        }
    }
    below
}

/// Parents before children. Some values are sealed.
pub fn eventful(dice: &mut Dice, changes: usize) -> (Vec<Change>, CaseId) {
    let mut set = vec![seal(dice, 1, 1, None, vec![], vec![opening()])];
    let case = set[0].id();
    for seq in 2..=changes {
        let device = u8::try_from(dice.below(5)).unwrap();
        let heads = if dice.one_in(3) { 2 } else { 1 };
        let deps: Vec<ChangeId> = (0..heads)
            .map(|_| {
                let back = if dice.one_in(3) { dice.below(set.len()) } else { dice.below(set.len().min(2)) };
                set[set.len() - 1 - back].id()
            })
            .collect();
        let mut below: BTreeSet<ChangeId> = BTreeSet::new();
        for dep in &deps {
            below.extend(closure(&set, set.iter().find(|change| change.id() == *dep).unwrap()));
        }
        let anything = dice.one_in(10);
        let known = || set.iter().filter(|change| anything || below.contains(&change.id()));
        let (seen, known) = (known().flat_map(Change::named_ops).collect(), known().map(Change::id).collect());
        let mut draft = Draft { dice, seen, changes: known, ops: Vec::new(), server: device == 0 };
        for _ in 0..=draft.dice.below(5) {
            let op = draft.op();
            draft.ops.push(op);
        }
        let ops = draft.ops;
        let mut change = seal(dice, device, seq, Some(case), deps, ops);
        if dice.one_in(12) {
            change.seal_values(&[0]);
        }
        set.push(change);
    }
    (set, case)
}

/// Li and Wang open the case; the others may be invited or assigned, or write without.
pub fn author(device: u8) -> OfficerId {
    match device {
        1 => LI,
        3 => OfficerId::new([3; 16]),
        4 => OfficerId::new([0x44; 16]),
        _ => WANG,
    }
}

fn seal(dice: &mut Dice, device: u8, seq: usize, case: Option<CaseId>, deps: Vec<ChangeId>, ops: Vec<NewOp>) -> Change {
    let header = Header {
        tenant: TenantId::new([1; 16]),
        device: DeviceId::new([device; 16]),
        epoch: Epoch::new([3; 8]),
        seq: seq.try_into().unwrap(),
        prev: None,
        officer: author(device),
        lease: None,
        case,
        deps,
        clock: Clock {
            wall: Instant::from_ms(dice.below(1_000).try_into().unwrap()),
            monotonic_ms: 0,
            boot: BootId::new([6; 16]),
            counts_sleep: true,
            anchor: None,
        },
        rules: Digest::new([8; 32]),
        ops: Digest::new([0; 32]),
    };
    Change::seal(header, ops, [9; 32], &Blank).unwrap()
}
