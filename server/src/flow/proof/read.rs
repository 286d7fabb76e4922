//! Reads a proof and checks its signature (RFC 9449 §4.3, steps 2 to 8).
//!
//! Promise: the algorithm comes from the list of this server and not from the proof; a private key, an unknown critical
//! extension, a key by reference and a member that stands twice are refused. Further members are ignored, as RFC 7515
//! asks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sync_core::proof::{ES256, Jwk, TYPE};
use sync_core::sign::{PublicKey, Verifier as _};

use crate::flow::keys::FastVerifier;

/// The longest proof that is read.
const LONGEST: usize = 4096;
/// The longest id of a proof.
const LONGEST_ID: usize = 256;

/// Refuses a member that must not be there, whatever its value is.
fn refused<'de, D: Deserializer<'de>>(_from: D) -> Result<(), D::Error> {
    Err(D::Error::custom("a member that is not allowed"))
}

/// The header of a proof.
#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: SentKey,
    #[serde(default, rename = "crit", deserialize_with = "refused")]
    _crit: (),
    #[serde(default, rename = "jku", deserialize_with = "refused")]
    _jku: (),
    #[serde(default, rename = "x5u", deserialize_with = "refused")]
    _x5u: (),
    #[serde(default, rename = "x5c", deserialize_with = "refused")]
    _x5c: (),
}

/// The public key in a header. Other software adds members such as `alg` and `kid`.
#[derive(Deserialize)]
struct SentKey {
    kty: String,
    crv: String,
    x: String,
    y: String,
    #[serde(default, rename = "d", deserialize_with = "refused")]
    _d: (),
    #[serde(default, rename = "k", deserialize_with = "refused")]
    _k: (),
    #[serde(default, rename = "p", deserialize_with = "refused")]
    _p: (),
    #[serde(default, rename = "q", deserialize_with = "refused")]
    _q: (),
}

/// The claims of a proof.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// The id of the proof.
    pub jti: String,
    /// The method.
    pub htm: String,
    /// The address.
    pub htu: String,
    /// When it was made, in seconds.
    pub iat: i64,
    /// SHA-256 of the access token, base64url.
    #[serde(default)]
    pub ath: Option<String>,
    /// A nonce of the server.
    #[serde(default)]
    pub nonce: Option<String>,
}

/// The key and the claims of a proof that is signed by that key.
pub(super) fn read(text: &str) -> Option<(PublicKey, Claims)> {
    if text.len() > LONGEST {
        return None;
    }
    let (unsigned, signature) = text.rsplit_once('.')?;
    let (header, claims) = unsigned.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let Header { typ, alg, jwk, .. } = serde_json::from_slice(&decoded(header)?).ok()?;
    if typ != TYPE || alg != ES256 {
        return None;
    }
    let SentKey { kty, crv, x, y, .. } = jwk;
    let key = Jwk { kty, crv, x, y }.key()?;
    let signature: [u8; 64] = decoded(signature)?.try_into().ok()?;
    if !FastVerifier.verify(&key, unsigned.as_bytes(), &signature) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&decoded(claims)?).ok()?;
    (1..=LONGEST_ID).contains(&claims.jti.len()).then_some((key, claims))
}
