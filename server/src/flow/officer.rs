//! Agencies, officers and tasks in reach, and what administrators do to a person.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::OfficerId;

pub mod account;
mod act;
pub mod assessment;
pub mod certificate;
pub mod deputy;
mod detail;
pub mod ending;
pub mod entry;
pub mod exit;
pub mod presence;
pub mod role;
pub mod training;
pub mod transfer;
pub mod verification;
pub mod verified;

pub use act::Act;
pub use detail::{Account, Detail, detail};

use super::caller::Caller;
use crate::flow::app::App;
use crate::flow::refusal::Failure;
use crate::flow::seed;
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow, TaskRow};

/// The agencies in reach.
///
/// # Errors
/// An internal error.
pub async fn agencies(app: &App, caller: Caller) -> Result<Vec<AgencyRow>, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| tx.agencies_below(&tenant, caller.reach()).map_err(Failure::from)).await
}

/// A page of the officers in reach: at most `limit`, after `after`; whether there are more.
///
/// # Errors
/// An internal error.
pub async fn page(
    app: &App,
    caller: Caller,
    after: Option<OfficerId>,
    limit: u32,
) -> Result<(Vec<OfficerRow>, bool), Failure> {
    let tenant = app.tenant;
    let wanted = usize::try_from(limit).map_err(Failure::broken)?;
    let mut found = app
        .store
        .read(move |tx| {
            tx.officers_below(&tenant, (caller.reach(), &hidden()), after.as_ref(), i64::from(limit) + 1)
                .map_err(Failure::from)
        })
        .await?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    Ok((found, more))
}

/// Who is not listed once they have left: the people of the demonstration.
fn hidden() -> Vec<OfficerId> {
    seed::made_up().collect()
}

/// An officer of a roster.
#[derive(Debug)]
pub struct Listed {
    /// The person.
    pub officer: OfficerRow,
    /// Name of the agency.
    pub agency_name: String,
    /// Certificates with their history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
}

/// Largest number of officers in a roster.
pub const MOST: i64 = 10_000;

/// Every officer in reach with certificates, by agency and name; at most [`MOST`].
///
/// # Errors
/// An internal error.
pub async fn roster(app: &App, caller: Caller) -> Result<Vec<Listed>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let officers = tx.officers_below(&tenant, (caller.reach(), &hidden()), None, MOST)?;
            let agencies = tx.agencies_below(&tenant, "")?;
            let agencies: BTreeMap<_, _> = agencies.into_iter().map(|agency| (agency.id, agency)).collect();
            let mut certificates = BTreeMap::<OfficerId, Vec<_>>::new();
            for (certificate, history) in tx.all_certificates(&tenant)? {
                certificates.entry(certificate.officer).or_default().push((certificate, history));
            }
            let listed = officers.into_iter().map(|officer| {
                let agency = agencies.get(&officer.agency);
                let (agency_name, path) =
                    agency.map(|agency| (agency.name.clone(), agency.path.clone())).unwrap_or_default();
                let certificates = certificates.remove(&officer.id).unwrap_or_default();
                (path, Listed { officer, agency_name, certificates })
            });
            let mut listed: Vec<_> = listed.collect();
            listed.sort_by(|(path, one), (other_path, other)| {
                (path, &one.officer.name, one.officer.id).cmp(&(other_path, &other.officer.name, other.officer.id))
            });
            Ok(listed.into_iter().map(|(_, listed)| listed).collect())
        })
        .await
}

/// The other people of this officer's agency who are active and no auxiliaries, for an administrator.
///
/// # Errors
/// [`crate::flow::refusal::Refusal::NotFound`] for an officer out of reach, or an internal error.
pub async fn colleagues(app: &App, caller: Caller, id: OfficerId) -> Result<Vec<OfficerRow>, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let agency = Detail::read(tx, &tenant, &caller, id)?.officer.agency;
            let all = tx.officers_of_agency(&tenant, &agency)?;
            Ok(all.into_iter().filter(|one| one.active && !one.helper && one.id != id).collect())
        })
        .await
}

/// The names of those of these officers that exist.
///
/// # Errors
/// An internal error.
pub async fn names(app: &App, ids: BTreeSet<OfficerId>) -> Result<BTreeMap<OfficerId, String>, Failure> {
    let (tenant, wanted) = (app.tenant, ids.into_iter().collect::<Vec<_>>());
    let found = app.store.read(move |tx| tx.officers(&tenant, &wanted).map_err(Failure::from)).await?;
    Ok(found.into_iter().map(|officer| (officer.id, officer.name)).collect())
}

/// The caller's inspection tasks.
///
/// # Errors
/// An internal error.
pub async fn tasks(app: &App, caller: Caller) -> Result<Vec<TaskRow>, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| tx.tasks_of(&tenant, &caller.officer).map_err(Failure::from)).await
}
