//! The index gives the same result as comparing every case, on both databases, however much of it is filled.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sync_core::decision::CaseStatus;
use sync_core::id::{AgencyId, ChangeId, Digest, OfficerId};
use sync_core::op::CaseKind;

use super::words::normal;
use super::*;
use crate::store::tests::{postgres_schema, put};
use crate::store::{NewCaseFile, Store};

const TENANT: TenantId = TenantId::new([1; 16]);
/// So small that a few cases go over each of them.
const SMALL: Bounds = Bounds { lagging: 4, first: 2, most: 4, ordered: 5, blocks: 1 };

fn file(number: u8, path: &str, updated_ms: i64, text: &str) -> NewCaseFile {
    let file = CaseFileRow {
        id: CaseId::new([number; 32]),
        case_leaf: number.into(),
        agency: AgencyId::new([2; 16]),
        agency_path: path.into(),
        item: String::new(),
        kind: CaseKind::Inspection,
        status: if updated_ms % 2 == 0 { CaseStatus::Open } else { CaseStatus::Closed },
        title: text.into(),
        number: String::new(),
        opened: Instant::from_ms((number % 7).into()),
        updated: Instant::from_ms(updated_ms),
        counter: 1,
        last_leaf: 0,
        basis: Digest::new([7; 32]),
        heads: vec![ChangeId::new([8; 32])],
        conflicts: 0,
        breaches: 0,
        missing_evidence: 0,
        duties: 0,
        filing: None,
        fold: 1,
    };
    NewCaseFile { file, search_text: text.to_owned() }
}

/// Processes this many rows of the outbox.
fn index(store: &Store, rows: usize) {
    let limit = i64::try_from(rows).unwrap();
    store
        .write_sync::<_, Failure>(|tx| {
            let due = tx.outbox_due(&TENANT, Instant::from_ms(i64::MAX), Instant::from_ms(i64::MAX), limit)?;
            let subjects = due.iter().map(|row| row.subject).collect();
            let prepared = index::prepare(tx, &TENANT, &subjects)?;
            index::apply(tx, &TENANT, prepared)?;
            Ok(tx.drop_outbox(&TENANT, &due.iter().map(|row| row.id).collect::<Vec<_>>())?)
        })
        .unwrap();
}

/// The participant of the cases with this number.
fn officer(number: u8) -> OfficerId {
    OfficerId::new([number % 3; 16])
}

fn below(path: Option<&str>) -> CaseFilter {
    CaseFilter { agency_path: path.map(str::to_owned), ..CaseFilter::default() }
}

/// All pages of two, and how many were not searched at most.
fn found(store: &Store, path: Option<&str>, typed: &str) -> (Vec<u8>, i64) {
    pages(store, below(path), typed, 2)
}

/// All pages of this size.
fn pages(store: &Store, mut filter: CaseFilter, typed: &str, limit: usize) -> (Vec<u8>, i64) {
    let Some(words) = Words::parse(typed) else { return (Vec::new(), 0) };
    let (mut all, mut not_searched) = (Vec::new(), 0);
    loop {
        let page = store.read_sync::<_, Failure>(|tx| {
            let past = as_of::since(tx, &TENANT, &filter)?;
            find_within(SMALL, tx, &TENANT, (&filter, &past), &words, limit)
        });
        let page = page.unwrap();
        not_searched = not_searched.max(page.not_searched);
        all.extend(page.rows.iter().map(|row| row.file.id.bytes()[0]));
        let Some(last) = page.rows.last().filter(|_| page.rows.len() == limit) else { return (all, not_searched) };
        filter.after = Some(last.place());
    }
}

/// Filters of every kind, each with its condition on path, number and time of change.
type Asks = fn(&str, u8, i64) -> bool;

fn filters() -> [(CaseFilter, Asks); 6] {
    let none = CaseFilter::default;
    let [officer, other] = [1, 2].map(|number| Some(officer(number)));
    [
        (none(), |_, _, _| true),
        (below(Some("a/b/")), |path, _, _| path.starts_with("a/b/")),
        (CaseFilter { officer, agency_path: Some("a/".into()), ..none() }, |path, n, _| {
            n % 3 == 1 && path.starts_with("a/")
        }),
        (CaseFilter { status: Some(CaseStatus::Closed), kind: Some(CaseKind::Inspection), ..none() }, |_, _, at| {
            at % 2 == 1
        }),
        (CaseFilter { with_officer: other, opened_from: Some(Instant::from_ms(2)), ..none() }, |_, n, _| {
            n % 3 == 2 && n % 7 >= 2
        }),
        (CaseFilter { opened_until: Some(Instant::from_ms(3)), ..none() }, |_, n, _| n % 7 < 3),
    ]
}

