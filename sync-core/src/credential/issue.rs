//! Issuing a credential.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{DOCUMENT, Facts, STATEMENT, StatusPlace, TYPE, claim, jwk, jws};
use crate::id::Digest;
use crate::proof::thumbprint;
use crate::sign::{PublicKey, Signer, SignerError, Tag};
use crate::time::Instant;

/// A credential to be issued.
#[derive(Debug, Clone)]
pub struct Issue<'a> {
    /// Who issues it: an address.
    pub issuer: &'a str,
    /// Its type: an address.
    pub vct: &'a str,
    /// When.
    pub issued: Instant,
    /// The first instant at which it is no longer valid.
    pub expires: Instant,
    /// The key of the phone.
    pub key: &'a PublicKey,
    /// Where its status is found.
    pub status: StatusPlace,
    /// What it states.
    pub facts: &'a Facts,
}

/// 128 random bits for each claim that is disclosed by itself, in the order of [`claim::ALL`].
pub type Salts = [[u8; 16]; claim::ALL.len()];

impl Facts {
    /// What the facts are, as one digest: another text anywhere is another digest.
    pub fn digest(&self) -> Digest {
        let Self { name, agency, number, issued_by, category, region, photo } = self;
        let photo = photo.map(|photo| photo.to_string()).unwrap_or_default();
        let all = [name, agency, number, issued_by, category, region, &photo];
        let lengths: Vec<String> = all.iter().map(|text| format!("{}:", text.len())).collect();
        let parts: Vec<&[u8]> =
            lengths.iter().zip(all).flat_map(|(length, text)| [length.as_bytes(), text.as_bytes()]).collect();
        Tag("palm/v1/credential-facts").hash(&parts)
    }

    /// The value of a claim; none where it is absent.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            claim::NAME => Some(self.name.clone()),
            claim::AGENCY => Some(self.agency.clone()),
            claim::NUMBER => Some(self.number.clone()),
            claim::CATEGORY => Some(self.category.clone()),
            claim::REGION => Some(self.region.clone()),
            claim::PHOTO => self.photo.map(|photo| photo.to_string()),
            _ => None,
        }
    }
}

/// The digest by which a credential refers to a disclosure.
pub(super) fn digest(disclosure: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(disclosure.as_bytes()))
}

impl Issue<'_> {
    /// The credential with all its disclosures: `<JWT>~<disclosure>~…~`. A claim that is absent leaves a digest that refers to
    /// nothing, so that its absence cannot be told from its not being disclosed.
    ///
    /// # Errors
    /// [`SignerError`] when the keystore refuses.
    pub fn sign(&self, salts: &Salts, signer: &dyn Signer) -> Result<String, SignerError> {
        let Self { issuer, vct, issued, expires, key, status, facts } = self;
        let (mut disclosures, mut digests) = (Vec::new(), Vec::new());
        for (name, salt) in claim::ALL.iter().zip(salts) {
            let salt = URL_SAFE_NO_PAD.encode(salt);
            let Some(value) = facts.value(name) else {
                digests.push(digest(&salt));
                continue;
            };
            let disclosure = URL_SAFE_NO_PAD.encode(json!([salt, name, value]).to_string());
            digests.push(digest(&disclosure));
            disclosures.push(disclosure);
        }
        // The order of the digests says nothing about which claim is which.
        digests.sort_unstable();
        let StatusPlace { uri, index } = status;
        let claims = json!({
            "iss": issuer,
            "vct": vct,
            "iat": issued.ms().div_euclid(1000),
            "exp": expires.ms().div_euclid(1000),
            "cnf": { "jwk": jwk::jwk(key) },
            "status": { "status_list": { "idx": index, "uri": uri } },
            "mirrors": { "document": DOCUMENT, "number": facts.number, "issued_by": facts.issued_by, "statement": STATEMENT },
            "_sd_alg": "sha-256",
            "_sd": digests,
        });
        let jwt = jws::sign(TYPE, Some(&thumbprint(&signer.public_key())), &claims, signer)?;
        let disclosures: String = disclosures.iter().flat_map(|disclosure| [disclosure.as_str(), "~"]).collect();
        Ok(format!("{jwt}~{disclosures}"))
    }
}

/// The metadata of the issuer: who it is, and its keys (`/.well-known/jwt-vc-issuer`).
pub fn issuer_metadata(issuer: &str, keys: &[PublicKey]) -> Value {
    json!({ "issuer": issuer, "jwks": jwk::set(keys) })
}

/// The metadata of the type, under its address.
pub fn type_metadata(vct: &str) -> Value {
    let claims = [
        (claim::NAME, "姓名", "Name"),
        (claim::AGENCY, "单位", "Agency"),
        (claim::NUMBER, "证号", "Certificate number"),
        (claim::CATEGORY, "执法类别", "Category of enforcement"),
        (claim::REGION, "执法区域", "Area of enforcement (GB/T 2260)"),
        (claim::PHOTO, "照片摘要", "SHA-256 of the photograph"),
    ];
    let described = claims.map(|(name, zh, en)| {
        let display =
            json!([{ "locale": "zh-CN", "name": zh, "label": zh }, { "locale": "en", "name": en, "label": en }]);
        json!({ "path": [name], "sd": "always", "display": display })
    });
    let visible = json!({ "path": ["mirrors"], "sd": "never", "display": [
        { "locale": "zh-CN", "name": "所反映的行政执法证", "label": "所反映的行政执法证" },
        { "locale": "en", "name": "The certificate that it mirrors", "label": "The certificate that it mirrors" },
    ] });
    let all: Vec<Value> = std::iter::once(visible).chain(described).collect();
    json!({
        "vct": vct,
        "name": "亮证核验凭证 / Officer credential",
        "description": format!("{STATEMENT} / It mirrors an enforcement certificate and does not replace it."),
        "display": [
            { "locale": "zh-CN", "name": "亮证核验凭证", "description": STATEMENT },
            { "locale": "en", "name": "Officer credential",
              "description": "Mirrors an enforcement certificate (行政执法证) and does not replace it." },
        ],
        "claims": all,
    })
}
