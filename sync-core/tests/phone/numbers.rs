//! Document numbers and fines across all cases of a phone.

use crate::rules::{LATER, Scene, codes, draft, opened_on_the_spot, reference, scene};
use crate::world::Phone;
use sync_core::device::{Editor, NumberFor, Save, SaveError, Source, Stop, VoidNumber};
use sync_core::id::CaseId;
use sync_core::law::identity::CreditCode;
use sync_core::law::rule::Outcome;
use sync_core::op::{OpId, OpRef, SignerRole};
use sync_core::value::Value;

/// The number that [`draft`] writes for the order "b".
const NUMBER: &str = "（巫市监）当罚〔2026〕纸98号";

fn write(
    phone: &mut Phone,
    case: CaseId,
    write: impl FnOnce(&mut Editor),
) -> Result<sync_core::id::ChangeId, Vec<Stop>> {
    let mut editor = phone.edit(case);
    write(&mut editor);
    stopped(phone.save(editor, 2)).map(|saved| saved.change)
}

fn stopped<T>(saved: Result<T, SaveError>) -> Result<T, Vec<Stop>> {
    saved.map_err(|error| {
        let SaveError::Stopped(stops) = error else { panic!("{error}") };
        stops
    })
}

fn number_on(scene: &mut Scene, number: &str) -> Result<sync_core::id::ChangeId, Vec<Stop>> {
    let decision = OpRef::Of(scene.decision);
    write(&mut scene.phone, scene.case, |editor| {
        editor.put(Some(decision), "number", Value::text(number));
    })
}

#[test]
fn a_number_that_is_none_or_of_another_year_is_refused_before_the_save_and_says_what_to_do() {
    let mut scene = scene("company", 300_000, LATER);
    let before = scene.phone.state(scene.case).hash();
    for (number, code, says) in [
        ("101", "number_shape", "机关代字＋文种〔年份〕序号号"),
        ("（巫市监）当罚〔2026〕0号", "number_shape", "按纸上印的完整填写"),
        ("（巫市监）当罚〔2025〕纸9号", "number_year", "本年度的编号纸"),
        ("（巫市监）当罚〔2027〕纸9号", "number_year", "本年度的编号纸"),
    ] {
        let stops = number_on(&mut scene, number).unwrap_err();
        assert_eq!(codes(&stops), [code], "{number}");
        assert!(stops[0].zh.contains(says) && stops[0].article.is_some(), "{stops:?}");
    }
    assert_eq!(scene.phone.state(scene.case).hash(), before, "nothing was saved");
    number_on(&mut scene, "（巫市监）当罚〔2026〕纸9号").unwrap();
}

#[test]
fn a_number_that_stands_on_another_document_of_the_case_is_refused_however_it_is_typed() {
    let mut scene = scene("company", 300_000, LATER);
    let second = scene.add(|editor| draft(editor, "c", 100_000));
    for typed in [NUMBER, "(巫市监)当罚[2026]纸 098 号"] {
        let stops = write(&mut scene.phone, scene.case, |editor| {
            editor.put(Some(OpRef::Of(second)), "number", Value::text(typed));
        });
        assert_eq!(codes(&stops.unwrap_err()), ["number_used"], "{typed}");
    }
    // The same number again on its own document is no double.
    number_on(&mut scene, NUMBER).unwrap();
    // A voided document keeps its number.
    let decision = scene.decision;
    write(&mut scene.phone, scene.case, |editor| {
        editor.withdraw(OpRef::Of(decision), "写错");
    })
    .unwrap();
    let stops = write(&mut scene.phone, scene.case, |editor| {
        editor.put(Some(OpRef::Of(second)), "number", Value::text(NUMBER));
    });
    assert_eq!(codes(&stops.unwrap_err()), ["number_used"], "a voided number is not used again");
}

fn case_against(phone: &mut Phone, name: &str, code: Option<&str>, day: &str) -> CaseId {
    let mut editor = opened_on_the_spot(phone);
    editor.put(None, "violation_date", Value::text(day));
    let party = editor.add(None, "party", "a");
    editor.put(Some(party), "name", Value::text(name)).put(Some(party), "party_type", Value::text("company"));
    if let Some(code) = code {
        editor.put(Some(party), "uscc", Value::text(code));
    }
    let order = editor.add(None, "document", "a");
    editor.put(Some(order), "form", Value::text("correction_order"));
    editor.put(Some(order), "text", Value::text("责令你单位于三日内改正上述违法行为。"));
    phone.save(editor, 1).unwrap().case
}

fn decide(phone: &mut Phone, case: CaseId, order: &str) -> OpId {
    let mut decision = OpRef::Own(0);
    let change = write(phone, case, |editor| decision = draft(editor, order, 20_000)).unwrap();
    decision.resolve(change)
}

fn sign(phone: &mut Phone, case: CaseId, document: OpId) -> Result<(), Vec<Stop>> {
    let mut editor = phone.edit(case);
    assert!(editor.sign(document, "spot_decision", 1, SignerRole::Officer, "key", None));
    stopped(phone.save(editor, 3)).map(drop)
}

