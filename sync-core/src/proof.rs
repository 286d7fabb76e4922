//! Proof of possession of the request key: DPoP (RFC 9449), and the thumbprint of a key (RFC 7638).
//!
//! Promise: a [`Proof`] is made for one request, with the key that its tokens are bound to, so a stolen token is worth
//! nothing without the key. Not here: checking proofs, which the server does with a parser of its own.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sign::{PublicKey, Signer, SignerError};

/// Type of a proof (RFC 9449 §4.2).
pub const TYPE: &str = "dpop+jwt";
/// The algorithm of P-256 keys (RFC 7518 §3.4).
pub const ES256: &str = "ES256";
const KTY: &str = "EC";
const CRV: &str = "P-256";

/// A public P-256 key as a JSON Web Key (RFC 7517). Members other than these are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// `P-256`.
    pub crv: String,
    /// `EC`.
    pub kty: String,
    /// The x coordinate, base64url.
    pub x: String,
    /// The y coordinate, base64url.
    pub y: String,
}

impl Jwk {
    /// The key as a JWK.
    pub fn of(key: &PublicKey) -> Self {
        let (_uncompressed, point) = key.bytes().split_at(1);
        let (x, y) = point.split_at(32);
        Self { crv: CRV.to_owned(), kty: KTY.to_owned(), x: base64url(x), y: base64url(y) }
    }

    /// The key; none if this is no P-256 key in its only form. Whether the point lies on the curve is checked by what
    /// verifies with it.
    pub fn key(&self) -> Option<PublicKey> {
        let Self { crv, kty, x, y } = self;
        let coordinate = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32);
        if crv != CRV || kty != KTY {
            return None;
        }
        PublicKey::from_slice(&[vec![4], coordinate(x)?, coordinate(y)?].concat())
    }
}

/// The SHA-256 thumbprint of a key (RFC 7638): the members in the order of their names, base64url.
pub fn thumbprint(key: &PublicKey) -> String {
    let Jwk { crv, kty, x, y } = Jwk::of(key);
    hash_of(&format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}"#))
}

/// The SHA-256 of a text, base64url: `ath` of an access token.
pub fn hash_of(text: &str) -> String {
    base64url(&Sha256::digest(text.as_bytes()))
}

fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A proof for one request.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its address, without query and fragment.
    pub url: &'a str,
    /// The access token that it carries; none for a request that asks for one.
    pub token: Option<&'a str>,
    /// The last nonce that the server gave, if it gave one.
    pub nonce: Option<&'a str>,
    /// A fresh random text, at least 16 bytes of randomness.
    pub id: &'a str,
    /// Now, in seconds. A wrong clock does no harm when there is a nonce.
    pub at_s: i64,
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: &'a str,
    jwk: Jwk,
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: &'a str,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl Proof<'_> {
    /// The text of the header `DPoP`.
    ///
    /// ```
    /// use sync_core::proof::Proof;
    /// use sync_core::sign::SoftwareKey;
    ///
    /// let key = SoftwareKey::from_secret(&[7; 32]).unwrap();
    /// let url = "https://palm.example/v1/me";
    /// let proof = Proof { method: "GET", url, token: Some("t"), nonce: None, id: "fresh", at_s: 1_795_363_200 };
    /// assert_eq!(proof.sign(&key).unwrap().split('.').count(), 3);
    /// ```
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(&self, key: &dyn Signer) -> Result<String, SignerError> {
        let Self { method, url, token, nonce, id, at_s } = *self;
        let header = Header { typ: TYPE, alg: ES256, jwk: Jwk::of(&key.public_key()) };
        let claims = Claims { jti: id, htm: method, htu: url, iat: at_s, ath: token.map(hash_of), nonce };
        let unsigned = format!("{}.{}", part(&header)?, part(&claims)?);
        let signature = key.sign(unsigned.as_bytes())?;
        Ok(format!("{unsigned}.{}", base64url(&signature)))
    }
}

fn part(value: &impl Serialize) -> Result<String, SignerError> {
    let json = serde_json::to_vec(value).map_err(|error| SignerError(error.to_string()))?;
    Ok(base64url(&json))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 9449 §4.1.
    fn example() -> Jwk {
        Jwk {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".to_owned(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".to_owned(),
        }
    }

    #[test]
    fn the_thumbprint_of_the_key_of_rfc_9449_is_the_one_that_it_prints() {
        let key = example().key().unwrap();
        assert_eq!(thumbprint(&key), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(Jwk::of(&key), example());
    }

    #[test]
    fn the_hash_of_the_token_of_rfc_9449_is_the_one_that_it_prints() {
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        assert_eq!(hash_of(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }

    #[test]
    fn a_jwk_of_another_form_is_no_key() {
        let with = |change: fn(&mut Jwk)| {
            let mut jwk = example();
            change(&mut jwk);
            jwk.key()
        };
        assert!(with(|_| ()).is_some());
        assert!(with(|jwk| jwk.kty = "OKP".to_owned()).is_none());
        assert!(with(|jwk| jwk.crv = "P-384".to_owned()).is_none());
        assert!(with(|jwk| jwk.x = jwk.x.split_at(42).0.to_owned()).is_none(), "a byte short");
        assert!(with(|jwk| jwk.y.push('A')).is_none());
        assert!(with(|jwk| jwk.y.push('=')).is_none(), "padding");
        let private = r#"{"kty":"EC","crv":"P-256","x":"","y":"","d":""}"#;
        assert!(serde_json::from_str::<Jwk>(private).is_err(), "a private key");
    }
}
