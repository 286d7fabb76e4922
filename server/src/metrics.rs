//! Metrics of this process, in the text format of Prometheus.
//!
//! Promise: no personal data: labels are route patterns, statuses, classes and outcomes, all from closed sets, so a
//! client cannot create new series. Counting never fails and blocks on nothing but a short lock. Not here: the listener
//! (`serve::metrics_server`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Upper bounds of latencies, in microseconds.
const LATENCIES: [u64; 10] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000];
/// Upper bounds of the number of changes in one commit.
const SIZES: [u64; 7] = [1, 5, 10, 25, 50, 100, 256];

static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Counted {
    requests: BTreeMap<(&'static str, String, u16), u64>,
    latencies: BTreeMap<String, Histogram>,
    group_sizes: Histogram,
    commits: Histogram,
    failed_commits: u64,
    changes: BTreeMap<&'static str, u64>,
    sign_ins: BTreeMap<&'static str, u64>,
}

#[derive(Default)]
struct Histogram {
    /// One for each bound, not cumulative.
    counts: Vec<u64>,
    above: u64,
    sum: u64,
}

impl Histogram {
    fn add(&mut self, bounds: &[u64], value: u64) {
        self.counts.resize(bounds.len(), 0);
        let place = bounds.iter().position(|bound| value <= *bound);
        match place.and_then(|place| self.counts.get_mut(place)) {
            Some(count) => *count += 1,
            None => self.above += 1,
        }
        self.sum += value;
    }

    /// `shown` writes a bound or the sum: as it is, or microseconds as seconds.
    fn write(&self, text: &mut String, name: &str, labels: &str, bounds: &[u64], shown: fn(u64) -> String) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut total = 0;
        for (place, bound) in bounds.iter().enumerate() {
            total += self.counts.get(place).copied().unwrap_or_default();
            line(text, &format!("{name}_bucket{{{labels}{comma}le=\"{}\"}} {total}", shown(*bound)));
        }
        total += self.above;
        line(text, &format!("{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {total}"));
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        line(text, &format!("{name}_sum{labels} {}", shown(self.sum)));
        line(text, &format!("{name}_count{labels} {total}"));
    }
}

fn line(text: &mut String, what: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{what}");
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

fn count(what: impl FnOnce(&mut Counted)) {
    // A panic while counting leaves a count short; that is no reason to stop counting.
    what(&mut COUNTED.lock().unwrap_or_else(PoisonError::into_inner));
}

/// A method by its name, or `other`: a client can make up as many as it likes.
pub fn method(name: &str) -> &'static str {
    METHODS.into_iter().find(|known| *known == name).unwrap_or("other")
}

/// A request was answered. `route` is a pattern, never a path.
pub fn answered(method: &'static str, route: &str, status: u16, elapsed: Duration) {
    count(|counted| {
        *counted.requests.entry((method, route.to_owned(), status)).or_default() += 1;
        counted.latencies.entry(route.to_owned()).or_default().add(&LATENCIES, micros(elapsed));
    });
}

/// One transaction took a group of so many changes.
pub fn committed(changes: usize, elapsed: Duration, worked: bool) {
    count(|counted| {
        counted.group_sizes.add(&SIZES, u64::try_from(changes).unwrap_or(u64::MAX));
        counted.commits.add(&LATENCIES, micros(elapsed));
        counted.failed_commits += u64::from(!worked);
    });
}

/// What became of a change that a phone brought: the code of its class.
pub fn outcome(class: &'static str) {
    count(|counted| *counted.changes.entry(class).or_default() += 1);
}

/// How an attempt to sign in with a password ended.
pub fn sign_in(outcome: &'static str) {
    count(|counted| *counted.sign_ins.entry(outcome).or_default() += 1);
}

