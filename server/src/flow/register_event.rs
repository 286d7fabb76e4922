//! Records of the register: written with every act, read by administrators.
//!
//! Promise: a record says who did what to whom and why, and is stored in the transaction of the act. An agency's
//! administrator reads those of the own subtree; the security and the audit administrator read all. Not here: the acts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sync_core::id::{AgencyId, OfficerId, TenantId};
use sync_core::register_event::RegisterEventKind;
use sync_core::role::Duty;
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use crate::flow::app::App;
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{RegisterEventFilter, RegisterEventRow, TimePage, Tx};

/// Most records of an export.
pub const MOST: u32 = 100_000;

/// Who acts, and why.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// Why.
    pub reason: &'a str,
}

/// A record.
///
/// # Errors
/// [`Refusal::Malformed`] without a reason, or an internal error.
pub fn record(
    kind: RegisterEventKind,
    about: Option<(OfficerId, AgencyId)>,
    detail: &Value,
    by: By<'_>,
    at: Instant,
) -> Result<RegisterEventRow, Failure> {
    let (officer, agency) = about.unzip();
    let (reason, detail) = (reason::read(by.reason)?.to_owned(), detail.to_string());
    Ok(RegisterEventRow { id: random::bytes()?, at, actor: by.actor, kind, officer, agency, detail, reason })
}

/// Stores a record about a person.
///
/// # Errors
/// As [`record`].
pub fn note(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (kind, about): (RegisterEventKind, (OfficerId, AgencyId)),
    detail: &Value,
    by: By<'_>,
    now: Instant,
) -> Result<(), Failure> {
    let row = record(kind, Some(about), detail, by, now)?;
    Ok(tx.add_register_event(tenant, row)?)
}

/// Stores a record about an agency.
///
/// # Errors
/// As [`record`].
pub fn note_agency(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    (kind, agency): (RegisterEventKind, AgencyId),
    detail: &Value,
    by: By<'_>,
    now: Instant,
) -> Result<(), Failure> {
    let row = RegisterEventRow { agency: Some(agency), ..record(kind, None, detail, by, now)? };
    Ok(tx.add_register_event(tenant, row)?)
}

/// A record with the names of the people in it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The record.
    pub row: RegisterEventRow,
    /// Name of the one who did it; none for the operator on the machine.
    pub actor: Option<String>,
    /// Name of the person concerned.
    pub officer: Option<String>,
    /// Name of the agency concerned.
    pub agency: Option<String>,
}

/// A page of the records that the caller may read, or of those about one person; whether there are more.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`] for a person out of reach, or an internal error.
pub async fn list(
    app: &App,
    caller: Caller,
    officer: Option<OfficerId>,
    page: TimePage,
) -> Result<(Vec<Named>, bool), Failure> {
    caller.must_have(Duty::RegisterRecords)?;
    let tenant = app.tenant;
    app.store
        .read(move |tx| {
            let filter = filter(tx, &tenant, &caller, officer)?;
            let (found, more) = page.cut(tx.register_events(&tenant, &filter, &page)?);
            Ok((named(tx, &tenant, found)?, more))
        })
        .await
}

/// All records that [`list`] has, the newest first.
///
/// # Errors
/// As [`list`], and [`Refusal::ExportTooLarge`] for more than [`MOST`].
pub async fn all(app: &App, caller: Caller, officer: Option<OfficerId>) -> Result<Vec<Named>, Failure> {
    let (found, more) = list(app, caller, officer, TimePage::newest(MOST)).await?;
    if more { Err(Refusal::ExportTooLarge.into()) } else { Ok(found) }
}

/// Whether the caller reads records at all.
pub fn may_see(caller: &Caller) -> bool {
    caller.must_have(Duty::RegisterRecords).is_ok()
}

fn filter(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    officer: Option<OfficerId>,
) -> Result<RegisterEventFilter, Failure> {
    let everywhere = caller.must_be(&[Role::SecurityAdmin, Role::AuditAdmin]).is_ok();
    if let Some(officer) = officer {
        let person = tx.officer(tenant, &officer)?.ok_or(Refusal::NotFound)?;
        let agency = tx.agency(tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
        let seen = everywhere || caller.administers(&agency.path);
        return if seen { Ok(RegisterEventFilter::Of(officer)) } else { Err(Refusal::NotFound.into()) };
    }
    // At the root of the tree also what concerns no agency, such as an import of a whole roster.
    let at_root = caller.path.matches('/').count() == 1;
    Ok(if everywhere || at_root { RegisterEventFilter::All } else { RegisterEventFilter::Below(caller.path.clone()) })
}

fn named(tx: &mut Tx<'_>, tenant: &TenantId, rows: Vec<RegisterEventRow>) -> Result<Vec<Named>, Failure> {
    let people: BTreeSet<OfficerId> = rows.iter().flat_map(|row| [row.actor, row.officer]).flatten().collect();
    let people = tx.officers(tenant, &people.into_iter().collect::<Vec<_>>())?;
    let people: BTreeMap<OfficerId, String> = people.into_iter().map(|person| (person.id, person.name)).collect();
    let agencies = tx.agencies_below(tenant, "")?;
    let agencies: BTreeMap<AgencyId, String> = agencies.into_iter().map(|one| (one.id, one.name)).collect();
    let named = |row: RegisterEventRow| Named {
        actor: row.actor.and_then(|id| people.get(&id).cloned()),
        officer: row.officer.and_then(|id| people.get(&id).cloned()),
        agency: row.agency.and_then(|id| agencies.get(&id).cloned()),
        row,
    };
    Ok(rows.into_iter().map(named).collect())
}
