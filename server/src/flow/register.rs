//! The register of people, entered from rosters.
//!
//! Promise: a check writes nothing; an import writes all rows of a file or none, in one transaction, with the reason and a
//! record for each person that it changed; the same file again changes nothing. What an export writes can be imported.
//! Not here: how a file is read (`table`), accounts and roles.

mod compare;
mod export;
mod heading;
mod person;
mod planned;
mod roster;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sync_core::id::{OfficerId, TenantId, hex};
use sync_core::time::Instant;

pub use compare::{Comparison, Line, Outcome, compare};
pub use export::export;
pub use heading::HEADINGS;
pub use planned::{Difference, Held, Planned};
pub use roster::Wrong;

use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{CertificateRow, IdentityRow, OfficerRow, RegisterChanges, RegisterEventRow, Store, Tx};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// Kind of the record of an import as a whole.
const IMPORTED: &str = "imported";
/// Kind of the record of a person who is new.
const PERSON_ADDED: &str = "person_added";
/// Kind of the record of a person who is changed.
const PERSON_CHANGED: &str = "person_changed";

/// Who imports, and why.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// Why. 1 to 500 characters.
    pub reason: &'a str,
}

/// What an import of this file would do. Writes nothing.
///
/// # Errors
/// An internal error; what is wrong with the file is part of the answer.
pub fn check(store: &Store, tenant: &TenantId, file: &[u8], now: Instant) -> Result<Comparison, Failure> {
    let roster = read(file);
    let held = store.read_sync(|tx| held(tx, tenant))?;
    Ok(compare(&held, roster, now))
}

/// Imports a file: all of it, or nothing where the answer [is refused](Comparison::is_refused).
///
/// # Errors
/// [`Refusal::Malformed`] without a reason, or an internal error.
pub fn import(
    store: &Store,
    tenant: &TenantId,
    file: &[u8],
    act: Act<'_>,
    now: Instant,
) -> Result<Comparison, Failure> {
    let reason = act.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Refusal::Malformed
            .because("请填写理由（1至500字）。", "A reason of 1 to 500 characters is needed.")
            .into());
    }
    let roster = read(file);
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let comparison = compare(&held(tx, tenant)?, roster, now);
        if comparison.is_refused() || comparison.planned.is_empty() {
            return Ok(comparison);
        }
        let mut changes = RegisterChanges::default();
        for planned in &comparison.planned {
            plan(&mut changes, planned, (act.actor, reason), now)?;
        }
        let [new, different, same, _] = comparison.counts();
        let digest = hex(&Sha256::digest(file));
        let detail = json!({ "sha256": digest, "new": new, "changed": different, "unchanged": same });
        changes.events.push(event(IMPORTED, None, detail.to_string(), (act.actor, reason), now)?);
        tx.change_register(tenant, changes)?;
        tx.touch_reference(tenant)?;
        Ok(comparison)
    })
}

fn read(file: &[u8]) -> roster::Roster {
    match table::read(file) {
        Ok(book) => roster::read(&book),
        Err(error) => roster::Roster::unreadable(&error),
    }
}

/// The register, as a roster is compared with it.
fn held(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Held, Failure> {
    Ok(Held {
        officers: tx.all_officers(tenant)?,
        identities: tx.identities(tenant)?,
        certificates: tx.all_certificates(tenant)?,
        agencies: tx.agencies_below(tenant, "")?,
        regions: tx.regions(tenant)?,
        region: tx.tenant(tenant)?.region,
    })
}

fn plan(
    changes: &mut RegisterChanges,
    planned: &Planned,
    by: (Option<OfficerId>, &str),
    now: Instant,
) -> Result<(), Failure> {
    let Planned { known, name, agency, helper, citizen_number, certificate, differences } = planned;
    let id = match known {
        Some(known) => known.id,
        None => OfficerId::new(random::bytes()?),
    };
    let row = OfficerRow { id, agency: *agency, name: name.clone(), helper: *helper, active: true, created: now };
    let (kind, detail) = match known {
        None => {
            let number = certificate.as_ref().map(|certificate| &certificate.written.number);
            changes.officers.push(row);
            (PERSON_ADDED, json!({ "name": name, "agency": agency, "certificate": number }))
        }
        Some(known) => {
            let row = OfficerRow { created: known.created, ..row };
            if row != *known {
                changes.moved.push(row);
            }
            let one = |Difference { zh: _, en, old, new }: &Difference| json!({ "what": en, "old": old, "new": new });
            (PERSON_CHANGED, differences.iter().map(one).collect())
        }
    };
    changes.events.push(event(kind, Some(id), detail.to_string(), by, now)?);
    if let Some(number) = citizen_number {
        changes.identities.push(IdentityRow { officer: id, citizen_number: number.clone() });
    }
    if let Some(certificate) = certificate {
        let written = &certificate.written;
        let row = CertificateRow {
            number: written.number.clone(),
            officer: id,
            category: written.category.clone(),
            region: certificate.region.clone(),
            issued_on: written.issued.to_string(),
            valid_until: written.until.to_string(),
        };
        let list = if certificate.is_known { &mut changes.corrected } else { &mut changes.certificates };
        list.push((row, certificate.history.clone()));
    }
    Ok(())
}

fn event(
    kind: &str,
    officer: Option<OfficerId>,
    detail: String,
    (actor, reason): (Option<OfficerId>, &str),
    at: Instant,
) -> Result<RegisterEventRow, Failure> {
    let (kind, reason) = (kind.to_owned(), reason.to_owned());
    Ok(RegisterEventRow { id: random::bytes()?, at, actor, kind, officer, detail, reason })
}
