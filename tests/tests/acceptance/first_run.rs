//! The first run: a county of the whole country, its first agencies and administrator; until then nothing else answers.

use std::process::Output;

use serde_json::Value as Json;
use tests::desk::{Desk, hidden};
use tests::server::PASSWORD;
use tests::{Person, Server};

/// On both databases, before the first run.
fn on_unset(promise: impl Fn(&Server)) {
    promise(&Server::unset_on_sqlite());
    if let Some(server) = Server::unset_on_postgres() {
        promise(&server);
    }
}

fn setup_code(server: &Server) -> String {
    let said = server.said_text();
    said.split("?code=").nth(1).unwrap_or_else(|| panic!("{said}")).lines().next().unwrap().to_owned()
}

fn create_first(server: &Server, county: &str, more: &[&str]) -> Output {
    let mut palm = server.palm("admin create-first --login chief --name 马晓东");
    palm.args(["--county", county]).args(more).env("PALM_ADMIN_PASSWORD", PASSWORD).output().unwrap()
}

fn names(answer: &Json) -> Vec<String> {
    let mut names: Vec<String> =
        answer["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn before_the_county_is_chosen_only_its_health_and_the_first_run_answer() {
    on_unset(|server| {
        for path in ["/healthz", "/readyz"] {
            let _ = server.call("GET", path).send().expect(200);
        }
        for (method, path) in
            [("GET", "/v1/me"), ("POST", "/v1/sessions"), ("GET", "/v1/sync/reference"), ("GET", "/v1/x")]
        {
            let refused = server.call(method, path).header("Accept-Language", "en").send().expect(503);
            let problem = refused.json();
            assert_eq!(problem["code"], "not_set_up", "{problem}");
            assert!(problem["detail"].as_str().unwrap().contains("choose its county"), "{problem}");
        }
        let mut desk = Desk::new(server);
        for path in ["/console", "/console/sign-in", "/console/cases", "/console/nothing"] {
            let sent = desk.get(path).expect(303);
            assert_eq!(sent.header("location"), "/console/first-run", "{path}");
        }
        let posted = desk.post("/console/sign-in", &[("login", "chief"), ("password", PASSWORD)]).expect(503);
        assert!(posted.text().contains("首次设置"));
        let page = desk.get("/console/first-run").expect(200).text();
        assert!(page.contains("选择所在县") && !page.contains(&setup_code(server)), "{page}");
        // Commands that need a county say so.
        let register = server.palm("register export nowhere.xlsx").output().unwrap();
        assert!(!register.status.success() && String::from_utf8_lossy(&register.stderr).contains("not_set_up"));
    });
}

#[test]
fn any_county_is_found_and_begun_in_the_console() {
    on_unset(|server| {
        let (mut desk, code) = (Desk::new(server), setup_code(server));
        let found = desk.get(&format!("/console/first-run?code={code}&q=%E9%BC%93%E6%A5%BC")).expect(200).text();
        for place in ["江苏省 鼓楼区", "（320106）", "福建省 鼓楼区", "county=320106"] {
            assert!(found.contains(place), "{place}: {found}");
        }
        let page = desk.get(&format!("/console/first-run?code={code}&county=320106")).expect(200).text();
        assert!(page.contains("value=\"鼓楼区人民政府\"") && page.contains("value=\"鼓楼区司法局\""), "{page}");
        let csrf = hidden(&page, "csrf");
        let right = [
            ("csrf", csrf.as_str()),
            ("county", "320106"),
            ("government", "南京市鼓楼区人民政府"),
            ("justice", "南京市鼓楼区司法局"),
            ("code", code.as_str()),
            ("name", "马晓东"),
            ("login", "chief"),
            ("password", PASSWORD),
            ("repeated", PASSWORD),
        ];
        let long = "局".repeat(65);
        let wrong: [(&str, &str, u16); 6] = [
            ("code", "00000000000000000000", 403),
            ("county", "320199", 400),
            ("repeated", "another password", 400),
            ("justice", "南京市鼓楼区人民政府", 400),
            ("government", &long, 400),
            ("name", "", 400),
        ];
        for (field, value, status) in wrong {
            let fields = right.map(|(name, text)| (name, if name == field { value } else { text }));
            let again = desk.post("/console/first-run/administrator", &fields).expect(status).text();
            // What was typed is shown again, but no password.
            let kept =
                fields.iter().filter(|(name, _)| field != "county" && ["justice", "name", "login"].contains(name));
            for (name, text) in kept {
                assert!(again.contains(&format!("name=\"{name}\" value=\"{text}\"")), "{field}, {name}: {again}");
            }
            assert!(!again.contains(PASSWORD), "{field}");
        }
        let _ = server.call("GET", "/v1/me").send().expect(503);
        let done = desk.post("/console/first-run/administrator", &right).expect(200).text();
        assert!(done.contains("去登录"), "{done}");
        let late =
            desk.post("/console/first-run/administrator", &right.map(|(n, v)| (n, if n == "login" { "x" } else { v })));
        assert!(late.expect(409).text().contains("already_installed"));
        let chief = Person::sign_in(server, "chief");
        let agencies = chief.call("GET", "/v1/agencies").send().expect(200).json();
        assert_eq!(names(&agencies), ["南京市鼓楼区人民政府", "南京市鼓楼区司法局"]);
        assert!(!done.contains("演示安装"));
    });
}

#[test]
fn an_installation_of_a_county_begins_without_anything_of_the_demonstration() {
    on_unset(|server| {
        let unknown = create_first(server, "500299", &[]);
        assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("unknown_county"));
        let made = create_first(server, "500237", &["--justice", "巫山县司法行政局"]);
        assert!(made.status.success(), "{made:?}");
        // The running server knows it with the next request.
        let chief = Person::sign_in(server, "chief");
        let agencies = chief.call("GET", "/v1/agencies").send().expect(200).json();
        assert_eq!(names(&agencies), ["巫山县人民政府", "巫山县司法行政局"]);
        let reference = chief.call("GET", "/v1/sync/reference").send().expect(200).json();
        assert_eq!(reference["region"], "500237");
        assert_eq!(reference["name"], "巫山县");
        assert_eq!(reference["items"].as_array().unwrap().len(), 0);
        assert_eq!(reference["regions"].as_array().unwrap().len(), 1, "{}", reference["regions"]);
        assert!(reference["calendars"].as_array().unwrap().len() >= 9, "holidays are national");
        // It stays so after a start, and the demonstration is not loaded into it.
        server.start_again();
        let reference = Person::sign_in(server, "chief").call("GET", "/v1/sync/reference").send().expect(200).json();
        assert_eq!(reference["items"].as_array().unwrap().len(), 0);
        let seeded = server.palm("seed").env("PALM_SEED_PASSWORD", PASSWORD).output().unwrap();
        assert!(!seeded.status.success() && String::from_utf8_lossy(&seeded.stderr).contains("people_are_real"));
        let page = server.call("GET", "/console/sign-in").send().expect(200).text();
        assert!(!page.contains("演示安装"), "{page}");
        let second = create_first(server, "500237", &[]);
        assert!(!second.status.success() && String::from_utf8_lossy(&second.stderr).contains("already_installed"));
    });
}
