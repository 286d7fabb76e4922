//! Refresh tokens: a client renews its access tokens without signing in again.
//!
//! Promise: a token is used once and gives its successor. The answer may be lost: the token that was used last gives the
//! same successor once more, to the same key within [`GRACE_MS`]. Any other second use, and a use with another key, means
//! that somebody has a copy: the family of tokens ends, with an event for the person. Of many uses at the
//! same time one counts, in all processes. Everything is in the database; a restart changes nothing. A family ends
//! [`IDLE_MS`] after its last use and [`LONGEST_MS`] after its beginning, and with what ends the sessions of its person.
//! Not here: the form of access tokens (`token`), proofs (`proof`), who signs in (`session`, `device`).

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use sync_core::account_event::AccountEventKind;
use sync_core::id::{DeviceId, Digest, OfficerId, TenantId, hex};
use sync_core::time::Instant;

use super::account_event::{self, Event};
use super::caller;
use super::keys::Keys;
use super::proof::{self, Asked};
use super::refusal::{Failure, Refusal};
use super::token::{Grant, LIFETIME_S, Use};
use crate::flow::app::App;
use crate::random;
use crate::store::{RefreshFamilyRow, RefreshTokenRow, Tx};

/// How long a family lasts without use.
pub const IDLE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long a family lasts at most.
pub const LONGEST_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How long a token that was used gives its successor again.
pub const GRACE_MS: i64 = 60 * 1000;
/// How far the clocks of two processes may differ.
const SKEW_MS: i64 = 30 * 1000;

/// A token and its end.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// End of its validity.
    pub expires: Instant,
    /// Whether every use needs a proof of a key.
    pub bound: bool,
    /// What renews it, if it is bound to a key.
    pub refresh: Option<Refresh>,
}

/// A refresh token and its end.
#[derive(Debug)]
pub struct Refresh {
    /// The token.
    pub token: String,
    /// End of its validity.
    pub expires: Instant,
}

/// Derives each token from the one before it, so that an answer can be repeated and nothing secret is stored.
struct Successors(hmac::Key);

impl std::fmt::Debug for Successors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Successors")
    }
}

impl Successors {
    /// Those of an installation.
    fn of(keys: &Keys) -> Self {
        Self(hmac::Key::new(HMAC_SHA256, &keys.secret("palm/v1/refresh")))
    }

    /// The successor of a token.
    fn of_token(&self, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, token.as_bytes()).as_ref())
    }
}

fn hash_of(token: &str) -> Digest {
    Digest::new(Sha256::digest(token.as_bytes()).into())
}

/// When a family that is used now ends.
fn end_of(family: &RefreshFamilyRow, now: Instant) -> Instant {
    now.plus_ms(IDLE_MS).min(family.begun.plus_ms(LONGEST_MS))
}

/// Who signs in, with what.
#[derive(Debug, Clone, Copy)]
struct Begun<'a> {
    /// The officer, and the version of the account's sessions.
    officer: (OfficerId, i64),
    /// The phone.
    device: Option<DeviceId>,
    /// The session of the access token.
    session: &'a str,
    /// The thumbprint of the key.
    key: &'a str,
}

/// Begins a family. Returns its first token.
async fn begin(app: &App, begun: Begun<'_>, now: Instant) -> Result<Refresh, Failure> {
    let Begun { officer: (officer, session_version), device, session, key } = begun;
    let (tenant, id, token) = (app.tenant, random::bytes::<16>()?, URL_SAFE_NO_PAD.encode(random::bytes::<32>()?));
    let family = RefreshFamilyRow {
        id,
        officer,
        device,
        key_thumbprint: key.to_owned(),
        session: session.to_owned(),
        session_version,
        begun: now,
        used: now,
        ended: None,
    };
    let expires = end_of(&family, now);
    let first = RefreshTokenRow { hash: hash_of(&token), family: id, generation: 0, consumed: None };
    let forgotten = now.plus_ms(-2 * LONGEST_MS);
    app.store.write(move |tx| tx.add_refresh_family(&tenant, family, first, forgotten).map_err(Failure::from)).await?;
    Ok(Refresh { token, expires })
}

/// A token of a new session, bound to the key with this thumbprint; then with a refresh token, unless it is for handing in.
///
/// # Errors
/// An internal error.
pub(super) async fn issue(
    app: &App,
    (officer, session_version): (&OfficerId, i64),
    device: Option<(&DeviceId, Use)>,
    key: Option<&str>,
    now: Instant,
) -> Result<Issued, Failure> {
    let session = hex(&random::bytes::<16>()?);
    let issued = issue_in(app, (officer, session_version), device, (&session, key), now)?;
    let Some(key) = key.filter(|_key| !device.is_some_and(|(_id, used)| used == Use::HandIn)) else {
        return Ok(issued);
    };
    let device = device.map(|(id, _used)| *id);
    let begun = Begun { officer: (*officer, session_version), device, session: &session, key };
    Ok(Issued { refresh: Some(begin(app, begun, now).await?), ..issued })
}

/// A token of a session, bound to the key with this thumbprint.
fn issue_in(
    app: &App,
    (officer, session_version): (&OfficerId, i64),
    device: Option<(&DeviceId, Use)>,
    (session, key): (&str, Option<&str>),
    now: Instant,
) -> Result<Issued, Failure> {
    let grant = Grant { officer, session_version, device, session, key };
    let token = app.tokens.issue(grant, now).map_err(Failure::broken)?;
    let expires = now.plus_ms(LIFETIME_S * 1000);
    Ok(Issued { token, expires, bound: key.is_some(), refresh: None })
}

