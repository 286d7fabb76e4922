//! Verification of certificates: where their data came from, and the two persons who confirmed them.

use serde_json::{Value as Json, json};
use tests::{Person, Phone, Server, on_both_databases};

use super::{act, entered, kinds, read, text};
use crate::evidence::digest;

const ORGAN: &str = "巫山县人民政府";

/// Confirms the data of a certificate as this administrator.
fn confirm(admin: &Person<'_>, officer: &str, number: &str, organ: &str) -> tests::Answer {
    act(
        admin,
        officer,
        "/certificates/confirmation",
        &json!({"number": number, "issued_by": organ, "reason": "与原件一致"}),
    )
}

/// Enters that the card was seen.
fn see(admin: &Person<'_>, officer: &str, number: &str) -> tests::Answer {
    act(
        admin,
        officer,
        "/certificates/card-seen",
        &json!({"number": number, "grounds": "当面查验原件", "reason": "核验"}),
    )
}

/// The card seen, and the data confirmed by both administrators.
pub fn verify(server: &Server, officer: &str, number: &str) {
    let [one, other] = ["agency-admin", "county-admin"].map(|login| Person::sign_in(server, login));
    let _ = see(&one, officer, number).expect(200);
    let _ = confirm(&one, officer, number, ORGAN).expect(200);
    let _ = confirm(&other, officer, number, ORGAN).expect(200);
}

/// Imports a roster on the machine; the digest of the file.
fn import(server: &Server, rows: &str) -> String {
    let file = server.directory().join("roster.csv");
    std::fs::write(&file, rows).unwrap();
    let mut palm = server.palm("register import");
    let done = palm.args(["--reason", "年度换证登记"]).arg(&file).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    digest(rows.as_bytes()).to_string()
}

/// What is known of the only certificate of an officer.
fn known(admin: &Person<'_>, officer: &str) -> Json {
    read(admin, officer).0["verifications"][0].clone()
}

