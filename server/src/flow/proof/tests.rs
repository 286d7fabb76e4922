use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sync_core::proof::{Jwk, Proof};
use sync_core::sign::{Signer as _, SoftwareKey};

use super::*;
use crate::flow::keys::Keys;

const NOW: Instant = Instant::from_ms(1_795_363_200_000);
const SECONDS: i64 = 1_795_363_200;
const URL: &str = "https://palm.example/v1/me";
const TOKEN: &str = "a.b.c";

struct Desk {
    nonces: Nonces,
    key: SoftwareKey,
    _directory: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let nonces = Nonces::new(&Keys::open(directory.path()).unwrap(), NOW).unwrap();
        Self { nonces, key: SoftwareKey::from_secret(&[7; 32]).unwrap(), _directory: directory }
    }

    fn thumbprint(&self) -> String {
        thumbprint(&self.key.public_key())
    }

    fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": Jwk::of(&self.key.public_key())})
    }

    /// A proof with these parts, rightly signed.
    fn sign(&self, header: &str, claims: &str) -> String {
        let unsigned = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(unsigned.as_bytes()).unwrap()))
    }

    fn check(&self, proofs: &[String], now: Instant) -> Result<Once, Refusal> {
        let asked = Asked { method: "GET".to_owned(), targets: vec![URL.to_owned()], proofs: proofs.to_vec() };
        let bound = self.thumbprint();
        let outcome = check(&self.nonces, &asked, (Some(TOKEN), Some(&bound)), now);
        outcome.map(|(_key, once)| once).map_err(|refused| refused.refusal)
    }

    fn accepts(&self, header: &Value, claims: &Value) -> Result<Once, Refusal> {
        self.check(&[self.sign(&header.to_string(), &claims.to_string())], NOW)
    }
}

/// The claims of a proof that is accepted.
fn right_claims() -> Value {
    json!({"jti": "one", "htm": "GET", "htu": URL, "iat": SECONDS, "ath": hash_of(TOKEN)})
}