/// The outcome of a use.
enum Used {
    /// The family goes on.
    Renewed(RefreshFamilyRow),
    /// The refusal, and whatever the transaction stored about it.
    Refused(Refusal),
}

/// Uses a token: a new access token and the successor.
///
/// # Errors
/// [`Refusal::Unauthenticated`], [`Refusal::DeviceRevoked`], as [`proof::prove`], or an internal error.
pub async fn renew(app: &App, token: String, asked: &Asked) -> Result<Issued, Failure> {
    // Anything that is no token is refused before a proof is used for it.
    if URL_SAFE_NO_PAD.decode(&token).map_or(0, |bytes| bytes.len()) != 32 {
        return Err(Refusal::Unauthenticated.into());
    }
    let proved = proof::prove(app, asked, None, None).await?;
    let (tenant, now, next) = (app.tenant, app.clock.now(), Successors::of(&app.keys).of_token(&token));
    let (hash, successor, key) = (hash_of(&token), hash_of(&next), proved.thumbprint.clone());
    let used = app
        .store
        .write(move |tx| {
            let is_first = tx.use_refresh_token(&tenant, &hash, now)?;
            let Some(row) = tx.refresh_token(&tenant, &hash)? else {
                return Ok(Used::Refused(Refusal::Unauthenticated));
            };
            let family = tx.refresh_family(&tenant, &row.family)?.ok_or(Refusal::Unauthenticated)?;
            if !stands(&family, now) {
                return Ok(Used::Refused(Refusal::Unauthenticated));
            }
            let again = !is_first && is_repetition(tx, &tenant, &row, &successor, now)?;
            if key != family.key_thumbprint || !(is_first || again) {
                end_as_copied(tx, &tenant, &family, now)?;
                return Ok(Used::Refused(Refusal::Unauthenticated));
            }
            if let Some(refusal) = of_the_person(tx, &tenant, &family, now)? {
                tx.end_refresh_family(&tenant, &family.id, now)?;
                return Ok(Used::Refused(refusal));
            }
            // A revocation at the same time ends the family before or after this, and never in between.
            if !tx.touch_refresh_family(&tenant, &family.id, now)? {
                return Ok(Used::Refused(Refusal::Unauthenticated));
            }
            if is_first {
                let generation = row.generation + 1;
                let new = RefreshTokenRow { hash: successor, family: family.id, generation, consumed: None };
                tx.add_refresh_token(&tenant, new)?;
            }
            Ok::<_, Failure>(Used::Renewed(family))
        })
        .await?;
    let family = match used {
        Used::Renewed(family) => family,
        // Refused outside of the transaction: what it stored stays.
        Used::Refused(refusal) => return Err(refusal.into()),
    };
    let device = family.device.as_ref().map(|device| (device, Use::Work));
    let officer = (&family.officer, family.session_version);
    let issued = issue_in(app, officer, device, (&family.session, Some(&proved.thumbprint)), now)?;
    Ok(Issued { refresh: Some(Refresh { token: next, expires: end_of(&family, now) }), ..issued })
}

/// Whether a family is valid. What a clock that was ahead has written does not count.
fn stands(family: &RefreshFamilyRow, now: Instant) -> bool {
    let ahead = family.begun.max(family.used) > now.plus_ms(SKEW_MS);
    let idle = now >= family.used.plus_ms(IDLE_MS);
    !ahead && !idle && now < family.begun.plus_ms(LONGEST_MS) && family.ended.is_none()
}

/// Whether a used token may give its successor again: it was used a moment ago, and the successor was not used.
fn is_repetition(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    row: &RefreshTokenRow,
    successor: &Digest,
    now: Instant,
) -> Result<bool, Failure> {
    let just = |used: Instant| (-SKEW_MS..=GRACE_MS).contains(&now.ms().saturating_sub(used.ms()));
    let next = tx.refresh_token(tenant, successor)?;
    Ok(row.consumed.is_some_and(just) && next.is_some_and(|next| next.consumed.is_none()))
}

/// Ends a family of which somebody has a copy, and tells its person.
fn end_as_copied(tx: &mut Tx<'_>, tenant: &TenantId, family: &RefreshFamilyRow, now: Instant) -> Result<(), Failure> {
    if tx.end_refresh_family(tenant, &family.id, now)? {
        let (kind, officer, device) = (AccountEventKind::RefreshTokenCopied, family.officer, family.device);
        let event = Event { kind, officer, actor: None, device, detail: "" };
        account_event::note(tx, tenant, &event, now)?;
    }
    Ok(())
}

/// Why the person or the phone of a family may not go on; none if they may.
fn of_the_person(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    family: &RefreshFamilyRow,
    now: Instant,
) -> Result<Option<Refusal>, Failure> {
    let bearer = tx.bearer(tenant, &family.officer, family.device.as_ref(), now)?;
    let session = family.session.clone();
    if caller::person(bearer.as_ref(), family.officer, family.session_version, session).is_err() {
        return Ok(Some(Refusal::Unauthenticated));
    }
    let phone = bearer.and_then(|bearer| bearer.phone);
    Ok(match (family.device, phone) {
        (None, _) => None,
        (Some(_), None) => Some(Refusal::Unauthenticated),
        (Some(_), Some(phone)) => phone.revoked.map(|_at| Refusal::DeviceRevoked),
    })
}

/// Signs out: the session of an access token that is bound to a key ends, with its refresh tokens.
///
/// # Errors
/// [`Refusal::NotFound`] for a session without refresh tokens, or an internal error.
pub async fn end(app: &App, session: String) -> Result<(), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    let ended = app.store.write(move |tx| tx.end_session(&tenant, &session, now).map_err(Failure::from)).await?;
    if ended { Ok(()) } else { Err(Refusal::NotFound.into()) }
}
