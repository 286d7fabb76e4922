//! What an editor does: which values it replaces, what a document shows.

use crate::rules::{LATER, Scene, codes, scene};
use crate::world::Phone;
use sync_core::device::{Corrected, Editor, Source};
use sync_core::id::CaseId;
use sync_core::op::{Act, OpId, OpRef, SignerRole};
use sync_core::value::Value;

fn puts(editor: Editor) -> Vec<(Option<OpRef>, String, Option<Value>)> {
    let puts = editor.into_save().ops.into_iter().filter(|op| op.act == Act::Put);
    puts.map(|op| (op.target, op.field.unwrap().into(), op.value)).collect()
}

#[test]
fn a_second_write_of_the_same_field_takes_the_place_of_the_first_and_of_no_other() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let mut editor = phone.edit(case);
    let party = editor.add(None, "party", "a");
    for (target, field, text) in [
        (None, "title", "一"),
        (Some(party), "title", "二"),
        (None, "address", "三"),
        (None, "title", "四"),
        (Some(party), "title", "五"),
    ] {
        editor.put(target, field, Value::text(text));
    }
    let text = |text: &str| Some(Value::text(text));
    assert_eq!(
        puts(editor),
        [
            (None, "title".to_owned(), text("四")),
            (Some(party), "title".to_owned(), text("五")),
            (None, "address".to_owned(), text("三")),
        ]
    );
}

/// Phone 1 with a case in which it and phone 2 wrote the title.
fn quarrel() -> (Phone, CaseId) {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    let (leases, changes) = one.bundle(case);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    one.put(case, "title", "甲");
    two.put(case, "title", "乙");
    let (leases, changes) = two.bundle(case);
    one.device.receive(&leases, &changes, Source::Peer).unwrap();
    (one, case)
}

fn titles(phone: &Phone, case: CaseId) -> Vec<String> {
    let state = phone.state(case);
    let live = state.field(None, &"title".into()).unwrap().live.clone();
    let mut texts: Vec<String> =
        live.iter().map(|live| live.value.as_ref().unwrap().as_text().unwrap().into()).collect();
    texts.sort();
    texts
}

#[test]
fn in_a_conflict_an_officer_replaces_their_own_value_and_by_a_supplement_every_one() {
    let (mut phone, case) = quarrel();
    phone.put(case, "title", "丙");
    assert_eq!(titles(&phone, case), ["丙", "乙"]);
    let (mut phone, case) = quarrel();
    let mut editor = phone.edit(case);
    editor.add(None, "supplementary_record", "a");
    editor.put(None, "title", Value::text("丁"));
    phone.save(editor, 3).unwrap();
    assert_eq!(titles(&phone, case), ["丁"]);
    // One value alone is replaced, also that of the other officer.
    let mut three = Phone::new(1);
    let case = three.open(&[1, 2]);
    let mut two = Phone::new(2);
    let (leases, changes) = three.bundle(case);
    two.device.receive(&leases, &changes, Source::Peer).unwrap();
    two.put(case, "title", "乙");
    let (leases, changes) = two.bundle(case);
    three.device.receive(&leases, &changes, Source::Peer).unwrap();
    three.put(case, "title", "甲");
    assert_eq!(titles(&three, case), ["甲"]);
}

#[test]
fn a_step_a_correction_and_a_signature_keep_what_they_are_about() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let mut editor = phone.edit(case);
    let document = editor.add(None, "document", "a");
    let step = editor.record("delivered", Some(document), Some(Value::text("in_person")));
    let saved = phone.save(editor, 2).unwrap();
    let (document, step) = (document.resolve(saved.change), step.resolve(saved.change));
    let (state, delivered) = (phone.state(case), "delivered".into());
    let read = state.steps_of(&delivered).next().unwrap();
    assert_eq!((read.target, read.value), (Some(document), Some(&Value::text("in_person"))));
    let mut editor = phone.edit(case);
    let other = editor.add(None, "document", "b");
    let (kind, value) = (Some("delivered".into()), Some(Value::text("refused")));
    assert!(editor.correct(step, Corrected { kind, target: Some(other), value, happened: None }, "另一份"));
    let saved = phone.save(editor, 3).unwrap();
    let (state, delivered) = (phone.state(case), "delivered".into());
    let read = state.steps_of(&delivered).next().unwrap();
    assert_eq!((read.target, read.value), (Some(other.resolve(saved.change)), Some(&Value::text("refused"))));
    let mut editor = phone.edit(case);
    let strokes = Some(Value::text("李建国"));
    assert!(editor.sign(document, "correction_order", 1, SignerRole::Officer, "name", strokes.clone()));
    assert_eq!(editor.into_save().ops.pop().unwrap().value, strokes);
}