/// Everything, in Prometheus' text format 0.0.4. `connections`: those to the database, and how many are idle.
/// `outbox`: its open rows and the age of the oldest in seconds, where the database says so.
pub fn text(connections: (u32, u32), outbox: Option<(i64, i64)>) -> String {
    let mut text = String::new();
    head(&mut text, "palm_info", "gauge", "The version of this program.");
    line(&mut text, &format!("palm_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION")));
    count(|counted| counted.write(&mut text));
    head(&mut text, "palm_database_connections", "gauge", "Connections to the database.");
    let (all, idle) = connections;
    line(&mut text, &format!("palm_database_connections{{state=\"busy\"}} {}", all.saturating_sub(idle)));
    line(&mut text, &format!("palm_database_connections{{state=\"idle\"}} {idle}"));
    if let Some((open, oldest)) = outbox {
        head(&mut text, "palm_outbox_open", "gauge", "Effects that are still to follow, of all processes.");
        line(&mut text, &format!("palm_outbox_open {open}"));
        head(&mut text, "palm_outbox_oldest_seconds", "gauge", "For how long the oldest of them has been waiting.");
        line(&mut text, &format!("palm_outbox_oldest_seconds {oldest}"));
    }
    process(&mut text);
    text
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, &format!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

impl Counted {
    fn write(&self, text: &mut String) {
        head(text, "palm_requests_total", "counter", "Requests answered, by route and status.");
        for ((method, route, status), number) in &self.requests {
            line(
                text,
                &format!("palm_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {number}"),
            );
        }
        head(text, "palm_request_seconds", "histogram", "Time until the answer began.");
        for (route, histogram) in &self.latencies {
            histogram.write(text, "palm_request_seconds", &format!("route=\"{route}\""), &LATENCIES, seconds);
        }
        head(text, "palm_ingest_group_changes", "histogram", "Changes in one commit.");
        self.group_sizes.write(text, "palm_ingest_group_changes", "", &SIZES, |size| size.to_string());
        head(text, "palm_ingest_commit_seconds", "histogram", "Time that one commit took.");
        self.commits.write(text, "palm_ingest_commit_seconds", "", &LATENCIES, seconds);
        head(text, "palm_ingest_failed_commits_total", "counter", "Commits that failed; they were run again.");
        line(text, &format!("palm_ingest_failed_commits_total {}", self.failed_commits));
        head(text, "palm_changes_total", "counter", "Changes that phones brought, by what became of them.");
        for (class, number) in &self.changes {
            line(text, &format!("palm_changes_total{{class=\"{class}\"}} {number}"));
        }
        head(text, "palm_sign_ins_total", "counter", "Attempts to sign in with a password.");
        for (outcome, number) in &self.sign_ins {
            line(text, &format!("palm_sign_ins_total{{outcome=\"{outcome}\"}} {number}"));
        }
    }
}

/// What Linux says of this process; nothing elsewhere.
fn process(text: &mut String) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    if let Some(kilobytes) = kilobytes {
        head(text, "process_resident_memory_bytes", "gauge", "Resident memory.");
        line(text, &format!("process_resident_memory_bytes {}", kilobytes * 1024));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        head(text, "process_open_fds", "gauge", "Open files and sockets.");
        line(text, &format!("process_open_fds {}", open.count()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_cumulative_and_in_seconds() {
        let mut histogram = Histogram::default();
        for value in [900, 1_000, 7_000, 60_000_000] {
            histogram.add(&LATENCIES, value);
        }
        let mut text = String::new();
        histogram.write(&mut text, "t", "route=\"/x\"", &LATENCIES, seconds);
        assert!(text.contains("t_bucket{route=\"/x\",le=\"0.001000\"} 2\n"), "{text}");
        assert!(text.contains("t_bucket{route=\"/x\",le=\"0.010000\"} 3\n"), "{text}");
        assert!(text.contains("t_bucket{route=\"/x\",le=\"+Inf\"} 4\n"), "{text}");
        assert!(text.contains("t_sum{route=\"/x\"} 60.008900\n"), "{text}");
    }

    #[test]
    fn a_client_makes_no_new_series() {
        answered(method("BREW"), "unmatched", 404, Duration::ZERO);
        let text = text((3, 2), Some((7, 61)));
        assert!(text.contains("palm_outbox_open 7\n") && text.contains("palm_outbox_oldest_seconds 61\n"), "{text}");
        assert!(text.contains("method=\"other\"") && !text.contains("BREW"), "{text}");
        assert!(text.contains("palm_database_connections{state=\"busy\"} 1\n"), "{text}");
    }
}
