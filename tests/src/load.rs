//! Load measurements: the release binary on this machine, compared with the limits of the machine.
//!
//! Promise: everything runs on this machine and terminates; each figure is reported with the machine's limit, measured
//! right before and after it in the same run, so the ratio is comparable between machines. Not here: measurements of
//! parts (`benches/core.rs`).

pub mod feed;
pub mod flat;
pub mod index;
pub mod limit;
pub mod look;
pub mod measured_record;
pub mod process;
pub mod pull;
pub mod push;
pub mod read;
pub mod report;
pub mod wire;

use std::time::{Duration, Instant};

use push::{Into, Numbers, Shape};
use report::Group;

use crate::server::LONG_DAY;
use crate::{Phone, Server};

/// Officers with a valid certificate; phones are spread over them.
const OFFICERS: [&str; 2] = ["officer-a", "officer-b"];
/// The officer whose cases are pulled and listed.
const READER: &str = "unit-head";
/// Most phones of a shape.
const PHONES: usize = 32;
/// Most cases that are pulled. More are only listed and searched, because no phone has so many.
const MOST_PULLED: usize = 10_000;

/// A measuring plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Changes of a shape with batches of 100; the others get fewer.
    pub changes: usize,
    /// Numbers of cases at which pulls, lists and searches are measured, rising.
    pub cases: Vec<usize>,
    /// The largest number of stored changes at which the cost of one more is measured.
    pub flat: usize,
    /// Only one shape, for a profiler: phones and changes per push.
    pub only: Option<(usize, usize)>,
    /// The parts to measure.
    pub parts: Vec<Part>,
}

/// One part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Pushes of every shape.
    Pushes,
    /// Pulls, lists and searches.
    Reads,
    /// The cost of a change as the database fills.
    Flat,
    /// Reads of cases while phones push.
    Looks,
    /// Start and size.
    Start,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Pushes, Self::Reads, Self::Looks, Self::Flat, Self::Start];

    /// The part of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Pushes => "pushes",
            Self::Reads => "reads",
            Self::Flat => "flat",
            Self::Looks => "looks",
            Self::Start => "start",
        }
    }
}

/// Measures over one kind of database; Markdown. `fresh` starts a server over an empty one.
pub fn over(name: &str, fresh: impl Fn() -> Server, address: Option<&str>, plan: &Plan) -> String {
    let has = |part| plan.parts.contains(&part);
    let mut text = format!("## {name}\n\n");
    if has(Part::Pushes) || has(Part::Reads) || has(Part::Start) {
        let server = counted(&fresh);
        let idle = process::memory(server.pid()).0;
        let mut numbers = Numbers::default();
        if has(Part::Pushes) {
            text += &pushing(name, &server, address, &mut numbers, plan);
        }
        if has(Part::Reads) {
            text += &reading(name, &server, &mut numbers, plan);
        }
        text += &report::memory(idle, process::memory(server.pid()).0);
        if has(Part::Start) {
            text += &start(&server);
        }
    }
    if has(Part::Looks) {
        text += &looking(name, &counted(&fresh), plan);
    }
    if has(Part::Flat) && plan.flat > 0 {
        let server = counted(&fresh);
        let sample = sample(&server);
        let limits = || limit::all(server.directory(), address, &sample);
        text += &report::flat(&flat::run(&server, OFFICERS[0], plan.flat, limits));
        text.push('\n');
    }
    text
}

/// A server that reports its open work.
fn counted(fresh: impl Fn() -> Server) -> Server {
    let server = fresh();
    server.start_with(&[&[("PALM_METRICS_LISTEN", "127.0.0.1:0")], &LONG_DAY[..]].concat());
    server
}

/// A change as it travels.
fn sample(server: &Server) -> Vec<u8> {
    let mut phone = Phone::of(server, OFFICERS[0]);
    let opening = push::opening(&phone, 0);
    phone.save(None, &[], opening).to_bytes()
}

/// Pushes of every shape; the limits before, between and after them.
fn pushing(name: &str, server: &Server, address: Option<&str>, numbers: &mut Numbers, plan: &Plan) -> String {
    let mut phones: Vec<Phone<'_>> =
        (0..PHONES).map(|place| Phone::of(server, OFFICERS[place % OFFICERS.len()])).collect();
    let sample = sample(server);
    let mut before = limit::all(server.directory(), address, &sample);
    let mut groups = Vec::new();
    for shapes in shapes(plan) {
        let pushes = shapes.into_iter().map(|shape| {
            let pushes = push::run(server, &mut phones, numbers, shape);
            eprintln!("{name}: {pushes:?}");
            pushes
        });
        let pushes = pushes.collect();
        let after = limit::all(server.directory(), address, &sample);
        groups.push(Group { limits: [before, after], pushes });
        before = after;
    }
    format!("{}\n{}\n", report::limits(&groups, sample.len()), report::pushes(&groups))
}

/// Grouped by similar duration, so that each is close to its limits.
fn shapes(plan: &Plan) -> Vec<Vec<Shape>> {
    let own = |devices, batch| {
        let changes = match batch {
            1 => plan.changes / 4,
            2..=25 => plan.changes / 2,
            _ => plan.changes,
        };
        Shape { devices, batch, changes, into: Into::OwnCase }
    };
    if let Some((devices, batch)) = plan.only {
        return vec![vec![own(devices, batch)]];
    }
    let one_case = |batch| Shape { devices: 1, batch, changes: 100, into: Into::OneCase };
    let batches = [1, 25, 100].map(|batch| [1, 8, 32].map(|devices| own(devices, batch)).into());
    batches.into_iter().chain([vec![one_case(1), one_case(25)]]).collect()
}

/// Pulls, lists and searches, at each number of cases.
fn reading(name: &str, server: &Server, numbers: &mut Numbers, plan: &Plan) -> String {
    let mut writer = [Phone::of(server, READER)];
    let (mut pulls, mut reads, mut held, mut indexed) = (Vec::new(), Vec::new(), 0, None);
    for &cases in &plan.cases {
        push::fill(server, &mut writer, numbers, cases - held);
        held = cases;
        indexed = index::wait(server).map(|took| (cases, took));
        if cases <= MOST_PULLED {
            pulls.push(pull::run(server, &Phone::of(server, READER), server.directory()));
        }
        reads.push((cases, read::run(server, READER)));
        eprintln!("{name}: {:?} {indexed:?} {:?}", pulls.last(), reads.last());
    }
    format!("{}\n{}\n{}", report::pulls(&pulls), report::reads(&reads), report::indexed(indexed))
}

/// Looks at cases while phones push.
fn looking(name: &str, server: &Server, plan: &Plan) -> String {
    let mut numbers = Numbers::default();
    push::fill(server, &mut [Phone::of(server, READER)], &mut numbers, look::CASES);
    index::wait(server);
    let beside = look::run(server, (READER, OFFICERS[0]), &mut numbers, plan.changes);
    eprintln!("{name}: {beside:?}");
    format!("{}\n", report::looks(&beside))
}

/// How long a start takes until it is ready, and how large the binary is; Markdown.
fn start(server: &Server) -> String {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            server.kill();
            let started = Instant::now();
            server.start_again();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let bytes = std::fs::metadata(crate::server::binary()).unwrap().len();
    let megabytes = f64::from(u32::try_from(bytes).unwrap()) / 1e6;
    format!(
        "Start after a kill until ready: {:.0} ms (median of 5). The binary: {megabytes:.1} MB.\n\n",
        times[2].as_secs_f64() * 1000.0
    )
}
