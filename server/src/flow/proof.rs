//! Proofs of possession of a request key (DPoP, RFC 9449).
//!
//! Promise: a proof is accepted once, for the method and address of the request that carries it, with the access token
//! that it names, and only while it is fresh: made within [`WITHIN_S`] of now, or with a nonce that this installation
//! gave in the last [`LIFETIME_MS`]. This holds for several processes and over a restart
//! (`docs/adr/0015-tokens-are-bound-to-a-key.md`). Not here: who the key belongs to (`caller`, `device`).

mod read;
mod target;

use sha2::{Digest as _, Sha256};
use sync_core::id::Digest;
use sync_core::proof::{hash_of, thumbprint};
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use super::app::App;
use super::nonce::{LIFETIME_MS, Life, Nonces};
use super::refusal::{Failure, Refusal, Refused};
use read::Claims;

/// How far the clock of a client may be from the server's, in seconds, if the proof has no nonce.
pub const WITHIN_S: i64 = 60;

/// A request, as far as a proof is about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// The addresses by which the client may have asked: more than one behind a proxy that changes the host.
    pub targets: Vec<String>,
    /// The texts of its headers `DPoP`.
    pub proofs: Vec<String>,
}

/// How a token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// The token alone.
    Bearer,
    /// With a proof.
    Dpop,
}

/// An access token with everything that the request shows for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The token.
    pub token: String,
    /// How it is presented.
    pub scheme: Scheme,
    /// The request.
    pub asked: Asked,
}

impl Presented {
    /// A token that is presented alone.
    pub fn bearer(token: &str) -> Self {
        Self { token: token.to_owned(), scheme: Scheme::Bearer, asked: Asked::default() }
    }
}

/// A key that was proved to be with the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedKey {
    /// The key.
    pub key: PublicKey,
    /// Its thumbprint (RFC 7638).
    pub thumbprint: String,
}

/// What remains to be done so that a proof is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Once {
    /// Nothing: this process alone accepts the nonce, and has marked the proof as used.
    Marked,
    /// To be stored, because other processes accept it too.
    Shared { hash: Digest, expires: Instant },
}

/// Checks that a token is presented as it was issued: a bound one with a proof of its key, any other alone.
///
/// # Errors
/// [`Refusal::DpopRequired`], [`Refusal::Unauthenticated`], or as [`prove`].
pub async fn check_binding(app: &App, presented: &Presented, bound: Option<&str>) -> Result<(), Failure> {
    match (bound, presented.scheme) {
        (None, Scheme::Bearer) => Ok(()),
        (None, Scheme::Dpop) => Err(Refusal::Unauthenticated.into()),
        (Some(_), Scheme::Bearer) => Err(Refusal::DpopRequired.into()),
        (Some(thumbprint), Scheme::Dpop) => {
            prove(app, &presented.asked, Some(&presented.token), Some(thumbprint)).await.map(|_proved| ())
        }
    }
}

/// The key of a request without a token; none if it has no proof.
///
/// # Errors
/// As [`prove`].
pub async fn key_of(app: &App, asked: &Asked) -> Result<Option<ProvedKey>, Failure> {
    if asked.proofs.is_empty() { Ok(None) } else { prove(app, asked, None, None).await.map(Some) }
}

/// Checks the one proof of a request and uses it. `bound` is the thumbprint of the only key that is accepted.
///
/// # Errors
/// [`Refusal::InvalidDpopProof`]; [`Refusal::UseDpopNonce`] with a nonce for the next attempt; or an internal error.
pub async fn prove(app: &App, asked: &Asked, token: Option<&str>, bound: Option<&str>) -> Result<ProvedKey, Failure> {
    let now = app.clock.now();
    let (proved, once) = check(&app.nonces, asked, (token, bound), now)?;
    if let Once::Shared { hash, expires } = once {
        let (tenant, ahead) = (app.tenant, now.plus_ms(2 * LIFETIME_MS));
        match app.store.write(move |tx| tx.use_proof(&tenant, &hash, expires, (now, ahead))).await {
            Err(error) if error.is_duplicate() => return Err(Refusal::InvalidDpopProof.into()),
            other => other?,
        }
    }
    Ok(proved)
}

/// The part that needs no database.
fn check(
    nonces: &Nonces,
    asked: &Asked,
    (token, bound): (Option<&str>, Option<&str>),
    now: Instant,
) -> Result<(ProvedKey, Once), Refused> {
    let invalid = || Refused::from(Refusal::InvalidDpopProof);
    let [text] = asked.proofs.as_slice() else { return Err(invalid()) };
    let (key, claims) = read::read(text).ok_or_else(invalid)?;
    let thumbprint = thumbprint(&key);
    let names_this_request = claims.htm == asked.method && target::is_one_of(&claims.htu, &asked.targets);
    let names_the_token = token.is_none_or(|token| claims.ath.as_deref() == Some(hash_of(token).as_str()));
    if !names_this_request || !names_the_token || bound.is_some_and(|bound| bound != thumbprint) {
        return Err(invalid());
    }
    let once = use_once(nonces, &claims, &thumbprint, now)?;
    Ok((ProvedKey { key, thumbprint }, once))
}

/// Whether the proof is fresh, and what makes it the only one with its id.
fn use_once(nonces: &Nonces, claims: &Claims, thumbprint: &str, now: Instant) -> Result<Once, Refused> {
    let hash = Sha256::new_with_prefix(thumbprint).chain_update([0]).chain_update(&claims.jti).finalize();
    let hash = Digest::new(hash.into());
    let life = match &claims.nonce {
        Some(nonce) => nonces.use_once(nonce, &hash, now),
        None => made_lately(claims.iat, now).map_or(Life::Stale, |expires| Life::Shared { expires }),
    };
    match life {
        Life::Marked => Ok(Once::Marked),
        Life::Shared { expires } => Ok(Once::Shared { hash, expires }),
        Life::Used => Err(Refusal::InvalidDpopProof.into()),
        Life::Stale => Err(Refused::from(Refusal::UseDpopNonce).with_nonce(nonces.next(now))),
    }
}

/// When a proof without a nonce ends, if it was made within [`WITHIN_S`] of now.
fn made_lately(iat: i64, now: Instant) -> Option<Instant> {
    let seconds = now.ms().div_euclid(1000);
    let near = iat.checked_sub(seconds)?.unsigned_abs() <= WITHIN_S.unsigned_abs();
    near.then(|| Instant::from_ms(iat.saturating_add(WITHIN_S + 1).saturating_mul(1000)))
}

#[cfg(test)]
mod tests;
