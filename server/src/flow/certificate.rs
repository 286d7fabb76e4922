//! Certificates from the register, for leases and the admission of changes.
//!
//! Not here: the status of a certificate at an instant (`sync_core::certificate`); this module passes the rows to it.

use sync_core::certificate::{CertificateState, History, Span, last_instant};
use sync_core::facts::{HeldCertificate, Reach};
use sync_core::time::Instant;

use crate::flow::refusal::Refusal;
use crate::store::{CertificateRow, IntervalRow};

/// The status history of a certificate.
pub fn history(certificate: &CertificateRow, intervals: &[IntervalRow]) -> History {
    let span = |interval: &IntervalRow| {
        let IntervalRow { ordinal: _, status, from, until, reason: _, basis: _ } = interval;
        Span { status: *status, from: *from, until: *until }
    };
    History::new(&certificate.valid_until, intervals.iter().map(span).collect())
}

/// The status at `now`.
pub fn status_at(certificate: &CertificateRow, intervals: &[IntervalRow], now: Instant) -> CertificateState {
    history(certificate, intervals).at(now)
}

/// The first instant after the last day; an unreadable date has ended long ago.
pub fn ends(certificate: &CertificateRow) -> Instant {
    last_instant(&certificate.valid_until)
}

/// The histories of these certificates.
pub fn histories(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Vec<History> {
    certificates.iter().map(|(certificate, intervals)| history(certificate, intervals)).collect()
}

/// The histories of these certificates, with their reach.
pub fn held(certificates: &[(CertificateRow, Vec<IntervalRow>)]) -> Vec<HeldCertificate> {
    let one = |(certificate, intervals): &(CertificateRow, Vec<IntervalRow>)| {
        let reach = Reach { region: certificate.region.clone(), category: certificate.category.clone() };
        HeldCertificate::new(history(certificate, intervals), reach)
    };
    certificates.iter().map(one).collect()
}

/// The certificate with which an officer may enforce now, or the refusal.
///
/// # Errors
/// [`Refusal::NoCertificate`], [`Refusal::CertificateExpired`], [`Refusal::CertificateNotValid`].
pub fn valid_now(all: &[(CertificateRow, Vec<IntervalRow>)], now: Instant) -> Result<&CertificateRow, Refusal> {
    let mut refusal = Refusal::NoCertificate;
    for (certificate, intervals) in all {
        match (status_at(certificate, intervals, now), refusal) {
            (CertificateState::Valid, _) => return Ok(certificate),
            (CertificateState::Expired, _) => refusal = Refusal::CertificateExpired,
            (_, Refusal::CertificateExpired) => {}
            (
                CertificateState::Suspended
                | CertificateState::Cancelled
                | CertificateState::Revoked
                | CertificateState::Lost
                | CertificateState::NotInForce,
                _,
            ) => refusal = Refusal::CertificateNotValid,
        }
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::certificate::CertificateStatus;
    use sync_core::id::OfficerId;
    use sync_core::time::Date;

    fn one(status: CertificateStatus) -> (CertificateRow, Vec<IntervalRow>) {
        let certificate = CertificateRow {
            number: "22370000001".into(),
            officer: OfficerId::new([1; 16]),
            category: String::new(),
            region: "500237".into(),
            issued_on: "2021-11-24".into(),
            valid_until: "2026-11-23".into(),
        };
        let from = Instant::start_of(Date::constant(2021, 11, 24));
        let interval =
            IntervalRow { ordinal: 0, status, from, until: None, reason: String::new(), basis: String::new() };
        (certificate, vec![interval])
    }

    #[test]
    fn article_42_the_last_day_counts_and_the_next_does_not() {
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        let all = [one(CertificateStatus::Valid)];
        assert!(valid_now(&all, midnight.plus_ms(-1)).is_ok());
        assert_eq!(valid_now(&all, midnight), Err(Refusal::CertificateExpired));
    }

    #[test]
    fn suspended_is_not_valid_and_nothing_is_no_certificate() {
        let now = Instant::start_of(Date::constant(2026, 1, 1));
        let (suspended, expired) = (one(CertificateStatus::Suspended), one(CertificateStatus::Expired));
        assert_eq!(valid_now(std::slice::from_ref(&suspended), now), Err(Refusal::CertificateNotValid));
        assert_eq!(valid_now(&[suspended.clone(), expired.clone()], now), Err(Refusal::CertificateExpired));
        assert_eq!(valid_now(&[expired, suspended.clone()], now), Err(Refusal::CertificateExpired));
        assert!(valid_now(&[suspended, one(CertificateStatus::Valid)], now).is_ok());
        assert_eq!(valid_now(&[], now), Err(Refusal::NoCertificate));
    }
}
