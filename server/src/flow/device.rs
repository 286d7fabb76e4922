//! Enrolling phones and giving them tokens.

use sha2::{Digest as _, Sha256};
use sync_core::id::{DeviceId, Digest, OfficerId, hex};
use sync_core::sign::{PublicKey, Verifier as _};
use sync_core::time::Instant;

use super::caller::{Caller, Role};
use super::session::{Issued, issue};
use crate::flow::app::App;
use crate::flow::keys::FastVerifier;
use crate::flow::refusal::{Failure, Refusal};
use crate::random;
use crate::store::{DeviceRow, EnrolmentCodeRow, Tx};

/// How long an enrolment code lasts.
const CODE_MS: i64 = 10 * 60 * 1000;
/// How long a challenge lasts.
const CHALLENGE_MS: i64 = 2 * 60 * 1000;

/// What a phone proves and says to be enrolled.
#[derive(Debug)]
pub struct Enrolment {
    /// SHA-256 of the one-time code.
    pub code_hash: Digest,
    /// What the officer calls the phone.
    pub label: String,
    /// Its key.
    pub key: PublicKey,
    /// What it signed.
    pub message: Vec<u8>,
    /// r ‖ s.
    pub proof: [u8; 64],
}

/// SHA-256 of a secret text: what the database keeps of it.
pub fn hash_of(secret: &str) -> Digest {
    Digest::new(Sha256::digest(secret.as_bytes()).into())
}

/// An administrator gives a code for an officer in reach. Answers the code, shown once, and its end.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`] for an officer out of reach, or an accident.
pub async fn issue_code(app: &App, caller: Caller, officer: OfficerId) -> Result<(String, Instant), Failure> {
    caller.must_be(&[Role::AgencyAdmin])?;
    let (tenant, code, now) = (app.tenant, hex(&random::bytes::<16>()?), app.clock.now());
    let row = code_row(&code, officer, Some(caller.officer), now);
    let expires = row.expires;
    app.store
        .write(move |tx| {
            in_reach(tx, &tenant, &caller, &officer)?;
            tx.add_enrolment_code(&tenant, &row).map_err(Failure::from)
        })
        .await?;
    Ok((code, expires))
}

/// A code for any officer, from the command line of the machine itself.
///
/// # Errors
/// [`Refusal::NotFound`], or an accident.
pub fn issue_code_here(app: &App, officer: OfficerId) -> Result<String, Failure> {
    let (tenant, code, now) = (app.tenant, hex(&random::bytes::<16>()?), app.clock.now());
    app.store.write_sync(|tx| {
        tx.officer(&tenant, &officer)?.ok_or(Refusal::NotFound)?;
        tx.add_enrolment_code(&tenant, &code_row(&code, officer, None, now)).map_err(Failure::from)
    })?;
    Ok(code)
}

/// The row that keeps a fresh code.
fn code_row(code: &str, officer: OfficerId, issued_by: Option<OfficerId>, now: Instant) -> EnrolmentCodeRow {
    EnrolmentCodeRow { code_hash: hash_of(code), officer, issued_by, expires: now.plus_ms(CODE_MS) }
}

