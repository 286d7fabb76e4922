//! Rosters: checked, imported whole or not at all, and what the running server then says of the people in them.

use std::collections::BTreeMap;
use std::process::Output;

use serde_json::Value;
use tests::{Person, Phone, Server, on_both_databases};

const STATION: &str = "高唐市场监督管理所";
const HEAD: &str =
    "巫山县行政执法人员花名册,,,,,,\n序号,姓 名,所属单位（全称）,身份证号码,行政执法证编号,执法类别,发证日期,有效期";

/// Runs a command on a roster of these rows; its exit and what it printed.
fn run(server: &Server, command: &str, rows: &[String]) -> (bool, String) {
    let file = server.directory().join("roster.csv");
    std::fs::write(&file, format!("\u{feff}{HEAD}\n{}\n", rows.join("\n"))).unwrap();
    let mut palm = server.palm(&format!("register {command}"));
    if command == "import" {
        palm.args(["--reason", "年度换证登记"]);
    }
    told(&palm.arg(&file).output().unwrap())
}

fn told(output: &Output) -> (bool, String) {
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Everybody of the register by name, with the numbers of their certificates and what those are worth now.
fn people(server: &Server) -> BTreeMap<String, Vec<(String, String)>> {
    let admin = Person::sign_in(server, "county-admin");
    let page: Value = admin.call("GET", "/v1/officers?limit=100").send().expect(200).json();
    assert!(page["next_cursor"].is_null(), "one page");
    let one = |officer: &Value| {
        let id = officer["id"].as_str().unwrap();
        let detail: Value = admin.call("GET", &format!("/v1/officers/{id}")).send().expect(200).json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let certificates = detail["certificates"].as_array().unwrap();
        let certificates = certificates.iter().map(|one| (text(&one["number"]), text(&one["status"]))).collect();
        (text(&officer["name"]), certificates)
    };
    page["items"].as_array().unwrap().iter().map(one).collect()
}

fn row(number: usize, name: &str, rest: &str) -> String {
    format!("{number},{name},{rest}")
}

on_both_databases! {
    fn a_roster_with_a_fault_changes_nothing_and_a_clean_one_is_taken_once(server) {
        let before = people(server);
        let valid = "市场监管,2024年5月6日,2024.5.6-2094.5.5";
        let good = [
            row(1, "李 建国", &format!("{STATION},,22370001001,综合执法,2022.3.1,2091/2/28")),
            row(2, "古丽娜·买买提", &format!("{STATION},110101199003070003,22370009001,{valid}")),
            row(3, "新来", "同上,,,,,"),
        ];
        let faults = [
            (row(4, "", &format!("{STATION},,,,,")), "B6"),
            (row(4, "李?", &format!("{STATION},,,,,")), "B6"),
            (row(4, "甲", ",,,,,"), "C6"),
            (row(4, "甲", "无此单位,,,,,"), "C6"),
            (row(4, "甲", &format!("{STATION},5.00237E+17,,,,")), "D6"),
            (row(4, "甲", &format!("{STATION},110101199003070004,,,,")), "D6"),
            (row(4, "甲", &format!("{STATION},,2.2370E+10,{valid}")), "E6"),
            (row(4, "甲", &format!("{STATION},,22370009002,,2024-5-6,2029-5-5")), "F6"),
            (row(4, "甲", &format!("{STATION},,22370009002,市场监管,3/1/2024,2029-5-5")), "G6"),
            (row(4, "甲", &format!("{STATION},,22370009002,市场监管,2024-5-6,长期")), "H6"),
            (row(4, "甲", &format!("{STATION},,22370009002,市场监管,2024-5-6,2024-5-5")), "H6"),
            (row(4, "乙", &format!("{STATION},,22370009001,{valid}")), "6"),
            (row(4, "甲", &format!("{STATION},,22370001002,{valid}")), "E6"),
        ];
        for (fault, cell) in faults {
            let rows = [&good[..], std::slice::from_ref(&fault)].concat();
            for command in ["check", "import"] {
                let (taken, said) = run(server, command, &rows);
                assert!(!taken && said.contains(&format!("\n{cell}\t不接受 refused")), "{command} {fault}: {said}");
                assert!(said.contains("新增 new 2, 变更 changed 1, 不变 unchanged 0, 不接受 refused 1"), "{said}");
            }
        }
        assert_eq!(people(server), before, "nothing is half imported");
        let (taken, said) = run(server, "check", &good);
        assert!(taken && said.contains("李建国 有效期至 valid until"), "{said}");
        assert_eq!(people(server), before, "a check writes nothing");
        let (taken, said) = run(server, "import", &good);
        assert!(taken && said.contains("新增 new 2, 变更 changed 1, 不变 unchanged 0, 不接受 refused 0"), "{said}");
        let after = people(server);
        assert_eq!(after.len(), before.len() + 2);
        assert_eq!(after["古丽娜·买买提"], [("22370009001".to_owned(), "valid".to_owned())]);
        assert_eq!((&after["李建国"], after["新来"].len()), (&before["李建国"], 0));
        let (taken, said) = run(server, "import", &good);
        assert!(taken && said.contains("新增 new 0, 变更 changed 0, 不变 unchanged 3, 不接受 refused 0"), "{said}");
        assert_eq!(people(server), after);
    }

    fn a_renewed_certificate_counts_with_the_next_request(server) {
        let phone = Phone::without_lease(server, "officer-expired");
        assert_eq!(phone.ask_for_lease().refusal(), (403, "certificate_expired".to_owned()));
        let (_, said) = run(server, "check", &[row(1, "周志强", &format!("{STATION},,22370001003,综合执法,2020-1-1,2091-2-28"))]);
        assert!(said.contains("发证日期 issued on"), "{said}");
        let renewed = row(1, "周志强", &format!("{STATION},,22370001003,综合执法,2026-1-1,2091-2-28"));
        let (taken, said) = run(server, "import", &[renewed]);
        assert!(taken, "{said}");
        let _ = phone.ask_for_lease().expect(201);
        let suspended = row(1, "郑海涛", &format!("{STATION},,22370001005,综合执法,2026-1-1,2091-2-28"));
        let (taken, said) = run(server, "import", &[suspended]);
        assert!(taken, "{said}");
        let refused = Phone::without_lease(server, "officer-suspended").ask_for_lease();
        assert_eq!(refused.refusal(), (403, "certificate_not_valid".to_owned()), "a roster lifts no suspension");
    }

    fn a_roster_that_names_another_agency_ends_the_functions_in_the_old_one(server) {
        let roles = || Person::sign_in(server, "unit-head").me.roles;
        let row = |agency: &str| [row(1, "王秀兰", &format!("{agency},,22370001010,综合执法,,"))];
        let held = Person::sign_in(server, "county-admin").call("GET", &format!("/v1/officers/{}", Person::sign_in(server, "unit-head").me.officer));
        let card = held.send().expect(200).json()["certificates"][0].clone();
        let row = |agency: &str| row(agency).map(|row| row.replace("综合执法,,", &format!("综合执法,{},{}", card["issued_on"].as_str().unwrap(), card["valid_until"].as_str().unwrap())));
        assert_eq!(roles().len(), 2);
        let (taken, said) = run(server, "import", &row("巫山县市场监督管理局"));
        assert!(taken && said.contains("变更 changed 1"), "{said}");
        assert_eq!(roles(), [sync_core::role::Role::Officer], "the field role goes along");
    }

    fn what_is_exported_is_imported_without_a_change(server) {
        let workbook = server.directory().join("roster.xlsx");
        let export = || server.palm("register export").arg(&workbook).output().unwrap();
        assert!(told(&export()).0);
        assert!(!told(&export()).0, "a file that is there is not replaced");
        let (taken, said) = told(&server.palm("register check").arg(&workbook).output().unwrap());
        let everybody = people(server).len();
        assert!(taken && said.contains(&format!("新增 new 0, 变更 changed 0, 不变 unchanged {everybody}, 不接受 refused 0")), "{said}");
    }

    fn an_import_without_a_reason_and_a_file_that_is_no_table_are_refused(server) {
        let file = server.directory().join("roster.csv");
        std::fs::write(&file, format!("{HEAD}\n1,新来,{STATION},,,,,\n")).unwrap();
        for reason in [String::new(), "  ".to_owned(), "理".repeat(501)] {
            let output = server.palm("register import").args(["--reason", &reason]).arg(&file).output().unwrap();
            assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("malformed"));
        }
        std::fs::write(&file, b"\x89PNG\r\n\x1a\n\0").unwrap();
        let (taken, said) = told(&server.palm("register check").arg(&file).output().unwrap());
        assert!(!taken && said.contains("既不是 XLSX 工作簿，也不是 CSV 文本"), "{said}");
        let reason = "理".repeat(500);
        std::fs::write(&file, format!("{HEAD}\n1,新来,{STATION},,,,,\n")).unwrap();
        let output = server.palm("register import").args(["--reason", &reason]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
