//! The register of people, entered from rosters.
//!
//! Promise: a check writes nothing; an import writes all rows of a file or none, in one transaction, with the reason and a
//! record for each person that it changed; the same file again changes nothing. What an export writes can be imported.
//! Only people of the agencies of a [`Scope`] are matched, changed or named. Reading and comparing hold no lock: the
//! transaction that writes begins again if the register has changed since. Not here: how a file is read (`table`),
//! accounts and roles.

pub mod clerk;
mod compare;
mod export;
mod heading;
mod leaving;
mod person;
mod planned;
pub mod provincial;
mod roster;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, OfficerId, TenantId, hex};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;
use sync_core::verification::SourceKind;

pub use compare::{Comparison, compare};
pub use export::export;
pub use heading::titles;
use leaving::leave;
pub use planned::{Held, Planned};

use super::idempotency::IdempotentRequest;
use super::register_event::{By, record};
use super::seen::Seen;
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::sheet::Wrong;
use crate::flow::sheet::report::{Difference, Line, Outcome, Totals};
use crate::random;
use crate::store::{CertificateRow, IdentityRow, OfficerRow, RegisterChanges, SourceRow, Store, Tx};

/// How often an import compares again because the register changed under it.
const TRIES: usize = 3;

/// Whose register: the agencies whose people may be touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The installation.
    pub tenant: TenantId,
    /// How their paths begin; empty for all.
    pub reach: String,
}

/// Who imports, and why.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// Who; none for the operator on the machine.
    pub actor: Option<OfficerId>,
    /// Why. 1 to 500 characters.
    pub reason: &'a str,
    /// The [tags](Checked::tag) of the outcomes that were confirmed.
    pub seen: Seen<String>,
    /// The request, where the same one may come again.
    pub request: Option<IdempotentRequest>,
}

/// What an import of a file would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Row by row.
    pub comparison: Comparison,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Another file, or another outcome for one of its rows, has another tag.
    pub tag: String,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It was done, or [is refused](crate::flow::sheet::report::Report::is_refused), or had nothing to do; the record of it, where it changed
    /// something.
    Now(Comparison, Option<[u8; 16]>),
    /// The same request did it before; its record.
    Before([u8; 16]),
}

/// What an import of this file would do. Writes nothing.
///
/// # Errors
/// An internal error; what is wrong with the file is part of the answer.
pub fn check(store: &Store, scope: &Scope, file: &[u8], now: Instant) -> Result<Checked, Failure> {
    let roster = read(file);
    let (held, _) = store.read_sync(|tx| held(tx, scope))?;
    Ok(checked(Sha256::digest(file).into(), compare(&held, &roster, now)))
}

/// Imports a file: all of it, or nothing where the answer [is refused](crate::flow::sheet::report::Report::is_refused).
///
/// # Errors
/// [`Refusal::Malformed`] without a reason; [`Refusal::Stale`] where the outcome is not one that was confirmed;
/// [`Refusal::IdempotencyKeyReused`]; [`Refusal::Busy`] while others change the register; or an internal error.
pub fn import(store: &Store, scope: &Scope, file: &[u8], act: &Act<'_>, now: Instant) -> Result<Imported, Failure> {
    let (tenant, reason) = (&scope.tenant, reason::read(act.reason)?);
    let (roster, digest) = (read(file), Sha256::digest(file).into());
    for _ in 0..TRIES {
        let (before, (held, version)) = store.read_sync(|tx| {
            let before = act.request.as_ref().map(|request| request.made_before(tx, tenant)).transpose()?.flatten();
            Ok::<_, Failure>((before, held(tx, scope)?))
        })?;
        if let Some(made) = before {
            let corrupt = crate::store::Error::Inconsistent { what: "idempotency.made" };
            return Ok(Imported::Before(made.as_slice().try_into().map_err(|_length| corrupt)?));
        }
        let Checked { comparison, digest, tag } = checked(digest, compare(&held, &roster, now));
        if !act.seen.holds_for(&tag) {
            return Err(Refusal::Stale.because(CHANGED_SINCE.0, CHANGED_SINCE.1).into());
        }
        if comparison.report.is_refused() || comparison.planned.is_empty() {
            return Ok(Imported::Now(comparison, None));
        }
        let by = By { actor: act.actor, reason };
        let (id, changes) = changes(&comparison, &digest, by, now)?;
        let is_done = store.write_sync(|tx| {
            let row = tx.lock_tenant(tenant, now)?;
            if (row.register_version, row.reference_version) != version {
                return Ok::<_, Failure>(false);
            }
            for planned in &comparison.planned {
                leave(tx, tenant, planned, by, now)?;
            }
            tx.change_register(tenant, changes)?;
            tx.touch_reference(tenant)?;
            if let Some(request) = act.request.clone() {
                request.has_made(tx, tenant, &id, now)?;
            }
            Ok(true)
        })?;
        if is_done {
            return Ok(Imported::Now(comparison, Some(id)));
        }
    }
    Err(Refusal::Busy.into())
}

