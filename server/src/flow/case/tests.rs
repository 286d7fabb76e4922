//! Paging through lists while cases change, on both databases.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sync_core::decision::{CaseStatus, Filing};
use sync_core::id::Digest;
use sync_core::op::CaseKind;
use sync_core::time::Instant;

use super::*;
use crate::flow::as_of::MOST;
use crate::flow::search::index;
use crate::store::tests::{postgres_schema, put};
use crate::store::{CaseOrder, NewCaseFile, Store};

const TENANT: TenantId = TenantId::new([1; 16]);
const OURS: &str = "a/b/";
const ORDERS: [CaseOrder; 5] =
    [CaseOrder::Newest, CaseOrder::Oldest, CaseOrder::OpenedLast, CaseOrder::OpenedFirst, CaseOrder::MostToSee];

/// The data of a case that a list uses.
#[derive(Debug, Clone)]
struct Looks {
    updated: i64,
    status: CaseStatus,
    duties: i64,
    filing: Option<Filing>,
    attention: i64,
    text: &'static str,
}

fn file(number: u8, looks: &Looks) -> NewCaseFile {
    let file = CaseFileRow {
        id: CaseId::new([number; 32]),
        case_leaf: number.into(),
        agency: AgencyId::new([2; 16]),
        agency_path: if number.is_multiple_of(7) { "a/c/".into() } else { OURS.into() },
        item: String::new(),
        kind: CaseKind::Inspection,
        status: looks.status,
        title: looks.text.into(),
        number: String::new(),
        opened: Instant::from_ms((number % 3).into()),
        updated: Instant::from_ms(looks.updated),
        counter: 1,
        last_leaf: 0,
        basis: Digest::new([7; 32]),
        heads: vec![ChangeId::new([8; 32])],
        conflicts: looks.attention,
        breaches: 0,
        missing_evidence: 0,
        duties: looks.duties,
        filing: looks.filing,
        fold: 1,
    };
    NewCaseFile { file, search_text: looks.text.to_owned() }
}

/// An event between two pages.
#[derive(Debug, Clone)]
enum Event {
    Write(u8, Looks),
    Index(i64),
}

fn event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![Just(CaseStatus::Open), Just(CaseStatus::Returned), Just(CaseStatus::Closed)];
    let filing = prop_oneof![Just(None), Just(Some(Filing::Due)), Just(Some(Filing::Filed))];
    let text = prop_oneof![Just("面馆"), Just("药店"), Just("面馆药店"), Just("")];
    let looks = (0_i64..9, status, 0_i64..2, filing, 0_i64..3, text);
    let looks = looks.prop_map(|(updated, status, duties, filing, attention, text)| Looks {
        updated,
        status,
        duties,
        filing,
        attention,
        text,
    });
    prop_oneof![
        4 => (1_u8..16, looks).prop_map(|(number, looks)| Event::Write(number, looks)),
        1 => (1_i64..9).prop_map(Event::Index),
    ]
}

fn happen(store: &Store, event: &Event) {
    let done = store.write_sync::<_, Failure>(|tx| match event {
        Event::Write(number, looks) => Ok(put(tx, &TENANT, file(*number, looks))?),
        Event::Index(limit) => {
            let due = tx.outbox_due(&TENANT, Instant::from_ms(i64::MAX), Instant::from_ms(i64::MAX), *limit)?;
            let prepared = index::prepare(tx, &TENANT, &due.iter().map(|row| row.subject).collect())?;
            index::apply(tx, &TENANT, prepared)?;
            Ok(tx.drop_outbox(&TENANT, &due.iter().map(|row| row.id).collect::<Vec<_>>())?)
        }
    });
    done.unwrap();
}

/// A list being read, and its content at the first page.
fn search(order: CaseOrder, narrowed: u8, text: Option<&str>) -> Search {
    let filter = CaseFilter { order, ..CaseFilter::default() };
    let filter = match narrowed {
        0 => filter,
        1 => CaseFilter { status: Some(CaseStatus::Open), ..filter },
        2 => CaseFilter { with_duties: true, ..filter },
        _ => CaseFilter { filing: Some(Filing::Due), status: Some(CaseStatus::Closed), ..filter },
    };
    Search { filter, text: text.and_then(Words::parse), ..Search::default() }
}