/// An event: a case is written with a text, or rows of the outbox are processed.
#[derive(Debug, Clone)]
enum Event {
    Write { number: u8, path: &'static str, at: i64, text: String },
    Index(usize),
}

fn event() -> impl Strategy<Value = Event> {
    let text = "[张三李面馆aＢ1。\n]{0,24}";
    let write = (1_u8..20, prop_oneof![Just("a/b/"), Just("a/c/")], 0_i64..6, text);
    prop_oneof![
        3 => write.prop_map(|(number, path, at, text)| Event::Write { number, path, at, text }),
        1 => (1_usize..9).prop_map(Event::Index),
    ]
}

fn holds(store: &Store, events: &[Event], typed: &[String]) {
    let mut all: BTreeMap<u8, (i64, &str, String)> = BTreeMap::new();
    for event in events {
        match event {
            Event::Write { number, path, at, text } => {
                store.write_sync(|tx| put(tx, &TENANT, file(*number, path, *at, text))).unwrap();
                all.insert(*number, (*at, path, normal(text)));
            }
            Event::Index(rows) => index(store, *rows),
        }
    }
    for round in 0..2 {
        for typed in typed {
            let Some(words) = Words::parse(typed) else { continue };
            for ((filter, asks), limit) in filters().into_iter().zip([2, 1, 3, 2, 50, 4]) {
                let says = |(number, (at, path, text)): &(&u8, &(i64, &str, String))| {
                    words.occur_in(text) && asks(path, **number, *at)
                };
                let mut wanted: Vec<(i64, u8)> = all.iter().filter(says).map(|(n, (at, _, _))| (*at, *n)).collect();
                wanted.sort_unstable_by(|a, b| b.cmp(a));
                let wanted: Vec<u8> = wanted.into_iter().map(|(_, number)| number).collect();
                let (got, not_searched) = pages(store, filter.clone(), typed, limit);
                if not_searched == 0 {
                    let counted = store.read_sync(|tx| count(tx, &TENANT, &filter, &words)).unwrap();
                    assert_eq!(
                        counted,
                        Total::Exactly(i64::try_from(wanted.len()).unwrap()),
                        "{typed:?} in {filter:?}"
                    );
                    assert_eq!(got, wanted, "{typed:?} in {filter:?}, round {round}, of {all:?}");
                }
                assert!(round == 0 || not_searched == 0);
            }
        }
        index(store, 1000);
    }
    // The next run begins with nothing.
    for number in all.keys() {
        store.write_sync(|tx| put(tx, &TENANT, file(*number, "z/", 0, ""))).unwrap();
    }
    index(store, 1000);
}

fn the_index_says_what_a_look_at_every_case_would_say(store: &Store, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let parts: Vec<(i64, CaseId, OfficerId)> =
        (1..20).map(|number| (number.into(), CaseId::new([number; 32]), officer(number))).collect();
    store.write_sync(|tx| tx.add_case_officers(&TENANT, &parts)).unwrap();
    let typed = proptest::collection::vec("[张三李面馆aB１ ]{1,4}", 6);
    let events = proptest::collection::vec(event(), 1..40);
    TestRunner::new(config)
        .run(&(events, typed), |(events, typed)| {
            holds(store, &events, &typed);
            Ok(())
        })
        .unwrap();
}

#[test]
fn on_sqlite_the_index_says_what_a_look_at_every_case_would_say() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    the_index_says_what_a_look_at_every_case_would_say(&store, 40);
}

#[test]
fn on_postgres_the_index_says_what_a_look_at_every_case_would_say() {
    if let Some(store) = postgres_schema("search_index") {
        the_index_says_what_a_look_at_every_case_would_say(&store, 8);
    }
}

#[test]
fn more_cases_than_can_be_compared_are_said_to_be_missing() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    for number in 1..=7 {
        store.write_sync(|tx| put(tx, &TENANT, file(number, "a/", number.into(), "面馆"))).unwrap();
    }
    assert_eq!(found(&store, None, "面馆"), (vec![7, 6, 5, 4], 3), "the newest are compared");
    index(&store, 3);
    assert_eq!(found(&store, None, "面馆"), (vec![7, 6, 5, 4, 3, 2, 1], 0));
}

