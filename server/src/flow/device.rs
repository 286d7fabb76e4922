//! Enrolment of phones, and tokens for them.
//!
//! Promise: enrolling a phone needs two people: the officer, signed in, and an administrator who issued the code. The
//! officer is informed of it. A lost answer loses no enrolment: the same key with the same code returns the enrolled
//! phone.

use sync_core::account_event::AccountEventKind;
use sync_core::alarm::AlarmKind;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId, hex};
use sync_core::key_level::KeyLevel;
use sync_core::sign::{PublicKey, Verifier as _};
use sync_core::time::Instant;

use super::account_event::{self, AtTheMachine, Event};
use super::caller::{Caller, Role};
use super::code::{self, Code, Purpose, hash_of};
use super::idempotency::IdempotentRequest;
use super::proof::{self, Asked, ProvedKey};
use super::refresh::{Issued, issue};
use crate::flow::app::App;
use crate::flow::keys::FastVerifier;
use crate::flow::refusal::{Failure, Refusal};
use crate::flow::token::Use;
use crate::random;
use crate::store::{self, AlarmRow, CodeBounds, DeviceRow, EnrolmentCodeRow, TimePage, Tx};

/// How long an enrolment code lasts.
const CODE_MS: i64 = 10 * 60 * 1000;
/// How long a challenge lasts.
const CHALLENGE_MS: i64 = 2 * 60 * 1000;
/// Time after the operator replaced a password, in which no enrolment code is issued on the machine for that account.
const APART_MS: i64 = 24 * 60 * 60 * 1000;

/// The proof and the data of an enrolment.
#[derive(Debug)]
pub struct Enrolment {
    /// SHA-256 of the one-time code, in the form that was given.
    pub code_hash: Digest,
    /// The officer's name for the phone.
    pub label: String,
    /// Its key.
    pub key: PublicKey,
    /// The signed message.
    pub message: Vec<u8>,
    /// r ‖ s.
    pub proof: [u8; 64],
    /// What the phone states about the protection of its key.
    pub level: KeyLevel,
    /// The key that signs its requests.
    pub request_key: Option<RequestKey>,
}

/// A request key with its proof.
#[derive(Debug)]
pub struct RequestKey {
    /// The key.
    pub key: PublicKey,
    /// r ‖ s over the same message.
    pub proof: [u8; 64],
    /// What the phone states about its protection.
    pub level: KeyLevel,
}

/// A code for an officer in reach.
#[derive(Clone)]
pub struct IssuedCode {
    /// The code, which is shown once.
    pub code: Code,
    /// End of its validity.
    pub expires: Instant,
}

/// Issues a code for an officer in reach, for an administrator. A repeated request gets the same code.
///
/// # Errors
/// [`Refusal::Forbidden`], [`Refusal::NotFound`] for an officer out of reach, [`Refusal::IdempotencyKeyReused`], or an
/// internal error.
pub async fn issue_code(
    app: &App,
    caller: Caller,
    officer: OfficerId,
    key: Option<String>,
) -> Result<IssuedCode, Failure> {
    caller.must_be(&[Role::AgencyAdmin])?;
    let (tenant, now, keys, seed) = (app.tenant, app.clock.now(), app.keys.clone(), random::bytes::<16>()?);
    let request = IdempotentRequest::new(caller.officer, "enrolment_code", key, &[&officer.to_string()]);
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            in_reach(tx, &tenant, &caller, &officer)?;
            if let Some(made) = request.made_before(tx, &tenant)? {
                let corrupt = store::Error::Inconsistent { what: "idempotency.made" };
                let seed: [u8; 16] = made.as_slice().try_into().map_err(|_length| corrupt)?;
                let code = Code::of(&keys, Purpose::Enrolment, &seed);
                let expires = tx.enrolment_code_end(&tenant, &hash_of(&code.scanned))?.unwrap_or(now);
                return Ok(IssuedCode { code, expires });
            }
            let code = Code::of(&keys, Purpose::Enrolment, &seed);
            let by = Some(caller.officer);
            let expires = keep_code(tx, &tenant, &code, (officer, by), now)?;
            let kind = AccountEventKind::EnrolmentCodeIssued;
            account_event::note(tx, &tenant, &Event { kind, officer, actor: by, device: None, detail: "" }, now)?;
            request.has_made(tx, &tenant, &seed, now)?;
            Ok(IssuedCode { code, expires })
        })
        .await
}

