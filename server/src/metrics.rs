//! Metrics of this process, in the text format of Prometheus.
//!
//! Promise: no personal data: labels are route patterns, statuses, classes and outcomes, all from closed sets, so a
//! client cannot create new series. Counting never fails and blocks on nothing but a short lock. Not here: the listener
//! (`serve::metrics_server`).

use std::sync::LazyLock;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// The media type of [`text`].
pub use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Upper bounds of latencies, in seconds.
const LATENCIES: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Upper bounds of the number of changes in one commit.
const SIZES: [f64; 7] = [1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 256.0];

static COUNTED: LazyLock<Counted> = LazyLock::new(Counted::new);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Class {
    class: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

struct Counted {
    requests: Family<Request, Counter>,
    latencies: Family<Route, Histogram, fn() -> Histogram>,
    group_sizes: Histogram,
    commits: Histogram,
    failed_commits: Counter,
    changes: Family<Class, Counter>,
    sign_ins: Family<Outcome, Counter>,
}

impl Counted {
    fn new() -> Self {
        Self {
            requests: Family::default(),
            latencies: Family::new_with_constructor(|| Histogram::new(LATENCIES)),
            group_sizes: Histogram::new(SIZES),
            commits: Histogram::new(LATENCIES),
            failed_commits: Counter::default(),
            changes: Family::default(),
            sign_ins: Family::default(),
        }
    }

    fn register(&self, to: &mut Registry) {
        to.register("palm_requests", "Requests answered, by route and status", self.requests.clone());
        to.register("palm_request_seconds", "Time until the answer began", self.latencies.clone());
        to.register("palm_ingest_group_changes", "Changes in one commit", self.group_sizes.clone());
        to.register("palm_ingest_commit_seconds", "Time that one commit took", self.commits.clone());
        let help = "Commits that failed; they were run again";
        to.register("palm_ingest_failed_commits", help, self.failed_commits.clone());
        let help = "Changes that phones pushed, by outcome";
        to.register("palm_changes", help, self.changes.clone());
        to.register("palm_sign_ins", "Attempts to sign in with a password", self.sign_ins.clone());
    }
}

/// The label of a method: its name, or `other`, because clients can send any name.
pub fn method(name: &str) -> &'static str {
    METHODS.into_iter().find(|known| *known == name).unwrap_or("other")
}

/// Counts an answered request. `route` is a pattern, never a path.
pub fn answered(method: &'static str, route: &str, status: u16, elapsed: Duration) {
    let route = route.to_owned();
    COUNTED.latencies.get_or_create(&Route { route: route.clone() }).observe(elapsed.as_secs_f64());
    COUNTED.requests.get_or_create(&Request { method, route, status }).inc();
}

/// Counts a committed group of changes.
pub fn committed(changes: usize, elapsed: Duration, worked: bool) {
    COUNTED.group_sizes.observe(u32::try_from(changes).unwrap_or(u32::MAX).into());
    COUNTED.commits.observe(elapsed.as_secs_f64());
    COUNTED.failed_commits.inc_by(u64::from(!worked));
}

/// Counts a pushed change by its class.
pub fn outcome(class: &'static str) {
    COUNTED.changes.get_or_create(&Class { class }).inc();
}

/// Counts an attempt to sign in with a password.
pub fn sign_in(outcome: &'static str) {
    COUNTED.sign_ins.get_or_create(&Outcome { outcome }).inc();
}

