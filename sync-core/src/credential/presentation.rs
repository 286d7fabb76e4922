//! What was presented, and whether it holds.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::issue::digest;
use super::jwk::IssuerKey;
use super::jws::{self, Jws, instant, member, text};
use super::{
    Credential, CredentialError, DOCUMENT, Disclosed, HOLDER_TYPE, MOST_BYTES, MOST_DISCLOSURES, Mirrored, StatusPlace,
    TYPE, claim, json, jwk,
};
use crate::id::Digest;
use crate::sign::{PublicKey, Verifier};
use crate::time::Instant;

/// How old a proof of possession may be, in milliseconds; also how far the clocks of two phones may differ.
pub const PROOF_MS: i64 = 5 * 60 * 1000;
/// How far the clock of the issuer may be ahead, in milliseconds.
const SKEW_MS: i64 = 60 * 1000;
/// Claims that are never disclosed by themselves, and names that are not claims.
const NEVER: [&str; 13] =
    ["iss", "vct", "iat", "exp", "nbf", "cnf", "status", "mirrors", "vct#integrity", "_sd", "_sd_alg", "...", "sub"];

/// For whom a credential is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The verifier: an address, or what the checking phone shows.
    pub audience: &'a str,
    /// What the verifier gave, never used before.
    pub nonce: &'a str,
}

/// The parts of an SD-JWT.
pub(super) struct Parts<'a> {
    /// The issuer's JWT.
    pub jwt: &'a str,
    /// The disclosures.
    pub disclosures: Vec<&'a str>,
    /// The proof of possession.
    pub proof: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Splits it, within its bounds.
    pub fn of(whole: &'a str) -> Result<Self, CredentialError> {
        if whole.len() > MOST_BYTES {
            return Err(CredentialError::TooLarge);
        }
        let mut parts = whole.split('~');
        let jwt = parts.next().ok_or(CredentialError::Unreadable)?;
        // Without a `~` it is no SD-JWT.
        let proof = parts.next_back().ok_or(CredentialError::Unreadable)?;
        let disclosures: Vec<&str> = parts.collect();
        if disclosures.len() > MOST_DISCLOSURES {
            return Err(CredentialError::TooLarge);
        }
        Ok(Self { jwt, disclosures, proof: Some(proof).filter(|proof| !proof.is_empty()) })
    }
}

/// Name and value of a disclosure `[salt, name, value]`.
pub(super) fn disclosure(text: &str) -> Result<(String, Value), CredentialError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_wrong| CredentialError::Unreadable)?;
    let Value::Array(parts) = json::value(&bytes)? else { return Err(CredentialError::Disclosure) };
    match <[Value; 3]>::try_from(parts) {
        Ok([Value::String(_salt), Value::String(name), value]) => Ok((name, value)),
        Ok(_) | Err(_) => Err(CredentialError::Disclosure),
    }
}

/// A presentation, parsed but not yet verified.
#[derive(Debug)]
pub struct Presentation<'a> {
    jwt: Jws<'a>,
    proof: Jws<'a>,
    /// The digest over everything before the proof.
    hash: String,
    disclosed: Vec<(String, Value)>,
}