/// Issues a code for any officer, from the command line of the machine. It records an event and an alarm. It is refused if
/// the operator has replaced the password of the same account within the last day.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::SameHand`], or an internal error.
pub fn issue_code_here(app: &App, officer: OfficerId) -> Result<String, Failure> {
    let (tenant, now, seed) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    let code = Code::of(&app.keys, Purpose::Enrolment, &seed);
    app.store.write_sync(|tx| {
        tx.lock_tenant(&tenant, now)?;
        tx.officer(&tenant, &officer)?.ok_or(Refusal::NotFound)?;
        let login = tx.account_of(&tenant, &officer)?.map(|account| account.login).unwrap_or_default();
        let lately = tx.account_events(&tenant, &officer, &TimePage::newest(account_event::LATELY))?;
        let replaced = |event: &store::AccountEventRow| {
            let age = now.ms().saturating_sub(event.at.ms());
            event.kind == AccountEventKind::PasswordReplaced && event.actor.is_none() && (0..APART_MS).contains(&age)
        };
        if lately.iter().any(replaced) {
            return Err(Refusal::SameHand.into());
        }
        keep_code(tx, &tenant, &code, (officer, None), now)?;
        account_event::note_at_the_machine(tx, &tenant, (AtTheMachine::EnrolmentCodeIssued, officer), &login, now)
    })?;
    Ok(code.scanned)
}

/// Stores a new code; returns its end.
fn keep_code(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    code: &Code,
    (officer, issued_by): (OfficerId, Option<OfficerId>),
    now: Instant,
) -> Result<Instant, Failure> {
    let (code_hash, typed_hash, expires) = (hash_of(&code.scanned), hash_of(&code.typed), now.plus_ms(CODE_MS));
    tx.add_enrolment_code(tenant, &EnrolmentCodeRow { code_hash, typed_hash, officer, issued_by, expires })?;
    Ok(expires)
}

/// A person of an agency in reach; otherwise not found.
pub(super) fn in_reach(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    caller: &Caller,
    officer: &OfficerId,
) -> Result<(), Failure> {
    let person = tx.officer(tenant, officer)?.ok_or(Refusal::NotFound)?;
    let agency = tx.agency(tenant, &person.agency)?.ok_or(Refusal::NotFound)?;
    if caller.reaches(&agency.path) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Enrols a phone of the caller, who signed in with their password; the proof shows possession of the key, and the
/// code is used up. A wrong proof keeps the code. A wrong code is counted, and after five the codes of this officer
/// are void. The same keys with their code return the enrolled phone. No key serves two purposes: neither key is a key
/// of another phone, and the two differ.
///
/// # Errors
/// [`Refusal::NotFromAPhone`], [`Refusal::RequestKeyRequired`], [`Refusal::WrongProof`],
/// [`Refusal::WrongEnrolmentCode`], [`Refusal::KeyEnrolled`], or an internal error.
pub async fn enrol(app: &App, caller: Caller, enrolment: Enrolment) -> Result<DeviceRow, Failure> {
    let Enrolment { code_hash, label, key, message, proof, level, request_key } = enrolment;
    if caller.device.is_some() {
        return Err(Refusal::NotFromAPhone.into());
    }
    if request_key.is_none() && !app.bearer_phones {
        return Err(Refusal::RequestKeyRequired.into());
    }
    let proves = |request: &RequestKey| FastVerifier.verify(&request.key, &message, &request.proof);
    if !FastVerifier.verify(&key, &message, &proof) || !request_key.as_ref().is_none_or(proves) {
        return Err(Refusal::WrongProof.into());
    }
    if request_key.as_ref().is_some_and(|request| request.key == key) {
        return Err(Refusal::KeyEnrolled.into());
    }
    let (tenant, now, id, officer) = (app.tenant, app.clock.now(), DeviceId::new(random::bytes()?), caller.officer);
    let public_key = key.bytes().to_vec();
    let bounds = CodeBounds { now, latest_end: now.plus_ms(CODE_MS), tries: code::TRIES };
    let device = DeviceRow {
        id,
        officer,
        public_key,
        label,
        enrolled: now,
        revoked: None,
        revoked_reason: None,
        key_level: level,
        request_key_level: request_key.as_ref().map_or(KeyLevel::None, |request| request.level),
        request_key: request_key.map(|request| request.key.bytes().to_vec()),
    };
    let enrolled = app
        .store
        .write(move |tx| {
            // Two enrolments at the same time could otherwise use one key for two purposes.
            tx.lock_tenant(&tenant, now)?;
            if !tx.use_enrolment_code(&tenant, &code_hash, &officer, &id, bounds)? {
                return enrolled_before(tx, &tenant, &code_hash, &device, now);
            }
            for key in device.request_key.iter().chain([&device.public_key]) {
                if tx.is_key_enrolled(&tenant, key)? {
                    return Err(Refusal::KeyEnrolled.into());
                }
            }
            tx.add_device(&tenant, &device)?;
            let (kind, detail) = (AccountEventKind::DeviceEnrolled, device.label.as_str());
            let event = Event { kind, officer, actor: Some(officer), device: Some(id), detail };
            account_event::note(tx, &tenant, &event, now)?;
            Ok(Some(device))
        })
        .await?;
    // Refused outside of the transaction: the wrong attempt stays counted.
    enrolled.ok_or_else(|| Refusal::WrongEnrolmentCode.into())
}

/// The phone that was enrolled with this code of this officer and with these keys, if the answer was lost.
fn enrolled_before(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    code: &Digest,
    wanted: &DeviceRow,
    now: Instant,
) -> Result<Option<DeviceRow>, Failure> {
    let before = match tx.enrolled_with(tenant, code, &wanted.officer)? {
        Some(id) => tx
            .device(tenant, &id)?
            .filter(|row| row.public_key == wanted.public_key && row.request_key == wanted.request_key),
        None => None,
    };
    if before.is_none() {
        tx.count_wrong_code(tenant, &wanted.officer, now)?;
    }
    Ok(before)
}

/// The phones of the caller, or of an officer in reach.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], or an internal error.
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

/// A phone of the caller, or of an officer in reach of an administrator.
fn administered(tx: &mut Tx<'_>, tenant: &TenantId, caller: &Caller, id: &DeviceId) -> Result<DeviceRow, Failure> {
    let device = tx.device(tenant, id)?.ok_or(Refusal::NotFound)?;
    in_reach(tx, tenant, caller, &device.officer)?;
    if device.officer != caller.officer {
        caller.must_be(&[Role::AgencyAdmin, Role::SecurityAdmin])?;
    }
    Ok(device)
}

/// Gives a phone of the caller, or of an officer in reach, another name.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], or an internal error.
pub async fn rename(app: &App, caller: Caller, id: DeviceId, label: String) -> Result<DeviceRow, Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let device = administered(tx, &tenant, &caller, &id)?;
            if device.label != label {
                tx.set_device_label(&tenant, &id, &label)?;
                let (kind, officer, actor) = (AccountEventKind::DeviceRenamed, device.officer, Some(caller.officer));
                let event = Event { kind, officer, actor, device: Some(id), detail: &label };
                account_event::note(tx, &tenant, &event, now)?;
            }
            Ok(DeviceRow { label, ..device })
        })
        .await
}

