//! Uniqueness across cases: a number stands on one document, an act is fined once.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use sync_core::change::{Change, NewOp, shown_digest};
use sync_core::id::{CaseId, ChangeId};
use sync_core::law::identity::CreditCode;
use sync_core::message::Class;
use sync_core::op::{Act, CaseKind, OpId, OpRef, Open, Signature, SignerRole};
use sync_core::value::Value;
use tests::desk::Desk;
use tests::{Person, Phone, Server, on_both_databases};

use crate::alarm;
use crate::search::run_sql;

const NUMBER: &str = "（巫市监）当罚〔2026〕纸301号";

fn put(on: Option<OpRef>, field: &str, value: impl Into<Value>) -> NewOp {
    NewOp::put(on, field, vec![], value.into())
}

fn number(on: OpRef, text: &str, source: &str) -> Vec<NewOp> {
    vec![put(Some(on), "number", Value::text(text)), put(Some(on), "number_source", Value::text(source))]
}

fn accept(phone: &Phone<'_>, change: &Change) {
    let outcomes = phone.push(&[change]).outcomes;
    assert_eq!(outcomes[0].class, Class::Accepted, "{outcomes:?}");
}

/// A case with one party of this name and code, for an act of this day.
fn open(phone: &mut Phone<'_>, name: &str, code: Option<&str>, day: &str) -> ChangeId {
    let open =
        Open { kind: CaseKind::Simple, agency: phone.agency, item: "SJ-C-001".into(), officers: vec![phone.officer] };
    let party = Some(OpRef::Own(2));
    let mut ops = vec![
        NewOp::new(Act::Open(open)),
        put(None, "violation_date", Value::text(day)),
        NewOp::add("party", "a"),
        put(party, "name", Value::text(name)),
        put(party, "party_type", Value::text("company")),
    ];
    ops.extend(code.map(|code| put(party, "uscc", Value::text(code))));
    let change = phone.save(None, &[], ops);
    accept(phone, &change);
    change.id()
}

/// A decision on the spot in a case: the change that makes it.
fn decision(phone: &mut Phone<'_>, case: CaseId, after: ChangeId, text: &str, source: &str) -> Change {
    let own = OpRef::Own(0);
    let mut ops = vec![
        NewOp::add("document", "b"),
        put(Some(own), "form", Value::text("spot_decision")),
        put(Some(own), "fine_fen", Value::Int(20_000)),
    ];
    ops.extend(number(own, text, source));
    phone.save(Some(case), &[after], ops)
}

fn sign(phone: &mut Phone<'_>, case: CaseId, decided: &Change) -> ChangeId {
    let document = OpRef::Of(OpId { change: decided.id(), index: 0 });
    let (form, manner, digest) = ("spot_decision".into(), "key".into(), shown_digest([]));
    let signature = Signature { form, version: 1, role: SignerRole::Officer, manner, shown: vec![], digest };
    let change = phone.save(Some(case), &[decided.id()], vec![NewOp::new(Act::Sign(signature)).on(document)]);
    accept(phone, &change);
    change.id()
}

fn read(server: &Server, login: &str, case: CaseId) -> Json {
    Person::sign_in(server, login).call("GET", &format!("/v1/cases/{case}?purpose=x")).send().expect(200).json()
}

/// The outcomes of a rule in a case.
fn outcomes(case: &Json, rule: &str) -> Vec<String> {
    let checks = case["checks"].as_array().unwrap().iter().filter(|check| check["rule"] == rule);
    checks.map(|check| check["outcome"].as_str().unwrap().to_owned()).collect()
}

