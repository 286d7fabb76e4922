//! The read audit: readable by auditors and by the heads over the case only.

use serde_json::{Value as Json, json};
use sync_core::time::Instant;
use tests::desk::{Desk, encoded};
use tests::{Person, Server, on_both_databases};

use crate::casework::Case;

/// What the audit shows to a person.
fn looks(server: &Server, login: &str, query: &str) -> Vec<Json> {
    let answer =
        Person::sign_in(server, login).call("GET", &format!("/v1/read-audit{query}")).send().expect(200).json();
    answer["items"].as_array().unwrap().clone()
}

/// A look of the county's supervisor at the case, for this purpose.
fn look(case: &Case<'_>, purpose: &str) {
    let path = format!("{}?purpose={}", case.path(), encoded(purpose));
    let _ = case.person("county-supervisor").call("GET", &path).send().expect(200);
}

/// Whether one of the looks is the supervisor's at this case, for this purpose.
fn has(looks: &[Json], case: &Case<'_>, purpose: &str) -> bool {
    let (id, purpose) = (json!(case.id.to_string()), json!(purpose));
    looks.iter().any(|look| look["case"] == id && look["purpose"] == purpose && look["what"] == "case")
}

on_both_databases! {
    fn a_look_is_seen_by_the_heads_over_the_case_and_by_the_audit_and_by_nobody_else(server) {
        let case = Case::open(server);
        look(&case, "专项监督");
        for (login, sees) in [("audit-admin", true), ("unit-head", true), ("principal-head", true)] {
            let found = looks(server, login, "");
            assert_eq!(has(&found, &case, "专项监督"), sees, "{login}: {found:?}");
        }
        for login in ["officer-a", "county-supervisor", "agency-admin", "legal-reviewer", "agriculture-officer"] {
            let refused = case.person(login).call("GET", "/v1/read-audit").send().refusal();
            assert_eq!(refused, (403, "forbidden".into()), "{login}");
            let mut desk = Desk::of(server, login);
            assert_eq!(desk.get("/console/audit").status, 403, "{login}");
            assert!(!desk.get("/console/devices").expect(200).text().contains("/console/audit"), "{login}");
        }
        // The audit is read by people of the government, whose looks are not those of an agency's people.
        let own = looks(server, "audit-admin", "");
        assert_eq!((&own[0]["what"], &own[0]["officer_name"]), (&json!("audit"), &json!("黎琴")), "reading it is a look");
        assert!(!looks(server, "unit-head", "").iter().any(|look| look["officer_name"] == "黎琴"));
    }

    fn looks_are_filtered_by_officer_and_by_case_and_come_in_pages(server) {
        let (one, other) = (Case::open(server), Case::open(server));
        look(&one, "一");
        look(&one, "二");
        look(&other, "三");
        let supervisor = one.person("county-supervisor").me.officer;
        let purposes = |query: &str| -> Vec<String> {
            let found = looks(server, "audit-admin", query).into_iter();
            found.map(|look| look["purpose"].as_str().unwrap().to_owned()).filter(|why| !why.is_empty()).collect()
        };
        assert_eq!(purposes(&format!("?case={}", one.id)), ["二", "一"]);
        assert_eq!(purposes(&format!("?case={}", other.id)), ["三"]);
        assert_eq!(purposes(&format!("?officer={supervisor}")), ["三", "二", "一"]);
        assert_eq!(purposes(&format!("?officer={supervisor}&case={}", other.id)), ["三"]);
        assert!(purposes(&format!("?officer={}", one.person("officer-a").me.officer)).is_empty());
        let audit = one.person("audit-admin");
        let path = format!("/v1/read-audit?officer={supervisor}&limit=2");
        let first = audit.call("GET", &path).send().expect(200).json();
        let next = format!("{path}&cursor={}", first["next_cursor"].as_str().unwrap());
        let second = audit.call("GET", &next).send().expect(200).json();
        let of = |page: &Json| page["items"].as_array().unwrap().iter().map(|look| look["purpose"].clone()).collect::<Vec<_>>();
        assert_eq!((of(&first), of(&second)), (vec![json!("三"), json!("二")], vec![json!("一")]));
        assert!(second.get("next_cursor").is_none());
        for wrong in ["?officer=x", "?case=7", "?cursor=x", "?other=1"] {
            assert_eq!(audit.call("GET", &format!("/v1/read-audit{wrong}")).send().status, 400, "{wrong}");
        }
    }

    fn looks_are_filtered_by_civil_days_both_included_and_name_the_agencies(server) {
        let case = Case::open(server);
        look(&case, "群众举报核查");
        let found = looks(server, "audit-admin", &format!("?case={}", case.id));
        let look = found.iter().find(|look| look["purpose"] == "群众举报核查").unwrap();
        let day = Instant::from_ms(look["at_ms"].as_i64().unwrap()).date();
        let (before, after) = (Instant::start_of(day).plus_ms(-1).date(), day.tomorrow().unwrap());
        let count = |query: &str| looks(server, "audit-admin", &format!("?case={}{query}", case.id)).len();
        let all = found.len();
        for (query, wanted) in [
            (format!("&from={day}&to={day}"), all),
            (format!("&from={before}"), all),
            (format!("&to={day}"), all),
            (format!("&from={after}"), 0),
            (format!("&to={before}"), 0),
            (format!("&from={after}&to={before}"), 0),
        ] {
            assert_eq!(count(&query), wanted, "{query}");
        }
        assert_eq!(look["case_agency_name"], "巫山县市场监督管理局高唐市场监督管理所", "{look}");
        let names = |login: &str| case.person(login).me.officer;
        let supervisor = looks(server, "audit-admin", &format!("?officer={}", names("county-supervisor")));
        let agency = supervisor[0]["agency_name"].as_str().unwrap().to_owned();
        assert!(!agency.is_empty());
        let mut desk = Desk::of(server, "audit-admin");
        let mut page = |query: String| desk.get(&format!("/console/audit?case={}{query}", case.id)).expect(200).text();
        let whole = page(String::new());
        assert!(whole.contains(&format!("{agency}</bdi>")) && whole.contains("巫山县市场监督管理局高唐市场监督管理所</bdi>"), "{whole}");
        assert!(page(format!("&from={day}&to={day}")).contains("群众举报核查"));
        for query in [format!("&from={after}"), format!("&to={before}")] {
            assert!(page(query.clone()).contains("没有符合条件的查阅记录"), "{query}");
        }
        let told = page("&from=gestern".to_owned());
        assert!(told.contains("群众举报核查") && told.contains("日期自"), "what is no day is ignored and said: {told}");
        let own = looks(server, "audit-admin", "?limit=3");
        let asked = format!("{} {day} {day}", case.id);
        let all = looks(server, "audit-admin", "?limit=100");
        assert!(all.iter().any(|look| look["what"] == "audit" && look["part"] == asked.as_str()), "{own:?}");
        for wrong in ["?from=x", "?to=2026-02-30", "?from=2026-1-1"] {
            let refused = case.person("audit-admin").call("GET", &format!("/v1/read-audit{wrong}")).send();
            assert_eq!(refused.refusal(), (400, "malformed".into()), "{wrong}");
        }
    }

    fn the_audit_is_read_from_either_end(server) {
        let case = Case::open(server);
        ["一", "二", "三"].iter().for_each(|why| look(&case, why));
        let mut desk = Desk::of(server, "audit-admin");
        let mut order = |query: &str| {
            let page = desk.get(&format!("/console/audit?case={}{query}", case.id)).expect(200).text();
            assert!(page.contains("aria-sort="), "{page}");
            let rows = page.split("<tr role=\"row\"><th role=\"rowheader\"").skip(1).map(str::to_owned);
            let purposes = rows.filter_map(|row| ["一", "二", "三"].into_iter().find(|why| row.contains(&format!(">{why}</td>"))));
            purposes.collect::<Vec<_>>()
        };
        assert_eq!((order(""), order("&sort=oldest")), (vec!["三", "二", "一"], vec!["一", "二", "三"]));
    }

    fn the_page_finds_looks_by_name_by_login_and_by_case(server) {
        let case = Case::open(server);
        look(&case, "群众举报核查");
        let mut desk = Desk::of(server, "audit-admin");
        let mut page = |query: &str| desk.get(&format!("/console/audit{query}")).expect(200).text();
        let all = page("");
        assert!(all.contains("群众举报核查") && all.contains("href=\"/console/audit\" aria-current=\"page\""), "{all}");
        assert!(!all.contains("面馆明码标价检查"), "who audits reads no case, nor what it is called");
        let name = case.person("county-supervisor").me.name;
        for found in [encoded(&name), "county-supervisor".to_owned()] {
            assert!(page(&format!("?officer={found}")).contains("群众举报核查"), "{found}");
        }
        assert!(page(&format!("?case={}", case.id)).contains("群众举报核查"));
        for nothing in ["?officer=officer-a", "?officer=nobody", "?case=1", "?officer=%25", "?case=%27"] {
            let page = page(nothing);
            assert!(page.contains("没有符合条件的查阅记录") && !page.contains("群众举报核查"), "{nothing}: {page}");
        }
        let head = Desk::of(server, "unit-head").get("/console/audit").expect(200).text();
        assert!(head.contains("群众举报核查") && head.contains("面馆明码标价检查"), "a head reads the case: {head}");
    }
}
