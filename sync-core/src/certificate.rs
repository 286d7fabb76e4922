//! The status of an enforcement certificate (行政执法证) at an instant.
//!
//! Promise: [`History::at`] is the only function that computes it; phone, rules, leases, admission and pages use it.
//! The status is computed from the history at the time of the act, never from a flag of the current state. If periods
//! overlap, the later entry wins: a suspension entered while the certificate was valid suspends it.

use crate::code::codes;
use crate::time::{Date, Instant};
use std::collections::BTreeSet;

codes! {
    /// The status that an entry of a certificate's history states.
    pub enum CertificateStatus {
        /// 有效.
        Valid = "valid",
        /// 暂扣.
        Suspended = "suspended",
        /// 注销.
        Cancelled = "cancelled",
        /// 吊销.
        Revoked = "revoked",
        /// 挂失.
        Lost = "lost",
        /// 过期.
        Expired = "expired",
    }
}

codes! {
    /// The status of a certificate at an instant.
    pub enum CertificateState {
        /// 有效.
        Valid = "valid",
        /// 暂扣.
        Suspended = "suspended",
        /// 注销.
        Cancelled = "cancelled",
        /// 吊销.
        Revoked = "revoked",
        /// 挂失.
        Lost = "lost",
        /// 过期.
        Expired = "expired",
        /// No entry covers the instant: the certificate is not in force yet.
        NotInForce = "none",
    }
}

codes! {
    /// What the issuing organ decided about a certificate.
    pub enum CertificateAct {
        /// 暂扣.
        Suspend = "suspend",
        /// 恢复: after a suspension, a report of loss, or a decision that was overturned.
        Restore = "restore",
        /// 吊销.
        Revoke = "revoke",
        /// 注销.
        Cancel = "cancel",
        /// 挂失.
        ReportLost = "report_lost",
        /// 延续: another last day.
        Renew = "renew",
    }
}

impl CertificateAct {
    /// The status that it brings.
    pub const fn status(self) -> CertificateStatus {
        match self {
            Self::Suspend => CertificateStatus::Suspended,
            Self::Restore | Self::Renew => CertificateStatus::Valid,
            Self::Revoke => CertificateStatus::Revoked,
            Self::Cancel => CertificateStatus::Cancelled,
            Self::ReportLost => CertificateStatus::Lost,
        }
    }
}

impl From<CertificateStatus> for CertificateState {
    fn from(status: CertificateStatus) -> Self {
        match status {
            CertificateStatus::Valid => Self::Valid,
            CertificateStatus::Suspended => Self::Suspended,
            CertificateStatus::Cancelled => Self::Cancelled,
            CertificateStatus::Revoked => Self::Revoked,
            CertificateStatus::Lost => Self::Lost,
            CertificateStatus::Expired => Self::Expired,
        }
    }
}

/// A span in which a certificate had one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The status.
    pub status: CertificateStatus,
    /// Start of the span, included.
    pub from: Instant,
    /// End of the span, not included. `None` if it has no known end.
    pub until: Option<Instant>,
}

/// One certificate with its history.
///
/// ```
/// use sync_core::certificate::{CertificateState, CertificateStatus, History, Span};
/// use sync_core::time::{Date, Instant};
///
/// let from = Instant::start_of(Date::constant(2024, 3, 1));
/// let history = History::new("2027-02-28", vec![Span { status: CertificateStatus::Valid, from, until: None }]);
/// let after = Instant::start_of(Date::constant(2027, 3, 1));
/// assert_eq!(history.at(after.plus_ms(-1)), CertificateState::Valid, "through its last day");
/// assert_eq!(history.at(after), CertificateState::Expired);
/// assert_eq!(history.at(from.plus_ms(-1)), CertificateState::NotInForce);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The first instant after the last day printed on it. `None` if that day is not known.
    pub ends: Option<Instant>,
    /// Its history, in the order in which the entries were made.
    pub spans: Vec<Span>,
}

impl History {
    /// The history of a certificate whose last day is `valid_until` (`YYYY-MM-DD`).
    pub fn new(valid_until: &str, spans: Vec<Span>) -> Self {
        Self { ends: Some(last_instant(valid_until)), spans }
    }