/// A person of an agency in reach; out of reach looks like missing.
fn in_reach(
    tx: &mut Tx<'_>,
    tenant: &sync_core::id::TenantId,
    caller: &Caller,
    officer: &OfficerId,
) -> Result<(), Failure> {
    let person = tx.officer(tenant, officer)?.ok_or(Refusal::NotFound)?;
    let agency = tx.agency(tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
    if caller.reaches(&agency.path) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Enrols a phone: the code is used up, possession of the key is proved. An attempt with a wrong proof keeps the code.
///
/// # Errors
/// [`Refusal::WrongProof`], [`Refusal::WrongEnrolmentCode`], [`Refusal::KeyEnrolled`], or an accident.
pub async fn enrol(app: &App, enrolment: Enrolment) -> Result<DeviceRow, Failure> {
    let Enrolment { code_hash, label, key, message, proof } = enrolment;
    if !FastVerifier.verify(&key, &message, &proof) {
        return Err(Refusal::WrongProof.into());
    }
    let (tenant, now, id) = (app.tenant, app.clock.now(), DeviceId::new(random::bytes()?));
    app.store
        .write(move |tx| {
            let officer = tx.use_enrolment_code(&tenant, &code_hash, now)?.ok_or(Refusal::WrongEnrolmentCode)?;
            let public_key = key.bytes().to_vec();
            let device =
                DeviceRow { id, officer, public_key, label, enrolled: now, revoked: None, revoked_reason: None };
            match tx.add_device(&tenant, &device) {
                Err(error) if error.is_duplicate() => Err(Refusal::KeyEnrolled.into()),
                other => Ok(other.map(|()| device)?),
            }
        })
        .await
}

/// The phones of the caller, or of an officer in reach.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], or an accident.
pub async fn list(app: &App, caller: Caller, officer: Option<OfficerId>) -> Result<Vec<DeviceRow>, Failure> {
    let (tenant, whose) = (app.tenant, officer.unwrap_or(caller.officer));
    if whose != caller.officer {
        caller.must_be(&[Role::AgencyAdmin, Role::SecurityAdmin])?;
    }
    app.store
        .read(move |tx| {
            in_reach(tx, &tenant, &caller, &whose)?;
            tx.devices_of(&tenant, &whose).map_err(Failure::from)
        })
        .await
}

/// Revokes a phone: one's own, or that of an officer in reach. Its tokens are worth nothing from the next request on.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], or an accident.
pub async fn revoke(app: &App, caller: Caller, id: DeviceId, reason: String) -> Result<DeviceRow, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            let device = tx.device(&tenant, &id)?.ok_or(Refusal::NotFound)?;
            in_reach(tx, &tenant, &caller, &device.officer)?;
            if device.officer != caller.officer {
                caller.must_be(&[Role::AgencyAdmin, Role::SecurityAdmin])?;
            }
            // The phone learns of it when it next asks the server for anything; other phones are not told, and a lease
            // that it holds ends by itself within a day. What it hands in after this is judged when it arrives.
            tx.revoke_device(&tenant, &id, now, &reason)?;
            Ok(tx.device(&tenant, &id)?.ok_or(Refusal::NotFound)?)
        })
        .await
}

/// A challenge for a phone. An unknown phone gets one too, worth nothing: who is enrolled is not told.
///
/// # Errors
/// An accident.
pub async fn challenge(app: &App, id: DeviceId) -> Result<(String, Instant), Failure> {
    let (tenant, now, text) = (app.tenant, app.clock.now(), hex(&random::bytes::<32>()?));
    let (hash, expires) = (hash_of(&text), now.plus_ms(CHALLENGE_MS));
    app.store
        .write(move |tx| {
            if tx.device(&tenant, &id)?.is_some() {
                tx.add_challenge(&tenant, &hash, &id, now, expires)?;
            }
            Ok::<_, Failure>(())
        })
        .await?;
    Ok((text, expires))
}

/// A token for a phone that signed its challenge. The challenge is used up, right or wrong.
///
/// # Errors
/// [`Refusal::WrongChallenge`], [`Refusal::WrongProof`], [`Refusal::DeviceRevoked`], or an accident.
pub async fn token(
    app: &App,
    id: DeviceId,
    challenge: &str,
    message: Vec<u8>,
    signature: [u8; 64],
) -> Result<Issued, Failure> {
    let (tenant, now, hash) = (app.tenant, app.clock.now(), hash_of(challenge));
    let found = app
        .store
        .write(move |tx| {
            if !tx.use_challenge(&tenant, &hash, &id, now)? {
                return Ok::<_, Failure>(None);
            }
            let Some(device) = tx.device(&tenant, &id)? else { return Ok(None) };
            let person = tx.officer(&tenant, &device.officer)?.filter(|person| person.active);
            let version = tx.account_of(&tenant, &device.officer)?.map_or(0, |account| account.session_version);
            Ok(person.map(|_| (device, version)))
        })
        .await?;
    let (device, version) = found.ok_or(Refusal::WrongChallenge)?;
    let key = PublicKey::from_slice(&device.public_key).ok_or(Refusal::WrongProof)?;
    if !FastVerifier.verify(&key, &message, &signature) {
        return Err(Refusal::WrongProof.into());
    }
    if device.revoked.is_some() {
        return Err(Refusal::DeviceRevoked.into());
    }
    issue(app, &device.officer, version, Some(&id), now)
}
