//! Agencies, officers and tasks in reach.

use sync_core::id::OfficerId;

use super::caller::Caller;
use crate::app::App;
use crate::refusal::{Failure, Refusal};
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow, TaskRow};

/// An officer with roles and certificates.
#[derive(Debug)]
pub struct Detail {
    /// The person.
    pub officer: OfficerRow,
    /// Role names, sorted.
    pub roles: Vec<String>,
    /// Certificates with their history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
}

/// The agencies in reach.
///
/// # Errors
/// An accident.
pub async fn agencies(app: &App, caller: Caller) -> Result<Vec<AgencyRow>, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| tx.agencies_below(&tenant, caller.reach()).map_err(Failure::from)).await
}

/// A page of the officers in reach: at most `limit`, after `after`; whether there are more.
///
/// # Errors
/// An accident.
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
            tx.officers_below(&tenant, caller.reach(), after.as_ref(), i64::from(limit) + 1).map_err(Failure::from)
        })
        .await?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    Ok((found, more))
}

/// One officer in reach.
///
/// # Errors
/// [`Refusal::NotFound`], or an accident.
pub async fn detail(app: &App, caller: Caller, id: OfficerId) -> Result<Detail, Failure> {
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let officer = tx.officer(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            let agency = tx.agency(&tenant, &officer.agency)?.ok_or(Refusal::NotFound)?;
            if !caller.reaches(&agency.path) {
                return Err(Refusal::NotFound.into());
            }
            Ok(Detail { officer, roles: tx.roles(&tenant, &id)?, certificates: tx.certificates(&tenant, &id)? })
        })
        .await
}

/// The caller's inspection tasks.
///
/// # Errors
/// An accident.
pub async fn tasks(app: &App, caller: Caller) -> Result<Vec<TaskRow>, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| tx.tasks_of(&tenant, &caller.officer).map_err(Failure::from)).await
}