/// Why a phone is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// In words.
    pub reason: String,
    /// Whether it is lost or stolen: an alarm tells the heads.
    pub lost: bool,
}

/// Revokes a phone of the caller, or of an officer in reach. Its tokens are invalid from the next request on.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`], or an internal error.
pub async fn revoke(app: &App, caller: Caller, id: DeviceId, why: Revocation) -> Result<DeviceRow, Failure> {
    let (tenant, now, alarm) = (app.tenant, app.clock.now(), random::bytes::<16>()?);
    let Revocation { reason, lost } = why;
    app.store
        .write(move |tx| {
            tx.lock_tenant(&tenant, now)?;
            let device = administered(tx, &tenant, &caller, &id)?;
            // The phone learns of it with its next request. Other phones are not informed; its lease ends by itself
            // within a day. Changes that it hands in later are judged when they arrive.
            if tx.revoke_device(&tenant, &id, now, &reason)? {
                let (kind, officer, actor) = (AccountEventKind::DeviceRevoked, device.officer, Some(caller.officer));
                let event = Event { kind, officer, actor, device: Some(id), detail: &reason };
                account_event::note(tx, &tenant, &event, now)?;
                if lost {
                    let (kind, device, detail) = (AlarmKind::DeviceLost, Some(id), reason);
                    let alarm = AlarmRow { id: alarm, at: now, kind, device, case: None, change: None, detail };
                    tx.add_alarm(&tenant, &alarm)?;
                }
            }
            Ok(tx.device(&tenant, &id)?.ok_or(Refusal::NotFound)?)
        })
        .await
}

/// A challenge for a phone. An unknown phone gets a useless one too, so enrolment is not revealed.
///
/// # Errors
/// An internal error.
pub async fn challenge(app: &App, id: DeviceId) -> Result<(String, Instant), Failure> {
    let (tenant, now, text) = (app.tenant, app.clock.now(), hex(&random::bytes::<32>()?));
    let (hash, expires) = (hash_of(&text), now.plus_ms(CHALLENGE_MS));
    let ahead = expires.plus_ms(CHALLENGE_MS);
    app.store
        .write(move |tx| {
            if tx.device(&tenant, &id)?.is_some() {
                tx.add_challenge(&tenant, &hash, &id, expires, (now, ahead))?;
            }
            Ok::<_, Failure>(())
        })
        .await?;
    Ok((text, expires))
}

