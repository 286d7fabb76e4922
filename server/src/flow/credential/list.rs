//! The status list: what each credential is worth now, derived from the register.
//!
//! Promise: a list that is asked for says what the register said after the question came. Questions that come while a list
//! is being made share the next one, so their number does not matter. A list that says the same as the last one is the last
//! one, byte for byte, while that is fresh.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sha2::{Digest as _, Sha256};
use sync_core::credential::status_list::{Standing, Status, TTL_S};
use sync_core::id::{AgencyId, DeviceId, OfficerId, TenantId, hex};
use sync_core::time::Instant;

use super::decoy::{Decoys, STEP_MS};
use super::{LIST_PATH, address, entries, facts};
use crate::flow::app::App;
use crate::flow::certificate::status_at;
use crate::flow::last_list::{Last, Listed};
use crate::flow::officer::verified;
use crate::flow::refusal::Failure;
use crate::store::{CertificateRow, CredentialRow, IntervalRow, OfficerRow, Tx};

/// The list now.
///
/// # Errors
/// A refusal where no public address is configured, or an internal error.
pub async fn list(app: &App) -> Result<Arc<Listed>, Failure> {
    let uri = format!("{}{LIST_PATH}", address(app)?);
    let came = app.credential_lists.turn.load(Ordering::SeqCst);
    let mut before = app.credential_lists.last.lock().await;
    if let Some((_, listed)) = before.list.as_ref().filter(|_| before.turn > came) {
        return Ok(Arc::clone(listed));
    }
    let turn = app.credential_lists.turn.fetch_add(1, Ordering::SeqCst) + 1;
    let (tenant, now, key) = (app.tenant, app.clock.now(), app.keys.credential.clone());
    let worth = app.store.read(move |tx| worth(tx, &tenant, now)).await?;
    let step = now.ms().div_euclid(STEP_MS);
    let taken: Vec<i64> = worth.keys().copied().collect();
    let entries = usize::try_from(entries(&taken)).map_err(Failure::broken)?;
    let kept = before.decoys.take().filter(|(of, list)| *of == step && list.entries() == entries);
    let said = before.list.take();
    let made = tokio::task::spawn_blocking(move || {
        let decoys = kept.map_or_else(|| Decoys::of(&key).list(entries, now), |(_, list)| list);
        let mut list = decoys.clone();
        for (place, status) in worth {
            list.set(usize::try_from(place).map_err(Failure::broken)?, status);
        }
        let is_fresh = |listed: &Listed| now.ms().saturating_sub(listed.signed.ms()) < TTL_S * 1000 / 3;
        let listed = if let Some((_, listed)) = said.filter(|(old, listed)| *old == list && is_fresh(listed)) {
            listed
        } else {
            let signed = list.sign(&uri, now, &key).map_err(Failure::broken)?;
            let tag = hex(Sha256::digest(&signed).split_at(16).0);
            Arc::new(Listed { token: signed, tag, signed: now })
        };
        Ok::<_, Failure>((decoys, list, listed))
    });
    let (decoys, list, listed) = made.await.map_err(Failure::broken)??;
    *before = Last { turn, list: Some((list, Arc::clone(&listed))), decoys: Some((step, decoys)) };
    Ok(listed)
}

/// What each credential that has not expired is worth, by its place.
fn worth(tx: &mut Tx<'_>, tenant: &TenantId, now: Instant) -> Result<BTreeMap<i64, Status>, Failure> {
    let rows = tx.credentials_until(tenant, now)?;
    let register = Register::read(tx, tenant, &rows)?;
    Ok(rows.iter().map(|row| (row.place, register.worth(row, now))).collect())
}

/// What the credential at a place is worth; none where there is none.
pub(super) fn worth_at(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    place: i64,
    now: Instant,
) -> Result<Option<Status>, Failure> {
    let Some(row) = tx.credential_at(tenant, place, now)? else { return Ok(None) };
    let register = Register::read(tx, tenant, std::slice::from_ref(&row))?;
    Ok(Some(register.worth(&row, now)))
}

/// What the register says about the people of some credentials.
struct Register {
    officers: BTreeMap<OfficerId, OfficerRow>,
    agencies: BTreeMap<AgencyId, String>,
    certificates: BTreeMap<String, (CertificateRow, Vec<IntervalRow>)>,
    /// The organ that issued each verified certificate.
    organs: BTreeMap<String, String>,
    revoked: BTreeSet<DeviceId>,
}

impl Register {
    fn read(tx: &mut Tx<'_>, tenant: &TenantId, rows: &[CredentialRow]) -> Result<Self, Failure> {
        let people: BTreeSet<OfficerId> = rows.iter().map(|row| row.officer).collect();
        let people: Vec<OfficerId> = people.into_iter().collect();
        let phones: BTreeSet<DeviceId> = rows.iter().map(|row| row.device).collect();
        let officers = tx.officers(tenant, &people)?;
        let agencies = tx.agencies_below(tenant, "")?;
        let certificates = tx.certificates_of(tenant, &people)?;
        let organs = verified::organs(tx, tenant, &people)?;
        let terms = tx.terms(tenant, &phones.into_iter().collect::<Vec<_>>())?;
        Ok(Self {
            officers: officers.into_iter().map(|row| (row.id, row)).collect(),
            agencies: agencies.into_iter().map(|row| (row.id, row.name)).collect(),
            certificates: certificates.into_iter().map(|one| (one.0.number.clone(), one)).collect(),
            organs,
            revoked: terms.into_iter().filter(|(_, term)| term.revoked.is_some()).map(|(id, _)| id).collect(),
        })
    }

    fn worth(&self, row: &CredentialRow, now: Instant) -> Status {
        let found = self.certificates.get(&row.certificate).filter(|(held, _)| held.officer == row.officer);
        let Some(((held, history), person)) = found.zip(self.officers.get(&row.officer)) else {
            return Status::Invalid;
        };
        let says_the_same = match (self.organs.get(&held.number), self.agencies.get(&person.agency)) {
            (Some(organ), Some(agency)) => facts(held, &person.name, agency, organ).digest() == row.facts,
            (None, _) | (_, None) => false,
        };
        let standing = Standing {
            enforces: person.active && !person.helper,
            phone_is_revoked: self.revoked.contains(&row.device),
            says_the_same,
            certificate: status_at(held, history, now),
        };
        standing.status()
    }
}
