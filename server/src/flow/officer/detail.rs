//! Everything that the register says of one person.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::id::{OfficerId, TenantId};
use sync_core::role::{Duty, Role};
use sync_core::time::Instant;

use super::verified::{self, Verification};
use crate::flow::app::App;
use crate::flow::caller::Caller;
use crate::flow::refusal::{Failure, Refusal};
use crate::store::{CertificateRow, DeputyRow, IntervalRow, OfficerRow, Tx};

/// Most deputies that are shown, the last to end first.
const DEPUTIES: i64 = 20;

/// The account of a person, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The login.
    pub login: String,
    /// End of the one-time password; none where the owner chose the password.
    pub one_time_until: Option<Instant>,
    /// Since when it is closed.
    pub closed: Option<Instant>,
}

/// An officer with roles and certificates.
#[derive(Debug)]
pub struct Detail {
    /// The person.
    pub officer: OfficerRow,
    /// Name of the agency.
    pub agency_name: String,
    /// Roles, sorted by name.
    pub roles: Vec<Role>,
    /// Certificates with their history.
    pub certificates: Vec<(CertificateRow, Vec<IntervalRow>)>,
    /// What is known about the data of each certificate, by number.
    pub verifications: BTreeMap<String, Verification>,
    /// The account; none where there is none, or for a caller who administers none.
    pub account: Option<Account>,
    /// Where the person is absent or deputises.
    pub deputies: Vec<DeputyRow>,
    /// Names of the people of the deputies and verifications.
    pub names: BTreeMap<OfficerId, String>,
    /// Grows with everything that is done to the person.
    pub version: i64,
}

impl Detail {
    pub(super) fn read(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, id: OfficerId) -> Result<Self, Failure> {
        let officer = tx.officer(tenant, &id)?.ok_or(Refusal::NotFound)?;
        let agency = tx.agency(tenant, &officer.agency)?.ok_or(Refusal::NotFound)?;
        if !caller.reaches(&agency.path) {
            return Err(Refusal::NotFound.into());
        }
        let sees_account = id == caller.officer
            || [Duty::Accounts, Duty::SpecialRoles, Duty::RegisterRecords].iter().any(|duty| duty.is_of(&caller.roles));
        let account = if sees_account { tx.account_of(tenant, &id)? } else { None };
        let deputies = tx.deputies_about(tenant, &id, DEPUTIES)?;
        let verifications = verified::of_officer(tx, tenant, &id)?;
        let verifiers = verifications.values().flat_map(Verification::people);
        let deputising = deputies.iter().flat_map(|one| [one.head, one.officer]);
        let people: BTreeSet<OfficerId> = deputising.chain(verifiers).collect();
        let people = tx.officers(tenant, &people.into_iter().collect::<Vec<_>>())?;
        Ok(Self {
            officer,
            agency_name: agency.name,
            roles: tx.roles(tenant, &id)?,
            certificates: tx.certificates(tenant, &id)?,
            verifications,
            account: account.map(|account| Account {
                login: account.login,
                one_time_until: account.one_time_until,
                closed: account.closed,
            }),
            deputies,
            names: people.into_iter().map(|person| (person.id, person.name)).collect(),
            version: tx.count_register_events(tenant, &id)?,
        })
    }
}

/// One officer in reach.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub async fn detail(app: &App, caller: Caller, id: OfficerId) -> Result<Detail, Failure> {
    let tenant = app.tenant;
    app.store.read(move |tx| Detail::read(tx, &tenant, &caller, id)).await
}
