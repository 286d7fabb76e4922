//! The status of a mirrored certificate at an instant.

use sync_core::facts::{Span, last_instant};
use sync_core::time::Instant;

use crate::flow::refusal::Refusal;
use crate::store::{CertificateRow, IntervalRow};

/// What the intervals say of `now`: the interval that holds it, `expired` after the last day, `none` before the first.
pub fn status_at<'a>(certificate: &CertificateRow, history: &'a [IntervalRow], now: Instant) -> &'a str {
    if now >= ends(certificate) {
        return "expired";
    }
    let holds = |interval: &&IntervalRow| interval.from <= now && interval.until.is_none_or(|until| now < until);
    history.iter().rev().find(holds).map_or("none", |interval| interval.status.as_str())
}

/// The first instant after the last day; an unreadable date has ended long ago.
pub fn ends(certificate: &CertificateRow) -> Instant {
    last_instant(&certificate.valid_until)
}

/// What certificates said when, none beyond its last day, as rules and admission look at it.
pub fn spans(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Vec<Span> {
    let of_one = |(certificate, intervals): &(CertificateRow, Vec<IntervalRow>)| {
        let span = |interval: &IntervalRow| {
            let IntervalRow { ordinal: _, status, from, until, reason: _, basis: _ } = interval;
            Span { status: status.clone(), from: *from, until: *until }.printed(&certificate.valid_until)
        };
        intervals.iter().map(span).collect::<Vec<_>>()
    };
    certificates.iter().flat_map(of_one).collect()
}

/// The certificate an officer enforces with now, or why there is none.
///
/// # Errors
/// [`Refusal::NoCertificate`], [`Refusal::CertificateExpired`], [`Refusal::CertificateNotValid`].
pub fn valid_now(all: &[(CertificateRow, Vec<IntervalRow>)], now: Instant) -> Result<&CertificateRow, Refusal> {
    let status =
        |(certificate, history): &(CertificateRow, Vec<IntervalRow>)| status_at(certificate, history, now).to_owned();
    if let Some((certificate, _)) = all.iter().find(|one| status(one) == "valid") {
        return Ok(certificate);
    }
    let expired = all.iter().any(|one| status(one) == "expired");
    Err(match (all.is_empty(), expired) {
        (true, _) => Refusal::NoCertificate,
        (false, true) => Refusal::CertificateExpired,
        (false, false) => Refusal::CertificateNotValid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::id::OfficerId;
    use sync_core::time::Date;

    fn one(status: &str) -> (CertificateRow, Vec<IntervalRow>) {
        let certificate = CertificateRow {
            number: "22370000001".into(),
            officer: OfficerId::new([1; 16]),
            category: String::new(),
            region: "500237".into(),
            issued_on: "2021-11-24".into(),
            valid_until: "2026-11-23".into(),
        };
        let from = Instant::start_of(Date::constant(2021, 11, 24));
        let interval = IntervalRow {
            ordinal: 0,
            status: status.into(),
            from,
            until: None,
            reason: String::new(),
            basis: String::new(),
        };
        (certificate, vec![interval])
    }

    #[test]
    fn article_42_the_last_day_counts_and_the_next_does_not() {
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        let all = [one("valid")];
        assert!(valid_now(&all, midnight.plus_ms(-1)).is_ok());
        assert_eq!(valid_now(&all, midnight), Err(Refusal::CertificateExpired));
    }

    #[test]
    fn suspended_is_not_valid_and_nothing_is_no_certificate() {
        let now = Instant::start_of(Date::constant(2026, 1, 1));
        assert_eq!(valid_now(&[one("suspended")], now), Err(Refusal::CertificateNotValid));
        assert_eq!(valid_now(&[], now), Err(Refusal::NoCertificate));
    }
}
