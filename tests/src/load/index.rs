//! Waits until the server has indexed everything: the search finds indexed cases only.

use std::time::{Duration, Instant};

use crate::Server;

/// The metric of recorded work that is not done yet.
const OPEN: &str = "palm_outbox_open";
/// Timeout for any measured number of cases.
const TIMEOUT: Duration = Duration::from_hours(1);

/// Waits until no work is open and returns the time. Does not wait if the server does not report the metric.
pub fn wait(server: &Server) -> Option<Duration> {
    let started = Instant::now();
    loop {
        match open(&server.metrics())? {
            0 => return Some(started.elapsed()),
            left => assert!(started.elapsed() < TIMEOUT, "{left} still open"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Open rows of all kinds.
fn open(metrics: &str) -> Option<u64> {
    let value = |line: &str| -> Option<u64> {
        let rest = line.strip_prefix(OPEN)?;
        let named = rest.starts_with([' ', '{']);
        if named { rest.rsplit_once(' ')?.1.parse().ok() } else { None }
    };
    metrics.lines().filter_map(value).reduce(|one, other| one + other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_work_is_read_out_of_the_metrics() {
        let head = "# HELP palm_outbox_open Work.\n# TYPE palm_outbox_open gauge\n";
        assert_eq!(open(&format!("{head}palm_outbox_open 7\npalm_outbox_open_seconds 3\n")), Some(7));
        let kinds = "palm_outbox_open{kind=\"search\"} 7\npalm_outbox_open{kind=\"other\"} 1\n";
        assert_eq!(open(&format!("{head}{kinds}")), Some(8));
        assert_eq!(open("palm_info{version=\"1\"} 1\n"), None);
    }
}
