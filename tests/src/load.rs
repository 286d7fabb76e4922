//! First numbers: what the real release binary does on this machine, beside what the machine could do at most.
//!
//! Promise: everything runs on this machine and ends by itself; each figure comes with the limits it stands against,
//! taken in the same run, so that the ratio says something where the figure does not. Not a benchmark of parts.

pub mod feed;
pub mod limit;
pub mod process;
pub mod pull;
pub mod push;
pub mod read;
pub mod record;
pub mod report;
pub mod wire;

use std::time::{Duration, Instant};

use push::{Into, Pushes, Shape};
use report::Limits;

use crate::{Phone, Server};

/// Officers with a valid certificate; phones are spread over them.
const OFFICERS: [&str; 2] = ["officer-a", "officer-b"];
/// Whose cases are pulled and listed.
const READER: &str = "unit-head";
/// Most phones of a shape.
const PHONES: usize = 32;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Changes of a shape with batches of 100; the others get fewer.
    pub changes: usize,
    /// Numbers of cases at which pulls, lists and searches are measured; the last one is also pulled.
    pub cases: [usize; 2],
    /// Only one shape, for a profiler.
    pub only: Option<(usize, usize)>,
    /// Only the pushes.
    pub pushes_only: bool,
}

/// Measures over one database; Markdown.
pub fn over(name: &str, server: &Server, address: Option<&str>, plan: &Plan) -> String {
    let mut phones: Vec<Phone<'_>> =
        (0..PHONES).map(|place| Phone::of(server, OFFICERS[place % OFFICERS.len()])).collect();
    let mut numbers = 0;
    let opening = push::opening(&phones[0], 0);
    let sample = phones[0].save(None, &[], opening).to_bytes();
    (phones[0].seq, phones[0].prev) = (0, None);
    let limits = limits(server, address, &sample);
    let mut text = format!("## {name}\n\n{}\n", report::limits(&limits, sample.len()));
    let measured: Vec<Pushes> = shapes(plan)
        .into_iter()
        .map(|shape| {
            let pushes = push::run(server, &mut phones, &mut numbers, shape);
            eprintln!("{name}: {pushes:?}");
            pushes
        })
        .collect();
    text.push_str(&report::pushes(&measured, &limits));
    text.push('\n');
    if !plan.pushes_only {
        text += &reading(name, server, &mut numbers, plan);
    }
    let (now, most) = process::memory(server.pid());
    text + &format!("Resident memory at the end {now:.0} MiB, at most {most:.0} MiB.\n\n")
}

fn limits(server: &Server, address: Option<&str>, sample: &[u8]) -> Limits {
    Limits {
        signatures: limit::signatures(&sample[..400]),
        rows: match address {
            Some(address) => limit::postgres_rows(address, sample),
            None => limit::sqlite_rows(server.directory(), sample),
        },
        requests: limit::bare_route(),
    }
}

fn shapes(plan: &Plan) -> Vec<Shape> {
    let own = |(devices, batch)| {
        let changes = match batch {
            1 => plan.changes / 4,
            2..=25 => plan.changes / 2,
            _ => plan.changes,
        };
        Shape { devices, batch, changes, into: Into::OwnCase }
    };
    if let Some(only) = plan.only {
        return vec![own(only)];
    }
    let batches = [1, 25, 100].map(|batch| [1, 8, 32].map(|devices| own((devices, batch))));
    let one_case = |batch| Shape { devices: 1, batch, changes: 100, into: Into::OneCase };
    batches.into_iter().flatten().chain([one_case(1), one_case(25)]).collect()
}

/// Pulls, lists and searches, at each number of cases.
fn reading(name: &str, server: &Server, numbers: &mut u64, plan: &Plan) -> String {
    let mut writer = [Phone::of(server, READER)];
    let (mut pulls, mut reads, mut held) = (Vec::new(), Vec::new(), 0);
    for cases in plan.cases {
        let shape = Shape { devices: 1, batch: 100, changes: cases - held, into: Into::OwnCase };
        push::run(server, &mut writer, numbers, shape);
        held = cases;
        pulls.push(pull::run(server, &Phone::of(server, READER), server.directory()));
        reads.push((cases, read::run(server, READER)));
        eprintln!("{name}: {:?} {:?}", pulls.last(), reads.last());
    }
    format!("{}\n{}\n", report::pulls(&pulls), report::reads(&reads))
}

/// How long a start takes until it is ready, and how large the binary is; Markdown.
pub fn start(server: &Server) -> String {
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
    let (memory, _) = process::memory(server.pid());
    format!(
        "Start after a kill until ready: {:.0} ms (median of 5). The binary: {megabytes:.1} MB. Resident when idle: \
         {memory:.0} MiB.\n\n",
        times[2].as_secs_f64() * 1000.0
    )
}
