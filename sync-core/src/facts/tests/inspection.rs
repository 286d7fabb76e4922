//! What makes an inspection, and when it began.

use super::*;
use crate::law::facts::Inspection;
use crate::op::CaseKind as Opened;

fn inspection(story: &Story) -> Option<Inspection> {
    story.matters(&Roster::default()).remove(0).facts.inspection
}

/// A case that was opened as this kind.
fn opened(kind: Opened) -> Story {
    let mut story = Story(Vec::new());
    let open = Open { kind, agency: AGENCY, item: "i".into(), officers: vec![LI, ZHANG] };
    story.save(vec![NewOp::new(Act::Open(open))]);
    story.entity("party", &[]);
    story
}

fn put(story: &mut Story, field: &str, value: Value) {
    story.save(vec![NewOp::put(None, field, vec![], value)]);
}

fn at(happened: &Happened) -> Option<Instant> {
    match happened {
        Happened::At(when) => Some(when.interval().lower),
        Happened::NotYet => None,
        Happened::Unknown => panic!("every change has its time"),
    }
}

#[test]
fn a_case_is_inspected_if_it_was_opened_so_or_if_anything_of_an_inspection_is_recorded() {
    assert!(inspection(&opened(Opened::Inspection)).is_some() && inspection(&opened(Opened::Simple)).is_none());
    for step in
        ["entered", "code_shown", "notice_handed", "enterprise_code_scanned", "no_code_reason", "inspection_filed"]
    {
        let mut story = opened(Opened::Simple);
        story.step(step, None, None);
        assert!(inspection(&story).is_some(), "{step}");
    }
    for (field, value) in [
        ("enforcement_code", Value::text("c")),
        ("notice_number", Value::text("n")),
        ("plan_approved_ms", Value::Int(1)),
        ("inspection_result", Value::text("r")),
    ] {
        let mut story = opened(Opened::Simple);
        put(&mut story, field, value);
        assert!(inspection(&story).is_some(), "{field}");
    }
    for (entity, field, text, is) in [
        ("document", "form", "inspection_notice", true),
        ("document", "form", "correction_order", false),
        ("record", "record_type", "scene", true),
        ("record", "record_type", "interview", false),
    ] {
        let mut story = opened(Opened::Simple);
        story.entity(entity, &[(field, Value::text(text))]);
        assert_eq!(inspection(&story).is_some(), is, "{text}");
    }
    let mut story = opened(Opened::Simple);
    story.step("rights_told", None, None);
    put(&mut story, "title", Value::text("题"));
    put(&mut story, "inspection_result", Value::text(" "));
    assert!(inspection(&story).is_none());
}

#[test]
fn a_notice_is_made_with_its_document_or_with_its_number_and_approved_when_that_is_stated() {
    let mut story = opened(Opened::Inspection);
    let made = |story: &Story| at(&inspection(story).unwrap().notice_made_at);
    assert_eq!(made(&story), None);
    story.entity("document", &[("form", Value::text("correction_order"))]);
    assert_eq!(made(&story), None, "another document");
    put(&mut story, "notice_number", Value::text("n"));
    assert_eq!(made(&story), Some(minute(3)));
    story.entity("document", &[("form", Value::text("inspection_notice"))]);
    assert_eq!(made(&story), Some(minute(4)));
    let approved = |story: &Story| inspection(story).unwrap().plan_approved_at;
    assert_eq!(approved(&story), Happened::NotYet);
    put(&mut story, "plan_approved_ms", Value::Int(minute(2).ms()));
    assert_eq!(at(&approved(&story)), Some(minute(2)), "as it is stated, not when it was written");
    let mut later = opened(Opened::Inspection);
    put(&mut later, "plan_approved_ms", Value::Int(minute(9).ms()));
    assert_eq!(approved(&later), Happened::Unknown, "later than it was written");
}

