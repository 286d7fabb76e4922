//! Lists that offices keep as tables: agencies, divisions, enforcement items; checked, imported whole or not at all.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tests::{Person, Phone, Server, on_both_databases};

const HEAD: &str = "某县行政执法主体清单\n\n类别,单位名称,上级单位,简称,领域,以谁的名义,行政复议机关,备注";

/// Runs a command on a file of this text; whether it succeeded, and what it printed.
fn run(server: &Server, command: &str, text: &str) -> (bool, String) {
    let file = server.directory().join("list.csv");
    std::fs::write(&file, text).unwrap();
    let mut palm = server.palm(command);
    if command.ends_with("import") {
        palm.args(["--reason", "机构改革"]);
    }
    let output = palm.arg(&file).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn agencies(rows: &str) -> String {
    format!("\u{feff}{HEAD}\n{rows}\n")
}

/// Every agency by name: its path, and the rest of what the API says.
fn tree(server: &Server) -> BTreeMap<String, Json> {
    let admin = Person::sign_in(server, "county-admin");
    let page = admin.call("GET", "/v1/agencies").send().expect(200).json();
    let all = page["items"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap().to_owned(), one.clone())).collect()
}

fn sees(server: &Server, login: &str, case: &str) -> bool {
    let head = Person::sign_in(server, login);
    let page = head.call("GET", "/v1/cases?limit=100").send().expect(200).json();
    page["items"].as_array().unwrap().iter().any(|one| one["id"] == case)
}

