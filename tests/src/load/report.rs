//! Figures as Markdown, and their place in the page.

use std::fmt::Write as _;
use std::time::Duration;

use super::flat::Mark;
use super::limit::Limits;
use super::look::{self, Beside};
use super::pull::Pull;
use super::push::{Into, Pushes};
use super::read::{Answers, Read};

/// Start marker of the figures in the page.
const BEGIN: &str = "<!-- measured: begin -->";
/// End marker.
const END: &str = "<!-- measured: end -->";

/// The page with its figures replaced; the prose stays. None without markers.
pub fn replaced(page: &str, measured: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", measured.trim()))
}

/// Pushes, and the limits right before and after them.
#[derive(Debug, Clone)]
pub struct Group {
    /// Before and after.
    pub limits: [Limits; 2],
    /// The measurements between them.
    pub pushes: Vec<Pushes>,
}

fn ms(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}

/// The limits, as a table: one row per measurement, in order.
pub fn limits(groups: &[Group], bytes: usize) -> String {
    let tried = || groups.first().map(|group| &group.limits[0]).into_iter().chain(groups.iter().map(|g| &g.limits[1]));
    let line = |what: &str, of: fn(&Limits) -> f64| {
        let figures: Vec<String> = tried().map(|limits| format!("{:.0}", of(limits))).collect();
        format!("| {what} | {} |\n", figures.join(" | "))
    };
    let names: Vec<String> = (1..=groups.len()).map(|group| format!("after group {group}")).collect();
    let (names, rule) = (names.join(" | "), "---:|".repeat(tried().count()));
    let mut table = format!("| limit of the machine, per second | before | {names} |\n|---|{rule}\n");
    table += &line("ES256 signatures checked on one core", |limits| limits.signatures);
    let rows = format!("rows of {bytes} bytes (a change as it travels) made durable, 500 per commit");
    table += &line(&rows, |limits| limits.rows);
    table + &line("requests answered by a bare route, 32 connections", |limits| limits.requests)
}

/// Pushes, as a table.
pub fn pushes(groups: &[Group]) -> String {
    let mut table = "| cases | phones | changes per push | changes/s | of the tighter limit | p50 ms | p99 ms | \
                     CPU s per 1,000 | resident MiB at most |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for group in groups {
        let limit = Limits::mean(&group.limits).tighter();
        for Pushes { shape, rate, p50, p99, cpu, memory } in &group.pushes {
            let into = match shape.into {
                Into::OwnCase => "one each",
                Into::OneCase => "one per phone",
            };
            let (devices, batch, ratio) = (shape.devices, shape.batch, rate / limit);
            let (p50, p99) = (ms(*p50), ms(*p99));
            let _ = writeln!(
                table,
                "| {into} | {devices} | {batch} | {rate:.0} | {ratio:.2} | {p50} | {p99} | {cpu:.2} | {memory:.0} |"
            );
        }
    }
    table
}

/// The cost of a change as the database fills, as a table.
pub fn flat(marks: &[Mark]) -> String {
    let mut table = "| changes held | changes per push | changes/s | tighter limit before, after | of their mean | \
                     p50 ms | p99 ms | CPU s per 1,000 | and to index them | resident MiB at most |\n\
                     |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Mark { held, limits, pushes, index } in marks {
        let index = index.map_or_else(String::new, |index| format!("{index:.2}"));
        let [before, after] = limits.map(|limits| limits.tighter());
        let mean = Limits::mean(limits).tighter();
        for Pushes { shape, rate, p50, p99, cpu, memory } in pushes {
            let (batch, ratio, p50, p99) = (shape.batch, rate / mean, ms(*p50), ms(*p99));
            let _ = writeln!(
                table,
                "| {held} | {batch} | {rate:.0} | {before:.0}, {after:.0} | {ratio:.2} | {p50} | {p99} | {cpu:.2} | \
                 {index} | {memory:.0} |"
            );
        }
    }
    table
}

/// Resident memory in MiB, as a sentence.
pub fn memory(idle: f64, end: f64) -> String {
    format!("Resident memory: {idle:.0} MiB when idle after the start, {end:.0} MiB at the end of all this.\n\n")
}

/// How long the search index took to catch up, if the server reports it.
pub fn indexed(indexed: Option<(usize, Duration)>) -> String {
    let Some((cases, took)) = indexed else { return String::new() };
    format!("The search found all {cases} cases {:.1} s after the last was pushed.\n\n", took.as_secs_f64())
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
        for Read { what, answers: Answers { rate, p50, p99, bytes } } in reads {
            let (p50, p99) = (ms(*p50), ms(*p99));
            let _ = writeln!(table, "| {cases} | {what} | {rate:.0} | {p50} | {p99} | {bytes} |");
        }
    }
    table
}