#[test]
fn an_entry_that_is_not_recorded_was_before_the_first_thing_that_proves_it() {
    let entered = |story: &Story| at(&inspection(story).unwrap().entered_at);
    let mut story = opened(Opened::Inspection);
    assert_eq!(entered(&story), None);
    put(&mut story, "inspection_result", Value::text("r"));
    assert_eq!(entered(&story), Some(minute(2)));
    story.step("entered", None, None);
    assert_eq!(entered(&story), Some(minute(3)), "what is recorded counts");
    // Each alone, with nothing before it.
    let mut scene = opened(Opened::Inspection);
    scene.entity("record", &[("record_type", Value::text("interview"))]);
    assert_eq!(entered(&scene), None);
    scene.entity("record", &[("record_type", Value::text("scene"))]);
    assert_eq!(entered(&scene), Some(minute(3)));
    let mut asked = opened(Opened::Inspection);
    asked.step("question_asked", None, None);
    assert_eq!(entered(&asked), Some(minute(2)));
    let mut signed = opened(Opened::Inspection);
    let notice = signed.entity("document", &[("form", Value::text("inspection_notice"))]);
    signed.sign_as("inspection_notice", LI, SignerRole::Officer, notice);
    assert_eq!(entered(&signed), None, "a notice is made before anybody goes anywhere");
    let order = signed.entity("document", &[("form", Value::text("correction_order"))]);
    signed.sign_as("correction_order", LI, SignerRole::Officer, order);
    assert_eq!(entered(&signed), Some(minute(5)));
    // In a case that was not opened as an inspection a signature proves none.
    let mut other = opened(Opened::Simple);
    let order = other.entity("document", &[("form", Value::text("correction_order"))]);
    other.sign_as("correction_order", LI, SignerRole::Officer, order);
    assert!(inspection(&other).is_none());
    other.sign_as("scene_record", LI, SignerRole::Officer, order);
    assert_eq!(entered(&other), Some(minute(4)), "a record of the scene does");
}

#[test]
fn the_first_question_is_the_first_thing_that_needs_a_certificate() {
    let first = |story: &Story| at(&story.matters(&Roster::default()).remove(0).facts.first_question_at);
    let mut story = opened(Opened::Inspection);
    story.step("entered", None, None);
    assert_eq!(first(&story), None);
    story.entity("line", &[]);
    assert_eq!(first(&story), Some(minute(3)));
    for (entity, kind) in [("record", "interview"), ("record", "scene")] {
        let mut story = opened(Opened::Inspection);
        story.entity("record", &[("record_type", Value::text("other"))]);
        assert_eq!(first(&story), None);
        story.entity(entity, &[("record_type", Value::text(kind))]);
        assert_eq!(first(&story), Some(minute(3)), "{kind}");
    }
    let mut asked = opened(Opened::Inspection);
    asked.step("question_asked", None, None);
    put(&mut asked, "inspection_result", Value::text("r"));
    assert_eq!(first(&asked), Some(minute(2)));
    let mut result = opened(Opened::Inspection);
    put(&mut result, "inspection_result", Value::text("r"));
    assert_eq!(first(&result), Some(minute(2)));
}

#[test]
fn a_step_whose_time_is_disputed_is_no_act_of_officers() {
    let acts = |story: &Story| {
        let matters = story.matters(&Roster::default());
        matters.iter().filter(|matter| matter.about == About::OfficerAct).count()
    };
    let mut story = Story::new();
    assert_eq!(acts(&story), 0);
    story.step("certificate_shown", None, None);
    let step = OpId { change: story.0.last().unwrap().id(), index: 0 };
    assert_eq!(acts(&story), 1);
    story.save(vec![corrected(step, Some(minute(1)))]);
    assert_eq!(acts(&story), 1, "it has the time that is stated");
    story.beside(vec![corrected(step, Some(minute(0)))]);
    assert_eq!(acts(&story), 0, "two times are stated");
}