/// Waits until this holds: what is compared with other cases is compared a moment later.
fn soon(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The cases of the alarms of a kind, each with the change that made the document.
fn told(server: &Server, kind: &str) -> Vec<(String, String)> {
    let text = |alarm: &Json, name: &str| alarm[name].as_str().unwrap_or_default().to_owned();
    let mut told: Vec<_> =
        alarm::of_kind(server, kind).iter().map(|alarm| (text(alarm, "case"), text(alarm, "change"))).collect();
    told.sort();
    told
}

fn code(serial: &str) -> String {
    CreditCode::complete("91500237", serial).unwrap().as_str().to_owned()
}

on_both_databases! {
    fn the_same_number_on_three_documents_is_kept_flagged_in_each_case_and_told_once(server) {
        let (mut a, mut farm) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let first = open(&mut a, "甲", None, "2026-11-20");
        let second = open(&mut farm, "乙", None, "2026-11-20");
        let one = decision(&mut a, first, first, NUMBER, "presealed");
        accept(&a, &one);
        assert_eq!(outcomes(&read(server, "unit-head", first), "SPO-02-ONCE"), ["satisfied"]);
        let other = decision(&mut a, first, one.id(), "(巫市监) 当罚[2026]纸 0301号", "presealed");
        accept(&a, &other);
        let elsewhere = decision(&mut farm, second, second, NUMBER, "presealed");
        accept(&farm, &elsewhere);
        let mut wanted: Vec<_> = [(first, &one), (first, &other), (second, &elsewhere)]
            .map(|(case, change)| (case.to_string(), change.id().to_string()))
            .into();
        wanted.sort();
        soon("each document is told", || told(server, "number_doubled") == wanted);
        // A push that is repeated, and a look at its case, tell nobody again.
        assert_eq!(a.push(&[&one, &other]).outcomes.len(), 2);
        accept(&farm, &elsewhere);
        let noted = farm.write(second, &[elsewhere.id()], "remarks", "另记");
        accept(&farm, &noted);
        std::thread::sleep(Duration::from_millis(1_500));
        assert_eq!(told(server, "number_doubled"), wanted);
        for (login, case) in [("unit-head", first), ("county-supervisor", first), ("county-supervisor", second)] {
            let shown = read(server, login, case);
            assert_eq!(outcomes(&shown, "SPO-02-ONCE"), ["breached"], "{login}");
            assert!(shown["card"]["breaches"].as_i64().unwrap() > 0);
        }
        // A reader in reach of the other case gets a link to it; any other reader only learns that it exists.
        let shared = |login: &str| read(server, login, first)["shared"][0].clone();
        let unit_head = shared("unit-head");
        assert_eq!((&unit_head["cases"], &unit_head["out_of_reach"]), (&json!([]), &json!(1)));
        assert_eq!(unit_head["documents"].as_array().unwrap().len(), 2);
        let supervisor = shared("county-supervisor");
        assert_eq!((&supervisor["cases"][0]["id"], &supervisor["out_of_reach"]), (&json!(second), &json!(0)));
        assert!(supervisor["number"].as_str().unwrap().ends_with("301号"), "as one of them has it: {supervisor}");
        let mut desk = Desk::of(server, "unit-head");
        let page = desk.get(&format!("/console/cases/{first}")).expect(200).text();
        assert!(page.contains("也用于另一案的文书") && page.contains("不在您查阅范围内的案卷数：1"), "{page}");
        assert!(desk.get("/console/alarms").expect(200).text().contains("一个文号用于多份文书"));
        assert!(desk.get("/console/work").expect(200).text().contains(&first.to_string()), "it waits for the head");
    }

    fn a_number_that_is_put_right_is_no_double_any_more_in_either_case(server) {
        let mut a = Phone::of(server, "officer-a");
        let (first, second) = (open(&mut a, "甲", None, "2026-11-20"), open(&mut a, "乙", None, "2026-11-20"));
        let one = decision(&mut a, first, first, NUMBER, "presealed");
        accept(&a, &one);
        let two = decision(&mut a, second, second, NUMBER, "presealed");
        accept(&a, &two);
        let breaches = |case: CaseId| read(server, "unit-head", case)["card"]["breaches"].as_i64().unwrap();
        soon("both are told", || told(server, "number_doubled").len() == 2);
        let (of_first, of_second) = (breaches(first), breaches(second));
        let mut desk = Desk::of(server, "unit-head");
        let page = desk.get(&format!("/console/cases/{first}")).expect(200).text();
        assert!(page.contains(&format!("/console/cases/{second}")), "a link to the other case");
        let written = OpRef::Of(OpId { change: two.id(), index: 3 });
        let document = Some(OpRef::Of(OpId { change: two.id(), index: 0 }));
        let right = NewOp::put(document, "number", vec![written], Value::text("（巫市监）当罚〔2026〕纸302号"));
        let right = a.save(Some(second), &[two.id()], vec![right]);
        accept(&a, &right);
        for case in [first, second] {
            assert_eq!(outcomes(&read(server, "unit-head", case), "SPO-02-ONCE"), ["satisfied"]);
        }
        soon("the lists say so", || (breaches(first), breaches(second)) == (of_first - 1, of_second - 1));
        assert_eq!(read(server, "unit-head", first)["shared"], json!([]));
    }

    fn a_number_has_a_shape_a_year_that_fits_and_is_of_the_range_of_its_phone(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let block = |phone: &Phone<'_>| phone.lease.as_ref().unwrap().lease.blocks[0].clone();
        let (own, others) = (block(&a), block(&b));
        let of = |block: &sync_core::lease::Block, serial: u32| format!("{}{serial}号", block.prefix);
        let year = own.year;
        let tried = [
            (of(&own, own.first), "block", "satisfied", "satisfied"),
            (of(&own, own.last), "block", "satisfied", "satisfied"),
            (of(&own, own.last + 1), "block", "satisfied", "breached"),
            (of(&others, others.first), "block", "satisfied", "breached"),
            (format!("（巫市监）当罚〔{}〕纸9号", year - 1), "presealed", "breached", "not_applicable"),
            (format!("（巫市监）当罚〔{year}〕纸9号"), "presealed", "satisfied", "not_applicable"),
            ("101".to_owned(), "presealed", "breached", "not_applicable"),
        ];
        for (text, source, shape, range) in tried {
            let case = open(&mut a, "甲", None, "2026-11-20");
            let change = decision(&mut a, case, case, &text, source);
            accept(&a, &change);
            let shown = read(server, "unit-head", case);
            assert_eq!(outcomes(&shown, "SPO-02-SHAPE"), [shape], "{text}");
            assert_eq!(outcomes(&shown, "SPO-02-RANGE"), [range], "{text}");
        }
        let case = open(&mut b, "乙", None, "2026-11-20");
        let change = decision(&mut b, case, case, &of(&others, others.first + 1), "block");
        accept(&b, &change);
        assert_eq!(outcomes(&read(server, "unit-head", case), "SPO-02-RANGE"), ["satisfied"]);
    }

    fn one_act_fined_in_two_cases_is_flagged_and_told_in_both_and_a_name_alone_is_a_question(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let (one, other) = (code("MAK3X7Y2"), code("MAK3X7Y3"));
        let first = open(&mut a, "甲餐馆", Some(&one), "2026-11-20");
        let decided = decision(&mut a, first, first, "（巫市监）当罚〔2026〕纸311号", "presealed");
        accept(&a, &decided);
        let second = open(&mut b, "甲餐饮公司", Some(&one), "2026-11-20");
        let again = decision(&mut b, second, second, "（巫市监）当罚〔2026〕纸312号", "presealed");
        accept(&b, &again);
        sign(&mut a, first, &decided);
        // A draft is no fine yet: only the case that has it is warned.
        assert_eq!(outcomes(&read(server, "unit-head", second), "SPO-07-CASES"), ["breached"]);
        assert_eq!(outcomes(&read(server, "unit-head", first), "SPO-07-CASES"), ["satisfied"]);
        sign(&mut b, second, &again);
        let mut wanted: Vec<_> =
            [(first, &decided), (second, &again)].map(|(case, made)| (case.to_string(), made.id().to_string())).into();
        wanted.sort();
        soon("both cases are told", || told(server, "fined_twice") == wanted);
        for (case, elsewhere) in [(first, second), (second, first)] {
            let shown = read(server, "unit-head", case);
            assert_eq!(outcomes(&shown, "SPO-07-CASES"), ["breached"]);
            let check = shown["checks"].as_array().unwrap().iter().find(|check| check["rule"] == "SPO-07-CASES").unwrap();
            assert_eq!(check["article"], "行政处罚法 第二十九条");
            let fine = shown["shared"].as_array().unwrap().iter().find(|entry| entry["what"] == "fine").unwrap();
            assert_eq!(fine["cases"][0]["id"], elsewhere.to_string());
            let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{case}")).expect(200).text();
            assert!(page.contains(&format!("/console/cases/{elsewhere}")), "a link to the other case");
        }
        // Another party, another day: nothing. The same name without a code: a question to a person, and no alarm.
        for (name, code, day, wanted) in [
            ("甲餐馆", Some(other.as_str()), "2026-11-20", "satisfied"),
            ("甲餐馆", Some(one.as_str()), "2026-11-21", "satisfied"),
            ("甲 餐馆", None, "2026-11-20", "undecided"),
            ("乙餐馆", None, "2026-11-20", "satisfied"),
        ] {
            let case = open(&mut a, name, code, day);
            let paper = format!("（巫市监）当罚〔2026〕纸{}号", 400 + a.seq);
            let change = decision(&mut a, case, case, &paper, "presealed");
            accept(&a, &change);
            sign(&mut a, case, &change);
            assert_eq!(outcomes(&read(server, "unit-head", case), "SPO-07-CASES"), [wanted], "{name} {day}");
        }
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(told(server, "fined_twice").len(), 2);
        // A recorded reason lets the case go on; the breach stays visible with it.
        let reason = Value::List(vec![Value::text("SPO-07-CASES"), Value::text("另一店铺的行为")]);
        let step = NewOp::new(Act::RecordStep { step: "breach_reason".into() }).with(reason);
        let change = a.save(Some(first), &[decided.id()], vec![step]);
        accept(&a, &change);
        let shown = read(server, "unit-head", first);
        let check = shown["checks"].as_array().unwrap().iter().find(|check| check["rule"] == "SPO-07-CASES").unwrap();
        assert_eq!((&check["outcome"], &check["reason"]), (&json!("breached"), &json!("另一店铺的行为")));
    }

    fn the_index_of_documents_can_be_thrown_away_and_is_made_again(server) {
        let mut a = Phone::of(server, "officer-a");
        let cases = ["甲", "乙"].map(|name| {
            let case = open(&mut a, name, None, "2026-11-20");
            let change = decision(&mut a, case, case, NUMBER, "presealed");
            accept(&a, &change);
            case
        });
        soon("both are told", || told(server, "number_doubled").len() == 2);
        server.kill();
        // As a migration asks for it.
        run_sql(
            server,
            "DELETE FROM document_index;
             INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
             SELECT tenant, substr(id, 1, 16), 'documents_of_case', case_leaf, 1, 0, 0 FROM case_file",
        );
        server.start_again();
        for case in cases {
            soon("it is made again", || {
                outcomes(&read(server, "unit-head", case), "SPO-02-ONCE") == ["breached"]
            });
        }
    }
}
