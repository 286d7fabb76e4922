//! Figures as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use super::pull::Pull;
use super::push::{Into, Pushes};
use super::read::Read;

/// The limits of the machine, per second.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// ES256 signatures checked on one core.
    pub signatures: f64,
    /// Rows of a change's bytes made durable, 500 per commit.
    pub rows: f64,
    /// Requests that a bare route answers.
    pub requests: f64,
}

impl Limits {
    /// The one that a stored change meets first.
    pub const fn tighter(&self) -> f64 {
        self.signatures.min(self.rows)
    }
}

fn ms(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}

/// The limits, as a table.
pub fn limits(limits: &Limits, bytes: usize) -> String {
    let Limits { signatures, rows, requests } = limits;
    format!(
        "| limit of the machine in the same run | per second |\n|---|---:|\n\
         | ES256 signatures checked on one core | {signatures:.0} |\n\
         | rows of {bytes} bytes (a change as it travels) made durable, 500 per commit | {rows:.0} |\n\
         | requests answered by a bare route, 32 connections | {requests:.0} |\n"
    )
}

/// Pushes, as a table.
pub fn pushes(all: &[Pushes], limits: &Limits) -> String {
    let mut table = "| cases | phones | changes per push | changes/s | of the tighter limit | p50 ms | p99 ms | \
                     CPU s per 1,000 | resident MiB |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Pushes { shape, rate, p50, p99, cpu, memory } in all {
        let into = match shape.into {
            Into::OwnCase => "one each",
            Into::OneCase => "one per phone",
        };
        let (devices, batch, ratio) = (shape.devices, shape.batch, rate / limits.tighter());
        let (p50, p99) = (ms(*p50), ms(*p99));
        let _ = writeln!(
            table,
            "| {into} | {devices} | {batch} | {rate:.0} | {ratio:.2} | {p50} | {p99} | {cpu:.2} | {memory:.0} |"
        );
    }
    table
}

/// Pulls, as a table.
pub fn pulls(all: &[Pull]) -> String {
    let mut table = "| cases | MB on the wire | received s | signatures checked s | checked and stored s |\n\
                     |---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Pull { changes, bytes, received, verified, stored } in all {
        let megabytes = f64::from(u32::try_from(*bytes).unwrap_or(u32::MAX)) / 1e6;
        let [received, verified, stored] = [received, verified, stored].map(Duration::as_secs_f64);
        let _ = writeln!(table, "| {changes} | {megabytes:.1} | {received:.2} | {verified:.2} | {stored:.2} |");
    }
    table
}

/// Reads, as a table.
pub fn reads(all: &[(usize, Vec<Read>)]) -> String {
    let mut table =
        "| cases held | what | per second | p50 ms | p99 ms | bytes |\n|---:|---|---:|---:|---:|---:|\n".to_owned();
    for (cases, reads) in all {
        for Read { what, rate, p50, p99, bytes } in reads {
            let (p50, p99) = (ms(*p50), ms(*p99));
            let _ = writeln!(table, "| {cases} | {what} | {rate:.0} | {p50} | {p99} | {bytes} |");
        }
    }
    table
}
