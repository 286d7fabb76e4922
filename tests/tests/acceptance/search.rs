//! Search in the list: Chinese words of any length, found immediately, and only in the caller's cases.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use api_spec::case::CasePage;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use sync_core::change::{Change, NewOp};
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::actor::wait_ms;
use tests::desk::encoded;
use tests::{Person, Phone, Server, on_both_databases};

/// A case for each of these titles, pushed together; ids in their order.
fn titled(phone: &mut Phone<'_>, titles: &[String]) -> Vec<String> {
    let mut changes: Vec<Change> = Vec::new();
    let mut cases = Vec::new();
    for title in titles {
        let opening = phone.open_case(&[]);
        changes.push(phone.write(opening.id(), &[opening.id()], "title", title));
        cases.push(opening.id().to_string());
        changes.push(opening);
    }
    for some in changes.chunks(100) {
        phone.push(&some.iter().collect::<Vec<_>>());
    }
    cases
}

/// All pages of the search.
fn found(call: impl Fn(&str) -> tests::http::Call, text: &str, limit: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/cases?text={}&limit={limit}{cursor}", encoded(text));
        let page: CasePage = call(&path).send().expect(200).read();
        assert_eq!(page.not_searched, 0);
        all.extend(page.items.into_iter().map(|card| card.id));
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Waits until the index has everything.
fn indexed(server: &Server) {
    let begun = Instant::now();
    while !server.metrics().contains("palm_outbox_open 0\n") {
        assert!(begun.elapsed() < Duration::from_secs(40), "not indexed:\n{}", server.log_tail());
        wait_ms(50);
    }
    assert!(server.metrics().contains("palm_outbox_oldest_seconds 0\n"));
}

const CITIZEN: &str = "500237199001011234";
const PHONE: &str = "13812345678";

/// A case about a party whose number and telephone are known; its id.
fn with_party(phone: &mut Phone<'_>, title: &str, name: &str) -> String {
    let opening = phone.open_case(&[]);
    let of_party = |field: &str, text: &str| NewOp::put(Some(OpRef::Own(0)), field, vec![], Value::text(text));
    let ops = vec![
        NewOp::add("party", "party"),
        of_party("citizen_number", CITIZEN),
        of_party("phone", PHONE),
        of_party("name", name),
        NewOp::put(None, "title", vec![], Value::text(title)),
    ];
    let body = phone.save(Some(opening.id()), &[opening.id()], ops);
    phone.push(&[&opening, &body]);
    opening.id().to_string()
}

/// What an older release left in the database, or what somebody with a console of it does.
pub fn run_sql(server: &Server, statements: &str) {
    if let Some(url) = server.postgres_url() {
        PgConnection::establish(&url).unwrap().batch_execute(statements).unwrap();
    } else {
        let file = rusqlite::Connection::open(server.directory().join("palm.db")).unwrap();
        file.execute_batch(statements).unwrap();
    }
}

const METRICS: [(&str, &str); 1] = [("PALM_METRICS_LISTEN", "127.0.0.1:0")];

on_both_databases! {
    fn words_of_any_length_are_found_before_and_after_they_are_indexed(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let titles = ["张三面馆明码标价检查", "渝巫市监罚〔2026〕1号 ABC", "面三张馆"].map(str::to_owned);
        let cases = titled(&mut phone, &titles);
        let reader = Person::sign_in(server, "principal-head");
        for round in ["at once", "indexed"] {
            for (text, wanted) in [
                ("面馆", &[0][..]),
                ("张三", &[0]),
                ("明码标价检查", &[0]),
                ("标", &[0]),
                ("张", &[0, 2]),
                ("检查 面馆", &[0]),
                ("罚[2026]1号", &[1]),
                ("ａｂｃ", &[1]),
                ("2026", &[1]),
                // Each pair is there, but not in this order.
                ("三面馆", &[0]),
                ("三张面", &[]),
                ("面馆张三", &[]),
                ("100%", &[]),
            ] {
                let mut got = found(|path| reader.call("GET", path), text, 50);
                got.sort();
                let mut wanted: Vec<String> = wanted.iter().map(|at| cases[*at].clone()).collect();
                wanted.sort();
                assert_eq!(got, wanted, "{text} {round}");
            }
            indexed(server);
        }
        let refused = reader.call("GET", &format!("/v1/cases?text={}", encoded("%_。"))).send();
        assert_eq!(refused.refusal(), (400, "nothing_to_search".to_owned()));
    }

    fn cases_of_other_agencies_are_not_found(server) {
        server.start_with(&METRICS);
        let (mut ours, mut theirs) = (Phone::of(server, "officer-a"), Phone::of(server, "agriculture-officer"));
        let mine = titled(&mut ours, &["同名商店".to_owned()]);
        let other = titled(&mut theirs, &["同名商店".to_owned()]);
        for _ in 0..2 {
            assert_eq!(found(|path| ours.desk.call("GET", path), "同名商店", 50), mine);
            assert_eq!(found(|path| theirs.desk.call("GET", path), "同名", 50), other);
            let head = Person::sign_in(server, "unit-head");
            assert_eq!(found(|path| head.call("GET", path), "名", 50), mine);
            indexed(server);
        }
    }

    fn what_is_found_is_paged_like_the_list(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let titles: Vec<String> = (0..23).map(|n| format!("第{n}家{}", if n % 3 == 0 { "药店" } else { "超市" })).collect();
        let cases = titled(&mut phone, &titles);
        let wanted: BTreeSet<String> = cases.iter().step_by(3).cloned().collect();
        for limit in [1, 3, 8, 50] {
            let got = found(|path| phone.desk.call("GET", path), "药店", limit);
            assert_eq!(got.len(), wanted.len(), "each once");
            assert_eq!(got.iter().cloned().collect::<BTreeSet<_>>(), wanted);
            assert_eq!(got, found(|path| phone.desk.call("GET", path), "药店", 50), "in one order");
            indexed(server);
        }
    }

    fn what_is_masked_is_found_by_nobody(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let cases = [with_party(&mut phone, "明码标价检查", "张三")];
        let logins = ["county-supervisor", "principal-head", "unit-head", "officer-a"];
        let readers = logins.map(|login| Person::sign_in(server, login));
        for round in ["at once", "indexed"] {
            for reader in &readers {
                let call = |path: &str| reader.call("GET", path);
                assert_eq!(found(call, "张三", 50), cases, "{round}");
                for text in [CITIZEN, PHONE, &CITIZEN[..4], &CITIZEN[6..14], "1234", "5", "张三 5002", &PHONE[3..7]] {
                    assert_eq!(found(call, text, 50), [""; 0], "{text} {round}");
                }
                let export = |text: &str| {
                    let query = format!("format=csv&purpose={}&text={}", encoded("专项监督"), encoded(text));
                    call(&format!("/v1/cases/export?{query}")).send().expect(200).text().contains("张三")
                };
                assert_eq!([export("张三"), export(CITIZEN), export("1990")], [true, false, false], "{round}");
            }
            indexed(server);
        }
    }

    fn an_upgrade_forgets_what_is_masked_and_finds_the_rest(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let long = "长".repeat(86_000);
        let cases = [with_party(&mut phone, "明码标价检查", "张三"), with_party(&mut phone, &long, "ΟΔΟΣ")];
        indexed(server);
        server.kill();
        run_sql(server, &format!(
            "UPDATE case_file SET search_text = search_text || '{CITIZEN}', title = 'as before';
             INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
             SELECT tenant, substr(id, 1, 16), 'index_case', case_leaf, 1, 0, 0 FROM case_file"
        ));
        server.start_again();
        indexed(server);
        let reader = Person::sign_in(server, "county-supervisor");
        let call = |path: &str| reader.call("GET", path);
        assert_eq!(found(call, CITIZEN, 50).len(), 2, "so it was");
        server.kill();
        // As a migration asks for it.
        run_sql(
            server,
            "DELETE FROM case_gram; DELETE FROM case_text; UPDATE case_file SET search_text = '';
             INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures)
             SELECT tenant, substr(id, 1, 16), 'text_of_case', case_leaf, 1, 0, 0 FROM case_file",
        );
        server.start_again();
        let page: CasePage = call(&format!("/v1/cases?text={CITIZEN}")).send().expect(200).read();
        assert!(page.items.is_empty(), "at once");
        indexed(server);
        assert_eq!(found(call, CITIZEN, 50), [""; 0]);
        assert_eq!(found(call, "张三", 50), cases[..1]);
        assert_eq!(found(call, "ΟΔΟΣ", 50), cases[1..]);
        let answer = call("/v1/cases").send().expect(200);
        assert!(answer.body.len() < 10_000, "{}", answer.body.len());
        let page: CasePage = answer.read();
        let mut titles: Vec<String> = page.items.into_iter().map(|card| card.title).collect();
        titles.sort();
        assert_eq!(titles, ["明码标价检查".to_owned(), format!("{}…", "长".repeat(200))]);
        let whole = phone.desk.call("GET", &format!("/v1/cases/{}", cases[1])).send().expect(200).text();
        assert!(whole.contains(&long), "the case has it whole");
    }

    fn a_migration_can_have_the_index_rebuilt_without_delaying_anybody(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let titles: Vec<String> = (0..5).map(|n| format!("第{n}家渔具店 50023719900{n}")).collect();
        let cases = titled(&mut phone, &titles);
        indexed(server);
        server.kill();
        // As a migration does that makes the index again.
        for index in ["case_gram", "case_text", "case_moment"] {
            run_sql(server, &format!("DELETE FROM {index}"));
        }
        run_sql(
            server,
            "INSERT INTO outbox (tenant, id, kind, subject, created_ms, due_ms, failures) \
             SELECT tenant, substr(id, 1, 16), 'index_case', case_leaf, 0, 0, 0 FROM case_file",
        );
        server.start_again();
        for _ in 0..2 {
            for (text, wanted) in [("237199003", &cases[3..4]), ("2家渔", &cases[2..3]), ("渔具店 4家", &cases[4..])] {
                assert_eq!(found(|path| phone.desk.call("GET", path), text, 50), wanted, "{text}");
            }
            assert_eq!(found(|path| phone.desk.call("GET", path), "渔具店", 2).len(), cases.len());
            indexed(server);
        }
    }

    fn a_long_field_hides_nothing_that_stands_after_it(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let put = |field: &str, text: &str| NewOp::put(None, field, vec![], Value::text(text));
        let ops = vec![put("complaint", &"长".repeat(70_000)), put("remarks", "最后一句"), put("title", "面馆")];
        let body = phone.save(Some(opening.id()), &[opening.id()], ops);
        phone.push(&[&opening, &body]);
        for _ in 0..2 {
            for text in ["长长长", "最后一句", "面馆"] {
                assert_eq!(found(|path| phone.desk.call("GET", path), text, 50), [opening.id().to_string()], "{text}");
            }
            indexed(server);
        }
    }

    fn a_server_killed_before_it_indexed_does_so_when_it_comes_back(server) {
        server.start_with(&METRICS);
        let mut phone = Phone::of(server, "officer-a");
        let titles: Vec<String> = (0..40).map(|n| format!("第{n}家茶楼")).collect();
        let mut cases = titled(&mut phone, &titles);
        cases.sort();
        for _ in 0..3 {
            server.kill();
            server.start_again();
            let mut got = found(|path| phone.desk.call("GET", path), "茶楼", 50);
            got.sort();
            assert_eq!(got, cases);
        }
        indexed(server);
        assert_eq!(found(|path| phone.desk.call("GET", path), "茶楼", 50).len(), cases.len());
    }
}

