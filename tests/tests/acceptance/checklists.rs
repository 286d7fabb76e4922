//! Answers to a form: what the API and the case page show of them.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::id::Digest;
use sync_core::op::{Act, Answers, FormVersion, OpRef};
use sync_core::schema::{CHECKLIST, REPEAT};
use sync_core::value::Value;
use tests::desk::Desk;
use tests::{Person, Phone, on_both_databases};

const DEFINITION: Digest = Digest::new([0x66; 32]);
const PHOTO: Digest = Digest::new([0x11; 32]);

fn answer(of: u32, path: &str, value: Value) -> NewOp {
    NewOp::put(Some(OpRef::Own(of)), path, vec![], value)
}

fn below(entity: &str, path: &str) -> NewOp {
    let answers = Some(Answers::Question(path.into()));
    NewOp::new(Act::Add { entity: entity.into(), order: "a".into(), answers }).on(OpRef::Own(0))
}

on_both_databases! {
    fn a_checklist_is_shown_with_its_version_and_its_answers(server) {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        let form = FormVersion { form: "food_service".into(), version: 3, digest: DEFINITION };
        let form = Act::Add { entity: CHECKLIST, order: "a".into(), answers: Some(Answers::Form(form)) };
        let ops = vec![
            NewOp::new(form),
            answer(0, "kitchen/freezer_c", Value::Decimal("-18.50".parse().unwrap())),
            below(REPEAT.as_str(), "dish"),
            answer(2, "name", Value::text("麻辣鸡（虚构）")),
            below("evidence", "kitchen/photo"),
            answer(4, "digest", PHOTO.into()),
        ];
        let body = phone.save(Some(open.id()), &[open.id()], ops);
        phone.push(&[&open, &body]);
        let person = Person::sign_in(server, "unit-head");
        let case: serde_json::Value = person.call("GET", &format!("/v1/cases/{}", open.id())).send().expect(200).json();
        let entity = |index: u32| {
            let id = format!("{}.{index}", body.id());
            let found = case["entities"].as_array().unwrap().iter().find(|entity| entity["id"] == id.as_str());
            found.unwrap_or_else(|| panic!("{id}: {case}")).clone()
        };
        let named = json!({"form": "food_service", "version": 3, "digest": DEFINITION.to_string()});
        assert_eq!((&entity(0)["form"], &entity(0)["question"]), (&named, &json!(null)));
        assert_eq!(entity(0)["fields"][0]["value"], "-18.5", "a decimal is its digits");
        for (index, path) in [(2, "dish"), (4, "kitchen/photo")] {
            assert_eq!((&entity(index)["form"], &entity(index)["question"]), (&json!(null), &json!(path)));
        }
        let missing: Vec<_> = case["evidence"].as_array().unwrap().iter().map(|piece| piece["digest"].clone()).collect();
        assert_eq!(missing, [json!(PHOTO.to_string())], "a file that was asked for is evidence; the digest of a form is none");
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{}", open.id())).expect(200).text();
        for text in ["检查表", "food_service 第3版", "-18.5", "重复组", "dish", "麻辣鸡（虚构）", "kitchen/photo"] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
}
