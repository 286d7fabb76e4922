//! Access tokens: ES256 JWTs valid for ten minutes.
//!
//! Promise: [`Tokens::read`] accepts only what [`Tokens::issue`] issued, for this installation, now. The JWT library
//! accepts a wrong `typ`, an unknown `crit` and key material in the header; these are refused here first. Not here:
//! whether the person or the phone may still act; that is read from the database for every request.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sync_core::id::{DeviceId, OfficerId, TenantId};
use sync_core::proof::Jwk;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use crate::flow::keys::set::{self, SetKey};
use crate::flow::keys::{KeySet, TOKEN};

/// How long a token lasts, in seconds.
pub const LIFETIME_S: i64 = 600;
const AUDIENCE: &str = "palm";
const TYPE: &str = "at+jwt";
const LONGEST: usize = 4096;
/// Size of the cache of verified tokens. The cache is cleared when it is full.
const REMEMBERED: usize = 4096;
/// After how long the keys are read again.
const READ_AGAIN_MS: i64 = 10 * 1000;
/// The same when a token names an unknown key.
const LOOK_AGAIN_MS: i64 = 1000;
/// How far two clocks may differ, in seconds.
const LEEWAY_S: i64 = 30;

/// Claims of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Issuer: the tenant's id.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// The officer's id.
    pub sub: String,
    /// The session, the same for every token it renews.
    pub sid: String,
    /// This token.
    pub jti: String,
    /// Issued at, seconds.
    pub iat: i64,
    /// Not before, seconds.
    pub nbf: i64,
    /// Expires, seconds.
    pub exp: i64,
    /// Version of the account's sessions.
    pub sv: i64,
    /// The phone to which it was issued, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Whether it is a hand-in token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hand_in: bool,
    /// The key that must be proved with every use (RFC 9449 section 6.1); none for a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// The key to which a token is bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Its thumbprint (RFC 7638).
    pub jkt: String,
}

/// Who gets a token, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The officer.
    pub officer: &'a OfficerId,
    /// Version of the sessions of the officer's account.
    pub session_version: i64,
    /// The phone, and what it may do.
    pub device: Option<(&'a DeviceId, Use)>,
    /// The session.
    pub session: &'a str,
    /// The thumbprint of the key to which the token is bound.
    pub key: Option<&'a str>,
}

/// What a phone may do with its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Everything that phones do.
    Work,
    /// Push and upload only; no reading.
    HandIn,
}

/// The token was not issued by this installation, or is not valid now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an access token of this installation")]
pub struct NotAToken;

/// Tokens cannot be signed or verified on this machine.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Signing failed.
    #[error("sign an access token")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// No randomness for an id.
    #[error(transparent)]
    Random(#[from] crate::random::NoRandomness),
    /// The signature did not verify.
    #[error("the token self-test failed")]
    SelfTest,
}

/// Issues and reads access tokens.
pub struct Tokens {
    keys: RwLock<Loaded>,
    /// Where the keys are read again, because another process may rotate them.
    directory: PathBuf,
    issuer: String,
    /// Claims with a verified signature and the key that verified it, by the SHA-256 of the whole token: a phone sends the
    /// same token for ten minutes. Expiry and key are checked every time.
    read: Mutex<HashMap<[u8; 32], Arc<Verified>>>,
}

/// The keys as they were read.
struct Loaded {
    set: KeySet,
    signing: EncodingKey,
    at: Instant,
}

impl Loaded {
    fn of(set: KeySet, at: Instant) -> Self {
        let signing = EncodingKey::from_ec_der(set.signing().key.pkcs8());
        Self { set, signing, at }
    }

    /// Whether they are to be read again, after so many milliseconds or when the clock has gone back.
    fn is_older_than(&self, ms: i64, now: Instant) -> bool {
        !(0..ms).contains(&now.ms().saturating_sub(self.at.ms()))
    }
}

/// A token whose signature is right.
#[derive(Debug)]
struct Verified {
    kid: String,
    claims: Arc<Claims>,
}