#[test]
fn two_servers_on_one_postgres_index_each_case_once() {
    let Some(server) = Server::on_postgres() else { return };
    server.start_with(&METRICS);
    let mut phone = Phone::of(&server, "officer-a");
    let mut cases = titled(&mut phone, &(0..60).map(|n| format!("第{n}家渔港")).collect::<Vec<_>>());
    let other = server.beside();
    cases.extend(titled(&mut phone, &(60..120).map(|n| format!("第{n}家渔港")).collect::<Vec<_>>()));
    cases.sort();
    indexed(&server);
    let there = || other.address().parse().unwrap();
    for text in ["渔港", "港", "家渔港"] {
        let mut got = found(|path| phone.desk.call("GET", path).at(there()), text, 7);
        got.sort();
        assert_eq!(got, cases, "{text}");
    }
    // The holder of the turn ended without releasing it; the other process takes it when it expires.
    let late = phone.open_case(&[]);
    let title = phone.write(late.id(), &[late.id()], "title", "最后一家渔港");
    let push = phone.push_call(&phone.push_of(vec![late.to_bytes(), title.to_bytes()])).at(there());
    let search = phone.desk.call("GET", &format!("/v1/cases?text={}", encoded("最后"))).at(there());
    server.kill();
    let _ = push.send().expect(200);
    let page: CasePage = search.send().expect(200).read();
    assert_eq!(page.items[0].id, late.id().to_string());
    wait_ms(17_000);
    server.start_again();
    indexed(&server);
    let log = server.log_text();
    assert!(!log.contains("outbox failed"), "{log}");
    assert_eq!(found(|path| phone.desk.call("GET", path), "渔港", 50).len(), cases.len() + 1);
}