fn with(mut value: Value, name: &str, new: Value) -> Value {
    value[name] = new;
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

#[test]
fn what_a_phone_makes_is_accepted() {
    let desk = Desk::open();
    let nonce = desk.nonces.next(NOW);
    let proof = Proof { method: "GET", url: URL, token: Some(TOKEN), nonce: Some(&nonce), id: "x", at_s: 0 };
    assert_eq!(desk.check(&[proof.sign(&desk.key).unwrap()], NOW), Ok(Once::Marked), "whatever its clock says");
    let other = SoftwareKey::from_secret(&[8; 32]).unwrap();
    assert_eq!(desk.check(&[proof.sign(&other).unwrap()], NOW), Err(Refusal::InvalidDpopProof));
    assert_eq!(desk.check(&[], NOW), Err(Refusal::InvalidDpopProof));
    let two = ["y", "z"].map(|id| Proof { id, ..proof }.sign(&desk.key).unwrap());
    assert_eq!(desk.check(&two, NOW), Err(Refusal::InvalidDpopProof), "two headers");
}

#[test]
fn a_proof_with_a_nonce_is_used_once_and_one_without_is_stored() {
    let desk = Desk::open();
    let claims = with(right_claims(), "nonce", json!(desk.nonces.next(NOW)));
    assert_eq!(desk.accepts(&desk.header(), &claims), Ok(Once::Marked));
    assert_eq!(desk.accepts(&desk.header(), &claims), Err(Refusal::InvalidDpopProof), "signed again, the same id");
    let first = desk.accepts(&desk.header(), &right_claims()).unwrap();
    let again = desk.accepts(&desk.header(), &right_claims()).unwrap();
    let other = desk.accepts(&desk.header(), &with(right_claims(), "jti", json!("two"))).unwrap();
    assert!(matches!(first, Once::Shared { expires, .. } if expires == NOW.plus_ms(61_000)), "{first:?}");
    assert_eq!(first, again, "the database sees the same");
    assert_ne!(first, other);
}

#[test]
fn check_12_a_proof_without_a_nonce_is_fresh_for_sixty_seconds_both_ways() {
    let desk = Desk::open();
    for (offset, fresh) in [(0, true), (60, true), (-60, true), (61, false), (-61, false), (i64::MIN, false)] {
        let iat = if offset == i64::MIN { i64::MIN } else { SECONDS + offset };
        let outcome = desk.accepts(&desk.header(), &with(right_claims(), "iat", json!(iat)));
        assert_eq!(outcome.is_ok(), fresh, "{offset}");
        assert!(fresh || outcome == Err(Refusal::UseDpopNonce), "{offset}");
    }
}

#[test]
fn a_refusal_for_a_nonce_brings_one_that_is_accepted() {
    let desk = Desk::open();
    let stale = desk.sign(&desk.header().to_string(), &with(right_claims(), "nonce", json!("stale")).to_string());
    let asked = Asked { method: "GET".to_owned(), targets: vec![URL.to_owned()], proofs: vec![stale] };
    let refused = check(&desk.nonces, &asked, (Some(TOKEN), None), NOW).unwrap_err();
    assert_eq!(refused.refusal, Refusal::UseDpopNonce);
    let claims = with(right_claims(), "nonce", json!(refused.nonce.unwrap()));
    assert_eq!(desk.accepts(&desk.header(), &claims), Ok(Once::Marked));
}

#[test]
fn check_12_a_proof_about_anything_else_is_refused() {
    let desk = Desk::open();
    let (header, claims) = (desk.header(), right_claims());
    for (name, value) in [
        ("htm", json!("POST")),
        ("htm", json!("get")),
        ("htu", json!("https://palm.example/v1/tasks")),
        ("htu", json!("http://palm.example/v1/me")),
        ("htu", json!("https://other.example/v1/me")),
        ("ath", json!(hash_of("a.b.d"))),
        ("ath", json!(TOKEN)),
        ("ath", json!(null)),
        ("jti", json!("")),
        ("jti", json!("j".repeat(257))),
        ("jti", json!(7)),
        ("iat", json!("1795363200")),
        ("iat", json!(1_795_363_200.5)),
    ] {
        let outcome = desk.accepts(&header, &with(claims.clone(), name, value.clone()));
        assert_eq!(outcome, Err(Refusal::InvalidDpopProof), "{name} {value}");
    }
    for name in ["htm", "htu", "ath", "jti", "iat"] {
        let outcome = desk.accepts(&header, &without(claims.clone(), name));
        assert_eq!(outcome, Err(Refusal::InvalidDpopProof), "{name} missing");
    }
    assert!(desk.accepts(&header, &with(claims.clone(), "jti", json!("j".repeat(256)))).is_ok());
    assert!(desk.accepts(&header, &with(claims, "client", json!("unknown members are ignored"))).is_ok());
}

#[test]
fn check_12_a_header_of_another_kind_is_refused() {
    let desk = Desk::open();
    let (header, claims) = (desk.header(), right_claims());
    let jwk = header["jwk"].clone();
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("crit", json!(["exp"])),
        ("crit", json!(null)),
        ("jku", json!("https://example.org/keys")),
        ("x5u", json!("https://example.org/cert")),
        ("x5c", json!(["MII"])),
        ("jwk", with(jwk.clone(), "d", json!("AAAA"))),
        ("jwk", with(jwk.clone(), "k", json!(null))),
        ("jwk", with(jwk.clone(), "kty", json!("oct"))),
        ("jwk", with(jwk.clone(), "crv", json!("secp256k1"))),
        ("jwk", with(jwk.clone(), "y", jwk["x"].clone())),
        ("jwk", json!({})),
    ] {
        let outcome = desk.accepts(&with(header.clone(), name, value.clone()), &claims);
        assert_eq!(outcome, Err(Refusal::InvalidDpopProof), "{name} {value}");
    }
    for name in ["typ", "alg", "jwk"] {
        assert!(desk.accepts(&without(header.clone(), name), &claims).is_err(), "{name} missing");
    }
    let named = with(jwk, "kid", json!("other software names its keys"));
    assert!(desk.accepts(&with(header, "jwk", named), &claims).is_ok());
}

#[test]
fn a_member_that_stands_twice_and_a_text_of_another_form_are_refused() {
    let desk = Desk::open();
    let (header, claims) = (desk.header().to_string(), right_claims().to_string());
    let twice = claims.replacen('{', "{\"htm\":\"POST\",", 1);
    assert!(desk.check(&[desk.sign(&header, &twice)], NOW).is_err());
    let good = desk.sign(&header, &claims);
    let (unsigned, signature) = good.rsplit_once('.').unwrap();
    let long = desk.sign(&header, &with(right_claims(), "pad", json!("p".repeat(4096))).to_string());
    for wrong in
        ["", ".", "..", unsigned, &format!("{unsigned}."), &format!("{good}="), &format!("{good}.x"), &good[1..], &long]
    {
        assert_eq!(desk.check(&[wrong.to_owned()], NOW), Err(Refusal::InvalidDpopProof), "{wrong}");
    }
    let with_public_key = hmac::Key::new(hmac::HMAC_SHA256, desk.key.public_key().bytes());
    let hs256 = hmac::sign(&with_public_key, unsigned.as_bytes());
    assert!(desk.check(&[format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(hs256.as_ref()))], NOW).is_err());
    assert!(desk.check(&[format!("{unsigned}.{signature}")], NOW).is_ok());
}
