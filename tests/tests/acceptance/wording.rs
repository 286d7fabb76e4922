//! The wording of a decision and the calculation of its fine, judged by the server.

use serde_json::Value as Json;
use sync_core::change::NewOp;
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::actor::add;
use tests::{Person, Phone, Server, on_both_databases};

const REMEDY: &str = "如不服本处罚决定，应当自收到本决定书之日起六十日内先向巫山县人民政府（地址：巫山县广东中路2号）申请行政复议；对行政复议决定不服的，可以自收到行政复议决定书之日起十五日内依法向人民法院提起行政诉讼。复议机关逾期不作决定的，可以在复议期满之日起十五日内向人民法院提起诉讼。";
const PAYMENT: &str = "自收到本决定书之日起十五日内到重庆农村商业银行巫山支行（地址：净坛路100号）缴纳罚款，逾期每日按罚款数额的百分之三加处罚款。";

/// The checks of a case whose decision has these fields beside a lawful remedy and payment, and a fine.
fn checks(server: &Server, fine: i64, fields: &[(&str, Value)]) -> Json {
    let mut phone = Phone::of(server, "officer-a");
    let opening = phone.open_case(&[]);
    let mut ops = vec![
        add("party"),
        NewOp::put(Some(OpRef::Own(0)), "party_type", vec![], Value::text("company")),
        add("document"),
        NewOp::put(Some(OpRef::Own(2)), "form", vec![], Value::text("spot_decision")),
        NewOp::put(Some(OpRef::Own(2)), "fine_fen", vec![], Value::Int(fine)),
        NewOp::put(Some(OpRef::Own(2)), "penalty_kind", vec![], Value::text("fine")),
    ];
    let given = |name: &str| fields.iter().any(|(field, _)| *field == name);
    for (name, text) in [("remedy", REMEDY), ("payment", PAYMENT)] {
        if !given(name) {
            ops.push(NewOp::put(Some(OpRef::Own(2)), name, vec![], Value::text(text)));
        }
    }
    for (name, value) in fields {
        ops.push(NewOp::put(Some(OpRef::Own(2)), *name, vec![], value.clone()));
    }
    let body = phone.save(Some(opening.id()), &[opening.id()], ops);
    phone.push(&[&opening, &body]);
    let reader = Person::sign_in(server, "unit-head");
    reader.call("GET", &format!("/v1/cases/{}", opening.id())).send().expect(200).json()["checks"].clone()
}

/// The breached ones of these rules.
fn breached(checks: &Json, rules: &[&str]) -> Vec<String> {
    let is_one = |check: &&Json| check["outcome"] == "breached" && rules.contains(&check["rule"].as_str().unwrap());
    checks.as_array().unwrap().iter().filter(is_one).map(|check| check["rule"].as_str().unwrap().to_owned()).collect()
}

const DISCRETION: [&str; 3] = ["CAS-24", "CAS-24-DEV", "CAS-24-WHY"];
const WORDING: [&str; 5] = ["SPO-02-PAY", "SPO-03", "SPO-03-DAYS", "SPO-03-ORGAN", "SPO-03-SUIT"];

fn graded(grade: &str, text: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("item", Value::text("SJ-C-001")),
        ("discretion_grade", Value::text(grade)),
        ("discretion_explanation", Value::text(text)),
    ]
}

on_both_databases! {
    fn decree_355_article_16_takes_the_range_of_the_item_in_the_catalogue_and_wants_the_grade_entered(server) {
        let kept = graded("standard", "无从轻、从重情节，属一般情节。");
        assert_eq!(breached(&checks(server, 349_999, &kept), &DISCRETION), [""; 0]);
        assert_eq!(breached(&checks(server, 350_000, &kept), &DISCRETION), ["CAS-24"]);
        let light = graded("reduced", "当场改正，属减轻情节。");
        assert_eq!(breached(&checks(server, 49_999, &light), &DISCRETION), [""; 0]);
        assert_eq!(breached(&checks(server, 50_000, &light), &DISCRETION), ["CAS-24"]);
        let none = checks(server, 300_000, &[("item", Value::text("SJ-C-001"))]);
        assert_eq!(breached(&none, &DISCRETION), ["CAS-24", "CAS-24-WHY"]);
        assert!(none.to_string().contains("未填写“裁量档次”"), "{none}");
    }

    fn an_item_whose_basis_nobody_confirmed_is_shown_with_a_warning(server) {
        let warned = |code: &str| breached(&checks(server, 300_000, &[("item", Value::text(code))]), &["SPO-01-ITEM"]);
        assert_eq!(warned("SJ-C-002"), ["SPO-01-ITEM"]);
        assert_eq!(warned("SJ-C-001"), [""; 0]);
        let reader = Person::sign_in(server, "unit-head");
        let reference = reader.call("GET", "/v1/sync/reference").send().expect(200).json();
        let item = |code: &str| reference["items"].as_array().unwrap().iter().find(|item| item["code"] == code).unwrap().clone();
        assert_eq!((&item("SJ-C-001")["min_fen"], &item("SJ-C-001")["max_fen"]), (&Json::Null, &Json::from(500_000)));
        assert_eq!(item("SJ-C-002")["confirmed"], false);
    }

    fn a_lawful_remedy_and_payment_are_taken_and_what_they_lack_is_named(server) {
        assert_eq!(breached(&checks(server, 300_000, &[]), &WORDING), [""; 0]);
        let direct = Value::text("如不服本决定，可以自收到本决定书之日起六十日内向巫山县人民政府申请行政复议，也可以在六个月内依法向人民法院提起行政诉讼。");
        assert_eq!(breached(&checks(server, 300_000, &[("remedy", direct)]), &WORDING), ["SPO-03", "SPO-03-SUIT"]);
        let paid = checks(server, 300_000, &[("payment", Value::text("x"))]);
        assert_eq!(breached(&paid, &WORDING), ["SPO-02-PAY"]);
        assert!(paid.to_string().contains("缺代收机构名称"), "{paid}");
    }
}
