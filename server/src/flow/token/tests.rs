use super::*;
use crate::flow::keys::{ServerKey, rotate_token_key};
use serde_json::{Value, json};
use sync_core::sign::Signer as _;

const NOW: Instant = Instant::from_ms(1_795_363_200_000);
const SECONDS: i64 = 1_795_363_200;

struct Desk {
    key: ServerKey,
    tokens: Tokens,
    directory: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let set = KeySet::open(directory.path(), TOKEN).unwrap();
        let key = set.signing().key.clone();
        let tokens = Tokens::new(set, directory.path(), &TenantId::new([9; 16]), NOW).unwrap();
        Self { key, tokens, directory }
    }

    fn header(&self) -> Value {
        json!({"alg": "ES256", "typ": "at+jwt", "kid": self.kid()})
    }

    fn kid(&self) -> String {
        self.tokens.public_keys(NOW).first().unwrap().0.clone()
    }

    fn claims(&self) -> Value {
        json!({"iss": self.tokens.issuer, "aud": "palm", "sub": OfficerId::new([1; 16]).to_string(), "sid": "s",
               "jti": "j", "iat": SECONDS, "nbf": SECONDS, "exp": SECONDS + 600, "sv": 1})
    }

    /// A token with these parts, rightly signed by this installation's own key.
    fn forge(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap());
        let message = format!("{}.{}", part(header), part(claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()).unwrap()))
    }

    fn accepts(&self, header: &Value, claims: &Value) -> bool {
        self.tokens.read(&self.forge(header, claims), NOW).is_ok()
    }
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
fn what_is_issued_is_read_for_ten_minutes() {
    let desk = Desk::open();
    let device = DeviceId::new([3; 16]);
    let (officer, device_use) = (OfficerId::new([1; 16]), Some((&device, Use::Work)));
    let grant = Grant { officer: &officer, session_version: 4, device: device_use, session: "s", key: Some("thumb") };
    let token = desk.tokens.issue(grant, NOW).unwrap();
    let claims = desk.tokens.read(&token, NOW).unwrap();
    assert_eq!((claims.sv, claims.device.clone()), (4, Some(device.to_string())));
    assert_eq!(claims.cnf, Some(Confirmation { jkt: "thumb".to_owned() }));
    assert!(desk.tokens.read(&token, NOW.plus_ms(629_999)).is_ok());
    assert!(desk.tokens.read(&token, NOW.plus_ms(630_000)).is_err());
    assert!(desk.tokens.read(&token, NOW.plus_ms(-31_000)).is_err());
    assert!(desk.accepts(&desk.header(), &desk.claims()));
}

#[test]
fn a_header_that_says_anything_else_is_refused() {
    let desk = Desk::open();
    let (header, claims) = (desk.header(), desk.claims());
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("alg", json!("ES384")),
        ("alg", json!("none")),
        ("kid", json!("another")),
        ("crit", json!(["exp"])),
        ("jwk", json!({"kty": "EC"})),
        ("jku", json!("https://example.org/keys")),
        ("x5u", json!("https://example.org/cert")),
        ("x5c", json!(["MII"])),
        ("b64", json!(false)),
    ] {
        assert!(!desk.accepts(&with(header.clone(), name, value.clone()), &claims), "{name} {value}");
    }
    for name in ["typ", "alg", "kid"] {
        assert!(!desk.accepts(&without(header.clone(), name), &claims), "{name} missing");
    }
}

#[test]
fn claims_that_are_not_ours_or_not_now_are_refused() {
    let desk = Desk::open();
    let (header, claims) = (desk.header(), desk.claims());
    for (name, value) in [
        ("iss", json!("another")),
        ("aud", json!("another-service")),
        ("aud", json!(["another-service"])),
        ("exp", json!("1795363800")),
        ("nbf", json!("1795363200")),
        ("exp", json!(SECONDS - 31)),
        ("nbf", json!(SECONDS + 31)),
        ("exp", json!(SECONDS + 601)),
        ("exp", json!(i64::MIN)),
        ("admin", json!(true)),
        ("cnf", json!("thumb")),
        ("cnf", json!({"x5t#S256": "thumb"})),
        ("cnf", json!({"jkt": "thumb", "x5t#S256": "thumb"})),
    ] {
        assert!(!desk.accepts(&header, &with(claims.clone(), name, value.clone())), "{name} {value}");
    }
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "sid", "jti", "sv"] {
        assert!(!desk.accepts(&header, &without(claims.clone(), name)), "{name} missing");
    }
}

