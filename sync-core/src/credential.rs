//! The credential of an officer (亮证核验凭证): an SD-JWT VC that mirrors a verified certificate, bound to the key of one
//! phone, with a place in a status list (RFC 9901, SD-JWT VC, Token Status List).
//!
//! Promise: pure, bounded, without clock and network. A presentation is read strictly: what the formats allow and this
//! credential does not use is refused (other algorithms, key material and `crit` in a header, names that occur twice,
//! digests that occur twice, disclosures without a digest, nested or array disclosures), so that two readers cannot
//! read two persons. It mirrors the certificate and does not replace it (不替代执法证件). It holds neither citizen number
//! nor telephone: [`Facts`] has no field for them. Not here: who gets one, and whether the certificate is verified (the
//! server's flows).
//!
//! - [`issue`]: the server makes one.
//! - [`present`]: the phone shows one, with the claims that its officer discloses, to somebody who gave a nonce.
//! - [`presentation`]: what was presented, and whether it holds.
//! - [`status_list`]: what each credential is worth now.
//! - [`check`]: both together, without network.

pub mod check;
pub mod issue;
mod json;
pub mod jwk;
mod jws;
pub mod present;
pub mod presentation;
pub mod status_list;

use crate::id::Digest;
use crate::sign::PublicKey;
use crate::time::Instant;

/// `typ` of the issuer's JWT.
const TYPE: &str = "dc+sd-jwt";
/// `typ` of the holder's proof.
const HOLDER_TYPE: &str = "kb+jwt";
/// Most bytes of a presentation. With six claims one has about 2,500.
pub const MOST_BYTES: usize = 16 * 1024;
/// Most disclosures of a presentation.
const MOST_DISCLOSURES: usize = 16;
/// How long one is valid, in milliseconds. A verifier without network that has only an old status list is wrong for so
/// long at most; a phone asks for the next one every few days.
pub const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// What the credential says about itself.
pub const STATEMENT: &str = "本凭证仅反映所载行政执法证的信息，不替代执法证件。";
/// The document that it mirrors.
pub const DOCUMENT: &str = "行政执法证";

/// What is disclosed, claim by claim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disclosed {
    /// 姓名.
    pub name: Option<String>,
    /// 单位.
    pub agency: Option<String>,
    /// 证号; the same as that of [`Mirrored`].
    pub number: Option<String>,
    /// 执法类别.
    pub category: Option<String>,
    /// 执法区域, GB/T 2260.
    pub region: Option<String>,
    /// SHA-256 of the photograph.
    pub photo: Option<Digest>,
}

/// Names of the claims that the officer discloses one by one.
pub mod claim {
    /// 姓名.
    pub const NAME: &str = "name";
    /// 单位.
    pub const AGENCY: &str = "agency";
    /// 证号.
    pub const NUMBER: &str = "certificate_number";
    /// 执法类别.
    pub const CATEGORY: &str = "category";
    /// 执法区域.
    pub const REGION: &str = "region";
    /// SHA-256 of the photograph, in hex.
    pub const PHOTO: &str = "photo_sha256";
    /// All of them, in the order in which a credential has them.
    pub const ALL: [&str; 6] = [NAME, AGENCY, NUMBER, CATEGORY, REGION, PHOTO];
}

/// What a credential states about its officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// 姓名.
    pub name: String,
    /// 单位.
    pub agency: String,
    /// 证号.
    pub number: String,
    /// The organ that issued the certificate.
    pub issued_by: String,
    /// 执法类别.
    pub category: String,
    /// 执法区域, GB/T 2260.
    pub region: String,
    /// SHA-256 of the photograph, where there is one.
    pub photo: Option<Digest>,
}

/// The certificate that a credential mirrors. Always visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirrored {
    /// 证号.
    pub number: String,
    /// The organ that issued it.
    pub issued_by: String,
}

/// Where the status of a credential is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPlace {
    /// Address of the list.
    pub uri: String,
    /// Index in it.
    pub index: u64,
}

/// A credential that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Who issued it: an address.
    pub issuer: String,
    /// Its type: an address.
    pub vct: String,
    /// When it was issued.
    pub issued: Instant,
    /// The first instant at which it is no longer valid.
    pub expires: Instant,
    /// The key of the phone.
    pub key: PublicKey,
    /// Where its status is found.
    pub status: StatusPlace,
    /// What it mirrors.
    pub mirrored: Mirrored,
    /// What is disclosed.
    pub disclosed: Disclosed,
}

/// Why a presentation, a list or a key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Too long, or too many disclosures.
    #[error("larger than a credential may be")]
    TooLarge,
    /// Not of the form of an SD-JWT, a JWT or a JWK set; or a name occurs twice.
    #[error("not readable as what it should be")]
    Unreadable,
    /// Another `typ`.
    #[error("of another type")]
    Type,
    /// Another algorithm than ES256, or none.
    #[error("of another algorithm than ES256")]
    Algorithm,
    /// A header parameter that is not known: `crit`, key material, or another.
    #[error("with a header parameter that is not known")]
    Header,
    /// A claim is missing, has another form, or is not allowed where it is.
    #[error("with a claim that does not fit")]
    Claim,
    /// A digest that occurs twice, or a disclosure that no digest refers to.
    #[error("with disclosures that do not fit")]
    Disclosure,
    /// Another issuer, or a key that is not known.
    #[error("of an issuer or a key that is not known")]
    Issuer,
    /// The issuer's signature is wrong.
    #[error("not signed by the issuer")]
    Signature,
    /// Not valid yet, or no longer.
    #[error("not valid at this time")]
    Time,
    /// The holder did not prove possession of the key: the proof is missing.
    #[error("without a proof of its holder")]
    NoProof,
    /// The proof is not by this key, for this verifier and this request, now, over exactly this.
    #[error("with a proof that does not fit")]
    Proof,
}

#[cfg(test)]
#[cfg(feature = "p256")]
mod tests;
