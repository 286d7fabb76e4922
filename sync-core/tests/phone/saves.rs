//! Refusals of a save, each part of a condition alone, and what a save leaves in the store.

use crate::world::{Phone, moment};
use sync_core::case::FormBreach;
use sync_core::change::{NewOp, shown_digest};
use sync_core::device::{Editor, Save, SaveError, Source};
use sync_core::id::{CaseId, ChangeId, Digest};
use sync_core::op::{Act, OpId, OpRef, Signature, SignerRole};
use sync_core::value::Value;

#[test]
fn a_save_in_a_case_that_the_phone_does_not_have_is_refused_and_leaves_nothing() {
    let mut phone = Phone::new(1);
    let known = phone.open(&[1]);
    let unknown = ChangeId::new([7; 32]);
    let note = || vec![NewOp::put(None, "title", vec![], Value::text("题"))];
    let save = Save { case: Some(unknown), ops: note(), ..Save::default() };
    assert!(matches!(phone.save(save, 2), Err(SaveError::UnknownCase(case)) if case == unknown));
    assert_eq!(phone.device.case(unknown).unwrap(), None);
    assert_eq!(phone.device.lanes().unwrap(), [known]);
    let saved = phone.save(Save { case: Some(known), ops: note(), ..Save::default() }, 2).unwrap();
    let header = phone.device.change(saved.change).unwrap().unwrap().header().clone();
    assert_eq!((header.seq, header.prev), (2, Some(known)), "the chain has no gap");
}

#[test]
fn a_breach_of_form_saves_nothing() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let before = (phone.state(case), phone.device.cases().unwrap(), phone.device.offered(case, 9).unwrap());
    let put = |target| NewOp::put(target, "title", vec![], Value::text("题"));
    let opening = OpRef::Of(OpId { change: case, index: 0 });
    for (op, breach) in [
        (put(Some(opening)), FormBreach::Target),
        (put(Some(OpRef::Of(OpId { change: ChangeId::new([7; 32]), index: 0 }))), FormBreach::OutsideClosure),
        (NewOp { field: None, ..put(None) }, FormBreach::Shape),
        (NewOp { replaces: vec![opening], ..put(None) }, FormBreach::OtherField),
    ] {
        let refused = phone.save(Save { case: Some(case), ops: vec![op], ..Save::default() }, 2);
        assert!(matches!(&refused, Err(SaveError::Form(found)) if *found == breach), "{breach:?}: {refused:?}");
        let after = (phone.state(case), phone.device.cases().unwrap(), phone.device.offered(case, 9).unwrap());
        assert_eq!(after, before, "{breach:?}");
    }
    let saved = phone.put(case, "title", "好").change;
    assert_eq!(phone.device.change(saved).unwrap().unwrap().header().seq, 2);
}

#[test]
fn the_list_of_cases_shows_what_was_saved_and_what_arrived() {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    let card = |phone: &Phone| phone.device.cases().unwrap().into_iter().find(|card| card.case == case);
    let pass = |from: &Phone, to: &mut Phone| {
        let (leases, changes) = from.bundle(case);
        to.device.receive(&leases, &changes, Source::Peer).unwrap();
    };
    let opened = card(&one).unwrap();
    pass(&one, &mut two);
    assert_eq!(card(&two), Some(opened.clone()));
    let mut editor = one.edit(case);
    let party = editor.add(None, "party", "a");
    editor.put(Some(party), "name", Value::text("巫峡食府"));
    one.save(editor, 3).unwrap();
    let named = card(&one).unwrap();
    assert_ne!(named, opened, "the name of the party stands in the list");
    pass(&one, &mut two);
    assert_eq!(card(&two), Some(named));
}

/// Two phones' worth of one case: a record and a party, each with one field in which two values live.
struct Quarrel {
    phone: Phone,
    case: CaseId,
    record: OpId,
    /// A value of the record, and one of the party, that does not stand alone.
    live: [OpId; 2],
    /// A value of the record that does.
    settled: OpId,
}

fn quarrel(in_record: bool, in_party: bool) -> Quarrel {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    let mut editor = one.edit(case);
    let record = editor.add(None, "record", "a");
    let party = editor.add(None, "party", "a");
    editor.put(Some(record), "asked_person", Value::text("张三"));
    editor.put(Some(party), "name", Value::text("食府"));
    editor.put(Some(record), "content", Value::text("笔录"));
    let change = one.save(editor, 2).unwrap().change;
    let [record, party, settled] = [0, 1, 4].map(|index| OpId { change, index });
    let pass = |from: &Phone, to: &mut Phone| {
        let (leases, changes) = from.bundle(case);
        to.device.receive(&leases, &changes, Source::Peer).unwrap();
    };
    pass(&one, &mut two);
    for (phone, name) in [(&mut one, "甲"), (&mut two, "乙")] {
        let mut editor = phone.edit(case);
        if in_record {
            editor.put(Some(OpRef::Of(record)), "asked_person", Value::text(name));
        }
        if in_party {
            editor.put(Some(OpRef::Of(party)), "name", Value::text(name));
        }
        editor.put(None, "title", Value::text("同"));
        phone.save(editor, 3).unwrap();
    }
    pass(&two, &mut one);
    let state = one.state(case);
    assert_eq!(state.conflicts().count(), usize::from(in_record) + usize::from(in_party));
    let live = |target, name: &str| state.field(Some(target), &name.into()).unwrap().live[0].op;
    let live = [live(record, "asked_person"), live(party, "name")];
    Quarrel { phone: one, case, record, live, settled }
}

impl Quarrel {
    /// Signs the record as one that shows these values; why it is stopped, if it is.
    fn sign(&mut self, shown: &[OpId]) -> Vec<String> {
        let changes = self.phone.device.changes(self.case).unwrap();
        let commit = |op: &OpId| -> Option<Digest> {
            let change = changes.iter().find(|change| change.id() == op.change)?;
            change.ops().get(usize::try_from(op.index).ok()?)?.commit
        };
        let digest = shown_digest(shown.iter().map(|op| (op, commit(op))));
        let signature = Signature {
            form: "scene_note".into(),
            version: 1,
            role: SignerRole::Officer,
            manner: "key".into(),
            shown: shown.iter().map(|op| OpRef::Of(*op)).collect(),
            digest,
        };
        let mut editor: Editor = self.phone.edit(self.case);
        editor.op(NewOp::new(Act::Sign(signature)).on(OpRef::Of(self.record)));
        match self.phone.device.save(editor.into_save(), &moment(4), [9; 32], &self.phone.key) {
            Ok(_) => Vec::new(),
            Err(SaveError::Stopped(stops)) => stops.into_iter().map(|stop| stop.code).collect(),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_signature_is_stopped_by_a_conflict_in_its_document_or_in_what_it_shows_and_by_no_other() {
    let conflict = ["field_in_conflict"];
    let mut own = quarrel(true, false);
    let [_, party] = own.live;
    let settled = own.settled;
    assert_eq!(own.sign(&[]), conflict, "in its document, though it is not shown");
    assert_eq!(own.sign(&[party, settled]), conflict);
    let mut shown = quarrel(false, true);
    let [asked, party] = shown.live;
    assert_eq!(shown.sign(&[party]), conflict, "shown, though of another entity");
    let settled = shown.settled;
    assert_eq!(shown.sign(&[asked, settled]), [""; 0], "neither of the document nor shown");
    assert_eq!(shown.phone.state(shown.case).signatures.len(), 1);
}
