//! Numbers that identify a person are masked for supervisors wherever they were typed, and cannot be searched for.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::id::ChangeId;
use sync_core::op::{Act, OpRef};
use sync_core::value::Value;
use tests::actor::add;
use tests::desk::{Desk, encoded};
use tests::{Person, Phone, on_both_databases};

const CITIZEN: &str = "500237199001011234";
const PHONE: &str = "13800138000";

/// A case with both numbers in every kind of free text that a phone writes.
fn case_that_says_them(phone: &mut Phone<'_>) -> (String, ChangeId) {
    let text = |what: &str| Value::text(format!("{what}：{CITIZEN}，电话 138-0013-8000"));
    let open = phone.open_case(&[]);
    let record = NewOp::new(Act::RecordStep { step: "asked".into() });
    let ops = vec![
        NewOp::put(None, "title", vec![], Value::text(format!("面馆检查 {PHONE}"))),
        NewOp::put(None, "note", vec![], text("备注")),
        add("record"),
        NewOp::put(Some(OpRef::Own(2)), "answer", vec![], text("答")),
        add("party"),
        NewOp::put(Some(OpRef::Own(4)), "name", vec![], text("张三")),
        NewOp { value: Some(text("步骤")), ..record },
    ];
    let body = phone.save(Some(open.id()), &[open.id()], ops);
    phone.push(&[&open, &body]);
    (open.id().to_string(), body.id())
}

fn says_none(what: &str, text: &str) {
    for number in [CITIZEN, PHONE, "138-0013-8000", "19900101", "0013-8000"] {
        assert!(!text.contains(number), "{what} says {number}: {text}");
    }
}

on_both_databases! {
    fn numbers_in_free_text_are_hidden_from_those_who_only_supervise(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (case, _) = case_that_says_them(&mut phone);
        let why = encoded("专项监督");
        let supervisor = Person::sign_in(server, "county-supervisor");
        let mut desk = Desk::of(server, "county-supervisor");
        let new = json!({"case": case, "kind": "procedure", "text": format!("请核对 {CITIZEN}")});
        let lead = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "n").json(&new).send().expect(201);
        let lead = lead.header("location").to_owned();
        for path in [
            format!("/v1/cases/{case}?purpose={why}"),
            format!("/v1/cases/{case}/fields/case/note/history?purpose={why}"),
            "/v1/cases".to_owned(),
            "/v1/leads".to_owned(),
            lead.clone(),
            format!("/v1/cases/export?format=csv&purpose={why}"),
        ] {
            let text = supervisor.call("GET", &path).send().expect(200).text();
            says_none(&path, &text);
            assert!(text.contains("138****8000") || text.contains("500*************34"), "{path}: {text}");
        }
        let id = lead.split('/').next_back().unwrap();
        for path in [
            format!("/console/cases/{case}?purpose={why}"),
            format!("/console/cases/{case}/fields/case/note?purpose={why}"),
            "/console/cases".to_owned(),
            "/console/leads".to_owned(),
            format!("/console/leads/{id}"),
            "/console/work".to_owned(),
        ] {
            says_none(&path, &desk.get(&path).expect(200).text());
        }
        // Those who handle the case need them.
        let head = Person::sign_in(server, "unit-head").call("GET", &format!("/v1/cases/{case}")).send().expect(200).text();
        assert!(head.contains(&format!("答：{CITIZEN}，电话 138-0013-8000")), "{head}");
    }

    fn nobody_finds_a_case_by_a_number_inside_a_text(server) {
        let mut phone = Phone::of(server, "officer-a");
        let (case, _) = case_that_says_them(&mut phone);
        for login in ["county-supervisor", "unit-head", "officer-a"] {
            let person = Person::sign_in(server, login);
            let finds = |words: &str| {
                let answer = person.call("GET", &format!("/v1/cases?text={}", encoded(words))).send().expect(200).json();
                answer["items"].as_array().unwrap().iter().any(|card| card["id"] == json!(case))
            };
            assert!(finds("面馆检查") && finds("备注") && finds("张三"), "{login} finds the words around them");
            for number in [CITIZEN, PHONE, "138-0013-8000", "0013", "8000", "19900101", "500237", "1234"] {
                assert!(!finds(number), "{login} finds {number}");
            }
        }
        let looks = Person::sign_in(server, "audit-admin").call("GET", "/v1/read-audit").send().expect(200).text();
        for number in [CITIZEN, PHONE, "138-0013-8000"] {
            assert!(!looks.contains(number), "what was searched for is kept without {number}: {looks}");
        }
    }
}
