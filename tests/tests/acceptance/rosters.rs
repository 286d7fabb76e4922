//! Rosters through the API and the console: what was shown is what is imported, within the clerk's own subtree.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use server::console::ROUTES;
use tests::desk::{Desk, hidden, multipart};
use tests::http::{Answer, Call};
use tests::{Person, Phone, Server, on_both_databases};

pub const STATION: &str = "高唐市场监督管理所";
pub const HEAD: &str = "姓名,工作单位,公民身份号码,行政执法证号,执法类别,发证日期,有效期至";
const REASON: &str = "reason=%E5%B9%B4%E5%BA%A6%E7%99%BB%E8%AE%B0";
const LATER: &str = "市场监管,2024-5-6,2094-5-5";

pub fn roster(rows: &[&str]) -> Vec<u8> {
    format!("\u{feff}{HEAD}\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

fn check(clerk: &Person<'_>, file: &[u8]) -> Answer {
    clerk.call("POST", "/v1/register/check").bytes("text/csv", file.to_vec()).send()
}

fn import_call(clerk: &Person<'_>, file: &[u8], tag: &str, key: &str) -> Call {
    let call = clerk.call("POST", &format!("/v1/register/import?{REASON}")).bytes("text/csv", file.to_vec());
    let call = if tag.is_empty() { call } else { call.header("If-Match", tag) };
    if key.is_empty() { call } else { call.header("Idempotency-Key", key) }
}

fn import(clerk: &Person<'_>, file: &[u8], tag: &str, key: &str) -> Answer {
    import_call(clerk, file, tag, key).send()
}

/// Checks a file that can be taken, and imports it.
fn take(clerk: &Person<'_>, file: &[u8], key: &str) -> Json {
    let checked = check(clerk, file).expect(200);
    import(clerk, file, checked.header("etag"), key).expect(200).json()
}

/// Imports a file on the machine, for the whole installation.
fn at_the_machine(server: &Server, file: &[u8]) {
    let path = server.directory().join("machine.csv");
    std::fs::write(&path, file).unwrap();
    let output = server.palm("register import").args(["--reason", "登记"]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Names of everybody whom an administrator of the county sees.
fn names(server: &Server) -> Vec<String> {
    let page = Person::sign_in(server, "county-admin").call("GET", "/v1/officers?limit=100").send().expect(200).json();
    let mut names: Vec<String> =
        page["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn totals(new: u64, changed: u64, unchanged: u64, refused: u64) -> Json {
    json!({"new": new, "changed": changed, "unchanged": unchanged, "refused": refused})
}

on_both_databases! {
    fn what_was_checked_is_imported_once_and_nothing_else(server) {
        let clerk = Person::sign_in(server, "agency-admin");
        let before = names(server);
        let file = roster(&[
            &format!("李建国,{STATION},110101199003070003,,,,"),
            &format!("新来甲,{STATION},,22370009001,{LATER}"),
            &format!("陈晓梅,{STATION},,,,,"),
        ]);
        let checked = check(&clerk, &file).expect(200);
        let report = checked.json();
        assert_eq!((&report["totals"], &report["importable"]), (&totals(1, 1, 1, 0), &json!(true)));
        let lines = report["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "what does not change is counted, and not listed");
        assert_eq!((&lines[0]["name"], &lines[0]["outcome"], &lines[0]["row"]), (&json!("李建国"), &json!("changed"), &json!(2)));
        assert_eq!(lines[0]["differences"][0], json!({"zh": "公民身份号码", "en": "citizen number", "old": "", "new": "110***********0003"}));
        assert_eq!((&lines[1]["name"], &lines[1]["outcome"]), (&json!("新来甲"), &json!("new")));
        assert_eq!(names(server), before, "a check writes nothing");

        let tag = checked.header("etag");
        assert_eq!(import(&clerk, &file, "", "k").refusal(), (428, "precondition_required".into()));
        assert_eq!(import(&clerk, &file, tag, "").refusal(), (400, "idempotency_key_required".into()));
        let other = roster(&[&format!("新来乙,{STATION},,,,,")]);
        assert_eq!(import(&clerk, &other, tag, "k").refusal(), (412, "stale".into()), "another file");
        assert_eq!(names(server), before);
        let done = import(&clerk, &file, tag, "k").expect(200).json();
        assert_eq!(done["totals"], totals(1, 1, 1, 0));
        assert_eq!(import(&clerk, &file, tag, "k").expect(200).json(), done, "the same request again");
        assert_eq!(import(&clerk, &other, tag, "k").refusal(), (422, "idempotency_key_reused".into()));
        assert_eq!(import(&clerk, &file, tag, "other").refusal(), (412, "stale".into()), "the outcome is another one now");
        assert_eq!(names(server).len(), before.len() + 1);

        let again = take(&clerk, &file, "third");
        assert_eq!(again, json!({"id": null, "totals": totals(0, 0, 3, 0)}));
        assert_eq!(import(&clerk, &other, "*", "any").expect(200).json()["totals"], totals(1, 0, 0, 0), "whatever its outcome");
    }

    fn an_outcome_that_others_changed_since_the_check_is_not_imported(server) {
        let clerk = Person::sign_in(server, "agency-admin");
        let file = roster(&[&format!("新来甲,{STATION},,22370009001,{LATER}"), &format!("新来乙,{STATION},,,,,")]);
        let checked = check(&clerk, &file).expect(200);
        at_the_machine(server, &roster(&[&format!("新来甲,{STATION},,22370009001,{LATER}")]));
        let before = names(server);
        let refused = import(&clerk, &file, checked.header("etag"), "k");
        assert_eq!(refused.refusal(), (412, "stale".into()));
        assert!(refused.json()["detail"].as_str().unwrap().contains("没有导入任何一行"), "{}", refused.text());
        assert_eq!(names(server), before);
        assert_eq!(take(&clerk, &file, "k")["totals"], totals(1, 0, 1, 0));
    }

    fn a_roster_with_a_fault_is_told_cell_by_cell_and_not_imported(server) {
        let clerk = Person::sign_in(server, "agency-admin");
        let rows: Vec<String> = (0..7).map(|number| format!("新来{number},{STATION},,,,,")).collect();
        let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let fault = format!("甲,{STATION},5.00237E+17,,,2024-13-1,");
        rows.push(&fault);
        let file = roster(&rows);
        let part = |query: &str| {
            let call = clerk.call("POST", &format!("/v1/register/check?{query}"));
            call.bytes("application/octet-stream", file.clone()).send().expect(200)
        };
        let first = part("limit=3");
        let report = first.json();
        assert_eq!((&report["totals"], &report["importable"]), (&totals(7, 0, 0, 1), &json!(false)));
        let line = &report["lines"][0];
        assert_eq!((&line["outcome"], &line["name"], &line["row"]), (&json!("refused"), &json!("甲"), &json!(9)));
        let cells: Vec<&str> = line["faults"].as_array().unwrap().iter().map(|one| one["column"].as_str().unwrap()).collect();
        assert!(cells.contains(&"C") && cells.contains(&"F"), "{line}");
        assert!(line["faults"][0]["zh"].as_str().unwrap().contains("公民身份号码"), "{line}");
        let mut listed = report["lines"].as_array().unwrap().len();
        let mut cursor = report["next_cursor"].as_str().map(str::to_owned);
        while let Some(from) = cursor {
            let next = part(&format!("limit=3&cursor={from}"));
            assert_eq!(next.header("etag"), first.header("etag"));
            listed += next.json()["lines"].as_array().unwrap().len();
            cursor = next.json()["next_cursor"].as_str().map(str::to_owned);
        }
        assert_eq!(listed, 8);
        let before = names(server);
        assert_eq!(import(&clerk, &file, first.header("etag"), "k").refusal(), (422, "roster_refused".into()));
        assert_eq!(names(server), before);
    }

    fn somebody_of_another_subtree_is_not_matched_not_changed_and_not_named(server) {
        at_the_machine(server, &roster(&["何静,巫山县农业农村委员会,110101199003070003,22370002001,农业,2024-5-6,2094-5-5"]));
        let clerk = Person::sign_in(server, "agency-admin");
        for (row, column) in [
            (format!("何静,{STATION},110101199003070003,,,,"), "C"),
            (format!("何静,{STATION},,22370002001,{LATER}"), "D"),
            ("何静,巫山县农业农村委员会,,,,,".to_owned(), "B"),
        ] {
            let answer = check(&clerk, &roster(&[&row])).expect(200);
            let line = &answer.json()["lines"][0];
            assert_eq!((&line["outcome"], &line["faults"][0]["column"]), (&json!("refused"), &json!(column)), "{row}");
            let said = line["faults"].to_string();
            assert!(!said.contains("何静") && (column == "B" || !said.contains("农业")), "{said}");
        }
        // An agency beyond the reach is refused like one that does not exist.
        let of = |name: &str| {
            let report = check(&clerk, &roster(&[&format!("甲,{name},,,,,")])).expect(200).json();
            report["lines"][0]["faults"][0]["zh"].as_str().unwrap().replace(name, "…")
        };
        assert_eq!(of("巫山县农业农村委员会"), of("巫山县某某委员会"));
        // Somebody of that name in the clerk's own agency is another person.
        let done = take(&clerk, &roster(&[&format!("何静,{STATION},,,,,")]), "k");
        assert_eq!(done["totals"], totals(1, 0, 0, 0));
        assert_eq!(names(server).iter().filter(|name| *name == "何静").count(), 2);
        let exported = clerk.call("GET", "/v1/register/export?format=csv").send().expect(200).text();
        assert!(exported.contains("李建国") && !exported.contains("22370002001") && !exported.contains("110101199003070003"));
    }

    fn only_an_administrator_of_an_agency_enters_rosters(server) {
        let file = roster(&[&format!("新来甲,{STATION},,,,,")]);
        for login in ["officer-a", "unit-head", "county-supervisor", "security-admin", "audit-admin", "training-manager"] {
            let person = Person::sign_in(server, login);
            let forbidden = (403, "forbidden".to_owned());
            assert_eq!(check(&person, &file).refusal(), forbidden, "{login}");
            assert_eq!(import(&person, &file, "*", "k").refusal(), forbidden, "{login}");
            assert_eq!(person.call("GET", "/v1/register/export?format=xlsx").send().refusal(), forbidden, "{login}");
            let mut desk = Desk::of(server, login);
            assert_eq!(desk.get("/console/register").status, 403, "{login}");
            assert!(!desk.get("/console/officers").expect(200).text().contains("\"/console/register\""), "{login}");
        }
        let clerk = Person::sign_in(server, "agency-admin");
        let typed = clerk.call("POST", "/v1/register/check").bytes("application/json", file.clone()).send();
        assert_eq!(typed.refusal(), (415, "wrong_content_type".into()));
        for reason in ["", "%20%E2%80%8B", &"x".repeat(501)] {
            let call = clerk.call("POST", &format!("/v1/register/import?reason={reason}")).bytes("text/csv", file.clone());
            let refused = call.header("If-Match", "*").header("Idempotency-Key", "k").send();
            assert_eq!(refused.refusal(), (400, "malformed".into()), "{}", reason.len());
        }
    }

    fn a_clerk_confirms_in_the_console_what_the_page_showed(server) {
        let mut desk = Desk::of(server, "agency-admin");
        let csrf = desk.csrf();
        let good = roster(&[&format!("新来甲,{STATION},,22370009001,{LATER}"), &format!("李建国,{STATION},110101199003070003,,,,")]);
        let faulty = roster(&["甲,无此单位,,,,,"]);
        let sent = desk.send_file("/console/register/file", &[("csrf", &csrf)], ("花名册.csv", &faulty)).expect(303);
        assert_eq!(sent.header("location"), "/console/register");
        let page = desk.get("/console/register").expect(200).text();
        assert!(page.contains("花名册.csv") && page.contains("B2") && page.contains("没有名为“无此单位”的单位"), "{page}");
        assert!(!page.contains("/console/register/import"), "what is refused cannot be confirmed");

        let _ = desk.send_file("/console/register/file", &[("csrf", &csrf)], ("新.csv", &good)).expect(303);
        let page = desk.get("/console/register").expect(200).text();
        assert!(page.contains("新来甲") && page.contains("110***********0003") && !page.contains("110101199003070003"), "{page}");
        let outcome = hidden(&page, "outcome");
        let colleague = Desk::of(server, "county-admin").get("/console/register").expect(200).text();
        assert!(!colleague.contains("新来甲"), "nobody else sees it");

        let before = names(server);
        let confirm = |desk: &mut Desk<'_>, reason: &str, outcome: &str| {
            desk.post("/console/register/import", &[("csrf", &csrf), ("outcome", outcome), ("reason", reason)])
        };
        let refused = confirm(&mut desk, "", &outcome);
        assert!(refused.status == 400 && refused.text().contains("请填写“事由”"), "{}", refused.text());
        assert_eq!(confirm(&mut desk, "换证", &"0".repeat(64)).status, 412);
        at_the_machine(server, &roster(&[&format!("新来甲,{STATION},,22370009001,{LATER}")]));
        let stale = confirm(&mut desk, "年度换证", &outcome);
        let text = stale.text();
        assert!(stale.status == 412 && text.contains("没有导入任何一行") && text.contains("value=\"年度换证\""), "{text}");
        let done = confirm(&mut desk, "年度换证", &hidden(&text, "outcome")).expect(303);
        let there = done.header("location").to_owned();
        assert!(there.starts_with("/console/register?imported="), "{there}");
        let page = desk.get(&there).expect(200).text();
        assert!(page.contains("已导入：新增 0，变更 1，不变 1"), "{page}");
        assert!(!page.contains("name=\"outcome\""), "the file is gone");
        assert_eq!(names(server).len(), before.len() + 1);
        assert!(!Desk::of(server, "county-admin").get(&there).expect(200).text().contains("已导入"), "not theirs");
        let over = confirm(&mut desk, "再来", &outcome);
        assert!(over.status == 412 && over.text().contains("没有等待确认的花名册"), "{}", over.text());
    }

    fn a_form_with_a_file_is_refused_like_any_other_form(server) {
        let mut desk = Desk::of(server, "agency-admin");
        let csrf = desk.csrf();
        let file = roster(&[&format!("新来甲,{STATION},,,,,")]);
        let path = "/console/register/file";
        let mut other = Desk::of(server, "county-admin");
        let of_another = other.csrf();
        for token in ["", "0", &of_another] {
            let refused = desk.send_file(path, &[("csrf", token)], ("f.csv", &file));
            assert!(refused.status == 403 && refused.header("content-type").starts_with("text/html"), "{token} {}", refused.status);
        }
        let (media_type, body) = multipart(&[("csrf", &csrf)], ("f.csv", &file));
        for origin in ["https://elsewhere.example", "null"] {
            let refused = desk.call("POST", path).header("Origin", origin).bytes(&media_type, body.clone()).send();
            assert_eq!(refused.status, 403, "{origin}");
        }
        // The token behind the file, a file twice, no file, an empty one, no form at all.
        let token = format!("Content-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}");
        let part = "Content-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nx".to_owned();
        for (parts, status) in [
            (vec![&part, &token], 403),
            (vec![&token, &part, &part], 400),
            (vec![&token], 400),
            (vec![&token, &token, &part], 400),
        ] {
            let body: Vec<String> = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
            let body = body.concat() + "--b--\r\n";
            let call = desk.call("POST", path).header("Origin", &desk.origin());
            let refused = call.bytes("multipart/form-data; boundary=b", body.into_bytes()).send();
            assert_eq!(refused.status, status, "{}", refused.text());
        }
        let empty = desk.send_file(path, &[("csrf", &csrf)], ("", b""));
        assert!(empty.status == 400 && empty.text().contains("请选择要核对的花名册文件"), "{}", empty.text());
        for media_type in ["multipart/form-data", "multipart/mixed; boundary=b", "text/csv"] {
            let call = desk.call("POST", path).header("Origin", &desk.origin());
            let refused = call.bytes(media_type, file.clone()).send();
            assert!(matches!(refused.status, 400 | 415), "{media_type} {}", refused.status);
        }
        let mut elsewhere = desk.clone();
        let elsewhere = elsewhere.send_file("/console/register/discard", &[("csrf", &csrf)], ("f.csv", &file));
        assert_eq!(elsewhere.status, 415, "no other form carries a file");
        assert!(!desk.get("/console/register").expect(200).text().contains("name=\"outcome\""), "nothing was kept");
        // A person who was signed out meanwhile signs in and chooses the file again.
        let mut gone = desk.clone();
        let _ = desk.post("/console/sign-out", &[("csrf", &csrf)]).expect(303);
        let away = gone.send_file(path, &[("csrf", &csrf)], ("f.csv", &file)).expect(303);
        assert!(away.header("location").starts_with("/console/sign-in?"), "{}", away.header("location"));
        assert!(ROUTES.contains(&("POST", path)));
    }

    fn a_file_is_bounded_before_the_rest_arrives_and_one_more_byte_is_refused(server) {
        const MOST: usize = 32 << 20;
        let mut desk = Desk::of(server, "agency-admin");
        let csrf = desk.csrf();
        let mut sent = |bytes: usize| {
            let mut file = roster(&[&format!("新来甲,{STATION},,,,,")]);
            file.resize(bytes, b'\n');
            desk.send_file("/console/register/file", &[("csrf", &csrf)], ("f.csv", &file))
        };
        assert_eq!(sent(MOST).status, 303);
        let over = sent(MOST + 1);
        assert!(over.status == 413 && over.text().contains("<main"), "{} {}", over.status, over.text());
        assert_eq!(sent(1000).status, 303, "the connection and the form work on");
        let clerk = Person::sign_in(server, "agency-admin");
        assert_eq!(check(&clerk, &vec![b' '; MOST]).status, 200);
        assert_eq!(check(&clerk, &vec![b' '; MOST + 1]).refusal(), (413, "too_large".into()));
        let mut desk = Desk::of(server, "agency-admin");
        let _ = desk.post("/console/register/discard", &[("csrf", &csrf)]);
        let csrf = desk.csrf();
        let _ = desk.post("/console/register/discard", &[("csrf", &csrf)]).expect(303);
        assert!(!desk.get("/console/register").expect(200).text().contains("f.csv"));
    }

    /// `ROSTER_ROWS=100000` measures the largest roster that a county has; it prints what it measured.
    fn phones_push_while_a_roster_is_checked_and_imported(server) {
        let rows: usize = std::env::var("ROSTER_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(3_000);
        let lines: Vec<String> =
            (0..rows).map(|number| format!("人员{number},{STATION},,9{number:07},{LATER}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let file = roster(&lines);
        let clerk = Person::sign_in(server, "agency-admin");
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        let mut heads = vec![opening.id()];
        let (mut slowest, mut pushes) = (Duration::ZERO, 0);
        std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                let began = Instant::now();
                let checked = check(&clerk, &file).expect(200);
                let (checking, tag) = (began.elapsed(), checked.header("etag").to_owned());
                let began = Instant::now();
                let done = import(&clerk, &file, &tag, "k").expect(200).json();
                (checking, began.elapsed(), done)
            });
            while !work.is_finished() {
                let change = phone.write(opening.id(), &heads, "note", &format!("第{pushes}次"));
                let began = Instant::now();
                phone.push(&[&change]);
                slowest = slowest.max(began.elapsed());
                heads = vec![change.id()];
                pushes += 1;
            }
            let (checking, importing, done) = work.join().unwrap();
            assert_eq!(done["totals"]["new"], rows);
            println!("{rows} rows: checked in {checking:?}, imported in {importing:?}, {pushes} pushes, the slowest {slowest:?}");
        });
        assert!(pushes > 3 && slowest < Duration::from_secs(5).max(Duration::from_micros(250) * u32::try_from(rows).unwrap()), "{slowest:?}");
    }
}