#[test]
fn a_signature_of_another_kind_is_refused() {
    let desk = Desk::open();
    let good = desk.forge(&desk.header(), &desk.claims());
    let (message, _signature) = good.rsplit_once('.').unwrap();
    assert!(desk.tokens.read(&good, NOW).is_ok(), "and is remembered");
    assert!(desk.tokens.read(&format!("{message}."), NOW).is_err());
    assert!(desk.tokens.read(message, NOW).is_err());
    let other = Desk::open();
    let stranger = URL_SAFE_NO_PAD.encode(other.key.sign(message.as_bytes()).unwrap());
    assert!(desk.tokens.read(&format!("{message}.{stranger}"), NOW).is_err());
    let with_public_key = EncodingKey::from_secret(desk.key.public_key().bytes());
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(desk.kid());
    let hs256 = jsonwebtoken::encode(&header, &desk.claims(), &with_public_key).unwrap();
    assert!(desk.tokens.read(&hs256, NOW).is_err());
}

#[test]
fn a_token_over_four_kibibytes_is_refused() {
    let desk = Desk::open();
    let long = desk.forge(&desk.header(), &with(desk.claims(), "sid", json!("s".repeat(4096))));
    assert!(desk.tokens.read(&long, NOW).is_err());
}

#[test]
fn what_is_remembered_stays_bounded() {
    let desk = Desk::open();
    desk.tokens.read.lock().unwrap().extend((0..REMEMBERED).map(|place| {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&place.to_be_bytes());
        let claims = Arc::new(serde_json::from_value(desk.claims()).unwrap());
        (hash, Arc::new(Verified { kid: desk.kid(), claims }))
    }));
    assert!(desk.accepts(&desk.header(), &desk.claims()));
    assert_eq!(desk.tokens.read.lock().unwrap().len(), 1);
}

#[test]
fn after_a_rotation_old_tokens_end_by_themselves_and_new_ones_have_the_new_key() {
    let desk = Desk::open();
    let officer = OfficerId::new([1; 16]);
    let grant = Grant { officer: &officer, session_version: 1, device: None, session: "s", key: None };
    let old = desk.tokens.issue(grant, NOW).unwrap();
    let first = desk.kid();
    let kid = rotate_token_key(desk.directory.path(), false, NOW.plus_ms(1)).unwrap();
    let other = KeySet::open(desk.directory.path(), TOKEN).unwrap();
    let other = Tokens::new(other, desk.directory.path(), &TenantId::new([9; 16]), NOW.plus_ms(1)).unwrap();
    let new = other.issue(grant, NOW.plus_ms(2)).unwrap();
    assert!(other.read(&old, NOW.plus_ms(2)).is_ok(), "it verifies with the key before");
    assert!(desk.tokens.read(&new, NOW.plus_ms(500)).is_err(), "a process that has just read its keys");
    assert!(desk.tokens.read(&new, NOW.plus_ms(1_001)).is_ok(), "and looks again after a second");
    assert_eq!(
        desk.tokens.public_keys(NOW.plus_ms(1_001)).into_iter().map(|(kid, _key)| kid).collect::<Vec<_>>(),
        [kid, first]
    );
    assert!(desk.tokens.read(&old, NOW.plus_ms(600_000)).is_ok(), "to its last second");
    assert_eq!(desk.tokens.public_keys(NOW.plus_ms(16 * 60 * 1000)).len(), 1);
}

#[test]
fn a_key_that_was_exposed_ends_at_once_with_its_tokens() {
    let desk = Desk::open();
    let officer = OfficerId::new([1; 16]);
    let grant = Grant { officer: &officer, session_version: 1, device: None, session: "s", key: None };
    let old = desk.tokens.issue(grant, NOW).unwrap();
    assert!(desk.tokens.read(&old, NOW).is_ok(), "and is remembered");
    rotate_token_key(desk.directory.path(), true, NOW).unwrap();
    assert!(desk.tokens.read(&old, NOW.plus_ms(9_999)).is_ok());
    assert!(desk.tokens.read(&old, NOW.plus_ms(10_000)).is_err(), "ten seconds later everywhere");
    let new = desk.tokens.issue(grant, NOW.plus_ms(10_000)).unwrap();
    assert!(desk.tokens.read(&new, NOW.plus_ms(10_000)).is_ok());
}
