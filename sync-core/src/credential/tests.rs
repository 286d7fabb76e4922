//! What is issued, shown and read back; and everything that is refused (RFC 9901 section 7, the credential's own rules).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::check::{Known, Worth, check};
use super::issue::{Issue, digest};
use super::jwk::IssuerKey;
use super::present::present;
use super::presentation::{PROOF_MS, Presentation, Request};
use super::status_list::{LASTS_MS, Status, StatusList};
use super::*;
use crate::proof::thumbprint;
use crate::sign::{Signer as _, SoftwareKey, SoftwareVerifier};

const ISSUER: &str = "https://palm.example";
const VCT: &str = "https://palm.example/credential-types/officer";
const URI: &str = "https://palm.example/v1/credentials/statuses";
const NOW: Instant = Instant::from_ms(1_795_363_200_000);
const REQUEST: Request<'static> = Request { audience: "https://verifier.example", nonce: "n-0S6_WzA2Mj" };

fn issuer() -> SoftwareKey {
    SoftwareKey::from_secret(&[7; 32]).unwrap()
}

fn holder() -> SoftwareKey {
    SoftwareKey::from_secret(&[9; 32]).unwrap()
}

fn keys() -> [IssuerKey; 1] {
    [IssuerKey::of(issuer().public_key())]
}

fn facts() -> Facts {
    Facts {
        name: "李建国".to_owned(),
        agency: "高唐市场监督管理所".to_owned(),
        number: "22370001001".to_owned(),
        issued_by: "巫山县人民政府".to_owned(),
        category: "综合执法".to_owned(),
        region: "500237".to_owned(),
        photo: None,
    }
}

fn issued_of(facts: &Facts) -> String {
    let status = StatusPlace { uri: URI.to_owned(), index: 5 };
    let (issued, expires, key) = (NOW, NOW.plus_ms(LONGEST_MS), holder().public_key());
    let salts = [1, 2, 3, 4, 5, 6].map(|byte| [byte; 16]);
    Issue { issuer: ISSUER, vct: VCT, issued, expires, key: &key, status, facts }.sign(&salts, &issuer()).unwrap()
}

fn issued() -> String {
    issued_of(&facts())
}

fn read(presented: &str) -> Result<Credential, CredentialError> {
    read_at(presented, REQUEST, NOW)
}

fn read_at(presented: &str, request: Request<'_>, now: Instant) -> Result<Credential, CredentialError> {
    Presentation::read(presented)?.verify((ISSUER, &keys()), request, now, &SoftwareVerifier)
}

/// The claims of a JWT, changed; signed again.
fn changed(jwt: &str, typ: &str, key: &SoftwareKey, kid: bool, change: impl FnOnce(&mut Value)) -> String {
    let payload = jwt.split('.').nth(1).unwrap();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    change(&mut claims);
    let kid = kid.then(|| thumbprint(&key.public_key()));
    jws::sign(typ, kid.as_deref(), &claims, key).unwrap()
}

/// A credential whose claims are changed, shown by its holder with everything.
fn shown_with(change: impl FnOnce(&mut Value)) -> String {
    let whole = issued();
    let (jwt, rest) = whole.split_once('~').unwrap();
    let jwt = changed(jwt, TYPE, &issuer(), true, change);
    present(&format!("{jwt}~{rest}"), &claim::ALL, REQUEST, NOW, &holder()).unwrap()
}