impl Tokens {
    /// Takes the token keys, and tests at once that the newest signs and verifies, because a missing backend would fail only at the
    /// first use.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn new(set: KeySet, directory: &Path, tenant: &TenantId, now: Instant) -> Result<Self, TokenError> {
        let tokens = Self {
            keys: RwLock::new(Loaded::of(set, now)),
            directory: directory.to_owned(),
            issuer: tenant.to_string(),
            read: Mutex::default(),
        };
        let officer = OfficerId::new([0; 16]);
        let grant = Grant { officer: &officer, session_version: 0, device: None, session: "self-test", key: None };
        let probe = tokens.issue(grant, now)?;
        let read = tokens.read(&probe, now).map_err(|NotAToken| TokenError::SelfTest)?;
        if read.sub == officer.to_string() { Ok(tokens) } else { Err(TokenError::SelfTest) }
    }

    /// A token for ten minutes.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn issue(&self, grant: Grant<'_>, now: Instant) -> Result<String, TokenError> {
        let Grant { officer, session_version, device, session, key } = grant;
        let seconds = now.ms().div_euclid(1000);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: officer.to_string(),
            sid: session.to_owned(),
            jti: URL_SAFE_NO_PAD.encode(crate::random::bytes::<16>()?),
            iat: seconds,
            nbf: seconds,
            exp: seconds + LIFETIME_S,
            sv: session_version,
            device: device.map(|(id, _)| id.to_string()),
            hand_in: device.is_some_and(|(_, used)| used == Use::HandIn),
            cnf: key.map(|thumbprint| Confirmation { jkt: thumbprint.to_owned() }),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TYPE.to_owned());
        let keys = self.keys(READ_AGAIN_MS, now);
        header.kid = Some(keys.set.signing().kid.clone());
        Ok(jsonwebtoken::encode(&header, &claims, &keys.signing)?)
    }

    /// The keys, read again if they were read so many milliseconds ago.
    fn keys(&self, ms: i64, now: Instant) -> RwLockReadGuard<'_, Loaded> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        if !keys.is_older_than(ms, now) {
            return keys;
        }
        drop(keys);
        match KeySet::open(&self.directory, TOKEN) {
            Ok(set) => *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Loaded::of(set, now),
            // What was read before still serves; the operator is told.
            Err(error) => {
                tracing::error!(%error, "the token keys cannot be read again");
                self.keys.write().unwrap_or_else(PoisonError::into_inner).at = now;
            }
        }
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of this name, if it verifies now. An unknown one may be new.
    fn key(&self, kid: &str, now: Instant) -> Option<PublicKey> {
        let found = |ms| self.keys(ms, now).set.find(kid, now).map(SetKey::public);
        found(READ_AGAIN_MS).or_else(|| found(LOOK_AGAIN_MS))
    }

    /// The keys that verify now, with their names; the one that signs is the first.
    pub fn public_keys(&self, now: Instant) -> Vec<(String, PublicKey)> {
        let keys = self.keys(READ_AGAIN_MS, now);
        keys.set.verifying(now).map(|key| (key.kid.clone(), key.public())).collect()
    }

    /// Reads a token that is valid at `now`.
    ///
    /// # Errors
    /// [`NotAToken`], without saying why.
    pub fn read(&self, token: &str, now: Instant) -> Result<Arc<Claims>, NotAToken> {
        if token.len() > LONGEST {
            return Err(NotAToken);
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let remembered = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        // A key that was exposed may have ended since.
        let remembered = remembered.filter(|verified| self.key(&verified.kid, now).is_some());
        let known = remembered.is_some();
        let verified = remembered.map_or_else(|| self.open(token, now).map(Arc::new), Ok)?;
        let claims = Arc::clone(&verified.claims);
        let seconds = now.ms().div_euclid(1000);
        let fresh = claims.nbf <= seconds + LEEWAY_S && claims.exp > seconds - LEEWAY_S;
        if !fresh {
            return Err(NotAToken);
        }
        if !known {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if read.len() >= REMEMBERED {
                read.clear();
            }
            read.insert(hash, verified);
        }
        Ok(claims)
    }

    /// Reads a token that [`Tokens::issue`] issued at any time.
    fn open(&self, token: &str, now: Instant) -> Result<Verified, NotAToken> {
        let kid = read_header(token)?;
        let key = self.key(&kid, now).ok_or(NotAToken)?;
        let Jwk { x, y, .. } = Jwk::of(&key);
        let verifying = DecodingKey::from_ec_components(&x, &y).map_err(|_no_key| NotAToken)?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library reads the machine's clock; here the time is an argument.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims: Claims =
            jsonwebtoken::decode(token, &verifying, &validation).map_err(|_whatever_is_wrong| NotAToken)?.claims;
        if claims.exp.checked_sub(claims.iat) != Some(LIFETIME_S) {
            return Err(NotAToken);
        }
        Ok(Verified { kid, claims: Arc::new(claims) })
    }
}

/// The header of a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenHeader {
    alg: String,
    kid: String,
    typ: String,
}

/// The name of the key in a header that says exactly what [`Tokens::issue`] writes, nothing more.
fn read_header(token: &str) -> Result<String, NotAToken> {
    let encoded = token.split('.').next().ok_or(NotAToken)?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_not_base64| NotAToken)?;
    let TokenHeader { alg, kid, typ } = serde_json::from_slice(&bytes).map_err(|_another_header| NotAToken)?;
    if alg == set::Algorithm::Es256.name() && typ == TYPE { Ok(kid) } else { Err(NotAToken) }
}

#[cfg(test)]
mod tests;
