//! Recording what has happened is accepted, even against a rule; the next signature is blocked until it is corrected or
//! a reason is recorded.

use crate::rules::{LATER, codes, reference, scene};
use crate::world::{AGENCY, Phone, officer};
use sync_core::device::{Editor, SaveError};
use sync_core::law::rule::Outcome;
use sync_core::op::{CaseKind, OpRef, Open, SignerRole};
use sync_core::value::Value;

pub type Edit = fn(&mut Editor, OpRef);

/// What was done at a door, in whatever kind of case, by whom it may have been.
#[test]
fn what_has_happened_is_saved_and_flagged_and_the_next_signature_stops_until_a_reason_is_recorded() {
    let mut scene = scene("company", 300_000, LATER);
    let saved = scene.write(|editor| {
        editor.record("entered", None, None);
    });
    let flagged: Vec<&str> = saved
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Breached)
        .map(|check| check.rule.as_str())
        .collect();
    assert_eq!(flagged, ["INS-02", "INS-03"], "a summary case is inspected like any other");
    assert_eq!(codes(&scene.sign().unwrap_err()), ["INS-02", "INS-03"]);
    let reason = |rule: &str| Some(Value::List(vec![Value::text(rule), Value::text("群众举报，店主正在转移菜单")]));
    scene.write(|editor| {
        editor.record("breach_reason", None, reason("INS-02"));
    });
    assert_eq!(codes(&scene.sign().unwrap_err()), ["INS-03"]);
    let saved = scene.write(|editor| {
        editor.record("breach_reason", None, reason("INS-03"));
    });
    let said = saved.checks.iter().find(|check| check.rule == "INS-03").unwrap();
    assert_eq!((said.outcome, said.reason.as_deref()), (Outcome::Breached, Some("群众举报，店主正在转移菜单")));
    scene.sign().unwrap();
}

#[test]
fn an_individual_business_is_no_enterprise() {
    let mut scene = scene("individual_business", 20_000, LATER);
    let saved = scene.write(|editor| {
        editor.record("entered", None, None);
    });
    assert!(saved.checks.iter().all(|check| check.outcome != Outcome::Breached), "{:#?}", saved.checks);
    scene.sign().unwrap();
}

#[test]
fn questions_before_the_certificate_are_saved_and_stop_the_signature() {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    let open = Open {
        kind: CaseKind::Simple,
        agency: AGENCY,
        item: "SJ-C-001".into(),
        officers: vec![officer(1), officer(2)],
    };
    let mut editor = phone.device.open_case(open);
    let record = editor.add(None, "record", "a");
    editor.put(Some(record), "record_type", Value::text("interview"));
    let line = editor.add(Some(record), "line", "a");
    editor.put(Some(line), "question", Value::text("店内有多少种菜？"));
    let saved = phone.save(editor, 1).unwrap();
    assert!(saved.checks.iter().any(|check| check.rule == "OFF-03" && check.outcome == Outcome::Breached));
    let mut editor = phone.edit(saved.case);
    assert!(editor.sign(record.resolve(saved.change), "interview_record", 1, SignerRole::Officer, "key", None));
    let Err(SaveError::Stopped(stops)) = phone.save(editor, 2) else { panic!("signed") };
    assert_eq!(codes(&stops), ["OFF-03"]);
}

#[test]
fn evidence_without_source_maker_or_signers_is_saved_and_shown_by_no_signed_record() {
    let mut scene = scene("company", 300_000, LATER);
    let mut photo = OpRef::Own(0);
    let record = scene.add(|editor| {
        let record = editor.add(None, "record", "a");
        editor.put(Some(record), "record_type", Value::text("interview"));
        photo = editor.add(Some(record), "evidence", "a");
        editor.put(Some(photo), "kind", Value::text("电子数据")).put(Some(photo), "title", Value::text("菜单照片"));
        record
    });
    let photo = Some(OpRef::Of(photo.resolve(record.change)));
    for (field, value, lacking) in [
        ("source", "captured", "“菜单照片”缺来源、取证人、签名确认人"),
        ("taken_by", "李建国", "“菜单照片”缺取证人、签名确认人"),
        ("signers", "李建国", "“菜单照片”缺签名确认人"),
        ("signers", "李建国、李建国", "“菜单照片”缺签名确认人"),
        ("signers", "李建国、陈晓梅", "“菜单照片”缺签名确认人"),
    ] {
        let stops = scene.sign_as(record, "interview_record").unwrap_err();
        assert_eq!(codes(&stops), ["CAS-04-SHOWN"]);
        assert!(stops[0].zh.contains(lacking), "{}", stops[0].zh);
        scene.write(|editor| {
            editor.put(photo, field, Value::text(value));
        });
    }
    scene.sign_as(record, "interview_record").unwrap();
}

#[test]
fn a_decision_that_nobody_signed_is_not_delivered() {
    let mut scene = scene("company", 300_000, LATER);
    let mut editor = scene.phone.edit(scene.case);
    editor.record("delivered", Some(OpRef::Of(scene.decision)), Some(Value::text("in_person")));
    let stops = scene.stopped(editor).unwrap_err();
    assert!(codes(&stops).contains(&"SPO-02-SIGN"), "{stops:?}");
}