/// A phone that signed its challenge.
struct Proved {
    device: DeviceRow,
    /// Whether its officer still works there.
    active: bool,
    /// Version of the sessions of the officer's account.
    version: i64,
}

/// The statement by which a phone proves its key.
#[derive(Debug)]
pub struct Answered {
    /// The phone.
    pub device: DeviceId,
    /// The challenge as received.
    pub challenge: String,
    /// The signed message.
    pub message: Vec<u8>,
    /// r ‖ s.
    pub signature: [u8; 64],
}

/// Uses up the challenge, whether the signature is right or wrong, and checks the signature.
async fn prove(app: &App, answered: Answered, now: Instant) -> Result<Proved, Failure> {
    let Answered { device: id, challenge, message, signature } = answered;
    let (tenant, hash, latest_end) = (app.tenant, hash_of(&challenge), now.plus_ms(CHALLENGE_MS));
    let found = app
        .store
        .write(move |tx| {
            if !tx.use_challenge(&tenant, &hash, &id, (now, latest_end))? {
                return Ok::<_, Failure>(None);
            }
            let Some(device) = tx.device(&tenant, &id)? else { return Ok(None) };
            let active = tx.officer(&tenant, &device.officer)?.is_some_and(|person| person.active);
            let version = tx.account_of(&tenant, &device.officer)?.map_or(0, |account| account.session_version);
            Ok(Some(Proved { device, active, version }))
        })
        .await?;
    let proved = found.ok_or(Refusal::WrongChallenge)?;
    let key = PublicKey::from_slice(&proved.device.public_key).ok_or(Refusal::WrongProof)?;
    if FastVerifier.verify(&key, &message, &signature) { Ok(proved) } else { Err(Refusal::WrongProof.into()) }
}

/// The thumbprint of the phone's request key, which must be the one that the request proved; none for a phone without one.
fn key_of(device: &DeviceRow, proved: Option<&ProvedKey>) -> Result<Option<String>, Failure> {
    let Some(key) = &device.request_key else { return Ok(None) };
    let proved = proved.ok_or(Refusal::DpopRequired)?;
    if proved.key.bytes().as_slice() == key.as_slice() {
        Ok(Some(proved.thumbprint.clone()))
    } else {
        Err(Refusal::InvalidDpopProof.into())
    }
}

/// A token for a phone that signed its challenge. If the phone has a request key, the request proves it, and the token is
/// bound to it.
///
/// # Errors
/// [`Refusal::WrongChallenge`], [`Refusal::WrongProof`], [`Refusal::DeviceRevoked`], [`Refusal::OfficerLeft`],
/// [`Refusal::RequestKeyRequired`], as [`proof::prove`], or an internal error.
pub async fn token(app: &App, answered: Answered, asked: &Asked) -> Result<Issued, Failure> {
    let now = app.clock.now();
    // First: a request that is repeated with another nonce has the same challenge.
    let proved = proof::key_of(app, asked).await?;
    let Proved { device, active, version } = prove(app, answered, now).await?;
    if device.revoked.is_some() {
        return Err(Refusal::DeviceRevoked.into());
    }
    if !active {
        return Err(Refusal::OfficerLeft.into());
    }
    let key = key_of(&device, proved.as_ref())?;
    if key.is_none() && !app.bearer_phones {
        return Err(Refusal::RequestKeyRequired.into());
    }
    issue(app, (&device.officer, version), Some((&device.id, Use::Work)), key.as_deref(), now).await
}

/// A hand-in token for a phone, even if it was revoked or its officer left. A phone without a request key gets one
/// always, so that no record is lost.
///
/// # Errors
/// [`Refusal::WrongChallenge`], [`Refusal::WrongProof`], as [`proof::prove`], or an internal error.
pub async fn hand_in_token(app: &App, answered: Answered, asked: &Asked) -> Result<Issued, Failure> {
    let now = app.clock.now();
    let proved = proof::key_of(app, asked).await?;
    let Proved { device, active: _, version } = prove(app, answered, now).await?;
    let key = key_of(&device, proved.as_ref())?;
    issue(app, (&device.officer, version), Some((&device.id, Use::HandIn)), key.as_deref(), now).await
}
