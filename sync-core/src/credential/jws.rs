//! Compact JWS (RFC 7515), ES256 only.
//!
//! Promise: the header has `alg`, `typ` and, of an issuer's token, `kid`, and nothing else. The algorithm is never taken
//! from the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{CredentialError, json};
use crate::sign::{PublicKey, Signer, SignerError, Verifier};

/// A token, parsed but not yet verified.
#[derive(Debug)]
pub(super) struct Jws<'a> {
    signed: &'a str,
    signature: [u8; 64],
    /// The name of the key.
    pub kid: Option<String>,
    /// The claims.
    pub claims: Map<String, Value>,
}

impl<'a> Jws<'a> {
    /// Reads a token of this type.
    pub fn read(text: &'a str, typ: &str) -> Result<Self, CredentialError> {
        let (signed, signature) = text.rsplit_once('.').ok_or(CredentialError::Unreadable)?;
        let (header, payload) = signed.split_once('.').ok_or(CredentialError::Unreadable)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_wrong| CredentialError::Unreadable);
        let header = json::object(&decoded(header)?)?;
        if header.get("typ").and_then(Value::as_str) != Some(typ) {
            return Err(CredentialError::Type);
        }
        if header.get("alg").and_then(Value::as_str) != Some("ES256") {
            return Err(CredentialError::Algorithm);
        }
        if header.keys().any(|name| !["alg", "typ", "kid"].contains(&name.as_str())) {
            return Err(CredentialError::Header);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(CredentialError::Header)?.to_owned()),
        };
        let signature = decoded(signature)?.try_into().map_err(|_length| CredentialError::Unreadable)?;
        Ok(Self { signed, signature, kid, claims: json::object(&decoded(payload)?)? })
    }

    /// Whether the signature is by this key.
    pub fn is_by(&self, key: &PublicKey, verifier: &dyn Verifier) -> bool {
        verifier.verify(key, self.signed.as_bytes(), &self.signature)
    }
}

/// Signs claims as a token of this type.
pub(super) fn sign(typ: &str, kid: Option<&str>, claims: &Value, signer: &dyn Signer) -> Result<String, SignerError> {
    let mut header = json!({ "alg": "ES256", "typ": typ });
    if let (Some(kid), Some(header)) = (kid, header.as_object_mut()) {
        header.insert("kid".to_owned(), kid.into());
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(&header), part(claims));
    let signature = signer.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// A whole number of seconds as an instant.
pub(super) fn instant(claims: &Map<String, Value>, name: &str) -> Result<crate::time::Instant, CredentialError> {
    let seconds = claims.get(name).and_then(Value::as_i64).filter(|seconds| (0..=MOST_SECONDS).contains(seconds));
    Ok(crate::time::Instant::from_ms(seconds.ok_or(CredentialError::Claim)? * 1000))
}

/// The last second of the year 9999.
const MOST_SECONDS: i64 = 253_402_300_799;

/// A text of at most [`LONGEST`] characters.
pub(super) fn text(claims: &Map<String, Value>, name: &str) -> Result<String, CredentialError> {
    let text = claims.get(name).and_then(Value::as_str).filter(|text| text.chars().count() <= LONGEST);
    Ok(text.ok_or(CredentialError::Claim)?.to_owned())
}

/// Most characters of a text in a claim.
pub(super) const LONGEST: usize = 1000;

/// The object in a claim.
pub(super) fn member<'a>(
    claims: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, CredentialError> {
    claims.get(name).and_then(Value::as_object).ok_or(CredentialError::Claim)
}