/// Looks beside pushes, as a table.
pub fn looks(beside: &Beside) -> String {
    let mut table = format!(
        "Looks at one case after another of {} over one connection, and {} phones that push {} changes at a time:\n\n\
         | | per second | p50 ms | p99 ms |\n|---|---:|---:|---:|\n",
        look::CASES,
        beside.pushes.shape.devices,
        beside.pushes.shape.batch
    );
    let mut row = |what: &str, rate: f64, p50: Duration, p99: Duration| {
        let _ = writeln!(table, "| {what} | {rate:.0} | {} | {} |", ms(p50), ms(p99));
    };
    for (what, looks) in [("looks, nobody pushes", beside.looks_alone), ("looks during the pushes", beside.looks)] {
        row(what, looks.rate, looks.p50, looks.p99);
    }
    for (what, pushes) in [("changes, nobody looks", beside.pushes_alone), ("changes during the looks", beside.pushes)]
    {
        row(what, pushes.rate, pushes.p50, pushes.p99);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::push::Shape;
    use super::*;

    fn group() -> Group {
        let limits = |signatures| Limits { signatures, rows: 5_000.0, requests: 50_000.0 };
        let shape = Shape { devices: 8, batch: 100, changes: 800, into: Into::OwnCase };
        let (p50, p99) = (Duration::from_millis(2), Duration::from_micros(9_900));
        let pushes = vec![Pushes { shape, rate: 1_500.0, p50, p99, cpu: 0.25, memory: 61.4 }];
        Group { limits: [limits(2_000.0), limits(4_000.0)], pushes }
    }

    /// Every line of a table has as many columns as its head.
    fn is_a_table(text: &str) {
        let columns = |line: &str| line.matches('|').count();
        let head = columns(text.lines().next().unwrap());
        assert!(text.lines().count() > 2 && text.lines().all(|line| columns(line) == head), "{text}");
    }

    #[test]
    fn a_figure_stands_beside_the_mean_of_the_limits_around_it() {
        let table = pushes(&[group()]);
        assert!(table.contains("| one each | 8 | 100 | 1500 | 0.50 | 2.0 | 9.9 | 0.25 | 61 |"), "{table}");
        is_a_table(&table);
    }

    #[test]
    fn both_limits_are_shown() {
        let table = limits(&[group(), group()], 4_557);
        assert!(table.contains("| ES256 signatures checked on one core | 2000 | 4000 | 4000 |"), "{table}");
        is_a_table(&table);
        let Group { limits, pushes } = group();
        let table = flat(&[Mark { held: 10_000, limits, pushes, index: Some(0.125) }]);
        assert!(table.contains("| 10000 | 100 | 1500 | 2000, 4000 | 0.50 | 2.0 | 9.9 | 0.25 | 0.12 | 61 |"), "{table}");
        is_a_table(&table);
    }

    #[test]
    fn looks_and_pushes_stand_in_one_table() {
        let looks =
            |rate| Answers { rate, p50: Duration::from_micros(1_250), p99: Duration::from_millis(40), bytes: 0 };
        let pushes = group().pushes[0];
        let text =
            super::looks(&Beside { looks_alone: looks(800.0), looks: looks(200.0), pushes_alone: pushes, pushes });
        let (head, table) = text.split_once("\n\n").unwrap();
        assert_eq!(
            head,
            "Looks at one case after another of 2000 over one connection, and 8 phones that push 100 changes at a time:"
        );
        is_a_table(table);
        assert!(table.contains("| looks, nobody pushes | 800 | 1.2 | 40.0 |"), "{table}");
        assert!(table.contains("| looks during the pushes | 200 | 1.2 | 40.0 |"), "{table}");
        assert!(table.contains("| changes during the looks | 1500 | 2.0 | 9.9 |"), "{table}");
    }

    #[test]
    fn writing_replaces_the_figures_and_nothing_else() {
        let page = format!("# Prose\n\n{BEGIN}\n\nold\n\n{END}\n\nMore prose.\n");
        let once = replaced(&page, "\nnew\n\n").unwrap();
        assert_eq!(once, format!("# Prose\n\n{BEGIN}\n\nnew\n\n{END}\n\nMore prose.\n"));
        assert_eq!(replaced(&once, "new").unwrap(), once);
        assert_eq!(replaced("# Prose\n", "new"), None);
        assert_eq!(replaced(&format!("{END}{BEGIN}"), "new"), None);
    }

    #[test]
    fn the_page_says_where_its_figures_stand() {
        let page = std::fs::read_to_string(crate::server::sources().join("docs/PERFORMANCE.md")).unwrap();
        let marked = replaced(&page, "## SQLite").unwrap();
        assert_eq!(marked.matches(BEGIN).count() + marked.matches(END).count(), 2);
    }
}