#[test]
fn what_is_not_searched_is_counted_by_cases_within_reach() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    let write = |number: u8, path| {
        store.write_sync(|tx| put(tx, &TENANT, file(number, path, number.into(), "面馆"))).unwrap();
    };
    for _ in 0..5 {
        write(1, "a/b/");
    }
    assert_eq!(found(&store, None, "面馆"), (vec![1], 0), "one case, whatever was written of it");
    (2..=8).for_each(|number| write(number, "a/c/"));
    assert_eq!(found(&store, None, "面馆"), (vec![8, 7, 6, 5], 4));
    assert_eq!(found(&store, Some("a/b/"), "面馆"), (vec![1], 0), "others' cases hold up nobody");
    let again = [(2, Instant::from_ms(0)), (1, Instant::from_ms(0))];
    index(&store, 20);
    store.write_sync(|tx| tx.add_outbox(&TENANT, OutboxKind::TextOfCase, again)).unwrap();
    assert_eq!([None, Some("a/b/"), Some("a/d/")].map(|path| found(&store, path, "面馆").1), [2, 1, 0]);
}

#[test]
fn more_words_than_are_looked_up_are_all_compared() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    let words = "甲 乙 丙 丁 戊 己 庚 辛 壬 癸 子 丑 寅";
    let sorted = words.split(' ').collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    for (number, left_out) in (1..).zip(0..=sorted.len()) {
        let mut said = sorted.clone();
        said.drain(left_out..sorted.len().min(left_out + 1));
        let text = said.concat();
        store.write_sync(|tx| put(tx, &TENANT, file(number, "a/", number.into(), &text))).unwrap();
    }
    index(&store, 100);
    assert_eq!(found(&store, None, words), (vec![14], 0));
}

#[test]
fn what_a_case_no_longer_says_is_not_found() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    let write = |text| store.write_sync(|tx| put(tx, &TENANT, file(1, "a/", 1, text))).unwrap();
    write("张三面馆");
    index(&store, 9);
    write("李四面馆");
    for _ in 0..2 {
        assert_eq!(found(&store, None, "张三"), (vec![], 0));
        assert_eq!(found(&store, None, "四面"), (vec![1], 0));
        index(&store, 9);
    }
}

/// Indexed cases with these numbers that all contain the words, changed at these times.
fn indexed(store: &Store, cases: impl IntoIterator<Item = (u8, i64)>) {
    for (number, at) in cases {
        store.write_sync(|tx| put(tx, &TENANT, file(number, "a/", at, "面馆检查 100号"))).unwrap();
    }
    index(store, 1000);
}

#[test]
fn the_newest_come_first_up_to_what_is_put_in_order_at_once_and_one_past_it() {
    // Two are compared without an order, four are compared at once, five are put in order.
    for cases in 1..=12 {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
        // Old and new lie mixed in the index.
        let times = (1..=cases).map(|number| (number, i64::from(number) * 5 % 13));
        indexed(&store, times.clone());
        let mut wanted: Vec<(i64, u8)> = times.map(|(number, at)| (at, number)).collect();
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        let wanted: Vec<u8> = wanted.into_iter().map(|(_, number)| number).collect();
        for (typed, limit) in [("面馆检查", 1), ("面馆", 2), ("100", 3), ("馆检查100", 4), ("查1 面馆", 50)]
        {
            assert_eq!(pages(&store, CaseFilter::default(), typed, limit).0, wanted, "{typed} among {cases}");
        }
    }
}

#[test]
fn cases_that_changed_in_one_millisecond_are_told_apart_by_their_ids() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    // More than are put in order at once, and the greatest ids at the lowest places.
    indexed(&store, (1..=17).rev().map(|number| (number, 8)));
    let wanted: Vec<u8> = (1..=17).rev().collect();
    for limit in [1, 2, 5, 16, 17, 18] {
        assert_eq!(pages(&store, CaseFilter::default(), "面馆检查", limit).0, wanted, "{limit}");
    }
}

#[test]
fn a_case_that_says_what_it_said_is_found_where_it_now_stands() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap();
    indexed(&store, (1..=9).map(|number| (number, number.into())));
    indexed(&store, [(4, 40), (2, 20), (9, 0)]);
    assert_eq!(found(&store, None, "面馆检查").0, [4, 2, 8, 7, 6, 5, 3, 1, 9]);
    // Newer than all that is indexed, older, and between.
    for (number, at) in [(1, 50), (3, -1), (5, 10)] {
        store.write_sync(|tx| put(tx, &TENANT, file(number, "a/", at, "面馆检查"))).unwrap();
    }
    for limit in [1, 2, 3, 9, 50] {
        let (got, _) = pages(&store, CaseFilter::default(), "面馆检查", limit);
        assert_eq!(got, [1, 4, 2, 5, 8, 7, 6, 9, 3], "{limit}");
    }
}
