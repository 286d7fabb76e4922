//! The search of the list: Chinese words of any length, found at once and in nobody else's cases.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use api_spec::case::CasePage;
use sync_core::change::Change;
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
            assert_eq!(found(|path| ours.call("GET", path), "同名商店", 50), mine);
            assert_eq!(found(|path| theirs.call("GET", path), "同名", 50), other);
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
            let got = found(|path| phone.call("GET", path), "药店", limit);
            assert_eq!(got.len(), wanted.len(), "each once");
            assert_eq!(got.iter().cloned().collect::<BTreeSet<_>>(), wanted);
            assert_eq!(got, found(|path| phone.call("GET", path), "药店", 50), "in one order");
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
            let mut got = found(|path| phone.call("GET", path), "茶楼", 50);
            got.sort();
            assert_eq!(got, cases);
        }
        indexed(server);
        assert_eq!(found(|path| phone.call("GET", path), "茶楼", 50).len(), cases.len());
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
        let mut got = found(|path| phone.call("GET", path).at(there()), text, 7);
        got.sort();
        assert_eq!(got, cases, "{text}");
    }
    // Whoever had the turn is gone without leaving it; the other takes it when it ends.
    let late = phone.open_case(&[]);
    let title = phone.write(late.id(), &[late.id()], "title", "最后一家渔港");
    let push = phone.push_call(&phone.push_of(vec![late.to_bytes(), title.to_bytes()])).at(there());
    let search = phone.call("GET", &format!("/v1/cases?text={}", encoded("最后"))).at(there());
    server.kill();
    let _ = push.send().expect(200);
    let page: CasePage = search.send().expect(200).read();
    assert_eq!(page.items[0].id, late.id().to_string());
    wait_ms(17_000);
    server.start_again();
    indexed(&server);
    let log = server.log_text();
    assert!(!log.contains("outbox failed"), "{log}");
    assert_eq!(found(|path| phone.call("GET", path), "渔港", 50).len(), cases.len() + 1);
}
