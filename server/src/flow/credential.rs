//! The credential of an officer's phone (亮证核验凭证): issued, listed, verified.
//!
//! Promise:
//!
//! - A phone gets a credential only of its own officer's certificate, which is verified by two persons and valid now. It ends
//!   with the certificate, and after a week at most.
//! - What a credential is worth is derived from the register when it is asked for ([`list`]); nothing sets it, so nothing
//!   can forget to.
//! - It states what the register says. When the register says something else, the credential is no longer valid, and the
//!   phone asks for another.
//!
//! Not here: the formats (`sync_core::credential`).

mod decoy;
pub mod list;
pub mod verify;

use sync_core::certificate::CertificateState;
use sync_core::credential::issue::{Issue, Salts};
use sync_core::credential::{Facts, LONGEST_MS, StatusPlace};
use sync_core::id::TenantId;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::caller::Caller;
use super::certificate;
use super::officer::verified;
use crate::flow::app::App;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{self, CertificateRow, CredentialRow, IntervalRow, Tx};

/// Path of the type's metadata, and with the public address its name.
pub const TYPE_PATH: &str = "/v1/credential-types/officer";
/// Path of the status list.
pub const LIST_PATH: &str = "/v1/credentials/statuses";
/// A phone that asks again within this time gets the same credential with other salts: the record grows by one row a day
/// for each phone at most.
const AGAIN_MS: i64 = 24 * 60 * 60 * 1000;
/// Fewest entries of a status list.
const FEWEST: i64 = 1 << 16;
/// Random places that are tried. At least three quarters of all are free.
const TRIES: usize = 64;

/// A credential for the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The SD-JWT with all its disclosures.
    pub credential: String,
    /// When it was issued.
    pub issued: Instant,
    /// The first instant at which it is no longer valid.
    pub expires: Instant,
}

/// The public address, by which credentials name their issuer.
///
/// # Errors
/// [`Refusal::CredentialsNotOffered`] where none is configured.
pub fn address(app: &App) -> Result<&str, Refusal> {
    app.public_address.as_deref().ok_or(Refusal::CredentialsNotOffered)
}

/// What is random in a credential.
struct Chance {
    id: [u8; 16],
    salts: Salts,
    places: [u64; TRIES],
}

impl Chance {
    fn new() -> Result<Self, Failure> {
        let bytes: [u8; TRIES * 8] = random::bytes()?;
        let mut places = [0; TRIES];
        for (place, bytes) in places.iter_mut().zip(bytes.chunks_exact(8)) {
            *place = bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        }
        let mut salts = Salts::default();
        for salt in &mut salts {
            *salt = random::bytes()?;
        }
        Ok(Self { id: random::bytes()?, salts, places })
    }
}

/// Issues a credential to the caller's phone.
///
/// # Errors
/// [`Refusal::DeviceRequired`]; [`Refusal::CredentialsNotOffered`]; the certificate refusals;
/// [`Refusal::CertificateNotVerified`]; or an internal error.
pub async fn issue(app: &App, caller: Caller) -> Result<Issued, Failure> {
    let device = caller.must_have_device()?;
    let (tenant, now, signer) = (app.tenant, app.clock.now(), app.keys.credential.clone());
    let (host, chance) = (address(app)?.to_owned(), Chance::new()?);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let row = tx.device(&tenant, &device)?.ok_or(Refusal::DeviceRequired)?;
            let key = PublicKey::from_slice(&row.public_key)
                .ok_or(store::Error::Inconsistent { what: "device.public_key" })?;
            let (held, facts) = stated(tx, &tenant, &caller, now)?;
            let ends = now.plus_ms(LONGEST_MS).min(certificate::ends(&held));
            let digest = facts.digest();
            let before = tx.credential_of(&tenant, &device, now)?;
            let is_same = |row: &CredentialRow| {
                (&row.certificate, row.facts) == (&held.number, digest) && now < row.issued.plus_ms(AGAIN_MS)
            };
            let row = if let Some(row) = before.filter(is_same) {
                CredentialRow { expires: row.expires.min(ends), ..row }
            } else {
                let place = free_place(&tx.credential_places(&tenant, now)?, &chance.places)?;
                let (id, officer, certificate) = (chance.id, caller.officer, held.number.clone());
                let (issued, expires) = (now, ends);
                let new = CredentialRow { id, place, device, officer, certificate, facts: digest, issued, expires };
                tx.add_credential(&tenant, &new)?;
                new
            };
            let index = u64::try_from(row.place).map_err(Failure::broken)?;
            let (vct, uri) = (format!("{host}{TYPE_PATH}"), format!("{host}{LIST_PATH}"));
            let CredentialRow { issued, expires, .. } = row;
            let status = StatusPlace { uri, index };
            let issue = Issue { issuer: &host, vct: &vct, issued, expires, key: &key, status, facts: &facts };
            let credential = issue.sign(&chance.salts, &signer).map_err(Failure::broken)?;
            Ok(Issued { credential, issued, expires })
        })
        .await
}