impl<'a> Presentation<'a> {
    /// Parses it. Every digest and every disclosure is checked here; signatures and times are not.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub fn read(whole: &'a str) -> Result<Self, CredentialError> {
        let Parts { jwt, disclosures, proof } = Parts::of(whole)?;
        let proof = proof.ok_or(CredentialError::NoProof)?;
        let jwt = Jws::read(jwt, TYPE)?;
        if jwt.claims.get("_sd_alg").is_some_and(|named| named != "sha-256") {
            return Err(CredentialError::Algorithm);
        }
        let digests = digests(&jwt.claims)?;
        let (mut seen, mut disclosed) = (BTreeSet::new(), Vec::<(String, Value)>::new());
        for text in disclosures {
            let digest = digest(text);
            let (name, value) = disclosure(text)?;
            let is_named = digests.contains(digest.as_str()) && seen.insert(digest);
            let is_new = !jwt.claims.contains_key(&name) && disclosed.iter().all(|(other, _)| *other != name);
            if !is_named || !is_new || NEVER.contains(&name.as_str()) || hides(&value) {
                return Err(CredentialError::Disclosure);
            }
            disclosed.push((name, value));
        }
        let hash = digest(whole.split_at(whole.rfind('~').map_or(0, |last| last + 1)).0);
        Ok(Self { proof: Jws::read(proof, HOLDER_TYPE)?, jwt, hash, disclosed })
    }

    /// Who is said to have issued it. Not verified: it says whose keys are wanted.
    pub fn issuer(&self) -> Option<&str> {
        self.jwt.claims.get("iss").and_then(Value::as_str)
    }

    /// Verifies it: issued by this issuer with one of its keys, valid now, shown by the holder of its key for this request.
    ///
    /// # Errors
    /// [`CredentialError`].
    pub fn verify(
        &self,
        (by, keys): (&str, &[IssuerKey]),
        request: Request<'_>,
        now: Instant,
        verifier: &dyn Verifier,
    ) -> Result<Credential, CredentialError> {
        let claims = &self.jwt.claims;
        if text(claims, "iss")? != by {
            return Err(CredentialError::Issuer);
        }
        let kid = self.jwt.kid.as_deref().ok_or(CredentialError::Issuer)?;
        let key = keys.iter().find(|key| key.kid == kid).ok_or(CredentialError::Issuer)?;
        if !self.jwt.is_by(&key.key, verifier) {
            return Err(CredentialError::Signature);
        }
        let (issued, expires) = (instant(claims, "iat")?, instant(claims, "exp")?);
        let begins = if claims.contains_key("nbf") { instant(claims, "nbf")? } else { issued };
        if now >= expires || issued.max(begins) > now.plus_ms(SKEW_MS) {
            return Err(CredentialError::Time);
        }
        let key = jwk::read(member(member(claims, "cnf")?, "jwk")?)?;
        self.prove(&key, request, now, verifier)?;
        let list = member(member(claims, "status")?, "status_list")?;
        let index = list.get("idx").and_then(Value::as_u64).ok_or(CredentialError::Claim)?;
        let mirrors = member(claims, "mirrors")?;
        let mirrored = Mirrored { number: text(mirrors, "number")?, issued_by: text(mirrors, "issued_by")? };
        let disclosed = self.disclosed(&mirrored)?;
        if text(mirrors, "document")? != DOCUMENT {
            return Err(CredentialError::Claim);
        }
        Ok(Credential {
            issuer: by.to_owned(),
            vct: text(claims, "vct")?,
            issued,
            expires,
            key,
            status: StatusPlace { uri: text(list, "uri")?, index },
            mirrored,
            disclosed,
        })
    }

    /// The proof of possession: by the key of the credential, for this request, now, over exactly what was presented.
    fn prove(
        &self,
        key: &PublicKey,
        request: Request<'_>,
        now: Instant,
        verifier: &dyn Verifier,
    ) -> Result<(), CredentialError> {
        let Self { proof, hash, .. } = self;
        let (claims, Request { audience, nonce }) = (&proof.claims, request);
        let says = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
        let made = instant(claims, "iat").map_err(|_wrong| CredentialError::Proof)?;
        let age = now.ms().saturating_sub(made.ms());
        let fits = proof.kid.is_none()
            && says("aud", audience)
            && says("nonce", nonce)
            && says("sd_hash", hash)
            && (-PROOF_MS..=PROOF_MS).contains(&age)
            && proof.is_by(key, verifier);
        if fits { Ok(()) } else { Err(CredentialError::Proof) }
    }

    fn disclosed(&self, mirrored: &Mirrored) -> Result<Disclosed, CredentialError> {
        let mut found = Disclosed::default();
        for (name, value) in &self.disclosed {
            let text = value.as_str().filter(|text| text.chars().count() <= jws::LONGEST);
            let text = || text.map(str::to_owned).ok_or(CredentialError::Claim);
            match name.as_str() {
                claim::NAME => found.name = Some(text()?),
                claim::AGENCY => found.agency = Some(text()?),
                claim::NUMBER => found.number = Some(text()?),
                claim::CATEGORY => found.category = Some(text()?),
                claim::REGION => found.region = Some(text()?),
                claim::PHOTO => {
                    let digest: Digest = text()?.parse().map_err(|_wrong| CredentialError::Claim)?;
                    found.photo = Some(digest);
                }
                // A later version may disclose more.
                _ => {}
            }
        }
        if found.number.as_ref().is_some_and(|number| *number != mirrored.number) {
            return Err(CredentialError::Claim);
        }
        Ok(found)
    }
}

/// The digests of the credential, each once and nowhere but at the top.
fn digests(claims: &Map<String, Value>) -> Result<BTreeSet<&str>, CredentialError> {
    let mut all = BTreeSet::new();
    if let Some(listed) = claims.get("_sd") {
        for digest in listed.as_array().ok_or(CredentialError::Claim)? {
            if !all.insert(digest.as_str().ok_or(CredentialError::Claim)?) {
                return Err(CredentialError::Disclosure);
            }
        }
    }
    let inner = claims.iter().filter(|(name, _)| name.as_str() != "_sd").map(|(_, value)| value);
    if claims.contains_key("...") || inner.into_iter().any(hides) { Err(CredentialError::Disclosure) } else { Ok(all) }
}

/// Whether something inside refers to disclosures.
fn hides(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, value)| ["_sd", "...", "_sd_alg"].contains(&name.as_str()) || hides(value))
        }
        Value::Array(items) => items.iter().any(hides),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
