//! Each rule of form, each part of it alone.

use super::*;
use crate::op::{Assignment, Number};

/// A case with an entity, two values of one field and one of another, a step and a verdict of the server.
struct Base {
    open: Change,
    written: Change,
    verdict: Change,
}

const ENTITY: u32 = 0;
const FIRST: u32 = 1;
const SECOND: u32 = 2;
const OTHER: u32 = 3;

impl Base {
    fn new() -> Self {
        let mut li = Pen::new(LI, 1);
        let open = li.write(None, &[], vec![opening()]);
        let put = |field| NewOp::put(Some(OpRef::Own(ENTITY)), field, vec![], Value::text("x"));
        let ops = vec![NewOp::add("document", "a"), put("name"), put("name"), put("facts")];
        let written = li.write(Some(open.id()), &[&open], ops);
        let verdict = against(&open);
        let verdict = Pen::new(LI, 0).write(Some(open.id()), &[&written], vec![verdict]);
        Self { open, written, verdict }
    }

    fn of(&self, index: u32) -> OpRef {
        OpRef::Of(op(&self.written, index))
    }

    /// What is against a change that makes only this, by a phone or by the server.
    fn breach(&self, device: u8, op: NewOp) -> Option<FormBreach> {
        let change = Pen::new(LI, device).write(Some(self.open.id()), &[&self.verdict], vec![op]);
        let set = [&self.open, &self.written, &self.verdict, &change];
        fold(self.open.id(), set).without_effect.get(&change.id()).copied()
    }
}

fn against(change: &Change) -> NewOp {
    NewOp::new(Act::Verdict(VerdictAct { change: change.id(), outcome: Outcome::Exclude, code: "c".into() }))
}

/// The server's operations are made by the server here, all others by a phone.
fn each_alone(kind: &str, right: &NewOp, wrong: Vec<(&str, NewOp, FormBreach)>) {
    let base = Base::new();
    let device = u8::from(!right.act.is_servers());
    assert_eq!(base.breach(device, right.clone()), None, "{kind}");
    for (what, op, breach) in wrong {
        assert_eq!(base.breach(device, op), Some(breach), "{kind}: {what}");
    }
}

#[test]
fn what_an_operation_has_or_has_not_is_as_its_kind_wants() {
    let base = Base::new();
    let entity = base.of(ENTITY);
    let with = || Value::text("x");
    let field = |op: &NewOp| NewOp { field: Some("name".into()), ..op.clone() };
    let replaces = |op: &NewOp| NewOp { replaces: vec![base.of(FIRST)], ..op.clone() };
    for (kind, right) in [
        ("add", NewOp::add("line", "a")),
        ("number", NewOp::new(Act::Number(Number { form: "case".into(), year: 1, serial: 1, text: "t".into() }))),
    ] {
        each_alone(
            kind,
            &right,
            vec![
                ("a field", field(&right), FormBreach::Shape),
                ("a value", right.clone().with(with()), FormBreach::Shape),
                ("what it replaces", replaces(&right), FormBreach::Shape),
            ],
        );
    }
    for (kind, right) in
        [("invite", NewOp::new(Act::Invite(WANG))), ("assign", NewOp::new(Act::Assign(Assignment { officer: WANG })))]
    {
        each_alone(
            kind,
            &right,
            vec![
                ("a target", right.clone().on(entity), FormBreach::Target),
                ("a field", field(&right), FormBreach::Shape),
                ("a value", right.clone().with(with()), FormBreach::Shape),
                ("what it replaces", replaces(&right), FormBreach::Shape),
            ],
        );
    }
    for (kind, right) in [
        ("step", NewOp::new(Act::RecordStep { step: "entered".into() })),
        ("decide", NewOp::new(Act::Decide { decision: "noted".into(), basis: Digest::new([1; 32]) })),
        ("seal", NewOp::new(Act::Seal(vec![base.of(FIRST)]))),
    ] {
        each_alone(
            kind,
            &right,
            vec![
                ("a field", field(&right), FormBreach::Shape),
                ("what it replaces", replaces(&right), FormBreach::Shape),
            ],
        );
    }
    let step = NewOp::new(Act::RecordStep { step: "entered".into() });
    assert_eq!(base.breach(1, step.with(with()).on(entity)), None, "a step may have both");
    let withdraw = NewOp::new(Act::Withdraw).on(entity).with(with());
    each_alone(
        "withdraw",
        &withdraw,
        vec![
            ("no target", NewOp { target: None, ..withdraw.clone() }, FormBreach::Target),
            ("no reason", NewOp { value: None, ..withdraw.clone() }, FormBreach::Shape),
            ("a field", field(&withdraw), FormBreach::Shape),
        ],
    );
}

