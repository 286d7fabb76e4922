//! Public keys as JSON (RFC 7517, RFC 7638): P-256 only.

use serde_json::{Map, Value, json};

use super::{CredentialError, json};
use crate::proof::{Jwk, thumbprint};
use crate::sign::PublicKey;

/// Most bytes of a set of keys.
const MOST_BYTES: usize = 64 * 1024;

/// The key as a JWK.
pub fn jwk(key: &PublicKey) -> Value {
    let Jwk { crv, kty, x, y } = Jwk::of(key);
    json!({ "kty": kty, "crv": crv, "x": x, "y": y })
}

/// Keys that sign, as a JWK set: each under its thumbprint.
pub fn set(keys: &[PublicKey]) -> Value {
    let one = |key: &PublicKey| {
        let Jwk { crv, kty, x, y } = Jwk::of(key);
        json!({ "kty": kty, "crv": crv, "x": x, "y": y, "kid": thumbprint(key), "use": "sig", "alg": "ES256" })
    };
    json!({ "keys": keys.iter().map(one).collect::<Vec<_>>() })
}

/// The key of a JWK that has nothing else.
pub(super) fn read(jwk: &Map<String, Value>) -> Result<PublicKey, CredentialError> {
    let jwk: Jwk = serde_json::from_value(Value::Object(jwk.clone())).map_err(|_wrong| CredentialError::Claim)?;
    jwk.key().ok_or(CredentialError::Claim)
}

/// The key of a member of a set.
fn read_member(member: &Map<String, Value>) -> Option<PublicKey> {
    let named = ["kty", "crv", "x", "y"].iter().filter_map(|name| member.get(*name).map(|value| (*name, value)));
    let jwk: Map<String, Value> = named.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    if member.contains_key("d") { None } else { read(&jwk).ok() }
}

/// A key of an issuer, with the name by which tokens refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKey {
    /// `kid`.
    pub kid: String,
    /// The key.
    pub key: PublicKey,
}

impl IssuerKey {
    /// The key under its thumbprint.
    pub fn of(key: PublicKey) -> Self {
        Self { kid: thumbprint(&key), key }
    }
}

/// The keys of a JWK set that can sign credentials: P-256, with a `kid`. Others are left out.
///
/// # Errors
/// [`CredentialError::TooLarge`], [`CredentialError::Unreadable`] unless it is a JWK set.
pub fn read_set(bytes: &[u8]) -> Result<Vec<IssuerKey>, CredentialError> {
    if bytes.len() > MOST_BYTES {
        return Err(CredentialError::TooLarge);
    }
    let set = json::object(bytes)?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or(CredentialError::Unreadable)?;
    let one = |key: &Value| {
        let key = key.as_object()?;
        let kid = key.get("kid")?.as_str()?.to_owned();
        let signs = key.get("use").is_none_or(|wanted| wanted == "sig");
        read_member(key).filter(|_| signs).map(|key| IssuerKey { kid, key })
    };
    Ok(keys.iter().filter_map(one).collect())
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests {
    use super::*;
    use crate::sign::{Signer as _, SoftwareKey};

    #[test]
    fn a_key_is_read_back_and_one_with_a_private_part_is_not_taken() {
        let key = SoftwareKey::from_secret(&[7; 32]).unwrap().public_key();
        let mut said = jwk(&key).as_object().unwrap().clone();
        assert_eq!(read(&said), Ok(key));
        // Computed with `jwcrypto`: the example of RFC 7638 is of an RSA key.
        assert_eq!(thumbprint(&key), "gWjt7nmB1udyFpLYVp0SxJnI8lJEvl7q8AFYZRqnGV8");
        said.insert("d".to_owned(), json!("AA"));
        assert_eq!(read(&said), Err(CredentialError::Claim));
        for (name, value) in [("crv", "P-384"), ("kty", "OKP"), ("x", "AA"), ("y", "=")] {
            let mut other = jwk(&key).as_object().unwrap().clone();
            other.insert(name.to_owned(), json!(value));
            assert_eq!(read(&other), Err(CredentialError::Claim), "{name}");
        }
    }

    #[test]
    fn of_a_set_only_keys_that_sign_credentials_are_taken() {
        let key = SoftwareKey::from_secret(&[7; 32]).unwrap().public_key();
        let with = |name: &str, value: &str| {
            let mut said = jwk(&key).as_object().unwrap().clone();
            said.insert("kid".to_owned(), json!("one"));
            said.insert(name.to_owned(), json!(value));
            Value::Object(said)
        };
        let set = json!({"keys": [with("use", "sig"), with("use", "enc"), with("crv", "P-384"), jwk(&key), with("alg", "ES256")]});
        let found = read_set(set.to_string().as_bytes()).unwrap();
        assert_eq!(found, vec![IssuerKey { kid: "one".to_owned(), key }; 2]);
        assert_eq!(read_set(br#"{"keys":1}"#), Err(CredentialError::Unreadable));
        assert_eq!(read_set(&vec![b' '; MOST_BYTES + 1]), Err(CredentialError::TooLarge));
    }
}