/// All metrics, in the format of [`CONTENT_TYPE`]. `connections`: database connections in total and idle. `outbox`:
/// open rows and age of the oldest in seconds, if the database answers.
pub fn text(connections: (u32, u32), outbox: Option<(i64, i64)>) -> String {
    let mut registry = Registry::default();
    registry.register("palm", "The version of this program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    COUNTED.register(&mut registry);
    let (all, idle) = connections;
    let by_state: Family<State, Gauge> = Family::default();
    for (state, number) in [("busy", all.saturating_sub(idle)), ("idle", idle)] {
        by_state.get_or_create(&State { state }).set(number.into());
    }
    registry.register("palm_database_connections", "Connections to the database", by_state);
    if let Some((open, oldest)) = outbox {
        gauge(&mut registry, "palm_outbox_open", "Open rows of the outbox, of all processes", open);
        let help = "Age of the oldest open row";
        gauge(&mut registry, "palm_outbox_oldest_seconds", help, oldest);
    }
    process(&mut registry);
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &registry) {
        tracing::error!(%error, "the metrics could not be written");
    }
    text
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

/// Process metrics on Linux; nothing elsewhere.
fn process(registry: &mut Registry) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok());
    if let Some(kilobytes) = kilobytes {
        gauge(registry, "process_resident_memory_bytes", "Resident memory", kilobytes.saturating_mul(1024));
    }
    let open = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
    if let Some(open) = open.ok().and_then(|open| i64::try_from(open).ok()) {
        gauge(registry, "process_open_fds", "Open files and sockets", open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_is_cumulative_and_in_seconds() {
        for micros in [900, 1_000, 1_001, 7_000, 60_000_000] {
            answered("GET", "/of-a-test", 200, Duration::from_micros(micros));
        }
        let text = text((0, 0), None);
        for line in [
            "# TYPE palm_request_seconds histogram",
            "palm_request_seconds_bucket{route=\"/of-a-test\",le=\"0.001\"} 2",
            "palm_request_seconds_bucket{route=\"/of-a-test\",le=\"0.005\"} 3",
            "palm_request_seconds_bucket{route=\"/of-a-test\",le=\"0.01\"} 4",
            "palm_request_seconds_bucket{route=\"/of-a-test\",le=\"30\"} 4",
            "palm_request_seconds_bucket{route=\"/of-a-test\",le=\"+Inf\"} 5",
            "palm_request_seconds_count{route=\"/of-a-test\"} 5",
            "palm_requests_total{method=\"GET\",route=\"/of-a-test\",status=\"200\"} 5",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
        }
        let sum = text.lines().find_map(|line| line.strip_prefix("palm_request_seconds_sum{route=\"/of-a-test\"} "));
        let sum: f64 = sum.unwrap().parse().unwrap();
        assert!((sum - 60.009_901).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn a_client_makes_no_new_series() {
        answered(method("BREW"), "unmatched", 404, Duration::ZERO);
        let text = text((3, 2), Some((7, 61)));
        assert!(text.contains("palm_outbox_open 7\n") && text.contains("palm_outbox_oldest_seconds 61\n"), "{text}");
        assert!(text.contains("method=\"other\"") && !text.contains("BREW"), "{text}");
        assert!(text.contains("palm_database_connections{state=\"busy\"} 1\n"), "{text}");
        assert!(text.contains(concat!("palm_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1\n")), "{text}");
    }

    #[test]
    fn each_metric_has_its_name_and_is_described_and_labels_are_escaped() {
        answered("GET", "/of-a-test/\"\\\n", 200, Duration::ZERO);
        committed(1, Duration::ZERO, false);
        outcome("accepted");
        sign_in("right");
        let text = text((1, 1), Some((0, 0)));
        assert!(text.contains("route=\"/of-a-test/\\\"\\\\\\n\""), "{text}");
        let described = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        let mut described: Vec<&str> = described.collect();
        described.sort_unstable();
        let expected = [
            "palm_changes_total counter",
            "palm_database_connections gauge",
            "palm_info gauge",
            "palm_ingest_commit_seconds histogram",
            "palm_ingest_failed_commits_total counter",
            "palm_ingest_group_changes histogram",
            "palm_outbox_oldest_seconds gauge",
            "palm_outbox_open gauge",
            "palm_request_seconds histogram",
            "palm_requests_total counter",
            "palm_sign_ins_total counter",
            "process_open_fds gauge",
            "process_resident_memory_bytes gauge",
        ];
        assert_eq!(described, expected);
    }
}