/// The parts of a presentation before its proof, with another proof over them.
fn proved_again(before: &str, key: &SoftwareKey) -> String {
    let claims =
        json!({ "iat": NOW.ms() / 1000, "aud": REQUEST.audience, "nonce": REQUEST.nonce, "sd_hash": digest(before) });
    format!("{before}{}", jws::sign(HOLDER_TYPE, None, &claims, key).unwrap())
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn what_the_officer_discloses_is_read_and_nothing_else() {
    let photo = Some(Digest::new([3; 32]));
    let whole = issued_of(&Facts { photo, ..facts() });
    let all = read(&present(&whole, &claim::ALL, REQUEST, NOW, &holder()).unwrap()).unwrap();
    let Facts { name, agency, number, issued_by, category, region, .. } = facts();
    let wanted = Disclosed {
        name: Some(name),
        agency: Some(agency),
        number: Some(number.clone()),
        category: Some(category),
        region: Some(region),
        photo,
    };
    assert_eq!(all.disclosed, wanted);
    assert_eq!(
        (all.mirrored, all.status),
        (Mirrored { number, issued_by }, StatusPlace { uri: URI.to_owned(), index: 5 })
    );
    assert_eq!((all.key, all.issued, all.expires), (holder().public_key(), NOW, NOW.plus_ms(LONGEST_MS)));
    let some = read(&present(&whole, &[claim::NAME, claim::PHOTO], REQUEST, NOW, &holder()).unwrap()).unwrap();
    assert_eq!(some.disclosed, Disclosed { name: wanted.name, photo, ..Disclosed::default() });
    let none = present(&whole, &[], REQUEST, NOW, &holder()).unwrap();
    assert!(!none.contains(&URL_SAFE_NO_PAD.encode("李建国")));
    assert_eq!(read(&none).unwrap().disclosed, Disclosed::default());
}

#[test]
fn the_absence_of_a_photograph_cannot_be_told_from_its_not_being_disclosed() {
    let digests = |whole: &str| {
        let payload = URL_SAFE_NO_PAD.decode(whole.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        claims["_sd"].as_array().unwrap().len()
    };
    let with = issued_of(&Facts { photo: Some(Digest::new([3; 32])), ..facts() });
    assert_eq!((digests(&issued()), digests(&with)), (6, 6));
}

#[test]
fn another_fact_is_another_digest() {
    let change: [fn(&mut Facts); 7] = [
        |facts| facts.name.push('x'),
        |facts| facts.agency.push('x'),
        |facts| facts.number.push('x'),
        |facts| facts.issued_by.push('x'),
        |facts| facts.category.push('x'),
        |facts| facts.region.push('x'),
        |facts| facts.photo = Some(Digest::new([0; 32])),
    ];
    let mut all = vec![facts().digest()];
    for change in change {
        let mut other = facts();
        change(&mut other);
        all.push(other.digest());
    }
    let moved = Facts { name: "李".to_owned(), agency: "建国高唐市场监督管理所".to_owned(), ..facts() };
    all.push(moved.digest());
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 9);
}

#[test]
fn check_22_a_credential_without_the_proof_of_its_holder_is_refused() {
    let whole = issued();
    assert_eq!(read(&whole), Err(CredentialError::NoProof));
    let jwt = whole.split('~').next().unwrap();
    assert_eq!(read(jwt), Err(CredentialError::Unreadable), "a bare JWT");
    let shown = present(&whole, &[], REQUEST, NOW, &holder()).unwrap();
    assert!(read(&shown).is_ok());
    assert!(present(&shown, &[], REQUEST, NOW, &holder()).is_err(), "what was shown is not shown again");
}

#[test]
fn check_22_a_proof_for_another_verifier_request_time_key_or_content_is_refused() {
    let shown = present(&issued(), &[claim::NAME], REQUEST, NOW, &holder()).unwrap();
    let refused = |request, now| read_at(&shown, request, now).err();
    assert_eq!(refused(REQUEST, NOW), None);
    let wrong = Some(CredentialError::Proof);
    assert_eq!(refused(Request { audience: "https://other.example", ..REQUEST }, NOW), wrong);
    assert_eq!(refused(Request { nonce: "another", ..REQUEST }, NOW), wrong);
    for (moved, wanted) in [(PROOF_MS, None), (PROOF_MS + 1, wrong)] {
        assert_eq!(refused(REQUEST, NOW.plus_ms(moved)), wanted, "{moved}");
    }
    let early = present(&issued(), &[], REQUEST, NOW.plus_ms(PROOF_MS), &holder()).unwrap();
    assert!(read(&early).is_ok(), "the other clock is ahead");
    let early = present(&issued(), &[], REQUEST, NOW.plus_ms(PROOF_MS + 1000), &holder()).unwrap();
    assert_eq!(read(&early), Err(CredentialError::Proof));
    let (before, proof) = shown.split_at(shown.rfind('~').unwrap() + 1);
    assert_eq!(read(&proved_again(before, &issuer())).err(), wrong, "another key");
    assert!(read(&proved_again(before, &holder())).is_ok());
    let less = format!("{}~{proof}", before.split('~').next().unwrap());
    assert_eq!(read(&less).err(), wrong, "a disclosure was taken away: sd_hash");
    let typed = |typ: &str, kid| format!("{before}{}", changed(proof, typ, &holder(), kid, |_| {}));
    assert_eq!(read(&typed("JWT", false)), Err(CredentialError::Type));
    assert_eq!(read(&typed(HOLDER_TYPE, true)).err(), wrong, "a proof names no key");
}

#[test]
fn check_22_disclosures_that_do_not_fit_are_refused() {
    let shown = present(&issued(), &[claim::NAME], REQUEST, NOW, &holder()).unwrap();
    let before = shown.split_at(shown.rfind('~').unwrap() + 1).0;
    let with = |more: &str| read(&proved_again(&format!("{before}{more}~"), &holder()));
    let misfit = Err(CredentialError::Disclosure);
    assert_eq!(with(&encoded(&json!(["salt", "agency", "别的单位"]))), misfit, "no digest refers to it");
    let name = before.split('~').nth(1).unwrap().to_owned();
    assert_eq!(with(&name), misfit, "twice");
    let form = |value: &Value| {
        let text = encoded(value);
        let hash = digest(&text);
        let shown = shown_with(|claims| claims["_sd"].as_array_mut().unwrap().push(json!(hash)));
        let before = shown.split_at(shown.rfind('~').unwrap() + 1).0.to_owned();
        read(&proved_again(&format!("{before}{text}~"), &holder()))
    };
    assert!(form(&json!(["salt", "telephone_of_the_office", "023"])).is_ok(), "a claim that is not known here");
    for wrong in [
        json!(["salt", "name", "两个名字"]),
        json!(["salt", "iss", "https://other.example"]),
        json!(["salt", "cnf", {}]),
        json!(["salt", "status", {}]),
        json!(["salt", "mirrors", {}]),
        json!(["salt", "exp", 1]),
        json!(["salt", "_sd", []]),
        json!(["salt", "...", "x"]),
        json!(["salt", "value of an array"]),
        json!(["salt", "a", "b", "c"]),
        json!([1, "a", "b"]),
        json!(["salt", 1, "b"]),
        json!({"salt": 1}),
        json!(["salt", "a", {"_sd": ["x"]}]),
        json!(["salt", "a", [{"...": "x"}]]),
    ] {
        assert_eq!(form(&wrong), misfit, "{wrong}");
    }
    let twice = URL_SAFE_NO_PAD.encode(r#"["salt","a",{"b":1,"b":2}]"#);
    assert_eq!(with(&twice), Err(CredentialError::Unreadable));
    assert_eq!(with("a=="), Err(CredentialError::Unreadable));
    assert_eq!(with(&"a~".repeat(16)), Err(CredentialError::TooLarge));
    assert_eq!(with(&"a".repeat(MOST_BYTES)), Err(CredentialError::TooLarge));
}

#[test]
fn check_22_digests_that_occur_twice_or_are_hidden_inside_are_refused() {
    let misfit = Err(CredentialError::Disclosure);
    let first = |claims: &Value| claims["_sd"][0].clone();
    assert_eq!(
        read(&shown_with(|claims| {
            let one = first(claims);
            claims["_sd"].as_array_mut().unwrap().push(one);
        })),
        misfit
    );
    assert_eq!(read(&shown_with(|claims| claims["mirrors"]["_sd"] = json!([]))), misfit);
    assert_eq!(read(&shown_with(|claims| claims["list"] = json!([{"...": "x"}]))), misfit);
    assert_eq!(read(&shown_with(|claims| claims["_sd_alg"] = json!("sha-512"))), Err(CredentialError::Algorithm));
    assert_eq!(read(&shown_with(|claims| claims["_sd"] = json!("x"))), Err(CredentialError::Claim));
    let whole = issued();
    let (jwt, _) = whole.split_once('~').unwrap();
    let mut parts = jwt.split('.');
    let (header, payload) = (parts.next().unwrap(), parts.next().unwrap());
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let twice = text.replacen('{', r#"{"_sd":[],"#, 1);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(twice));
    let signature = URL_SAFE_NO_PAD.encode(issuer().sign(signed.as_bytes()).unwrap());
    let before = format!("{signed}.{signature}~");
    assert_eq!(read(&proved_again(&before, &holder())), Err(CredentialError::Unreadable), "`_sd` twice");
}

#[test]
fn check_22_headers_other_than_ours_are_refused() {
    let shown = present(&issued(), &[], REQUEST, NOW, &holder()).unwrap();
    let payload = shown.split('.').nth(1).unwrap();
    let kid = keys()[0].kid.clone();
    let with = |header: Value| {
        let signed = format!("{}.{payload}", encoded(&header));
        let signature = URL_SAFE_NO_PAD.encode(issuer().sign(signed.as_bytes()).unwrap());
        read(&proved_again(&format!("{signed}.{signature}~"), &holder())).err()
    };
    assert_eq!(with(json!({"alg": "ES256", "typ": "dc+sd-jwt", "kid": kid})), None);
    for typ in [json!("vc+sd-jwt"), json!("JWT"), json!("at+jwt"), json!(1), Value::Null] {
        assert_eq!(with(json!({"alg": "ES256", "typ": typ, "kid": kid})), Some(CredentialError::Type), "{typ}");
    }
    for alg in ["none", "HS256", "ES384", "EdDSA", "es256"] {
        assert_eq!(with(json!({"alg": alg, "typ": TYPE, "kid": kid})), Some(CredentialError::Algorithm), "{alg}");
    }
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("jwk", json!({})),
        ("jku", json!("x")),
        ("x5u", json!("x")),
        ("x5c", json!([])),
        ("b64", json!(false)),
    ] {
        let mut header = json!({"alg": "ES256", "typ": TYPE, "kid": kid});
        header[name] = value;
        assert_eq!(with(header), Some(CredentialError::Header), "{name}");
    }
    for kid in [json!({"alg": "ES256", "typ": TYPE}), json!({"alg": "ES256", "typ": TYPE, "kid": "other"})] {
        assert_eq!(with(kid), Some(CredentialError::Issuer));
    }
    assert_eq!(with(json!({"alg": "ES256", "typ": TYPE, "kid": 1})), Some(CredentialError::Header));
}

#[test]
fn claims_that_do_not_fit_are_refused() {
    let of = |change: fn(&mut Value)| read(&shown_with(change)).err();
    assert_eq!(of(|_| {}), None);
    assert_eq!(of(|claims| claims["iss"] = json!("https://other.example")), Some(CredentialError::Issuer));
    let misfits: [fn(&mut Value); 11] = [
        |claims| claims["exp"] = json!("1"),
        |claims| claims["exp"] = json!(-1),
        |claims| claims["iat"] = Value::Null,
        |claims| claims["iss"] = Value::Null,
        |claims| claims["vct"] = json!(1),
        |claims| claims["cnf"]["jwk"]["d"] = json!("AA"),
        |claims| claims["cnf"] = json!({"kid": "x"}),
        |claims| claims["status"] = json!({}),
        |claims| claims["status"]["status_list"]["idx"] = json!(-1),
        |claims| claims["mirrors"]["number"] = json!("another number"),
        |claims| claims["mirrors"]["document"] = json!("居民身份证"),
    ];
    for (place, change) in misfits.into_iter().enumerate() {
        assert_eq!(of(change), Some(CredentialError::Claim), "{place}");
    }
    let seconds = NOW.ms() / 1000;
    let timed = |name: &'static str, at: i64| read(&shown_with(|claims| claims[name] = json!(at))).err();
    let time = Some(CredentialError::Time);
    assert_eq!((timed("exp", seconds), timed("exp", seconds + 1)), (time, None));
    assert_eq!((timed("iat", seconds + 60), timed("iat", seconds + 61)), (None, time));
    assert_eq!((timed("nbf", seconds + 60), timed("nbf", seconds + 61)), (None, time));
}

#[test]
fn a_phone_without_network_says_what_the_last_list_says_and_how_old_that_is() {
    let shown = present(&issued(), &[claim::NAME], REQUEST, NOW, &holder()).unwrap();
    let list_at = |entries: usize, uri: &str, status: Status, at: Instant| {
        let mut list = StatusList::new(entries);
        list.set(5, status);
        list.sign(uri, at, &issuer()).unwrap()
    };
    let worth = |list: Option<&str>| {
        let known = Known { issuer: ISSUER, keys: &keys(), list };
        check(&shown, known, REQUEST, NOW, &SoftwareVerifier).unwrap().worth
    };
    for status in [Status::Valid, Status::Invalid, Status::Suspended] {
        let at = NOW.plus_ms(1 - LASTS_MS).plus_ms(-1);
        let listed = list_at(8, URI, status, at.plus_ms(1000));
        assert_eq!(worth(Some(&listed)), Worth::Listed { status, as_of: at.plus_ms(1000), is_old: false });
        let old = list_at(8, URI, status, at);
        assert_eq!(worth(Some(&old)), Worth::Listed { status, as_of: at, is_old: true });
        assert_eq!(worth(Some(&listed)).is_good(), status == Status::Valid);
        assert!(!worth(Some(&old)).is_good(), "check 22: an expired list proves nothing");
    }
    let foreign = list_at(8, "https://other.example/list", Status::Valid, NOW);
    let short = list_at(4, URI, Status::Valid, NOW);
    for list in [None, Some("x"), Some(foreign.as_str()), Some(short.as_str())] {
        assert_eq!(worth(list), Worth::NotKnown, "{list:?}");
    }
    let as_of = NOW.plus_ms(-3 * 60 * 60 * 1000);
    let says = |is_old| Worth::Listed { status: Status::Valid, as_of, is_old }.says(NOW);
    assert_eq!(says(false).0, "有效（状态截至 2026-11-22 21:00，距今 3 小时）");
    assert_eq!(says(false).1, "Valid (status as of 2026-11-22 21:00, 3 hours old)");
    assert!(says(true).0.contains("已过时") && says(true).1.contains("out of date"));
    assert!(Worth::NotKnown.says(NOW).0.contains("查验行政执法证原件"));
}