on_both_databases! {
    fn agencies_are_taken_whole_in_any_order_and_once(server) {
        let before = tree(server);
        let good = "派出机构,甲县文旅委一大队,文旅执法支队,文执一,其他,文旅执法支队,巫山县人民政府,\n\
                    部门,文旅执法支队,巫山县人民政府,巫文旅,综合,,巫山县人民政府,新设";
        for (fault, cell, said) in [
            ("部门,丙局,丁局,丙,其他,,,", "C6", "没有名为“丁局”的单位"),
            ("公司,丙局,巫山府,丙,其他,,,", "A6", "不认识类别“公司”"),
            ("部门,文旅执法支队,巫山府,丙,其他,,,", "B6", "同名"),
            ("部门,丙局,丙局,丙,其他,,,", "C6", "绕成了一圈"),
            ("部门,丙局,,丙,其他,,,", "C6", "只有最高一级可以空白"),
            ("部门,,巫山府,丙,其他,,,", "B6", "空白"),
        ] {
            let (done, told) = run(server, "agencies import", &agencies(&format!("{good}\n{fault}")));
            let line = told.lines().find(|line| line.starts_with(&format!("{cell}\t")));
            assert!(!done && line.is_some_and(|line| line.contains(said)), "{fault}: {told}");
            assert_eq!(tree(server), before, "{fault}: nothing is changed");
        }
        let (fits, told) = run(server, "agencies check", &agencies(good));
        assert!(fits && told.contains("新增 new 2"), "{told}");
        assert_eq!(tree(server), before, "a check writes nothing");
        let (done, told) = run(server, "agencies import", &agencies(good));
        assert!(done && told.contains("新增 new 2, 变更 changed 0, 不变 unchanged 0"), "{told}");
        let after = tree(server);
        assert_eq!(after.len(), before.len() + 2);
        let id = |name: &str| after[name]["id"].as_str().unwrap().to_owned();
        assert_eq!(after["文旅执法支队"]["parent"], id("巫山县人民政府"));
        assert_eq!(after["甲县文旅委一大队"]["parent"], id("文旅执法支队"));
        assert_eq!(after["甲县文旅委一大队"]["acts_for"], id("文旅执法支队"));
        let (done, told) = run(server, "agencies import", &agencies(good));
        assert!(done && told.contains("变更 changed 0, 不变 unchanged 2"), "{told}");
        // An export is imported unchanged.
        let export = server.directory().join("agencies.xlsx");
        assert!(server.palm("agencies export").arg(&export).output().unwrap().status.success());
        let mut again = server.palm("agencies import");
        let again = again.args(["--reason", "核对"]).arg(&export).output().unwrap();
        let told = String::from_utf8_lossy(&again.stdout).into_owned();
        let all = format!("新增 new 0, 变更 changed 0, 不变 unchanged {}, 不接受 refused 0", after.len());
        assert!(again.status.success() && told.contains(&all), "{told}");
        // A reason is needed, and has no control characters.
        for reason in [" ", "a\u{7}b"] {
            let mut palm = server.palm("agencies import");
            assert!(!palm.args(["--reason", reason]).arg(&export).output().unwrap().status.success(), "{reason:?}");
        }
    }

    fn an_agency_that_moves_takes_its_subtree_with_people_and_cases_along(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        phone.push(&[&case]);
        let case = case.id().to_string();
        assert!(sees(server, "principal-head", &case));
        // The station goes to agriculture: the head of market regulation no longer reaches its case.
        let rows = "派出机构,巫山县市场监督管理局高唐市场监督管理所,巫山县农业农村委员会,巫市监,市场监管,无,巫山县人民政府,";
        let (done, told) = run(server, "agencies import", &agencies(rows));
        assert!(done && told.contains("上级 parent: 巫山县市场监督管理局 → 巫山县农业农村委员会"), "{told}");
        assert!(!sees(server, "principal-head", &case) && sees(server, "unit-head", &case));
        let read = Person::sign_in(server, "principal-head").call("GET", &format!("/v1/cases/{case}")).send();
        let _ = read.expect(404);
        // The whole bureau goes below justice: who is above sees its people.
        let rows = "部门,巫山县农业农村委员会,巫山县司法局,巫农,农业农村,,巫山县人民政府,";
        let (done, told) = run(server, "agencies import", &agencies(rows));
        assert!(done, "{told}");
        assert!(sees(server, "unit-head", &case));
        let trees = tree(server);
        assert_eq!(trees["巫山县农业农村委员会"]["parent"], trees["巫山县司法局"]["id"]);
    }

    fn items_and_divisions_are_taken_whole_and_once_and_reach_the_phones(server) {
        let officer = Phone::of(server, "officer-a");
        let item = "事项编码,事项名称,领域,类型,法律依据,条款,最低罚款（元）,最高罚款（元）,表述,法制确认";
        let good = "WL-C-001,对未经许可从事演出的处罚,其他,行政处罚,营业性演出管理条例,第四十三条,,8万元,“予以取缔，没收违法所得；可以并处罚款。”,是\n\
                    WL-J-001,对文化市场的检查,其他,行政检查,营业性演出管理条例,第三十四条,,,,否";
        for (fault, cell, said) in [
            ("X-1,甲,其他,处罚,某法,第一条,五百,1000,,", "G4", "不是金额"),
            ("X-1,甲,其他,处罚,某法,第一条,2000,1000,,", "G4", "最低罚款高于最高罚款"),
            ("X-1,甲,其他,检查,某法,第一条,,1000,,", "H4", "行政检查事项没有罚款"),
            ("X-1,甲,其他,许可,某法,第一条,,1000,,", "D4", "不认识“许可”"),
            ("X-1,甲,其他,处罚,,第一条,,1000,,", "E4", "新事项缺少“依据”"),
            ("WL-J-001,甲,其他,处罚,某法,第一条,,1000,,", "A4", "与 3 行相同"),
        ] {
            let (done, told) = run(server, "items import", &format!("{item}\n{good}\n{fault}"));
            let line = told.lines().find(|line| line.starts_with(&format!("{cell}\t")));
            assert!(!done && line.is_some_and(|line| line.contains(said)), "{fault}: {told}");
        }
        let (done, told) = run(server, "items import", &format!("{item}\n{good}"));
        assert!(done && told.contains("新增 new 2"), "{told}");
        let (done, told) = run(server, "items import", &format!("{item}\n{good}"));
        assert!(done && told.contains("不变 unchanged 2"), "{told}");
        let (done, told) = run(server, "items import", "编码,名称,最高罚款\nWL-C-001,对未经许可从事演出的处罚,10万");
        assert!(done && told.contains("最高罚款 maximum: 80,000 → 100,000"), "{told}");
        let regions = "区划代码,名称\n500237001000,高唐街道\n500237999,新设镇\n";
        let (done, told) = run(server, "regions import", &format!("{regions}500238001,别县街道\n"));
        assert!(!done && told.contains("A4\t不接受"), "{told}");
        let (done, told) = run(server, "regions import", regions);
        assert!(done && told.contains("新增 new 1, 变更 changed 0, 不变 unchanged 1"), "{told}");
        let reference = Person::sign_in(server, "officer-a").call("GET", "/v1/sync/reference").send().expect(200).json();
        let of = |list: &str, code: &str| {
            reference[list].as_array().unwrap().iter().find(|one| one["code"] == code).cloned().unwrap()
        };
        let item = of("items", "WL-C-001");
        assert_eq!(item["max_fen"], 10_000_000, "{item}");
        assert_eq!(item["wording"], "“予以取缔，没收违法所得；可以并处罚款。”", "the wording of the law is kept as it is");
        assert_eq!(item["confirmed"], true);
        assert_eq!(of("regions", "500237999")["level"], "town");
        drop(officer);
    }
}