/// The certificate of the caller that is valid and verified, and what a credential states of it.
fn stated(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    now: Instant,
) -> Result<(CertificateRow, Facts), Failure> {
    let all = tx.certificates(tenant, &caller.officer)?;
    certificate::valid_now(&all, now)?;
    let known = verified::of_officer(tx, tenant, &caller.officer)?;
    let is_valid = |(row, history): &&(CertificateRow, Vec<IntervalRow>)| {
        certificate::status_at(row, history, now) == CertificateState::Valid
    };
    let held = all.iter().filter(is_valid).find_map(|(row, _)| {
        let organ = known.get(&row.number)?.issued_by.clone()?;
        Some((row.clone(), organ))
    });
    let (held, issued_by) = held.ok_or(Refusal::CertificateNotVerified)?;
    let person = tx.officer(tenant, &caller.officer)?.ok_or(Refusal::NotFound)?;
    let agency = tx.agency(tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
    let facts = facts(&held, &person.name, &agency.name, &issued_by);
    Ok((held, facts))
}

/// What a credential states of a certificate.
fn facts(held: &CertificateRow, name: &str, agency: &str, issued_by: &str) -> Facts {
    Facts {
        name: name.to_owned(),
        agency: agency.to_owned(),
        number: held.number.clone(),
        issued_by: issued_by.to_owned(),
        category: held.category.clone(),
        region: held.region.clone(),
        photo: None,
    }
}

/// How many entries a status list has in which these places are taken: four times as many as credentials, a power of two.
fn entries(taken: &[i64]) -> i64 {
    let credentials = i64::try_from(taken.len()).unwrap_or(i64::MAX).saturating_add(1);
    let last = taken.last().copied().unwrap_or(0);
    let mut entries = FEWEST;
    while entries < credentials.saturating_mul(4) || entries <= last {
        entries = entries.saturating_mul(2);
    }
    entries
}

/// A random place that is free.
fn free_place(taken: &[i64], chance: &[u64]) -> Result<i64, Failure> {
    let entries = entries(taken).unsigned_abs();
    let places = chance.iter().filter_map(|number| i64::try_from(number % entries).ok());
    let free = places.into_iter().find(|place| taken.binary_search(place).is_err());
    Ok(free.ok_or(store::Error::Inconsistent { what: "credential.place" })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_four_times_as_many_entries_as_credentials_and_reaches_the_last() {
        let taken = |count: i64| (0..count).collect::<Vec<_>>();
        assert_eq!(entries(&[]), FEWEST);
        assert_eq!(entries(&taken(FEWEST / 4 - 1)), FEWEST);
        assert_eq!(entries(&taken(FEWEST / 4)), FEWEST * 2);
        assert_eq!((entries(&[FEWEST - 1]), entries(&[FEWEST])), (FEWEST, FEWEST * 2));
    }

    #[test]
    fn a_place_that_is_taken_is_not_given_again() {
        assert_eq!(free_place(&[3, 7], &[7, 3, 9]).unwrap(), 9);
        assert_eq!(free_place(&[], &[FEWEST.unsigned_abs() + 5]).unwrap(), 5);
        assert!(free_place(&[3], &[3, 3]).is_err());
    }
}