const CHANGED_SINCE: (&str, &str) = (
    "核对之后，花名册文件或者在册信息有了变化，没有导入任何一行：请按现在的核对结果重新确认。",
    "The file or the register has changed since the check, so nothing was imported: look at the outcome as it is now and confirm it.",
);

fn read(file: &[u8]) -> roster::Roster {
    match table::read(file) {
        Ok(book) => roster::read(&book),
        Err(error) => roster::Roster::unreadable(&error),
    }
}

/// The register, as a roster is compared with it, and its version.
fn held(tx: &mut Tx<'_>, scope: &Scope) -> Result<(Held, (i64, i64)), Failure> {
    let tenant = &scope.tenant;
    let row = tx.tenant(tenant)?;
    let held = Held {
        officers: tx.all_officers(tenant)?,
        identities: tx.identities(tenant)?,
        certificates: tx.all_certificates(tenant)?,
        agencies: tx.agencies_below(tenant, &scope.reach)?,
        regions: tx.regions(tenant)?,
        region: row.region,
        ..Held::default()
    };
    Ok((held.within(&scope.reach), (row.register_version, row.reference_version)))
}

fn checked(digest: [u8; 32], comparison: Comparison) -> Checked {
    let mut hash = Sha256::new_with_prefix(b"palm/v1/roster\0").chain_update(digest);
    let mut say = |parts: &[&str]| {
        for part in parts {
            hash.update(part);
            hash.update([0]);
        }
    };
    for Wrong { place, zh: _, en } in comparison.report.wrong.iter().chain(&comparison.report.notes) {
        say(&[&place.to_string(), en]);
    }
    for Line { row, name, agency, outcome } in &comparison.report.lines {
        say(&[&row.to_string(), name, agency]);
        match outcome {
            Outcome::New => say(&["new"]),
            Outcome::Unchanged => say(&["unchanged"]),
            Outcome::Changed(differences) => {
                for Difference { zh: _, en, old, new } in differences {
                    say(&["changed", en, old, new]);
                }
            }
            Outcome::Refused(wrong) => {
                for Wrong { place, zh: _, en } in wrong {
                    say(&["refused", &place.to_string(), en]);
                }
            }
        }
    }
    let tag = hex(&hash.finalize());
    Checked { comparison, digest, tag }
}

/// The id of the record of an import as a whole, and everything that is written.
fn changes(
    comparison: &Comparison,
    digest: &[u8; 32],
    by: By<'_>,
    now: Instant,
) -> Result<([u8; 16], RegisterChanges), Failure> {
    let proof = by.reason.to_owned();
    let source = SourceRow {
        certificate: String::new(),
        ordinal: 0,
        revision: 0,
        at: now,
        actor: by.actor,
        kind: SourceKind::Roster,
        proof,
        digest: Some(Digest::new(*digest)),
    };
    let mut changes = RegisterChanges { source: Some(source), ..RegisterChanges::default() };
    for planned in &comparison.planned {
        plan(&mut changes, planned, by, now)?;
    }
    let Totals { new, changed, unchanged, refused: _ } = comparison.report.totals();
    let detail = json!({ "sha256": hex(digest), "new": new, "changed": changed, "unchanged": unchanged });
    let event = record(RegisterEventKind::Imported, None, &detail, by, now)?;
    let id = event.id;
    changes.events.push(event);
    Ok((id, changes))
}

fn plan(changes: &mut RegisterChanges, planned: &Planned, by: By<'_>, now: Instant) -> Result<(), Failure> {
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
            (RegisterEventKind::PersonAdded, json!({ "name": name, "agency": agency, "certificate": number }))
        }
        Some(known) => {
            let row = OfficerRow { created: known.created, ..row };
            if row != *known {
                changes.moved.push(row);
            }
            (RegisterEventKind::PersonChanged, differences.iter().map(Difference::recorded).collect())
        }
    };
    changes.events.push(record(kind, Some((id, *agency)), &detail, by, now)?);
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