#[test]
fn a_document_shows_its_own_fields_what_is_below_it_and_the_parties_and_a_record_no_parties() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let mut editor = phone.edit(case);
    let put = |editor: &mut Editor, target, text: &str| {
        editor.put(Some(target), "name", Value::text(text));
    };
    let document = editor.add(None, "document", "a");
    let record = editor.add(None, "record", "a");
    let (party, gone) = (editor.add(None, "party", "a"), editor.add(None, "party", "b"));
    let line = editor.add(Some(record), "line", "a");
    let below = editor.add(Some(document), "evidence", "a");
    let beside = editor.add(None, "evidence", "b");
    for (target, text) in [
        (document, "文书"),
        (record, "笔录"),
        (party, "当事人"),
        (gone, "误加"),
        (line, "问答"),
        (below, "附件"),
        (beside, "另件"),
    ] {
        put(&mut editor, target, text);
    }
    editor.put(None, "title", Value::text("题"));
    let change = phone.save(editor, 2).unwrap().change;
    let mut editor = phone.edit(case);
    editor.withdraw(OpRef::Of(gone.resolve(change)), "误加");
    phone.save(editor, 3).unwrap();
    let state = phone.state(case);
    let said = |document: OpRef| {
        let of = |op: &OpId| state.fields.iter().flat_map(|field| &field.live).find(|live| live.op == *op).unwrap();
        let mut editor = phone.edit(case);
        assert!(editor.sign(document.resolve(change), "note", 1, SignerRole::Officer, "key", None));
        let Act::Sign(signature) = editor.into_save().ops.pop().unwrap().act else { panic!() };
        let ops = signature.shown.iter().map(|shown| shown.resolve(change));
        let mut said: Vec<String> =
            ops.map(|op| of(&op).value.as_ref().unwrap().as_text().unwrap().to_owned()).collect();
        said.sort();
        said
    };
    let sorted = |texts: &[&str]| {
        let mut texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        texts.sort();
        texts
    };
    assert_eq!(said(document), sorted(&["文书", "附件", "当事人"]));
    assert_eq!(said(record), sorted(&["笔录", "问答"]));
}

/// The stops of voiding an entity.
fn voided(scene: &mut Scene, entity: OpId) -> Vec<String> {
    let mut editor = scene.phone.edit(scene.case);
    editor.withdraw(OpRef::Of(entity), "误作");
    let stops = scene.stopped(editor).err().unwrap_or_default();
    assert!(stops.iter().all(|stop| stop.ops == [entity]), "{stops:?}");
    stops.into_iter().map(|stop| stop.zh).collect()
}

#[test]
fn what_is_signed_or_has_a_signed_value_in_it_is_not_voided_and_what_is_beside_it_is() {
    let mut scene = scene("company", 300_000, LATER);
    let mut extra = OpRef::Own(0);
    let record = scene.add(|editor| {
        let record = editor.add(None, "record", "a");
        let line = editor.add(Some(record), "line", "a");
        editor.put(Some(line), "question", Value::text("几种？"));
        extra = editor.add(None, "record", "b");
        record
    });
    let (line, extra) = (OpId { index: 1, ..record }, extra.resolve(record.change));
    scene.sign_as(record, "interview_record").unwrap();
    scene.sign().unwrap();
    let state = scene.phone.state(scene.case);
    let party = state.entities.iter().find(|(_, entity)| entity.kind == "party".into()).map(|(id, _)| *id).unwrap();
    for (entity, label) in [(scene.decision, "执法文书"), (record, "笔录"), (line, "问答"), (party, "当事人")]
    {
        let stops = voided(&mut scene, entity);
        assert!(stops.len() == 1 && stops[0].contains(label), "{label}: {stops:?}");
    }
    assert_eq!(voided(&mut scene, extra), [""; 0]);
}

#[test]
fn to_a_record_that_is_not_signed_and_to_a_signed_document_things_are_added() {
    let mut scene = scene("company", 300_000, LATER);
    let record = scene.add(|editor| editor.add(None, "record", "a"));
    let other = scene.add(|editor| editor.add(None, "record", "b"));
    scene.sign().unwrap();
    scene.sign_as(other, "interview_record").unwrap();
    for (above, stopped) in [(record, false), (scene.decision, false), (other, true)] {
        let mut editor = scene.phone.edit(scene.case);
        editor.add(Some(OpRef::Of(above)), "line", "c");
        let found = scene.stopped(editor).err().map(|stops| codes(&stops).join(" "));
        assert_eq!(found, stopped.then(|| "value_signed".to_owned()));
    }
}

#[test]
fn a_document_without_any_field_is_not_voided_once_it_is_signed_by_an_earlier_change() {
    let mut scene = scene("company", 300_000, LATER);
    let record = scene.add(|editor| editor.add(None, "record", "a"));
    scene.sign_as(record, "scene_note").unwrap();
    assert_eq!(voided(&mut scene, record).len(), 1);
}
