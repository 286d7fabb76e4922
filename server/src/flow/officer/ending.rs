//! Certificates that have expired or end soon, until they are dealt with.
//!
//! Promise: a certificate is listed 90 days before its last day and stays listed when it has expired, until it is renewed,
//! revoked or cancelled, its holder has one that lasts longer, or the holder has left.

use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::time::Instant;

use super::{Listed, roster};
use crate::flow::app::App;
use crate::flow::caller::{Caller, Role};
use crate::flow::certificate::{ends, status_at};
use crate::flow::refusal::Failure;
use crate::store::{CertificateRow, IntervalRow, OfficerRow};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days before the end from which a certificate is listed; it is marked again at 60 and at 30.
pub const SOON_DAYS: [i64; 3] = [30, 60, 90];
/// Who asks for the list: those who have to deal with it.
const READERS: [Role; 5] =
    [Role::AgencyAdmin, Role::UnitHead, Role::PrincipalHead, Role::OtherHead, Role::DepartmentSupervisor];

/// A certificate that ends soon or has expired.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The holder.
    pub officer: OfficerRow,
    /// Name of the agency.
    pub agency_name: String,
    /// The certificate.
    pub certificate: CertificateRow,
    /// Whole days left; negative if it has expired.
    pub days: i64,
}

/// Days that are left of a certificate, if it needs attention; negative if it has expired.
pub fn days_left(row: &CertificateRow, history: &[IntervalRow], now: Instant) -> Option<i64> {
    let left = (ends(row).ms().saturating_sub(1).saturating_sub(now.ms())).div_euclid(DAY_MS);
    let taken = [CertificateStatus::Cancelled, CertificateStatus::Revoked];
    let is_taken = history.last().is_some_and(|part| taken.contains(&part.status));
    let is_near = match status_at(row, history, now) {
        // A certificate that was taken is not renewed.
        CertificateState::Expired => !is_taken,
        CertificateState::Valid
        | CertificateState::Suspended
        | CertificateState::Cancelled
        | CertificateState::Revoked
        | CertificateState::Lost
        | CertificateState::NotInForce => SOON_DAYS.iter().any(|days| (0..=*days).contains(&left)),
    };
    is_near.then_some(left)
}

/// The certificate of a person that needs attention first. One that is followed by a longer one needs none, and none of
/// somebody who has left does.
pub fn most_urgent(
    certificates: &[(CertificateRow, Vec<IntervalRow>)],
    is_active: bool,
    now: Instant,
) -> Option<(i64, &CertificateRow)> {
    let is_followed = |row: &CertificateRow| certificates.iter().any(|(other, _)| other.valid_until > row.valid_until);
    let wanted = certificates.iter().filter(|(row, _)| is_active && !is_followed(row));
    wanted
        .filter_map(|(row, history)| days_left(row, history, now).map(|days| (days, row)))
        .min_by_key(|(days, _)| *days)
}

/// The certificates in reach that need attention, most urgent first.
///
/// # Errors
/// [`crate::flow::refusal::Refusal::Forbidden`], or an internal error.
pub async fn list(app: &App, caller: Caller) -> Result<Vec<Ending>, Failure> {
    caller.must_be(&READERS)?;
    let now = app.clock.now();
    let one = |listed: Listed| {
        let Listed { officer, agency_name, certificates } = listed;
        let (days, certificate) = most_urgent(&certificates, officer.active, now)?;
        Some(Ending { certificate: certificate.clone(), officer, agency_name, days })
    };
    let mut found: Vec<Ending> = roster(app, caller).await?.into_iter().filter_map(one).collect();
    found.sort_by(|one, other| (one.days, &one.certificate.number).cmp(&(other.days, &other.certificate.number)));
    Ok(found)
}
