//! Pasted text, invisible characters, and addresses with added parameters.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::value::Value;
use tests::desk::Desk;
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

/// A case of the market bureau's station with this title.
fn case(server: &Server, title: &str) -> String {
    let mut phone = Phone::of(server, "officer-a");
    let open = phone.open_case(&[]);
    let put = NewOp::put(None, "title", vec![], Value::text(title));
    let body = phone.save(Some(open.id()), &[open.id()], vec![put]);
    phone.push(&[&open, &body]);
    open.id().to_string()
}

fn raised(server: &Server, case: &str, key: &str, text: &str) -> Answer {
    let body = json!({"case": case, "kind": "procedure", "text": text});
    let call = Person::sign_in(server, "county-supervisor").call("POST", "/v1/leads");
    call.header("Idempotency-Key", key).json(&body).send()
}

/// Characters that turn the direction of what follows, or that nobody sees.
const UNSEEN: [char; 16] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    '\u{200e}', '\u{200f}', '\u{61c}', '\u{200b}', '\u{2060}', '\u{feff}', '\u{ad}',
];

on_both_databases! {
    fn what_people_paste_is_taken_by_the_api_and_the_console_alike(server) {
        let case = case(server, "明码标价检查");
        let pasted = "一、\t时间\u{b}二、\u{a0}地点\r\n\u{3000}三、\u{200b}经过\u{2028}完\u{7}";
        let stored = "一、 时间\n二、 地点\n 三、经过\n完";
        let lead = raised(server, &case, "a", pasted).expect(201).json();
        assert_eq!(lead["raised"]["text"], stored);
        let mut head = Desk::of(server, "unit-head");
        let csrf = head.csrf();
        let path = format!("/console/leads/{}", lead["id"].as_str().unwrap());
        let fields = [("csrf", csrf.as_str()), ("version", "1"), ("text", pasted)];
        let _answered = head.post(&format!("{path}/answer"), &fields).expect(303);
        let read = Person::sign_in(server, "unit-head").call("GET", &path.replace("/console", "/v1")).send().expect(200);
        assert_eq!(read.json()["answer"]["text"], stored);
        let admin = Person::sign_in(server, "agency-admin");
        let phone = Phone::of(server, "officer-b");
        let reason = json!({"reason": "遗失\t在\r\n路上\u{3000}"});
        let revoked = admin.call("POST", &format!("/v1/devices/{}/revoke", phone.device)).json(&reason).send().expect(200);
        assert!(revoked.text().contains("遗失 在 路上"), "{}", revoked.text());
        for nothing in ["", " \t\u{3000}", "\u{200b}", "\u{202e}\r\n"] {
            assert_eq!(raised(server, &case, "n", nothing).refusal().0, 400, "{nothing:?}");
        }
    }

    fn a_text_whose_direction_is_turned_reads_as_it_was_written(server) {
        let titles: Vec<String> = UNSEEN.iter().map(|c| format!("罚款{c}00.003元")).collect();
        let cases: Vec<String> = titles.iter().map(|title| case(server, title)).collect();
        let (mut head, api) = (Desk::of(server, "unit-head"), Person::sign_in(server, "unit-head"));
        let list = head.get("/console/cases").expect(200).text();
        let csv = head.get("/console/cases/export/csv").expect(200).text();
        for ((title, case), unseen) in titles.iter().zip(&cases).zip(UNSEEN) {
            let marked = format!("罚款[U+{:04X}]00.003元", u32::from(unseen));
            let page = head.get(&format!("/console/cases/{case}")).expect(200).text();
            for (what, text) in [("page", &page), ("list", &list), ("file", &csv)] {
                assert!(text.contains(&marked), "{what}: {unseen:?} is marked");
                let clean = text.strip_prefix('\u{feff}').unwrap_or(text);
                assert!(!clean.contains(unseen), "{what}: {unseen:?} turns nothing");
            }
            let read = api.call("GET", &format!("/v1/cases/{case}")).send().expect(200).text();
            assert!(read.contains(title.as_str()) && !read.contains("[U+"), "the API gives what was signed");
        }
        let turned = UNSEEN.iter().collect::<String>();
        let lead = raised(server, &cases[0], "t", &format!("应罚{turned}3000元")).expect(201).json();
        assert_eq!(lead["raised"]["text"], "应罚3000元", "what is typed into the server has none");
    }

    fn a_page_ignores_what_it_does_not_know_and_says_what_it_cannot_read(server) {
        let case = case(server, "明码标价检查");
        let _lead = raised(server, &case, "a", "请说明").expect(201);
        let mut head = Desk::of(server, "unit-head");
        let shows = [
            ("/console/cases", "明码标价检查"),
            ("/console/leads", "请说明"),
            ("/console/alarms", "告警"),
            ("/console/officers", "李建国"),
            ("/console/work", "我的待办"),
            ("/console/devices", "我的终端"),
            (&format!("/console/cases/{case}"), "明码标价检查"),
            (&format!("/console/cases/{case}/fields/case/title"), "明码标价检查"),
            (&format!("/console/cases/{case}/act/close"), "确认"),
        ];
        for (path, shown) in shows {
            for query in ["utm_source=x&isappinstalled=0", "&&=&%FF=%zz", "a=1&a=2&a=3", "nsukey=%E5%BE%AE&t=1"] {
                let page = head.get(&format!("{path}?{query}")).expect(200).text();
                assert!(page.contains(shown) && !page.contains("已忽略"), "{path}?{query}");
            }
        }
        let unread = [
            ("/console/cases", "from=singlemessage", "登记（立案）自", "明码标价检查"),
            ("/console/cases", "to=2026-13-45", "登记（立案）至", "明码标价检查"),
            ("/console/cases", "status=groupmessage", "状态", "明码标价检查"),
            ("/console/cases", "kind=x", "类型", "明码标价检查"),
            ("/console/cases", "agency=x", "单位", "明码标价检查"),
            ("/console/cases", "text=%21%21", "搜索内容", "明码标价检查"),
            ("/console/cases", "cursor=x", "页码", "明码标价检查"),
            ("/console/cases", "size=7&sort=x", "每页条数", "明码标价检查"),
            ("/console/leads", "status=x&cursor=1-1", "状态、页码", "请说明"),
            ("/console/alarms", "cursor=1-1", "页码", "告警"),
            ("/console/officers", "cursor=x&sort=x", "排序、页码", "李建国"),
        ];
        for (path, query, named, shown) in unread {
            let page = head.get(&format!("{path}?{query}")).expect(200).text();
            let said = page.split("role=\"status\">").nth(1).unwrap_or_default().split("</p>").next().unwrap();
            assert!(said.contains("已忽略") && said.contains(named), "{path}?{query}: {said}");
            assert!(page.contains(shown), "{path}?{query}");
        }
        // What can be read still counts, also where something was added to the same name.
        let page = head.get("/console/cases?status=closed&status=singlemessage").expect(200).text();
        assert!(!page.contains("明码标价检查") && !page.contains("已忽略"), "{page}");
        let csv = head.get("/console/cases/export/csv?from=singlemessage&x=1").expect(200).text();
        assert!(csv.contains("明码标价检查"));
        let mut supervisor = Desk::of(server, "county-supervisor");
        let asked = supervisor.get(&format!("/console/cases/{case}?purpose={}", "x".repeat(201))).expect(400).text();
        assert!(asked.contains("name=\"purpose\""), "a purpose that is none is asked for");
    }

    fn no_page_of_a_refusal_speaks_to_programs_or_loses_the_navigation(server) {
        let case = case(server, "明码标价检查");
        let mut head = Desk::of(server, "unit-head");
        let csrf = head.csrf();
        let act = format!("/console/cases/{case}/act/return");
        let refusals = vec![
            head.get("/console/nothing"),
            head.get(&format!("/console/cases/{}", "0".repeat(64))),
            head.get("/console/cases/export/pdf"),
            head.get(&format!("/console/cases/{case}/act/lead")),
            head.post(&act, &[("csrf", &csrf), ("text", "x"), ("text", "y")]),
            head.post(&act, &[("csrf", &csrf), ("text", "")]),
            head.post(&act, &[("csrf", &csrf), ("text", "甲\0")]),
            head.post(&act, &[("csrf", "x"), ("text", "甲")]),
            head.post("/console/nothing", &[("csrf", &csrf)]),
        ];
        for answer in refusals {
            let page = answer.text();
            assert!((400..500).contains(&answer.status), "{page}");
            let read: String = page.split("<p hidden class=\"code\">").map(|part| part.split_once("</p>").map_or(part, |(_, rest)| rest)).collect();
            for word in ["接口", "字段“", "If-Match", "Idempotency", "malformed", "not_found", "（purpose）", "cross_site"] {
                assert!(!read.contains(word), "{word} in {read}");
            }
            if answer.status != 400 || page.contains("<nav") {
                assert!(page.contains("主导航") && page.contains("退出"), "the navigation stays: {page}");
            }
        }
    }

    fn a_list_is_walked_forwards_and_backwards_in_any_order(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opened: Vec<_> = (0..45).map(|_| phone.open_case(&[])).collect();
        let titles = opened.iter().enumerate().map(|(number, open)| (open.id(), format!("检查第{number:02}号")));
        let titled: Vec<_> = titles.map(|(id, title)| phone.write(id, &[id], "title", &title)).collect();
        phone.push(&opened.iter().collect::<Vec<_>>());
        phone.push(&titled.iter().collect::<Vec<_>>());
        let mut head = Desk::of(server, "unit-head");
        let shown = |page: &str| -> Vec<String> {
            page.split("检查第").skip(1).map(|rest| rest.split('号').next().unwrap().to_owned()).collect()
        };
        let link = |page: &str, rel: &str| {
            let at = page.find(&format!("rel=\"{rel}\" href=\""));
            at.map(|at| page[at..].split('"').nth(3).unwrap().replace("&#38;", "&"))
        };
        for sort in ["", "&sort=oldest", "&sort=opened", "&sort=opened_first", "&sort=attention"] {
            let first = head.get(&format!("/console/cases?size=20{sort}")).expect(200).text();
            assert!(first.contains("第 1–20 条，共 45 条") && link(&first, "prev").is_none(), "{sort}: {first}");
            let second = head.get(&link(&first, "next").unwrap()).expect(200).text();
            let third = head.get(&link(&second, "next").unwrap()).expect(200).text();
            assert!(second.contains("第 21–40 条") && third.contains("第 41–45 条，共 45 条"), "{sort}");
            let mut all = [shown(&first), shown(&second), shown(&third)].concat();
            assert!(link(&third, "next").is_none(), "{sort}");
            let back = head.get(&link(&third, "prev").unwrap()).expect(200).text();
            assert_eq!(shown(&back), shown(&second), "{sort}");
            let start = head.get(&link(&back, "prev").unwrap()).expect(200).text();
            assert_eq!(shown(&start), shown(&first), "{sort}");
            if sort == "&sort=oldest" || sort == "&sort=opened_first" {
                let newest = head.get("/console/cases?size=100").expect(200).text();
                assert_eq!(shown(&newest).len(), 45);
            }
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 45, "{sort}: each case once");
        }
    }
}