fn phone() -> Phone {
    let mut phone = Phone::new(1);
    phone.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    phone
}

fn code(serial: &str) -> String {
    CreditCode::complete("91500237", serial).unwrap().as_str().to_owned()
}

#[test]
fn a_number_of_another_case_that_the_phone_holds_is_refused() {
    let mut phone = phone();
    let (one, other) = (code("MAK3X7Y2"), code("MAK3X7Y3"));
    let first = case_against(&mut phone, "甲", Some(&one), "2026-11-23");
    let second = case_against(&mut phone, "乙", Some(&other), "2026-11-23");
    decide(&mut phone, first, "b");
    let mut decision = OpRef::Own(0);
    let stops = write(&mut phone, second, |editor| decision = draft(editor, "b", 20_000));
    assert_eq!(codes(&stops.unwrap_err()), ["number_used"]);
    decide(&mut phone, second, "c");
}

#[test]
fn a_number_of_a_case_that_arrived_is_refused_as_one_of_the_phones_own() {
    let mut one = phone();
    let first = case_against(&mut one, "甲", None, "2026-11-23");
    decide(&mut one, first, "b");
    let mut two = Phone::new(2);
    two.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    let second = case_against(&mut two, "乙", None, "2026-11-23");
    let (leases, changes) = one.bundle(first);
    two.device.receive(&leases, &changes, Source::Server).unwrap();
    let stops = write(&mut two, second, |editor| {
        draft(editor, "b", 20_000);
    });
    assert_eq!(codes(&stops.unwrap_err()), ["number_used"]);
}

#[test]
fn article_29_stops_the_second_fine_of_the_same_party_item_and_day_in_another_case() {
    let mut phone = phone();
    let (one, other) = (code("MAK3X7Y2"), code("MAK3X7Y3"));
    let first = case_against(&mut phone, "甲", Some(&one), "2026-11-23");
    let decided = decide(&mut phone, first, "a");
    let same = case_against(&mut phone, "甲公司", Some(&one), "2026-11-23");
    let again = decide(&mut phone, same, "b");
    sign(&mut phone, same, again).expect("nobody has signed the first");
    let stops = sign(&mut phone, first, decided).unwrap_err();
    assert_eq!((codes(&stops), stops[0].article.as_deref()), (vec!["SPO-07-CASES"], Some("行政处罚法 第二十九条")));
    for (name, code, day, order) in
        [("甲", &other, "2026-11-23", "c"), ("甲", &one, "2026-11-22", "d"), ("甲", &one, "2026-11-24", "e")]
    {
        let case = case_against(&mut phone, name, Some(code), day);
        let document = decide(&mut phone, case, order);
        sign(&mut phone, case, document).unwrap_or_else(|stops| panic!("{name} {day}: {stops:?}"));
    }
    // A reason is recorded where it was another act; the breach stays visible.
    write(&mut phone, first, |editor| {
        let reason = vec![Value::text("SPO-07-CASES"), Value::text("同日另一店铺的行为")];
        editor.record("breach_reason", None, Some(Value::List(reason)));
    })
    .unwrap();
    sign(&mut phone, first, decided).unwrap();
}

#[test]
fn a_party_that_only_its_name_tells_is_a_question_and_stops_nothing() {
    let mut phone = phone();
    let first = case_against(&mut phone, "甲餐馆", None, "2026-11-23");
    let decided = decide(&mut phone, first, "a");
    sign(&mut phone, first, decided).unwrap();
    let one = code("MAK3X7Y2");
    for (name, code, order, asked) in
        [("甲 餐馆", None, "b", true), ("甲餐馆", Some(one.as_str()), "c", true), ("乙餐馆", None, "d", false)]
    {
        let case = case_against(&mut phone, name, code, "2026-11-23");
        let document = decide(&mut phone, case, order);
        sign(&mut phone, case, document).unwrap_or_else(|stops| panic!("{name}: {stops:?}"));
        let (state, now) = (phone.state(case), crate::world::moment(4));
        let checks = phone.device.checks_of(&state, &now).unwrap();
        let found = checks.iter().find(|check| check.rule == "SPO-07-CASES");
        assert_eq!(found.map(|check| check.outcome), asked.then_some(Outcome::Undecided), "{name}");
    }
}

