//! Paging while a list changes: each row of the first page's list appears exactly once.

use serde_json::{Value as Json, json};
use sync_core::change::{Change, NewOp};
use sync_core::id::{CaseId, ChangeId};
use sync_core::op::{OpId, OpRef};
use sync_core::value::Value;
use tests::actor::random;
use tests::desk::{Desk, encoded};
use tests::{Person, Phone, Server, on_both_databases};

/// Cases of one officer, and what each was written last.
struct Cases<'s> {
    phone: Phone<'s>,
    heads: Vec<(CaseId, ChangeId)>,
}

impl<'s> Cases<'s> {
    /// A case for each title, opened one after another; each has a record.
    fn titled(server: &'s Server, titles: &[&str]) -> Self {
        let mut phone = Phone::of(server, "officer-a");
        let mut heads = Vec::new();
        for title in titles {
            let open = phone.open_case(&[]);
            let record = NewOp::add("record", "record");
            let ops = vec![record, NewOp::put(None, "title", vec![], Value::text(*title))];
            let body = phone.save(Some(open.id()), &[open.id()], ops);
            phone.push(&[&open, &body]);
            heads.push((open.id(), body.id()));
        }
        Self { phone, heads }
    }

    fn numbered(server: &'s Server, count: usize) -> Self {
        let titles: Vec<String> = (0..count).map(|number| format!("第{number}家面馆")).collect();
        Self::titled(server, &titles.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn id(&self, at: usize) -> String {
        self.heads[at].0.to_string()
    }

    fn save(&mut self, at: usize, op: NewOp) -> Change {
        let (case, head) = self.heads[at];
        let change = self.phone.save(Some(case), &[head], vec![op]);
        self.heads[at].1 = change.id();
        self.phone.push(&[&change]);
        change
    }

    /// The case is called otherwise.
    fn title(&mut self, at: usize, title: &str) {
        let (case, head) = self.heads[at];
        // It replaces what stands.
        let before = self.phone.pull_all(500).case(case);
        let live = before.field(None, &"title".into()).unwrap().live.iter().map(|live| OpRef::Of(live.op));
        let op = NewOp::put(None, "title", live.collect(), Value::text(title));
        let change = self.phone.save(Some(case), &[head], vec![op]);
        self.heads[at].1 = change.id();
        self.phone.push(&[&change]);
    }

    /// The case misses one more piece of evidence.
    fn miss(&mut self, at: usize) {
        self.save(at, NewOp::put(None, "paper_photo", vec![], Value::Bytes(random::<32>().to_vec())));
    }

    /// A head returns the case's record.
    fn give_back(&mut self, server: &Server, at: usize) {
        let (case, body) = self.heads[at];
        let head = Person::sign_in(server, "unit-head");
        let path = format!("/v1/cases/{case}");
        let tag = head.call("GET", &path).send().expect(200).header("etag").to_owned();
        let body =
            json!({"target": OpId { change: body, index: 0 }.to_string(), "reason": "请补充询问标价签的制作时间"});
        let answer = head.call("POST", &format!("{path}/return")).header("If-Match", &tag).json(&body).send();
        assert_eq!(answer.expect(200).json()["status"], "returned");
    }
}

/// Reads all pages of two; what is done after each page is told its number, from one on.
fn walk(reader: &Person<'_>, path: &str, mut after_page: impl FnMut(usize)) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    for page in 1.. {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = reader.call("GET", &format!("{path}{mark}limit=2{cursor}")).send().expect(200).json();
        all.extend(answer["items"].as_array().unwrap().iter().cloned());
        let Some(next) = answer["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        after_page(page);
    }
    all
}

fn ids(rows: &[Json]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// Where a link of the page leads.
fn link(page: &str, rel: &str) -> Option<String> {
    let at = page.find(&format!("rel=\"{rel}\" href=\""))?;
    let href = page[at..].split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

/// The cases of a page, in its order.
fn shown(page: &str) -> Vec<String> {
    let rows = page.split("<td role=\"cell\" data-label=\"案件\"><a href=\"/console/cases/").skip(1);
    rows.map(|row| row[..64].to_owned()).collect()
}

on_both_databases! {
    fn of_six_cases_in_pages_of_two_the_oldest_is_read_though_it_changes_after_the_first_page(server) {
        let mut cases = Cases::numbered(server, 6);
        let reader = Person::sign_in(server, "unit-head");
        let then: Vec<String> = (0..6).rev().map(|at| cases.id(at)).collect();
        let read = walk(&reader, "/v1/cases", |page| if page == 1 { cases.title(0, "改名面馆") });
        assert_eq!(ids(&read), then);
        assert_eq!(read[5]["title"], "改名面馆", "as it is now");
        let now = walk(&reader, "/v1/cases", |_| {});
        assert_eq!(ids(&now)[0], then[5], "and a reader who starts now sees it first");
    }

    fn each_case_of_the_first_page_is_met_once_whichever_change_between_all_pages(server) {
        let mut cases = Cases::numbered(server, 7);
        let reader = Person::sign_in(server, "unit-head");
        let then: Vec<String> = (0..7).rev().map(|at| cases.id(at)).collect();
        let read = walk(&reader, "/v1/cases", |page| match page {
            // One that was read, one of the next page, one of the last; and one that the next page would begin after.
            1 => [6, 3, 0, 5].into_iter().for_each(|at| cases.title(at, "又查面馆")),
            2 => {
                [0, 1, 4].into_iter().for_each(|at| cases.miss(at));
                let new = Cases::titled(server, &["新开面馆", "又一家面馆", "再一家面馆"]);
                assert_eq!(new.heads.len(), 3);
            }
            _ => cases.title(1, "末页面馆"),
        });
        let met: Vec<&str> = ids(&read).into_iter().filter(|id| then.iter().any(|case| case == id)).collect();
        assert_eq!(met, then);
        assert_eq!(read.len(), 7, "what was opened since comes before");
    }

    fn a_case_that_no_longer_fits_the_filter_is_read_as_it_is(server) {
        let mut cases = Cases::numbered(server, 5);
        let reader = Person::sign_in(server, "unit-head");
        let then: Vec<String> = (0..5).rev().map(|at| cases.id(at)).collect();
        let read = walk(&reader, "/v1/cases?status=open", |page| {
            if page == 1 {
                [4, 0, 2].into_iter().for_each(|at| cases.give_back(server, at));
            }
        });
        assert_eq!(ids(&read), then);
        assert_eq!(read.iter().map(|row| row["status"].as_str().unwrap()).collect::<Vec<_>>(), ["open", "open", "returned", "open", "returned"]);
        let now = walk(&reader, "/v1/cases?status=open", |_| {});
        assert_eq!(ids(&now), [then[1].as_str(), then[3].as_str()]);
        let other = format!("/v1/cases?status=returned&officer={}", cases.phone.officer);
        let returned = walk(&reader, &other, |page| if page == 1 { cases.title(2, "面馆") });
        assert_eq!(ids(&returned).len(), 3);
    }

    fn a_search_reads_what_said_the_words_at_its_first_page_once(server) {
        server.start_with(&[("PALM_METRICS_LISTEN", "127.0.0.1:0")]);
        let mut cases = Cases::numbered(server, 6);
        let reader = Person::sign_in(server, "principal-head");
        let path = format!("/v1/cases?text={}", encoded("面馆"));
        for round in 0..2 {
            let then: Vec<String> = ids(&walk(&reader, &path, |_| {})).into_iter().map(str::to_owned).collect();
            assert_eq!(then.len(), 6);
            let at = |id: &String| cases.heads.iter().position(|(case, _)| case.to_string() == *id).unwrap();
            let (first, middle, last) = (at(&then[0]), at(&then[3]), at(&then[5]));
            let read = walk(&reader, &path, |page| match page {
                1 => {
                    cases.title(last, "药店");
                    cases.title(first, "药店");
                    cases.miss(middle);
                }
                _ => cases.title(last, "面馆药店"),
            });
            assert_eq!(ids(&read), then, "round {round}");
            cases.title(first, "面馆");
            while round == 0 && !server.metrics().contains("palm_outbox_open 0\n") {
                tests::actor::wait_ms(50);
            }
        }
    }

    fn pages_of_the_console_are_those_of_one_list_in_every_order_and_backwards(server) {
        let mut cases = Cases::numbered(server, 45);
        for at in [3, 7, 20, 40] {
            cases.miss(at);
        }
        let mut desk = Desk::of(server, "unit-head");
        for (round, sort) in ["", "oldest", "opened", "opened_first", "attention"].into_iter().enumerate() {
            let mut page = |path: &str| desk.get(path).expect(200).text();
            let path = format!("/console/cases?sort={sort}");
            let then = shown(&page(&path));
            assert_eq!(then.len(), 45, "{sort}");
            let first = page(&format!("{path}&size=20"));
            assert!(first.contains("第 1–20 条，共 45 条"), "{first}");
            let (mut pages, mut next) = (vec![shown(&first)], link(&first, "next"));
            let mut last = first;
            while let Some(there) = next {
                for at in [44 - round, 20, round, 30 - round] {
                    cases.miss(at);
                }
                last = page(&there);
                pages.push(shown(&last));
                next = link(&last, "next");
            }
            assert_eq!(pages.concat(), then, "{sort}");
            assert!(last.contains("第 41–45 条，共 45 条"), "{last}");
            for before in pages.iter().rev().skip(1) {
                last = page(&link(&last, "prev").unwrap());
                assert_eq!(&shown(&last), before, "{sort}, backwards");
            }
            assert_eq!(link(&last, "prev"), None, "the first page");
        }
        let told = desk.get("/console/cases?cursor=999999999").expect(200).text();
        assert!(told.contains("页码") && shown(&told).len() == 45, "{told}");
    }

    fn a_search_of_the_console_says_how_many_it_found(server) {
        let cases = Cases::numbered(server, 23);
        let other = Cases::titled(server, &["药店"]);
        let mut desk = Desk::of(server, "unit-head");
        let mut page = |text: &str| desk.get(&format!("/console/cases?size=20&text={}", encoded(text))).expect(200).text();
        let first = page("面馆");
        assert!(first.contains("第 1–20 条，共 23 条"), "{} cases: {first}", cases.heads.len());
        assert!(page("药店").contains("第 1–1 条，共 1 条"), "{}", other.id(0));
    }

    fn leads_of_one_status_are_read_once_though_they_are_answered_meanwhile(server) {
        let cases = Cases::numbered(server, 1);
        let (supervisor, head) = (Person::sign_in(server, "county-supervisor"), Person::sign_in(server, "unit-head"));
        let raise = |number: u32| {
            let lead = json!({"case": cases.id(0), "kind": "procedure", "text": format!("第{number}条")});
            let call = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", &format!("lead-{number}"));
            call.json(&lead).send().expect(201).json()["id"].as_str().unwrap().to_owned()
        };
        let mut then: Vec<String> = (0..5).map(raise).collect();
        then.reverse();
        let answer = |id: &str| {
            let call = head.call("POST", &format!("/v1/leads/{id}/answer")).header("If-Match", "\"1\"");
            assert_eq!(call.json(&json!({"text": "已补正"})).send().expect(200).json()["status"], "answered");
        };
        let read = walk(&head, "/v1/leads?status=raised", |page| if page == 1 { [0, 2, 4].iter().for_each(|at| answer(&then[*at])) });
        assert_eq!(ids(&read), then);
        assert_eq!(ids(&walk(&head, "/v1/leads?status=raised", |_| {})), [&then[1], &then[3]]);
        let answered = walk(&head, "/v1/leads?status=answered", |page| if page == 1 { answer(&then[1]) });
        assert_eq!(ids(&answered), [&then[0], &then[2], &then[4]]);
        let wrong = head.call("GET", "/v1/leads?cursor=9").send();
        assert_eq!(wrong.refusal(), (400, "wrong_cursor".into()));
        let mut desk = Desk::of(server, "unit-head");
        let mut order = |query: &str| {
            let page = desk.get(&format!("/console/leads{query}")).expect(200).text();
            let places = (0..5).map(|number| page.find(&format!("第{number}条")).unwrap());
            (places.is_sorted(), page)
        };
        let ((newest, page), (oldest, _)) = (order(""), order("?sort=oldest"));
        assert!(!newest && oldest, "by the head of their column");
        assert!(page.contains("aria-sort=\"descending\"><a href=\"/console/leads?sort=oldest\""), "{page}");
    }
}