    /// The status at `at`. The certificate is valid through its printed last day; afterwards it is expired.
    pub fn at(&self, at: Instant) -> CertificateState {
        if self.ends.is_some_and(|ends| at >= ends) {
            return CertificateState::Expired;
        }
        let holds = |span: &&Span| span.from <= at && span.until.is_none_or(|until| at < until);
        self.spans.iter().rev().find(holds).map_or(CertificateState::NotInForce, |span| span.status.into())
    }

    /// The spans in which it is valid, in order. Adjacent spans are merged; the ends are not included.
    pub fn valid(&self) -> Vec<(Instant, Instant)> {
        let turns = self.spans.iter().flat_map(|span| [Some(span.from), span.until]).flatten().chain(self.ends);
        let turns: BTreeSet<Instant> = turns.chain([END]).collect();
        let mut valid: Vec<(Instant, Instant)> = Vec::new();
        for (from, until) in turns.iter().zip(turns.iter().skip(1)) {
            if self.at(*from) != CertificateState::Valid {
                continue;
            }
            match valid.last_mut().filter(|(_, end)| end == from) {
                Some((_, end)) => *end = *until,
                None => valid.push((*from, *until)),
            }
        }
        valid
    }

    /// Whether an entry of the history begins at or before `at`.
    pub fn began(&self, at: Instant) -> bool {
        self.spans.iter().any(|span| span.from <= at)
    }
}

/// The end of a span without an end.
const END: Instant = Instant::from_ms(i64::MAX);

/// The first instant after the last day of a certificate. An unreadable date counts as long past.
pub fn last_instant(valid_until: &str) -> Instant {
    let last = valid_until.parse::<Date>().ok();
    last.and_then(|day| day.tomorrow().ok()).map_or(Instant::from_ms(i64::MIN), Instant::start_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(status: CertificateStatus, from: i64, until: Option<i64>) -> Span {
        Span { status, from: Instant::from_ms(from), until: until.map(Instant::from_ms) }
    }

    fn at(history: &History, ms: i64) -> CertificateState {
        history.at(Instant::from_ms(ms))
    }

    #[test]
    fn a_suspension_that_was_entered_while_the_certificate_stood_as_valid_suspends_it() {
        let spans = vec![span(CertificateStatus::Valid, 10, None), span(CertificateStatus::Suspended, 20, Some(30))];
        let history = History { ends: None, spans };
        let states = [9, 10, 19, 20, 29, 30].map(|ms| at(&history, ms));
        let [none, valid, suspended] =
            [CertificateState::NotInForce, CertificateState::Valid, CertificateState::Suspended];
        assert_eq!(states, [none, valid, valid, suspended, suspended, valid]);
        let ms = |(from, until): (Instant, Instant)| (from.ms(), until.ms());
        assert_eq!(history.valid().into_iter().map(ms).collect::<Vec<_>>(), [(10, 20), (30, i64::MAX)]);
    }

    #[test]
    fn the_last_day_printed_on_a_certificate_counts_and_the_next_does_not() {
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        let history = History::new("2026-11-23", vec![span(CertificateStatus::Valid, 0, None)]);
        assert_eq!(history.at(midnight.plus_ms(-1)), CertificateState::Valid);
        assert_eq!(history.at(midnight), CertificateState::Expired);
        assert_eq!(history.valid(), [(Instant::from_ms(0), midnight)]);
        let unreadable = History::new("some day", vec![span(CertificateStatus::Valid, 0, None)]);
        assert_eq!((at(&unreadable, 1), unreadable.valid()), (CertificateState::Expired, vec![]));
    }

    #[test]
    fn spans_that_touch_are_one() {
        let spans = vec![span(CertificateStatus::Valid, 10, Some(20)), span(CertificateStatus::Valid, 20, Some(30))];
        let history = History { ends: None, spans };
        assert_eq!(history.valid(), [(Instant::from_ms(10), Instant::from_ms(30))]);
        assert_eq!([29, 30].map(|ms| at(&history, ms)), [CertificateState::Valid, CertificateState::NotInForce]);
    }
}