#[test]
fn a_number_of_the_phones_own_range_is_taken_and_not_typed() {
    let mut phone = phone();
    let case = case_against(&mut phone, "甲", None, "2026-11-23");
    let typed = decide(&mut phone, case, "b");
    for (serial, refused) in [(0, false), (1, true), (2, true), (3, false)] {
        let number = format!("（巫市监）当罚〔2026〕{serial}号");
        let stops = write(&mut phone, case, |editor| {
            editor.put(Some(OpRef::Of(typed)), "number", Value::text(number));
        });
        let found = stops.err().map(|stops| stops[0].code.clone()).unwrap_or_default();
        assert_eq!(found == "number_of_range", refused, "{serial}: {found}");
    }
    let mut editor = phone.edit(case);
    let document = editor.add(None, "document", "z");
    editor.put(Some(document), "form", Value::text("spot_decision"));
    let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
    let saved = phone.save(Save { number, ..editor.into_save() }, 2).unwrap();
    let range = saved.checks.iter().find(|check| check.rule == "SPO-02-RANGE");
    assert!(range.is_none(), "it is of the range: {range:?}");
    // Taken once, it is used: said to be of the range on another document it is refused.
    let stops = write(&mut phone, case, |editor| {
        editor.put(Some(OpRef::Of(typed)), "number", Value::text("（巫市监）当罚〔2026〕1号"));
        editor.put(Some(OpRef::Of(typed)), "number_source", Value::text("block"));
    });
    assert_eq!(codes(&stops.unwrap_err()), ["number_used"]);
}

#[test]
fn a_number_that_was_voided_is_not_typed_again() {
    let mut phone = phone();
    let case = case_against(&mut phone, "甲", None, "2026-11-23");
    let void = VoidNumber { form: "spot_decision".into(), year: 2026, reason: "打印错误".into() };
    phone.save(Save { case: Some(case), void: Some(void), ..Save::default() }, 2).unwrap();
    let document = decide(&mut phone, case, "b");
    let stops = write(&mut phone, case, |editor| {
        editor.put(Some(OpRef::Of(document)), "number", Value::text("（巫市监）当罚〔2026〕1号"));
        editor.put(Some(OpRef::Of(document)), "number_source", Value::text("block"));
    });
    assert_eq!(codes(&stops.unwrap_err()), ["number_used"]);
}

fn put(phone: &mut Phone, case: CaseId, target: OpId, field: &str, text: &str) -> Vec<String> {
    let written = write(phone, case, |editor| {
        editor.put(Some(OpRef::Of(target)), field, Value::text(text));
    });
    written.err().unwrap_or_default().into_iter().map(|stop| stop.code).collect()
}

/// Draws the next number of the range for a new document.
fn draw(phone: &mut Phone, case: CaseId) -> Result<OpId, Vec<Stop>> {
    let mut editor = phone.edit(case);
    let document = editor.add(None, "document", "z");
    editor.put(Some(document), "form", Value::text("spot_decision"));
    let number = Some(NumberFor { document, form: "spot_decision".into(), year: 2026 });
    let saved = stopped(phone.save(Save { number, ..editor.into_save() }, 2))?;
    Ok(document.resolve(saved.change))
}

#[test]
fn a_drawn_number_is_right_and_a_double_of_it_in_another_case_is_wrong() {
    // In these tests each phone has the same range.
    let mut other = Phone::new(2);
    other.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    let theirs = case_against(&mut other, "乙", None, "2026-11-23");
    draw(&mut other, theirs).unwrap();
    let (leases, changes) = other.bundle(theirs);
    let mut phone = phone();
    let case = case_against(&mut phone, "甲", None, "2026-11-23");
    phone.device.receive(&leases, &changes, Source::Server).unwrap();
    let document = draw(&mut phone, case).unwrap();
    let typed = decide(&mut phone, case, "b");
    assert_eq!(put(&mut phone, case, document, "remarks", "备注"), [""; 0]);
    assert_eq!(put(&mut phone, case, document, "number", "（巫市监）当罚〔2026〕1号"), ["number_used"], "typed");
    assert_eq!(put(&mut phone, case, typed, "number", "（巫市监）当罚〔2026〕1号"), ["number_of_range"]);
}

#[test]
fn only_a_number_that_is_written_on_a_document_or_signed_with_it_is_looked_at() {
    let mut phone = phone();
    let case = case_against(&mut phone, "甲", None, "2026-11-23");
    let party = phone.state(case).entities.iter().find(|(_, one)| one.kind == "party".into()).map(|(id, _)| *id);
    assert_eq!(put(&mut phone, case, party.unwrap(), "number", "（巫市监）当罚〔2026〕1号"), [""; 0], "of a party");
    let document = decide(&mut phone, case, "b");
    assert_eq!(put(&mut phone, case, document, "number", " "), [""; 0], "a blank is none");
    assert_eq!(put(&mut phone, case, document, "number", NUMBER), [""; 0]);
    // Another case with the same number arrives: what is written beside the number is saved, a signature is not.
    let mut other = Phone::new(2);
    other.device.set_reference(&reference(LATER), Some("\"1\"")).unwrap();
    let theirs = case_against(&mut other, "乙", None, "2026-11-23");
    decide(&mut other, theirs, "b");
    let (leases, changes) = other.bundle(theirs);
    phone.device.receive(&leases, &changes, Source::Server).unwrap();
    assert_eq!(put(&mut phone, case, document, "place_text", "高唐街道"), [""; 0]);
    assert_eq!(put(&mut phone, case, document, "number", "（巫市监）当罚〔2026〕 纸98号"), ["number_used"]);
    let stops = sign(&mut phone, case, document).unwrap_err();
    assert!(codes(&stops).contains(&"number_used"), "{stops:?}");
}
