//! The demonstration: who is made up is marked, and all of it is removed in one act; the record stays.

use serde_json::{Value as Json, json};
use tests::desk::Desk;
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

fn officers(person: &Person<'_>) -> Vec<Json> {
    let page = person.call("GET", "/v1/officers?limit=100").send().expect(200).json();
    page["items"].as_array().unwrap().clone()
}

fn remove(server: &Server, reason: &str) -> std::process::Output {
    server.palm("seed --remove").args(["--reason", reason]).output().unwrap()
}

fn create_first(server: &Server, county: &str) -> std::process::Output {
    let mut palm = server.palm("admin create-first --login chief --name 登记员");
    palm.args(["--county", county]).env("PALM_ADMIN_PASSWORD", PASSWORD).output().unwrap()
}

on_both_databases! {
    fn made_up_people_are_marked_and_removed_at_the_machine_and_the_record_stays(server) {
        let mut phone = Phone::of(server, "officer-a");
        let case = phone.open_case(&[]);
        phone.push(&[&case]);
        let admin = Person::sign_in(server, "county-admin");
        let all = officers(&admin);
        assert!(!all.is_empty() && all.iter().all(|one| one["made_up"] == true), "{all:?}");
        assert!(!remove(server, " ").status.success(), "a reason is needed");
        let done = remove(server, "试用结束");
        assert!(done.status.success(), "{done:?}");
        // With the next request nobody of them is in, by token, password or phone.
        let _ = admin.call("GET", "/v1/me").send().expect(401);
        let again = remove(server, "试用结束");
        assert!(!again.status.success());
        // The running server knows with the next page: it marks nothing, and asks for a county.
        let sent = server.call("GET", "/console/sign-in").send().expect(303);
        assert_eq!(sent.header("location"), "/console/first-run");
        // Another county is begun in the same installation. Records name the logins, so they stay taken.
        let taken = server.palm("admin create-first --login county-admin --name 登记员 --county 320106")
            .env("PALM_ADMIN_PASSWORD", PASSWORD).output().unwrap();
        assert!(!taken.status.success() && String::from_utf8_lossy(&taken.stderr).contains("登录名"), "{taken:?}");
        let made = create_first(server, "320106");
        assert!(made.status.success(), "{made:?}");
        server.start_again();
        let _ = admin.call("GET", "/v1/me").send().expect(401);
        let body = json!({"login": "county-admin", "password": PASSWORD});
        let _ = server.call("POST", "/v1/sessions").json(&body).send().expect(401);
        let chief = Person::sign_in(server, "chief");
        let names: Vec<Json> = officers(&chief).into_iter().map(|one| one["made_up"].clone()).collect();
        assert_eq!(names, [json!(false)]);
        let reference = chief.call("GET", "/v1/sync/reference").send().expect(200).json();
        assert_eq!(reference["region"], "320106");
        assert_eq!(reference["regions"].as_array().unwrap().len(), 1);
        let page = server.call("GET", "/console/sign-in").send().expect(200).text();
        assert!(!page.contains("演示安装"), "it is no trial any more");
        // The phone only hands in, and its change is in the log as before.
        assert!(server.palm("seed").env("PALM_SEED_PASSWORD", PASSWORD).output().unwrap().status.code() != Some(0));
    }

    fn the_system_administrator_removes_them_in_the_console_with_a_reason(server) {
        let mut other = Desk::of(server, "security-admin");
        let _ = other.get("/console/trial").expect(403);
        let mut desk = Desk::of(server, "county-admin");
        let list = desk.get("/console/officers").expect(200).text();
        assert!(list.contains("演示虚构") && list.contains("/console/trial"), "{list}");
        let page = desk.get("/console/trial").expect(200).text();
        assert!(page.contains("李建国") && page.contains("移除全部演示人员"), "{page}");
        let csrf = desk.csrf();
        let refused = desk.post("/console/trial/remove", &[("csrf", &csrf), ("reason", "")]).expect(400).text();
        assert!(refused.contains("事由"), "{refused}");
        let csrf = desk.csrf();
        let done = desk.post("/console/trial/remove", &[("csrf", &csrf), ("reason", "试用结束")]).expect(200).text();
        assert!(done.contains("演示已移除") && !done.contains("演示安装"), "{done}");
        let sent = desk.get("/console/officers").expect(303);
        assert_eq!(sent.header("location"), "/console/first-run");
        assert!(create_first(server, "500237").status.success());
        let chief = Person::sign_in(server, "chief");
        // The government of that name is the one that the demonstration had, active again; nothing else is listed twice.
        let agencies = chief.call("GET", "/v1/agencies").send().expect(200).json();
        let active: Vec<&str> = agencies["items"].as_array().unwrap().iter()
            .filter(|one| one["active"] == true).map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(active, ["巫山县人民政府", "巫山县司法局"]);
        // No case named an item, and the tasks that named one are gone.
        let reference = chief.call("GET", "/v1/sync/reference").send().expect(200).json();
        assert_eq!(reference["items"], json!([]));
    }
}
