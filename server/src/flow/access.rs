//! Who may read a case, and the audit record of the read.
//!
//! Promise: a case out of reach and a case that does not exist give the same answer. A reader who does not handle the
//! case states a purpose. The audit record is committed before the case is read, so nothing is shown without a record,
//! and the read itself blocks no writer.

use sync_core::case::{CaseState, Graph, fold, taking_part};
use sync_core::id::{CaseId, OfficerId, TenantId};
use sync_core::read_audit::LookKind;
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use super::mask;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{CaseFileRow, CaseFilter, ReadAuditRow, Tx};

/// Roles that lead or review in the agency and read the cases of its subtree. Not administrators: they manage
/// accounts, phones and enrolment, and read no case.
const HANDLING: [Role; 5] =
    [Role::UnitHead, Role::PrincipalHead, Role::OtherHead, Role::LegalReviewer, Role::CaseReviewer];
/// Roles that supervise: they read with a purpose, and change no case.
const SUPERVISING: [Role; 3] = [Role::DepartmentSupervisor, Role::CountySupervisor, Role::CountyLeadership];

/// Whether the caller has a supervising role.
pub fn supervises(caller: &Caller) -> bool {
    SUPERVISING.iter().any(|role| caller.is(*role))
}

fn handles_in_subtree(caller: &Caller) -> bool {
    HANDLING.iter().any(|role| caller.is(*role))
}

/// A case within reach, and the caller's relation to it.
#[derive(Debug, Clone)]
pub struct Access {
    /// The case as projected.
    pub file: CaseFileRow,
    /// Whether the caller takes part in it.
    pub takes_part: bool,
    /// Whether the caller leads or reviews in the agency that handles it.
    pub handles: bool,
}

impl Access {
    /// Whether the caller needs citizen numbers and telephone numbers in full.
    pub const fn sees_personal_data(&self) -> bool {
        self.takes_part || self.handles
    }

    /// Whether it is the caller's own case, about which they decide nothing: they were named to it, or accepted an
    /// invitation. An invited officer reads the case; a head decides about it until they take part in it themselves.
    pub fn is_own(&self, caller: &OfficerId, state: &CaseState, graph: &Graph<'_>) -> bool {
        self.takes_part && (!self.handles || taking_part(state, graph).contains(caller))
    }

    /// As [`Self::is_own`], of a case that is not in memory.
    ///
    /// # Errors
    /// An internal error.
    pub fn reads_own(&self, tx: &mut Tx<'_>, tenant: &TenantId, caller: &OfficerId) -> Result<bool, Failure> {
        if !self.takes_part || !self.handles {
            return Ok(self.takes_part);
        }
        is_own(tx, tenant, &self.file.id, caller)
    }
}

/// A read, for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What is read.
    pub what: LookKind,
    /// Which field, which digest; empty for all of it.
    pub part: String,
    /// Why.
    pub purpose: Option<String>,
}

/// The case, if it is within the caller's reach.
///
/// # Errors
/// [`Refusal::NotFound`], or an internal error.
pub fn reach(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, case: &CaseId) -> Result<Access, Failure> {
    let file = tx.case_file(tenant, case)?.ok_or(Refusal::NotFound)?;
    let takes_part = tx.takes_part(tenant, case, &caller.officer)?;
    let handles = handles_in_subtree(caller) && file.agency_path.starts_with(&caller.path);
    let supervises = supervises(caller) && caller.reaches(&file.agency_path);
    if takes_part || handles || supervises {
        Ok(Access { file, takes_part, handles })
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// Whether the caller only supervises the agency that handles a case; then a list hides numbers of persons.
pub fn only_supervises(caller: &Caller, file: &CaseFileRow) -> bool {
    supervises(caller) && !(handles_in_subtree(caller) && file.agency_path.starts_with(&caller.path))
}

/// A case as a list shows it to the caller.
pub fn listed(caller: &Caller, mut file: CaseFileRow) -> CaseFileRow {
    if only_supervises(caller, &file) {
        mask::hide(&mut file.title);
        mask::hide(&mut file.item);
    }
    file
}

/// Names of the parties of a case as a list shows them to the caller.
pub fn listed_parties(caller: &Caller, file: &CaseFileRow, mut parties: Vec<String>) -> Vec<String> {
    if only_supervises(caller, file) {
        parties.iter_mut().for_each(mask::hide);
    }
    parties
}

/// Whether an officer was named to a case, or accepted an invitation to it.
///
/// # Errors
/// An internal error.
pub fn is_own(tx: &mut Tx<'_>, tenant: &TenantId, case: &CaseId, officer: &OfficerId) -> Result<bool, Failure> {
    let held = tx.case_changes(tenant, case)?;
    let state = fold(*case, held.iter().map(|stored| &*stored.change));
    let graph = Graph::new(held.iter().map(|stored| &*stored.change));
    Ok(taking_part(&state, &graph).contains(officer))
}

/// The case, if it is in reach. Records the read, and does not read the content of the case. Must run in a write
/// transaction.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::PurposeRequired`]; or an internal error, and then nothing may be shown.
pub fn look(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    case: &CaseId,
    look: Look,
    now: Instant,
) -> Result<Access, Failure> {
    let access = reach(tx, tenant, caller, case)?;
    let Look { what, part, purpose } = look;
    if purpose.is_none() && !access.sees_personal_data() {
        return Err(Refusal::PurposeRequired.into());
    }
    tx.add_read_audit(
        tenant,
        &ReadAuditRow {
            id: random::bytes()?,
            at: now,
            officer: caller.officer,
            what,
            case: Some(*case),
            part,
            purpose: purpose.unwrap_or_default(),
        },
    )?;
    Ok(access)
}

/// The part of a list's filter that is the caller's reach.
///
/// # Errors
/// [`Refusal::Forbidden`] for those who read no cases.
pub fn filter(caller: &Caller) -> Result<CaseFilter, Refusal> {
    let everywhere = CaseFilter::default();
    if handles_in_subtree(caller) || supervises(caller) {
        let path = Some(caller.reach()).filter(|path| !path.is_empty()).map(str::to_owned);
        return Ok(CaseFilter { agency_path: path, ..everywhere });
    }
    caller.must_be(&[Role::Officer])?;
    Ok(CaseFilter { officer: Some(caller.officer), ..everywhere })
}