fn one_page(
    store: &Store,
    search: &Search,
    start: Option<Start<CaseId>>,
    limit: usize,
) -> (Vec<CaseId>, Option<Start<CaseId>>) {
    let mut search = search.clone();
    search.filter.as_of = start.map(|start| start.as_of);
    search.filter.after = start.and_then(|start| start.after);
    let reach = CaseFilter { agency_path: Some(OURS.to_owned()), ..CaseFilter::default() };
    let (found, as_of) = store
        .read_sync::<_, Failure>(|tx| {
            let past = as_of::since(tx, &TENANT, &search.filter)?;
            Ok((in_reach(tx, &TENANT, reach, search, &past, limit)?, past.as_of))
        })
        .unwrap();
    let full = found.rows.len() == limit;
    let next = found.rows.last().filter(|_| full).map(|last| Start { as_of, after: Some(last.place()) });
    (found.rows.iter().map(|placed| placed.file.id).collect(), next)
}

/// Reads all pages while these things happen, some between each two.
fn each_is_met_once(store: &Store, search: &Search, limit: usize, events: &[Event]) {
    let (had, _) = one_page(store, search, None, 1000);
    let (mut met, mut next) = one_page(store, search, None, limit);
    let mut events = events.chunks(3);
    while let Some(start) = next {
        events.next().unwrap_or_default().iter().for_each(|event| happen(store, event));
        let (some, after) = one_page(store, search, Some(start), limit);
        met.extend(some);
        next = after;
    }
    let of_then: Vec<CaseId> = met.iter().copied().filter(|case| had.contains(case)).collect();
    assert_eq!(of_then, had, "{search:?}");
    let distinct: BTreeSet<&CaseId> = met.iter().collect();
    assert_eq!(distinct.len(), met.len(), "{search:?}: none twice");
}

fn on_both(name: &str, promise: impl Fn(&Store)) {
    let directory = tempfile::tempdir().unwrap();
    promise(&Store::open(directory.path().join("t.db").to_str().unwrap()).unwrap());
    if let Some(store) = postgres_schema(name) {
        promise(&store);
    }
}

#[test]
fn reading_all_pages_returns_each_case_of_the_first_page_once_whatever_changes() {
    on_both("pages_as_of", |store| {
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let events = || proptest::collection::vec(event(), 0..40);
        let asked = (0_usize..5, 0_u8..4, proptest::option::of(prop_oneof![Just("面馆"), Just("药店")]), 1_usize..4);
        let ran = runner.run(&(events(), events(), asked), |(before, meanwhile, (order, narrowed, text, limit))| {
            before.iter().for_each(|event| happen(store, event));
            // Search results have a fixed order.
            let order = if text.is_some() { CaseOrder::Newest } else { ORDERS[order] };
            each_is_met_once(store, &search(order, narrowed, text), limit, &meanwhile);
            Ok(())
        });
        ran.unwrap();
    });
}

#[test]
fn over_so_many_replacements_or_of_a_past_that_is_forgotten_one_is_told_to_begin_again() {
    on_both("pages_expired", |store| {
        let looks =
            |updated| Looks { updated, status: CaseStatus::Open, duties: 0, filing: None, attention: 0, text: "" };
        happen(store, &Event::Write(1, looks(0)));
        let since = |as_of| {
            let filter = CaseFilter { as_of: Some(as_of), ..CaseFilter::default() };
            match store.read_sync(|tx| as_of::since(tx, &TENANT, &filter)) {
                Ok(past) => Ok(past.has(&CaseId::new([1; 32]))),
                Err(Failure::Refused(refused)) => Err(refused.refusal),
                Err(broken) => panic!("{broken:?}"),
            }
        };
        assert_eq!([since(0), since(1)], [Ok(false), Err(Refusal::WrongCursor)]);
        store
            .write_sync::<_, Failure>(|tx| (1..=MOST).try_for_each(|at| Ok(put(tx, &TENANT, file(1, &looks(at)))?)))
            .unwrap();
        assert_eq!([since(0), since(MOST)], [Ok(true), Ok(false)]);
        happen(store, &Event::Write(1, looks(0)));
        assert_eq!([since(0), since(1)], [Err(Refusal::CursorExpired), Ok(true)], "one more");
        let forget = |now| as_of::forget(store, &TENANT, Instant::from_ms(now)).unwrap();
        forget(1);
        assert_eq!([since(1), since(2)], [Ok(true), Ok(true)], "so many are kept");
        // A day after the first of them, which came a millisecond before the second.
        forget(24 * 60 * 60 * 1000 + 3);
        assert_eq!([since(1), since(2)], [Err(Refusal::CursorExpired), Ok(true)]);
        forget(i64::MAX);
        assert_eq!([since(MOST - 1), since(MOST), since(MOST + 1)], [Err(Refusal::CursorExpired), Ok(true), Ok(false)]);
        happen(store, &Event::Write(1, looks(7)));
        assert_eq!(since(MOST + 1), Ok(true), "and versions go on");
    });
}
