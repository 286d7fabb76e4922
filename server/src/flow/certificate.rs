//! Certificates from the register, for leases and the admission of changes.
//!
//! Not here: the status of a certificate at an instant (`sync_core::certificate`); this module passes the rows to it.

use sync_core::certificate::{CertificateState, CertificateStatus, History, Span, last_instant};
use sync_core::facts::{HeldCertificate, Reach};
use sync_core::time::Instant;

use crate::flow::refusal::Refusal;
use crate::store::{CertificateRow, IntervalRow};

/// The status history of a certificate.
pub fn history(certificate: &CertificateRow, intervals: &[IntervalRow]) -> History {
    let span = |interval: &IntervalRow| {
        let IntervalRow { ordinal: _, status, from, until, reason: _, basis: _, decided_by: _ } = interval;
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

/// The ordinal of the next entry of a history.
pub fn next_ordinal(history: &[IntervalRow]) -> i64 {
    history.iter().map(|interval| interval.ordinal + 1).max().unwrap_or(0)
}

/// What a history gains with a renewal, of which `entry` is the new term. Before it begins, the certificate stays expired
/// from the last day of the old term on: with another last day, an old entry without an end would count for the time
/// between.
pub fn renewal(certificate: &CertificateRow, history: &[IntervalRow], entry: IntervalRow) -> Vec<IntervalRow> {
    let (old_end, next) = (ends(certificate), next_ordinal(history));
    let between = IntervalRow {
        ordinal: next,
        status: CertificateStatus::Expired,
        from: old_end,
        until: Some(entry.from),
        reason: "有效期届满".to_owned(),
        basis: String::new(),
        decided_by: String::new(),
    };
    let between = Some(between).filter(|_| old_end < entry.from);
    let ordinal = next + i64::from(between.is_some());
    between.into_iter().chain([IntervalRow { ordinal, ..entry }]).collect()
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
        let [reason, basis, decided_by] = [const { String::new() }; 3];
        let interval = IntervalRow { ordinal: 0, status, from, until: None, reason, basis, decided_by };
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
    fn a_renewal_that_begins_late_does_not_make_the_time_before_it_lawful() {
        let (row, history) = one(CertificateStatus::Valid);
        let midnight = Instant::start_of(Date::constant(2026, 11, 24));
        for (from, gap) in [(midnight.plus_ms(1), true), (midnight, false), (midnight.plus_ms(-1), false)] {
            let entry = IntervalRow { from, ..history[0].clone() };
            let gained = renewal(&row, &history, entry);
            assert_eq!(gained.len(), 1 + usize::from(gap));
            assert!(gained.iter().zip(1..).all(|(interval, ordinal)| interval.ordinal == ordinal));
            let renewed = CertificateRow { valid_until: "2031-11-23".into(), ..row.clone() };
            let all = [history.clone(), gained].concat();
            let at_midnight = if gap { CertificateState::Expired } else { CertificateState::Valid };
            assert_eq!(status_at(&renewed, &all, midnight), at_midnight);
            assert_eq!(status_at(&renewed, &all, midnight.plus_ms(-2)), CertificateState::Valid);
            assert_eq!(status_at(&renewed, &all, midnight.plus_ms(1)), CertificateState::Valid);
        }
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
