//! Cost of a change, a pull and a list for the server as its database fills: CPU time of its process, which other
//! programs disturb less than elapsed time. Tolerance factor two; `load` measures the release binary with figures.

use std::time::Duration;

use api_spec::case::CasePage;
use tests::desk::encoded;
use tests::load::index;
use tests::load::process;
use tests::load::push::{self, Into, Numbers, Shape};
use tests::load::wire::{Wire, request};
use tests::server::LONG_DAY;
use tests::{Phone, Server, on_both_databases};

/// How often an answer is asked for, so that the kernel's hundredths of a second say something.
const OFTEN: u32 = 40;

/// CPU seconds that the server spends on the same request, asked for often.
fn asking(server: &Server, token: &str, path: &str) -> f64 {
    let mut wire = Wire::to(&server.address());
    let ask = request("GET", path, token, "", &[]);
    let before = process::cpu(server.pid());
    for _ in 0..OFTEN {
        let (status, body) = wire.send(&ask);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    }
    process::cpu(server.pid()).saturating_sub(before).max(Duration::from_millis(10)).as_secs_f64()
}

/// One of them may be so many times the other.
fn at_most(what: &str, one: f64, times: f64, other: f64) {
    println!("{what}: {:.2}", one / other);
    assert!(one <= other * times, "{what}: {one:.2} against {other:.2}, at most {times} times as much");
}

on_both_databases! {
    /// Batches are worth it, and neither a change nor a list nor a search costs more because much is held. A pull costs
    /// by what it brings.
    fn cost_follows_what_is_asked_for(server) {
        server.start_with(&[&[("PALM_METRICS_LISTEN", "127.0.0.1:0")], &LONG_DAY[..]].concat());
        let mut phones = [Phone::with_bearer(server, "unit-head")];
        let mut numbers = Numbers::default();
        let mut push = |changes, batch, into| {
            let shape = Shape { devices: 1, batch, changes, into };
            let cpu = push::run(server, &mut phones, &mut numbers, shape).cpu;
            // What is put off until nothing comes in is no cost of what is asked next.
            assert!(index::wait(server).is_some(), "the index is counted");
            cpu
        };
        let reader = Phone::with_bearer(server, "unit-head");
        // Lists are read at a desk.
        let desk = reader.desk.token();
        let (pull, list) = ("/v1/sync/pull?limit=500", "/v1/cases?limit=50");
        // One case in nine says the first; each has the pairs of the others, and none says them.
        let searches = ["李1", "检查验", "2026011023"].map(|text| format!("/v1/cases?limit=20&text={}", encoded(text)));
        let searches = searches.each_ref().map(String::as_str);
        push(100, 100, Into::OwnCase);
        let pull_100 = asking(server, reader.token(), pull);
        push(100, 100, Into::OwnCase);
        let list_200 = asking(server, desk, list);
        let page: CasePage = reader.desk.call("GET", list).send().expect(200).read();
        let case = format!("/v1/cases/{}", page.items.first().unwrap().id);
        let case_200 = asking(server, desk, &case);
        let found_200 = searches.map(|search| asking(server, desk, search));
        let early = push(200, 100, Into::OwnCase);
        let pull_400 = asking(server, reader.token(), pull);
        push(1_200, 100, Into::OwnCase);
        let late = push(400, 100, Into::OwnCase);
        let list_2000 = asking(server, desk, list);
        let case_2000 = asking(server, desk, &case);
        let found_2000 = searches.map(|search| asking(server, desk, search));
        let first: CasePage = reader.desk.call("GET", "/v1/cases?limit=10").send().expect(200).read();
        let next = format!("{list}&cursor={}", first.next_cursor.unwrap());
        let next_0 = asking(server, desk, &next);
        for _ in 0..4 {
            push(100, 1, Into::OneCase);
        }
        let next_400 = asking(server, desk, &next);
        // Each of them is a row that is read: 10,000 at most.
        at_most("a page past 400 replacements to one past none", next_400, 10.0, next_0);
        let single = push(200, 1, Into::OwnCase);
        at_most("a pull of 400 cases to one of 100", pull_400, 8.0, pull_100);
        at_most("a list among 2000 cases to one among 200", list_2000, 2.0, list_200);
        for (late, early) in found_2000.into_iter().zip(found_200) {
            at_most("a search among 2000 cases to one among 200", late, 2.5, early);
        }
        at_most("one case among 2000 to one among 200", case_2000, 2.0, case_200);
        at_most("a change among 1800 to one among 300", late, 2.0, early);
        at_most("a change of a hundred in a push to one alone", late, 0.5, single);
    }
}