#[test]
fn a_value_replaces_only_values_of_its_own_field_and_a_resolve_at_least_two() {
    let base = Base::new();
    let put = |replaces: Vec<OpRef>| NewOp::put(Some(base.of(ENTITY)), "name", replaces, Value::text("y"));
    let resolve = |replaces: Vec<OpRef>| NewOp { act: Act::Resolve, ..put(replaces) };
    let (first, second) = (base.of(FIRST), base.of(SECOND));
    each_alone(
        "put",
        &put(vec![first, second]),
        vec![
            ("no field", NewOp { field: None, ..put(vec![]) }, FormBreach::Shape),
            ("no value", NewOp { value: None, ..put(vec![]) }, FormBreach::Shape),
            ("another field", put(vec![first, base.of(OTHER)]), FormBreach::OtherField),
            ("another target", NewOp { target: None, ..put(vec![first]) }, FormBreach::OtherField),
            ("what is no value", put(vec![base.of(ENTITY)]), FormBreach::OtherField),
            ("what there is not", put(vec![base.of(9)]), FormBreach::OutsideClosure),
        ],
    );
    each_alone(
        "resolve",
        &resolve(vec![first, second]),
        vec![
            ("one value", resolve(vec![first]), FormBreach::Shape),
            ("another field", resolve(vec![first, base.of(OTHER)]), FormBreach::OtherField),
        ],
    );
}

#[test]
fn a_signature_has_a_document_and_the_digest_of_what_it_shows() {
    let base = Base::new();
    let shown = [op(&base.written, FIRST), op(&base.written, OTHER)];
    let commit = |id: &OpId| base.written.ops()[usize::try_from(id.index).unwrap()].commit;
    let digest = shown_digest(shown.iter().map(|id| (id, commit(id))));
    let sign = |shown: &[OpId], digest| {
        let shown = shown.iter().copied().map(OpRef::Of).collect();
        let (form, role, manner) = ("spot_decision".into(), SignerRole::Officer, "key".into());
        NewOp::new(Act::Sign(Signature { form, version: 1, role, manner, shown, digest })).on(base.of(ENTITY))
    };
    let right = sign(&shown, digest);
    assert_eq!(base.breach(1, right.clone().with(Value::text("strokes"))), None, "it may carry its strokes");
    each_alone(
        "sign",
        &right,
        vec![
            ("no target", NewOp { target: None, ..right.clone() }, FormBreach::Target),
            ("a field", NewOp { field: Some("name".into()), ..right.clone() }, FormBreach::Shape),
            ("what it replaces", NewOp { replaces: vec![base.of(FIRST)], ..right.clone() }, FormBreach::Shape),
            ("less than its digest", sign(&shown[..1], digest), FormBreach::ShownDigest),
            ("another digest", sign(&shown, Digest::new([7; 32])), FormBreach::ShownDigest),
            ("what there is not", sign(&[op(&base.written, 9)], digest), FormBreach::OutsideClosure),
        ],
    );
}

#[test]
fn a_verdict_is_about_a_change_that_it_saw_and_replaces_verdicts_about_the_same() {
    let base = Base::new();
    let right = NewOp { replaces: vec![OpRef::Of(op(&base.verdict, 0))], ..against(&base.open) };
    let unseen = Pen::new(WANG, 2).write(Some(base.open.id()), &[&base.open], vec![name("王", &[])]);
    each_alone(
        "verdict",
        &right,
        vec![
            ("a target", right.clone().on(base.of(ENTITY)), FormBreach::Target),
            ("a field", NewOp { field: Some("name".into()), ..right.clone() }, FormBreach::Shape),
            ("a change that it did not see", against(&unseen), FormBreach::OutsideClosure),
            (
                "one about another change",
                NewOp { replaces: right.replaces.clone(), ..against(&base.written) },
                FormBreach::OtherField,
            ),
            (
                "what is no verdict",
                NewOp { replaces: vec![base.of(FIRST)], ..against(&base.open) },
                FormBreach::OtherField,
            ),
        ],
    );
    let seal = |of| NewOp::new(Act::Seal(vec![base.of(FIRST), base.of(of)]));
    each_alone(
        "seal",
        &seal(OTHER),
        vec![
            ("a target", seal(OTHER).on(base.of(ENTITY)), FormBreach::Target),
            ("what there is not", seal(9), FormBreach::OutsideClosure),
        ],
    );
}