on_both_databases! {
    fn a_certificate_is_verified_by_a_source_and_two_persons_and_a_correction_ends_it(server) {
        let [admin, other] = ["agency-admin", "county-admin"].map(|login| Person::sign_in(server, login));
        let (officer, number) = (entered(server, &admin, "核验测试", "22370008041"), "22370008041");
        let refused = |code: &str| (409, code.to_owned());
        assert_eq!(confirm(&admin, &officer, number, ORGAN).refusal(), refused("certificate_without_source"));
        let _ = see(&admin, &officer, number).expect(200);
        assert_eq!(see(&admin, &officer, number).refusal(), refused("nothing_changes"));
        let one = confirm(&admin, &officer, number, ORGAN).expect(200).json()["verifications"][0].clone();
        assert_eq!(one["issued_by"], Json::Null, "one person is not two");
        assert_eq!((&one["sources"][0]["kind"], &one["sources"][0]["grounds"], &one["confirmations"][0]["by_name"]),
                   (&json!("card_seen"), &json!("当面查验原件"), &json!(admin.me.name)));
        assert_eq!(confirm(&admin, &officer, number, ORGAN).refusal(), refused("confirmed_before"));
        assert_eq!(confirm(&other, &officer, number, "巫溪县人民政府").refusal(), refused("other_issuer"));
        let both = confirm(&other, &officer, number, ORGAN).expect(200).json()["verifications"][0].clone();
        assert_eq!((&both["issued_by"], both["confirmations"].as_array().unwrap().len()), (&json!(ORGAN), 2));
        let corrected = json!({"certificate": {"number": number, "category": "市场监管", "issued_on": "2026-03-01",
                                               "valid_until": "2091-02-28"}, "reason": "录入有误"});
        let after = act(&admin, &officer, "/certificates/correction", &corrected).expect(200).json()["verifications"][0].clone();
        assert_eq!((&after["issued_by"], &after["sources"][0]["present"], &after["confirmations"][1]["present"]),
                   (&Json::Null, &json!(false), &json!(false)), "what is written now was compared by nobody");
        assert_eq!(confirm(&other, &officer, number, ORGAN).refusal(), refused("certificate_without_source"));
        let back = json!({"certificate": {"number": number, "category": "综合执法", "issued_on": "2026-03-01",
                                          "valid_until": "2091-02-28"}, "reason": "改回"});
        let _ = act(&admin, &officer, "/certificates/correction", &back).expect(200);
        assert_eq!(known(&admin, &officer)["issued_by"], Json::Null, "the same data again are confirmed again");
        verify(server, &officer, number);
        let renewed = json!({"number": number, "act": "renew", "from_ms": server::clock::Clock::system().now().ms(), "valid_until": "2095-01-01",
                             "reason": "延续", "basis": "延续决定", "decided_by": "县司法局"});
        let after = act(&admin, &officer, "/certificates/decision", &renewed).expect(200).json();
        assert_eq!(after["verifications"][0]["issued_by"], Json::Null, "another last day was compared by nobody");
        assert_eq!(kinds(&admin, &officer)[..2], ["certificate_status", "certificate_confirmed"]);
    }

    fn the_provincial_register_is_the_source_of_the_certificates_with_which_it_agrees(server) {
        let admin = Person::sign_in(server, "county-admin");
        let of = |login: &str| Person::sign_in(server, login).me.officer;
        let (officer, other) = (of("officer-a"), of("officer-b"));
        let detail = |id: &str| read(&admin, id).0["certificates"][0].clone();
        let row = |id: &str, category: &str| {
            let (name, card) = (text(&read(&admin, id).0["officer"]["name"]), detail(id));
            format!("{name},高唐市场监督管理所,{},{category},500237,{},{}\n", text(&card["number"]), text(&card["issued_on"]),
                    text(&card["valid_until"]))
        };
        let own = text(&detail(&officer)["category"]);
        let rows = format!("姓名,单位,证号,执法类别,执法区域,发证日期,有效期至\n{}{}", row(&officer, &own), row(&other, "税务稽查"));
        let verify = |name: &str| {
            let file = server.directory().join(name);
            std::fs::write(&file, &rows).unwrap();
            let mut palm = server.palm("register verify");
            let done = palm.args(["--reason", "与省级数据库比对"]).arg(&file).output().unwrap();
            (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
        };
        assert!(!verify("sheng.csv").0, "a file that does not name its digest");
        assert_eq!(known(&admin, &officer)["sources"], json!([]));
        let name = format!("sheng.{}.csv", digest(rows.as_bytes()));
        let (agrees, said) = verify(&name);
        assert!(!agrees && said.contains("不一致 differs\t执法类别 category") && said.contains("新登记来源 stated 1,"), "{said}");
        let source = known(&admin, &officer)["sources"][0].clone();
        assert_eq!((&source["kind"], &source["grounds"], &source["present"]), (&json!("provincial_register"), &json!(name), &json!(true)));
        assert_eq!(known(&admin, &other)["sources"], json!([]), "what differs proves nothing");
        let (_, said) = verify(&name);
        assert!(said.contains("一致 agree 1, 新登记来源 stated 0,"), "{said}");
        let _ = confirm(&admin, &officer, "22370001001", ORGAN).expect(200);
    }

    fn a_roster_is_the_source_of_what_it_enters_and_changes_and_of_nothing_else(server) {
        let admin = Person::sign_in(server, "county-admin");
        let phone = Phone::without_lease(server, "officer-expired");
        let officer = phone.officer.to_string();
        assert_eq!(known(&admin, &officer)["sources"], json!([]));
        let rows = "姓名,单位,证号,执法类别,发证日期,有效期至\n周志强,高唐市场监督管理所,22370001003,综合执法,2026-1-1,2091-2-28\n";
        let digest = import(server, rows);
        let found = known(&admin, &officer);
        let source = &found["sources"][0];
        assert_eq!((&source["kind"], &source["sha256"], &source["present"], &source["by"]),
                   (&json!("roster"), &json!(digest), &json!(true), &Json::Null));
        import(server, rows);
        assert_eq!(known(&admin, &officer)["sources"].as_array().unwrap().len(), 1, "the same file says nothing new");
        let _ = confirm(&admin, &officer, "22370001003", ORGAN).expect(200);
    }
}
