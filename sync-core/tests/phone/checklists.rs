//! Answers to a form: what two officers answer offline merges as every field does.

use crate::world::Phone;
use sync_core::case::FormBreach;
use sync_core::change::NewOp;
use sync_core::device::{Save, SaveError, Source};
use sync_core::id::{CaseId, Digest};
use sync_core::op::{Act, Answers, FormVersion, OpId, OpRef};
use sync_core::value::Value;

fn form(version: u32) -> FormVersion {
    FormVersion { form: "food_service".into(), version, digest: Digest::new([0x66; 32]) }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

fn pass(from: &Phone, to: &mut Phone, case: CaseId) {
    let (leases, changes) = from.bundle(case);
    to.device.receive(&leases, &changes, Source::Peer).unwrap();
}

#[test]
fn two_officers_answer_one_checklist_offline_and_see_where_they_differ() {
    let (mut one, mut two) = (Phone::new(1), Phone::new(2));
    let case = one.open(&[1, 2]);
    let mut editor = one.edit(case);
    let answers = editor.add_form(form(3), "a");
    let dish = editor.add_repeat(answers, "dish", "a");
    editor.put(Some(dish), "name", Value::text("麻辣鸡（虚构）"));
    let photo = editor.add_answer_file(answers, "kitchen/photo", "a");
    editor.put(Some(photo), "digest", Digest::new([0x11; 32]).into());
    let change = one.save(editor, 2).unwrap().change;
    let answers = OpRef::Of(OpId { change, index: 0 });
    pass(&one, &mut two, case);
    for (phone, freezer, cold) in [(&mut one, "-18.50", "4"), (&mut two, "-18.5", "5.5")] {
        let mut editor = phone.edit(case);
        editor.put(Some(answers), "kitchen/freezer_c", decimal(freezer));
        editor.put(Some(answers), "kitchen/cold_c", decimal(cold));
        phone.save(editor, 3).unwrap();
    }
    pass(&one, &mut two, case);
    pass(&two, &mut one, case);
    let state = one.state(case);
    assert_eq!(state, two.state(case));
    let in_conflict: Vec<&str> = state.conflicts().map(|field| field.name.as_str()).collect();
    assert_eq!(in_conflict, ["kitchen/cold_c"], "-18.50 and -18.5 are one number");
    let told = |index| state.entities[&OpId { change, index }].clone();
    assert_eq!((told(0).kind.as_str(), told(0).answers), ("form", Some(Answers::Form(form(3)))));
    for (index, kind, path) in [(1, "repeat", "dish"), (3, "evidence", "kitchen/photo")] {
        let entity = told(index);
        assert_eq!((entity.kind.as_str(), entity.parent), (kind, Some(OpId { change, index: 0 })));
        assert_eq!(entity.answers, Some(Answers::Question(path.into())));
    }
}

#[test]
fn an_entity_that_does_not_say_what_it_answers_as_it_must_saves_nothing() {
    let mut phone = Phone::new(1);
    let case = phone.open(&[1]);
    let question = || Some(Answers::Question("dish".into()));
    let nameless = FormVersion { form: "".into(), ..form(1) };
    let mut save = |entity: &str, answers: Option<Answers>| {
        let add = NewOp::new(Act::Add { entity: entity.into(), order: "a".into(), answers });
        phone.save(Save { case: Some(case), ops: vec![add], ..Save::default() }, 2).map(drop)
    };
    for (entity, answers) in [
        ("form", None),
        ("form", question()),
        ("form", Some(Answers::Form(nameless))),
        ("repeat", None),
        ("repeat", Some(Answers::Form(form(1)))),
        ("repeat", Some(Answers::Question(String::new()))),
        ("evidence", Some(Answers::Form(form(1)))),
        ("party", Some(Answers::Form(form(1)))),
        ("of_a_newer_version", Some(Answers::Form(form(1)))),
    ] {
        let refused = save(entity, answers.clone());
        assert!(matches!(refused, Err(SaveError::Form(FormBreach::Detail))), "{entity} {answers:?}: {refused:?}");
    }
    for (entity, answers) in [
        ("form", Some(Answers::Form(form(0)))),
        ("form", Some(Answers::Form(form(u32::MAX)))),
        ("repeat", question()),
        ("evidence", question()),
        ("evidence", None),
        ("of_a_newer_version", question()),
    ] {
        assert!(save(entity, answers.clone()).is_ok(), "{entity} {answers:?}");
    }
}

#[test]
fn the_detail_of_an_entity_is_two_items_or_three() {
    let text = Value::text;
    let (version, digest) = (Value::Int(1), Value::from(Digest::new([1; 32])));
    let form = |name: Value, version: Value, digest: Value| Value::List(vec![name, version, digest]);
    let right = form(text("food"), version.clone(), digest.clone());
    let read = |items: Vec<Value>| {
        let detail = Value::List(items);
        let act = Act::from_detail(3, detail.clone());
        assert_eq!(act.to_detail(), (3, detail), "what was read is written as it was");
        matches!(act, Act::Add { .. })
    };
    for (third, is_form, is_question) in [
        (right, true, false),
        (text("kitchen/photo"), false, true),
        (text(""), false, false),
        (Value::Null, false, false),
        (digest.clone(), false, false),
        (form(text(""), version.clone(), digest.clone()), false, false),
        (form(text("food"), Value::Int(-1), digest.clone()), false, false),
        (form(text("food"), Value::Int(1 << 32), digest.clone()), false, false),
        (form(text("food"), version.clone(), Value::Bytes(vec![1; 31])), false, false),
        (form(text("food"), digest, version.clone()), false, false),
        (Value::List(vec![text("food"), version]), false, false),
    ] {
        assert_eq!(read(vec![text("form"), text("a"), third.clone()]), is_form, "{third:?}");
        assert_eq!(read(vec![text("repeat"), text("a"), third.clone()]), is_question, "{third:?}");
        assert_eq!(read(vec![text("party"), text("a"), third.clone()]), is_question, "{third:?}");
        assert!(!read(vec![text("party"), text("a"), third.clone(), third.clone()]), "a fourth: {third:?}");
    }
    assert!(read(vec![text("party"), text("a")]) && !read(vec![text("party")]));
}
