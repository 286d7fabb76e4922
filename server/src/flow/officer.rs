//! Agencies, officers and tasks in reach.

use sync_core::id::{OfficerId, TenantId};

use super::caller::{Caller, Role};
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow, TaskRow, Tx};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An officer with roles and certificates.
#[derive(Debug)]
pub struct Detail {
    /// The person.
    pub officer: OfficerRow,
    /// Roles, sorted by name.
    pub roles: Vec<Role>,
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

/// Officers in reach with their certificates.
#[derive(Debug)]
pub struct Roster {
    /// A page of them, by id.
    pub listed: Vec<Listed>,
    /// Whether there are more.
    pub more: bool,
    /// Those whose certificate ends within [`NOTICE_DAYS`], the soonest first; at most [`SOONEST`].
    pub ending: Vec<Listed>,
}

/// How many days before its end a certificate is announced.
pub const NOTICE_DAYS: i64 = 90;
/// How many that end soon are told at once.
pub const SOONEST: i64 = 100;

fn listed(tx: &mut Tx<'_>, tenant: &TenantId, officer: OfficerRow) -> Result<Listed, Failure> {
    let agency_name = tx.agency(tenant, &officer.agency)?.map(|agency| agency.name).unwrap_or_default();
    let certificates = tx.certificates(tenant, &officer.id)?;
    Ok(Listed { officer, agency_name, certificates })
}

/// A page of the officers in reach with their certificates, and whose certificate ends soon.
///
/// # Errors
/// An accident.
pub async fn roster(app: &App, caller: Caller, after: Option<OfficerId>, limit: u32) -> Result<Roster, Failure> {
    let (tenant, now, wanted) = (app.tenant, app.clock.now(), usize::try_from(limit).map_err(Failure::broken)?);
    let (first, last) = (now.date().to_string(), now.plus_ms(NOTICE_DAYS * DAY_MS).date().to_string());
    app.store
        .read(move |tx| {
            let mut found = tx.officers_below(&tenant, caller.reach(), after.as_ref(), i64::from(limit) + 1)?;
            let more = found.len() > wanted;
            found.truncate(wanted);
            let listed_here =
                found.into_iter().map(|officer| listed(tx, &tenant, officer)).collect::<Result<_, _>>()?;
            let mut ending = Vec::new();
            for certificate in tx.certificates_ending(&tenant, caller.reach(), (&first, &last), SOONEST)? {
                if let Some(officer) = tx.officer(&tenant, &certificate.officer)? {
                    ending.push(listed(tx, &tenant, officer)?);
                }
            }
            Ok::<_, Failure>(Roster { listed: listed_here, more, ending })
        })
        .await
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
